// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lib/maps.bpf.h"

SEC("tcx/ingress")
int from_tunnel(struct __sk_buff *skb __attribute__((unused)))
{
	return -1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
