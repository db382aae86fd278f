/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that say where API servers are: hub and kubernetes. */
#pragma once

#include "config/fields.h"

/* Where Peers are. */
struct ob_raw_hub {
	struct ob_raw_text url, ca_file, token_file;
	struct ob_raw_text kubeconfig;
	struct ob_raw_text namespace;
	struct ob_place at;
};

/* Our own API server. */
struct ob_raw_kubernetes {
	struct ob_raw_text kubeconfig; /* absent: in-cluster */
	struct ob_place at;
};

ob_value_fn ob_api_hub_read;	    /* struct ob_raw_hub */
ob_value_fn ob_api_kubernetes_read; /* struct ob_raw_kubernetes */
/* Do its fields go together? */
int ob_api_hub_check(const struct ob_config_errors *e,
		     const struct ob_raw_hub *hub);
