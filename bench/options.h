/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line asked for. */
#pragma once

#include <stdbool.h>

#define OB_MAX_VARIANTS 8

struct ob_options {
	int rounds;	  /* 0: the benchmark's own default */
	int cpu;	  /* the sender's; -1: the last one we may use */
	bool unchecked;	  /* no self-tests, no ratios: to take programs apart */
	bool quick;	  /* fewer rounds and windows: to see that it works */
	const char *json; /* result file; NULL: the default */
	const char *objects; /* directory of the BPF objects */
	const char *results; /* default directory of result files */
	const char *modes;   /* fnmatch pattern of modes; NULL: all */
	const char *lab;     /* lab/run: wireguard happens in its kernel */
	/* Of "carry", the part of wireguard that runs there. */
	bool with, udp;
	int megabytes;
	/* More directories of objects, measured beside the first: variants of
	 * our programs, compared in one run. */
	const char *variants[OB_MAX_VARIANTS];
	int n_variants;
};
