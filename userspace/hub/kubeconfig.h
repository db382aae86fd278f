/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig files for those who have a token. */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "hub/store.h"

/* "https://NAME:PORT" of the first advertised name. */
const char *ob_hub_kubeconfig_server(struct ob_hub_store *s,
				     struct ob_arena *a);
/* YAML; ca.crt of dir inside. */
int ob_hub_kubeconfig(const char *dir, struct ob_hub_store *s,
		      struct ob_arena *a, const char *user, const char *token,
		      const char **ret, struct ob_status *status);
