// SPDX-License-Identifier: Apache-2.0
#include "base/retry.h"

#define FIRST_MS 500
#define MOST_MS	 30000

bool ob_retry_is_due(const struct ob_retry *r, uint64_t now_ms)
{
	return now_ms >= r->until_ms;
}

void ob_retry_failed(struct ob_retry *r, uint64_t now_ms)
{
	uint64_t ms = FIRST_MS;

	for (unsigned int i = 0; i < r->failures && ms < MOST_MS; i++)
		ms *= 2;
	r->failures++;
	r->until_ms = now_ms + (ms < MOST_MS ? ms : MOST_MS);
}
