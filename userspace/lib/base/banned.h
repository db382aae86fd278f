/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that cannot be used safely do not compile. Included by the build for
 * every userspace file (-include), after the libc headers they come from.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef gets
#undef strtok
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#undef rand
#undef alloca
#undef atoi
#undef atol
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison gmtime localtime ctime asctime rand alloca atoi atol
