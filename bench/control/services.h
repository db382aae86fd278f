/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services of one cluster, seen from another: what servicesbench makes, changes
 * and waits for. Service number i is svc-i, with one EndpointSlice svc-i-bench;
 * what changes is whether its last endpoint is ready.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/prefix.h"
#include "kube/client.h"
#include "model/endpoint_slice.h"

#define BENCH_TEXT 512
#define BENCH_MOST 64 /* changes at a time */

/* Where a change is seen, in the order in which it should be. */
enum bench_stage {
	BENCH_STORED,	/* the exporter's API server has answered */
	BENCH_HUB,	/* a watch on the hub */
	BENCH_IMPORTED, /* a watch in the importing cluster */
	BENCH_DNS,	/* an answer of its crossdns */
	BENCH_VIP,	/* the maps of its octopus */
	BENCH_STAGES,
};

struct bench_options {
	const char *exporter, *importer; /* kubeconfigs */
	const char *hub;		 /* the same; NULL: not looked at */
	const char *cluster;		 /* ID of the exporter */
	const char *namespace;
	const char *dns;  /* ADDRESS:PORT */
	const char *pins; /* directory of the maps; NULL: none */
	const char *cidr_text;
	struct ob_prefix cidr; /* of the exporter */
	unsigned int services, endpoints;
	unsigned int changes, burst, seconds, pause_ms;
};

struct bench_change {
	unsigned int service;
	bool ready; /* what it becomes */
	struct ob_addr addr, vip;
	uint64_t sent_ns, at_ns[BENCH_STAGES];
	uint64_t asked_ns;   /* 0: no question is under way */
	bool dns_is, vip_is; /* what was seen last: ready or not */
	bool dns_known, vip_known;
};

struct ob_kube *bench_client(sd_event *event, const char *kubeconfig);
const char *bench_slice_name(unsigned int service, char *buf, size_t size);
/* ready: of the last endpoint. */
cJSON *bench_slice(struct ob_arena *a, const struct bench_options *o,
		   unsigned int service, bool ready);
/* The local address of an endpoint; pods are shared when there are too few. */
void bench_pod(const struct bench_options *o, unsigned int service,
	       unsigned int endpoint, struct ob_addr *ret);

/* Makes all services, slices and exports, no last endpoint being ready. */
int bench_fill(sd_event *event, const struct bench_options *o);
/* Prints a line for each change: how many at a time, and for each stage the
 * milliseconds since the request was sent; "-" where nobody looked. */
int bench_run(sd_event *event, const struct bench_options *o);

/* crossdns. */

struct bench_ask;
struct bench_ask *bench_ask_new(sd_event *event, const struct bench_options *o,
				void (*answered)(void *arg, unsigned int id,
						 const struct ob_addr *v,
						 size_t n),
				void *arg);
/* The addresses of the service, or those of its endpoints in the cluster. */
int bench_ask_vip(struct bench_ask *a, unsigned int id, unsigned int service);
int bench_ask_endpoints(struct bench_ask *a, unsigned int id,
			unsigned int service);
void bench_ask_free(struct bench_ask *a);

/* The maps of octopus, read directly: that is cheap enough for every ms. */

struct bench_maps;
struct bench_maps *bench_maps_open(const char *pins);
/* Do new connections to it reach the endpoint? */
bool bench_maps_has(const struct bench_maps *m, const struct ob_addr *vip,
		    const struct ob_addr *endpoint);
void bench_maps_free(struct bench_maps *m);
