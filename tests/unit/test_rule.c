// SPDX-License-Identifier: Apache-2.0
#include "netlink/rule.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "netlink/route.h"
#include "netlink_fixture.h"

static struct ob_rule rule(uint8_t family)
{
	return (struct ob_rule){
		.family = family,
		.protocol = OB_RTPROT,
		.priority = 50,
		.mark = 0x10,
		.mask = 0xff,
		.table = 1000,
	};
}

static struct ob_rules dump(struct netlink_fixture *f, uint8_t protocol)
{
	struct ob_rules rules;

	assert_int_equal(ob_rule_dump(f->nl, f->arena, protocol, &rules), 0);
	return rules;
}

static void adds_and_deletes(struct netlink_fixture *f, struct ob_rule r)
{
	assert_int_equal(dump(f, OB_RTPROT).n, 0);
	assert_int_equal(ob_rule_add(f->nl, &r), 0);

	struct ob_rules rules = dump(f, OB_RTPROT);

	assert_int_equal(rules.n, 1);
	assert_true(ob_rule_equal(&rules.v[0], &r));
	assert_int_equal(ob_rule_add(f->nl, &r), -EEXIST);
	assert_int_equal(ob_rule_del(f->nl, &r), 0);
	assert_int_equal(dump(f, OB_RTPROT).n, 0);
	assert_int_equal(ob_rule_del(f->nl, &r), -ENOENT);
}

static void adds_and_deletes_ipv4(void **state)
{
	adds_and_deletes(*state, rule(AF_INET));
}

static void adds_and_deletes_ipv6(void **state)
{
	adds_and_deletes(*state, rule(AF_INET6));
}

static void adds_a_rule_for_every_packet(void **state)
{
	struct ob_rule r = rule(AF_INET);

	r.mark = r.mask = 0;
	adds_and_deletes(*state, r);
}

static void sees_the_rules_of_the_kernel(void **state)
{
	struct ob_rules rules = dump(*state, 0);
	size_t local = 0;

	for (size_t i = 0; i < rules.n; i++)
		local += rules.v[i].priority == 0 && rules.v[i].table == 255;
	assert_int_equal(local, 2); /* one for each family */
}

static void refuses_what_could_match_other_rules(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rule priority = rule(AF_INET), table = rule(AF_INET);
	struct ob_rule other = rule(AF_INET);

	priority.priority = 0;
	table.table = 0;
	other.other = true;
	assert_int_equal(ob_rule_del(f->nl, &priority), -EINVAL);
	assert_int_equal(ob_rule_del(f->nl, &table), -EINVAL);
	assert_int_equal(ob_rule_del(f->nl, &other), -EINVAL);
}

static void leaves_others_rules_alone(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rule theirs = rule(AF_INET), ours = theirs;

	theirs.protocol = RTPROT_STATIC;
	assert_int_equal(ob_rule_add(f->nl, &theirs), 0);
	assert_int_equal(ob_rule_del(f->nl, &ours), -ENOENT);
	assert_int_equal(dump(f, RTPROT_STATIC).n, 1);
}

static void differs_in_every_field(void **state)
{
	struct ob_rule r = rule(AF_INET), x[7];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		x[i] = r;
	x[0].family = AF_INET6;
	x[1].protocol = 4;
	x[2].priority = 51;
	x[3].mark = 1;
	x[4].mask = 1;
	x[5].table = 1001;
	x[6].other = true;
	assert_true(ob_rule_equal(&r, &r));
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		assert_false(ob_rule_equal(&r, &x[i]));
}

static void prints_as_ip_does(void **state)
{
	struct ob_rule r = rule(AF_INET6);
	char buf[96];

	(void)state;
	assert_string_equal(
		ob_rule_format(&r, buf, sizeof(buf)),
		"50: from all fwmark 0x10/0xff lookup 1000 proto 173 inet6");
}

static void notices_selectors_it_does_not_know(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/rule.bin");
	const struct nlmsghdr *h;
	size_t offset = 0, by_mark = 0, other = 0;
	struct ob_rule r;

	(void)state;
	while ((h = next_message(&rec, &offset))) {
		if (ob_rule_parse(h, h->nlmsg_len, &r) < 0)
			continue;
		by_mark += r.priority == 50 && r.mark == 0x10 && !r.other;
		other += r.other;
		assert_int_equal(r.other, r.priority == 70);
	}
	assert_int_equal(by_mark, 1);
	assert_int_equal(other, 1); /* from 10.0.0.0/8 iif br0 */
}

static void survives_a_message_cut_anywhere(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/rule.bin");
	const struct nlmsghdr *h = (const void *)rec.bytes;
	struct ob_rule r;

	(void)state;
	for (uint32_t size = sizeof(*h); size < h->nlmsg_len; size++) {
		struct nlmsghdr *cut = ob_arena_alloc(a, size);

		memcpy(cut, rec.bytes, size);
		assert_int_equal(ob_rule_parse(cut, size, &r), -EINVAL);
		cut->nlmsg_len = size;
		assert_true(ob_rule_parse(cut, size, &r) <= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(adds_and_deletes_ipv4),
		netlink_test(adds_and_deletes_ipv6),
		netlink_test(adds_a_rule_for_every_packet),
		netlink_test(sees_the_rules_of_the_kernel),
		netlink_test(refuses_what_could_match_other_rules),
		netlink_test(leaves_others_rules_alone),
		cmocka_unit_test(differs_in_every_field),
		cmocka_unit_test(prints_as_ip_does),
		cmocka_unit_test(notices_selectors_it_does_not_know),
		cmocka_unit_test(survives_a_message_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
