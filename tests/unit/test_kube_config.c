// SPDX-License-Identifier: Apache-2.0
#include "kube/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define CERT_TEXT                                                              \
	"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
#define KEY_TEXT                                                               \
	"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
/* The same two in base64. */
#define CERT_DATA                                                              \
	"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUN"  \
	"BVEUtLS0tLQo="
#define KEY_DATA                                                               \
	"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCkFBPT0KLS0tLS1FTkQgUFJJVkFURSB"  \
	"LRVktLS0tLQo="

#define CONTEXTS                                                               \
	"apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts:\n"        \
	"- name: a\n  context: {cluster: c, user: u, namespace: ns}\n"         \
	"- name: b\n  context: {cluster: c, user: missing}\n"
#define CLUSTER(more)                                                          \
	"clusters:\n- name: c\n  cluster:\n"                                   \
	"    server: https://192.0.2.1:6443/\n" more
#define USER(more) "users:\n- name: u\n  user:\n" more

static int parse(const char *text, const char *context,
		 struct ob_kube_config **ret, struct ob_status *status)
{
	return ob_kube_config_parse("f.yaml", text, strlen(text), "/nowhere",
				    context, ret, status);
}

static struct ob_kube_config *accept(const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *c = NULL;
	int r = parse(text, NULL, &c, &status);

	if (r < 0)
		print_error("%s\n", status.message);
	assert_int_equal(r, 0);
	return c;
}

static void refuse(const char *text, const char *sentence)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *c = NULL;

	assert_true(parse(text, NULL, &c, &status) < 0);
	assert_null(c);
	assert_non_null(status.reason);
	if (!strstr(status.message, sentence))
		print_error("%s\n", status.message);
	assert_non_null(strstr(status.message, sentence));
	assert_int_equal(strncmp(status.message, "f.yaml", 6), 0);
}

static void reads_data_and_token(void **state)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = accept(
		CONTEXTS CLUSTER("    certificate-authority-data: " CERT_DATA
				 "\n    tls-server-name: api.example\n")
			USER("    token: abc\n"));

	(void)state;
	assert_string_equal(c->server, "https://192.0.2.1:6443");
	assert_string_equal(c->ca_pem, CERT_TEXT);
	assert_string_equal(c->token, "abc");
	assert_string_equal(c->namespace, "ns");
	assert_string_equal(c->tls_server_name, "api.example");
}

static void reads_a_client_certificate(void **state)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c =
		accept(CONTEXTS CLUSTER("")
			       USER("    client-certificate-data: " CERT_DATA
				    "\n    client-key-data: " KEY_DATA "\n"));

	(void)state;
	assert_string_equal(c->cert_pem, CERT_TEXT);
	assert_string_equal(c->key_pem, KEY_TEXT);
	assert_null(c->token);
}

static void reads_json(void **state)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = accept(
		"{\"current-context\": \"a\", \"contexts\": [{\"name\": \"a\","
		"\"context\": {\"cluster\": \"c\"}}], \"clusters\": [{"
		"\"name\": \"c\", \"cluster\": {\"server\": "
		"\"https://api.example\"}}]}");

	(void)state;
	assert_string_equal(c->server, "https://api.example");
	assert_string_equal(c->namespace, "default");
}

static void finds_files_beside_the_kubeconfig(void **state)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c =
		accept(CONTEXTS CLUSTER("") USER("    tokenFile: t/token\n"));

	(void)state;
	assert_string_equal(c->token_file, "/nowhere/t/token");
	refuse(CONTEXTS CLUSTER("    certificate-authority: ca.crt\n")
		       USER("    token: abc\n"),
	       "f.yaml");
}

static void refuses_what_it_does_not_do(void **state)
{
	(void)state;
	refuse(CONTEXTS CLUSTER("    insecure-skip-tls-verify: true\n")
		       USER("    token: abc\n"),
	       "insecure-skip-tls-verify: is not supported");
	refuse(CONTEXTS CLUSTER("    proxy-url: http://p\n")
		       USER("    token: abc\n"),
	       "proxy-url");
	refuse(CONTEXTS CLUSTER("") USER("    exec: {command: aws}\n"),
	       "exec: credential plugins");
	refuse(CONTEXTS CLUSTER("") USER("    auth-provider: {name: gcp}\n"),
	       "auth-provider: credential plugins");
	refuse(CONTEXTS CLUSTER("") USER("    username: admin\n"), "username");
	refuse(CONTEXTS CLUSTER("") USER("    token: x\n    as: root\n"),
	       "impersonation");
}

static void names_what_is_missing(void **state)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *c = NULL;

	(void)state;
	refuse("contexts: []\n", "current-context is not set");
	refuse("current-context: x\ncontexts: []\n", "none named \"x\"");
	refuse(CONTEXTS, "clusters: there is none named \"c\"");
	refuse(CONTEXTS CLUSTER(""), "users: there is none named \"u\"");
	refuse(CONTEXTS "clusters:\n- {name: c, cluster: {a: b}}\n",
	       "has no server");
	assert_true(parse(CONTEXTS CLUSTER("") USER("    token: x\n"), "b", &c,
			  &status) < 0);
	assert_non_null(strstr(status.message, "\"missing\""));
}

static void refuses_values_that_cannot_be(void **state)
{
	(void)state;
	refuse(CONTEXTS CLUSTER("") USER("    client-key-data: '*'\n"),
	       "client-key-data: is no base64");
	refuse(CONTEXTS CLUSTER("") USER("    client-key-data: " KEY_DATA "\n"),
	       "only the second is there");
	refuse(CONTEXTS CLUSTER("    certificate-authority-data: QUJD\n")
		       USER("    token: x\n"),
	       "holds no certificate");
	refuse(CONTEXTS CLUSTER("") USER("    token: \"a b\"\n"), "spaces");
	refuse(CONTEXTS CLUSTER("") USER("    token: [a]\n"), "must be text");
	refuse("[a, b]\n", "is no kubeconfig");
	refuse("a: [\n", "f.yaml:");
}

static void refuse_server(const char *server)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *c = NULL;

	assert_int_equal(ob_kube_config_new(server, NULL, NULL, &c, &status),
			 -EINVAL);
	assert_non_null(strstr(status.message, "server"));
}

static void refuses_servers_that_cannot_be(void **state)
{
	static const char *const servers[] = {
		"",
		"192.0.2.1:6443",
		"ftp://a",
		"https://",
		"https://user:secret@a",
		"https://a?b",
		"https://a#b",
		"https://a:0",
		"https://a:99999",
		"https://a:x",
		"https://a:",
		"https://[::1",
		"https://a b",
		"https://a\nb",
		"https://a/b c",
		"http://api.example",
		"http://127.0.0.1.evil.example",
		"http://192.0.2.1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++)
		refuse_server(servers[i]);
}

static void takes_servers_as_people_write_them(void **state)
{
	static const char *const servers[][2] = {
		{ "https://a", "https://a" },
		{ "https://a/", "https://a" },
		{ "HTTPS://A:1//", "HTTPS://A:1" },
		{ "https://[2001:db8::1]:6443", "https://[2001:db8::1]:6443" },
		{ "https://a/k8s/c", "https://a/k8s/c" },
		{ "http://127.0.0.1:8001", "http://127.0.0.1:8001" },
		{ "http://[::1]:8001", "http://[::1]:8001" },
		{ "http://localhost", "http://localhost" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++) {
		_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;

		assert_int_equal(
			ob_kube_config_new(servers[i][0], NULL, NULL, &c, NULL),
			0);
		assert_string_equal(c->server, servers[i][1]);
	}
}

static void sends_no_secret_in_the_clear(void **state)
{
	(void)state;
	refuse(CONTEXTS "clusters:\n- name: c\n  cluster: {server: "
			"'http://127.0.0.1:1'}\n" USER("    token: x\n"),
	       "over https only");
}

struct pod {
	char root[64], path[256];
};

static void put(struct pod *p, const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->path, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int pod_setup(void **state)
{
	static const char *const parts[] = { "/var", "/run", "/secrets",
					     "/kubernetes.io",
					     "/serviceaccount" };
	struct pod *p = calloc(1, sizeof(*p));

	snprintf(p->root, sizeof(p->root), "/tmp/ob-kube-XXXXXX");
	if (!mkdtemp(p->root))
		return -1;
	snprintf(p->path, sizeof(p->path), "%s", p->root);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t len = strlen(p->path);

		snprintf(p->path + len, sizeof(p->path) - len, "%s", parts[i]);
		if (mkdir(p->path, 0700) < 0)
			return -1;
	}
	setenv("KUBERNETES_SERVICE_HOST", "2001:db8::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	put(p, "ca.crt", CERT_TEXT);
	put(p, "token", "abc\n");
	put(p, "namespace", "octopus-system");
	*state = p;
	return 0;
}

static int pod_teardown(void **state)
{
	static const char *const names[] = { "ca.crt", "token", "namespace" };
	struct pod *p = *state;
	char path[512];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->path, names[i]);
		unlink(path);
	}
	while (strlen(p->path) >= strlen(p->root)) {
		rmdir(p->path);
		*strrchr(p->path, '/') = '\0';
	}
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	free(p);
	return 0;
}

static void knows_that_it_is_in_a_pod(void **state)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct pod *p = *state;

	assert_int_equal(ob_kube_config_in_cluster(p->root, &c, &status), 0);
	assert_string_equal(c->server, "https://[2001:db8::1]:443");
	assert_string_equal(c->namespace, "octopus-system");
	assert_string_equal(c->ca_pem, CERT_TEXT);
	assert_null(c->token);
	assert_non_null(strstr(c->token_file, "serviceaccount/token"));
}

static void knows_that_it_is_in_no_pod(void **state)
{
	struct ob_kube_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	unsetenv("KUBERNETES_SERVICE_HOST");
	assert_int_equal(ob_kube_config_in_cluster("", &c, &status), -ENOENT);
	assert_non_null(strstr(status.message, "not in a pod"));
}

static void names_files_that_are_wrong(void **state)
{
	struct ob_kube_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct pod *p = *state;

	put(p, "token", "two words");
	assert_int_equal(ob_kube_config_in_cluster(p->root, &c, &status),
			 -EINVAL);
	assert_non_null(strstr(status.message, "/token: is no bearer token"));
	assert_null(strstr(status.message, "two words"));
	put(p, "token", "\n");
	assert_int_equal(ob_kube_config_in_cluster(p->root, &c, &status),
			 -EINVAL);
	put(p, "ca.crt", "hello");
	assert_int_equal(ob_kube_config_in_cluster(p->root, &c, &status),
			 -EINVAL);
	assert_non_null(strstr(status.message, "/ca.crt: holds no"));
	assert_int_equal(ob_kube_config_new("https://a", "/nowhere/ca", NULL,
					    &c, &status),
			 -ENOENT);
	assert_non_null(strstr(status.message, "/nowhere/ca"));
}

#define POD_TEST(f) cmocka_unit_test_setup_teardown(f, pod_setup, pod_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_data_and_token),
		cmocka_unit_test(reads_a_client_certificate),
		cmocka_unit_test(reads_json),
		cmocka_unit_test(finds_files_beside_the_kubeconfig),
		cmocka_unit_test(refuses_what_it_does_not_do),
		cmocka_unit_test(names_what_is_missing),
		cmocka_unit_test(refuses_values_that_cannot_be),
		cmocka_unit_test(refuses_servers_that_cannot_be),
		cmocka_unit_test(takes_servers_as_people_write_them),
		cmocka_unit_test(sends_no_secret_in_the_clear),
		POD_TEST(knows_that_it_is_in_a_pod),
		POD_TEST(knows_that_it_is_in_no_pod),
		POD_TEST(names_files_that_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
