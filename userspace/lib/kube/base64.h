/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4), as in the data fields of a kubeconfig. */
#pragma once

#include <stddef.h>

/*
 * text may be wrapped: white space is skipped. *ret is on the heap, with a NUL
 * behind its last byte. -EINVAL: bad character, padding or length. -ENOMEM.
 */
int ob_kube_base64_decode(const char *text, char **ret, size_t *ret_size);
