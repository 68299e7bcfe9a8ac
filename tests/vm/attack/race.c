// SPDX-License-Identifier: Apache-2.0
/*
 * race.c - memory and descriptors that another thread changes during the call
 *
 * Most attacks use a straddle: what the kernel works with is gone from memory when the call
 * returns. argv[1] is a directory to play in. `real` and `lie` are told as facts.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kmodtest/ring.h"
#include "attack.h"

#define REMOTE "10.98.0.2"
#define REMOTE2 "10.98.0.3"
#define PORT 7101
#define OPENS 2000

static const char *play;
static char real[512], lie[512];

static void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);

	must(fd >= 0, path);
	close(fd);
}

/*
 * Two names of the same length that differ well before the straddle's tail: the kernel reads
 * words, and reads one again that it could not have as a whole.
 */
static void names(int argc, char **argv)
{
	must(argc == 2, "a directory");
	play = argv[1];
	mkdir(play, 0755);
	snprintf(real, sizeof(real), "%s/real-little-secret", play);
	snprintf(lie, sizeof(lie), "%s/fake-little-secret", play);
	fact("real", "%s", real);
	fact("lie", "%s", lie);
}

/* A straddled path; NULL: cannot. Files that are to be there are made. */
static const char *path_that_changes(bool exists)
{
	struct straddle *s = calloc(1, sizeof(*s));

	if (exists) {
		make_file(real);
		make_file(lie);
	}
	return straddle_init(s, real, lie, strlen(real) + 1, 4) ? s->at : NULL;
}

#define NO_UFFD cannot("no userfaultfd")

static int opened(long fd)
{
	must(fd >= 0, "open");
	return 0;
}

static int run_open(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	return path ? opened(syscall(SYS_open, path, O_RDONLY, 0)) : NO_UFFD;
}

static int run_openat(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	return path ? opened(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0)) : NO_UFFD;
}

static int run_openat2(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY };
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	return path ? opened(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how))) : NO_UFFD;
}

/* The flags of openat2: read only to who looks later. */
static int run_open_how(int argc, char **argv)
{
	struct open_how truth = { .flags = O_RDWR | O_CREAT, .mode = 0600 };
	struct open_how story = { .flags = O_RDONLY };
	struct straddle s;

	names(argc, argv);
	if (!straddle_init(&s, &truth, &story, sizeof(truth), 8))
		return NO_UFFD;
	return opened(syscall(SYS_openat2, AT_FDCWD, real, s.at, sizeof(truth)));
}

/* A ring reads the path when the operation is submitted; with SQPOLL that is the kernel's thread. */
static int open_by_ring(int argc, char **argv, unsigned int flags)
{
	struct io_uring_sqe *sqe;
	struct uring ring;
	const char *path;

	names(argc, argv);
	if (!uring_open(&ring, flags))
		return cannot("no io_uring");
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	sqe = uring_sqe(&ring, IORING_OP_OPENAT);
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_RDONLY;
	return opened(uring_do(&ring));
}

static int run_uring_open(int argc, char **argv)
{
	return open_by_ring(argc, argv, 0);
}

static int run_sqpoll_open(int argc, char **argv)
{
	return open_by_ring(argc, argv, IORING_SETUP_SQPOLL);
}

static int run_creat(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(false);
	return path ? opened(syscall(SYS_creat, path, 0600)) : NO_UFFD;
}

/* It fails: no open file tells what was tried. */
static int run_open_failed(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(false);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0) < 0 && errno == ENOENT, "ENOENT");
	return 0;
}

static int run_unlink(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_unlink, path) == 0, "unlink");
	must(access(real, F_OK) && !access(lie, F_OK), "the right one is gone");
	return 0;
}

static int run_unlinkat(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_unlinkat, AT_FDCWD, path, 0) == 0, "unlinkat");
	return 0;
}

static int run_rename(int argc, char **argv)
{
	const char *path;
	char to[520];

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	snprintf(to, sizeof(to), "%s/renamed", play);
	must(syscall(SYS_rename, path, to) == 0, "rename");
	return 0;
}

/* One pointer for both names; the kernel reads it twice, in whatever order its compiler chose. */
static int run_rename_same(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_rename, path, path) == 0, "rename");
	must(!access(real, F_OK) != !access(lie, F_OK), "one took the other's place");
	fact("from", "%s", access(real, F_OK) ? real : lie);
	fact("to", "%s", access(real, F_OK) ? lie : real);
	return 0;
}

static int run_rename_to(int argc, char **argv)
{
	const char *path;
	char from[520];

	names(argc, argv);
	path = path_that_changes(false);
	if (!path)
		return NO_UFFD;
	snprintf(from, sizeof(from), "%s/was", play);
	make_file(from);
	must(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, path, 0) == 0, "renameat2");
	return 0;
}

static int run_mkdir(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(false);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_mkdir, path, 0755) == 0, "mkdir");
	return 0;
}

static int run_chmod(int argc, char **argv)
{
	const char *path;

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_fchmodat, AT_FDCWD, path, 04755) == 0, "chmod");
	return 0;
}

static int run_link(int argc, char **argv)
{
	const char *path;
	char to[520];

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	snprintf(to, sizeof(to), "%s/linked", play);
	must(syscall(SYS_link, path, to) == 0, "link");
	return 0;
}

static int run_symlink(int argc, char **argv)
{
	const char *path;
	char to[520];

	names(argc, argv);
	path = path_that_changes(true);
	if (!path)
		return NO_UFFD;
	snprintf(to, sizeof(to), "%s/linked", play);
	must(syscall(SYS_symlink, path, to) == 0, "symlink");
	return 0;
}

static void copy_self(const char *to)
{
	int from = open("/proc/self/exe", O_RDONLY), fd = open(to, O_CREAT | O_WRONLY, 0755);
	char bytes[65536];
	ssize_t n;

	must(from >= 0 && fd >= 0, to);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		must(write(fd, bytes, n) == n, "write");
	close(from);
	close(fd);
}

static int run_exec(int argc, char **argv)
{
	char *const args[] = { "raced", "exec-end", NULL };
	struct straddle s;

	names(argc, argv);
	copy_self(real);
	copy_self(lie);
	if (!straddle_init(&s, real, lie, strlen(real) + 1, 4))
		return NO_UFFD;
	syscall(SYS_execve, s.at, args, environ);
	must(false, "execve");
	return 1;
}

/* What the new image got counts. */
static int run_exec_argv(int argc, char **argv)
{
	static const char arg[] = "the-real-and-long-argument", story[] = "the-fake-and-long-argument";
	char *args[] = { "raced", "race-argument", NULL, NULL };
	struct straddle s;

	names(argc, argv);
	if (!straddle_init(&s, arg, story, sizeof(arg), 4))
		return NO_UFFD;
	args[2] = s.at;	/* the new image tells what came of it */
	syscall(SYS_execve, "/proc/self/exe", args, environ);
	must(false, "execve");
	return 1;
}

static int run_argument(int argc, char **argv)
{
	must(argc == 2, "an argument");
	fact("arg", "%s", argv[1]);
	return 0;
}

static int run_exec_failed(int argc, char **argv)
{
	char *const args[] = { "raced", NULL };
	const char *path;

	names(argc, argv);
	path = path_that_changes(false);
	if (!path)
		return NO_UFFD;
	must(syscall(SYS_execve, path, args, environ) < 0 && errno == ENOENT, "ENOENT");
	return 0;
}

/* --- addresses */

static struct sockaddr_in addr4(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

/* Says loopback, when all is over. */
static void *addr_that_changes(const char *ip, int port)
{
	struct sockaddr_in *truth = malloc(sizeof(*truth)), *story = malloc(sizeof(*story));
	struct straddle *s = calloc(1, sizeof(*s));

	*truth = addr4(ip, port);
	*story = addr4("127.0.0.1", 53);
	return straddle_init(s, truth, story, sizeof(*truth), 8) ? s->at : NULL;
}

static int listener(int port, int backlog)
{
	struct sockaddr_in a = addr4("0.0.0.0", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "bind");
	must(listen(fd, backlog) == 0, "listen");
	return fd;
}

static int run_connect(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	void *addr = addr_that_changes(REMOTE, PORT);

	(void)argc;
	(void)argv;
	if (!addr)
		return NO_UFFD;
	listener(PORT, 4);
	must(connect(fd, addr, sizeof(struct sockaddr_in)) == 0, "connect");
	return 0;
}

static int run_uring_connect(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe *sqe;
	struct uring ring;
	void *addr;

	(void)argc;
	(void)argv;
	if (!uring_open(&ring, 0))
		return cannot("no io_uring");
	addr = addr_that_changes(REMOTE, PORT);
	if (!addr)
		return NO_UFFD;
	listener(PORT, 4);
	sqe = uring_sqe(&ring, IORING_OP_CONNECT);
	sqe->fd = fd;
	sqe->addr = (uintptr_t)addr;
	sqe->off = sizeof(struct sockaddr_in);
	must(uring_do(&ring) == 0, "connect");
	return 0;
}

static int run_connect_refused(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	void *addr = addr_that_changes(REMOTE, PORT + 1);

	(void)argc;
	(void)argv;
	if (!addr)
		return NO_UFFD;
	must(connect(fd, addr, sizeof(struct sockaddr_in)) < 0 && errno == ECONNREFUSED, "refusal");
	return 0;
}

static int run_sendto(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	void *addr = addr_that_changes(REMOTE, PORT);

	(void)argc;
	(void)argv;
	if (!addr)
		return NO_UFFD;
	must(sendto(fd, "x", 1, 0, addr, sizeof(struct sockaddr_in)) == 1, "sendto");
	return 0;
}

static int run_sendmsg(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = addr_that_changes(REMOTE, PORT),
			      .msg_namelen = sizeof(struct sockaddr_in), .msg_iov = &iov,
			      .msg_iovlen = 1 };

	(void)argc;
	(void)argv;
	if (!msg.msg_name)
		return NO_UFFD;
	must(sendmsg(fd, &msg, 0) == 1, "sendmsg");
	return 0;
}

/* The header itself: where its name is, when all is over, another address stands. */
static int run_sendmsg_header(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = addr4(REMOTE, PORT), other = addr4("127.0.0.1", 53);
	struct iovec iov = { "x", 1 };
	struct msghdr truth = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov, .msg_iovlen = 1 };
	struct msghdr story = { .msg_name = &other, .msg_namelen = sizeof(other), .msg_iov = &iov,
				.msg_iovlen = 1 };
	struct straddle s;

	(void)argc;
	(void)argv;
	if (!straddle_init(&s, &truth, &story, sizeof(truth), 8))
		return NO_UFFD;
	must(sendmsg(fd, s.at, 0) == 1, "sendmsg");
	must(((struct msghdr *)s.at)->msg_name == &other, "the header was rewritten");
	return 0;
}

static int run_sendmmsg_header(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = addr4(REMOTE, PORT), other = addr4("127.0.0.1", 53);
	struct iovec iov = { "x", 1 };
	struct mmsghdr truth = { .msg_hdr = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov,
					      .msg_iovlen = 1 } };
	struct mmsghdr story = { .msg_hdr = { .msg_name = &other, .msg_namelen = sizeof(other), .msg_iov = &iov,
					      .msg_iovlen = 1 } };
	struct straddle s;

	(void)argc;
	(void)argv;
	/* what is sent, and what the kernel writes, is the count behind the header, in the second page */
	if (!straddle_init(&s, &truth, &story, sizeof(truth), 16))
		return NO_UFFD;
	must(syscall(SYS_sendmmsg, fd, s.at, 1, 0) == 1, "sendmmsg");
	must(((struct mmsghdr *)s.at)->msg_hdr.msg_name == &other, "the header was rewritten");
	return 0;
}

/* socketcall's arguments are in memory, too: the socket and the address are others, when all is over. */
static int run_socketcall(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), fd2 = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in *addrs = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	uint32_t truth[3], story[3];
	struct straddle s;
	long ret;

	(void)argc;
	(void)argv;
	must(addrs != MAP_FAILED, "memory below 2 GiB");
	addrs[0] = addr4(REMOTE, PORT);
	addrs[1] = addr4("127.0.0.1", 53);
	for (int i = 0; i < 2; i++) {
		uint32_t args[3] = { i ? fd2 : fd, (uint32_t)(uintptr_t)&addrs[i], sizeof(addrs[i]) };

		memcpy(i ? story : truth, args, sizeof(args));
	}
	if (!straddle_init(&s, truth, story, sizeof(truth), 4))
		return NO_UFFD;
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(102L), "b"(3L), "c"(s.at), "d"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	if (ret == -ENOSYS)
		return cannot("no 32-bit calls");
	must(ret == 0, "socketcall: connect");
	must(!memcmp(s.at, story, 8), "the arguments were rewritten");
	return 0;
}

static int run_bind(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	void *addr = addr_that_changes(REMOTE, PORT);

	(void)argc;
	(void)argv;
	if (!addr)
		return NO_UFFD;
	must(bind(fd, addr, sizeof(struct sockaddr_in)) == 0, "bind");
	return 0;
}

/* --- descriptors */

struct swap {
	int fd, with;
	volatile bool stop;
};

static void stay_on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

/*
 * Puts another file in the place of fd, again and again: ahead of all others and on their CPU, so
 * that where the kernel can be preempted it comes between any two instructions of theirs.
 */
static void *swap_fd(void *arg)
{
	struct sched_param first = { .sched_priority = 1 };
	struct timespec pause = { .tv_nsec = 20000 };
	struct swap *swap = arg;

	stay_on_cpu(0);
	must(!pthread_setschedparam(pthread_self(), SCHED_FIFO, &first), "SCHED_FIFO");
	while (!swap->stop) {
		dup2(swap->with, swap->fd);
		pause.tv_nsec = 20000 + (pause.tv_nsec + 7919) % 60000;	/* at no fixed place */
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* The number that open is going to return is taken from it as soon as it is there. */
static int run_fd_open(int argc, char **argv)
{
	struct swap swap = {};
	pthread_t thread;
	int fd;

	names(argc, argv);
	make_file(real);
	make_file(lie);
	swap.with = open(lie, O_WRONLY);
	swap.fd = open(real, O_RDONLY);
	close(swap.fd);
	stay_on_cpu(0);
	must(!pthread_create(&thread, NULL, swap_fd, &swap), "thread");
	for (int i = 0; i < OPENS; i++) {
		close(swap.fd);
		fd = open(real, O_RDONLY);
		must(fd >= 0, "open");
		if (fd != swap.fd)
			close(fd);
	}
	swap.stop = true;
	pthread_join(thread, NULL);
	return 0;
}

static void ignore(int sig)
{
	(void)sig;
}

struct hijack {
	int fd, with, server;
	pthread_t victim;
};

static struct tcp_info tcp_info(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0, "TCP_INFO");
	return info;
}

/* Waits until connect is under way, then puts another file in the socket's place. */
static void *hijack(void *arg)
{
	struct hijack *h = arg;

	while (tcp_info(h->fd).tcpi_state != TCP_SYN_SENT)
		poll(NULL, 0, 10);
	must(dup2(h->with, h->fd) == h->fd, "dup2");
	if (h->server < 0) {
		pthread_kill(h->victim, SIGUSR1);
		return NULL;
	}
	/* room in the queue: the next try of the kernel's gets through */
	for (;;)
		close(accept(h->server, NULL, NULL));
}

static int connect_hijacked(int port, int server)
{
	struct sockaddr_in a = addr4(REMOTE, port);
	struct sigaction act = { .sa_handler = ignore };
	struct hijack h = { .server = server, .victim = pthread_self() };
	pthread_t thread;
	int rc;

	sigaction(SIGUSR1, &act, NULL);
	make_file(lie);
	h.with = open(lie, O_RDWR);
	h.fd = socket(AF_INET, SOCK_STREAM, 0);
	must(!pthread_create(&thread, NULL, hijack, &h), "thread");
	rc = connect(h.fd, (struct sockaddr *)&a, sizeof(a));
	if (server < 0)
		pthread_join(thread, NULL);
	return rc;
}

/* A listener that is full answers nobody; connect waits, and is interrupted. */
static void fill_queue(int server, int port)
{
	struct sockaddr_in a = addr4(REMOTE, port);
	int fd;

	for (int i = 0; i < 3; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fd, (struct sockaddr *)&a, sizeof(a));
	}
	/* of a listener: how many connections wait to be accepted */
	while (tcp_info(server).tcpi_unacked == 0)
		poll(NULL, 0, 10);
}

static int run_fd_connect(int argc, char **argv)
{
	names(argc, argv);
	fill_queue(listener(PORT + 2, 0), PORT + 2);
	must(connect_hijacked(PORT + 2, -1) < 0 && errno == EINTR, "EINTR");
	return 0;
}

static int run_fd_connected(int argc, char **argv)
{
	int server;

	names(argc, argv);
	server = listener(PORT + 3, 0);
	fill_queue(server, PORT + 3);
	must(connect_hijacked(PORT + 3, server) == 0, "connect");
	return 0;
}

const struct attack attacks_race[] = {
	{ "race-open", run_open },
	{ "race-openat", run_openat },
	{ "race-openat2", run_openat2 },
	{ "race-open-how", run_open_how },
	{ "race-uring-open", run_uring_open },
	{ "race-sqpoll-open", run_sqpoll_open },
	{ "race-creat", run_creat },
	{ "race-open-failed", run_open_failed },
	{ "race-unlink", run_unlink },
	{ "race-unlinkat", run_unlinkat },
	{ "race-rename", run_rename },
	{ "race-rename-same", run_rename_same },
	{ "race-rename-to", run_rename_to },
	{ "race-mkdir", run_mkdir },
	{ "race-chmod", run_chmod },
	{ "race-link", run_link },
	{ "race-symlink", run_symlink },
	{ "race-exec", run_exec },
	{ "race-exec-argv", run_exec_argv },
	{ "race-argument", run_argument },
	{ "race-exec-failed", run_exec_failed },
	{ "race-connect", run_connect },
	{ "race-uring-connect", run_uring_connect },
	{ "race-connect-refused", run_connect_refused },
	{ "race-sendto", run_sendto },
	{ "race-sendmsg", run_sendmsg },
	{ "race-sendmsg-header", run_sendmsg_header },
	{ "race-sendmmsg-header", run_sendmmsg_header },
	{ "race-socketcall", run_socketcall },
	{ "race-bind", run_bind },
	{ "race-fd-open", run_fd_open },
	{ "race-fd-connect", run_fd_connect },
	{ "race-fd-connected", run_fd_connected },
	{ NULL, NULL },
};
