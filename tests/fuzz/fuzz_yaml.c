// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes: a tree that keeps its promises, or a status with a sentence.
 * base/yaml.h says what they are.
 */
#include "base/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key of the mapping leads to this very member: no other has it. */
static void check_key(const struct ob_yaml *mapping,
		      const struct ob_yaml *member)
{
	CHECK(member->key);
	/* Looking up each member of a large one would take its square. */
	if (mapping->n_children < 100)
		CHECK(ob_yaml_get(mapping, member->key) == member);
}

static void check_tree(const struct ob_yaml *node, int depth)
{
	size_t n = 0;

	CHECK(node->line > 0 && node->column > 0);
	CHECK((node->kind == OB_YAML_SCALAR) == (node->scalar != NULL));
	CHECK(node->kind == OB_YAML_SCALAR || depth < OB_YAML_MAX_DEPTH);
	for (const struct ob_yaml *c = node->children; c; c = c->next, n++) {
		if (node->kind == OB_YAML_MAPPING)
			check_key(node, c);
		else
			CHECK(!c->key);
		check_tree(c, depth + 1);
	}
	CHECK(n == node->n_children);
	CHECK(node->kind != OB_YAML_SCALAR || n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_yaml *root = NULL;
	int r;

	r = ob_yaml_parse(a, (const char *)data, size, &root, &status);
	if (r < 0) {
		CHECK(!root && status.reason && status.message[0]);
		return 0;
	}
	CHECK(!status.reason && root && !root->key && !root->next);
	check_tree(root, 0);
	return 0;
}
