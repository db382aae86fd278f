// SPDX-License-Identifier: Apache-2.0
#include "model/condition.h"

#include <errno.h>

#include "base/timestamp.h"

#define REASON_LEN  257 /* of MCS, reasons joined by commas */
#define MESSAGE_LEN 4096

int ob_condition_read(const struct ob_reader *r, const cJSON *item,
		      struct ob_peer_condition *ret)
{
	int err = ob_reader_text(r, item, "type", REASON_LEN, &ret->type);

	if (err == 0)
		err = ob_reader_text(r, item, "status", REASON_LEN,
				     &ret->status);
	if (err == 0)
		err = ob_reader_text(r, item, "reason", REASON_LEN,
				     &ret->reason);
	if (err == 0)
		err = ob_reader_text(r, item, "message", MESSAGE_LEN,
				     &ret->message);
	if (err == 0)
		err = ob_reader_time(r, item, "lastTransitionTime",
				     &ret->changed_s);
	if (err == 0)
		err = ob_reader_int(r, item, "observedGeneration", 0, INT64_MAX,
				    &ret->generation);
	if (err == 0 && !ret->type[0])
		err = ob_reader_refuse(r, "type", "is missing");
	return err;
}

int ob_conditions_read(const struct ob_reader *r, const cJSON *status,
		       struct ob_peer_condition **ret, size_t *ret_n)
{
	struct ob_reader in = *r;
	const cJSON *list, *item;
	struct ob_peer_condition *v;
	size_t n, i = 0;
	int err = ob_reader_list(r, status, "conditions",
				 OB_PEER_MAX_CONDITIONS, &list, &n);

	if (err < 0)
		return err;
	v = ob_arena_array(in.arena, n, sizeof(*v));
	cJSON_ArrayForEach(item, list)
	{
		in.where = ob_arena_printf(in.arena, "%s.conditions[%zu]",
					   r->where, i);
		err = ob_condition_read(&in, item, &v[i++]);
		if (err < 0)
			return err;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

cJSON *ob_conditions_encode(struct ob_arena *a,
			    const struct ob_peer_condition *v, size_t n)
{
	cJSON *list = ob_json_array(a);

	for (size_t i = 0; i < n; i++) {
		const struct ob_peer_condition *c = &v[i];
		char buf[OB_TIMESTAMP_STRLEN];
		cJSON *o = ob_json_object(a);

		ob_json_set_string(a, o, "type", c->type);
		ob_json_set_string(a, o, "status", c->status);
		ob_json_set_string(a, o, "reason", c->reason);
		ob_json_set_string(a, o, "message", c->message);
		ob_json_set_string(
			a, o, "lastTransitionTime",
			ob_timestamp_format(c->changed_s, buf, sizeof(buf)));
		ob_json_set_number(a, o, "observedGeneration",
				   (double)c->generation);
		ob_json_append(a, list, o);
	}
	return list;
}
