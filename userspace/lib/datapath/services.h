/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps behind service addresses, as lists of plain values: a service is a
 * (virtual address, protocol, port) and the backends that new connections go
 * to. The verbs are those of tables.h; what they hide is how backends and
 * their Maglev table are laid out in the maps (ob/abi/service.h), and that a
 * change is atomic for the packets that pass meanwhile.
 *
 * One writer: whoever opened a struct ob_services. It adopts what the maps hold
 * and keeps a memory of which of their room is in use.
 */
#pragma once

#include "base/arena.h"
#include "base/prefix.h"
#include "base/status.h"
#include "datapath/datapath.h"
#include "ob/abi/service.h"

struct ob_service_id {
	struct ob_addr addr;
	uint16_t port;
	uint8_t protocol; /* IPPROTO_TCP, _UDP, _SCTP */
};

/* Where connections go: always a global address, of a remote cluster or of
 * our own. */
struct ob_backend_entry {
	struct ob_addr addr;
	uint16_t port;
	uint32_t cluster; /* slot of ob_cluster; 0: our own */
	/* Keeps the connections it has and gets no new ones. */
	bool draining;
};

struct ob_service_entry {
	struct ob_service_id id;
	char namespace[OB_SERVICE_LABEL_LEN]; /* for people */
	char name[OB_SERVICE_LABEL_LEN];
	uint32_t affinity_s;		   /* ClientIP for so long; 0: none */
	struct ob_backend_entry *backends; /* order does not count */
	size_t n_backends;
};

struct ob_service_entries {
	struct ob_service_entry *v;
	size_t n;
};

/* What the maps hold, in the arena, for audits and obctl. */
int ob_services_dump(const struct ob_datapath *dp, struct ob_arena *a,
		     struct ob_service_entries *ret);
bool ob_service_entry_equal(const struct ob_service_entry *a,
			    const struct ob_service_entry *b);

struct ob_services;

/* Adopts; what the maps hold without any sense is dropped. */
int ob_services_open(struct ob_datapath *dp, struct ob_services **ret,
		     struct ob_status *status);
void ob_services_free(struct ob_services *s);
OB_DEFINE_CLEANUP(struct ob_services *, ob_services_free)
/*
 * Adds or changes. Backends that stay keep their place, so connections to them
 * go on; those that are gone are gone at once for new connections.
 * -ENOSPC with a status: the maps are full, the service is as it was.
 */
int ob_services_set(struct ob_services *s, const struct ob_service_entry *entry,
		    struct ob_status *status);
/* -ENOENT. */
int ob_services_del(struct ob_services *s, const struct ob_service_id *id);
/*
 * The programs know from a map of their own which addresses have services, and
 * leave others in the block to pods. It follows from the services; what
 * somebody else did to it is undone here.
 */
int ob_services_mend(struct ob_services *s);

/*
 * Forgets connections and affinities that have been idle for too long, or
 * whose backend is gone. Looks at about max entries and goes on the next time
 * where it stopped. now_ns:
 * CLOCK_MONOTONIC.
 */
/*
 * Idle times. TCP: RFC 5382 REQ-5 asks for at least 2 h 4 min once it is
 * established and 4 min before. It asks for the latter after FIN or RST, too,
 * so that late segments find their way: ours do without an entry, as long as
 * the table stays, so a minute is enough. SCTP as TCP. UDP: RFC 4787 REQ-5.
 */
#define OB_FLOW_OPENING_S     240
#define OB_FLOW_ESTABLISHED_S 7440
#define OB_FLOW_CLOSING_S     60
#define OB_FLOW_UDP_S	      300

struct ob_sweep {
	uint64_t looked, flows_expired, affinities_expired;
	bool around; /* all there is was looked at */
};
int ob_services_sweep(struct ob_services *s, uint64_t now_ns, size_t max,
		      struct ob_sweep *ret);

/* Connections under way, for obctl: calls fn for each. */
struct ob_flow_entry {
	struct ob_addr client; /* its own, local address */
	uint16_t client_port;
	struct ob_service_id service;
	struct ob_addr backend;
	uint16_t backend_port;
	uint64_t seen_ns; /* CLOCK_MONOTONIC */
	bool closing;
};
int ob_flows_each(const struct ob_datapath *dp,
		  void (*fn)(void *arg, const struct ob_flow_entry *flow),
		  void *arg);
