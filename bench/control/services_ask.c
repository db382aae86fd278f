// SPDX-License-Identifier: Apache-2.0
#include "services.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_ANSWERS 64

struct bench_ask {
	const struct bench_options *o;
	void (*answered)(void *arg, unsigned int id, const struct ob_addr *v,
			 size_t n);
	void *arg;
	sd_event_source *source;
	int fd;
};

/* -EINVAL: no answer. */
static int parse(const uint8_t *bytes, int len, unsigned int *ret_id,
		 struct ob_addr v[MOST_ANSWERS])
{
	ns_msg message;
	ns_rr rr;
	int n = 0, count;

	if (ns_initparse(bytes, len, &message) < 0)
		return -EINVAL;
	*ret_id = ns_msg_id(message);
	count = ns_msg_count(message, ns_s_an);
	for (int i = 0; i < count && n < MOST_ANSWERS; i++) {
		if (ns_parserr(&message, ns_s_an, i, &rr) < 0)
			return -EINVAL;
		if (ns_rr_type(rr) != ns_t_a || ns_rr_rdlen(rr) != 4)
			continue;
		v[n] = (struct ob_addr){ .family = AF_INET };
		memcpy(v[n++].b, ns_rr_rdata(rr), 4);
	}
	return n;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events,
		       void *arg)
{
	struct ob_addr v[MOST_ANSWERS];
	uint8_t bytes[NS_PACKETSZ * 8];
	struct bench_ask *a = arg;
	unsigned int id;
	ssize_t len;
	int n;

	(void)source;
	(void)events;
	while ((len = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		n = parse(bytes, (int)len, &id, v);
		if (n >= 0)
			a->answered(a->arg, id, v, (size_t)n);
	}
	return 0;
}

static int connect_to(const char *server)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char address[INET_ADDRSTRLEN];
	const char *colon = strchr(server, ':');
	int fd;

	if (!colon || (size_t)(colon - server) >= sizeof(address))
		return -EINVAL;
	snprintf(address, sizeof(address), "%.*s", (int)(colon - server),
		 server);
	to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return -EINVAL;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -errno;
}

struct bench_ask *bench_ask_new(sd_event *event, const struct bench_options *o,
				void (*answered)(void *arg, unsigned int id,
						 const struct ob_addr *v,
						 size_t n),
				void *arg)
{
	struct bench_ask *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->o = o;
	a->answered = answered;
	a->arg = arg;
	a->fd = connect_to(o->dns);
	if (a->fd >= 0 &&
	    sd_event_add_io(event, &a->source, a->fd, 1, on_readable, a) >= 0)
		return a;
	bench_ask_free(a);
	return NULL;
}

static int ask(struct bench_ask *a, unsigned int id, const char *name)
{
	uint8_t bytes[NS_PACKETSZ];
	int len = res_mkquery(ns_o_query, name, ns_c_in, ns_t_a, NULL, 0, NULL,
			      bytes, sizeof(bytes));

	if (len < 0)
		return -EINVAL;
	ns_put16(id, bytes);
	return send(a->fd, bytes, (size_t)len, MSG_DONTWAIT) < 0 ? -errno : 0;
}

int bench_ask_vip(struct bench_ask *a, unsigned int id, unsigned int service)
{
	char name[BENCH_TEXT];

	snprintf(name, sizeof(name), "svc-%u.%s.svc.clusterset.local", service,
		 a->o->namespace);
	return ask(a, id, name);
}

int bench_ask_endpoints(struct bench_ask *a, unsigned int id,
			unsigned int service)
{
	char name[BENCH_TEXT];

	snprintf(name, sizeof(name), "%s.svc-%u.%s.svc.hyperos.local",
		 a->o->cluster, service, a->o->namespace);
	return ask(a, id, name);
}

void bench_ask_free(struct bench_ask *a)
{
	if (!a)
		return;
	sd_event_source_disable_unref(a->source);
	if (a->fd >= 0)
		close(a->fd);
	free(a);
}
