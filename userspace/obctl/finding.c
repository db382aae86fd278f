// SPDX-License-Identifier: Apache-2.0
#include "obctl/finding.h"

#include <stdarg.h>
#include <string.h>

#define CHECK_WIDTH 15

static const char *text_of(struct ob_arena *a, const char *format, va_list args)
{
	_free_ char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	return ob_arena_strdup(a, text ? text : "");
}

static struct ob_ctl_finding *add(struct ob_ctl_findings *out,
				  enum ob_ctl_level level, const char *fault,
				  const char *format, va_list args)
{
	struct ob_ctl_finding *finding = OB_PUSH(out->arena, out);

	finding->level = level;
	finding->check = out->check;
	finding->fault = fault;
	finding->found = text_of(out->arena, format, args);
	return finding;
}

void ob_ctl_good(struct ob_ctl_findings *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(out, OB_CTL_GOOD, NULL, format, args);
	va_end(args);
}

void ob_ctl_skip(struct ob_ctl_findings *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(out, OB_CTL_SKIPPED, NULL, format, args);
	va_end(args);
}

struct ob_ctl_finding *ob_ctl_warn(struct ob_ctl_findings *out,
				   const char *fault, const char *format, ...)
{
	struct ob_ctl_finding *finding;
	va_list args;

	va_start(args, format);
	finding = add(out, OB_CTL_WARNING, fault, format, args);
	va_end(args);
	return finding;
}

struct ob_ctl_finding *ob_ctl_broken(struct ob_ctl_findings *out,
				     const char *fault, const char *format, ...)
{
	struct ob_ctl_finding *finding;
	va_list args;

	va_start(args, format);
	finding = add(out, OB_CTL_BROKEN, fault, format, args);
	va_end(args);
	return finding;
}

void ob_ctl_fix(struct ob_ctl_findings *out, struct ob_ctl_finding *finding,
		const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding->fix = text_of(out->arena, format, args);
	va_end(args);
}

bool ob_ctl_findings_has(const struct ob_ctl_findings *list, const char *fault)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].fault && !strcmp(list->v[i].fault, fault))
			return true;
	}
	return false;
}

const struct ob_ctl_finding *
ob_ctl_findings_first(const struct ob_ctl_findings *list)
{
	const struct ob_ctl_finding *aside = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct ob_ctl_finding *finding = &list->v[i];

		if (finding->level != OB_CTL_BROKEN)
			continue;
		if (!finding->aside)
			return finding;
		if (!aside)
			aside = finding;
	}
	return aside;
}

static const char *mark_of(enum ob_ctl_level level, bool utf8)
{
	switch (level) {
	case OB_CTL_GOOD:
		return utf8 ? "✓" : "ok  ";
	case OB_CTL_SKIPPED:
		return utf8 ? "–" : "-   ";
	case OB_CTL_WARNING:
		return utf8 ? "⚠" : "warn";
	case OB_CTL_BROKEN:
		return utf8 ? "✗" : "FAIL";
	}
	return "?";
}

static void print_verdict(const struct ob_ctl_findings *list, FILE *out)
{
	const struct ob_ctl_finding *first = ob_ctl_findings_first(list);
	size_t broken = 0, warnings = 0;

	for (size_t i = 0; i < list->n; i++) {
		broken += list->v[i].level == OB_CTL_BROKEN;
		warnings += list->v[i].level == OB_CTL_WARNING;
	}
	if (!first) {
		fprintf(out, "\nNothing is broken");
		if (warnings)
			fprintf(out, "; %zu thing%s to look at", warnings,
				warnings == 1 ? "" : "s");
		fputs(".\n", out);
		return;
	}
	fprintf(out, "\nFirst broken: %s: %s.\n", first->check, first->found);
	if (first->fix)
		fprintf(out, "Fix: %s.\n", first->fix);
	if (broken > 1)
		fprintf(out, "Then run this again: %zu more.\n", broken - 1);
}

void ob_ctl_findings_print(const struct ob_ctl_findings *list, bool utf8,
			   FILE *out)
{
	const int indent = (utf8 ? 1 : 4) + 1 + CHECK_WIDTH + 1;

	for (size_t i = 0; i < list->n; i++) {
		const struct ob_ctl_finding *finding = &list->v[i];

		fprintf(out, "%s %-*s %s\n", mark_of(finding->level, utf8),
			CHECK_WIDTH, finding->check, finding->found);
		if (finding->fix)
			fprintf(out, "%*s%s %s\n", indent, "",
				utf8 ? "→" : "->", finding->fix);
	}
	print_verdict(list, out);
}

static const char *level_name(enum ob_ctl_level level)
{
	switch (level) {
	case OB_CTL_GOOD:
		return "ok";
	case OB_CTL_SKIPPED:
		return "skipped";
	case OB_CTL_WARNING:
		return "warning";
	case OB_CTL_BROKEN:
		return "broken";
	}
	return "unknown";
}

static cJSON *finding_json(const struct ob_ctl_finding *finding,
			   struct ob_arena *a)
{
	cJSON *object = ob_json_object(a);

	ob_ctl_json_string(a, object, "check", finding->check);
	ob_ctl_json_string(a, object, "level", level_name(finding->level));
	ob_ctl_json_string(a, object, "fault", finding->fault);
	ob_ctl_json_string(a, object, "found", finding->found);
	ob_ctl_json_string(a, object, "fix", finding->fix);
	return object;
}

cJSON *ob_ctl_findings_json(const struct ob_ctl_findings *list,
			    struct ob_arena *a)
{
	const struct ob_ctl_finding *first = ob_ctl_findings_first(list);
	cJSON *object = ob_json_object(a);
	cJSON *checks;

	ob_ctl_json_bool(a, object, "ok", !first);
	ob_json_set(a, object, "first",
		    first ? finding_json(first, a) : ob_json_null_new(a));
	checks = ob_ctl_json_array(a, object, "checks");
	for (size_t i = 0; i < list->n; i++)
		ob_json_append(a, checks, finding_json(&list->v[i], a));
	return object;
}
