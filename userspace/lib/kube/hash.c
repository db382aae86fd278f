// SPDX-License-Identifier: Apache-2.0
#include "kube/hash.h"

#include <endian.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

struct sip {
	uint64_t v[4];
};

static uint64_t rotate(uint64_t x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static void mix(struct sip *s)
{
	uint64_t *v = s->v;

	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void take(struct sip *s, uint64_t word)
{
	s->v[3] ^= word;
	mix(s);
	mix(s);
	s->v[0] ^= word;
}

uint64_t ob_kube_hash(const struct ob_kube_seed *seed, const void *bytes,
		      size_t size)
{
	struct sip s = { {
		seed->k[0] ^ 0x736f6d6570736575ULL,
		seed->k[1] ^ 0x646f72616e646f6dULL,
		seed->k[0] ^ 0x6c7967656e657261ULL,
		seed->k[1] ^ 0x7465646279746573ULL,
	} };
	const unsigned char *at = bytes, *end = at + size - size % 8;
	uint64_t word;

	for (; at < end; at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		take(&s, le64toh(word));
	}
	word = (uint64_t)(size & 0xff) << 56;
	for (size_t i = 0; i < size % 8; i++)
		word |= (uint64_t)at[i] << (8 * i);
	take(&s, word);
	s.v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		mix(&s);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

void ob_kube_seed_init(struct ob_kube_seed *seed)
{
	/* So early that there is no entropy, time has to do. */
	if (getrandom(seed, sizeof(*seed), GRND_NONBLOCK) == sizeof(*seed))
		return;
	seed->k[0] = ob_clock_monotonic_ns();
	seed->k[1] = (uint64_t)(ob_clock_realtime_s() * 1e6);
}

uint32_t ob_kube_random(void)
{
	struct ob_kube_seed seed;

	ob_kube_seed_init(&seed);
	return (uint32_t)(seed.k[0] ^ seed.k[1]);
}
