// SPDX-License-Identifier: Apache-2.0
#include "model/reader.h"

#include <errno.h>
#include <string.h>

#include "base/timestamp.h"

int ob_reader_refuse(const struct ob_reader *r, const char *key,
		     const char *what)
{
	return ob_status_set(r->status, EINVAL, r->reason, "%s %s: %s%s%s: %s",
			     r->kind, r->name, r->where, r->where[0] ? "." : "",
			     key, what);
}

const cJSON *ob_reader_member(const cJSON *object, const char *key)
{
	const cJSON *v = ob_json_get(object, key);

	return cJSON_IsNull(v) ? NULL : v;
}

int ob_reader_text(const struct ob_reader *r, const cJSON *object,
		   const char *key, size_t size, const char **ret)
{
	const cJSON *v = ob_reader_member(object, key);

	*ret = "";
	if (!v)
		return 0;
	if (!cJSON_IsString(v))
		return ob_reader_refuse(r, key, "is not a string");
	if (strlen(v->valuestring) >= size)
		return ob_reader_refuse(r, key, "is too long");
	*ret = ob_arena_strdup(r->arena, v->valuestring);
	return 0;
}

int ob_reader_bool(const struct ob_reader *r, const cJSON *object,
		   const char *key, bool otherwise, bool *ret)
{
	const cJSON *v = ob_reader_member(object, key);

	*ret = v ? cJSON_IsTrue(v) : otherwise;
	if (v && !cJSON_IsBool(v))
		return ob_reader_refuse(r, key, "is neither true nor false");
	return 0;
}

int ob_reader_int(const struct ob_reader *r, const cJSON *object,
		  const char *key, int64_t min, int64_t max, int64_t *ret)
{
	int64_t v = 0;

	*ret = 0;
	if (!ob_reader_member(object, key))
		return 0;
	if (ob_json_int(object, key, &v) < 0)
		return ob_reader_refuse(r, key, "is not a whole number");
	if (v < min || v > max)
		return ob_reader_refuse(r, key, "is out of range");
	*ret = v;
	return 0;
}

int ob_reader_time(const struct ob_reader *r, const cJSON *object,
		   const char *key, int64_t *ret)
{
	const char *s;
	int err = ob_reader_text(r, object, key, OB_TIMESTAMP_STRLEN * 2, &s);

	*ret = 0;
	if (err < 0 || !s[0])
		return err;
	if (ob_timestamp_parse(s, ret) < 0)
		return ob_reader_refuse(r, key, "is not a time");
	return 0;
}

int ob_reader_list(const struct ob_reader *r, const cJSON *object,
		   const char *key, size_t max, const cJSON **ret,
		   size_t *ret_n)
{
	const cJSON *list = ob_reader_member(object, key), *item;
	char text[64];
	size_t n = 0;

	*ret = NULL;
	*ret_n = 0;
	if (!list)
		return 0;
	if (!cJSON_IsArray(list))
		return ob_reader_refuse(r, key, "is not a list");
	cJSON_ArrayForEach(item, list) n++;
	if (n > max) {
		snprintf(text, sizeof(text), "has more than %zu elements", max);
		return ob_reader_refuse(r, key, text);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

int ob_reader_is_set(const struct ob_reader *r, const cJSON *object,
		     const char *key, bool *ret)
{
	const char *s;
	int err = ob_reader_text(r, object, key, OB_TIMESTAMP_STRLEN * 2, &s);

	*ret = s[0];
	return err;
}

int ob_reader_metadata(struct ob_reader *r, const cJSON *object,
		       size_t name_size, struct ob_reader_metadata *ret)
{
	const cJSON *meta = ob_reader_member(object, "metadata");
	int err;

	r->where = "metadata";
	err = ob_reader_text(r, meta, "name", name_size, &ret->name);
	if (err == 0 && !ret->name[0])
		err = ob_reader_refuse(r, "name", "is missing");
	if (err < 0)
		return err;
	r->name = ret->name;
	err = ob_reader_text(r, meta, "namespace", OB_READER_LABEL_LEN,
			     &ret->namespace);
	if (err == 0)
		err = ob_reader_text(r, meta, "uid", OB_READER_UID_LEN,
				     &ret->uid);
	if (err == 0)
		err = ob_reader_is_set(r, meta, "deletionTimestamp",
				       &ret->deleting);
	return err;
}
