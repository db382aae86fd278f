/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One query, from the bytes that somebody sent. Allocates nothing and copies
 * the name once, in lower case; the question itself stays where it is, to be
 * sent back as it was written.
 *
 * Exactly one question, no answers, at most OB_DNS_EXTRA_MAX additional
 * records of which one may be an OPT; nothing behind them. The name of a
 * question has nothing before it that a compression pointer could mean, so it
 * has none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"

#define OB_DNS_EXTRA_MAX 4

struct ob_dns_query {
	uint16_t id;
	uint16_t type, class;
	uint16_t question_len; /* bytes from OB_DNS_HEADER on; 0: none */
	uint8_t opcode;
	bool recursion_desired, checking_disabled;
	bool edns;
	bool dnssec_ok;
	uint16_t udp_size; /* of EDNS, at least OB_DNS_UDP_MIN */
	/* What is wrong with it, to be answered; NOERROR: nothing. */
	enum ob_dns_rcode rcode;
	uint8_t n_labels; /* of the name, without the root's */
	uint8_t name_len; /* with the root's */
	uint8_t label[OB_DNS_LABELS_MAX + 1]; /* where each begins in name */
	uint8_t name[OB_DNS_NAME_MAX];	      /* in wire form, lower case */
};

/*
 * 0: *ret is to be answered, with ret->rcode if that is no NOERROR.
 * -EBADMSG: not a query at all (too short, or a response): no answer.
 */
int ob_dns_query_parse(const uint8_t *bytes, size_t size,
		       struct ob_dns_query *ret);
