// SPDX-License-Identifier: Apache-2.0
/*
 * Forgetting. The programs only ever add to these maps and mark what they see;
 * an entry that is idle for too long, or whose other half is gone, goes here.
 *
 * Between our look at an entry and its deletion the program may have used it:
 * it is looked at once more just before. What is lost in the moment that is
 * left makes itself anew with the next packet, to the same backend while the
 * table is the same.
 */
#include "datapath/services_private.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "datapath/each.h"
#include "datapath/private.h"

#define BATCH	 1024
#define AT_LEAST 64 /* the kernel hands out whole buckets */
#define NS_PER_S 1000000000ULL

struct sweeper {
	struct ob_services *s;
	uint64_t now_ns;
	struct ob_sweep *count;
};

static uint64_t age_s(const struct sweeper *w, uint64_t seen_ns)
{
	/* Seen after we asked for the time. */
	return seen_ns > w->now_ns ? 0 : (w->now_ns - seen_ns) / NS_PER_S;
}

static uint64_t timeout_s(const struct ob_flow_key *key,
			  const struct ob_flow *flow)
{
	if (key->proto == OB_PROTO_UDP)
		return OB_FLOW_UDP_S;
	switch (flow->state) {
	case OB_FLOW_OPENING:
		return OB_FLOW_OPENING_S;
	case OB_FLOW_ESTABLISHED:
		return OB_FLOW_ESTABLISHED_S;
	case OB_FLOW_CLOSING:
		return OB_FLOW_CLOSING_S;
	}
	return OB_FLOW_CLOSING_S;
}

static bool is_gone(const struct ob_services *s, uint32_t backend,
		    uint32_t generation)
{
	return backend >= OB_MAX_BACKENDS ||
	       s->generations[backend] != generation;
}

static bool flow_is_over(const struct sweeper *w, const struct ob_flow_key *key,
			 const struct ob_flow *flow)
{
	return is_gone(w->s, flow->backend, flow->generation) ||
	       age_s(w, flow->seen_ns) >= timeout_s(key, flow);
}

static void delete_flow(const struct sweeper *w, const struct ob_flow_key *key,
			const struct ob_flow *flow)
{
	const int *fd = w->s->dp->map_fd;
	const struct ob_reply_key reply_key = {
		.backend = flow->addr,
		.client = key->client,
		.backend_port = flow->port,
		.client_port = key->client_port,
		.proto = key->proto,
	};
	struct ob_reply reply;

	if (bpf_map_lookup_elem(fd[OB_MAP_REPLY], &reply_key, &reply) == 0 &&
	    reply.port == key->port &&
	    memcmp(&reply.addr, &key->addr, sizeof(reply.addr)) == 0)
		(void)bpf_map_delete_elem(fd[OB_MAP_REPLY], &reply_key);
	(void)bpf_map_delete_elem(fd[OB_MAP_FLOW], key);
	w->count->flows_expired++;
}

static void sweep_flow(const struct sweeper *w, const void *key,
		       const void *value)
{
	struct ob_flow_key k;
	struct ob_flow v;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	if (!flow_is_over(w, &k, &v))
		return;
	if (bpf_map_lookup_elem(w->s->dp->map_fd[OB_MAP_FLOW], &k, &v) == 0 &&
	    flow_is_over(w, &k, &v))
		delete_flow(w, &k, &v);
}

/* One whose connection has another backend by now, or is gone. The programs
 * make the connection first and its answer after, so there is no moment in
 * which the answer of one that begins has no connection. */
static void sweep_reply(const struct sweeper *w, const void *key,
			const void *value)
{
	const int *fd = w->s->dp->map_fd;
	struct ob_reply_key k;
	struct ob_flow_key flow_key;
	struct ob_reply v;
	struct ob_flow flow;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	flow_key = (struct ob_flow_key){ .client = k.client,
					 .addr = v.addr,
					 .client_port = k.client_port,
					 .port = v.port,
					 .proto = k.proto };
	if (bpf_map_lookup_elem(fd[OB_MAP_FLOW], &flow_key, &flow) == 0) {
		if (flow.port == k.backend_port &&
		    memcmp(&flow.addr, &k.backend, sizeof(flow.addr)) == 0)
			return;
	} else if (errno != ENOENT) {
		return;
	}
	(void)bpf_map_delete_elem(fd[OB_MAP_REPLY], &k);
}

static void sweep_affinity(const struct sweeper *w, const void *key,
			   const void *value)
{
	const int fd = w->s->dp->map_fd[OB_MAP_AFFINITY];
	struct ob_affinity_key k;
	struct ob_affinity v;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	if (!is_gone(w->s, v.backend, v.generation) &&
	    age_s(w, v.seen_ns) < v.timeout_s)
		return;
	if (bpf_map_lookup_elem(fd, &k, &v) < 0)
		return;
	if (!is_gone(w->s, v.backend, v.generation) &&
	    age_s(w, v.seen_ns) < v.timeout_s)
		return;
	if (bpf_map_delete_elem(fd, &k) == 0)
		w->count->affinities_expired++;
}

static const struct {
	enum ob_map map;
	size_t key_size, value_size;
	void (*sweep)(const struct sweeper *w, const void *key,
		      const void *value);
} swept[] = {
	{ OB_MAP_FLOW, sizeof(struct ob_flow_key), sizeof(struct ob_flow),
	  sweep_flow },
	{ OB_MAP_REPLY, sizeof(struct ob_reply_key), sizeof(struct ob_reply),
	  sweep_reply },
	{ OB_MAP_AFFINITY, sizeof(struct ob_affinity_key),
	  sizeof(struct ob_affinity), sweep_affinity },
};

/* Room for one of whichever map. */
union any_key {
	struct ob_flow_key flow;
	struct ob_reply_key reply;
	struct ob_affinity_key affinity;
};

union any_value {
	struct ob_flow flow;
	struct ob_reply reply;
	struct ob_affinity affinity;
};

/* About n entries of the map that it is the turn of. 1 at its end. */
static int sweep_batch(const struct sweeper *w, char *keys, char *values,
		       __u32 n)
{
	struct ob_services *s = w->s;
	const unsigned int map = s->sweep_map;
	const int fd = s->dp->map_fd[swept[map].map];
	__u32 next = 0;
	int r = bpf_map_lookup_batch(fd,
				     s->sweep_started ? &s->sweep_bucket : NULL,
				     &next, keys, values, &n, NULL);

	if (r < 0 && r != -ENOENT)
		return r;
	for (__u32 i = 0; i < n; i++)
		swept[map].sweep(w, keys + i * swept[map].key_size,
				 values + i * swept[map].value_size);
	w->count->looked += n;
	s->sweep_started = r == 0;
	s->sweep_bucket = next;
	if (r == 0)
		return 0;
	s->sweep_map = (map + 1) % ARRAY_SIZE(swept);
	return 1;
}

int ob_services_sweep(struct ob_services *s, uint64_t now_ns, size_t max,
		      struct ob_sweep *ret)
{
	_free_ union any_key *keys = malloc(BATCH * sizeof(*keys));
	_free_ union any_value *values = malloc(BATCH * sizeof(*values));
	struct ob_sweep count = { 0 };
	const struct sweeper w = { .s = s, .now_ns = now_ns, .count = &count };
	size_t ends = 0;

	if (!keys || !values)
		return -ENOMEM;
	/* Once around all maps is enough, whatever max is. */
	while (count.looked < max && ends < ARRAY_SIZE(swept)) {
		size_t n = max - count.looked;
		int r = sweep_batch(&w, (char *)keys, (char *)values,
				    n > BATCH	   ? BATCH
				    : n < AT_LEAST ? AT_LEAST
						   : (__u32)n);

		if (r < 0)
			return r;
		ends += (size_t)r;
	}
	count.around = ends == ARRAY_SIZE(swept);
	*ret = count;
	return 0;
}

struct lister {
	void (*fn)(void *arg, const struct ob_flow_entry *flow);
	void *arg;
};

static int list_flow(const void *key, const void *value, void *arg)
{
	const struct lister *l = arg;
	struct ob_flow_key k;
	struct ob_flow v;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	l->fn(l->arg,
	      &(struct ob_flow_entry){
		      .client = ob_service_addr_decode(&k.client),
		      .client_port = k.client_port,
		      .service = { .addr = ob_service_addr_decode(&k.addr),
				   .port = k.port,
				   .protocol = (uint8_t)k.proto },
		      .backend = ob_service_addr_decode(&v.addr),
		      .backend_port = v.port,
		      .seen_ns = v.seen_ns,
		      .closing = v.state == OB_FLOW_CLOSING,
	      });
	return 0;
}

int ob_flows_each(const struct ob_datapath *dp,
		  void (*fn)(void *arg, const struct ob_flow_entry *flow),
		  void *arg)
{
	struct lister l = { .fn = fn, .arg = arg };

	return ob_map_each(dp->map_fd[OB_MAP_FLOW], list_flow, &l);
}
