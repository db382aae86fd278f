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
	check_network(&file->network);
	return 0;
}
