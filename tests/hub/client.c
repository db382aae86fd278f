// SPDX-License-Identifier: Apache-2.0
/*
 * Our client against a server: the embedded hub, or a kube-apiserver with the
 * CRD of the Peers.  OB_KUBECONFIG names a file of somebody who may do
 * anything.
 */
#include "kube/client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube/event.h"
#include "kube/lease.h"
#include "kube/reflector.h"

#define DEADLINE_MS 30000
#define OBJECTS	    7
#define PAGE	    3

static const struct ob_kube_resource namespaces = {
	"", "v1", "namespaces", "Namespace", false,
};
static const struct ob_kube_resource configmaps = {
	"", "v1", "configmaps", "ConfigMap", true,
};
static const struct ob_kube_resource peers = {
	"octopus.io", "v1alpha1", "peers", "Peer", true,
};
static const struct ob_kube_resource events = {
	"events.k8s.io", "v1", "events", "Event", true,
};

struct fixture {
	struct ob_arena *arena;
	sd_event *event;
	struct ob_kube *kube;
	char namespace[32];
	/* of the last request */
	bool answered;
	int r;
	cJSON *body;
	char message[OB_STATUS_MESSAGE_LEN];
};

static void on_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	f->answered = true;
	f->r = r;
	f->body = reply->body ? ob_json_copy(f->arena, reply->body) : NULL;
	snprintf(f->message, sizeof(f->message), "%s", reply->status.message);
}

/* Turns the loop until *flag. */
static void loop_until(struct fixture *f, const bool *flag)
{
	uint64_t deadline = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (!*flag) {
		assert_true(ob_clock_monotonic_ms() < deadline);
		assert_true(sd_event_run(f->event, 100000) >= 0);
	}
}

static int answer(struct fixture *f)
{
	loop_until(f, &f->answered);
	f->answered = false;
	return f->r;
}

static struct ob_kube_ref ref_to(const struct fixture *f,
				 const struct ob_kube_resource *resource,
				 const char *name)
{
	return (struct ob_kube_ref){
		.resource = resource,
		.namespace = resource->namespaced ? f->namespace : NULL,
		.name = name,
	};
}

static cJSON *json(struct fixture *f, const char *format, ...)
{
	char text[1024];
	cJSON *v = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(ob_json_parse(f->arena, text, strlen(text),
				       sizeof(text), &v, NULL),
			 0);
	return v;
}

static cJSON *configmap(struct fixture *f, const char *name, const char *value)
{
	return json(f,
		    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
		    "\"metadata\":{\"name\":\"%s\"},\"data\":{\"v\":\"%s\"}}",
		    name, value);
}

static int create(struct fixture *f, const struct ob_kube_resource *resource,
		  const cJSON *object)
{
	struct ob_kube_ref ref = ref_to(f, resource, NULL);

	assert_int_equal(
		ob_kube_create(f->kube, &ref, object, on_reply, f, NULL), 0);
	return answer(f);
}

static int get(struct fixture *f, const struct ob_kube_resource *resource,
	       const char *name)
{
	struct ob_kube_ref ref = ref_to(f, resource, name);

	assert_int_equal(ob_kube_get(f->kube, &ref, on_reply, f, NULL), 0);
	return answer(f);
}

static int update(struct fixture *f, const char *name, const cJSON *object)
{
	struct ob_kube_ref ref = ref_to(f, &configmaps, name);

	assert_int_equal(
		ob_kube_update(f->kube, &ref, object, on_reply, f, NULL), 0);
	return answer(f);
}

static int patch(struct fixture *f, const struct ob_kube_resource *resource,
		 const char *name, const char *subresource,
		 enum ob_kube_patch type, const cJSON *body)
{
	struct ob_kube_ref ref = ref_to(f, resource, name);

	ref.subresource = subresource;
	assert_int_equal(
		ob_kube_patch(f->kube, &ref, type, body, on_reply, f, NULL), 0);
	return answer(f);
}

static int delete (struct fixture *f, const char *name,
		   const struct ob_kube_preconditions *only_if)
{
	struct ob_kube_ref ref = ref_to(f, &configmaps, name);

	assert_int_equal(
		ob_kube_delete(f->kube, &ref, only_if, on_reply, f, NULL), 0);
	return answer(f);
}

static int setup(void **state)
{
	static unsigned int n;
	struct fixture *f = calloc(1, sizeof(*f));
	struct ob_kube_config *config = NULL;
	const char *path = getenv("OB_KUBECONFIG");

	assert_non_null(path);
	f->arena = ob_arena_new();
	assert_true(sd_event_new(&f->event) >= 0);
	assert_int_equal(ob_kube_config_load(path, NULL, &config, NULL), 0);
	assert_int_equal(
		ob_kube_new(f->event, config, "client/1", &f->kube, NULL), 0);
	snprintf(f->namespace, sizeof(f->namespace), "client-%d-%u", getpid(),
		 n++);
	assert_int_equal(create(f, &namespaces,
				json(f, "{\"metadata\":{\"name\":\"%s\"}}",
				     f->namespace)),
			 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_ref ref = ref_to(f, &namespaces, f->namespace);

	ob_kube_delete(f->kube, &ref, NULL, on_reply, f, NULL);
	answer(f);
	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	ob_arena_free(f->arena);
	free(f);
	return 0;
}

static void says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	cJSON *old;

	assert_int_equal(get(f, &configmaps, "one"), -ENOENT);
	assert_int_equal(create(f, &configmaps, configmap(f, "one", "1")), 0);
	old = f->body;
	assert_int_equal(create(f, &configmaps, configmap(f, "one", "1")),
			 -EEXIST);
	assert_int_equal(create(f, &configmaps, configmap(f, "No!", "1")),
			 -EINVAL);
	assert_non_null(strstr(f->message, "metadata.name"));
	ob_json_set_string(f->arena, ob_json_get(old, "data"), "v", "2");
	assert_int_equal(update(f, "one", old), 0);
	assert_int_equal(update(f, "one", old), -ESTALE);
}

static void patches_leave_what_they_do_not_name(void **state)
{
	struct fixture *f = *state;
	cJSON *body = configmap(f, "one", "2");

	assert_int_equal(create(f, &configmaps, configmap(f, "one", "1")), 0);
	assert_int_equal(patch(f, &configmaps, "one", NULL, OB_KUBE_PATCH_MERGE,
			       json(f, "{\"data\":{\"w\":\"1\"}}")),
			 0);
	assert_string_equal(ob_json_string(f->body, "data.v"), "1");
	assert_int_equal(
		patch(f, &configmaps, "one", NULL, OB_KUBE_PATCH_APPLY, body),
		0);
	assert_string_equal(ob_json_string(f->body, "data.v"), "2");
	assert_string_equal(ob_json_string(f->body, "data.w"), "1");
	assert_int_equal(
		patch(f, &configmaps, "one", NULL, OB_KUBE_PATCH_JSON,
		      json(f, "[{\"op\":\"remove\",\"path\":\"/data/v\"}]")),
		0);
	assert_null(ob_json_string(f->body, "data.v"));
}

static void deletes_only_what_is_meant(void **state)
{
	static const struct ob_kube_preconditions other = {
		.uid = "00000000-0000-0000-0000-000000000000",
	};
	struct ob_kube_preconditions this = { 0 };
	struct fixture *f = *state;

	assert_int_equal(create(f, &configmaps, configmap(f, "one", "1")), 0);
	this.uid = ob_json_string(f->body, "metadata.uid");
	this.resource_version =
		ob_json_string(f->body, "metadata.resourceVersion");
	assert_int_equal(delete (f, "one", &other), -ESTALE);
	assert_int_equal(delete (f, "one", &this), 0);
	assert_int_equal(delete (f, "one", NULL), -ENOENT);
}

static void writes_a_status_apart_from_the_spec(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(create(f, &peers,
				json(f, "{\"apiVersion\":\"octopus.io/"
					"v1alpha1\",\"kind\":\"Peer\","
					"\"metadata\":{\"name\":\"c1\"},"
					"\"spec\":{\"cluster_id\":\"c1\"}}")),
			 0);
	assert_int_equal(patch(f, &peers, "c1", "status", OB_KUBE_PATCH_MERGE,
			       json(f, "{\"status\":{\"role\":\"private\"},"
				       "\"spec\":{\"port\":1}}")),
			 0);
	assert_string_equal(ob_json_string(f->body, "status.role"), "private");
	assert_int_equal(ob_json_at(f->body, "spec.port")->valueint, 31820);
	assert_int_equal(patch(f, &peers, "c1", NULL, OB_KUBE_PATCH_MERGE,
			       json(f, "{\"spec\":{\"port\":0}}")),
			 -EINVAL);
	assert_non_null(strstr(f->message, "spec.port"));
}

struct copy {
	char value[OBJECTS + 1][8];
	unsigned int n, sets, dels;
	bool synced, complete;
};

/* Of "NAMESPACE/obj-NUMBER". */
static bool number_of(const char *key, unsigned int *ret)
{
	static const char prefix[] = "/obj-";
	const char *name = strchr(key, '/');

	if (!name || strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	*ret = (unsigned int)strtoul(name + sizeof(prefix) - 1, NULL, 10);
	return true;
}

static int on_set(void *arg, const char *key, const cJSON *object,
		  struct ob_status *status)
{
	struct copy *c = arg;
	unsigned int i = 0;

	(void)status;
	if (!number_of(key, &i))
		return 0;
	assert_true(i <= OBJECTS);
	c->sets++;
	c->n += c->value[i][0] == '\0';
	snprintf(c->value[i], sizeof(c->value[i]), "%s",
		 ob_json_string(object, "data.v"));
	c->complete = c->n == 1 && strcmp(c->value[OBJECTS], "end") == 0;
	return 0;
}

static void on_del(void *arg, const char *key)
{
	struct copy *c = arg;
	unsigned int i = 0;

	if (!number_of(key, &i))
		return;
	c->dels++;
	c->n--;
	c->value[i][0] = '\0';
	c->complete = c->n == 1 && strcmp(c->value[OBJECTS], "end") == 0;
}

static void on_synced(void *arg)
{
	struct copy *c = arg;

	c->synced = true;
}

static void on_state(void *arg, const struct ob_status *status)
{
	(void)arg;
	assert_null(status->reason);
}

static const struct ob_kube_reflector_ops copy_ops = {
	.set = on_set,
	.del = on_del,
	.synced = on_synced,
	.state = on_state,
};

static void keeps_a_copy_by_pages_and_watch(void **state)
{
	_cleanup_(ob_kube_reflector_freep) struct ob_kube_reflector *r = NULL;
	struct fixture *f = *state;
	struct copy c = { .n = 0 };
	struct ob_kube_reflector_options options = {
		.ref = ref_to(f, &configmaps, NULL),
		.page = PAGE,
	};
	char name[16];

	for (unsigned int i = 0; i < OBJECTS; i++) {
		snprintf(name, sizeof(name), "obj-%u", i);
		assert_int_equal(
			create(f, &configmaps, configmap(f, name, "1")), 0);
	}
	assert_int_equal(
		ob_kube_reflector_new(f->kube, &options, &copy_ops, &c, &r), 0);
	loop_until(f, &c.synced);
	assert_int_equal(c.n, OBJECTS);
	assert_int_equal(update(f, "obj-0", configmap(f, "obj-0", "2")), 0);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		snprintf(name, sizeof(name), "obj-%u", i);
		assert_int_equal(delete (f, name, NULL), 0);
	}
	snprintf(name, sizeof(name), "obj-%u", OBJECTS);
	assert_int_equal(create(f, &configmaps, configmap(f, name, "end")), 0);
	loop_until(f, &c.complete);
	/* Each change once: created, changed, deleted, the last created. */
	assert_int_equal(c.sets, OBJECTS + 1 + 1);
	assert_int_equal(c.dels, OBJECTS);
	assert_int_equal(ob_kube_reflector_stats_get(r).errors, 0);
}

struct candidate {
	bool leads;
	bool lost;
};

static void on_leading(void *arg)
{
	struct candidate *c = arg;

	c->leads = true;
}

static void on_lost(void *arg, bool unreachable)
{
	struct candidate *c = arg;

	(void)unreachable;
	c->lost = true;
}

static void on_observed(void *arg, const char *holder)
{
	(void)arg;
	(void)holder;
}

static void hands_a_lease_to_the_next(void **state)
{
	static const struct ob_kube_lease_ops ops = {
		.leading = on_leading,
		.lost = on_lost,
		.observed = on_observed,
	};
	struct fixture *f = *state;
	struct candidate one = { false }, two = { false };
	struct ob_kube_lease_options options = {
		.namespace = f->namespace,
		.name = "c1-cnf",
		.identity = "one",
		.retry_period_ms = 200,
	};
	struct ob_kube_lease *first = NULL, *second = NULL;

	assert_int_equal(
		ob_kube_lease_new(f->kube, &options, &ops, &one, &first), 0);
	loop_until(f, &one.leads);
	options.identity = "two";
	assert_int_equal(
		ob_kube_lease_new(f->kube, &options, &ops, &two, &second), 0);
	for (unsigned int i = 0; i < 10; i++)
		sd_event_run(f->event, 100000);
	assert_false(two.leads);
	assert_string_equal(ob_kube_lease_holder(second), "one");
	ob_kube_lease_release(first);
	loop_until(f, &two.leads);
	assert_false(one.lost || two.lost);
	ob_kube_lease_free(first);
	ob_kube_lease_free(second);
}

static void tells_people_what_has_happened(void **state)
{
	_cleanup_(ob_kube_events_freep) struct ob_kube_events *e = NULL;
	struct fixture *f = *state;
	struct ob_kube_ref one = ref_to(f, &configmaps, "one");
	struct ob_kube_ref all = ref_to(f, &events, NULL);
	const struct ob_kube_event event = {
		.regarding = &one,
		.type = "Normal",
		.reason = "Joined",
		.action = "Join",
		.note = "cluster c1 has joined",
	};
	uint64_t deadline = ob_clock_monotonic_ms() + DEADLINE_MS;
	const cJSON *items = NULL, *event_seen;

	assert_int_equal(
		ob_kube_events_new(f->kube, "octopus.io/octopus", "pod", &e),
		0);
	ob_kube_events_send(e, &event);
	while (cJSON_GetArraySize(items) == 0) {
		assert_true(ob_clock_monotonic_ms() < deadline);
		sd_event_run(f->event, 100000);
		assert_int_equal(
			ob_kube_list(f->kube, &all, NULL, on_reply, f, NULL),
			0);
		assert_int_equal(answer(f), 0);
		items = ob_json_get(f->body, "items");
	}
	event_seen = cJSON_GetArrayItem(items, 0);
	assert_string_equal(ob_json_string(event_seen, "note"),
			    "cluster c1 has joined");
	assert_string_equal(ob_json_string(event_seen, "regarding.name"),
			    "one");
}

static void is_refused_with_a_wrong_token(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_config *config = NULL;
	struct ob_kube *k = NULL, *mine = f->kube;

	assert_int_equal(ob_kube_config_load(getenv("OB_KUBECONFIG"), NULL,
					     &config, NULL),
			 0);
	free(config->token);
	config->token = strdup("wrong");
	assert_int_equal(ob_kube_new(f->event, config, "client/1", &k, NULL),
			 0);
	f->kube = k;
	assert_int_equal(get(f, &configmaps, "one"), -EACCES);
	f->kube = mine;
	ob_kube_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(says_what_is_wrong),
		TEST(patches_leave_what_they_do_not_name),
		TEST(deletes_only_what_is_meant),
		TEST(writes_a_status_apart_from_the_spec),
		TEST(keeps_a_copy_by_pages_and_watch),
		TEST(hands_a_lease_to_the_next),
		TEST(tells_people_what_has_happened),
		TEST(is_refused_with_a_wrong_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
