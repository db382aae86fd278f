// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = ob_arena_new();
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(*state);
	return 0;
}

static const struct ob_yaml *parse(void **state, const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_yaml *root = NULL;
	int r;

	r = ob_yaml_parse(*state, text, strlen(text), &root, &status);
	if (r < 0)
		print_error("%s\n", status.message);
	assert_int_equal(r, 0);
	return root;
}

static void assert_refused_n(void **state, const char *text, size_t size,
			     const char *message)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_yaml *root = NULL;

	assert_int_equal(ob_yaml_parse(*state, text, size, &root, &status),
			 -EINVAL);
	assert_null(root);
	assert_string_equal(status.reason, "InvalidYAML");
	assert_string_equal(status.message, message);
}

static void assert_refused(void **state, const char *text, const char *message)
{
	assert_refused_n(state, text, strlen(text), message);
}

static void assert_at(const struct ob_yaml *node, unsigned int line,
		      unsigned int column)
{
	assert_non_null(node);
	assert_int_equal(node->line, line);
	assert_int_equal(node->column, column);
}

static void builds_the_tree_in_order(void **state)
{
	const struct ob_yaml *root =
		parse(state, "a: x\nb: [1, 2]\nc: {d: }\n");
	const struct ob_yaml *b = ob_yaml_get(root, "b");

	assert_int_equal(root->kind, OB_YAML_MAPPING);
	assert_int_equal(root->n_children, 3);
	assert_string_equal(root->children->key, "a");
	assert_string_equal(root->children->scalar, "x");
	assert_int_equal(b->kind, OB_YAML_SEQUENCE);
	assert_int_equal(b->n_children, 2);
	assert_string_equal(b->children->scalar, "1");
	assert_string_equal(b->children->next->scalar, "2");
	assert_null(b->children->next->next);
	assert_string_equal(b->next->children->key, "d");
	assert_string_equal(b->next->children->scalar, "");
}

static void remembers_where_things_stood(void **state)
{
	const struct ob_yaml *root =
		parse(state, "# top\nid: x\npeers:\n  - a: 1\n  - b\n");
	const struct ob_yaml *peers = ob_yaml_get(root, "peers");

	assert_at(root, 2, 1);
	assert_at(ob_yaml_get(root, "id"), 2, 1);
	assert_at(peers, 3, 1);
	assert_at(peers->children, 4, 5);
	assert_at(peers->children->children, 4, 5);
	assert_at(peers->children->next, 5, 5);
	assert_null(peers->children->next->key);
}

static void get_finds_members_of_mappings_only(void **state)
{
	const struct ob_yaml *root = parse(state, "a: [b]\n");

	assert_null(ob_yaml_get(root, "b"));
	assert_null(ob_yaml_get(ob_yaml_get(root, "a"), "b"));
	assert_null(ob_yaml_get(NULL, "a"));
}

static void reads_quoted_and_block_scalars(void **state)
{
	const struct ob_yaml *root =
		parse(state, "a: \"x\\ty\"\nb: 'it''s'\nc: |\n  1\n  2\n");

	assert_string_equal(ob_yaml_get(root, "a")->scalar, "x\ty");
	assert_string_equal(ob_yaml_get(root, "b")->scalar, "it's");
	assert_string_equal(ob_yaml_get(root, "c")->scalar, "1\n2\n");
}

static void accepts_a_byte_order_mark_and_explicit_ends(void **state)
{
	const struct ob_yaml *root =
		parse(state, "\xef\xbb\xbf---\na: b\n...\n");

	assert_string_equal(ob_yaml_get(root, "a")->scalar, "b");
}

static void refuses_duplicate_keys_where_they_stand(void **state)
{
	assert_refused(state, "port: 1\nx: 2\n\n  \nport: 3\nx: 4\n",
		       "5:1: duplicate key \"port\"");
	assert_refused(state, "a: {b: 1, \"b\": 2}",
		       "1:11: duplicate key \"b\"");
}

static void the_same_key_in_two_mappings_is_fine(void **state)
{
	const struct ob_yaml *root =
		parse(state, "- {id: a}\n- {id: a}\n- {id: {id: b}}");

	assert_int_equal(root->n_children, 3);
}

static void escapes_foreign_bytes_in_messages(void **state)
{
	assert_refused(state, "\"a\\n\\e\": 1\n\"a\\n\\e\": 2\n",
		       "2:1: duplicate key \"a\\n\\x1b\"");
}

static void refuses_aliases_anchors_and_tags(void **state)
{
	assert_refused(state, "a: &x 1\nb: *x\n",
		       "1:4: anchors are not supported");
	assert_refused(state, "a: [*x]\n", "1:5: aliases are not supported");
	assert_refused(state, "a: &x [1]", "1:4: anchors are not supported");
	assert_refused(state, "a: &x {b: 1}", "1:4: anchors are not supported");
	assert_refused(state, "a: !!int 1\n", "1:4: tags are not supported");
	assert_refused(state, "a: !x [1]\n", "1:4: tags are not supported");
	assert_refused(state, "!x {a: 1}\n", "1:1: tags are not supported");
	assert_refused(state, "!!str a: 1\n", "1:1: tags are not supported");
}

/* Also behind the only document, and behind every kind of line break. */
static void refuses_directives(void **state)
{
	assert_refused(state, "%YAML 1.1\n---\na: 1\n",
		       "1:1: directives are not supported");
	assert_refused(state, "a: 1\n...\n%TAG !a! b\n",
		       "3:1: directives are not supported");
	assert_refused(state, "\xef\xbb\xbf%YAML 1.1\n--- a\n",
		       "1:1: directives are not supported");
	assert_refused(state, "#\xe2\x80\xa8%TAG !a! b\n--- a",
		       "1:5: directives are not supported");
	assert_refused(state, "#\xc2\x85%TAG !a! b\n--- a",
		       "1:4: directives are not supported");
	assert_int_equal(parse(state, "a: 1%\nb: |\n  %\n")->n_children, 2);
}

static void refuses_keys_that_are_no_text(void **state)
{
	assert_refused(state, "? [a]\n: b\n", "1:3: a key must be plain text");
	assert_refused(state, "{a: 1}: b\n", "1:1: a key must be plain text");
}

static void refuses_empty_documents(void **state)
{
	assert_refused(state, "", "1:1: the document is empty");
	assert_refused(state, "\n# nothing\n", "1:1: the document is empty");
	assert_refused(state, "---\n...\n", "1:1: the document is empty");
}

static void refuses_a_second_document(void **state)
{
	assert_refused(state, "a: 1\n---\nb: 2\n",
		       "2:1: more than one document");
}

static void refuses_nul_bytes(void **state)
{
	assert_refused(state, "a: \"x\\0y\"\n",
		       "1:4: a value holds a NUL byte");
	assert_refused(state, "\"x\\0y\": a\n",
		       "1:1: a value holds a NUL byte");
	assert_refused_n(state, "a: b\nc: \0", 9,
			 "2:4: control characters are not allowed");
}

static void refuses_what_is_not_utf8(void **state)
{
	assert_refused(state, "a: b\nc: \xff\n",
		       "2:4: invalid leading UTF-8 octet");
	assert_refused_n(state,
			 "\xff\xfe"
			 "a\0",
			 4, "1:1: invalid leading UTF-8 octet");
}

static void says_where_syntax_is_wrong(void **state)
{
	assert_refused(state, "a: 1\n\tb: 2\n",
		       "2:1: found a tab character that "
		       "violates indentation");
	assert_refused(state, "a: [1, 2\nb: 3\n",
		       "2:2: did not find expected ',' or ']'");
}

static void limits_depth(void **state)
{
	char text[2 * OB_YAML_MAX_DEPTH + 4] = "";
	size_t n = OB_YAML_MAX_DEPTH;

	memset(text, '[', n);
	text[n] = '1';
	memset(text + n + 1, ']', n);
	assert_int_equal(parse(state, text)->n_children, 1);
	memset(text, '[', n + 1);
	assert_refused(state, text, "1:17: nested too deep");
}

static void limits_nodes(void **state)
{
	const size_t n = OB_YAML_MAX_NODES;
	char *text = ob_arena_alloc(*state, 2 * n + 4);

	text[0] = '[';
	for (size_t i = 0; i < n; i++) {
		text[1 + 2 * i] = '1';
		text[2 + 2 * i] = ',';
	}
	text[2 * n] = ']'; /* in place of the last comma: n values, 1 list */
	assert_refused(state, text,
		       "1:400000: too many values in one document");
	text[2 * n - 2] = ']';
	text[2 * n - 1] = '\0';
	assert_int_equal(parse(state, text)->n_children, n - 1);
}

static void limits_bytes(void **state)
{
	const size_t n = (size_t)OB_YAML_MAX_BYTES + 1;
	char *text = ob_arena_alloc(*state, n);

	memset(text, ' ', n);
	assert_refused_n(
		state, text, n,
		"1:1: the document has 4194305 bytes, 4194304 at most");
}

/* Comparing each key with each other one would take minutes. */
static void finds_one_duplicate_among_many_keys(void **state)
{
	const size_t n = 90000;
	char *text = ob_arena_alloc(*state, n * 12 + 16);
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, 12, "k%06zu: 1\n", i);
	assert_int_equal(parse(state, text)->n_children, n);
	memcpy(text + len, "k000000: 1\n", 12);
	assert_refused(state, text, "90001:1: duplicate key \"k000000\"");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(builds_the_tree_in_order),
		T(remembers_where_things_stood),
		T(get_finds_members_of_mappings_only),
		T(reads_quoted_and_block_scalars),
		T(accepts_a_byte_order_mark_and_explicit_ends),
		T(refuses_duplicate_keys_where_they_stand),
		T(the_same_key_in_two_mappings_is_fine),
		T(escapes_foreign_bytes_in_messages),
		T(refuses_aliases_anchors_and_tags),
		T(refuses_directives),
		T(refuses_keys_that_are_no_text),
		T(refuses_empty_documents),
		T(refuses_a_second_document),
		T(refuses_nul_bytes),
		T(refuses_what_is_not_utf8),
		T(says_where_syntax_is_wrong),
		T(limits_depth),
		T(limits_nodes),
		T(limits_bytes),
		T(finds_one_duplicate_among_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
