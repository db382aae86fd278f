/* SPDX-License-Identifier: Apache-2.0 */
/* The CustomResourceDefinitions of charts/octopus/crds, as YAML; NULL ends. */
#pragma once

extern const char *const ob_hub_crds[];
