// SPDX-License-Identifier: Apache-2.0
#include "kube/event_object.h"

#include <string.h>

#include "base/timestamp.h"

#define NOTE_MAX 1024 /* of the API */

static void set(struct ob_arena *a, cJSON *object, const char *key,
		const char *value)
{
	if (value && *value)
		ob_json_set_string(a, object, key, value);
}

const char *ob_kube_event_namespace(const struct ob_kube_event *event)
{
	const struct ob_kube_ref *ref = event->regarding;

	return ref->resource->namespaced && ref->namespace ? ref->namespace
							   : "default";
}

static cJSON *regarding(struct ob_arena *a, const struct ob_kube_event *event)
{
	const struct ob_kube_ref *ref = event->regarding;
	const struct ob_kube_resource *kind = ref->resource;
	cJSON *o = ob_json_object(a);

	set(a, o, "apiVersion",
	    kind->group[0]
		    ? ob_arena_printf(a, "%s/%s", kind->group, kind->version)
		    : kind->version);
	set(a, o, "kind", kind->kind);
	if (kind->namespaced)
		set(a, o, "namespace", ref->namespace);
	set(a, o, "name", ref->name);
	set(a, o, "uid", event->uid);
	return o;
}

/* Cut between characters. */
static const char *note(struct ob_arena *a, const char *text)
{
	size_t len = strlen(text);

	if (len <= NOTE_MAX)
		return text;
	len = NOTE_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return ob_arena_printf(a, "%.*s", (int)len, text);
}

cJSON *ob_kube_event_make(struct ob_arena *a, const struct ob_kube_event *event,
			  const struct ob_kube_event_meta *meta)
{
	cJSON *o = ob_json_object(a), *m = ob_json_object(a);
	char now[OB_TIMESTAMP_STRLEN];

	set(a, o, "apiVersion", "events.k8s.io/v1");
	set(a, o, "kind", "Event");
	set(a, m, "name", meta->name);
	set(a, m, "namespace", meta->namespace);
	ob_json_set(a, o, "metadata", m);
	set(a, o, "eventTime",
	    ob_timestamp_format_micro((int64_t)(meta->now_s * 1e6), now,
				      sizeof(now)));
	set(a, o, "reportingController", meta->controller);
	set(a, o, "reportingInstance", meta->instance);
	set(a, o, "type", event->type);
	set(a, o, "reason", event->reason);
	set(a, o, "action", event->action);
	set(a, o, "note", note(a, event->note));
	ob_json_set(a, o, "regarding", regarding(a, event));
	return o;
}

cJSON *ob_kube_event_series(struct ob_arena *a, uint32_t count, double now_s)
{
	cJSON *o = ob_json_object(a), *series = ob_json_object(a);
	char now[OB_TIMESTAMP_STRLEN];

	ob_json_set_number(a, series, "count", count);
	set(a, series, "lastObservedTime",
	    ob_timestamp_format_micro((int64_t)(now_s * 1e6), now,
				      sizeof(now)));
	ob_json_set(a, o, "series", series);
	return o;
}

const char *ob_kube_event_key(struct ob_arena *a,
			      const struct ob_kube_event *event)
{
	const struct ob_kube_ref *ref = event->regarding;

	return ob_arena_printf(a, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s",
			       ref->resource->plural, ref->namespace ?: "",
			       ref->name, event->uid ?: "", event->type,
			       event->reason, event->action, event->note);
}
