/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps that octopus writes, as lists of plain values. The verbs are those
 * of netlink/: _dump into an arena, _set (add or change), _del. Dumps use the
 * batch interface where the kernel has it; the order is the map's.
 *
 * LPM entries change one by one and each atomically. Writers raise
 * ob_config.generation (ob_config_table_set) after a batch of changes.
 */
#pragma once

#include "base/prefix.h"
#include "datapath/datapath.h"
#include "ob/abi/maps.h"

/* ob_route4/6: the prefix and struct ob_route. */
struct ob_route_entry {
	struct ob_prefix dst;
	struct ob_route value;
};

/* ob_out4/6 or ob_in4/6, by direction. */
enum ob_nat_dir {
	OB_NAT_OUT, /* local -> global */
	OB_NAT_IN,  /* global -> local */
};

struct ob_nat_entry {
	enum ob_nat_dir dir;
	struct ob_prefix from;
	struct ob_prefix to; /* same length as from */
	enum ob_nat_kind kind;
};

struct ob_cluster_entry {
	struct ob_cluster_key key;
	struct ob_cluster value;
};

struct ob_route_entries {
	struct ob_route_entry *v;
	size_t n;
};

struct ob_nat_entries {
	struct ob_nat_entry *v;
	size_t n;
};

struct ob_cluster_entries {
	struct ob_cluster_entry *v;
	size_t n;
};

int ob_config_table_get(const struct ob_datapath *dp, struct ob_config *ret);
int ob_config_table_set(const struct ob_datapath *dp,
			const struct ob_config *config);

/* Both families. */
int ob_route_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
			struct ob_route_entries *ret);
int ob_route_table_set(const struct ob_datapath *dp,
		       const struct ob_route_entry *entry);
int ob_route_table_del(const struct ob_datapath *dp,
		       const struct ob_prefix *dst);

/* Both directions and families. */
int ob_nat_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
		      struct ob_nat_entries *ret);
int ob_nat_table_set(const struct ob_datapath *dp,
		     const struct ob_nat_entry *entry);
int ob_nat_table_del(const struct ob_datapath *dp, enum ob_nat_dir dir,
		     const struct ob_prefix *from);
/*
 * What the datapath would make of an address: the kernel's own longest-prefix
 * lookup. -ENOENT when no entry covers it.
 */
int ob_nat_table_lookup(const struct ob_datapath *dp, enum ob_nat_dir dir,
			const struct ob_addr *addr, struct ob_addr *ret,
			enum ob_nat_kind *ret_kind);
int ob_route_table_lookup(const struct ob_datapath *dp,
			  const struct ob_addr *addr, struct ob_route *ret);

int ob_cluster_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
			  struct ob_cluster_entries *ret);
int ob_cluster_table_set(const struct ob_datapath *dp,
			 const struct ob_cluster_entry *entry);
int ob_cluster_table_del(const struct ob_datapath *dp,
			 const struct ob_cluster_key *key);
