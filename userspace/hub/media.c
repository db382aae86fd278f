// SPDX-License-Identifier: Apache-2.0
#include "hub/media.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define JSON	    "application/json"
#define OPENAPI	    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
/* The same, misspelled: older clients ask for both. */
#define OPENAPI_OLD "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return s;
}

struct wanted {
	const char *type, *as, *version;
	bool refused; /* q=0 */
};

/* "type;as=..;v=..;g=..;q=.." */
static struct wanted wanted_parse(char *one)
{
	struct wanted w = { .type = "", .as = "", .version = "" };
	char *param, *save = NULL;
	char *type = strtok_r(one, ";", &save);

	if (type)
		w.type = trim(type);
	while ((param = strtok_r(NULL, ";", &save))) {
		param = trim(param);
		if (strncmp(param, "as=", 3) == 0)
			w.as = param + 3;
		else if (strncmp(param, "v=", 2) == 0)
			w.version = param + 2;
		else if (strcmp(param, "q=0") == 0)
			w.refused = true;
	}
	return w;
}

static enum ob_hub_media media_of_json(const struct wanted *w)
{
	if (!*w->as)
		return OB_HUB_MEDIA_JSON;
	if (strcmp(w->as, "Table") == 0)
		return OB_HUB_MEDIA_TABLE;
	if (strncmp(w->as, "PartialObjectMetadata", 21) == 0)
		return OB_HUB_MEDIA_PARTIAL;
	if (strcmp(w->as, "APIGroupDiscoveryList") == 0)
		return OB_HUB_MEDIA_GROUPS;
	return OB_HUB_MEDIA_NONE;
}

static enum ob_hub_media media_of(const struct wanted *w)
{
	if (w->refused)
		return OB_HUB_MEDIA_NONE;
	if (strcasecmp(w->type, JSON) == 0)
		return media_of_json(w);
	if (strcmp(w->type, "*/*") == 0 ||
	    strcasecmp(w->type, "application/*") == 0)
		return OB_HUB_MEDIA_JSON;
	if (strcasecmp(w->type, OPENAPI) == 0 ||
	    strcasecmp(w->type, OPENAPI_OLD) == 0)
		return OB_HUB_MEDIA_OPENAPI;
	return OB_HUB_MEDIA_NONE;
}

struct ob_hub_accept ob_hub_media_accept(struct ob_arena *a, const char *accept,
					 unsigned int can)
{
	struct ob_hub_accept ret = { .media = OB_HUB_MEDIA_NONE };
	char *one, *save = NULL;

	can |= 1U << OB_HUB_MEDIA_JSON;
	if (!accept || !*accept) {
		ret.media = OB_HUB_MEDIA_JSON;
		return ret;
	}
	one = strtok_r(ob_arena_strdup(a, accept), ",", &save);
	for (; one; one = strtok_r(NULL, ",", &save)) {
		struct wanted w = wanted_parse(one);
		enum ob_hub_media media = media_of(&w);

		if (media == OB_HUB_MEDIA_NONE || !(can & 1U << media))
			continue;
		ret.media = media;
		snprintf(ret.version, sizeof(ret.version), "%s", w.version);
		break;
	}
	return ret;
}

enum ob_hub_body ob_hub_media_body(const char *content_type)
{
	static const struct {
		const char *type;
		enum ob_hub_body body;
	} known[] = {
		{ "", OB_HUB_BODY_JSON },
		{ JSON, OB_HUB_BODY_JSON },
		{ "application/yaml", OB_HUB_BODY_YAML },
		{ "application/vnd.kubernetes.protobuf", OB_HUB_BODY_PROTOBUF },
		{ "application/json-patch+json", OB_HUB_BODY_JSON_PATCH },
		{ "application/merge-patch+json", OB_HUB_BODY_MERGE_PATCH },
		{ "application/strategic-merge-patch+json",
		  OB_HUB_BODY_STRATEGIC_PATCH },
		{ "application/apply-patch+yaml", OB_HUB_BODY_APPLY_PATCH },
	};
	size_t size;

	if (!content_type)
		content_type = "";
	size = strcspn(content_type, "; \t");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].type) == size &&
		    strncasecmp(content_type, known[i].type, size) == 0)
			return known[i].body;
	return OB_HUB_BODY_UNKNOWN;
}
