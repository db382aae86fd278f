// SPDX-License-Identifier: Apache-2.0
#include "obctl_services.h"

#include <netinet/in.h>

#include "obctl_fixture.h"

void obctl_services_fill(struct ob_ctl_view *view)
{
	static struct ob_backend_entry backends[3];
	static struct ob_service_entry services[2];

	backends[0] = (struct ob_backend_entry){ obctl_addr("10.113.0.10"),
						 8080, 0, false };
	backends[1] = (struct ob_backend_entry){ obctl_addr("10.113.0.11"),
						 8080, 0, true };
	backends[2] = (struct ob_backend_entry){ obctl_addr("10.114.3.7"), 8080,
						 2, false };
	services[0] = (struct ob_service_entry){
		.id = { obctl_addr("10.113.192.1"), 80, IPPROTO_TCP },
		.namespace = "default",
		.name = "nginx",
		.affinity_s = 10800,
		.backends = backends,
		.n_backends = 3,
	};
	services[1] = (struct ob_service_entry){
		.id = { obctl_addr("10.113.192.1"), 53, IPPROTO_UDP },
		.namespace = "default",
		.name = "nginx",
	};
	view->services = (struct ob_service_entries){ services, 2 };
	view->config.service4 = (struct ob_ip4){ { 10, 113, 192, 0 } };
	view->config.service4_len = 18;
}
