/* SPDX-License-Identifier: Apache-2.0 */
/*
 * octopus.yaml, read for the few fields that obctl diagnose compares with
 * what is. octopus --check judges all of it; here only what keeps diagnose
 * from going on is a problem.
 */
#pragma once

#include "obctl/facts.h"

#define OB_CTL_CONFIG_PATH "/etc/ovn-builder/octopus.yaml"

/* Fills *ret in any case: error or problem say what is wrong. */
void ob_ctl_file_read(struct ob_arena *a, const char *path,
		      struct ob_ctl_file *ret);
/* Its bytes; path is for messages. */
void ob_ctl_file_parse(struct ob_arena *a, const char *path, const char *bytes,
		       size_t size, struct ob_ctl_file *ret);
