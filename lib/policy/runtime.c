// SPDX-License-Identifier: Apache-2.0
/* runtime.c - docker and podman asked */
#include "policy/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "state/container_file.h"

#define ANSWER_MAX	4096	/* bytes that are read of what it says */

struct answer {
	char text[ANSWER_MAX];
	size_t len;
};

const char *runtime_name(enum runtime r)
{
	return r == RUNTIME_DOCKER ? "docker" : r == RUNTIME_PODMAN ? "podman" : "the runtime";
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
	struct stat st;

	*ret_fd = -1;
	if (t->runtime_uid) {
		*ret_fd = open_users(t);
		snprintf(path, size, "/proc/self/fd/%d", *ret_fd);
		return *ret_fd >= 0;
	}
	if (t->runtime == RUNTIME_DOCKER)
		snprintf(path, size, "%s", at->docker ? at->docker : "/run/docker.sock");
	else
		snprintf(path, size, "%s", at->podman ? at->podman : "/run/podman/podman.sock");
	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* It goes into a URL. */
static bool is_plain_id(const char *id)
{
	for (const char *p = id; *p; p++)
		if (!isalnum((unsigned char)*p))
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

static int perform(CURL *c, struct answer *a, const struct target *t, char *why, size_t size)
{
	CURLcode rc = curl_easy_perform(c);
	long status = 0;

	if (rc != CURLE_OK) {
		snprintf(why, size, "%s does not answer: %s", runtime_name(t->runtime),
			 curl_easy_strerror(rc));
		return rc == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO;
	}
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	/* 304: it was so already */
	if (status / 100 == 2 || status == 304)
		return 0;
	snprintf(why, size, "%s says %ld", runtime_name(t->runtime), status);
	a->text[a->len] = '\0';
	add_message(a, why, size);
	return status == 404 ? -ENOENT : status == 409 ? -EBUSY : -EIO;
}

static int ask_at(const char *path, const struct target *t, const char *verb, unsigned int grace_s,
		  unsigned int timeout_ms, const atomic_bool *stop, char *why, size_t size)
{
	struct answer a = { .len = 0 };
	CURL *c = curl_easy_init();
	char url[256];
	int rc;

	if (!c) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	snprintf(url, sizeof(url), "http://localhost/containers/%s/%s", t->container, verb);
	if (strcmp(verb, "stop") == 0)
		snprintf(url, sizeof(url), "http://localhost/containers/%s/stop?t=%u", t->container,
			 grace_s);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, path);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, 0L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_ms < 2000 ? timeout_ms : 2000));
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_stopped);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, (void *)stop);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &a);
	rc = perform(c, &a, t, why, size);
	curl_easy_cleanup(c);
	return rc;
}

int runtime_ask(const struct runtime_sockets *at, const struct target *t, const char *verb,
		unsigned int grace_s, unsigned int timeout_ms, const atomic_bool *stop, char *why,
		size_t size)
{
	char path[128];
	int fd, rc;

	if (t->runtime == RUNTIME_NONE || !is_plain_id(t->container))
		return -EOPNOTSUPP;
	if (!find_socket(at, t, path, sizeof(path), &fd)) {
		snprintf(why, size, "%s has no socket here", runtime_name(t->runtime));
		return -ENOENT;
	}
	rc = ask_at(path, t, verb, grace_s, timeout_ms, stop, why, size);
	if (fd >= 0)
		close(fd);
	return rc;
}
