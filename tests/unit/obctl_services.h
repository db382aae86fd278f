/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services for the view of obctl_fixture.h: service block 10.113.192.0/18,
 * default/nginx at 10.113.192.1 with TCP 80 (two endpoints of ours, one of
 * them draining, and one of east) and UDP 53 (none).
 */
#pragma once

#include "obctl/view.h"

void obctl_services_fill(struct ob_ctl_view *view);
