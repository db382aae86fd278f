// SPDX-License-Identifier: Apache-2.0
/* From ServiceImports in a real API server to the maps of a real kernel; all
 * of octopus but its tunnels. Needs root. */
#include "octopus/balancer.h"

#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "base/clock.h"
#include "bpf/gateway.h"
#include "datapath/private.h"
#include "hub_process.h"
#include "kube/mcs.h"
#include "ob/api/services.h"

#define DEADLINE_MS 60000
#define VIP	    "10.113.192.1"
#define MANY	    10000 /* endpoints */
#define A_SLICE	    100
#define MOST_KB	    (20 * 1024)

static const struct ob_kube_resource crds = {
	"apiextensions.k8s.io",	    "v1",  "customresourcedefinitions",
	"CustomResourceDefinition", false,
};
static const struct ob_kube_resource imports = {
	OB_MCS_GROUP, OB_MCS_V1ALPHA1, "serviceimports", "ServiceImport", true,
};

struct fixture {
	struct hub_process hub;
	struct ob_arena *arena;
	sd_event *event;
	struct ob_kube *writer, *reader;
	struct ob_datapath *dp;
	struct ob_imports *imports;
	struct ob_balancer *balancer;
	struct ob_service_cluster clusters[2];
	struct ob_prefix cidrs[2];
	struct ob_service_view view;
	unsigned int replies;
	int r;
	char shown[4096];
};

static struct ob_kube *client(struct fixture *f)
{
	struct ob_kube_config *config = NULL;
	struct ob_kube *k = NULL;

	assert_int_equal(ob_kube_config_load(
				 hub_process_path(&f->hub, "admin.kubeconfig"),
				 NULL, &config, NULL),
			 0);
	assert_int_equal(ob_kube_new(f->event, config, "test/1", &k, NULL), 0);
	return k;
}

/* The writer. */

static void on_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	if (r < 0)
		print_error("%s\n", reply->status.message);
	f->r = r;
	f->replies++;
}

static void apply(struct fixture *f, const struct ob_kube_ref *ref,
		  const cJSON *object)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;
	unsigned int before = f->replies;

	assert_int_equal(ob_kube_patch(f->writer, ref, OB_KUBE_PATCH_APPLY,
				       object, on_reply, f, NULL),
			 0);
	while (f->replies == before && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_int_equal(f->r, 0);
	ob_arena_reset(f->arena);
}

static cJSON *json(struct fixture *f, const char *text)
{
	cJSON *root = NULL;

	assert_int_equal(ob_json_parse(f->arena, text, strlen(text),
				       1024 * 1024, &root, NULL),
			 0);
	return root;
}

static void add_kind(struct fixture *f)
{
	struct ob_kube_ref ref = { &crds, NULL, "serviceimports." OB_MCS_GROUP,
				   NULL };

	apply(f, &ref,
	      json(f,
		   "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":"
		   "\"CustomResourceDefinition\",\"metadata\":{\"name\":"
		   "\"serviceimports." OB_MCS_GROUP "\",\"annotations\":{"
		   "\"api-approved.kubernetes.io\":\"unapproved, a test\"}},"
		   "\"spec\":{\"group\":\"" OB_MCS_GROUP "\",\"scope\":"
		   "\"Namespaced\",\"names\":{\"plural\":\"serviceimports\","
		   "\"singular\":\"serviceimport\",\"kind\":\"ServiceImport\"},"
		   "\"versions\":[{\"name\":\"v1alpha1\",\"served\":true,"
		   "\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":"
		   "\"object\",\"x-kubernetes-preserve-unknown-fields\":"
		   "true}}}]}}"));
}

static void put_import(struct fixture *f, unsigned int i)
{
	char *name = ob_arena_printf(f->arena, "web%u", i);
	struct ob_kube_ref ref = { &imports, "default", name, NULL };

	apply(f, &ref,
	      json(f, ob_arena_printf(
			      f->arena,
			      "{\"apiVersion\":\"" OB_MCS_GROUP
			      "/v1alpha1\",\"kind\":\"ServiceImport\","
			      "\"metadata\":{\"name\":\"%s\"},\"spec\":{"
			      "\"type\":\"ClusterSetIP\",\"ips\":["
			      "\"10.113.%u.%u\"],\"ports\":[{\"name\":"
			      "\"http\",\"protocol\":\"TCP\",\"port\":80}]}}",
			      name, 192 + i / 256, i % 256)));
}

/* n endpoints 10.114.FIRST..., the first of them ready or not. */
static void put_slice(struct fixture *f, unsigned int i, unsigned int n,
		      bool ready)
{
	char *name = ob_arena_printf(f->arena, "web%u-two", i);
	struct ob_kube_ref ref = { &ob_endpoint_slices, "default", name, NULL };
	_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out,
		"{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":"
		"\"EndpointSlice\",\"metadata\":{\"name\":\"%s\",\"labels\":{"
		"\"" OB_LABEL_SERVICE_NAME "\":\"web%u\","
		"\"" OB_LABEL_SOURCE_CLUSTER "\":\"two\"},\"annotations\":{"
		"\"" OB_ANNOTATION_SERVICE_PORTS "\":\"http:TCP/80\"}},"
		"\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\","
		"\"protocol\":\"TCP\",\"port\":8080}],\"endpoints\":[",
		name, i);
	for (unsigned int e = 0; e < n; e++)
		fprintf(out,
			"%s{\"addresses\":[\"10.114.%u.%u\"],\"conditions\":{"
			"\"ready\":%s},\"hostname\":\"pod-%u\",\"nodeName\":"
			"\"node-%u\"}",
			e ? "," : "", i % 256, e + 1,
			e || ready ? "true" : "false", e, e % 8);
	fprintf(out, "]}");
	fclose(out);
	apply(f, &ref, json(f, text));
}

/* The reader: what octopus does. */

static void service_changed(void *arg, const char *key)
{
	struct fixture *f = arg;

	ob_balancer_changed(f->balancer, key);
}

static void state_changed(void *arg)
{
	struct fixture *f = arg;

	ob_balancer_state(f->balancer);
}

static const struct ob_imports_ops imports_ops = {
	.changed = service_changed,
	.state = state_changed,
};

static void unserved_changed(void *arg)
{
	(void)arg;
}

static void start(struct fixture *f)
{
	f->reader = client(f);
	assert_int_equal(ob_balancer_new(f->event, f->dp, unserved_changed, f,
					 &f->balancer),
			 0);
	assert_int_equal(ob_imports_new(f->event, f->reader, &imports_ops, f,
					&f->imports),
			 0);
	ob_balancer_set_imports(f->balancer, f->imports);
	ob_balancer_view(f->balancer, &f->view);
}

static void stop(struct fixture *f)
{
	ob_balancer_freep(&f->balancer);
	ob_imports_freep(&f->imports);
	ob_kube_freep(&f->reader);
	f->balancer = NULL;
	f->imports = NULL;
	f->reader = NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = ob_arena_new();
	hub_process_start(&f->hub);
	if (sd_event_new(&f->event) < 0)
		return -1;
	f->writer = client(f);
	f->dp = gateway_load();
	(void)ob_prefix_parse("10.114.0.0/16", &f->cidrs[0]);
	(void)ob_prefix_parse("10.113.0.0/16", &f->cidrs[1]);
	(void)ob_prefix_parse("10.113.192.0/18", &f->view.blocks[0]);
	f->clusters[0] =
		(struct ob_service_cluster){ "two", 2, &f->cidrs[0], 1, true };
	f->clusters[1] =
		(struct ob_service_cluster){ "us", 0, &f->cidrs[1], 1, true };
	f->view.clusters = f->clusters;
	f->view.n_clusters = 2;
	f->view.n_blocks = 1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stop(f);
	ob_kube_free(f->writer);
	ob_datapath_free(f->dp);
	sd_event_unref(f->event);
	ob_arena_free(f->arena);
	hub_process_stop(&f->hub);
	free(f);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

/* What the kernel has: "ADDRESS:PORT READY/DRAINING " for each. */
static const char *kernel(struct fixture *f)
{
	struct ob_service_entries all;
	char addr[OB_ADDR_STRLEN];
	size_t at = 0;

	ob_arena_reset(f->arena);
	assert_int_equal(ob_services_dump(f->dp, f->arena, &all), 0);
	f->shown[0] = '\0';
	for (size_t i = 0; i < all.n && at < sizeof(f->shown) - 64; i++) {
		const struct ob_service_entry *e = &all.v[i];
		size_t ready = 0;

		for (size_t j = 0; j < e->n_backends; j++)
			ready += !e->backends[j].draining;
		at += (size_t)snprintf(
			f->shown + at, sizeof(f->shown) - at, "%s:%u %zu/%zu ",
			ob_addr_format(&e->id.addr, addr, sizeof(addr)),
			e->id.port, ready, e->n_backends - ready);
	}
	return f->shown;
}

static void turn_until(struct fixture *f, const char *want)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (strcmp(kernel(f), want) != 0 && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_string_equal(kernel(f), want);
}

static void turn_for(struct fixture *f, uint64_t ms)
{
	uint64_t until = ob_clock_monotonic_ms() + ms;

	while (ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
}

static struct ob_balance_totals totals(const struct fixture *f)
{
	static struct ob_balancer_look look;

	ob_balancer_look(f->balancer, &look);
	return look.totals;
}

static void follows_what_the_api_says(void **state)
{
	struct fixture *f = *state;

	add_kind(f);
	start(f);
	put_import(f, 1);
	turn_until(f, VIP ":80 0/0 ");
	put_slice(f, 1, 3, true);
	turn_until(f, VIP ":80 3/0 ");
	put_slice(f, 1, 3, false);
	turn_until(f, VIP ":80 2/0 ");
	f->clusters[0].alive = false;
	ob_balancer_view(f->balancer, &f->view);
	turn_until(f, VIP ":80 2/0 ");
}

static void without_the_kind_there_is_no_trouble(void **state)
{
	struct fixture *f = *state;
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	start(f);
	while (ob_kube_stats_get(f->reader).requests == 0 ||
	       !ob_kube_stats_get(f->reader).last_answer_ms)
		if (ob_clock_monotonic_ms() > until ||
		    sd_event_run(f->event, 10000) < 0)
			break;
	turn_for(f, 500);
	assert_null(ob_imports_version(f->imports));
	assert_false(ob_imports_synced(f->imports));
	assert_null(ob_imports_trouble(f->imports)->reason);
	assert_int_equal(ob_kube_stats_get(f->reader).requests, 1);
}

static void what_is_there_stays_while_the_api_is_away(void **state)
{
	struct fixture *f = *state;

	add_kind(f);
	put_import(f, 1);
	put_slice(f, 1, 2, true);
	start(f);
	turn_until(f, VIP ":80 2/0 ");
	hub_process_kill(&f->hub);
	turn_for(f, 1000);
	assert_string_equal(kernel(f), VIP ":80 2/0 ");
	/* A new process that cannot know. */
	stop(f);
	start(f);
	turn_for(f, 1000);
	assert_string_equal(kernel(f), VIP ":80 2/0 ");
	hub_process_serve(&f->hub);
	turn_until(f, VIP ":80 2/0 ");
	while (totals(f).audits == 0)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	turn_for(f, 200);
	assert_int_equal(totals(f).services, 1);
	assert_int_equal(totals(f).writes, 0);
}

static void what_somebody_removes_comes_back(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_services_freep) struct ob_services *other = NULL;
	struct ob_service_id id = { .port = 80, .protocol = 6 };

	assert_int_equal(ob_addr_parse(VIP, &id.addr), 0);
	add_kind(f);
	put_import(f, 1);
	put_slice(f, 1, 2, true);
	start(f);
	turn_until(f, VIP ":80 2/0 ");
	assert_int_equal(ob_services_open(f->dp, &other, NULL), 0);
	assert_int_equal(ob_services_del(other, &id), 0);
	assert_string_equal(kernel(f), "");
	turn_until(f, VIP ":80 2/0 ");
	assert_int_equal(totals(f).repairs, 1);
}

/* The address alone: the service itself is still there. */
static void an_address_that_somebody_unmarks_is_marked_again(void **state)
{
	struct fixture *f = *state;
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;
	const int fd = f->dp->map_fd[OB_MAP_VIRTUAL];
	struct ob_ip6 key;
	uint32_t value = 0;

	add_kind(f);
	put_import(f, 1);
	start(f);
	turn_until(f, VIP ":80 0/0 ");
	assert_int_equal(bpf_map_get_next_key(fd, NULL, &key), 0);
	assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
	while (bpf_map_lookup_elem(fd, &key, &value) < 0 &&
	       ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_int_equal(value, 1);
	assert_string_equal(kernel(f), VIP ":80 0/0 ");
}

/* Resident, without what was there before. */
static long resident_kb(void)
{
	_free_ char *line = NULL;
	FILE *in = fopen("/proc/self/status", "re");
	size_t size = 0;
	long kb = 0;

	while (in && getline(&line, &size, in) > 0)
		if (sscanf(line, "RssAnon: %ld", &kb) == 1)
			break;
	if (in)
		fclose(in);
	return kb;
}

static void is_small_and_quick_with_many_endpoints(void **state)
{
	struct fixture *f = *state;
	uint64_t start_ns;
	long before_kb, kb;

	add_kind(f);
	for (unsigned int i = 0; i < MANY / A_SLICE; i++) {
		put_import(f, i);
		put_slice(f, i, A_SLICE, true);
	}
	malloc_trim(0);
	before_kb = resident_kb();
	start_ns = ob_clock_monotonic_ns();
	start(f);
	while (totals(f).entries < MANY / A_SLICE || totals(f).writes == 0 ||
	       totals(f).writes < MANY / A_SLICE)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	kb = resident_kb() - before_kb;
	print_message("%d endpoints: known and written after %.0f ms, "
		      "%ld KiB more resident\n",
		      MANY, (double)(ob_clock_monotonic_ns() - start_ns) / 1e6,
		      kb);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed */
	assert_true(kb < MOST_KB);
#endif
	start_ns = ob_clock_monotonic_ns();
	put_slice(f, 7, A_SLICE, false);
	while (totals(f).writes == MANY / A_SLICE)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	print_message("one changed endpoint: in the kernel %.1f ms after it "
		      "was sent to the API server\n",
		      (double)(ob_clock_monotonic_ns() - start_ns) / 1e6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(follows_what_the_api_says),
		TEST(without_the_kind_there_is_no_trouble),
		TEST(what_is_there_stays_while_the_api_is_away),
		TEST(what_somebody_removes_comes_back),
		TEST(an_address_that_somebody_unmarks_is_marked_again),
		TEST(is_small_and_quick_with_many_endpoints),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
