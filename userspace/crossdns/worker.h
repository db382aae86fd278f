/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that answer. Each has sockets of its own for every address, and
 * shares with the others only what it reads: names and zones.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/status.h"
#include "crossdns/counters.h"
#include "crossdns/epoch.h"
#include "crossdns/lookup.h"
#include "crossdns/names.h"
#include "crossdns/socket.h"

#define OB_WORKERS_MAX OB_EPOCH_READERS_MAX
#define OB_LISTEN_MAX  16

struct ob_workers_options {
	struct ob_listen listen[OB_LISTEN_MAX];
	size_t n_listen;
	bool listen_default; /* nobody asked for IPv6: it may be missing */
	uint32_t n_workers;
	const struct ob_crossdns_zone *zones; /* outlives the workers */
	size_t n_zones;
	uint32_t max_answers;
	uint32_t ttl_s;
	uint16_t udp_size;
	bool local_first;
	uint32_t rate; /* see crossdns/limit.h; 0: no limit */
	uint32_t tcp_connections, tcp_per_client, tcp_idle_ms;
};

struct ob_workers;

/* Opens the sockets; the last that needs privileges. */
int ob_workers_new(const struct ob_workers_options *options,
		   struct ob_names *names, struct ob_workers **ret,
		   struct ob_status *status);
/* Begins to answer. Signals have to be blocked before. */
int ob_workers_start(struct ob_workers *w);
/* Stops them first. */
void ob_workers_free(struct ob_workers *w);
OB_DEFINE_CLEANUP(struct ob_workers *, ob_workers_free)

/* The sum over all. */
void ob_workers_count(const struct ob_workers *w, struct ob_counters *ret);
size_t ob_workers_n(const struct ob_workers *w);
/* Where they listen, with the ports that were picked. */
const struct ob_listen *ob_workers_listen(const struct ob_workers *w,
					  size_t *ret_n);
