/* SPDX-License-Identifier: Apache-2.0 */
/* What the process is made of. */
#pragma once

#include "crossdns/config.h"
#include "crossdns/names.h"
#include "crossdns/watch.h"
#include "crossdns/worker.h"
#include "dns/zone.h"

struct ob_crossdns {
	struct ob_crossdns_config *config;
	struct ob_dns_zone *dns_zones[OB_CROSSDNS_ZONES_MAX];
	struct ob_crossdns_zone zones[OB_CROSSDNS_ZONES_MAX];
	struct ob_names *names;
	struct ob_workers *workers;
	struct ob_crossdns_watch *watch;
	struct ob_status http; /* why metrics are not served */
};
