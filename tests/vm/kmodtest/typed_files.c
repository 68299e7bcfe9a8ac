// SPDX-License-Identifier: Apache-2.0
/*
 * typed_files.c - reading and writing, descriptors, waiting
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

#include "typed.h"

#define TEXT "0123456789abcdefghijklmnopqrstuvwxyz"

static void test_flat(struct consumer *c, int fd)
{
	const struct falcoc_rec *rec;
	char big[200], buf[64];

	memset(big, 'b', sizeof(big));
	rec = MADE(c, WRITE, syscall(SYS_write, fd, TEXT, 36));
	check(fd_is(rec, FALCOC_A_FD, fd) && bytes_are(rec, FALCOC_A_DATA, TEXT, 36), "write: data");
	rec = MADE(c, PWRITE, syscall(SYS_pwrite64, fd, big, sizeof(big), 100));
	check(rec->arg[3] == 100 && bytes_are(rec, FALCOC_A_DATA, big, 64) &&
	      attr_find(rec, FALCOC_A_DATA)->flags == FALCOC_ATTR_TRUNCATED, "pwrite: 64 of 200 bytes");
	rec = MADE(c, LSEEK, syscall(SYS_lseek, fd, 10, SEEK_SET));
	check(fd_is(rec, FALCOC_A_FD, fd) && rec->arg[1] == 10, "lseek");
	rec = MADE(c, READ, syscall(SYS_read, fd, buf, 5));
	check(fd_is(rec, FALCOC_A_FD, fd) && bytes_are(rec, FALCOC_A_DATA, "abcde", 5), "read: data");
	rec = MADE(c, PREAD, syscall(SYS_pread64, fd, buf, 4, 2));
	check(bytes_are(rec, FALCOC_A_DATA, "2345", 4), "pread: data");
	rec = MADE(c, READ, syscall(SYS_read, -1, buf, 5));
	check(!attr(rec, FALCOC_A_DATA) && !attr(rec, FALCOC_A_FD), "read that failed: no data");
	rec = MADE(c, PREAD, syscall(SYS_pread64, fd, buf, 60, 290));
	check(bytes_are(rec, FALCOC_A_DATA, big, 10), "pread at the end: only what was read");
}

static void test_vectors(struct consumer *c, int fd)
{
	char one[3], two[10], three[20];
	struct iovec v[] = { { one, 3 }, { two, 10 }, { three, 20 } };
	const struct falcoc_rec *rec;

	lseek(fd, 0, SEEK_SET);
	rec = MADE(c, READV, syscall(SYS_readv, fd, v, 3));
	check(fd_is(rec, FALCOC_A_FD, fd) && out(rec, 0) == 33 && bytes_are(rec, FALCOC_A_DATA, TEXT, 33),
	      "readv: three buffers are one");
	lseek(fd, 0, SEEK_SET);
	rec = MADE(c, READV, syscall(SYS_readv, fd, v, 1l << 32 | 2));
	check(!rec || rec->res < 0 || out(rec, 0) == 13, "readv: of their number 32 bits count (%lld, %llu)",
	      rec ? (long long)rec->res : 0, rec ? (unsigned long long)out(rec, 0) : 0);
	rec = MADE(c, PREADV, syscall(SYS_preadv, fd, v, 2, 1, 0));
	check(out(rec, 0) == 13 && bytes_are(rec, FALCOC_A_DATA, TEXT + 1, 13), "preadv");
	rec = MADE(c, PREADV2, syscall(SYS_preadv2, fd, v, 2, 2, 0, 0));
	check(rec->arg[3] == 2 && bytes_are(rec, FALCOC_A_DATA, TEXT + 2, 13), "preadv2");
	rec = MADE(c, PREADV, syscall(SYS_preadv, fd, v, 3, 295, 0));
	check(out(rec, 0) == 33 && bytes_are(rec, FALCOC_A_DATA, "bbbbb", 5), "preadv: only what was read");
	memcpy(one, "xyz", 3);
	rec = MADE(c, WRITEV, syscall(SYS_writev, fd, v, 1));
	check(out(rec, 0) == 3 && bytes_are(rec, FALCOC_A_DATA, "xyz", 3), "writev");
	rec = MADE(c, PWRITEV, syscall(SYS_pwritev, fd, v, 1, 7, 0));
	check(rec->arg[3] == 7 && bytes_are(rec, FALCOC_A_DATA, "xyz", 3), "pwritev");
	rec = MADE(c, PWRITEV2, syscall(SYS_pwritev2, fd, v, 1, 8, 0, 0));
	check(rec->arg[3] == 8 && bytes_are(rec, FALCOC_A_DATA, "xyz", 3), "pwritev2");
}

static void test_between(struct consumer *c, int fd)
{
	int p[2], q[2], to = open("/tmp/to", O_RDWR | O_CREAT | O_TRUNC, 0600);
	const struct falcoc_rec *rec;
	loff_t in = 3, outoff = 5;
	const int32_t *fds;
	off_t off = 4;

	rec = MADE(c, PIPE, syscall(SYS_pipe, p));
	fds = attr(rec, FALCOC_A_FDS);
	check(fds && fds[0] == p[0] && fds[1] == p[1] && fd_is(rec, FALCOC_A_FD, p[0]) &&
	      fd_is(rec, FALCOC_A_FD2, p[1]), "pipe: both ends");
	rec = MADE(c, PIPE2, syscall(SYS_pipe2, q, O_CLOEXEC));
	check(fd_is(rec, FALCOC_A_FD, q[0]) && rec->arg[1] == O_CLOEXEC, "pipe2");
	rec = MADE(c, SENDFILE, syscall(SYS_sendfile, p[1], fd, &off, 8));
	check(fd_is(rec, FALCOC_A_FD, p[1]) && fd_is(rec, FALCOC_A_FD2, fd) &&
	      out(rec, 0) == (uint64_t)off && off == 12, "sendfile: both files, offset");
	rec = MADE(c, tee, syscall(SYS_tee, p[0], q[1], 8, 0));
	check(fd_is(rec, FALCOC_A_FD, p[0]) && fd_is(rec, FALCOC_A_FD2, q[1]), "tee: both");
	rec = MADE(c, SPLICE, syscall(SYS_splice, p[0], NULL, to, NULL, 8, 0));
	check(fd_is(rec, FALCOC_A_FD, p[0]) && fd_is(rec, FALCOC_A_FD2, to) && rec->arg[4] == 8,
	      "splice: both");
	rec = MADE(c, COPY_FILE_RANGE, syscall(SYS_copy_file_range, fd, &in, to, &outoff, 6, 0));
	check(fd_is(rec, FALCOC_A_FD, to) && fd_is(rec, FALCOC_A_FD2, fd) && is(rec, FALCOC_A_FD_PATH, "/tmp/to") &&
	      out(rec, 0) == (uint64_t)outoff && out(rec, 1) == (uint64_t)in, "copy_file_range: both, offsets");
	rec = MADE(c, DUP, syscall(SYS_dup, fd));
	check(fd_is(rec, FALCOC_A_FD, rec->res) && (int)rec->arg[0] == fd, "dup");
	close(rec->res);
	rec = MADE(c, DUP2, syscall(SYS_dup2, fd, 77));
	check(fd_is(rec, FALCOC_A_FD, 77), "dup2");
	rec = MADE(c, DUP3, syscall(SYS_dup3, fd, 77, O_CLOEXEC));
	check(fd_is(rec, FALCOC_A_FD, 77) && rec->arg[2] == O_CLOEXEC, "dup3");
	rec = MADE(c, FCNTL, syscall(SYS_fcntl, fd, F_GETFL));
	check(fd_is(rec, FALCOC_A_FD, fd) && rec->arg[1] == F_GETFL, "fcntl");
	rec = MADE(c, CLOSE, syscall(SYS_close, 77));
	check(rec->arg[0] == 77, "close");
	rec = MADE(c, CLOSE_RANGE, syscall(SYS_close_range, 500, 600, 0));
	check(rec->arg[0] == 500 && rec->arg[1] == 600, "close_range");
	for (int i = 0; i < 2; i++) {
		close(p[i]);
		close(q[i]);
	}
	close(to);
}

/* Calls on one file, which records tell whatever the call. */
static void test_about_fd(struct consumer *c, int fd)
{
	const struct falcoc_rec *rec;
	struct stat st;
	char buf[512];
	int dir = open("/tmp", O_RDONLY | O_DIRECTORY);

	check(fd_is(MADE(c, FSTAT, syscall(SYS_fstat, fd, &st)), FALCOC_A_FD, fd), "fstat");
	check(fd_is(MADE(c, FCHOWN, syscall(SYS_fchown, fd, -1, -1)), FALCOC_A_FD, fd), "fchown");
	check(fd_is(MADE(c, FLOCK, syscall(SYS_flock, fd, LOCK_SH)), FALCOC_A_FD, fd), "flock");
	check(fd_is(MADE(c, fsync, syscall(SYS_fsync, fd)), FALCOC_A_FD, fd), "fsync");
	check(fd_is(MADE(c, ftruncate, syscall(SYS_ftruncate, fd, 400)), FALCOC_A_FD, fd), "ftruncate");
	check(fd_is(MADE(c, GETDENTS, syscall(SYS_getdents, dir, buf, sizeof(buf))), FALCOC_A_FD, dir),
	      "getdents");
	check(fd_is(MADE(c, GETDENTS64, syscall(SYS_getdents64, dir, buf, sizeof(buf))), FALCOC_A_FD, dir),
	      "getdents64");
	rec = MADE(c, IOCTL, syscall(SYS_ioctl, fd, 0x5401, buf));
	check(fd_is(rec, FALCOC_A_FD, fd) && rec->arg[1] == 0x5401 && rec->arg[2] == (uintptr_t)buf, "ioctl");
	close(dir);
}

static void test_paths(struct consumer *c)
{
	const struct falcoc_rec *rec;
	struct stat st;
	char buf[PATH_MAX];

	check(is(MADE(c, STAT, syscall(SYS_stat, "/tmp", &st)), FALCOC_A_PATH0, "/tmp"), "stat");
	check(is(MADE(c, LSTAT, syscall(SYS_lstat, "/no", &st)), FALCOC_A_PATH0, "/no"), "lstat");
	rec = MADE(c, NEWFSTATAT, syscall(SYS_newfstatat, AT_FDCWD, "/tmp", &st, AT_SYMLINK_NOFOLLOW));
	check(is(rec, FALCOC_A_PATH0, "/tmp") && rec->arg[3] == AT_SYMLINK_NOFOLLOW, "newfstatat");
	check(is(MADE(c, ACCESS, syscall(SYS_access, "/tmp", R_OK)), FALCOC_A_PATH0, "/tmp"), "access");
	rec = MADE(c, faccessat, syscall(SYS_faccessat, AT_FDCWD, "/tmp", R_OK));
	check(is(rec, FALCOC_A_PATH0, "/tmp"), "faccessat");
	rec = MADE(c, MKNOD, syscall(SYS_mknod, "/tmp/fifo", S_IFIFO | 0600, 0));
	check(is(rec, FALCOC_A_PATH0, "/tmp/fifo") && rec->arg[1] == (S_IFIFO | 0600), "mknod");
	unlink("/tmp/fifo");
	rec = MADE(c, MKNODAT, syscall(SYS_mknodat, AT_FDCWD, "/tmp/fifo", S_IFIFO | 0600, 0));
	check(is(rec, FALCOC_A_PATH0, "/tmp/fifo"), "mknodat");
	unlink("/tmp/fifo");
	check(is(MADE(c, readlink, syscall(SYS_readlink, "/proc/self", buf, 100)), FALCOC_A_PATH0,
		 "/proc/self"), "readlink");
	check(is(MADE(c, truncate, syscall(SYS_truncate, "/no/no", 1)), FALCOC_A_PATH0, "/no/no"), "truncate");
#define ON_PATH(event, ...) \
	check(is(MADE(c, event, syscall(__VA_ARGS__)), FALCOC_A_PATH0, "/no/x"), #event)
	ON_PATH(UNLINK, SYS_unlink, "/no/x");
	ON_PATH(CHMOD, SYS_chmod, "/no/x", 0600);
	ON_PATH(FCHMODAT, SYS_fchmodat, AT_FDCWD, "/no/x", 0600);
	ON_PATH(FCHMODAT2, 452, AT_FDCWD, "/no/x", 0600, 0);
	ON_PATH(CHOWN, SYS_chown, "/no/x", 1, 2);
	ON_PATH(LCHOWN, SYS_lchown, "/no/x", 1, 2);
	ON_PATH(LINK, SYS_link, "/no/x", "/no/y");
	ON_PATH(RENAMEAT, SYS_renameat, AT_FDCWD, "/no/x", AT_FDCWD, "/no/y");
	ON_PATH(EXECVEAT, SYS_execveat, AT_FDCWD, "/no/x", NULL, NULL, 0);
#undef ON_PATH
	rec = MADE(c, SYMLINK, syscall(SYS_symlink, "target", "/no/x"));
	check(is(rec, FALCOC_A_PATH0, "target") && is(rec, FALCOC_A_PATH1, "/no/x"), "symlink");
	check(chdir("/tmp") == 0 && MADE(c, GETCWD, syscall(SYS_getcwd, buf, sizeof(buf))) &&
	      is(MADE(c, GETCWD, syscall(SYS_getcwd, buf, sizeof(buf))), FALCOC_A_CWD, buf), "getcwd %s", buf);
	check(chdir("/") == 0 && is(MADE(c, CHROOT, syscall(SYS_chroot, "/")), FALCOC_A_PATH0, "/"), "chroot");
}

static void test_waiting(struct consumer *c)
{
	struct pollfd fds[2] = { { .fd = 1, .events = POLLOUT }, { .fd = c->fd, .events = POLLPRI } };
	struct timespec ts = { 0, 1000 };
	const struct falcoc_rec *rec;
	uint64_t mask = 1ull << (SIGUSR1 - 1);
	struct epoll_event ev;
	uint64_t passed_ns;
	int ep, fd;

	rec = MADE(c, POLL, syscall(SYS_poll, fds, 2, -1));
	check(bytes_are(rec, FALCOC_A_FDLIST, fds, sizeof(fds)) && out(rec, 0) == -1ull, "poll: fds, timeout");
	passed_ns = (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;	/* what is left is written there */
	rec = MADE(c, PPOLL, syscall(SYS_ppoll, fds, 1, &ts, &mask, 8));
	check(bytes_are(rec, FALCOC_A_FDLIST, fds, sizeof(fds[0])) && out(rec, 0) == passed_ns &&
	      out(rec, 1) == mask, "ppoll");
	MADE(c, SELECT, syscall(SYS_select, 0, NULL, NULL, NULL, &(struct timeval){ 0, 1 }));
	ts.tv_nsec = 5000;
	rec = MADE(c, NANOSLEEP, syscall(SYS_nanosleep, &ts, NULL));
	check(out(rec, 0) == 5000, "nanosleep: interval");
	rec = MADE(c, EPOLL_CREATE, ep = syscall(SYS_epoll_create, 3));
	check(fd_is(rec, FALCOC_A_FD, ep) && rec->arg[0] == 3, "epoll_create");
	rec = MADE(c, EPOLL_WAIT, syscall(SYS_epoll_wait, ep, &ev, 1, 0));
	check(rec->arg[2] == 1, "epoll_wait");
	close(ep);
	rec = MADE(c, EPOLL_CREATE1, fd = syscall(SYS_epoll_create1, EPOLL_CLOEXEC));
	check(fd_is(rec, FALCOC_A_FD, fd), "epoll_create1");
	close(fd);
}

/* Calls that make a descriptor of a kind of its own. */
static void test_kinds(struct consumer *c)
{
	uint64_t mask = 1ull << (SIGUSR2 - 1);
	const struct falcoc_rec *rec;
	int fd;

#define KIND(event, want, call) do {								\
	const struct falcoc_fd *a;								\
												\
	rec = MADE(c, event, fd = (call));							\
	a = attr(rec, FALCOC_A_FD);								\
	check(fd < 0 ? !a : fd_is(rec, FALCOC_A_FD, fd) && a->kind == FALCOC_FD_##want,		\
	      #event ": a descriptor of its kind (%d)", fd);					\
	close(fd);										\
} while (0)
	KIND(SIGNALFD, SIGNALFD, syscall(SYS_signalfd, -1, &mask, 8));
	check(out(rec, 0) == mask, "signalfd: mask");
	KIND(SIGNALFD4, SIGNALFD, syscall(SYS_signalfd4, -1, &mask, 8, O_CLOEXEC));
	check(out(rec, 0) == mask && rec->arg[3] == O_CLOEXEC, "signalfd4: mask, flags");
	KIND(TIMERFD_CREATE, TIMERFD, syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0));
	KIND(EVENTFD, EVENTFD, syscall(SYS_eventfd, 4));
	KIND(EVENTFD2, EVENTFD, syscall(SYS_eventfd2, 4, O_CLOEXEC));
	KIND(INOTIFY_INIT, INOTIFY, syscall(SYS_inotify_init));
	KIND(INOTIFY_INIT1, INOTIFY, syscall(SYS_inotify_init1, IN_CLOEXEC));
	KIND(USERFAULTFD, USERFAULTFD, syscall(SYS_userfaultfd, O_CLOEXEC | 1));
	KIND(MEMFD_CREATE, MEMFD, syscall(SYS_memfd_create, "secret", 0));
	check(is(rec, FALCOC_A_TEXT0, "secret") && is(rec, FALCOC_A_FD_PATH, "/memfd:secret (deleted)"),
	      "memfd_create: name");
	KIND(PIDFD_OPEN, PIDFD, syscall(SYS_pidfd_open, getpid(), 0));
	KIND(IO_URING_SETUP, IO_URING, syscall(SYS_io_uring_setup, 4, (char[120]){ 0 }));
	check(fd < 0 || (out(rec, 0) == 4 && out(rec, 1) == 8 && out(rec, 5)), "io_uring_setup: what was made");
#undef KIND
}

static void test_handles(struct consumer *c, int fd)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + 128];
	} u = { .h.handle_bytes = 128 };
	int mount_id, dir = open("/tmp", O_RDONLY | O_DIRECTORY), got, pidfd;
	const struct falcoc_rec *rec;

	rec = MADE(c, name_to_handle_at, syscall(SYS_name_to_handle_at, AT_FDCWD, "/tmp/typed", &u, &mount_id, 0));
	check(is(rec, FALCOC_A_PATH0, "/tmp/typed"), "name_to_handle_at");
	rec = MADE(c, OPEN_BY_HANDLE_AT, got = syscall(SYS_open_by_handle_at, dir, &u, O_RDONLY));
	check(got < 0 || (fd_is(rec, FALCOC_A_FD, got) && is(rec, FALCOC_A_FD_PATH, "/tmp/typed")),
	      "open_by_handle_at (%d)", got);
	close(got);
	close(dir);
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	rec = MADE(c, PIDFD_GETFD, got = syscall(SYS_pidfd_getfd, pidfd, fd, 0));
	check(fd_is(rec, FALCOC_A_FD, got) && is(rec, FALCOC_A_FD_PATH, "/tmp/typed") &&
	      fd_is(rec, FALCOC_A_FD2, pidfd), "pidfd_getfd: the file, and who had it");
	close(got);
	close(pidfd);
}

void typed_files(struct consumer *c)
{
	int fd = open("/tmp/typed", O_RDWR | O_CREAT | O_TRUNC, 0600);

	test_flat(c, fd);
	test_vectors(c, fd);
	test_between(c, fd);
	test_about_fd(c, fd);
	test_paths(c);
	test_waiting(c);
	test_kinds(c);
	test_handles(c, fd);
	close(fd);
}
