// SPDX-License-Identifier: Apache-2.0
#include "kube/peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kube/informer.h"

const struct ob_kube_resource ob_peers_resource = {
	.group = OB_PEER_GROUP,
	.version = OB_PEER_VERSION,
	.plural = OB_PEER_PLURAL,
	.kind = OB_PEER_KIND,
	.namespaced = true,
};

struct ob_peers {
	struct ob_kube_informer *informer;
	const struct ob_peers_ops *ops;
	void *arg;
	bool is_hub;
	struct ob_status trouble;
	double heard_s;
};

static int decode(void *arg, const cJSON *object, void **ret,
		  struct ob_status *status)
{
	_cleanup_(ob_peer_freep) struct ob_peer *peer = NULL;
	struct ob_peers *p = arg;
	int r = ob_peer_decode(object, &peer, status);

	if (r < 0)
		return r;
	if (peer->bad_status && !p->is_hub)
		return ob_status_set(status, EINVAL, "InvalidPeer", "%s",
				     peer->bad_status);
	*ret = TAKE_PTR(peer);
	return 0;
}

static void free_value(void *value)
{
	ob_peer_free(value);
}

static void on_changed(void *arg, const char *key, const void *before,
		       const void *after)
{
	struct ob_peers *p = arg;

	(void)key;
	(void)before;
	(void)after;
	p->heard_s = ob_clock_realtime_s();
	p->ops->changed(p->arg);
}

static void on_synced(void *arg)
{
	on_changed(arg, NULL, NULL, NULL);
}

static void on_state(void *arg, const struct ob_status *status)
{
	struct ob_peers *p = arg;

	/* The same trouble again, with other numbers in its sentence, is no
	 * news. */
	if (!status->reason || !p->trouble.reason ||
	    strcmp(status->reason, p->trouble.reason) != 0)
		p->trouble = *status;
	if (!status->reason)
		p->heard_s = ob_clock_realtime_s();
	p->ops->changed(p->arg);
}

static const struct ob_kube_informer_ops informer_ops = {
	.decode = decode,
	.free_value = free_value,
	.changed = on_changed,
	.synced = on_synced,
	.state = on_state,
};

int ob_peers_new(struct ob_kube *hub, const char *namespace, bool is_hub,
		 const struct ob_peers_ops *ops, void *arg,
		 struct ob_peers **ret)
{
	_cleanup_(ob_peers_freep) struct ob_peers *p = calloc(1, sizeof(*p));
	struct ob_kube_reflector_options options = {
		.ref = { .resource = &ob_peers_resource,
			 .namespace = namespace },
	};
	int r;

	if (!p)
		return -ENOMEM;
	p->ops = ops;
	p->arg = arg;
	p->is_hub = is_hub;
	ob_status_set(&p->trouble, EAGAIN, "HubNotReachedYet",
		      "the hub has not answered yet");
	r = ob_kube_informer_new(hub, &options, 0, &informer_ops, p,
				 &p->informer);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(p);
	return 0;
}

void ob_peers_free(struct ob_peers *p)
{
	ob_kube_informer_freep(&p->informer);
	free(p);
}

bool ob_peers_synced(const struct ob_peers *p)
{
	return ob_kube_informer_synced(p->informer);
}

const struct ob_status *ob_peers_trouble(const struct ob_peers *p)
{
	return &p->trouble;
}

double ob_peers_heard_s(const struct ob_peers *p)
{
	return p->heard_s;
}

const struct ob_peer *ob_peers_get(const struct ob_peers *p,
				   const char *namespace, const char *name)
{
	char key[2 * 256];

	snprintf(key, sizeof(key), "%s/%s", namespace, name);
	return ob_kube_informer_get(p->informer, key);
}

struct list {
	const struct ob_peer **v;
	size_t n;
};

static void collect(void *arg, const char *key, const void *value)
{
	struct list *l = arg;

	(void)key;
	l->v[l->n++] = value;
}

const struct ob_peer *const *ob_peers_list(const struct ob_peers *p,
					   struct ob_arena *a, size_t *ret_n)
{
	struct list l = { 0 };

	l.v = ob_arena_array(a, ob_kube_informer_count(p->informer),
			     sizeof(*l.v));
	ob_kube_informer_each(p->informer, collect, &l);
	*ret_n = l.n;
	return l.v;
}
