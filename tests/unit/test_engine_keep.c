// SPDX-License-Identifier: Apache-2.0
/* An engine that keeps names on disk: what the next one knows, and what is told where it cannot. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/keep.h"
#include "engine/live.h"
#include "engine/reply.h"
#include "heard.h"
#include "scratch.h"
#include "suite.h"

#define RULES	"rules.yaml"

static char state_path[64];
static struct engine *e;

static void setup(void)
{
	scratch_enter();
	snprintf(state_path, sizeof(state_path), "%s", scratch_path("state/dns"));
	write_file(RULES, "- rule: r\n  desc: d\n  condition: evt.type = connect\n  output: x\n  priority: INFO\n");
}

static void teardown(void)
{
	engine_free(e);
	scratch_remove();
}

static void begin(const char *state)
{
	struct engine_options opt = {
		.hosts_path = "/nonexistent/hosts", .no_dns_queries = true, .dns_state = state,
	};

	engine_free(e);
	heard_begin(&opt);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	ck_assert_msg(engine_prepare(e) == ENGINE_OK, "%s", engine_error(e));
}

static bool knows(const char *name, const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return dns_table_addr_has_name(e->dns, &addr, name, now_boot_ns());
}

static void tell(const char *name, const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	ck_assert_int_eq(dns_table_add_name(e->dns, name, &addr, 60, DNS_SOURCE_OBSERVED,
					    now_boot_ns()), 0);
}

START_TEST(known_after_a_restart)
{
	struct stat st;

	begin(state_path);
	ck_assert_ptr_null(strstr(heard_notices, "kept"));
	/* written at the start, too: that shows that it can be */
	ck_assert_int_eq(stat(state_path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	tell("a.test", "192.0.2.1");
	keep_end(e);
	begin(state_path);
	ck_assert(knows("a.test", "192.0.2.1"));
	begin(NULL);
	ck_assert(!knows("a.test", "192.0.2.1"));
	ck_assert_uint_eq(keep_due_ns(e->keep), UINT64_MAX);
}
END_TEST

/* Every five minutes, by a job: the moment is told by the time that keep_tend() is given. */
START_TEST(written_now_and_then)
{
	struct stat before, after;
	uint64_t due;

	begin(state_path);
	due = keep_due_ns(e->keep);
	ck_assert_uint_le(due, now_boot_ns() + 300 * NS_PER_S);
	ck_assert_uint_gt(due, now_boot_ns() + 200 * NS_PER_S);
	ck_assert_int_eq(stat(state_path, &before), 0);
	tell("a.test", "192.0.2.1");
	keep_tend(e, due - 1);
	ck_assert_uint_eq(keep_due_ns(e->keep), due);
	keep_tend(e, due);
	ck_assert_uint_gt(keep_due_ns(e->keep), due);
	/* which waits for the job */
	engine_free(e);
	e = NULL;
	ck_assert_int_eq(stat(state_path, &after), 0);
	ck_assert_int_ne(before.st_size, after.st_size);
}
END_TEST

/* In another process: 0 where the running falcoc tells this name, else what went wrong. */
static int ask_live(const char *name, const char *text)
{
	struct dns_table *t = dns_table_new(NULL);
	struct dns_saved_info info;
	struct dns_clock now;
	struct ip_addr addr;
	int rc = live_read(t, state_path, &now, &info);

	ip_addr_parse(text, &addr);
	if (rc == 0 && (info.links != 1 || !dns_table_addr_has_name(t, &addr, name, now.boot_ns)))
		rc = -ENODATA;
	dns_table_free(t);
	return -rc;
}

START_TEST(told_live)
{
	struct pollfd p;
	struct stat st;
	char path[80];
	int status;
	pid_t pid;

	begin(state_path);
	snprintf(path, sizeof(path), "%s.sock", state_path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	tell("a.test", "192.0.2.1");
	pid = fork();
	if (pid == 0)
		_exit(ask_live("a.test", "192.0.2.1"));
	/* on a busy machine who asks may ask more than once */
	p = (struct pollfd){ .fd = reply_fd(e->live), .events = POLLIN };
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (poll(&p, 1, 10) == 1)
			live_serve(e);
	ck_assert_int_eq(status, 0);
	engine_free(e);
	e = NULL;
	ck_assert_int_eq(stat(path, &st), -1);
	ck_assert_int_eq(ask_live("a.test", "192.0.2.1"), ENOENT);
	/* of one that was killed: nobody listens */
	pid = fork();
	if (pid == 0) {
		begin(state_path);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(ask_live("a.test", "192.0.2.1"), ECONNREFUSED);
	begin(state_path);
	ck_assert_ptr_nonnull(e->live);
	ck_assert_ptr_null(strstr(heard_notices, "sock"));
}
END_TEST

START_TEST(damaged)
{
	FILE *f;

	begin(state_path);
	tell("a.test", "192.0.2.1");
	keep_end(e);
	f = fopen(state_path, "r+e");
	ck_assert_ptr_nonnull(f);
	fseek(f, 60, SEEK_SET);
	fputs("x", f);
	fclose(f);
	begin(state_path);
	ck_assert_ptr_nonnull(strstr(heard_notices, "is damaged: names are learnt anew"));
	ck_assert(!knows("a.test", "192.0.2.1"));
	/* and it is made anew */
	begin(state_path);
	ck_assert_ptr_null(strstr(heard_notices, "damaged"));
}
END_TEST

START_TEST(not_writable)
{
	begin("/proc/no/such/place");
	ck_assert_ptr_nonnull(strstr(heard_notices, "names are not kept for the next start: /proc/no/such/place: "));
	ck_assert_uint_eq(keep_due_ns(e->keep), UINT64_MAX);
	heard_notices[0] = '\0';
	keep_tend(e, now_boot_ns());
	keep_end(e);
	ck_assert_str_eq(heard_notices, "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_keep");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, known_after_a_restart);
	tcase_add_test(tc, written_now_and_then);
	tcase_add_test(tc, told_live);
	tcase_add_test(tc, damaged);
	tcase_add_test(tc, not_writable);
	return suite_run(s);
}
