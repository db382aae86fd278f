// SPDX-License-Identifier: Apache-2.0
#include "octopus/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "octopus/config_check.h"
#include "octopus/config_hub.h"
#include "octopus/config_mappings.h"
#include "octopus/config_read.h"

#define DEFAULT_KEEPALIVE_S 25

void ob_config_free(struct ob_config_file *file)
{
	/* It lives in its own arena. */
	ob_arena_free(file->arena);
}

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static struct ob_prefix *copy_prefixes(struct ob_arena *a,
				       const struct ob_raw_prefixes *raw)
{
	struct ob_prefix *v = ob_arena_array(a, raw->n, sizeof(*v));

	for (size_t i = 0; i < raw->n; i++)
		v[i] = raw->v[i].v;
	return v;
}

static void fill_cluster(struct ob_arena *a, const struct ob_raw_config *raw,
			 const struct ob_raw_peer *p,
			 struct ob_cluster_spec *ret)
{
	bool we_dial_from_behind_nat = !raw->hub.v && !raw->is_public.v;

	copy_text(ret->id, sizeof(ret->id), p->id.v);
	ret->has_key = p->public_key.at.path;
	ret->public_key = p->public_key.v;
	if (p->endpoint.v)
		copy_text(ret->host, sizeof(ret->host), p->endpoint.v);
	ret->port = p->port.at.path ? (uint16_t)p->port.v : OB_DEFAULT_PORT;
	ret->cidrs = copy_prefixes(a, &p->cidrs);
	ret->n_cidrs = p->cidrs.n;
	ret->hub = p->hub.v;
	if (p->keepalive.at.path)
		ret->keepalive_s = (uint16_t)p->keepalive.v;
	else if (we_dial_from_behind_nat && ret->host[0])
		ret->keepalive_s = DEFAULT_KEEPALIVE_S;
}

static void fill_clusters(struct ob_arena *a, const struct ob_raw_config *raw,
			  struct ob_network *net)
{
	net->clusters = ob_arena_array(a, raw->peers.n, sizeof(*net->clusters));
	net->n_clusters = raw->peers.n;
	for (size_t i = 0; i < raw->peers.n; i++)
		fill_cluster(a, raw, &raw->peers.v[i], &net->clusters[i]);
}

static void fill_interfaces(struct ob_arena *a, const struct ob_raw_config *raw,
			    struct ob_network *net)
{
	net->interfaces = ob_arena_array(a, raw->interfaces.n, sizeof(char *));
	net->n_interfaces = raw->interfaces.n;
	for (size_t i = 0; i < raw->interfaces.n; i++)
		net->interfaces[i] = ob_arena_strdup(a, raw->interfaces.v[i].v);
}

static void fill_network(struct ob_arena *a, const struct ob_raw_config *raw,
			 struct ob_network *net)
{
	copy_text(net->id, sizeof(net->id), raw->id.v);
	net->hub = raw->hub.v;
	net->is_public = raw->is_public.v;
	copy_text(net->device, sizeof(net->device),
		  raw->device.v ?: OB_DEFAULT_DEVICE);
	net->port = raw->port.at.path ? (uint16_t)raw->port.v : OB_DEFAULT_PORT;
	net->mtu = raw->mtu.v;
	/* At most two: checked before. */
	for (size_t i = 0; i < raw->global.n; i++)
		net->global[i] = raw->global.v[i].v;
	net->n_global = raw->global.n;
	net->cidrs = copy_prefixes(a, &raw->cidrs);
	net->n_cidrs = raw->cidrs.n;
	fill_interfaces(a, raw, net);
	fill_clusters(a, raw, net);
}

static void fill_rest(const struct ob_raw_config *raw,
		      struct ob_config_file *file)
{
	if (raw->key_file.v)
		file->key_file = ob_arena_strdup(file->arena, raw->key_file.v);
	file->has_metrics = !raw->metrics.off;
	if (raw->metrics.at.path) {
		file->metrics_addr = raw->metrics.addr;
		file->metrics_port = raw->metrics.port;
		return;
	}
	(void)ob_addr_parse("127.0.0.1", &file->metrics_addr);
	file->metrics_port = OB_DEFAULT_METRICS_PORT;
}

static struct ob_config_file *file_new(void)
{
	struct ob_arena *arena = ob_arena_new();
	struct ob_config_file *file = ob_arena_alloc(arena, sizeof(*file));

	file->arena = arena;
	return file;
}

static int build_static(struct ob_arena *scratch,
			const struct ob_config_errors *e,
			const struct ob_raw_config *raw,
			struct ob_config_file *file)
{
	struct ob_network *net = &file->network;
	int r = ob_config_check_static(e, raw);

	if (r == 0)
		r = ob_config_check_addresses(scratch, e, raw);

	if (r < 0)
		return r;
	fill_network(file->arena, raw, net);
	fill_rest(raw, file);
	r = ob_config_check_mappings(scratch, file->arena, e, raw, net);
	if (r < 0)
		return r;
	r = ob_config_check_gateways(e, raw, net);
	if (r < 0)
		return r;
	return ob_config_check_topology(e, raw, net);
}

static int build_hub(struct ob_arena *scratch, const struct ob_config_errors *e,
		     const struct ob_raw_config *raw,
		     struct ob_config_file *file)
{
	int r = ob_config_check_hub(scratch, e, raw);

	if (r < 0)
		return r;
	fill_network(file->arena, raw, &file->network);
	/* What is its own, it asks for. */
	file->network.n_cidrs = 0;
	file->network.is_public = raw->endpoint.v && !raw->hub.v;
	fill_rest(raw, file);
	file->hub = ob_config_hub_new(file->arena, raw);
	return 0;
}

int ob_config_parse(const char *name, const char *bytes, size_t size,
		    struct ob_config_file **ret, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *scratch = ob_arena_new();
	_cleanup_(ob_config_freep) struct ob_config_file *file = NULL;
	struct ob_config_errors e = { .name = name, .status = status };
	struct ob_raw_config raw;
	int r = ob_config_read(scratch, &e, bytes, size, &raw);

	if (r < 0)
		return r;
	file = file_new();
	r = raw.hub_api.at.path ? build_hub(scratch, &e, &raw, file)
				: build_static(scratch, &e, &raw, file);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(file);
	return 0;
}

int ob_config_load(const char *path, struct ob_config_file **ret,
		   struct ob_status *status)
{
	_free_ char *bytes = NULL;
	size_t size = 0;
	int r = ob_fields_file(path, &bytes, &size, status);

	if (r < 0)
		return r;
	return ob_config_parse(path, bytes, size, ret, status);
}
