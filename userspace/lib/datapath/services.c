// SPDX-License-Identifier: Apache-2.0
#include "datapath/services.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "datapath/private.h"
#include "datapath/services_private.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

struct ob_ip6 ob_service_addr_encode(const struct ob_addr *a)
{
	struct ob_ip6 to = { 0 };

	if (a->family == AF_INET) {
		memcpy(to.b, mapped, sizeof(mapped));
		memcpy(to.b + sizeof(mapped), a->b, 4);
	} else {
		memcpy(to.b, a->b, sizeof(to.b));
	}
	return to;
}

struct ob_addr ob_service_addr_decode(const struct ob_ip6 *a)
{
	struct ob_addr to = { .family = AF_INET6 };

	if (memcmp(a->b, mapped, sizeof(mapped)) == 0) {
		to.family = AF_INET;
		memcpy(to.b, a->b + sizeof(mapped), 4);
	} else {
		memcpy(to.b, a->b, sizeof(a->b));
	}
	return to;
}

struct ob_service_key ob_service_key_encode(const struct ob_service_id *id)
{
	return (struct ob_service_key){
		.addr = ob_service_addr_encode(&id->addr),
		.port = id->port,
		.proto = (enum ob_proto)id->protocol,
	};
}

struct ob_service_id ob_service_key_decode(const struct ob_service_key *key)
{
	return (struct ob_service_id){
		.addr = ob_service_addr_decode(&key->addr),
		.port = key->port,
		.protocol = (uint8_t)key->proto,
	};
}

int ob_placed_compare(const void *a, const void *b)
{
	const struct ob_placed *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

void ob_placed_free(struct ob_placed *p)
{
	if (!p)
		return;
	free(p->v);
	free(p);
}

static void free_node(void *node)
{
	ob_placed_free(node);
}

void ob_services_free(struct ob_services *s)
{
	if (!s)
		return;
	tdestroy(s->tree, free_node);
	ob_virtual_free(s);
	ob_ranges_free(s->blocks);
	ob_ranges_free(s->numbers);
	free(s->generations);
	free(s->retired);
	free(s);
}

int ob_services_open(struct ob_datapath *dp, struct ob_services **ret,
		     struct ob_status *status)
{
	_cleanup_(ob_services_freep) struct ob_services *s = NULL;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->dp = dp;
	s->next_id = 1;
	s->next_generation = 1;
	s->blocks = ob_ranges_new(OB_MAX_SLOT_BLOCKS);
	s->numbers = ob_ranges_new(OB_MAX_BACKENDS);
	s->generations = calloc(OB_MAX_BACKENDS, sizeof(*s->generations));
	if (!s->blocks || !s->numbers || !s->generations)
		return -ENOMEM;
	r = ob_services_adopt(s);
	if (r < 0)
		return ob_status_set(status, -r, "MapUnreadable",
				     "cannot adopt the service maps: %s",
				     strerror(-r));
	*ret = TAKE_PTR(s);
	return 0;
}

/* What the last call retired can have no reader any more: programs run for
 * microseconds, and if one did look, it would see that it is not its own. */
static void settle(struct ob_services *s)
{
	for (size_t i = 0; i < s->n_retired; i++)
		ob_ranges_give(s->retired[i].of, s->retired[i].first,
			       s->retired[i].n);
	s->n_retired = 0;
}

static struct ob_placed *find(const struct ob_services *s,
			      const struct ob_service_id *id)
{
	const struct ob_placed wanted = { .key = ob_service_key_encode(id) };
	struct ob_placed *const *found =
		tfind(&wanted, &s->tree, ob_placed_compare);

	return found ? *found : NULL;
}

static int check_room(const struct ob_services *s, struct ob_status *status)
{
	if (s->n < OB_MAX_SERVICES)
		return 0;
	return ob_status_set(status, ENOSPC, "TooManyServices",
			     "there is room for %d service ports only",
			     OB_MAX_SERVICES);
}

/* The new one takes the old one's place in memory, too. */
static int remember(struct ob_services *s, struct ob_placed *old,
		    struct ob_placed **next)
{
	struct ob_placed swap;

	if (old) {
		swap = *old;
		*old = **next;
		**next = swap;
		return 0;
	}
	if (!tsearch(*next, &s->tree, ob_placed_compare))
		return -ENOMEM;
	*next = NULL;
	s->n++;
	return 0;
}

static int write_maps(struct ob_services *s, const struct ob_placed *old,
		      struct ob_placed *next)
{
	int r = old ? 0 : ob_virtual_hold(s, &next->key.addr);

	if (r < 0)
		return r;
	r = ob_placed_write(s, old, next, false);
	if (r < 0 && !old)
		(void)ob_virtual_release(s, &next->key.addr);
	return r;
}

int ob_services_set(struct ob_services *s, const struct ob_service_entry *entry,
		    struct ob_status *status)
{
	_cleanup_(ob_placed_freep) struct ob_placed *next = NULL;
	struct ob_placed *old = find(s, &entry->id);
	int r = old ? 0 : check_room(s, status);

	if (r < 0)
		return r;
	settle(s);
	r = ob_placed_make(s, entry, old, &next, status);
	if (r < 0)
		return r;
	r = write_maps(s, old, next);
	if (r < 0) {
		ob_placed_undo(s, next);
		return ob_status_set(
			status, -r,
			r == -ENOSPC ? "TooManySlots" : "MapUnwritable",
			"service %s/%s: cannot write its table: "
			"%s",
			entry->namespace, entry->name, strerror(-r));
	}
	if (old)
		r = ob_placed_retire(s, old, next);
	return r < 0 ? r : remember(s, old, &next);
}

int ob_services_del(struct ob_services *s, const struct ob_service_id *id)
{
	struct ob_placed *old = find(s, id);
	int r, retired;

	if (!old)
		return -ENOENT;
	settle(s);
	if (bpf_map_delete_elem(s->dp->map_fd[OB_MAP_SERVICE], &old->key) < 0 &&
	    errno != ENOENT)
		return -errno;
	r = ob_virtual_release(s, &old->key.addr);
	retired = ob_placed_retire(s, old, NULL);
	tdelete(old, &s->tree, ob_placed_compare);
	s->n--;
	ob_placed_free(old);
	return r < 0 ? r : retired;
}
