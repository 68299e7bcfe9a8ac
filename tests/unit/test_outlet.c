// SPDX-License-Identifier: Apache-2.0
/*
 * Outputs with real files, pipes, sockets and programs: that each gets whole lines in order, that none
 * stalls who pushes nor another one, and that every alert is in one counter.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "output/fold.h"
#include "output/rate.h"
#include "output/outputs.h"
#include "scratch.h"
#include "stand_still.h"
#include "suite.h"

#define S	1000000000ull
/* For what comes at once, but on a busy machine; and for a program, which has its own time. */
#define PATIENCE_NS	(120 * S)
#define PATIENCE_MS	120000

static char notices[8192];

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_enter();
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * S + (uint64_t)ts.tv_nsec;
}

static struct message *message(enum priority p, const char *text)
{
	static char line[70000], json[70000];
	struct slice form[MESSAGE_FORMS] = { 0 };
	struct message *m;

	snprintf(line, sizeof(line), "%s\n", text);
	snprintf(json, sizeof(json),
		 "{\"output\":\"%s\",\"priority\":\"Notice\",\"source\":\"syscall\",\"tags\":[\"a\",\"b\"],"
		 "\"output_fields\":{\"proc.aname[2]\":\"x\\ny\",\"fd.sport\":80,\"fd.name\":null}}\n", text);
	form[MESSAGE_TEXT] = slice_of(line);
	form[MESSAGE_FULL] = form[MESSAGE_JSON] = slice_of(json);
	m = message_new(p, 1700000000 * S, "A rule", form);
	ck_assert_ptr_nonnull(m);
	return m;
}

static bool push(struct outlet *o, const char *text)
{
	struct message *m = message(PRIORITY_NOTICE, text);
	bool taken = outlet_push(o, m);

	message_put(m);
	return taken;
}

static struct outlet *outlet(struct sink *s, const struct outlet_options *opt)
{
	struct outlet_options usual = { .news_fd = -1, .slow_ms = 50 };
	struct outlet *o;

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(outlet_new(s, opt ? opt : &usual, &o), 0);
	return o;
}

static void drain(struct outlet *o)
{
	ck_assert(outlet_drain(o, now_ns() + PATIENCE_NS));
}

static char *slurp(const char *path)
{
	static char text[4 << 20];
	FILE *f = fopen(path, "re");
	size_t n;

	ck_assert_msg(f, "%s", path);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static bool has_line(const char *path)
{
	return access(path, F_OK) == 0 && strchr(slurp(path), '\n');
}

/* Until the condition holds; a test that waits in vain fails. */
#define WAIT_FOR(cond) do {						\
	uint64_t until_ = now_ns() + PATIENCE_NS;				\
	while (!(cond)) {						\
		ck_assert_msg(now_ns() < until_, "not in time: " #cond);	\
		usleep(2000);						\
	}								\
} while (0)

static struct outlet_stats stats(struct outlet *o)
{
	struct outlet_stats st;

	outlet_get_stats(o, &st);
	ck_assert_uint_eq(st.pushed, st.written + st.overflowed + st.failed + st.waiting);
	return st;
}

START_TEST(lines_in_order)
{
	struct outlet *o = outlet(sink_file_new("f", MESSAGE_TEXT, _i), NULL);
	char expected[64];
	char *line, *rest;
	struct stat st;

	for (int i = 0; i < 5000; i++) {
		snprintf(expected, sizeof(expected), "line %d", i);
		ck_assert(push(o, expected));
	}
	drain(o);
	rest = slurp("f");
	for (int i = 0; i < 5000; i++) {
		snprintf(expected, sizeof(expected), "line %d", i);
		line = strsep(&rest, "\n");
		ck_assert_str_eq(line, expected);
	}
	ck_assert_uint_eq(stats(o).written, 5000);
	ck_assert_int_eq(stat("f", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	outlet_free(o);
}
END_TEST

/* Renamed: the next lines go to a new file; so they do at once when asked. */
START_TEST(rotated)
{
	struct outlet *o = outlet(sink_file_new("log", MESSAGE_TEXT, true), NULL);
	char text[32];
	int n = 0;

	push(o, "old");
	drain(o);
	ck_assert_int_eq(rename("log", "log.1"), 0);
	if (_i)
		outlet_reopen(o);
	while (access("log", F_OK) < 0) {
		snprintf(text, sizeof(text), "%d", n++);
		push(o, text);
		drain(o);
		ck_assert_int_lt(n, 5000);
		usleep(_i ? 0 : 1000);
	}
	ck_assert_int_eq(strncmp(slurp("log.1"), "old\n", 4), 0);
	ck_assert_ptr_nonnull(strstr(slurp("log"), text));
	if (_i)
		ck_assert_int_le(n, 2);
	outlet_free(o);
}
END_TEST

/* A pipe that nobody reads: pushing never waits, what has no room is counted, lines stay whole. */
START_TEST(slow_reader)
{
	struct outlet_options opt = { .capacity = 100, .news_fd = -1, .slow_ms = 20 };
	char text[3001], buf[8192];
	struct outlet_news news;
	struct outlet_stats st;
	size_t lines = 0, col = 0;
	uint64_t began;
	struct outlet *o;
	int fds[2];
	ssize_t n;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	o = outlet(sink_fd_new(fds[1], MESSAGE_TEXT, "a pipe"), &opt);
	memset(text, 'x', 3000);
	text[3000] = '\0';
	began = now_ns();
	for (int i = 0; i < 1000; i++)
		push(o, text);
	ck_assert_msg(now_ns() - began < 60 * S, "pushing took %llu ns", (unsigned long long)(now_ns() - began));
	memset(&news, 0, sizeof(news));
	WAIT_FOR(outlet_take_news(o, &news) && news.began);
	ck_assert_str_eq(news.why, "nobody reads what is written");
	st = stats(o);
	ck_assert_uint_gt(st.overflowed, 700);
	/* where the thread came late the pipe took some of the full queue, and nobody pushed after that */
	ck_assert_uint_le(st.waiting, 100);
	ck_assert_uint_gt(st.waiting, 50);
	/* the reader is back */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	WAIT_FOR(((n = read(fds[0], buf, sizeof(buf))) <= 0 && stats(o).waiting == 0) ||
		 ({ for (ssize_t i = 0; i < n; i++) {
			if (buf[i] == '\n') {
				ck_assert_uint_eq(col, 3000);
				col = 0;
				lines++;
			} else {
				col++;
			}
		    } false; }));
	drain(o);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	ck_assert_uint_eq(lines, stats(o).written);
	WAIT_FOR(outlet_take_news(o, &news) && news.ended);
	outlet_free(o);
}
END_TEST

/* A disk that is full: lines wait; at the end they are counted as lost. Nor does that take long. */
START_TEST(full_disk)
{
	struct outlet *o = outlet(sink_fd_new(open("/dev/full", O_WRONLY | O_CLOEXEC), MESSAGE_TEXT,
					      "full"), NULL);
	struct outlet_news news = { 0 };
	uint64_t began;

	push(o, "one");
	push(o, "two");
	WAIT_FOR(outlet_take_news(o, &news) && news.began);
	ck_assert_str_eq(news.why, "No space left on device");
	ck_assert_uint_eq(stats(o).waiting, 2);
	outlet_close(o);
	began = now_ns();
	ck_assert(!outlet_drain(o, now_ns() + S / 5));
	outlet_give_up(o);
	ck_assert_uint_eq(stats(o).failed, 2);
	outlet_free(o);
	ck_assert_uint_lt(now_ns() - began, 60 * S);
}
END_TEST

START_TEST(reader_gone)
{
	struct outlet_news news = { 0 };
	struct outlet *o;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	o = outlet(sink_fd_new(fds[1], MESSAGE_TEXT, "gone"), NULL);
	push(o, "one");
	WAIT_FOR(outlet_take_news(o, &news) && news.gone);
	ck_assert(outlet_is_gone(o));
	ck_assert(!push(o, "two"));
	ck_assert_uint_eq(stats(o).failed, 2);
	outlet_free(o);
}
END_TEST

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(path);
	strcpy(addr.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static struct slice receive(int fd)
{
	static char text[200000];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	ck_assert_int_eq(poll(&p, 1, PATIENCE_MS), 1);
	n = recv(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return (struct slice){ text, (size_t)n };
}

/* The daemon may come later, and be started again. */
START_TEST(syslog_lines)
{
	struct outlet_news news = { 0 };
	struct outlet *o;
	char expected[200], big[60001];
	int fd;

	setenv("TZ", "UTC", 1);
	tzset();
	o = outlet(sink_syslog_new("log.sock", LOG_LOCAL3, MESSAGE_TEXT), NULL);
	push(o, "one");
	WAIT_FOR(outlet_take_news(o, &news) && news.began);
	ck_assert_str_eq(news.why, "log.sock: No such file or directory");
	fd = listen_at("log.sock");
	snprintf(expected, sizeof(expected), "<%d>Nov 14 22:13:20 falcoc[%d]: one", LOG_LOCAL3 | LOG_NOTICE,
		 getpid());
	ck_assert_str_eq(receive(fd).ptr, expected);
	close(fd);
	push(o, "two");
	memset(&news, 0, sizeof(news));
	WAIT_FOR(outlet_take_news(o, &news) && news.began);
	fd = listen_at("log.sock");
	ck_assert_ptr_nonnull(strstr(receive(fd).ptr, ": two"));
	memset(big, 'y', 60000);
	big[60000] = '\0';
	push(o, big);
	ck_assert_uint_eq(receive(fd).len, 8192);
	drain(o);
	ck_assert_uint_eq(stats(o).written, 3);
	outlet_free(o);
}
END_TEST

START_TEST(journal_fields)
{
	static const char expected[] = "MESSAGE\n\3\0\0\0\0\0\0\0one\nPRIORITY\n\1\0\0\0\0\0\0\0" "5\n";
	int fd = listen_at("journal.sock");
	struct outlet *o = outlet(sink_journal_new("journal.sock", MESSAGE_TEXT), NULL);
	struct slice got;

	push(o, "one");
	got = receive(fd);
	ck_assert(slice_startswith(got, (struct slice){ expected, sizeof(expected) - 1 }));
	ck_assert_ptr_nonnull(memmem(got.ptr, got.len, "FALCOC_RULE\n\6\0\0\0\0\0\0\0A rule\n", 27));
	ck_assert_ptr_nonnull(memmem(got.ptr, got.len, "FALCOC_PROC_ANAME_2\n\3\0\0\0\0\0\0\0x\ny\n", 32));
	ck_assert_ptr_nonnull(memmem(got.ptr, got.len, "FALCOC_FD_SPORT\n\2\0\0\0\0\0\0\0" "80\n", 27));
	ck_assert_ptr_nonnull(memmem(got.ptr, got.len, "FALCOC_TAG\n\1\0\0\0\0\0\0\0b\n", 21));
	ck_assert_ptr_null(memmem(got.ptr, got.len, "FD_NAME", 7));
	outlet_free(o);
}
END_TEST

START_TEST(program_kept)
{
	struct sink_program_options opt = { .program = "cat >>out; echo end >>out", .keep_alive = true,
					    .timeout_ms = PATIENCE_MS, .end_ms = PATIENCE_MS };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), NULL);

	push(o, "one");
	push(o, "two");
	drain(o);
	outlet_reopen(o);	/* another one */
	WAIT_FOR(access("out", F_OK) == 0 && strstr(slurp("out"), "end"));
	push(o, "three");
	outlet_close(o);
	drain(o);
	ck_assert_str_eq(slurp("out"), "one\ntwo\nend\nthree\nend\n");
	outlet_free(o);
}
END_TEST

/* Those that do not end when files are opened anew: four may go on, and none becomes a zombie. */
START_TEST(program_left)
{
	struct sink_program_options opt = { .keep_alive = true, .timeout_ms = PATIENCE_MS, .end_ms = 1,
					    .program = "echo $$ >>pids; cat; exec sleep 1000" };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), NULL);
	int pids[6];

	for (int i = 0; i < 6; i++) {
		const char *at;

		push(o, "one");
		drain(o);
		WAIT_FOR(access("pids", F_OK) == 0);
		WAIT_FOR(({ at = slurp("pids");
			    for (int k = 0; k < i && at; k++)
				    at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
			    at && strchr(at, '\n'); }));
		pids[i] = atoi(at);
		outlet_reopen(o);
	}
	/* the sixth has come to be left when the first two are gone */
	WAIT_FOR(kill(pids[1], 0) < 0);
	ck_assert_int_lt(kill(pids[0], 0), 0);
	for (int i = 2; i < 6; i++)
		ck_assert_int_eq(kill(pids[i], SIGKILL), 0);
	/* who has ended is buried when the next alert comes */
	push(o, "two");
	drain(o);
	for (int i = 2; i < 6; i++)
		WAIT_FOR(({ push(o, "three"); drain(o); kill(pids[i], 0) < 0; }));
	outlet_free(o);
	/* the last one is nobody's now */
	ck_assert_int_eq(system("kill -KILL $(tail -n 1 pids)"), 0);
}
END_TEST

START_TEST(program_each)
{
	struct sink_program_options opt = { .program = "cat >>out; echo end >>out", .timeout_ms = PATIENCE_MS };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), NULL);

	push(o, "one");
	push(o, "two");
	drain(o);
	ck_assert_str_eq(slurp("out"), "one\nend\ntwo\nend\n");
	outlet_free(o);
}
END_TEST

/* One that hangs is killed, with its children; one that fails costs its alert; one may read nothing. */
START_TEST(program_at_fault)
{
	static const struct {
		const char *program, *why;
		unsigned int timeout_ms;
	} rows[] = {
		{ "sleep 1000 & echo $! >pid; wait", "it did not end in 500 ms, and was killed", 500 },
		{ "exit 3", "it ended with status 3", PATIENCE_MS },
		{ "/nonexistent 2>/dev/null", "it ended with status 127", PATIENCE_MS },
		{ "true", NULL, PATIENCE_MS },
	};
	struct sink_program_options opt = { .program = rows[_i].program, .timeout_ms = rows[_i].timeout_ms };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), NULL);
	struct outlet_news news = { 0 };

	push(o, "one");
	drain(o);
	if (rows[_i].why) {
		WAIT_FOR(outlet_take_news(o, &news) && news.began);
		ck_assert_str_eq(news.why, rows[_i].why);
	}
	ck_assert_uint_eq(stats(o).failed, rows[_i].why ? 1 : 0);
	/* a shell of a busy machine may take all of that time to begin */
	while (_i == 0 && !has_line("pid")) {
		push(o, "again");
		drain(o);
	}
	if (_i == 0)
		WAIT_FOR(kill(atoi(slurp("pid")), 0) < 0 || system("ps -o stat= $(cat pid) | grep -q Z") == 0);
	outlet_free(o);
}
END_TEST

/* It ended in time, and its time was over only because we stood still: its alert has not failed. */
START_TEST(program_in_time)
{
	struct sink_program_options opt = { .program = "sleep 0.2", .timeout_ms = 500 };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), NULL);

	stand_still_ms = 600;
	push(o, "one");
	drain(o);
	stand_still_ms = 0;
	ck_assert_uint_eq(stats(o).written, 1);
	outlet_free(o);
}
END_TEST

/* A kept one that does not read is killed and started again; what waits, waits. */
START_TEST(program_that_hangs)
{
	struct sink_program_options opt = { .program = "echo x >>starts; exec sleep 20",
					    .keep_alive = true, .timeout_ms = 200 };
	struct outlet_options small = { .capacity = 50, .news_fd = -1 };
	struct outlet *o = outlet(sink_program_new(&opt, MESSAGE_TEXT), &small);
	static char text[60001];
	uint64_t began = now_ns();

	memset(text, 'z', 60000);
	for (int i = 0; i < 100; i++)
		push(o, text);
	ck_assert_uint_lt(now_ns() - began, 60 * S);
	WAIT_FOR(access("starts", F_OK) == 0 && strlen(slurp("starts")) >= 4);
	began = now_ns();
	outlet_free(o);
	ck_assert_uint_lt(now_ns() - began, 60 * S);
}
END_TEST

/* A server that is not there: pushing goes on, alerts wait, the end does not. */
START_TEST(dead_server)
{
	struct sink_http_options opt = { .url = "http://127.0.0.1:9/", .timeout_ms = PATIENCE_MS, .retries = 20 };
	struct outlet *o = outlet(sink_http_new(&opt, MESSAGE_JSON), NULL);
	struct outlet_news news = { 0 };
	uint64_t began;

	push(o, "one");
	WAIT_FOR(outlet_take_news(o, &news) && news.began);
	ck_assert_str_eq(outlet_name(o), "server 127.0.0.1:9");
	ck_assert_uint_eq(stats(o).waiting, 1);
	began = now_ns();
	outlet_free(o);
	ck_assert_uint_lt(now_ns() - began, 60 * S);
}
END_TEST

/* What may be a password in a URL is not told. */
START_TEST(server_name)
{
	struct sink_http_options opt = { .url = "https://me:secret@host.example:8/token?x", .timeout_ms = 9 };
	struct sink *s = sink_http_new(&opt, MESSAGE_JSON);

	ck_assert_str_eq(s->name, "server host.example:8");
	sink_free(s);
}
END_TEST

START_TEST(limits)
{
	struct rate l;
	int n = 0;

	rate_init(&l, 2, 3);
	for (int i = 0; i < 100; i++)
		n += rate_take(&l, 10 * S);
	ck_assert_int_eq(n, 3);
	for (int i = 0; i < 100; i++)
		n += rate_take(&l, 11 * S);
	ck_assert_int_eq(n, 5);
	ck_assert(!rate_take(&l, 5 * S));	/* a clock that steps back gives nothing */
	ck_assert(!rate_take(&l, 11 * S));
	for (int i = 0; i < 100; i++)
		n += rate_take(&l, 1000 * S);
	ck_assert_int_eq(n, 8);
	rate_init(&l, 0, 0);
	ck_assert(rate_take(&l, 1) && rate_take(&l, 1));
}
END_TEST

static bool fold(struct fold *f, const char *key, uint64_t now)
{
	struct message **last;

	if (fold_is_first(f, slice_of(key), now, &last))
		return true;
	*last = message(PRIORITY_NOTICE, key);
	return false;
}

START_TEST(folding)
{
	struct fold *f = fold_new(60 * S);
	struct message *last;
	uint64_t more;
	char key[32];

	ck_assert(fold(f, "a", 0));
	ck_assert(fold(f, "b", 1 * S));
	for (int i = 0; i < 5; i++)
		ck_assert(!fold(f, "a", 2 * S));
	ck_assert(!fold_take(f, 59 * S, false, &last, &more));
	ck_assert_uint_eq(fold_due_ns(f), 60 * S);
	ck_assert(fold_take(f, 60 * S, false, &last, &more));
	ck_assert_uint_eq(more, 5);
	ck_assert(slice_eq_str(last->form[MESSAGE_TEXT], "a\n"));
	message_put(last);
	/* b said nothing more: it is new again; a goes on */
	ck_assert(!fold_take(f, 70 * S, false, &last, &more));
	ck_assert(fold(f, "b", 70 * S));
	ck_assert(!fold(f, "a", 70 * S));
	ck_assert(fold_take(f, 71 * S, true, &last, &more));
	ck_assert_uint_eq(more, 1);
	message_put(last);
	ck_assert(!fold_take(f, 71 * S, true, &last, &more));
	ck_assert_uint_eq(fold_due_ns(f), UINT64_MAX);
	for (unsigned int i = 0; i < FOLD_MAX + 10; i++) {
		snprintf(key, sizeof(key), "%u", i);
		ck_assert(fold(f, key, 80 * S));
	}
	ck_assert_uint_eq(fold_no_room(f), 10);
	ck_assert(!fold(f, "0", 80 * S));
	ck_assert(fold(f, key, 80 * S));
	fold_free(f);
}
END_TEST

static void note_down(void *arg, const char *text)
{
	(void)arg;
	strncat(notices, text, sizeof(notices) - strlen(notices) - 2);
	strcat(notices, "\n");
}

/* One output that hangs: the other has all alerts, and one about those that the first one lost. */
START_TEST(one_hangs)
{
	struct outputs_options opt = { .capacity = 10, .slow_ms = 20, .notice = note_down };
	struct outputs_way all = { .min_priority = PRIORITY_DEBUG };
	struct outputs_way few = { .min_priority = PRIORITY_ERROR };
	struct outputs *os = outputs_new(&opt);
	struct alert_note note = { .rule = "A rule", .priority = PRIORITY_NOTICE, .ts_ns = 1 };
	struct outputs_stats st;
	static char text[60001];
	int fds[2];
	char *got;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(outputs_add(os, sink_fd_new(fds[1], MESSAGE_TEXT, "a pipe"), &all), 0);
	ck_assert_int_eq(outputs_add(os, sink_file_new("f", MESSAGE_JSON, true), &all), 0);
	ck_assert_int_eq(outputs_add(os, sink_file_new("e", MESSAGE_TEXT, true), &few), 0);
	outputs_set_format(os, &(struct alert_format){ .include_output = true, .include_fields = true });
	memset(text, 'x', 60000);
	note.text = slice_of(text);
	for (int i = 0; i < 40; i++) {
		outputs_note(os, &note, UINT64_MAX);
		WAIT_FOR(({ outputs_get_stats(os, 1, &st); st.outlet.waiting == 0; }));
	}
	outputs_tend(os, 1 * S, 2 * S);
	WAIT_FOR(({ outputs_get_stats(os, 1, &st); st.outlet.written == 41; }));
	got = strstr(slurp("f"), "\"rule\":\"" OUTPUTS_RULE "\"");
	ck_assert_ptr_nonnull(got);
	ck_assert_ptr_nonnull(strstr(slurp("f"), "\"falcoc.output.name\":\"a pipe\",\"falcoc.output.overflowed\":"));
	ck_assert_int_lt(access("e", F_OK), 0);
	/* that it hangs is told while it does */
	WAIT_FOR(({ outputs_tend(os, 1 * S, 2 * S);
		    strstr(notices, "alerts do not get to the a pipe: nobody reads what is written"); }));
	/* a reader: it is told itself, too */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	WAIT_FOR(({ static char buf[65536]; ssize_t n = read(fds[0], buf, sizeof(buf) - 1); bool told = false;
		    if (n > 0) { buf[n] = '\0'; told = strstr(buf, OUTPUTS_RULE ": "); }
		    outputs_tend(os, 2 * S, 3 * S); told; }));
	outputs_end(os, 1000, 3 * S, 4 * S);
	outputs_get_stats(os, 0, &st);
	ck_assert_uint_eq(st.outlet.pushed, st.outlet.written + st.outlet.overflowed + st.outlet.failed);
	outputs_free(os);
}
END_TEST

/* Two that fail at each alert, and one that does not: losses are told, but not losses of what tells of losses. */
START_TEST(losses_end)
{
	struct sink_program_options fails = { .program = "exit 3", .timeout_ms = PATIENCE_MS };
	struct sink_program_options mends = { .program = "test -e fine && cat >>told", .timeout_ms = PATIENCE_MS };
	struct outputs_options opt = { .notice = note_down };
	struct outputs_way all = { .min_priority = PRIORITY_DEBUG };
	struct alert_note note = { .rule = "A rule", .priority = PRIORITY_NOTICE, .ts_ns = 1,
				   .text = SLICE_LIT("text") };
	struct outputs *os = outputs_new(&opt);
	struct outputs_stats a, b, c;
	uint64_t now = S;

	ck_assert_int_eq(outputs_add(os, sink_program_new(&fails, MESSAGE_TEXT), &all), 0);
	ck_assert_int_eq(outputs_add(os, sink_program_new(&mends, MESSAGE_TEXT), &all), 0);
	ck_assert_int_eq(outputs_add(os, sink_file_new("f", MESSAGE_TEXT, true), &all), 0);
	outputs_set_format(os, &(struct alert_format){ .include_output = true, .include_fields = true });
	outputs_note(os, &note, UINT64_MAX);
	/* of each program one alert, and one of the other's loss; the file has all three */
	WAIT_FOR(({ now += S; outputs_tend(os, now, now); outputs_get_stats(os, 0, &a);
		    outputs_get_stats(os, 1, &b); outputs_get_stats(os, 2, &c);
		    a.outlet.failed == 2 && b.outlet.failed == 2 && c.outlet.written == 3; }));
	for (int i = 0; i < 20; i++, usleep(10000)) {
		now += S;
		outputs_tend(os, now, now);
	}
	outputs_get_stats(os, 0, &a);
	outputs_get_stats(os, 1, &b);
	outputs_get_stats(os, 2, &c);
	ck_assert_uint_eq(a.outlet.pushed, 2);
	ck_assert_uint_eq(b.outlet.pushed, 2);
	ck_assert_uint_eq(c.outlet.pushed, 3);
	/* the one that works again is told of its own loss */
	fclose(fopen("fine", "we"));
	outputs_note(os, &note, UINT64_MAX);
	WAIT_FOR(({ now += S; outputs_tend(os, now, now);
		    access("told", F_OK) == 0 && strstr(slurp("told"), OUTPUTS_RULE ": 1 for the program"); }));
	outputs_end(os, 1000, now, now);
	outputs_free(os);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("outlet");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, scratch_remove);
	tcase_add_loop_test(tc, lines_in_order, 0, 2);
	tcase_add_loop_test(tc, rotated, 0, 2);
	tcase_add_test(tc, slow_reader);
	tcase_add_test(tc, full_disk);
	tcase_add_test(tc, reader_gone);
	tcase_add_test(tc, syslog_lines);
	tcase_add_test(tc, journal_fields);
	tcase_add_test(tc, program_kept);
	tcase_add_test(tc, program_left);
	tcase_add_test(tc, program_each);
	tcase_add_loop_test(tc, program_at_fault, 0, 4);
	tcase_add_test(tc, program_in_time);
	tcase_add_test(tc, program_that_hangs);
	tcase_add_test(tc, dead_server);
	tcase_add_test(tc, server_name);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, folding);
	tcase_add_test(tc, one_hangs);
	tcase_add_test(tc, losses_end);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
