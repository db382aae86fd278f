// SPDX-License-Identifier: Apache-2.0
#include "hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "octopus/accept.h"
#include "octopus/publish.h"

#define NOW 1000000

void hub_init(struct hub *h, struct ob_arena *a)
{
	*h = (struct hub){ .arena = a };
}

void hub_done(struct hub *h)
{
	ob_config_freep(&h->config);
}

void hub_configure(const struct script_place *at, struct hub *h,
		   const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *config = NULL;

	if (ob_config_parse("hub", text, strlen(text), &config, &status) < 0)
		script_fail(at, "%s", status.message);
	ob_config_freep(&h->config);
	h->config = config;
}

/* Peers. */

static struct ob_peer *find(struct hub *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->peers[i]->name, name))
			return h->peers[i];
	return NULL;
}

static struct ob_peer *add(struct hub *h, const char *name)
{
	struct ob_peer *p = ob_arena_alloc(h->arena, sizeof(*p));

	if (h->n == HUB_MOST_PEERS)
		abort();
	p->name = p->uid = ob_arena_strdup(h->arena, name);
	p->created_s = NOW + (int64_t)h->version;
	p->status.endpoint = p->status.tunnel.endpoint = "";
	h->peers[h->n++] = p;
	return p;
}

static const char **copy_list(struct hub *h, const char **v, size_t n)
{
	const char **copy = ob_arena_array(h->arena, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = ob_arena_strdup(h->arena, v[i]);
	return copy;
}

/* A server keeps what it was told, whatever becomes of the teller. */
static struct ob_peer_spec copy_spec(struct hub *h,
				     const struct ob_peer_spec *spec)
{
	struct ob_peer_spec s = *spec;

	s.cluster_id = ob_arena_strdup(h->arena, s.cluster_id);
	s.cluster_cidr = copy_list(h, s.cluster_cidr, s.n_cluster_cidr);
	s.own_cidr = copy_list(h, s.own_cidr, s.n_own_cidr);
	s.endpoint = ob_arena_strdup(h->arena, s.endpoint);
	s.public_key = ob_arena_strdup(h->arena, s.public_key);
	return s;
}

static void write_spec(struct hub *h, const char *name,
		       const struct ob_peer_spec *spec)
{
	struct ob_peer *p = find(h, name) ?: add(h, name);

	p->spec = copy_spec(h, spec);
	p->generation++;
	p->resource_version = ob_arena_printf(h->arena, "%u", ++h->version);
}

static const char *key_text(struct hub *h, const char *name)
{
	struct ob_key key = model_key(name);

	return ob_key_format(&key, ob_arena_alloc(h->arena, OB_KEY_STRLEN),
			     OB_KEY_STRLEN);
}

struct claim {
	const struct script_place *at;
	struct hub *h;
	struct ob_peer_spec spec;
	const char *cidrs[OB_PEER_MAX_CIDRS];
};

/* A word that stands alone. */
static bool take_flag(struct claim *c, const char *word)
{
	if (!strcmp(word, "public"))
		c->spec.is_public = true;
	else if (!strcmp(word, "hub"))
		c->spec.ishub = true;
	else
		return false;
	return true;
}

static void take_pair(struct claim *c, const char *word, const char *value)
{
	const char *text = ob_arena_strdup(c->h->arena, value);

	if (!strcmp(word, "cidr"))
		c->cidrs[c->spec.n_cluster_cidr++] = text;
	else if (!strcmp(word, "key"))
		c->spec.public_key = key_text(c->h, value);
	else if (!strcmp(word, "endpoint"))
		c->spec.endpoint = text;
	else if (!strcmp(word, "id"))
		c->spec.cluster_id = text;
	else if (!strcmp(word, "port"))
		c->spec.port = strtol(value, NULL, 10);
	else
		script_fail(c->at, "%s: no such part of a claim", word);
}

static void on_claim(const struct script_place *at, struct hub *h, char **w,
		     size_t n)
{
	struct claim c = { .at = at, .h = h };
	const char **cidrs;

	c.spec = (struct ob_peer_spec){
		.cluster_id = ob_arena_strdup(h->arena, w[1]),
		.public_key = key_text(h, w[1]),
		.endpoint = "",
	};
	for (size_t i = 2; i < n; i++) {
		if (take_flag(&c, w[i]))
			continue;
		if (i + 1 == n)
			script_fail(at, "%s what?", w[i]);
		take_pair(&c, w[i], w[i + 1]);
		i++;
	}
	cidrs = ob_arena_array(h->arena, OB_PEER_MAX_CIDRS, sizeof(*cidrs));
	memcpy(cidrs, c.cidrs, sizeof(c.cidrs));
	c.spec.cluster_cidr = cidrs;
	write_spec(h, w[1], &c.spec);
}

static void on_claim_gone(const struct script_place *at, struct hub *h,
			  const char *name)
{
	for (size_t i = 0; i < h->n; i++) {
		if (strcmp(h->peers[i]->name, name) != 0)
			continue;
		h->peers[i] = h->peers[--h->n];
		return;
	}
	script_fail(at, "there is no Peer %s", name);
}

static void on_waits(const struct script_place *at, struct hub *h,
		     const char *reason)
{
	if (!h->waiting.reason)
		script_fail(at, "it does not wait");
	if (strcmp(h->waiting.reason, reason) != 0)
		script_fail(at, "it waits for %s: %s", h->waiting.reason,
			    h->waiting.message);
}

bool hub_do(const struct script_place *at, struct hub *h, char **words,
	    size_t n)
{
	if (!strcmp(words[0], "claim") && n > 1)
		on_claim(at, h, words, n);
	else if (!strcmp(words[0], "claim-gone") && n == 2)
		on_claim_gone(at, h, words[1]);
	else if (!strcmp(words[0], "waits") && n == 2)
		on_waits(at, h, words[1]);
	else if (!strcmp(words[0], "stand-by"))
		h->stand_by = true;
	else if (!strcmp(words[0], "lead"))
		h->stand_by = false;
	else
		return false;
	return true;
}

/* What the two octopus make of it. */

static void judge(struct hub *h)
{
	const struct ob_network *net = &h->config->network;
	struct ob_accept_peer in[HUB_MOST_PEERS] = { 0 };
	struct ob_accepted out[HUB_MOST_PEERS];
	struct ob_accept_totals totals;
	struct ob_accept_hub hub = {
		.id = net->id,
		.global = { net->global[0], net->global[1] },
		.n_global = net->n_global,
		.own = h->config->hub->request,
		.n_own = h->config->hub->n_request,
		.endpoint = h->config->hub->endpoint,
		.port = net->port,
		.public_key = model_key("hub"),
		.slice_len = h->config->hub->slice_len,
		.slice_len6 = h->config->hub->slice_len6,
		.max_clusters = OB_MAX_CLUSTERS - 1,
	};

	for (size_t i = 0; i < h->n; i++)
		in[i].peer = h->peers[i];
	ob_accept(h->arena, &hub, in, h->n, NOW, out, &totals);
	for (size_t i = 0; i < h->n; i++)
		h->peers[i]->status = out[i].status;
}

static void publish(struct hub *h, const struct ob_config_file *config,
		    const struct ob_key *public_key)
{
	const struct ob_peer *own = find(h, config->network.id);
	struct ob_peer_spec spec;

	ob_publish_spec(h->arena, config, public_key, &spec);
	if (ob_key_is_zero(public_key))
		spec.public_key = "";
	if (!own || !ob_peer_spec_equal(&own->spec, &spec))
		write_spec(h, config->network.id, &spec);
}

static struct ob_join_input input(struct hub *h,
				  const struct ob_config_file *config,
				  const struct ob_key *public_key)
{
	return (struct ob_join_input){
		.config = config,
		.peers = (const struct ob_peer *const *)h->peers,
		.n_peers = h->n,
		.public_key = *public_key,
	};
}

static void join(struct hub *h, const struct ob_config_file *config,
		 const struct ob_key *public_key)
{
	struct ob_join_input in = input(h, config, public_key);

	h->waiting = (struct ob_status)OB_STATUS_INIT;
	if (ob_join(h->arena, &in, &h->joined, &h->waiting) == 0)
		h->has_joined = true;
}

const struct ob_network *hub_network(struct hub *h,
				     const struct ob_config_file *config,
				     const struct ob_key *public_key)
{
	struct ob_peer_spec hub_spec;

	if (h->stand_by) {
		struct ob_join_input in = input(h, config, public_key);

		ob_join_standby(h->arena, &in, &h->joined.network);
		return &h->joined.network;
	}
	if (h->config) {
		struct ob_key key = model_key("hub");

		if (!find(h, h->config->network.id)) {
			ob_publish_spec(h->arena, h->config, &key, &hub_spec);
			write_spec(h, h->config->network.id, &hub_spec);
		}
		publish(h, config, public_key);
		judge(h);
	}
	join(h, config, public_key);
	return h->has_joined ? &h->joined.network : NULL;
}

static int compare(const void *x, const void *y)
{
	const struct ob_peer *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

const char *hub_judgements(struct hub *h)
{
	const char *text = "";

	qsort(h->peers, h->n, sizeof(h->peers[0]), compare);
	for (size_t i = 0; i < h->n; i++) {
		const struct ob_peer *p = h->peers[i];
		char cidr[OB_PREFIX_STRLEN] = "-";

		if (p->status.n_cidrs > 0)
			ob_prefix_format(&p->status.cidrs[0], cidr,
					 sizeof(cidr));
		text = ob_arena_printf(
			h->arena, "%s%s %s %s\n", text, p->name,
			ob_peer_condition_get(&p->status, OB_PEER_ACCEPTED)
				->reason,
			cidr);
	}
	return text;
}
