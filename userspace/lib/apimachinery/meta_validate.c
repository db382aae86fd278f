// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/meta.h"

#include <ctype.h>
#include <string.h>

#include "apimachinery/causes.h"

#define LABEL_MAX	63
#define SUBDOMAIN_MAX	253
#define ANNOTATIONS_MAX (256 * 1024)

/* The sentences that people search for; Kubernetes prints these. */
#define LABEL_RULE                                                             \
	"a lowercase RFC 1123 label must consist of lower case alphanumeric "  \
	"characters or '-', and must start and end with an alphanumeric "      \
	"character (e.g. 'my-name',  or '123-abc', regex used for validation " \
	"is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
#define SUBDOMAIN_RULE                                                         \
	"a lowercase RFC 1123 subdomain must consist of lower case "           \
	"alphanumeric characters, '-' or '.', and must start and end with "    \
	"an alphanumeric character (e.g. 'example.com', regex used for "       \
	"validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?"                         \
	"(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
#define QUALIFIED_RULE                                                         \
	"must consist of alphanumeric characters, '-', '_' or '.', and must "  \
	"start and end with an alphanumeric character (e.g. 'MyName',  or "    \
	"'my.name',  or '123-abc', regex used for validation is "              \
	"'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define VALUE_RULE                                                             \
	"a valid label must be an empty string or consist of alphanumeric "    \
	"characters, '-', '_' or '.', and must start and end with an "         \
	"alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "         \
	"'12345', regex used for validation is "                               \
	"'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

static bool is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool label_form(const char *s, size_t n)
{
	if (!n || !is_lower(s[0]) || !is_lower(s[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_lower(s[i]) && s[i] != '-')
			return false;
	return true;
}

static bool subdomain_form(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, ".");

		if (!label_form(s, n))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

/* What is wrong, NULL: nothing. */
static const char *label_problem(const char *s)
{
	if (strlen(s) > LABEL_MAX)
		return "must be no more than 63 characters";
	return label_form(s, strlen(s)) ? NULL : LABEL_RULE;
}

const char *ob_api_subdomain_problem(const char *name)
{
	if (strlen(name) > SUBDOMAIN_MAX)
		return "must be no more than 253 characters";
	return subdomain_form(name) ? NULL : SUBDOMAIN_RULE;
}

bool ob_api_name_valid(const char *name, bool label_only)
{
	return !(label_only ? label_problem(name)
			    : ob_api_subdomain_problem(name));
}

/* [A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])? */
static bool qualified_form(const char *s)
{
	size_t n = strlen(s);

	if (!n || !isalnum((unsigned char)s[0]) ||
	    !isalnum((unsigned char)s[n - 1]))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-_.", *s))
			return false;
	return true;
}

const char *ob_api_key_problem(struct ob_arena *a, const char *key)
{
	const char *slash = strchr(key, '/'), *name = slash ? slash + 1 : key;
	const char *prefix, *problem;

	if (slash && strchr(name, '/'))
		return "a qualified name " QUALIFIED_RULE
		       " with an optional DNS subdomain prefix and '/' (e.g. "
		       "'example.com/MyName')";
	if (slash == key)
		return "prefix part must be non-empty";
	if (slash) {
		prefix = ob_arena_printf(a, "%.*s", (int)(slash - key), key);
		problem = ob_api_subdomain_problem(prefix);
		if (problem)
			return ob_arena_printf(a, "prefix part %s", problem);
	}
	if (!*name)
		return "name part must be non-empty";
	if (strlen(name) > LABEL_MAX)
		return "name part must be no more than 63 characters";
	return qualified_form(name) ? NULL : "name part " QUALIFIED_RULE;
}

const char *ob_api_label_value_problem(const char *value)
{
	if (strlen(value) > LABEL_MAX)
		return "must be no more than 63 characters";
	return !*value || qualified_form(value) ? NULL : VALUE_RULE;
}

static void check_labels(struct ob_arena *a, const cJSON *labels,
			 struct ob_api_causes *causes)
{
	const char *field = "metadata.labels", *problem;

	for (const cJSON *l = labels->child; l; l = l->next) {
		problem = ob_api_key_problem(a, l->string);
		if (problem)
			ob_api_causes_invalid(a, causes, field,
					      ob_api_quote(a, l->string),
					      problem);
		if (!cJSON_IsString(l))
			continue;
		problem = ob_api_label_value_problem(l->valuestring);
		if (problem)
			ob_api_causes_invalid(a, causes, field,
					      ob_api_quote(a, l->valuestring),
					      problem);
	}
}

/* Keys of annotations may have upper case letters in their prefix. */
static const char *annotation_key_problem(struct ob_arena *a, const char *key)
{
	char *lower = ob_arena_strdup(a, key);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return ob_api_key_problem(a, lower);
}

static void check_annotations(struct ob_arena *a, const cJSON *annotations,
			      struct ob_api_causes *causes)
{
	const char *field = "metadata.annotations", *problem;
	size_t size = 0;

	for (const cJSON *n = annotations->child; n; n = n->next) {
		problem = annotation_key_problem(a, n->string);
		if (problem)
			ob_api_causes_invalid(a, causes, field,
					      ob_api_quote(a, n->string),
					      problem);
		size += strlen(n->string);
		if (cJSON_IsString(n))
			size += strlen(n->valuestring);
	}
	if (size > ANNOTATIONS_MAX)
		ob_api_causes_add(a, causes, "FieldValueTooLong", field,
				  "Too long: may not be more than %d bytes",
				  ANNOTATIONS_MAX);
}

static void check_finalizers(struct ob_arena *a, const cJSON *finalizers,
			     struct ob_api_causes *causes)
{
	const char *problem;

	for (const cJSON *f = finalizers->child; f; f = f->next) {
		if (!cJSON_IsString(f))
			continue;
		problem = ob_api_key_problem(a, f->valuestring);
		if (!problem)
			continue;
		ob_api_causes_invalid(a, causes, "metadata.finalizers",
				      ob_api_quote(a, f->valuestring), problem);
	}
}

static void check_owner(struct ob_arena *a, const cJSON *owner,
			struct ob_api_causes *causes)
{
	static const struct {
		const char *key, *detail;
	} needed[] = {
		{ "apiVersion", "version must not be empty" },
		{ "kind", "kind must not be empty" },
		{ "name", "name must not be empty" },
		{ "uid", "uid must not be empty" },
	};
	const char *s, *field;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		s = ob_json_string(owner, needed[i].key);
		if (s && *s)
			continue;
		field = ob_arena_printf(a, "metadata.ownerReferences.%s",
					needed[i].key);
		ob_api_causes_invalid(a, causes, field, "\"\"",
				      needed[i].detail);
	}
}

static void check_owners(struct ob_arena *a, const cJSON *owners,
			 struct ob_api_causes *causes)
{
	const char *first = NULL, *name;

	for (const cJSON *o = owners->child; o; o = o->next) {
		check_owner(a, o, causes);
		if (!ob_json_bool(o, "controller", false))
			continue;
		name = ob_json_string(o, "name");
		name = name ? name : "";
		if (first)
			ob_api_causes_invalid(
				a, causes, "metadata.ownerReferences",
				ob_json_print(a, owners),
				ob_arena_printf(
					a,
					"Only one reference can have "
					"Controller set to true. Found "
					"\"true\" in references for %s and %s",
					first, name));
		first = first ? first : name;
	}
}

static void check_name(struct ob_arena *a, const cJSON *meta, bool label_only,
		       struct ob_api_causes *causes)
{
	const char *name = ob_json_string(meta, "name");
	const char *prefix = ob_json_string(meta, "generateName"), *problem;

	if (name && *name) {
		problem = label_only ? label_problem(name)
				     : ob_api_subdomain_problem(name);
		if (problem)
			ob_api_causes_invalid(a, causes, "metadata.name",
					      ob_api_quote(a, name), problem);
	} else if (!prefix || !*prefix) {
		ob_api_causes_required(a, causes, "metadata.name",
				       "name or generateName is required");
	}
	if (!prefix || !*prefix)
		return;
	/* A '-' at its end is what random characters come behind. */
	prefix = ob_arena_printf(a, "%.*sa", (int)strlen(prefix), prefix);
	problem = ob_api_subdomain_problem(prefix);
	if (problem)
		ob_api_causes_invalid(
			a, causes, "metadata.generateName",
			ob_api_quote(a, ob_json_string(meta, "generateName")),
			problem);
}

static void check_namespace(struct ob_arena *a, const cJSON *meta,
			    bool namespaced, struct ob_api_causes *causes)
{
	const char *ns = ob_json_string(meta, "namespace"), *problem;

	if (!namespaced) {
		if (ns && *ns)
			ob_api_causes_forbidden(a, causes, "metadata.namespace",
						"not allowed on this type");
		return;
	}
	if (!ns || !*ns) {
		ob_api_causes_required(a, causes, "metadata.namespace", "");
		return;
	}
	problem = label_problem(ns);
	if (problem)
		ob_api_causes_invalid(a, causes, "metadata.namespace",
				      ob_api_quote(a, ns), problem);
}

/* Kinds whose names end up in DNS; the path of others is not checked. */
static bool is_label_only(const cJSON *object)
{
	const char *version = ob_json_string(object, "apiVersion");
	const char *kind = ob_json_string(object, "kind");

	return version && kind && !strcmp(version, "v1") &&
	       (!strcmp(kind, "Namespace") || !strcmp(kind, "Service"));
}

struct typed {
	const char *key;
	int type;	  /* of cJSON */
	int element;	  /* of members or elements; 0: any */
	const char *name; /* as errors call it */
};

static bool types_right(const cJSON *v, const struct typed *t)
{
	if ((v->type & 0xff) != t->type)
		return false;
	if (!t->element)
		return true;
	for (const cJSON *c = v->child; c; c = c->next)
		if ((c->type & 0xff) != t->element)
			return false;
	return true;
}

/* A wrong type is dropped by none of the checks below: it is refused here. */
static void check_types(struct ob_arena *a, const cJSON *meta,
			struct ob_api_causes *causes)
{
	static const struct typed types[] = {
		{ "name", cJSON_String, 0, "a string" },
		{ "generateName", cJSON_String, 0, "a string" },
		{ "namespace", cJSON_String, 0, "a string" },
		{ "uid", cJSON_String, 0, "a string" },
		{ "resourceVersion", cJSON_String, 0, "a string" },
		{ "labels", cJSON_Object, cJSON_String, "strings by name" },
		{ "annotations", cJSON_Object, cJSON_String,
		  "strings by name" },
		{ "finalizers", cJSON_Array, cJSON_String,
		  "a list of strings" },
		{ "ownerReferences", cJSON_Array, cJSON_Object,
		  "a list of objects" },
		{ "managedFields", cJSON_Array, cJSON_Object,
		  "a list of objects" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const cJSON *v = ob_json_get(meta, types[i].key);

		if (!v || cJSON_IsNull(v) || types_right(v, &types[i]))
			continue;
		ob_api_causes_add(
			a, causes, "FieldValueTypeInvalid",
			ob_arena_printf(a, "metadata.%s", types[i].key),
			"Invalid value: %s: must be %s", ob_api_show(a, v),
			types[i].name);
	}
}

void ob_api_meta_validate(struct ob_arena *a, const cJSON *object,
			  bool namespaced, struct ob_api_causes *causes)
{
	const cJSON *meta = ob_json_get(object, "metadata"), *v;
	size_t before = causes->n;

	if (!cJSON_IsObject(meta)) {
		ob_api_causes_required(a, causes, "metadata", "");
		return;
	}
	check_types(a, meta, causes);
	if (causes->n > before)
		return;
	check_name(a, meta, is_label_only(object), causes);
	check_namespace(a, meta, namespaced, causes);
	if (cJSON_IsObject(v = ob_json_get(meta, "labels")))
		check_labels(a, v, causes);
	if (cJSON_IsObject(v = ob_json_get(meta, "annotations")))
		check_annotations(a, v, causes);
	if (cJSON_IsArray(v = ob_json_get(meta, "ownerReferences")))
		check_owners(a, v, causes);
	if (cJSON_IsArray(v = ob_json_get(meta, "finalizers")))
		check_finalizers(a, v, causes);
}
