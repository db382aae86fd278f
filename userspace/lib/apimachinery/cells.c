// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/cells.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/cells_deployment.h"
#include "base/timestamp.h"

#define NONE "<none>"

static const char *duration(struct ob_arena *a, long long s)
{
	long long m = s / 60, h = s / 3600, d = h / 24, y = d / 365;

	if (s < -1)
		return "<invalid>";
	if (s < 0)
		return "0s";
	if (s < 120)
		return ob_arena_printf(a, "%llds", s);
	if (m < 10 && s % 60)
		return ob_arena_printf(a, "%lldm%llds", m, s % 60);
	if (m < 180)
		return ob_arena_printf(a, "%lldm", m);
	if (h < 8 && m % 60)
		return ob_arena_printf(a, "%lldh%lldm", h, m % 60);
	if (h < 48)
		return ob_arena_printf(a, "%lldh", h);
	if (h < 192 && h % 24)
		return ob_arena_printf(a, "%lldd%lldh", d, h % 24);
	if (d < 365 * 2)
		return ob_arena_printf(a, "%lldd", d);
	if (y < 8 && d % 365)
		return ob_arena_printf(a, "%lldy%lldd", y, d % 365);
	return ob_arena_printf(a, "%lldy", y);
}

const char *ob_api_cell_age(struct ob_arena *a, const cJSON *time,
			    long long now_s)
{
	int64_t then;

	if (!time || cJSON_IsNull(time))
		return "<unknown>";
	if (!cJSON_IsString(time) ||
	    ob_timestamp_parse_any(time->valuestring, &then) < 0)
		return "<invalid>";
	return duration(a, now_s - then);
}

static const char *join(struct ob_arena *a, const char *list, const char *item)
{
	return *list ? ob_arena_printf(a, "%s,%s", list, item)
		     : ob_arena_strdup(a, item);
}

static const char *text(const cJSON *root, const char *path, const char *none)
{
	const char *s = ob_json_string(root, path);

	return s && *s ? s : none;
}

static const cJSON *first(const cJSON *root, const char *path)
{
	const cJSON *list = ob_json_at(root, path);

	return list ? list->child : NULL;
}

static cJSON *string(struct ob_arena *a, const char *s)
{
	return ob_json_string_new(a, s);
}

static size_t count(const cJSON *root, const char *path)
{
	size_t n = 0;

	for (const cJSON *c = first(root, path); c; c = c->next)
		n++;
	return n;
}

static cJSON *age(struct ob_arena *a, const cJSON *object, long long now_s)
{
	return string(
		a, ob_api_cell_age(
			   a, ob_json_at(object, "metadata.creationTimestamp"),
			   now_s));
}

static cJSON *created(struct ob_arena *a, const cJSON *object, long long now_s)
{
	(void)now_s;
	return string(a,
		      text(object, "metadata.creationTimestamp", "<unknown>"));
}

static cJSON *data(struct ob_arena *a, const cJSON *object, long long now_s)
{
	(void)now_s;
	return ob_json_number_new(a, (double)(count(object, "data") +
					      count(object, "binaryData")));
}

static cJSON *secrets(struct ob_arena *a, const cJSON *object, long long now_s)
{
	(void)now_s;
	return ob_json_number_new(a, (double)count(object, "secrets"));
}

static cJSON *pod_ready(struct ob_arena *a, const cJSON *object,
			long long now_s)
{
	const cJSON *c = first(object, "status.containerStatuses");
	size_t ready = 0;

	(void)now_s;
	for (; c; c = c->next)
		ready += ob_json_bool(c, "ready", false);
	return string(a, ob_arena_printf(a, "%zu/%zu", ready,
					 count(object, "spec.containers")));
}

static cJSON *pod_status(struct ob_arena *a, const cJSON *object,
			 long long now_s)
{
	const cJSON *c = first(object, "status.containerStatuses");
	const char *phase = text(object, "status.phase", "Unknown");
	const char *reason = text(object, "status.reason", phase);

	(void)now_s;
	for (; c; c = c->next) {
		const char *state = ob_json_string(c, "state.waiting.reason");

		if (!state)
			state = ob_json_string(c, "state.terminated.reason");
		if (state)
			reason = state;
	}
	if (ob_json_at(object, "metadata.deletionTimestamp"))
		reason = "Terminating";
	return string(a, reason);
}

static cJSON *pod_restarts(struct ob_arena *a, const cJSON *object,
			   long long now_s)
{
	const cJSON *c = first(object, "status.containerStatuses");
	int64_t sum = 0, n;

	(void)now_s;
	for (; c; c = c->next)
		if (ob_json_int(c, "restartCount", &n) == 0)
			sum += n;
	return string(a, ob_arena_printf(a, "%lld", (long long)sum));
}

static cJSON *pod_gates(struct ob_arena *a, const cJSON *object,
			long long now_s)
{
	size_t all = count(object, "spec.readinessGates"), met = 0;
	const cJSON *g = first(object, "spec.readinessGates");

	(void)now_s;
	if (!all)
		return string(a, NONE);
	for (; g; g = g->next) {
		const char *type = text(g, "conditionType", "");
		const cJSON *c = first(object, "status.conditions");

		while (c && strcmp(text(c, "type", ""), type) != 0)
			c = c->next;
		met += !strcmp(text(c, "status", ""), "True");
	}
	return string(a, ob_arena_printf(a, "%zu/%zu", met, all));
}

static cJSON *pod_ip(struct ob_arena *a, const cJSON *object, long long now_s)
{
	const char *ip = text(first(object, "status.podIPs"), "ip", NONE);

	(void)now_s;
	return string(a, text(object, "status.podIP", ip));
}

static cJSON *pod_node(struct ob_arena *a, const cJSON *object, long long now_s)
{
	(void)now_s;
	return string(a, text(object, "spec.nodeName", NONE));
}

static cJSON *pod_nominated(struct ob_arena *a, const cJSON *object,
			    long long now_s)
{
	(void)now_s;
	return string(a, text(object, "status.nominatedNodeName", NONE));
}

static cJSON *service_type(struct ob_arena *a, const cJSON *object,
			   long long now_s)
{
	(void)now_s;
	return string(a, text(object, "spec.type", "ClusterIP"));
}

static cJSON *service_ip(struct ob_arena *a, const cJSON *object,
			 long long now_s)
{
	(void)now_s;
	return string(a, text(object, "spec.clusterIP", NONE));
}

static cJSON *service_external(struct ob_arena *a, const cJSON *object,
			       long long now_s)
{
	const char *type = text(object, "spec.type", "ClusterIP"), *all = "";
	bool balanced = !strcmp(type, "LoadBalancer");
	const cJSON *c = first(object, "status.loadBalancer.ingress");

	(void)now_s;
	if (!strcmp(type, "ExternalName"))
		return string(a, text(object, "spec.externalName", NONE));
	for (; balanced && c; c = c->next)
		all = join(a, all, text(c, "ip", text(c, "hostname", "")));
	for (c = first(object, "spec.externalIPs"); c; c = c->next)
		if (cJSON_IsString(c))
			all = join(a, all, c->valuestring);
	return string(a, *all ? all : balanced ? "<pending>" : NONE);
}

static cJSON *service_ports(struct ob_arena *a, const cJSON *object,
			    long long now_s)
{
	const cJSON *p = first(object, "spec.ports");
	const char *all = "";

	(void)now_s;
	for (; p; p = p->next) {
		int64_t port = 0, node = 0;
		const char *protocol = text(p, "protocol", "TCP");

		ob_json_int(p, "port", &port);
		if (ob_json_int(p, "nodePort", &node) == 0 && node)
			all = join(a, all,
				   ob_arena_printf(a, "%lld:%lld/%s",
						   (long long)port,
						   (long long)node, protocol));
		else
			all = join(a, all,
				   ob_arena_printf(a, "%lld/%s",
						   (long long)port, protocol));
	}
	return string(a, *all ? all : NONE);
}

static cJSON *service_selector(struct ob_arena *a, const cJSON *object,
			       long long now_s)
{
	const cJSON *s = first(object, "spec.selector");
	const char *all = "";

	(void)now_s;
	for (; s; s = s->next)
		if (s->string && cJSON_IsString(s))
			all = join(a, all,
				   ob_arena_printf(a, "%s=%s", s->string,
						   s->valuestring));
	return string(a, *all ? all : NONE);
}

/* The first three, and how many more there are. */
struct few {
	const char *text;
	size_t n;
};

static void few_add(struct ob_arena *a, struct few *f, const char *item)
{
	if (f->n++ < 3)
		f->text = join(a, f->text, item);
}

static cJSON *few_cell(struct ob_arena *a, const struct few *f,
		       const char *none)
{
	if (!f->n)
		return string(a, none);
	if (f->n <= 3)
		return string(a, f->text);
	return string(
		a, ob_arena_printf(a, "%s + %zu more...", f->text, f->n - 3));
}

static void add_endpoint(struct ob_arena *a, struct few *f, const char *ip,
			 const cJSON *port)
{
	int64_t n = 0;

	if (!port) {
		few_add(a, f, ip);
		return;
	}
	ob_json_int(port, "port", &n);
	few_add(a, f,
		ob_arena_printf(a, strchr(ip, ':') ? "[%s]:%lld" : "%s:%lld",
				ip, (long long)n));
}

static cJSON *endpoints(struct ob_arena *a, const cJSON *object,
			long long now_s)
{
	const cJSON *s = first(object, "subsets");
	struct few f = { .text = "" };

	(void)now_s;
	for (; s; s = s->next) {
		const cJSON *p = first(s, "ports");

		do {
			const cJSON *e = first(s, "addresses");

			for (; e; e = e->next)
				add_endpoint(a, &f, text(e, "ip", ""), p);
			p = p ? p->next : NULL;
		} while (p);
	}
	return few_cell(a, &f, NONE);
}

static cJSON *slice_ports(struct ob_arena *a, const cJSON *object,
			  long long now_s)
{
	const cJSON *p = first(object, "ports");
	struct few f = { .text = "" };
	int64_t n;

	(void)now_s;
	for (; p; p = p->next)
		few_add(a, &f,
			ob_json_int(p, "port", &n) < 0
				? "*"
				: ob_arena_printf(a, "%lld", (long long)n));
	return few_cell(a, &f, "<unset>");
}

static cJSON *slice_endpoints(struct ob_arena *a, const cJSON *object,
			      long long now_s)
{
	const cJSON *e = first(object, "endpoints");
	struct few f = { .text = "" };

	(void)now_s;
	for (; e; e = e->next)
		for (const cJSON *i = first(e, "addresses"); i; i = i->next)
			if (cJSON_IsString(i))
				few_add(a, &f, i->valuestring);
	return few_cell(a, &f, "<unset>");
}

static cJSON *node_status(struct ob_arena *a, const cJSON *object,
			  long long now_s)
{
	const cJSON *c = first(object, "status.conditions");
	const char *status = "Unknown";

	(void)now_s;
	for (; c; c = c->next) {
		if (strcmp(text(c, "type", ""), "Ready") != 0)
			continue;
		status = !strcmp(text(c, "status", ""), "True") ? "Ready"
								: "NotReady";
	}
	if (ob_json_bool(object, "spec.unschedulable", false))
		status = join(a, status, "SchedulingDisabled");
	return string(a, status);
}

static cJSON *node_roles(struct ob_arena *a, const cJSON *object,
			 long long now_s)
{
	static const char prefix[] = "node-role.kubernetes.io/";
	const cJSON *l = first(object, "metadata.labels");
	const char *all = "";

	(void)now_s;
	for (; l; l = l->next)
		if (l->string && !strncmp(l->string, prefix, strlen(prefix)))
			all = join(a, all, l->string + strlen(prefix));
	return string(a, *all ? all : NONE);
}

static const char *node_address(const cJSON *object, const char *type)
{
	const cJSON *c = first(object, "status.addresses");

	while (c && strcmp(text(c, "type", ""), type) != 0)
		c = c->next;
	return text(c, "address", NONE);
}

static cJSON *node_internal(struct ob_arena *a, const cJSON *object,
			    long long now_s)
{
	(void)now_s;
	return string(a, node_address(object, "InternalIP"));
}

static cJSON *node_external(struct ob_arena *a, const cJSON *object,
			    long long now_s)
{
	(void)now_s;
	return string(a, node_address(object, "ExternalIP"));
}

/* v1 and events.k8s.io/v1 name their fields differently; both are stored as
 * they came. */
static const cJSON *either(const cJSON *object, const char *x, const char *y)
{
	const cJSON *v = ob_json_at(object, x);

	return v && !cJSON_IsNull(v) ? v : ob_json_at(object, y);
}

static cJSON *event_last(struct ob_arena *a, const cJSON *object,
			 long long now_s)
{
	const cJSON *v = ob_json_at(object, "series.lastObservedTime");

	if (!v)
		v = either(object, "lastTimestamp", "deprecatedLastTimestamp");
	if (!v || cJSON_IsNull(v))
		v = ob_json_at(object, "eventTime");
	return string(a, ob_api_cell_age(a, v, now_s));
}

static cJSON *event_first(struct ob_arena *a, const cJSON *object,
			  long long now_s)
{
	const cJSON *v =
		either(object, "firstTimestamp", "deprecatedFirstTimestamp");

	if (!v || cJSON_IsNull(v))
		v = ob_json_at(object, "eventTime");
	return string(a, ob_api_cell_age(a, v, now_s));
}

static cJSON *event_object(struct ob_arena *a, const cJSON *object,
			   long long now_s)
{
	const cJSON *about = either(object, "involvedObject", "regarding");
	const char *name = text(about, "name", "");
	char *kind = ob_arena_strdup(a, text(about, "kind", ""));

	(void)now_s;
	for (char *c = kind; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return string(a,
		      *name ? ob_arena_printf(a, "%s/%s", kind, name) : kind);
}

static cJSON *event_source(struct ob_arena *a, const cJSON *object,
			   long long now_s)
{
	const cJSON *source = either(object, "source", "deprecatedSource");
	const char *component = text(source, "component",
				     text(object, "reportingComponent", ""));
	const char *host = text(source, "host", "");

	(void)now_s;
	component = text(object, "reportingController", component);
	return string(a, *host ? ob_arena_printf(a, "%s, %s", component, host)
			       : component);
}

static cJSON *event_message(struct ob_arena *a, const cJSON *object,
			    long long now_s)
{
	const cJSON *v = either(object, "message", "note");

	(void)now_s;
	return string(a, cJSON_IsString(v) ? v->valuestring : "");
}

static cJSON *event_count(struct ob_arena *a, const cJSON *object,
			  long long now_s)
{
	const cJSON *v = ob_json_at(object, "series.count");

	(void)now_s;
	if (!v)
		v = either(object, "count", "deprecatedCount");
	return ob_json_number_new(a, cJSON_IsNumber(v) ? v->valuedouble : 1);
}

cJSON *ob_api_cell_builtin(struct ob_arena *a, const char *name,
			   const cJSON *object, long long now_s)
{
	static const struct {
		const char *name;
		cJSON *(*make)(struct ob_arena *, const cJSON *, long long);
	} cells[] = {
		{ "age", age },
		{ "created", created },
		{ "data", data },
		{ "secrets", secrets },
		{ "pod.ready", pod_ready },
		{ "pod.status", pod_status },
		{ "pod.restarts", pod_restarts },
		{ "pod.gates", pod_gates },
		{ "pod.ip", pod_ip },
		{ "pod.node", pod_node },
		{ "pod.nominated", pod_nominated },
		{ "service.type", service_type },
		{ "service.ip", service_ip },
		{ "service.external", service_external },
		{ "service.ports", service_ports },
		{ "service.selector", service_selector },
		{ "endpoints", endpoints },
		{ "slice.ports", slice_ports },
		{ "slice.endpoints", slice_endpoints },
		{ "node.status", node_status },
		{ "node.roles", node_roles },
		{ "node.internal", node_internal },
		{ "node.external", node_external },
		{ "event.last", event_last },
		{ "event.first", event_first },
		{ "event.object", event_object },
		{ "event.source", event_source },
		{ "event.message", event_message },
		{ "event.count", event_count },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		if (!strcmp(cells[i].name, name))
			return cells[i].make(a, object, now_s);
	return ob_api_cell_deployment(a, name, object);
}
