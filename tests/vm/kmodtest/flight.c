// SPDX-License-Identifier: Apache-2.0
/*
 * flight.c - what the module keeps of calls that have not returned goes when they do
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "consumer.h"
#include "ring.h"

#define BLOCKED_MAX 10000
#define BLOCKED_DEBUG 1500	/* where the kernel takes ten times as long to make one */
#define TOGGLES 20

/* Calls of which the module keeps something now; *ret_full: how often there was no room. */
static long in_flight(unsigned long *ret_full)
{
	FILE *f = fopen("/sys/module/falcoc/parameters/inflight", "r");
	long entries = -1, bytes;
	unsigned long full = 0;

	if (f && fscanf(f, "%ld entries %ld bytes %lu full", &entries, &bytes, &full) != 3)
		entries = -1;
	if (f)
		fclose(f);
	if (ret_full)
		*ret_full = full;
	return entries;
}

static bool wait_flight(long want)
{
	for (int i = 0; i < 6000; i++) {
		if (in_flight(NULL) == want)
			return true;
		usleep(5000);
	}
	return false;
}

static void *blocked(void *arg)
{
	char byte;

	recv(*(int *)arg, &byte, 1, 0);
	return NULL;
}

static void limit_raise(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "60000", 5) != 5)
		printf("SKIP %s stays as it is\n", path);
	close(fd);
}

static int crowd_size(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "-debug") ? BLOCKED_DEBUG : (int)often(BLOCKED_MAX);
}

/* As many threads as there may be, all waiting in recvfrom. */
static void in_crowd(void *arg)
{
	int pair[2], made = 0, want = crowd_size();
	pthread_attr_t attrs;
	pthread_t thread;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		_exit(1);
	limit_raise("/proc/sys/kernel/threads-max");
	limit_raise("/proc/sys/kernel/pid_max");
	limit_raise("/proc/sys/vm/max_map_count");
	pthread_attr_init(&attrs);
	pthread_attr_setstacksize(&attrs, 16384);
	while (made < want && !pthread_create(&thread, &attrs, blocked, &pair[0]))
		made++;
	if (write(*(int *)arg, &made, sizeof(made)) != sizeof(made))
		_exit(1);
	pause();
}

static void test_crowd(struct consumer *c)
{
	unsigned long full_before, full;
	int report[2], made = 0;
	pid_t pid;

	MASK(c, 0, FALCOC_E_RECVFROM);
	check(pipe(report) == 0 && wait_flight(0), "nothing in flight");
	in_flight(&full_before);
	pid = fork();
	if (!pid)
		in_crowd(&report[1]);
	if (read(report[0], &made, sizeof(made)) != sizeof(made))
		made = 0;
	check(made > 1000, "%d threads", made);
	check(wait_flight(made), "all of them in flight");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(wait_flight(0), "killed, none in flight");
	in_flight(&full);
	check(full == full_before, "none was left out");
	close(report[0]);
	close(report[1]);
}

/* The mask changes while a call is in flight: what was kept goes, its record comes or not. */
static void test_forgotten(struct consumer *c)
{
	int pair[2];
	pthread_t thread;

	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
	MASK(c, 0, FALCOC_E_RECVFROM);
	pthread_create(&thread, NULL, blocked, &pair[0]);
	check(wait_flight(1), "one in flight");
	MASK(c, 0, FALCOC_E_MKDIR);
	check(in_flight(NULL) == 0, "not wanted any more, not kept any more");
	MASK(c, 0, FALCOC_E_RECVFROM);
	check(in_flight(NULL) == 0, "wanted again: what was missed is not made up");
	check(write(pair[1], "x", 1) == 1, "write");
	pthread_join(thread, NULL);
	check(wait_record(c, FALCOC_E_RECVFROM, getpid()), "its record");
	close(pair[0]);
	close(pair[1]);
}

static volatile bool stop;

static void *worker(void *unused)
{
	char path[64], to[80];
	int pair[2];

	(void)unused;
	snprintf(path, sizeof(path), "/tmp/flight-%d", gettid());
	snprintf(to, sizeof(to), "%s-to", path);
	while (!stop) {
		close(open(path, O_CREAT | O_RDWR, 0600));
		rename(path, to);
		chmod(to, 0644);
		unlink(to);
		if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
			send(pair[0], "x", 1, 0);
			recv(pair[1], to + 79, 1, 0);
			close(pair[0]);
			close(pair[1]);
		}
	}
	return NULL;
}

/* Hooks come and go under calls that pass them. */
static void test_toggle(struct consumer *c)
{
	pthread_t threads[4];

	stop = false;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, worker, NULL);
	for (unsigned int i = 0; i < often(TOGGLES); i++) {
		MASK(c, 0, FALCOC_E_OPENAT, FALCOC_E_RENAME, FALCOC_E_SENDTO);
		consumer_read(c, NULL, NULL);
		MASK(c, 0, FALCOC_E_CHMOD, FALCOC_E_UNLINK, FALCOC_E_RECVFROM, FALCOC_E_OPENAT);
		consumer_read(c, NULL, NULL);
		MASK(c, 0, FALCOC_E_KILL);
		consumer_read(c, NULL, NULL);
	}
	check(in_flight(NULL) == 0, "hooks detached under load, none in flight");
	stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* Killed at any moment. */
static void test_killed(struct consumer *c)
{
	pid_t pid;

	MASK(c, 0, FALCOC_E_OPENAT, FALCOC_E_RENAME, FALCOC_E_SENDTO, FALCOC_E_CHMOD,
	     FALCOC_E_UNLINK, FALCOC_E_RECVFROM);
	for (int i = 0; i < 30; i++) {
		pid = fork();
		if (!pid) {
			stop = false;
			worker(NULL);
			_exit(0);
		}
		usleep(1000 + i * 300);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		consumer_read(c, NULL, NULL);
	}
	check(wait_flight(0), "killed in the middle, none in flight");
}

static bool set_core_pattern(const char *pattern, char *ret_before, size_t size)
{
	int fd = open("/proc/sys/kernel/core_pattern", O_RDWR);
	ssize_t n = fd < 0 ? -1 : read(fd, ret_before, size - 1);
	bool ok;

	if (n >= 0)
		ret_before[n] = '\0';
	ok = n >= 0 && pwrite(fd, pattern, strlen(pattern), 0) == (ssize_t)strlen(pattern);
	close(fd);
	return ok;
}

/* Waits in an open, as somebody whose every step is another's to allow. */
static void traced_open(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_CORE, &all);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(syscall(SYS_openat, AT_FDCWD, "/tmp/flight-core-fifo", O_RDONLY) < 0);
}

/*
 * A task that ends takes along what hooks caught after its last call: here the name of the core file,
 * opened while the number of that call still stands there (and under a tracer, who may have changed the
 * result, it counts).
 */
static void test_task_ends(struct consumer *c)
{
	char before[128];
	int status = 0;
	pid_t pid;

	MASK(c, 0, FALCOC_E_OPENAT);
	if (!check(set_core_pattern("/tmp/flight-core", before, sizeof(before)) &&
		   !mkfifo("/tmp/flight-core-fifo", 0600), "a place for a core file"))
		return;
	pid = fork();
	if (!pid)
		traced_open();
	waitpid(pid, &status, 0);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	check(wait_flight(1), "a traced open waits");
	kill(pid, SIGABRT);
	waitpid(pid, &status, 0);
	check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGABRT, "its tracer is asked");
	ptrace(PTRACE_CONT, pid, NULL, (void *)SIGABRT);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WCOREDUMP(status), "it ends, with a core file");
	check(wait_flight(0), "and nothing in flight");
	consumer_read(c, NULL, NULL);
	before[strcspn(before, "\n")] = '\0';
	set_core_pattern(before, before, sizeof(before));
	unlink("/tmp/flight-core");
	unlink("/tmp/flight-core-fifo");
}

static volatile bool has_own_files;

/*
 * A thread that is killed at the entry of close, where the call has no result yet. As it ends its
 * files are closed; this one first.
 */
static void *die_in_close(void *arg)
{
	static struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };
	int fd = *(int *)arg;

	has_own_files = !unshare(CLONE_FILES);
	dup2(fd, 0);
	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		syscall(SYS_close, fd);
	_exit(1);
}

static void with_dying_thread(int fd)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, die_in_close, &fd))
		_exit(1);
	while (!has_own_files)
		usleep(100);
	close(fd);
	pause();
}

/* What is closed as a task ends is no doing of the call that it died in: nobody would take it out again. */
static void test_dies_in_close(struct consumer *c)
{
	int fds[2];
	pid_t pid;
	bool done;

	MASK(c, 0, FALCOC_E_CLOSE);
	if (!check(!pipe(fds), "a pipe"))
		return;
	pid = fork();
	if (!pid)
		with_dying_thread(fds[1]);
	close(fds[1]);
	done = poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 60000) == 1;
	if (waitpid(pid, NULL, WNOHANG)) {
		printf("SKIP this kernel kills no thread by seccomp\n");
	} else {
		check(done, "killed in close, its files are closed");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		check(wait_flight(0), "and nothing in flight");
	}
	close(fds[0]);
	consumer_read(c, NULL, NULL);
}

static int listener_at(struct sockaddr_in *ret_sin)
{
	socklen_t len = sizeof(*ret_sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*ret_sin = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check(!bind(fd, (struct sockaddr *)ret_sin, len) && !listen(fd, 4) &&
	      !getsockname(fd, (struct sockaddr *)ret_sin, &len), "a listener");
	return fd;
}

/* Disturbs who is blocked in an open of the fifo, and then lets it go on. */
static void disturb(const struct sockaddr_in *sin)
{
	struct pollfd pfd = { .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN };

	wait_flight(1);
	if (connect(pfd.fd, (const struct sockaddr *)sin, sizeof(*sin)))
		_exit(1);
	poll(&pfd, 1, 60000);	/* accepted and closed */
	_exit(syscall(SYS_open, "/tmp/flight-fifo", O_WRONLY) < 0 || !pfd.revents);
}

/*
 * What io_uring does between two calls, or two tries of one, is no part of them: it accepts a
 * connection as the very descriptor that the open returns in the end, and closes it again.
 */
static void test_between_calls(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe cqe;
	struct sockaddr_in sin;
	struct uring ring;
	int listening, fd, opened, status;
	pid_t pid;

	MASK(c, 0, FALCOC_E_OPENAT);
	mkfifo("/tmp/flight-fifo", 0600);
	listening = listener_at(&sin);
	if (!check(uring_open(&ring, 0), "a ring"))
		return;
	fd = dup(listening);
	close(fd);
	sqe = uring_sqe(&ring, IORING_OP_ACCEPT);
	sqe->fd = listening;
	sqe->flags = IOSQE_IO_LINK;
	uring_queue(&ring);
	uring_sqe(&ring, IORING_OP_CLOSE)->fd = fd;
	uring_submit(&ring);
	pid = fork();
	if (!pid)
		disturb(&sin);
	opened = syscall(SYS_openat, AT_FDCWD, "/tmp/flight-fifo", O_RDONLY);
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	a = rec ? attr(rec, FALCOC_A_FD) : NULL;
	waitpid(pid, &status, 0);
	check(!status && opened == fd && uring_wait(&ring, &cqe) >= 0 && uring_wait(&ring, &cqe) == 0,
	      "a connection came between two tries of an open (%d, %d, %d)", status, opened, fd);
	check(a && a->fd == fd && a->kind == FALCOC_FD_PIPE && is(rec, FALCOC_A_FD_PATH, "/tmp/flight-fifo"),
	      "and is not what was opened (kind %d)", a ? a->kind : -1);
	close(opened);
	close(listening);
	uring_close(&ring);
	unlink("/tmp/flight-fifo");
	check(wait_flight(0), "nothing of it is left");
}

#define MANY 1024

static uint64_t send_many(void)
{
	static struct iovec iov[MANY];
	static struct mmsghdr msgs[MANY];
	struct sockaddr_in to[2];
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t before;

	for (int i = 0; i < 2; i++)
		to[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(9 + i),
					      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	for (int i = 0; i < MANY; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &to[i % 2], .msg_namelen = sizeof(to[0]),
						   .msg_iov = iov, .msg_iovlen = MANY };
	before = now_ns();
	check(syscall(SYS_sendmmsg, sock, msgs, MANY, 0) > 0, "many messages of many parts");
	before = now_ns() - before;
	close(sock);
	return before;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Nobody keeps a CPU busy for long with one call: here without interruption. Of several tries the
 * best is taken, as others use the machine, too.
 */
static void test_large_call(struct consumer *c)
{
	uint64_t unseen = UINT64_MAX, seen = UINT64_MAX;
	bool cheap = false;

	for (int i = 0; i < 5 && !cheap; i++) {
		MASK(c, 0, FALCOC_E_MKDIR);
		unseen = less(unseen, send_many());
		MASK(c, 0, FALCOC_E_SENDMMSG);
		seen = less(seen, send_many());
		cheap = seen < 3 * unseen + 1000000000;
	}
	check(cheap, "a record costs little beside the call (%llu ms, %llu)",
	      (unsigned long long)seen / 1000000, (unsigned long long)unseen / 1000000);
}

void test_flight(struct consumer *c)
{
	test_forgotten(c);
	test_toggle(c);
	test_killed(c);
	test_task_ends(c);
	test_dies_in_close(c);
	test_between_calls(c);
	test_large_call(c);
	test_crowd(c);
}
