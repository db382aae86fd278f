// SPDX-License-Identifier: Apache-2.0
/* Which endpoint a connection gets, and for how long. */
#include "service.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "datapath/services_private.h"

#define MANY 10

static const struct party *const v4 = &parties[0];

/* 10.114.1.1 and following: the last byte is one more than the index. */
static void endpoints(struct ob_backend_entry *v, size_t n)
{
	char text[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "10.114.1.%zu", i + 1);
		v[i] = service_backend(text);
	}
}

static void set(struct services *s, struct ob_backend_entry *v, size_t n,
		uint32_t affinity_s)
{
	struct ob_service_entry e = {
		.id = { .addr = service_parse(service_addr(v4)),
			.port = SERVICE_PORT,
			.protocol = IPPROTO_TCP },
		.namespace = "default",
		.name = "nginx",
		.affinity_s = affinity_s,
		.backends = v,
		.n_backends = n,
	};

	service_put(s, &e);
}

/* The endpoint (its last byte) of a connection from this port and pod. */
static unsigned int endpoint_of(struct services *s, const char *client,
				uint16_t sport, uint8_t flags)
{
	struct packet_spec in = tcp(client, service_addr(v4));
	struct packet packet;

	in.payload = 0;
	in.sport = sport;
	in.tcp_flags = flags;
	assert_int_equal(VERDICT_REDIRECT, service_send(s, &in, &packet));
	return service_last_byte(&packet);
}

/* 16 slots of 160 or more each: shares differ by at most 1/16, and 10,000
 * draws by four times their own deviation (sqrt(n p (1 - p)) = 30). */
static void connections_spread_evenly(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[MANY];
	unsigned int count[256] = { 0 };
	const unsigned int n = 10000;

	endpoints(v, MANY);
	set(s, v, MANY, 0);
	for (unsigned int i = 0; i < n; i++)
		count[endpoint_of(s, v4->local, (uint16_t)(10000 + i),
				  TCP_SYN)]++;
	for (unsigned int i = 1; i <= MANY; i++)
		assert_in_range(count[i], n / MANY - n / MANY / 16 - 120,
				n / MANY + n / MANY / 16 + 120);
}

static void clients_spread_evenly_with_affinity(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[4];
	unsigned int count[256] = { 0 };
	char client[32];

	endpoints(v, 4);
	set(s, v, 4, 10800);
	for (unsigned int i = 0; i < 2000; i++) {
		snprintf(client, sizeof(client), "10.244.%u.%u", i / 200,
			 i % 200 + 1);
		count[endpoint_of(s, client, 40000, TCP_SYN)]++;
	}
	for (unsigned int i = 1; i <= 4; i++)
		assert_in_range(count[i], 500 - 500 / 16 - 80,
				500 + 500 / 16 + 80);
}

static void a_connection_stays_while_endpoints_come(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[MANY];
	unsigned int before[200];

	endpoints(v, MANY);
	set(s, v, 3, 0);
	for (uint16_t i = 0; i < 200; i++)
		before[i] = endpoint_of(s, v4->local, 10000 + i, TCP_SYN);
	set(s, v, MANY, 0);
	for (uint16_t i = 0; i < 200; i++)
		assert_int_equal(before[i],
				 endpoint_of(s, v4->local, 10000 + i, TCP_ACK));
}

static void an_endpoint_that_is_gone_gets_nothing_more(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[4];
	unsigned int before[200], after;

	endpoints(v, 4);
	set(s, v, 4, 0);
	for (uint16_t i = 0; i < 200; i++)
		before[i] = endpoint_of(s, v4->local, 10000 + i, TCP_SYN);
	set(s, v, 3, 0); /* without 10.114.1.4 */
	for (uint16_t i = 0; i < 200; i++) {
		after = endpoint_of(s, v4->local, 10000 + i, TCP_ACK);
		assert_int_not_equal(4, after);
		if (before[i] != 4)
			assert_int_equal(before[i], after);
	}
	/* No answer of an old connection is left over. */
	assert_int_equal(200, service_count(s, OB_MAP_FLOW));
	assert_int_equal(200, service_count(s, OB_MAP_REPLY));
}

static void a_draining_endpoint_keeps_what_it_has(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[2];
	unsigned int before[100];

	endpoints(v, 2);
	set(s, v, 2, 0);
	for (uint16_t i = 0; i < 100; i++)
		before[i] = endpoint_of(s, v4->local, 10000 + i, TCP_SYN);
	v[1].draining = true;
	set(s, v, 2, 0);
	for (uint16_t i = 0; i < 100; i++) {
		assert_int_equal(before[i],
				 endpoint_of(s, v4->local, 10000 + i, TCP_ACK));
		assert_int_equal(1,
				 endpoint_of(s, v4->local, 20000 + i, TCP_SYN));
	}
}

/* A client uses a port again after the connection before was closed. */
static void a_new_connection_on_an_old_port_picks_anew(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[2];

	endpoints(v, 2);
	set(s, v, 1, 0);
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_SYN));
	v[0].draining = true;
	set(s, v, 2, 0);
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_ACK));
	assert_int_equal(1,
			 endpoint_of(s, v4->local, 10000, TCP_FIN | TCP_ACK));
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_ACK));
	assert_int_equal(2, endpoint_of(s, v4->local, 10000, TCP_SYN));
	assert_int_equal(1, service_count(s, OB_MAP_FLOW));
	assert_int_equal(1, service_count(s, OB_MAP_REPLY));
}

/* Two gateways: what one made, the other comes to by itself. */
static void another_gateway_goes_on_with_a_connection(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[MANY], turned[MANY];
	unsigned int before[200];

	endpoints(v, MANY);
	set(s, v, MANY, 0);
	for (uint16_t i = 0; i < 200; i++)
		before[i] = endpoint_of(s, v4->local, 10000 + i, TCP_SYN);
	service_fresh(state);
	/* Other numbers, and another order. */
	set(s, &v[5], 2, 0);
	for (size_t i = 0; i < MANY; i++)
		turned[i] = v[MANY - 1 - i];
	set(s, turned, MANY, 0);
	for (uint16_t i = 0; i < 200; i++)
		assert_int_equal(before[i],
				 endpoint_of(s, v4->local, 10000 + i, TCP_ACK));
}

static void with_affinity_a_client_keeps_its_endpoint(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[MANY];
	unsigned int first;

	endpoints(v, MANY);
	set(s, v, 1, 10800);
	first = endpoint_of(s, v4->local, 10000, TCP_SYN);
	set(s, v, MANY, 10800);
	for (uint16_t i = 1; i < 100; i++)
		assert_int_equal(first,
				 endpoint_of(s, v4->local, 10000 + i, TCP_SYN));
	assert_int_equal(1, service_count(s, OB_MAP_AFFINITY));
}

/* Makes every affinity older, as if so much time had passed. */
static void age_affinities(struct services *s, uint32_t seconds)
{
	const int fd = s->dp.map_fd[OB_MAP_AFFINITY];
	struct ob_affinity_key key;
	struct ob_affinity value;

	assert_int_equal(0, bpf_map_get_next_key(fd, NULL, &key));
	assert_int_equal(0, bpf_map_lookup_elem(fd, &key, &value));
	value.seen_ns -= seconds * 1000000000ULL;
	assert_int_equal(0, bpf_map_update_elem(fd, &key, &value, BPF_EXIST));
}

static void affinity_ends_with_its_time(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[2];

	endpoints(v, 2);
	/* The client goes to the only one there is; then there is another to
	 * which its hash points, or the test would show nothing. */
	set(s, &v[0], 2, 100);
	if (endpoint_of(s, v4->local, 9999, TCP_SYN) == 1) {
		struct ob_backend_entry swap = v[0];

		v[0] = v[1];
		v[1] = swap;
	}
	service_fresh(state);
	set(s, &v[0], 1, 100);
	endpoint_of(s, v4->local, 10000, TCP_SYN);
	set(s, v, 2, 100);
	age_affinities(s, 90);
	assert_int_equal(v[0].addr.b[3],
			 endpoint_of(s, v4->local, 10001, TCP_SYN));
	/* That was a new connection, so the time began again. */
	age_affinities(s, 90);
	assert_int_equal(v[0].addr.b[3],
			 endpoint_of(s, v4->local, 10002, TCP_SYN));
	age_affinities(s, 110);
	assert_int_equal(v[1].addr.b[3],
			 endpoint_of(s, v4->local, 10003, TCP_SYN));
}

static void affinity_does_not_hold_to_what_drains_or_is_gone(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[2];

	endpoints(v, 2);
	set(s, v, 1, 10800);
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_SYN));
	v[0].draining = true;
	set(s, v, 2, 10800);
	assert_int_equal(2, endpoint_of(s, v4->local, 10001, TCP_SYN));
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_ACK));
	v[0].draining = false;
	set(s, v, 1, 10800);
	assert_int_equal(1, endpoint_of(s, v4->local, 10002, TCP_SYN));
}

/* A cluster whose Service has no such port gets none of its connections: it
 * is not in the list of that port. */
static void each_port_has_its_own_endpoints(void **state)
{
	struct services *s = service_of(state);
	struct packet_spec in = tcp(v4->local, service_addr(v4));
	struct ob_backend_entry v[2];
	struct ob_service_entry metrics = {
		.id = { .addr = service_parse(service_addr(v4)),
			.port = 9090,
			.protocol = IPPROTO_TCP },
		.backends = &v[1],
		.n_backends = 1,
	};
	struct packet packet;

	endpoints(v, 2);
	v[1].port = 9091;
	set(s, v, 1, 0);
	service_put(s, &metrics);
	in.dport = 9090;
	for (uint16_t i = 0; i < 50; i++) {
		in.sport = 10000 + i;
		assert_int_equal(1,
				 endpoint_of(s, v4->local, 10000 + i, TCP_SYN));
		service_send(s, &in, &packet);
		assert_int_equal(2, service_last_byte(&packet));
	}
}

/* Two service addresses with the same only endpoint, one port of a client:
 * the answers could not be told apart. */
static void answers_that_would_be_ambiguous_are_refused(void **state)
{
	struct services *s = service_of(state);
	struct packet_spec second = tcp(v4->local, "10.113.200.2");
	struct ob_backend_entry v[MANY];
	struct packet packet;

	endpoints(v, MANY);
	set(s, v, 1, 0);
	service_set(s, "10.113.200.2", IPPROTO_TCP, v, 1);
	second.sport = 10000;
	assert_int_equal(1, endpoint_of(s, v4->local, 10000, TCP_ACK));
	expect_drop(*state, OB_HOOK_FROM_POD, &second, OB_REASON_FLOW_CONFLICT);
	/* With a choice there is another endpoint. */
	service_set(s, "10.113.200.2", IPPROTO_TCP, v, MANY);
	assert_int_equal(VERDICT_REDIRECT, service_send(s, &second, &packet));
	assert_int_not_equal(1, service_last_byte(&packet));
	/* And one that is over is in nobody's way. */
	service_set(s, "10.113.200.3", IPPROTO_TCP, v, 1);
	second.dst = "10.113.200.3";
	endpoint_of(s, v4->local, 10000, TCP_RST);
	assert_int_equal(VERDICT_REDIRECT, service_send(s, &second, &packet));
	assert_int_equal(1, service_last_byte(&packet));
}

/* Fills a hash map with entries of nobody. */
static void fill(const struct services *s, enum ob_map map, size_t key_size,
		 size_t value_size, uint32_t n)
{
	_free_ char *keys = calloc(n, key_size);
	_free_ char *values = calloc(n, value_size);
	LIBBPF_OPTS(bpf_map_batch_opts, opts);

	assert_non_null(keys);
	assert_non_null(values);
	for (uint32_t i = 0; i < n; i++)
		memcpy(keys + i * key_size, &i, sizeof(i));
	assert_int_equal(0, bpf_map_update_batch(s->dp.map_fd[map], keys,
						 values, &n, &opts));
}

static void when_full_new_connections_are_refused(void **state)
{
	struct services *s = service_of(state);
	struct packet_spec in = tcp(v4->local, service_addr(v4));
	struct ob_backend_entry v[MANY];
	unsigned int before;

	endpoints(v, MANY);
	set(s, v, MANY, 0);
	before = endpoint_of(s, v4->local, 10000, TCP_SYN);
	fill(s, OB_MAP_FLOW, sizeof(struct ob_flow_key), sizeof(struct ob_flow),
	     OB_MAX_FLOWS - 1);
	in.sport = 10001;
	expect_drop(*state, OB_HOOK_FROM_POD, &in, OB_REASON_FLOWS_FULL);
	assert_int_equal(before, endpoint_of(s, v4->local, 10000, TCP_ACK));
	assert_int_equal(1, service_count(s, OB_MAP_REPLY));
}

/* Both halves or none. */
static void without_room_for_its_answer_there_is_no_connection(void **state)
{
	struct services *s = service_of(state);
	struct packet_spec in = tcp(v4->local, service_addr(v4));
	struct ob_backend_entry v[MANY];

	endpoints(v, MANY);
	set(s, v, MANY, 0);
	fill(s, OB_MAP_REPLY, sizeof(struct ob_reply_key),
	     sizeof(struct ob_reply), OB_MAX_FLOWS);
	expect_drop(*state, OB_HOOK_FROM_POD, &in, OB_REASON_FLOWS_FULL);
	assert_int_equal(0, service_count(s, OB_MAP_FLOW));
}

static void without_room_for_affinity_the_hash_is_enough(void **state)
{
	struct services *s = service_of(state);
	struct ob_backend_entry v[MANY];
	unsigned int first;

	endpoints(v, MANY);
	set(s, v, MANY, 10800);
	fill(s, OB_MAP_AFFINITY, sizeof(struct ob_affinity_key),
	     sizeof(struct ob_affinity), OB_MAX_AFFINITIES);
	first = endpoint_of(s, v4->local, 10000, TCP_SYN);
	for (uint16_t i = 1; i < 100; i++)
		assert_int_equal(first,
				 endpoint_of(s, v4->local, 10000 + i, TCP_SYN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		service_test(connections_spread_evenly),
		service_test(clients_spread_evenly_with_affinity),
		service_test(a_connection_stays_while_endpoints_come),
		service_test(an_endpoint_that_is_gone_gets_nothing_more),
		service_test(a_draining_endpoint_keeps_what_it_has),
		service_test(a_new_connection_on_an_old_port_picks_anew),
		service_test(another_gateway_goes_on_with_a_connection),
		service_test(with_affinity_a_client_keeps_its_endpoint),
		service_test(affinity_ends_with_its_time),
		service_test(affinity_does_not_hold_to_what_drains_or_is_gone),
		service_test(each_port_has_its_own_endpoints),
		service_test(answers_that_would_be_ambiguous_are_refused),
		service_test(when_full_new_connections_are_refused),
		service_test(
			without_room_for_its_answer_there_is_no_connection),
		service_test(without_room_for_affinity_the_hash_is_enough),
	};

	return service_main(tests);
}
