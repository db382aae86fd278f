// SPDX-License-Identifier: Apache-2.0
#include "syncer/reconcile.h"

#include <string.h>

#include "syncer/export.h"
#include "syncer/import.h"
#include "syncer/names.h"
#include "syncer/quota.h"
#include "syncer/status.h"

/* One Service, while it is looked at. */
struct work {
	const struct ob_reconcile *c;
	struct ob_arena *a;
	const char *key, *namespace, *name;
	const struct ob_value_export *export; /* NULL: none */
	const struct ob_value_import *import; /* the same */
	OB_LIST(const struct ob_endpoint_slice *) sources;
	OB_LIST(const struct ob_exported_service *) claims;
	OB_LIST(const char *) alive; /* clusters of the claims */
	struct ob_merged merged;     /* of claims, when there are any */
	/* Of what concerns the hub: for the status. */
	enum ob_progress progress;
	const char *failure;
	struct ob_export_output out;
	struct ob_reconciled r;
};

static enum ob_written want(struct work *w, enum ob_target target,
			    const char *namespace, const char *name,
			    const cJSON *tree, const struct ob_actual *actual)
{
	struct ob_write write = { .target = target,
				  .key = w->key,
				  .namespace = namespace,
				  .name = name,
				  .tree = tree,
				  .actual = actual };
	enum ob_written r;
	const char *failure = "";

	r = ob_writes_want(w->c->writes, &write, w->c->now_ms, &failure);
	w->r.busy |= r == OB_WRITTEN_BUSY;
	w->r.wrote |= r == OB_WRITTEN_SENT;
	w->r.settled &= r == OB_WRITTEN_SETTLED;
	w->r.failed |= r == OB_WRITTEN_FAILED;
	if (target != OB_TARGET_EXPORTED && target != OB_TARGET_HUB_SLICE)
		return r;
	if (r == OB_WRITTEN_FAILED) {
		w->progress = OB_PROGRESS_FAILED;
		w->failure = ob_arena_strdup(w->a, failure);
	} else if (r != OB_WRITTEN_SETTLED && w->progress == OB_PROGRESS_DONE) {
		w->progress = OB_PROGRESS_PENDING;
	}
	return r;
}

/* The exporter's half. */

static void add_source(void *arg, const char *key, const void *value)
{
	const struct ob_value_slice *v = value;
	struct work *w = arg;

	(void)key;
	if (v->kind == OB_SLICE_SOURCE && !ob_kept_slice_deleting(v->slice))
		*OB_PUSH(w->a, &w->sources) =
			ob_kept_slice_open(w->a, v->slice);
}

static bool pod_address(void *arg, const char *namespace,
			const struct ob_addr *local, struct ob_addr *ret)
{
	return ob_store_pod(arg, namespace, local, ret);
}

static void make_export(struct work *w, const struct ob_value_exported *there)
{
	const struct ob_members *m = w->c->members;
	const struct ob_global global = {
		.profile = w->c->config->profile,
		.mappings = m->mapped.v,
		.n_mappings = m->mapped.n,
		.cidrs = m->own.cidrs,
		.n_cidrs = m->own.n_cidrs,
		.pod = pod_address,
		.arg = (void *)(uintptr_t)w->c->store,
	};
	struct ob_export_input in = {
		.cluster = w->c->config->cluster,
		.hub_namespace = w->c->config->hub_namespace,
		.export = w->export ? w->export->x : NULL,
		.service = ob_store_service(w->c->store, w->key),
		.global = &global,
		.peer_uid = m->own_uid,
		.exported_uid = there ? there->uid : "",
	};

	ob_store_each_slice(w->c->store, w->key, add_source, w);
	in.slices = w->sources.v;
	in.n_slices = w->sources.n;
	ob_export(w->a, &in, &w->out);
}

/* What is there, but is more than counts of one cluster. */
static void fail_over(struct work *w, const char *what, size_t most)
{
	if (w->progress == OB_PROGRESS_FAILED)
		return;
	w->progress = OB_PROGRESS_FAILED;
	w->failure = ob_arena_printf(w->a,
				     "%s is on the hub in vain: the oldest %zu "
				     "of a cluster count",
				     what, most);
}

static void drop_hub_slice(void *arg, const char *key, const void *value)
{
	const struct ob_value_hub_slice *v = value;
	const char *name = strchr(key, '/') + 1;
	struct work *w = arg;

	if (v->own && !ob_objects_find(&w->out.slices, name))
		(void)want(w, OB_TARGET_HUB_SLICE, w->c->config->hub_namespace,
			   name, NULL, &v->actual);
}

static void want_hub_slices(struct work *w)
{
	const char *at = w->c->config->hub_namespace;

	for (size_t i = 0; i < w->out.slices.n; i++) {
		const struct ob_object *o = &w->out.slices.v[i];
		const struct ob_value_hub_slice *v =
			ob_store_hub_slice(w->c->store, o->name);

		(void)want(w, OB_TARGET_HUB_SLICE, at, o->name, o->tree,
			   v ? &v->actual : NULL);
		if (v && v->slice && !ob_store_takes_slice(w->c->store, v))
			fail_over(w, "an EndpointSlice", OB_QUOTA_SLICES);
	}
	ob_store_each_hub_slice(w->c->store, w->key, drop_hub_slice, w);
}

static void export(struct work *w)
{
	const char *at = w->c->config->hub_namespace;
	const char *name =
		ob_hub_name(w->a, w->c->config->cluster, w->namespace, w->name);
	const struct ob_value_exported *there =
		ob_store_exported(w->c->store, name);
	const struct ob_actual *actual = there ? &there->actual : NULL;

	make_export(w, there);
	/* What somebody got wrong takes nothing down that was right. */
	if (w->out.validity == OB_INVALID_SPEC)
		return;
	if (w->out.validity != OB_VALID) {
		want_hub_slices(w);
		(void)want(w, OB_TARGET_EXPORTED, at, name, NULL, actual);
		return;
	}
	(void)want(w, OB_TARGET_EXPORTED, at, name, w->out.exported.tree,
		   actual);
	if (there && there->e && !ob_store_takes_exported(w->c->store, there))
		fail_over(w, "the ExportedService", OB_QUOTA_SERVICES);
	if (there)
		want_hub_slices(w);
	else
		w->progress = w->progress == OB_PROGRESS_DONE
				      ? OB_PROGRESS_PENDING
				      : w->progress;
	w->r.exported = true;
	w->r.slices_exported = w->out.slices.n;
	w->r.endpoints_exported = w->out.endpoints;
	w->r.no_global = w->out.left_out;
}

/* The importer's half. */

/* It may lie about its age. */
static const struct ob_exported_service *
claim_of(const struct work *w, const struct ob_value_exported *v)
{
	struct ob_exported_service *e = ob_arena_alloc(w->a, sizeof(*e));

	*e = *v->e;
	e->exported_s = ob_members_since(w->c->members, e->cluster,
					 e->exported_s, v->created_s);
	return e;
}

static void add_claim(void *arg, const char *key, const void *value)
{
	const struct ob_value_exported *v = value;
	struct work *w = arg;

	(void)key;
	if (!v->e || v->e->deleting)
		return;
	if (!ob_store_takes_exported(w->c->store, v)) {
		w->r.over_services++;
		return;
	}
	*OB_PUSH(w->a, &w->claims) = claim_of(w, v);
	if (ob_pulse_alive(w->c->pulse, v->e->cluster))
		*OB_PUSH(w->a, &w->alive) = v->e->cluster;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_alive(const struct work *w, const char *cluster)
{
	for (size_t i = 0; i < w->alive.n; i++)
		if (!strcmp(w->alive.v[i], cluster))
			return true;
	return false;
}

/* The address of this family that the import has, or another. */
static int pick_address(struct work *w, uint8_t family, struct ob_addr *ret)
{
	struct ob_addresses *pool = w->c->addresses[family == AF_INET6];
	const struct ob_value_import *there = w->import;

	for (size_t i = 0; there && i < there->n_ips; i++) {
		if (there->ips[i].family != family ||
		    !ob_addresses_take(pool, w->key, &there->ips[i]))
			continue;
		*ret = there->ips[i];
		return 0;
	}
	return ob_addresses_allocate(pool, w->key, ret);
}

static enum ob_import_state pick_addresses(struct work *w,
					   struct ob_import_input *in)
{
	static const uint8_t both[2] = { AF_INET, AF_INET6 };
	const struct ob_service_spec *s = &w->merged.spec;
	const uint8_t *families = s->n_families ? s->families : both;
	size_t n = s->n_families ?: ARRAY_SIZE(both), known = 0;

	if (s->type == OB_SERVICE_HEADLESS)
		return OB_IMPORT_READY;
	for (size_t i = 0; i < n; i++) {
		if (!w->c->addresses[families[i] == AF_INET6])
			continue;
		known++;
		if (pick_address(w, families[i], &in->ips[in->n_ips]) == 0)
			in->n_ips++;
	}
	if (known == 0)
		return OB_IMPORT_NO_FAMILY;
	return in->n_ips == known ? OB_IMPORT_READY : OB_IMPORT_NO_ADDRESS;
}

struct gathering {
	struct work *w;
	OB_LIST(struct ob_import_slice) slices;
};

static void add_hub_slice(void *arg, const char *key, const void *value)
{
	const struct ob_value_hub_slice *v = value;
	struct gathering *g = arg;
	struct work *w = g->w;
	const struct ob_member *m;
	struct ob_import_slice *s;

	(void)key;
	if (!v->slice || ob_kept_slice_deleting(v->slice))
		return;
	if (!ob_store_takes_slice(w->c->store, v)) {
		w->r.over_slices++;
		return;
	}
	if (!is_alive(w, v->cluster)) {
		w->r.dead += ob_kept_slice_endpoints(v->slice);
		return;
	}
	s = OB_PUSH(w->a, &g->slices);
	m = ob_members_find(w->c->members, v->cluster);
	s->slice = ob_kept_slice_open(w->a, v->slice);
	s->cluster = v->cluster;
	s->created_s = v->created_s;
	s->cidrs = m ? m->cidrs : NULL;
	s->n_cidrs = m ? m->n_cidrs : 0;
}

/* Slices that are ours and should not be there. */
struct dropping {
	struct work *w;
	const struct ob_objects *keep;
};

static void drop_slice(void *arg, const char *key, const void *value)
{
	const struct ob_value_slice *v = value;
	const char *name = strchr(key, '/') + 1;
	struct dropping *d = arg;

	if (v->kind == OB_SLICE_OURS && !ob_objects_find(d->keep, name))
		(void)want(d->w, OB_TARGET_SLICE, d->w->namespace, name, NULL,
			   &v->actual);
}

static void drop_slices(struct work *w, const struct ob_objects *keep)
{
	struct dropping d = { w, keep };

	ob_store_each_slice(w->c->store, w->key, drop_slice, &d);
}

static void import_slices(struct work *w)
{
	struct gathering g = { .w = w };
	struct ob_import_slices_input in = {
		.resource = ob_store_imports(w->c->store),
		.namespace = w->namespace,
		.name = w->name,
		.uid = w->import->uid,
	};
	struct ob_import_slices_output out;

	ob_store_each_hub_slice(w->c->store, w->key, add_hub_slice, &g);
	in.slices = g.slices.v;
	in.n_slices = g.slices.n;
	ob_import_slices(w->a, &in, &out);
	for (size_t i = 0; i < out.slices.n; i++) {
		const struct ob_object *o = &out.slices.v[i];
		const struct ob_value_slice *v =
			ob_store_slice(w->c->store, w->namespace, o->name);

		(void)want(w, OB_TARGET_SLICE, w->namespace, o->name, o->tree,
			   v ? &v->actual : NULL);
	}
	drop_slices(w, &out.slices);
	w->r.slices_imported = out.slices.n;
	w->r.endpoints_imported = out.endpoints;
	w->r.foreign = out.foreign;
	w->r.over_slices += out.too_many;
}

static void import_status(struct work *w, enum ob_import_state state)
{
	struct ob_import_facts facts = {
		.namespace = w->namespace,
		.name = w->name,
		.state = state,
		.clusters = w->alive.v,
		.n_clusters = w->alive.n,
		.was = w->import->ready,
		.was_since = w->import->ready_since_s,
		.generation = w->import->generation,
		.now_s = w->c->now_s,
	};

	(void)want(w, OB_TARGET_IMPORT_STATUS, w->namespace, w->name,
		   ob_status_import_encode(w->a, ob_store_imports(w->c->store),
					   &facts),
		   &w->import->actual);
}

static void import_nothing(struct work *w)
{
	static const struct ob_objects none;

	drop_slices(w, &none);
	if (w->import && w->import->ours)
		(void)want(w, OB_TARGET_IMPORT, w->namespace, w->name, NULL,
			   &w->import->actual);
}

/* It may be of another implementation of the API, and used. */
static void spare_foreign(struct work *w)
{
	const struct ob_kube_ref regarding = {
		.resource = ob_store_imports(w->c->store),
		.namespace = w->namespace,
		.name = w->name,
	};
	const struct ob_kube_event event = {
		.regarding = &regarding,
		.uid = w->import->uid,
		.type = "Warning",
		.reason = "NotOurs",
		.action = "Import",
		.note = "the Service is exported by other clusters, and not "
			"imported: this ServiceImport was written by somebody "
			"else; delete it",
	};

	import_nothing(w);
	w->r.in_the_way = true;
	if (w->c->events)
		ob_kube_events_send(w->c->events, &event);
}

static void gather_claims(struct work *w)
{
	ob_store_each_exported(w->c->store, w->key, add_claim, w);
	if (w->alive.n > 0)
		qsort(w->alive.v, w->alive.n, sizeof(*w->alive.v),
		      compare_texts);
	if (w->claims.n > 0)
		ob_merge(w->a, w->claims.v, w->claims.n, &w->merged);
}

static void import(struct work *w)
{
	struct ob_import_input in = {
		.resource = ob_store_imports(w->c->store),
		.namespace = w->namespace,
		.name = w->name,
		.merged = &w->merged,
	};
	enum ob_import_state state;

	gather_claims(w);
	if (w->claims.n == 0 ||
	    !ob_store_has_namespace(w->c->store, w->namespace)) {
		import_nothing(w);
		return;
	}
	if (w->import && w->import->foreign) {
		spare_foreign(w);
		return;
	}
	state = pick_addresses(w, &in);
	(void)want(w, OB_TARGET_IMPORT, w->namespace, w->name,
		   ob_import_encode(w->a, &in),
		   w->import ? &w->import->actual : NULL);
	w->r.imported = true;
	/* They need its uid. */
	if (!w->import)
		return;
	import_slices(w);
	import_status(w, state);
}

/* The status of the ServiceExport, and what is news to people. */

static void tell(struct work *w, const struct ob_export_was *was,
		 const struct ob_peer_condition *is, bool bad)
{
	const struct ob_kube_ref regarding = {
		.resource = ob_store_exports(w->c->store),
		.namespace = w->namespace,
		.name = w->name,
	};
	struct ob_kube_event event = {
		.regarding = &regarding,
		.uid = w->export->x->uid,
		.type = bad ? "Warning" : "Normal",
		.reason = is->reason,
		.action = "Export",
		.note = is->message,
	};

	if (!w->c->events || (was->status && !strcmp(was->reason, is->reason)))
		return;
	/* That all is well is news only after trouble. */
	if (bad || was->status)
		ob_kube_events_send(w->c->events, &event);
}

static bool is_bad(enum ob_export_condition which,
		   const struct ob_peer_condition *c)
{
	switch (which) {
	case OB_EXPORT_VALID:
		return strcmp(c->status, "True") != 0;
	case OB_EXPORT_READY:
		return strcmp(c->reason, "Failed") == 0;
	case OB_EXPORT_CONFLICT:
		return strcmp(c->status, "False") != 0;
	case OB_EXPORT_CONDITIONS:
		break;
	}
	return false;
}

static bool is_exported(const struct ob_service_export *x)
{
	const struct ob_export_was *c = &x->conditions[OB_EXPORT_READY];

	return c->status && !strcmp(c->status, "True");
}

static void export_status(struct work *w)
{
	struct ob_peer_condition v[OB_EXPORT_CONDITIONS] = { 0 };
	struct ob_export_facts facts = {
		.validity = w->out.validity,
		.progress = w->progress,
		.failure = w->failure,
		.left_out = w->out.left_out > 0,
		.merged = w->claims.n > 0 ? &w->merged : NULL,
		.now_s = w->c->now_s,
	};
	enum ob_written r;

	if (!w->export || w->export->x->deleting || w->r.busy)
		return;
	/* Exported is exported, while an endpoint changes. */
	if (facts.progress == OB_PROGRESS_PENDING && is_exported(w->export->x))
		facts.progress = OB_PROGRESS_DONE;
	ob_status_export(w->a, w->export->x, &facts, v);
	r = want(w, OB_TARGET_EXPORT_STATUS, w->namespace, w->name,
		 ob_status_export_encode(w->a, ob_store_exports(w->c->store),
					 w->export->x, v),
		 &w->export->actual);
	w->r.conflict = is_bad(OB_EXPORT_CONFLICT, &v[OB_EXPORT_CONFLICT]);
	if (r != OB_WRITTEN_SENT)
		return;
	for (int i = 0; i < OB_EXPORT_CONDITIONS; i++)
		tell(w, &w->export->x->conditions[i], &v[i],
		     is_bad((enum ob_export_condition)i, &v[i]));
}

static void look_for_own(void *arg, const char *key, const void *value)
{
	bool *there = arg;

	(void)key;
	(void)value;
	*there = true;
}

void ob_reconcile_service(const struct ob_reconcile *c, const char *key,
			  struct ob_reconciled *ret)
{
	struct work w = { .c = c,
			  .a = c->arena,
			  .key = key,
			  .progress = OB_PROGRESS_DONE,
			  .failure = "",
			  .r = { .settled = true } };
	char *namespace = ob_arena_strdup(c->arena, key);
	char *slash = strchr(namespace, '/');

	if (!slash) {
		*ret = w.r;
		return;
	}
	*slash = '\0';
	w.namespace = namespace;
	w.name = slash + 1;
	w.export = ob_store_export(c->store, key);
	w.import = ob_store_import(c->store, key);
	export(&w);
	import(&w);
	export_status(&w);
	w.r.there = w.export || w.claims.n > 0 || w.r.over_services > 0 ||
		    (w.import && w.import->ours);
	if (!w.r.there)
		ob_store_each_hub_slice(c->store, key, look_for_own,
					&w.r.there);
	*ret = w.r;
}

struct strays {
	const struct ob_reconcile *c;
	size_t n;
};

static void drop_stray(void *arg, const char *key, const void *value)
{
	const struct ob_value_hub_slice *v = value;
	const struct strays *s = arg;
	struct ob_write write = { .target = OB_TARGET_HUB_SLICE,
				  .key = "",
				  .namespace = s->c->config->hub_namespace,
				  .name = strchr(key, '/') + 1,
				  .actual = &v->actual };
	const char *failure;

	(void)ob_writes_want(s->c->writes, &write, s->c->now_ms, &failure);
}

void ob_reconcile_strays(const struct ob_reconcile *c)
{
	struct strays s = { .c = c };

	ob_store_each_stray(c->store, drop_stray, &s);
}
