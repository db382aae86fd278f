// SPDX-License-Identifier: Apache-2.0
/* The maps of the harness: filling, emptying, counting. */
#include "harness.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Any LPM key of ours. */
union key {
	struct ob_key4 v4;
	struct ob_key6 v6;
	struct ob_drop_key drop;
	uint32_t index;
};

static bool is4(const struct prefix *p)
{
	return p->family == AF_INET;
}

static union key key_of(const struct prefix *p)
{
	union key key;

	memset(&key, 0, sizeof(key));
	if (is4(p)) {
		key.v4.prefixlen = p->len;
		memcpy(key.v4.addr.b, p->b, 4);
	} else {
		key.v6.prefixlen = p->len;
		memcpy(key.v6.addr.b, p->b, 16);
	}
	return key;
}

/*
 * Entries that are not preallocated come from a small stock, which the kernel
 * fills up from an interrupt: at once where a CPU can interrupt itself, at the
 * next tick in User Mode Linux. -ENOMEM means "not yet".
 */
static void update(const struct harness *h, const char *map, const void *key,
		   const void *value)
{
	time_t deadline = time(NULL) + 5;
	int fd = harness_map(h, map);

	while (bpf_map_update_elem(fd, key, value, BPF_ANY)) {
		if (errno != ENOMEM || time(NULL) > deadline) {
			fprintf(stderr, "%s: update: %m\n", map);
			abort();
		}
		sched_yield();
	}
}

static void write_config(struct harness *h, uint32_t generation)
{
	uint32_t key = 0;

	h->net.config.generation = generation;
	update(h, "ob_config", &key, &h->net.config);
}

static void empty_map(const struct harness *h, const char *name)
{
	int fd = harness_map(h, name);
	union key key;

	while (bpf_map_get_next_key(fd, NULL, &key) == 0)
		bpf_map_delete_elem(fd, &key);
}

void harness_empty(struct harness *h)
{
	static const char *const lpm[] = { "ob_route4", "ob_route6", "ob_out4",
					   "ob_out6",	"ob_in4",    "ob_in6" };

	write_config(h, 0);
	for (size_t i = 0; i < sizeof(lpm) / sizeof(lpm[0]); i++)
		empty_map(h, lpm[i]);
	memset(&h->net, 0, sizeof(h->net));
	harness_set_config(h);
}

static uint32_t longest(const struct network_nat *list, size_t n)
{
	uint32_t len = 0;

	for (size_t i = 0; i < n; i++)
		if (is4(&list[i].from) && list[i].from.len > len)
			len = list[i].from.len;
	return len;
}

/* What a writer of these maps owes the programs, see ob/abi/maps.h. */
void harness_set_config(struct harness *h)
{
	struct ob_config *config = &h->net.config;

	config->longest_route4 = 0;
	for (size_t i = 0; i < h->net.n_routes; i++) {
		const struct prefix *dst = &h->net.routes[i].dst;

		if (is4(dst) && dst->len > config->longest_route4)
			config->longest_route4 = dst->len;
	}
	config->longest_out4 = longest(h->net.out, h->net.n_out);
	config->longest_in4 = longest(h->net.in, h->net.n_in);
	/* Odd: the maps are settled. */
	h->generation += h->generation & 1 ? 2 : 1;
	write_config(h, h->generation);
}

void harness_recall(struct harness *h, bool on)
{
	write_config(h, on ? h->generation : 0);
}

void harness_set_flags(struct harness *h, uint32_t flags)
{
	h->net.config.flags = flags;
	harness_set_config(h);
}

static void check_room(size_t n)
{
	if (n < NETWORK_MAX)
		return;
	fprintf(stderr, "more than %d entries in a network\n", NETWORK_MAX);
	abort();
}

void harness_add_route(struct harness *h, const char *dst, uint32_t ifindex,
		       uint32_t mtu, uint32_t slot)
{
	struct network_route *r = &h->net.routes[h->net.n_routes++];
	union key key;

	check_room(h->net.n_routes);
	r->dst = prefix_parse(dst);
	r->value = (struct ob_route){ .ifindex = ifindex,
				      .mtu = mtu,
				      .slot = slot };
	snprintf(r->value.cluster, sizeof(r->value.cluster), "slot%u", slot);
	key = key_of(&r->dst);
	write_config(h, 0);
	update(h, is4(&r->dst) ? "ob_route4" : "ob_route6", &key, &r->value);
	harness_set_config(h);
}

static void update_nat(struct harness *h, const char *map4, const char *map6,
		       const struct network_nat *nat)
{
	union key key = key_of(&nat->from);
	struct ob_nat4 v4 = { .prefixlen = nat->to.len, .kind = nat->kind };
	struct ob_nat6 v6 = { .prefixlen = nat->to.len, .kind = nat->kind };

	memcpy(v4.addr.b, nat->to.b, 4);
	memcpy(v6.addr.b, nat->to.b, 16);
	write_config(h, 0);
	if (is4(&nat->from))
		update(h, map4, &key, &v4);
	else
		update(h, map6, &key, &v6);
	harness_set_config(h);
}

void harness_add_out(struct harness *h, const char *local, const char *global)
{
	struct network_nat *nat = &h->net.out[h->net.n_out++];

	check_room(h->net.n_out);
	nat->from = prefix_parse(local);
	nat->to = prefix_parse(global);
	nat->kind = OB_NAT_PREFIX;
	update_nat(h, "ob_out4", "ob_out6", nat);
}

void harness_add_in(struct harness *h, const char *global, const char *local,
		    enum ob_nat_kind kind)
{
	struct network_nat *nat = &h->net.in[h->net.n_in++];

	check_room(h->net.n_in);
	nat->from = prefix_parse(global);
	nat->to = prefix_parse(local);
	nat->kind = kind;
	update_nat(h, "ob_in4", "ob_in6", nat);
}

void harness_add_block(struct harness *h, const char *local, const char *global)
{
	harness_add_out(h, local, global);
	harness_add_in(h, global, local, OB_NAT_PREFIX);
}

static int cpus(void)
{
	return libbpf_num_possible_cpus();
}

struct ob_traffic harness_traffic(const struct harness *h, uint32_t slot)
{
	struct ob_traffic *v = calloc((size_t)cpus(), sizeof(*v)), sum = { 0 };

	if (!v || bpf_map_lookup_elem(harness_map(h, "ob_traffic"), &slot, v))
		abort();
	for (int i = 0; i < cpus(); i++) {
		sum.tx_packets += v[i].tx_packets;
		sum.tx_bytes += v[i].tx_bytes;
		sum.rx_packets += v[i].rx_packets;
		sum.rx_bytes += v[i].rx_bytes;
	}
	free(v);
	return sum;
}

struct ob_count harness_drops(const struct harness *h, enum ob_reason reason,
			      enum ob_hook hook)
{
	struct ob_drop_key key = { .reason = reason, .hook = hook };
	struct ob_count *v = calloc((size_t)cpus(), sizeof(*v)), sum = { 0 };

	if (!v)
		abort();
	if (bpf_map_lookup_elem(harness_map(h, "ob_drops"), &key, v) == 0)
		for (int i = 0; i < cpus(); i++) {
			sum.packets += v[i].packets;
			sum.bytes += v[i].bytes;
		}
	free(v);
	return sum;
}

struct ob_count harness_all_drops(const struct harness *h)
{
	struct ob_count sum = { 0 };

	for (int hook = 0; hook < OB_HOOK_COUNT; hook++)
		for (int reason = 0; reason < OB_REASON_COUNT; reason++) {
			struct ob_count one = harness_drops(
				h, (enum ob_reason)reason, (enum ob_hook)hook);

			sum.packets += one.packets;
			sum.bytes += one.bytes;
		}
	return sum;
}

static void zero_array(const struct harness *h, const char *map, uint32_t n,
		       size_t size)
{
	void *zero = calloc((size_t)cpus(), size);

	if (!zero)
		abort();
	for (uint32_t i = 0; i < n; i++)
		update(h, map, &i, zero);
	free(zero);
}

void harness_zero_counters(const struct harness *h)
{
	empty_map(h, "ob_drops");
	/* As many slots as tests use. */
	zero_array(h, "ob_traffic", 8, sizeof(struct ob_traffic));
	zero_array(h, "ob_budget", OB_REASON_COUNT, sizeof(struct ob_budget));
}
