// SPDX-License-Identifier: Apache-2.0
#include "octopus/imports.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "kube/informer.h"
#include "kube/mcs.h"

#define ASK_AGAIN_US  30000000 /* for kinds that are not there */
#define RETRY_US      3000000
#define SLICES_A_PAGE 20 /* of up to 1,000 endpoints each */

enum part {
	PART_IMPORTS,
	PART_SLICES,
	PART_COUNT,
};

struct ob_imports {
	struct ob_kube *k;
	const struct ob_imports_ops *ops;
	void *arg;
	sd_event_source *timer;
	struct ob_kube_call *call;	  /* which versions there are */
	struct ob_kube_resource resource; /* version NULL: none yet */
	struct ob_kube_informer *informers[PART_COUNT];
	struct ob_status trouble[PART_COUNT];
};

/* ServiceImports, by address. */

static void index_import(void *arg, size_t index, const void *value,
			 void (*add)(void *to, const char *key), void *to)
{
	const struct ob_service_import *s = value;
	char text[OB_ADDR_STRLEN];

	(void)arg;
	(void)index;
	for (size_t i = 0; i < s->n_ips; i++)
		add(to, ob_addr_format(&s->ips[i], text, sizeof(text)));
}

/* Others with the same address may have it now, or have it no longer. */
static void tell_one(void *arg, const char *key, const void *value)
{
	struct ob_imports *i = arg;

	(void)value;
	i->ops->changed(i->arg, key);
}

static void tell_rivals(struct ob_imports *i, const struct ob_service_import *s)
{
	char text[OB_ADDR_STRLEN];

	for (size_t n = 0; s && n < s->n_ips; n++) {
		ob_addr_format(&s->ips[n], text, sizeof(text));
		ob_kube_informer_each_by(i->informers[PART_IMPORTS], 0, text,
					 tell_one, i);
	}
}

static void import_changed(void *arg, const char *key, const void *before,
			   const void *after)
{
	struct ob_imports *i = arg;

	if (before && after && ob_service_import_equal(before, after))
		return;
	i->ops->changed(i->arg, key);
	/* During the first list everything changes anyway. */
	if (!ob_imports_synced(i))
		return;
	tell_rivals(i, before);
	tell_rivals(i, after);
}

/* EndpointSlices, by the service they are of. */

static void slice_changed(void *arg, const char *name, const void *before,
			  const void *after)
{
	const struct ob_imports *i = arg;

	(void)name;
	ob_mcs_slice_changed(before, after, i->ops->changed, i->arg);
}

/* Both. */

static void on_synced(void *arg)
{
	struct ob_imports *i = arg;

	if (ob_imports_synced(i))
		i->ops->state(i->arg);
}

static void set_trouble(struct ob_imports *i, enum part part,
			const struct ob_status *status)
{
	struct ob_status *old = &i->trouble[part];

	/* The same trouble again, with other numbers in its sentence, is no
	 * news. */
	if (status->reason && old->reason &&
	    !strcmp(status->reason, old->reason))
		return;
	*old = *status;
	i->ops->state(i->arg);
}

static void import_state(void *arg, const struct ob_status *status)
{
	set_trouble(arg, PART_IMPORTS, status);
}

static void slice_state(void *arg, const struct ob_status *status)
{
	set_trouble(arg, PART_SLICES, status);
}

static const struct ob_kube_informer_ops import_ops = {
	.decode = ob_mcs_import_decode,
	.free_value = ob_mcs_import_free,
	.index = index_import,
	.changed = import_changed,
	.synced = on_synced,
	.state = import_state,
};

static const struct ob_kube_informer_ops slice_ops = {
	.decode = ob_mcs_slice_decode,
	.free_value = ob_mcs_slice_free,
	.index = ob_mcs_slice_index,
	.changed = slice_changed,
	.synced = on_synced,
	.state = slice_state,
};

static int watch(struct ob_imports *i)
{
	struct ob_kube_reflector_options imports = {
		.ref = { .resource = &i->resource },
	};
	struct ob_kube_reflector_options slices = {
		.ref = { .resource = &ob_endpoint_slices },
		.label_selector = OB_LABEL_SERVICE_NAME,
		.page = SLICES_A_PAGE,
	};
	int r = ob_kube_informer_new(i->k, &imports, 1, &import_ops, i,
				     &i->informers[PART_IMPORTS]);

	if (r < 0)
		return r;
	return ob_kube_informer_new(i->k, &slices, 1, &slice_ops, i,
				    &i->informers[PART_SLICES]);
}

/* Which version. */

static void ask_in(struct ob_imports *i, uint64_t us)
{
	int r = sd_event_source_set_time_relative(i->timer, us);

	if (r >= 0)
		r = sd_event_source_set_enabled(i->timer, SD_EVENT_ONESHOT);
	if (r < 0)
		ob_error("event loop", "cannot=\"set a timer\" error=%d", r);
}

static void on_group(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_imports *i = arg;
	struct ob_status none = OB_STATUS_INIT;

	i->call = NULL;
	if (r < 0 && r != -ENOENT) {
		ask_in(i, RETRY_US);
		set_trouble(i, PART_IMPORTS, &reply->status);
		return;
	}
	if (r == 0)
		i->resource = ob_mcs_imports(ob_mcs_version(reply->body));
	if (i->resource.version && watch(i) < 0) {
		ob_error("services are not watched", "error=%d", -ENOMEM);
		return;
	}
	if (i->resource.version)
		ob_info("services are watched", "version=%s",
			i->resource.version);
	else
		ask_in(i, ASK_AGAIN_US);
	set_trouble(i, PART_IMPORTS, &none);
}

static int ask(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_imports *i = arg;

	(void)source;
	(void)usec;
	if (ob_kube_raw_get(i->k, OB_MCS_PATH, on_group, i, &i->call) < 0)
		ask_in(i, RETRY_US);
	return 0;
}

int ob_imports_new(sd_event *event, struct ob_kube *k,
		   const struct ob_imports_ops *ops, void *arg,
		   struct ob_imports **ret)
{
	_cleanup_(ob_imports_freep) struct ob_imports *i =
		calloc(1, sizeof(*i));
	int r;

	if (!i)
		return -ENOMEM;
	i->k = k;
	i->ops = ops;
	i->arg = arg;
	r = sd_event_add_time_relative(event, &i->timer, CLOCK_MONOTONIC, 0, 0,
				       ask, i);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(i);
	return 0;
}

void ob_imports_free(struct ob_imports *i)
{
	if (i->call)
		ob_kube_cancel(i->call);
	for (size_t p = 0; p < PART_COUNT; p++)
		ob_kube_informer_freep(&i->informers[p]);
	sd_event_source_disable_unref(i->timer);
	free(i);
}

/* What others want to know. */

bool ob_imports_synced(const struct ob_imports *i)
{
	for (size_t p = 0; p < PART_COUNT; p++)
		if (!i->informers[p] ||
		    !ob_kube_informer_synced(i->informers[p]))
			return false;
	return true;
}

const char *ob_imports_version(const struct ob_imports *i)
{
	return i->resource.version;
}

const struct ob_status *ob_imports_trouble(const struct ob_imports *i)
{
	return &i->trouble[i->trouble[PART_IMPORTS].reason ? PART_IMPORTS
							   : PART_SLICES];
}

size_t ob_imports_count(const struct ob_imports *i)
{
	const struct ob_kube_informer *imports = i->informers[PART_IMPORTS];

	return imports ? ob_kube_informer_count(imports) : 0;
}

const struct ob_service_import *ob_imports_get(const struct ob_imports *i,
					       const char *key)
{
	if (!i->informers[PART_IMPORTS])
		return NULL;
	return ob_kube_informer_get(i->informers[PART_IMPORTS], key);
}

struct each {
	void (*fn)(void *arg, const char *key);
	void *arg;
};

static void call(void *arg, const char *key, const void *value)
{
	const struct each *e = arg;

	(void)value;
	e->fn(e->arg, key);
}

void ob_imports_each(const struct ob_imports *i,
		     void (*fn)(void *arg, const char *key), void *arg)
{
	struct each e = { fn, arg };

	if (i->informers[PART_IMPORTS])
		ob_kube_informer_each(i->informers[PART_IMPORTS], call, &e);
}

struct slices {
	struct ob_arena *arena;
	OB_LIST(const struct ob_endpoint_slice *) list;
};

static void collect(void *arg, const char *key, const void *value)
{
	const struct ob_endpoint_slice *slice = value;
	struct slices *s = arg;

	(void)key;
	if (!slice->deleting)
		*OB_PUSH(s->arena, &s->list) = slice;
}

const struct ob_endpoint_slice *const *
ob_imports_slices(const struct ob_imports *i, struct ob_arena *a,
		  const char *key, size_t *ret_n)
{
	struct slices s = { .arena = a };

	if (i->informers[PART_SLICES])
		ob_kube_informer_each_by(i->informers[PART_SLICES], 0, key,
					 collect, &s);
	*ret_n = s.list.n;
	return s.list.v;
}

struct rival {
	const char *first;
};

static void choose(void *arg, const char *key, const void *value)
{
	const struct ob_service_import *s = value;
	struct rival *r = arg;

	if (!s->deleting && strcmp(key, r->first) < 0)
		r->first = key;
}

const char *ob_imports_rival(const struct ob_imports *i, const char *key,
			     const struct ob_addr *addr)
{
	struct rival r = { key };
	char text[OB_ADDR_STRLEN];

	ob_addr_format(addr, text, sizeof(text));
	ob_kube_informer_each_by(i->informers[PART_IMPORTS], 0, text, choose,
				 &r);
	return r.first == key ? NULL : r.first;
}
