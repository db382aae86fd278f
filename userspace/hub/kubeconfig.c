// SPDX-License-Identifier: Apache-2.0
#include "hub/kubeconfig.h"

#include <errno.h>
#include <string.h>

#include "hub/base64.h"
#include "hub/files.h"
#include "hub/options.h"
#include "hub/state.h"

const char *ob_hub_kubeconfig_server(struct ob_hub_store *s, struct ob_arena *a)
{
	const char *names = ob_hub_state_get(s, a, "advertise");
	const char *port = ob_hub_state_get(s, a, "port");
	const char *name = "127.0.0.1";
	bool is_v6;

	if (names && *names)
		name = ob_arena_printf(a, "%.*s", (int)strcspn(names, " "),
				       names);
	is_v6 = strchr(name, ':');
	return ob_arena_printf(a, "https://%s%s%s:%s", is_v6 ? "[" : "", name,
			       is_v6 ? "]" : "", port ? port : "6443");
}

int ob_hub_kubeconfig(const char *dir, struct ob_hub_store *s,
		      struct ob_arena *a, const char *user, const char *token,
		      const char **ret, struct ob_status *status)
{
	const char *path = ob_hub_files_path(a, dir, "ca.crt");
	char *ca;
	size_t size;
	int r = ob_hub_files_read(a, path, &ca, &size, status);

	if (r == -ENOENT)
		return ob_status_set(status, ENOENT, "StateFailed",
				     "%s is missing", path);
	if (r < 0)
		return r;
	*ret = ob_arena_printf(a,
			       "apiVersion: v1\n"
			       "kind: Config\n"
			       "current-context: hub\n"
			       "clusters:\n"
			       "- name: hub\n"
			       "  cluster:\n"
			       "    server: %s\n"
			       "    certificate-authority-data: %s\n"
			       "contexts:\n"
			       "- name: hub\n"
			       "  context:\n"
			       "    cluster: hub\n"
			       "    user: %s\n"
			       "    namespace: syncer-operator\n"
			       "users:\n"
			       "- name: %s\n"
			       "  user:\n"
			       "    token: %s\n",
			       ob_hub_kubeconfig_server(s, a),
			       ob_hub_base64(a, ca), user, user, token);
	return 0;
}
