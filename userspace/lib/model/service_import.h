/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ServiceImport (multicluster.x-k8s.io, KEP-1645) as this cluster has it:
 * what octopus balances and crossdns answers. Decoded from whatever version
 * the API server has; syncer writes it. Limits on everything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/prefix.h"
#include "base/status.h"

#define OB_SERVICE_MAX_PORTS  100
#define OB_SERVICE_MAX_IPS    2
#define OB_SERVICE_NAME_LEN   64 /* a DNS label and its NUL */
#define OB_AFFINITY_DEFAULT_S 10800
#define OB_AFFINITY_MAX_S     86400

enum ob_service_type {
	OB_SERVICE_CLUSTERSET_IP,
	OB_SERVICE_HEADLESS,
};

/* One port of a Service. */
struct ob_service_port {
	const char *name; /* "": none */
	uint8_t protocol; /* IPPROTO_TCP, _UDP, _SCTP */
	uint16_t port;
	const char *app_protocol; /* "": none */
};

struct ob_service_import {
	const char *namespace;
	const char *name;
	const char *uid;
	enum ob_service_type type;
	struct ob_addr ips[OB_SERVICE_MAX_IPS];
	size_t n_ips;
	uint8_t families[2]; /* ipFamilies: AF_INET, AF_INET6 */
	size_t n_families;
	struct ob_service_port *ports;
	size_t n_ports;
	uint32_t
		affinity_s; /* sessionAffinity ClientIP: its timeout; 0: None */
	bool deleting;
};

/* All of it in one piece of heap memory. -EINVAL with a status that names
 * object and field. */
int ob_service_import_decode(const cJSON *object,
			     struct ob_service_import **ret,
			     struct ob_status *status);
void ob_service_import_free(struct ob_service_import *s);
OB_DEFINE_CLEANUP(struct ob_service_import *, ob_service_import_free)
bool ob_service_import_equal(const struct ob_service_import *a,
			     const struct ob_service_import *b);

/* "TCP", "UDP", "SCTP"; NULL: none of these. */
const char *ob_service_protocol_name(uint8_t protocol);
/* 0: none of these. */
uint8_t ob_service_protocol_parse(const char *name);
