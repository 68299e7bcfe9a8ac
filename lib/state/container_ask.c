// SPDX-License-Identifier: Apache-2.0
/*
 * container_ask.c - engines asked over their sockets, on a thread of its own
 *
 * Two rings of fixed size, of questions and of answers, under one lock. The thread holds the lock
 * for nothing but taking one and leaving the other.
 */
#include "state/container_ask.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/thread.h"

#define ANSWER_MAX	(2u << 20)
#define GRPC_HEAD	5	/* a flag and a length before each message */

enum engine { ENGINE_DOCKER, ENGINE_PODMAN, ENGINE_CONTAINERD, ENGINES };

struct answer {
	uint64_t handle;
	struct container_facts facts;
	bool told;
};

struct container_ask {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;		/* questions, answers, their counts */
	pthread_cond_t news;
	struct container_quest questions[ASK_QUEUE];
	struct answer answers[ASK_QUEUE];
	size_t first_question, nquestions, first_answer, nanswers;
	atomic_bool stop;
	int fd;
	/* the thread's own */
	char root[1024];
	struct container_reader reader;
	CURL *curl;
	uint64_t left_alone_until_ms[ENGINES];
};

static const char *const sockets[ENGINES][3] = {
	[ENGINE_DOCKER] = { "/run/docker.sock", NULL },
	[ENGINE_PODMAN] = { "/run/podman/podman.sock", NULL },
	[ENGINE_CONTAINERD] = { "/run/containerd/containerd.sock",
				"/run/k3s/containerd/containerd.sock", NULL },
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* ---- one question ---- */

static size_t take_bytes(char *ptr, size_t size, size_t n, void *arg)
{
	struct buf *out = arg;

	buf_add(out, ptr, size * n);
	return out->truncated ? 0 : size * n;
}

static int look_for_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct container_ask *a_ = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load_explicit(&a_->stop, memory_order_relaxed);
}

/* One exchange with an engine: what it says goes to @out. False: it does not, or something else. */
static bool exchange(struct container_ask *a, enum engine engine, const char *url,
		     struct curl_slist *headers, struct slice body, struct buf *out)
{
	bool is_grpc = engine == ENGINE_CONTAINERD;
	bool good = false;

	if (now_ms() < a->left_alone_until_ms[engine])
		return false;
	for (size_t i = 0; sockets[engine][i] && !good; i++) {
		char path[1100];
		CURLcode rc;
		long status = 0;

		snprintf(path, sizeof(path), "%s%s", a->root, sockets[engine][i]);
		buf_clear(out);
		curl_easy_reset(a->curl);
		curl_easy_setopt(a->curl, CURLOPT_UNIX_SOCKET_PATH, path);
		curl_easy_setopt(a->curl, CURLOPT_URL, url);
		curl_easy_setopt(a->curl, CURLOPT_PROXY, "");
		curl_easy_setopt(a->curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(a->curl, CURLOPT_TIMEOUT_MS, (long)ASK_TIMEOUT_MS);
		curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, take_bytes);
		curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, out);
		curl_easy_setopt(a->curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(a->curl, CURLOPT_XFERINFOFUNCTION, look_for_stop);
		curl_easy_setopt(a->curl, CURLOPT_XFERINFODATA, a);
		curl_easy_setopt(a->curl, CURLOPT_HTTPHEADER, headers);
		/* libcurl 7.88 does not find its way back into HTTP/2 on a connection used before */
		curl_easy_setopt(a->curl, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(a->curl, CURLOPT_FORBID_REUSE, 1L);
		if (is_grpc) {
			curl_easy_setopt(a->curl, CURLOPT_HTTP_VERSION,
					 (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
			curl_easy_setopt(a->curl, CURLOPT_POSTFIELDS, body.ptr);
			curl_easy_setopt(a->curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
		}
		rc = curl_easy_perform(a->curl);
		curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
		good = rc == CURLE_OK && status == 200;
		if (rc == CURLE_OPERATION_TIMEDOUT)
			a->left_alone_until_ms[engine] = now_ms() + ASK_BACKOFF_MS;
	}
	return good;
}

static bool is_plain(const char *id)
{
	return *id && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
	       strlen(id);
}

static bool ask_json(struct container_ask *a, enum engine engine, const char *fmt,
		     const struct container_quest *q, struct container_facts *f)
{
	struct buf out = { .max = ANSWER_MAX };
	const char *id;
	json_t *json = NULL;
	char url[512];

	snprintf(url, sizeof(url), "http://localhost/%s/%s/json", fmt, q->id);
	if (exchange(a, engine, url, NULL, (struct slice){ NULL, 0 }, &out))
		json = json_loadb(out.ptr, out.len, 0, NULL);
	buf_release(&out);
	id = json_text(json, "Id");
	if (id && strcmp(id, q->id) == 0)
		facts_docker(f, json, NULL);
	else
		id = NULL;
	json_decref(json);
	return id;
}

/* A call whose only argument is the string @arg, field 1; the message that it gives. */
static bool call(struct container_ask *a, const char *method, const char *ns, const char *arg,
		 struct buf *out, struct slice *ret_message)
{
	struct curl_slist *headers = NULL;
	char url[256], space[128], body[GRPC_HEAD + 300];
	size_t len = strlen(arg), n = GRPC_HEAD;
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
	snprintf(url, sizeof(url), "http://localhost/%s", method);
	snprintf(space, sizeof(space), "containerd-namespace: %s", ns);
	headers = curl_slist_append(headers, "content-type: application/grpc");
	headers = curl_slist_append(headers, "te: trailers");
	headers = curl_slist_append(headers, space);
	good = exchange(a, ENGINE_CONTAINERD, url, headers, (struct slice){ body, n }, out);
	curl_slist_free_all(headers);
	/* what failed has no message, only its status behind */
	if (!good || out->len < GRPC_HEAD || out->ptr[0])
		return false;
	*ret_message = (struct slice){ out->ptr + GRPC_HEAD, out->len - GRPC_HEAD };
	return true;
}

static bool ask_containerd(struct container_ask *a, const struct container_quest *q,
			   struct container_facts *f)
{
	const char *ns = q->ns[0] ? q->ns : f->c.ns.len ? f->c.ns.ptr : "k8s.io";
	struct buf out = { .max = ANSWER_MAX };
	struct slice message;
	bool told;

	told = is_plain(ns) &&
	       call(a, "containerd.services.containers.v1.Containers/Get", ns, q->id, &out, &message) &&
	       facts_containerd(f, message, q->id);
	if (told && f->c.image.len && !f->c.image_digest.len &&
	    call(a, "containerd.services.images.v1.Images/Get", ns, f->c.image.ptr, &out, &message))
		facts_containerd_image(f, message);
	if (f->c.pod_sandbox.len &&
	    call(a, "runtime.v1.RuntimeService/PodSandboxStatus", ns, f->c.pod_sandbox.ptr, &out,
		 &message))
		told |= facts_cri_sandbox(f, message, f->c.pod_sandbox.ptr);
	buf_release(&out);
	return told;
}

static void answer_one(struct container_ask *a, const struct container_quest *q,
		       struct answer *ret)
{
	struct container_facts *f = &ret->facts;

	ret->handle = q->handle;
	f->c.type = q->type;
	f->c.full_id = facts_str(f, q->id);
	container_read(&a->reader, q, f);
	if (!q->uid && !q->nested && is_plain(q->id)) {
		if (f->c.type == CONTAINER_DOCKER)
			ret->told = ask_json(a, ENGINE_DOCKER, "containers", q, f);
		else if (f->c.type == CONTAINER_PODMAN)
			ret->told = ask_json(a, ENGINE_PODMAN, "v4.0.0/libpod/containers", q, f);
		else if (f->c.type == CONTAINER_CONTAINERD)
			ret->told = ask_containerd(a, q, f);
	}
	facts_finish(f);
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	struct container_ask *a = arg;
	struct container_quest q;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		struct answer answer = { 0 };
		uint64_t one = 1;

		if (!a->nquestions || a->nanswers == ASK_QUEUE) {
			pthread_cond_wait(&a->news, &a->lock);
			continue;
		}
		q = a->questions[a->first_question];
		a->first_question = (a->first_question + 1) % ASK_QUEUE;
		a->nquestions--;
		pthread_mutex_unlock(&a->lock);
		if (facts_init(&answer.facts) == 0)
			answer_one(a, &q, &answer);
		pthread_mutex_lock(&a->lock);
		a->answers[(a->first_answer + a->nanswers) % ASK_QUEUE] = answer;
		a->nanswers++;
		if (write(a->fd, &one, sizeof(one)) < 0)
			continue;	/* it is readable already */
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int container_ask_new(const char *root, struct container_ask **ret_ask)
{
	struct container_ask *a = calloc(1, sizeof(*a));
	int err = -ENOMEM;

	if (!a)
		return -ENOMEM;
	a->fd = -1;
	a->reader.root_fd = -1;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->news, NULL);
	snprintf(a->root, sizeof(a->root), "%s", root ? root : "");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		goto fail;
	a->curl = curl_easy_init();
	if (!a->curl)
		goto fail;
	a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = a->fd < 0 ? -errno : container_reader_init(&a->reader, root);
	if (!err)
		err = thread_start(&a->thread, run, a);
	if (err)
		goto fail;
	a->started = true;
	*ret_ask = a;
	return 0;
fail:
	container_ask_free(a);
	return err;
}

void container_ask_free(struct container_ask *a)
{
	if (!a)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->news);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	for (; a->nanswers; a->nanswers--) {
		facts_release(&a->answers[a->first_answer].facts);
		a->first_answer = (a->first_answer + 1) % ASK_QUEUE;
	}
	if (a->curl)
		curl_easy_cleanup(a->curl);
	if (a->fd >= 0)
		close(a->fd);
	container_reader_release(&a->reader);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->news);
	free(a);
}

int container_ask_put(struct container_ask *a, const struct container_quest *q)
{
	int err = -ENOSPC;

	pthread_mutex_lock(&a->lock);
	if (a->nquestions < ASK_QUEUE) {
		a->questions[(a->first_question + a->nquestions++) % ASK_QUEUE] = *q;
		pthread_cond_signal(&a->news);
		err = 0;
	}
	pthread_mutex_unlock(&a->lock);
	return err;
}

bool container_ask_take(struct container_ask *a, uint64_t *ret_handle,
			struct container_facts *ret_facts, bool *ret_told)
{
	struct answer *answer;
	uint64_t n;
	bool any;

	pthread_mutex_lock(&a->lock);
	any = a->nanswers > 0;
	if (any) {
		answer = &a->answers[a->first_answer];
		*ret_handle = answer->handle;
		*ret_facts = answer->facts;
		*ret_told = answer->told;
		a->first_answer = (a->first_answer + 1) % ASK_QUEUE;
		a->nanswers--;
		pthread_cond_signal(&a->news);
	}
	if (!a->nanswers && read(a->fd, &n, sizeof(n)) < 0)
		errno = 0;	/* there was nothing to read */
	pthread_mutex_unlock(&a->lock);
	return any;
}

int container_ask_fd(const struct container_ask *a)
{
	return a->fd;
}
