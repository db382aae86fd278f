// SPDX-License-Identifier: Apache-2.0
#include "kube/time.h"

#include <stdio.h>
#include <time.h>

#define US_PER_S 1000000

const char *ob_kube_time_format(double realtime_s, char buf[OB_KUBE_TIME_LEN])
{
	long long us = (long long)(realtime_s * US_PER_S);
	time_t seconds = (time_t)(us / US_PER_S);
	char date[24] = "";
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, OB_KUBE_TIME_LEN, "%s.%06dZ", date, (int)(us % US_PER_S));
	return buf;
}
