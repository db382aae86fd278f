// SPDX-License-Identifier: Apache-2.0
#include "wireguard/device.h"

#include <errno.h>
#include <linux/wireguard.h>
#include <string.h>
#include <sys/random.h>

#include "wireguard/genl.h"

#define DUMP_TRIES 16

/* An allowed IP in a message takes 28 or 40 bytes. */
#define ALLOWED_MAX 40

/* So many allowed IPs surely fit one message. */
#define TAKE_MAX 1000

struct dump {
	struct ob_arena *arena;
	struct ob_wg_device dev;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;

	return ob_wg_device_parse(d->arena, msg, size, &d->dev);
}

static int dump_once(struct ob_wg *wg, struct ob_arena *a, const char *name,
		     struct ob_wg_device *ret)
{
	struct dump d = { .arena = a };
	_wgmsg_ struct nl_msg *msg = NULL;

	int r = ob_wg_msg_new(wg, WG_CMD_GET_DEVICE, name, &msg);
	if (r < 0)
		return r;
	r = ob_wg_dump(wg, msg, dump_reply, &d);
	if (r < 0)
		return r;
	*ret = d.dev;
	return 0;
}

int ob_wg_device_dump(struct ob_wg *wg, struct ob_arena *a, const char *name,
		      struct ob_wg_device *ret)
{
	int r = -EAGAIN;

	for (int i = 0; i < DUMP_TRIES && r == -EAGAIN; i++)
		r = dump_once(wg, a, name, ret);
	return r;
}

int ob_wg_device_change(struct ob_wg *wg, const char *name,
			const struct ob_secret_key *key, uint16_t port)
{
	_wgmsg_ struct nl_msg *msg = NULL;

	int r = ob_wg_msg_new(wg, WG_CMD_SET_DEVICE, name, &msg);
	if (r < 0)
		return r;
	if (key &&
	    nla_put(msg, WGDEVICE_A_PRIVATE_KEY, sizeof(key->b), key->b) < 0)
		return -EMSGSIZE;
	if (port && nla_put_u16(msg, WGDEVICE_A_LISTEN_PORT, port) < 0)
		return -EMSGSIZE;
	return ob_wg_transact(wg, msg);
}

/* The kernel wants the nested flag; not every libnl sets it. */
static struct nlattr *nest(struct nl_msg *msg, int type)
{
	return nla_nest_start(msg, NLA_F_NESTED | type);
}

static int put_endpoint(struct nl_msg *msg, const struct ob_wg_endpoint *e)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(e->port),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(e->port),
	};

	switch (e->addr.family) {
	case AF_INET:
		memcpy(&in.sin_addr, e->addr.b, sizeof(in.sin_addr));
		return nla_put(msg, WGPEER_A_ENDPOINT, sizeof(in), &in);
	case AF_INET6:
		memcpy(&in6.sin6_addr, e->addr.b, sizeof(in6.sin6_addr));
		return nla_put(msg, WGPEER_A_ENDPOINT, sizeof(in6), &in6);
	default: /* none: as it is */
		return 0;
	}
}

static int put_allowed(struct nl_msg *msg, const struct ob_prefix *p)
{
	struct nlattr *item = nest(msg, 0);
	int r = item ? 0 : -1;

	r |= nla_put_u16(msg, WGALLOWEDIP_A_FAMILY, p->addr.family);
	r |= nla_put(msg, WGALLOWEDIP_A_IPADDR, (int)ob_addr_size(&p->addr),
		     p->addr.b);
	r |= nla_put_u8(msg, WGALLOWEDIP_A_CIDR_MASK, p->len);
	if (r < 0)
		return r;
	return nla_nest_end(msg, item);
}

/* As many as fit; *done is how many there are already. */
static int put_alloweds(struct nl_msg *msg, const struct ob_wg_peer *peer,
			size_t *done)
{
	struct nlattr *list = nest(msg, WGPEER_A_ALLOWEDIPS);

	if (!list)
		return -EMSGSIZE;
	for (; *done < peer->n_allowed; (*done)++) {
		if (nlmsg_hdr(msg)->nlmsg_len + ALLOWED_MAX > OB_WG_MSG_MAX)
			break;
		if (put_allowed(msg, &peer->allowed[*done]) < 0)
			return -EMSGSIZE;
	}
	return nla_nest_end(msg, list) < 0 ? -EMSGSIZE : 0;
}

static int put_peer(struct nl_msg *msg, const struct ob_wg_peer *peer,
		    uint32_t flags, size_t *done)
{
	int r = nla_put(msg, WGPEER_A_PUBLIC_KEY, sizeof(peer->public_key.b),
			peer->public_key.b);

	r |= nla_put_u32(msg, WGPEER_A_FLAGS, flags);
	/* The first message tells everything, further ones only go on. */
	if (*done == 0 && !(flags & WGPEER_F_REMOVE_ME)) {
		r |= nla_put_u16(msg, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
				 peer->keepalive_s);
		r |= put_endpoint(msg, &peer->endpoint);
	}
	if (r < 0)
		return -EMSGSIZE;
	return put_alloweds(msg, peer, done);
}

static int nest_peer(struct nl_msg *msg, const struct ob_wg_peer *peer,
		     uint32_t flags, size_t *done)
{
	struct nlattr *item = nest(msg, 0);

	if (!item)
		return -EMSGSIZE;

	int r = put_peer(msg, peer, flags, done);
	if (r < 0)
		return r;
	return nla_nest_end(msg, item) < 0 ? -EMSGSIZE : 0;
}

/* What one message asks of one peer. */
struct request {
	const struct ob_wg_peer *peer;
	uint32_t flags;
	size_t done; /* allowed IPs that are in messages already */
};

static int send_requests(struct ob_wg *wg, const char *name,
			 struct request *requests, size_t n)
{
	_wgmsg_ struct nl_msg *msg = NULL;

	int r = ob_wg_msg_new(wg, WG_CMD_SET_DEVICE, name, &msg);
	if (r < 0)
		return r;

	struct nlattr *peers = nest(msg, WGDEVICE_A_PEERS);

	if (!peers)
		return -EMSGSIZE;
	for (size_t i = 0; i < n; i++) {
		r = nest_peer(msg, requests[i].peer, requests[i].flags,
			      &requests[i].done);
		if (r < 0)
			return r;
	}
	if (nla_nest_end(msg, peers) < 0)
		return -EMSGSIZE;
	return ob_wg_transact(wg, msg);
}

static int send_peers(struct ob_wg *wg, const char *name,
		      const struct ob_wg_peer *peer, uint32_t flags)
{
	struct request request = { .peer = peer, .flags = flags };
	int r;

	do {
		r = send_requests(wg, name, &request, 1);
		request.flags = WGPEER_F_UPDATE_ONLY;
	} while (r == 0 && request.done < peer->n_allowed);
	return r;
}

/*
 * Takes allowed IPs from whichever peers have them. Only kernels since 6.16
 * have a flag for that; but an allowed IP goes to the last peer that asks for
 * it, so all of them give these to one that comes and goes in one message.
 */
static int take_allowed(struct ob_wg *wg, const char *name,
			struct ob_prefix *allowed, size_t n)
{
	struct ob_wg_peer taker = { .allowed = allowed, .n_allowed = n };
	struct ob_wg_peer gone = { 0 };
	struct request requests[] = {
		{ .peer = &taker },
		{ .peer = &gone, .flags = WGPEER_F_REMOVE_ME },
	};

	if (getrandom(taker.public_key.b, sizeof(taker.public_key.b), 0) < 0)
		return -errno;
	gone.public_key = taker.public_key;
	return send_requests(wg, name, requests, ARRAY_SIZE(requests));
}

static int compare(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

static const struct ob_prefix *sorted(struct ob_arena *a,
				      const struct ob_wg_peer *peer)
{
	size_t n = peer->n_allowed;
	struct ob_prefix *v = ob_arena_array(a, n, sizeof(*v));

	if (n) {
		memcpy(v, peer->allowed, n * sizeof(*v));
		qsort(v, n, sizeof(*v), compare);
	}
	return v;
}

/* The allowed IPs that the first has and the second has not. */
struct missing {
	struct ob_prefix *v;
	size_t n;
};

static struct missing missing_allowed(struct ob_arena *a,
				      const struct ob_wg_peer *from,
				      const struct ob_wg_peer *in)
{
	const struct ob_prefix *x = sorted(a, from), *y = sorted(a, in);
	struct missing m = {
		.v = ob_arena_array(a, from->n_allowed, sizeof(*x)),
	};

	for (size_t i = 0, j = 0; i < from->n_allowed; i++) {
		while (j < in->n_allowed && ob_prefix_compare(&y[j], &x[i]) < 0)
			j++;
		if (j == in->n_allowed || !ob_prefix_equal(&y[j], &x[i]))
			m.v[m.n++] = x[i];
	}
	return m;
}

bool ob_wg_peer_equal(const struct ob_wg_peer *desired,
		      const struct ob_wg_peer *actual)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const struct ob_wg_endpoint *d = &desired->endpoint;
	const struct ob_wg_endpoint *e = &actual->endpoint;

	if (!ob_key_equal(&desired->public_key, &actual->public_key) ||
	    desired->keepalive_s != actual->keepalive_s)
		return false;
	if (d->addr.family &&
	    (!ob_addr_equal(&d->addr, &e->addr) || d->port != e->port))
		return false;
	return missing_allowed(a, desired, actual).n == 0 &&
	       missing_allowed(a, actual, desired).n == 0;
}

static const struct ob_wg_peer *find_peer(const struct ob_wg_device *dev,
					  const struct ob_key *key)
{
	for (size_t i = 0; i < dev->n_peers; i++) {
		if (ob_key_equal(&dev->peers[i].public_key, key))
			return &dev->peers[i];
	}
	return NULL;
}

/*
 * Replacing is not free: the kernel first removes every allowed IP, and what
 * is sent until they are back is dropped. So only the difference is sent, what
 * is added first: a prefix may go because a wider one covers it.
 */
int ob_wg_peer_change(struct ob_wg *wg, const char *name,
		      const struct ob_wg_peer *peer)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_wg_device dev;

	int r = ob_wg_device_dump(wg, a, name, &dev);
	if (r < 0)
		return r;

	const struct ob_wg_peer *actual = find_peer(&dev, &peer->public_key);

	if (!actual)
		return send_peers(wg, name, peer, WGPEER_F_REPLACE_ALLOWEDIPS);

	struct missing add = missing_allowed(a, peer, actual);
	struct missing take = missing_allowed(a, actual, peer);
	struct ob_wg_peer more = *peer;

	if (take.n > TAKE_MAX)
		return send_peers(wg, name, peer, WGPEER_F_REPLACE_ALLOWEDIPS);
	more.allowed = add.v;
	more.n_allowed = add.n;
	r = send_peers(wg, name, &more, 0);
	if (r < 0 || take.n == 0)
		return r;
	return take_allowed(wg, name, take.v, take.n);
}

int ob_wg_peer_del(struct ob_wg *wg, const char *name,
		   const struct ob_key *public_key)
{
	struct ob_wg_peer peer = { .public_key = *public_key };
	struct request request = { .peer = &peer, .flags = WGPEER_F_REMOVE_ME };

	return send_requests(wg, name, &request, 1);
}
