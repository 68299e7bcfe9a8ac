// SPDX-License-Identifier: Apache-2.0
/*
 * What is read of containers: each .case of tests/data/containers lays out the files of engines
 * below a root of its own and says what is to come out of a process in a group.
 *
 *	group PATH		of the process; $A and $B are ids of 64 digits
 *	user UID HOME
 *	sql PATH, statements, end (a database of SQLite; each on a line)
 *	file PATH, lines, end	link PATH TO	fifo PATH	large PATH BYTES	owner UID PATH
 *	want none		it is on the host
 *	want WHAT VALUE		see show()
 */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <netinet/in.h>

#include "event/event.h"
#include "state/container_engine.h"
#include "state/containers.h"
#include "state/image.h"
#include "util/buf.h"
#include "util/lazy_sqlite.h"
#include "containing.h"
#include "scratch.h"
#include "suite.h"

#define WAIT_MS	120000	/* a busy machine answers late, too */

#define CASES	"tests/data/containers/*.case"
#define S	1000000000ull

static char id_a[65], id_b[65];
static const char *root;
static glob_t cases;

static void make_ids(void)
{
	for (int i = 0; i < 64; i++) {
		id_a[i] = "0123456789abcdef"[i % 16];
		id_b[i] = "fedcba9876543210"[i % 16];
	}
}

static void expand(const char *s, struct buf *out)
{
	buf_clear(out);
	for (; *s && *s != '\n'; s++) {
		if (strncmp(s, "$A", 2) == 0 || strncmp(s, "$B", 2) == 0)
			buf_add_str(out, *++s == 'A' ? id_a : id_b);
		else
			buf_add_char(out, *s);
	}
}

static void setup(void)
{
	make_ids();
	root = scratch_make();
}

static void put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(scratch_place(path), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* A file's lines up to "end". */
static void put_lines(FILE *f, const char *path)
{
	struct buf text = BUF_INIT, line = BUF_INIT;
	char raw[4096];

	while (fgets(raw, sizeof(raw), f) && strcmp(raw, "end\n") != 0) {
		expand(raw, &line);
		buf_add_slice(&text, buf_slice(&line));
		buf_add_char(&text, '\n');
	}
	put(path, buf_str(&text), text.len);
	buf_release(&text);
	buf_release(&line);
}

/* A database of SQLite, by statements up to "end". */
static void put_sql(FILE *f, const char *path)
{
	struct buf line = BUF_INIT;
	char raw[4096], *why = NULL;
	sqlite3 *db;

	ck_assert(lazy_sqlite_load());
	ck_assert_int_eq(sqlite3_open_v2(scratch_place(path), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
			 SQLITE_OK);
	while (fgets(raw, sizeof(raw), f) && strcmp(raw, "end\n") != 0) {
		expand(raw, &line);
		sqlite3_exec(db, buf_str(&line), NULL, NULL, &why);
		ck_assert_msg(!why, "%s: %s", buf_str(&line), why);
	}
	sqlite3_close(db);
	buf_release(&line);
}

static void show_labels(const struct container_label *l, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s=%s", i ? " " : "", l[i].key.ptr, l[i].value.ptr);
}

static void show_mounts(const struct container *c, struct buf *out)
{
	for (size_t i = 0; i < c->nmounts; i++) {
		const struct container_mount *m = &c->mounts[i];

		buf_printf(out, "%s%s>%s %s %s %s", i ? "|" : "", m->source.ptr, m->dest.ptr,
			   m->mode.ptr, m->rdwr ? "rw" : "ro", m->propagation.ptr);
	}
}

static void show(const struct container *c, const char *what, struct buf *out)
{
	static const char *const states[] = { "asked", "known", "incomplete" };
	static const char *const owners[] = { "", " told", " inferred" };
	const struct {
		const char *name;
		const struct slice *text;
	} texts[] = {
		{ "id", &c->id }, { "full_id", &c->full_id }, { "ns", &c->ns }, { "name", &c->name },
		{ "image", &c->image }, { "repo", &c->image_repo }, { "tag", &c->image_tag },
		{ "image_id", &c->image_id }, { "digest", &c->image_digest }, { "ip", &c->ip },
		{ "pod", &c->pod_name }, { "pod_ns", &c->pod_ns }, { "pod_uid", &c->pod_uid },
		{ "sandbox", &c->pod_sandbox }, { "healthcheck", &c->healthcheck },
	};

	buf_clear(out);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(what, texts[i].name) == 0)
			buf_add_slice(out, *texts[i].text);
	if (strcmp(what, "state") == 0)
		buf_add_str(out, states[c->state]);
	else if (strcmp(what, "type") == 0)
		buf_add_str(out, container_type_name(c->type));
	else if (strcmp(what, "uid") == 0)
		buf_add_u64(out, c->uid);
	else if (strcmp(what, "init") == 0)
		buf_add_u64(out, c->init_pid);
	else if (strcmp(what, "created") == 0)
		buf_add_u64(out, c->created_ns);
	else if (strcmp(what, "labels") == 0)
		show_labels(c->labels, c->nlabels, out);
	else if (strcmp(what, "pod_labels") == 0)
		show_labels(c->pod_labels, c->npod_labels, out);
	else if (strcmp(what, "mounts") == 0)
		show_mounts(c, out);
	else if (strcmp(what, "privileged") == 0)
		buf_add_str(out, !c->has_privileged ? "none" : c->privileged ? "true" : "false");
	else if (strcmp(what, "deployment") == 0)
		buf_printf(out, "%s%s", c->deployment.ptr, owners[c->owner]);
	else if (strcmp(what, "host") == 0)
		buf_printf(out, "%s%s%s", c->host_pid ? "pid" : "",
			   c->host_network ? c->host_pid ? " network" : "network" : "",
			   c->host_ipc ? " ipc" : "");
}

/* The case in hand. */
struct world {
	struct user_table *users;
	struct container_table *table;
	const struct container *c;
	struct buf group;
	bool seen;
	bool threads;	/* what may hang is read on a thread; nobody is asked */
};

/* Until it is known, or nobody can tell. */
static void await(struct container_table *t, uint64_t handle)
{
	while (container_find(t, handle)->state == CONTAINER_ASKED) {
		struct pollfd fd = { .fd = container_table_fd(t), .events = POLLIN };

		ck_assert_int_eq(poll(&fd, 1, WAIT_MS), 1);
		container_table_poll(t, S);
	}
}

static void look(struct world *w)
{
	static const struct container_engines nobody = { .silent = true, .wait_ms = WAIT_MS };
	struct container_options opt = { .root = root, .cgroup_root = root, .ask = w->threads,
					 .engines = &nobody };
	uint64_t h;

	if (w->seen)
		return;
	w->seen = true;
	ck_assert_int_eq(container_table_new(&opt, w->users, &w->table), 0);
	h = container_table_see(w->table, buf_slice(&w->group), S);
	if (w->threads && h)
		await(w->table, h);
	w->c = container_find(w->table, h);
}

static void want(struct world *w, const char *name, char *what, const char *value)
{
	struct container_stats stats;
	struct buf is = BUF_INIT;

	look(w);
	if (strcmp(what, "none") == 0) {
		ck_assert_msg(!w->c, "%s: is a container", name);
		return;
	}
	ck_assert_msg(w->c != NULL, "%s: is none", name);
	container_table_stats(w->table, &stats);
	if (strcmp(what, "refused") == 0 && w->threads)
		return;	/* the threads' readers count for themselves */
	if (strcmp(what, "refused") == 0)
		buf_add_u64(&is, stats.files_refused);
	else
		show(w->c, what, &is);
	ck_assert_msg(strcmp(buf_str(&is), value) == 0, "%s: %s is '%s', not '%s'", name, what,
		      buf_str(&is), value);
	ck_assert_uint_eq(stats.incomplete, w->c->state == CONTAINER_INCOMPLETE);
	buf_release(&is);
}

static void line_of_case(struct world *w, const char *name, FILE *f, char *line)
{
	char *word = strtok(line, " \n"), *first = strtok(NULL, " \n"), *rest = strtok(NULL, "\n");
	const char *to = rest ? rest : "";
	char full[4096];

	if (strcmp(word, "group") == 0) {
		expand(first, &w->group);
	} else if (strcmp(word, "file") == 0) {
		put_lines(f, first);
	} else if (strcmp(word, "sql") == 0) {
		put_sql(f, first);
	} else if (strcmp(word, "user") == 0) {
		user_table_tell(w->users, &(struct user){ .uid = (uint32_t)atoi(first),
			.name = SLICE_LIT("alice"), .home = slice_of(to) }, false, false);
	} else if (strcmp(word, "link") == 0) {
		ck_assert_int_eq(symlink(to, scratch_place(first)), 0);
	} else if (strcmp(word, "fifo") == 0) {
		ck_assert_int_eq(mkfifo(scratch_place(first), 0600), 0);
	} else if (strcmp(word, "large") == 0) {
		put(first, "{}", 2);
		ck_assert_int_eq(truncate(scratch_place(first), atoi(to)), 0);
	} else if (strcmp(word, "owner") == 0) {
		snprintf(full, sizeof(full), "%s", scratch_place(to));
		ck_assert_int_eq(chown(full, (uid_t)atoi(first), 0), 0);
	} else if (strcmp(word, "want") == 0) {
		want(w, name, first, to);
	} else {
		ck_abort_msg("%s: %s", name, word);
	}
}

START_TEST(test_case)
{
	const char *name = cases.gl_pathv[_i / 2];
	struct world w = { .users = user_table_new_empty(), .group = BUF_INIT, .threads = _i % 2 };
	struct buf full = BUF_INIT;
	FILE *f = fopen(name, "r");
	char line[4096];

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		char copy[8192];

		if (*line == '#' || *line == '\n')
			continue;
		expand(line, &full);
		snprintf(copy, sizeof(copy), "%s", buf_str(&full));
		/* who owns a file only root can choose */
		if (geteuid() != 0 && strncmp(copy, "owner ", 6) == 0)
			break;
		line_of_case(&w, name, f, copy);
	}
	ck_assert(w.seen || geteuid() != 0);
	fclose(f);
	buf_release(&full);
	buf_release(&w.group);
	container_table_free(w.table);
	user_table_free(w.users);
}
END_TEST

/* ---- the table itself ---- */

/* The bound holds; what goes first is what was not seen for longest. */
START_TEST(test_bound)
{
	struct container_table *t = containing_table(8, 0);
	struct container_stats st;
	uint64_t first = 0, h;

	for (unsigned int n = 0; n < 100; n++) {
		h = container_table_see(t, slice_of(containing_group(n)), n * S);
		ck_assert_uint_ne(h, 0);
		if (!first)
			first = h;
		ck_assert(container_table_touch(t, first, n * S));
		ck_assert_ptr_nonnull(container_find(t, h));
	}
	container_table_stats(t, &st);
	ck_assert_uint_eq(st.containers, 8);
	ck_assert_uint_eq(st.evicted, 92);
	ck_assert_uint_eq(st.seen, 100);
	ck_assert_ptr_nonnull(container_find(t, first));
	ck_assert_ptr_null(container_find(t, first + 1));
	ck_assert(!container_table_touch(t, first + 1, 200 * S));
	/* made anew, with another handle */
	ck_assert_uint_gt(container_table_see(t, slice_of(containing_group(1)), 200 * S), h);
	container_table_free(t);
}
END_TEST

/*
 * A group that is gone is an ended container, kept for a while; a new group of its name another
 * one.
 */
START_TEST(test_end)
{
	struct container_table *t = containing_table(0, 30);
	const struct container *c;
	uint64_t h, again;

	ck_assert_int_eq(mkdir(scratch_place(containing_group(1)), 0755), 0);
	h = container_table_see(t, slice_of(containing_group(1)), S);
	container_table_tend(t, 10 * S);
	ck_assert_uint_eq(container_find(t, h)->ended_ns, 0);
	ck_assert_int_eq(rmdir(scratch_place(containing_group(1))), 0);
	container_table_tend(t, 20 * S);
	c = container_find(t, h);
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(c->ended_ns, 20 * S);
	ck_assert_ptr_eq(container_by_id(t, c->id), c);
	/* something else takes the old inode, so that the new group has another one */
	ck_assert_int_eq(mkdir(scratch_place("/docker/other"), 0755), 0);
	ck_assert_int_eq(mkdir(scratch_place(containing_group(1)), 0755), 0);
	again = container_table_see(t, slice_of(containing_group(1)), 21 * S);
	ck_assert_uint_ne(again, h);
	ck_assert_ptr_eq(container_by_id(t, c->full_id), container_find(t, again));
	container_table_tend(t, 49 * S);
	ck_assert_ptr_nonnull(container_find(t, h));
	container_table_tend(t, 51 * S);
	ck_assert_ptr_null(container_find(t, h));
	ck_assert_ptr_nonnull(container_find(t, again));
	container_table_free(t);
}
END_TEST

/* What a runtime by itself wrote down may be gone already, or come later. */
START_TEST(test_made)
{
	static const char args[] = "run\0web\0--bundle\0/srv";
	static const char shim[] = "--root\0/run/containerd/runc/shop\0create\0web";
	struct container_maker m = { .type = CONTAINER_CRUN, .args = { args, sizeof(args) } };
	struct container_table *t = containing_table(0, 0);
	const struct container *c;

	ck_assert_uint_eq(container_table_see(t, slice_of("/web"), S), 0);
	ck_assert_uint_eq(container_table_see_made(t, slice_of("/other"), &m, S), 0);
	ck_assert_uint_eq(container_table_see_made(t, slice_of("/run.slice"), &m, S), 0);
	c = container_find(t, container_table_see_made(t, slice_of("/web"), &m, S));
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(c->type, CONTAINER_CRUN);
	ck_assert(slice_eq_str(c->id, "web") && slice_eq_str(c->name, "web"));
	ck_assert_int_eq(c->state, CONTAINER_KNOWN);
	/* from now on it is one whoever asks */
	ck_assert_uint_eq(container_table_see(t, slice_of("/web/below"), S), c->handle);
	/* not root's: only groups of that user */
	m.uid = 1000;
	ck_assert_uint_eq(container_table_see_made(t, slice_of("/a/web"), &m, S), 0);
	ck_assert_uint_eq(container_table_see_made(t, slice_of("/user.slice/user-1001.slice/web"),
						   &m, S), 0);
	ck_assert_uint_ne(container_table_see_made(t, slice_of("/user.slice/user-1000.slice/web"),
						   &m, S), 0);
	/* a runtime that containerd's shim called */
	m = (struct container_maker){ .type = CONTAINER_RUNC, .args = { shim, sizeof(shim) } };
	c = container_find(t, container_table_see_made(t, slice_of("/shop/web"), &m, S));
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(c->type, CONTAINER_CONTAINERD);
	ck_assert(slice_eq_str(c->ns, "shop"));
	container_table_free(t);
}
END_TEST

/* A runtime that runs a copy of itself stays what it was; other programs with strange paths are none. */
START_TEST(test_runtime)
{
	static const struct {
		const char *path;
		uint32_t flags;
		const char *is;
	} chain[] = {
		{ "/usr/bin/bash", 0, NULL }, { "/", 0, NULL }, { "/usr/bin/crun", 0, "crun" },
		{ "/", 0, "crun" }, { "/memfd:clone", FALCOC_EXE_MEMFD, "crun" },
		{ "/usr/bin/curl", 0, NULL }, { "/", 0, NULL }, { "/usr/sbin/runc", 0, "runc" },
		{ "/tmp/#12", FALCOC_EXE_DELETED, "runc" }, { "/tmp/crunch", 0, NULL },
	};
	struct slice none = { NULL, 0 };
	struct image *before = NULL;

	for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++) {
		struct image *im = image_new(slice_of(chain[i].path), none, none, none);

		ck_assert_ptr_nonnull(im);
		im->flags = chain[i].flags;
		image_set_runtime(im, before);
		ck_assert_msg(chain[i].is ? im->runtime && strcmp(im->runtime, chain[i].is) == 0 : !im->runtime,
			      "%s is %s", chain[i].path, im->runtime ? im->runtime : "none");
		image_put(before);
		before = im;
	}
	image_put(before);
}
END_TEST

/* Its bundle is where its maker was told, or was called; one that is another's tells nothing. */
START_TEST(test_made_bundle)
{
	static const char config[] = "{\"mounts\":[{\"type\":\"bind\",\"source\":\"/etc\","
		"\"destination\":\"/host\"}],\"linux\":{\"cgroupsPath\":\"/web\"}}";
	static const char *const args[] = { "run\0--bundle\0/srv/b\0web", "run\0-b\0b\0web",
					    "run\0--bundle=/srv/b\0web", "run\0web\0" "run\0web" };
	static const size_t sizes[] = { 24, 13, 24, 12 };
	static const char *const cwds[] = { "/", "/srv", "/", "/srv/b" };

	put("/srv/b/config.json", config, sizeof(config) - 1);
	for (int i = 0; i < 4; i++) {
		struct container_maker m = { .type = CONTAINER_CRUN, .args = { args[i], sizes[i] },
					     .cwd = slice_of(cwds[i]) };
		struct container_table *t = containing_table(0, 0);
		const struct container *c;

		c = container_find(t, container_table_see_made(t, slice_of("/web"), &m, S));
		ck_assert_ptr_nonnull(c);
		ck_assert_uint_eq(c->nmounts, 1);
		ck_assert_str_eq(c->mounts[0].dest.ptr, "/host");
		c = container_find(t, container_table_see_made(t, slice_of("/other/web"), &m, S));
		ck_assert_ptr_nonnull(c);
		ck_assert_uint_eq(c->nmounts, 0);
		container_table_free(t);
	}
}
END_TEST

/* The files of one that was known by its maker only are read when they are there. */
START_TEST(test_made_reread)
{
	static const char args[] = "run\0late";
	static const char status[] = "{\"pid\":78,\"cgroup-path\":\"/late\","
		"\"created\":\"2026-01-02T03:04:05Z\"}";
	struct container_maker m = { .type = CONTAINER_CRUN, .args = { args, sizeof(args) } };
	struct container_options opt = { .root = root };
	struct container_table *t;
	const struct container *c;
	FILE *f;

	ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
	c = container_find(t, container_table_see_made(t, slice_of("/late"), &m, S));
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(c->init_pid, 0);
	ck_assert(mkdir(scratch_place("/run"), 0755) == 0 || errno == EEXIST);
	ck_assert(mkdir(scratch_place("/run/crun"), 0755) == 0 || errno == EEXIST);
	ck_assert_int_eq(mkdir(scratch_place("/run/crun/late"), 0755), 0);
	f = fopen(scratch_place("/run/crun/late/status"), "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(status, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	container_table_tend(t, 3 * S);
	ck_assert_uint_eq(c->init_pid, 78);
	ck_assert_uint_eq(container_table_see(t, slice_of("/late"), 4 * S), c->handle);
	container_table_free(t);
}
END_TEST

START_TEST(test_by_id)
{
	struct container_table *t = containing_table(0, 0);
	char other[] = "/docker/0000000000000000000000000000000000000000000000000000000000000001";
	const struct container *c;
	uint64_t h = container_table_see(t, slice_of(other), S);

	c = container_find(t, h);
	ck_assert_ptr_eq(container_by_id(t, SLICE_LIT("000000000000")), c);
	ck_assert_ptr_null(container_by_id(t, SLICE_LIT("00000000000")));
	ck_assert_ptr_null(container_by_id(t, SLICE_LIT("100000000000")));
	/* the same short id: only the long one tells */
	other[sizeof(other) - 2] = '2';
	h = container_table_see(t, slice_of(other), S);
	ck_assert_ptr_null(container_by_id(t, SLICE_LIT("000000000000")));
	ck_assert_uint_eq(container_by_id(t, slice_of(other + 8))->handle, h);
	container_table_free(t);
}
END_TEST

/* What captures tell, before and after a process shows up; old ones know short ids only. */
START_TEST(test_capture)
{
	static const char *const told = "{\"container\":{\"id\":\"abababababab\",\"type\":0,"
		"\"name\":\"web\",\"image\":\"myrepo/app:1.2\",\"imagerepo\":\"myrepo/app\","
		"\"imagetag\":\"1.2\",\"privileged\":true,\"ip\":\"0.0.0.0\",\"labels\":null,"
		"\"Mounts\":[{\"Source\":\"/a\",\"Destination\":\"/b\",\"RW\":false}]}}";
	struct container_options opt = { .foreign = true };
	struct container_table *t;
	const struct container *c;
	char group[128] = "/docker/";
	uint64_t h;

	for (int i = 0; i < 32; i++)
		strcat(group, "ab");
	ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
	h = container_table_see(t, slice_of(group), S);
	ck_assert_uint_eq(container_find(t, h)->state, CONTAINER_INCOMPLETE);
	ck_assert_int_eq(container_table_tell(t, slice_of(told), S), 0);
	c = container_find(t, h);
	ck_assert_str_eq(c->image.ptr, "myrepo/app:1.2");
	ck_assert_str_eq(c->name.ptr, "web");
	ck_assert(c->privileged && c->state == CONTAINER_KNOWN);
	ck_assert_uint_eq(c->ip.len, 0);
	ck_assert_uint_eq(c->nmounts, 1);
	ck_assert_uint_eq(container_table_see(t, slice_of(group), S), h);
	ck_assert_int_eq(container_table_tell(t, SLICE_LIT("{\"container\":{}}"), S), -EBADMSG);
	ck_assert_int_eq(container_table_tell(t, SLICE_LIT("nonsense"), S), -EBADMSG);
	container_table_free(t);
}
END_TEST

/* ---- engines' sockets ---- */

/* An engine on a socket below the root: says @reply to whoever comes, or nothing at all. */
struct engine {
	int fd;
	const char *reply;
	pthread_t thread;
};

static void *serve(void *arg)
{
	struct engine *en = arg;
	int fd = accept(en->fd, NULL, NULL);
	char request[4096];

	if (fd >= 0 && read(fd, request, sizeof(request)) > 0 && en->reply)
		dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
			strlen(en->reply), en->reply);
	/* who says nothing keeps the line open */
	while (!en->reply && fd >= 0 && read(fd, request, sizeof(request)) > 0)
		;
	close(fd);
	return NULL;
}

static void engine_start_at(struct engine *en, const char *path, const char *reply)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", scratch_place(path));
	en->reply = reply;
	en->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(en->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(en->fd, 4), 0);
	ck_assert_int_eq(pthread_create(&en->thread, NULL, serve, en), 0);
}

static void engine_end(struct engine *en)
{
	shutdown(en->fd, SHUT_RDWR);
	pthread_join(en->thread, NULL);
	close(en->fd);
}

static struct container_table *asking_table(void)
{
	static const struct container_engines patient = { .wait_ms = WAIT_MS };
	struct container_options opt = { .root = root, .cgroup_root = root, .ask = true, .engines = &patient };
	struct container_table *t;

	ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
	return t;
}

/* Where files say nothing the socket is asked, and what it says comes with the next look. */
START_TEST(test_ask)
{
	struct buf reply = BUF_INIT, group = BUF_INIT;
	struct container_table *t = asking_table();
	const struct container *c;
	struct pollfd fd = { .fd = container_table_fd(t), .events = POLLIN };
	struct engine en;
	uint64_t h;

	expand("{\"Id\":\"$A\",\"Name\":\"/web\",\"Image\":\"sha256:$B\",\"Config\":{\"Image\":\"alpine:3\"},"
	       "\"State\":{\"Health\":{\"Status\":\"healthy\"}}}", &reply);
	expand("/docker/$A", &group);
	engine_start_at(&en, "/run/docker.sock", buf_str(&reply));
	h = container_table_see(t, buf_slice(&group), 5 * S);
	c = container_find(t, h);
	ck_assert_int_eq(c->state, CONTAINER_ASKED);
	ck_assert_uint_eq(container_table_due_ns(t), 5 * S + WAIT_MS * 1000000ull);
	ck_assert_int_eq(poll(&fd, 1, WAIT_MS), 1);
	ck_assert(container_table_poll(t, 5 * S));
	c = container_find(t, h);
	ck_assert_int_eq(c->state, CONTAINER_KNOWN);
	ck_assert_str_eq(c->image.ptr, "alpine:3");
	ck_assert_str_eq(c->health.ptr, "healthy");
	ck_assert_str_eq(c->name.ptr, "web");
	ck_assert_uint_eq(container_table_due_ns(t), UINT64_MAX);
	/* found by its group as before */
	ck_assert_uint_eq(container_table_see(t, buf_slice(&group), 6 * S), h);
	engine_end(&en);
	container_table_free(t);
	buf_release(&reply);
	buf_release(&group);
}
END_TEST

/* A group in a service is not its engine's for its name: the engine knows that id, not that group. */
START_TEST(test_ask_service)
{
	struct buf reply = BUF_INIT, group = BUF_INIT;
	struct container_table *t = asking_table();
	struct engine en;
	uint64_t h;

	expand("{\"Id\":\"$A\",\"Name\":\"/web\",\"Config\":{\"Image\":\"trusted:1\"}}", &reply);
	expand("/system.slice/x.service/docker-$A.scope", &group);
	engine_start_at(&en, "/run/docker.sock", buf_str(&reply));
	h = container_table_see(t, buf_slice(&group), S);
	await(t, h);
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_INCOMPLETE);
	ck_assert_uint_eq(container_find(t, h)->image.len, 0);
	engine_end(&en);
	container_table_free(t);
	buf_release(&reply);
	buf_release(&group);
}
END_TEST

/* Records of minutes go by while it is asked for, and its group is gone: alerts that wait for it find it. */
START_TEST(test_asked_stays)
{
	struct container_table *t = asking_table();
	struct engine en;
	uint64_t h;

	ck_assert_int_eq(mkdir(scratch_place("/docker/other"), 0755), 0);
	engine_start_at(&en, "/run/docker.sock", NULL);
	h = container_table_see(t, slice_of(containing_group(1)), 5 * S);
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_ASKED);
	container_table_tend(t, 20 * S);
	container_table_tend(t, 400 * S);
	ck_assert_ptr_nonnull(container_find(t, h));
	ck_assert(container_table_poll(t, 400 * S));
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_INCOMPLETE);
	container_table_tend(t, 410 * S);
	ck_assert_uint_eq(container_find(t, h)->ended_ns, 410 * S);
	container_table_tend(t, 720 * S);
	ck_assert_ptr_null(container_find(t, h));
	container_table_free(t);
	engine_end(&en);
}
END_TEST

/* An engine that says nothing keeps nobody waiting: not who asks, not who ends. */
START_TEST(test_silent)
{
	struct container_table *t = asking_table();
	struct container_stats st;
	struct engine en;
	uint64_t h;

	engine_start_at(&en, "/run/docker.sock", NULL);
	h = container_table_see(t, slice_of(containing_group(1)), 5 * S);
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_ASKED);
	ck_assert(!container_table_poll(t, 5 * S));
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_ASKED);
	ck_assert(container_table_poll(t, 5 * S + WAIT_MS * 1000000ull));
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_INCOMPLETE);
	/* more questions than the queue has room for */
	for (unsigned int n = 2; n < 2 + 2 * 256; n++)
		container_table_see(t, slice_of(containing_group(n)), 5 * S);
	container_table_stats(t, &st);
	ck_assert_uint_gt(st.queue_full, 0);
	ck_assert_uint_gt(st.asked, 255);
	container_table_free(t);
	engine_end(&en);
}
END_TEST

/* A user's engine is asked over the user's own socket, and no other that lies in its place. */
START_TEST(test_ask_user)
{
	struct buf reply = BUF_INIT, group = BUF_INIT;
	static const char socket_path[] = "/run/user/1000/podman/podman.sock";
	struct container_table *t = asking_table();
	struct engine en;
	uint64_t h;

	if (geteuid() != 0)
		return;	/* only root can give it to the user */
	expand("{\"Id\":\"$A\",\"Name\":\"web\",\"ImageName\":\"alpine:3\"}", &reply);
	expand("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-$A.scope", &group);
	engine_start_at(&en, socket_path, buf_str(&reply));
	/* root's */
	h = container_table_see(t, buf_slice(&group), S);
	await(t, h);
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_INCOMPLETE);
	container_table_free(t);
	ck_assert_int_eq(chown(scratch_place(socket_path), 1000, 1000), 0);
	t = asking_table();
	h = container_table_see(t, buf_slice(&group), S);
	await(t, h);
	ck_assert_int_eq(container_find(t, h)->state, CONTAINER_KNOWN);
	ck_assert_str_eq(container_find(t, h)->image.ptr, "alpine:3");
	engine_end(&en);
	container_table_free(t);
	buf_release(&reply);
	buf_release(&group);
}
END_TEST

#define POD_UID	"01234567-89ab-cdef-0123-456789abcdef"

/* The kubelet tells who owns a pod, whatever its name looks like, and which probes it has. */
START_TEST(test_kubelet)
{
	static const char pods[] = "{\"items\":[{\"metadata\":{\"uid\":\"other\"}},{\"metadata\":{\"uid\":\"" POD_UID
		"\",\"name\":\"shop-5d4f8c7b9d-xk2lp\",\"namespace\":\"web\",\"labels\":{\"app\":\"shop\","
		"\"pod-template-hash\":\"5d4f8c7b9d\"},\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":"
		"\"shop-5d4f8c7b9d\"}]},\"spec\":{\"containers\":[{\"name\":\"app\",\"livenessProbe\":{\"exec\":"
		"{\"command\":[\"/bin/check\",\"live\"]}},\"readinessProbe\":{\"httpGet\":{}}}]},"
		"\"status\":{\"podIP\":\"10.1.2.3\"}}]}";
	struct container_engines engines = { .wait_ms = WAIT_MS };
	struct container_options opt = { .root = root, .cgroup_root = root, .ask = true,
					 .engines = &engines };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	struct buf file = BUF_INIT, group = BUF_INIT, path = BUF_INIT;
	struct engine en = { .reply = pods };
	const struct container *c;
	char url[64];

	expand("/kubepods/pod" POD_UID "/$A", &group);
	expand("/run/containerd/io.containerd.runtime.v2.task/k8s.io/$A/config.json", &path);
	expand("{\"annotations\":{\"io.kubernetes.cri.image-name\":\"quay.io/a/shop:1\",\"io.kubernetes.cri."
	       "container-name\":\"app\",\"io.kubernetes.cri.sandbox-name\":\"shop-5d4f8c7b9d-xk2lp\"}}", &file);
	put(buf_str(&path), file.ptr, file.len);
	en.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(en.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(en.fd, 4), 0);
	ck_assert_int_eq(getsockname(en.fd, (struct sockaddr *)&at, &len), 0);
	ck_assert_int_eq(pthread_create(&en.thread, NULL, serve, &en), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", ntohs(at.sin_port));
	for (int asked = 0; asked < 2; asked++) {
		struct container_table *t;
		uint64_t h;

		engines.kubelet_url = asked ? url : NULL;
		ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
		h = container_table_see(t, buf_slice(&group), S);
		await(t, h);
		c = container_find(t, h);
		ck_assert_int_eq(c->state, CONTAINER_KNOWN);
		ck_assert_str_eq(c->deployment.ptr, "shop");
		ck_assert_int_eq(c->owner, asked ? CONTAINER_OWNER_TOLD : CONTAINER_OWNER_INFERRED);
		ck_assert_str_eq(c->liveness_probe.ptr, asked ? "/bin/check live" : "");
		ck_assert_uint_eq(c->readiness_probe.len, 0);
		ck_assert_str_eq(c->pod_ns.ptr, asked ? "web" : "");
		ck_assert_uint_eq(c->npod_labels, asked ? 2 : 0);
		container_table_free(t);
	}
	engine_end(&en);
	buf_release(&file);
	buf_release(&group);
	buf_release(&path);
}
END_TEST

/* What containerd says, as bytes. */
START_TEST(test_messages)
{
	static const char container[] = "\x0a\x27" "\x0a\x05" "redis" "\x12\x08\x0a\x01" "a" "\x12\x03" "b=c"
		"\x1a\x14" "quay.io/my/redis:7.1";
	static const char image[] = "\x0a\x26" "\x0a\x14" "quay.io/my/redis:7.1" "\x1a\x0e"
		"\x0a\x01" "x" "\x12\x09" "sha256:aa";
	struct slice m = { container, sizeof(container) - 1 };
	struct container_facts f;

	ck_assert_int_eq(facts_init(&f), 0);
	ck_assert(!facts_containerd(&f, m, "other"));
	/* every cut of it is refused or says less, and nothing beyond it is read */
	for (size_t n = 0; n < m.len; n++) {
		char *cut = malloc(n ? n : 1);
		struct container_facts g;

		memcpy(cut, container, n);
		ck_assert_int_eq(facts_init(&g), 0);
		facts_containerd(&g, (struct slice){ cut, n }, "redis");
		ck_assert_uint_eq(g.c.image.len, 0);
		facts_release(&g);
		free(cut);
	}
	ck_assert(facts_containerd(&f, m, "redis"));
	ck_assert_str_eq(f.c.image.ptr, "quay.io/my/redis:7.1");
	ck_assert_str_eq(f.c.image_tag.ptr, "7.1");
	ck_assert_uint_eq(f.c.nlabels, 1);
	ck_assert_str_eq(f.c.labels[0].value.ptr, "b=c");
	ck_assert(facts_containerd_image(&f, (struct slice){ image, sizeof(image) - 1 }));
	ck_assert_str_eq(f.c.image_digest.ptr, "sha256:aa");
	facts_release(&f);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("container");
	TCase *tc = tcase_create("container");
	int failed;

	if (glob(CASES, 0, NULL, &cases) != 0 || cases.gl_pathc < 20) {
		fprintf(stderr, "no cases: " CASES "\n");
		return 1;
	}
	tcase_add_checked_fixture(tc, setup, scratch_remove);
	tcase_add_loop_test(tc, test_case, 0, 2 * (int)cases.gl_pathc);
	tcase_add_test(tc, test_bound);
	tcase_add_test(tc, test_end);
	tcase_add_test(tc, test_made);
	tcase_add_test(tc, test_runtime);
	tcase_add_test(tc, test_made_bundle);
	tcase_add_test(tc, test_made_reread);
	tcase_add_test(tc, test_by_id);
	tcase_add_test(tc, test_capture);
	tcase_add_test(tc, test_ask);
	tcase_add_test(tc, test_ask_service);
	tcase_add_test(tc, test_ask_user);
	tcase_add_test(tc, test_kubelet);
	tcase_add_test(tc, test_silent);
	tcase_add_test(tc, test_asked_stays);
	tcase_add_test(tc, test_messages);
	suite_add_tcase(s, tc);
	failed = suite_run(s);
	globfree(&cases);
	return failed;
}
