// SPDX-License-Identifier: Apache-2.0
/*
 * servicesbench fill|run OPTION...
 *
 * How long until what changes in one cluster is seen in another. services.h
 * says what is made; bench/control/services has the clusters.
 */
#include <getopt.h>
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

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static int parse(int argc, char **argv, struct bench_options *o)
{
	static const struct option options[] = {
		{ "exporter", 1, NULL, 'e' },
		{ "importer", 1, NULL, 'i' },
		{ "hub", 1, NULL, 'h' },
		{ "cluster", 1, NULL, 'c' },
		{ "namespace", 1, NULL, 'n' },
		{ "dns", 1, NULL, 'd' },
		{ "pins", 1, NULL, 'p' },
		{ "cidr", 1, NULL, 'r' },
		{ "services", 1, NULL, 's' },
		{ "endpoints", 1, NULL, 'm' },
		{ "changes", 1, NULL, 'C' },
		{ "burst", 1, NULL, 'b' },
		{ "seconds", 1, NULL, 'S' },
		{ "pause", 1, NULL, 'P' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
		switch (c) {
		case 'e':
			o->exporter = optarg;
			break;
		case 'i':
			o->importer = optarg;
			break;
		case 'h':
			o->hub = optarg;
			break;
		case 'c':
			o->cluster = optarg;
			break;
		case 'n':
			o->namespace = optarg;
			break;
		case 'd':
			o->dns = optarg;
			break;
		case 'p':
			o->pins = optarg;
			break;
		case 's':
			o->services = number(optarg);
			break;
		case 'm':
			o->endpoints = number(optarg);
			break;
		case 'C':
			o->changes = number(optarg);
			break;
		case 'b':
			o->burst = number(optarg);
			break;
		case 'S':
			o->seconds = number(optarg);
			break;
		case 'P':
			o->pause_ms = number(optarg);
			break;
		case 'r':
			if (ob_prefix_parse(optarg, &o->cidr) < 0)
				return -1;
			break;
		default:
			return -1;
		}
	return optind + 1 == argc && o->services > 0 && o->endpoints > 1 &&
			       o->burst > 0 && o->burst <= BENCH_MOST &&
			       o->burst <= o->services
		       ? 0
		       : -1;
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
				   .pause_ms = 20 };
	sd_event *event = NULL;
	int r = 2;

	(void)ob_prefix_parse("10.113.0.0/16", &o.cidr);
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
