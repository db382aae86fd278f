/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Change notifications (RTNLGRP_LINK, _IPV4/6_IFADDR, _IPV4/6_ROUTE). The
 * content is not looked at: a change means "look again", so an overrun of the
 * socket (ENOBUFS) is just another change.
 */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

struct ob_nlmon;

int ob_nlmon_new(struct ob_nlmon **ret);
void ob_nlmon_free(struct ob_nlmon *mon);
OB_DEFINE_CLEANUP(struct ob_nlmon *, ob_nlmon_free)

/* Readable when something changed. */
int ob_nlmon_fd(const struct ob_nlmon *mon);
/* Reads all that is there, without blocking; *ret_changed says if any was. */
int ob_nlmon_read(struct ob_nlmon *mon, bool *ret_changed);
