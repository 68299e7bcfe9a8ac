// SPDX-License-Identifier: Apache-2.0
/*
 * Actions on real processes, connections, control groups and programs of this machine. What needs root, or a
 * cgroup2 that can be written, is skipped where that is missing.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policy/actor.h"
#include "policy/group.h"
#include "policy/process.h"
#include "suite.h"

#define S	1000000000ull
#define WAIT_MS	20000

static const struct rule rule = { .name = "a rule" };
static struct actor *a;
static struct action_result result;

static void begin(enum action_mode mode, const char *docker)
{
	const struct actor_options opt = {
		.mode = mode, .any_pidns = true, .runtime_timeout_ms = 300,
		.sockets.docker = docker ? docker : "/nowhere",
	};

	/* as the program that the library is part of */
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(actor_new(&opt, &a), 0);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * S + (uint64_t)ts.tv_nsec;
}

/* Of one action, and limits that are not in the way. */
static struct policy policy_of(const struct policy_action *action)
{
	return (struct policy){
		.name = "a policy", .enabled = true, .actions = action, .nactions = 1,
		.outputs = UINT64_MAX, .limit_actions = 1000, .limit_seconds = 60,
	};
}

static void act(const struct policy_action *action, const struct target *t, const char *json)
{
	const struct policy p = policy_of(action);
	static struct policy kept;	/* results name it */

	kept = p;
	actor_act(a, &kept, &rule, t, slice_of(json));
}

static enum action_outcome take(void)
{
	struct pollfd fd = { .fd = actor_fd(a), .events = POLLIN };

	ck_assert_msg(poll(&fd, 1, WAIT_MS) == 1, "no result");
	ck_assert(actor_take(a, &result));
	return result.outcome;
}

/* A child that waits for ever; it is not protected as an ancestor of falcoc is. */
static pid_t child(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* As the module would tell it: the start in ns, of which /proc shows hundredths of a second. */
static struct target target_of(pid_t pid)
{
	struct target t = { .pid = (uint32_t)pid, .comm = "child", .event_ns = now_ns() };
	struct process_stat st;

	ck_assert_int_eq(process_stat(t.pid, &st), 0);
	t.start_ns = st.start_ticks * (S / (uint64_t)sysconf(_SC_CLK_TCK)) + 1234567;
	t.pidns = process_namespace(t.pid, "pid");
	return t;
}

static int end_of(pid_t pid)
{
	int status = 0;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static bool lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const struct policy_action kill_one = { .kind = ACTION_KILL };

/* ---- kill ---- */

START_TEST(kills)
{
	pid_t pid = child();
	struct target t = target_of(pid);
	struct actor_stats st;

	begin(ACTIONS_ON, NULL);
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_DONE);
	ck_assert_uint_eq(result.killed, 1);
	ck_assert_uint_ge(result.done_ns, t.event_ns);
	ck_assert_int_eq(end_of(pid), SIGKILL);
	/* the same again, as the next event of it would ask, is no new action */
	act(&kill_one, &t, "");
	ck_assert(!actor_take(a, &result));
	actor_get_stats(a, &st);
	ck_assert_uint_eq(st.merged, 1);
	actor_free(a);
}
END_TEST

START_TEST(dry_run_kills_nobody)
{
	pid_t pid = child();
	struct target t = target_of(pid);

	begin(ACTIONS_DRY_RUN, NULL);
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_DRY_RUN);
	actor_free(a);
	begin(ACTIONS_OFF, NULL);
	act(&kill_one, &t, "");
	ck_assert(!actor_take(a, &result));
	ck_assert(lives(pid));
	finish(pid);
	actor_free(a);
}
END_TEST

START_TEST(lets_a_reused_pid_alone)
{
	pid_t pid = child();
	struct target t = target_of(pid), other;

	begin(ACTIONS_ON, NULL);
	t.start_ns -= 20000000;		/* its former owner's */
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert_str_eq(result.why, "it has ended, and its pid is another's");
	/* started in the same hundredth of a second, in another pid namespace */
	other = target_of(pid);
	other.pidns ^= 1;
	act(&kill_one, &other, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert(lives(pid));
	finish(pid);
	t = other;
	t.start_ns++;
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert_str_eq(result.why, "it has ended");
	actor_free(a);
}
END_TEST

START_TEST(lets_ancestors_alone)
{
	struct target t = target_of(getppid());

	begin(ACTIONS_ON, NULL);
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_REFUSED);
	t = target_of(getpid());
	act(&kill_one, &t, "");
	ck_assert_int_eq(take(), OUTCOME_REFUSED);
	ck_assert_str_eq(result.why, "it is falcoc");
	actor_free(a);
}
END_TEST

START_TEST(kills_groups)
{
	static const struct policy_action group = { .kind = ACTION_KILL, .reach = REACH_GROUP };
	pid_t one = child(), two = child(), outside = child();
	struct target t;

	ck_assert_int_eq(setpgid(one, one), 0);
	ck_assert_int_eq(setpgid(two, one), 0);
	begin(ACTIONS_ON, NULL);
	t = target_of(two);
	act(&group, &t, "");
	ck_assert_int_eq(take(), OUTCOME_DONE);
	ck_assert_uint_eq(result.killed, 2);
	ck_assert_int_eq(end_of(one), SIGKILL);
	ck_assert_int_eq(end_of(two), SIGKILL);
	/* that one is in our own group, which is falcoc's */
	t = target_of(outside);
	act(&group, &t, "");
	ck_assert_int_eq(take(), OUTCOME_REFUSED);
	ck_assert(lives(outside));
	finish(outside);
	actor_free(a);
}
END_TEST

START_TEST(keeps_to_limits)
{
	struct policy p = policy_of(&kill_one);
	unsigned int refused = 0, done = 0;
	struct actor_stats st;
	pid_t pids[6];

	p.limit_actions = 2;
	p.limit_seconds = 3600;
	begin(ACTIONS_ON, NULL);
	for (int i = 0; i < 6; i++) {
		struct target t;

		pids[i] = child();
		t = target_of(pids[i]);
		actor_act(a, &p, &rule, &t, slice_of(""));
	}
	while (actor_take(a, &result)) {
		done += result.outcome == OUTCOME_DONE;
		refused += result.outcome == OUTCOME_REFUSED;
	}
	actor_get_stats(a, &st);
	ck_assert_uint_eq(done, 2);
	ck_assert_uint_eq(refused, 1);	/* told once, */
	ck_assert_uint_eq(st.limited, 4);	/* counted each time */
	for (int i = 0; i < 6; i++)
		finish(pids[i]);
	actor_free(a);
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
		{ .kind = ACTION_EXEC, .argv = cat, .timeout_s = 20 },
		{ .kind = ACTION_EXEC, .argv = bad, .timeout_s = 20 },
		{ .kind = ACTION_EXEC, .argv = slow, .timeout_s = 1 },
		{ .kind = ACTION_EXEC, .argv = none, .timeout_s = 1 },
	};
	struct target t = { .pid = 4242 };
	char path[] = "/tmp/falcoc-test.XXXXXX", text[100] = "";
	int fd = mkstemp(path);

	cat[3] = path;
	begin(ACTIONS_ON, NULL);
	act(&actions[0], &t, "{\"rule\":1}\n");
	ck_assert_int_eq(take(), OUTCOME_DONE);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	ck_assert_str_eq(text, "{\"rule\":1}\na policy\n");
	act(&actions[1], &t, "x");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert_str_eq(result.why, "the program ended with status 3: the last line");
	act(&actions[2], &t, "x");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert_str_eq(result.why, "the program was killed: it took more than 1 s");
	act(&actions[3], &t, "x");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	/* what others can write is not run */
	ck_assert_int_eq(fchmod(fd, 0777), 0);
	cat[0] = path;
	act(&actions[0], &t, "x");
	ck_assert_int_eq(take(), OUTCOME_REFUSED);
	close(fd);
	unlink(path);
	actor_free(a);
}
END_TEST

/* The end does not wait for a program that has time left. */
START_TEST(ends_in_time)
{
	const char *slow[] = { "/bin/sleep", "1000", NULL };
	const struct policy_action action = { .kind = ACTION_EXEC, .argv = slow, .timeout_s = 1000 };
	struct target t = { .pid = 4242 };
	uint64_t then = now_ns();

	begin(ACTIONS_ON, NULL);
	act(&action, &t, "x");
	actor_finish(a, 200);
	actor_free(a);
	ck_assert_uint_lt(now_ns() - then, 15 * S);
}
END_TEST

/* ---- cut ---- */

/* A network of the test's own, with loopback up; false where that cannot be. */
static bool own_network(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, rc;

	if (unshare(CLONE_NEWNET) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	rc = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc == 0;
}

static void connected(int type, int family, int *ret_server, int *ret_client)
{
	struct sockaddr_storage addr = { .ss_family = (sa_family_t)family };
	socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	int listener = socket(family, type | SOCK_CLOEXEC, 0);

	if (family == AF_INET)
		((struct sockaddr_in *)&addr)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&addr)->sin6_addr = in6addr_loopback;
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, len), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	*ret_client = socket(family, type | SOCK_CLOEXEC, 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(listener, 4), 0);
	ck_assert_int_eq(connect(*ret_client, (struct sockaddr *)&addr, len), 0);
	*ret_server = listener;
	if (type == SOCK_STREAM) {
		*ret_server = accept(listener, NULL, NULL);
		close(listener);
	}
}

static void put_end(const struct sockaddr_storage *sa, uint8_t *addr, uint16_t *port)
{
	const struct sockaddr_in *v4 = (const void *)sa;
	const struct sockaddr_in6 *v6 = (const void *)sa;

	memcpy(addr, sa->ss_family == AF_INET ? (const void *)&v4->sin_addr : &v6->sin6_addr,
	       sa->ss_family == AF_INET ? 4 : 16);
	*port = ntohs(sa->ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
}

static struct target target_of_socket(int fd, uint8_t protocol)
{
	struct target t = { .pid = (uint32_t)getpid(), .event_ns = now_ns() };
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	t.sock.known = true;
	t.sock.protocol = protocol;
	t.sock.ino = st.st_ino;
	t.sock.netns = process_namespace(t.pid, "net");
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	t.sock.family = sa.ss_family;
	put_end(&sa, t.sock.laddr, &t.sock.lport);
	len = sizeof(sa);
	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&sa, &len), 0);
	put_end(&sa, t.sock.raddr, &t.sock.rport);
	return t;
}

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

	if (!own_network()) {
		printf("skipped: no network namespace of the test's own\n");
		return;
	}
	connected(sockets[_i].type, sockets[_i].family, &server, &client);
	connected(sockets[_i].type, sockets[_i].family, &other_server, &other_client);
	t = target_of_socket(client, sockets[_i].protocol);
	/* falcoc itself is protected: the sockets are another's */
	pid = child();
	t.pid = (uint32_t)pid;
	t.start_ns = target_of(pid).start_ns;
	begin(ACTIONS_ON, NULL);
	/* another socket of these ports is not meant */
	t.sock.ino += 100000;
	act(&cut, &t, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert_str_eq(result.why, "there is no such connection any more");
	ck_assert_int_eq(send(client, "x", 1, MSG_NOSIGNAL), 1);
	t.sock.ino -= 100000;
	act(&cut, &t, "");
	take();
	if (strstr(result.why, "cannot destroy")) {
		printf("skipped: this kernel has no INET_DIAG_DESTROY\n");
	} else {
		ck_assert_msg(result.outcome == OUTCOME_DONE, "%s", result.why);
		ck_assert_int_lt(recv(client, &byte, 1, 0), 0);
		ck_assert_int_eq(errno, ECONNABORTED);
	}
	ck_assert_int_eq(send(other_client, "x", 1, MSG_NOSIGNAL), 1);
	finish(pid);
	/* its process has gone, and left it to another one of our network: there is no container to look in */
	t = target_of_socket(other_client, sockets[_i].protocol);
	t.pid = (uint32_t)pid;
	act(&cut, &t, "");
	take();
	ck_assert_msg(result.outcome == OUTCOME_DONE || strstr(result.why, "cannot destroy"), "%s", result.why);
	actor_free(a);
}
END_TEST

/* ---- containers ---- */

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

	*t = (struct target){ .event_ns = now_ns() };
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
	for (int i = 0; i < 500 && rmdir(path) < 0; i++)
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
	outside = child();
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
	t.start_ns = target_of(bomb).start_ns;
	begin(ACTIONS_ON, NULL);
	act(&all, &t, "");
	take();
	ck_assert_msg(result.outcome == OUTCOME_DONE, "%s", result.why);
	ck_assert_uint_ge(result.killed, 2);
	ck_assert_int_eq(end_of(bomb), SIGKILL);
	ck_assert(lives(outside));
	finish(outside);
	actor_free(a);
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
	struct actor_stats st;
	struct target t, other;
	pid_t inside;

	if (!make_group(&t, _i))
		return;
	begin(ACTIONS_ON, NULL);
	for (int life = 0; life < 2; life++) {
		inside = child();
		put_into(&t, inside);
		t.pid = (uint32_t)inside;
		t.start_ns = target_of(inside).start_ns;
		t.event_ns = now_ns();
		act(&all, &t, "");
		take();
		ck_assert_msg(result.outcome == OUTCOME_DONE, "%s", result.why);
		ck_assert_int_eq(end_of(inside), SIGKILL);
		/* an event from before its end, which is judged now */
		act(&all, &t, "");
		ck_assert(!actor_take(a, &result));
	}
	actor_get_stats(a, &st);
	ck_assert_uint_eq(st.merged, 2);
	other = t;
	snprintf(other.own_group, sizeof(other.own_group), "/elsewhere/%s", other.container);
	act(&all, &other, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	actor_free(a);
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
		if (!own_network())
			_exit(2);
		connected(SOCK_STREAM, AF_INET, &server, &client);
		t = target_of_socket(client, IPPROTO_TCP);
		if (write(ready[1], &t, sizeof(t)) < 0)
			_exit(3);
		_exit(recv(client, &byte, 1, 0) < 0 && errno == ECONNABORTED ? 0 : 1);
	}
	put_into(&group, heir);
	close(ready[1]);
	if (read(ready[0], &t, sizeof(t)) == (ssize_t)sizeof(t)) {
		gone = child();
		group.pid = (uint32_t)gone;
		group.start_ns = target_of(gone).start_ns;
		finish(gone);
		group.sock = t.sock;
		begin(ACTIONS_ON, NULL);
		act(&cut, &group, "");
		take();
		if (strstr(result.why, "cannot destroy")) {
			printf("skipped: this kernel has no INET_DIAG_DESTROY\n");
			kill(heir, SIGKILL);
			waitpid(heir, NULL, 0);
		} else {
			int status = 0;

			ck_assert_msg(result.outcome == OUTCOME_DONE, "%s", result.why);
			ck_assert_int_eq(waitpid(heir, &status, 0), heir);
			ck_assert_int_eq(status, 0);
		}
		actor_free(a);
	} else {
		printf("skipped: no network namespace of the test's own\n");
		waitpid(heir, NULL, 0);
	}
	close(ready[0]);
	remove_group(&group);
}
END_TEST

/*
 * Groups with the id of somebody else's container: of a user, or within a container. Docker, which knows
 * that id, is not asked, or it would act on the other one.
 */
START_TEST(asks_not_for_others)
{
	static const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char path[1100];
	struct target t;
	pid_t inside;

	if (!make_group(&t, false))
		return;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/tmp/falcoc-test-%d.sock", getpid());
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	inside = child();
	put_into(&t, inside);
	t.pid = (uint32_t)inside;
	t.start_ns = target_of(inside).start_ns;
	t.nested = _i;
	snprintf(path, sizeof(path), "%s/docker-%s.scope", mount, t.container);
	ck_assert_int_eq(chown(path, _i ? 0 : 1000, 0), 0);
	begin(ACTIONS_ON, sa.sun_path);
	act(&pause_it, &t, "");
	take();
	ck_assert_msg(result.outcome == OUTCOME_DONE && strstr(result.why, "docker did not make its cgroup"),
		      "%s", result.why);
	ck_assert_int_eq(accept4(listener, NULL, NULL, SOCK_CLOEXEC), -1);
	actor_free(a);
	finish(inside);
	close(listener);
	unlink(sa.sun_path);
	remove_group(&t);
}
END_TEST

/* A runtime that takes the question and never answers. */
START_TEST(slow_runtimes_hold_up_nobody)
{
	static const struct policy_action pause_it = { .kind = ACTION_PAUSE, .reach = REACH_CONTAINER };
	static const struct policy_action unpause = {
		.kind = ACTION_UNPAUSE, .reach = REACH_CONTAINER, .by_cgroup = true,
	};
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct target t, victim;
	pid_t inside, pid;
	uint64_t then;

	if (!make_group(&t, _i))
		return;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/tmp/falcoc-test-%d.sock", getpid());
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	inside = child();
	put_into(&t, inside);
	t.pid = (uint32_t)inside;
	t.start_ns = target_of(inside).start_ns;
	pid = child();
	victim = target_of(pid);
	begin(ACTIONS_ON, sa.sun_path);
	then = now_ns();
	act(&pause_it, &t, "");
	act(&kill_one, &victim, "");
	ck_assert_int_eq(take(), OUTCOME_DONE);
	ck_assert_int_eq(result.action->kind, ACTION_KILL);
	ck_assert_uint_lt(now_ns() - then, S);
	ck_assert_int_eq(end_of(pid), SIGKILL);
	/* what the runtime did not do the cgroup does */
	take();
	ck_assert_msg(result.outcome == OUTCOME_DONE && strstr(result.why, "docker does not answer"),
		      "%s", result.why);
	act(&unpause, &t, "");
	take();
	ck_assert_msg(result.outcome == OUTCOME_DONE, "%s", result.why);
	finish(inside);
	actor_free(a);
	close(listener);
	unlink(sa.sun_path);
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
	pid_t pid = child();
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
	for (int i = 0; i < 500 && rmdir(path) < 0; i++)
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
	for (int i = 0; i < 500 && !group_is_frozen(&g); i++)
		poll(NULL, 0, 10);
	ck_assert(group_is_frozen(&g));
	/* let go on as Podman does it, which knows of no other group */
	write_below(&t, "container", "cgroup.freeze", "0");
	ck_assert_int_eq(group_freeze_within(&g, 5000), 0);
	ck_assert(group_is_frozen(&g) && has_below(&t, ".", "cgroup.freeze", '0'));
	write_below(&t, "container", "cgroup.freeze", "0");
	for (int i = 0; i < 500 && group_is_frozen(&g); i++)
		poll(NULL, 0, 10);
	ck_assert(!group_is_frozen(&g));
	/* not all of it */
	write_below(&t, "container", "cgroup.freeze", "1");
	other = child_below(&t, "other");
	ck_assert(!group_is_frozen(&g));
	write_below(&t, "container", "cgroup.freeze", "0");
	ck_assert_int_eq(group_freeze_within(&g, 5000), 0);
	ck_assert(has_below(&t, ".", "cgroup.freeze", '1'));
	ck_assert_int_eq(group_freeze(&g, false, 5000), 0);
	finish(other);
	remove_below(&t, "other");
	/* both of them */
	write_below(&t, "container", "cgroup.freeze", "1");
	ck_assert_int_eq(group_freeze(&g, true, 5000), 0);
	ck_assert_int_eq(group_freeze(&g, false, 5000), 0);
	ck_assert(!group_is_frozen(&g));
	group_close(&g);
	finish(one);
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

/* A container that has groups of its own to go to cannot be elsewhere when one of them is frozen. */
START_TEST(nobody_gets_away_from_a_pause)
{
	volatile unsigned int *count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int then;
	struct target t;
	struct group g;
	pid_t hopper;

	if (!make_group(&t, false))
		return;
	finish(child_below(&t, "container"));
	finish(child_below(&t, "other"));
	hopper = fork();
	ck_assert_int_ge(hopper, 0);
	if (hopper == 0)
		hop(&t, count);
	ck_assert_int_eq(group_open(&t, &g), 0);
	for (int i = 0; i < 50; i++) {
		then = *count;
		for (int k = 0; k < 1000 && *count - then < 4; k++)
			poll(NULL, 0, 10);
		ck_assert_uint_ge(*count - then, 4);
		ck_assert_int_eq(group_freeze_within(&g, 10000), 0);
		then = *count;
		poll(NULL, 0, 20);
		ck_assert_msg(*count == then, "pause %d: it went on, %u times", i, *count - then);
		ck_assert_int_eq(group_freeze(&g, false, 10000), 0);
	}
	group_close(&g);
	finish(hopper);
	remove_below(&t, "container");
	remove_below(&t, "other");
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
	inside = child();
	put_into(&t, inside);
	other = t;
	other.pid = (uint32_t)inside;
	other.start_ns = target_of(inside).start_ns;
	other.container[60] ^= 1;
	snprintf(other.own_group, sizeof(other.own_group), "/docker-%s.scope", other.container);
	begin(ACTIONS_ON, NULL);
	act(&all, &other, "");
	ck_assert_int_eq(take(), OUTCOME_FAILED);
	ck_assert(lives(inside));
	finish(inside);
	actor_free(a);
	remove_group(&t);
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
	tcase_add_test(tc, keeps_to_limits);
	tcase_add_test(tc, runs_programs);
	tcase_add_test(tc, ends_in_time);
	tcase_add_loop_test(tc, cuts, 0, sizeof(sockets) / sizeof(sockets[0]));
	/* the second time in the freezer of v1 */
	tcase_add_loop_test(tc, kills_containers, 0, 2);
	tcase_add_loop_test(tc, kills_it_again_when_it_lives_again, 0, 2);
	tcase_add_test(tc, cuts_what_was_inherited);
	tcase_add_loop_test(tc, asks_not_for_others, 0, 2);
	tcase_add_loop_test(tc, slow_runtimes_hold_up_nobody, 0, 2);
	tcase_add_test(tc, what_is_frozen_below_is_frozen);
	tcase_add_test(tc, nobody_gets_away_from_a_pause);
	tcase_add_loop_test(tc, a_group_is_no_name, 0, 2);
	return suite_run(s);
}
