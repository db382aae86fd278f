// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define DEADLINE_MS  5000
#define BIG	     (2 * 1024 * 1024)
/* Connections of one host; all together may have twice as many. */
#define LIMIT_OF_ONE 16

static const struct ob_addr loopback4 = { .family = AF_INET,
					  .b = { 127, 0, 0, 1 } };
static const struct ob_addr loopback6 = { .family = AF_INET6,
					  .b = { [15] = 1 } };

/* The body is in the arena: ASan sees when it goes before it is sent. */
static void handler(void *arg, struct ob_arena *a, const char *path,
		    struct ob_http_reply *reply)
{
	char *body;

	(void)arg;
	if (!strcmp(path, "/hello")) {
		reply->body = ob_arena_strdup(a, "hello\n");
		reply->size = 6;
	} else if (!strcmp(path, "/big")) {
		body = ob_arena_alloc(a, BIG);
		memset(body, 'x', BIG);
		reply->body = body;
		reply->size = BIG;
	} else {
		return;
	}
	reply->code = 200;
	reply->content_type = "text/x-test";
}

static int setup(void **state)
{
	struct ob_http_server *s = NULL;
	struct ob_status status = OB_STATUS_INIT;

	if (ob_http_server_new(&loopback4, 0, handler, NULL, &s, &status) < 0)
		return -1;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	ob_http_server_free(*state);
	return 0;
}

static int connect_to(const struct ob_addr *to, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	int fd = socket(to->family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(&in.sin_addr, to->b, 4);
	memcpy(&in6.sin6_addr, to->b, 16);
	if (to->family == AF_INET)
		assert_int_equal(
			connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	else
		assert_int_equal(
			connect(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	return fd;
}

static int connect_from(const char *from, uint16_t port)
{
	struct sockaddr_in me = { .sin_family = AF_INET };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(&in.sin_addr, loopback4.b, sizeof(in.sin_addr));
	assert_int_equal(inet_pton(AF_INET, from, &me.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
}

/* One turn of an event loop over the server and a client. */
static bool wait_readable(struct ob_http_server *s, int fd)
{
	struct pollfd fds[] = {
		{ .fd = ob_http_server_fd(s), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int timeout = ob_http_server_timeout_ms(s);

	if (timeout < 0 || timeout > 100)
		timeout = 100;
	assert_true(poll(fds, 2, timeout) >= 0);
	assert_int_equal(ob_http_server_run(s), 0);
	return fds[1].revents != 0;
}

/* Everything the server sends until it closes; returns its length. */
static size_t receive(struct ob_http_server *s, int fd, char *buf, size_t size)
{
	uint64_t end = ob_clock_monotonic_ms() + DEADLINE_MS;
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0) {
		assert_true(ob_clock_monotonic_ms() < end);
		if (!wait_readable(s, fd))
			continue;
		assert_true(len < size - 1);
		n = recv(fd, buf + len, size - 1 - len, 0);
		len += n > 0 ? (size_t)n : 0;
	}
	buf[len] = '\0';
	return len;
}

static void ask(struct ob_http_server *s, const char *request, char *buf,
		size_t size)
{
	_close_ int fd = connect_to(&loopback4, ob_http_server_port(s));

	send_text(fd, request);
	receive(s, fd, buf, size);
}

static const char *body_of(const char *reply)
{
	const char *end = strstr(reply, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static void assert_begins(const char *text, const char *with)
{
	if (strncmp(text, with, strlen(with)) != 0)
		assert_string_equal(text, with);
}

static void get_returns_the_body(void **state)
{
	char buf[4096];

	ask(*state,
	    "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", buf,
	    sizeof(buf));
	assert_begins(buf, "HTTP/1.1 200 OK\r\n");
	assert_non_null(strstr(buf, "Content-Type: text/x-test\r\n"));
	assert_non_null(strstr(buf, "Content-Length: 6\r\n"));
	assert_string_equal(body_of(buf), "hello\n");
}

static void head_has_the_length_but_no_body(void **state)
{
	char buf[4096];

	ask(*state,
	    "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", buf,
	    sizeof(buf));
	assert_begins(buf, "HTTP/1.1 200 OK\r\n");
	assert_non_null(strstr(buf, "Content-Length: 6\r\n"));
	assert_string_equal(body_of(buf), "");
}

static void an_unknown_path_is_404(void **state)
{
	char buf[4096];

	ask(*state, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	    buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.1 404 Not Found\r\n");
	assert_string_equal(body_of(buf), "not found\n");
}

static void other_methods_are_405(void **state)
{
	static const char *const methods[] = { "POST", "PUT",	  "DELETE",
					       "get",  "OPTIONS", "PATCH" };
	char buf[4096], request[256];

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		snprintf(request, sizeof(request),
			 "%s /hello HTTP/1.1\r\nHost: x\r\n"
			 "Content-Length: 0\r\nConnection: close\r\n\r\n",
			 methods[i]);
		ask(*state, request, buf, sizeof(buf));
		assert_begins(buf, "HTTP/1.1 405 Method Not Allowed\r\n");
		assert_non_null(strstr(buf, "Allow: GET, HEAD\r\n"));
	}
}

/* The answer comes before, and instead of, a body of a gigabyte. */
static void a_body_is_not_read(void **state)
{
	char buf[4096];

	ask(*state,
	    "POST /hello HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 1000000000\r\n\r\n",
	    buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.1 405 ");
	ask(*state,
	    "GET /hello HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 1000000000\r\n\r\nabc",
	    buf, sizeof(buf));
	assert_string_equal(buf, "");
}

static void garbage_is_400(void **state)
{
	char buf[4096];

	/* libmicrohttpd 1.0 hangs up on what is no request line at all */
	ask(*state, "GET / garbage\r\n\r\n", buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.");
	assert_non_null(strstr(buf, " 400 "));
}

static void a_big_reply_arrives_whole(void **state)
{
	_free_ char *buf = malloc(BIG + 4096);
	const char *body;

	ask(*state, "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	    buf, BIG + 4096);
	body = body_of(buf);
	assert_int_equal(strlen(body), BIG);
	assert_int_equal(strspn(body, "x"), BIG);
}

static void two_requests_share_a_connection(void **state)
{
	char buf[4096];
	const char *second;

	ask(*state,
	    "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
	    "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	    buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.1 200 OK\r\n");
	second = body_of(buf) + strlen("hello\n");
	assert_begins(second, "HTTP/1.1 404 Not Found\r\n");
}

static void an_idle_server_never_wakes_up(void **state)
{
	assert_int_equal(ob_http_server_timeout_ms(*state), -1);
}

static void an_idle_connection_is_given_ten_seconds(void **state)
{
	struct ob_http_server *s = *state;
	uint64_t end = ob_clock_monotonic_ms() + DEADLINE_MS;
	_close_ int fd = connect_to(&loopback4, ob_http_server_port(s));
	int timeout = -1;

	send_text(fd, "GET /hello");
	while (timeout <= 0 && ob_clock_monotonic_ms() < end) {
		wait_readable(s, fd);
		timeout = ob_http_server_timeout_ms(s);
	}
	assert_in_range(timeout, 1, 10000);
}

/* Connections that say half a request, from an address of this host. */
static void occupy(struct ob_http_server *s, const char *from, int *fds)
{
	for (size_t i = 0; i < LIMIT_OF_ONE; i++) {
		fds[i] = connect_from(from, ob_http_server_port(s));
		send_text(fds[i], "GET /hello");
	}
}

static void close_all(int *fds)
{
	for (size_t i = 0; i < LIMIT_OF_ONE; i++)
		close(fds[i]);
}

static const char last[] =
	"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/* One more than the limit is served when one of them goes. */
static void connections_are_limited(void **state)
{
	struct ob_http_server *s = *state;
	int one[LIMIT_OF_ONE], two[LIMIT_OF_ONE];
	char buf[4096];

	occupy(s, "127.0.0.1", one);
	occupy(s, "127.0.0.2", two);

	_close_ int late = connect_from("127.0.0.3", ob_http_server_port(s));

	send_text(late, last);
	for (size_t i = 0; i < 5; i++)
		assert_false(wait_readable(s, late));
	close(TAKE_FD(one[0]));
	receive(s, late, buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.1 200 OK\r\n");
	close_all(one);
	close_all(two);
}

static void one_host_leaves_room_for_others(void **state)
{
	struct ob_http_server *s = *state;
	int one[LIMIT_OF_ONE];
	char buf[4096];

	occupy(s, "127.0.0.1", one);

	_close_ int more = connect_from("127.0.0.1", ob_http_server_port(s));
	_close_ int other = connect_from("127.0.0.2", ob_http_server_port(s));

	assert_int_equal(receive(s, more, buf, sizeof(buf)), 0);
	send_text(other, last);
	receive(s, other, buf, sizeof(buf));
	assert_begins(buf, "HTTP/1.1 200 OK\r\n");
	close_all(one);
}

static void a_busy_port_names_the_address(void **state)
{
	uint16_t port = ob_http_server_port(*state);
	struct ob_status status = OB_STATUS_INIT;
	struct ob_http_server *s = NULL;
	char expected[128];

	assert_int_equal(ob_http_server_new(&loopback4, port, handler, NULL, &s,
					    &status),
			 -EADDRINUSE);
	assert_null(s);
	snprintf(expected, sizeof(expected),
		 "cannot listen on 127.0.0.1:%u: Address already in use", port);
	assert_string_equal(status.message, expected);
}

static void all_addresses_are_both_families(void **state)
{
	_cleanup_(ob_http_server_freep) struct ob_http_server *s = NULL;
	const struct ob_addr any = { .family = 0 };
	const struct ob_addr *to[] = { &loopback4, &loopback6 };
	struct ob_status status = OB_STATUS_INIT;
	char buf[4096];

	(void)state;
	assert_int_equal(
		ob_http_server_new(&any, 0, handler, NULL, &s, &status), 0);
	for (size_t i = 0; i < ARRAY_SIZE(to); i++) {
		_close_ int fd = connect_to(to[i], ob_http_server_port(s));

		send_text(fd, "GET /hello HTTP/1.0\r\n\r\n");
		receive(s, fd, buf, sizeof(buf));
		assert_non_null(strstr(buf, " 200 OK\r\n"));
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(get_returns_the_body),
		T(head_has_the_length_but_no_body),
		T(an_unknown_path_is_404),
		T(other_methods_are_405),
		T(a_body_is_not_read),
		T(garbage_is_400),
		T(a_big_reply_arrives_whole),
		T(two_requests_share_a_connection),
		T(an_idle_server_never_wakes_up),
		T(an_idle_connection_is_given_ten_seconds),
		T(connections_are_limited),
		T(one_host_leaves_room_for_others),
		T(a_busy_port_names_the_address),
		cmocka_unit_test(all_addresses_are_both_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
