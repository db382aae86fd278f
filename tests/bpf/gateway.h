/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place for tests of the datapath library: a mount namespace with its own
 * bpffs at /sys/fs/bpf and a network namespace with a veth pair, gone with
 * the process. Needs root.
 */
#pragma once

#include "datapath/datapath.h"

#define GATEWAY_ROOT "/sys/fs/bpf/test-gateway"

/* cmocka group set-up: enters the namespaces. */
int gateway_setup(void **state);

/* Loads the datapath at GATEWAY_ROOT; fails the test with the status. */
struct ob_datapath *gateway_load(void);
/* The index of a fresh veth "a<n>" whose peer is "b<n>"; both up. */
int gateway_veth(int n);
void gateway_veth_del(int n);
/* The number of files in the pin directory whose name starts with prefix. */
size_t gateway_pins(const char *prefix);
/* So many packets from a pod to a global address that no cluster has. */
void gateway_send_nowhere(struct ob_datapath *dp, unsigned int times);
/* Runs a shell command; the test fails when it does. */
void gateway_run(const char *command);
