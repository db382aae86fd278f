// SPDX-License-Identifier: Apache-2.0
#include "kube/nodes.h"

#include <errno.h>
#include <string.h>

#include "kube/informer.h"

static const struct ob_kube_resource nodes_resource = {
	.group = "",
	.version = "v1",
	.plural = "nodes",
	.kind = "Node",
	.namespaced = false,
};

struct ob_nodes {
	struct ob_kube_informer *informer;
	void (*changed)(void *arg);
	void *arg;
	struct ob_status trouble;
};

static void take_pods(struct ob_node *n, const char *text)
{
	if (text && n->n_pods < OB_NODE_MAX_CIDRS &&
	    ob_prefix_parse(text, &n->pods[n->n_pods]) == 0)
		n->n_pods++;
}

static void take_addr(struct ob_node *n, const cJSON *item)
{
	const char *type = ob_json_string(item, "type");
	const char *text = ob_json_string(item, "address");

	/* The others are names. */
	if (!type || !text || n->n_addrs == OB_NODE_MAX_ADDRS ||
	    (strcmp(type, "InternalIP") != 0 &&
	     strcmp(type, "ExternalIP") != 0))
		return;
	if (ob_addr_parse(text, &n->addrs[n->n_addrs]) == 0)
		n->n_addrs++;
}

void ob_node_decode(const cJSON *object, struct ob_node *ret)
{
	struct ob_node n = { 0 };
	const cJSON *item;

	cJSON_ArrayForEach(item, ob_json_at(object, "spec.podCIDRs"))
	{
		if (cJSON_IsString(item))
			take_pods(&n, item->valuestring);
	}
	if (n.n_pods == 0)
		take_pods(&n, ob_json_string(object, "spec.podCIDR"));
	cJSON_ArrayForEach(item, ob_json_at(object, "status.addresses"))
	{
		take_addr(&n, item);
	}
	*ret = n;
}

static int decode(void *arg, const cJSON *object, void **ret,
		  struct ob_status *status)
{
	struct ob_node *n = calloc(1, sizeof(*n));

	(void)arg;
	if (!n)
		return ob_status_set(status, ENOMEM, "OutOfMemory",
				     "out of memory");
	ob_node_decode(object, n);
	*ret = n;
	return 0;
}

/* A Node says that it lives every few minutes at least. */
static void on_changed(void *arg, const char *key, const void *before,
		       const void *after)
{
	struct ob_nodes *n = arg;

	(void)key;
	if (!before || !after ||
	    memcmp(before, after, sizeof(struct ob_node)) != 0)
		n->changed(n->arg);
}

static void on_synced(void *arg)
{
	struct ob_nodes *n = arg;

	n->changed(n->arg);
}

static void on_state(void *arg, const struct ob_status *status)
{
	struct ob_nodes *n = arg;

	/* The same trouble again, with other numbers in its sentence, is no
	 * news. */
	if (!status->reason || !n->trouble.reason ||
	    strcmp(status->reason, n->trouble.reason) != 0)
		n->trouble = *status;
	n->changed(n->arg);
}

static const struct ob_kube_informer_ops informer_ops = {
	.decode = decode,
	.free_value = free,
	.changed = on_changed,
	.synced = on_synced,
	.state = on_state,
};

int ob_nodes_new(struct ob_kube *k, void (*changed)(void *arg), void *arg,
		 struct ob_nodes **ret)
{
	_cleanup_(ob_nodes_freep) struct ob_nodes *n = calloc(1, sizeof(*n));
	struct ob_kube_reflector_options options = {
		.ref = { .resource = &nodes_resource },
	};
	int r;

	if (!n)
		return -ENOMEM;
	n->changed = changed;
	n->arg = arg;
	ob_status_set(&n->trouble, EAGAIN, "KubernetesNotReachedYet",
		      "our own API server has not answered yet");
	r = ob_kube_informer_new(k, &options, 0, &informer_ops, n,
				 &n->informer);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(n);
	return 0;
}

void ob_nodes_free(struct ob_nodes *n)
{
	ob_kube_informer_freep(&n->informer);
	free(n);
}

bool ob_nodes_synced(const struct ob_nodes *n)
{
	return ob_kube_informer_synced(n->informer);
}

const struct ob_status *ob_nodes_trouble(const struct ob_nodes *n)
{
	return &n->trouble;
}

struct lists {
	struct ob_arena *arena;
	OB_LIST(struct ob_prefix) pods;
	OB_LIST(struct ob_addr) addrs;
};

static void collect(void *arg, const char *key, const void *value)
{
	const struct ob_node *node = value;
	struct lists *l = arg;

	(void)key;
	for (size_t i = 0; i < node->n_pods; i++)
		*OB_PUSH(l->arena, &l->pods) = node->pods[i];
	for (size_t i = 0; i < node->n_addrs; i++)
		*OB_PUSH(l->arena, &l->addrs) = node->addrs[i];
}

const struct ob_prefix *ob_nodes_pods(const struct ob_nodes *n,
				      struct ob_arena *a, size_t *ret_n)
{
	struct lists l = { .arena = a };

	ob_kube_informer_each(n->informer, collect, &l);
	*ret_n = l.pods.n;
	return l.pods.v;
}

const struct ob_addr *ob_nodes_addrs(const struct ob_nodes *n,
				     struct ob_arena *a, size_t *ret_n)
{
	struct lists l = { .arena = a };

	ob_kube_informer_each(n->informer, collect, &l);
	*ret_n = l.addrs.n;
	return l.addrs.v;
}
