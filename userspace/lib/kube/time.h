/* SPDX-License-Identifier: Apache-2.0 */
/* MicroTime of the Kubernetes API. Private to this folder. */
#pragma once

#define OB_KUBE_TIME_LEN 40 /* what a compiler can imagine */

/* "2006-01-02T15:04:05.000000Z" of seconds since 1970. */
const char *ob_kube_time_format(double realtime_s, char buf[OB_KUBE_TIME_LEN]);
