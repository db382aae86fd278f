// SPDX-License-Identifier: Apache-2.0
#include "kube/backoff.h"

uint32_t ob_kube_backoff_next(struct ob_kube_backoff *b, uint32_t random,
			      uint32_t retry_after_ms)
{
	uint32_t shift = b->failures < 6 ? b->failures : 6;
	uint32_t most = OB_KUBE_BACKOFF_MIN_MS << shift, wait;

	if (most > OB_KUBE_BACKOFF_MAX_MS)
		most = OB_KUBE_BACKOFF_MAX_MS;
	if (b->failures < UINT32_MAX)
		b->failures++;
	wait = most / 2 + random % (most / 2 + 1);
	if (retry_after_ms > OB_KUBE_RETRY_AFTER_MAX_MS)
		retry_after_ms = OB_KUBE_RETRY_AFTER_MAX_MS;
	if (wait >= retry_after_ms)
		return wait;
	/* Not before, and not all at the same moment. */
	return retry_after_ms + random % (OB_KUBE_BACKOFF_MIN_MS + 1);
}
