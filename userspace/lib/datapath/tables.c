// SPDX-License-Identifier: Apache-2.0
#include "datapath/tables.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "datapath/each.h"
#include "datapath/private.h"

/* A key of either family. */
union lpm_key {
	__u32 prefixlen;
	struct ob_key4 v4;
	struct ob_key6 v6;
};

union nat {
	struct ob_nat4 v4;
	struct ob_nat6 v6;
};

/* struct ob_prefix <-> key, the only place. */

static int key_encode(const struct ob_prefix *p, union lpm_key *ret)
{
	if (p->addr.family != AF_INET && p->addr.family != AF_INET6)
		return -EAFNOSUPPORT;
	memset(ret, 0, sizeof(*ret));
	ret->prefixlen = p->len;
	if (p->addr.family == AF_INET)
		memcpy(ret->v4.addr.b, p->addr.b, sizeof(ret->v4.addr.b));
	else
		memcpy(ret->v6.addr.b, p->addr.b, sizeof(ret->v6.addr.b));
	return 0;
}

static struct ob_prefix prefix_make(uint8_t family, const void *bytes,
				    __u32 len)
{
	struct ob_prefix p = { .addr.family = family, .len = (uint8_t)len };

	memcpy(p.addr.b, bytes, family == AF_INET ? 4 : 16);
	return p;
}

static struct ob_prefix key_decode(const void *key, uint8_t family)
{
	const union lpm_key *k = key;

	return family == AF_INET
		       ? prefix_make(family, k->v4.addr.b, k->prefixlen)
		       : prefix_make(family, k->v6.addr.b, k->prefixlen);
}

/* struct ob_nat_entry.to and .kind <-> value, the only place. */

static void nat_encode(const struct ob_nat_entry *entry, union nat *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (entry->from.addr.family == AF_INET) {
		memcpy(ret->v4.addr.b, entry->to.addr.b, 4);
		ret->v4.prefixlen = entry->to.len;
		ret->v4.kind = entry->kind;
	} else {
		memcpy(ret->v6.addr.b, entry->to.addr.b, 16);
		ret->v6.prefixlen = entry->to.len;
		ret->v6.kind = entry->kind;
	}
}

static void nat_decode(const void *value, uint8_t family,
		       struct ob_prefix *ret_to, enum ob_nat_kind *ret_kind)
{
	const union nat *v = value;

	if (family == AF_INET) {
		*ret_to = prefix_make(family, v->v4.addr.b, v->v4.prefixlen);
		*ret_kind = v->v4.kind;
	} else {
		*ret_to = prefix_make(family, v->v6.addr.b, v->v6.prefixlen);
		*ret_kind = v->v6.kind;
	}
}

static int nat_fd(const struct ob_datapath *dp, enum ob_nat_dir dir,
		  uint8_t family)
{
	if (dir == OB_NAT_OUT)
		return dp
			->map_fd[family == AF_INET ? OB_MAP_OUT4 : OB_MAP_OUT6];
	return dp->map_fd[family == AF_INET ? OB_MAP_IN4 : OB_MAP_IN6];
}

static int route_fd(const struct ob_datapath *dp, uint8_t family)
{
	return dp->map_fd[family == AF_INET ? OB_MAP_ROUTE4 : OB_MAP_ROUTE6];
}

static int get(int fd, const void *key, void *ret_value)
{
	return bpf_map_lookup_elem(fd, key, ret_value) < 0 ? -errno : 0;
}

static int del(int fd, const void *key)
{
	return bpf_map_delete_elem(fd, key) < 0 ? -errno : 0;
}

/* ob_config */

int ob_config_table_get(const struct ob_datapath *dp, struct ob_config *ret)
{
	const __u32 zero = 0;

	return get(dp->map_fd[OB_MAP_CONFIG], &zero, ret);
}

int ob_config_table_set(const struct ob_datapath *dp,
			const struct ob_config *config)
{
	const __u32 zero = 0;

	return ob_map_set(dp->map_fd[OB_MAP_CONFIG], &zero, config);
}

/* ob_route4/6 */

struct route_list {
	struct ob_route_entry *v;
	size_t n, room;
	struct ob_arena *arena;
	uint8_t family;
};

static int push_route(const void *key, const void *value, void *arg)
{
	struct route_list *list = arg;
	struct ob_route_entry *entry = OB_PUSH(list->arena, list);

	entry->dst = key_decode(key, list->family);
	memcpy(&entry->value, value, sizeof(entry->value));
	return 0;
}

int ob_route_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
			struct ob_route_entries *ret)
{
	struct route_list list = { .arena = a, .family = AF_INET };
	int r = ob_map_each(route_fd(dp, AF_INET), push_route, &list);

	if (r < 0)
		return r;
	list.family = AF_INET6;
	r = ob_map_each(route_fd(dp, AF_INET6), push_route, &list);
	if (r < 0)
		return r;
	ret->v = list.v;
	ret->n = list.n;
	return 0;
}

int ob_route_table_set(const struct ob_datapath *dp,
		       const struct ob_route_entry *entry)
{
	union lpm_key key;
	int r = key_encode(&entry->dst, &key);

	return r < 0 ? r
		     : ob_map_set(route_fd(dp, entry->dst.addr.family), &key,
				  &entry->value);
}

int ob_route_table_del(const struct ob_datapath *dp,
		       const struct ob_prefix *dst)
{
	union lpm_key key;
	int r = key_encode(dst, &key);

	return r < 0 ? r : del(route_fd(dp, dst->addr.family), &key);
}

int ob_route_table_lookup(const struct ob_datapath *dp,
			  const struct ob_addr *addr, struct ob_route *ret)
{
	struct ob_prefix host = ob_prefix_host(addr);
	union lpm_key key;
	int r = key_encode(&host, &key);

	return r < 0 ? r : get(route_fd(dp, addr->family), &key, ret);
}

/* ob_out4/6, ob_in4/6 */

struct nat_list {
	struct ob_nat_entry *v;
	size_t n, room;
	struct ob_arena *arena;
	uint8_t family;
	enum ob_nat_dir dir;
};

static int push_nat(const void *key, const void *value, void *arg)
{
	struct nat_list *list = arg;
	struct ob_nat_entry *entry = OB_PUSH(list->arena, list);

	entry->dir = list->dir;
	entry->from = key_decode(key, list->family);
	nat_decode(value, list->family, &entry->to, &entry->kind);
	return 0;
}

int ob_nat_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
		      struct ob_nat_entries *ret)
{
	static const struct {
		enum ob_nat_dir dir;
		uint8_t family;
	} maps[] = {
		{ OB_NAT_OUT, AF_INET },
		{ OB_NAT_OUT, AF_INET6 },
		{ OB_NAT_IN, AF_INET },
		{ OB_NAT_IN, AF_INET6 },
	};
	struct nat_list list = { .arena = a };

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		int r;

		list.dir = maps[i].dir;
		list.family = maps[i].family;
		r = ob_map_each(nat_fd(dp, list.dir, list.family), push_nat,
				&list);
		if (r < 0)
			return r;
	}
	ret->v = list.v;
	ret->n = list.n;
	return 0;
}

int ob_nat_table_set(const struct ob_datapath *dp,
		     const struct ob_nat_entry *entry)
{
	union lpm_key key;
	union nat value;
	int r = key_encode(&entry->from, &key);

	if (r < 0)
		return r;
	if (entry->to.addr.family != entry->from.addr.family ||
	    entry->to.len != entry->from.len)
		return -EINVAL;
	nat_encode(entry, &value);
	return ob_map_set(nat_fd(dp, entry->dir, entry->from.addr.family), &key,
			  &value);
}

int ob_nat_table_del(const struct ob_datapath *dp, enum ob_nat_dir dir,
		     const struct ob_prefix *from)
{
	union lpm_key key;
	int r = key_encode(from, &key);

	return r < 0 ? r : del(nat_fd(dp, dir, from->addr.family), &key);
}

int ob_nat_table_lookup(const struct ob_datapath *dp, enum ob_nat_dir dir,
			const struct ob_addr *addr, struct ob_addr *ret,
			enum ob_nat_kind *ret_kind)
{
	struct ob_prefix host = ob_prefix_host(addr);
	struct ob_prefix to;
	union lpm_key key;
	union nat value;
	int r = key_encode(&host, &key);

	if (r == 0)
		r = get(nat_fd(dp, dir, addr->family), &key, &value);
	if (r < 0)
		return r;
	nat_decode(&value, addr->family, &to, ret_kind);
	*ret = ob_prefix_translate(&to, addr);
	return 0;
}

/* ob_cluster */

struct cluster_list {
	struct ob_cluster_entry *v;
	size_t n, room;
	struct ob_arena *arena;
};

static int push_cluster(const void *key, const void *value, void *arg)
{
	struct cluster_list *list = arg;
	struct ob_cluster_entry *entry = OB_PUSH(list->arena, list);

	memcpy(&entry->key, key, sizeof(entry->key));
	memcpy(&entry->value, value, sizeof(entry->value));
	return 0;
}

int ob_cluster_table_dump(const struct ob_datapath *dp, struct ob_arena *a,
			  struct ob_cluster_entries *ret)
{
	struct cluster_list list = { .arena = a };
	int r = ob_map_each(dp->map_fd[OB_MAP_CLUSTER], push_cluster, &list);

	if (r < 0)
		return r;
	ret->v = list.v;
	ret->n = list.n;
	return 0;
}

int ob_cluster_table_set(const struct ob_datapath *dp,
			 const struct ob_cluster_entry *entry)
{
	return ob_map_set(dp->map_fd[OB_MAP_CLUSTER], &entry->key,
			  &entry->value);
}

int ob_cluster_table_del(const struct ob_datapath *dp,
			 const struct ob_cluster_key *key)
{
	return del(dp->map_fd[OB_MAP_CLUSTER], key);
}
