// SPDX-License-Identifier: Apache-2.0
#include "syncer/merge.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NAMES 8 /* of clusters, in one sentence */

const char *ob_conflict_name(enum ob_conflict which)
{
	static const char *const names[OB_CONFLICTS] = {
		"PortConflict",
		"TypeConflict",
		"SessionAffinityConflict",
		"SessionAffinityConfigConflict",
		"InternalTrafficPolicyConflict",
		"TrafficDistributionConflict",
		"IPFamilyConflict",
		"LabelsConflict",
		"AnnotationsConflict",
	};

	return names[which];
}

/* For people: what of the two differs. */
static const char *what_differs(enum ob_conflict which)
{
	static const char *const what[OB_CONFLICTS] = {
		"ports",
		"type",
		"sessionAffinity",
		"sessionAffinityConfig",
		"internalTrafficPolicy",
		"trafficDistribution",
		"ipFamilies",
		"exportedLabels",
		"exportedAnnotations",
	};

	return what[which];
}

static int compare_age(const void *a, const void *b)
{
	const struct ob_exported_service *x =
		*(const struct ob_exported_service *const *)a;
	const struct ob_exported_service *y =
		*(const struct ob_exported_service *const *)b;

	if (x->exported_s != y->exported_s)
		return x->exported_s < y->exported_s ? -1 : 1;
	return strcmp(x->cluster, y->cluster);
}

static bool same_port(const struct ob_service_port *p,
		      const struct ob_service_port *q)
{
	return p->protocol == q->protocol && p->port == q->port &&
	       strcmp(p->name, q->name) == 0 &&
	       strcmp(p->app_protocol, q->app_protocol) == 0;
}

static bool has_port(const struct ob_service_spec *s,
		     const struct ob_service_port *p)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (same_port(&s->ports[i], p))
			return true;
	return false;
}

/* As sets: a Service has no port twice. */
static bool same_ports(const struct ob_service_spec *a,
		       const struct ob_service_spec *b)
{
	if (a->n_ports != b->n_ports)
		return false;
	for (size_t i = 0; i < a->n_ports; i++)
		if (!has_port(b, &a->ports[i]))
			return false;
	return true;
}

static bool has_family(const struct ob_service_spec *s, uint8_t family)
{
	for (size_t i = 0; i < s->n_families; i++)
		if (s->families[i] == family)
			return true;
	return false;
}

static bool same_families(const struct ob_service_spec *a,
			  const struct ob_service_spec *b)
{
	return has_family(a, AF_INET) == has_family(b, AF_INET) &&
	       has_family(a, AF_INET6) == has_family(b, AF_INET6);
}

static unsigned int conflicts_of(const struct ob_service_spec *w,
				 const struct ob_service_spec *s)
{
	const bool differs[OB_CONFLICTS] = {
		[OB_CONFLICT_PORT] = !same_ports(w, s),
		[OB_CONFLICT_TYPE] = w->type != s->type,
		[OB_CONFLICT_AFFINITY] = !w->affinity_s != !s->affinity_s,
		[OB_CONFLICT_AFFINITY_CONFIG] = w->affinity_s &&
						s->affinity_s &&
						w->affinity_s != s->affinity_s,
		[OB_CONFLICT_INTERNAL_POLICY] =
			strcmp(w->internal_policy, s->internal_policy) != 0,
		[OB_CONFLICT_DISTRIBUTION] =
			strcmp(w->distribution, s->distribution) != 0,
		[OB_CONFLICT_FAMILY] = !same_families(w, s),
		[OB_CONFLICT_LABELS] = !ob_service_pairs_equal(
			w->labels, w->n_labels, s->labels, s->n_labels),
		[OB_CONFLICT_ANNOTATIONS] = !ob_service_pairs_equal(
			w->annotations, w->n_annotations, s->annotations,
			s->n_annotations),
	};
	unsigned int conflicts = 0;

	for (unsigned int i = 0; i < OB_CONFLICTS; i++)
		if (differs[i])
			conflicts |= 1U << i;
	return conflicts;
}

/* No name twice, and no (protocol, number): whoever was there first stays. */
static bool can_join(const struct ob_service_port *v, size_t n,
		     const struct ob_service_port *p)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, p->name) == 0 ||
		    (v[i].protocol == p->protocol && v[i].port == p->port))
			return false;
	return true;
}

static void join_ports(struct ob_arena *a,
		       const struct ob_exported_service *const *v, size_t n,
		       struct ob_service_spec *ret)
{
	struct ob_service_port *ports =
		ob_arena_array(a, OB_SERVICE_MAX_PORTS, sizeof(*ports));
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ob_service_spec *s = &v[i]->spec;

		for (size_t p = 0; p < s->n_ports; p++)
			if (k < OB_SERVICE_MAX_PORTS &&
			    can_join(ports, k, &s->ports[p]))
				ports[k++] = s->ports[p];
	}
	ret->ports = ports;
	ret->n_ports = k;
}

/* "cluster2, cluster3 and 4 more" */
static const char *who_differs(struct ob_arena *a,
			       const struct ob_exported_service *const *v,
			       const unsigned int *conflicts, size_t n,
			       unsigned int which)
{
	const char *text = "";
	size_t named = 0, more = 0;

	for (size_t i = 1; i < n; i++) {
		if (!(conflicts[i] & 1U << which))
			continue;
		if (named == MOST_NAMES) {
			more++;
			continue;
		}
		text = ob_arena_printf(a, "%s%s%s", text, named++ ? ", " : "",
				       v[i]->cluster);
	}
	return more ? ob_arena_printf(a, "%s and %zu more", text, more) : text;
}

static void describe(struct ob_arena *a,
		     const struct ob_exported_service *const *v,
		     const unsigned int *conflicts, size_t n,
		     struct ob_merged *m)
{
	m->reason = m->message = "";
	for (unsigned int i = 0; i < OB_CONFLICTS; i++) {
		enum ob_conflict which = (enum ob_conflict)i;

		if (!(m->conflicts & 1U << i))
			continue;
		m->reason = ob_arena_printf(a, "%s%s%s", m->reason,
					    m->reason[0] ? "," : "",
					    ob_conflict_name(which));
		m->message = ob_arena_printf(
			a, "%s%s%s of %s", m->message,
			m->message[0] ? "; " : "", what_differs(which),
			who_differs(a, v, conflicts, n, i));
	}
	if (m->conflicts)
		m->message = ob_arena_printf(
			a,
			"not as exported by %s, whose export is the oldest and "
			"counts: %s",
			m->winner->cluster, m->message);
}

void ob_merge(struct ob_arena *a,
	      const struct ob_exported_service *const *exports, size_t n,
	      struct ob_merged *ret)
{
	const struct ob_exported_service **v = ob_arena_array(a, n, sizeof(*v));
	unsigned int *conflicts = ob_arena_array(a, n, sizeof(*conflicts));
	struct ob_merged m = { 0 };

	memcpy(v, exports, n * sizeof(*v));
	qsort(v, n, sizeof(*v), compare_age);
	m.winner = v[0];
	m.spec = v[0]->spec;
	for (size_t i = 1; i < n; i++) {
		conflicts[i] = conflicts_of(&m.winner->spec, &v[i]->spec);
		m.conflicts |= conflicts[i];
	}
	join_ports(a, v, n, &m.spec);
	describe(a, v, conflicts, n, &m);
	*ret = m;
}
