/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of obctl diagnose, in the order in which they run: from the
 * configuration to the packets. Each judges facts and does nothing else.
 */
#pragma once

#include "obctl/facts.h"
#include "obctl/finding.h"

typedef void (*ob_ctl_check_fn)(const struct ob_ctl_facts *f,
				struct ob_ctl_findings *out);

void ob_ctl_check_configuration(const struct ob_ctl_facts *f,
				struct ob_ctl_findings *out);
void ob_ctl_check_octopus(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out);
void ob_ctl_check_wireguard(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out);
void ob_ctl_check_device(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out);
void ob_ctl_check_hub(const struct ob_ctl_facts *f,
		      struct ob_ctl_findings *out);
void ob_ctl_check_peer(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out);
void ob_ctl_check_cluster(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out);
void ob_ctl_check_endpoint(const struct ob_ctl_facts *f,
			   struct ob_ctl_findings *out);
void ob_ctl_check_tunnel(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out);
void ob_ctl_check_mtu(const struct ob_ctl_facts *f,
		      struct ob_ctl_findings *out);
void ob_ctl_check_route(const struct ob_ctl_facts *f,
			struct ob_ctl_findings *out);
void ob_ctl_check_forwarding(const struct ob_ctl_facts *f,
			     struct ob_ctl_findings *out);
void ob_ctl_check_program(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out);
void ob_ctl_check_map(const struct ob_ctl_facts *f,
		      struct ob_ctl_findings *out);
void ob_ctl_check_service(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out);
void ob_ctl_check_drop(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out);

/* All of them, in order. */
void ob_ctl_check_all(const struct ob_ctl_facts *f,
		      struct ob_ctl_findings *out);

/* Shared by the checks. */

/* What becomes of something that octopus keeps as it should be. */
void ob_ctl_fix_by_octopus(const struct ob_ctl_facts *f,
			   struct ob_ctl_findings *out,
			   struct ob_ctl_finding *finding);
/* Says so and returns true when there is no device to look at. */
bool ob_ctl_check_no_device(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out);
/* The same for the maps. */
bool ob_ctl_check_no_maps(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out);
/* Its last handshake is recent; peer may be NULL. */
bool ob_ctl_check_up(const struct ob_ctl_facts *f,
		     const struct ob_wg_peer *peer);
