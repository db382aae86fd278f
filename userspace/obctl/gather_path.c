// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_path.h"

#include <netdb.h>
#include <string.h>

#include "obctl/probe.h"
#include "obctl/units.h"

OB_DEFINE_CLEANUP(struct addrinfo *, freeaddrinfo)

const char *ob_ctl_resolve(struct ob_arena *a, const char *host,
			   struct ob_addr *ret, size_t room, size_t *ret_n)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	_cleanup_(freeaddrinfop) struct addrinfo *list = NULL;
	int r = getaddrinfo(host, NULL, &hints, &list);

	*ret_n = 0;
	if (r != 0)
		return ob_arena_strdup(a, gai_strerror(r));
	for (const struct addrinfo *i = list; i && *ret_n < room;
	     i = i->ai_next) {
		if (i->ai_family == AF_INET)
			ret[(*ret_n)++] = ob_addr_from_in(
				&((struct sockaddr_in *)i->ai_addr)->sin_addr);
		else if (i->ai_family == AF_INET6)
			ret[(*ret_n)++] = ob_addr_from_in6(
				&((struct sockaddr_in6 *)i->ai_addr)
					 ->sin6_addr);
	}
	return *ret_n > 0 ? NULL : "it has no address";
}

const struct ob_wg_peer *ob_ctl_wg_peer(const struct ob_wg_device *wg,
					const struct ob_key *key)
{
	for (size_t i = 0; i < wg->n_peers; i++) {
		if (ob_key_equal(&wg->peers[i].public_key, key))
			return &wg->peers[i];
	}
	return NULL;
}

bool ob_ctl_path_is_mute(const struct ob_ctl_facts *f,
			 const struct ob_ctl_path *path)
{
	const struct ob_key *key = &path->want->key;
	const struct ob_wg_peer *before, *then;

	if (!path->want->direct || path->answered)
		return false;
	before = ob_ctl_wg_peer(&f->wg, key);
	then = ob_ctl_wg_peer(&f->wg_then, key);
	return before && then && then->tx_bytes > before->tx_bytes &&
	       then->rx_bytes == before->rx_bytes && then->handshake_s;
}

/* Where its packets go now, or are about to. */
static void gather_underlay(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			    struct ob_ctl_path *path)
{
	const struct ob_wg_peer *peer =
		path->want->has_key ? ob_ctl_wg_peer(&f->wg, &path->want->key)
				    : NULL;

	if (peer && peer->endpoint.addr.family)
		path->to = peer->endpoint.addr;
	else if (path->n_addrs > 0)
		path->to = path->addrs[0];
	if (path->to.family)
		path->underlay = ob_ctl_kernel_way(k, f, &path->to);
}

static void gather_path(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			struct ob_arena *a, const struct ob_ctl_want *want)
{
	struct ob_ctl_path *path = OB_PUSH(a, &f->paths);

	path->want = want;
	if (!want->direct)
		return;
	if (*want->host)
		path->resolve_problem =
			ob_ctl_resolve(a, want->host, path->addrs,
				       ARRAY_SIZE(path->addrs), &path->n_addrs);
	gather_underlay(k, f, path);
}

static void gather_destinations(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
				struct ob_arena *a,
				const struct ob_ctl_want *want)
{
	for (size_t i = 0; i < want->cidrs.n; i++) {
		struct ob_ctl_destination *d = OB_PUSH(a, &f->destinations);
		const struct ob_prefix *p = &want->cidrs.v[i];
		struct ob_addr to = p->addr;

		if (p->len < ob_addr_bits(&p->addr))
			to = ob_addr_plus(&p->addr, 1);
		d->want = want;
		d->prefix = *p;
		d->way = ob_ctl_kernel_way(k, f, &to);
	}
}

void ob_ctl_paths_gather(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			 struct ob_arena *a)
{
	for (size_t i = 0; i < f->wants.n; i++) {
		const struct ob_ctl_want *want = &f->wants.v[i];

		if (!want->used)
			continue;
		gather_path(k, f, a, want);
		gather_destinations(k, f, a, want);
	}
}

/* The gateway of a cluster is its first address but one, unless somebody has
 * configured another. */
static void aim(const struct ob_ctl_facts *f, struct ob_ctl_path *path)
{
	const struct ob_ctl_prefixes *cidrs = &path->want->cidrs;
	const struct ob_route_entry *route;

	if (cidrs->n == 0)
		return;
	path->gateway = ob_addr_plus(&cidrs->v[0].addr, 1);
	path->probe_size = f->link->mtu;
	route = ob_ctl_view_route(&f->view, &path->gateway);
	if (route && route->value.mtu < path->probe_size)
		path->probe_size = route->value.mtu;
}

static struct ob_addr own4(const struct ob_ctl_view *view)
{
	static const struct ob_ip4 none;
	const struct ob_ip4 *own = &view->config.gateway4;

	return memcmp(own, &none, sizeof(none)) ? ob_ctl_from_ip4(own)
						: (struct ob_addr){ 0 };
}

static struct ob_addr own6(const struct ob_ctl_view *view)
{
	static const struct ob_ip6 none;
	const struct ob_ip6 *own = &view->config.gateway6;

	return memcmp(own, &none, sizeof(none)) ? ob_ctl_from_ip6(own)
						: (struct ob_addr){ 0 };
}

void ob_ctl_paths_probe(struct ob_ctl_facts *f, struct ob_arena *a)
{
	struct ob_ctl_probe *probes =
		ob_arena_array(a, f->paths.n + 1, sizeof(*probes));
	struct ob_addr from4 = own4(&f->view), from6 = own6(&f->view);

	if (!f->link || !f->link->up)
		return;
	for (size_t i = 0; i < f->paths.n; i++) {
		aim(f, &f->paths.v[i]);
		probes[i].to = f->paths.v[i].gateway;
		probes[i].size = f->paths.v[i].probe_size;
	}
	ob_ctl_probe_run(f->device, &from4, &from6, probes, f->paths.n);
	for (size_t i = 0; i < f->paths.n; i++) {
		struct ob_ctl_path *path = &f->paths.v[i];

		path->probed = path->gateway.family != 0;
		path->probe_error = probes[i].error;
		path->answered = probes[i].answered;
		path->answer_size = probes[i].answer_size;
	}
}
