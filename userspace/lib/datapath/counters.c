// SPDX-License-Identifier: Apache-2.0
#include "datapath/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "datapath/each.h"
#include "datapath/private.h"
#include "ob/abi/service.h"

OB_DEFINE_CLEANUP(struct ring_buffer *, ring_buffer__free)

/* A per-CPU value is an array of these, one for each possible CPU. Sizes are
 * multiples of 8, so no padding is between them. */
_Static_assert(sizeof(struct ob_traffic) % 8 == 0, "per-CPU stride");
_Static_assert(sizeof(struct ob_count) % 8 == 0, "per-CPU stride");
_Static_assert(sizeof(struct ob_budget) % 8 == 0, "per-CPU stride");

int ob_traffic_get(const struct ob_datapath *dp, uint32_t slot,
		   struct ob_traffic *ret)
{
	_free_ struct ob_traffic *cpus = calloc(dp->n_cpus, sizeof(*cpus));
	struct ob_traffic sum = { 0 };

	if (!cpus)
		return -ENOMEM;
	if (bpf_map_lookup_elem(dp->map_fd[OB_MAP_TRAFFIC], &slot, cpus) < 0)
		return -errno;
	for (unsigned int i = 0; i < dp->n_cpus; i++) {
		sum.tx_packets += cpus[i].tx_packets;
		sum.tx_bytes += cpus[i].tx_bytes;
		sum.rx_packets += cpus[i].rx_packets;
		sum.rx_bytes += cpus[i].rx_bytes;
	}
	*ret = sum;
	return 0;
}

int ob_traffic_reset(const struct ob_datapath *dp, uint32_t slot)
{
	_free_ struct ob_traffic *cpus = calloc(dp->n_cpus, sizeof(*cpus));

	if (!cpus)
		return -ENOMEM;
	if (bpf_map_update_elem(dp->map_fd[OB_MAP_TRAFFIC], &slot, cpus,
				BPF_EXIST) < 0)
		return -errno;
	return 0;
}

static int drop_count_get(const struct ob_datapath *dp,
			  const struct ob_drop_key *key, struct ob_count *cpus,
			  struct ob_count *ret)
{
	struct ob_count sum = { 0 };

	if (bpf_map_lookup_elem(dp->map_fd[OB_MAP_DROPS], key, cpus) < 0)
		return -errno;
	for (unsigned int i = 0; i < dp->n_cpus; i++) {
		sum.packets += cpus[i].packets;
		sum.bytes += cpus[i].bytes;
	}
	*ret = sum;
	return 0;
}

/* Programs add entries and nobody deletes them, so next-key never starts over
 * and every entry is seen once. */
int ob_drops_dump(const struct ob_datapath *dp, struct ob_arena *a,
		  struct ob_drop_counts *ret)
{
	const int fd = dp->map_fd[OB_MAP_DROPS];
	_free_ struct ob_count *cpus = calloc(dp->n_cpus, sizeof(*cpus));
	OB_LIST(struct ob_drop_count) list = { 0 };
	struct ob_drop_key key, *previous = NULL;

	if (!cpus)
		return -ENOMEM;
	while (bpf_map_get_next_key(fd, previous, &key) == 0) {
		struct ob_count value;
		int r = drop_count_get(dp, &key, cpus, &value);

		if (r < 0)
			return r;
		*OB_PUSH(a, &list) = (struct ob_drop_count){ key, value };
		previous = &list.v[list.n - 1].key;
	}
	if (errno != ENOENT)
		return -errno;
	ret->v = list.v;
	ret->n = list.n;
	return 0;
}

int ob_events_suppressed(const struct ob_datapath *dp, uint64_t *ret)
{
	_free_ struct ob_budget *cpus = calloc(dp->n_cpus, sizeof(*cpus));
	uint64_t sum = 0;

	if (!cpus)
		return -ENOMEM;
	for (__u32 reason = 0; reason < OB_REASON_COUNT; reason++) {
		if (bpf_map_lookup_elem(dp->map_fd[OB_MAP_BUDGET], &reason,
					cpus) < 0)
			return -errno;
		for (unsigned int i = 0; i < dp->n_cpus; i++)
			sum += cpus[i].suppressed;
	}
	*ret = sum;
	return 0;
}

static int count_one(const void *key __attribute__((unused)),
		     const void *value __attribute__((unused)), void *arg)
{
	size_t *n = arg;

	(*n)++;
	return 0;
}

/* Blocks of slots, by the services that have them. */
static int count_blocks(const void *key __attribute__((unused)),
			const void *value, void *arg)
{
	const struct ob_service *service = value;
	size_t *n = arg;

	*n += (service->n_slots + OB_SLOTS - 1) / OB_SLOTS;
	return 0;
}

static int count_backend(const void *key __attribute__((unused)),
			 const void *value, void *arg)
{
	const struct ob_backend *backend = value;
	size_t *n = arg;

	*n += backend->state != OB_BACKEND_FREE;
	return 0;
}

/* Every entry of an array exists: those with something in them count. */
static int count_used(const struct ob_datapath *dp, enum ob_map map,
		      const struct bpf_map_info *info, bool per_cpu,
		      size_t *ret)
{
	size_t size = (size_t)info->value_size * (per_cpu ? dp->n_cpus : 1);
	_free_ char *value = calloc(1, size);
	_free_ char *zero = calloc(1, size);
	size_t n = 0;

	if (!value || !zero)
		return -ENOMEM;
	for (__u32 i = 0; i < info->max_entries; i++) {
		if (bpf_map_lookup_elem(dp->map_fd[map], &i, value) < 0)
			return -errno;
		n += memcmp(value, zero, size) != 0;
	}
	*ret = n;
	return 0;
}

static int count_drops(const struct ob_datapath *dp, size_t *ret)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_drop_counts drops = { 0 };
	int r = ob_drops_dump(dp, a, &drops);

	if (r == 0)
		*ret = drops.n;
	return r;
}

/* Bytes that no reader has consumed. Looking does not consume. */
static int count_unread(const struct ob_datapath *dp, size_t *ret)
{
	_cleanup_(ring_buffer__freep) struct ring_buffer *rb = NULL;
	static const ring_buffer_sample_fn nobody = NULL;

	rb = ring_buffer__new(dp->map_fd[OB_MAP_EVENTS], nobody, NULL, NULL);
	if (!rb)
		return -errno;
	*ret = ring__avail_data_size(ring_buffer__ring(rb, 0));
	return 0;
}

static int count_entries(const struct ob_datapath *dp, enum ob_map map,
			 const struct bpf_map_info *info, size_t *n)
{
	switch (map) {
	case OB_MAP_CONFIG:
		return count_used(dp, map, info, false, n);
	case OB_MAP_TRAFFIC:
	case OB_MAP_BUDGET:
		return count_used(dp, map, info, true, n);
	case OB_MAP_DROPS:
		return count_drops(dp, n);
	case OB_MAP_EVENTS:
		return count_unread(dp, n);
	case OB_MAP_SLOT:
		return ob_map_each(dp->map_fd[OB_MAP_SERVICE], count_blocks, n);
	case OB_MAP_BACKEND:
		return ob_map_each(dp->map_fd[map], count_backend, n);
	case OB_MAP_SERVICE:
	case OB_MAP_VIRTUAL:
	case OB_MAP_FLOW:
	case OB_MAP_REPLY:
	case OB_MAP_AFFINITY:
	case OB_MAP_FRAGMENT:
	case OB_MAP_ROUTE4:
	case OB_MAP_ROUTE6:
	case OB_MAP_OUT4:
	case OB_MAP_OUT6:
	case OB_MAP_IN4:
	case OB_MAP_IN6:
	case OB_MAP_CLUSTER:
		return ob_map_each(dp->map_fd[map], count_one, n);
	case OB_MAP_COUNT:
		break;
	}
	return -EINVAL;
}

static int fill_get(const struct ob_datapath *dp, enum ob_map map,
		    struct ob_map_fill *ret)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	size_t n = 0;
	int r;

	if (bpf_obj_get_info_by_fd(dp->map_fd[map], &info, &size) < 0)
		return -errno;
	r = count_entries(dp, map, &info, &n);
	if (r < 0)
		return r;
	*ret = (struct ob_map_fill){ map, n, info.max_entries };
	return 0;
}

int ob_map_fill_dump(const struct ob_datapath *dp,
		     struct ob_map_fill ret[OB_MAP_COUNT])
{
	struct ob_map_fill fills[OB_MAP_COUNT];

	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		int r = fill_get(dp, i, &fills[i]);

		if (r < 0)
			return r;
	}
	memcpy(ret, fills, sizeof(fills));
	return 0;
}

double ob_map_pressure(const struct ob_map_fill *fill)
{
	if (fill->map == OB_MAP_CONFIG || fill->map == OB_MAP_TRAFFIC ||
	    fill->map == OB_MAP_BUDGET || fill->map == OB_MAP_FRAGMENT ||
	    fill->max_entries == 0)
		return 0;
	return (double)fill->entries / (double)fill->max_entries;
}
