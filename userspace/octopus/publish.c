// SPDX-License-Identifier: Apache-2.0
#include "octopus/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "kube/peers.h"

#define VERSION_LEN 65
#define PATIENCE_MS 1000

struct ob_publisher {
	struct ob_kube *hub;
	struct ob_kube_call *call; /* under way */
	char *namespace;
	void (*done)(void *arg);
	void *arg;
	struct ob_retry retry;
	struct ob_status trouble;
	char written[VERSION_LEN]; /* version we wrote; "": none yet */
};

static const char **texts(struct ob_arena *a, const struct ob_prefix *v,
			  size_t n)
{
	const char **text = ob_arena_array(a, n, sizeof(*text));

	for (size_t i = 0; i < n; i++)
		text[i] = ob_prefix_format(&v[i],
					   ob_arena_alloc(a, OB_PREFIX_STRLEN),
					   OB_PREFIX_STRLEN);
	return text;
}

void ob_publish_spec(struct ob_arena *a, const struct ob_config_file *config,
		     const struct ob_key *public_key, struct ob_peer_spec *ret)
{
	const struct ob_network *net = &config->network;
	const struct ob_hub_mode *h = config->hub;
	struct ob_peer_spec s = {
		.cluster_id = ob_arena_strdup(a, net->id),
		.endpoint = ob_arena_strdup(a, h->endpoint),
		.port = net->port,
		.public_key = ob_key_format(public_key,
					    ob_arena_alloc(a, OB_KEY_STRLEN),
					    OB_KEY_STRLEN),
		.ishub = net->hub,
		.is_public = net->is_public,
	};

	if (net->hub) {
		s.cluster_cidr = texts(a, net->global, net->n_global);
		s.n_cluster_cidr = net->n_global;
		s.own_cidr = texts(a, h->request, h->n_request);
		s.n_own_cidr = h->n_request;
	} else {
		s.cluster_cidr = texts(a, h->request, h->n_request);
		s.n_cluster_cidr = h->n_request;
	}
	*ret = s;
}

static void on_written(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_publisher *p = arg;
	const char *version;

	p->call = NULL;
	if (r < 0) {
		ob_retry_failed(&p->retry, ob_clock_monotonic_ms());
		ob_status_set(&p->trouble, -r, "PublishFailed",
			      "our Peer cannot be written: %s",
			      reply->status.message);
	} else {
		version =
			ob_json_string(reply->body, "metadata.resourceVersion");
		snprintf(p->written, sizeof(p->written), "%s", version ?: "");
		p->retry.failures = 0;
		p->trouble = (struct ob_status)OB_STATUS_INIT;
		ob_info("published our Peer", "resource_version=%s",
			p->written);
	}
	p->done(p->arg);
}

/* Our last write has not come back by the watch yet. */
static bool is_behind(const struct ob_publisher *p, const struct ob_peer *own)
{
	if (!p->written[0] || !own)
		return false;
	return ob_peer_version_compare(own->resource_version, p->written) < 0;
}

bool ob_publisher_want(struct ob_publisher *p, const char *name,
		       const struct ob_peer_spec *spec,
		       const struct ob_peer *own)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;
	struct ob_kube_ref ref = { .resource = &ob_peers_resource,
				   .namespace = p->namespace,
				   .name = name };
	uint64_t now_ms = ob_clock_monotonic_ms();
	int r;

	if (own && ob_peer_spec_equal(&own->spec, spec))
		return true;
	if (p->call || is_behind(p, own) || !ob_retry_is_due(&p->retry, now_ms))
		return false;
	/* The watch has not shown it yet, or somebody undoes it: not at once.
	 */
	p->retry.until_ms = now_ms + PATIENCE_MS;
	a = ob_arena_new();
	r = ob_kube_patch(p->hub, &ref, OB_KUBE_PATCH_APPLY,
			  ob_peer_encode(a, p->namespace, name, spec),
			  on_written, p, &p->call);
	if (r < 0) {
		ob_retry_failed(&p->retry, now_ms);
		ob_status_set(&p->trouble, -r, "PublishFailed",
			      "our Peer cannot be written: %s",
			      strerrordesc_np(-r) ?: "unknown error");
	}
	return false;
}

const struct ob_status *ob_publisher_trouble(const struct ob_publisher *p)
{
	return &p->trouble;
}

int ob_publisher_new(struct ob_kube *hub, const char *namespace,
		     void (*done)(void *arg), void *arg,
		     struct ob_publisher **ret)
{
	_cleanup_(ob_publisher_freep) struct ob_publisher *p =
		calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->hub = hub;
	p->done = done;
	p->arg = arg;
	p->namespace = strdup(namespace);
	if (!p->namespace)
		return -ENOMEM;
	*ret = TAKE_PTR(p);
	return 0;
}

void ob_publisher_free(struct ob_publisher *p)
{
	ob_kube_cancel(p->call);
	free(p->namespace);
	free(p);
}
