/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind services.h share: the maps as this process knows them,
 * and which of their room is in use. */
#pragma once

#include "datapath/ranges.h"
#include "datapath/services.h"

/* A backend and its number. */
struct ob_place {
	uint32_t number;
	bool fresh; /* not in the map yet */
	struct ob_backend b;
};

/* A service as it is in the maps, or is about to be. */
struct ob_placed {
	struct ob_service_key key;
	struct ob_service value;
	struct ob_place *v; /* sorted by ob_maglev_compare */
	size_t n;
};

/* Room that packets under way may still look into: free with the next call. */
struct ob_retired {
	struct ob_ranges *of;
	uint32_t first, n;
};

struct ob_services {
	const struct ob_datapath *dp;
	void *tree; /* tsearch(3) of struct ob_placed, by key */
	size_t n;
	void *virtuals; /* tsearch(3), see services_virtual.c */
	uint64_t mendings;
	struct ob_ranges *blocks;  /* of ob_slot */
	struct ob_ranges *numbers; /* of ob_backend */
	uint32_t *generations;	   /* by number; 0: not in use */
	uint32_t next_id, next_generation;
	struct ob_retired *retired;
	size_t n_retired, room_retired;
	/* Where the sweep goes on. */
	unsigned int sweep_map;
	uint32_t sweep_bucket;
	bool sweep_started;
};

/* struct ob_addr <-> mapped address, the only place. */
struct ob_ip6 ob_service_addr_encode(const struct ob_addr *a);
struct ob_addr ob_service_addr_decode(const struct ob_ip6 *a);
struct ob_service_key ob_service_key_encode(const struct ob_service_id *id);
struct ob_service_id ob_service_key_decode(const struct ob_service_key *key);

int ob_placed_compare(const void *a, const void *b);
void ob_placed_free(struct ob_placed *p);
OB_DEFINE_CLEANUP(struct ob_placed *, ob_placed_free)
/*
 * What the entry asks for, with old's numbers where it has them and new ones
 * elsewhere; old may be NULL. Changes no map. On failure nothing is taken.
 */
int ob_placed_make(struct ob_services *s, const struct ob_service_entry *entry,
		   const struct ob_placed *old, struct ob_placed **ret,
		   struct ob_status *status);
/* Gives back what ob_placed_make took. */
void ob_placed_undo(struct ob_services *s, const struct ob_placed *p);
/*
 * Writes the maps from old, NULL for nothing, to next, in an order in which
 * every packet finds one or the other. anew: with another table in any case.
 * What old has and next has not is still to be retired.
 */
int ob_placed_write(struct ob_services *s, const struct ob_placed *old,
		    struct ob_placed *next, bool anew);
/* Gives back the room of what is no longer in ob_service: all of old, or what
 * next, if there is one, has not taken over. */
int ob_placed_retire(struct ob_services *s, const struct ob_placed *old,
		     const struct ob_placed *next);
/* The table of its ready backends, numbers already; NULL and 0 slots without
 * any. To be freed. */
int ob_placed_table(const struct ob_placed *p, uint32_t **ret,
		    uint32_t *ret_size);

/*
 * One service more, or less, has the address: the first one marks it, before
 * it is in the map itself, and the last one unmarks it, after.
 */
int ob_virtual_hold(struct ob_services *s, const struct ob_ip6 *addr);
int ob_virtual_release(struct ob_services *s, const struct ob_ip6 *addr);
/* The memory alone: adopted services, before ob_services_mend. */
int ob_virtual_count(struct ob_services *s, const struct ob_ip6 *addr);
void ob_virtual_free(struct ob_services *s);

/* Fills s from the maps. */
int ob_services_adopt(struct ob_services *s);
