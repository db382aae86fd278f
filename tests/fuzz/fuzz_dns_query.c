// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a query: ignored, or an answer that is a DNS message of the size
 * it may have, with the question as it was asked. The first two bytes choose
 * transport and limits.
 */
#include "crossdns/respond.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

#define HOSTS 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ob_names *names;
static struct ob_crossdns_zone zones[2];
static struct ob_counters counters;

static struct ob_dns_zone *zone_new(const char *name, bool version)
{
	static const struct ob_addr server = { .family = AF_INET,
					       .b = { 10, 96, 0, 11 } };
	const struct ob_dns_zone_options options = {
		.name = name,
		.ttl_s = 5,
		.has_version = version,
		.servers = &server,
		.n_servers = 1,
	};
	struct ob_dns_zone *z;

	CHECK(ob_dns_zone_new(&options, &z) == 0);
	return z;
}

static void service_new(const char *name, enum ob_service_type type)
{
	static const struct ob_records_options options = { 5, "c1" };
	static struct ob_endpoint endpoints[HOSTS];
	struct ob_service_port port = { "http", IPPROTO_TCP, 80, "" };
	struct ob_slice_port slice_port = { "http", IPPROTO_TCP, 8080 };
	struct ob_service_import import = {
		.namespace = "ns",
		.name = name,
		.type = type,
		.ips = { { .family = AF_INET, .b = { 10, 113, 192, 1 } } },
		.n_ips = 1,
		.ports = &port,
		.n_ports = 1,
	};
	struct ob_endpoint_slice slice = {
		.source_cluster = "c1",
		.ports = &slice_port,
		.n_ports = 1,
		.endpoints = endpoints,
		.n_endpoints = HOSTS,
	};
	const struct ob_endpoint_slice *slices[] = { &slice };
	const struct ob_records_input in = { &import, slices, 1 };
	struct ob_records *records;

	for (size_t i = 0; i < HOSTS; i++)
		endpoints[i] = (struct ob_endpoint){
			.addr = { i % 2 ? AF_INET6 : AF_INET,
				  { 10, 113, 0, (uint8_t)(i / 2) } },
			.ready = true,
			.hostname = i < 2 ? "h" : "",
		};
	CHECK(ob_records_new(&options, &in, &records) == 0);
	CHECK(ob_names_set(names, records) == 0);
}

static void setup(void)
{
	CHECK(ob_names_new(&names) == 0);
	zones[0] =
		(struct ob_crossdns_zone){ zone_new("clusterset.local", true),
					   OB_VIEW_STANDARD };
	zones[1] = (struct ob_crossdns_zone){ zone_new("hyperos.local", false),
					      OB_VIEW_VIRTUAL };
	service_new("web", OB_SERVICE_CLUSTERSET_IP);
	service_new("db", OB_SERVICE_HEADLESS);
	ob_names_complete(names);
}

/* Behind a name of a message; 0: there is none. */
static size_t skip_name(const uint8_t *m, size_t size, size_t at)
{
	while (at < size && m[at] != 0 && m[at] < 0xc0)
		at += m[at] + 1u;
	if (at < size && m[at] >= 0xc0) {
		CHECK(at + 1 < size);
		/* Backwards, and not into the header. */
		CHECK((ob_dns_get16(m + at) & 0x3fff) < at);
		CHECK((ob_dns_get16(m + at) & 0x3fff) >= OB_DNS_HEADER);
		return at + 2;
	}
	CHECK(at < size);
	return at + 1;
}

static void check_records(const uint8_t *m, size_t size)
{
	size_t at = OB_DNS_HEADER, n = 0;

	CHECK(ob_dns_get16(m + 4) <= 1);
	if (ob_dns_get16(m + 4))
		at = skip_name(m, size, at) + 4;
	for (size_t section = 6; section < OB_DNS_HEADER; section += 2)
		n += ob_dns_get16(m + section);
	for (size_t i = 0; i < n; i++) {
		at = skip_name(m, size, at);
		CHECK(at + 10 <= size);
		at += 10u + ob_dns_get16(m + at + 8);
		CHECK(at <= size);
	}
	CHECK(at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[OB_DNS_TCP_MAX];
	struct ob_responder r = {
		.zones = zones,
		.n_zones = 2,
		.udp_size = 1232,
		.random = 1,
		.counters = &counters,
	};
	struct ob_request request = { 0 };
	struct ob_dns_query q;
	size_t n;

	if (size < 2)
		return 0;
	if (!names)
		setup();
	r.names = names;
	r.max_answers = 1u + data[1] % OB_RESPOND_MAX_ANSWERS;
	r.window = data[1];
	r.local_first = data[0] & 4;
	request.transport = data[0] & 1 ? OB_TCP : OB_UDP;
	request.slip = data[0] & 2;
	request.bytes = data + 2;
	request.size = size - 2;
	n = ob_respond(&r, &request, out, sizeof(out));
	if (ob_dns_query_parse(request.bytes, request.size, &q) < 0) {
		CHECK(n == 0);
		return 0;
	}
	CHECK(n >= OB_DNS_HEADER);
	CHECK(request.transport == OB_TCP || n <= r.udp_size);
	CHECK(request.transport == OB_TCP || n <= q.udp_size);
	CHECK(memcmp(out, request.bytes, 2) == 0 && out[2] & 0x80);
	CHECK(!memcmp(out + OB_DNS_HEADER, request.bytes + OB_DNS_HEADER,
		      q.question_len));
	check_records(out, n);
	return 0;
}
