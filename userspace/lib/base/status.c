// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

int ob_status_set(struct ob_status *s, int err, const char *reason,
		  const char *format, ...)
{
	va_list args;

	if (!s)
		return -err;
	s->reason = reason;
	va_start(args, format);
	vsnprintf(s->message, sizeof(s->message), format, args);
	va_end(args);
	return -err;
}
