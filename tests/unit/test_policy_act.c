// SPDX-License-Identifier: Apache-2.0
/*
 * Actions on real processes, connections and programs of this machine; those on containers are
 * test_policy_group.c's. What needs root is skipped where that is missing.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acting.h"
#include "policy/actor.h"
#include "policy/process.h"
#include "policy/program.h"
#include "policy/protect.h"
#include "slow_clock.h"
#include "stand_still.h"
#include "suite.h"

static const struct policy_action kill_one = { .kind = ACTION_KILL };

/* ---- kill ---- */

START_TEST(kills)
{
	pid_t pid = acting_child();
	struct target t = acting_target(pid);
	struct actor_stats st;

	slow_clock_begin();
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	ck_assert_uint_eq(acting_result.killed, 1);
	ck_assert_uint_ge(acting_result.done_ns, t.event_ns);
	ck_assert_int_eq(acting_end_of(pid), SIGKILL);
	/* the same again, as the next event of it would ask, is no new action */
	acting_act(&kill_one, &t, "");
	ck_assert(!actor_take(acting_actor, &acting_result));
	actor_get_stats(acting_actor, &st);
	ck_assert_uint_eq(st.merged, 1);
	actor_free(acting_actor);
}
END_TEST

START_TEST(dry_run_kills_nobody)
{
	pid_t pid = acting_child();
	struct target t = acting_target(pid);

	acting_begin(ACTIONS_DRY_RUN, NULL);
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DRY_RUN);
	actor_free(acting_actor);
	acting_begin(ACTIONS_OFF, NULL);
	acting_act(&kill_one, &t, "");
	ck_assert(!actor_take(acting_actor, &acting_result));
	ck_assert(acting_lives(pid));
	acting_finish(pid);
	actor_free(acting_actor);
}
END_TEST

START_TEST(lets_a_reused_pid_alone)
{
	pid_t pid = acting_child();
	struct target t = acting_target(pid), other;

	acting_begin(ACTIONS_ON, NULL);
	t.start_ns -= 20000000;		/* its former owner's */
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert_str_eq(acting_result.why, "it has ended, and its pid is another's");
	/* started in the same hundredth of a second, in another pid namespace */
	other = acting_target(pid);
	other.pidns ^= 1;
	acting_act(&kill_one, &other, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert(acting_lives(pid));
	acting_finish(pid);
	t = other;
	t.start_ns++;
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert_str_eq(acting_result.why, "it has ended");
	actor_free(acting_actor);
}
END_TEST

START_TEST(lets_ancestors_alone)
{
	struct target t = acting_target(getppid());

	acting_begin(ACTIONS_ON, NULL);
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	t = acting_target(getpid());
	acting_act(&kill_one, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	ck_assert_str_eq(acting_result.why, "it is falcoc");
	actor_free(acting_actor);
}
END_TEST

START_TEST(kills_groups)
{
	static const struct policy_action group = { .kind = ACTION_KILL, .reach = REACH_GROUP };
	pid_t one = acting_child(), two = acting_child(), outside = acting_child();
	struct target t;

	ck_assert_int_eq(setpgid(one, one), 0);
	ck_assert_int_eq(setpgid(two, one), 0);
	acting_begin(ACTIONS_ON, NULL);
	t = acting_target(two);
	acting_act(&group, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	ck_assert_uint_eq(acting_result.killed, 2);
	ck_assert_int_eq(acting_end_of(one), SIGKILL);
	ck_assert_int_eq(acting_end_of(two), SIGKILL);
	/* that one is in our own group, which is falcoc's */
	t = acting_target(outside);
	acting_act(&group, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	ck_assert(acting_lives(outside));
	acting_finish(outside);
	actor_free(acting_actor);
}
END_TEST

START_TEST(keeps_to_limits)
{
	struct policy p = acting_policy(&kill_one);
	unsigned int refused = 0, done = 0;
	struct actor_stats st;
	pid_t pids[6];

	p.limit_actions = 2;
	p.limit_seconds = 3600;
	acting_begin(ACTIONS_ON, NULL);
	for (int i = 0; i < 6; i++) {
		struct target t;

		pids[i] = acting_child();
		t = acting_target(pids[i]);
		actor_act(acting_actor, &p, &acting_rule, &t, slice_of(""));
	}
	while (actor_take(acting_actor, &acting_result)) {
		done += acting_result.outcome == OUTCOME_DONE;
		refused += acting_result.outcome == OUTCOME_REFUSED;
	}
	actor_get_stats(acting_actor, &st);
	ck_assert_uint_eq(done, 2);
	ck_assert_uint_eq(refused, 1);	/* told once, */
	ck_assert_uint_eq(st.limited, 4);	/* counted each time */
	for (int i = 0; i < 6; i++)
		acting_finish(pids[i]);
	actor_free(acting_actor);
}
END_TEST

/* What one policy's limit keeps out another policy may do at once. */
START_TEST(a_limit_is_no_action)
{
	struct policy p = acting_policy(&kill_one), other = acting_policy(&kill_one);
	pid_t pids[2];

	p.limit_actions = 1;
	p.limit_seconds = 3600;
	other.index = 1;
	acting_begin(ACTIONS_ON, NULL);
	for (int i = 0; i < 2; i++) {
		struct target t;

		pids[i] = acting_child();
		t = acting_target(pids[i]);
		actor_act(acting_actor, &p, &acting_rule, &t, slice_of(""));
		ck_assert_int_eq(acting_take(), i ? OUTCOME_REFUSED : OUTCOME_DONE);
		if (i) {
			actor_act(acting_actor, &other, &acting_rule, &t, slice_of(""));
			ck_assert_msg(actor_take(acting_actor, &acting_result), "merged");
			ck_assert_int_eq(acting_result.outcome, OUTCOME_DONE);
		}
		ck_assert_int_eq(acting_end_of(pids[i]), SIGKILL);
	}
	actor_free(acting_actor);
}
END_TEST

static void *wait_on(void *unused)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* nobody else ends it where the test fails */
	for (;;)
		pause();
	return unused;
}

/* A child whose first thread has ended, as a zombie's has; another one waits for ever. */
static pid_t headless_child(void)
{
	pthread_t thread;
	pid_t pid = fork();
	siginfo_t info;
	char path[40], text[512] = "";
	int fd;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (pthread_create(&thread, NULL, wait_on, NULL) != 0)
			_exit(1);
		syscall(SYS_exit, 0);
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (!strstr(text, ") Z ")) {
		info.si_pid = 0;
		ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
		ck_assert_int_eq(info.si_pid, 0);
		fd = open(path, O_RDONLY);
		ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
		close(fd);
		poll(NULL, 0, 1);
	}
	return pid;
}

/* What runs on in other threads is no zombie, though its first thread is one. */
START_TEST(kills_the_headless)
{
	const struct policy_action action = { .kind = ACTION_KILL, .reach = _i ? REACH_GROUP : REACH_PROCESS };
	pid_t pid = headless_child();
	struct target t;

	ck_assert_int_eq(setpgid(pid, pid), 0);
	t = acting_target(pid);
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&action, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
	ck_assert_uint_eq(acting_result.killed, 1);
	ck_assert_int_eq(acting_end_of(pid), SIGKILL);
	actor_free(acting_actor);
}
END_TEST

/* Its program is looked at all the same. */
START_TEST(protects_the_headless)
{
	char exe[4096] = "";
	const char *const programs[] = { exe };
	const struct policy_protect more = { .programs = programs, .nprograms = 1 };
	pid_t pid = headless_child();
	struct protect *p = protect_new(&more);
	struct process_stat st;

	ck_assert_int_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	ck_assert_int_eq(process_stat((uint32_t)pid, &st), 0);
	ck_assert_ptr_nonnull(protect_process(p, (uint32_t)pid, &st));
	protect_free(p);
	acting_finish(pid);
}
END_TEST

/* ---- exec ---- */

START_TEST(runs_programs)
{
	const char *cat[] = { "/bin/sh", "-c", "cat >\"$0\"; echo $FALCOC_POLICY >>\"$0\"", NULL, NULL };
	const char *bad[] = { "/bin/sh", "-c", "echo first >&2; echo the last line >&2; exit 3", NULL };
	const char *slow[] = { "/bin/sleep", "100", NULL };
	const char *none[] = { "/nowhere/program", NULL };
	const struct policy_action actions[] = {
		{ .kind = ACTION_EXEC, .argv = cat, .timeout_s = 120 },
		{ .kind = ACTION_EXEC, .argv = bad, .timeout_s = 120 },
		{ .kind = ACTION_EXEC, .argv = slow, .timeout_s = 1 },
		{ .kind = ACTION_EXEC, .argv = none, .timeout_s = 1 },
	};
	struct target t = { .pid = 4242 };
	char path[] = "/tmp/falcoc-test.XXXXXX", text[100] = "";
	int fd = mkstemp(path);

	cat[3] = path;
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&actions[0], &t, "{\"rule\":1}\n");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	ck_assert_str_eq(text, "{\"rule\":1}\na policy\n");
	acting_act(&actions[1], &t, "x");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert_str_eq(acting_result.why, "the program ended with status 3: the last line");
	acting_act(&actions[2], &t, "x");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert_str_eq(acting_result.why, "the program was killed: it took more than 1 s");
	acting_act(&actions[3], &t, "x");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	/* what others can write is not run */
	ck_assert_int_eq(fchmod(fd, 0777), 0);
	cat[0] = path;
	acting_act(&actions[0], &t, "x");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	close(fd);
	unlink(path);
	actor_free(acting_actor);
}
END_TEST

/* It ended in time, and its time was over only because we stood still. */
START_TEST(who_stands_still_is_late_himself)
{
	static const char *const argv[] = { "/bin/sleep", "0.2", NULL }, *const env[] = { NULL };
	atomic_bool stop = false;
	char why[160] = "";
	int rc;

	stand_still_ms = 600;
	rc = program_run(argv, env, (struct slice){ "", 0 }, 500, &stop, why, sizeof(why));
	stand_still_ms = 0;
	ck_assert_msg(rc == 0, "%d: %s", rc, why);
}
END_TEST

/* The end does not wait for a program that has time left. */
START_TEST(ends_in_time)
{
	const char *slow[] = { "/bin/sleep", "1000", NULL };
	const struct policy_action action = { .kind = ACTION_EXEC, .argv = slow, .timeout_s = 1000 };
	struct target t = { .pid = 4242 };
	uint64_t then = acting_now_ns();

	acting_begin(ACTIONS_ON, NULL);
	acting_act(&action, &t, "x");
	actor_finish(acting_actor, 200);
	actor_free(acting_actor);
	ck_assert_uint_lt(acting_now_ns() - then, 60 * S);
}
END_TEST

/* ---- cut ---- */

static const struct {
	int type, family;
	uint8_t protocol;
} sockets[] = {
	{ SOCK_STREAM, AF_INET, IPPROTO_TCP }, { SOCK_STREAM, AF_INET6, IPPROTO_TCP },
	{ SOCK_DGRAM, AF_INET, IPPROTO_UDP }, { SOCK_DGRAM, AF_INET6, IPPROTO_UDP },
};

START_TEST(cuts)
{
	static const struct policy_action cut = { .kind = ACTION_CUT };
	int server, client, other_server, other_client;
	struct target t;
	char byte;
	pid_t pid;

	if (!acting_own_network()) {
		printf("skipped: no network namespace of the test's own\n");
		return;
	}
	acting_connect(sockets[_i].type, sockets[_i].family, &server, &client);
	acting_connect(sockets[_i].type, sockets[_i].family, &other_server, &other_client);
	t = acting_target_of_socket(client, sockets[_i].protocol);
	/* falcoc itself is protected: the sockets are another's */
	pid = acting_child();
	t.pid = (uint32_t)pid;
	t.start_ns = acting_target(pid).start_ns;
	acting_begin(ACTIONS_ON, NULL);
	/* another socket of these ports is not meant */
	t.sock.ino += 100000;
	acting_act(&cut, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert_str_eq(acting_result.why, "there is no such connection any more");
	ck_assert_int_eq(send(client, "x", 1, MSG_NOSIGNAL), 1);
	t.sock.ino -= 100000;
	acting_act(&cut, &t, "");
	acting_take();
	if (strstr(acting_result.why, "cannot destroy")) {
		printf("skipped: this kernel has no INET_DIAG_DESTROY\n");
	} else {
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
		ck_assert_int_lt(recv(client, &byte, 1, 0), 0);
		ck_assert_int_eq(errno, ECONNABORTED);
	}
	ck_assert_int_eq(send(other_client, "x", 1, MSG_NOSIGNAL), 1);
	acting_finish(pid);
	/* its process has gone, and left it to another one of our network: there is no container to look in */
	t = acting_target_of_socket(other_client, sockets[_i].protocol);
	t.pid = (uint32_t)pid;
	acting_act(&cut, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE || strstr(acting_result.why, "cannot destroy"),
		      "%s", acting_result.why);
	actor_free(acting_actor);
}
END_TEST

/* A rule about listen or bind has no connection: its server lives on. */
START_TEST(cuts_no_listening_socket)
{
	static const struct policy_action cut = { .kind = ACTION_CUT };
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int listener, client;
	struct target t;
	pid_t pid;

	if (!acting_own_network()) {
		printf("skipped: no network namespace of the test's own\n");
		return;
	}
	listener = socket(sockets[_i].family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(listen(listener, 4), 0);
	t = acting_target_of_socket(listener, IPPROTO_TCP);
	pid = acting_child();
	t.pid = (uint32_t)pid;
	t.start_ns = acting_target(pid).start_ns;
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&cut, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	ck_assert_str_eq(acting_result.why, "it is a listening socket, not a connection");
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	client = socket(sockets[_i].family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&addr, len), 0);
	acting_finish(pid);
	actor_free(acting_actor);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("policy_act");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, kills);
	tcase_add_test(tc, dry_run_kills_nobody);
	tcase_add_test(tc, lets_a_reused_pid_alone);
	tcase_add_test(tc, lets_ancestors_alone);
	tcase_add_test(tc, kills_groups);
	tcase_add_loop_test(tc, kills_the_headless, 0, 2);
	tcase_add_test(tc, protects_the_headless);
	tcase_add_test(tc, keeps_to_limits);
	tcase_add_test(tc, a_limit_is_no_action);
	tcase_add_test(tc, runs_programs);
	tcase_add_test(tc, who_stands_still_is_late_himself);
	tcase_add_test(tc, ends_in_time);
	tcase_add_loop_test(tc, cuts, 0, sizeof(sockets) / sizeof(sockets[0]));
	tcase_add_loop_test(tc, cuts_no_listening_socket, 0, 2);
	return suite_run(s);
}
