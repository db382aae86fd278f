// SPDX-License-Identifier: Apache-2.0
/* hub is the API server of hubs without Kubernetes: see hub(8). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "hub/backup.h"
#include "hub/files.h"
#include "hub/kubeconfig.h"
#include "hub/options.h"
#include "hub/serve.h"
#include "hub/state.h"
#include "hub/tokens.h"

/* A token for a cluster that runs as user NAME, as text or as kubeconfig. */
static int token_print(const struct ob_hub_options *o, struct ob_hub_store *s,
		       struct ob_arena *a, bool kubeconfig,
		       struct ob_status *status)
{
	enum ob_hub_token_kind kind =
		o->gateway ? OB_HUB_TOKEN_GATEWAY : OB_HUB_TOKEN_MEMBER;
	const char *text;
	char *token = NULL;
	int r = ob_hub_token_cluster_check(o->argument, status);

	if (r == 0)
		r = ob_hub_token_create(s, a, kind, o->argument, o->ttl_s,
					(int64_t)ob_clock_realtime_s(), &token,
					status);
	if (r < 0)
		return r;
	if (!kubeconfig) {
		puts(token);
		return 0;
	}
	r = ob_hub_kubeconfig(o->dir, s, a, o->argument, token, &text, status);
	if (r == 0)
		fputs(text, stdout);
	return r;
}

static const char *when(struct ob_arena *a, int64_t s, const char *never)
{
	char text[OB_TIMESTAMP_STRLEN];

	if (s == 0)
		return never;
	return ob_arena_strdup(a, ob_timestamp_format(s, text, sizeof(text)));
}

static int token_list(struct ob_hub_store *s, struct ob_arena *a)
{
	struct ob_hub_tokens list = { 0 };
	int r = ob_hub_token_list(s, a, &list);

	if (r < 0)
		return r;
	printf("%-12s %-8s %-21s %-21s %s\n", "ID", "KIND", "CREATED",
	       "EXPIRES", "CLUSTER");
	for (size_t i = 0; i < list.n; i++)
		printf("%-12s %-8s %-21s %-21s %s\n", list.v[i].id,
		       ob_hub_token_kind_name(list.v[i].kind),
		       when(a, list.v[i].created_s, "-"),
		       when(a, list.v[i].expires_s, "never"),
		       list.v[i].cluster);
	return 0;
}

static int token_revoke(struct ob_hub_store *s, const char *what,
			struct ob_status *status)
{
	int n = ob_hub_token_revoke(s, what);

	if (n == -ENOENT)
		return ob_status_set(status, ENOENT, "NotFound",
				     "there is no token with this ID or of "
				     "this cluster: %s",
				     what);
	if (n < 0)
		return n;
	printf("%d revoked\n", n);
	return 0;
}

static int admin_print(const struct ob_hub_options *o, struct ob_arena *a,
		       struct ob_status *status)
{
	const char *path = ob_hub_files_path(a, o->dir, "admin.kubeconfig");
	char *text;
	size_t size;
	int r = ob_hub_files_read(a, path, &text, &size, status);

	if (r == -ENOENT)
		return ob_status_set(status, ENOENT, "NotFound",
				     "%s is missing", path);
	if (r == 0)
		fputs(text, stdout);
	return r;
}

/* Commands that need the store, and may run beside a server. */
static int with_store(const struct ob_hub_options *o, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_hub_store_freep) struct ob_hub_store *s = NULL;
	int r = ob_hub_state_require(o->dir, status);

	if (r == 0)
		r = ob_hub_state_open(o->dir, false, &s, status);
	if (r < 0)
		return r;
	if (o->command == OB_HUB_COMMAND_TOKEN_CREATE)
		return token_print(o, s, a, o->kubeconfig, status);
	if (o->command == OB_HUB_COMMAND_TOKEN_LIST)
		return token_list(s, a);
	if (o->command == OB_HUB_COMMAND_TOKEN_REVOKE)
		return token_revoke(s, o->argument, status);
	if (o->command == OB_HUB_COMMAND_BACKUP)
		return ob_hub_backup(o->dir, s, o->argument, status);
	return o->argument ? token_print(o, s, a, true, status)
			   : admin_print(o, a, status);
}

static int run(const struct ob_hub_options *o, struct ob_status *status)
{
	switch (o->command) {
	case OB_HUB_COMMAND_DONE:
		return 0;
	case OB_HUB_COMMAND_INIT:
		return ob_hub_serve_init(o, status);
	case OB_HUB_COMMAND_SERVE:
		return ob_hub_serve(o, status);
	case OB_HUB_COMMAND_RESTORE:
		return ob_hub_restore(o->dir, o->argument, status);
	case OB_HUB_COMMAND_TOKEN_CREATE:
	case OB_HUB_COMMAND_TOKEN_LIST:
	case OB_HUB_COMMAND_TOKEN_REVOKE:
	case OB_HUB_COMMAND_BACKUP:
	case OB_HUB_COMMAND_KUBECONFIG:
		break;
	}
	return with_store(o, status);
}

int main(int argc, char **argv)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_hub_options options;
	int r = ob_hub_options_parse(argc, argv, &options);

	if (r < 0)
		return 2;
	umask(077);
	ob_log_set_level(options.log_level);
	r = run(&options, &status);
	if (r < 0)
		fprintf(stderr, "hub: %s\n",
			status.reason ? status.message : strerror(-r));
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = -EIO;
	return r < 0 ? 1 : 0;
}
