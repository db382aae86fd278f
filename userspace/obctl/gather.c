// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "model/network.h"
#include "obctl/gather_api.h"
#include "obctl/gather_daemon.h"
#include "obctl/gather_file.h"
#include "obctl/gather_kernel.h"
#include "obctl/gather_path.h"

#define METRICS_PORT 9797
#define WATCH_MS     1000 /* between two looks at counters, at least */
/* Whoever gets data and has nothing to say sends a keepalive after 10 s:
 * KEEPALIVE_TIMEOUT, drivers/net/wireguard/messages.h. */
#define LISTEN_MS    11500
#define LISTEN_STEP  500

/* The file named, or the usual one, or the one octopus says it uses. */
static void gather_file(struct ob_ctl *ctl, struct ob_ctl_facts *f)
{
	const char *path = ctl->options.config ?: OB_CTL_CONFIG_PATH;
	struct ob_ctl_daemon said = { 0 };
	struct ob_addr local = { 0 };

	ob_ctl_file_read(ctl->arena, path, &f->file);
	if (f->file.error != -ENOENT || ctl->options.config)
		return;
	(void)ob_addr_parse("127.0.0.1", &local);
	ob_ctl_daemon_ask(ctl->arena, &local, METRICS_PORT, &said);
	if (said.has_status && *said.config_path)
		ob_ctl_file_read(ctl->arena, said.config_path, &f->file);
}

/* False: octopus serves nothing, or nobody knows where. */
static bool find_metrics(const struct ob_ctl_file *file, struct ob_addr *ret,
			 uint16_t *ret_port)
{
	*ret = file->metrics_addr;
	*ret_port = file->metrics_port;
	if (file->error == 0 && !file->problem && !file->metrics)
		return false;
	if (ret->family)
		return true;
	*ret_port = METRICS_PORT;
	return ob_addr_parse("127.0.0.1", ret) == 0;
}

static void gather_daemon(struct ob_ctl_facts *f, struct ob_arena *a)
{
	struct ob_addr addr;
	uint16_t port;

	ob_ctl_daemon_init(a, &f->daemon);
	if (find_metrics(&f->file, &addr, &port))
		ob_ctl_daemon_ask(a, &addr, port, &f->daemon);
}

const struct ob_ctl_daemon *ob_ctl_gather_status(struct ob_ctl *ctl,
						 const char *cluster)
{
	struct ob_ctl_daemon *said = ob_arena_alloc(ctl->arena, sizeof(*said));
	struct ob_ctl_file file;
	struct ob_addr addr;
	uint16_t port;

	ob_ctl_file_read(ctl->arena, ctl->options.config ?: OB_CTL_CONFIG_PATH,
			 &file);
	if (!find_metrics(&file, &addr, &port))
		return NULL;
	ob_ctl_daemon_ask_status(ctl->arena, &addr, port, said);
	return said->has_status && !strcmp(said->id, cluster) ? said : NULL;
}

static bool in_use(const struct ob_ctl_facts *f, const struct ob_ctl_want *want)
{
	/* Behind the hub: the way to the hub is a part of it. */
	if (!f->asked_cluster || !strcmp(want->id, f->asked_cluster))
		return true;
	for (size_t i = 0; i < f->wants.n; i++) {
		const struct ob_ctl_want *asked = &f->wants.v[i];

		if (want->hub && !strcmp(asked->id, f->asked_cluster))
			return !asked->direct;
	}
	return false;
}

static void keep_some(const struct ob_ctl_facts *f, bool hub,
		      struct ob_arena *a, struct ob_ctl_wants *kept)
{
	for (size_t i = 0; i < f->wants.n; i++)
		if (f->wants.v[i].hub == hub && in_use(f, &f->wants.v[i]))
			*OB_PUSH(a, kept) = f->wants.v[i];
}

/* The hub first: the others may be behind it. */
static void keep_asked(struct ob_ctl_facts *f, struct ob_arena *a)
{
	struct ob_ctl_wants kept = { 0 };

	keep_some(f, true, a, &kept);
	keep_some(f, false, a, &kept);
	f->wants = kept;
}

/* As the Peers have it: each by its status, without our own. */
static void wants_of_peers(struct ob_ctl_facts *f, struct ob_arena *a)
{
	for (size_t i = 0; i < f->api.peers.n; i++) {
		struct ob_ctl_peer_object *object = &f->api.peers.v[i];
		struct ob_ctl_want *want;

		if (!strcmp(object->name, f->id))
			continue;
		want = OB_PUSH(a, &f->wants);
		*want = object->want;
		want->direct =
			want->has_key && (f->relay || want->hub ||
					  *want->host || f->file.is_public);
	}
}

static void decide_wants(struct ob_ctl_facts *f, struct ob_arena *a)
{
	bool listed = f->api.listed && f->api.list_error == 0;
	const struct ob_ctl_daemon *d = &f->daemon;

	f->wants_known = true;
	/* One that has just started knows nobody yet. */
	if (d->has_status && (d->hub_synced || !d->hub_mode)) {
		f->wants = f->daemon.peers;
		f->wants_from = "octopus";
	} else if (f->hub_mode && listed) {
		wants_of_peers(f, a);
		f->wants_from = "the hub";
	} else if (!f->hub_mode && f->file.error == 0) {
		f->wants = f->file.peers;
		f->wants_from = "the configuration";
	} else {
		f->wants_known = false;
		f->wants_from = "nobody";
	}
	keep_asked(f, a);
}

/* Octopus knows best what it does; then the file; then the maps. */
static void decide_self(struct ob_ctl_facts *f)
{
	const struct ob_ctl_daemon *d = &f->daemon;
	const struct ob_ctl_file *file = &f->file;

	f->id = *d->id ? d->id : file->id ?: "";
	f->device = *d->device ? d->device : file->device ?: OB_DEFAULT_DEVICE;
	f->port = d->port ?: file->port ?: OB_DEFAULT_PORT;
	f->hub_mode = d->has_status ? d->hub_mode : file->hub_mode;
	f->relay = d->has_status ? !strcmp(d->role, "hub") : file->hub;
	f->standby = d->has_leader && !d->leading &&
		     !strcmp(d->waiting_reason, "NotLeader");
}

static void watch_until(uint64_t end_ms)
{
	uint64_t now_ms = ob_clock_monotonic_ms();
	struct timespec rest = { 0 };

	if (now_ms >= end_ms)
		return;
	rest.tv_sec = (time_t)((end_ms - now_ms) / 1000);
	rest.tv_nsec = (long)((end_ms - now_ms) % 1000) * 1000000;
	nanosleep(&rest, NULL);
}

/* A tunnel that seems alive, into which packets go, and nothing comes out. */
static bool is_awaited(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->paths.n; i++) {
		if (ob_ctl_path_is_mute(f, &f->paths.v[i]))
			return true;
	}
	return false;
}

static void listen_on(struct ob_ctl_kernel *kernel, struct ob_ctl_facts *f,
		      uint64_t looked_ms, struct ob_arena *a)
{
	uint64_t now_ms = ob_clock_monotonic_ms();

	while (is_awaited(f) && now_ms < looked_ms + LISTEN_MS) {
		watch_until(now_ms + LISTEN_STEP);
		ob_ctl_kernel_read_again(kernel, f, a);
		now_ms = ob_clock_monotonic_ms();
	}
	f->listened = now_ms >= looked_ms + LISTEN_MS;
}

void ob_ctl_gather(struct ob_ctl *ctl, struct ob_ctl_facts *f)
{
	struct ob_ctl_kernel kernel;
	uint64_t looked_ms;

	*f = (struct ob_ctl_facts){
		.pin_root = ctl->options.pin_root,
		.asked_cluster = ctl->options.argument,
		.now_s = (int64_t)ob_clock_realtime_s(),
	};
	gather_file(ctl, f);
	gather_daemon(f, ctl->arena);
	decide_self(f);
	if (f->hub_mode)
		ob_ctl_api_gather(f, ctl->arena);
	decide_wants(f, ctl->arena);
	ob_ctl_kernel_open(&kernel, f, ctl->arena);
	ob_ctl_kernel_read(&kernel, f, ctl->arena);
	looked_ms = ob_clock_monotonic_ms();
	ob_ctl_paths_gather(&kernel, f, ctl->arena);
	ob_ctl_paths_probe(f, ctl->arena);
	watch_until(looked_ms + WATCH_MS);
	ob_ctl_kernel_read_again(&kernel, f, ctl->arena);
	listen_on(&kernel, f, looked_ms, ctl->arena);
	f->now_s = (int64_t)ob_clock_realtime_s();
	ob_ctl_kernel_done(&kernel);
}
