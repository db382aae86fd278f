// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/last_applied.h"
#include "apimachinery/managers.h"
#include "apimachinery/typed.h"

#define CONFLICT "FieldManagerConflict"

/* What the server writes, or what says which object it is, has no owner. */
static const struct ob_api_set *nobodys(struct ob_arena *a)
{
	static const char *const keys[] = {
		"f:creationTimestamp", "f:deletionGracePeriodSeconds",
		"f:deletionTimestamp", "f:generation",
		"f:managedFields",     "f:name",
		"f:namespace",	       "f:resourceVersion",
		"f:selfLink",	       "f:uid",
	};
	struct ob_api_set *root = ob_api_set_new(a, false);
	struct ob_api_set *meta = ob_api_set_new(a, true);
	const struct ob_api_set *leaf = ob_api_set_new(a, true);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ob_api_set_add(a, meta, keys[i], leaf);
	ob_api_set_add(a, root, "f:apiVersion", leaf);
	ob_api_set_add(a, root, "f:kind", leaf);
	ob_api_set_add(a, root, "f:metadata", meta);
	return root;
}

static const struct ob_api_set *owned(struct ob_arena *a,
				      const struct ob_api_set *set)
{
	return ob_api_set_difference(a, set, nobodys(a));
}

/* A copy without managedFields, which are not fields that anyone manages. */
static cJSON *without_managers(struct ob_arena *a, const cJSON *object)
{
	cJSON *copy = ob_json_copy(a, object);
	cJSON *meta = ob_json_get(copy, "metadata");

	if (meta)
		ob_json_set(a, meta, "managedFields", NULL);
	return copy;
}

/* An object that was there before anyone applied: its fields belong to an
 * updater that nobody is, so that appliers get conflicts. */
static void before_first_apply(struct ob_arena *a,
			       const struct ob_api_schema *schema,
			       const cJSON *live,
			       const struct ob_api_manager *manager,
			       struct ob_api_owners *owners)
{
	struct ob_api_manager before = *manager;
	struct ob_api_difference d;
	struct ob_api_owner *o;

	if (owners->n)
		return;
	before.name = "before-first-apply";
	before.operation = "Update";
	before.subresource = "";
	o = ob_api_owners_take(a, owners, &before);
	d = ob_api_typed_compare(a, schema, ob_json_object(a), live);
	o->set = owned(a, d.added);
}

struct complaint {
	struct ob_arena *a;
	struct ob_api_causes *conflicts;
	const char *manager;
};

static void complain(const char *path, void *data)
{
	struct complaint *c = data;

	ob_api_causes_add(c->a, c->conflicts, CONFLICT, path,
			  "conflict with %s", c->manager);
}

/* What others own of what has changed is a conflict, unless it is taken from
 * them, or allowed; what is gone belongs to nobody. */
static void take_over(struct ob_arena *a, struct ob_api_owners *owners,
		      size_t self, const struct ob_api_difference *d,
		      const struct ob_api_set *allowed,
		      struct ob_api_causes *conflicts)
{
	const struct ob_api_set *touched =
		ob_api_set_union(a, d->added, d->changed);

	for (size_t i = 0; i < owners->n; i++) {
		struct ob_api_owner *o = &owners->v[i];
		struct complaint c = { a, conflicts, NULL };
		const struct ob_api_set *both;

		if (i == self)
			continue;
		both = ob_api_set_intersection(a, o->set, touched);
		if (conflicts) {
			c.manager = ob_api_owner_print(a, o);
			ob_api_set_each(a,
					ob_api_set_difference(a, both, allowed),
					complain, &c);
		}
		o->set = ob_api_set_difference(a, o->set, both);
		o->set = ob_api_set_difference(a, o->set, d->removed);
	}
}

/* What the manager applied before and does not any more goes, unless another
 * owns it as well. */
static void remove_given_up(struct ob_arena *a,
			    const struct ob_api_schema *schema, cJSON *object,
			    const struct ob_api_owners *owners,
			    const struct ob_api_set *before)
{
	const struct ob_api_set *all = nobodys(a), *gone;

	for (size_t i = 0; i < owners->n; i++)
		all = ob_api_set_union(a, all, owners->v[i].set);
	gone = ob_api_set_difference(a, ob_api_typed_named(a, schema, before),
				     ob_api_typed_named(a, schema, all));
	ob_api_typed_remove(a, schema, object, gone, all);
}

struct numbered {
	struct ob_api_cause cause;
	size_t number;
};

static int by_message(const void *x, const void *y)
{
	const struct numbered *p = x, *q = y;
	int order = strcmp(p->cause.message, q->cause.message);

	return order ? order : p->number < q->number ? -1 : 1;
}

/* Managers in the order of the alphabet, fields of each as they are. */
static void sort_conflicts(struct ob_arena *a, struct ob_api_causes *list)
{
	struct numbered *all = ob_arena_array(a, list->n, sizeof(*all));

	for (size_t i = 0; i < list->n; i++)
		all[i] = (struct numbered){ list->v[i], i };
	qsort(all, list->n, sizeof(*all), by_message);
	for (size_t i = 0; i < list->n; i++)
		list->v[i] = all[i].cause;
}

static void keep_time(struct ob_api_owner *o, const struct ob_api_set *before,
		      bool changed, const char *now)
{
	if (changed || !*o->time || !ob_api_set_equal(o->set, before))
		o->time = now ? now : "";
}

int ob_api_apply(struct ob_arena *a, const struct ob_api_schema *schema,
		 const cJSON *live, const cJSON *config,
		 const struct ob_api_manager *manager, bool force, cJSON **ret,
		 struct ob_api_causes *conflicts)
{
	struct ob_api_owners owners = { .n = 0 };
	struct ob_api_causes found = { .n = 0 };
	const struct ob_api_set *before;
	struct ob_api_difference d;
	struct ob_api_owner *self;
	cJSON *old = NULL, *wanted = without_managers(a, config), *object;

	if (live) {
		old = without_managers(a, live);
		ob_api_owners_read(a, live, &owners);
		before_first_apply(a, schema, old, manager, &owners);
	}
	self = ob_api_owners_take(a, &owners, manager);
	before = self->set;
	self->set = owned(a, ob_api_typed_fields(a, schema, wanted));
	self->api_version = manager->api_version;
	object = ob_api_typed_merge(a, schema, old, wanted);
	remove_given_up(a, schema, object, &owners, before);
	d = ob_api_typed_compare(a, schema, old, object);
	take_over(a, &owners, (size_t)(self - owners.v), &d,
		  ob_api_last_applied_fields(a, schema, old, manager),
		  force ? NULL : &found);
	if (found.n) {
		sort_conflicts(a, &found);
		ob_api_causes_join(a, conflicts, &found, "");
		return -EBUSY;
	}
	ob_api_last_applied_sync(a, object, wanted, manager);
	keep_time(self, before, !old || !ob_json_equal(old, object),
		  manager->time);
	ob_api_owners_write(a, object, &owners);
	*ret = object;
	return 0;
}

/* "managedFields": [{}] is how a client asks to forget them all. */
static bool is_reset(const cJSON *object)
{
	const cJSON *list = ob_json_at(object, "metadata.managedFields");

	return cJSON_IsArray(list) && list->child && !list->child->next &&
	       cJSON_IsObject(list->child) && !list->child->child;
}

/* Those that the client sent count, when it sent any: it may edit them. */
static void read_sent(struct ob_arena *a, const cJSON *live,
		      const cJSON *object, const struct ob_api_manager *m,
		      struct ob_api_owners *owners)
{
	bool subresource = m->subresource && *m->subresource;

	if (!subresource && is_reset(object))
		return;
	if (!subresource)
		ob_api_owners_read(a, object, owners);
	if (live && !owners->n)
		ob_api_owners_read(a, live, owners);
}

void ob_api_manage_update(struct ob_arena *a,
			  const struct ob_api_schema *schema, const cJSON *live,
			  cJSON *object, const struct ob_api_manager *manager)
{
	struct ob_api_owners owners = { .n = 0 };
	cJSON *old = live ? without_managers(a, live) : NULL, *new;
	const struct ob_api_set *before, *mine;
	struct ob_api_difference d;
	struct ob_api_owner *self;

	read_sent(a, live, object, manager, &owners);
	/* Nobody is tracked until the first who applies: such an object came
	 * from somewhere else, or its managers were to be forgotten. */
	if (live && !owners.n) {
		ob_api_owners_write(a, object, &owners);
		return;
	}
	new = without_managers(a, object);
	d = ob_api_typed_compare(a, schema, old, new);
	self = ob_api_owners_take(a, &owners, manager);
	take_over(a, &owners, (size_t)(self - owners.v), &d, NULL, NULL);
	before = self->set;
	mine = ob_api_set_union(a, d.added, d.changed);
	mine = ob_api_set_union(a, ob_api_set_difference(a, before, d.removed),
				mine);
	self->set = owned(a, mine);
	/* The root is nobody's: a set has no word for it. */
	if (self->set && self->set->member)
		self->set =
			ob_api_set_decode(a, ob_api_set_encode(a, self->set));
	keep_time(self, before, false, manager->time);
	ob_api_owners_write(a, object, &owners);
}

/* Managers stand together: ob_api_apply() has sorted them. */
static void list_conflict(struct ob_arena *a, struct ob_api_buffer *text,
			  const struct ob_api_causes *conflicts, size_t i)
{
	const struct ob_api_cause *c = &conflicts->v[i];

	if (!i || strcmp(conflicts->v[i - 1].message, c->message) != 0) {
		ob_api_buffer_add(a, text, i ? "\nconflicts" : "conflicts");
		ob_api_buffer_add(a, text, c->message + strlen("conflict"));
		ob_api_buffer_add(a, text, ":");
	}
	ob_api_buffer_add(a, text, "\n- ");
	ob_api_buffer_add(a, text, c->field);
}

const char *ob_api_conflict_message(struct ob_arena *a,
				    const struct ob_api_causes *conflicts)
{
	struct ob_api_buffer text = { .s = NULL };

	if (conflicts->n == 1)
		return ob_arena_printf(
			a, "Apply failed with 1 conflict: %s: %s",
			conflicts->v[0].message, conflicts->v[0].field);
	ob_api_buffer_add(
		a, &text,
		ob_arena_printf(
			a, "Apply failed with %zu conflicts: ", conflicts->n));
	for (size_t i = 0; i < conflicts->n; i++)
		list_conflict(a, &text, conflicts, i);
	return text.s;
}
