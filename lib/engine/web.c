// SPDX-License-Identifier: Apache-2.0
/* web.c - a small HTTP server: health, and counters for Prometheus */
#include "engine/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/core.h"
#include "engine/metrics.h"
#include "output/text.h"
#include "util/lazy_microhttpd.h"
#include "util/thread.h"

#define CONNECTIONS	16
#define SECONDS		5	/* of a connection that says nothing */
#define WHY		256
#define WAIT_S		2	/* for the loop */

struct web {
	struct MHD_Daemon *daemon;
	pthread_t thread;
	bool runs, confined;
	const char *health;
	bool metrics;
	int fd, stop_fd;
	/* all below: with the lock held */
	pthread_mutex_t lock;
	pthread_cond_t answered;
	uint64_t asked, told;	/* numbers of questions */
	bool recording;
	char why[WHY];		/* events are not recorded; "": for no reason that is known */
	char *text;
};

/* Asks the loop. False: it does not answer. *@ret_text is the caller's. */
static bool ask(struct web *w, bool *ret_recording, char ret_why[WHY], char **ret_text)
{
	struct timespec until;
	uint64_t one = 1, number;
	bool told;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&w->lock);
	number = ++w->asked;
	if (write(w->fd, &one, sizeof(one)) < 0)
		until.tv_sec -= WAIT_S;
	while (w->told < number &&
	       pthread_cond_timedwait(&w->answered, &w->lock, &until) != ETIMEDOUT)
		continue;
	told = w->told >= number;
	*ret_recording = told && w->recording;
	memcpy(ret_why, w->why, WHY);
	*ret_text = told && w->text ? strdup(w->text) : NULL;
	pthread_mutex_unlock(&w->lock);
	return told;
}

void web_serve(struct engine *e)
{
	struct web *w = e->web;
	struct buf text = BUF_INIT;
	uint64_t count, asked;

	if (read(w->fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	asked = w->asked;
	pthread_mutex_unlock(&w->lock);
	if (w->metrics)
		metrics_text(e, &text);
	pthread_mutex_lock(&w->lock);
	w->recording = e->capture && e->began_ns;
	snprintf(w->why, sizeof(w->why), "%.*s", (int)strcspn(e->error, "\n"), e->error);
	free(w->text);
	w->text = strdup(buf_str(&text));
	w->told = asked;
	pthread_cond_broadcast(&w->answered);
	pthread_mutex_unlock(&w->lock);
	buf_release(&text);
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned int status, const char *type, char *text)
{
	struct MHD_Response *r;
	enum MHD_Result rc = MHD_NO;

	if (!text)
		return MHD_NO;
	r = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	if (MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES)
		rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result tell_health(struct MHD_Connection *c, bool told, bool recording, const char *why)
{
	const char *status = !told ? "the loop does not answer" : recording ? "ok" : "waiting for the module";
	struct buf text = BUF_INIT;

	buf_printf(&text, "{\"status\": \"%s\"", status);
	if (told && !recording) {
		buf_add_str(&text, ", \"why\": ");
		text_json(slice_of(why), &text);
	}
	buf_add_str(&text, "}\n");
	/* the buffer's memory becomes the response's */
	return answer(c, recording ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "application/json",
		      text.ptr);
}

/* On the server's thread. Bodies are nothing to us: methods that have one are refused. */
static enum MHD_Result handle(void *arg, struct MHD_Connection *c, const char *url, const char *method,
			      const char *version, const char *upload, size_t *upload_size, void **seen)
{
	static int began;
	struct web *w = arg;
	bool recording, told;
	char why[WHY], *text;

	(void)version;
	(void)upload;
	(void)upload_size;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", strdup("GET only\n"));
	/* the first call comes before the headers are read to their end */
	if (!*seen) {
		*seen = &began;
		return MHD_YES;
	}
	if (strcmp(url, "/versions") == 0)
		return answer(c, MHD_HTTP_OK, "application/json",
			      strdup("{\"falcoc_version\": \"" FALCOC_VERSION "\"}\n"));
	if (strcmp(url, w->health) != 0 && (!w->metrics || strcmp(url, "/metrics") != 0))
		return answer(c, MHD_HTTP_NOT_FOUND, "text/plain", strdup("there is no such page\n"));
	told = ask(w, &recording, why, &text);
	if (strcmp(url, w->health) == 0) {
		free(text);
		return tell_health(c, told, recording, why);
	}
	if (told && text)
		return answer(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text);
	return answer(c, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", strdup("the loop does not answer\n"));
}

static bool make_address(const char *text, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *four = (struct sockaddr_in *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return true;
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	return inet_pton(AF_INET6, text, &six->sin6_addr) == 1;
}

static struct MHD_Daemon *listen_at(struct web *w, const struct sockaddr_storage *at, uint16_t port)
{
	unsigned int flags = MHD_USE_EPOLL;

	if (!lazy_microhttpd_load()) {
		errno = ELIBACC;
		return NULL;
	}
	if (at->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, port, NULL, NULL, handle, w, MHD_OPTION_SOCK_ADDR, at,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SECONDS, MHD_OPTION_END);
}

/* Milliseconds until a connection has had its time; -1: there is none. */
static int due_ms(struct web *w)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(w->daemon, &ms) != MHD_YES)
		return -1;
	return ms > SECONDS * 1000 ? SECONDS * 1000 : (int)ms;
}

/* It may answer and nothing else, whatever strangers send. */
static void *serve(void *arg)
{
	struct web *w = arg;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = {
		{ .fd = info ? info->epoll_fd : -1, .events = POLLIN },
		{ .fd = w->stop_fd, .events = POLLIN },
	};

	if (w->confined && confine_server() < 0)
		return NULL;	/* who asks finds that nobody answers */
	while (!fds[1].revents) {
		if (poll(fds, 2, due_ms(w)) < 0 && errno != EINTR)
			break;
		MHD_run(w->daemon);
	}
	return NULL;
}

enum engine_status web_start(struct engine *e)
{
	const char *address = e->opt.web.address ? e->opt.web.address : "127.0.0.1";
	uint16_t port = (uint16_t)(e->opt.web.port ? e->opt.web.port : 8765);
	struct sockaddr_storage at;
	pthread_condattr_t attr;
	struct web *w;

	if (!e->opt.web.enabled)
		return ENGINE_OK;
	w = calloc(1, sizeof(*w));
	if (!w)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	e->web = w;
	w->health = e->opt.web.health ? e->opt.web.health : "/healthz";
	w->metrics = e->opt.web.metrics;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->answered, &attr);
	pthread_condattr_destroy(&attr);
	w->confined = !e->opt.unconfined;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0 || w->stop_fd < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "eventfd: %s", strerror(errno));
	if (!make_address(address, port, &at))
		return engine_fail(e, ENGINE_ERR_OPTION, "webserver.listen_address '%s' is no address",
				   address);
	/* dates of answers: what they need is read while files can be opened */
	tzset();
	w->daemon = listen_at(w, &at, port);
	/* what watches matters more than who can ask about it */
	if (!w->daemon)
		engine_notice(e, "no HTTP server at %s port %u: %s", address, port, strerror(errno));
	else if (thread_start(&w->thread, serve, w) < 0)
		engine_notice(e, "no HTTP server: no thread for it");
	else
		w->runs = true;
	return ENGINE_OK;
}

void web_free(struct web *w)
{
	uint64_t one = 1;

	if (!w)
		return;
	/* an eventfd that nobody else writes to: there is room */
	while (w->runs && write(w->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	if (w->runs)
		pthread_join(w->thread, NULL);
	if (w->daemon)
		MHD_stop_daemon(w->daemon);
	if (w->fd >= 0)
		close(w->fd);
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->answered);
	free(w->text);
	free(w);
}

int web_fd(const struct web *w)
{
	return w ? w->fd : -1;
}
