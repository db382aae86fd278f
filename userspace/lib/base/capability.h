/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up privileges, capabilities(7). libcap-ng would be a library for two
 * system calls. */
#pragma once

#include <stdint.h>

#include "base/status.h"

/*
 * Keeps of the capabilities that the process has those in keep (bit CAP_...),
 * and lets no program that it executes get back any other. For the whole
 * process: call before there are threads.
 */
int ob_capability_keep(uint64_t keep, struct ob_status *status);
