// SPDX-License-Identifier: Apache-2.0
#include "octopus/balance.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* What the kernel has of one address, port and protocol. */
struct held {
	struct ob_service_entry entry; /* first: trees are ordered by it */
	struct service *owner;	       /* NULL: nobody, it has to go */
	uint64_t audit;		       /* that saw it last */
};

/* What there is about one NAMESPACE/NAME. */
struct service {
	char *key; /* first, too */
	struct held **held;
	size_t n_held, room;
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
	void *held, *services; /* trees */
	struct service *first, **last;
	bool started, settled, orphans;
	size_t notes; /* services that have something to say */
	uint64_t generation;
	struct ob_balance_totals totals;
};

/* Trees. */

static int compare_ids(const struct ob_service_id *a,
		       const struct ob_service_id *b)
{
	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->port != b->port)
		return a->port - b->port;
	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static int compare_held(const void *x, const void *y)
{
	const struct held *a = x, *b = y;

	return compare_ids(&a->entry.id, &b->entry.id);
}

static int compare_services(const void *x, const void *y)
{
	const struct service *a = x, *b = y;

	return strcmp(a->key, b->key);
}

static struct held *find_held(const struct ob_balance *b,
			      const struct ob_service_id *id)
{
	struct held key = { .entry.id = *id };
	void *node = tfind(&key, &b->held, compare_held);

	return node ? *(struct held **)node : NULL;
}

/* twalk() has no argument, twalk_r() has two that are not asked for. */
struct walk {
	void (*fn)(void *arg, void *element);
	void *arg;
};

static void visit(const void *node, VISIT which, void *closure)
{
	const struct walk *w = closure;

	if (which == postorder || which == leaf)
		w->fn(w->arg, *(void *const *)node);
}

static void each(const void *tree, void (*fn)(void *arg, void *element),
		 void *arg)
{
	struct walk w = { fn, arg };

	twalk_r(tree, visit, &w);
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

/* What the kernel has. */

static int copy_entry(const struct ob_service_entry *from,
		      struct ob_service_entry *to)
{
	size_t size = from->n_backends * sizeof(*from->backends);
	struct ob_backend_entry *backends = NULL;

	if (size > 0) {
		backends = malloc(size);
		if (!backends)
			return -ENOMEM;
		memcpy(backends, from->backends, size);
	}
	free(to->backends);
	*to = *from;
	to->backends = backends;
	return 0;
}

static void held_free(struct held *h)
{
	free(h->entry.backends);
	free(h);
}

OB_DEFINE_CLEANUP(struct held *, held_free)

static struct held *held_new(struct ob_balance *b,
			     const struct ob_service_id *id)
{
	_cleanup_(held_freep) struct held *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->entry.id = *id;
	if (!tsearch(h, &b->held, compare_held))
		return NULL;
	b->totals.entries++;
	return TAKE_PTR(h);
}

static void disown(struct held *h)
{
	struct service *s = h->owner;

	for (size_t i = 0; s && i < s->n_held; i++)
		if (s->held[i] == h)
			s->held[i--] = s->held[--s->n_held];
	h->owner = NULL;
}

static int own(struct service *s, struct held *h)
{
	if (h->owner == s)
		return 0;
	if (s->n_held == s->room) {
		size_t room = s->room * 2 ?: 2;
		struct held **v = reallocarray(s->held, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->held = v;
		s->room = room;
	}
	disown(h);
	s->held[s->n_held++] = h;
	h->owner = s;
	return 0;
}

static void forget(struct ob_balance *b, struct held *h)
{
	disown(h);
	tdelete(h, &b->held, compare_held);
	held_free(h);
	b->totals.entries--;
}

static int drop(struct ob_balance *b, struct held *h)
{
	int r = b->kernel.del(b->kernel.arg, &h->entry.id);

	if (r < 0 && r != -ENOENT)
		return r;
	b->totals.writes++;
	forget(b, h);
	return 0;
}

/* Services. */

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
	free(s->held);
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
	each(b->services, dirty_element, b);
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
	struct held *h = find_held(b, &entry->id);
	bool is_new = !h;
	int r;

	if (h && own(s, h) == 0 && ob_service_entry_equal(&h->entry, entry))
		return 0;
	if (is_new)
		h = held_new(b, &entry->id);
	r = h ? own(s, h) : -ENOMEM;
	if (r == 0)
		r = b->kernel.set(b->kernel.arg, entry, status);
	if (r == 0) {
		b->totals.writes++;
		r = copy_entry(entry, &h->entry);
	}
	/* The kernel has it as it was; the next audit finds what is amiss. */
	if (r < 0 && is_new && h)
		forget(b, h);
	return r;
}

static bool is_wanted(const struct ob_service_entries *want,
		      const struct held *h)
{
	for (size_t i = 0; i < want->n; i++)
		if (compare_ids(&want->v[i].id, &h->entry.id) == 0)
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
	for (size_t i = s->n_held; i-- > 0;) {
		int r = 0;

		if (!is_wanted(want, s->held[i]))
			r = drop(b, s->held[i]);
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
	if (exists || s->n_held > 0)
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
	each(b->held, push, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		struct held *h = l.all.v[i];

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
	struct held *h = find_held(b, &entry->id);

	if (!h) {
		h = held_new(b, &entry->id);
		if (!h)
			return -ENOMEM;
		b->orphans = true;
	} else if (!ob_service_entry_equal(&h->entry, entry)) {
		b->totals.repairs++;
		if (h->owner)
			make_dirty(b, h->owner);
	} else {
		h->audit = b->totals.audits;
		return 0;
	}
	h->audit = b->totals.audits;
	return copy_entry(entry, &h->entry);
}

static void miss(struct ob_balance *b)
{
	struct list l = { .arena = b->scratch };

	each(b->held, push, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		struct held *h = l.all.v[i];

		if (h->audit == b->totals.audits)
			continue;
		b->totals.repairs++;
		if (h->owner)
			make_dirty(b, h->owner);
		forget(b, h);
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
		each(b->services, retry, b);
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

static void free_held(void *element)
{
	held_free(element);
}

void ob_balance_free(struct ob_balance *b)
{
	tdestroy(b->services, service_free);
	tdestroy(b->held, free_held);
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
		each(b->services, push_unserved, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		const struct service *s = l.all.v[i];

		for (size_t j = 0; j < s->n_unserved; j++)
			v[n++] = s->unserved[j];
	}
	*ret_n = n;
	return v;
}

uint64_t ob_balance_generation(const struct ob_balance *b)
{
	return b->generation;
}

static void count_service(void *arg, void *element)
{
	const struct service *s = element;

	*(size_t *)arg += s->n_held > 0;
}

struct ob_balance_totals ob_balance_totals(const struct ob_balance *b)
{
	struct ob_balance_totals t = b->totals;

	each(b->services, count_service, &t.services);
	return t;
}

static void count_backends(void *arg, void *element)
{
	struct ob_balance_backends *v = arg;
	const struct held *h = element;

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
	each(b->held, count_backends, ret);
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
		each(b->services, push_note, &l);
	for (size_t i = 0; i < l.all.n; i++) {
		const struct service *s = l.all.v[i];

		ob_conditions_add(a, list, s->status);
	}
}
