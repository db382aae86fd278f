/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's binary as a process, with a state of its own, on loopback. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct hub_process {
	char dir[64];
	char listen[32];     /* "127.0.0.1:PORT" */
	const char *history; /* of --history; NULL: the default */
	pid_t pid;
};

/* Serves when it returns. Aborts the test when it cannot. */
void hub_process_start(struct hub_process *h);
/* kill -9, then start it again with the same state and port. */
void hub_process_crash(struct hub_process *h);
void hub_process_kill(struct hub_process *h);
void hub_process_serve(struct hub_process *h);
/* Ends it and removes its state. */
void hub_process_stop(struct hub_process *h);
/* DIR/NAME; static. */
const char *hub_process_path(const struct hub_process *h, const char *name);
/* A kubeconfig of a member cluster in DIR/CLUSTER.kubeconfig. */
void hub_process_member(const struct hub_process *h, const char *cluster);
