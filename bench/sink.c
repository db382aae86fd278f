// SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

int ob_sink_init(struct ob_sink *s, struct bpf_object *bench,
		 const struct ob_topology *t, bool baseline, bool capture)
{
	int r = ob_object_bss_set(bench, "ob_received", 0);

	if (r)
		return r;
	*s = (struct ob_sink){
		.bench = bench,
		.program = capture ? "sink_capture" : "sink_count",
	};
	r = ob_topology_enter(t, baseline ? t->gateway : t->sink);
	if (r)
		return r;
	r = ob_object_attach(bench, s->program,
			     baseline ? OB_INDEX_G0 : OB_INDEX_K0, &s->link);
	ob_topology_leave(t);
	return r;
}

void ob_sink_done(struct ob_sink *s)
{
	ob_link_drop(&s->link);
}

uint64_t ob_sink_received(const struct ob_sink *s)
{
	uint64_t n = 0;

	ob_object_bss_get(s->bench, "ob_received", &n);
	return n;
}

uint64_t ob_sink_wait(const struct ob_sink *s, uint64_t n)
{
	const struct timespec tick = { .tv_nsec = 1000000 };

	for (int i = 0; i < 100 && ob_sink_received(s) < n; i++)
		nanosleep(&tick, NULL);
	return ob_sink_received(s);
}

int ob_sink_frame(const struct ob_sink *s, unsigned int i,
		  struct ob_capture *ret)
{
	struct bpf_map *map =
		bpf_object__find_map_by_name(s->bench, "ob_captures");

	return bpf_map__lookup_elem(map, &i, sizeof(i), ret, sizeof(*ret), 0);
}
