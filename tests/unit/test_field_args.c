// SPDX-License-Identifier: Apache-2.0
/*
 * evt.args of records that are told in tests/data/event/args.txt: sources and types of
 * parameters, names of flags, descriptors.
 *
 * A case is two lines: an event with what its record holds, and the text behind "=".
 *
 *	fcntl res=0 arg=3,1030 fd=3:f:/dev/null
 *	= res=0 fd=3(<f>/dev/null) cmd=1030(F_DUPFD_CLOEXEC) arg=0
 */
#include <check.h>
#include <errno.h>

#include "fieldworld.h"
#include "suite.h"

#define WORDS_MAX 24

static const struct { char letter; enum falcoc_fd_kind kind; } kinds[] = {
	{ 'f', FALCOC_FD_FILE }, { 'd', FALCOC_FD_DIR }, { 'p', FALCOC_FD_PIPE },
	{ 'e', FALCOC_FD_EVENTFD }, { 'm', FALCOC_FD_MEMFD }, { 's', FALCOC_FD_SIGNALFD },
	{ 'r', FALCOC_FD_IO_URING }, { 'b', FALCOC_FD_BPF }, { 'u', FALCOC_FD_USERFAULTFD },
	{ 'P', FALCOC_FD_PIDFD }, { 'S', FALCOC_FD_SOCKET }, { 'l', FALCOC_FD_EVENTPOLL }, { 'i', FALCOC_FD_INOTIFY },
};

/* "a,b,-c,0xd" */
static size_t numbers(const char *text, uint64_t *ret, size_t max)
{
	size_t n = 0;
	char *end;

	while (*text) {
		ck_assert_uint_lt(n, max);
		errno = 0;
		ret[n++] = *text == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
		ck_assert_msg(!errno && end != text && (!*end || *end == ','), "number '%s'", text);
		text = *end ? end + 1 : end;
	}
	return n;
}

/* "3:f:/path"; the path may be missing. */
static void put_fd(struct mkrec *m, const char *text, bool second)
{
	struct falcoc_fd fd = { .ino = 42, .dev = 8u << 20 | 1, .mode = 0100644, .nlink = 1 };
	char *end;

	fd.fd = (int)strtol(text, &end, 0);
	ck_assert_msg(*end == ':', "fd '%s'", text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].letter == end[1])
			fd.kind = (uint16_t)kinds[i].kind;
	mkrec_attr(m, second ? FALCOC_A_FD2 : FALCOC_A_FD, 0, &fd, sizeof(fd));
	if (end[2] == ':')
		mkrec_str(m, second ? FALCOC_A_FD2_PATH : FALCOC_A_FD_PATH, end + 3);
}

/* Of fd2: the TCP connection that it is, 10.0.0.1:3333 to 10.0.0.2:443. */
static void put_sock2(struct mkrec *m)
{
	struct falcoc_sock s = mkrec_make_sock(SOCK_STREAM, FALCOC_ROLE_CLIENT);

	s.family = AF_INET;
	s.protocol = IPPROTO_TCP;
	mkrec_addr(&s, s.laddr, "10.0.0.1");
	mkrec_addr(&s, s.raddr, "10.0.0.2");
	s.lport = 3333;
	s.rport = 443;
	mkrec_attr(m, FALCOC_A_SOCK2, 0, &s, sizeof(s));
}

static void put_bytes(struct mkrec *m, enum falcoc_attr_id id, const char *text)
{
	uint64_t bytes[256];
	unsigned char raw[256];
	size_t n = numbers(text, bytes, 256);

	for (size_t i = 0; i < n; i++)
		raw[i] = (unsigned char)bytes[i];
	mkrec_attr(m, id, 0, raw, n);
}

/* "fd,revents,fd,revents" */
static void put_fdlist(struct mkrec *m, const char *text)
{
	struct falcoc_pollfd pfd[8] = { 0 };
	uint64_t n[16];
	size_t count = numbers(text, n, 16) / 2;

	for (size_t i = 0; i < count; i++)
		pfd[i] = (struct falcoc_pollfd){ .fd = (int)n[2 * i], .events = 1,
						 .revents = (short)n[2 * i + 1] };
	mkrec_attr(m, FALCOC_A_FDLIST, 0, pfd, count * sizeof(pfd[0]));
}

static const struct { const char *key; enum falcoc_attr_id id; } strings[] = {
	{ "path0", FALCOC_A_PATH0 }, { "path1", FALCOC_A_PATH1 }, { "dir0", FALCOC_A_DIR0 },
	{ "dir1", FALCOC_A_DIR1 }, { "text0", FALCOC_A_TEXT0 }, { "text1", FALCOC_A_TEXT1 },
	{ "text2", FALCOC_A_TEXT2 }, { "cwd", FALCOC_A_CWD },
};

static bool put_string(struct mkrec *m, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (strcmp(strings[i].key, key) == 0) {
			mkrec_str(m, strings[i].id, value);
			return true;
		}
	}
	return false;
}

static void put_word(struct mkrec *m, const char *key, const char *value)
{
	struct falcoc_usage usage = { .fdlimit = 1024, .vm_size_kib = 400, .vm_rss_kib = 4 };
	struct falcoc_signal signal = { 0 };
	uint64_t n[16] = { 0 };
	size_t count;

	if (put_string(m, key, value))
		return;
	if (strcmp(key, "fd") == 0 || strcmp(key, "fd2") == 0) {
		put_fd(m, value, key[2]);
	} else if (strcmp(key, "sock2") == 0) {
		put_sock2(m);
	} else if (strcmp(key, "data") == 0) {
		mkrec_attr(m, FALCOC_A_DATA, 0, value, strlen(value));
	} else if (strcmp(key, "value") == 0) {
		put_bytes(m, FALCOC_A_VALUE, value);
	} else if (strcmp(key, "fdlist") == 0) {
		put_fdlist(m, value);
	} else if (strcmp(key, "usage") == 0) {
		mkrec_attr(m, FALCOC_A_USAGE, 0, &usage, sizeof(usage));
	} else {
		count = numbers(value, n, 16);
		if (strcmp(key, "res") == 0) {
			m->rec->res = (int64_t)n[0];
		} else if (strcmp(key, "syscall") == 0) {
			m->rec->syscall = (uint16_t)n[0];
		} else if (strcmp(key, "arg") == 0) {
			memcpy(m->rec->arg, n, sizeof(m->rec->arg));
		} else if (strcmp(key, "out") == 0) {
			mkrec_attr(m, FALCOC_A_OUT, 0, n, count * sizeof(n[0]));
		} else if (strcmp(key, "fds") == 0) {
			int32_t fds[2] = { (int32_t)n[0], (int32_t)n[1] };

			mkrec_attr(m, FALCOC_A_FDS, 0, fds, sizeof(fds));
		} else {
			ck_assert_msg(strcmp(key, "signal") == 0, "no such thing: %s", key);
			signal.sig = (uint32_t)n[0];
			signal.spid = (uint32_t)n[1];
			mkrec_attr(m, FALCOC_A_SIGNAL, 0, &signal, sizeof(signal));
		}
	}
}

static struct mkrec *make(char *line)
{
	char *save, *word = strtok_r(line, " ", &save);
	int event = event_by_name(slice_of(word));
	struct mkrec *m;

	ck_assert_msg(event >= 0, "no event '%s'", word);
	m = mkrec_new((enum falcoc_event)event);
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');

		ck_assert_msg(value, "'%s'", word);
		*value++ = '\0';
		put_word(m, word, value);
	}
	return m;
}

START_TEST(args)
{
	const char *top = getenv("FALCOC_TOP");
	char path[300], line[1000], wanted[1000];
	struct world *w = world_new();
	unsigned int at = 0, cases = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/event/args.txt", top ? top : ".");
	f = fopen(path, "r");
	ck_assert_msg(f, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		struct mkrec *m;
		const char *got;

		at++;
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		ck_assert_ptr_nonnull(fgets(wanted, sizeof(wanted), f));
		at++;
		wanted[strcspn(wanted, "\n")] = '\0';
		ck_assert_msg(strncmp(wanted, "= ", 2) == 0, "line %u", at);
		m = make(line);
		world_apply(w, m);
		got = world_field(w, "evt.args");
		ck_assert_msg(strcmp(got, wanted + 2) == 0, "line %u: got\n  %s\nnot\n  %s", at, got,
			      wanted + 2);
		arena_clear(w->ctx.scratch);
		mkrec_free(m);
		cases++;
	}
	fclose(f);
	world_free(w);
	ck_assert_uint_gt(cases, 60);
	printf("%u texts of arguments\n", cases);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field_args");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, args);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
