/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of a query to those of its answer. Allocates nothing; one
 * responder belongs to one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crossdns/counters.h"
#include "crossdns/lookup.h"
#include "crossdns/names.h"

/* Of max_answers, and so of SRV records with their additional section. */
#define OB_RESPOND_MAX_ANSWERS 256

struct ob_responder {
	const struct ob_names *names;
	const struct ob_crossdns_zone *zones;
	size_t n_zones;
	uint32_t max_answers;
	uint16_t udp_size; /* the most that we send over UDP */
	bool local_first;
	uint32_t random; /* not 0 */
	uint32_t window; /* see struct ob_dns_pick */
	struct ob_counters *counters;
};

struct ob_request {
	const uint8_t *bytes;
	size_t size;
	enum ob_transport transport;
	bool slip; /* answer with nothing but TC */
};

/*
 * Between ob_names_enter and _leave. Returns the answer's size; 0: none.
 * size: of out, at least OB_DNS_TCP_MAX for TCP, udp_size for UDP.
 */
size_t ob_respond(struct ob_responder *r, const struct ob_request *request,
		  uint8_t *out, size_t size);
