// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void add_processor(cJSON *json)
{
	char line[256];
	FILE *f = fopen("/proc/cpuinfo", "re");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *value = strchr(line, ':');

		if (!value || strncmp(line, "model name", 10) != 0)
			continue;
		value[strcspn(value, "\n")] = '\0';
		cJSON_AddStringToObject(json, "processor", value + 2);
		break;
	}
	fclose(f);
}

cJSON *ob_json_new(const char *benchmark)
{
	cJSON *json = cJSON_CreateObject();
	struct utsname u = { .release = "?" };
	time_t now = time(NULL);
	char when[32];
	struct tm tm;

	uname(&u);
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	cJSON_AddStringToObject(json, "benchmark", benchmark);
	cJSON_AddStringToObject(json, "time", when);
	cJSON_AddStringToObject(json, "kernel", u.release);
	add_processor(json);
	cJSON_AddNumberToObject(json, "cpus",
				(double)sysconf(_SC_NPROCESSORS_ONLN));
	return json;
}

void ob_json_number(cJSON *object, const char *name, double v)
{
	if (isfinite(v))
		cJSON_AddNumberToObject(object, name, round(v * 1e3) / 1e3);
	else
		cJSON_AddNullToObject(object, name);
}

void ob_json_spread(cJSON *object, const char *name, struct ob_spread s)
{
	cJSON *o = cJSON_AddObjectToObject(object, name);

	ob_json_number(o, "median", s.median);
	ob_json_number(o, "min", s.min);
	ob_json_number(o, "max", s.max);
}

int ob_json_write(const struct ob_options *o, const char *benchmark,
		  const cJSON *json)
{
	_free_ char *text = cJSON_Print(json);
	char path[4096];
	FILE *f;
	int r;

	snprintf(path, sizeof(path), "%s/%s.json", o->results, benchmark);
	if (o->json)
		snprintf(path, sizeof(path), "%s", o->json);
	else
		mkdir(o->results, 0777);
	f = fopen(path, "we");
	if (!f || !text) {
		r = f ? -ENOMEM : -errno;
		fprintf(stderr, "obbench: %s: %s\n", path, strerror(-r));
		if (f)
			fclose(f);
		return r;
	}
	fprintf(f, "%s\n", text);
	if (fclose(f))
		return -errno;
	printf("\nResults: %s\n", path);
	return 0;
}
