// SPDX-License-Identifier: Apache-2.0
#include "crossdns/endpoints.h"

#include <string.h>

#include "dns/zone.h"

/* Clusters. */

/* In wire form; NULL: no DNS label. A dot would make two labels of it. */
static const uint8_t *label_new(struct ob_arena *a, const char *text)
{
	uint8_t wire[OB_DNS_LABEL_MAX + 1], *label;
	size_t len = strchr(text, '.') ? 0 : ob_dns_label_put(wire, text);

	if (len == 0)
		return NULL;
	label = ob_arena_alloc(a, len);
	memcpy(label, wire, len);
	return label;
}

static int compare_labels(const uint8_t *a, const uint8_t *b)
{
	/* The length goes first, as in the message. */
	int d = (int)a[0] - (int)b[0];

	return d ? d : memcmp(a + 1, b + 1, a[0]);
}

struct order {
	const char *own;
};

static int compare_clusters(const void *x, const void *y, void *arg)
{
	const struct ob_crossdns_cluster *a = x, *b = y;
	const struct order *o = arg;
	int d = (strcmp(b->id, o->own) == 0) - (strcmp(a->id, o->own) == 0);

	return d ? d : strcmp(a->id, b->id);
}

static void collect_clusters(struct ob_arena *a,
			     const struct ob_records_options *options,
			     const struct ob_records_input *in,
			     struct ob_crossdns_endpoints *e)
{
	struct order order = { options->cluster_id };
	size_t n = 0;

	e->clusters = ob_arena_array(a, in->n_slices, sizeof(*e->clusters));
	for (size_t i = 0; i < in->n_slices; i++) {
		const char *id = in->slices[i]->source_cluster;
		const uint8_t *label = label_new(a, id);

		if (label)
			e->clusters[n++] =
				(struct ob_crossdns_cluster){ id, label };
	}
	qsort_r(e->clusters, n, sizeof(*e->clusters), compare_clusters, &order);
	for (size_t i = 0; i < n; i++)
		if (e->n_clusters == 0 ||
		    strcmp(e->clusters[e->n_clusters - 1].id,
			   e->clusters[i].id) != 0)
			e->clusters[e->n_clusters++] = e->clusters[i];
	e->own_first = e->n_clusters > 0 &&
		       strcmp(e->clusters[0].id, options->cluster_id) == 0;
}

static bool find_cluster(const struct ob_crossdns_endpoints *e, const char *id,
			 uint32_t *ret)
{
	for (size_t i = 0; i < e->n_clusters; i++)
		if (strcmp(e->clusters[i].id, id) == 0) {
			*ret = (uint32_t)i;
			return true;
		}
	return false;
}

/* Endpoints. */

static const uint8_t *host_label(struct ob_arena *a,
				 const struct ob_endpoint *endpoint)
{
	const uint8_t *label = label_new(a, endpoint->hostname);
	char text[OB_ADDR_STRLEN];

	if (label)
		return label;
	ob_addr_format(&endpoint->addr, text, sizeof(text));
	for (char *c = text; *c; c++)
		if (*c == '.' || *c == ':')
			*c = '-';
	return label_new(a, text);
}

static size_t count_ready(const struct ob_records_input *in)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n_slices; i++)
		for (size_t j = 0; j < in->slices[i]->n_endpoints; j++)
			n += in->slices[i]->endpoints[j].ready;
	return n;
}

static void collect_slice(struct ob_arena *a,
			  const struct ob_endpoint_slice *slice,
			  struct ob_crossdns_endpoints *e)
{
	uint32_t cluster;

	if (!find_cluster(e, slice->source_cluster, &cluster))
		return;
	for (size_t i = 0; i < slice->n_endpoints; i++) {
		const struct ob_endpoint *endpoint = &slice->endpoints[i];

		if (!endpoint->ready)
			continue;
		if (e->n == OB_RECORDS_MAX_ENDPOINTS) {
			e->cut = true;
			return;
		}
		e->v[e->n++] = (struct ob_crossdns_endpoint){
			.slice = slice,
			.addr = endpoint->addr,
			.cluster = cluster,
			.label = host_label(a, endpoint),
		};
	}
}

static int compare_addrs(const struct ob_crossdns_endpoint *a,
			 const struct ob_crossdns_endpoint *b)
{
	int d = (int)a->addr.family - (int)b->addr.family;

	return d ? d : memcmp(a->addr.b, b->addr.b, sizeof(a->addr.b));
}

static int compare_clusters_of(const struct ob_crossdns_endpoint *a,
			       const struct ob_crossdns_endpoint *b)
{
	return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

static int compare_endpoints(const void *x, const void *y)
{
	const struct ob_crossdns_endpoint *a = x, *b = y;
	int d = compare_clusters_of(a, b);

	if (d == 0)
		d = compare_labels(a->label, b->label);
	return d ? d : compare_addrs(a, b);
}

static int compare_by_addr(const void *x, const void *y)
{
	const struct ob_crossdns_endpoint *const *pa = x, *const *pb = y;
	const struct ob_crossdns_endpoint *a = *pa, *b = *pb;
	int d = compare_clusters_of(a, b);

	if (d == 0)
		d = compare_addrs(a, b);
	/* They are in one array: the first in it goes first. */
	return d ? d : (a > b) - (a < b);
}

static void count_hosts(struct ob_crossdns_endpoints *e)
{
	for (size_t i = 0; i < e->n; i++) {
		struct ob_crossdns_endpoint *at = &e->v[i], *before = at - 1;
		bool same = i > 0 && at->cluster == before->cluster &&
			    compare_labels(at->label, before->label) == 0;

		e->n_hosts += !same;
		at->host = e->n_hosts - 1;
		at->again = same && compare_addrs(at, before) == 0;
	}
}

static void mark_known(struct ob_arena *a, struct ob_crossdns_endpoints *e)
{
	struct ob_crossdns_endpoint **order =
		ob_arena_array(a, e->n, sizeof(struct ob_crossdns_endpoint *));

	for (size_t i = 0; i < e->n; i++)
		order[i] = &e->v[i];
	qsort(order, e->n, sizeof(struct ob_crossdns_endpoint *),
	      compare_by_addr);
	for (size_t i = 1; i < e->n; i++)
		order[i]->known = order[i]->cluster == order[i - 1]->cluster &&
				  compare_addrs(order[i], order[i - 1]) == 0;
}

void ob_crossdns_endpoints(struct ob_arena *a,
			   const struct ob_records_options *options,
			   const struct ob_records_input *in,
			   struct ob_crossdns_endpoints *ret)
{
	struct ob_crossdns_endpoints e = { 0 };
	size_t room = count_ready(in);

	if (room > OB_RECORDS_MAX_ENDPOINTS)
		room = OB_RECORDS_MAX_ENDPOINTS;
	collect_clusters(a, options, in, &e);
	e.v = ob_arena_array(a, room, sizeof(*e.v));
	for (size_t i = 0; i < in->n_slices; i++)
		collect_slice(a, in->slices[i], &e);
	if (e.n > 1)
		qsort(e.v, e.n, sizeof(*e.v), compare_endpoints);
	count_hosts(&e);
	mark_known(a, &e);
	*ret = e;
}
