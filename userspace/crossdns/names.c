// SPDX-License-Identifier: Apache-2.0
#include "crossdns/names.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "crossdns/epoch.h"
#include "dns/zone.h"
#include "kube/hash.h"

/* Enough for 100,000 services with three in a row; pages nobody needs are
 * never touched. */
#define BUCKETS	    32768
#define KEY_LEN_MAX (2 * (OB_DNS_LABEL_MAX + 1))

struct entry {
	struct ob_retired retired; /* first: it is freed by it */
	_Atomic(struct entry *) next;
	uint64_t hash;
	struct ob_records *records; /* NULL: a namespace */
	const uint8_t *key;
	_Atomic uint32_t n[OB_VIEWS]; /* of a namespace: services there */
	uint32_t n_services;
	uint8_t key_len;
	uint8_t own_key[]; /* of a namespace */
};

struct ob_names {
	struct ob_epoch epoch;
	struct ob_kube_seed seed;
	struct ob_names_stats stats;
	_Atomic bool complete;
	_Atomic uint32_t serial;
	_Atomic(struct entry *) buckets[BUCKETS];
};

int ob_names_new(struct ob_names **ret)
{
	struct ob_names *n =
		aligned_alloc(alignof(struct ob_names), sizeof(*n));

	if (!n)
		return -ENOMEM;
	memset(n, 0, sizeof(*n));
	ob_epoch_init(&n->epoch);
	ob_kube_seed_init(&n->seed);
	n->serial = (uint32_t)ob_clock_realtime_s();
	*ret = n;
	return 0;
}

static void entry_free(struct ob_retired *r)
{
	struct entry *e = (struct entry *)r;

	ob_records_freep(&e->records);
	free(e);
}

void ob_names_free(struct ob_names *n)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *e = n->buckets[i], *next; e; e = next) {
			next = e->next;
			entry_free(&e->retired);
		}
	ob_epoch_done(&n->epoch);
	free(n);
}

/* The table. */

static bool is_entry(const struct entry *e, uint64_t hash, const uint8_t *key,
		     size_t len)
{
	return e->hash == hash && e->key_len == len &&
	       memcmp(e->key, key, len) == 0;
}

static const struct entry *find(const struct ob_names *n, const uint8_t *key,
				size_t len)
{
	uint64_t hash = ob_kube_hash(&n->seed, key, len);
	const struct entry *e = atomic_load_explicit(
		&n->buckets[hash % BUCKETS], memory_order_acquire);

	while (e && !is_entry(e, hash, key, len))
		e = atomic_load_explicit(&e->next, memory_order_acquire);
	return e;
}

/* Where the pointer to it is, or where one would be. */
static _Atomic(struct entry *) *slot_of(struct ob_names *n, uint64_t hash,
					const uint8_t *key, size_t len)
{
	_Atomic(struct entry *) *slot = &n->buckets[hash % BUCKETS];
	struct entry *e;

	while ((e = *slot) && !is_entry(e, hash, key, len))
		slot = &e->next;
	return slot;
}

static void retire(struct ob_names *n, struct entry *e)
{
	e->retired.free_fn = entry_free;
	ob_epoch_retire(&n->epoch, &e->retired);
}

static void unlink_at(struct ob_names *n, _Atomic(struct entry *) *slot)
{
	struct entry *e = *slot;

	atomic_store_explicit(slot, e->next, memory_order_release);
	retire(n, e);
}

/* Namespaces. */

static struct entry *namespace_get(struct ob_names *n, const uint8_t *key,
				   size_t len)
{
	uint64_t hash = ob_kube_hash(&n->seed, key, len);
	_Atomic(struct entry *) *slot = slot_of(n, hash, key, len);
	struct entry *e = *slot;

	if (e)
		return e;
	e = calloc(1, sizeof(*e) + len);
	if (!e)
		return NULL;
	memcpy(e->own_key, key, len);
	e->key = e->own_key;
	e->key_len = (uint8_t)len;
	e->hash = hash;
	atomic_store_explicit(slot, e, memory_order_release);
	n->stats.namespaces++;
	return e;
}

/* Of SERVICE.NAMESPACE. */
static size_t namespace_at(const uint8_t *key)
{
	return (size_t)key[0] + 1;
}

/* Adds what a service counts for, or takes it away again. */
static void count(struct ob_names *n, struct entry *namespace,
		  const struct ob_records *r, uint32_t by)
{
	for (unsigned int v = 0; v < OB_VIEWS; v++) {
		uint32_t exists = ob_records_exists(r, v) ? by : 0;

		atomic_fetch_add(&namespace->n[v], exists);
		n->stats.names[v] += (uint64_t)(int32_t)exists;
	}
	for (unsigned int f = 0; f < OB_RECORDS_FAMILIES; f++)
		n->stats.endpoints +=
			(uint64_t)((int64_t)(int32_t)by * r->all[f].n);
	n->stats.cut += (uint64_t)(int32_t)(r->cut ? by : 0);
	n->stats.services += (uint64_t)(int32_t)by;
	namespace->n_services += by;
}

static void namespace_leave(struct ob_names *n, const struct ob_records *r)
{
	size_t at = namespace_at(r->labels), len = r->key_len - at;
	const uint8_t *key = r->labels + at;
	_Atomic(struct entry *) *slot =
		slot_of(n, ob_kube_hash(&n->seed, key, len), key, len);
	struct entry *namespace = *slot;

	count(n, namespace, r, (uint32_t)-1);
	if (namespace->n_services > 0)
		return;
	unlink_at(n, slot);
	n->stats.namespaces--;
}

/* Writing. */

static void changed(struct ob_names *n)
{
	n->stats.changes++;
	atomic_store_explicit(&n->serial, (uint32_t)ob_clock_realtime_s(),
			      memory_order_relaxed);
	ob_epoch_collect(&n->epoch);
}

int ob_names_set(struct ob_names *n, struct ob_records *records)
{
	_cleanup_(ob_records_freep) struct ob_records *r = records;
	const uint8_t *key = r->labels;
	size_t at = namespace_at(key);
	uint64_t hash = ob_kube_hash(&n->seed, key, r->key_len);
	_Atomic(struct entry *) *slot;
	struct entry *e = calloc(1, sizeof(*e)), *old, *namespace;

	namespace = e ? namespace_get(n, key + at, r->key_len - at) : NULL;
	if (!namespace) {
		free(e);
		return -ENOMEM;
	}
	/* First, so that the namespace is never seen empty. */
	count(n, namespace, r, 1);
	e->hash = hash;
	e->key = key;
	e->key_len = r->key_len;
	e->records = TAKE_PTR(r);
	slot = slot_of(n, hash, key, e->key_len);
	old = *slot;
	e->next = old ? old->next : NULL;
	atomic_store_explicit(slot, e, memory_order_release);
	if (old) {
		namespace_leave(n, old->records);
		retire(n, old);
	}
	changed(n);
	return 0;
}

void ob_names_del(struct ob_names *n, const char *namespace, const char *name)
{
	uint8_t key[KEY_LEN_MAX];
	size_t first = ob_dns_label_put(key, name);
	size_t second = ob_dns_label_put(key + first, namespace);
	size_t len = first + second;
	_Atomic(struct entry *) *slot;
	struct entry *e;

	if (first == 0 || second == 0)
		return;
	slot = slot_of(n, ob_kube_hash(&n->seed, key, len), key, len);
	e = *slot;
	if (!e)
		return;
	unlink_at(n, slot);
	namespace_leave(n, e->records);
	changed(n);
}

void ob_names_complete(struct ob_names *n)
{
	atomic_store_explicit(&n->complete, true, memory_order_release);
}

void ob_names_collect(struct ob_names *n)
{
	ob_epoch_collect(&n->epoch);
}

struct ob_names_stats ob_names_stats_get(const struct ob_names *n)
{
	struct ob_names_stats stats = n->stats;

	stats.retired = n->epoch.n_retired;
	return stats;
}

/* Reading. */

void ob_names_enter(struct ob_names *n, unsigned int reader)
{
	ob_epoch_enter(&n->epoch, reader);
}

void ob_names_leave(struct ob_names *n, unsigned int reader)
{
	ob_epoch_leave(&n->epoch, reader);
}

bool ob_names_is_complete(const struct ob_names *n)
{
	return atomic_load_explicit(&n->complete, memory_order_acquire);
}

uint32_t ob_names_serial(const struct ob_names *n)
{
	return atomic_load_explicit(&n->serial, memory_order_relaxed);
}

const struct ob_records *ob_names_service(const struct ob_names *n,
					  const uint8_t *key, size_t len)
{
	const struct entry *e = find(n, key, len);

	return e ? e->records : NULL;
}

bool ob_names_has_namespace(const struct ob_names *n, const uint8_t *key,
			    size_t len, enum ob_view view)
{
	const struct entry *e = find(n, key, len);

	return e && atomic_load_explicit(&e->n[view], memory_order_relaxed) > 0;
}
