/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octopus may do once everything is open: change the network, BPF maps and
 * programs (CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON), and nothing else. Before
 * Linux 5.8 the last two are part of CAP_SYS_ADMIN, which then stays.
 */
#pragma once

#include "base/status.h"

/* For the whole process: call before there are threads. */
int ob_privileges_drop(struct ob_status *status);
