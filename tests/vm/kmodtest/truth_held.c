// SPDX-License-Identifier: Apache-2.0
/*
 * truth_held.c - the files of calls that only use them: another thread puts others behind the
 * descriptors while the call waits, and the record tells those that the kernel had found
 *
 * What a call waits for is forced: the lock of its file is held by a write that cannot go on (its
 * buffer is a page that userfaultfd keeps back), a socket or a pipe is full, the process forks.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "consumer.h"

#define TOP "/tmp/held"
#define PAGE 4096
#define LARGE (4 << 20)		/* more than a socket or a pipe holds */
#define FORK_BYTES (96 << 20)	/* makes a fork take its time */
#define FORK_TRIES 200

static bool verified(const struct falcoc_rec *rec)
{
	return rec && !(rec->flags & FALCOC_R_UNVERIFIED);
}

static bool wait_state(pid_t tid, const char *states)
{
	for (int i = 0; i < 60000; i++) {
		char s = task_state(tid);

		if (s && strchr(states, s))
			return true;
		usleep(1000);
	}
	return false;
}

static int make(const char *path, char byte, size_t size)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);

	check(fd >= 0 && pwrite(fd, &byte, 1, 0) == 1 && !ftruncate(fd, size), "a file %s", path);
	return fd;
}

/* --- a write that keeps its file's lock until it is let go on */

struct keeper {
	int fd, uffd;
	uint8_t *page;
	pthread_t thread;
};

static void *keep_lock(void *arg)
{
	struct keeper *k = arg;

	if (pwrite(k->fd, k->page, PAGE, 0) != PAGE)
		return arg;
	return NULL;
}

/* False: this kernel has no userfaultfd. */
static bool keeper_start(struct keeper *k, const char *path)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg msg;

	k->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (k->uffd < 0 || ioctl(k->uffd, UFFDIO_API, &api))
		return false;
	k->fd = open(path, O_WRONLY);
	k->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)k->page;
	reg.range.len = PAGE;
	return check(!ioctl(k->uffd, UFFDIO_REGISTER, &reg) &&
		     !pthread_create(&k->thread, NULL, keep_lock, k) &&
		     read(k->uffd, &msg, sizeof(msg)) == sizeof(msg), "a write keeps %s locked", path);
}

static bool keeper_end(struct keeper *k)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)k->page, PAGE } };
	void *bad;

	ioctl(k->uffd, UFFDIO_ZEROPAGE, &zero);
	pthread_join(k->thread, &bad);
	munmap(k->page, PAGE);
	close(k->uffd);
	close(k->fd);
	return !bad;
}

/* --- calls that wait */

struct waiting {
	long (*call)(const int *fds);
	int fds[2];
	volatile pid_t tid;
	volatile long rc;
	pthread_t thread;
};

static void *wait_in_call(void *arg)
{
	struct waiting *w = arg;

	w->tid = gettid();
	w->rc = w->call(w->fds);
	return NULL;
}

/* Begins it; once it waits, other files are behind its descriptors. */
static void waiting_start(struct waiting *w, const int *others, unsigned int count)
{
	w->tid = 0;
	pthread_create(&w->thread, NULL, wait_in_call, w);
	while (!w->tid)
		usleep(100);
	check(wait_state(w->tid, "DS"), "a call that waits");
	for (unsigned int i = 0; i < count; i++)
		dup2(others[i], w->fds[i]);
}

static long call_fchmod(const int *fds)
{
	return syscall(SYS_fchmod, fds[0], 0604);
}

static long call_fchown(const int *fds)
{
	return syscall(SYS_fchown, fds[0], 0, 7);
}

static long call_ftruncate(const int *fds)
{
	return syscall(SYS_ftruncate, fds[0], 2 * PAGE);
}

static void test_locked(struct consumer *c, int event, const char *name, long (*call)(const int *))
{
	struct waiting w = { .call = call };
	int lie = make(TOP "/lie", 'l', PAGE);
	const struct falcoc_rec *rec;
	struct keeper k;

	w.fds[0] = make(TOP "/real", 'r', PAGE);
	if (!keeper_start(&k, TOP "/real")) {
		printf("SKIP no userfaultfd\n");
		return;
	}
	MASK(c, 0, event);
	waiting_start(&w, &lie, 1);
	check(keeper_end(&k), "the lock is free again");
	pthread_join(w.thread, NULL);
	rec = wait_record(c, event, getpid());
	check(w.rc == 0 && verified(rec) && is(rec, FALCOC_A_FD_PATH, TOP "/real"),
	      "%s: the file that it changed: %s", name, rec ? str(rec, FALCOC_A_FD_PATH) : "");
	close(w.fds[0]);
	close(lie);
}

static long call_sendfile(const int *fds)
{
	return syscall(SYS_sendfile, fds[0], fds[1], NULL, LARGE);
}

/* Until the last of so many bytes. */
static void drain(int fd, long left)
{
	static char bytes[65536];
	ssize_t n;

	while (left > 0 && (n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		left -= n;
}

static void test_sendfile(struct consumer *c)
{
	struct waiting w = { .call = call_sendfile };
	int lies[2], pair[2];
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;
	struct stat st;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	fstat(pair[0], &st);
	lies[0] = make(TOP "/lie", 'l', LARGE);
	lies[1] = lies[0];
	w.fds[0] = pair[0];
	w.fds[1] = make(TOP "/real", 'r', LARGE);
	MASK(c, 0, FALCOC_E_SENDFILE);
	waiting_start(&w, lies, 2);
	drain(pair[1], LARGE);
	pthread_join(w.thread, NULL);
	rec = wait_record(c, FALCOC_E_SENDFILE, getpid());
	a = rec ? attr(rec, FALCOC_A_FD) : NULL;
	check(w.rc == LARGE && verified(rec) && a && a->kind == FALCOC_FD_SOCKET && a->ino == st.st_ino,
	      "sendfile: the socket that it wrote to (%ld, kind %d)", w.rc, a ? a->kind : -1);
	check(is(rec, FALCOC_A_FD2_PATH, TOP "/real"), "and the file that it read: %s",
	      rec ? str(rec, FALCOC_A_FD2_PATH) : "");
	close(pair[0]);
	close(pair[1]);
	close(lies[0]);
	close(w.fds[1]);
}

static long call_copy(const int *fds)
{
	return syscall(SYS_copy_file_range, fds[0], NULL, fds[1], NULL, PAGE, 0);
}

/* The lock of the file that is written to is another's. */
static void test_copy(struct consumer *c)
{
	struct waiting w = { .call = call_copy };
	int lie = make(TOP "/lie", 'l', PAGE), lies[2] = { lie, lie };
	const struct falcoc_rec *rec;
	struct keeper k;

	w.fds[0] = make(TOP "/real", 'r', PAGE);
	w.fds[1] = make(TOP "/copy", 'c', PAGE);
	if (!keeper_start(&k, TOP "/copy")) {
		printf("SKIP no userfaultfd\n");
		return;
	}
	MASK(c, 0, FALCOC_E_COPY_FILE_RANGE);
	waiting_start(&w, lies, 2);
	check(keeper_end(&k), "the lock is free again");
	pthread_join(w.thread, NULL);
	rec = wait_record(c, FALCOC_E_COPY_FILE_RANGE, getpid());
	check(w.rc == PAGE && is(rec, FALCOC_A_FD_PATH, TOP "/copy"),
	      "copy_file_range: the file that it wrote to: %s (%ld)",
	      rec ? str(rec, FALCOC_A_FD_PATH) : "", w.rc);
	check(is(rec, FALCOC_A_FD2_PATH, TOP "/real"), "and the one that it read: %s",
	      rec ? str(rec, FALCOC_A_FD2_PATH) : "");
	close(w.fds[0]);
	close(w.fds[1]);
	close(lie);
}

static long call_splice(const int *fds)
{
	return syscall(SYS_splice, fds[0], NULL, fds[1], NULL, PAGE, 0);
}

static void test_splice(struct consumer *c)
{
	static char bytes[65536];
	struct waiting w = { .call = call_splice };
	int lie = make(TOP "/lie", 'l', PAGE), lies[2] = { lie, lie }, pipes[2], writer;
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;

	check(!pipe(pipes) && !fcntl(pipes[1], F_SETFL, O_NONBLOCK), "a pipe");
	while (write(pipes[1], bytes, sizeof(bytes)) > 0)
		;
	fcntl(pipes[1], F_SETFL, 0);
	writer = dup(pipes[1]);
	w.fds[0] = make(TOP "/real", 'r', PAGE);
	w.fds[1] = pipes[1];
	MASK(c, 0, FALCOC_E_SPLICE);
	waiting_start(&w, lies, 2);
	check(read(pipes[0], bytes, sizeof(bytes)) > 0, "the pipe has room");
	pthread_join(w.thread, NULL);
	rec = wait_record(c, FALCOC_E_SPLICE, getpid());
	a = rec ? attr(rec, FALCOC_A_FD2) : NULL;
	check(w.rc > 0 && verified(rec) && is(rec, FALCOC_A_FD_PATH, TOP "/real") && a &&
	      a->kind == FALCOC_FD_PIPE, "splice: the file and the pipe (%ld, kind %d)", w.rc,
	      a ? a->kind : -1);
	close(w.fds[0]);
	close(pipes[0]);
	close(pipes[1]);
	close(writer);
	close(lie);
}

/* --- mmap waits for whoever has the process's memory: a fork */

struct mapper {
	int fd;
	volatile pid_t tid;
	volatile bool go, end;
	volatile char got;
};

static void *map_file(void *arg)
{
	struct mapper *m = arg;
	void *p;

	m->tid = gettid();
	while (!m->end) {
		if (!m->go)
			continue;
		p = (void *)syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, m->fd, 0L);
		m->got = p == MAP_FAILED ? '-' : *(char *)p;
		munmap(p, PAGE);
		m->go = false;
	}
	return NULL;
}

struct swapper {
	struct mapper *m;
	int lie;
	volatile bool end;
};

/* As soon as the mapper waits, its descriptor is another file's. */
static void *swap_mapped(void *arg)
{
	struct swapper *s = arg;

	while (!s->end)
		if (s->m->go && task_state(s->m->tid) == 'D')
			dup2(s->lie, s->m->fd);
	return NULL;
}

/* One try. True: the file was put in its place while mmap waited, having found the other. */
static bool map_once(struct consumer *c, struct mapper *m, int real, int lie, bool *ret_right)
{
	const struct falcoc_rec *rec;
	struct stat want, is_now;
	pid_t pid;

	dup2(real, m->fd);
	m->go = true;
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	while (m->go)
		usleep(100);
	rec = wait_record_by(c, FALCOC_E_MMAP, (uint32_t)m->tid);
	fstat(lie, &want);
	fstat(m->fd, &is_now);
	*ret_right = verified(rec) && is(rec, FALCOC_A_FD_PATH, m->got == 'r' ? TOP "/real" : TOP "/lie");
	return m->got == 'r' && is_now.st_ino == want.st_ino;
}

static void test_mmap(struct consumer *c)
{
	int real = make(TOP "/real", 'r', PAGE), lie = make(TOP "/lie", 'l', PAGE), tries, right = 0;
	struct mapper m = { .fd = dup(real) };
	struct swapper s = { .m = &m, .lie = lie };
	pthread_t threads[2];
	bool done = false, ok;
	void *large;

	pthread_create(&threads[0], NULL, map_file, &m);
	pthread_create(&threads[1], NULL, swap_mapped, &s);
	while (!m.tid)
		usleep(100);
	large = mmap(NULL, FORK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	MASK(c, 0, FALCOC_E_MMAP);
	for (tries = 0; tries < FORK_TRIES && !done; tries++) {
		done = map_once(c, &m, real, lie, &ok);
		right += ok;
	}
	m.end = true;
	s.end = true;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	munmap(large, FORK_BYTES);
	if (!done)
		printf("SKIP mmap never waited for a fork in %d tries\n", tries);
	check(right == tries, "mmap: the file that was mapped, %d of %d times%s", right, tries,
	      done ? ", once though its descriptor was another's by then" : "");
	close(real);
	close(lie);
	close(m.fd);
}

static void *idle(void *arg)
{
	poll(NULL, 0, -1);
	return arg;
}

/* --- calls that nothing makes wait, while another thread could put other files in place */

static long use_module(int fd)
{
	return syscall(SYS_finit_module, fd, NULL, 0);
}

static long use_kexec(int fd)
{
	return syscall(SYS_kexec_file_load, fd, -1, 1ul, "", 4 /* no initrd */);
}

static long use_fchdir(int fd)
{
	return syscall(SYS_fchdir, fd);
}

static long use_fstat(int fd)
{
	struct stat st;

	return syscall(SYS_fstat, fd, &st);
}

static long use_fsync(int fd)
{
	return syscall(SYS_fsync, fd);
}

static long use_setns(int fd)
{
	return syscall(SYS_setns, fd, 0);
}

static long use_epoll(int fd)
{
	return syscall(SYS_epoll_ctl, fd, EPOLL_CTL_DEL, 0, NULL);
}

static long use_dup2(int fd)
{
	return syscall(SYS_dup2, fd, fd + 1);
}

static long use_dup3(int fd)
{
	return syscall(SYS_dup3, fd, fd + 1, 0);
}

/* Either the hooks know the file that was used, or the record says that it could be another one. */
static void test_used(struct consumer *c)
{
	static const struct {
		const char *name, *path;
		int event, flags;
		long (*call)(int fd);
		bool known;
	} uses[] = {
		/* no module and no kernel, but read */
		{ "finit_module", TOP "/real", FALCOC_E_FINIT_MODULE, O_RDONLY, use_module, true },
		{ "kexec_file_load", TOP "/real", FALCOC_E_kexec_file_load, O_RDONLY, use_kexec, true },
		{ "fchdir", TOP, FALCOC_E_FCHDIR, O_RDONLY | O_DIRECTORY, use_fchdir, true },
		{ "fstat", TOP "/real", FALCOC_E_FSTAT, O_RDONLY, use_fstat, true },
		{ "fsync", TOP "/real", FALCOC_E_fsync, O_RDWR, use_fsync, false },
		{ "setns", TOP "/real", FALCOC_E_SETNS, O_RDONLY, use_setns, false },
		{ "epoll_ctl", TOP "/real", FALCOC_E_epoll_ctl, O_RDONLY, use_epoll, false },
		{ "dup2", TOP "/real", FALCOC_E_DUP2, O_RDONLY, use_dup2, false },
		{ "dup3", TOP "/real", FALCOC_E_DUP3, O_RDONLY, use_dup3, false },
	};
	const struct falcoc_rec *rec;
	pthread_t thread;
	long rc;
	int fd;

	close(make(TOP "/real", 'r', PAGE));	/* nobody has it open for writing */
	pthread_create(&thread, NULL, idle, NULL);
	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		fd = open(uses[i].path, uses[i].flags);
		MASK(c, 0, uses[i].event);
		rc = uses[i].call(fd) < 0 ? errno : 0;
		if (rc == ENOSYS) {
			printf("SKIP no %s\n", uses[i].name);
			continue;
		}
		rec = wait_record(c, uses[i].event, getpid());
		check(rec && is(rec, FALCOC_A_FD_PATH, uses[i].path) && verified(rec) == uses[i].known,
		      "%s: the file that it used, %s (errno %ld)", uses[i].name,
		      uses[i].known ? "for sure" : "unless it was another", rc);
		close(fd);
		if (uses[i].call == use_dup2 || uses[i].call == use_dup3)
			close(fd + 1);
	}
	check(!chdir("/"), "back");
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

/* The kernel writes back what was left of it. */
static void test_ppoll(struct consumer *c)
{
	struct timespec t = { 0, 30000000 };
	const struct falcoc_rec *rec;
	const uint64_t *out;

	MASK(c, 0, FALCOC_E_PPOLL);
	check(syscall(SYS_ppoll, NULL, 0, &t, NULL, 8) == 0, "ppoll");
	rec = wait_record(c, FALCOC_E_PPOLL, getpid());
	out = rec ? attr(rec, FALCOC_A_OUT) : NULL;
	check(out && out[0] == 30000000 && t.tv_nsec < 30000000,
	      "ppoll: the timeout as passed (%llu ns), not what was left of it (%ld)",
	      out ? (unsigned long long)out[0] : 0, t.tv_nsec);
}

void test_truth_held(struct consumer *c)
{
	mkdir(TOP, 0755);
	test_locked(c, FALCOC_E_FCHMOD, "fchmod", call_fchmod);
	test_locked(c, FALCOC_E_FCHOWN, "fchown", call_fchown);
	test_locked(c, FALCOC_E_ftruncate, "ftruncate", call_ftruncate);
	test_sendfile(c);
	test_copy(c);
	test_splice(c);
	test_mmap(c);
	test_used(c);
	test_ppoll(c);
}
