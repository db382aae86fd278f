/* SPDX-License-Identifier: Apache-2.0 */
/* The cases: each drives a running hub into some of its limits. */
#pragma once

#include "raw.h"

struct ob_limits {
	const char *address;
	uint16_t port;
	const char *hub;   /* the command, to be followed by "token ..." */
	const char *admin; /* its token */
	unsigned int failures;
};

/* Says what is wrong unless ok. */
#define OB_LIMITS_CHECK(l, ok, ...)                                            \
	((ok) ? (void)0                                                        \
	      : (printf("%s:%d: ", __func__, __LINE__), printf(__VA_ARGS__),   \
		 putchar('\n'), (void)(l)->failures++))

struct ob_raw *ob_limits_open(const struct ob_limits *l, const char *from);
/* One request on a connection of its own: the code, 0: no answer. */
unsigned int ob_limits_ask(const struct ob_limits *l,
			   const struct ob_raw_request *q, char *text,
			   size_t size);
/* It answers others. */
bool ob_limits_healthy(const struct ob_limits *l);
/* One without labels, of /metrics. */
unsigned int ob_limits_metric(struct ob_limits *l, const char *name);
/* "hub ARGUMENTS" and the first word that it prints. */
void ob_limits_run(const struct ob_limits *l, const char *arguments, char *ret,
		   size_t size);

/* requests.c */
void ob_limits_bodies(struct ob_limits *l);
void ob_limits_json(struct ob_limits *l);
void ob_limits_headers(struct ob_limits *l);
void ob_limits_tls(struct ob_limits *l);
/* watches.c */
void ob_limits_slow(struct ob_limits *l);
void ob_limits_burst(struct ob_limits *l);
void ob_limits_tokens(struct ob_limits *l);
void ob_limits_many(struct ob_limits *l);
/* connections.c */
void ob_limits_connections(struct ob_limits *l);
void ob_limits_dribble_start(struct ob_limits *l);
void ob_limits_dribble_end(struct ob_limits *l);
