// SPDX-License-Identifier: Apache-2.0
#include "config/fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

static struct ob_place place_of(const struct ob_yaml *node, const char *path)
{
	return (struct ob_place){ node->line, node->column, path };
}

static const struct ob_field *field_find(const struct ob_field *fields,
					 const char *name)
{
	for (const struct ob_field *f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static int check_required(const struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  const struct ob_field *fields)
{
	for (const struct ob_field *f = fields; f->name; f++)
		if (f->required && !ob_yaml_get(node, f->name))
			return ob_value_refuse(r, at, "%s is missing", f->name);
	return 0;
}

static int read_member(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, const struct ob_field *fields,
		       void *out)
{
	const struct ob_field *f = field_find(fields, node->key);
	char shown[OB_SHOWN_LEN];
	struct ob_place here;

	here = place_of(node, at->path);
	if (!f)
		return ob_value_refuse(
			r, &here, "unknown field %s",
			ob_log_quote(node->key, shown, sizeof(shown)));
	here.path = at->path[0] ? ob_arena_printf(r->arena, "%s.%s", at->path,
						  f->name)
				: f->name;
	return f->read(r, node, &here, (char *)out + f->offset);
}

int ob_fields_read(struct ob_config_reader *r, const struct ob_yaml *node,
		   const struct ob_place *at, const struct ob_field *fields,
		   void *out)
{
	if (node->kind != OB_YAML_MAPPING)
		return ob_value_refuse(r, at, "expected a mapping of fields");
	for (const struct ob_yaml *c = node->children; c; c = c->next) {
		int err = read_member(r, c, at, fields, out);

		if (err < 0)
			return err;
	}
	return check_required(r, node, at, fields);
}

/* Calls one for each element of a list, or for the scalar that stands for a
 * list of one. */
int ob_fields_each(struct ob_config_reader *r, const struct ob_yaml *node,
		   const struct ob_place *at, ob_value_fn *one, void *list)
{
	size_t i = 0;

	if (node->kind == OB_YAML_MAPPING)
		return ob_value_refuse(r, at, "expected a list, not a mapping");
	if (node->kind == OB_YAML_SCALAR)
		return one(r, node, at, list);
	for (const struct ob_yaml *c = node->children; c; c = c->next, i++) {
		struct ob_place here;
		int err;

		here = place_of(
			c, ob_arena_printf(r->arena, "%s[%zu]", at->path, i));
		err = one(r, c, &here, list);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Lists. */

static int push_prefix(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_prefixes *list = out;

	return ob_value_prefix(r, node, at, OB_PUSH(r->arena, list));
}

int ob_fields_prefixes(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_prefixes *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_prefix, list);
}

static int push_addr(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	struct ob_raw_addrs *list = out;
	struct ob_raw_addr *addr = OB_PUSH(r->arena, list);
	const char *s = ob_value_text(r, node, at, "an IP address");

	if (!s)
		return -EINVAL;
	addr->at = *at;
	if (ob_addr_parse(s, &addr->v) < 0)
		return ob_value_refuse(r, at, "not an IP address");
	return 0;
}

int ob_fields_addrs(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	struct ob_raw_addrs *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_addr, list);
}

int ob_fields_document(struct ob_arena *a, const struct ob_config_errors *e,
		       const char *bytes, size_t size,
		       const struct ob_field *fields, void *out,
		       struct ob_place *ret_at)
{
	struct ob_config_reader r = { .arena = a, .errors = e };
	struct ob_status yaml = OB_STATUS_INIT;
	struct ob_yaml *root;
	int err = ob_yaml_parse(a, bytes, size, &root, &yaml);

	if (err < 0)
		return ob_status_set(e->status, -err, yaml.reason, "%s:%s",
				     e->name, yaml.message);
	*ret_at = place_of(root, "");
	return ob_fields_read(&r, root, ret_at, fields, out);
}

/* One byte more than a document may have at most. */
static int read_all(const char *path, char **ret, size_t *ret_size)
{
	const size_t room = OB_YAML_MAX_BYTES + 1;
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_free_ char *buf = NULL;
	ssize_t size;

	if (fd < 0)
		return -errno;
	buf = malloc(room);
	if (!buf)
		return -ENOMEM;
	size = ob_file_read(fd, buf, room);
	if (size < 0)
		return (int)size;
	*ret = TAKE_PTR(buf);
	*ret_size = (size_t)size;
	return 0;
}

int ob_fields_file(const char *path, char **ret, size_t *ret_size,
		   struct ob_status *status)
{
	int r = read_all(path, ret, ret_size);

	if (r < 0)
		return ob_status_set(status, -r, "ConfigurationUnreadable",
				     "%s: cannot be read: %s", path,
				     strerrordesc_np(-r) ?: "unknown error");
	return 0;
}
