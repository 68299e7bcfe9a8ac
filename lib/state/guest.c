// SPDX-License-Identifier: Apache-2.0
/*
 * guest.c - users and groups as processes in containers know them
 */
#include "state/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/hash.h"
#include "util/ihash.h"

enum { PASSWD, GROUP, FILES };

/* What tells one state of a file from another; all zero: there is none. */
struct mark {
	uint64_t dev, ino, size;
	struct timespec mtime, ctime;
};

struct guest {
	struct ihash_node by_view;
	struct ilist lru;
	struct guest_view view;
	enum guest_sight sight;
	struct mark marks[FILES];
	struct user_table *users;	/* of GUEST_SIGHT_OWN */
	size_t bytes;
	uint64_t checked_ns, made_ns;
};

struct guests {
	struct ihash by_view;
	struct ilist lru;
	struct slow *slow;
	char *host_passwd;
	unsigned int wait_ms;
	struct user_table *nobody;	/* root alone */
	struct guest_stats stats;
	guest_told_fn told;		/* NULL: nobody is told */
	void *told_arg;
};

/* A look, on a thread. */
struct job {
	int proc;
	struct mark host, marks[FILES];	/* marks: as they were; then as they are */
	enum guest_sight sight;
	char *texts[FILES];
	bool changed;
	unsigned int read, refused;
};

#define GUEST(node) ihash_entry(node, struct guest, by_view)

/* ---- the look ---- */

static bool same_mark(const struct mark *a, const struct mark *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec &&
	       a->ctime.tv_sec == b->ctime.tv_sec && a->ctime.tv_nsec == b->ctime.tv_nsec;
}

static struct mark mark_of(const struct stat *sb)
{
	return (struct mark){ sb->st_dev, sb->st_ino, (uint64_t)sb->st_size, sb->st_mtim,
			      sb->st_ctim };
}

/* Do ids of the process mean what they do on the host? */
static bool ids_are_hosts(int proc)
{
	unsigned long in, out, n;
	char text[256];
	int fd = openat(proc, "uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return true;	/* a kernel without user namespaces, or a test's /proc */
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return sscanf(text, "%lu %lu %lu", &in, &out, &n) == 3 && in == 0 && out == 0 &&
	       n >= UINT32_MAX;
}

/*
 * With O_NONBLOCK no FIFO is waited for. Of devices nothing is opened: a path that is no regular
 * file is seen as such before.
 */
static int open_file(int root, const char *path, struct stat *ret_sb)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	char self[40];
	int at = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	int fd = -1;

	if (at < 0)
		return -errno;
	if (fstat(at, ret_sb) < 0 || !S_ISREG(ret_sb->st_mode) || ret_sb->st_size > GUEST_FILE_MAX) {
		close(at);
		return -EPERM;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", at);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		fd = -errno;
	close(at);
	return fd;
}

static char *read_file(int fd, size_t len)
{
	char *text = malloc(len + 1);
	size_t n = 0, lines = 0;
	ssize_t got;

	if (!text)
		return NULL;
	while (n < len && (got = read(fd, text + n, len - n)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return NULL;
		}
		n += (size_t)got;
	}
	text[n] = '\0';
	for (char *p = text; (p = strchr(p, '\n')); p++) {
		if (++lines < GUEST_LINES_MAX)
			continue;
		p[1] = '\0';
		break;
	}
	return text;
}

static void look_file(struct job *j, int root, int which)
{
	static const char *const paths[FILES] = { "etc/passwd", "etc/group" };
	struct mark was = j->marks[which];
	struct stat sb;
	int fd = open_file(root, paths[which], &sb);

	j->marks[which] = (struct mark){ 0 };
	if (fd >= 0) {
		j->marks[which] = mark_of(&sb);
		j->texts[which] = read_file(fd, (size_t)sb.st_size);
		close(fd);
		j->read += j->texts[which] != NULL;
	}
	j->refused += fd < 0 ? fd != -ENOENT && fd != -ENOTDIR : !j->texts[which];
	j->changed |= !same_mark(&was, &j->marks[which]);
}

static void look(void *arg)
{
	struct job *j = arg;
	enum guest_sight was = j->sight;
	int root;

	j->sight = GUEST_SIGHT_HOST;
	if (ids_are_hosts(j->proc)) {
		root = openat(j->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		j->sight = root < 0 ? GUEST_SIGHT_NONE : GUEST_SIGHT_OWN;
		for (int i = 0; root >= 0 && i < FILES; i++)
			look_file(j, root, i);
		if (root >= 0)
			close(root);
		if (j->sight == GUEST_SIGHT_OWN && !j->texts[PASSWD])
			j->sight = GUEST_SIGHT_NONE;
		if (j->sight == GUEST_SIGHT_OWN && j->marks[PASSWD].dev == j->host.dev &&
		    j->marks[PASSWD].ino == j->host.ino)
			j->sight = GUEST_SIGHT_HOST;
	}
	j->changed |= was != j->sight;
}

static void job_free(void *arg)
{
	struct job *j = arg;

	close(j->proc);
	for (int i = 0; i < FILES; i++)
		free(j->texts[i]);
	free(j);
}

/* ---- the table ---- */

struct guests *guests_new(const char *host_passwd, unsigned int wait_ms)
{
	struct guests *g = calloc(1, sizeof(*g));
	char *passwd = strdup("root:x:0:0:::\n"), *group = strdup("root:x:0:\n");

	if (g) {
		ilist_init(&g->lru);
		g->slow = slow_new();
		g->wait_ms = wait_ms ? wait_ms : SLOW_WAIT_MS;
		g->host_passwd = strdup(host_passwd ? host_passwd : "/etc/passwd");
		g->nobody = user_table_new_text(passwd, group);
		passwd = group = NULL;
	}
	free(passwd);
	free(group);
	if (g && (ihash_init(&g->by_view) < 0 || !g->slow || !g->host_passwd || !g->nobody)) {
		guests_free(g);
		return NULL;
	}
	return g;
}

static void guest_drop(struct guests *g, struct guest *at)
{
	ihash_remove(&g->by_view, &at->by_view);
	ilist_remove(&at->lru);
	user_table_free(at->users);
	g->stats.bytes -= at->bytes + sizeof(*at);
	g->stats.namespaces--;
	free(at);
}

void guests_free(struct guests *g)
{
	if (!g)
		return;
	while (g->lru.next != &g->lru)
		guest_drop(g, ihash_entry(g->lru.next, struct guest, lru));
	ihash_release(&g->by_view);
	slow_free(g->slow);
	user_table_free(g->nobody);
	free(g->host_passwd);
	free(g);
}

static uint64_t hash_view(struct guest_view v)
{
	return hash_u64(v.container * 0x9e3779b97f4a7c15ull + v.mntns);
}

static struct guest *find(const struct guests *g, struct guest_view v)
{
	struct ihash_node *n;

	for (n = ihash_first(&g->by_view, hash_view(v)); n; n = ihash_next(n))
		if (GUEST(n)->view.mntns == v.mntns && GUEST(n)->view.container == v.container)
			return GUEST(n);
	return NULL;
}

bool guests_wanted(const struct guests *g, struct guest_view v, bool exec, uint64_t now_ns)
{
	const struct guest *at = find(g, v);

	if (!at || at->checked_ns + GUEST_CHECK_NS < now_ns)
		return true;
	/* a runtime joins the namespace first, and changes its root later, before it calls exec */
	return exec && at->sight != GUEST_SIGHT_OWN && v.container &&
	       now_ns < at->made_ns + GUEST_START_NS;
}

/* The oldest go while there are too many, but for the one just used. */
static void make_room(struct guests *g)
{
	while (g->lru.prev != g->lru.next &&
	       (g->stats.namespaces > GUEST_MAX || g->stats.bytes > GUEST_BYTES_MAX)) {
		guest_drop(g, ihash_entry(g->lru.prev, struct guest, lru));
		g->stats.evicted++;
	}
}

static struct guest *make(struct guests *g, struct guest_view v, uint64_t now_ns)
{
	struct guest *at = calloc(1, sizeof(*at));

	if (!at)
		return NULL;
	at->view = v;
	at->made_ns = now_ns;
	ihash_add(&g->by_view, &at->by_view, hash_view(v));
	ilist_add(&g->lru, &at->lru);
	g->stats.namespaces++;
	g->stats.bytes += sizeof(*at);
	return at;
}

static void take(struct guests *g, struct guest *at, struct job *j)
{
	struct user_table *users = NULL;

	g->stats.read += j->read;
	g->stats.refused += j->refused;
	if (!j->changed)
		return;
	if (j->sight == GUEST_SIGHT_OWN) {
		users = user_table_new_text(j->texts[PASSWD], j->texts[GROUP]);
		j->texts[PASSWD] = j->texts[GROUP] = NULL;
		if (!users)
			return;		/* what was known stays */
	}
	user_table_free(at->users);
	at->users = users;
	at->sight = j->sight;
	memcpy(at->marks, j->marks, sizeof(at->marks));
	g->stats.bytes -= at->bytes;
	at->bytes = users ? user_table_bytes(users) : 0;
	g->stats.bytes += at->bytes;
	if (g->told)
		g->told(g->told_arg, at->view, at->sight, at->users);
}

void guests_look(struct guests *g, struct guest_view v, int proc, uint64_t now_ns)
{
	struct guest *at = find(g, v);
	struct job *j;
	struct stat sb;
	int err;

	if (!at) {
		at = make(g, v, now_ns);
		/* until somebody has looked it is one of whom nothing is known */
		if (at && g->told)
			g->told(g->told_arg, v, at->sight, NULL);
	}
	j = at && proc >= 0 ? calloc(1, sizeof(*j)) : NULL;
	if (at) {
		at->checked_ns = now_ns;
		ilist_move(&g->lru, &at->lru);
	}
	if (!j) {
		if (proc >= 0)
			close(proc);
		make_room(g);
		return;
	}
	j->proc = proc;
	j->sight = at->sight;
	memcpy(j->marks, at->marks, sizeof(j->marks));
	if (stat(g->host_passwd, &sb) == 0)
		j->host = mark_of(&sb);
	err = slow_call(g->slow, hash_view(v), look, job_free, j, g->wait_ms, true);
	if (!err)
		take(g, at, j);
	else
		g->stats.late++;
	if (err != -ETIMEDOUT)
		job_free(j);
	make_room(g);
}

const struct user_table *guests_find(const struct guests *g, struct guest_view v)
{
	const struct guest *at = g ? find(g, v) : NULL;

	if (!at || at->sight == GUEST_SIGHT_HOST)
		return NULL;
	return at->sight == GUEST_SIGHT_OWN ? at->users : g->nobody;
}

void guests_stats(const struct guests *g, struct guest_stats *ret_stats)
{
	*ret_stats = g ? g->stats : (struct guest_stats){ 0 };
}

void guests_watch(struct guests *g, guest_told_fn fn, void *arg)
{
	g->told = fn;
	g->told_arg = arg;
}

void guests_each(const struct guests *g, guest_told_fn fn, void *arg)
{
	/* the one used longest ago first, so that a copy has the same order */
	for (const struct ilist *n = g->lru.prev; n != &g->lru; n = n->prev) {
		const struct guest *at = ihash_entry(n, const struct guest, lru);

		fn(arg, at->view, at->sight, at->users);
	}
}

int guests_restore(struct guests *g, struct guest_view v, enum guest_sight sight,
		   struct user_table *users)
{
	struct guest *at = find(g, v);

	if (!at)
		at = make(g, v, 0);
	if (!at) {
		user_table_free(users);
		return -ENOMEM;
	}
	ilist_move(&g->lru, &at->lru);
	user_table_free(at->users);
	at->users = users;
	at->sight = users ? GUEST_SIGHT_OWN : sight == GUEST_SIGHT_HOST ? sight : GUEST_SIGHT_NONE;
	g->stats.bytes -= at->bytes;
	at->bytes = users ? user_table_bytes(users) : 0;
	g->stats.bytes += at->bytes;
	make_room(g);
	return 0;
}
