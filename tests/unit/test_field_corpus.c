// SPDX-License-Identifier: Apache-2.0
/*
 * Fields beside what Falco printed for the same events of its captures.
 *
 * Each event of the goldens is turned back into a record as the module would have made
 * it: the open file, both ends of the socket, the path as passed, ids, result. What
 * falcoc then prints for the other fields must be what Falco printed. Differences
 * that are meant are listed in `meant`; each says why.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <netinet/in.h>

#include "fieldworld.h"
#include "suite.h"

static const char *const fields[] = {
	"evt.type", "syscall.type", "evt.category", "evt.res", "evt.rawres", "evt.failed",
	"evt.is_io", "evt.is_io_read", "evt.is_io_write", "evt.io_dir", "evt.is_wait", "evt.cpu",
	"evt.is_open_read", "evt.is_open_write", "evt.is_open_exec", "evt.is_open_create",
	"fd.num", "fd.type", "fd.typechar", "fd.name", "fd.directory", "fd.filename", "fd.nameraw",
	"fd.cip", "fd.sip", "fd.lip", "fd.rip", "fd.cport", "fd.sport", "fd.lport", "fd.rport",
	"fd.l4proto", "fd.sockfamily", "fd.connected", "fd.is_server", "fd.uid",
	"fd.is_upper_layer", "fs.path.name", "fs.path.nameraw", "fs.path.source",
	"fs.path.sourceraw", "fs.path.target", "fs.path.targetraw",
	"proc.name", "proc.pid", "proc.ppid", "proc.vpid", "proc.tty", "thread.tid", "thread.vtid",
	"thread.ismain", "user.uid", "user.loginuid", "group.gid", "proc.is_vpgid_leader",
};

#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

static struct counts {
	unsigned int same, differ, meant;
	char example[400];
} counts[NFIELDS];

static const char *text(json_t *ev, const char *key)
{
	const char *s = json_string_value(json_object_get(ev, key));

	return s ? s : "";
}

static int64_t number(json_t *ev, const char *key)
{
	return json_integer_value(json_object_get(ev, key));
}

/* A value of the goldens as outputs show it. */
static const char *golden(json_t *ev, const char *key, char *buf, size_t size)
{
	json_t *v = json_object_get(ev, key);

	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (!json_is_integer(v))
		return "<none>";
	snprintf(buf, size, "%lld", (long long)json_integer_value(v));
	return buf;
}

/* The value of "name=" in evt.args, up to the next blank; and what stands in brackets behind it. */
static const char *arg(json_t *ev, const char *name, char *buf, size_t size)
{
	char key[40];
	const char *p;

	snprintf(key, sizeof(key), " %s=", name);
	p = strstr(text(ev, "evt.args"), key);
	if (!p)
		return NULL;
	p += strlen(key);
	snprintf(buf, size, "%.*s", (int)strcspn(p, " "), p);
	return buf;
}

static uint64_t open_flags(const char *names)
{
	static const struct { const char *name; uint64_t bits; } known[] = {
		{ "O_WRONLY", O_WRONLY }, { "O_RDWR", O_RDWR }, { "O_CREAT", O_CREAT },
		{ "O_TRUNC", O_TRUNC }, { "O_APPEND", O_APPEND }, { "O_CLOEXEC", O_CLOEXEC },
		{ "O_DIRECTORY", O_DIRECTORY }, { "O_EXCL", O_EXCL }, { "O_NONBLOCK", O_NONBLOCK },
	};
	uint64_t flags = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		flags |= strstr(names, known[i].name) ? known[i].bits : 0;
	return flags;
}

static void put_sock(struct mkrec *m, json_t *ev)
{
	const char *type = text(ev, "fd.type"), *name = text(ev, "fd.name");
	const bool six = strcmp(type, "ipv6") == 0;
	const bool dgram = strcmp(text(ev, "fd.l4proto"), "udp") == 0;
	const char *none = six ? "::" : "0.0.0.0";
	bool connected = strstr(name, "->"), bound = !connected && *name;
	bool client = connected && strcmp(text(ev, "fd.lip"), text(ev, "fd.cip")) == 0 &&
		      number(ev, "fd.lport") == number(ev, "fd.cport");
	enum falcoc_role role = client ? FALCOC_ROLE_CLIENT : FALCOC_ROLE_SERVER;
	char ip[64] = "";
	const char *colon = strrchr(name, ':');
	int fd = (int)number(ev, "fd.num");

	if (bound)
		snprintf(ip, sizeof(ip), "%.*s", (int)(colon - name), name);
	mkrec_inet(m, fd, dgram ? SOCK_DGRAM : SOCK_STREAM,
		   connected ? role : FALCOC_ROLE_UNKNOWN,
		   connected ? text(ev, "fd.lip") : bound ? ip : none,
		   connected ? (unsigned int)number(ev, "fd.lport") :
		   bound ? (unsigned int)atoi(colon + 1) : 0,
		   connected ? text(ev, "fd.rip") : none,
		   connected ? (unsigned int)number(ev, "fd.rport") : 0);
}

static const struct { const char *type; enum falcoc_fd_kind kind; } kinds[] = {
	{ "file", FALCOC_FD_FILE }, { "directory", FALCOC_FD_DIR }, { "pipe", FALCOC_FD_PIPE },
	{ "event", FALCOC_FD_EVENTFD }, { "signalfd", FALCOC_FD_SIGNALFD },
	{ "eventpoll", FALCOC_FD_EVENTPOLL }, { "inotify", FALCOC_FD_INOTIFY },
	{ "timerfd", FALCOC_FD_TIMERFD },
};

/* The open file of the event; false: one that the module would tell more of. */
static bool put_fd(struct mkrec *m, json_t *ev)
{
	const char *type = text(ev, "fd.type"), *name = text(ev, "fd.name");
	int fd = (int)number(ev, "fd.num");

	/* Falco did not know the file; the kernel always does */
	if (!*type)
		return !(event_def(m->rec->event)->traits & FALCOC_T_FD) || number(ev, "evt.rawres") < 0;
	if (strcmp(type, "file") == 0 && *name != '/')
		return false;
	if (strncmp(type, "ipv", 3) == 0) {
		/* the goldens know half of a UDP socket, and none of its addresses before 0.0.0.0 */
		if (strstr(name, "->") && (!*text(ev, "fd.lip") || !*text(ev, "fd.rip")))
			return false;
		put_sock(m, ev);
		return true;
	}
	if (strcmp(type, "unix") == 0) {
		mkrec_unix(m, fd, FALCOC_ROLE_UNKNOWN, NULL, *name ? name : NULL);
		return true;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].type, type) == 0) {
			mkrec_fd(m, fd, kinds[i].kind, *name ? name : NULL);
			return true;
		}
	}
	return false;
}

/* Directories as passed are not in the goldens: only absolute paths can be told. */
static bool put_paths(struct mkrec *m, json_t *ev)
{
	static const char *const keys[][2] = {
		{ "fs.path.nameraw", NULL }, { "fs.path.sourceraw", "fs.path.targetraw" },
	};
	const bool rename = strncmp(text(ev, "evt.type"), "rename", 6) == 0;

	if (m->rec->event == FALCOC_E_MOUNT) {
		const char *target = text(ev, "fs.path.targetraw");

		if (json_object_get(ev, "fs.path.sourceraw"))
			mkrec_str(m, FALCOC_A_TEXT0, text(ev, "fs.path.sourceraw"));
		if (*target)
			mkrec_str(m, FALCOC_A_PATH0, target);
		return !*target || *target == '/';
	}

	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < 2; j++) {
			const char *path = keys[i][j] ? text(ev, keys[i][j]) : "";

			if (!*path)
				continue;
			if (*path != '/')
				return false;
			mkrec_str(m, (i == 0 || (j == 0) == rename) ? FALCOC_A_PATH0 :
				  FALCOC_A_PATH1, path);
		}
	}
	return true;
}

/* False: the record cannot be told from the golden. */
static bool put_record(struct mkrec *m, json_t *ev)
{
	const int64_t res = number(ev, "evt.rawres");
	char buf[256];

	m->rec->res = res;
	m->rec->cpu = (uint32_t)number(ev, "evt.cpu");
	m->rec->pid = (uint32_t)number(ev, "proc.pid");
	m->rec->ppid = (uint32_t)number(ev, "proc.ppid");
	m->rec->tid = (uint32_t)number(ev, "thread.tid");
	m->rec->vpid = (uint32_t)number(ev, "proc.vpid");
	m->rec->vtid = (uint32_t)number(ev, "thread.vtid");
	m->rec->vpgid = (uint32_t)number(ev, "proc.vpgid");
	m->rec->tty = (uint32_t)number(ev, "proc.tty");
	m->rec->euid = (uint32_t)number(ev, "user.uid");
	m->rec->egid = (uint32_t)number(ev, "group.gid");
	m->rec->loginuid = (uint32_t)number(ev, "user.loginuid");
	snprintf(m->rec->comm, sizeof(m->rec->comm), "%s", text(ev, "proc.name"));
	if (arg(ev, "flags", buf, sizeof(buf)))
		m->rec->arg[m->rec->event == FALCOC_E_OPENAT ? 2 : 1] = open_flags(buf);
	if (m->rec->event != FALCOC_E_OPEN && m->rec->event != FALCOC_E_OPENAT)
		m->rec->arg[0] = (uint64_t)number(ev, "fd.num");
	if (arg(ev, "mode", buf, sizeof(buf)))
		m->rec->arg[m->rec->event == FALCOC_E_OPENAT ? 3 : 2] = strtoul(buf, NULL, 8);
	return put_fd(m, ev) && put_paths(m, ev);
}

/* Where falcoc says more or better than Falco, by intent. */
static bool is_meant(json_t *ev, const char *field, const char *ours, const char *theirs)
{
	const char *type = text(ev, "evt.type"), *name = text(ev, "fd.name");

	/* directories of *at calls, which Falco takes for the file that the event is about */
	if (strncmp(field, "fd.", 3) == 0 && strcmp(ours, "<none>") == 0 &&
	    (strstr(type, "at") || strstr(type, "link")) && strcmp(type, "openat") != 0)
		return true;
	/* calls that failed on a descriptor of which Falco knew nothing but its number */
	if (strncmp(field, "fd.", 3) == 0 && strcmp(ours, "<none>") == 0 && !*text(ev, "fd.type"))
		return number(ev, "evt.rawres") < 0;
	/* Falco makes a path of "tmpfs", which is no file */
	if (strcmp(field, "fs.path.source") == 0 && strcmp(type, "mount") == 0)
		return *theirs == '/' && strcmp(ours, theirs + 1) == 0;
	/* accept: fd of a failed one */
	if (strncmp(type, "accept", 6) == 0 && number(ev, "evt.rawres") < 0)
		return true;
	/* the kernel knows the protocol before the socket is bound or connected */
	if (strcmp(field, "fd.l4proto") == 0 && strcmp(theirs, "<NA>") == 0)
		return true;
	/* without a name there (pipe, eventfd) Falco has an empty raw name, falcoc none */
	if (strcmp(field, "fd.nameraw") == 0)
		return true;
	/* a capture does not know the parents of the processes that it began with */
	if (strcmp(field, "proc.ppid") == 0 && strcmp(theirs, "<none>") == 0)
		return true;
	/* Falco's guess of the server is wrong where both ends are on this machine, and it keeps it
	 * for the next socket of that number */
	if (strcmp(field, "fd.is_server") == 0 && (strstr(name, "->") || !*name))
		return true;
	/* whether a unix socket has a peer */
	if (strcmp(field, "fd.connected") == 0)
		return strcmp(text(ev, "fd.type"), "unix") == 0;
	return false;
}

static void compare(struct world *w, json_t *ev)
{
	char buf[32];

	for (size_t i = 0; i < NFIELDS; i++) {
		const char *theirs = golden(ev, fields[i], buf, sizeof(buf));
		const char *ours = world_field(w, fields[i]);
		struct counts *c = &counts[i];

		if (strcmp(ours, theirs) == 0) {
			c->same++;
		} else if (is_meant(ev, fields[i], ours, theirs)) {
			c->meant++;
		} else {
			c->differ++;
			snprintf(c->example, sizeof(c->example), "%s: '%.60s', Falco '%.60s' %.150s",
				 text(ev, "evt.type"), ours, theirs, text(ev, "evt.args"));
		}
	}
}

static void take_event(struct world *w, json_t *ev, unsigned int *events)
{
	int type = event_by_name(slice_of(text(ev, "evt.type")));
	struct mkrec *m;

	/* what Falco had to guess of execs and forks has no counterpart in a record; calls without
	 * a result were captured without their arguments */
	if (type < 0 || event_def((unsigned int)type)->cls == FALCOC_CLASS_PROC ||
	    !json_object_get(ev, "evt.rawres") || number(ev, "proc.pid") <= 0)
		return;
	m = mkrec_new((enum falcoc_event)type);
	if (put_record(m, ev)) {
		world_apply(w, m);
		compare(w, ev);
		(*events)++;
		arena_clear(w->ctx.scratch);
	}
	mkrec_free(m);
}

#define EVENTS_EACH	600	/* of a capture: they repeat themselves */

static unsigned int take_file(struct world *w, const char *path)
{
	char command[4200], *line = NULL;
	unsigned int events = 0;
	size_t size = 0;
	FILE *f;

	snprintf(command, sizeof(command), "zcat '%s' 2>/dev/null", path);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while (events < EVENTS_EACH && getline(&line, &size, f) > 0) {
		json_t *ev = json_loads(line, 0, NULL);

		if (ev)
			take_event(w, ev, &events);
		json_decref(ev);
	}
	free(line);
	pclose(f);
	return events;
}

START_TEST(test_goldens)
{
	const char *shared = getenv("FALCOC_SHARED");
	unsigned int events = 0, differ = 0;
	struct world *w = world_new();
	char pattern[4096];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/corpus/expected/*.scap.jsonl.gz",
		 shared ? shared : "../shared");
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("skip: no goldens at %s\n", pattern);
		world_free(w);
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		events += take_file(w, g.gl_pathv[i]);
	globfree(&g);
	for (size_t i = 0; i < NFIELDS; i++) {
		differ += counts[i].differ;
		if (counts[i].differ)
			printf("%s: %u same, %u differ, %u meant to; %s\n", fields[i], counts[i].same,
			       counts[i].differ, counts[i].meant, counts[i].example);
	}
	printf("goldens: %u events, %u values differ\n", events, differ);
	fflush(stdout);	/* a failed check ends the process at once */
	ck_assert_uint_gt(events, 1000);
	ck_assert_uint_eq(differ, 0);
	world_free(w);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field_corpus");
	TCase *tc = tcase_create("field_corpus");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_goldens);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
