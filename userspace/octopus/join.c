// SPDX-License-Identifier: Apache-2.0
#include "octopus/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/service_block.h"
#include "model/space.h"
#include "octopus/join_map.h"
#include "octopus/topology.h"

#define US SIZE_MAX /* an owner in the space */

struct run {
	struct ob_arena *arena;
	const struct ob_join_input *in;
	struct ob_joined *j;
	struct ob_space taken;
	const struct ob_peer *hub; /* NULL: we are, or there is none */
};

static const char *show(struct ob_arena *a, const struct ob_prefix *p)
{
	return ob_prefix_format(p, ob_arena_alloc(a, OB_PREFIX_STRLEN),
				OB_PREFIX_STRLEN);
}

/* Peers are gone before what is made of them. */
static struct ob_prefix *copy(struct ob_arena *a, const struct ob_prefix *v,
			      size_t n)
{
	struct ob_prefix *to = ob_arena_array(a, n, sizeof(*to));

	for (size_t i = 0; i < n; i++)
		to[i] = v[i];
	return to;
}

const struct ob_peer *ob_join_own(const struct ob_join_input *in)
{
	for (size_t i = 0; i < in->n_peers; i++)
		if (!strcmp(in->peers[i]->name, in->config->network.id))
			return in->peers[i];
	return NULL;
}

/* The oldest one, should there ever be two. */
static const struct ob_peer *find_hub(const struct ob_join_input *in)
{
	const struct ob_peer *hub = NULL;

	for (size_t i = 0; i < in->n_peers; i++) {
		const struct ob_peer *p = in->peers[i];

		if (p->status.role != OB_PEER_HUB || p->status.n_global == 0 ||
		    p->deleting || !strcmp(p->name, in->config->network.id))
			continue;
		if (!hub || p->created_s < hub->created_s ||
		    (p->created_s == hub->created_s &&
		     strcmp(p->name, hub->name) < 0))
			hub = p;
	}
	return hub;
}

/* This cluster. */

static int wait_for_own(const struct ob_peer *own, const char *id,
			struct ob_status *status)
{
	const struct ob_peer_condition *c =
		own ? ob_peer_condition_get(&own->status, OB_PEER_ACCEPTED)
		    : NULL;

	if (!own)
		return ob_status_set(status, EAGAIN, "PeerNotPublished",
				     "the hub has no Peer %s yet", id);
	if (c && !strcmp(c->status, "False"))
		return ob_status_set(status, EAGAIN, "PeerNotAccepted",
				     "the hub has refused Peer %s: %s", id,
				     c->message);
	return ob_status_set(status, EAGAIN, "PeerNotAccepted",
			     "the hub has not accepted Peer %s yet", id);
}

static int take_hub_mode(struct run *r, struct ob_status *status)
{
	const struct ob_config_file *config = r->in->config;
	const struct ob_peer *own = ob_join_own(r->in);
	struct ob_network *net = &r->j->network;

	r->hub = find_hub(r->in);
	if (!own || own->status.n_cidrs == 0)
		return wait_for_own(own, config->network.id, status);
	if (!r->hub)
		return ob_status_set(status, EAGAIN, "HubPeerMissing",
				     "there is no Peer of the hub with a "
				     "global CIDR yet");
	memcpy(net->global, r->hub->status.global, sizeof(net->global));
	net->n_global = r->hub->status.n_global;
	net->cidrs = copy(r->arena, own->status.cidrs, own->status.n_cidrs);
	net->n_cidrs = own->status.n_cidrs;
	return 0;
}

static void take_hub_itself(struct run *r)
{
	const struct ob_hub_mode *h = r->in->config->hub;

	r->j->network.cidrs = copy(r->arena, h->request, h->n_request);
	r->j->network.n_cidrs = h->n_request;
}

/* What must not be in the global CIDR, but for pods that keep their unique
 * addresses. */
static int check_local(const struct run *r, const struct ob_prefix *p,
		       const char *what, struct ob_status *status)
{
	const struct ob_network *net = &r->j->network;

	for (size_t i = 0; i < net->n_global; i++) {
		if (!ob_prefix_overlaps(&net->global[i], p))
			continue;
		return ob_status_set(status, EAGAIN, "GlobalCIDROverlap",
				     "%s %s overlaps the global CIDR %s: both "
				     "cannot be reached",
				     what, show(r->arena, p),
				     show(r->arena, &net->global[i]));
	}
	return 0;
}

static int check_pods(const struct run *r, const struct ob_prefix *v, size_t n,
		      const char *what, struct ob_status *status)
{
	for (size_t i = 0; i < n; i++) {
		int err;

		if (ob_network_owns(&r->j->network, &v[i]))
			continue;
		err = check_local(r, &v[i], what, status);
		if (err < 0)
			return err;
	}
	return 0;
}

static int check_locals(const struct run *r, struct ob_status *status)
{
	const struct ob_join_input *in = r->in;
	const struct ob_hub_mode *h = in->config->hub;
	int err = check_pods(r, h->pods, h->n_pods, "pod_cidr", status);

	if (err == 0)
		err = check_pods(r, in->node_pods, in->n_node_pods,
				 "a Node's pod CIDR", status);
	for (size_t i = 0; err == 0 && i < h->n_locals; i++)
		err = check_local(r, &h->locals[i].prefix, h->locals[i].what,
				  status);
	for (size_t i = 0; err == 0 && i < in->n_node_addrs; i++) {
		struct ob_prefix host = ob_prefix_host(&in->node_addrs[i]);

		err = check_local(r, &host, "a Node's address", status);
	}
	return err;
}

static int check_nodes(const struct ob_join_input *in, struct ob_status *status)
{
	const struct ob_hub_mode *h = in->config->hub;

	if (h->kubernetes == OB_KUBERNETES_NONE || h->n_pods > 0)
		return 0;
	if (!in->nodes_known)
		return ob_status_set(status, EAGAIN, "NodesUnknown",
				     "the Nodes of our own cluster are not "
				     "known yet");
	if (in->n_node_pods == 0)
		return ob_status_set(status, EAGAIN, "NoPodCIDR",
				     "no Node has spec.podCIDRs: give "
				     "pod_cidr in the configuration");
	return 0;
}

static bool is_mapped(const struct ob_network *net, const struct ob_addr *addr)
{
	struct ob_prefix host = ob_prefix_host(addr);

	for (size_t i = 0; i < net->n_mappings; i++)
		if (ob_prefix_equal(&net->mappings[i].global, &host))
			return true;
	return false;
}

static struct ob_addr gateway(struct run *r, uint8_t family,
			      const struct ob_addr *wish)
{
	struct ob_network *net = &r->j->network;
	struct ob_addr addr = ob_network_default_gateway(net, family);
	struct ob_prefix host = ob_prefix_host(wish);
	char buf[OB_ADDR_STRLEN];

	if (wish->family && ob_network_owns(net, &host))
		addr = *wish;
	else if (wish->family)
		ob_status_set(OB_PUSH(r->arena, &r->j->conditions), EINVAL,
			      "GatewayNotOurs",
			      "gateway %s is not inside our cluster CIDR: the "
			      "default is used",
			      ob_addr_format(wish, buf, sizeof(buf)));
	if (addr.family && is_mapped(net, &addr))
		return (struct ob_addr){ 0 };
	return addr;
}

/* Where virtual addresses of services come from. */
static void take_blocks(struct run *r)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct ob_hub_mode *h = r->in->config->hub;
	struct ob_network *net = &r->j->network;

	if (h->kubernetes == OB_KUBERNETES_NONE)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		int err = ob_service_block(net->cidrs, net->n_cidrs,
					   h->clusterset, h->n_clusterset,
					   families[i],
					   &net->blocks[net->n_blocks]);

		if (err == 0)
			net->n_blocks++;
		if (err == -EDOM)
			ob_status_set(OB_PUSH(r->arena, &r->j->conditions),
				      EINVAL, "ServiceBlockNotOurs",
				      "clusterset_cidr is not inside our "
				      "cluster CIDR: no service is balanced "
				      "that has an %s address",
				      families[i] == AF_INET ? "IPv4" : "IPv6");
	}
}

static void note_key(struct run *r)
{
	const struct ob_peer *own = ob_join_own(r->in);

	if (!own || !own->status.has_key ||
	    ob_key_is_zero(&r->in->public_key) ||
	    ob_key_equal(&own->status.public_key, &r->in->public_key))
		return;
	ob_status_set(OB_PUSH(r->arena, &r->j->conditions), EINVAL,
		      "KeyNotAccepted",
		      "the others know another public key of ours: the hub has "
		      "not accepted the one of device %s",
		      r->j->network.device);
}

/* The others. */

static void leave_out(struct run *r, const struct ob_peer *p,
		      const char *reason, const char *message)
{
	*OB_PUSH(r->arena, &r->j->left_out) =
		(struct ob_left_out){ ob_arena_strdup(r->arena, p->name),
				      reason,
				      ob_arena_strdup(r->arena, message) };
}

static bool has_our_key(const struct run *r, const struct ob_peer *p)
{
	return p->status.has_key &&
	       ob_key_equal(&p->status.public_key, &r->in->public_key);
}

static const struct ob_cluster_spec *same_key(const struct run *r,
					      const struct ob_peer *p)
{
	const struct ob_network *net = &r->j->network;

	for (size_t i = 0; i < net->n_clusters; i++)
		if (p->status.has_key && net->clusters[i].has_key &&
		    ob_key_equal(&net->clusters[i].public_key,
				 &p->status.public_key))
			return &net->clusters[i];
	return NULL;
}

static bool is_inside(const struct ob_network *net, const struct ob_prefix *p)
{
	for (size_t i = 0; i < net->n_global; i++)
		if (ob_prefix_covers(&net->global[i], p))
			return true;
	return false;
}

static const char *owner_name(const struct run *r, size_t owner)
{
	return owner == US ? "this cluster" : r->j->network.clusters[owner].id;
}

/* Takes its prefixes when all of them can be had. */
static bool take_cidrs(struct run *r, const struct ob_peer *p)
{
	const struct ob_peer_status *s = &p->status;
	size_t owner = r->j->network.n_clusters;

	for (size_t i = 0; i < s->n_cidrs; i++) {
		const struct ob_holding *other;
		const char *text = show(r->arena, &s->cidrs[i]);

		if (!is_inside(&r->j->network, &s->cidrs[i])) {
			leave_out(r, p, "OutsideGlobalCIDR",
				  ob_arena_printf(r->arena,
						  "its %s is not inside the "
						  "global CIDR",
						  text));
			return false;
		}
		other = ob_space_conflict(&r->taken, &s->cidrs[i], owner);
		if (!other)
			continue;
		leave_out(r, p,
			  other->owner == US ? "OverlapsOurs"
					     : "OverlapsAnother",
			  ob_arena_printf(r->arena, "its %s overlaps %s of %s",
					  text, show(r->arena, &other->prefix),
					  owner_name(r, other->owner)));
		return false;
	}
	for (size_t i = 0; i < s->n_cidrs; i++)
		(void)ob_space_add(&r->taken, &s->cidrs[i], owner);
	return true;
}

/* Why it cannot be used, apart from its prefixes; NULL: it can. */
static const char *unusable(const struct run *r, const struct ob_peer *p,
			    const char **ret_message)
{
	const struct ob_peer_condition *c =
		ob_peer_condition_get(&p->status, OB_PEER_ACCEPTED);
	const struct ob_cluster_spec *twin;

	if (p->deleting) {
		*ret_message = "it is being deleted";
		return "Deleting";
	}
	if (p->status.n_cidrs == 0 && p != r->hub) {
		*ret_message =
			c ? c->message : "the hub has not accepted it yet";
		return "NotAccepted";
	}
	if (has_our_key(r, p)) {
		*ret_message = "it has our own public key";
		return "SameKey";
	}
	twin = same_key(r, p);
	if (twin) {
		*ret_message = ob_arena_printf(
			r->arena, "it has the key of cluster %s", twin->id);
		return "SameKey";
	}
	if (strlen(p->name) >= OB_CLUSTER_LEN) {
		*ret_message = "its name is too long";
		return "InvalidName";
	}
	return NULL;
}

static void fill_cluster(const struct run *r, const struct ob_peer *p,
			 struct ob_cluster_spec *c)
{
	const struct ob_peer_status *s = &p->status;
	bool dialled = s->role == OB_PEER_HUB || s->role == OB_PEER_PUBLIC;

	memcpy(c->id, p->name, strlen(p->name) + 1);
	c->public_key = s->public_key;
	c->has_key = s->has_key;
	if (dialled && strlen(s->endpoint) < sizeof(c->host))
		memcpy(c->host, s->endpoint, strlen(s->endpoint) + 1);
	c->port = s->port ?: OB_DEFAULT_PORT;
	c->cidrs = copy(r->arena, s->cidrs, s->n_cidrs);
	c->n_cidrs = s->n_cidrs;
	c->hub = p == r->hub;
	/* Between two that can dial each other as well: whether a tunnel lives
	 * should not depend on whether somebody uses it. */
	c->keepalive_s = c->host[0] ? OB_DEFAULT_KEEPALIVE_S : 0;
}

/* Directly, or through the hub. */
static bool is_reachable(const struct run *r, const struct ob_cluster_spec *c)
{
	const struct ob_network *net = &r->j->network;

	if (ob_cluster_is_direct(net, c))
		return true;
	return !c->hub && ob_network_hub(net);
}

static void take_peer(struct run *r, const struct ob_peer *p)
{
	struct ob_network *net = &r->j->network;
	struct ob_cluster_spec c = { 0 };
	const char *message, *reason = unusable(r, p, &message);

	if (reason) {
		leave_out(r, p, reason, message);
		return;
	}
	fill_cluster(r, p, &c);
	if (!is_reachable(r, &c)) {
		leave_out(r, p, c.has_key ? "Unreachable" : "NoPublicKey",
			  c.has_key ? "neither it nor we can dial the other, "
				      "and there is no hub to meet at"
				    : "its octopus has not published a key");
		return;
	}
	if (net->n_clusters == OB_MAX_CLUSTERS - 1) {
		leave_out(r, p, "TooManyClusters",
			  "there are as many clusters as there can be");
		return;
	}
	if (take_cidrs(r, p))
		net->clusters[net->n_clusters++] = c;
}

static int compare_peers(const void *x, const void *y)
{
	const struct ob_peer *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

static void take_peers(struct run *r)
{
	const struct ob_join_input *in = r->in;
	struct ob_network *net = &r->j->network;
	const struct ob_peer **v =
		ob_arena_array(r->arena, in->n_peers, sizeof(*v));
	size_t most =
		in->n_peers < OB_MAX_CLUSTERS ? in->n_peers : OB_MAX_CLUSTERS;

	net->clusters = ob_arena_array(r->arena, most, sizeof(*net->clusters));
	for (size_t i = 0; i < net->n_cidrs; i++)
		(void)ob_space_add(&r->taken, &net->cidrs[i], US);
	for (size_t i = 0; i < in->n_peers; i++)
		v[i] = in->peers[i];
	if (in->n_peers > 0)
		qsort(v, in->n_peers, sizeof(struct ob_peer *), compare_peers);
	/* The hub first: if one has to go, it is another. */
	if (r->hub)
		take_peer(r, r->hub);
	for (size_t i = 0; i < in->n_peers; i++)
		if (v[i] != r->hub && strcmp(v[i]->name, net->id) != 0)
			take_peer(r, v[i]);
}

/* The configuration may be another one before the network is. */
static void copy_interfaces(struct ob_arena *a, struct ob_network *net)
{
	char **from = net->interfaces;

	net->interfaces = ob_arena_array(a, net->n_interfaces, sizeof(char *));
	for (size_t i = 0; i < net->n_interfaces; i++)
		net->interfaces[i] = ob_arena_strdup(a, from[i]);
}

int ob_join(struct ob_arena *a, const struct ob_join_input *in,
	    struct ob_joined *ret, struct ob_status *status)
{
	const struct ob_hub_mode *h = in->config->hub;
	struct ob_joined j = { .network = in->config->network };
	struct run r = { .arena = a, .in = in, .j = &j, .taken.arena = a };
	int err = 0;

	if (j.network.hub)
		take_hub_itself(&r);
	else
		err = take_hub_mode(&r, status);
	if (err == 0)
		err = check_nodes(in, status);
	if (err == 0)
		err = check_locals(&r, status);
	if (err < 0)
		return err;
	copy_interfaces(a, &j.network);
	ob_join_map(a, in, &j);
	j.network.gateway4 = gateway(&r, AF_INET, &h->gateways[0]);
	j.network.gateway6 = gateway(&r, AF_INET6, &h->gateways[1]);
	take_blocks(&r);
	note_key(&r);
	take_peers(&r);
	*ret = j;
	return 0;
}

void ob_join_standby(struct ob_arena *a, const struct ob_join_input *in,
		     struct ob_network *ret)
{
	struct ob_joined j = { .network = in->config->network };
	struct run r = { .arena = a, .in = in, .j = &j };
	struct ob_network *net = &j.network;

	r.hub = find_hub(in);
	if (!net->hub && r.hub) {
		memcpy(net->global, r.hub->status.global, sizeof(net->global));
		net->n_global = r.hub->status.n_global;
	}
	if (check_locals(&r, NULL) < 0)
		net->n_global = 0;
	net->n_interfaces = 0;
	*ret = j.network;
}
