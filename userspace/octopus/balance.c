// SPDX-License-Identifier: Apache-2.0
#include "octopus/balance.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "octopus/held.h"

/* What there is about one NAMESPACE/NAME. */
struct service {
	struct ob_held_list held; /* first: what is held points here */
	char *key;
	struct ob_addr unserved[OB_SERVICE_MAX_IPS];
	size_t n_unserved;
	struct ob_service_refused refused;
	struct ob_status *status; /* NULL: nothing to say */
	bool failed, dirty;
	struct service *next; /* dirty */
};

struct ob_balance {
	struct ob_balance_source source;
	struct ob_balance_kernel kernel;
	struct ob_service_view view;
	struct ob_arena *view_arena; /* NULL: no view yet */
	struct ob_arena *scratch;
	struct ob_held_table held;
	void *services; /* a tree */
	struct service *first, **last;
	bool started, settled, orphans;
	size_t notes; /* services that have something to say */
	uint64_t generation;
	struct ob_balance_totals totals;
};

/* Services. */

static struct service *owner_of(const struct ob_held *h)
{
	return (struct service *)h->owner;
}

static int compare_services(const void *x, const void *y)
{
	const struct service *a = x, *b = y;

	return strcmp(a->key, b->key);
}

/* Elements of a tree that may change meanwhile. */
struct list {
	struct ob_arena *arena;
	OB_LIST(void *) all;
};

static void push(void *arg, void *element)
{
	struct list *l = arg;

	*OB_PUSH(l->arena, &l->all) = element;
}

static int drop(struct ob_balance *b, struct ob_held *h)
{
	int r = b->kernel.del(b->kernel.arg, &h->entry.id);

	if (r < 0 && r != -ENOENT)
		return r;
	b->totals.writes++;
	ob_held_del(&b->held, h);
	return 0;
}

static struct service *find_service(const struct ob_balance *b, char *key)
{
	struct service wanted = { .key = key };
	void *node = tfind(&wanted, &b->services, compare_services);

	return node ? *(struct service **)node : NULL;
}

static void service_free(void *element)
{
	struct service *s = element;

	free(s->key);
	free(s->held.v);
	free(s->status);
	free(s);
}

static struct service *service_new(struct ob_balance *b, const char *key)
{
	struct service *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->key = strdup(key);
	if (!s->key || !tsearch(s, &b->services, compare_services)) {
		service_free(s);
		return NULL;
	}
	return s;
}

static void make_dirty(struct ob_balance *b, struct service *s)
{
	if (s->dirty)
		return;
	s->dirty = true;
	s->next = NULL;
	*b->last = s;
	b->last = &s->next;
}

static struct service *next_dirty(struct ob_balance *b)
{
	struct service *s = b->first;

	if (!s)
		return NULL;
	b->first = s->next;
	if (!b->first)
		b->last = &b->first;
	s->dirty = false;
	return s;
}

void ob_balance_changed(struct ob_balance *b, const char *key)
{
	/* tfind() reads it only. */
	struct service *s = find_service(b, (char *)(uintptr_t)key);

	if (!s)
		s = service_new(b, key);
	if (s)
		make_dirty(b, s);
	else
		ob_error("services", "cannot=\"remember a change\" error=%d",
			 -ENOMEM);
}

static void changed(void *arg, const char *key)
{
	ob_balance_changed(arg, key);
}

static void dirty_element(void *arg, void *element)
{
	make_dirty(arg, element);
}

static void all_changed(struct ob_balance *b)
{
	if (!b->started || !b->view_arena)
		return;
	ob_tree_each(b->services, dirty_element, b);
	b->source.each(b->source.arg, changed, b);
}

/* One service. */

static void say(struct ob_balance *b, struct service *s,
		const struct ob_status *status)
{
	b->notes -= s->status != NULL;
	free(s->status);
	s->status = NULL;
	if (!status->reason)
		return;
	s->status = malloc(sizeof(*status));
	if (!s->status)
		return;
	*s->status = *status;
	b->notes++;
}

static void refused_add(struct ob_service_refused *to,
			const struct ob_service_refused *plus,
			const struct ob_service_refused *minus)
{
	to->foreign += plus->foreign - minus->foreign;
	to->unknown += plus->unknown - minus->unknown;
	to->excess += plus->excess - minus->excess;
}

static bool same_unserved(const struct service *s,
			  const struct ob_service_desired *d)
{
	if (s->n_unserved != d->n_unserved)
		return false;
	for (size_t i = 0; i < s->n_unserved; i++)
		if (!ob_addr_equal(&s->unserved[i], &d->unserved[i]))
			return false;
	return true;
}

static void account(struct ob_balance *b, struct service *s,
		    const struct ob_service_desired *d)
{
	if (!same_unserved(s, d)) {
		b->generation++;
		b->totals.unserved += d->n_unserved - s->n_unserved;
		memcpy(s->unserved, d->unserved, sizeof(s->unserved));
		s->n_unserved = d->n_unserved;
	}
	refused_add(&b->totals.refused, &d->refused, &s->refused);
	s->refused = d->refused;
}

static int put(struct ob_balance *b, struct service *s,
	       const struct ob_service_entry *entry, struct ob_status *status)
{
	struct ob_held *h = ob_held_find(&b->held, &entry->id);
	bool is_new = !h;
	int r;

	if (h && ob_held_own(&s->held, h) == 0 &&
	    ob_service_entry_equal(&h->entry, entry))
		return 0;
	if (is_new)
		h = ob_held_add(&b->held, &entry->id);
	r = h ? ob_held_own(&s->held, h) : -ENOMEM;
	if (r == 0)
		r = b->kernel.set(b->kernel.arg, entry, status);
	if (r == 0) {
		b->totals.writes++;
		r = ob_held_set(h, entry);
	}
	/* The kernel has it as it was; the next audit finds what is amiss. */
	if (r < 0 && is_new && h)
		ob_held_del(&b->held, h);
	return r;
}

static bool is_wanted(const struct ob_service_entries *want,
		      const struct ob_held *h)
{
	for (size_t i = 0; i < want->n; i++)
		if (ob_service_id_compare(&want->v[i].id, &h->entry.id) == 0)
			return true;
	return false;
}

static int put_all(struct ob_balance *b, struct service *s,
		   const struct ob_service_entries *want,
		   struct ob_status *status)
{
	int first = 0;

	for (size_t i = 0; i < want->n; i++) {
		int r = put(b, s, &want->v[i], status);

		first = first ?: r;
	}
	for (size_t i = s->held.n; i-- > 0;) {
		int r = 0;

		if (!is_wanted(want, s->held.v[i]))
			r = drop(b, s->held.v[i]);
		first = first ?: r;
	}
	return first;
}

static void refresh(struct ob_balance *b, struct service *s)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_desired want = { 0 };
	struct ob_service_input in = { 0 };
	bool exists;
	int r;

	ob_arena_reset(b->scratch);
	exists = b->source.input(b->source.arg, b->scratch, s->key, &in);
	if (exists)
		ob_service_desired(b->scratch, &b->view, &in, &want);
	r = put_all(b, s, &want.entries, &status);
	if (r < 0 && !status.reason)
		ob_status_set(&status, -r, "ServiceNotWritten",
			      "service %s: %s", s->key,
			      strerrordesc_np(-r) ?: "unknown error");
	account(b, s, &want);
	say(b, s, r < 0 ? &status : &want.status);
	b->totals.failed += (r < 0) - s->failed;
	s->failed = r < 0;
	if (exists || s->held.n > 0)
		return;
	/* Nothing is left of it. */
	tdelete(s, &b->services, compare_services);
	service_free(s);
}

static void drop_orphans(struct ob_balance *b)
{
	struct list l = { .arena = b->scratch };

	b->orphans = false;
	ob_arena_reset(b->scratch);
	ob_held_each(&b->held, push, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		struct ob_held *h = l.all.v[i];

		if (!h->owner && drop(b, h) < 0)
			b->orphans = true;
	}
}

bool ob_balance_step(struct ob_balance *b, size_t max)
{
	struct service *s;

	if (!b->started || !b->view_arena)
		return false;
	for (size_t i = 0; i < max && (s = next_dirty(b)); i++)
		refresh(b, s);
	if (b->first)
		return true;
	if (b->orphans)
		drop_orphans(b);
	if (!b->settled)
		b->generation++;
	b->settled = true;
	return false;
}

/* Audit. */

static int see(struct ob_balance *b, const struct ob_service_entry *entry)
{
	struct ob_held *h = ob_held_find(&b->held, &entry->id);

	if (!h) {
		h = ob_held_add(&b->held, &entry->id);
		if (!h)
			return -ENOMEM;
		b->orphans = true;
	} else if (!ob_service_entry_equal(&h->entry, entry)) {
		b->totals.repairs++;
		if (h->owner)
			make_dirty(b, owner_of(h));
	} else {
		h->audit = b->totals.audits;
		return 0;
	}
	h->audit = b->totals.audits;
	return ob_held_set(h, entry);
}

static void miss(struct ob_balance *b)
{
	struct list l = { .arena = b->scratch };

	ob_held_each(&b->held, push, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		struct ob_held *h = l.all.v[i];

		if (h->audit == b->totals.audits)
			continue;
		b->totals.repairs++;
		if (h->owner)
			make_dirty(b, owner_of(h));
		ob_held_del(&b->held, h);
	}
}

static void retry(void *arg, void *element)
{
	struct service *s = element;

	if (s->failed)
		make_dirty(arg, s);
}

int ob_balance_audit(struct ob_balance *b, struct ob_status *status)
{
	uint64_t repairs = b->totals.repairs;
	struct ob_service_entries now;
	int r;

	ob_arena_reset(b->scratch);
	r = b->kernel.dump(b->kernel.arg, b->scratch, &now);
	if (r < 0)
		return ob_status_set(status, -r, "ServicesUnreadable",
				     "cannot read the services of the "
				     "datapath: %s",
				     strerrordesc_np(-r) ?: "unknown error");
	b->totals.audits++;
	for (size_t i = 0; i < now.n && r == 0; i++)
		r = see(b, &now.v[i]);
	if (r < 0)
		return r;
	miss(b);
	if (b->totals.failed > 0)
		ob_tree_each(b->services, retry, b);
	if (b->totals.repairs == repairs && !(b->orphans && b->settled))
		return 0;
	return b->kernel.reopen(b->kernel.arg, status);
}

/* Beginning and end. */

int ob_balance_new(const struct ob_balance_source *source,
		   const struct ob_balance_kernel *kernel,
		   struct ob_balance **ret)
{
	struct ob_balance *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->source = *source;
	b->kernel = *kernel;
	b->scratch = ob_arena_new();
	b->last = &b->first;
	*ret = b;
	return 0;
}

void ob_balance_free(struct ob_balance *b)
{
	tdestroy(b->services, service_free);
	ob_held_done(&b->held);
	ob_arena_freep(&b->view_arena);
	ob_arena_free(b->scratch);
	free(b);
}

void ob_balance_view(struct ob_balance *b, const struct ob_service_view *view)
{
	struct ob_arena *old = b->view_arena;

	if (old && ob_service_view_equal(&b->view, view))
		return;
	b->view_arena = ob_arena_new();
	b->view = ob_service_view_copy(b->view_arena, view);
	ob_arena_freep(&old);
	all_changed(b);
}

void ob_balance_start(struct ob_balance *b)
{
	b->started = true;
	all_changed(b);
}

void ob_balance_stop(struct ob_balance *b)
{
	b->started = b->settled = false;
}

/* What others want to know. */

bool ob_balance_settled(const struct ob_balance *b)
{
	return b->settled;
}

static void push_unserved(void *arg, void *element)
{
	const struct service *s = element;

	if (s->n_unserved > 0)
		push(arg, element);
}

const struct ob_addr *ob_balance_unserved(const struct ob_balance *b,
					  struct ob_arena *a, size_t *ret_n)
{
	struct ob_addr *v = ob_arena_array(a, b->totals.unserved, sizeof(*v));
	struct list l = { .arena = a };
	size_t n = 0;

	if (b->totals.unserved > 0)
		ob_tree_each(b->services, push_unserved, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		const struct service *s = l.all.v[i];

		for (size_t j = 0; j < s->n_unserved; j++)
			v[n++] = s->unserved[j];
	}
	*ret_n = n;
	return v;
}

bool ob_balance_is_alive(const struct ob_balance *b, const char *cluster)
{
	const struct ob_service_cluster *c =
		ob_service_cluster_get(&b->view, cluster);

	return c && c->alive;
}

uint64_t ob_balance_generation(const struct ob_balance *b)
{
	return b->generation;
}

static void count_service(void *arg, void *element)
{
	const struct service *s = element;

	*(size_t *)arg += s->held.n > 0;
}

struct ob_balance_totals ob_balance_totals(const struct ob_balance *b)
{
	struct ob_balance_totals t = b->totals;

	t.entries = b->held.n;
	ob_tree_each(b->services, count_service, &t.services);
	return t;
}

static void count_backends(void *arg, void *element)
{
	struct ob_balance_backends *v = arg;
	const struct ob_held *h = element;

	for (size_t i = 0; i < h->entry.n_backends; i++) {
		const struct ob_backend_entry *e = &h->entry.backends[i];

		if (e->cluster >= OB_MAX_CLUSTERS)
			continue;
		v[e->cluster].ready += !e->draining;
		v[e->cluster].draining += e->draining;
	}
}

void ob_balance_backends(const struct ob_balance *b,
			 struct ob_balance_backends ret[OB_MAX_CLUSTERS])
{
	memset(ret, 0, OB_MAX_CLUSTERS * sizeof(*ret));
	ob_held_each(&b->held, count_backends, ret);
}

static void push_note(void *arg, void *element)
{
	const struct service *s = element;
	struct list *l = arg;

	if (s->status && l->all.n < OB_BALANCE_MOST_NOTES)
		push(arg, element);
}

static void note_refused(const struct ob_balance *b, struct ob_arena *a,
			 struct ob_conditions *list)
{
	struct ob_status s = OB_STATUS_INIT;

	if (b->totals.refused.foreign == 0)
		return;
	ob_status_set(&s, EINVAL, "ForeignEndpoints",
		      "endpoints are left out whose addresses are not those of "
		      "the cluster that exports them");
	ob_conditions_add(a, list, &s);
}

void ob_balance_conditions(const struct ob_balance *b, struct ob_arena *a,
			   struct ob_conditions *list)
{
	struct list l = { .arena = a };

	note_refused(b, a, list);
	if (b->notes > 0)
		ob_tree_each(b->services, push_note, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		const struct service *s = l.all.v[i];

		ob_conditions_add(a, list, s->status);
	}
}
