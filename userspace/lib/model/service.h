/* SPDX-License-Identifier: Apache-2.0 */
/* A Service of our own cluster: what others get to see of it. */
#pragma once

#include "model/service_spec.h"

struct ob_service {
	const char *namespace, *name;
	bool external; /* ExternalName: cannot be exported */
	bool deleting;
	struct ob_service_spec spec; /* without labels and annotations */
};

/* -EINVAL with a status that names object and field. */
int ob_service_decode(const cJSON *object, struct ob_service **ret,
		      struct ob_status *status);
void ob_service_free(struct ob_service *s);
OB_DEFINE_CLEANUP(struct ob_service *, ob_service_free)
bool ob_service_equal(const struct ob_service *a, const struct ob_service *b);
