/* SPDX-License-Identifier: Apache-2.0 */
/* What every way to a configuration has in common. Private to this folder. */
#pragma once

#include "base/status.h"
#include "kube/config.h"

/* where: begins the sentences. */
int ob_kube_config_set_server(struct ob_kube_config *c, const char *where,
			      const char *server, struct ob_status *status);
/* All else is set: do the parts go together? Fills in the namespace. */
int ob_kube_config_check(struct ob_kube_config *c, const char *where,
			 struct ob_status *status);
