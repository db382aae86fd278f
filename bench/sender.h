/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pinned raw sender: AF_PACKET with PACKET_QDISC_BYPASS, sendmmsg of 64.
 * On veth a frame runs through all of its path, up to the sink, in the softirq
 * of the send that it came from: the CPU time of this thread is the cost of
 * everything, and frames sent are frames received.
 */
#pragma once

#include <stdint.h>

#include "flow.h"
#include "topology.h"

#define OB_SENDER_BATCH 64

struct ob_sender;

/* What one window cost. */
struct ob_window {
	uint64_t cpu_ns;
	uint64_t packets;
};

/* The processor to run on: wanted, or the last one we may use. */
int ob_sender_cpu(int wanted);
/* Pins the calling thread. */
int ob_sender_pin(int cpu);

/* flows is borrowed. */
int ob_sender_new(const struct ob_topology *t, struct ob_flows *flows,
		  struct ob_sender **ret);
void ob_sender_free(struct ob_sender *s);
OB_DEFINE_CLEANUP(struct ob_sender *, ob_sender_free)

/* Sends until the time or the number of packets is reached. */
int ob_sender_run(struct ob_sender *s, uint64_t duration_ns,
		  uint64_t max_packets, struct ob_window *ret);
