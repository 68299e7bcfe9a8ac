// SPDX-License-Identifier: Apache-2.0
/*
 * sister.c - the same deed by calls that rules forget
 *
 * argv[1] is a file with a secret, argv[2] a directory to play in.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../kmodtest/ring.h"
#include "attack.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const char *secret, *play;

static void arguments(int argc, char **argv)
{
	must(argc == 3, "two arguments");
	secret = argv[1];
	play = argv[2];
	mkdir(play, 0755);
}

static const char *in_play(const char *name)
{
	static char paths[4][512];
	static int i;

	i = (i + 1) % 4;
	snprintf(paths[i], sizeof(paths[i]), "%s/%s", play, name);
	return paths[i];
}

static int made(const char *name)
{
	int fd = open(in_play(name), O_CREAT | O_RDWR | O_TRUNC, 0644);

	must(fd >= 0, name);
	return fd;
}

static int run_openat2(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS };

	arguments(argc, argv);
	must(syscall(SYS_openat2, AT_FDCWD, secret, &how, sizeof(how)) >= 0, "openat2");
	return 0;
}

static int run_renames(int argc, char **argv)
{
	arguments(argc, argv);
	close(made("a"));
	close(made("b"));
	must(syscall(SYS_renameat, AT_FDCWD, in_play("a"), AT_FDCWD, in_play("c")) == 0, "renameat");
	must(syscall(SYS_renameat2, AT_FDCWD, in_play("b"), AT_FDCWD, in_play("c"), 2) == 0,
	     "RENAME_EXCHANGE");
	return 0;
}

static int run_io(int argc, char **argv)
{
	struct iovec iov = { "x", 1 };
	char byte;
	struct iovec in = { &byte, 1 };
	int fd;

	arguments(argc, argv);
	fd = made("io");
	must(pwritev2(fd, &iov, 1, 0, 0) == 1, "pwritev2");
	must(preadv2(fd, &in, 1, 0, 0) == 1, "preadv2");
	return 0;
}

static int run_sendfile(int argc, char **argv)
{
	int from, to;
	off_t at = 0;

	arguments(argc, argv);
	from = open(secret, O_RDONLY);
	to = made("sendfile");
	must(sendfile(to, from, &at, 16) > 0, "sendfile");
	return 0;
}

static int run_splice(int argc, char **argv)
{
	int from, to, pipes[2];

	arguments(argc, argv);
	from = open(secret, O_RDONLY);
	to = made("splice");
	must(pipe(pipes) == 0, "pipe");
	must(splice(from, NULL, pipes[1], NULL, 16, 0) > 0, "splice in");
	must(splice(pipes[0], NULL, to, NULL, 16, 0) > 0, "splice out");
	return 0;
}

static int run_copy_range(int argc, char **argv)
{
	int from, to;

	arguments(argc, argv);
	from = made("from");
	must(write(from, "0123456789abcdef", 16) == 16, "write");
	lseek(from, 0, SEEK_SET);
	to = made("copy_file_range");
	must(copy_file_range(from, NULL, to, NULL, 16, 0) > 0, "copy_file_range");
	return 0;
}

static int run_dup(int argc, char **argv)
{
	int fd;

	arguments(argc, argv);
	fd = open(secret, O_RDONLY);
	must(fd >= 0, "open");
	must(dup(fd) >= 0, "dup");
	must(dup2(fd, 100) == 100, "dup2");
	must(dup3(fd, 101, O_CLOEXEC) == 101, "dup3");
	must(fcntl(fd, F_DUPFD_CLOEXEC, 102) >= 102, "F_DUPFD_CLOEXEC");
	return 0;
}

static int run_new_mount(int argc, char **argv)
{
	int fs, mnt;

	arguments(argc, argv);
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private");
	fs = syscall(SYS_fsopen, "tmpfs", 0);
	if (fs < 0)
		return cannot("no fsopen");
	must(syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0) == 0, "fsconfig");
	mnt = syscall(SYS_fsmount, fs, 0, 0);
	must(mnt >= 0, "fsmount");
	must(mkdir(in_play("mnt"), 0755) == 0, "mkdir");
	must(syscall(SYS_move_mount, mnt, "", AT_FDCWD, in_play("mnt"), 4) == 0, "move_mount");
	must(syscall(SYS_open_tree, AT_FDCWD, in_play("mnt"), 1) >= 0, "open_tree");
	return 0;
}

static int run_chmods(int argc, char **argv)
{
	int fd;

	arguments(argc, argv);
	fd = made("chmod");
	must(syscall(SYS_chmod, in_play("chmod"), 04755) == 0, "chmod");
	must(syscall(SYS_fchmod, fd, 04755) == 0, "fchmod");
	must(syscall(SYS_fchmodat, AT_FDCWD, in_play("chmod"), 04755) == 0, "fchmodat");
	if (syscall(SYS_fchmodat2, AT_FDCWD, in_play("chmod"), 04755, 0) == 0)
		fact("fchmodat2", "1");
	return 0;
}

static int run_links(int argc, char **argv)
{
	int fd, dir;

	arguments(argc, argv);
	fd = made("target");
	dir = open(play, O_PATH | O_DIRECTORY);
	must(linkat(fd, "", dir, "by-empty", AT_EMPTY_PATH) == 0, "AT_EMPTY_PATH");
	must(symlinkat("/etc/passwd", dir, "soft") == 0, "symlinkat");
	must(unlinkat(dir, "soft", 0) == 0, "unlinkat");
	must(mkdirat(dir, "d", 0700) == 0, "mkdirat");
	must(unlinkat(dir, "d", AT_REMOVEDIR) == 0, "AT_REMOVEDIR");
	must(mknodat(dir, "node", S_IFIFO | 0600, 0) == 0, "mknodat");
	return 0;
}

/* A file that gets its name only when it is there: no open tells it. */
static int run_tmpfile(int argc, char **argv)
{
	char path[64];
	int fd;

	arguments(argc, argv);
	fd = open(play, O_TMPFILE | O_RDWR, 0600);
	if (fd < 0)
		return cannot("no O_TMPFILE");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(linkat(AT_FDCWD, path, AT_FDCWD, in_play("named"), AT_SYMLINK_FOLLOW) == 0, "linkat");
	return 0;
}

static struct io_uring_sqe *open_sqe(struct uring *ring)
{
	struct io_uring_sqe *sqe = uring_sqe(ring, IORING_OP_OPENAT);

	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)secret;
	sqe->open_flags = O_RDONLY;
	return sqe;
}

static int open_by_ring(unsigned int flags)
{
	struct uring ring;

	if (!uring_open(&ring, flags))
		return cannot("no io_uring");
	open_sqe(&ring);
	must(uring_do(&ring) >= 0, "openat");
	return 0;
}

static int run_uring(int argc, char **argv)
{
	arguments(argc, argv);
	return open_by_ring(0);
}

static int run_uring_sqpoll(int argc, char **argv)
{
	arguments(argc, argv);
	return open_by_ring(IORING_SETUP_SQPOLL);
}

/* Into the ring's own table of files: the process never has a descriptor, but can read it. */
static int run_uring_direct(int argc, char **argv)
{
	int none[2] = { -1, -1 };
	struct io_uring_sqe *sqe;
	struct uring ring;
	char bytes[8];

	arguments(argc, argv);
	if (!uring_open(&ring, 0) ||
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, none, 2))
		return cannot("no io_uring with files of its own");
	open_sqe(&ring)->file_index = 2;
	must(uring_do(&ring) == 0, "openat");
	sqe = uring_sqe(&ring, IORING_OP_READ);
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->fd = 1;
	sqe->addr = (uintptr_t)bytes;
	sqe->len = 6;
	must(uring_do(&ring) == 6 && !memcmp(bytes, "secret", 6), "read");
	return 0;
}

const struct attack attacks_sister[] = {
	{ "sister-uring", run_uring },
	{ "sister-uring-sqpoll", run_uring_sqpoll },
	{ "sister-uring-direct", run_uring_direct },
	{ "sister-openat2", run_openat2 },
	{ "sister-renames", run_renames },
	{ "sister-io", run_io },
	{ "sister-sendfile", run_sendfile },
	{ "sister-splice", run_splice },
	{ "sister-copy-range", run_copy_range },
	{ "sister-dup", run_dup },
	{ "sister-new-mount", run_new_mount },
	{ "sister-chmods", run_chmods },
	{ "sister-links", run_links },
	{ "sister-tmpfile", run_tmpfile },
	{ NULL, NULL },
};
