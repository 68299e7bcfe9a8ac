// SPDX-License-Identifier: Apache-2.0
/*
 * Actions on containers: real control groups of this machine, made for the test. Skipped where none can be made.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acting.h"
#include "policy/actor.h"
#include "policy/group.h"
#include "policy/process.h"
#include "slow_clock.h"
#include "suite.h"

static const struct policy_action kill_one = { .kind = ACTION_KILL };
static const char id[] = "abababababababababababababababababababababababababababababababab";

/* Where groups are made: of the default hierarchy, or those of the freezer of v1. */
static const char *mount;

static bool find_mount(bool v1)
{
	static const char *const places[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	struct statfs fs;

	mount = "/sys/fs/cgroup/freezer";
	if (v1)
		return statfs(mount, &fs) == 0 && fs.f_type == 0x27e0eb;
	for (size_t i = 0; i < 2; i++) {
		mount = places[i];
		if (statfs(mount, &fs) == 0 && fs.f_type == 0x63677270)
			return true;
	}
	return false;
}

/* A group as docker names it, made for the test; false where none can be made. */
static bool make_group(struct target *t, bool v1)
{
	struct stat st;
	char path[1100];

	*t = (struct target){ .event_ns = acting_now_ns() };
	snprintf(t->container, sizeof(t->container), "%.50s%014d", id, getpid());
	snprintf(t->own_group, sizeof(t->own_group), "/docker-%s.scope", t->container);
	if (!find_mount(v1)) {
		printf("skipped: no such hierarchy of cgroups\n");
		return false;
	}
	snprintf(path, sizeof(path), "%s%s", mount, t->own_group);
	if (mkdir(path, 0755) < 0) {
		printf("skipped: no cgroup can be made\n");
		return false;
	}
	ck_assert_int_eq(stat(path, &st), 0);
	if (v1)
		*t->own_group = '\0';	/* the default hierarchy shows none */
	else
		t->cgroup = st.st_ino;
	t->runtime = RUNTIME_DOCKER;
	return true;
}

static void put_into(const struct target *t, pid_t pid)
{
	char path[1100], text[20];
	int fd, n;

	snprintf(path, sizeof(path), "%s/docker-%s.scope/cgroup.procs", mount, t->container);
	fd = open(path, O_WRONLY);
	n = snprintf(text, sizeof(text), "%d", pid);
	ck_assert_int_eq(write(fd, text, (size_t)n), n);
	close(fd);
}

/* A process in the group of @t, which @t is about from then on. */
static pid_t child_in(struct target *t)
{
	pid_t pid = acting_child();

	put_into(t, pid);
	t->pid = (uint32_t)pid;
	t->start_ns = acting_target(pid).start_ns;
	return pid;
}

static size_t members_of(const struct target *t)
{
	char path[1100], line[32];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/docker-%s.scope/cgroup.procs", mount, t->container);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	return n;
}

static void remove_group(const struct target *t)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/docker-%s.scope", mount, t->container);
	/* who was killed has to have left first */
	for (int i = 0; i < 12000 && rmdir(path) < 0; i++)
		poll(NULL, 0, 10);
}

/*
 * Goes on as a child, again and again, so that there is always one that was not there a moment ago. Their
 * number stays the same, however long it takes to kill them: the machine is others', too.
 */
static void fork_on(void)
{
	for (;;) {
		poll(NULL, 0, 5);
		if (fork() > 0)
			_exit(0);
	}
}

START_TEST(kills_containers)
{
	static const struct policy_action all = { .kind = ACTION_KILL, .reach = REACH_CONTAINER };
	struct target t;
	pid_t bomb, outside;

	if (!make_group(&t, _i))
		return;
	outside = acting_child();
	bomb = fork();
	if (bomb == 0) {
		raise(SIGSTOP);
		for (int i = 0; i < 8; i++)
			if (fork() == 0)
				fork_on();
		for (;;)
			poll(NULL, 0, -1);
	}
	waitpid(bomb, NULL, WUNTRACED);
	put_into(&t, bomb);
	kill(bomb, SIGCONT);
	while (members_of(&t) < 9)
		poll(NULL, 0, 5);
	t.pid = (uint32_t)bomb;
	t.start_ns = acting_target(bomb).start_ns;
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&all, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
	ck_assert_uint_ge(acting_result.killed, 2);
	ck_assert_int_eq(acting_end_of(bomb), SIGKILL);
	ck_assert(acting_lives(outside));
	acting_finish(outside);
	actor_free(acting_actor);
	remove_group(&t);
}
END_TEST

/*
 * Its engine starts it anew at once, as it does with `--restart always`: what it does then is no more of the same.
 * Nor is what another engine's container of that id does.
 */
START_TEST(kills_it_again_when_it_lives_again)
{
	static const struct policy_action all = { .kind = ACTION_KILL, .reach = REACH_CONTAINER };
	static const struct policy_action pause_it = {
		.kind = ACTION_PAUSE, .reach = REACH_CONTAINER, .by_cgroup = true,
	};
	struct actor_stats st;
	struct target t, other;
	pid_t inside;

	if (!make_group(&t, _i))
		return;
	slow_clock_begin();
	acting_begin(ACTIONS_ON, NULL);
	for (int life = 0; life < 2; life++) {
		inside = child_in(&t);
		t.event_ns = acting_now_ns();
		acting_act(&pause_it, &t, "");
		acting_take();
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
		acting_act(&all, &t, "");
		acting_take();
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
		ck_assert_int_eq(acting_end_of(inside), SIGKILL);
		/* an event from before its end, which is judged now */
		acting_act(&all, &t, "");
		ck_assert(!actor_take(acting_actor, &acting_result));
	}
	actor_get_stats(acting_actor, &st);
	ck_assert_uint_eq(st.merged, 2);
	other = t;
	snprintf(other.own_group, sizeof(other.own_group), "/elsewhere/%s", other.container);
	acting_act(&all, &other, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	actor_free(acting_actor);
	remove_group(&t);
}
END_TEST

/* A process of a container has gone, and left its connection to another one of it, which has that network, too. */
START_TEST(cuts_what_was_inherited)
{
	static const struct policy_action cut = { .kind = ACTION_CUT };
	int server, client, ready[2];
	struct target t, group;
	pid_t gone, heir;
	char byte;

	if (!make_group(&group, false))
		return;
	ck_assert_int_eq(pipe(ready), 0);
	heir = fork();
	if (heir == 0) {
		if (!acting_own_network())
			_exit(2);
		acting_connect(SOCK_STREAM, AF_INET, &server, &client);
		t = acting_target_of_socket(client, IPPROTO_TCP);
		if (write(ready[1], &t, sizeof(t)) < 0)
			_exit(3);
		_exit(recv(client, &byte, 1, 0) < 0 && errno == ECONNABORTED ? 0 : 1);
	}
	put_into(&group, heir);
	close(ready[1]);
	if (read(ready[0], &t, sizeof(t)) == (ssize_t)sizeof(t)) {
		gone = acting_child();
		group.pid = (uint32_t)gone;
		group.start_ns = acting_target(gone).start_ns;
		acting_finish(gone);
		group.sock = t.sock;
		acting_begin(ACTIONS_ON, NULL);
		acting_act(&cut, &group, "");
		acting_take();
		if (strstr(acting_result.why, "cannot destroy")) {
			printf("skipped: this kernel has no INET_DIAG_DESTROY\n");
			kill(heir, SIGKILL);
			waitpid(heir, NULL, 0);
		} else {
			int status = 0;

			ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
			ck_assert_int_eq(waitpid(heir, &status, 0), heir);
			ck_assert_int_eq(status, 0);
		}
		actor_free(acting_actor);
	} else {
		printf("skipped: no network namespace of the test's own\n");
		waitpid(heir, NULL, 0);
	}
	close(ready[0]);
	remove_group(&group);
}
END_TEST

/* A Docker that takes who connects, and says nothing. */
struct silent_docker {
	struct sockaddr_un at;
	int fd;
};

static void silent_begin(struct silent_docker *d)
{
	d->at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(d->at.sun_path, sizeof(d->at.sun_path), "/tmp/falcoc-test-%d.sock", getpid());
	ck_assert_int_eq(bind(d->fd, (struct sockaddr *)&d->at, sizeof(d->at)), 0);
	ck_assert_int_eq(listen(d->fd, 1), 0);
}

static void silent_end(struct silent_docker *d)
{
	close(d->fd);
	unlink(d->at.sun_path);
}

/*
 * Groups with the id of somebody else's container: of a user, or within a container. Docker, which knows
 * that id, is not asked, or it would act on the other one.
 */
START_TEST(asks_not_for_others)
{
	static const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER };
	struct silent_docker docker;
	char path[1100];
	struct target t;
	pid_t inside;

	if (!make_group(&t, false))
		return;
	silent_begin(&docker);
	inside = child_in(&t);
	t.nested = _i;
	snprintf(path, sizeof(path), "%s/docker-%s.scope", mount, t.container);
	ck_assert_int_eq(chown(path, _i ? 0 : 1000, 0), 0);
	acting_begin(ACTIONS_ON, docker.at.sun_path);
	acting_act(&pause_it, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE && strstr(acting_result.why, "docker did not make its cgroup"),
		      "%s", acting_result.why);
	ck_assert_int_eq(accept4(docker.fd, NULL, NULL, SOCK_CLOEXEC), -1);
	actor_free(acting_actor);
	acting_finish(inside);
	silent_end(&docker);
	remove_group(&t);
}
END_TEST

/* A runtime that takes the question, and answers late, not at all, or never. */
START_TEST(slow_runtimes_hold_up_nobody)
{
	static const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER };
	static const struct policy_action unpause = {
		.kind = ACTION_UNPAUSE, .reach = REACH_CONTAINER, .by_cgroup = true,
	};
	struct silent_docker docker;
	struct target t, victim;
	pid_t inside, pid;
	int asks;

	if (!make_group(&t, _i))
		return;
	silent_begin(&docker);
	inside = child_in(&t);
	pid = acting_child();
	victim = acting_target(pid);
	for (int never = 0; never < 2; never++) {
		acting_runtime_ms = never ? 300 : 120000;
		acting_begin(ACTIONS_ON, docker.at.sun_path);
		acting_act(&pause_it, &t, "");
		if (!never) {
			acting_act(&kill_one, &victim, "");
			ck_assert_int_eq(acting_take(), OUTCOME_DONE);
			ck_assert_int_eq(acting_result.action->kind, ACTION_KILL);
			ck_assert_int_eq(acting_end_of(pid), SIGKILL);
			while ((asks = accept4(docker.fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
				poll(NULL, 0, 5);
			close(asks);
		}
		/* what the runtime did not do the cgroup does */
		acting_take();
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE &&
			      strstr(acting_result.why, "docker does not answer"), "%s", acting_result.why);
		acting_act(&unpause, &t, "");
		acting_take();
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
		actor_free(acting_actor);
	}
	acting_finish(inside);
	silent_end(&docker);
	remove_group(&t);
}
END_TEST

/* What a full queue keeps out is not done, and can be asked for again. */
START_TEST(a_full_queue_is_no_action)
{
	static const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER };
	struct silent_docker docker;
	struct target t, other;
	struct actor_stats st;
	pid_t inside;
	int asks;

	if (!make_group(&t, _i))
		return;
	slow_clock_begin();
	silent_begin(&docker);
	inside = child_in(&t);
	acting_runtime_ms = 120000;
	acting_limit = 10 * ACTOR_QUEUE_MAX;
	acting_begin(ACTIONS_ON, docker.at.sun_path);
	/* one that is under way, a queue of others, and one too many */
	acting_act(&pause_it, &t, "");
	while ((asks = accept4(docker.fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
		poll(NULL, 0, 5);
	other = t;
	for (int i = 0; i <= ACTOR_QUEUE_MAX; i++) {
		snprintf(other.own_group, sizeof(other.own_group), "/elsewhere/%d", i);
		acting_act(&pause_it, &other, "");
	}
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
		ck_assert_str_eq(acting_result.why, "too many actions wait");
		if (!again)
			acting_act(&pause_it, &other, "");
	}
	actor_get_stats(acting_actor, &st);
	ck_assert_uint_eq(st.full, 2);
	ck_assert_uint_eq(st.merged, 0);
	actor_free(acting_actor);
	close(asks);
	acting_finish(inside);
	silent_end(&docker);
	remove_group(&t);
}
END_TEST

/* Which of them came last counts, also where they come within moments; and each by itself is one action. */
START_TEST(pauses_anew_after_unpausing)
{
	static const struct policy_action turns[] = {
		{ .kind = ACTION_PAUSE, .reach = REACH_CONTAINER, .by_cgroup = true },
		{ .kind = ACTION_UNPAUSE, .reach = REACH_CONTAINER, .by_cgroup = true },
	};
	struct actor_stats st;
	struct target t;
	pid_t inside;

	if (!make_group(&t, _i))
		return;
	slow_clock_begin();
	acting_begin(ACTIONS_ON, NULL);
	inside = child_in(&t);
	for (int turn = 0; turn < 6; turn++) {
		for (int again = 0; again < 2; again++)
			acting_act(&turns[turn % 2], &t, "");
		acting_take();
		ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
		ck_assert_int_eq(acting_result.action->kind, turns[turn % 2].kind);
	}
	actor_get_stats(acting_actor, &st);
	ck_assert_uint_eq(st.done, 6);
	ck_assert_uint_eq(st.merged, 6);
	acting_finish(inside);
	actor_free(acting_actor);
	remove_group(&t);
}
END_TEST

/* A file of a group below the container's own. */
static void write_below(const struct target *t, const char *below, const char *file, const char *text)
{
	char path[1200];
	int fd;

	snprintf(path, sizeof(path), "%s/docker-%s.scope/%s/%s", mount, t->container, below, file);
	fd = open(path, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static pid_t child_below(const struct target *t, const char *below)
{
	pid_t pid = acting_child();
	char path[1200], text[20];

	snprintf(path, sizeof(path), "%s/docker-%s.scope/%s", mount, t->container, below);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(text, sizeof(text), "%d", pid);
	write_below(t, below, "cgroup.procs", text);
	return pid;
}

/* Who was killed has to have left first. */
static void remove_below(const struct target *t, const char *below)
{
	char path[1200];

	snprintf(path, sizeof(path), "%s/docker-%s.scope/%s", mount, t->container, below);
	for (int i = 0; i < 12000 && rmdir(path) < 0; i++)
		poll(NULL, 0, 10);
}

static bool has_below(const struct target *t, const char *below, const char *file, char first)
{
	char path[1200], got = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/docker-%s.scope/%s/%s", mount, t->container, below, file);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, &got, 1), 1);
	close(fd);
	return got == first;
}

/* As Podman pauses: the group with the processes, within the one that is the container's. */
START_TEST(what_is_frozen_below_is_frozen)
{
	struct target t;
	struct group g;
	pid_t one, other;

	if (!make_group(&t, false))
		return;
	one = child_below(&t, "container");
	ck_assert_int_eq(group_open(&t, &g), 0);
	ck_assert(!group_is_frozen(&g));
	write_below(&t, "container", "cgroup.freeze", "1");
	for (int i = 0; i < 12000 && !group_is_frozen(&g); i++)
		poll(NULL, 0, 10);
	ck_assert(group_is_frozen(&g));
	/* let go on as Podman does it, which knows of no other group */
	write_below(&t, "container", "cgroup.freeze", "0");
	ck_assert_int_eq(group_freeze_within(&g, 120000), 0);
	ck_assert(group_is_frozen(&g) && has_below(&t, ".", "cgroup.freeze", '0'));
	write_below(&t, "container", "cgroup.freeze", "0");
	for (int i = 0; i < 12000 && group_is_frozen(&g); i++)
		poll(NULL, 0, 10);
	ck_assert(!group_is_frozen(&g));
	/* not all of it */
	write_below(&t, "container", "cgroup.freeze", "1");
	other = child_below(&t, "other");
	ck_assert(!group_is_frozen(&g));
	write_below(&t, "container", "cgroup.freeze", "0");
	ck_assert_int_eq(group_freeze_within(&g, 120000), 0);
	ck_assert(has_below(&t, ".", "cgroup.freeze", '1'));
	ck_assert_int_eq(group_freeze(&g, false, 120000), 0);
	acting_finish(other);
	remove_below(&t, "other");
	/* both of them */
	write_below(&t, "container", "cgroup.freeze", "1");
	ck_assert_int_eq(group_freeze(&g, true, 120000), 0);
	ck_assert_int_eq(group_freeze(&g, false, 120000), 0);
	ck_assert(!group_is_frozen(&g));
	group_close(&g);
	acting_finish(one);
	remove_below(&t, "container");
	remove_group(&t);
}
END_TEST

/* Goes from one group to the other and back as fast as it can, and counts. */
static void hop(const struct target *t, volatile unsigned int *count)
{
	char path[1200];
	int fds[2];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/docker-%s.scope/%s/cgroup.procs", mount, t->container,
			 i ? "other" : "container");
		fds[i] = open(path, O_WRONLY);
	}
	for (;;) {
		if (write(fds[*count & 1], "0", 1) != 1)
			_exit(1);
		++*count;
	}
}

/* What a machine that is busy adds to each sleep, and how many sleeps that were. */
static long oversleep_ns;
static atomic_uint oversleeps;

int nanosleep(const struct timespec *ts, struct timespec *left)
{
	struct timespec more = { .tv_nsec = oversleep_ns };

	if (oversleep_ns) {
		oversleeps++;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &more, NULL);
	}
	return clock_nanosleep(CLOCK_MONOTONIC, 0, ts, left);
}

/* The first process of a container that is deaf to SIGTERM has the time that the policy says, not so many sleeps. */
START_TEST(force_is_used_in_time)
{
	static const struct policy_action stop = { .kind = ACTION_STOP, .reach = REACH_CONTAINER, .timeout_s = 1 };
	struct target t;
	uint64_t then;
	pid_t first;

	if (!make_group(&t, _i))
		return;
	signal(SIGTERM, SIG_DFL);	/* to the first of a pid namespace that is nothing */
	first = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, 0);
	ck_assert_int_ge(first, 0);
	if (first == 0)
		for (;;)
			pause();
	put_into(&t, first);
	t.pid = (uint32_t)first;
	t.start_ns = acting_target(first).start_ns;
	acting_begin(ACTIONS_ON, NULL);
	oversleep_ns = 200 * 1000000;
	then = acting_now_ns();
	acting_act(&stop, &t, "");
	ck_assert_int_eq(acting_end_of(first), SIGKILL);
	ck_assert_uint_ge(acting_now_ns() - then, S);
	/* who counts them comes to a hundred */
	ck_assert_uint_lt(oversleeps, 50);
	acting_take();
	oversleep_ns = 0;
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE && strstr(acting_result.why, "1 processes"), "%s",
		      acting_result.why);
	actor_free(acting_actor);
	remove_group(&t);
}
END_TEST

/* A container that has groups of its own to go to cannot be elsewhere when one of them is frozen. */
START_TEST(nobody_gets_away_from_a_pause)
{
	volatile unsigned int *count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t end_ns = acting_now_ns() + 15 * S;
	unsigned int then;
	struct target t;
	struct group g;
	pid_t hopper;

	if (!make_group(&t, false))
		return;
	acting_finish(child_below(&t, "container"));
	acting_finish(child_below(&t, "other"));
	hopper = fork();
	ck_assert_int_ge(hopper, 0);
	if (hopper == 0)
		hop(&t, count);
	ck_assert_int_eq(group_open(&t, &g), 0);
	/* as often as there is time for */
	for (int i = 0; i < 50 && (i < 10 || acting_now_ns() < end_ns); i++) {
		then = *count;
		for (int k = 0; k < 12000 && *count - then < 4; k++)
			poll(NULL, 0, 10);
		ck_assert_uint_ge(*count - then, 4);
		ck_assert_int_eq(group_freeze_within(&g, 120000), 0);
		then = *count;
		poll(NULL, 0, 20);
		ck_assert_msg(*count == then, "pause %d: it went on, %u times", i, *count - then);
		ck_assert_int_eq(group_freeze(&g, false, 120000), 0);
	}
	group_close(&g);
	acting_finish(hopper);
	remove_below(&t, "container");
	remove_below(&t, "other");
	remove_group(&t);
}
END_TEST

/* Groups below its own do not take it out of the container, however deep they are. */
START_TEST(a_deep_group_is_no_way_out)
{
	static const struct policy_action all = { .kind = ACTION_KILL, .reach = REACH_CONTAINER };
	char below[80] = "d", path[1200];
	struct target t;
	struct group g;
	struct stat st;
	pid_t pid;
	int fd;

	if (!make_group(&t, false))
		return;
	for (t.group_depth = 1; t.group_depth < 20; t.group_depth++) {
		snprintf(path, sizeof(path), "%s/docker-%s.scope/%s", mount, t.container, below);
		ck_assert_int_eq(mkdir(path, 0755), 0);
		strcat(below, "/d");
	}
	pid = child_below(&t, below);
	snprintf(path, sizeof(path), "%s/docker-%s.scope/%s", mount, t.container, below);
	ck_assert_int_eq(stat(path, &st), 0);
	t.pid = (uint32_t)pid;
	t.start_ns = acting_target(pid).start_ns;
	t.cgroup = st.st_ino;
	ck_assert_int_eq(group_open(&t, &g), 0);
	fd = group_namespace(&g, process_namespace(t.pid, "net"));
	ck_assert_int_ge(fd, 0);
	close(fd);
	group_close(&g);
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&all, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
	ck_assert_int_eq(acting_end_of(pid), SIGKILL);
	actor_free(acting_actor);
	for (size_t len = strlen(below); len > 0 && len < sizeof(below); len -= 2) {
		below[len] = '\0';
		remove_below(&t, below);
	}
	remove_group(&t);
}
END_TEST

static void on_term(int sig)
{
	(void)sig;
	_exit(0);
}

/* A first process that waits for ever, of a pid namespace made for it. */
static pid_t first_process(int told)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, 0);

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, on_term);
	/* one within it, whose number out here it does not know */
	if (told >= 0 && syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, 0) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(told, "x", 1) != 1)
			_exit(1);
	}
	for (;;)
		pause();
}

/* SIGTERM is for the container's first process, not for that of a container or a sandbox within it. */
START_TEST(stops_the_outermost)
{
	struct process_stat st;
	struct target t;
	struct group g;
	int told[2];
	pid_t first, inner = 0;
	char byte;

	if (!make_group(&t, _i))
		return;
	ck_assert_int_eq(pipe(told), 0);
	first = first_process(told[1]);
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	for (pid_t pid = first; !inner; pid = pid < 1 << 22 ? pid + 1 : 2)
		if (process_stat((uint32_t)pid, &st) == 0 && st.ppid == (uint32_t)first)
			inner = pid;
	/* the inner one stands first in the list */
	put_into(&t, inner);
	put_into(&t, first);
	t.pid = (uint32_t)first;
	t.start_ns = acting_target(first).start_ns;
	ck_assert_int_eq(group_open(&t, &g), 0);
	ck_assert_int_eq(group_signal_init(&g, SIGTERM), 0);
	ck_assert_int_eq(acting_end_of(first), 0);
	group_close(&g);
	close(told[0]);
	close(told[1]);
	remove_group(&t);
}
END_TEST

/* One that has the same first digits has another group, whatever the text says. */
START_TEST(a_group_is_no_name)
{
	static const struct policy_action all = { .kind = ACTION_KILL, .reach = REACH_CONTAINER };
	struct target t, other;
	pid_t inside;

	if (!make_group(&t, _i))
		return;
	inside = acting_child();
	put_into(&t, inside);
	other = t;
	other.pid = (uint32_t)inside;
	other.start_ns = acting_target(inside).start_ns;
	other.container[60] ^= 1;
	snprintf(other.own_group, sizeof(other.own_group), "/docker-%s.scope", other.container);
	acting_begin(ACTIONS_ON, NULL);
	acting_act(&all, &other, "");
	ck_assert_int_eq(acting_take(), OUTCOME_FAILED);
	ck_assert(acting_lives(inside));
	acting_finish(inside);
	actor_free(acting_actor);
	remove_group(&t);
}
END_TEST

/* Both hierarchies are mounted, and the container is in both: its engine looks at the freezer of v1. */
START_TEST(pauses_by_the_freezer_of_v1)
{
	static const char freezer[] = "/sys/fs/cgroup/freezer";
	const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER, .by_cgroup = true };
	const struct policy_action unpause = { .kind = ACTION_UNPAUSE, .reach = REACH_CONTAINER, .by_cgroup = true };
	const struct policy_action all = { .kind = ACTION_KILL, .reach = REACH_CONTAINER };
	struct target t, old;
	char self[20];
	pid_t inside;
	int fd, n;

	if (!make_group(&old, true) || !make_group(&t, false))
		return;
	acting_begin(ACTIONS_ON, NULL);
	inside = child_in(&t);
	/* nobody is in the old one yet, so that freezing it would do nothing */
	acting_act(&pause_it, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	ck_assert(has_below(&t, ".", "cgroup.freeze", '1'));
	acting_act(&unpause, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	mount = freezer;
	put_into(&t, inside);
	acting_act(&pause_it, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	ck_assert_msg(has_below(&t, ".", "freezer.state", 'F'), "its engine does not see that it is paused");
	find_mount(false);
	ck_assert(has_below(&t, ".", "cgroup.freeze", '0'));
	acting_act(&unpause, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_DONE);
	mount = freezer;
	ck_assert(has_below(&t, ".", "freezer.state", 'T'));
	/* somebody put falcoc into what would be frozen: nobody is */
	put_into(&t, getpid());
	acting_act(&pause_it, &t, "");
	ck_assert_int_eq(acting_take(), OUTCOME_REFUSED);
	n = snprintf(self, sizeof(self), "%d", getpid());
	fd = open("/sys/fs/cgroup/freezer/cgroup.procs", O_WRONLY);
	ck_assert_int_eq(write(fd, self, (size_t)n), n);
	close(fd);
	/* one that its engine paused can be killed, too */
	write_below(&t, ".", "freezer.state", "FROZEN");
	acting_act(&all, &t, "");
	acting_take();
	ck_assert_msg(acting_result.outcome == OUTCOME_DONE, "%s", acting_result.why);
	ck_assert_int_eq(acting_end_of(inside), SIGKILL);
	actor_free(acting_actor);
	remove_group(&t);
	find_mount(false);
	remove_group(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("policy_group");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	/* those that loop: the second time in the freezer of v1 */
	tcase_add_loop_test(tc, kills_containers, 0, 2);
	tcase_add_loop_test(tc, kills_it_again_when_it_lives_again, 0, 2);
	tcase_add_test(tc, cuts_what_was_inherited);
	tcase_add_loop_test(tc, asks_not_for_others, 0, 2);
	tcase_add_loop_test(tc, slow_runtimes_hold_up_nobody, 0, 2);
	tcase_add_loop_test(tc, pauses_anew_after_unpausing, 0, 2);
	tcase_add_test(tc, a_full_queue_is_no_action);
	tcase_add_test(tc, what_is_frozen_below_is_frozen);
	tcase_add_test(tc, pauses_by_the_freezer_of_v1);
	tcase_add_test(tc, nobody_gets_away_from_a_pause);
	tcase_add_loop_test(tc, force_is_used_in_time, 0, 2);
	tcase_add_test(tc, a_deep_group_is_no_way_out);
	tcase_add_loop_test(tc, stops_the_outermost, 0, 2);
	tcase_add_loop_test(tc, a_group_is_no_name, 0, 2);
	return suite_run(s);
}
