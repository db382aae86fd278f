// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes: a network that keeps the promises of model/network.h, or a
 * status whose message begins with the place.
 */
#include "octopus/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
#define MOST_TO_COMPARE 64 /* pairs take the square */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_global(const struct ob_network *net, const struct ob_prefix *p)
{
	for (size_t i = 0; i < net->n_global; i++)
		if (ob_prefix_covers(&net->global[i], p))
			return true;
	return false;
}

static void check_cidrs(const struct ob_network *net,
			const struct ob_prefix *cidrs, size_t n)
{
	CHECK(n > 0);
	for (size_t i = 0; i < n; i++)
		CHECK(is_global(net, &cidrs[i]));
}

static void check_mapping(const struct ob_network *net, size_t i)
{
	const struct ob_mapping *m = &net->mappings[i];

	CHECK(m->local.len == m->global.len);
	CHECK(m->local.addr.family == m->global.addr.family);
	CHECK(is_global(net, &m->global));
	for (size_t j = 0; j < i && i < MOST_TO_COMPARE; j++) {
		CHECK(!ob_prefix_overlaps(&m->global,
					  &net->mappings[j].global));
		CHECK(!ob_prefix_overlaps(&m->local, &net->mappings[j].local));
	}
}

static void check_network(const struct ob_network *net)
{
	CHECK(net->id[0] && net->device[0] && net->port);
	CHECK(net->n_global >= 1 && net->n_global <= 2);
	CHECK(net->n_clusters < OB_MAX_CLUSTERS);
	CHECK(net->n_mappings < OB_MAX_PREFIXES);
	check_cidrs(net, net->cidrs, net->n_cidrs);
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];

		CHECK(c->id[0] && strcmp(c->id, net->id) != 0 && c->port);
		check_cidrs(net, c->cidrs, c->n_cidrs);
	}
	for (size_t i = 0; i < net->n_mappings; i++)
		check_mapping(net, i);
}

/* What join.h builds on. */
static void check_hub(const struct ob_config_file *file)
{
	const struct ob_hub_mode *h = file->hub;
	const struct ob_network *net = &file->network;

	CHECK(net->id[0] && net->device[0] && net->port);
	CHECK(net->n_cidrs == 0 && net->n_clusters == 0);
	CHECK(net->hub ? net->n_global > 0 : net->n_global == 0);
	CHECK(!h->kubeconfig != !h->url && h->namespace[0]);
	CHECK(!h->url || h->token_file);
	CHECK((net->hub || net->is_public) == (h->endpoint[0] != '\0'));
	CHECK(h->n_request <= 16 && h->n_pods < OB_MAX_PREFIXES);
	for (size_t i = 0; net->hub && i < h->n_request; i++)
		CHECK(is_global(net, &h->request[i]));
	for (size_t i = 0; i < net->n_global; i++)
		CHECK(net->global[i].len <=
		      (net->global[i].addr.family == AF_INET ? h->slice_len
							     : h->slice_len6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_config_freep) struct ob_config_file *file = NULL;
	struct ob_status status = OB_STATUS_INIT;
	int r;

	r = ob_config_parse("fuzz", (const char *)data, size, &file, &status);
	if (r < 0) {
		CHECK(!file && status.reason);
		CHECK(!strncmp(status.message, "fuzz:", 5));
		return 0;
	}
	CHECK(!status.reason);
	if (file->hub)
		check_hub(file);
	else
		check_network(&file->network);
	return 0;
}
