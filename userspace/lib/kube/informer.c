// SPDX-License-Identifier: Apache-2.0
#include "kube/informer.h"

#include <errno.h>

#include "kube/index.h"

struct ob_kube_informer {
	struct ob_kube_reflector *reflector;
	struct ob_kube_index *index;
	const struct ob_kube_informer_ops *ops;
	void *arg;
};

static int on_set(void *arg, const char *key, const cJSON *object,
		  struct ob_status *status)
{
	struct ob_kube_informer *i = arg;
	void (*free_value)(void *) = i->ops->free_value;
	void *value = NULL, *before = NULL;
	int r = i->ops->decode(i->arg, object, &value, status);

	if (r < 0)
		return r;
	r = ob_kube_index_set(i->index, key, value, &before);
	if (r < 0) {
		i->ops->free_value(value);
		return ob_status_set(status, -r, "OutOfMemory",
				     "%s: out of memory", key);
	}
	if (i->ops->changed)
		i->ops->changed(i->arg, key, before, value);
	if (before) /* but i may be gone */
		free_value(before);
	return 0;
}

static void on_del(void *arg, const char *key)
{
	struct ob_kube_informer *i = arg;
	void (*free_value)(void *) = i->ops->free_value;
	void *before = ob_kube_index_del(i->index, key);

	/* It may have been refused, and never been there. */
	if (!before)
		return;
	if (i->ops->changed)
		i->ops->changed(i->arg, key, before, NULL);
	free_value(before); /* but i may be gone */
}

static void on_synced(void *arg)
{
	struct ob_kube_informer *i = arg;

	if (i->ops->synced)
		i->ops->synced(i->arg);
}

static void on_state(void *arg, const struct ob_status *status)
{
	struct ob_kube_informer *i = arg;

	if (i->ops->state)
		i->ops->state(i->arg, status);
}

static const struct ob_kube_reflector_ops reflector_ops = {
	.set = on_set,
	.del = on_del,
	.synced = on_synced,
	.state = on_state,
};

int ob_kube_informer_new(struct ob_kube *k,
			 const struct ob_kube_reflector_options *options,
			 size_t n_indexes,
			 const struct ob_kube_informer_ops *ops, void *arg,
			 struct ob_kube_informer **ret)
{
	_cleanup_(ob_kube_informer_freep) struct ob_kube_informer *i = NULL;
	int r;

	if (n_indexes > 0 && !ops->index)
		return -EINVAL;
	i = calloc(1, sizeof(*i));
	if (!i)
		return -ENOMEM;
	i->ops = ops;
	i->arg = arg;
	r = ob_kube_reflector_new(k, options, &reflector_ops, i, &i->reflector);
	if (r == 0)
		r = ob_kube_index_new(ob_kube_reflector_table(i->reflector),
				      n_indexes, ops->index, arg, &i->index);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(i);
	return 0;
}

void ob_kube_informer_free(struct ob_kube_informer *i)
{
	if (!i)
		return;
	/* Its keys are the reflector's. */
	ob_kube_index_free(i->index, i->ops->free_value);
	ob_kube_reflector_free(i->reflector);
	free(i);
}

bool ob_kube_informer_synced(const struct ob_kube_informer *i)
{
	return ob_kube_reflector_synced(i->reflector);
}

size_t ob_kube_informer_count(const struct ob_kube_informer *i)
{
	return ob_kube_index_count(i->index);
}

const void *ob_kube_informer_get(const struct ob_kube_informer *i,
				 const char *key)
{
	return ob_kube_index_get(i->index, key);
}

void ob_kube_informer_each(const struct ob_kube_informer *i,
			   void (*fn)(void *arg, const char *key,
				      const void *value),
			   void *arg)
{
	ob_kube_index_each(i->index, fn, arg);
}

void ob_kube_informer_each_by(
	const struct ob_kube_informer *i, size_t index, const char *index_key,
	void (*fn)(void *arg, const char *key, const void *value), void *arg)
{
	ob_kube_index_each_by(i->index, index, index_key, fn, arg);
}

struct ob_kube_reflector_stats
ob_kube_informer_stats_get(const struct ob_kube_informer *i)
{
	return ob_kube_reflector_stats_get(i->reflector);
}
