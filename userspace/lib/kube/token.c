// SPDX-License-Identifier: Apache-2.0
#include "kube/token.h"

#include <stddef.h>

#include "kube/secretfile.h"

static bool same(const struct stat *x, const struct stat *y)
{
	return x->st_dev == y->st_dev && x->st_ino == y->st_ino &&
	       x->st_size == y->st_size &&
	       x->st_mtim.tv_sec == y->st_mtim.tv_sec &&
	       x->st_mtim.tv_nsec == y->st_mtim.tv_nsec;
}

void ob_kube_token_done(struct ob_kube_token *t)
{
	ob_kube_secret_free(t->value);
	t->value = NULL;
}

int ob_kube_token_get(struct ob_kube_token *t, const struct ob_kube_config *c,
		      const char **ret, struct ob_status *status)
{
	struct stat now = { 0 };
	char *fresh = NULL;
	int r;

	*ret = c->token;
	if (!c->token_file)
		return 0;
	if (t->value && !t->suspect && stat(c->token_file, &now) == 0 &&
	    same(&now, &t->seen)) {
		*ret = t->value;
		return 0;
	}
	/* stat() first: a file replaced between the two is read once more. */
	if (stat(c->token_file, &now) < 0)
		now = (struct stat){ 0 };
	r = ob_kube_token_read(c->token_file, &fresh, t->value ? NULL : status);
	if (r == 0) {
		ob_kube_token_done(t);
		t->value = fresh;
		t->seen = now;
		t->suspect = false;
	}
	*ret = t->value;
	return t->value ? 0 : r;
}
