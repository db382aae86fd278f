// SPDX-License-Identifier: Apache-2.0
#include "octopus/service_view.h"

#include <stdlib.h>
#include <string.h>

#include "octopus/topology.h"

static const struct ob_wg_peer *peer_of(const struct ob_wg_device *wg,
					const struct ob_cluster_spec *c)
{
	for (size_t i = 0; i < wg->n_peers; i++)
		if (ob_key_equal(&wg->peers[i].public_key, &c->public_key))
			return &wg->peers[i];
	return NULL;
}

static bool is_alive(struct ob_alive *alive, const struct ob_alive_input *in,
		     const struct ob_cluster_spec *c)
{
	const struct ob_wg_peer *peer = peer_of(in->wg, c);
	/* Whoever can dial us does, and keeps its tunnel warm. */
	bool theirs = in->net->hub || in->net->is_public;

	return peer &&
	       ob_alive_update(alive, peer, theirs, in->now_ms, in->now_s);
}

const bool *ob_alive_clusters(struct ob_arena *a, struct ob_alive *alive,
			      const struct ob_alive_input *in)
{
	const struct ob_network *net = in->net;
	bool *v = ob_arena_array(a, net->n_clusters, sizeof(*v));
	bool hub = false;

	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];

		if (!ob_cluster_is_direct(net, c))
			continue;
		v[i] = is_alive(alive, in, c);
		hub |= c->hub && v[i];
	}
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];

		if (!ob_cluster_is_direct(net, c))
			v[i] = hub && in->is_ready(in->arg, c->id);
	}
	ob_alive_sweep(alive);
	return v;
}

static uint32_t slot_of(const struct ob_cluster_entry *slots, size_t n,
			const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strncmp(slots[i].key.name, id, OB_CLUSTER_LEN))
			return slots[i].value.slot;
	return 0;
}

static int compare(const void *x, const void *y)
{
	const struct ob_service_cluster *a = x, *b = y;

	return strcmp(a->id, b->id);
}

struct ob_service_view
ob_service_view_make(struct ob_arena *a, const struct ob_network *net,
		     const struct ob_cluster_entry *slots, size_t n_slots,
		     const bool *alive, enum ob_service_policy policy)
{
	struct ob_service_cluster *v =
		ob_arena_array(a, net->n_clusters + 1, sizeof(*v));
	struct ob_service_view view = {
		.n_blocks = net->n_blocks,
		.clusters = v,
		.policy = policy,
	};

	memcpy(view.blocks, net->blocks, sizeof(view.blocks));
	v[view.n_clusters++] = (struct ob_service_cluster){
		.id = net->id,
		.cidrs = net->cidrs,
		.n_cidrs = net->n_cidrs,
		.alive = true,
	};
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];
		uint32_t slot = slot_of(slots, n_slots, c->id);

		if (slot == 0)
			continue;
		v[view.n_clusters++] = (struct ob_service_cluster){
			.id = c->id,
			.slot = slot,
			.cidrs = c->cidrs,
			.n_cidrs = c->n_cidrs,
			.alive = alive[i],
		};
	}
	qsort(v, view.n_clusters, sizeof(*v), compare);
	return view;
}
