/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request as a tree, whatever it was written in. */
#pragma once

#include "hub/call.h"

/*
 * what: "ConfigMap", for the sentence. No key may come twice: programs differ
 * in which of them counts, and one that is asked for permission must not see
 * another object than one that acts on it.
 */
int ob_hub_body_decode(struct ob_hub_call *c, const char *what, cJSON **ret);
