// SPDX-License-Identifier: Apache-2.0
/*
 * servicesbench fill|run OPTION...
 *
 * How long until what changes in one cluster is seen in another. services.h
 * says what is made; bench/control/services has the clusters.
 */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

struct ob_kube *bench_client(sd_event *event, const char *kubeconfig)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *config = NULL;
	struct ob_kube *k = NULL;

	if (!kubeconfig)
		fprintf(stderr, "servicesbench: a kubeconfig is missing\n");
	else if (ob_kube_config_load(kubeconfig, NULL, &config, &status) < 0 ||
		 ob_kube_new(event, config, "servicesbench/1", &k, &status) < 0)
		fprintf(stderr, "servicesbench: %s\n", status.message);
	return k;
}

/* Where an option's text, or its number, goes. */
static const struct {
	const char *name;
	size_t text, number; /* 0: not that; the first is a text */
} options[] = {
	{ "exporter", 0, 0 },
	{ "importer", offsetof(struct bench_options, importer), 0 },
	{ "hub", offsetof(struct bench_options, hub), 0 },
	{ "cluster", offsetof(struct bench_options, cluster), 0 },
	{ "namespace", offsetof(struct bench_options, namespace), 0 },
	{ "dns", offsetof(struct bench_options, dns), 0 },
	{ "pins", offsetof(struct bench_options, pins), 0 },
	{ "cidr", offsetof(struct bench_options, cidr_text), 0 },
	{ "services", 0, offsetof(struct bench_options, services) },
	{ "endpoints", 0, offsetof(struct bench_options, endpoints) },
	{ "changes", 0, offsetof(struct bench_options, changes) },
	{ "burst", 0, offsetof(struct bench_options, burst) },
	{ "seconds", 0, offsetof(struct bench_options, seconds) },
	{ "pause", 0, offsetof(struct bench_options, pause_ms) },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void take(struct bench_options *o, int which, const char *text)
{
	char *base = (char *)o;

	if (options[which].number)
		*(unsigned int *)(void *)(base + options[which].number) =
			(unsigned int)strtoul(text, NULL, 10);
	else
		*(const char **)(void *)(base + options[which].text) = text;
}

static bool makes_sense(const struct bench_options *o)
{
	return o->services > 0 && o->endpoints > 1 && o->burst > 0 &&
	       o->burst <= BENCH_MOST && o->burst <= o->services;
}

static int parse(int argc, char **argv, struct bench_options *o)
{
	struct option all[N_OPTIONS + 1] = { 0 };
	int c;

	for (size_t i = 0; i < N_OPTIONS; i++)
		all[i] = (struct option){ options[i].name, required_argument,
					  NULL, (int)i };
	while ((c = getopt_long(argc, argv, "", all, NULL)) != -1) {
		if (c == '?')
			return -1;
		take(o, c, optarg);
	}
	if (optind + 1 != argc || !makes_sense(o))
		return -1;
	return ob_prefix_parse(o->cidr_text, &o->cidr);
}

int main(int argc, char **argv)
{
	struct bench_options o = { .cluster = "cluster1",
				   .namespace = "default",
				   .dns = "127.0.0.1:53",
				   .services = 1000,
				   .endpoints = 10,
				   .changes = 500,
				   .burst = 1,
				   .pause_ms = 20,
				   .cidr_text = "10.113.0.0/16" };
	sd_event *event = NULL;
	int r = 2;

	if (parse(argc, argv, &o) < 0) {
		fprintf(stderr, "usage: servicesbench fill|run OPTION...\n");
		return 2;
	}
	if (sd_event_default(&event) < 0)
		return 1;
	if (!strcmp(argv[optind], "fill"))
		r = bench_fill(event, &o);
	else if (!strcmp(argv[optind], "run"))
		r = bench_run(event, &o);
	sd_event_unref(event);
	return r ? 1 : 0;
}
