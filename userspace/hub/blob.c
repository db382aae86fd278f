// SPDX-License-Identifier: Apache-2.0
#include "hub/blob.h"

#include <string.h>

struct ob_hub_blob *ob_hub_blob_new(const void *bytes, size_t size)
{
	struct ob_hub_blob *b = malloc(sizeof(*b) + size + 1);

	if (!b)
		abort();
	b->refs = 1;
	b->size = size;
	memcpy(b->bytes, bytes, size);
	b->bytes[size] = '\0';
	return b;
}

struct ob_hub_blob *ob_hub_blob_ref(struct ob_hub_blob *b)
{
	if (b)
		b->refs++;
	return b;
}

void ob_hub_blob_unref(struct ob_hub_blob *b)
{
	if (b && --b->refs == 0)
		free(b);
}
