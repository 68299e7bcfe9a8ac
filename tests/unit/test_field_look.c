// SPDX-License-Identifier: Apache-2.0
/*
 * Fields that are looked up in /proc: asked of a real process, our own child, with descriptors of
 * known kinds, beside what the kernel says of them.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "fieldworld.h"
#include "suite.h"
#include "net/socks.h"
#include "state/look.h"

static struct world *w;

static void setup(void)
{
	int dir;

	w = world_new();
	/* the world's /proc is empty; here it is the real one that counts */
	state_release(&w->st);
	ck_assert_int_eq(state_init(&w->st, &(struct state_options){ 0 }), 0);
	w->st.socks = net_socks_new(0, 0);
	ck_assert_ptr_nonnull(w->st.socks);
	dir = look_open(&w->st, (uint32_t)getpid(), 0);
	ck_assert_int_ge(dir, 0);
	close(dir);

}

static void teardown(void)
{
	net_socks_free(w->st.socks);
	world_free(w);
}

static struct mkrec *own_record(enum falcoc_event event)
{
	struct mkrec *m = mkrec_new(event);

	m->rec->pid = m->rec->tid = m->rec->vpid = m->rec->vtid = (uint32_t)getpid();
	m->rec->ppid = (uint32_t)getppid();
	m->rec->netns = (uint32_t)net_self_netns();
	m->rec->start_ns = 0;	/* whenever that was */

	return m;
}

/* A listening socket of 127.0.0.1 and a connection to it. */
static void connection(int ret_fds[3], unsigned int *ret_port, unsigned int *ret_client_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ret_fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(ret_fds[0], (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(ret_fds[0], 1), 0);
	ck_assert_int_eq(getsockname(ret_fds[0], (struct sockaddr *)&a, &len), 0);
	*ret_port = ntohs(a.sin_port);
	ret_fds[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(ret_fds[1], (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(getsockname(ret_fds[1], (struct sockaddr *)&a, &len), 0);
	*ret_client_port = ntohs(a.sin_port);
	ret_fds[2] = accept(ret_fds[0], NULL, NULL);
	ck_assert_int_ge(ret_fds[2], 0);
}

START_TEST(test_standard)
{
	struct mkrec *m = own_record(FALCOC_E_KILL);
	unsigned int port, client_port;
	int fds[3], pipes[2];
	char name[80], text[80];

	ck_assert_int_eq(pipe(pipes), 0);
	connection(fds, &port, &client_port);
	ck_assert_int_eq(dup2(pipes[0], 0), 0);
	fflush(stdout);
	ck_assert_int_eq(dup2(fds[1], 2), 2);
	ck_assert_int_eq(net_socks_dump(w->st.socks), 0);	/* who listens is the server */
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "proc.stdin.type"), "pipe");
	snprintf(text, sizeof(text), "/proc/self/fd/%d", pipes[0]);
	ck_assert_int_gt(readlink(text, memset(name, 0, sizeof(name)), sizeof(name) - 1), 0);
	ck_assert_str_eq(world_field(w, "proc.stdin.name"), name);
	ck_assert_str_eq(world_field(w, "proc.stderr.type"), "ipv4");
	snprintf(text, sizeof(text), "127.0.0.1:%u->127.0.0.1:%u", client_port, port);
	ck_assert_str_eq(world_field(w, "proc.stderr.name"), text);
	mkrec_free(m);
}
END_TEST

/* A process that started at another time, and one that is gone. */
START_TEST(test_gone)
{
	struct mkrec *m = own_record(FALCOC_E_KILL);
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	world_apply(w, m);
	ck_assert_str_ne(world_field(w, "proc.stdout.type"), "<none>");
	m->rec->start_ns = 1;
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "proc.stdout.type"), "<none>");
	m->rec->start_ns = 0;
	m->rec->pid = m->rec->tid = (uint32_t)pid;
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "proc.stdout.type"), "<none>");
	ck_assert_str_eq(world_field(w, "proc.fdopencount"), "<none>");
	ck_assert_str_eq(world_field(w, "proc.vmsize"), "<none>");
	mkrec_free(m);
}
END_TEST

START_TEST(test_types)
{
	struct mkrec *m = own_record(FALCOC_E_KILL);
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "\0falcoc-test-look" };
	struct { const char *type; int fd; } made[] = {
		{ "eventpoll", epoll_create1(0) }, { "directory", open("/", O_RDONLY) },
		{ "file", open("/dev/null", O_RDONLY) }, { "unix", socket(AF_UNIX, SOCK_STREAM, 0) },
		{ "netlink", socket(AF_NETLINK, SOCK_RAW, 0) },
		{ "ipv4", socket(AF_INET, SOCK_DGRAM, 0) },
	};
	char field[40], want[40];

	/* sockets that are bound to nothing are in no table */
	ck_assert_int_eq(bind(made[4].fd, (struct sockaddr *)&(struct sockaddr_nl){
		.nl_family = AF_NETLINK }, sizeof(struct sockaddr_nl)), 0);
	ck_assert_int_eq(bind(made[5].fd, (struct sockaddr *)&(struct sockaddr_in){
		.sin_family = AF_INET }, sizeof(struct sockaddr_in)), 0);
	ck_assert_int_eq(bind(made[3].fd, (struct sockaddr *)&un, sizeof(un)), 0);
	world_apply(w, m);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		ck_assert_int_ge(made[i].fd, 0);
		snprintf(field, sizeof(field), "fd.types[%d]", made[i].fd);
		snprintf(want, sizeof(want), "(%s)", made[i].type);
		ck_assert_msg(strcmp(world_field(w, field), want) == 0, "%s is %s, not %s", field,
			      world_field(w, field), want);
		ck_assert_ptr_nonnull(strstr(world_field(w, "fd.types"), made[i].type));
	}
	ck_assert_str_eq(world_field(w, "fd.types[9999]"), "<none>");
	mkrec_free(m);
}
END_TEST

START_TEST(test_counts)
{
	struct mkrec *m = own_record(FALCOC_E_KILL);
	struct rlimit limit;
	int before, after;
	char text[40];

	world_apply(w, m);
	before = atoi(world_field(w, "proc.fdopencount"));
	ck_assert_int_ge(dup(1), 0);
	after = atoi(world_field(w, "proc.fdopencount"));
	ck_assert_int_eq(after, before + 1);
	getrlimit(RLIMIT_NOFILE, &limit);
	snprintf(text, sizeof(text), "%lld", (long long)limit.rlim_cur);
	ck_assert_str_eq(world_field(w, "proc.fdlimit"), text);
	ck_assert(strtod(world_field(w, "proc.fdusage"), NULL) > 0);
	ck_assert_int_gt(atoll(world_field(w, "proc.vmsize")), 1000);
	ck_assert_int_gt(atoll(world_field(w, "proc.vmrss")), 100);
	ck_assert_int_gt(atoll(world_field(w, "thread.pfminor")), 10);
	ck_assert_int_gt(atoll(world_field(w, "thread.totexectime")), 1000);
	/* the process's memory is no other thread's */
	m->rec->tid++;
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "thread.totexectime"), "<none>");
	mkrec_free(m);
}
END_TEST

START_TEST(test_poll)
{
	struct mkrec *m = own_record(FALCOC_E_POLL);
	unsigned int port, client_port;
	char text[200];
	int fds[3], null = open("/dev/null", O_RDONLY);
	struct falcoc_pollfd list[4];

	connection(fds, &port, &client_port);
	list[0] = (struct falcoc_pollfd){ null, POLLIN, 0 };
	list[1] = (struct falcoc_pollfd){ fds[1], POLLIN, 0 };
	list[2] = (struct falcoc_pollfd){ 9999, POLLIN, 0 };
	list[3] = (struct falcoc_pollfd){ fds[0], POLLIN, 0 };
	mkrec_attr(m, FALCOC_A_FDLIST, 0, list, sizeof(list));
	ck_assert_int_eq(net_socks_dump(w->st.socks), 0);
	world_apply(w, m);
	snprintf(text, sizeof(text), "/dev/null,127.0.0.1:%u->127.0.0.1:%u,<NA>,127.0.0.1:%u",
		 client_port, port, port);
	ck_assert_str_eq(world_field(w, "fdlist.names"), text);
	ck_assert_str_eq(world_field(w, "fdlist.cips"), "127.0.0.1");
	ck_assert_str_eq(world_field(w, "fdlist.sips"), "127.0.0.1,127.0.0.1");
	snprintf(text, sizeof(text), "%u", client_port);
	ck_assert_str_eq(world_field(w, "fdlist.cports"), text);
	snprintf(text, sizeof(text), "%u,%u", port, port);
	ck_assert_str_eq(world_field(w, "fdlist.sports"), text);
	mkrec_free(m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field_look");
	TCase *tc = tcase_create("field_look");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_standard);
	tcase_add_test(tc, test_gone);
	tcase_add_test(tc, test_types);
	tcase_add_test(tc, test_counts);
	tcase_add_test(tc, test_poll);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
