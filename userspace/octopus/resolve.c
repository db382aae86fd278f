// SPDX-License-Identifier: Apache-2.0
#include "octopus/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/arena.h"
#include "base/log.h"

#define MAX_ADDRS 16 /* of one name */

struct name {
	char host[OB_HOST_LEN];
	struct ob_addr addr; /* in use; family 0: none */
	bool distrusted;
};

struct answer {
	char host[OB_HOST_LEN];
	struct ob_addr addrs[MAX_ADDRS];
	size_t n;
};

/* What a thread works on: it shares nothing with anybody until it is over. */
struct round {
	struct ob_arena *arena; /* holds all of it */
	struct answer *answers;
	size_t n;
	int fd;
};

struct ob_resolver {
	struct name *names;
	size_t n;
	int fd;		     /* eventfd */
	struct round *round; /* under way */
	pthread_t thread;
};

static void round_free(struct round *r)
{
	ob_arena_free(r->arena);
}
OB_DEFINE_CLEANUP(struct round *, round_free)

int ob_resolver_new(struct ob_resolver **ret)
{
	_close_ int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct ob_resolver *r;

	if (fd < 0)
		return -errno;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->fd = TAKE_FD(fd);
	*ret = r;
	return 0;
}

void ob_resolver_free(struct ob_resolver *r)
{
	if (!r)
		return;
	/*
	 * The thread may wait for a name server for half a minute more. It
	 * writes to the descriptor and touches its round at the end: both
	 * stay, and the process is about to exit.
	 */
	if (r->round)
		pthread_detach(r->thread);
	else
		ob_closep(&r->fd);
	free(r->names);
	free(r);
}

static struct name *find_in(struct name *names, size_t n, const char *host)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i].host, host))
			return &names[i];
	return NULL;
}

static struct name *find(const struct ob_resolver *r, const char *host)
{
	return find_in(r->names, r->n, host);
}

static bool is_name(const char *host)
{
	struct ob_addr addr;

	return host[0] && ob_addr_parse(host, &addr) < 0;
}

int ob_resolver_set(struct ob_resolver *r, const struct ob_network *net)
{
	_free_ struct name *names = NULL;
	size_t n = 0;

	names = calloc(net->n_clusters + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < net->n_clusters; i++) {
		const char *host = net->clusters[i].host;
		const struct name *known = find(r, host);

		/* Peers behind one name share its address. */
		if (!is_name(host) || find_in(names, n, host))
			continue;
		if (known)
			names[n] = *known;
		memcpy(names[n++].host, host, OB_HOST_LEN);
	}
	free(r->names);
	r->names = TAKE_PTR(names);
	r->n = n;
	return 0;
}

struct ob_addr ob_resolver_get(const struct ob_resolver *r, const char *host)
{
	struct ob_addr addr = { 0 };
	const struct name *n;

	if (ob_addr_parse(host, &addr) == 0)
		return addr;
	n = find(r, host);
	return n ? n->addr : (struct ob_addr){ 0 };
}

void ob_resolver_distrust(struct ob_resolver *r, const char *host)
{
	struct name *n = find(r, host);

	if (n)
		n->distrusted = true;
}

static void add_answer(struct answer *answer, const struct sockaddr *sa)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (answer->n == MAX_ADDRS)
		return;
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		answer->addrs[answer->n++] = ob_addr_from_in(&in.sin_addr);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		answer->addrs[answer->n++] = ob_addr_from_in6(&in6.sin6_addr);
	}
}

static void ask(struct answer *answer)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_ADDRCONFIG,
	};
	struct addrinfo *list = NULL;

	if (getaddrinfo(answer->host, NULL, &hints, &list) != 0)
		return;
	for (const struct addrinfo *i = list; i; i = i->ai_next)
		add_answer(answer, i->ai_addr);
	freeaddrinfo(list);
}

static void *run(void *arg)
{
	struct round *r = arg;
	const uint64_t one = 1;

	for (size_t i = 0; i < r->n; i++)
		ask(&r->answers[i]);
	/* An eventfd takes it, unless somebody counted to 2^64. */
	if (write(r->fd, &one, sizeof(one)) < 0)
		return NULL;
	return NULL;
}

static struct round *round_new(const struct ob_resolver *r)
{
	struct ob_arena *arena = ob_arena_new();
	struct round *round = ob_arena_alloc(arena, sizeof(*round));

	*round = (struct round){
		.arena = arena,
		.answers = ob_arena_array(arena, r->n, sizeof(struct answer)),
		.n = r->n,
		.fd = r->fd,
	};
	for (size_t i = 0; i < r->n; i++)
		memcpy(round->answers[i].host, r->names[i].host, OB_HOST_LEN);
	return round;
}

int ob_resolver_start(struct ob_resolver *r)
{
	_cleanup_(round_freep) struct round *round = NULL;
	int err;

	if (r->round || r->n == 0)
		return 0;
	round = round_new(r);
	err = pthread_create(&r->thread, NULL, run, round);
	if (err)
		return -err;
	r->round = TAKE_PTR(round);
	return 0;
}

int ob_resolver_fd(const struct ob_resolver *r)
{
	return r->fd;
}

/* Index of the address in use among the answers; n when it is not there. */
static size_t position(const struct answer *answer, const struct ob_addr *addr)
{
	size_t i = 0;

	while (i < answer->n && !ob_addr_equal(&answer->addrs[i], addr))
		i++;
	return i;
}

static bool take_answer(struct name *name, const struct answer *answer)
{
	size_t at = position(answer, &name->addr), next = 0;
	char text[OB_ADDR_STRLEN];

	if (answer->n == 0) {
		ob_warning("cannot resolve an endpoint, keeping what it has",
			   "host=%s address=%s", name->host,
			   ob_addr_format(&name->addr, text, sizeof(text)));
		return false;
	}
	if (at < answer->n && !name->distrusted)
		return false;
	if (at < answer->n)
		next = (at + 1) % answer->n;
	name->distrusted = false;
	if (at == next && at < answer->n)
		return false;
	name->addr = answer->addrs[next];
	ob_info("endpoint resolved", "host=%s address=%s", name->host,
		ob_addr_format(&name->addr, text, sizeof(text)));
	return true;
}

bool ob_resolver_finish(struct ob_resolver *r)
{
	_cleanup_(round_freep) struct round *round = NULL;
	bool changed = false;
	uint64_t count;

	if (!r->round)
		return false;
	pthread_join(r->thread, NULL);
	round = TAKE_PTR(r->round);
	if (read(r->fd, &count, sizeof(count)) < 0)
		ob_debug("resolver round without a sign", "n=%zu", round->n);
	for (size_t i = 0; i < round->n; i++) {
		/* A reload may have replaced the names meanwhile. */
		struct name *name = find(r, round->answers[i].host);

		if (name && take_answer(name, &round->answers[i]))
			changed = true;
	}
	return changed;
}

unsigned int ob_resolver_delay_s(const struct ob_resolver *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->names[i].distrusted || !r->names[i].addr.family)
			return OB_RESOLVE_RETRY_S;
	return OB_RESOLVE_S;
}
