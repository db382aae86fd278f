/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the transport share, and nobody else sees. */
#pragma once

#include <microhttpd.h>

#include "hub/http.h"

#define OB_HUB_SWEEP_US (5 * 1000 * 1000)

enum ob_hub_phase {
	OB_HUB_PHASE_HEADERS,
	OB_HUB_PHASE_BODY,
	OB_HUB_PHASE_WAITING, /* for its turn, or for what it writes to be on
				 disk */
	OB_HUB_PHASE_REPLY,
	OB_HUB_PHASE_STREAM,
};

struct ob_hub_wire {
	struct ob_hub_exchange x;
	struct ob_hub_http *http;
	struct MHD_Connection *connection;
	struct ob_hub_client *client;
	enum ob_hub_phase phase;
	bool suspended, hung_up;
	bool last; /* the connection ends with it, as HTTP/1.0 has it */
	char *upload;
	size_t room;
	sd_event_source *hangup;
	struct ob_hub_wire *next; /* waiting */
};

/* A connection. */
struct ob_hub_client {
	struct ob_hub_client *prev, *next;
	int fd;
	uint64_t since_ms; /* of the last request or its end */
	bool asked;	   /* ever */
	struct ob_hub_wire *wire;
};

struct ob_hub_http {
	struct MHD_Daemon *daemon;
	const struct ob_hub_http_ops *ops;
	void *arg;
	sd_event *event;
	sd_event_source *io, *timer, *sweep, *kick;
	uint16_t port;
	struct ob_hub_client *clients;
	unsigned int n_clients;
	struct ob_hub_wire *waiting, **waiting_end;
	bool working; /* MHD runs, or will before the loop sleeps */
	bool ended;   /* a connection did, and MHD has to clean up */
};

int ob_hub_http_fd(struct MHD_Connection *connection);
/* An MHD_NotifyConnectionCallback; arg: struct ob_hub_http. */
void ob_hub_client_notify(void *arg, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode what);
/* A timer: ends the connections that only dribble. */
int ob_hub_client_sweep(sd_event_source *source, uint64_t usec, void *arg);
