// SPDX-License-Identifier: Apache-2.0
#include "crossdns/respond.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTERSET "\12clusterset\5local\0"
#define HYPEROS	   "\7hyperos\5local\0"
#define TTL	   5

/* Two zones and one service, ns/web with 10.113.192.1. */
struct fixture {
	struct ob_names *names;
	struct ob_dns_zone *dns[2];
	struct ob_crossdns_zone zones[2];
	struct ob_counters counters;
	struct ob_responder r;
	struct ob_addr server;
	uint8_t out[OB_DNS_TCP_MAX];
	size_t size;
	size_t records; /* where they begin */
};

static void add_zone(struct fixture *f, size_t i, const char *name,
		     enum ob_view view)
{
	const struct ob_dns_zone_options o = {
		.name = name,
		.ttl_s = TTL,
		.has_version = view == OB_VIEW_STANDARD,
		.servers = &f->server,
		.n_servers = 1,
	};

	assert_int_equal(ob_dns_zone_new(&o, &f->dns[i]), 0);
	f->zones[i] = (struct ob_crossdns_zone){ f->dns[i], view };
}

static void add_web(struct fixture *f)
{
	const struct ob_service_import import = {
		.namespace = "ns",
		.name = "web",
		.ips = { { AF_INET, { 10, 113, 192, 1 } } },
		.n_ips = 1,
	};
	const struct ob_records_options options = { TTL, "" };
	const struct ob_records_input in = { .import = &import };
	struct ob_records *records = NULL;

	assert_int_equal(ob_records_new(&options, &in, &records), 0);
	assert_int_equal(ob_names_set(f->names, records), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || ob_addr_parse("10.96.0.11", &f->server) < 0)
		return -1;
	assert_int_equal(ob_names_new(&f->names), 0);
	add_web(f);
	ob_names_complete(f->names);
	add_zone(f, 0, "clusterset.local", OB_VIEW_STANDARD);
	add_zone(f, 1, "hyperos.local", OB_VIEW_ENDPOINTS);
	f->r = (struct ob_responder){
		.names = f->names,
		.zones = f->zones,
		.n_zones = 2,
		.max_answers = 16,
		.udp_size = 1232,
		.random = 1,
		.counters = &f->counters,
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_dns_zone_free(f->dns[0]);
	ob_dns_zone_free(f->dns[1]);
	ob_names_free(f->names);
	free(f);
	return 0;
}

/* name: in wire form, of size bytes. Returns the code, the upper bits of EDNS
 * included. */
static int respond(struct fixture *f, const char *name, size_t size,
		   unsigned int type, const char *opt, size_t opt_size)
{
	uint8_t query[512] = { 0x12, 0x34, 0, 0, 0, 1 };
	struct ob_request request = { .bytes = query, .transport = OB_UDP };
	uint8_t *at = query + OB_DNS_HEADER;

	memcpy(at, name, size);
	ob_dns_put16(at + size, type);
	ob_dns_put16(at + size + 2, OB_DNS_IN);
	memcpy(at + size + 4, opt, opt_size);
	query[11] = opt_size > 0;
	f->records = OB_DNS_HEADER + size + 4;
	request.size = f->records + opt_size;
	ob_names_enter(f->names, 0);
	f->size = ob_respond(&f->r, &request, f->out, sizeof(f->out));
	ob_names_leave(f->names, 0);
	assert_true(f->size >= f->records);
	assert_memory_equal(f->out + OB_DNS_HEADER, query + OB_DNS_HEADER,
			    size + 4);
	return f->out[3] & 15;
}

#define ASK(f, name, type) respond(f, name, sizeof(name) - 1, type, "", 0)

/* Answers, authorities and additional records, one digit each. */
static int counts(const struct fixture *f)
{
	return ob_dns_get16(f->out + 6) * 100 + ob_dns_get16(f->out + 8) * 10 +
	       ob_dns_get16(f->out + 10);
}

/* The first record: its owner a pointer, its type and TTL. Returns its data. */
static const uint8_t *first(const struct fixture *f, unsigned int owner,
			    enum ob_dns_type type, size_t *ret_len)
{
	const uint8_t *at = f->out + f->records;

	assert_true(f->size >= f->records + OB_DNS_RECORD_HEAD);
	assert_int_equal(ob_dns_get16(at), 0xc000 | owner);
	assert_int_equal(ob_dns_get16(at + 2), type);
	assert_int_equal(ob_dns_get16(at + 4), OB_DNS_IN);
	assert_int_equal(ob_dns_get16(at + 6), 0);
	assert_int_equal(ob_dns_get16(at + 8), TTL);
	*ret_len = ob_dns_get16(at + 10);
	assert_true(f->records + OB_DNS_RECORD_HEAD + *ret_len <= f->size);
	return at + OB_DNS_RECORD_HEAD;
}

/* RFC 1035, 3.3.13: two names and five numbers. */
static void assert_soa(const struct fixture *f, unsigned int owner,
		       const char *zone, size_t zone_len)
{
	size_t len, at = 0;
	const uint8_t *data = first(f, owner, OB_DNS_SOA, &len);

	assert_int_equal(len, 7 + zone_len + 11 + zone_len + 20);
	assert_memory_equal(data, "\2ns\3dns", 7);
	assert_memory_equal(data + (at += 7), zone, zone_len);
	assert_memory_equal(data + (at += zone_len), "\12hostmaster", 11);
	assert_memory_equal(data + (at += 11), zone, zone_len);
	at += zone_len;
	assert_int_equal(ob_dns_get16(data + at) << 16 |
				 ob_dns_get16(data + at + 2),
			 ob_names_serial(f->names));
	/* The last is how long a denial is remembered: RFC 2308, 4. */
	assert_int_equal(ob_dns_get16(data + at + 18), TTL);
}

static void the_apex_of_both_zones_has_a_soa(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ASK(f, CLUSTERSET, OB_DNS_SOA), OB_DNS_NOERROR);
	assert_int_equal(counts(f), 100);
	assert_soa(f, OB_DNS_HEADER, CLUSTERSET, sizeof(CLUSTERSET) - 1);
	assert_int_equal(f->out[2], 0x84); /* QR, AA */
	assert_int_equal(ASK(f, HYPEROS, OB_DNS_SOA), OB_DNS_NOERROR);
	assert_int_equal(counts(f), 100);
	assert_soa(f, OB_DNS_HEADER, HYPEROS, sizeof(HYPEROS) - 1);
}

static void the_apex_of_both_zones_has_a_name_server(void **state)
{
	struct fixture *f = *state;
	const uint8_t *data;
	size_t len;

	assert_int_equal(ASK(f, CLUSTERSET, OB_DNS_NS), OB_DNS_NOERROR);
	data = first(f, OB_DNS_HEADER, OB_DNS_NS, &len);
	assert_int_equal(len, 7 + sizeof(CLUSTERSET) - 1);
	assert_memory_equal(data, "\2ns\3dns" CLUSTERSET, len);
	assert_int_equal(ASK(f, HYPEROS, OB_DNS_NS), OB_DNS_NOERROR);
	data = first(f, OB_DNS_HEADER, OB_DNS_NS, &len);
	assert_memory_equal(data, "\2ns\3dns" HYPEROS, len);
	/* That name has the address. */
	assert_int_equal(ASK(f, "\2ns\3dns" HYPEROS, OB_DNS_A), OB_DNS_NOERROR);
	data = first(f, OB_DNS_HEADER, OB_DNS_A, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "\12\140\0\13", 4);
}

static void a_denial_has_the_soa_of_its_zone(void **state)
{
	struct fixture *f = *state;
	const char name[] = "\5other\2ns\3svc" HYPEROS;

	/* Nothing of that type; and nothing at all. */
	assert_int_equal(ASK(f, CLUSTERSET, OB_DNS_A), OB_DNS_NOERROR);
	assert_int_equal(counts(f), 10);
	assert_soa(f, OB_DNS_HEADER, CLUSTERSET, sizeof(CLUSTERSET) - 1);
	assert_int_equal(ASK(f, name, OB_DNS_A), OB_DNS_NXDOMAIN);
	assert_int_equal(counts(f), 10);
	assert_soa(f, OB_DNS_HEADER + 6 + 3 + 4, HYPEROS, sizeof(HYPEROS) - 1);
}

static void any_is_one_hinfo(void **state)
{
	struct fixture *f = *state;
	const uint8_t *data;
	size_t len;

	assert_int_equal(ASK(f, "\3web\2ns\3svc" CLUSTERSET, OB_DNS_ANY),
			 OB_DNS_NOERROR);
	assert_int_equal(counts(f), 100);
	data = first(f, OB_DNS_HEADER, OB_DNS_HINFO, &len);
	assert_int_equal(len, 9);
	assert_memory_equal(data, "\7RFC8482\0", 9);
	assert_int_equal(f->size, f->records + OB_DNS_RECORD_HEAD + len);
	/* The apex is no exception; what is not there has none. */
	assert_int_equal(ASK(f, HYPEROS, OB_DNS_ANY), OB_DNS_NOERROR);
	(void)first(f, OB_DNS_HEADER, OB_DNS_HINFO, &len);
	assert_int_equal(ASK(f, "\2no\2ns\3svc" HYPEROS, OB_DNS_ANY),
			 OB_DNS_NXDOMAIN);
}

static void says_which_version_of_edns_it_has(void **state)
{
	static const char opt[11] = "\0\0\51\4\xd0\0\1\x80\0\0";
	struct fixture *f = *state;
	const uint8_t *at;

	assert_int_equal(respond(f, CLUSTERSET, sizeof(CLUSTERSET) - 1,
				 OB_DNS_SOA, opt, sizeof(opt)),
			 OB_DNS_BADVERS & 15);
	/* Nothing but an OPT: the root, our size, the upper bits, version 0. */
	assert_int_equal(counts(f), 1);
	assert_int_equal(f->size, f->records + OB_DNS_OPT_LEN);
	at = f->out + f->records;
	assert_memory_equal(at, "\0\0\51\4\xd0\1\0\x80\0\0\0", 11);
	assert_int_equal(
		f->counters.rcodes[OB_CROSSDNS_ZONES_MAX][OB_RCODE_BADVERS], 1);
}

static void other_zones_are_refused_without_authority(void **state)
{
	struct fixture *f = *state;

	/* Ours, but for where the labels end. */
	assert_int_equal(ASK(f, "\13xclusterset\5local\0", OB_DNS_SOA),
			 OB_DNS_REFUSED);
	assert_int_equal(counts(f), 0);
	assert_int_equal(f->out[2] & 4, 0);
	assert_int_equal(ASK(f, "\5local\0", OB_DNS_NS), OB_DNS_REFUSED);
}

static void nobody_knows_before_all_is_known(void **state)
{
	struct fixture *f = *state;

	ob_names_free(f->names);
	assert_int_equal(ob_names_new(&f->names), 0);
	f->r.names = f->names;
	assert_int_equal(ASK(f, CLUSTERSET, OB_DNS_SOA), OB_DNS_SERVFAIL);
	assert_int_equal(counts(f), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_apex_of_both_zones_has_a_soa),
		TEST(the_apex_of_both_zones_has_a_name_server),
		TEST(a_denial_has_the_soa_of_its_zone),
		TEST(any_is_one_hinfo),
		TEST(says_which_version_of_edns_it_has),
		TEST(other_zones_are_refused_without_authority),
		TEST(nobody_knows_before_all_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
