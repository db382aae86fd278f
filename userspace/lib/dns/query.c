// SPDX-License-Identifier: Apache-2.0
#include "dns/query.h"

#include <errno.h>

#define FLAG_QR	    0x8000
#define OPCODE(f)   (((f) >> 11) & 15)
#define FLAG_RD	    0x0100
#define FLAG_CD	    0x0010
#define FLAG_DO	    0x8000 /* in the TTL of an OPT */
#define RECORD_TAIL 10	   /* type, class, TTL, length of data */

/* What is left of the message. */
struct cursor {
	const uint8_t *at, *end;
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* The name of the question; false: it is none. */
static bool take_name(struct cursor *c, struct ob_dns_query *q)
{
	size_t at = 0;

	for (;;) {
		size_t len;

		if (left(c) == 0)
			return false;
		len = *c->at;
		/* Pointers and reserved kinds of labels have the upper bits. */
		if (len > OB_DNS_LABEL_MAX || len >= left(c) ||
		    at + len + 1 > OB_DNS_NAME_MAX - (len > 0))
			return false;
		q->name[at] = (uint8_t)len;
		if (len == 0)
			break;
		q->label[q->n_labels++] = (uint8_t)at;
		for (size_t i = 1; i <= len; i++)
			q->name[at + i] = ob_dns_lower(c->at[i]);
		at += len + 1;
		c->at += len + 1;
	}
	c->at++;
	q->name_len = (uint8_t)(at + 1);
	return true;
}

static bool take_question(struct cursor *c, struct ob_dns_query *q)
{
	const uint8_t *begin = c->at;

	if (!take_name(c, q) || left(c) < 4)
		return false;
	q->type = ob_dns_get16(c->at);
	q->class = ob_dns_get16(c->at + 2);
	c->at += 4;
	q->question_len = (uint16_t)(c->at - begin);
	return true;
}

/* Of some record whose name does not matter. */
static bool skip_name(struct cursor *c)
{
	for (size_t seen = 0; left(c) > 0 && seen < OB_DNS_NAME_MAX;) {
		size_t len = *c->at;

		if (len >= 0xc0) {
			if (left(c) < 2)
				return false;
			c->at += 2;
			return true;
		}
		if (len > OB_DNS_LABEL_MAX || len >= left(c))
			return false;
		c->at += len + 1;
		seen += len + 1;
		if (len == 0)
			return true;
	}
	return false;
}

static bool options_are_whole(const uint8_t *at, size_t size)
{
	while (size >= 4) {
		size_t len = 4 + (size_t)ob_dns_get16(at + 2);

		if (len > size)
			return false;
		at += len;
		size -= len;
	}
	return size == 0;
}

/* at: the type of an OPT, of which the rest is known to be there. */
static bool take_opt(const uint8_t *at, bool root, struct ob_dns_query *q)
{
	uint16_t size = ob_dns_get16(at + 2);

	if (!root || q->edns ||
	    !options_are_whole(at + RECORD_TAIL, ob_dns_get16(at + 8)))
		return false;
	q->edns = true;
	q->udp_size = size < OB_DNS_UDP_MIN ? OB_DNS_UDP_MIN : size;
	q->dnssec_ok = ob_dns_get16(at + 6) & FLAG_DO;
	if (at[5] != 0)
		q->rcode = OB_DNS_BADVERS;
	return true;
}

static bool take_extra(struct cursor *c, struct ob_dns_query *q)
{
	bool root = left(c) > 0 && *c->at == 0;
	const uint8_t *tail;
	size_t size;

	if (!skip_name(c) || left(c) < RECORD_TAIL)
		return false;
	tail = c->at;
	size = RECORD_TAIL + (size_t)ob_dns_get16(tail + 8);
	if (left(c) < size)
		return false;
	c->at += size;
	return ob_dns_get16(tail) != OB_DNS_OPT || take_opt(tail, root, q);
}

static bool take_extras(struct cursor *c, unsigned int n,
			struct ob_dns_query *q)
{
	if (n > OB_DNS_EXTRA_MAX)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (!take_extra(c, q))
			return false;
	return left(c) == 0;
}

/* What no zone can answer, whatever its name. */
static enum ob_dns_rcode judge(const struct ob_dns_query *q)
{
	if (q->type == OB_DNS_OPT)
		return OB_DNS_FORMERR;
	if (q->class != OB_DNS_IN)
		return OB_DNS_REFUSED;
	if (q->type >= OB_DNS_TKEY && q->type <= OB_DNS_MAILA)
		return OB_DNS_REFUSED;
	return OB_DNS_NOERROR;
}

static enum ob_dns_rcode parse_rest(const uint8_t *bytes, size_t size,
				    struct ob_dns_query *q)
{
	struct cursor c = { bytes + OB_DNS_HEADER, bytes + size };

	/* Other operations count other things in their sections. */
	if (q->opcode != 0)
		return OB_DNS_NOTIMP;
	if (ob_dns_get16(bytes + 4) != 1 || !take_question(&c, q))
		return OB_DNS_FORMERR;
	if (ob_dns_get16(bytes + 6) || ob_dns_get16(bytes + 8) ||
	    !take_extras(&c, ob_dns_get16(bytes + 10), q))
		return OB_DNS_FORMERR;
	return q->rcode ? q->rcode : judge(q);
}

int ob_dns_query_parse(const uint8_t *bytes, size_t size,
		       struct ob_dns_query *ret)
{
	unsigned int flags;

	if (size < OB_DNS_HEADER)
		return -EBADMSG;
	flags = ob_dns_get16(bytes + 2);
	if (flags & FLAG_QR)
		return -EBADMSG;
	ret->id = ob_dns_get16(bytes);
	ret->type = ret->class = 0;
	ret->question_len = 0;
	ret->opcode = OPCODE(flags);
	ret->recursion_desired = flags & FLAG_RD;
	ret->checking_disabled = flags & FLAG_CD;
	ret->edns = ret->dnssec_ok = false;
	ret->udp_size = OB_DNS_UDP_MIN;
	ret->n_labels = ret->name_len = 0;
	ret->rcode = OB_DNS_NOERROR;
	ret->rcode = parse_rest(bytes, size, ret);
	return 0;
}
