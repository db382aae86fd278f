// SPDX-License-Identifier: Apache-2.0
/* The client and the hub of this build, over TLS on loopback. */
#include "kube/client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "hub_process.h"
#include "kube/informer.h"
#include "kube/lease.h"

#define DEADLINE_MS 30000
#define OBJECTS	    60

static const struct ob_kube_resource configmaps = {
	"", "v1", "configmaps", "ConfigMap", true,
};
static const struct ob_kube_resource peers = {
	"octopus.io", "v1alpha1", "peers", "Peer", true,
};

struct fixture {
	struct hub_process hub;
	struct ob_arena *arena;
	sd_event *event;
	struct ob_kube *kube;
	struct ob_kube_informer *informer;
	unsigned int truth[OBJECTS]; /* what the hub acknowledged; 0: none */
	unsigned int replies, value;
	int r;
	unsigned int led;
};

static struct ob_kube *client(struct fixture *f, const char *kubeconfig)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube *k = NULL;

	if (ob_kube_config_load(hub_process_path(&f->hub, kubeconfig), NULL,
				&config, &status) < 0 ||
	    ob_kube_new(f->event, config, "test/1", &k, &status) < 0)
		print_error("%s\n", status.message);
	assert_non_null(k);
	return k;
}

static int setup_with(void **state, const char *history)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->hub.history = history;
	f->arena = ob_arena_new();
	hub_process_start(&f->hub);
	if (sd_event_new(&f->event) < 0)
		return -1;
	f->kube = client(f, "admin.kubeconfig");
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, NULL);
}

/* So little that a watch soon cannot be resumed. */
static int setup_forgetful(void **state)
{
	return setup_with(state, "20,1s");
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_kube_informer_free(f->informer);
	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	ob_arena_free(f->arena);
	hub_process_stop(&f->hub);
	free(f);
	return 0;
}

static void on_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	(void)reply;
	f->r = r;
	f->replies++;
}

static int wait_reply(struct fixture *f, int sent)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;
	unsigned int before = f->replies;

	assert_int_equal(sent, 0);
	while (f->replies == before && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_true(f->replies > before);
	return f->r;
}

static cJSON *json(struct fixture *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static cJSON *json(struct fixture *f, const char *format, ...)
{
	char text[2048];
	cJSON *root = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(ob_json_parse(f->arena, text, strlen(text),
				       sizeof(text), &root, NULL),
			 0);
	return root;
}

static cJSON *configmap(struct fixture *f, const char *name, unsigned int v)
{
	return json(f,
		    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
		    "\"metadata\":{\"name\":\"%s\"},\"data\":{\"v\":\"%u\"}}",
		    name, v);
}

static struct ob_kube_ref named(const char *name)
{
	return (struct ob_kube_ref){
		.resource = &configmaps,
		.namespace = "default",
		.name = name,
	};
}

static void does_what_clients_do(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_ref ref = named("a");
	struct ob_kube_preconditions other = { .uid = "other" };
	struct ob_kube_reply reply;
	struct ob_kube *k = f->kube;
	cJSON *stale;

	assert_int_equal(
		wait_reply(f, ob_kube_create(k, &ref, configmap(f, "a", 1),
					     on_reply, f, NULL)),
		0);
	assert_int_equal(
		wait_reply(f, ob_kube_create(k, &ref, configmap(f, "a", 1),
					     on_reply, f, NULL)),
		-EEXIST);
	assert_int_equal(ob_kube_get_wait(k, f->arena, &ref, &reply), 0);
	stale = ob_json_copy(f->arena, reply.body);
	assert_int_equal(
		wait_reply(f, ob_kube_patch(k, &ref, OB_KUBE_PATCH_MERGE,
					    json(f, "{\"data\":{\"w\":\"2\"}}"),
					    on_reply, f, NULL)),
		0);
	assert_int_equal(wait_reply(f, ob_kube_update(k, &ref, stale, on_reply,
						      f, NULL)),
			 -ESTALE);
	assert_int_equal(
		wait_reply(f, ob_kube_patch(k, &ref, OB_KUBE_PATCH_APPLY,
					    configmap(f, "a", 3), on_reply, f,
					    NULL)),
		0);
	assert_int_equal(wait_reply(f, ob_kube_delete(k, &ref, &other, on_reply,
						      f, NULL)),
			 -ESTALE);
	assert_int_equal(ob_kube_delete_wait(k, f->arena, &ref, &reply), 0);
	assert_int_equal(ob_kube_get_wait(k, f->arena, &ref, &reply), -ENOENT);
}

static cJSON *peer(struct fixture *f, const char *id)
{
	return json(f,
		    "{\"apiVersion\":\"octopus.io/v1alpha1\",\"kind\":"
		    "\"Peer\",\"metadata\":{\"name\":\"%s\"},\"spec\":{"
		    "\"cluster_id\":\"%s\"}}",
		    id, id);
}

static void a_member_writes_only_its_own(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_ref ref = { &peers, "syncer-operator", "one", NULL };
	struct ob_kube *member;

	hub_process_member(&f->hub, "one");
	member = client(f, "one.kubeconfig");
	assert_int_equal(
		wait_reply(f, ob_kube_create(member, &ref, peer(f, "one"),
					     on_reply, f, NULL)),
		0);
	ref.subresource = "status";
	assert_int_equal(
		wait_reply(f, ob_kube_patch(member, &ref, OB_KUBE_PATCH_MERGE,
					    json(f, "{\"status\":{}}"),
					    on_reply, f, NULL)),
		-EACCES);
	ref.subresource = NULL;
	assert_int_equal(
		wait_reply(f, ob_kube_create(member, &ref, peer(f, "two"),
					     on_reply, f, NULL)),
		-EACCES);
	ob_kube_free(member);
}

static int decode(void *arg, const cJSON *object, void **ret,
		  struct ob_status *status)
{
	unsigned int *value = malloc(sizeof(*value));

	(void)arg;
	(void)status;
	*value = (unsigned int)strtoul(ob_json_string(object, "data.v") ?: "0",
				       NULL, 10);
	*ret = value;
	return 0;
}

static const struct ob_kube_informer_ops informer_ops = {
	.decode = decode,
	.free_value = free,
};

static void watch_all(struct fixture *f)
{
	struct ob_kube_reflector_options options = {
		.ref = { .resource = &configmaps, .namespace = "default" },
		.label_selector = "live=yes",
		.page = 7,
	};

	assert_int_equal(ob_kube_informer_new(f->kube, &options, 0,
					      &informer_ops, f, &f->informer),
			 0);
}

static bool equal(const struct fixture *f)
{
	size_t n = 0;
	char key[32];

	for (unsigned int i = 0; i < OBJECTS; i++) {
		const unsigned int *known;

		snprintf(key, sizeof(key), "default/o-%u", i);
		known = ob_kube_informer_get(f->informer, key);
		if ((known ? *known : 0) != f->truth[i])
			return false;
		n += f->truth[i] != 0;
	}
	return ob_kube_informer_synced(f->informer) &&
	       ob_kube_informer_count(f->informer) == n;
}

static void turn_until_equal(struct fixture *f)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (!equal(f) && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_true(equal(f));
}

/* One change that the hub has acknowledged when it returns. */
static void change(struct fixture *f, unsigned int i, bool gone)
{
	struct ob_kube_ref ref = named(NULL);
	char name[32];
	cJSON *object;
	int r;

	ob_arena_reset(f->arena);
	snprintf(name, sizeof(name), "o-%u", i);
	ref.name = name;
	if (gone) {
		r = wait_reply(f, ob_kube_delete(f->kube, &ref, NULL, on_reply,
						 f, NULL));
		assert_true(r == 0 || r == -ENOENT);
		f->truth[i] = 0;
		return;
	}
	object = configmap(f, name, ++f->value);
	ob_json_set(f->arena, ob_json_get(object, "metadata"), "labels",
		    json(f, "{\"live\":\"yes\"}"));
	r = wait_reply(f, ob_kube_patch(f->kube, &ref, OB_KUBE_PATCH_APPLY,
					object, on_reply, f, NULL));
	assert_int_equal(r, 0);
	f->truth[i] = f->value;
}

static void storm(struct fixture *f, int n)
{
	static unsigned int dice = 7;

	for (int i = 0; i < n; i++)
		change(f, (unsigned int)rand_r(&dice) % OBJECTS,
		       rand_r(&dice) % 4 == 0);
}

static void knows_what_the_hub_has(void **state)
{
	struct fixture *f = *state;

	storm(f, 40);
	watch_all(f);
	turn_until_equal(f);
	storm(f, 100);
	turn_until_equal(f);
	assert_int_equal(ob_kube_informer_stats_get(f->informer).lists, 1);
	assert_int_equal(ob_kube_informer_stats_get(f->informer).errors, 0);
}

static void survives_crashes_of_the_hub(void **state)
{
	struct fixture *f = *state;

	watch_all(f);
	turn_until_equal(f);
	for (int i = 0; i < 5; i++) {
		storm(f, 20);
		hub_process_crash(&f->hub);
		storm(f, 20);
		turn_until_equal(f);
	}
}

/* The resourceVersion of now. */
static void read_version(struct fixture *f, char version[64])
{
	struct ob_kube_ref all = named(NULL);
	struct ob_kube_reply reply = { 0 };

	assert_int_equal(
		ob_kube_list_wait(f->kube, f->arena, &all, NULL, &reply), 0);
	snprintf(version, 64, "%s",
		 ob_json_string(reply.body, "metadata.resourceVersion"));
}

/* What a watch from there is told at once. */
static bool is_forgotten(struct fixture *f, const char *version)
{
	struct ob_kube_reply reply = { 0 };
	const char *path =
		ob_arena_printf(f->arena,
				"/api/v1/namespaces/default/configmaps?watch=1"
				"&timeoutSeconds=1&resourceVersion=%s",
				version);
	int r = ob_kube_raw_get_wait(f->kube, f->arena, path, &reply);
	const char *type = ob_json_string(reply.body, "type");

	return r == -EKEYEXPIRED || (type && !strcmp(type, "ERROR"));
}

static void change_until_forgotten(struct fixture *f)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;
	char version[64];

	read_version(f, version);
	do {
		assert_true(ob_clock_monotonic_ms() < until);
		storm(f, 40);
		/* The hub has a while of it in memory, too. */
		hub_process_crash(&f->hub);
	} while (!is_forgotten(f, version));
}

/* Away for longer than the history: what went meanwhile is noticed. */
static void lists_again_when_it_was_away_for_too_long(void **state)
{
	struct fixture *f = *state, other = *f;

	storm(f, 40);
	watch_all(f);
	turn_until_equal(f);
	/* The loop of the first client does not turn: it hears nothing. */
	assert_true(sd_event_new(&other.event) >= 0);
	memcpy(other.truth, f->truth, sizeof(f->truth));
	other.value = f->value;
	other.kube = client(&other, "admin.kubeconfig");
	change_until_forgotten(&other);
	ob_kube_free(other.kube);
	sd_event_unref(other.event);
	memcpy(f->truth, other.truth, sizeof(f->truth));
	f->hub = other.hub;
	turn_until_equal(f);
	assert_true(ob_kube_informer_stats_get(f->informer).lists > 1);
}

static void on_leading(void *arg)
{
	struct fixture *f = arg;

	f->led++;
}

static void leads_in_turn(void **state)
{
	static const struct ob_kube_lease_ops ops = { .leading = on_leading };
	struct ob_kube_lease_options o = {
		.namespace = "syncer-operator",
		.name = "one-cnf",
		.identity = "a",
		.lease_duration_ms = 3000,
		.renew_deadline_ms = 2000,
		.retry_period_ms = 100,
	};
	struct ob_kube_lease *a = NULL, *b = NULL;
	struct fixture *f = *state;
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	assert_int_equal(ob_kube_lease_new(f->kube, &o, &ops, f, &a), 0);
	while (f->led < 1 && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	o.identity = "b";
	assert_int_equal(ob_kube_lease_new(f->kube, &o, &ops, f, &b), 0);
	ob_kube_lease_release(a);
	while (f->led < 2 && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_true(ob_kube_lease_is_leader(b));
	assert_false(ob_kube_lease_is_leader(a));
	ob_kube_lease_free(a);
	ob_kube_lease_free(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_what_clients_do),
		TEST(a_member_writes_only_its_own),
		TEST(knows_what_the_hub_has),
		TEST(survives_crashes_of_the_hub),
		cmocka_unit_test_setup_teardown(
			lists_again_when_it_was_away_for_too_long,
			setup_forgetful, teardown),
		TEST(leads_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
