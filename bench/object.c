// SPDX-License-Identifier: Apache-2.0
#include "object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int ob_object_open(const char *dir, const char *name, struct bpf_object **ret)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", dir, name);
	*ret = bpf_object__open_file(path, NULL);
	return *ret ? 0 : -errno;
}

static struct bpf_map *find_section(struct bpf_object *obj, const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		const char *name = bpf_map__name(map);
		size_t n = strlen(name), k = strlen(section);

		if (bpf_map__is_internal(map) && n >= k &&
		    !strcmp(name + n - k, section))
			return map;
	}
	return NULL;
}

/* Offset of a variable in its section; negative when there is none. */
static int find_variable(struct bpf_object *obj, const char *section,
			 const char *variable)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_var_secinfo *v;
	const struct btf_type *t;
	int id;

	id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);
	if (id < 0)
		return id;
	t = btf__type_by_id(btf, (__u32)id);
	v = btf_var_secinfos(t);
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *var = btf__type_by_id(btf, v[i].type);

		if (!strcmp(btf__name_by_offset(btf, var->name_off), variable))
			return (int)v[i].offset;
	}
	return -ENOENT;
}

bool ob_object_set(struct bpf_object *obj, const char *variable, unsigned int v)
{
	struct bpf_map *map = find_section(obj, ".rodata");
	int offset = find_variable(obj, ".rodata", variable);
	size_t size;
	char *data = map ? bpf_map__initial_value(map, &size) : NULL;

	if (!data || offset < 0)
		return false;
	memcpy(data + offset, &v, sizeof(v));
	return true;
}

/* libbpf maps .bss for skeletons only: by system call, whole. */
static int bss_access(struct bpf_object *obj, const char *variable,
		      const uint64_t *set, uint64_t *get)
{
	struct bpf_map *map = find_section(obj, ".bss");
	int offset = find_variable(obj, ".bss", variable);
	_free_ char *data = NULL;
	__u32 zero = 0;
	size_t size;

	if (!map || offset < 0)
		return -ENOENT;
	size = bpf_map__value_size(map);
	data = malloc(size);
	if (!data)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(map), &zero, data))
		return -errno;
	if (get)
		memcpy(get, data + offset, sizeof(*get));
	if (!set)
		return 0;
	memcpy(data + offset, set, sizeof(*set));
	if (bpf_map_update_elem(bpf_map__fd(map), &zero, data, BPF_ANY))
		return -errno;
	return 0;
}

int ob_object_bss_get(struct bpf_object *obj, const char *variable,
		      uint64_t *ret)
{
	return bss_access(obj, variable, NULL, ret);
}

int ob_object_bss_set(struct bpf_object *obj, const char *variable, uint64_t v)
{
	return bss_access(obj, variable, &v, NULL);
}

int ob_object_share_maps(struct bpf_object *obj, struct bpf_object *loaded)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		struct bpf_map *other;
		int r;

		if (bpf_map__is_internal(map))
			continue;
		other = bpf_object__find_map_by_name(loaded,
						     bpf_map__name(map));
		if (!other)
			continue;
		r = bpf_map__reuse_fd(map, bpf_map__fd(other));
		if (r)
			return r;
	}
	return 0;
}

int ob_object_attach(struct bpf_object *obj, const char *program, int ifindex,
		     struct bpf_link **ret)
{
	struct bpf_program *p = bpf_object__find_program_by_name(obj, program);

	if (!p)
		return -ENOENT;
	*ret = bpf_program__attach_tcx(p, ifindex, NULL);
	return *ret ? 0 : -errno;
}

unsigned long long ob_object_run_count(struct bpf_object *obj,
				       const char *program)
{
	struct bpf_program *p = bpf_object__find_program_by_name(obj, program);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (!p || bpf_prog_get_info_by_fd(bpf_program__fd(p), &info, &len))
		return 0;
	return info.run_cnt;
}
