// SPDX-License-Identifier: Apache-2.0
#include "octopus/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datapath/datapath.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "ob/abi/version.h"
#include "octopus/actual.h"
#include "octopus/kinds.h"

struct cleanup {
	struct ob_arena *arena;
	struct ob_nl *nl;
	const char *device, *root;
	struct ob_actual actual; /* links, routes, attachments */
	struct ob_status *status;
	size_t removed;
	int failed; /* the first error */
};

/* Goes on after an error: as much as possible goes away. */
static void report(struct cleanup *c, int r, const char *kind, const char *key)
{
	if (r == 0) {
		printf("removed %s %s\n", kind, key);
		c->removed++;
		return;
	}
	fprintf(stderr, "octopus: cannot remove %s %s: %s\n", kind, key,
		strerror(-r));
	if (!c->failed)
		c->failed = ob_status_set(c->status, -r, "CleanupFailed",
					  "cannot remove %s %s: %s", kind, key,
					  strerror(-r));
}

static const char *name_of(struct cleanup *c, enum ob_kind kind,
			   const void *object)
{
	struct ob_describer d = { c->arena, c->device, &c->actual.links };

	return ob_kinds[kind].describe(&d, NULL, object);
}

/*
 * What is attached can only be told with maps and programs at hand. Where
 * some pins are missing they are made anew, and removed again below.
 */
static int open_datapath(const char *root, struct ob_datapath **ret,
			 struct ob_status *status)
{
	struct ob_status ignored = OB_STATUS_INIT;
	int r = ob_datapath_open(root, ret, &ignored);

	if (r != -ENOENT || access(root, F_OK) < 0)
		return r == -ENOENT ? 0 : r;
	return ob_datapath_load(root, ret, status);
}

static void remove_attachments(struct cleanup *c)
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	const struct ob_links *links = &c->actual.links;
	struct ob_attachments found = { 0 };
	int *indexes = ob_arena_array(c->arena, links->n, sizeof(*indexes));
	int r = open_datapath(c->root, &dp, c->status);

	for (size_t i = 0; i < links->n; i++)
		indexes[i] = links->v[i].ifindex;
	if (r == 0 && dp)
		r = ob_attachment_dump(dp, c->arena, indexes, links->n, &found);
	if (r < 0)
		report(c, r, "attachments below", c->root);
	for (size_t i = 0; i < found.n; i++)
		report(c, ob_attachment_del(dp, &found.v[i]),
		       ob_kinds[OB_KIND_ATTACHMENT].name,
		       name_of(c, OB_KIND_ATTACHMENT, &found.v[i]));
}

static void remove_routes(struct cleanup *c)
{
	struct ob_rtroutes *routes = &c->actual.routes;
	int r = ob_rtroute_dump(c->nl, c->arena, OB_RTPROT, routes);

	if (r < 0)
		report(c, r, "routes of protocol", "ovn-builder");
	for (size_t i = 0; i < routes->n; i++)
		report(c, ob_rtroute_del(c->nl, &routes->v[i]),
		       ob_kinds[OB_KIND_ROUTE].name,
		       name_of(c, OB_KIND_ROUTE, &routes->v[i]));
}

static void remove_device(struct cleanup *c)
{
	const struct ob_link *link = ob_actual_link(&c->actual, c->device);

	if (ob_link_is_ours(link))
		report(c, ob_link_del(c->nl, link->ifindex), "link",
		       link->name);
	else if (link)
		printf("left alone link %s: not ours\n", link->name);
}

static void remove_pins(struct cleanup *c)
{
	if (access(c->root, F_OK) < 0)
		return;
	report(c, ob_datapath_unpin(c->root), "pins", c->root);
}

int ob_cleanup(const char *device, const char *pin_root,
	       struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *arena = ob_arena_new();
	_cleanup_(ob_nl_freep) struct ob_nl *nl = NULL;
	struct cleanup c = {
		.arena = arena,
		.device = device,
		.root = pin_root ?: OB_PIN_ROOT,
		.status = status,
	};
	int r = ob_nl_new(&nl);

	c.nl = nl;
	if (r == 0)
		r = ob_link_dump(nl, arena, &c.actual.links);
	if (r < 0)
		return ob_status_set(status, -r, "StateUnreadable",
				     "cannot read the interfaces: %s",
				     strerror(-r));
	remove_attachments(&c);
	remove_routes(&c);
	remove_device(&c);
	remove_pins(&c);
	if (c.removed == 0 && !c.failed)
		puts("nothing to remove");
	return c.failed;
}
