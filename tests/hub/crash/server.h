/* SPDX-License-Identifier: Apache-2.0 */
/* The process under test: started, asked whether it is ready, killed. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "kube/config.h"

/* Its output is appended to log. */
pid_t ob_server_start(char *const argv[], const char *log);
/* 0 once /readyz says so; -ETIMEDOUT, or -ECHILD: it has ended by itself. */
int ob_server_wait(pid_t pid, const struct ob_kube_config *c,
		   uint64_t timeout_ms);
/* kill -9, and gone when this returns. */
void ob_server_kill(pid_t pid);
