// SPDX-License-Identifier: Apache-2.0
/*
 * The kubeconfig format: named clusters, users and contexts, and which context
 * is current. Fields that would change whom we talk to or as whom, and that we
 * do not implement, are refused by name; unknown ones are not ours to judge.
 */
#include "kube/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/yaml.h"
#include "kube/base64.h"
#include "kube/config_check.h"
#include "kube/secretfile.h"

#define REASON "InvalidKubeconfig"

struct reader {
	const char *name; /* of the file */
	const char *dir;
	struct ob_arena *arena;
	const struct ob_yaml *root;
	struct ob_kube_config *config;
	struct ob_status *status;
};

static int out_of_memory(const struct reader *in)
{
	return ob_status_set(in->status, ENOMEM, REASON, "%s: out of memory",
			     in->name);
}

static int refuse(const struct reader *in, const struct ob_yaml *at,
		  const char *what)
{
	return ob_status_set(in->status, EINVAL, REASON, "%s:%u:%u: %s: %s",
			     in->name, at->line, at->column, at->key ?: "value",
			     what);
}

/* *ret: NULL when it is missing or empty. */
static int get_text(const struct reader *in, const struct ob_yaml *mapping,
		    const char *key, const char **ret)
{
	const struct ob_yaml *v = ob_yaml_get(mapping, key);

	*ret = NULL;
	if (!v)
		return 0;
	if (v->kind != OB_YAML_SCALAR)
		return refuse(in, v, "must be text");
	if (v->scalar[0] && strcmp(v->scalar, "null") != 0)
		*ret = v->scalar;
	return 0;
}

static int copy_text(const struct reader *in, const struct ob_yaml *mapping,
		     const char *key, char **ret)
{
	const char *text;
	int r = get_text(in, mapping, key, &text);

	if (r < 0 || !text)
		return r;
	*ret = strdup(text);
	return *ret ? 0 : out_of_memory(in);
}

/* The inside of the list's element of this name. */
static int find_named(const struct reader *in, const char *list,
		      const char *inside, const char *name,
		      const struct ob_yaml **ret)
{
	const struct ob_yaml *v = ob_yaml_get(in->root, list), *found;
	const char *its;
	int r;

	for (v = v ? v->children : NULL; v; v = v->next) {
		r = get_text(in, v, "name", &its);
		if (r < 0)
			return r;
		if (!its || strcmp(its, name) != 0)
			continue;
		found = ob_yaml_get(v, inside);
		if (!found || found->kind != OB_YAML_MAPPING)
			return refuse(in, v, "has no fields");
		*ret = found;
		return 0;
	}
	return ob_status_set(in->status, ENOENT, REASON,
			     "%s: %s: there is none named \"%.200s\"", in->name,
			     list, name);
}

static char *relative(const struct reader *in, const char *path)
{
	if (path[0] == '/')
		return ob_arena_strdup(in->arena, path);
	return ob_arena_printf(in->arena, "%s/%s", in->dir, path);
}

static int decode_data(const struct reader *in, const struct ob_yaml *mapping,
		       const char *key, const char *text, char **ret)
{
	_cleanup_(ob_kube_secret_freep) char *bytes = NULL;
	size_t size = 0;
	int r = ob_kube_base64_decode(text, &bytes, &size);

	if (r == -ENOMEM)
		return out_of_memory(in);
	if (r < 0)
		return refuse(in, ob_yaml_get(mapping, key), "is no base64");
	if (memchr(bytes, '\0', size))
		return refuse(in, ob_yaml_get(mapping, key),
			      "holds a NUL byte");
	*ret = TAKE_PTR(bytes);
	return 0;
}

/* KEY-data goes before KEY, as kubectl has it. */
static int read_pem(const struct reader *in, const struct ob_yaml *mapping,
		    const char *key, char **ret)
{
	const char *data_key = ob_arena_printf(in->arena, "%s-data", key);
	struct ob_status problem = OB_STATUS_INIT;
	const char *text = NULL;
	int r = get_text(in, mapping, data_key, &text);

	if (r < 0)
		return r;
	if (text)
		return decode_data(in, mapping, data_key, text, ret);
	r = get_text(in, mapping, key, &text);
	if (r < 0 || !text)
		return r;
	r = ob_kube_file_read(relative(in, text), ret, NULL, &problem);
	if (r < 0)
		refuse(in, ob_yaml_get(mapping, key), problem.message);
	return r;
}

static int refuse_fields(const struct reader *in, const struct ob_yaml *mapping,
			 const char *const *keys, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		const struct ob_yaml *v = ob_yaml_get(mapping, keys[i]);

		if (v && (v->kind != OB_YAML_SCALAR || v->scalar[0]))
			return refuse(in, v, why);
	}
	return 0;
}

static int refuse_insecure(const struct reader *in,
			   const struct ob_yaml *cluster)
{
	const struct ob_yaml *v =
		ob_yaml_get(cluster, "insecure-skip-tls-verify");

	if (!v || (v->kind == OB_YAML_SCALAR && !strcmp(v->scalar, "false")))
		return 0;
	return refuse(in, v,
		      "is not supported: the server's certificate is always "
		      "verified; use certificate-authority-data");
}

static int read_cluster(const struct reader *in, const struct ob_yaml *cluster)
{
	static const char *const proxy[] = { "proxy-url" };
	struct ob_kube_config *c = in->config;
	const char *server = NULL;
	int r = get_text(in, cluster, "server", &server);

	if (r == 0 && !server)
		return ob_status_set(in->status, EINVAL, REASON,
				     "%s:%u:%u: cluster: has no server",
				     in->name, cluster->line, cluster->column);
	if (r == 0)
		r = ob_kube_config_set_server(c, in->name, server, in->status);
	if (r == 0)
		r = refuse_insecure(in, cluster);
	if (r == 0)
		r = refuse_fields(in, cluster, proxy, ARRAY_SIZE(proxy),
				  "is not supported: the server is asked "
				  "directly");
	if (r == 0)
		r = copy_text(in, cluster, "tls-server-name",
			      &c->tls_server_name);
	return r == 0 ? read_pem(in, cluster, "certificate-authority",
				 &c->ca_pem)
		      : r;
}

static int refuse_user(const struct reader *in, const struct ob_yaml *user)
{
	static const char *const plugins[] = { "exec", "auth-provider" };
	static const char *const basic[] = { "username", "password" };
	static const char *const as[] = { "as", "as-uid", "as-groups",
					  "as-user-extra" };
	int r = refuse_fields(in, user, plugins, ARRAY_SIZE(plugins),
			      "credential plugins are not supported: use a "
			      "token, a token file or a client certificate");

	if (r == 0)
		r = refuse_fields(in, user, basic, ARRAY_SIZE(basic),
				  "is not supported: API servers no longer "
				  "take passwords");
	if (r == 0)
		r = refuse_fields(in, user, as, ARRAY_SIZE(as),
				  "impersonation is not supported");
	return r;
}

static int read_user(const struct reader *in, const struct ob_yaml *user)
{
	struct ob_kube_config *c = in->config;
	const char *file = NULL;
	int r = refuse_user(in, user);

	if (r == 0)
		r = get_text(in, user, "tokenFile", &file);
	if (r < 0)
		return r;
	if (file) {
		c->token_file = strdup(relative(in, file));
		r = c->token_file ? 0 : out_of_memory(in);
	} else {
		r = copy_text(in, user, "token", &c->token);
	}
	if (r == 0)
		r = read_pem(in, user, "client-certificate", &c->cert_pem);
	if (r == 0)
		r = read_pem(in, user, "client-key", &c->key_pem);
	return r;
}

static int find_context(const struct reader *in, const char *name,
			const struct ob_yaml **ret)
{
	int r = 0;

	if (!name)
		r = get_text(in, in->root, "current-context", &name);
	if (r == 0 && !name)
		return ob_status_set(in->status, EINVAL, REASON,
				     "%s: current-context is not set",
				     in->name);
	return r == 0 ? find_named(in, "contexts", "context", name, ret) : r;
}

static int read_context(const struct reader *in, const struct ob_yaml *context)
{
	const char *cluster_name = NULL, *user_name = NULL;
	const struct ob_yaml *v = NULL;
	int r = get_text(in, context, "cluster", &cluster_name);

	if (r == 0)
		r = get_text(in, context, "user", &user_name);
	if (r == 0 && !cluster_name)
		return ob_status_set(in->status, EINVAL, REASON,
				     "%s:%u:%u: context: has no cluster",
				     in->name, context->line, context->column);
	if (r == 0)
		r = copy_text(in, context, "namespace", &in->config->namespace);
	if (r == 0)
		r = find_named(in, "clusters", "cluster", cluster_name, &v);
	if (r == 0 && v)
		r = read_cluster(in, v);
	if (r < 0 || !user_name)
		return r;
	r = find_named(in, "users", "user", user_name, &v);
	return r == 0 ? read_user(in, v) : r;
}

static int read_root(struct reader *in, const char *bytes, size_t size,
		     const char *context)
{
	struct ob_status problem = OB_STATUS_INIT;
	const struct ob_yaml *v = NULL;
	struct ob_yaml *root = NULL;
	int r = ob_yaml_parse(in->arena, bytes, size, &root, &problem);

	if (r < 0)
		return ob_status_set(in->status, -r, REASON, "%s:%s", in->name,
				     problem.message);
	if (root->kind != OB_YAML_MAPPING)
		return ob_status_set(in->status, EINVAL, REASON,
				     "%s: is no kubeconfig", in->name);
	in->root = root;
	r = find_context(in, context, &v);
	if (r == 0 && v)
		r = read_context(in, v);
	if (r == 0)
		r = ob_kube_config_check(in->config, in->name, in->status);
	return r;
}

int ob_kube_config_parse(const char *name, const char *bytes,
			 unsigned long size, const char *dir,
			 const char *context, struct ob_kube_config **ret,
			 struct ob_status *status)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct reader in = {
		.name = name,
		.dir = dir,
		.arena = a,
		.status = status,
	};
	int r;

	c = calloc(1, sizeof(*c));
	if (!c)
		return out_of_memory(&in);
	in.config = c;
	r = read_root(&in, bytes, size, context);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

int ob_kube_config_load(const char *path, const char *context,
			struct ob_kube_config **ret, struct ob_status *status)
{
	_cleanup_(ob_kube_secret_freep) char *bytes = NULL;
	_free_ char *dir = strdup(path);
	size_t size = 0;
	char *slash;
	int r;

	if (!dir)
		return ob_status_set(status, ENOMEM, REASON, "out of memory");
	r = ob_kube_file_read(path, &bytes, &size, status);
	if (r < 0)
		return r;
	slash = strrchr(dir, '/');
	if (slash == dir)
		dir[1] = '\0';
	else if (slash)
		*slash = '\0';
	return ob_kube_config_parse(path, bytes, size, slash ? dir : ".",
				    context, ret, status);
}
