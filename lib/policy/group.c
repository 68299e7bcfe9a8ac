// SPDX-License-Identifier: Apache-2.0
/* group.c - the control group of a container */
#include "policy/group.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/cut.h"
#include "policy/process.h"
#include "state/cgroup.h"
#include "util/clock.h"

#define ID_LEN		64	/* digits that nobody has by chance */
#define DEPTH_MAX	64	/* groups within groups that are looked at; each takes two descriptors */
#define FREEZE_MS	200	/* one that cannot be frozen is killed all the same */
#define AGAIN_MS	250	/* between two rounds of killing */
#define THAW_MS		100	/* then groups below are thawed one by one, too */
#define ROUND_MS	5	/* between two looks at what cannot be polled */
#define NETNS_MAX	4096	/* processes that are looked at for their network */
#define FREEZER_V1	"/sys/fs/cgroup/freezer"

/* Reads a file of the group. Its length, or a negative errno. */
static ssize_t read_file(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	else
		text[n] = '\0';
	close(fd);
	return n;
}

static int write_file(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Does the path of the descriptor end with the container's own group? */
static bool is_own_group(int fd, const struct target *t)
{
	char link[40], path[PATH_MAX];
	size_t len = strlen(t->own_group);
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || (size_t)n < len || !len)
		return false;
	return memcmp(path + (size_t)n - len, t->own_group, len) == 0;
}

/* From the group of the process up to that of its container. */
static int climb(int fd, const struct target *t)
{
	for (unsigned int i = 0; fd >= 0 && i < t->group_depth; i++) {
		int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		int err = errno;

		close(fd);
		fd = up >= 0 ? up : -err;
	}
	if (fd >= 0 && !is_own_group(fd, t)) {
		close(fd);
		fd = -ENOENT;
	}
	return fd;
}

/* The line of the freezer in /proc/PID/cgroup: "4:freezer:/docker/ID". */
static bool freezer_path(uint32_t pid, char *text, size_t size, struct slice *ret_path)
{
	char name[40];
	char *line, *end;

	snprintf(name, sizeof(name), "/proc/%u/cgroup", pid);
	if (read_file(AT_FDCWD, name, text, size) <= 0)
		return false;
	line = strstr(text, ":freezer:/");
	if (!line)
		return false;
	line += strlen(":freezer:");
	end = strchr(line, '\n');
	*ret_path = (struct slice){ line, end ? (size_t)(end - line) : strlen(line) };
	return true;
}

/* How much of the path is the container's own group: as the table has it, or to where its id stands. */
static bool own_part(struct slice path, const struct target *t, size_t *ret_len)
{
	size_t len = strlen(t->own_group);
	const char *at;

	*ret_len = len;
	if (len && path.len >= len && memcmp(path.ptr, t->own_group, len) == 0 &&
	    (path.len == len || path.ptr[len] == '/'))
		return true;
	/* names of some runtimes are short, and may be in any path */
	if (strlen(t->container) < ID_LEN)
		return false;
	at = memmem(path.ptr, path.len, t->container, strlen(t->container));
	if (!at)
		return false;
	*ret_len = (size_t)(at - path.ptr);
	while (*ret_len < path.len && path.ptr[*ret_len] != '/')
		++*ret_len;
	return true;
}

/* In v1: what is read of a process is its word only if the process is still the one that is meant. */
static int open_v1(const struct target *t)
{
	char text[8192], path[PATH_MAX];
	struct process_stat st;
	struct slice group;
	int pidfd = process_open(t->pid, t->start_ns, t->pidns, &st);
	int fd = -ENOENT;
	size_t len;

	if (pidfd < 0)
		return -ENOENT;
	if (freezer_path(t->pid, text, sizeof(text), &group) && process_signal(pidfd, 0) == 0 &&
	    own_part(group, t, &len)) {
		snprintf(path, sizeof(path), FREEZER_V1 "%.*s", (int)len, group.ptr);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd = fd >= 0 ? fd : -errno;
	}
	close(pidfd);
	return fd;
}

/* ---- who is in it ---- */

/* Gives @fn each pid; false from it ends the walk. */
typedef bool (*pid_fn)(uint32_t pid, void *arg);

static bool walk_procs(int dir, pid_fn fn, void *arg)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	unsigned int pid;
	bool more = true;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (more && fscanf(f, "%u", &pid) == 1)
		if (pid)	/* 0 is one of another pid namespace */
			more = fn(pid, arg);
	fclose(f);
	return more;
}

/* Gives @fn each group right below; false from it ends that. */
typedef bool (*group_fn)(int dir, unsigned int depth, void *arg);

static bool walk_groups(int dir, unsigned int depth, group_fn fn, void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	bool more = true;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (more && depth < DEPTH_MAX && (e = readdir(d)) != NULL) {
		int sub;

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		sub = openat(fd, e->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		more = fn(sub, depth + 1, arg);
		close(sub);
	}
	closedir(d);
	return more;
}

struct pid_walk {
	pid_fn fn;
	void *arg;
};

static bool walk_all(int dir, unsigned int depth, void *arg)
{
	const struct pid_walk *w = arg;

	return walk_procs(dir, w->fn, w->arg) && walk_groups(dir, depth, walk_all, arg);
}

static void walk(int dir, pid_fn fn, void *arg)
{
	walk_all(dir, 0, &(struct pid_walk){ fn, arg });
}

static bool found_one(uint32_t pid, void *arg)
{
	(void)pid;
	*(bool *)arg = true;
	return false;
}

bool group_is_populated(const struct group *g)
{
	char text[256];
	bool any = false;

	if (g->v2 && read_file(g->fd, "cgroup.events", text, sizeof(text)) > 0)
		return strstr(text, "populated 1");
	walk(g->fd, found_one, &any);
	return any;
}

struct refusal {
	const struct protect *protect;
	const char *why;
};

static bool is_refused(uint32_t pid, void *arg)
{
	struct refusal *r = arg;
	struct process_stat st;

	if (process_stat(pid, &st) == 0)
		r->why = protect_process(r->protect, pid, &st);
	return !r->why;
}

const char *group_refuses(const struct group *g, const struct protect *p)
{
	struct refusal r = { .protect = p };

	walk(g->fd, is_refused, &r);
	/* others may be in there: hierarchies know nothing of one another */
	if (!r.why && g->freezer >= 0)
		walk(g->freezer, is_refused, &r);
	return r.why;
}

/* ---- opened ---- */

/* The group of that path in the freezer of v1, if there is one and somebody is in it; else -1. */
static int open_freezer(const char *own_group)
{
	char path[PATH_MAX];
	bool any = false;
	int fd;

	snprintf(path, sizeof(path), FREEZER_V1 "%s", own_group);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	walk(fd, found_one, &any);
	if (any && faccessat(fd, "freezer.state", W_OK, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

int group_open(const struct target *t, struct group *ret_group)
{
	struct group g = { .v2 = true, .freezer = -1 };
	struct stat st;

	if (!*t->container)
		return -ENOENT;
	g.fd = t->cgroup && *t->own_group ? climb(cgroup_open(t->cgroup), t) : -ENOENT;
	if (g.fd < 0) {
		int err = g.fd;

		g.v2 = false;
		g.fd = open_v1(t);
		if (g.fd < 0)
			return err == -ENOENT || err == -ENOSYS ? g.fd : err;
	}
	if (fstat(g.fd, &st) < 0) {
		int err = errno;

		close(g.fd);
		return -err;
	}
	g.ino = st.st_ino;
	g.uid = st.st_uid;
	if (g.v2)
		g.freezer = open_freezer(t->own_group);
	*ret_group = g;
	return 0;
}

void group_close(struct group *g)
{
	close(g->fd);
	g->fd = -1;
	if (g->freezer >= 0)
		close(g->freezer);
	g->freezer = -1;
}

/* ---- the freezer ---- */

enum freezing { NOBODY, FROZEN, RUNNING };

static bool add_freezing(int dir, unsigned int depth, void *arg);

/*
 * Of a v2 group, or of all groups below it that somebody is in: Podman pauses the group `container`
 * within the container's own, which the kernel does not call frozen then.
 */
static enum freezing freezing_of(int dir, unsigned int depth)
{
	enum freezing all = NOBODY;
	bool any = false;
	char text[256];

	if (read_file(dir, "cgroup.events", text, sizeof(text)) <= 0)
		return RUNNING;
	if (strstr(text, "frozen 1"))
		return FROZEN;
	if (!strstr(text, "populated 1"))
		return NOBODY;
	walk_procs(dir, found_one, &any);
	if (any)
		return RUNNING;
	walk_groups(dir, depth, add_freezing, &all);
	return all;
}

static bool add_freezing(int dir, unsigned int depth, void *arg)
{
	enum freezing *all = arg, one = freezing_of(dir, depth);

	if (one > *all)
		*all = one;
	return *all != RUNNING;
}

static bool is_frozen_v1(int dir)
{
	char text[256];

	return read_file(dir, "freezer.state", text, sizeof(text)) > 0 && strncmp(text, "FROZEN", 6) == 0;
}

bool group_is_frozen(const struct group *g)
{
	if (!g->v2)
		return is_frozen_v1(g->fd);
	return freezing_of(g->fd, 0) == FROZEN || (g->freezer >= 0 && is_frozen_v1(g->freezer));
}

static bool thaw_below(int dir, unsigned int depth, void *arg)
{
	write_file(dir, "cgroup.freeze", "0");
	return walk_groups(dir, depth, thaw_below, arg);
}

static int write_freezer(const struct group *g, bool freeze)
{
	int rc;

	if (!g->v2)
		return write_file(g->fd, "freezer.state", freeze ? "FROZEN" : "THAWED");
	if (g->freezer >= 0) {
		rc = write_file(g->freezer, "freezer.state", freeze ? "FROZEN" : "THAWED");
		if (freeze && rc == 0)
			return 0;
	}
	rc = write_file(g->fd, "cgroup.freeze", freeze ? "1" : "0");
	if (rc < 0 || freeze)
		return rc;
	/* to wake takes a moment, unless it was not this group that had been frozen */
	for (unsigned int ms = 0; group_is_frozen(g); ms += ROUND_MS) {
		if (ms < THAW_MS) {
			clock_pause_ms(ROUND_MS);
			continue;
		}
		walk_groups(g->fd, 0, thaw_below, NULL);
		break;
	}
	return 0;
}

struct lone {
	int fd;
	unsigned int n;
};

static bool find_populated(int dir, unsigned int depth, void *arg)
{
	struct lone *l = arg;
	char text[256];

	(void)depth;
	if (read_file(dir, "cgroup.events", text, sizeof(text)) <= 0 || !strstr(text, "populated 1"))
		return true;
	if (l->n++ == 0)
		l->fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	return l->n < 2;
}

/* To the one group below in which all are; false: there is no such one, and @g stays what it is. */
static bool descend(struct group *g)
{
	bool went = false;

	for (unsigned int i = 0; i < DEPTH_MAX; i++) {
		struct lone l = { .fd = -1 };
		bool any = false;

		walk_procs(g->fd, found_one, &any);
		if (!any)
			walk_groups(g->fd, 0, find_populated, &l);
		if (l.n != 1 || l.fd < 0) {
			if (l.fd >= 0)
				close(l.fd);
			break;
		}
		close(g->fd);
		g->fd = l.fd;
		went = true;
	}
	return went;
}

static bool by_v1(const struct group *g)
{
	return !g->v2 || g->freezer >= 0;
}

/* Until something of a v2 group changes, or a moment of v1. */
static void await_change(const struct group *g, int events, uint64_t until)
{
	struct pollfd p = { .fd = events, .events = POLLPRI };
	uint64_t now = clock_ms();
	char text[256];

	if (events < 0 || !g->v2) {
		clock_pause_ms(ROUND_MS);
		return;
	}
	/* what was not read since the last change keeps it readable */
	if (pread(events, text, sizeof(text), 0) < 0)
		clock_pause_ms(ROUND_MS);
	poll(&p, 1, now >= until ? 0 : (int)(until - now > ROUND_MS * 4 ? ROUND_MS * 4 : until - now));
}

int group_freeze(const struct group *g, bool freeze, unsigned int wait_ms)
{
	int events, rc = write_freezer(g, freeze);
	/* from here on: if we stood still before, the group still has its time */
	uint64_t until = clock_ms() + wait_ms;

	if (rc == -ENOENT && faccessat(g->fd, "cgroup.procs", F_OK, 0) == 0)
		return -ENOSYS;
	if (rc < 0)
		return rc == -ENODEV ? -ENOENT : rc;
	/* which say nothing of v1's freezer */
	events = by_v1(g) ? -1 : openat(g->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	for (;;) {
		/* the clock first: if we stand still between the two, it is not late for that */
		bool late = clock_ms() >= until;

		rc = group_is_frozen(g) == freeze ? 0 : -ETIMEDOUT;
		if (rc == 0 || late)
			break;
		await_change(g, events, until);
	}
	if (events >= 0)
		close(events);
	return rc;
}

int group_freeze_within(const struct group *g, unsigned int wait_ms)
{
	struct group inner = *g;
	int rc = group_freeze(g, true, wait_ms);

	inner.fd = rc == 0 && g->v2 && g->freezer < 0 ? fcntl(g->fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (inner.fd < 0)
		return rc;
	/* nobody in it runs now, so nobody leaves the inner one before that is frozen by itself */
	if (descend(&inner) && write_file(inner.fd, "cgroup.freeze", "1") == 0)
		write_file(g->fd, "cgroup.freeze", "0");
	close(inner.fd);
	return rc;
}

/* ---- the end ---- */

struct killing {
	const struct protect *protect;
	const char *why;
	uint64_t killed;
	struct process_seen seen;
	bool count_only;	/* the kernel kills them */
};

/* Each by a pidfd, and looked at behind it: whatever had the pid before does not matter here. */
static bool kill_one(uint32_t pid, void *arg)
{
	struct killing *k = arg;
	struct process_stat st;
	int fd;

	if (k->count_only) {
		k->killed += process_stat(pid, &st) == 0 && process_is_new(&k->seen, pid, &st);
		return true;
	}
	fd = process_open_any(pid, &st);
	if (fd < 0)
		return true;
	k->why = protect_process(k->protect, pid, &st);
	if (!k->why && !st.is_zombie && process_signal(fd, SIGKILL) == 0)
		k->killed += process_is_new(&k->seen, pid, &st);
	close(fd);
	return !k->why;
}

/* One round. 0, or -EPERM. */
static int kill_round(const struct group *g, struct killing *k)
{
	/* the kernel's own way (from 5.14 on) leaves no fork behind */
	k->count_only = g->v2 && faccessat(g->fd, "cgroup.kill", W_OK, 0) == 0;
	walk(g->fd, kill_one, k);
	if (k->count_only && write_file(g->fd, "cgroup.kill", "1") < 0) {
		k->count_only = false;
		walk(g->fd, kill_one, k);
	}
	return k->why ? -EPERM : 0;
}

/* Gives those that were killed some time to end, before the next round looks for others. */
static bool await_empty(const struct group *g, int events, uint64_t until, const atomic_bool *stop)
{
	uint64_t next = clock_ms() + AGAIN_MS;

	for (;;) {
		uint64_t now = clock_ms();

		if (!group_is_populated(g))
			return true;
		if (now >= until || now >= next || atomic_load(stop))
			return false;
		await_change(g, events, until < next ? until : next);
	}
}

int group_kill(const struct group *g, const struct protect *p, unsigned int wait_ms,
	       const atomic_bool *stop, uint64_t *ret_killed, const char **ret_why)
{
	struct killing k = { .protect = p };
	uint64_t until = clock_ms() + wait_ms;
	bool was_frozen = group_is_frozen(g);
	int events, rc = 0;

	/* before anything is touched; falcoc itself may be in there */
	k.why = group_refuses(g, p);
	if (!k.why && !was_frozen)
		group_freeze(g, true, FREEZE_MS);
	if (!k.why)
		k.why = group_refuses(g, p);
	events = g->v2 ? openat(g->fd, "cgroup.events", O_RDONLY | O_CLOEXEC) : -1;
	rc = k.why ? -EPERM : 0;
	while (rc == 0) {
		rc = kill_round(g, &k);
		if (rc < 0)
			break;
		/* frozen ones of v1 cannot take the signal, those of v2 die as they are */
		if (by_v1(g))
			group_freeze(g, false, 0);
		if (await_empty(g, events, until, stop))
			break;
		if (clock_ms() >= until || atomic_load(stop))
			rc = -ETIMEDOUT;
		else if (by_v1(g))
			group_freeze(g, true, FREEZE_MS);
	}
	if (events >= 0)
		close(events);
	/* what is left, and what is to be made in it later, must not stay frozen by us */
	if (!was_frozen || rc == 0)
		group_freeze(g, false, 0);
	*ret_killed = k.killed;
	if (k.why)
		*ret_why = k.why;
	return rc;
}

/* ---- its network ---- */

struct search {
	uint32_t ino;
	unsigned int looked;
	int fd;
};

static bool has_namespace(uint32_t pid, void *arg)
{
	struct search *s = arg;

	s->fd = cut_open_namespace(pid, s->ino);
	return s->fd < 0 && ++s->looked < NETNS_MAX;
}

int group_namespace(const struct group *g, uint32_t ino)
{
	struct search s = { .ino = ino, .fd = -ESRCH };

	walk(g->fd, has_namespace, &s);
	return s.fd >= 0 ? s.fd : -ESRCH;
}

/* ---- its first process ---- */

/* In how many pid namespaces is it, if it is the first of the innermost? 0: it is not. */
static unsigned int first_of(uint32_t pid)
{
	char path[40], text[4096];
	const char *at, *end;
	unsigned int n = 0;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	if (pid == 1 || read_file(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "\nNSpid:");
	end = at ? strchr(at + 1, '\n') : NULL;
	/* "NSpid:\t812\t1" */
	if (!end || end[-1] != '1' || end[-2] != '\t')
		return 0;
	for (; at < end; at++)
		n += *at == '\t';
	return n;
}

struct first {
	uint32_t pid;
	unsigned int depth;	/* 0: none yet */
};

static bool find_first(uint32_t pid, void *arg)
{
	struct first *f = arg;
	unsigned int depth = first_of(pid);

	if (depth && (!f->depth || depth < f->depth))
		*f = (struct first){ pid, depth };
	return true;
}

int group_signal_init(const struct group *g, int sig)
{
	struct first f = { 0 };
	struct process_stat st;
	int fd, rc = -ESRCH;

	/* what runs in it may have made pid namespaces of its own, which have a first one each */
	walk(g->fd, find_first, &f);
	fd = f.depth ? process_open_any(f.pid, &st) : -ESRCH;
	if (fd < 0)
		return -ESRCH;
	if (first_of(f.pid) == f.depth)
		rc = process_signal(fd, sig) == 0 ? 0 : -ESRCH;
	close(fd);
	return rc;
}
