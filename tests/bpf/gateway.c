// SPDX-License-Identifier: Apache-2.0
#include "gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "datapath/private.h"
#include "ob/abi/version.h"

int gateway_setup(void **state __attribute__((unused)))
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0) {
		print_error("unshare: %s (needs root)\n", strerror(errno));
		return -1;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) < 0) {
		print_error("mount: %s\n", strerror(errno));
		return -1;
	}
	return system("ip link set lo up") == 0 ? 0 : -1;
}

struct ob_datapath *gateway_load(void)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_datapath *dp = NULL;
	int r = ob_datapath_load(GATEWAY_ROOT, &dp, &status);

	if (r < 0)
		fail_msg("load: %s: %s", strerror(-r), status.message);
	return dp;
}

void gateway_run(const char *command)
{
	int r = system(command);

	if (r != 0)
		fail_msg("%s: exit status %d", command, r);
}

int gateway_veth(int n)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "ip link add a%d type veth peer name b%d && "
		 "ip link set a%d up && ip link set b%d up",
		 n, n, n, n);
	gateway_run(text);
	snprintf(text, sizeof(text), "a%d", n);
	return (int)if_nametoindex(text);
}

void gateway_veth_del(int n)
{
	char text[64];

	snprintf(text, sizeof(text), "ip link del a%d", n);
	gateway_run(text);
}

size_t gateway_pins(const char *prefix)
{
	DIR *dir = opendir(GATEWAY_ROOT "/" OB_ABI_VERSION);
	struct dirent *entry;
	size_t n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return n;
}

void gateway_send_nowhere(struct ob_datapath *dp, unsigned int times)
{
	struct {
		struct ethhdr eth;
		struct iphdr ip;
		struct udphdr udp;
	} __attribute__((packed)) p = {
		.eth.h_proto = htons(ETH_P_IP),
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(p) - sizeof(p.eth)),
			.saddr = inet_addr("10.244.0.5"),
			.daddr = inet_addr("10.119.0.1") },
		.udp = { .source = htons(1000),
			 .dest = htons(53),
			 .len = htons(sizeof(p.udp)) },
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &p,
		    .data_size_in = sizeof(p), .repeat = (int)times);

	assert_int_equal(0, bpf_prog_test_run_opts(
				    dp->prog_fd[OB_HOOK_FROM_POD], &opts));
}
