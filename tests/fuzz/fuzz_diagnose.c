// SPDX-License-Identifier: Apache-2.0
/*
 * What obctl diagnose reads of others: any bytes as a configuration, as
 * octopus' /status and as a PeerList give facts without holes, so that no
 * check has to ask whether a text is there.
 */
#include "obctl/daemon.h"

#include <stdint.h>
#include <stdlib.h>

#include "obctl/gather_file.h"
#include "obctl/peer_object.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_want(const struct ob_ctl_want *want)
{
	CHECK(want->id && want->host && want->reason && want->message);
	for (size_t i = 0; i < want->conditions.n; i++) {
		const struct ob_ctl_condition *c = &want->conditions.v[i];

		CHECK(c->type && c->status && c->reason && c->message);
	}
}

static void check_file(struct ob_arena *a, const char *bytes, size_t size)
{
	struct ob_ctl_file file;

	ob_ctl_file_parse(a, "file", bytes, size, &file);
	CHECK(file.problem || (file.id && file.device));
	CHECK(file.problem || !file.hub_mode || file.namespace);
	for (size_t i = 0; i < file.peers.n; i++)
		check_want(&file.peers.v[i]);
	for (size_t i = 0; i < file.interfaces.n; i++)
		CHECK(file.interfaces.v[i]);
}

static void check_json(struct ob_arena *a, const cJSON *root)
{
	struct ob_ctl_peer_objects objects = { 0 };
	struct ob_ctl_daemon daemon = { 0 };

	ob_ctl_daemon_decode(a, root, &daemon);
	CHECK(daemon.id && daemon.role && daemon.config_path && daemon.device);
	CHECK(daemon.waiting_reason && daemon.waiting_message && daemon.holder);
	CHECK(daemon.hub_reason && daemon.peer_reason && daemon.peer_message);
	for (size_t i = 0; i < daemon.peers.n; i++)
		check_want(&daemon.peers.v[i]);
	ob_ctl_api_decode(a, root, &objects);
	for (size_t i = 0; i < objects.n; i++) {
		CHECK(objects.v[i].name && objects.v[i].role);
		check_want(&objects.v[i].want);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *bytes = (const char *)data;
	cJSON *root;

	check_file(a, bytes, size);
	if (ob_json_parse(a, bytes, size, size, &root, NULL) == 0)
		check_json(a, root);
	return 0;
}
