// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

static void translates_the_source_of_every_protocol(void **state)
{
	struct harness *h = *state;

	for (int f = 0; f < 2; f++)
		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			const struct party *p = &parties[f];
			struct packet_spec in = { .src = p->local,
						  .dst = p->remote,
						  .payload = 101 };
			struct packet_spec out;

			in.l4 = (enum packet_l4)l4;
			if (in.l4 == L4_ERROR)
				continue;
			out = in;
			out.src = p->global;
			expect_next(h, OB_HOOK_TO_TUNNEL, &in, &out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(translates_the_source_of_every_protocol),
	};

	return harness_main(tests);
}
