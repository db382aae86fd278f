// SPDX-License-Identifier: Apache-2.0
#include "hub/init.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/clock.h"
#include "hub/api.h"
#include "hub/call.h"
#include "hub/crds.h"
#include "hub/decode.h"
#include "hub/files.h"
#include "hub/kubeconfig.h"
#include "hub/listen.h"
#include "hub/pki.h"
#include "hub/prepare.h"
#include "hub/state.h"
#include "hub/tokens.h"
#include "hub/write.h"

#define REASON "InitFailed"

/* --- the directory --- */

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words += strspn(words, " ")) {
		size_t size = strcspn(words, " ");

		if (size == n && memcmp(words, word, n) == 0)
			return true;
		words += size;
	}
	return false;
}

/* "NAME", "NAME:PORT", "ADDRESS", "[ADDRESS]:PORT" */
static int advertise_split(struct ob_arena *a, const char *s,
			   const char **ret_name, uint16_t *ret_port)
{
	const char *colon = strchr(s, ':');
	struct ob_addr addr;
	char *end;
	unsigned long port;

	*ret_name = s;
	if (ob_addr_parse(s, &addr) == 0)
		return 0;
	if (*s == '[') {
		const char *close = strchr(s, ']');

		if (!close)
			return -EINVAL;
		*ret_name =
			ob_arena_printf(a, "%.*s", (int)(close - s - 1), s + 1);
		colon = close[1] == ':' ? close + 1 : NULL;
	} else if (colon) {
		*ret_name = ob_arena_printf(a, "%.*s", (int)(colon - s), s);
	}
	if (!**ret_name ||
	    strspn(*ret_name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789-.:*") != strlen(*ret_name))
		return -EINVAL;
	if (!colon)
		return 0;
	port = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || !port ||
	    port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Names of this call come first, and none is forgotten. */
static int advertise_remember(const struct ob_hub_options *o,
			      struct ob_hub_store *s, struct ob_arena *a,
			      struct ob_status *status)
{
	const char *old = ob_hub_state_get(s, a, "advertise"), *all = "";
	const char *port_text = ob_hub_state_get(s, a, "port");
	uint16_t port = 0;
	struct ob_addr any;

	for (unsigned int i = 0; i < o->n_advertise; i++) {
		const char *name;

		if (advertise_split(a, o->advertise[i], &name, &port) < 0)
			return ob_status_set(status, EINVAL, REASON,
					     "--advertise %s: neither an "
					     "address nor a name",
					     o->advertise[i]);
		if (!has_word(all, name))
			all = ob_arena_printf(a, "%s%s%s", all, *all ? " " : "",
					      name);
	}
	for (const char *w = old ? old : ""; *w; w += strspn(w, " ")) {
		size_t size = strcspn(w, " ");
		const char *name = ob_arena_printf(a, "%.*s", (int)size, w);

		if (!has_word(all, name))
			all = ob_arena_printf(a, "%s%s%s", all, *all ? " " : "",
					      name);
		w += size;
	}
	if (!port &&
	    (!port_text || strcmp(o->listen, OB_HUB_DEFAULT_LISTEN) != 0)) {
		port = OB_HUB_DEFAULT_PORT;
		if (ob_hub_listen_parse(o->listen, &any, &port) < 0)
			return ob_status_set(status, EINVAL, REASON,
					     "--listen %s: not like "
					     "192.0.2.1:6443",
					     o->listen);
	}
	if (port &&
	    ob_hub_state_set(s, "port", ob_arena_printf(a, "%u", port)) < 0)
		return -EIO;
	return ob_hub_state_set(s, "advertise", all);
}

int ob_hub_init_certificates(const char *dir, struct ob_hub_store *s,
			     struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *names = ob_hub_state_get(s, a, "advertise");
	OB_LIST(const char *) list = { 0 };

	for (const char *w = names ? names : ""; *w; w += strspn(w, " ")) {
		size_t size = strcspn(w, " ");

		*OB_PUSH(a, &list) = ob_arena_printf(a, "%.*s", (int)size, w);
		w += size;
	}
	return ob_hub_pki_ensure(dir, list.v, list.n, status);
}

int ob_hub_init_state(const struct ob_hub_options *o, struct ob_hub_store **ret,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_hub_store_freep) struct ob_hub_store *s = NULL;
	int r = ob_hub_state_ensure(o->dir, status);

	if (r == 0)
		r = ob_hub_state_open(o->dir, true, &s, status);
	if (r == 0)
		r = advertise_remember(o, s, a, status);
	if (r == 0)
		r = ob_hub_init_certificates(o->dir, s, status);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

int ob_hub_init_admin(const char *dir, struct ob_hub_store *s,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *path = ob_hub_files_path(a, dir, "admin.kubeconfig");
	const char *text;
	char *token;
	int r;

	if (access(path, F_OK) == 0)
		return 0;
	r = ob_hub_token_create(s, a, OB_HUB_TOKEN_ADMIN, "", 0,
				(int64_t)ob_clock_realtime_s(), &token, status);
	if (r == 0)
		r = ob_hub_kubeconfig(dir, s, a, "admin", token, &text, status);
	if (r == 0)
		r = ob_hub_files_write(path, 0600, text, strlen(text), status);
	return r;
}

/* --- objects --- */

/* As a request of the administrator, which is what it is. */
static int object_ensure(struct ob_hub *hub, const char *group,
			 const char *version, const char *resource,
			 cJSON *(*make)(struct ob_arena *, const void *),
			 const void *arg, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_hub_exchange x = { .arena = a,
				     .method = "PATCH",
				     .user_agent = "hub" };
	struct ob_hub_call c = {
		.hub = hub,
		.x = &x,
		.a = a,
		.reply = &x.reply,
		.now_s = (int64_t)ob_clock_realtime_s(),
		.manager = "hub",
		.route = { .verb = OB_HUB_PATCH,
			   .group = group,
			   .version = version,
			   .resource = resource,
			   .namespace = "",
			   .subresource = "",
			   .path = "" },
	};
	cJSON *object = make(a, arg);

	if (!object)
		return -EINVAL;
	c.who = ob_hub_who_of(
		a, &(struct ob_hub_token){ .kind = OB_HUB_TOKEN_ADMIN });
	c.route.name = ob_json_string(object, "metadata.name");
	c.kind = ob_hub_catalog_find(hub->catalog, group, resource);
	c.version = ob_hub_kind_storage(c.kind);
	if (ob_hub_write_ensure(&c, object) == 0)
		return 0;
	return ob_status_set(status, EINVAL, REASON, "%s/%s: %s", resource,
			     c.route.name, x.reply.body);
}

static cJSON *namespace_make(struct ob_arena *a, const void *arg)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a);

	ob_json_set_string(a, o, "apiVersion", "v1");
	ob_json_set_string(a, o, "kind", "Namespace");
	ob_json_set_string(a, meta, "name", arg);
	ob_json_set(a, o, "metadata", meta);
	return o;
}

static cJSON *crd_make(struct ob_arena *a, const void *arg)
{
	const char *yaml = arg;
	cJSON *o;

	if (ob_hub_decode_yaml(a, yaml, strlen(yaml), &o, NULL) < 0)
		return NULL;
	return o;
}

int ob_hub_init_objects(struct ob_hub *hub, struct ob_status *status)
{
	static const char *const namespaces[] = { "default", "kube-system",
						  "syncer-operator" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(namespaces); i++)
		r = object_ensure(hub, "", "v1", "namespaces", namespace_make,
				  namespaces[i], status);
	for (size_t i = 0; r == 0 && ob_hub_crds[i]; i++)
		r = object_ensure(hub, "apiextensions.k8s.io", "v1",
				  "customresourcedefinitions", crd_make,
				  ob_hub_crds[i], status);
	if (r == 0)
		r = ob_hub_api_ops.commit(hub);
	return r;
}
