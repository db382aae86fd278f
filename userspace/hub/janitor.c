// SPDX-License-Identifier: Apache-2.0
#include "hub/janitor.h"

#include <stddef.h>

struct ob_hub_janitor {
	struct ob_hub *hub;
};

struct ob_hub_janitor *ob_hub_janitor_new(struct ob_hub *hub)
{
	struct ob_hub_janitor *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->hub = hub;
	return j;
}

void ob_hub_janitor_free(struct ob_hub_janitor *j)
{
	free(j);
}

void ob_hub_janitor_note(struct ob_hub_janitor *j,
			 const struct ob_hub_change *c)
{
	(void)j;
	(void)c;
}

void ob_hub_janitor_step(struct ob_hub_janitor *j)
{
	(void)j;
}

bool ob_hub_janitor_is_busy(const struct ob_hub_janitor *j)
{
	(void)j;
	return false;
}

int ob_hub_janitor_scan(struct ob_hub_janitor *j)
{
	(void)j;
	return 0;
}
