// SPDX-License-Identifier: Apache-2.0
/*
 * truth_used.c - what a call used: a file that is gone from its descriptor when the call returns,
 * because another thread put another there or because the call closed it; a message
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "consumer.h"

#define TOP "/tmp/truth"
#define EXECVE_CHECK 0x10000

static bool verified(const struct falcoc_rec *rec)
{
	return rec && !(rec->flags & FALCOC_R_UNVERIFIED);
}

/* Puts another file behind fd while somebody waits there, and then lets that one go on. */
struct swap {
	int fd, with;
	int wake, unlock;	/* a pipe to write to, or a file to unlock; -1: none */
	pid_t waiter;
};

static void *swap_fd(void *arg)
{
	struct swap *s = arg;

	for (int i = 0; i < 60000 && task_state(s->waiter) != 'S'; i++)
		usleep(1000);
	dup2(s->with, s->fd);
	if (s->unlock >= 0)
		flock(s->unlock, LOCK_UN);
	else if (write(s->wake, "x", 1) != 1)
		return NULL;
	return NULL;
}

static void test_read(struct consumer *c)
{
	struct swap s = { .with = open(TOP "/real/lie", O_CREAT | O_RDWR, 0600), .unlock = -1,
			  .waiter = gettid() };
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;
	pthread_t thread;
	int pipes[2];
	char byte;

	check(s.with >= 0 && pipe(pipes) == 0, "a pipe");
	s.fd = pipes[0];
	s.wake = pipes[1];
	MASK(c, 0, FALCOC_E_READ);
	pthread_create(&thread, NULL, swap_fd, &s);
	check(syscall(SYS_read, pipes[0], &byte, 1) == 1, "a read that waits");
	rec = wait_record(c, FALCOC_E_READ, getpid());
	a = rec ? attr(rec, FALCOC_A_FD) : NULL;
	check(verified(rec) && a && a->fd == pipes[0] && a->kind == FALCOC_FD_PIPE,
	      "was of the pipe, although its descriptor is another's by now (kind %d)",
	      a ? a->kind : -1);
	pthread_join(thread, NULL);
	close(pipes[0]);
	close(pipes[1]);
	close(s.with);
}

static void test_flock(struct consumer *c)
{
	struct swap s = { .with = open(TOP "/real/lie", O_CREAT | O_RDWR, 0600), .wake = -1,
			  .waiter = gettid() };
	const struct falcoc_rec *rec;
	pthread_t thread;

	s.fd = open(TOP "/real/locked", O_CREAT | O_RDWR, 0600);
	s.unlock = open(TOP "/real/locked", O_RDWR);
	check(flock(s.unlock, LOCK_EX) == 0, "a lock");
	MASK(c, 0, FALCOC_E_FLOCK);
	pthread_create(&thread, NULL, swap_fd, &s);
	for (int i = 0; i < 1000 && flock(s.fd, LOCK_EX); i++)
		;
	pthread_join(thread, NULL);
	rec = wait_record_by(c, FALCOC_E_FLOCK, gettid());	/* the other thread has one, too */
	check(verified(rec) && is(rec, FALCOC_A_FD_PATH, TOP "/real/locked"),
	      "a lock that waits, likewise: %s", rec ? str(rec, FALCOC_A_FD_PATH) : "");
	close(s.fd);
	close(s.unlock);
	close(s.with);
}

static void test_close(struct consumer *c)
{
	int fd = open(TOP "/real/closed", O_CREAT | O_RDWR, 0600);
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;

	MASK(c, 0, FALCOC_E_CLOSE);
	close(fd);
	rec = wait_record(c, FALCOC_E_CLOSE, getpid());
	a = rec ? attr(rec, FALCOC_A_FD) : NULL;
	check(verified(rec) && a && a->fd == fd && is(rec, FALCOC_A_FD_PATH, TOP "/real/closed"),
	      "close tells what was closed");
	close(sock);
	rec = wait_record(c, FALCOC_E_CLOSE, getpid());
	check(verified(rec) && attr(rec, FALCOC_A_SOCK), "so for a socket");
	close(sock);
	rec = wait_record(c, FALCOC_E_CLOSE, getpid());
	check(rec && rec->res == -EBADF && !attr(rec, FALCOC_A_FD), "nothing was closed: no file");
	unlink(TOP "/real/closed");
}

static void test_sendmsg(struct consumer *c)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(9),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec iov[2] = { { "one", 3 }, { "other", 5 } };
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin), .msg_iov = iov,
			      .msg_iovlen = 2 };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;
	const uint64_t *size;

	MASK(c, 0, FALCOC_E_SENDMSG);
	check(sendmsg(sock, &msg, 0) == 8, "sendmsg");
	rec = wait_record(c, FALCOC_E_SENDMSG, getpid());
	size = rec ? attr(rec, FALCOC_A_OUT) : NULL;
	check(verified(rec) && size && *size == 8 && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)),
	      "is told from the kernel's copy of the message");
	close(sock);
}

static void test_xattr(struct consumer *c)
{
	const struct falcoc_file_id *id;
	const struct falcoc_rec *rec;
	struct stat st;

	close(open(TOP "/real/f", O_CREAT | O_WRONLY, 0600));
	stat(TOP "/real/f", &st);
	MASK(c, 0, FALCOC_E_setxattr);
	setxattr(TOP "/link/../f", "user.x", "y", 1, 0);	/* not all file systems let us */
	rec = wait_record(c, FALCOC_E_setxattr, getpid());
	id = rec ? attr(rec, FALCOC_A_REAL0_ID) : NULL;
	check(verified(rec) && id && id->ino == st.st_ino, "setxattr tells which file it was (%lld)",
	      rec ? (long long)rec->res : 0);
}

static void test_exec_check(struct consumer *c)
{
	char *const args[] = { "checked", NULL };
	const struct falcoc_rec *rec;
	long rc;

	MASK(c, 0, FALCOC_E_EXECVEAT);
	rc = syscall(SYS_execveat, AT_FDCWD, "/proc/self/exe", args, args, EXECVE_CHECK);
	rec = wait_record(c, FALCOC_E_EXECVEAT, getpid());
	check(rec && (rec->res == 0) == (rc == 0) && is(rec, FALCOC_A_PATH0, "/proc/self/exe") &&
	      !attr(rec, FALCOC_A_EXE),
	      "execveat that only asks is told, and is no new image (%lld)",
	      rec ? (long long)rec->res : 1);
}

void test_truth_used(struct consumer *c)
{
	mkdir(TOP, 0755);
	mkdir(TOP "/real", 0755);
	mkdir(TOP "/real/sub", 0755);
	if (symlink("real/sub", TOP "/link"))
		check(errno == EEXIST, "a link");
	test_read(c);
	test_flock(c);
	test_close(c);
	test_sendmsg(c);
	test_xattr(c);
	test_exec_check(c);
}
