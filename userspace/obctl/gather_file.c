// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/yaml.h"
#include "model/network.h"

#define METRICS_PORT 9797 /* the default of octopus(8) */

/* One document being read; the first problem stays. */
struct reading {
	struct ob_arena *arena;
	struct ob_ctl_file *file;
};

static void problem(struct reading *r, const struct ob_yaml *node,
		    const char *what)
{
	if (r->file->problem)
		return;
	r->file->problem = ob_arena_printf(
		r->arena, "%s:%u:%u: %s: %s", r->file->path, node->line,
		node->column, node->key ?: "value", what);
}

static const char *text_of(struct reading *r, const struct ob_yaml *map,
			   const char *key)
{
	const struct ob_yaml *node = ob_yaml_get(map, key);

	if (!node)
		return NULL;
	if (node->kind == OB_YAML_SCALAR)
		return node->scalar;
	problem(r, node, "is not one value");
	return NULL;
}

static bool bool_of(struct reading *r, const struct ob_yaml *map,
		    const char *key)
{
	const char *text = text_of(r, map, key);

	return text && !strcmp(text, "true");
}

static uint32_t number_of(struct reading *r, const struct ob_yaml *map,
			  const char *key, uint32_t max, uint32_t otherwise)
{
	const char *text = text_of(r, map, key);
	unsigned long value;
	char *end;

	if (!text)
		return otherwise;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (!errno && !*end && *text >= '0' && *text <= '9' && value <= max)
		return (uint32_t)value;
	problem(r, ob_yaml_get(map, key), "is not a number in range");
	return otherwise;
}

static void add_prefix(struct reading *r, const struct ob_yaml *node,
		       struct ob_ctl_prefixes *list)
{
	struct ob_prefix prefix;

	if (node->kind == OB_YAML_SCALAR &&
	    ob_prefix_parse(node->scalar, &prefix) == 0)
		*OB_PUSH(r->arena, list) = prefix;
	else
		problem(r, node, "is not a prefix such as 10.244.0.0/16");
}

/* A list, or one for a list of one. */
static void prefixes_of(struct reading *r, const struct ob_yaml *map,
			const char *key, struct ob_ctl_prefixes *list)
{
	const struct ob_yaml *node = ob_yaml_get(map, key);

	if (!node)
		return;
	if (node->kind != OB_YAML_SEQUENCE) {
		add_prefix(r, node, list);
		return;
	}
	for (node = node->children; node; node = node->next)
		add_prefix(r, node, list);
}

static void interfaces_of(struct reading *r, const struct ob_yaml *root)
{
	const struct ob_yaml *node = ob_yaml_get(root, "interfaces");
	bool list = node && node->kind == OB_YAML_SEQUENCE;

	for (node = list ? node->children : node; node;
	     node = list ? node->next : NULL) {
		if (node->kind == OB_YAML_SCALAR)
			*OB_PUSH(r->arena, &r->file->interfaces) = node->scalar;
		else
			problem(r, node, "is not a name or a pattern");
	}
}

/* "127.0.0.1:9797", "[::1]:9797", ":9797" or "none". */
static void metrics_of(struct reading *r, const struct ob_yaml *root)
{
	const char *text = text_of(r, root, "metrics");
	struct ob_ctl_file *f = r->file;
	unsigned long port;
	char *host, *colon;

	f->metrics = true;
	f->metrics_port = METRICS_PORT;
	(void)ob_addr_parse("127.0.0.1", &f->metrics_addr);
	if (!text)
		return;
	f->metrics = strcmp(text, "none") != 0;
	host = ob_arena_strdup(r->arena, text);
	colon = strrchr(host, ':');
	if (!f->metrics || !colon)
		return;
	*colon = '\0';
	port = strtoul(colon + 1, NULL, 10);
	if (*host == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		host++;
	}
	/* All addresses: ours among them. */
	if (*host && ob_addr_parse(host, &f->metrics_addr) < 0)
		problem(r, ob_yaml_get(root, "metrics"), "is no ADDRESS:PORT");
	f->metrics_port = (uint16_t)port;
}

static void add_peer(struct reading *r, const struct ob_yaml *node)
{
	struct ob_ctl_want *want = OB_PUSH(r->arena, &r->file->peers);
	const char *key = text_of(r, node, "public_key");

	want->id = text_of(r, node, "cluster_id") ?: "";
	want->hub = bool_of(r, node, "ishub");
	want->host = text_of(r, node, "endpoint") ?: "";
	want->port = (uint16_t)number_of(r, node, "port", UINT16_MAX,
					 OB_DEFAULT_PORT);
	want->reason = want->message = "";
	want->used = true;
	want->has_key = key && ob_key_parse(key, &want->key) == 0;
	if (key && !want->has_key)
		problem(r, ob_yaml_get(node, "public_key"),
			"is not the base64 of a WireGuard key");
	/* One without an endpoint has to be able to dial us. */
	want->direct = want->has_key &&
		       (*want->host || r->file->hub || r->file->is_public);
	prefixes_of(r, node, "cluster_cidr", &want->cidrs);
	if (!*want->id)
		problem(r, node, "cluster_id is missing");
}

static void peers_of(struct reading *r, const struct ob_yaml *root)
{
	const struct ob_yaml *node = ob_yaml_get(root, "peers");

	if (!node || node->kind != OB_YAML_SEQUENCE)
		return;
	for (node = node->children; node; node = node->next)
		add_peer(r, node);
}

static void hub_of(struct reading *r, const struct ob_yaml *root)
{
	const struct ob_yaml *hub = ob_yaml_get(root, "hub");
	struct ob_ctl_file *f = r->file;

	if (!hub)
		return;
	f->hub_mode = true;
	f->hub_url = text_of(r, hub, "url");
	f->ca_file = text_of(r, hub, "ca_file");
	f->token_file = text_of(r, hub, "token_file");
	f->kubeconfig = text_of(r, hub, "kubeconfig");
	f->namespace = text_of(r, hub, "namespace") ?: "syncer-operator";
	/* Who says where to dial it can be dialled. */
	f->is_public |= ob_yaml_get(root, "endpoint") != NULL;
	if (!f->hub_url && !f->kubeconfig)
		problem(r, hub, "has neither url nor kubeconfig");
}

static void read_root(struct reading *r, const struct ob_yaml *root)
{
	struct ob_ctl_file *f = r->file;
	const char *mtu = text_of(r, root, "mtu");

	f->id = text_of(r, root, "cluster_id");
	f->hub = bool_of(r, root, "ishub");
	f->is_public = bool_of(r, root, "isPublic");
	f->device = text_of(r, root, "device") ?: OB_DEFAULT_DEVICE;
	f->port = (uint16_t)number_of(r, root, "port", UINT16_MAX,
				      OB_DEFAULT_PORT);
	if (mtu && strcmp(mtu, "auto") != 0)
		f->mtu = number_of(r, root, "mtu", UINT16_MAX, 0);
	prefixes_of(r, root, "global_cidr", &f->global);
	prefixes_of(r, root, "cluster_cidr", &f->cidrs);
	prefixes_of(r, root, "pod_cidr", &f->pods);
	interfaces_of(r, root);
	metrics_of(r, root);
	hub_of(r, root);
	peers_of(r, root);
	if (!f->id)
		problem(r, root, "cluster_id is missing");
	if (!f->hub_mode && f->cidrs.n == 0)
		problem(r, root, "cluster_cidr is missing");
}

void ob_ctl_file_parse(struct ob_arena *a, const char *path, const char *bytes,
		       size_t size, struct ob_ctl_file *ret)
{
	struct reading r = { a, ret };
	struct ob_status status = OB_STATUS_INIT;
	struct ob_yaml *root;

	*ret = (struct ob_ctl_file){ .path = path };
	if (ob_yaml_parse(a, bytes, size, &root, &status) < 0)
		ret->problem =
			ob_arena_printf(a, "%s:%s", path, status.message);
	else
		read_root(&r, root);
}

void ob_ctl_file_read(struct ob_arena *a, const char *path,
		      struct ob_ctl_file *ret)
{
	const size_t room = OB_YAML_MAX_BYTES + 1;
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *bytes;
	ssize_t size;

	*ret = (struct ob_ctl_file){ .path = path };
	if (fd < 0) {
		ret->error = -errno;
		return;
	}
	bytes = ob_arena_alloc(a, room);
	size = ob_file_read(fd, bytes, room);
	if (size < 0)
		ret->error = (int)size;
	else
		ob_ctl_file_parse(a, path, bytes, (size_t)size, ret);
}
