/* SPDX-License-Identifier: Apache-2.0 */
/* The URL of an API server, as people write it. Private to this folder. */
#pragma once

#include <stdbool.h>

/*
 * "https://host[:port][/path]", without user, query and fragment; plain http
 * only to the machine itself. *ret is on the heap, without the last '/'.
 * -EINVAL with *ret_problem, a static sentence about what is wrong.
 */
int ob_kube_url_normalize(const char *url, char **ret,
			  const char **ret_problem);
bool ob_kube_url_is_tls(const char *url);
