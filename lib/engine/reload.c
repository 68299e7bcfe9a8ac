// SPDX-License-Identifier: Apache-2.0
/*
 * reload.c - other rules while events come: files watched, read on a thread, swapped
 */
#include "engine/coverage.h"
#include "engine/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/core.h"
#include "engine/coverage.h"
#include "engine/service.h"
#include "output/text.h"
#include "util/thread.h"

#define QUIET_NS	(250 * NS_PER_MS)	/* that nothing must have happened for */
#define QUIET_MAX_NS	(3 * NS_PER_S)		/* but no longer than this after the first */
#define TRIES		4			/* while files change as they are read */
#define WATCHED	(IN_CLOSE_WRITE | IN_MOVE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)

struct reload {
	engine_load_fn load;
	void *load_arg;
	int inotify_fd, done_fd;
	uint64_t first_ns, last_ns;	/* something happened; 0: nothing since */
	bool asked;		/* whatever the files' bytes are */
	bool confined;

	/* the thread's while one runs */
	struct job job;
	bool force;
	int max_wd;
	struct fileset seen;	/* that were read last, well or not */
	char **paths;		/* which are watched */
	size_t npaths;
	bool changed;
	struct engine_loaded loaded;

	struct engine *fresh;	/* takes its place at swap_ns; NULL: none */
	uint64_t swap_ns;
	struct reload_stats stats;
	char *why;
};

/* ---- files, on the thread ---- */

static void watch_one(struct reload *r, const char *path, bool *new)
{
	int wd = inotify_add_watch(r->inotify_fd, path, WATCHED);

	if (wd <= r->max_wd)
		return;
	r->max_wd = wd;
	*new = true;
}

/* Where it would come to be, if it is not there: the nearest directory that is. */
static void watch_above(struct reload *r, const char *path, bool *new)
{
	char above[PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof(above))
		return;
	memcpy(above, path, strlen(path) + 1);
	do {
		const char *dir = dirname(above);

		memmove(above, dir, strlen(dir) + 1);
	} while (stat(above, &st) < 0 && strcmp(above, "/") != 0 && strcmp(above, ".") != 0);
	watch_one(r, above, new);
}

/* True: something is watched that was not. */
static bool watch_files(struct reload *r)
{
	bool new = false;

	if (r->inotify_fd < 0)
		return false;
	for (size_t i = 0; i < r->npaths; i++) {
		watch_above(r, r->paths[i], &new);
		watch_one(r, r->paths[i], &new);
	}
	/* what a link leads to may be written to somewhere else */
	for (size_t i = 0; i < r->seen.n; i++)
		watch_one(r, r->seen.files[i].path, &new);
	return new;
}

static void free_paths(char **paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static bool is_among(const char *path, char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

/* What the configuration names and the engine was given is one. */
static int copy_paths(const struct engine *e, char ***ret_paths, size_t *ret_n)
{
	size_t n = 0, more = 0;
	const char *const *of_config = e->config ? config_watched(e->config, &more) : NULL;
	char **paths = calloc(e->npaths + more + 1, sizeof(*paths));

	for (size_t i = 0; paths && i < e->npaths + more; i++) {
		const char *path = i < e->npaths ? e->paths[i] : of_config[i - e->npaths];

		if (is_among(path, paths, n))
			continue;
		paths[n] = strdup(path);
		if (!paths[n]) {
			free_paths(paths, n);
			return -ENOMEM;
		}
		n++;
	}
	if (!paths)
		return -ENOMEM;
	*ret_paths = paths;
	*ret_n = n;
	return 0;
}

static void take_paths(struct reload *r, const struct engine *e)
{
	char **paths;
	size_t n;

	if (!e || copy_paths(e, &paths, &n) < 0)
		return;
	free_paths(r->paths, r->npaths);
	r->paths = paths;
	r->npaths = n;
}

static void loaded_release(struct engine_loaded *l)
{
	engine_free(l->engine);
	free(l->text);
	*l = (struct engine_loaded){ 0 };
}

/* Reads until what was there before is there afterwards: then that is what was read. */
static void load_stable(engine_load_fn load, void *arg, struct reload *r, struct engine_loaded *ret)
{
	struct fileset now = { 0 };

	for (int i = 0; i < TRIES; i++) {
		loaded_release(ret);
		load(arg, ret);
		take_paths(r, ret->engine);
		watch_files(r);
		if (fileset_read((const char *const *)r->paths, r->npaths, &now) < 0)
			break;
		if (i > 0 || r->seen.n) {
			bool same = fileset_equal(&now, &r->seen);

			fileset_release(&r->seen);
			r->seen = now;
			if (same)
				break;
		} else {
			r->seen = now;
		}
		/* of files that were not known before */
		watch_files(r);
	}
	if (ret->engine)
		fileset_read((const char *const *)r->paths, r->npaths, &ret->engine->files_read);
}

static void work(void *arg)
{
	struct reload *r = arg;
	struct fileset now = { 0 };
	uint64_t one = 1;

	/* it has no more than the service; with less it does, too */
	if (r->confined)
		confine_reader();
	watch_files(r);
	r->changed = r->force;
	if (fileset_read((const char *const *)r->paths, r->npaths, &now) == 0) {
		r->changed |= !fileset_equal(&now, &r->seen);
		fileset_release(&r->seen);
		r->seen = now;
	}
	if (r->changed)
		load_stable(r->load, r->load_arg, r, &r->loaded);
	if (write(r->done_fd, &one, sizeof(one)) < 0)
		return;		/* it is full: readable all the same */
}

struct first_load {
	engine_load_fn load;
	void *arg;
	struct engine_loaded *ret;
};

/* Nothing that files can say is worth more privileges than reading them takes. */
static void *load_first(void *arg)
{
	struct first_load *f = arg;
	struct reload r = { .inotify_fd = -1 };
	int rc = confine_reader();

	if (rc < 0 && asprintf(&f->ret->text, "privileges cannot be given up to read the configuration: %s",
			       strerror(-rc)) < 0)
		f->ret->text = NULL;
	if (rc < 0)
		return NULL;
	load_stable(f->load, f->arg, &r, f->ret);
	fileset_release(&r.seen);
	free_paths(r.paths, r.npaths);
	return NULL;
}

void engine_load(engine_load_fn load, void *arg, struct engine_loaded *ret)
{
	struct first_load f = { load, arg, ret };
	pthread_t thread;

	*ret = (struct engine_loaded){ .status = ENGINE_ERR_RUNTIME };
	if (thread_start(&thread, load_first, &f) == 0)
		pthread_join(thread, NULL);
}

/* ---- the loop's ---- */

static void put_files(const struct fileset *files, struct buf *out)
{
	buf_add_str(out, ",\"falcoc.rules.files\":[");
	for (size_t i = 0; i < files->n; i++) {
		buf_add_str(out, i ? "," : "");
		text_json(slice_of(files->files[i].path), out);
	}
	buf_add_str(out, "],\"falcoc.rules.sha256\":[");
	for (size_t i = 0; i < files->n; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", files->files[i].sha256);
	buf_add_char(out, ']');
}

enum engine_status reload_start(struct engine *e)
{
	struct reload *r;

	if (!e->opt.load)
		return ENGINE_OK;
	r = calloc(1, sizeof(*r));
	if (!r)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	e->reload = r;
	r->load = e->opt.load;
	r->confined = !e->opt.unconfined;
	r->load_arg = e->opt.load_arg;
	r->inotify_fd = -1;
	r->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->done_fd < 0 || copy_paths(e, &r->paths, &r->npaths) < 0 ||
	    fileset_copy(&e->files_read, &r->seen) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory, or of descriptors");
	if (!e->opt.no_watch)
		r->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (!e->opt.no_watch && r->inotify_fd < 0)
		engine_notice(e, "changed files are not noticed (SIGHUP reads them): %s", strerror(errno));
	/* what changed since it was read is found by the first look, behind the watches */
	if (r->inotify_fd >= 0)
		job_start(&r->job, work, r);
	return ENGINE_OK;
}

void reload_free(struct reload *r)
{
	if (!r)
		return;
	job_wait(&r->job);
	loaded_release(&r->loaded);
	engine_free(r->fresh);
	fileset_release(&r->seen);
	free_paths(r->paths, r->npaths);
	if (r->inotify_fd >= 0)
		close(r->inotify_fd);
	if (r->done_fd >= 0)
		close(r->done_fd);
	free(r->why);
	free(r);
}

int reload_fd(const struct reload *r)
{
	return r ? r->inotify_fd : -1;
}

int reload_done_fd(const struct reload *r)
{
	return r ? r->done_fd : -1;
}

void reload_noticed(struct engine *e)
{
	char events[4096];
	struct reload *r = e->reload;

	/* which one it was does not matter: all are looked at */
	while (read(r->inotify_fd, events, sizeof(events)) > 0)
		continue;
	r->last_ns = now_boot_ns();
	if (!r->first_ns)
		r->first_ns = r->last_ns;
}

void reload_ask(struct engine *e)
{
	if (!e->reload)
		return;
	e->reload->asked = true;
	service_reloading(e);
}

static uint64_t quiet_ns(const struct reload *r)
{
	uint64_t quiet = r->last_ns + QUIET_NS, latest = r->first_ns + QUIET_MAX_NS;

	if (!r->first_ns)
		return UINT64_MAX;
	return quiet < latest ? quiet : latest;
}

uint64_t reload_due_ns(const struct engine *e)
{
	const struct reload *r = e->reload;

	if (!r)
		return UINT64_MAX;
	if (r->fresh || r->job.is_running)
		return UINT64_MAX;	/* events, or done_fd, tell */
	return r->asked ? 0 : quiet_ns(r);
}

/* In one line: the sentence, and the first of what was found. */
static void add_why(const char *why, struct buf *out)
{
	const char *first = why + strcspn(why, "\n");

	buf_add(out, why, (size_t)(first - why));
	if (*first && first[1])
		buf_printf(out, ": %.*s", (int)strcspn(first + 1, "\n"), first + 1);
}

static int tell(struct engine *e, const char *rule, enum priority priority, const char *why)
{
	struct buf text = BUF_INIT, fields = BUF_INIT;
	int rc;

	if (why) {
		buf_add_str(&text, STALE_RULE ": the files that changed have errors, the rules from before go on: ");
		add_why(why, &text);
		buf_add_str(&fields, "\"falcoc.rules.error\":");
		text_json(slice_of(why), &fields);
	} else {
		buf_printf(&text, RELOADED_RULE ": %zu of %zu rules are enabled, of %zu files",
			   engine_rules_enabled(e), engine_rules(e), e->files_read.n);
		buf_printf(&fields, "\"falcoc.rules.loaded\":%zu,\"falcoc.rules.enabled\":%zu",
			   engine_rules(e), engine_rules_enabled(e));
	}
	put_files(&e->files_read, &fields);
	engine_cover(e, why ? STORE_NOTE_STALE : STORE_NOTE_RELOAD, buf_str(&text), NULL);
	if (!why)
		engine_cover_rules(e);
	engine_notice(e, "%s", buf_str(&text));
	rc = service_tell(e, rule, priority, buf_slice(&text), buf_slice(&fields));
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

static int failed(struct engine *e, struct reload *r)
{
	char *why = r->loaded.text ? r->loaded.text : strdup("out of memory");

	r->loaded.text = NULL;
	loaded_release(&r->loaded);
	free(r->why);
	r->why = why;
	r->stats.why = why;
	r->stats.failed++;
	r->stats.failed_ns = engine_wall_ns();
	r->stats.stale = true;
	service_reloaded(e);
	return tell(e, STALE_RULE, PRIORITY_WARNING, why ? why : "out of memory");
}

/* What was read is to take the place of what runs, as soon as events of before have been judged. */
static int take_loaded(struct engine *e, struct reload *r)
{
	int rc;

	if (!r->changed) {
		service_reloaded(e);
		return 0;
	}
	if (!r->loaded.engine || r->loaded.status != ENGINE_OK)
		return failed(e, r);
	rc = engine_widen(e, r->loaded.engine);
	if (rc < 0) {
		free(r->loaded.text);
		r->loaded.text = NULL;
		if (asprintf(&r->loaded.text, "the module cannot be told what to record: %s",
			     strerror(-rc)) < 0)
			r->loaded.text = NULL;
		return failed(e, r);
	}
	r->fresh = r->loaded.engine;
	r->loaded.engine = NULL;
	loaded_release(&r->loaded);
	r->swap_ns = now_boot_ns();
	e->more = true;		/* what was recorded before is judged first, whether it woke us or not */
	return 0;
}

int reload_swap(struct engine *e, const struct event *ev)
{
	struct reload *r = e->reload;
	struct engine *old;

	if (!r || !r->fresh || (ev && ev->rec->time_ns <= r->swap_ns))
		return 0;
	old = r->fresh;
	r->fresh = NULL;
	engine_swap(e, old);
	r->stats.done++;
	r->stats.done_ns = engine_wall_ns();
	r->stats.stale = false;
	service_reloaded(e);
	return tell(e, RELOADED_RULE, PRIORITY_NOTICE, NULL);
}

int reload_tend(struct engine *e)
{
	struct reload *r = e->reload;
	uint64_t count;

	if (!r)
		return 0;
	if (job_reap(&r->job)) {
		while (read(r->done_fd, &count, sizeof(count)) > 0)
			continue;
		return take_loaded(e, r);
	}
	if (r->job.is_running || r->fresh || (!r->asked && quiet_ns(r) > now_boot_ns()))
		return 0;
	r->force = r->asked;
	r->asked = false;
	r->first_ns = 0;
	if (job_start(&r->job, work, r) < 0)
		r->first_ns = r->last_ns = now_boot_ns();	/* later, then */
	return 0;
}

void reload_get_stats(const struct engine *e, struct reload_stats *ret_stats)
{
	*ret_stats = (struct reload_stats){ 0 };
	if (!e->reload)
		return;
	*ret_stats = e->reload->stats;
	ret_stats->running = e->reload->job.is_running || e->reload->fresh;
}
