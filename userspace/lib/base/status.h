/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A failure that a user can see: a CamelCase reason for machines (a condition
 * reason, a metric label) and one sentence for people that names the object
 * and the field. Functions that can fail in such a way return a negative
 * errno and fill the status; on success they leave it alone.
 */
#pragma once

#include <stdbool.h>

#define OB_STATUS_MESSAGE_LEN 512

struct ob_status {
	const char *reason; /* static string; NULL: nothing to say */
	char message[OB_STATUS_MESSAGE_LEN];
};

#define OB_STATUS_INIT                                                         \
	{                                                                      \
		.reason = NULL                                                 \
	}

/* Fills *s (which may be NULL) and returns -err; err is a positive errno. */
int ob_status_set(struct ob_status *s, int err, const char *reason,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5)));
