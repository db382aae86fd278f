// SPDX-License-Identifier: Apache-2.0
#include "octopus/pod.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/retry.h"

static const struct ob_kube_resource pods = {
	.group = "",
	.version = "v1",
	.plural = "pods",
	.kind = "Pod",
	.namespaced = true,
};

struct ob_pod {
	struct ob_kube *k;
	struct ob_kube_call *call;
	char *namespace, *name;
	struct ob_key key, sent_key; /* told; being told */
	bool leads, sent_leads, told;
	struct ob_retry retry;
	struct ob_status trouble;
};

int ob_pod_new(struct ob_kube *k, struct ob_pod **ret)
{
	const char *name = getenv("POD_NAME");
	const char *namespace = getenv("POD_NAMESPACE");
	_cleanup_(ob_pod_freep) struct ob_pod *p = NULL;

	if (!name || !*name || !namespace || !*namespace)
		return -ENOENT;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->k = k;
	p->name = strdup(name);
	p->namespace = strdup(namespace);
	if (!p->name || !p->namespace)
		return -ENOMEM;
	*ret = TAKE_PTR(p);
	return 0;
}

void ob_pod_free(struct ob_pod *p)
{
	ob_kube_cancel(p->call);
	free(p->namespace);
	free(p->name);
	free(p);
}

static void on_told(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_pod *p = arg;

	p->call = NULL;
	if (r < 0) {
		ob_retry_failed(&p->retry, ob_clock_monotonic_ms());
		ob_status_set(&p->trouble, -r, "PodNotLabelled",
			      "pod %s cannot be labelled: %s", p->name,
			      reply->status.message);
		return;
	}
	p->told = true;
	p->key = p->sent_key;
	p->leads = p->sent_leads;
	p->retry = (struct ob_retry){ 0 };
	p->trouble = (struct ob_status)OB_STATUS_INIT;
}

static cJSON *patch_of(struct ob_arena *a, const struct ob_key *key, bool leads)
{
	cJSON *root = ob_json_object(a), *meta = ob_json_object(a);
	cJSON *labels = ob_json_object(a), *annotations = ob_json_object(a);
	char text[OB_KEY_STRLEN];

	ob_json_set(a, labels, OB_POD_LEADER_LABEL,
		    leads ? ob_json_string_new(a, "true")
			  : ob_json_null_new(a));
	ob_json_set_string(a, annotations, OB_POD_KEY_ANNOTATION,
			   ob_key_format(key, text, sizeof(text)));
	ob_json_set(a, meta, "labels", labels);
	ob_json_set(a, meta, "annotations", annotations);
	ob_json_set(a, root, "metadata", meta);
	return root;
}

void ob_pod_tell(struct ob_pod *p, const struct ob_key *key, bool leads)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;
	struct ob_kube_ref ref = { .resource = &pods,
				   .namespace = p->namespace,
				   .name = p->name };
	uint64_t now_ms = ob_clock_monotonic_ms();

	if (p->told && p->leads == leads && ob_key_equal(&p->key, key))
		return;
	if (p->call || ob_key_is_zero(key) ||
	    !ob_retry_is_due(&p->retry, now_ms))
		return;
	a = ob_arena_new();
	p->sent_key = *key;
	p->sent_leads = leads;
	if (ob_kube_patch(p->k, &ref, OB_KUBE_PATCH_MERGE,
			  patch_of(a, key, leads), on_told, p, &p->call) < 0)
		ob_retry_failed(&p->retry, now_ms);
}

const struct ob_status *ob_pod_trouble(const struct ob_pod *p)
{
	return &p->trouble;
}
