/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bearer token in use. One in a file is read again when the file is
 * another, by inode, size or time: bound service account tokens are replaced
 * through a symbolic link. While a new one cannot be read, the last one serves.
 * Private to this folder.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/status.h"
#include "kube/config.h"

struct ob_kube_token {
	char *value; /* NULL: none yet */
	struct stat seen;
	bool suspect; /* the server did not like it */
};

/* *ret: NULL when there is none to send; valid until the next call. */
int ob_kube_token_get(struct ob_kube_token *t, const struct ob_kube_config *c,
		      const char **ret, struct ob_status *status);
void ob_kube_token_done(struct ob_kube_token *t);
