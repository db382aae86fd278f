// SPDX-License-Identifier: Apache-2.0
#include "config/api.h"

#include <errno.h>
#include <string.h>

#define HUB_FIELD(name, member, fn)                                            \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_hub, member), false           \
	}

static const struct ob_field hub_fields[] = {
	HUB_FIELD("url", url, ob_value_url),
	HUB_FIELD("ca_file", ca_file, ob_value_path),
	HUB_FIELD("token_file", token_file, ob_value_path),
	HUB_FIELD("kubeconfig", kubeconfig, ob_value_path),
	HUB_FIELD("namespace", namespace, ob_value_label),
	{ 0 },
};

static const struct ob_field kubernetes_fields[] = {
	{ "kubeconfig", ob_value_path,
	  offsetof(struct ob_raw_kubernetes, kubeconfig), true },
	{ 0 },
};

int ob_api_hub_read(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	struct ob_raw_hub *hub = out;

	hub->at = *at;
	return ob_fields_read(r, node, at, hub_fields, hub);
}

int ob_api_kubernetes_read(struct ob_config_reader *r,
			   const struct ob_yaml *node,
			   const struct ob_place *at, void *out)
{
	struct ob_raw_kubernetes *k = out;

	k->at = *at;
	if (node->kind == OB_YAML_MAPPING)
		return ob_fields_read(r, node, at, kubernetes_fields, k);
	if (node->kind == OB_YAML_SCALAR && !strcmp(node->scalar, "in-cluster"))
		return 0;
	return ob_value_refuse(r, at,
			       "expected in-cluster or {kubeconfig: FILE}");
}

static int missing(const struct ob_config_errors *e,
		   const struct ob_place *section, const char *field)
{
	return ob_config_fail(e, section, "%s is missing", field);
}

int ob_api_hub_check(const struct ob_config_errors *e,
		     const struct ob_raw_hub *hub)
{
	const struct ob_raw_text *others[] = { &hub->url, &hub->ca_file,
					       &hub->token_file };

	if (!hub->kubeconfig.at.path) {
		if (!hub->url.at.path)
			return missing(e, &hub->at, "url, or kubeconfig,");
		if (!hub->token_file.at.path)
			return missing(e, &hub->at, "token_file");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i]->at.path)
			return ob_config_fail(e, &others[i]->at,
					      "excludes kubeconfig");
	return 0;
}
