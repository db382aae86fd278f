/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Services, exported Services and ServiceImports have in common: the part
 * of a spec that other clusters get to see, in the words of the Kubernetes API.
 */
#pragma once

#include <stdbool.h>

#include "model/pack.h"
#include "model/reader.h"
#include "model/service_import.h"

#define OB_SERVICE_MAX_PAIRS 64 /* labels, annotations */

/* A label or an annotation. */
struct ob_pair {
	const char *key, *value;
};

struct ob_service_spec {
	enum ob_service_type type;
	struct ob_service_port *ports;
	size_t n_ports;
	uint8_t families[2]; /* AF_INET, AF_INET6, in the Service's order */
	size_t n_families;
	uint32_t affinity_s;	     /* ClientIP: its timeout; 0: None */
	const char *internal_policy; /* all text: "" when missing */
	const char *distribution;
	struct ob_pair *labels; /* to go along; sorted by key */
	size_t n_labels;
	struct ob_pair *annotations;
	size_t n_annotations;
};

/* All but the type and the pairs. -EINVAL with a status. */
int ob_service_spec_read(const struct ob_reader *r, const cJSON *spec,
			 struct ob_service_spec *ret);
/* Its members, one by one. */
int ob_service_type_read(const struct ob_reader *r, const cJSON *spec,
			 enum ob_service_type *ret);
/* In their order, each once. */
int ob_service_families_read(const struct ob_reader *r, const cJSON *spec,
			     uint8_t ret[2], size_t *ret_n);
/* 0: None. */
int ob_service_affinity_read(const struct ob_reader *r, const cJSON *spec,
			     uint32_t *ret_s);
/* A map of strings, sorted by key. value_size: with the NUL. */
int ob_service_pairs_read(const struct ob_reader *r, const cJSON *object,
			  const char *key, size_t value_size,
			  struct ob_pair **ret, size_t *ret_n);
int ob_service_labels_read(const struct ob_reader *r, const cJSON *object,
			   struct ob_service_spec *ret);
/* Replaces what it points to. */
void ob_service_spec_pack(struct ob_pack *p, struct ob_service_spec *s);
/* Sets the members that _read reads. */
void ob_service_spec_encode(struct ob_arena *a, const struct ob_service_spec *s,
			    cJSON *spec);
cJSON *ob_service_pairs_encode(struct ob_arena *a, const struct ob_pair *v,
			       size_t n);
bool ob_service_pairs_equal(const struct ob_pair *a, size_t n_a,
			    const struct ob_pair *b, size_t n_b);
bool ob_service_spec_equal(const struct ob_service_spec *a,
			   const struct ob_service_spec *b);
/* "ClusterSetIP" or "Headless". */
const char *ob_service_type_name(enum ob_service_type type);
