/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One WireGuard request over generic netlink and its reply. Internal to the
 * library. Requests and replies hold private keys (the kernel shows a device's
 * to who may configure it), so every buffer is wiped before it is freed.
 */
#pragma once

struct nl_addr; /* <netlink/attr.h> forgets to declare it */

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/nlreply.h"
#include "wireguard/device.h"

/* Of a request: an attribute, and all peers are in one, ends at 65535. */
#define OB_WG_MSG_MAX 60000

/* Wipes and frees. */
void ob_wg_msg_free(struct nl_msg *msg);
OB_DEFINE_CLEANUP(struct nl_msg *, ob_wg_msg_free)
#define _wgmsg_ _cleanup_(ob_wg_msg_freep)

/* A request about the device called name; cmd is a WG_CMD_*. */
int ob_wg_msg_new(struct ob_wg *wg, uint8_t cmd, const char *name,
		  struct nl_msg **ret);
/* Sends msg and waits until the kernel has done it. */
int ob_wg_transact(struct ob_wg *wg, struct nl_msg *msg);

/*
 * Sends msg and reads the messages of the reply. -EAGAIN when the device
 * changed meanwhile: what was read is inconsistent, ask again.
 */
int ob_wg_dump(struct ob_wg *wg, struct nl_msg *msg, ob_nlreply_fn fn,
	       void *arg);
