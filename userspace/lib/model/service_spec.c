// SPDX-License-Identifier: Apache-2.0
#include "model/service_spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/service_port.h"

#define WORD_LEN       64  /* with the NUL */
#define KEY_LEN	       318 /* a DNS name, '/' and 63 characters */
#define LABEL_LEN      64
#define ANNOTATION_LEN 4097

const char *ob_service_type_name(enum ob_service_type type)
{
	switch (type) {
	case OB_SERVICE_CLUSTERSET_IP:
		return "ClusterSetIP";
	case OB_SERVICE_HEADLESS:
		return "Headless";
	}
	return "";
}

static uint8_t family_of(const cJSON *item)
{
	const char *word = cJSON_GetStringValue(item);

	if (word && strcmp(word, "IPv4") == 0)
		return AF_INET;
	if (word && strcmp(word, "IPv6") == 0)
		return AF_INET6;
	return 0;
}

int ob_service_type_read(const struct ob_reader *r, const cJSON *spec,
			 enum ob_service_type *ret)
{
	static const enum ob_service_type types[] = { OB_SERVICE_CLUSTERSET_IP,
						      OB_SERVICE_HEADLESS };
	const char *word;
	int err = ob_reader_text(r, spec, "type", WORD_LEN, &word);

	if (err < 0)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(word, ob_service_type_name(types[i])) == 0) {
			*ret = types[i];
			return 0;
		}
	return ob_reader_refuse(r, "type",
				"is neither ClusterSetIP nor Headless");
}

int ob_service_families_read(const struct ob_reader *r, const cJSON *spec,
			     uint8_t ret[2], size_t *ret_n)
{
	const cJSON *list, *item;
	size_t n, found = 0;
	int err = ob_reader_list(r, spec, "ipFamilies", 2, &list, &n);

	if (err < 0)
		return err;
	cJSON_ArrayForEach(item, list)
	{
		uint8_t family = family_of(item);

		if (!family)
			return ob_reader_refuse(
				r, "ipFamilies",
				"has an element that is neither IPv4 nor IPv6");
		if (found == 1 && ret[0] == family)
			continue;
		ret[found++] = family;
	}
	*ret_n = found;
	return 0;
}

int ob_service_affinity_read(const struct ob_reader *r, const cJSON *spec,
			     uint32_t *ret_s)
{
	const char *word;
	int64_t seconds = 0;
	int err = ob_reader_text(r, spec, "sessionAffinity", WORD_LEN, &word);

	if (err < 0)
		return err;
	*ret_s = 0;
	if (!word[0] || strcmp(word, "None") == 0)
		return 0;
	if (strcmp(word, "ClientIP") != 0)
		return ob_reader_refuse(r, "sessionAffinity",
					"is neither None nor ClientIP");
	err = ob_reader_int(r,
			    ob_json_at(spec, "sessionAffinityConfig.clientIP"),
			    "timeoutSeconds", 0, OB_AFFINITY_MAX_S, &seconds);
	*ret_s = seconds ? (uint32_t)seconds : OB_AFFINITY_DEFAULT_S;
	return err;
}

int ob_service_spec_read(const struct ob_reader *r, const cJSON *spec,
			 struct ob_service_spec *ret)
{
	int err = ob_service_ports_read(r, spec, "ports", &ret->ports,
					&ret->n_ports);

	if (err == 0)
		err = ob_service_families_read(r, spec, ret->families,
					       &ret->n_families);
	if (err == 0)
		err = ob_service_affinity_read(r, spec, &ret->affinity_s);
	if (err == 0)
		err = ob_reader_text(r, spec, "internalTrafficPolicy", WORD_LEN,
				     &ret->internal_policy);
	if (err == 0)
		err = ob_reader_text(r, spec, "trafficDistribution", WORD_LEN,
				     &ret->distribution);
	return err;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct ob_pair *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static int read_pair(const struct ob_reader *r, const char *key,
		     const cJSON *item, size_t value_size, struct ob_pair *p)
{
	if (!item->string[0] || strlen(item->string) >= KEY_LEN)
		return ob_reader_refuse(r, key,
					"has a key that is empty or too long");
	p->key = ob_arena_strdup(r->arena, item->string);
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= value_size)
		return ob_reader_refuse(r, key,
					"has a value that is no string, or too "
					"long");
	p->value = ob_arena_strdup(r->arena, item->valuestring);
	return 0;
}

int ob_service_pairs_read(const struct ob_reader *r, const cJSON *object,
			  const char *key, size_t value_size,
			  struct ob_pair **ret, size_t *ret_n)
{
	const cJSON *map = ob_reader_member(object, key), *item;
	struct ob_pair *v;
	size_t n = 0;

	if (map && !cJSON_IsObject(map))
		return ob_reader_refuse(r, key, "is not a map");
	v = ob_arena_array(r->arena, OB_SERVICE_MAX_PAIRS, sizeof(*v));
	cJSON_ArrayForEach(item, map)
	{
		int err;

		if (n == OB_SERVICE_MAX_PAIRS)
			return ob_reader_refuse(r, key,
						"has more than 64 members");
		err = read_pair(r, key, item, value_size, &v[n++]);
		if (err < 0)
			return err;
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), compare_pairs);
	*ret = v;
	*ret_n = n;
	return 0;
}

int ob_service_labels_read(const struct ob_reader *r, const cJSON *object,
			   struct ob_service_spec *ret)
{
	int err = ob_service_pairs_read(r, object, "exportedLabels", LABEL_LEN,
					&ret->labels, &ret->n_labels);

	if (err < 0)
		return err;
	return ob_service_pairs_read(r, object, "exportedAnnotations",
				     ANNOTATION_LEN, &ret->annotations,
				     &ret->n_annotations);
}

static struct ob_pair *pack_pairs(struct ob_pack *p, const struct ob_pair *from,
				  size_t n)
{
	struct ob_pair *to = ob_pack(p, from, n * sizeof(*from));

	for (size_t i = 0; i < n; i++) {
		const char *key = ob_pack_text(p, from[i].key, NULL, NULL);
		const char *value = ob_pack_text(p, from[i].value, NULL, NULL);

		if (!to)
			continue;
		to[i].key = key;
		to[i].value = value;
	}
	return to;
}

void ob_service_spec_pack(struct ob_pack *p, struct ob_service_spec *s)
{
	s->ports = ob_service_ports_pack(p, s->ports, s->n_ports);
	s->labels = pack_pairs(p, s->labels, s->n_labels);
	s->annotations = pack_pairs(p, s->annotations, s->n_annotations);
	s->internal_policy = ob_pack_text(p, s->internal_policy, NULL, NULL);
	s->distribution = ob_pack_text(p, s->distribution, NULL, NULL);
}

static cJSON *encode_port(struct ob_arena *a, const struct ob_service_port *p)
{
	cJSON *o = ob_json_object(a);

	ob_json_set_string(a, o, "name", p->name);
	ob_json_set_string(a, o, "protocol",
			   ob_service_protocol_name(p->protocol));
	ob_json_set_number(a, o, "port", p->port);
	if (p->app_protocol[0])
		ob_json_set_string(a, o, "appProtocol", p->app_protocol);
	return o;
}

static void encode_affinity(struct ob_arena *a, uint32_t affinity_s,
			    cJSON *spec)
{
	cJSON *config, *client;

	ob_json_set_string(a, spec, "sessionAffinity",
			   affinity_s ? "ClientIP" : "None");
	if (!affinity_s)
		return;
	config = ob_json_object(a);
	client = ob_json_object(a);
	ob_json_set_number(a, client, "timeoutSeconds", affinity_s);
	ob_json_set(a, config, "clientIP", client);
	ob_json_set(a, spec, "sessionAffinityConfig", config);
}

void ob_service_spec_encode(struct ob_arena *a, const struct ob_service_spec *s,
			    cJSON *spec)
{
	cJSON *ports = ob_json_array(a), *families = ob_json_array(a);

	for (size_t i = 0; i < s->n_ports; i++)
		ob_json_append(a, ports, encode_port(a, &s->ports[i]));
	for (size_t i = 0; i < s->n_families; i++)
		ob_json_append(a, families,
			       ob_json_string_new(a, s->families[i] == AF_INET
							     ? "IPv4"
							     : "IPv6"));
	ob_json_set_string(a, spec, "type", ob_service_type_name(s->type));
	ob_json_set(a, spec, "ports", ports);
	ob_json_set(a, spec, "ipFamilies", families);
	encode_affinity(a, s->affinity_s, spec);
	if (s->internal_policy[0])
		ob_json_set_string(a, spec, "internalTrafficPolicy",
				   s->internal_policy);
	if (s->distribution[0])
		ob_json_set_string(a, spec, "trafficDistribution",
				   s->distribution);
}

cJSON *ob_service_pairs_encode(struct ob_arena *a, const struct ob_pair *v,
			       size_t n)
{
	cJSON *map = ob_json_object(a);

	for (size_t i = 0; i < n; i++)
		ob_json_set_string(a, map, v[i].key, v[i].value);
	return map;
}

bool ob_service_pairs_equal(const struct ob_pair *a, size_t n_a,
			    const struct ob_pair *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i].key, b[i].key) != 0 ||
		    strcmp(a[i].value, b[i].value) != 0)
			return false;
	return true;
}

bool ob_service_spec_equal(const struct ob_service_spec *a,
			   const struct ob_service_spec *b)
{
	return a->type == b->type && a->n_families == b->n_families &&
	       memcmp(a->families, b->families, a->n_families) == 0 &&
	       a->affinity_s == b->affinity_s &&
	       strcmp(a->internal_policy, b->internal_policy) == 0 &&
	       strcmp(a->distribution, b->distribution) == 0 &&
	       ob_service_ports_equal(a->ports, a->n_ports, b->ports,
				      b->n_ports) &&
	       ob_service_pairs_equal(a->labels, a->n_labels, b->labels,
				      b->n_labels) &&
	       ob_service_pairs_equal(a->annotations, a->n_annotations,
				      b->annotations, b->n_annotations);
}
