// SPDX-License-Identifier: Apache-2.0
#include "model/service_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_NAME_LEN	 64
#define APP_PROTOCOL_LEN 256
#define WORD_LEN	 64

int ob_service_protocol_read(const struct ob_reader *r, const cJSON *object,
			     uint8_t *ret)
{
	const char *word = "";
	int err = ob_reader_text(r, object, "protocol", WORD_LEN, &word);

	if (err < 0)
		return err;
	*ret = ob_service_protocol_parse(word[0] ? word : "TCP");
	if (!*ret)
		return ob_reader_refuse(r, "protocol",
					"is none of TCP, UDP and SCTP");
	return 0;
}

static int read_port(const struct ob_reader *r, const cJSON *item,
		     struct ob_service_port *p)
{
	int64_t number = 0;
	int err = ob_reader_text(r, item, "name", PORT_NAME_LEN, &p->name);

	if (err == 0)
		err = ob_reader_text(r, item, "appProtocol", APP_PROTOCOL_LEN,
				     &p->app_protocol);
	if (err == 0)
		err = ob_service_protocol_read(r, item, &p->protocol);
	if (err == 0)
		err = ob_reader_int(r, item, "port", 1, 65535, &number);
	if (err == 0 && number == 0)
		err = ob_reader_refuse(r, "port", "is missing");
	p->port = (uint16_t)number;
	return err;
}

int ob_service_ports_read(const struct ob_reader *r, const cJSON *object,
			  const char *key, struct ob_service_port **ret,
			  size_t *ret_n)
{
	struct ob_reader in = *r;
	struct ob_service_port *v;
	const cJSON *list, *item;
	size_t n, i = 0;
	int err =
		ob_reader_list(r, object, key, OB_SERVICE_MAX_PORTS, &list, &n);

	if (err < 0)
		return err;
	v = ob_arena_array(in.arena, n, sizeof(*v));
	cJSON_ArrayForEach(item, list)
	{
		in.where = ob_arena_printf(in.arena, "%s.%s[%zu]", r->where,
					   key, i);
		err = read_port(&in, item, &v[i++]);
		if (err < 0)
			return err;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

/* One to five digits, 1 to 65535, and nothing else. */
static int parse_number(const char *text, uint16_t *ret)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 5; i++)
		n = n * 10 + (uint32_t)(text[i] - '0');
	if (text[i] || n == 0 || n > 65535)
		return -EINVAL;
	*ret = (uint16_t)n;
	return 0;
}

/* "http:TCP/80"; the text is cut up. */
static int parse_port(char *text, struct ob_service_port *p)
{
	char *protocol = strchr(text, ':'), *number;

	if (!protocol || protocol - text >= PORT_NAME_LEN)
		return -EINVAL;
	*protocol++ = '\0';
	number = strchr(protocol, '/');
	if (!number)
		return -EINVAL;
	*number++ = '\0';
	p->name = text;
	p->app_protocol = "";
	p->protocol = ob_service_protocol_parse(protocol);
	return p->protocol ? parse_number(number, &p->port) : -EINVAL;
}

int ob_service_ports_parse(struct ob_arena *a, const char *text,
			   struct ob_service_port **ret, size_t *ret_n)
{
	struct ob_service_port *v =
		ob_arena_array(a, OB_SERVICE_MAX_PORTS, sizeof(*v));
	char *rest = ob_arena_strdup(a, text), *one;
	size_t n = 0;

	if (!text[0])
		rest = NULL;
	while ((one = strsep(&rest, ","))) {
		if (n == OB_SERVICE_MAX_PORTS || parse_port(one, &v[n]) < 0)
			return -EINVAL;
		n++;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

const char *ob_service_ports_format(struct ob_arena *a,
				    const struct ob_service_port *ports,
				    size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = ob_arena_printf(
			a, "%s%s%s:%s/%u", text, i > 0 ? "," : "",
			ports[i].name,
			ob_service_protocol_name(ports[i].protocol),
			ports[i].port);
	return text;
}

struct ob_service_port *
ob_service_ports_pack(struct ob_pack *p, const struct ob_service_port *from,
		      size_t n)
{
	struct ob_service_port *to = ob_pack(p, from, n * sizeof(*from));

	for (size_t i = 0; i < n; i++) {
		const char *name = ob_pack_text(p, from[i].name, NULL, NULL);
		const char *app =
			ob_pack_text(p, from[i].app_protocol, NULL, NULL);

		if (!to)
			continue;
		to[i].name = name;
		to[i].app_protocol = app;
	}
	return to;
}

bool ob_service_ports_equal(const struct ob_service_port *a, size_t n_a,
			    const struct ob_service_port *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i].name, b[i].name) != 0 ||
		    strcmp(a[i].app_protocol, b[i].app_protocol) != 0 ||
		    a[i].protocol != b[i].protocol || a[i].port != b[i].port)
			return false;
	return true;
}
