// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub.h"
#include "octopus/config.h"

#define MAX_WORDS 16

struct script {
	struct script_place at;
	FILE *file;
	char line[4096];
	struct ob_arena *arena; /* of the scenario */
	struct model model;
	struct hub hub;
	struct ob_config_file *config;
	struct ob_desired desired; /* of the last plan */
};

void script_fail(const struct script_place *at, const char *format, ...)
{
	va_list args;

	/* fail_msg() would cut a plan short. */
	fprintf(stderr, "%s:%u: ", at->path, at->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	fail();
	abort();
}

/* Without newline and comment. False at the end of the file. */
static bool next_line(struct script *s)
{
	if (!fgets(s->line, sizeof(s->line), s->file))
		return false;
	s->at.line++;
	s->line[strcspn(s->line, "\n")] = '\0';
	return true;
}

/* @NAME becomes the key of that name. */
static void put_with_keys(FILE *out, const char *line)
{
	for (const char *at; (at = strchr(line, '@')); line = at) {
		struct ob_key key;
		char text[OB_KEY_STRLEN], name[32];
		size_t n = strcspn(at + 1, " ,}\n");

		snprintf(name, sizeof(name), "%.*s", (int)n, at + 1);
		key = model_key(name);
		fprintf(out, "%.*s%s", (int)(at - line), line,
			ob_key_format(&key, text, sizeof(text)));
		at += n + 1;
	}
	fprintf(out, "%s\n", line);
}

/* The lines up to "}", without their tab. */
static char *read_block(struct script *s)
{
	struct script_place start = s->at;
	_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (;;) {
		if (!next_line(s)) {
			fclose(out);
			script_fail(&start, "this block has no end");
		}
		if (!strcmp(s->line, "}"))
			break;
		put_with_keys(out, s->line + (s->line[0] == '\t'));
	}
	fclose(out);
	return ob_arena_strdup(s->arena, text);
}

static void do_config(struct script *s)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *config = NULL;
	const char *text = read_block(s);

	if (ob_config_parse("config", text, strlen(text), &config, &status) < 0)
		script_fail(&s->at, "%s", status.message);
	ob_config_freep(&s->config);
	s->config = config;
	s->model.device = config->network.device;
}

static const struct ob_network *network(struct script *s)
{
	if (!s->config->hub)
		return &s->config->network;
	return hub_network(&s->hub, s->config, &s->model.public_key);
}

static const char *plan(struct script *s, struct ob_plan *ret)
{
	const struct ob_network *net;
	struct ob_actual actual;
	struct ob_facts facts;

	if (!s->config)
		script_fail(&s->at, "a plan before the first config");
	ob_plan_init(ret, s->arena);
	net = network(s);
	/* Whatever the kernel has stays. */
	if (!net)
		return "";
	model_observe(&s->model, s->arena, net, &actual, &facts);
	ob_desired_compute(s->arena, net, &facts, &s->desired);
	ob_diff(&s->desired, &actual, &model_appliers, ret);
	return ob_plan_format(ret);
}

static void expect_nothing(struct script *s, const char *who)
{
	struct ob_plan again;
	const char *text = plan(s, &again);

	if (text[0])
		script_fail(&s->at, "%s wants to do more:\n%s", who, text);
}

/* Only the kernel remembers; what services there are it has yet to hear. */
static void expect_nothing_anew(struct script *s)
{
	bool known = s->model.services_known;

	model_restart(&s->model);
	s->model.services_known = false;
	expect_nothing(s, "a new process");
	s->model.services_known = known;
}

static void do_plan(struct script *s)
{
	const char *want = read_block(s);
	struct ob_plan_result result;
	struct ob_plan p;
	const char *have = plan(s, &p);

	if (strcmp(want, have) != 0)
		script_fail(&s->at, "the plan is another one:\n%s", have);
	s->model.refusal[0] = '\0';
	ob_plan_apply(&p, &s->model, &result);
	if (result.failed)
		script_fail(&s->at, "refused: %s", s->model.refusal);
	expect_nothing(s, "a second pass");
	expect_nothing_anew(s);
}

static void do_judgements(struct script *s)
{
	const char *want = read_block(s), *have = hub_judgements(&s->hub);

	if (strcmp(want, have) != 0)
		script_fail(&s->at, "the judgements are others:\n%s", have);
}

static void do_conditions(struct script *s)
{
	const char *want = read_block(s), *have = "";

	for (size_t i = 0; i < s->desired.conditions.n; i++)
		have = ob_arena_printf(s->arena, "%s%s\n", have,
				       s->desired.conditions.v[i].reason);
	if (strcmp(want, have) != 0)
		script_fail(&s->at, "the conditions are others:\n%s", have);
}

static void do_event(struct script *s)
{
	char *words[MAX_WORDS], *save = NULL;
	size_t n = 0;

	for (char *w = strtok_r(s->line, " \t", &save); w && n < MAX_WORDS;
	     w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	if (!hub_do(&s->at, &s->hub, words, n))
		script_do(&s->at, &s->model, words, n);
}

static void do_line(struct script *s)
{
	if (s->line[0] == '\0' || s->line[0] == '#')
		return;
	if (!strcmp(s->line, "config {"))
		do_config(s);
	else if (!strcmp(s->line, "plan {"))
		do_plan(s);
	else if (!strcmp(s->line, "hub {"))
		hub_configure(&s->at, &s->hub, read_block(s));
	else if (!strcmp(s->line, "judgements {"))
		do_judgements(s);
	else if (!strcmp(s->line, "conditions {"))
		do_conditions(s);
	else
		do_event(s);
}

void script_run(const char *path)
{
	struct script s = { .at = { path, 0 } };

	s.file = fopen(path, "re");
	if (!s.file)
		script_fail(&s.at, "cannot be read");
	s.arena = ob_arena_new();
	model_init(&s.model, s.arena);
	hub_init(&s.hub, s.arena);
	while (next_line(&s))
		do_line(&s);
	fclose(s.file);
	ob_config_freep(&s.config);
	hub_done(&s.hub);
	ob_told_done(&s.model.told);
	ob_arena_free(s.arena);
}
