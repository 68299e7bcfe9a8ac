// SPDX-License-Identifier: Apache-2.0
#include "acting.h"

#include <arpa/inet.h>
#include <check.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policy/process.h"

#define WAIT_MS	120000

const struct rule acting_rule = { .name = "a rule" };
struct actor *acting_actor;
unsigned int acting_runtime_ms = 300;
unsigned int acting_limit;
struct action_result acting_result;

void acting_begin(enum action_mode mode, const char *docker)
{
	const struct actor_options opt = {
		.mode = mode, .any_pidns = true, .runtime_timeout_ms = acting_runtime_ms,
		.limit_per_minute = acting_limit,
		.sockets.docker = docker ? docker : "/nowhere",
	};

	/* as the program that the library is part of */
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(actor_new(&opt, &acting_actor), 0);
}

uint64_t acting_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * S + (uint64_t)ts.tv_nsec;
}

struct policy acting_policy(const struct policy_action *action)
{
	return (struct policy){
		.name = "a policy", .enabled = true, .actions = action, .nactions = 1,
		.outputs = UINT64_MAX, .limit_actions = 1000, .limit_seconds = 60,
	};
}

void acting_act(const struct policy_action *action, const struct target *t, const char *json)
{
	const struct policy p = acting_policy(action);
	static struct policy kept;	/* results name it */

	kept = p;
	actor_act(acting_actor, &kept, &acting_rule, t, slice_of(json));
}

enum action_outcome acting_take(void)
{
	struct pollfd fd = { .fd = actor_fd(acting_actor), .events = POLLIN };

	ck_assert_msg(poll(&fd, 1, WAIT_MS) == 1, "no result");
	ck_assert(actor_take(acting_actor, &acting_result));
	return acting_result.outcome;
}

pid_t acting_child(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

struct target acting_target(pid_t pid)
{
	struct target t = { .pid = (uint32_t)pid, .comm = "child", .event_ns = acting_now_ns() };
	struct process_stat st;

	ck_assert_int_eq(process_stat(t.pid, &st), 0);
	t.start_ns = st.start_ticks * (S / (uint64_t)sysconf(_SC_CLK_TCK)) + 1234567;
	t.pidns = process_namespace(t.pid, "pid");
	return t;
}

int acting_end_of(pid_t pid)
{
	int status = 0;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool acting_lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

void acting_finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

bool acting_own_network(void)
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

void acting_connect(int type, int family, int *ret_server, int *ret_client)
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

struct target acting_target_of_socket(int fd, uint8_t protocol)
{
	struct target t = { .pid = (uint32_t)getpid(), .event_ns = acting_now_ns() };
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
	if (getpeername(fd, (struct sockaddr *)&sa, &len) == 0)
		put_end(&sa, t.sock.raddr, &t.sock.rport);
	return t;
}
