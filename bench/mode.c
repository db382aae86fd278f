// SPDX-License-Identifier: Apache-2.0
#include "mode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "child.h"

static const struct {
	const char *name, *title;
} kinds[OB_MODE_KINDS] = {
	[OB_MODE_BASELINE] = { "baseline", "sender alone (baseline)" },
	[OB_MODE_REDIRECT] = { "redirect", "bare tc redirect" },
	[OB_MODE_REDIRECT_MAC] = { "redirect-mac", "bare redirect + MACs" },
	[OB_MODE_REDIRECT_EGRESS] = { "redirect-egress",
				      "bare redirect + empty egress program" },
	[OB_MODE_OURS] = { "ours", "ovn-builder" },
	[OB_MODE_ROUTE] = { "route", "plain kernel routing" },
	[OB_MODE_NFT_MASQ] = { "nft-masq", "nftables masquerade" },
	[OB_MODE_NFT_MAP] = { "nft-map", "nftables prefix map" },
	[OB_MODE_IPT_MASQ] = { "ipt-masq", "iptables MASQUERADE" },
	[OB_MODE_IPTNFT_MASQ] = { "iptnft-masq", "iptables-nft MASQUERADE" },
	[OB_MODE_IPT_NETMAP] = { "ipt-netmap", "iptables NETMAP" },
};

const char *ob_mode_name(const struct ob_mode *m, char buf[OB_MODE_NAMELEN])
{
	const char *flows = ob_flow_kind_name(m->flows);

	if (m->objects)
		snprintf(buf, OB_MODE_NAMELEN, "%s-%u@%.16s/%s",
			 kinds[m->kind].name, m->n_prefixes,
			 basename(m->objects), flows);
	else if (m->kind == OB_MODE_OURS || m->kind == OB_MODE_NFT_MAP)
		snprintf(buf, OB_MODE_NAMELEN, "%s-%u/%s", kinds[m->kind].name,
			 m->n_prefixes, flows);
	else
		snprintf(buf, OB_MODE_NAMELEN, "%s/%s", kinds[m->kind].name,
			 flows);
	return buf;
}

const char *ob_mode_title(enum ob_mode_kind kind)
{
	return kinds[kind].title;
}

void ob_programs_done(struct ob_programs *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(p->gateways); i++)
		ob_gateway_freep(&p->gateways[i]);
}

/* Loaded at the first use and kept: 100,000 entries take a while. */
static int find_gateway(struct ob_programs *p, const struct ob_mode *m,
			struct ob_gateway **ret)
{
	const char *objects = m->objects ? m->objects : p->objects;

	for (size_t i = 0; i < ARRAY_SIZE(p->gateways); i++) {
		struct ob_gateway **g = &p->gateways[i];
		int r = 0;

		if (!*g)
			r = ob_gateway_new(objects, m->n_prefixes, OB_INDEX_G1,
					   g);
		if (r)
			return r;
		if ((*g)->n_prefixes == m->n_prefixes &&
		    (*g)->objects == objects) {
			*ret = *g;
			return 0;
		}
	}
	return -ENOSPC;
}

static int load_bench(const struct ob_programs *p, struct ob_setup *s)
{
	int r = ob_object_open(p->objects, "bench", &s->bench);

	if (r)
		return r;
	ob_object_set(s->bench, "ob_target", OB_INDEX_G1);
	return bpf_object__load(s->bench);
}

static int setup_redirect(const char *program, struct ob_setup *s)
{
	return ob_object_attach(s->bench, program, OB_INDEX_G0, &s->links[0]);
}

static int setup_ours(const struct ob_mode *m, struct ob_programs *p,
		      struct ob_setup *s)
{
	struct ob_gateway *g;
	int r = find_gateway(p, m, &g);

	if (!r)
		r = ob_gateway_clone(g, &s->gateway);
	if (!r)
		r = ob_object_attach(s->gateway->from_pod, "from_pod",
				     OB_INDEX_G0, &s->links[0]);
	if (r)
		return r;
	return ob_object_attach(s->gateway->to_tunnel, "to_tunnel", OB_INDEX_G1,
				&s->links[1]);
}

static int setup_route(const struct ob_topology *t)
{
	static const char *const off[] = { "net/ipv4/conf/all/rp_filter",
					   "net/ipv4/conf/g0/rp_filter" };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		r = ob_child_sysctl(t->gateway, off[i], "0");
		if (r)
			return r;
	}
	r = ob_child_sysctl(t->gateway, "net/ipv4/ip_forward", "1");
	if (r)
		return r;
	return ob_child_ip(t->gateway,
			   "route add 172.16.0.0/12 dev g0\n"
			   "route add 10.64.0.0/10 via 192.0.2.2 dev g1\n");
}

static int run_nft(const struct ob_topology *t, const char *rules)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };

	return ob_child_run(t->gateway, argv, rules, false);
}

static void write_map(FILE *f, uint32_t from, uint32_t to, unsigned int n)
{
	unsigned int len = ob_flow_prefixlen(n);

	for (unsigned int i = 0; i < n; i++) {
		uint32_t a = ob_flow_prefix(from, i, n);
		uint32_t b = ob_flow_prefix(to, i, n);

		fprintf(f, "%s%u.%u.%u.%u/%u : %u.%u.%u.%u/%u", i ? ", " : "",
			a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, len,
			b >> 24, b >> 16 & 255, b >> 8 & 255, b & 255, len);
	}
}

static int setup_nft_map(const struct ob_topology *t, unsigned int n)
{
	_free_ char *rules = NULL;
	size_t size;
	FILE *f = open_memstream(&rules, &size);

	if (!f)
		return -ENOMEM;
	fputs("table ip bench {\n"
	      "chain out { type nat hook postrouting priority srcnat\n"
	      "oifname g1 snat ip prefix to ip saddr map { ",
	      f);
	write_map(f, OB_LOCAL_BASE, OB_GLOBAL_BASE, n);
	fputs(" }\n}\n"
	      "chain in { type nat hook prerouting priority dstnat\n"
	      "iifname g1 dnat ip prefix to ip daddr map { ",
	      f);
	write_map(f, OB_GLOBAL_BASE, OB_LOCAL_BASE, n);
	fputs(" }\n}\n}\n", f);
	if (fclose(f))
		return -ENOMEM;
	return run_nft(t, rules);
}

static int setup_iptables(const struct ob_topology *t, const char *tool,
			  const char *rules)
{
	const char *const argv[] = { tool, NULL };

	return ob_child_run(t->gateway, argv, rules, false);
}

#define NFT_MASQ                                                               \
	"table ip bench {\n"                                                   \
	"chain out { type nat hook postrouting priority srcnat\n"              \
	"oifname g1 masquerade\n}\n}\n"
#define IPT_MASQ "*nat\n-A POSTROUTING -o g1 -j MASQUERADE\nCOMMIT\n"
#define IPT_NETMAP                                                             \
	"*nat\n"                                                               \
	"-A POSTROUTING -o g1 -s 172.16.0.0/16 -j NETMAP --to 10.32.0.0/16\n"  \
	"-A PREROUTING -i g1 -d 10.32.0.0/16 -j NETMAP --to 172.16.0.0/16\n"   \
	"COMMIT\n"

static int setup_netfilter(const struct ob_mode *m, const struct ob_topology *t)
{
	int r = setup_route(t);

	if (r)
		return r;
	if (m->kind == OB_MODE_NFT_MASQ)
		return run_nft(t, NFT_MASQ);
	if (m->kind == OB_MODE_NFT_MAP)
		return setup_nft_map(t, m->n_prefixes);
	if (m->kind == OB_MODE_IPT_MASQ)
		return setup_iptables(t, "iptables-legacy-restore", IPT_MASQ);
	if (m->kind == OB_MODE_IPTNFT_MASQ)
		return setup_iptables(t, "iptables-nft-restore", IPT_MASQ);
	return setup_iptables(t, "iptables-legacy-restore", IPT_NETMAP);
}

int ob_mode_setup(const struct ob_mode *m, struct ob_programs *p,
		  const struct ob_topology *t, struct ob_setup *s)
{
	int r = load_bench(p, s);

	if (!r)
		r = ob_topology_enter(t, t->gateway);
	if (r)
		return r;
	switch (m->kind) {
	case OB_MODE_BASELINE:
		break;
	case OB_MODE_REDIRECT:
		r = setup_redirect("redirect", s);
		break;
	case OB_MODE_REDIRECT_MAC:
		r = setup_redirect("redirect_mac", s);
		break;
	case OB_MODE_REDIRECT_EGRESS:
		r = setup_redirect("redirect", s);
		if (!r)
			r = ob_object_attach(s->bench, "egress_nop",
					     OB_INDEX_G1, &s->links[1]);
		break;
	case OB_MODE_OURS:
		r = setup_ours(m, p, s);
		break;
	case OB_MODE_ROUTE:
		r = setup_route(t);
		break;
	case OB_MODE_NFT_MASQ:
	case OB_MODE_NFT_MAP:
	case OB_MODE_IPT_MASQ:
	case OB_MODE_IPTNFT_MASQ:
	case OB_MODE_IPT_NETMAP:
		r = setup_netfilter(m, t);
		break;
	case OB_MODE_KINDS:
		r = -EINVAL;
	}
	ob_topology_leave(t);
	return r;
}

void ob_setup_done(struct ob_setup *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->links); i++)
		ob_link_drop(&s->links[i]);
	ob_gateway_freep(&s->gateway);
	bpf_object__close(s->bench);
}

/* Host bits kept, the base replaced: what a prefix translation must give. */
static uint32_t translated(uint32_t src)
{
	return htonl(ntohl(src) - OB_LOCAL_BASE + OB_GLOBAL_BASE);
}

struct ob_frame_expect ob_mode_expect(const struct ob_mode *m,
				      const struct ob_bench_flow *in)
{
	struct ob_frame_expect e = { .flow = *in, .ttl = OB_FRAME_TTL - 1 };

	switch (m->kind) {
	case OB_MODE_BASELINE:
	case OB_MODE_REDIRECT:
	case OB_MODE_REDIRECT_MAC:
	case OB_MODE_REDIRECT_EGRESS:
		e.ttl = OB_FRAME_TTL;
		break;
	case OB_MODE_ROUTE:
		break;
	case OB_MODE_OURS:
	case OB_MODE_NFT_MAP:
	case OB_MODE_IPT_NETMAP:
		e.flow.src = translated(in->src);
		break;
	case OB_MODE_NFT_MASQ:
	case OB_MODE_IPT_MASQ:
	case OB_MODE_IPTNFT_MASQ:
		e.flow.src = htonl(0xc0000201); /* 192.0.2.1, on g1 */
		e.any_sport = true;
		break;
	case OB_MODE_KINDS:
		break;
	}
	return e;
}
