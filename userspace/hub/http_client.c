// SPDX-License-Identifier: Apache-2.0
#include "hub/http_private.h"

#include <sys/socket.h>

#include "base/clock.h"

/*
 * Limits on what may dribble: until something is asked for, between requests,
 * the headers, a body, a reply. Who has a token gets more time for a body the
 * more of it there is: slow links are not dribbling.
 */
#define GREET_MS	  (25 * 1000)
#define IDLE_MS		  (130 * 1000)
#define HEADERS_MS	  (25 * 1000)
#define BODY_MS		  (25 * 1000)
#define BODY_BYTES_PER_MS 16
#define REPLY_MS	  (600 * 1000)

int ob_hub_http_fd(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void client_begin(struct ob_hub_http *h,
			 struct MHD_Connection *connection, void **ret)
{
	struct ob_hub_client *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->fd = ob_hub_http_fd(connection);
	c->since_ms = ob_clock_monotonic_ms();
	c->next = h->clients;
	if (c->next)
		c->next->prev = c;
	h->clients = c;
	h->n_clients++;
	*ret = c;
}

static void client_end(struct ob_hub_http *h, struct ob_hub_client *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		h->clients = c->next;
	if (c->next)
		c->next->prev = c->prev;
	h->n_clients--;
	free(c);
}

void ob_hub_client_notify(void *arg, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	switch (what) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		client_begin(arg, connection, context);
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		if (*context)
			client_end(arg, *context);
		*context = NULL;
		break;
	}
}

static bool dribbles(const struct ob_hub_client *c, uint64_t now_ms)
{
	uint64_t age_ms = now_ms - c->since_ms;

	if (!c->wire)
		return age_ms > (c->asked ? IDLE_MS : GREET_MS);
	switch (c->wire->phase) {
	case OB_HUB_PHASE_HEADERS:
		return age_ms > HEADERS_MS;
	case OB_HUB_PHASE_BODY:
		return age_ms >
		       BODY_MS + c->wire->x.body_size / BODY_BYTES_PER_MS;
	case OB_HUB_PHASE_REPLY:
		return age_ms > REPLY_MS;
	case OB_HUB_PHASE_WAITING:
	case OB_HUB_PHASE_STREAM: /* has limits of its own */
		break;
	}
	return false;
}

int ob_hub_client_sweep(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_hub_http *h = arg;
	uint64_t now_ms = ob_clock_monotonic_ms();

	(void)usec;
	for (struct ob_hub_client *c = h->clients; c; c = c->next)
		if (dribbles(c, now_ms))
			shutdown(c->fd, SHUT_RDWR);
	sd_event_source_set_time_relative(source, OB_HUB_SWEEP_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}
