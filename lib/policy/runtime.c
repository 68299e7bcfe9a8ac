// SPDX-License-Identifier: Apache-2.0
/* runtime.c - docker, podman and containerd asked */
#include "policy/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "state/container_file.h"

#define ANSWER_MAX	4096	/* bytes that are read of what it says */
#define GRPC_HEAD	5	/* a flag and a length before each message */
#define GRPC_NOT_FOUND	5

struct answer {
	char text[ANSWER_MAX];
	size_t len;
	/* gRPC: how it ended, in headers behind the message */
	int grpc_status;
	char grpc_message[200];
};

/* What is asked for. */
struct question {
	const char *path;	/* of the socket */
	const char *url;
	struct slice body;
	struct curl_slist *headers;	/* gRPC if there are any */
	unsigned int timeout_ms;
	const atomic_bool *stop;
};

const char *runtime_name(enum runtime r)
{
	return r == RUNTIME_DOCKER ? "docker" : r == RUNTIME_PODMAN ? "podman" :
	       r == RUNTIME_CONTAINERD ? "containerd" : "the runtime";
}

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;
	size_t len = size * n, room = sizeof(a->text) - 1 - a->len;

	memcpy(a->text + a->len, bytes, len < room ? len : room);
	a->len += len < room ? len : room;
	return len;
}

static int is_stopped(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load((const atomic_bool *)arg);
}

/*
 * A user's own, which that user may have made lead anywhere: a descriptor of the socket that was looked
 * at. A negative errno.
 */
static int open_users(const struct target *t)
{
	struct container_reader reader;
	char dir[40];
	struct container_place at = { dir, t->runtime_uid };
	int fd = container_reader_init(&reader, NULL, NULL);

	if (fd < 0)
		return fd;
	snprintf(dir, sizeof(dir), "/run/user/%u", t->runtime_uid);
	fd = container_file_socket(&reader, &at,
				   t->runtime == RUNTIME_DOCKER ? "docker.sock" : "podman/podman.sock");
	container_reader_release(&reader);
	return fd;
}

/* *@ret_fd: what the path leads through, to be closed; or -1. */
static bool find_socket(const struct runtime_sockets *at, const struct target *t, char *path, size_t size,
			int *ret_fd)
{
	static const char *const usual[][2] = {
		[RUNTIME_DOCKER] = { "/run/docker.sock" },
		[RUNTIME_PODMAN] = { "/run/podman/podman.sock" },
		[RUNTIME_CONTAINERD] = { "/run/containerd/containerd.sock",
					 "/run/k3s/containerd/containerd.sock" },
	};
	const char *set[] = {
		[RUNTIME_DOCKER] = at->docker, [RUNTIME_PODMAN] = at->podman,
		[RUNTIME_CONTAINERD] = at->containerd,
	};
	struct stat st;

	*ret_fd = -1;
	if (t->runtime_uid) {
		*ret_fd = open_users(t);
		snprintf(path, size, "/proc/self/fd/%d", *ret_fd);
		return *ret_fd >= 0;
	}
	for (size_t i = 0; i < 2; i++) {
		const char *place = set[t->runtime] ? set[t->runtime] : usual[t->runtime][i];

		if (!place)
			break;
		snprintf(path, size, "%s", place);
		if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
			return true;
	}
	return false;
}

/* It goes into a URL, or a header. @more: what it may have beside letters and digits. */
static bool is_plain(const char *id, const char *more)
{
	for (const char *p = id; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(more, *p))
			return false;
	return *id;
}

/* {"message": "..."} of both. */
static void add_message(const struct answer *a, char *why, size_t size)
{
	json_t *o = json_loadb(a->text, a->len, 0, NULL);
	const char *text = json_string_value(json_object_get(o, "message"));
	size_t len = strlen(why);

	if (text)
		snprintf(why + len, size - len, ": %.150s", text);
	json_decref(o);
}

/* "grpc-status: 0": among the first headers where there is no message, else behind it. */
static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
	static const char status[] = "grpc-status:", message[] = "grpc-message:";
	struct answer *a = arg;
	char line[300];
	size_t len = size * n < sizeof(line) ? size * n : sizeof(line) - 1;

	memcpy(line, bytes, len);
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (strncasecmp(line, status, sizeof(status) - 1) == 0)
		a->grpc_status = atoi(line + sizeof(status) - 1);
	else if (strncasecmp(line, message, sizeof(message) - 1) == 0)
		snprintf(a->grpc_message, sizeof(a->grpc_message), ":%.190s", line + sizeof(message) - 1);
	return size * n;
}

static void set_up(CURL *c, const struct question *q, struct answer *a)
{
	unsigned int ms = q->timeout_ms;

	curl_easy_setopt(c, CURLOPT_URL, q->url);
	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, q->path);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)q->body.len);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.len ? q->body.ptr : "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(ms < 2000 ? ms : 2000));
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_stopped);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, (void *)q->stop);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
	if (q->headers) {
		curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, q->headers);
		curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
		curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
	}
}

static int perform(CURL *c, struct answer *a, const struct target *t, bool grpc, char *why, size_t size)
{
	CURLcode rc = curl_easy_perform(c);
	long status = 0;

	if (rc != CURLE_OK) {
		snprintf(why, size, "%s does not answer: %s", runtime_name(t->runtime),
			 curl_easy_strerror(rc));
		return rc == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO;
	}
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (grpc && status == 200) {
		if (a->grpc_status == 0)
			return 0;
		snprintf(why, size, "%s says %d%s", runtime_name(t->runtime), a->grpc_status, a->grpc_message);
		return a->grpc_status == GRPC_NOT_FOUND ? -ENOENT : -EIO;
	}
	/* 304: it was so already */
	if (status / 100 == 2 || status == 304)
		return 0;
	snprintf(why, size, "%s says %ld", runtime_name(t->runtime), status);
	a->text[a->len] = '\0';
	add_message(a, why, size);
	return status == 404 ? -ENOENT : status == 409 ? -EBUSY : -EIO;
}

static int ask(const struct question *q, const struct target *t, char *why, size_t size)
{
	struct answer a = { .grpc_status = -1 };
	CURL *c = curl_easy_init();
	int rc;

	if (!c) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	set_up(c, q, &a);
	rc = perform(c, &a, t, q->headers, why, size);
	curl_easy_cleanup(c);
	return rc;
}

/* Docker, and Podman as it. */
static int ask_json(struct question *q, const struct target *t, const char *verb, unsigned int grace_s,
		    char *why, size_t size)
{
	char url[256];

	snprintf(url, sizeof(url), "http://localhost/containers/%s/%s", t->container, verb);
	if (strcmp(verb, "stop") == 0)
		snprintf(url, sizeof(url), "http://localhost/containers/%s/stop?t=%u", t->container,
			 grace_s);
	q->url = url;
	return ask(q, t, why, size);
}

/* A call of containerd's tasks: the container's id is field 1 of its message. */
static int ask_containerd(struct question *q, const struct target *t, const char *verb, char *why,
			  size_t size)
{
	size_t len = strlen(t->container);
	char url[128], space[160], body[GRPC_HEAD + 2 + sizeof(t->container)] = "";
	const char *const headers[] = { "content-type: application/grpc", "te: trailers", space };
	int rc;

	_Static_assert(sizeof(t->container) <= 128, "its length is one byte");
	body[4] = (char)(2 + len);
	body[GRPC_HEAD] = 1 << 3 | 2;
	body[GRPC_HEAD + 1] = (char)len;
	memcpy(body + GRPC_HEAD + 2, t->container, len);
	q->body = (struct slice){ body, GRPC_HEAD + 2 + len };
	snprintf(url, sizeof(url), "http://localhost/containerd.services.tasks.v1.Tasks/%s",
		 strcmp(verb, "pause") == 0 ? "Pause" : "Resume");
	snprintf(space, sizeof(space), "containerd-namespace: %s", t->space);
	q->url = url;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct curl_slist *more = curl_slist_append(q->headers, headers[i]);

		if (!more) {
			curl_slist_free_all(q->headers);
			snprintf(why, size, "out of memory");
			return -ENOMEM;
		}
		q->headers = more;
	}
	rc = ask(q, t, why, size);
	curl_slist_free_all(q->headers);
	return rc;
}

/* What can be asked of it. containerd stops by a signal, as falcoc does. */
static bool has_api(const struct target *t, const char *verb)
{
	if (t->runtime == RUNTIME_CONTAINERD)
		return strcmp(verb, "stop") != 0 && *t->container && is_plain(t->space, "_.-");
	return t->runtime != RUNTIME_NONE && is_plain(t->container, "");
}

int runtime_ask(const struct runtime_sockets *at, const struct target *t, const char *verb,
		unsigned int grace_s, unsigned int timeout_ms, const atomic_bool *stop, char *why,
		size_t size)
{
	char path[128];
	struct question q = { .path = path, .timeout_ms = timeout_ms, .stop = stop };
	int fd, rc;

	if (!has_api(t, verb))
		return -EOPNOTSUPP;
	if (!find_socket(at, t, path, sizeof(path), &fd)) {
		snprintf(why, size, "%s has no socket here", runtime_name(t->runtime));
		return -ENOENT;
	}
	if (t->runtime == RUNTIME_CONTAINERD)
		rc = ask_containerd(&q, t, verb, why, size);
	else
		rc = ask_json(&q, t, verb, grace_s, why, size);
	if (fd >= 0)
		close(fd);
	return rc;
}
