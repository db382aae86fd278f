// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/crd_status.h"

#include <string.h>

#include "apimachinery/causes.h"

/* --- names --- */

static void take_name(struct ob_arena *a, struct ob_api_crd_names *list,
		      const cJSON *name)
{
	if (cJSON_IsString(name) && *name->valuestring)
		*OB_PUSH(a, list) = name->valuestring;
}

void ob_api_crd_take(struct ob_arena *a, struct ob_api_crd_taken *taken,
		     const cJSON *other)
{
	const cJSON *names = ob_json_at(other, "status.acceptedNames"), *s;

	take_name(a, &taken->resources, ob_json_get(names, "plural"));
	take_name(a, &taken->resources, ob_json_get(names, "singular"));
	cJSON_ArrayForEach(s, ob_json_get(names, "shortNames"))
	{
		take_name(a, &taken->resources, s);
	}
	take_name(a, &taken->kinds, ob_json_get(names, "kind"));
	take_name(a, &taken->kinds, ob_json_get(names, "listKind"));
}

static bool has(const struct ob_api_crd_names *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], name))
			return true;
	return false;
}

/* What a definition asks for, against what there is. */
struct naming {
	struct ob_arena *a;
	const cJSON *wanted;	      /* spec.names */
	cJSON *accepted;	      /* status.acceptedNames */
	const char *reason, *message; /* of the last conflict; NULL: none */
};

static void refuse(struct naming *n, const char *reason, const char *message)
{
	n->reason = reason;
	n->message = message;
}

static const char *in_use(struct naming *n, const char *name)
{
	return ob_arena_printf(n->a, "%s is already in use",
			       ob_api_quote(n->a, name));
}

static void accept_one(struct naming *n, const char *key,
		       const struct ob_api_crd_names *taken, const char *reason)
{
	const char *wanted = ob_json_string(n->wanted, key);
	const char *had = ob_json_string(n->accepted, key);

	if (!wanted)
		wanted = "";
	if (had && !strcmp(had, wanted))
		return;
	if (has(taken, wanted))
		refuse(n, reason, in_use(n, wanted));
	else
		ob_json_set_string(n->a, n->accepted, key, wanted);
}

static void copy(struct naming *n, const char *key)
{
	const cJSON *v = ob_json_get(n->wanted, key);

	ob_json_set(n->a, n->accepted, key, v ? ob_json_copy(n->a, v) : NULL);
}

static bool lists(const cJSON *list, const char *name)
{
	const cJSON *s;

	cJSON_ArrayForEach(s, list)
	{
		if (cJSON_IsString(s) && !strcmp(s->valuestring, name))
			return true;
	}
	return false;
}

/* All of them, or none; those it has already are its own. */
static void accept_short(struct naming *n, const struct ob_api_crd_names *taken)
{
	const cJSON *had = ob_json_get(n->accepted, "shortNames"), *s;
	const char *all = "";
	size_t refused = 0;

	cJSON_ArrayForEach(s, ob_json_get(n->wanted, "shortNames"))
	{
		if (!cJSON_IsString(s) || lists(had, s->valuestring) ||
		    !has(taken, s->valuestring))
			continue;
		all = ob_arena_printf(n->a, "%s%s%s", all, refused ? ", " : "",
				      in_use(n, s->valuestring));
		refused++;
	}
	if (!refused)
		copy(n, "shortNames");
	else
		refuse(n, "ShortNamesConflict",
		       refused > 1 ? ob_arena_printf(n->a, "[%s]", all) : all);
}

static void accept_names(struct naming *n, const struct ob_api_crd_taken *taken)
{
	accept_one(n, "plural", &taken->resources, "PluralConflict");
	accept_one(n, "singular", &taken->resources, "SingularConflict");
	accept_short(n, &taken->resources);
	accept_one(n, "kind", &taken->kinds, "KindConflict");
	accept_one(n, "listKind", &taken->kinds, "ListKindConflict");
	copy(n, "categories");
	/* The two that are there even when they are nothing. */
	if (!ob_json_get(n->accepted, "plural"))
		ob_json_set_string(n->a, n->accepted, "plural", "");
	if (!ob_json_get(n->accepted, "kind"))
		ob_json_set_string(n->a, n->accepted, "kind", "");
}

/* --- conditions --- */

static cJSON *find(const cJSON *conditions, const char *type)
{
	cJSON *c;

	cJSON_ArrayForEach(c, conditions)
	{
		const char *is = ob_json_string(c, "type");

		if (is && !strcmp(is, type))
			return c;
	}
	return NULL;
}

static bool is(const cJSON *condition, const char *status)
{
	const char *s = ob_json_string(condition, "status");

	return s && !strcmp(s, status);
}

/* One that stays what it is keeps the time since when it is. */
static void set_condition(struct ob_arena *a, cJSON *list, const char *type,
			  bool value, const char *reason, const char *message,
			  const char *now)
{
	const char *status = value ? "True" : "False";
	cJSON *c = find(list, type);

	if (!c) {
		c = ob_json_object(a);
		ob_json_set_string(a, c, "type", type);
		ob_json_append(a, list, c);
	}
	if (!is(c, status)) {
		ob_json_set_string(a, c, "status", status);
		ob_json_set_string(a, c, "lastTransitionTime", now);
	}
	ob_json_set_string(a, c, "reason", reason);
	ob_json_set_string(a, c, "message", message);
}

static void set_conditions(const struct naming *n, cJSON *list, const char *now)
{
	bool good = !n->reason;

	set_condition(n->a, list, "NamesAccepted", good,
		      good ? "NoConflicts" : n->reason,
		      good ? "no conflicts found" : n->message, now);
	/* What is served once goes on under the names it has. */
	if (is(find(list, "Established"), "True"))
		return;
	set_condition(n->a, list, "Established", good,
		      good ? "InitialNamesAccepted" : "NotAccepted",
		      good ? "the initial names have been accepted"
			   : "not all names are accepted",
		      now);
}

bool ob_api_crd_is_established(const cJSON *crd)
{
	return !is(find(ob_json_at(crd, "status.conditions"), "Established"),
		   "False");
}

bool ob_api_crd_is_accepted(const cJSON *crd)
{
	return !is(find(ob_json_at(crd, "status.conditions"), "NamesAccepted"),
		   "False");
}

/* --- the status --- */

static cJSON *child(struct ob_arena *a, cJSON *object, const char *key,
		    bool array)
{
	cJSON *v = ob_json_get(object, key);

	if (array ? cJSON_IsArray(v) : cJSON_IsObject(v))
		return v;
	v = array ? ob_json_array(a) : ob_json_object(a);
	ob_json_set(a, object, key, v);
	return v;
}

static void store_version(struct ob_arena *a, cJSON *stored,
			  const cJSON *versions)
{
	const cJSON *v = versions ? versions->child : NULL;
	const char *name;

	while (v && !ob_json_bool(v, "storage", false))
		v = v->next;
	name = ob_json_string(v, "name");
	if (name && !lists(stored, name))
		ob_json_append(a, stored, ob_json_string_new(a, name));
}

void ob_api_crd_establish(struct ob_arena *a, cJSON *crd,
			  const struct ob_api_crd_taken *taken, const char *now)
{
	static const struct ob_api_crd_taken none = { 0 };
	struct naming n = { .a = a };
	cJSON *status;

	if (!cJSON_IsObject(crd))
		return;
	ob_api_crd_default(a, crd);
	status = child(a, crd, "status", false);
	n.wanted = ob_json_at(crd, "spec.names");
	n.accepted = child(a, status, "acceptedNames", false);
	accept_names(&n, taken ? taken : &none);
	set_conditions(&n, child(a, status, "conditions", true), now);
	store_version(a, child(a, status, "storedVersions", true),
		      ob_json_at(crd, "spec.versions"));
}
