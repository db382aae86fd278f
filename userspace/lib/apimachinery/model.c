// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/model.h"

#include <string.h>

const struct ob_api_model *ob_api_model_at(size_t i)
{
	if (i < ob_api_models_apps_n)
		return &ob_api_models_apps[i];
	i -= ob_api_models_apps_n;
	if (i < ob_api_models_pod_n)
		return &ob_api_models_pod[i];
	i -= ob_api_models_pod_n;
	return i < ob_api_models_other_n ? &ob_api_models_other[i] : NULL;
}

bool ob_api_text_is(struct ob_api_text t, const char *s)
{
	return t.s && strlen(s) == t.n && !memcmp(t.s, s, t.n);
}

const char *ob_api_text_copy(struct ob_arena *a, struct ob_api_text t)
{
	return ob_arena_printf(a, "%.*s", (int)t.n, t.s ? t.s : "");
}

const struct ob_api_model *ob_api_model_find(struct ob_api_text name)
{
	const struct ob_api_model *m;

	for (size_t i = 0; (m = ob_api_model_at(i)); i++)
		if (ob_api_text_is(name, m->name))
			return m;
	return NULL;
}

const struct ob_api_model *ob_api_model_of(const char *group, const char *kind)
{
	if (!strcmp(group, "events.k8s.io") && !strcmp(kind, "Event"))
		kind = "events.Event";
	return ob_api_model_find((struct ob_api_text){ kind, strlen(kind) });
}

static struct ob_api_text take_word(const char **s)
{
	struct ob_api_text word;

	*s += strspn(*s, " ");
	word = (struct ob_api_text){ *s, strcspn(*s, " ;") };
	*s += word.n;
	return word;
}

static bool take_prefix(struct ob_api_text *word, const char *prefix)
{
	size_t n = strlen(prefix);

	if (word->n < n || memcmp(word->s, prefix, n) != 0)
		return false;
	word->s += n;
	word->n -= n;
	return true;
}

static void read_option(struct ob_api_text word, struct ob_api_field *f)
{
	if (ob_api_text_is(word, "retain"))
		f->retain = true;
	else if (take_prefix(&word, "merge:"))
		f->merge = word;
	else if (take_prefix(&word, "="))
		f->fallback = word;
	else
		f->list = word;
}

bool ob_api_field_next(const char **line, struct ob_api_field *ret)
{
	struct ob_api_text word = take_word(line);

	*ret = (struct ob_api_field){ .name = word };
	if (!word.n)
		return false;
	ret->required = word.s[word.n - 1] == '!';
	ret->name.n -= ret->required;
	ret->type = take_word(line);
	while (**line == ' ')
		read_option(take_word(line), ret);
	*line += **line == ';';
	return true;
}

bool ob_api_field_find(const struct ob_api_model *m, const char *name,
		       struct ob_api_field *ret)
{
	const char *line = m->fields;

	while (ob_api_field_next(&line, ret))
		if (ob_api_text_is(ret->name, name))
			return true;
	return false;
}
