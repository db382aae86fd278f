/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its way through the server. Functions that take a call
 * return 0, or negative after having set the reply to a Status that says what
 * is wrong.
 */
#pragma once

#include "apimachinery/schema.h"
#include "hub/hub.h"
#include "hub/media.h"
#include "hub/route.h"
#include "hub/who.h"

enum ob_hub_validation {
	OB_HUB_VALIDATE_WARN, /* of unknown fields; the default */
	OB_HUB_VALIDATE_IGNORE,
	OB_HUB_VALIDATE_STRICT,
};

struct ob_hub_call {
	struct ob_hub *hub;
	struct ob_hub_exchange *x;
	struct ob_arena *a;
	struct ob_hub_reply *reply;
	struct ob_hub_route route;
	struct ob_hub_who who;
	struct ob_hub_accept accept;
	int64_t now_s;
	/* Of a resource: */
	struct ob_hub_kind *kind;
	const struct ob_api_version *version;
	/* Of a write: */
	bool dry_run, force;
	enum ob_hub_validation validation;
	const char *manager; /* fieldManager; never NULL */
};

/* A Status; always -EINVAL. */
int ob_hub_call_fail(struct ob_hub_call *c, unsigned int code,
		     const char *reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same about an object of the call's kind. */
int ob_hub_call_fail_object(struct ob_hub_call *c, unsigned int code,
			    const char *reason, const char *name,
			    const struct ob_api_causes *causes,
			    const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* The usual ones. */
int ob_hub_call_not_found(struct ob_hub_call *c, const char *name);
int ob_hub_call_conflict(struct ob_hub_call *c, const char *name,
			 const char *why);
int ob_hub_call_invalid(struct ob_hub_call *c, const char *name,
			const struct ob_api_causes *causes);
/* 422 about a parameter: "DeleteOptions", "FieldValueInvalid", field, message
 * with its beginning ("Invalid value: ..."). */
int ob_hub_call_bad_option(struct ob_hub_call *c, const char *options,
			   const char *type, const char *field,
			   const char *message);
int ob_hub_call_error(struct ob_hub_call *c, int error);
/* 404 of a path that nobody serves, and of a kind in a group that is. */
int ob_hub_call_no_such_path(struct ob_hub_call *c);
int ob_hub_call_no_such_resource(struct ob_hub_call *c);
/* 403 with the standard sentence. */
int ob_hub_call_forbidden(struct ob_hub_call *c,
			  const struct ob_hub_action *what);
/* What the call asks for, to be asked of the rules; name: of the object. */
struct ob_hub_action ob_hub_call_action(struct ob_hub_call *c,
					const char *name);

void ob_hub_call_reply(struct ob_hub_call *c, unsigned int code,
		       const cJSON *body);
void ob_hub_call_reply_text(struct ob_hub_call *c, unsigned int code,
			    const char *content_type, const char *body);
/* A "Warning: 299" header, which kubectl prints. */
void ob_hub_call_warn(struct ob_hub_call *c, const char *text);
