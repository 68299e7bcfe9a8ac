// SPDX-License-Identifier: Apache-2.0
/*
 * truth.c - what a call did, and not what its arguments look like when it has returned
 *
 * Other threads rewrite strings and addresses, and put other files behind descriptors,
 * while the kernel works. Records must say what the kernel used.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "consumer.h"

#define TOP "/tmp/truth"
#define ROUNDS 150

static bool verified(const struct falcoc_rec *rec)
{
	return rec && !(rec->flags & FALCOC_R_UNVERIFIED);
}

static bool is_file(const struct falcoc_rec *rec, int id, const struct stat *st)
{
	const struct falcoc_file_id *f = attr(rec, id);

	return f && f->ino == st->st_ino && makedev(f->dev >> 20, f->dev & 0xfffff) == st->st_dev &&
	       f->mode == st->st_mode && f->uid == st->st_uid && f->nlink == st->st_nlink;
}

static void file_make(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

/* The directories: TOP/real/sub, and TOP/link -> real/sub, so that TOP/link/.. is TOP/real. */
static void tree_make(void)
{
	mkdir(TOP, 0755);
	mkdir(TOP "/real", 0755);
	mkdir(TOP "/real/sub", 0755);
	unlink(TOP "/link");
	check(symlink("real/sub", TOP "/link") == 0, "a link to a directory");
}

static void test_resolved_removal(struct consumer *c)
{
	const struct falcoc_rec *rec;
	struct stat st;

	MASK(c, 0, FALCOC_E_UNLINK, FALCOC_E_UNLINKAT, FALCOC_E_RMDIR);
	file_make(TOP "/real/f");
	stat(TOP "/real/f", &st);
	syscall(SYS_unlink, TOP "/link/../f");
	rec = wait_record(c, FALCOC_E_UNLINK, getpid());
	check(verified(rec) && is(rec, FALCOC_A_REAL0, TOP "/real/f") &&
	      is(rec, FALCOC_A_PATH0, TOP "/link/../f"), "unlink by way of a link: %s",
	      rec ? str(rec, FALCOC_A_REAL0) : "");
	check(rec && is_file(rec, FALCOC_A_REAL0_ID, &st), "the file that unlink took away");
	syscall(SYS_unlink, TOP "/link/../f");
	rec = wait_record(c, FALCOC_E_UNLINK, getpid());
	check(verified(rec) && rec->res == -ENOENT && !attr(rec, FALCOC_A_REAL0_ID),
	      "unlink of nothing");
	mkdir(TOP "/real/d", 0755);
	syscall(SYS_unlinkat, AT_FDCWD, TOP "/link/../d", AT_REMOVEDIR);
	rec = wait_record(c, FALCOC_E_UNLINKAT, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real/d"),
	      "unlinkat of a directory");
	mkdir(TOP "/real/d", 0755);
	syscall(SYS_rmdir, TOP "/link/../d");
	rec = wait_record(c, FALCOC_E_RMDIR, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real/d"), "rmdir");
}

static void test_resolved_making(struct consumer *c)
{
	const struct falcoc_rec *rec;
	struct stat st;

	MASK(c, 0, FALCOC_E_MKDIR, FALCOC_E_SYMLINK, FALCOC_E_LINKAT, FALCOC_E_RENAME);
	syscall(SYS_mkdir, TOP "/link/../d", 0700);
	rec = wait_record(c, FALCOC_E_MKDIR, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real/d") &&
	      !attr(rec, FALCOC_A_REAL0_ID), "mkdir");
	syscall(SYS_symlink, "what it says", TOP "/link/../s");
	rec = wait_record(c, FALCOC_E_SYMLINK, getpid());
	check(verified(rec) && is(rec, FALCOC_A_PATH0, "what it says") &&
	      is(rec, FALCOC_A_PATH1, TOP "/link/../s") && !attr(rec, FALCOC_A_REAL0) &&
	      is(rec, FALCOC_A_REAL1, TOP "/real/s"), "symlink");
	file_make(TOP "/real/f");
	check(chdir(TOP "/real/sub") == 0, "chdir");
	stat(TOP "/real/f", &st);
	syscall(SYS_linkat, AT_FDCWD, "../f", AT_FDCWD, TOP "/link/g", 0);
	rec = wait_record(c, FALCOC_E_LINKAT, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_PATH0, "../f") &&
	      is(rec, FALCOC_A_PATH1, TOP "/link/g") && is(rec, FALCOC_A_REAL0, TOP "/real/f") &&
	      is(rec, FALCOC_A_REAL1, TOP "/real/sub/g") &&
	      is_file(rec, FALCOC_A_REAL0_ID, &st), "linkat");
	file_make(TOP "/real/over");
	stat(TOP "/real/over", &st);
	syscall(SYS_rename, "g", "../over");
	rec = wait_record(c, FALCOC_E_RENAME, getpid());
	/* both are one file, so that nothing happens; what was there is told all the same */
	check(verified(rec) && is(rec, FALCOC_A_REAL0, TOP "/real/sub/g") &&
	      is(rec, FALCOC_A_REAL1, TOP "/real/over") &&
	      is_file(rec, FALCOC_A_REAL1_ID, &st), "rename over a file");
	check(chdir("/") == 0, "chdir");
	unlink(TOP "/real/s");
	rmdir(TOP "/real/d");
}

static void test_resolved_changes(struct consumer *c)
{
	const struct falcoc_rec *rec;
	struct stat st;

	MASK(c, 0, FALCOC_E_CHMOD, FALCOC_E_LCHOWN, FALCOC_E_OPENAT2);
	file_make(TOP "/real/f");
	stat(TOP "/real/f", &st);
	syscall(SYS_chmod, TOP "/link/../f", 0600);
	rec = wait_record(c, FALCOC_E_CHMOD, getpid());
	check(verified(rec) && is(rec, FALCOC_A_REAL0, TOP "/real/f") &&
	      is_file(rec, FALCOC_A_REAL0_ID, &st), "chmod");
	syscall(SYS_lchown, TOP "/link", 0, 0);
	rec = wait_record(c, FALCOC_E_LCHOWN, getpid());
	check(verified(rec) && is(rec, FALCOC_A_REAL0, TOP "/link"), "lchown of a link");
}

/* Goes on there, if there is such a CPU. */
static void go_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The first umount2 is recorded in the ring that is read last. */
static void in_new_root(void *unused)
{
	(void)unused;
	check(unshare(CLONE_NEWNS) == 0 && mount("", "/", "", MS_REC | MS_PRIVATE, "") == 0,
	      "a mount namespace");
	syscall(SYS_mount, "what", TOP "/link/..", "tmpfs", 0, "");
	go_to_cpu(1);
	syscall(SYS_umount2, TOP "/link/..", 0);	/* the link is in what was covered */
	go_to_cpu(0);
	syscall(SYS_umount2, TOP "/real", 0);
	syscall(SYS_chroot, TOP "/link/..");
}

static void test_mounts(struct consumer *c)
{
	const struct falcoc_rec *rec;
	pid_t pid;

	MASK(c, 0, FALCOC_E_MOUNT, FALCOC_E_UMOUNT2, FALCOC_E_CHROOT, FALCOC_E_MKNOD,
	     FALCOC_E_truncate);
	pid = in_child(in_new_root, NULL);
	rec = wait_record(c, FALCOC_E_MOUNT, pid);
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real") &&
	      is(rec, FALCOC_A_TEXT0, "what") && is(rec, FALCOC_A_TEXT1, "tmpfs"), "mount");
	pid = in_child(in_new_root, NULL);
	rec = wait_record(c, FALCOC_E_UMOUNT2, pid);
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real"), "umount");
	pid = in_child(in_new_root, NULL);
	rec = wait_record(c, FALCOC_E_CHROOT, pid);
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real") &&
	      is(rec, FALCOC_A_PATH0, TOP "/link/.."), "chroot");
	syscall(SYS_mknod, TOP "/link/../node", S_IFIFO | 0600, 0);
	rec = wait_record(c, FALCOC_E_MKNOD, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real/node"), "mknod");
	unlink(TOP "/real/node");
	file_make(TOP "/real/f");
	syscall(SYS_truncate, TOP "/link/../f", 1L);
	rec = wait_record(c, FALCOC_E_truncate, getpid());
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/real/f"), "truncate");
}

/* The path is as the root of the process sees it. */
static void in_chroot(void *unused)
{
	(void)unused;
	check(chroot(TOP "/real") == 0 && chdir("/") == 0, "chroot");
	syscall(SYS_unlink, "/sub/../f");
}

static void in_mount(void *unused)
{
	(void)unused;
	check(unshare(CLONE_NEWNS) == 0 && mount("", "/", "", MS_REC | MS_PRIVATE, "") == 0 &&
	      mount(TOP "/real", TOP "/m", "", MS_BIND, "") == 0, "bind mount");
	syscall(SYS_unlink, TOP "/m/f");
}

static void test_roots(struct consumer *c)
{
	const struct falcoc_rec *rec;
	pid_t pid;

	MASK(c, 0, FALCOC_E_UNLINK);
	file_make(TOP "/real/f");
	pid = in_child(in_chroot, NULL);
	rec = wait_record(c, FALCOC_E_UNLINK, pid);
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, "/f"), "unlink in a chroot");
	mkdir(TOP "/m", 0755);
	file_make(TOP "/real/f");
	pid = in_child(in_mount, NULL);
	rec = wait_record(c, FALCOC_E_UNLINK, pid);
	check(verified(rec) && rec->res == 0 && is(rec, FALCOC_A_REAL0, TOP "/m/f"),
	      "unlink in a bind mount of a namespace");
	rmdir(TOP "/m");
}

/* Two strings of one length that a thread writes in turns into one place. */
struct rewriter {
	pthread_t thread;
	volatile char *place;
	const void *one, *other;
	size_t len;
	volatile bool stop;
};

static void *rewrite(void *arg)
{
	struct rewriter *r = arg;

	while (!r->stop) {
		memcpy((void *)r->place, r->one, r->len);
		sched_yield();
		memcpy((void *)r->place, r->other, r->len);
		sched_yield();
	}
	return NULL;
}

static void rewriter_start(struct rewriter *r)
{
	r->stop = false;
	memcpy((void *)r->place, r->one, r->len);
	pthread_create(&r->thread, NULL, rewrite, r);
}

static void rewriter_stop(struct rewriter *r)
{
	r->stop = true;
	pthread_join(r->thread, NULL);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Which of two files was renamed is known from the file system. */
static void test_rename_race(struct consumer *c)
{
	static char place[64];
	struct rewriter r = { .place = place, .one = TOP "/aaaa", .other = TOP "/bbbb",
			      .len = sizeof(TOP "/aaaa") };
	unsigned int wrong = 0, unverified = 0, told = 0;
	const struct falcoc_rec *rec;
	const char *was;

	MASK(c, 0, FALCOC_E_RENAME);
	rewriter_start(&r);
	for (int i = 0; i < ROUNDS; i++) {
		file_make(TOP "/aaaa");
		file_make(TOP "/bbbb");
		if (syscall(SYS_rename, place, TOP "/to"))
			continue;	/* half of each: no such file */
		was = exists(TOP "/aaaa") ? TOP "/bbbb" : TOP "/aaaa";
		rec = wait_record(c, FALCOC_E_RENAME, getpid());
		told += rec != NULL;
		unverified += !verified(rec);
		wrong += rec && (!is(rec, FALCOC_A_PATH0, was) || !is(rec, FALCOC_A_REAL0, was));
	}
	rewriter_stop(&r);
	check(told > ROUNDS / 4 && !wrong && !unverified,
	      "rename while its path is rewritten: %u told, %u wrong, %u unverified", told, wrong,
	      unverified);
}

/* Which file was opened is known from its inode. */
static void test_open_race(struct consumer *c)
{
	static char place[64];
	struct rewriter r = { .place = place, .one = TOP "/aaaa", .other = TOP "/bbbb",
			      .len = sizeof(TOP "/aaaa") };
	unsigned int wrong = 0, unverified = 0, told = 0;
	const struct falcoc_rec *rec;
	struct stat a, st;
	const char *was;
	int fd;

	MASK(c, 0, FALCOC_E_OPENAT);
	file_make(TOP "/aaaa");
	file_make(TOP "/bbbb");
	stat(TOP "/aaaa", &a);
	consumer_read(c, NULL, NULL);
	rewriter_start(&r);
	for (int i = 0; i < ROUNDS; i++) {
		fd = syscall(SYS_openat, AT_FDCWD, place, O_RDONLY);
		rec = wait_record(c, FALCOC_E_OPENAT, getpid());
		if (fd < 0)
			continue;
		fstat(fd, &st);
		was = st.st_ino == a.st_ino ? TOP "/aaaa" : TOP "/bbbb";
		told += rec != NULL;
		unverified += !verified(rec);
		wrong += rec && (!is(rec, FALCOC_A_PATH0, was) || !is(rec, FALCOC_A_FD_PATH, was));
		close(fd);
	}
	rewriter_stop(&r);
	check(told > ROUNDS / 4 && !wrong && !unverified,
	      "openat while its path is rewritten: %u told, %u wrong, %u unverified", told, wrong,
	      unverified);
}

/* Puts another file behind the descriptor that the next open will get. */
static void *usurp(void *arg)
{
	struct rewriter *r = arg;
	int fd = *(const int *)r->one, other = *(const int *)r->other;

	while (!r->stop) {
		dup2(other, fd);
		sched_yield();
		close(fd);
		sched_yield();
	}
	return NULL;
}

static void test_fd_race(struct consumer *c)
{
	unsigned int wrong = 0, unverified = 0, told = 0;
	int other = open("/dev/null", O_RDONLY), fd = dup(other);
	struct rewriter r = { .one = &fd, .other = &other };
	const struct falcoc_rec *rec;
	int got;

	MASK(c, 0, FALCOC_E_OPENAT);
	file_make(TOP "/aaaa");
	consumer_read(c, NULL, NULL);
	close(fd);
	pthread_create(&r.thread, NULL, usurp, &r);
	for (int i = 0; i < ROUNDS; i++) {
		got = syscall(SYS_openat, AT_FDCWD, TOP "/aaaa", O_RDONLY);
		rec = wait_record(c, FALCOC_E_OPENAT, getpid());
		told += rec && rec->res == got;
		unverified += !verified(rec);
		wrong += rec && !is(rec, FALCOC_A_FD_PATH, TOP "/aaaa");
		if (got != fd)
			close(got);
	}
	r.stop = true;
	pthread_join(r.thread, NULL);
	close(fd);
	close(other);
	check(told == ROUNDS && !wrong && !unverified,
	      "openat while its descriptor is reused: %u told, %u wrong, %u unverified", told,
	      wrong, unverified);
}

struct caller {
	int fd;
	struct sockaddr_un addr;
	volatile bool in;
};

static void *blocked_connect(void *arg)
{
	struct caller *caller = arg;

	caller->in = true;
	return (void *)(long)connect(caller->fd, (struct sockaddr *)&caller->addr,
				     sizeof(caller->addr));
}

static int listener_make(const char *path, int backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int l = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(un.sun_path, path);
	unlink(path);
	check(bind(l, (struct sockaddr *)&un, sizeof(un)) == 0 && listen(l, backlog) == 0,
	      "a listener at %s", path);
	return l;
}

/* Waits until a thread of ours sleeps in this system call. */
static bool wait_blocked(int tid, int nr)
{
	char path[64], text[64];
	int fd, got;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	for (int i = 0; i < 60000; i++) {
		fd = open(path, O_RDONLY);
		got = fd < 0 ? -1 : (int)read(fd, text, sizeof(text) - 1);
		close(fd);
		if (got > 0) {
			text[got] = '\0';
			if (atoi(text) == nr && strncmp(text, "running", 7))
				return true;
		}
		usleep(1000);
	}
	return false;
}

static volatile int caller_tid;

static void *connect_thread(void *arg)
{
	caller_tid = gettid();
	return blocked_connect(arg);
}

/* A listener whose queue is full keeps connect waiting, long enough to change everything. */
static void test_connect_race(struct consumer *c)
{
	struct caller caller = { .addr = { .sun_family = AF_UNIX, .sun_path = TOP "/true" } };
	int l = listener_make(TOP "/true", 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	int first = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct falcoc_sock *sock;
	const struct falcoc_rec *rec;
	pthread_t thread;
	struct stat st;

	check(connect(first, (struct sockaddr *)&caller.addr, sizeof(caller.addr)) == 0,
	      "the queue is full");
	MASK(c, 0, FALCOC_E_CONNECT);
	caller.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	fstat(caller.fd, &st);
	caller_tid = 0;
	pthread_create(&thread, NULL, connect_thread, &caller);
	while (!caller_tid)
		sched_yield();
	check(wait_blocked(caller_tid, SYS_connect), "connect waits");
	strcpy(caller.addr.sun_path, TOP "/lies");
	dup2(other, caller.fd);
	close(accept(l, NULL, NULL));
	pthread_join(thread, NULL);
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	sock = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(verified(rec) && rec->res == 0 && sock && sock->ino == st.st_ino &&
	      is(rec, FALCOC_A_UNIX_PEER, TOP "/true"), "connect whose descriptor was replaced");
	check(rec && !strcmp((const char *)attr(rec, FALCOC_A_SOCKADDR) + 2, TOP "/true"),
	      "connect whose address was rewritten");
	close(l);
	close(first);
	close(other);
	close(caller.fd);
}

static void *accept_thread(void *arg)
{
	caller_tid = gettid();
	return (void *)(long)accept(((struct caller *)arg)->fd, NULL, NULL);
}

static void test_accept_race(struct consumer *c)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct caller caller = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
	int s = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(sin);
	const struct falcoc_sock *sock;
	const struct falcoc_rec *rec;
	pthread_t thread;
	void *got;

	bind(caller.fd, (struct sockaddr *)&sin, sizeof(sin));
	listen(caller.fd, 7);
	getsockname(caller.fd, (struct sockaddr *)&sin, &len);
	MASK(c, 0, FALCOC_E_ACCEPT);
	caller_tid = 0;
	pthread_create(&thread, NULL, accept_thread, &caller);
	while (!caller_tid)
		sched_yield();
	check(wait_blocked(caller_tid, SYS_accept), "accept waits");
	dup2(other, caller.fd);
	check(connect(s, (struct sockaddr *)&sin, sizeof(sin)) == 0, "connect");
	pthread_join(thread, &got);
	rec = wait_record(c, FALCOC_E_ACCEPT, getpid());
	sock = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(verified(rec) && rec->res == (long)got && sock && sock->lport == ntohs(sin.sin_port) &&
	      sock->accept_max == 7, "accept whose listener was replaced");
	close((int)(long)got);
	close(caller.fd);
	close(s);
	close(other);
}

/* Which of two sockets has received a datagram; it may be on its way still. 0: none. */
static int receiver_of(int r1, int r2)
{
	struct pollfd fds[] = { { .fd = r1, .events = POLLIN }, { .fd = r2, .events = POLLIN } };
	char byte;

	if (poll(fds, 2, 1000) < 1)
		return 0;
	if (recv(r1, &byte, 1, MSG_DONTWAIT) == 1)
		return r1;
	return recv(r2, &byte, 1, MSG_DONTWAIT) == 1 ? r2 : 0;
}

/* Where a datagram went is known from who received it. */
static void test_sendto_race(struct consumer *c)
{
	struct sockaddr_in one = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in other = one, place;
	struct rewriter r = { .place = (void *)&place, .one = &one, .other = &other,
			      .len = sizeof(one) };
	int s = socket(AF_INET, SOCK_DGRAM, 0), r1 = socket(AF_INET, SOCK_DGRAM, 0);
	int r2 = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int wrong = 0, unverified = 0, told = 0;
	const struct sockaddr_in *sin;
	const struct falcoc_rec *rec;
	socklen_t len = sizeof(one);
	int receiver;

	bind(r1, (struct sockaddr *)&one, sizeof(one));
	bind(r2, (struct sockaddr *)&one, sizeof(one));
	getsockname(r1, (struct sockaddr *)&one, &len);
	getsockname(r2, (struct sockaddr *)&other, &len);
	MASK(c, 0, FALCOC_E_SENDTO);
	rewriter_start(&r);
	for (int i = 0; i < ROUNDS; i++) {
		if (sendto(s, "x", 1, 0, (struct sockaddr *)&place, sizeof(place)) != 1)
			continue;	/* half of each port */
		rec = wait_record(c, FALCOC_E_SENDTO, getpid());
		sin = rec ? attr(rec, FALCOC_A_SOCKADDR) : NULL;
		told++;
		unverified += !verified(rec);
		receiver = receiver_of(r1, r2);
		if (receiver)
			wrong += !sin || sin->sin_port !=
				 (receiver == r1 ? one.sin_port : other.sin_port);
	}
	rewriter_stop(&r);
	check(told > ROUNDS / 4 && !wrong && !unverified,
	      "sendto while its address is rewritten: %u told, %u wrong, %u unverified", told,
	      wrong, unverified);
	close(s);
	close(r1);
	close(r2);
}

void test_truth(struct consumer *c)
{
	tree_make();
	test_resolved_removal(c);
	test_resolved_making(c);
	test_resolved_changes(c);
	test_mounts(c);
	test_roots(c);
	test_rename_race(c);
	test_open_race(c);
	test_fd_race(c);
	test_connect_race(c);
	test_accept_race(c);
	test_sendto_race(c);
}
