/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A response, written record by record into the caller's buffer. Nothing is
 * allocated. Records come ready-made (struct ob_dns_rrset); what does not fit
 * is left out, and of the answer section that sets TC (RFC 2181, 9).
 *
 * Always authoritative when asked so, never recursive; RD and CD are the
 * query's, and a query with EDNS gets an OPT.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/query.h"
#include "dns/wire.h"

/*
 * Records of one type and one length, rendered one behind the other, with the
 * question's name as their owner. The first n_first come before the others
 * where the order says so.
 */
struct ob_dns_rrset {
	const uint8_t *records;
	uint32_t n, n_first;
	uint16_t record_len;
};

/* Which of a set's records come in which order. */
struct ob_dns_pick {
	uint32_t turn;	 /* differs in every answer */
	uint32_t window; /* the same for some seconds: A and AAAA agree */
	uint32_t max;	 /* records in an answer, at least 1 */
	bool first_first;
};

struct ob_dns_answer {
	uint8_t *buf;
	size_t size;  /* so far */
	size_t limit; /* without the OPT */
	uint16_t n_answers, n_authority, n_additional;
	bool truncated, authoritative;
};

/* size: of buf, at least OB_DNS_UDP_MIN. question: what q was parsed from. */
void ob_dns_answer_begin(struct ob_dns_answer *a, uint8_t *buf, size_t size,
			 const uint8_t *question, const struct ob_dns_query *q);
/* As many of the set as fit and pick->max allows, to the answer section. */
void ob_dns_answer_add(struct ob_dns_answer *a, const struct ob_dns_rrset *set,
		       const struct ob_dns_pick *pick);
/* Room for one record that the caller counts in a section; NULL: none. */
uint8_t *ob_dns_answer_room(struct ob_dns_answer *a, size_t size);
/* All of the set with another owner: a compression pointer. False: no room,
 * and nothing was added. */
bool ob_dns_answer_add_extra(struct ob_dns_answer *a,
			     const struct ob_dns_rrset *set, uint32_t n,
			     uint16_t owner);
/* Writes header and OPT. Returns the size of the message; our_size is what we
 * take over UDP. */
size_t ob_dns_answer_end(struct ob_dns_answer *a, const struct ob_dns_query *q,
			 enum ob_dns_rcode rcode, uint16_t our_size);
/* Takes everything but the question out again and sets TC. */
void ob_dns_answer_truncate(struct ob_dns_answer *a,
			    const struct ob_dns_query *q);

/* How records are rendered ahead of time: everything but the data. Returns
 * where the data goes. */
uint8_t *ob_dns_record_head(uint8_t *to, enum ob_dns_type type, uint32_t ttl,
			    uint16_t data_len);
#define OB_DNS_RECORD_HEAD 12
