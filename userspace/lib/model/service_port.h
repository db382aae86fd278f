/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of Services, wherever they stand: in a spec as a list of objects, on
 * an EndpointSlice as an annotation (ob/api/services.h).
 */
#pragma once

#include <stdbool.h>

#include "model/pack.h"
#include "model/reader.h"
#include "model/service_import.h"

/* The protocol of a port, of whatever kind; missing: TCP. */
int ob_service_protocol_read(const struct ob_reader *r, const cJSON *object,
			     uint8_t *ret);
/* spec.ports of a Service, an import or an exported Service; in the reader's
 * arena. */
int ob_service_ports_read(const struct ob_reader *r, const cJSON *object,
			  const char *key, struct ob_service_port **ret,
			  size_t *ret_n);
/* The annotation. -EINVAL: it makes no sense. */
int ob_service_ports_parse(struct ob_arena *a, const char *text,
			   struct ob_service_port **ret, size_t *ret_n);
struct ob_service_port *
ob_service_ports_pack(struct ob_pack *p, const struct ob_service_port *from,
		      size_t n);
/* The annotation's text, in the arena. */
const char *ob_service_ports_format(struct ob_arena *a,
				    const struct ob_service_port *ports,
				    size_t n);
/* In the same order. */
bool ob_service_ports_equal(const struct ob_service_port *a, size_t n_a,
			    const struct ob_service_port *b, size_t n_b);
