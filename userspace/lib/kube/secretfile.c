// SPDX-License-Identifier: Apache-2.0
#include "kube/secretfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define REASON	  "InvalidFile"
#define FIRST_LEN 4096

void ob_kube_secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

/* realloc() would leave a copy behind. */
static int grow(char **buf, size_t len, size_t *room)
{
	size_t more = *room ? *room * 4 : FIRST_LEN;
	char *bigger = malloc(more + 1);

	if (!bigger)
		return -ENOMEM;
	if (len)
		memcpy(bigger, *buf, len);
	if (*buf)
		explicit_bzero(*buf, len);
	free(*buf);
	*buf = bigger;
	(*buf)[len] = '\0';
	*room = more;
	return 0;
}

static ssize_t read_all(int fd, char **buf)
{
	size_t len = 0, room = 0;
	ssize_t n;
	int r;

	do {
		r = grow(buf, len, &room);
		if (r < 0)
			return r;
		n = ob_file_read(fd, *buf + len, room - len);
		if (n < 0)
			return n;
		len += (size_t)n;
		(*buf)[len] = '\0';
	} while (len == room && len <= OB_KUBE_FILE_MAX);
	return len > OB_KUBE_FILE_MAX ? -EFBIG : (ssize_t)len;
}

int ob_kube_file_read(const char *path, char **ret, size_t *ret_size,
		      struct ob_status *status)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_(ob_kube_secret_freep) char *buf = NULL;
	ssize_t n;

	if (fd < 0)
		return ob_status_set(status, errno, REASON, "%s: %s", path,
				     strerror(errno));
	n = read_all(fd, &buf);
	if (n < 0)
		return ob_status_set(status, (int)-n, REASON, "%s: %s", path,
				     strerror((int)-n));
	if (memchr(buf, '\0', (size_t)n))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: holds a NUL byte", path);
	*ret = TAKE_PTR(buf);
	if (ret_size)
		*ret_size = (size_t)n;
	return 0;
}

int ob_kube_token_check(const char *token)
{
	for (const char *c = token; *c; c++)
		if (*c <= ' ' || *c > '~')
			return -EINVAL;
	return *token ? 0 : -EINVAL;
}

int ob_kube_token_read(const char *path, char **ret, struct ob_status *status)
{
	_cleanup_(ob_kube_secret_freep) char *token = NULL;
	size_t size = 0;
	int r = ob_kube_file_read(path, &token, &size, status);

	if (r < 0 || !token)
		return r;
	while (size > 0 && strchr(" \t\r\n", token[size - 1]))
		token[--size] = '\0';
	if (ob_kube_token_check(token) < 0)
		return ob_status_set(status, EINVAL, REASON, "%s: %s", path,
				     *token ? "is no bearer token: it has "
					      "spaces or other characters that "
					      "a header cannot have"
					    : "is empty");
	*ret = TAKE_PTR(token);
	return 0;
}
