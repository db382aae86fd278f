// SPDX-License-Identifier: Apache-2.0
#include "model/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A network with one of everything, to be changed in one place. */
struct one {
	struct ob_network net;
	struct ob_cluster_spec cluster;
	struct ob_prefix cidr, theirs;
	struct ob_mapping mapping;
	char *interface;
};

static void make(struct one *o)
{
	static char veth[] = "veth*";

	memset(o, 0, sizeof(*o));
	memcpy(o->net.id, "c1", 3);
	memcpy(o->net.device, "ob0", 4);
	o->cidr.len = 16;
	o->theirs.len = 17;
	memcpy(o->cluster.id, "c2", 3);
	o->cluster.cidrs = &o->theirs;
	o->cluster.n_cidrs = 1;
	o->interface = veth;
	o->net.cidrs = &o->cidr;
	o->net.mappings = &o->mapping;
	o->net.clusters = &o->cluster;
	o->net.interfaces = &o->interface;
	o->net.n_cidrs = o->net.n_mappings = 1;
	o->net.n_clusters = o->net.n_interfaces = 1;
}

static void the_same_at_another_place_is_equal(void **state)
{
	struct one a, b;

	(void)state;
	make(&a);
	make(&b);
	assert_true(ob_network_equal(&a.net, &b.net));
}

static char other[] = "cni0";

static void change(struct one *o, int what)
{
	switch (what) {
	case 0:
		o->net.id[0]++;
		break;
	case 1:
		o->net.port++;
		break;
	case 2:
		o->net.n_global++;
		break;
	case 3:
		o->cidr.len++;
		break;
	case 4:
		o->mapping.global.len++;
		break;
	case 5:
		o->net.gateway4.family = AF_INET;
		break;
	case 6:
		o->interface = other;
		break;
	case 7:
		o->net.n_clusters = 0;
		break;
	case 8:
		o->cluster.public_key.b[7]++;
		break;
	case 9:
		o->cluster.host[0] = 'x';
		break;
	case 10:
		o->theirs.len++;
		break;
	case 11:
		o->cluster.keepalive_s++;
		break;
	}
}

static void any_difference_counts(void **state)
{
	(void)state;
	for (int what = 0; what <= 11; what++) {
		struct one a, b;

		make(&a);
		make(&b);
		change(&b, what);
		if (ob_network_equal(&a.net, &b.net))
			fail_msg("change %d is overlooked", what);
	}
}

static void another_service_block_counts(void **state)
{
	struct one a, b;

	(void)state;
	make(&a);
	make(&b);
	b.net.n_blocks = 1;
	assert_false(ob_network_equal(&a.net, &b.net));
	a.net.n_blocks = 1;
	b.net.blocks[0].len = 18;
	assert_false(ob_network_equal(&a.net, &b.net));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_at_another_place_is_equal),
		cmocka_unit_test(any_difference_counts),
		cmocka_unit_test(another_service_block_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
