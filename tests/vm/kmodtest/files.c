// SPDX-License-Identifier: Apache-2.0
/*
 * files.c - open files and paths, compared with stat(2) and fcntl(2)
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "consumer.h"

static void check_fd(const struct falcoc_rec *rec, int fd, int kind, const char *path)
{
	const struct falcoc_fd *a = attr(rec, FALCOC_A_FD);
	struct stat st;

	fstat(fd, &st);
	check(a && a->fd == fd && a->kind == kind && a->ino == st.st_ino &&
	      a->dev == (makedev(a->dev >> 20, a->dev & 0xfffff) == st.st_dev ? a->dev : ~0u) &&
	      a->mode == st.st_mode && a->nlink == st.st_nlink &&
	      is(rec, FALCOC_A_FD_PATH, path), "fd, kind, inode, device, mode of %s", path);
}

static void test_open(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int fd, dir;

	MASK(c, 0, FALCOC_E_OPENAT, FALCOC_E_OPEN, FALCOC_E_CREAT);
	mkdir("/tmp/d", 0755);
	dir = open("/tmp/d", O_RDONLY | O_DIRECTORY);
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	if (check(rec, "openat is recorded")) {
		check_fd(rec, dir, FALCOC_FD_DIR, "/tmp/d");
		check(is(rec, FALCOC_A_PATH0, "/tmp/d") && !attr(rec, FALCOC_A_DIR0), "absolute: no DIR0");
		check(!attr(rec, FALCOC_A_CREATED), "not created");
	}
	fd = openat(dir, "../d/./file", O_RDWR | O_CREAT | O_APPEND, 0640);
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	if (check(rec, "relative openat")) {
		check_fd(rec, fd, FALCOC_FD_FILE, "/tmp/d/file");
		check(is(rec, FALCOC_A_PATH0, "../d/./file") && is(rec, FALCOC_A_DIR0, "/tmp/d"),
		      "path as passed, and its directory");
		check(attr(rec, FALCOC_A_CREATED) && *(const uint64_t *)attr(rec, FALCOC_A_CREATED) == 1,
		      "created");
		check(((const struct falcoc_fd *)attr(rec, FALCOC_A_FD))->flags ==
		      (unsigned int)fcntl(fd, F_GETFL), "flags as F_GETFL has them");
	}
	close(fd);
	check(chdir("/tmp") == 0, "chdir");
	fd = syscall(SYS_open, "d/nothing", O_RDONLY);
	rec = wait_record(c, FALCOC_E_OPEN, getpid());
	check(rec && rec->res == -ENOENT && fd < 0 && is(rec, FALCOC_A_PATH0, "d/nothing") &&
	      is(rec, FALCOC_A_DIR0, "/tmp") && !attr(rec, FALCOC_A_FD), "failed open");
	fd = syscall(SYS_open, (void *)8, O_RDONLY);
	rec = wait_record(c, FALCOC_E_OPEN, getpid());
	check(rec && rec->res == -EFAULT && !attr(rec, FALCOC_A_PATH0), "open of a bad pointer");
	fd = syscall(SYS_creat, "/tmp/d/c", 0600);
	rec = wait_record(c, FALCOC_E_CREAT, getpid());
	check(rec && attr(rec, FALCOC_A_CREATED), "creat");
	close(fd);
	close(dir);
	check(chdir("/") == 0, "chdir");
}

static void test_long_path(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_attr *a;
	char path[5000];

	MASK(c, 0, FALCOC_E_OPENAT);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	check(open(path, O_RDONLY) < 0 && errno == ENAMETOOLONG, "open of a path of 4999 bytes");
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	a = rec ? attr_find(rec, FALCOC_A_PATH0) : NULL;
	check(a && a->len == FALCOC_STR_MAX && a->flags & FALCOC_ATTR_TRUNCATED &&
	      strlen((const char *)(a + 1)) == FALCOC_STR_MAX - 1, "cut, and said so");
	path[FALCOC_STR_MAX - 1] = '\0';
	check(open(path, O_RDONLY) < 0, "open of a path of 4095 bytes");
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	a = rec ? attr_find(rec, FALCOC_A_PATH0) : NULL;
	check(a && a->len == FALCOC_STR_MAX && !a->flags, "whole");
}

static void test_openat2(struct consumer *c)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY, .resolve = RESOLVE_NO_SYMLINKS };
	const struct falcoc_open_how *got;
	const struct falcoc_rec *rec;
	int fd;

	MASK(c, 0, FALCOC_E_OPENAT2);
	fd = syscall(SYS_openat2, AT_FDCWD, "/tmp", &how, sizeof(how));
	rec = wait_record(c, FALCOC_E_OPENAT2, getpid());
	got = rec ? attr(rec, FALCOC_A_OPEN_HOW) : NULL;
	check(fd >= 0 && got && got->flags == how.flags && got->resolve == how.resolve &&
	      is(rec, FALCOC_A_FD_PATH, "/tmp"), "openat2 and its how");
	close(fd);
}

static void test_paths(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int dir;

	MASK(c, 0, FALCOC_E_RENAME, FALCOC_E_RENAMEAT2, FALCOC_E_UNLINKAT, FALCOC_E_SYMLINKAT,
	     FALCOC_E_LINKAT, FALCOC_E_MKDIRAT, FALCOC_E_CHMOD, FALCOC_E_FCHMOD, FALCOC_E_RMDIR,
	     FALCOC_E_SYMLINK, FALCOC_E_FCHOWNAT);
	mkdir("/tmp/p", 0755);
	dir = open("/tmp/p", O_RDONLY | O_DIRECTORY);
	syscall(SYS_mkdirat, dir, "sub", 0700);
	rec = wait_record(c, FALCOC_E_MKDIRAT, getpid());
	check(rec && rec->res == 0 && is(rec, FALCOC_A_PATH0, "sub") && is(rec, FALCOC_A_DIR0, "/tmp/p") &&
	      rec->arg[2] == 0700, "mkdirat");
	syscall(SYS_rename, "/tmp/p/sub", "/tmp/p/sub2");
	rec = wait_record(c, FALCOC_E_RENAME, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "/tmp/p/sub") && is(rec, FALCOC_A_PATH1, "/tmp/p/sub2"),
	      "rename");
	syscall(SYS_renameat2, dir, "sub2", AT_FDCWD, "tmp/p/sub3", 0);
	rec = wait_record(c, FALCOC_E_RENAMEAT2, getpid());
	check(rec && rec->res == 0 && is(rec, FALCOC_A_PATH0, "sub2") && is(rec, FALCOC_A_DIR0, "/tmp/p") &&
	      is(rec, FALCOC_A_PATH1, "tmp/p/sub3") && is(rec, FALCOC_A_DIR1, "/"), "renameat2");
	check(symlinkat("../target", dir, "link") == 0, "symlinkat");
	rec = wait_record(c, FALCOC_E_SYMLINKAT, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "../target") && !attr(rec, FALCOC_A_DIR0) &&
	      is(rec, FALCOC_A_PATH1, "link") && is(rec, FALCOC_A_DIR1, "/tmp/p"), "symlinkat's paths");
	check(linkat(dir, "link", dir, "hard", 0) == 0, "linkat");
	rec = wait_record(c, FALCOC_E_LINKAT, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "link") && is(rec, FALCOC_A_PATH1, "hard") &&
	      is(rec, FALCOC_A_DIR1, "/tmp/p"), "linkat's paths");
	fchownat(dir, "", 0, 0, AT_EMPTY_PATH);
	rec = wait_record(c, FALCOC_E_FCHOWNAT, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "") && is(rec, FALCOC_A_DIR0, "/tmp/p"), "fchownat of a fd");
	fchmod(dir, 0711);
	rec = wait_record(c, FALCOC_E_FCHMOD, getpid());
	check(rec && is(rec, FALCOC_A_FD_PATH, "/tmp/p") && rec->arg[1] == 0711, "fchmod");
	unlinkat(dir, "hard", 0);
	unlinkat(dir, "link", 0);
	rec = wait_record(c, FALCOC_E_UNLINKAT, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "link"), "unlinkat");
	close(dir);
	syscall(SYS_rmdir, "/tmp/p/sub3");
	syscall(SYS_rmdir, "/tmp/p");
	rec = wait_record(c, FALCOC_E_RMDIR, getpid());
	check(rec && rec->res == 0 && is(rec, FALCOC_A_PATH0, "/tmp/p"), "rmdir");
}

static void test_chdir(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int dir;

	mkdir("/tmp/cd", 0755);
	check(chdir("/tmp") == 0, "chdir");
	MASK(c, 0, FALCOC_E_CHDIR, FALCOC_E_FCHDIR);
	check(chdir("cd/../cd") == 0, "relative chdir");
	rec = wait_record(c, FALCOC_E_CHDIR, getpid());
	check(rec && rec->res == 0 && is(rec, FALCOC_A_PATH0, "cd/../cd") &&
	      is(rec, FALCOC_A_CWD, "/tmp/cd"), "chdir: where it led");
	check(chdir("nothing") < 0, "chdir to nothing");
	rec = wait_record(c, FALCOC_E_CHDIR, getpid());
	check(rec && rec->res == -ENOENT && is(rec, FALCOC_A_PATH0, "nothing") &&
	      is(rec, FALCOC_A_CWD, "/tmp/cd"), "chdir to nothing stays");
	dir = open("/", O_RDONLY | O_DIRECTORY);
	check(fchdir(dir) == 0, "fchdir");
	rec = wait_record(c, FALCOC_E_FCHDIR, getpid());
	check(rec && is(rec, FALCOC_A_FD_PATH, "/") && is(rec, FALCOC_A_CWD, "/"),
	      "fchdir: where it led");
	close(dir);
	rmdir("/tmp/cd");
}

static void check_kind(struct consumer *c, int fd, int kind, const char *what)
{
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;

	if (fd < 0) {
		printf("SKIP %s: not on this kernel\n", what);
		return;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (read(fd, NULL, 0) < 0)
		errno = 0;
	rec = wait_record(c, FALCOC_E_READ, getpid());
	a = rec ? attr(rec, FALCOC_A_FD) : NULL;
	check(a && a->fd == fd && a->kind == kind, "kind of %s (%d, %s)", what, a ? a->kind : -1,
	      rec ? str(rec, FALCOC_A_FD_PATH) : "no record");
	close(fd);
}

static void test_kinds(struct consumer *c)
{
	union {
		struct { uint32_t type, key, value, max; } map;
		uint64_t room[16];
	} bpf = { .map = { 2, 4, 4, 1 } };
	uint64_t params[64] = {};
	sigset_t set;
	int p[2];

	MASK(c, 0, FALCOC_E_READ);
	sigemptyset(&set);
	check_kind(c, eventfd(0, EFD_NONBLOCK), FALCOC_FD_EVENTFD, "eventfd");
	check_kind(c, epoll_create1(0), FALCOC_FD_EVENTPOLL, "epoll");
	check_kind(c, syscall(SYS_signalfd4, -1, &set, 8, 0), FALCOC_FD_SIGNALFD, "signalfd");
	check_kind(c, timerfd_create(CLOCK_MONOTONIC, 0), FALCOC_FD_TIMERFD, "timerfd");
	check_kind(c, syscall(SYS_inotify_init1, 0), FALCOC_FD_INOTIFY, "inotify");
	check_kind(c, syscall(SYS_fanotify_init, 0, 0), FALCOC_FD_FANOTIFY, "fanotify");
	check_kind(c, syscall(SYS_memfd_create, "x", 0), FALCOC_FD_MEMFD, "memfd");
	check_kind(c, syscall(SYS_pidfd_open, getpid(), 0), FALCOC_FD_PIDFD, "pidfd");
	check_kind(c, syscall(SYS_userfaultfd, O_NONBLOCK), FALCOC_FD_USERFAULTFD, "userfaultfd");
	check_kind(c, syscall(SYS_io_uring_setup, 1, params), FALCOC_FD_IO_URING, "io_uring");
	check_kind(c, syscall(SYS_bpf, 0, &bpf, 72), FALCOC_FD_BPF, "bpf map");
	check_kind(c, open("/dev/null", O_RDONLY), FALCOC_FD_CHAR, "/dev/null");
	check_kind(c, socket(AF_UNIX, SOCK_STREAM, 0), FALCOC_FD_SOCKET, "socket");
	check(pipe(p) == 0, "pipe");
	close(p[1]);
	check_kind(c, p[0], FALCOC_FD_PIPE, "pipe");
}

/* A socket's file opened by path is no socket: its path is what there is to tell. */
static void test_socket_file(struct consumer *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/tmp/sockfile" };
	int l = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	const struct falcoc_rec *rec;

	MASK(c, 0, FALCOC_E_OPENAT);
	unlink(un.sun_path);
	bind(l, (struct sockaddr *)&un, sizeof(un));
	fd = open(un.sun_path, O_PATH);
	rec = wait_record(c, FALCOC_E_OPENAT, getpid());
	if (check(rec && fd >= 0, "a socket's file opened"))
		check_fd(rec, fd, FALCOC_FD_SOCKET, un.sun_path);
	close(fd);
	close(l);
}

void test_files(struct consumer *c)
{
	test_open(c);
	test_long_path(c);
	test_openat2(c);
	test_paths(c);
	test_chdir(c);
	test_kinds(c);
	test_socket_file(c);
}
