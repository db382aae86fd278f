// SPDX-License-Identifier: Apache-2.0
#include "dns/answer.h"

#include <string.h>

#define FLAG_QR 0x8000
#define FLAG_AA 0x0400
#define FLAG_TC 0x0200
#define FLAG_RD 0x0100
#define FLAG_CD 0x0010

void ob_dns_answer_begin(struct ob_dns_answer *a, uint8_t *buf, size_t size,
			 const uint8_t *question, const struct ob_dns_query *q)
{
	*a = (struct ob_dns_answer){
		.buf = buf,
		.size = OB_DNS_HEADER + (size_t)q->question_len,
		.limit = size - (q->edns ? OB_DNS_OPT_LEN : 0),
	};
	memcpy(buf + OB_DNS_HEADER, question + OB_DNS_HEADER, q->question_len);
}

uint8_t *ob_dns_answer_room(struct ob_dns_answer *a, size_t size)
{
	uint8_t *at = a->buf + a->size;

	if (size > a->limit - a->size)
		return NULL;
	a->size += size;
	return at;
}

/* Some of a set, counted from its first record. */
struct run {
	uint32_t from, n;
};

static void put_run(struct ob_dns_answer *a, const struct ob_dns_rrset *set,
		    struct run run)
{
	size_t fit = (a->limit - a->size) / set->record_len;
	size_t n = run.n < fit ? run.n : fit;

	a->truncated |= n < run.n;
	memcpy(a->buf + a->size, set->records + run.from * set->record_len,
	       n * set->record_len);
	a->size += n * set->record_len;
	a->n_answers = (uint16_t)(a->n_answers + n);
}

/* n records of a ring, from start on and around. */
static void put_around(struct ob_dns_answer *a, const struct ob_dns_rrset *set,
		       struct run ring, uint32_t start, uint32_t n)
{
	uint32_t begin = start % ring.n;
	uint32_t until_end = ring.n - begin;
	uint32_t head = n < until_end ? n : until_end;

	put_run(a, set, (struct run){ ring.from + begin, head });
	if (n > head)
		put_run(a, set, (struct run){ ring.from, n - head });
}

/* At most max of a ring. Those of a window are the same in every answer of
 * some seconds, in another order. */
static uint32_t put_ring(struct ob_dns_answer *a,
			 const struct ob_dns_rrset *set, struct run ring,
			 const struct ob_dns_pick *pick, uint32_t max)
{
	uint32_t n = ring.n < max ? ring.n : max;
	uint32_t begin, shift;

	if (n == 0)
		return 0;
	begin = n < ring.n ? (uint32_t)((uint64_t)pick->window * n % ring.n)
			   : 0;
	shift = pick->turn % n;
	put_around(a, set, ring, begin + shift, n - shift);
	if (shift > 0)
		put_around(a, set, ring, begin, shift);
	return n;
}

void ob_dns_answer_add(struct ob_dns_answer *a, const struct ob_dns_rrset *set,
		       const struct ob_dns_pick *pick)
{
	uint32_t first = pick->first_first ? set->n_first : 0, n = 0;

	if (first > 0)
		n = put_ring(a, set, (struct run){ 0, first }, pick, pick->max);
	put_ring(a, set, (struct run){ first, set->n - first }, pick,
		 pick->max - n);
}

bool ob_dns_answer_add_extra(struct ob_dns_answer *a,
			     const struct ob_dns_rrset *set, uint32_t n,
			     uint16_t owner)
{
	uint8_t *at = ob_dns_answer_room(a, (size_t)n * set->record_len);

	if (!at)
		return false;
	memcpy(at, set->records, (size_t)n * set->record_len);
	for (uint32_t i = 0; i < n; i++)
		ob_dns_put16(at + (size_t)i * set->record_len, owner);
	a->n_additional = (uint16_t)(a->n_additional + n);
	return true;
}

void ob_dns_answer_truncate(struct ob_dns_answer *a,
			    const struct ob_dns_query *q)
{
	a->size = OB_DNS_HEADER + (size_t)q->question_len;
	a->n_answers = a->n_authority = a->n_additional = 0;
	a->truncated = true;
}

static void put_opt(struct ob_dns_answer *a, const struct ob_dns_query *q,
		    enum ob_dns_rcode rcode, uint16_t our_size)
{
	uint8_t *at = a->buf + a->size;

	at[0] = 0;
	ob_dns_put16(at + 1, OB_DNS_OPT);
	ob_dns_put16(at + 3, our_size);
	at[5] = (uint8_t)(rcode >> 4);
	at[6] = 0;					  /* version */
	ob_dns_put16(at + 7, q->dnssec_ok ? FLAG_QR : 0); /* DO: RFC 3225 */
	ob_dns_put16(at + 9, 0);
	a->size += OB_DNS_OPT_LEN;
	a->n_additional++;
}

size_t ob_dns_answer_end(struct ob_dns_answer *a, const struct ob_dns_query *q,
			 enum ob_dns_rcode rcode, uint16_t our_size)
{
	unsigned int flags =
		FLAG_QR | (unsigned int)q->opcode << 11 | (rcode & 15);

	flags |= a->authoritative ? FLAG_AA : 0;
	flags |= a->truncated ? FLAG_TC : 0;
	flags |= q->recursion_desired ? FLAG_RD : 0;
	flags |= q->checking_disabled ? FLAG_CD : 0;
	if (q->edns)
		put_opt(a, q, rcode, our_size);
	ob_dns_put16(a->buf, q->id);
	ob_dns_put16(a->buf + 2, flags);
	ob_dns_put16(a->buf + 4, q->question_len > 0);
	ob_dns_put16(a->buf + 6, a->n_answers);
	ob_dns_put16(a->buf + 8, a->n_authority);
	ob_dns_put16(a->buf + 10, a->n_additional);
	return a->size;
}

uint8_t *ob_dns_record_head(uint8_t *to, enum ob_dns_type type, uint32_t ttl,
			    uint16_t data_len)
{
	ob_dns_put16(to, OB_DNS_QNAME_POINTER);
	ob_dns_put16(to + 2, type);
	ob_dns_put16(to + 4, OB_DNS_IN);
	ob_dns_put32(to + 6, ttl);
	ob_dns_put16(to + 10, data_len);
	return to + OB_DNS_RECORD_HEAD;
}
