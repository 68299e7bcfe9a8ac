// SPDX-License-Identifier: Apache-2.0
/*
 * container_engine.c - one engine asked about one container
 */
#include "state/container_engine.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/clock.h"

#define ANSWER_MAX	(2u << 20)
#define PODS_MAX	(16u << 20)	/* of the kubelet's list of all pods */
#define PODS_MS		2000		/* so long the last list will do for a pod that is in it */
#define TOKEN_MAX	(64u << 10)
#define GRPC_HEAD	5		/* a flag and a length before each message */
#define USERS_MAX	16		/* whose engines let a question time out */

enum engine { ENGINE_DOCKER, ENGINE_PODMAN, ENGINE_CONTAINERD, ENGINE_KUBELET, ENGINES };

struct engine_client {
	const struct container_engines *engines;
	const atomic_bool *stop;
	char root[1024];
	struct container_reader reader;
	CURL *curl;
	uint64_t left_alone_until_ms[ENGINES];
	struct {
		uint32_t uid;
		uint64_t until_ms;
	} users[USERS_MAX];	/* by the lowest bits of their numbers */
	json_t *pods;		/* the kubelet's last list, or NULL */
	uint64_t pods_ms;
};

static const char *const usual[ENGINES][4] = {
	[ENGINE_DOCKER] = { "/run/docker.sock", NULL },
	[ENGINE_PODMAN] = { "/run/podman/podman.sock", NULL },
	[ENGINE_CONTAINERD] = { "/run/containerd/containerd.sock",
				"/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock", NULL },
};

/* Below /run/user/UID. */
static const char *const of_users[ENGINES] = {
	[ENGINE_DOCKER] = "docker.sock", [ENGINE_PODMAN] = "podman/podman.sock",
};

static bool is_set(const char *text)
{
	return text && *text;
}

/* ---- exchanges ---- */

/* What is sent, and to whom. */
struct request {
	enum engine engine;
	uint32_t uid;		/* whose engine */
	const char *url;
	struct curl_slist *headers;
	struct slice body;	/* of gRPC */
};

static size_t take_bytes(char *ptr, size_t size, size_t n, void *arg)
{
	struct buf *out = arg;

	buf_add(out, ptr, size * n);
	return out->truncated ? 0 : size * n;
}

static int look_for_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load_explicit((const atomic_bool *)arg, memory_order_relaxed);
}

static uint64_t *left_alone(struct engine_client *c, const struct request *r)
{
	size_t i = r->uid % USERS_MAX;

	if (!r->uid)
		return &c->left_alone_until_ms[r->engine];
	if (c->users[i].uid != r->uid) {
		c->users[i].uid = r->uid;
		c->users[i].until_ms = 0;
	}
	return &c->users[i].until_ms;
}

/* One exchange over @socket, or by the network without one. */
static bool exchange_at(struct engine_client *c, const struct request *r, const char *socket,
			struct buf *out)
{
	long status = 0, wait_ms = container_wait_ms(c->engines->wait_ms) / 2;
	CURLcode rc;

	buf_clear(out);
	curl_easy_reset(c->curl);
	if (socket)
		curl_easy_setopt(c->curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(c->curl, CURLOPT_URL, r->url);
	curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, wait_ms);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, out);
	curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, look_for_stop);
	curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, (void *)c->stop);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, r->headers);
	/* libcurl 7.88 does not find its way back into HTTP/2 on a connection used before */
	curl_easy_setopt(c->curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c->curl, CURLOPT_FORBID_REUSE, 1L);
	if (r->engine == ENGINE_CONTAINERD) {
		curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION,
				 (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, r->body.ptr);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE, (long)r->body.len);
	}
	if (r->engine == ENGINE_KUBELET && is_set(c->engines->kubelet_ca_file))
		curl_easy_setopt(c->curl, CURLOPT_CAINFO, c->engines->kubelet_ca_file);
	rc = curl_easy_perform(c->curl);
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OPERATION_TIMEDOUT)
		*left_alone(c, r) = clock_ms() + ASK_BACKOFF_MS;
	return rc == CURLE_OK && status == 200;
}

/* A user's: by a descriptor, so that it is the very socket that was looked at. */
static bool exchange_user(struct engine_client *c, const struct request *r, struct buf *out)
{
	char dir[40], path[40];
	struct container_place at = { dir, r->uid };
	bool good;
	int fd;

	snprintf(dir, sizeof(dir), "/run/user/%u", r->uid);
	fd = of_users[r->engine] ? container_file_socket(&c->reader, &at, of_users[r->engine]) : -1;
	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	good = exchange_at(c, r, path, out);
	close(fd);
	return good;
}

/* What it says goes to @out. False: it does not, or something else. */
static bool exchange(struct engine_client *c, const struct request *r, struct buf *out)
{
	const char *set[ENGINES] = {
		[ENGINE_DOCKER] = c->engines->docker_socket,
		[ENGINE_PODMAN] = c->engines->podman_socket,
		[ENGINE_CONTAINERD] = c->engines->containerd_socket,
	};
	bool good = false;
	char path[1200];

	if (clock_ms() < *left_alone(c, r))
		return false;
	if (r->engine == ENGINE_KUBELET)
		return exchange_at(c, r, NULL, out);
	if (r->uid)
		return exchange_user(c, r, out);
	if (is_set(set[r->engine])) {
		snprintf(path, sizeof(path), "%s%s", c->root, set[r->engine]);
		return exchange_at(c, r, path, out);
	}
	for (size_t i = 0; usual[r->engine][i] && !good; i++) {
		snprintf(path, sizeof(path), "%s%s", c->root, usual[r->engine][i]);
		good = exchange_at(c, r, path, out);
	}
	return good;
}

/* ---- Docker, Podman ---- */

static bool is_plain(const char *id)
{
	return *id && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
	       strlen(id);
}

static bool ask_json(struct engine_client *c, enum engine engine, const char *what,
		     const struct container_quest *q, struct container_facts *f)
{
	struct buf out = { .max = ANSWER_MAX };
	char url[512];
	struct request r = { .engine = engine, .uid = q->uid, .url = url };
	const char *id;
	json_t *json = NULL;

	snprintf(url, sizeof(url), "http://localhost/%s/%s/json", what, q->id);
	if (exchange(c, &r, &out))
		json = container_json(out.ptr, out.len, CONTAINER_VALUES_MAX);
	buf_release(&out);
	id = json_text(json, "Id");
	if (id && strcmp(id, q->id) == 0)
		facts_docker(f, json, NULL);
	else
		id = NULL;
	json_decref(json);
	return id;
}

/* ---- containerd ---- */

/* A call whose only argument is the string @arg, field 1; the message that it gives. */
static bool call(struct engine_client *c, const char *method, const char *ns, const char *arg,
		 struct buf *out, struct slice *ret_message)
{
	char url[256], space[128], body[GRPC_HEAD + 300];
	size_t len = strlen(arg), n = GRPC_HEAD;
	struct request r = { .engine = ENGINE_CONTAINERD, .url = url };
	bool good;

	if (len > 255)
		return false;
	memset(body, 0, GRPC_HEAD);
	body[n++] = 1 << 3 | 2;
	if (len > 127)
		body[n++] = (char)(0x80 | (len & 0x7f));
	body[n++] = (char)(len > 127 ? len >> 7 : len);
	memcpy(body + n, arg, len);
	n += len;
	body[3] = (char)((n - GRPC_HEAD) >> 8);
	body[4] = (char)(n - GRPC_HEAD);
	r.body = (struct slice){ body, n };
	snprintf(url, sizeof(url), "http://localhost/%s", method);
	snprintf(space, sizeof(space), "containerd-namespace: %s", ns);
	r.headers = curl_slist_append(r.headers, "content-type: application/grpc");
	r.headers = curl_slist_append(r.headers, "te: trailers");
	r.headers = curl_slist_append(r.headers, space);
	good = exchange(c, &r, out);
	curl_slist_free_all(r.headers);
	/* what failed has no message, only its status behind */
	if (!good || out->len < GRPC_HEAD || out->ptr[0])
		return false;
	*ret_message = (struct slice){ out->ptr + GRPC_HEAD, out->len - GRPC_HEAD };
	return true;
}

static bool ask_containerd(struct engine_client *c, const struct container_quest *q,
			   struct container_facts *f)
{
	const char *ns = q->ns[0] ? q->ns : f->c.ns.len ? f->c.ns.ptr : "k8s.io";
	struct buf out = { .max = ANSWER_MAX };
	struct slice message;
	bool told;

	told = is_plain(ns) &&
	       call(c, "containerd.services.containers.v1.Containers/Get", ns, q->id, &out, &message) &&
	       facts_containerd(f, message, q->id);
	if (told && f->c.image.len && !f->c.image_digest.len &&
	    call(c, "containerd.services.images.v1.Images/Get", ns, f->c.image.ptr, &out, &message))
		facts_containerd_image(f, message);
	if (f->c.pod_sandbox.len &&
	    call(c, "runtime.v1.RuntimeService/PodSandboxStatus", ns, f->c.pod_sandbox.ptr, &out,
		 &message))
		told |= facts_cri_sandbox(f, message, f->c.pod_sandbox.ptr);
	buf_release(&out);
	return told;
}

/* ---- the kubelet ---- */

/* "Authorization: Bearer TOKEN" of the file as it is now: tokens are renewed. NULL: there is none. */
static struct curl_slist *bearer(struct engine_client *c)
{
	static const struct container_place host = { NULL, 0 };
	struct curl_slist *headers = NULL;
	char *text, *header;
	size_t len;

	/* not in the clear */
	if (!is_set(c->engines->kubelet_token_file) ||
	    strncmp(c->engines->kubelet_url, "https://", 8) != 0 ||
	    container_file_read(&c->reader, &host, c->engines->kubelet_token_file, TOKEN_MAX, &text,
				&len) < 0)
		return NULL;
	text[strcspn(text, " \t\r\n")] = '\0';
	if (*text && asprintf(&header, "Authorization: Bearer %s", text) > 0) {
		headers = curl_slist_append(NULL, header);
		explicit_bzero(header, strlen(header));
		free(header);
	}
	explicit_bzero(text, len);
	free(text);
	return headers;
}

static bool take_pod(struct engine_client *c, struct container_facts *f)
{
	const json_t *pods = json_at(c->pods, "items");

	for (size_t i = 0; i < json_array_size(pods); i++)
		if (facts_pod(f, json_array_get(pods, i)))
			return true;
	return false;
}

/* The pods of this node are one list, which serves for all that are in it for a while. */
static bool ask_kubelet(struct engine_client *c, struct container_facts *f)
{
	struct buf out = { .max = PODS_MAX };
	char url[512];
	struct request r = { .engine = ENGINE_KUBELET, .url = url };

	if (c->pods && clock_ms() - c->pods_ms < PODS_MS && take_pod(c, f))
		return true;
	snprintf(url, sizeof(url), "%s/pods", c->engines->kubelet_url);
	r.headers = bearer(c);
	if (exchange(c, &r, &out)) {
		json_decref(c->pods);
		c->pods = container_json(out.ptr, out.len, PODS_MAX / 16);
		c->pods_ms = clock_ms();
	}
	curl_slist_free_all(r.headers);
	buf_release(&out);
	return take_pod(c, f);
}

/* ---- all of them ---- */

bool engine_client_ask(struct engine_client *c, const struct container_quest *q,
		       struct container_facts *f)
{
	bool told = false;

	if (q->nested || !is_plain(q->id) || c->engines->silent)
		return false;
	if (f->c.type == CONTAINER_DOCKER)
		told = ask_json(c, ENGINE_DOCKER, "containers", q, f);
	else if (f->c.type == CONTAINER_PODMAN)
		told = ask_json(c, ENGINE_PODMAN, "v4.0.0/libpod/containers", q, f);
	else if (f->c.type == CONTAINER_CONTAINERD && !q->uid)
		told = ask_containerd(c, q, f);
	if (!q->uid && f->c.pod_uid.len && is_set(c->engines->kubelet_url))
		told |= ask_kubelet(c, f);
	return told;
}

struct engine_client *engine_client_new(const char *root, const struct container_engines *engines,
					const atomic_bool *stop)
{
	struct engine_client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->engines = engines;
	c->stop = stop;
	c->reader.root_fd = -1;
	snprintf(c->root, sizeof(c->root), "%s", root ? root : "");
	c->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == 0 ? curl_easy_init() : NULL;
	if (c->curl && container_reader_init(&c->reader, root, engines) == 0)
		return c;
	engine_client_free(c);
	return NULL;
}

void engine_client_free(struct engine_client *c)
{
	if (!c)
		return;
	if (c->curl)
		curl_easy_cleanup(c->curl);
	json_decref(c->pods);
	container_reader_release(&c->reader);
	free(c);
}
