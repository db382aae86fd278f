/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that a hub starts with: the directory, certificates, the
 * administrator's token and kubeconfig, namespaces, CustomResourceDefinitions.
 * Adds what is missing and leaves alone what is there.
 */
#pragma once

#include "hub/hub.h"
#include "hub/options.h"

/*
 * The directory and the certificates; remembers what is advertised. For init
 * and before each serve.
 */
int ob_hub_init_state(const struct ob_hub_options *o, struct ob_hub_store **ret,
		      struct ob_status *status);
/* admin.kubeconfig, once. */
int ob_hub_init_admin(const char *dir, struct ob_hub_store *s,
		      struct ob_status *status);
/* Namespaces and definitions: those of this version of the program. */
int ob_hub_init_objects(struct ob_hub *hub, struct ob_status *status);
/* Also when clients do not dial us by a new name. */
int ob_hub_init_certificates(const char *dir, struct ob_hub_store *s,
			     struct ob_status *status);
