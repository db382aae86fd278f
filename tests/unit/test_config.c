// SPDX-License-Identifier: Apache-2.0
#include "octopus/config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KEY1 "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

/* Three lines that every file has; what is tested begins on line 4. */
#define HEAD                                                                   \
	"cluster_id: cluster1\n"                                               \
	"global_cidr: [10.112.0.0/12, \"fd70::/32\"]\n"                        \
	"cluster_cidr: [10.113.0.0/16, \"fd70:0:113::/48\"]\n"
#define HUB                                                                    \
	"  - {cluster_id: hub, public_key: " KEY1 ", endpoint: 192.0.2.1, "    \
	"ishub: true, cluster_cidr: 10.112.0.0/16}\n"

static struct ob_config_file *accepts(const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *file = NULL;
	int r = ob_config_parse("f", text, strlen(text), &file, &status);

	if (r < 0)
		fail_msg("refused: %s", status.message);
	return file;
}

static void refuses(const char *text, const char *message)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *file = NULL;
	int r = ob_config_parse("f", text, strlen(text), &file, &status);

	assert_int_equal(r, -EINVAL);
	assert_null(file);
	assert_string_equal(status.message, message);
}

static void assert_prefix(const struct ob_prefix *p, const char *text)
{
	char buf[OB_PREFIX_STRLEN];

	assert_string_equal(ob_prefix_format(p, buf, sizeof(buf)), text);
}

static void assert_addr(const struct ob_addr *a, const char *text)
{
	char buf[OB_ADDR_STRLEN];

	assert_string_equal(ob_addr_format(a, buf, sizeof(buf)), text);
}

static void fills_in_defaults(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(HEAD);

	(void)state;
	assert_string_equal(f->network.id, "cluster1");
	assert_string_equal(f->network.device, "ob0");
	assert_int_equal(f->network.port, 31820);
	assert_int_equal(f->network.mtu, 0);
	assert_addr(&f->network.gateway4, "10.113.0.1");
	assert_addr(&f->network.gateway6, "fd70:0:113::1");
	assert_null(f->key_file);
	assert_true(f->has_metrics);
	assert_addr(&f->metrics_addr, "127.0.0.1");
	assert_int_equal(f->metrics_port, 9797);
}

static void reads_every_field(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(
		HEAD
		"ishub: false\nisPublic: true\n"
		"gateway: [10.113.255.254]\ninterfaces: [\"veth*\", cni0]\n"
		"device: wg-ob\nport: 4500\nkey_file: /etc/key\n"
		"mtu: 1380\nmetrics: \"[::1]:80\"\n");

	(void)state;
	assert_true(f->network.is_public);
	assert_addr(&f->network.gateway4, "10.113.255.254");
	assert_int_equal(f->network.n_interfaces, 2);
	assert_string_equal(f->network.interfaces[1], "cni0");
	assert_string_equal(f->network.device, "wg-ob");
	assert_int_equal(f->network.port, 4500);
	assert_string_equal(f->key_file, "/etc/key");
	assert_int_equal(f->network.mtu, 1380);
	assert_addr(&f->metrics_addr, "::1");
	assert_int_equal(f->metrics_port, 80);
}

static void reads_a_peer(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(
		HEAD "peers:\n"
		     "  - cluster_id: hub\n"
		     "    public_key: " KEY1 "\n"
		     "    endpoint: gw.example.org\n"
		     "    port: 51820\n"
		     "    cluster_cidr: [10.112.0.0/16, \"fd70:0:112::/48\"]\n"
		     "    ishub: yes\n");
	const struct ob_cluster_spec *c = &f->network.clusters[0];

	(void)state;
	assert_string_equal(c->id, "hub");
	assert_true(c->has_key && c->hub);
	assert_string_equal(c->host, "gw.example.org");
	assert_int_equal(c->port, 51820);
	assert_int_equal(c->n_cidrs, 2);
	/* We are private and dial it: keep the way back open. */
	assert_int_equal(c->keepalive_s, 25);
}

static void needs_no_keepalive_when_public(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "isPublic: true\n"
			     "peers:\n" HUB);

	(void)state;
	assert_int_equal(f->network.clusters[0].keepalive_s, 0);
}

static void turns_metrics_off(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "metrics: none\n");

	(void)state;
	assert_false(f->has_metrics);
}

/* Mappings. */

static void maps_a_whole_pod_cidr(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "pod_cidr: [10.244.0.0/16, \"fd00:244::/48\"]\n");

	(void)state;
	assert_int_equal(f->network.n_mappings, 2);
	assert_prefix(&f->network.mappings[0].global, "10.113.0.0/16");
	assert_prefix(&f->network.mappings[1].global, "fd70:0:113::/48");
}

static void maps_blocks_first_fit_and_aligned(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(
		HEAD "pod_cidr: [10.0.0.0/24, 10.1.0.0/17, 10.2.0.0/24]\n");
	const struct ob_mapping *m = f->network.mappings;

	(void)state;
	assert_prefix(&m[0].global, "10.113.0.0/24");
	assert_prefix(&m[1].global, "10.113.128.0/17");
	/* Back to the gap that the second one had to leave. */
	assert_prefix(&m[2].global, "10.113.1.0/24");
}

static void keeps_the_address_of_a_pod_cidr_that_is_unique(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "pod_cidr: [10.244.0.0/24, 10.113.0.0/24]\n");

	(void)state;
	assert_prefix(&f->network.mappings[0].global, "10.113.1.0/24");
	assert_prefix(&f->network.mappings[1].global, "10.113.0.0/24");
}

static void takes_explicit_mappings(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(
		HEAD "mappings:\n"
		     "  - {local: 10.244.0.0/24, global: 10.113.4.0/24}\n");

	(void)state;
	assert_int_equal(f->network.n_mappings, 1);
	assert_prefix(&f->network.mappings[0].local, "10.244.0.0/24");
	assert_prefix(&f->network.mappings[0].global, "10.113.4.0/24");
}

static void maps_100000_blocks_quickly(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = NULL;
	_free_ char *text = NULL;
	size_t size;
	FILE *m = open_memstream(&text, &size);

	(void)state;
	fputs("cluster_id: c\nglobal_cidr: 10.0.0.0/8\n"
	      "cluster_cidr: 10.0.0.0/9\npod_cidr:\n",
	      m);
	for (unsigned int i = 0; i < 100000; i++)
		fprintf(m, "- 172.%u.%u.%u/32\n", 16 + (i >> 16), i >> 8 & 255,
			i & 255);
	fputs("gateway: 10.127.255.254\n", m);
	fclose(m);
	f = accepts(text); /* the test's time limit is the assertion */
	assert_prefix(&f->network.mappings[99999].global, "10.1.134.159/32");
}

static void refuses_blocks_that_do_not_fit(void **state)
{
	(void)state;
	refuses(HEAD "pod_cidr: [10.244.0.0/17, 10.245.0.0/16]\n",
		"f:4:27: pod_cidr[1]: 10.245.0.0/16 does not fit in what is "
		"left of cluster_cidr");
}

static void refuses_pods_with_addresses_of_others(void **state)
{
	(void)state;
	refuses(HEAD "pod_cidr: 10.96.0.0/11\n",
		"f:4:1: pod_cidr: 10.96.0.0/11 does not fit in what is left "
		"of cluster_cidr");
	refuses(HEAD "pod_cidr: 10.114.0.0/24\n",
		"f:4:1: pod_cidr: 10.114.0.0/24 overlaps global_cidr: only a "
		"prefix of our cluster_cidr that keeps its address may");
}

static void refuses_bad_mappings(void **state)
{
	(void)state;
	refuses(HEAD "pod_cidr: 10.244.0.0/24\nmappings: []\n",
		"f:5:1: mappings: excludes pod_cidr: give one of them");
	refuses(HEAD "mappings: [{local: 10.1.0.0/24, global: "
		     "10.113.0.0/25}]\n",
		"f:4:33: mappings[0].global: local and global differ in "
		"length");
	refuses(HEAD "mappings: [{local: 10.1.0.0/24, global: "
		     "10.114.0.0/24}]\n",
		"f:4:33: mappings[0].global: is not inside our cluster_cidr");
	refuses(HEAD "mappings: [{local: 10.1.0.0/24}]\n",
		"f:4:12: mappings[0]: global is missing");
}

static void refuses_mappings_that_overlap(void **state)
{
	(void)state;
	refuses(HEAD "mappings:\n"
		     "- {local: 10.1.0.0/24, global: 10.113.1.0/24}\n"
		     "- {local: 10.1.0.0/24, global: 10.113.2.0/24}\n",
		"f:6:4: mappings[1].local: 10.1.0.0/24 overlaps 10.1.0.0/24 of "
		"another mapping");
	refuses(HEAD "pod_cidr: [10.1.0.0/16, 10.1.7.0/24]\n",
		"f:4:25: pod_cidr[1]: 10.1.7.0/24 overlaps 10.1.0.0/16 of "
		"pod_cidr");
}

static void refuses_a_mapping_onto_the_gateway(void **state)
{
	(void)state;
	refuses(HEAD "mappings: [{local: 10.1.0.0/32, global: "
		     "10.113.0.1/32}]\n",
		"f:4:12: mappings[0]: would get the address of the gateway "
		"itself");
}

/* Single values. */

static void names_what_is_unknown_or_missing(void **state)
{
	(void)state;
	refuses(HEAD "color: blue\n", "f:4:1: unknown field \"color\"");
	refuses("cluster_id: a\nglobal_cidr: 10.0.0.0/8\n",
		"f:1:1: cluster_cidr is missing");
	refuses(HEAD "peers: [{cluster_id: b, ipv7: 1}]\n",
		"f:4:25: peers[0]: unknown field \"ipv7\"");
	refuses("[]", "f:1:1: expected a mapping of fields");
}

static void says_where_the_yaml_is_broken(void **state)
{
	(void)state;
	refuses("cluster_id: a\n  b: c\n",
		"f:2:4: mapping values are not allowed in this context");
	refuses("cluster_id: a\ncluster_id: b\n",
		"f:2:1: duplicate key \"cluster_id\"");
	refuses("", "f:1:1: the document is empty");
}

static void refuses_bad_names(void **state)
{
	(void)state;
	refuses("cluster_id: Cluster_1\n",
		"f:1:1: cluster_id: not a DNS label (lower case letters, "
		"digits and '-', at most 63)");
	refuses(HEAD "device: much-too-long-name\n",
		"f:4:1: device: not an interface name (at most 15 characters, "
		"no '/', ':' or blanks)");
	refuses(HEAD "interfaces: [eth0, a/b]\n",
		"f:4:20: interfaces[1]: neither an interface name (at most 15 "
		"characters) nor a pattern");
	refuses(HEAD "key_file: key\n",
		"f:4:1: key_file: not an absolute path");
}

static void refuses_bad_numbers(void **state)
{
	(void)state;
	refuses(HEAD "port: 65536\n",
		"f:4:1: port: 65536 is not from 1 to 65535");
	refuses(HEAD "port: 0\n", "f:4:1: port: 0 is not from 1 to 65535");
	refuses(HEAD "port: -1\n",
		"f:4:1: port: expected a number from 1 to 65535");
	refuses(HEAD "mtu: 575\n", "f:4:1: mtu: 575 is not from 576 to 65520");
	refuses(HEAD "mtu: 1279\n", "f:4:1: mtu: IPv6 needs at least 1280");
	refuses(HEAD "ishub: maybe\n", "f:4:1: ishub: expected true or false");
}

static void refuses_bad_prefixes(void **state)
{
	(void)state;
	refuses(HEAD "pod_cidr: 10.244.0.1/16\n",
		"f:4:1: pod_cidr: \"10.244.0.1/16\" has bits set beyond its "
		"length");
	refuses(HEAD "pod_cidr: 10.244.0.0/33\n",
		"f:4:1: pod_cidr: \"10.244.0.0/33\" has a length that does not "
		"fit its address");
	refuses(HEAD "pod_cidr: pods\n",
		"f:4:1: pod_cidr: \"pods\" is not a prefix such as "
		"10.244.0.0/16 or fd00:244::/48");
	refuses(HEAD "pod_cidr: {a: b}\n",
		"f:4:1: pod_cidr: expected a list, not a mapping");
}

static void refuses_bad_metrics_addresses(void **state)
{
	static const char message[] =
		"f:4:1: metrics: expected ADDRESS:PORT, [ADDRESS]:PORT or "
		"\"none\"";

	(void)state;
	refuses(HEAD "metrics: localhost:9797\n", message);
	refuses(HEAD "metrics: 127.0.0.1\n", message);
	refuses(HEAD "metrics: ::1:9797\n", message);
	refuses(HEAD "metrics: 127.0.0.1:0\n",
		"f:4:1: metrics: 0 is not from 1 to 65535");
}

/* Who owns what. */

static void refuses_bad_global_cidrs(void **state)
{
	(void)state;
	refuses("cluster_id: a\nglobal_cidr: [10.0.0.0/8, 172.16.0.0/12]\n"
		"cluster_cidr: 10.1.0.0/16\n",
		"f:2:27: global_cidr[1]: a second global CIDR of the same "
		"family");
	refuses("cluster_id: a\nglobal_cidr: 10.0.0.0/8\n"
		"cluster_cidr: 192.168.0.0/16\n",
		"f:3:1: cluster_cidr: 192.168.0.0/16 is not inside "
		"global_cidr");
	refuses("cluster_id: a\nglobal_cidr: []\ncluster_cidr: 10.0.0.0/8\n",
		"f:2:1: global_cidr: is empty, expected a prefix");
}

static void refuses_cluster_cidrs_that_overlap(void **state)
{
	(void)state;
	refuses(HEAD "isPublic: true\npeers:\n"
		     "- {cluster_id: b, public_key: " KEY1
		     ", cluster_cidr: 10.113.128.0/24}\n",
		"f:6:77: peers[0].cluster_cidr: 10.113.128.0/24 overlaps "
		"10.113.0.0/16 of this cluster");
}

static void refuses_what_is_there_twice(void **state)
{
	(void)state;
	refuses(HEAD "peers: [{cluster_id: cluster1, cluster_cidr: "
		     "10.114.0.0/16}]\n",
		"f:4:10: peers[0].cluster_id: is our own cluster_id");
	refuses(HEAD "isPublic: true\npeers:\n"
		     "- {cluster_id: b, public_key: " KEY1
		     ", cluster_cidr: 10.114.0.0/16}\n"
		     "- {cluster_id: c, public_key: " KEY1
		     ", cluster_cidr: 10.115.0.0/16}\n",
		"f:7:19: peers[1].public_key: is the key of peer b, too");
	refuses(HEAD "gateway: [10.113.0.1, 10.113.0.2]\n",
		"f:4:23: gateway[1]: a second gateway of the same family");
}

static void refuses_a_gateway_elsewhere(void **state)
{
	(void)state;
	refuses(HEAD "gateway: 10.114.0.1\n",
		"f:4:1: gateway: is not inside our cluster_cidr");
	refuses(HEAD "gateway: here\n", "f:4:1: gateway: not an IP address");
}

/* Who reaches whom. */

static void refuses_a_bad_key(void **state)
{
	(void)state;
	refuses(HEAD "peers:\n  - cluster_id: b\n    public_key: c2hvcnQ=\n",
		"f:6:5: peers[0].public_key: not a WireGuard public key (44 "
		"characters of base64)");
}

static void refuses_a_bad_endpoint(void **state)
{
	(void)state;
	refuses(HEAD "peers: [{cluster_id: b, endpoint: \"192.0.2.1:80\"}]\n",
		"f:4:25: peers[0].endpoint: neither an IP address nor a DNS "
		"name (the port is a field of its own)");
	refuses(HEAD "peers: [{cluster_id: b, endpoint: 192.0.2.300}]\n",
		"f:4:25: peers[0].endpoint: neither an IP address nor a DNS "
		"name (the port is a field of its own)");
	refuses(HEAD "peers: [{cluster_id: b, endpoint: 10.112.0.1, "
		     "public_key: " KEY1 ", cluster_cidr: 10.114.0.0/16}]\n",
		"f:4:25: peers[0].endpoint: is inside global_cidr: the tunnel "
		"would run through itself");
}

static void refuses_a_private_peer_without_a_hub(void **state)
{
	(void)state;
	refuses(HEAD "peers: [{cluster_id: b, cluster_cidr: 10.114.0.0/16}]\n",
		"f:4:9: peers[0]: peer b cannot be reached: it has no "
		"public_key, and no peer is the hub");
	refuses(HEAD "peers: [{cluster_id: b, public_key: " KEY1
		     ", cluster_cidr: 10.114.0.0/16}]\n",
		"f:4:9: peers[0]: peer b cannot be reached: it has no endpoint "
		"and cannot dial us, and no peer is the hub");
}

static void refuses_keyless_peers_of_the_hub(void **state)
{
	(void)state;
	refuses(HEAD "ishub: true\n"
		     "peers: [{cluster_id: b, cluster_cidr: 10.114.0.0/16}]\n",
		"f:5:9: peers[0]: public_key is missing: b can only be reached "
		"through us, the hub");
	refuses(HEAD "peers: [{cluster_id: b, endpoint: 192.0.2.1, "
		     "cluster_cidr: 10.114.0.0/16}]\n",
		"f:4:9: peers[0]: public_key is missing: b has an endpoint");
}

static void refuses_a_second_hub(void **state)
{
	(void)state;
	refuses(HEAD "ishub: true\npeers:\n" HUB,
		"f:6:102: peers[0].ishub: a second hub: this cluster is the "
		"hub");
	refuses(HEAD "peers: [{cluster_id: hub, ishub: true, public_key: " KEY1
		     ", cluster_cidr: 10.112.0.0/16}]\n",
		"f:4:9: peers[0]: endpoint is missing: neither we nor hub hub "
		"can dial the other");
}

static void reaches_a_keyless_peer_through_the_hub(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(
		HEAD "peers:\n" HUB
		     "  - {cluster_id: b, cluster_cidr: 10.114.0.0/16}\n");

	(void)state;
	assert_int_equal(f->network.n_clusters, 2);
	assert_false(f->network.clusters[1].has_key);
}

static void refuses_too_many_peers(void **state)
{
	_free_ char *text = NULL;
	size_t size;
	FILE *m = open_memstream(&text, &size);

	(void)state;
	fputs(HEAD "peers:\n", m);
	for (unsigned int i = 0; i < OB_MAX_CLUSTERS; i++)
		fprintf(m,
			"- {cluster_id: c%u, cluster_cidr: 10.114.%u.0/24}\n",
			i, i);
	fclose(m);
	refuses(text, "f:4:1: peers: 256 peers, at most 255");
}

static void says_which_file_cannot_be_read(void **state)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *file = NULL;

	(void)state;
	assert_int_equal(ob_config_load("/nonexistent/a.yaml", &file, &status),
			 -ENOENT);
	assert_string_equal(status.message, "/nonexistent/a.yaml: cannot be "
					    "read: No such file or directory");
}

static void accepts_the_examples(void **state)
{
	const char *source = getenv("OB_SOURCE_DIR");
	_cleanup_(ob_config_freep) struct ob_config_file *file = NULL;
	struct ob_status status = OB_STATUS_INIT;
	char path[4096];

	(void)state;
	if (!source)
		fail_msg("OB_SOURCE_DIR is not set: run me with ctest");
	snprintf(path, sizeof(path), "%s/examples/octopus.yaml", source);
	if (ob_config_load(path, &file, &status) < 0)
		fail_msg("%s", status.message);
	assert_int_equal(file->network.n_clusters, 3);
	ob_config_freep(&file);
	file = NULL;
	snprintf(path, sizeof(path), "%s/examples/octopus-hub.yaml", source);
	if (ob_config_load(path, &file, &status) < 0)
		fail_msg("%s", status.message);
	assert_non_null(file->hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_defaults),
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(reads_a_peer),
		cmocka_unit_test(needs_no_keepalive_when_public),
		cmocka_unit_test(turns_metrics_off),
		cmocka_unit_test(maps_a_whole_pod_cidr),
		cmocka_unit_test(maps_blocks_first_fit_and_aligned),
		cmocka_unit_test(
			keeps_the_address_of_a_pod_cidr_that_is_unique),
		cmocka_unit_test(takes_explicit_mappings),
		cmocka_unit_test(maps_100000_blocks_quickly),
		cmocka_unit_test(refuses_blocks_that_do_not_fit),
		cmocka_unit_test(refuses_pods_with_addresses_of_others),
		cmocka_unit_test(refuses_bad_mappings),
		cmocka_unit_test(refuses_mappings_that_overlap),
		cmocka_unit_test(refuses_a_mapping_onto_the_gateway),
		cmocka_unit_test(names_what_is_unknown_or_missing),
		cmocka_unit_test(says_where_the_yaml_is_broken),
		cmocka_unit_test(refuses_bad_names),
		cmocka_unit_test(refuses_bad_numbers),
		cmocka_unit_test(refuses_bad_prefixes),
		cmocka_unit_test(refuses_bad_metrics_addresses),
		cmocka_unit_test(refuses_bad_global_cidrs),
		cmocka_unit_test(refuses_cluster_cidrs_that_overlap),
		cmocka_unit_test(refuses_what_is_there_twice),
		cmocka_unit_test(refuses_a_gateway_elsewhere),
		cmocka_unit_test(refuses_a_bad_key),
		cmocka_unit_test(refuses_a_bad_endpoint),
		cmocka_unit_test(refuses_a_private_peer_without_a_hub),
		cmocka_unit_test(refuses_keyless_peers_of_the_hub),
		cmocka_unit_test(refuses_a_second_hub),
		cmocka_unit_test(reaches_a_keyless_peer_through_the_hub),
		cmocka_unit_test(refuses_too_many_peers),
		cmocka_unit_test(says_which_file_cannot_be_read),
		cmocka_unit_test(accepts_the_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
