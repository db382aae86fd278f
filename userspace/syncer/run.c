// SPDX-License-Identifier: Apache-2.0
#include "syncer/run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "http/serve.h"
#include "syncer/control.h"
#include "syncer/exposition.h"
#include "syncer/report.h"

static void reply_text(struct ob_arena *a, const char *type, const char *text,
		       struct ob_http_reply *reply)
{
	reply->code = 200;
	reply->content_type = type;
	reply->body = ob_arena_strdup(a, text);
	reply->size = strlen(text);
}

static void on_request(void *arg, struct ob_arena *a, const char *path,
		       struct ob_http_reply *reply)
{
	const struct ob_syncer *c = arg;
	struct ob_syncer_view v;

	ob_syncer_look(c, &v);
	if (!strcmp(path, "/metrics"))
		ob_syncer_exposition(a, &v, reply);
	else if (!strcmp(path, "/status"))
		reply_text(a, "application/json",
			   ob_json_print(a, ob_syncer_report(a, &v)), reply);
	else if (!strcmp(path, "/healthz"))
		reply_text(a, "text/plain", "ok\n", reply);
}

static int run(sd_event *event, const struct ob_syncer_config *config,
	       struct ob_syncer *c, struct ob_status *status)
{
	_cleanup_(ob_serve_freep) struct ob_serve *serve = NULL;
	int r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);

	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	if (r >= 0 && config->has_metrics)
		r = ob_serve_new(event, &config->metrics_addr,
				 config->metrics_port, on_request, c, &serve,
				 status);
	if (r < 0)
		return r;
	ob_info("syncer " OB_VERSION, "cluster=%s", config->cluster);
	sd_notifyf(0, "READY=1\nSTATUS=cluster %s", config->cluster);
	r = sd_event_loop(event);
	sd_notify(0, "STOPPING=1");
	ob_syncer_release(c);
	return r;
}

int ob_syncer_run(const struct ob_syncer_config *config,
		  struct ob_status *status)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(ob_syncer_freep) struct ob_syncer *c = NULL;
	int r = sd_event_new(&event);

	if (r >= 0)
		r = ob_syncer_new(event, config, &c, status);
	return r < 0 ? r : run(event, config, c, status);
}
