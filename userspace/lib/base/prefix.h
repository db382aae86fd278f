/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 and IPv6 addresses and prefixes as values.
 *
 * An address is its family and its bytes in network order; the unused bytes
 * of an IPv4 address are zero, so that two equal addresses compare equal with
 * memcmp. Nothing here allocates.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define OB_ADDR_STRLEN	 INET6_ADDRSTRLEN     /* with the NUL */
#define OB_PREFIX_STRLEN (OB_ADDR_STRLEN + 4) /* and "/128" */

struct ob_addr {
	uint8_t family; /* AF_INET, AF_INET6, or 0: no address */
	uint8_t b[16];
};

struct ob_prefix {
	struct ob_addr addr;
	uint8_t len; /* bits */
};

/* 4 or 16. */
size_t ob_addr_size(const struct ob_addr *a);
/* 32 or 128. */
uint8_t ob_addr_bits(const struct ob_addr *a);

/* Parses "10.1.2.3" or "fd00::1". -EINVAL when s is neither. */
int ob_addr_parse(const char *s, struct ob_addr *ret);
/* Writes the address into buf and returns buf; "none" for family 0. */
const char *ob_addr_format(const struct ob_addr *a, char *buf, size_t size);
bool ob_addr_equal(const struct ob_addr *a, const struct ob_addr *b);
struct ob_addr ob_addr_from_in(const struct in_addr *in);
struct ob_addr ob_addr_from_in6(const struct in6_addr *in6);
/* a + n, carrying; wraps around at the end of the address space. */
struct ob_addr ob_addr_plus(const struct ob_addr *a, uint64_t n);

/*
 * Parses "10.1.0.0/16". -EINVAL when malformed, -ERANGE when the length does
 * not fit the family, -EDOM when bits beyond the length are set.
 */
int ob_prefix_parse(const char *s, struct ob_prefix *ret);
const char *ob_prefix_format(const struct ob_prefix *p, char *buf, size_t size);
bool ob_prefix_equal(const struct ob_prefix *a, const struct ob_prefix *b);
/* The same prefixes in the same order. */
bool ob_prefixes_equal(const struct ob_prefix *a, size_t n_a,
		       const struct ob_prefix *b, size_t n_b);
/* Orders by family, address, length: for qsort. */
int ob_prefix_compare(const struct ob_prefix *a, const struct ob_prefix *b);
bool ob_prefix_contains(const struct ob_prefix *p, const struct ob_addr *a);
/* True when every address of inner is in outer. */
bool ob_prefix_covers(const struct ob_prefix *outer,
		      const struct ob_prefix *inner);
/* True when the two share an address. */
bool ob_prefix_overlaps(const struct ob_prefix *a, const struct ob_prefix *b);
/* The whole of one address: /32 or /128. */
struct ob_prefix ob_prefix_host(const struct ob_addr *a);
/* to's prefix with a's host bits; to->len bits are replaced. */
struct ob_addr ob_prefix_translate(const struct ob_prefix *to,
				   const struct ob_addr *a);
