// SPDX-License-Identifier: Apache-2.0
/*
 * The WireGuard library against a kernel that has WireGuard. Run it with
 * lab/run; each test has a network namespace of its own.
 */
#include "wireguard/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "base/clock.h"
#include "netlink/addr.h"
#include "netlink/link.h"
#include "netlink/route.h"

struct fixture {
	struct ob_nl *nl;
	struct ob_wg *wg;
	struct ob_arena *arena;
};

static void bring_up(struct ob_nl *nl, const char *name)
{
	struct ob_link l;

	assert_int_equal(ob_link_get(nl, name, &l), 0);
	l.up = true;
	assert_int_equal(ob_link_change(nl, &l), 0);
}

static int setup(void **state)
{
	struct ob_nl *nl = NULL;
	struct ob_wg *wg = NULL;

	if (unshare(CLONE_NEWNET) < 0 || ob_nl_new(&nl) < 0)
		return -1;

	int r = ob_wg_new(&wg);

	if (r == -EOPNOTSUPP)
		fprintf(stderr, "no WireGuard here: use lab/run\n");
	if (r < 0 || ob_link_add(nl, "wg0", "wireguard") < 0)
		return -1;

	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	*f = (struct fixture){ nl, wg, ob_arena_new() };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_arena_free(f->arena);
	ob_wg_free(f->wg);
	ob_nl_free(f->nl);
	free(f);
	return 0;
}

static struct ob_addr addr(const char *s)
{
	struct ob_addr a = {};

	assert_int_equal(ob_addr_parse(s, &a), 0);
	return a;
}

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p = {};

	assert_int_equal(ob_prefix_parse(s, &p), 0);
	return p;
}

/* A peer that nobody has the private key of. */
static struct ob_wg_peer peer(uint8_t n, const char *endpoint)
{
	struct ob_wg_peer p = { .keepalive_s = n };

	memset(p.public_key.b, n, sizeof(p.public_key.b));
	if (endpoint)
		p.endpoint = (struct ob_wg_endpoint){ addr(endpoint), 31820 };
	return p;
}

/* n allowed IPs, alternately of both families, from the given start on. */
static void allow(struct fixture *f, struct ob_wg_peer *p, size_t start,
		  size_t n)
{
	struct ob_addr a4 = addr("10.0.0.0"), a6 = addr("fd70::");

	p->allowed = ob_arena_array(f->arena, n, sizeof(*p->allowed));
	p->n_allowed = n;
	for (size_t i = 0; i < n; i++) {
		struct ob_addr a = ob_addr_plus(i % 2 ? &a6 : &a4, start + i);

		p->allowed[i] = ob_prefix_host(&a);
	}
}

static struct ob_wg_device dump(struct fixture *f, const char *name)
{
	struct ob_wg_device dev;

	assert_int_equal(ob_wg_device_dump(f->wg, f->arena, name, &dev), 0);
	return dev;
}

/* The device has these peers and no other. */
static void assert_peers(struct fixture *f, const struct ob_wg_peer *want,
			 size_t n)
{
	struct ob_wg_device dev = dump(f, "wg0");

	assert_int_equal(dev.n_peers, n);
	for (size_t i = 0; i < n; i++) {
		size_t equal = 0;

		for (size_t j = 0; j < n; j++)
			equal += ob_wg_peer_equal(&want[i], &dev.peers[j]);
		assert_int_equal(equal, 1);
	}
}

static void change(struct fixture *f, const struct ob_wg_peer *p)
{
	assert_int_equal(ob_wg_peer_change(f->wg, "wg0", p), 0);
}

static void close_pipe(FILE **p)
{
	if (*p)
		pclose(*p);
}

/* What wireguard-tools makes of a private key. */
static void wg_pubkey(const struct ob_secret_key *key, struct ob_key *ret)
{
	char path[] = "/tmp/ob-test-wg.XXXXXX", command[96], line[64] = "";

	assert_non_null(mkdtemp(path));

	char file[64];

	snprintf(file, sizeof(file), "%s/key", path);
	assert_int_equal(ob_secret_key_write(file, key), 0);
	snprintf(command, sizeof(command), "wg pubkey <%s", file);

	_cleanup_(close_pipe) FILE *p = popen(command, "r");

	assert_non_null(p);
	assert_non_null(fgets(line, sizeof(line), p));
	line[strcspn(line, "\n")] = '\0';
	assert_int_equal(ob_key_parse(line, ret), 0);
	unlink(file);
	rmdir(path);
}

static void reads_the_public_key_back(void **state)
{
	struct fixture *f = *state;
	_secret_ struct ob_secret_key key;
	struct ob_key want, none = dump(f, "wg0").public_key;

	assert_true(ob_key_is_zero(&none));
	assert_int_equal(ob_secret_key_new(&key), 0);
	assert_int_equal(ob_wg_device_change(f->wg, "wg0", &key, 31820), 0);

	struct ob_wg_device dev = dump(f, "wg0");

	wg_pubkey(&key, &want);
	assert_true(ob_key_equal(&dev.public_key, &want));
	assert_string_equal(dev.name, "wg0");
	assert_true(dev.ifindex > 1);
	assert_int_equal(dev.listen_port, 31820);
	assert_int_equal(dev.n_peers, 0);
}

static void keeps_key_and_port_that_are_not_given(void **state)
{
	struct fixture *f = *state;
	_secret_ struct ob_secret_key key;

	assert_int_equal(ob_secret_key_new(&key), 0);
	assert_int_equal(ob_wg_device_change(f->wg, "wg0", &key, 31820), 0);

	struct ob_wg_device before = dump(f, "wg0");

	assert_int_equal(ob_wg_device_change(f->wg, "wg0", NULL, 31821), 0);
	assert_int_equal(ob_wg_device_change(f->wg, "wg0", NULL, 0), 0);

	struct ob_wg_device after = dump(f, "wg0");

	assert_true(ob_key_equal(&before.public_key, &after.public_key));
	assert_int_equal(after.listen_port, 31821);
}

/* A mapping of this process: "start-end rw-p ..." in hexadecimal. */
struct range {
	uintptr_t start, end;
};

/* The part of the heap that something is in; allocates nothing, lest that
 * overwrite what is looked for. */
static struct range heap_of(const void *something)
{
	static char maps[65536];
	_close_ int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	while ((n = read(fd, maps + size, sizeof(maps) - 1 - size)) > 0)
		size += (size_t)n;
	maps[size] = '\0';
	for (char *line = maps; line; line = strchr(line, '\n')) {
		struct range r = { .start = strtoul(line, &line, 16) };

		assert_int_equal(*line, '-');
		r.end = strtoul(line + 1, &line, 16);
		if ((uintptr_t)something - r.start < r.end - r.start)
			return r;
	}
	fail_msg("no mapping of %p", something);
	return (struct range){};
}

/* How often the 32 bytes are there whose complement is given. */
__attribute__((no_sanitize("address"))) static size_t
count(struct range r, const uint8_t *complement)
{
	size_t n = 0;

	for (uintptr_t at = r.start; at + 32 <= r.end; at++) {
		const uint8_t *p = (const uint8_t *)at;
		size_t same = 0;

		while (same < 32 && (p[same] ^ complement[same]) == 0xff)
			same++;
		n += same == 32;
	}
	return n;
}

/* The kernel sends the private key back with every dump. */
static void leaves_no_private_key_in_the_heap(void **state)
{
	struct fixture *f = *state;
	struct ob_secret_key *key = ob_arena_alloc(f->arena, sizeof(*key));
	uint8_t complement[32];

	assert_int_equal(ob_secret_key_new(key), 0);
	for (size_t i = 0; i < sizeof(complement); i++)
		complement[i] = (uint8_t)~key->b[i];
	assert_int_equal(count(heap_of(key), complement), 1);
	assert_int_equal(ob_wg_device_change(f->wg, "wg0", key, 0), 0);
	ob_secret_key_wipe(key);
	assert_int_equal(count(heap_of(key), complement), 0);
	dump(f, "wg0");
	assert_int_equal(count(heap_of(key), complement), 0);
}

static void configures_peers_of_both_families(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p[] = { peer(1, "192.0.2.1"), peer(2, "2001:db8::1"),
				  peer(3, NULL) };

	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		allow(f, &p[i], 10 * i, 3);
		change(f, &p[i]);
	}
	assert_peers(f, p, ARRAY_SIZE(p));

	struct ob_wg_device dev = dump(f, "wg0");

	for (size_t i = 0; i < dev.n_peers; i++) {
		assert_int_equal(dev.peers[i].handshake_s, 0);
		assert_int_equal(dev.peers[i].rx_bytes, 0);
	}
}

static void keeps_thousands_of_allowed_ips(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p[] = { peer(1, "192.0.2.1"), peer(2, "2001:db8::1"),
				  peer(3, NULL) };

	allow(f, &p[0], 0, 2000);
	allow(f, &p[1], 10000, 20000);
	allow(f, &p[2], 50000, 1);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		change(f, &p[i]);
	assert_peers(f, p, ARRAY_SIZE(p));
}

static void replaces_allowed_ips(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p = peer(1, "192.0.2.1");
	static const struct {
		size_t start, n;
	} steps[] = { { 0, 2000 }, { 1000, 2000 }, { 1010, 2001 }, { 5000, 9 },
		      { 5, 3 },	   { 0, 0 },	   { 7, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		allow(f, &p, steps[i].start, steps[i].n);
		change(f, &p);
		assert_peers(f, &p, 1);
	}
}

static void moves_an_allowed_ip_to_another_peer(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p[] = { peer(1, NULL), peer(2, NULL) };

	allow(f, &p[0], 0, 4);
	change(f, &p[0]);
	allow(f, &p[1], 2, 2);
	change(f, &p[1]);
	p[0].n_allowed = 2;
	assert_peers(f, p, 2);
}

static void keeps_the_endpoint_when_none_is_given(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p = peer(1, "192.0.2.1"), silent = peer(1, NULL);

	change(f, &p);
	silent.keepalive_s = p.keepalive_s = 77;
	change(f, &silent);
	assert_peers(f, &p, 1);
	p.endpoint.addr = addr("2001:db8::7");
	change(f, &p);
	assert_peers(f, &p, 1);
}

static void deletes_a_peer(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p[] = { peer(1, NULL), peer(2, NULL) };

	change(f, &p[0]);
	change(f, &p[1]);
	for (int i = 0; i < 2; i++) /* gone is gone */
		assert_int_equal(ob_wg_peer_del(f->wg, "wg0", &p[0].public_key),
				 0);
	assert_peers(f, &p[1], 1);
}

static void says_what_is_no_wireguard_device(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p = peer(1, NULL);
	struct ob_wg_device dev;

	assert_int_equal(ob_wg_device_dump(f->wg, f->arena, "wg9", &dev),
			 -ENODEV);
	assert_int_equal(ob_wg_device_dump(f->wg, f->arena, "lo", &dev),
			 -EOPNOTSUPP);
	assert_int_equal(ob_wg_device_change(f->wg, "wg9", NULL, 1), -ENODEV);
	assert_int_equal(ob_wg_peer_change(f->wg, "lo", &p), -EOPNOTSUPP);
	assert_int_equal(ob_wg_peer_del(f->wg, "wg9", &p.public_key), -ENODEV);
	assert_int_equal(ob_wg_device_dump(f->wg, f->arena, "", &dev), -EINVAL);
}

static void says_when_the_port_is_taken(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(31820),
	};
	_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	bring_up(f->nl, "wg0");
	assert_int_equal(ob_wg_device_change(f->wg, "wg0", NULL, 31820),
			 -EADDRINUSE);
}

/* Sends to an address for ever, in a process of its own. */
static pid_t start_sending(const char *to)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;

	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (inet_pton(AF_INET, to, &sin.sin_addr) != 1)
		_exit(1);
	for (;;)
		(void)sendto(fd, "x", 1, 0, (struct sockaddr *)&sin,
			     sizeof(sin));
}

static struct ob_link get_link(struct fixture *f, const char *name)
{
	struct ob_link l = {};

	assert_int_equal(ob_link_get(f->nl, name, &l), 0);
	return l;
}

/* Up, with an address and a route of the global network. */
static void route_to_tunnel(struct fixture *f)
{
	struct ob_rtroute r = {
		.dst = prefix("10.0.0.0/8"),
		.type = RTN_UNICAST,
		.protocol = OB_RTPROT,
	};
	struct ob_ifaddr i = { .addr = addr("10.255.0.1"), .len = 32 };

	bring_up(f->nl, "lo");
	bring_up(f->nl, "wg0");
	r.ifindex = i.ifindex = get_link(f, "wg0").ifindex;
	assert_int_equal(ob_ifaddr_add(f->nl, &i), 0);
	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
}

/* WireGuard counts a packet without a peer to go to as an error. */
static void changes_allowed_ips_under_load_without_loss(void **state)
{
	struct fixture *f = *state;
	struct ob_wg_peer p = peer(1, "127.0.0.1");

	route_to_tunnel(f);
	p.endpoint.port = 9;
	allow(f, &p, 0, 1000);
	change(f, &p);

	pid_t pid = start_sending("10.0.0.0");
	uint64_t deadline = ob_clock_monotonic_ms() + 10000;

	while (get_link(f, "wg0").tx_dropped < 1000)
		assert_true(ob_clock_monotonic_ms() < deadline);
	for (size_t i = 1; i < 100; i++) { /* more and less */
		allow(f, &p, 0, 1000 + (37 * i) % 100);
		change(f, &p);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(get_link(f, "wg0").tx_errors, 0);
	assert_peers(f, &p, 1);
}

/* The device's only peer is the other device, on the same machine. */
static void point_at(struct fixture *f, const char *name,
		     const struct ob_key *key, uint16_t port)
{
	struct ob_prefix all = prefix("0.0.0.0/0");
	struct ob_wg_peer p = {
		.public_key = *key,
		.endpoint = { addr("127.0.0.1"), port },
		.keepalive_s = 1,
		.allowed = &all,
		.n_allowed = 1,
	};

	assert_int_equal(ob_wg_peer_change(f->wg, name, &p), 0);
}

static struct ob_key fresh_key(struct fixture *f, const char *name,
			       uint16_t port)
{
	_secret_ struct ob_secret_key key;

	assert_int_equal(ob_secret_key_new(&key), 0);
	assert_int_equal(ob_wg_device_change(f->wg, name, &key, port), 0);
	return dump(f, name).public_key;
}

static void reports_handshake_and_bytes(void **state)
{
	struct fixture *f = *state;
	uint64_t deadline = ob_clock_monotonic_ms() + 20000;
	struct ob_wg_peer seen = {};

	bring_up(f->nl, "lo");
	assert_int_equal(ob_link_add(f->nl, "wg1", "wireguard"), 0);

	struct ob_key key0 = fresh_key(f, "wg0", 1000);
	struct ob_key key1 = fresh_key(f, "wg1", 1001);

	bring_up(f->nl, "wg0");
	bring_up(f->nl, "wg1");
	point_at(f, "wg1", &key0, 1000);
	point_at(f, "wg0", &key1, 1001);
	while (seen.handshake_s == 0 || seen.rx_bytes == 0) {
		assert_true(ob_clock_monotonic_ms() < deadline);
		seen = dump(f, "wg0").peers[0];
	}
	assert_true(seen.tx_bytes > 0);
	assert_true(llabs(seen.handshake_s - (int64_t)time(NULL)) < 60);
}

#define lab_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(reads_the_public_key_back),
		lab_test(keeps_key_and_port_that_are_not_given),
		lab_test(leaves_no_private_key_in_the_heap),
		lab_test(configures_peers_of_both_families),
		lab_test(keeps_thousands_of_allowed_ips),
		lab_test(replaces_allowed_ips),
		lab_test(moves_an_allowed_ip_to_another_peer),
		lab_test(keeps_the_endpoint_when_none_is_given),
		lab_test(deletes_a_peer),
		lab_test(says_what_is_no_wireguard_device),
		lab_test(says_when_the_port_is_taken),
		lab_test(changes_allowed_ips_under_load_without_loss),
		lab_test(reports_handshake_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
