// SPDX-License-Identifier: Apache-2.0
/*
 * kmodtest.c - the module's contract, tried from outside in a guest
 *
 * A consumer of its own, smaller than the real one and less polite: it calls out of
 * order, writes nonsense where it may write, compares what records say with what the
 * kernel tells through other doors, and counts that no record is lost unseen.
 *
 * Runs as root in a machine of its own with falcoc.ko loaded (it takes CPUs offline).
 * Needs nothing but /proc, /sys and /dev: link it statically for an initramfs.
 * Prints a line a check and `N passed, N failed`.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "falcoc.h"

#define CPUS_MAX 64

static unsigned int passed, failed;

__attribute__((format(printf, 3, 4)))
static bool check_at(int line, bool ok, const char *fmt, ...)
{
	va_list ap;

	printf("%s ", ok ? "PASS" : "FAIL");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	if (!ok)
		printf("  (line %d, errno %d)", line, errno);
	putchar('\n');
	if (ok)
		passed++;
	else
		failed++;
	return ok;
}

#define check(ok, ...) check_at(__LINE__, ok, __VA_ARGS__)

/* ------------------------------------------------------------------ a consumer */

struct ring {
	const struct falcoc_producer *producer;
	struct falcoc_consumer *consumer;
	const uint8_t *data;
	uint32_t bytes;
	uint64_t read;		/* records */
	uint32_t seq;
};

struct consumer {
	int fd;
	uint32_t ring_bytes;
	struct ring rings[CPUS_MAX][FALCOC_CLASS_COUNT];
	uint64_t ev_read[FALCOC_E_COUNT];
	struct falcoc_mask mask;
};

static struct falcoc_hello hello_make(void)
{
	return (struct falcoc_hello){
		.size = sizeof(struct falcoc_hello),
		.abi = FALCOC_ABI,
		.rec_size = sizeof(struct falcoc_rec),
		.events = FALCOC_E_COUNT,
	};
}

static struct falcoc_setup setup_make(uint32_t ring_bytes)
{
	return (struct falcoc_setup){
		.size = sizeof(struct falcoc_setup),
		.latency_us = 20000,
		.ring_bytes = { ring_bytes, ring_bytes },
		.watermark_bytes = ring_bytes / 2,
	};
}

static void *ring_map(int fd, size_t len, int prot, unsigned int cpu, int cls, int region)
{
	void *p = mmap(NULL, len, prot, MAP_SHARED, fd, FALCOC_MMAP_OFFSET(cpu, cls, region));

	return p == MAP_FAILED ? NULL : p;
}

static bool consumer_map(struct consumer *c)
{
	struct falcoc_info info = { .size = sizeof(info) };
	struct ring *r;
	int cls;

	if (ioctl(c->fd, FALCOC_IOC_INFO, &info))
		return false;
	for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (!(info.cpus[cpu / 64] >> (cpu % 64) & 1))
			continue;
		for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			r = &c->rings[cpu][cls];
			if (r->data)
				continue;
			r->bytes = c->ring_bytes;
			r->producer = ring_map(c->fd, 4096, PROT_READ, cpu, cls, FALCOC_REGION_PRODUCER);
			r->consumer = ring_map(c->fd, 4096, PROT_READ | PROT_WRITE, cpu, cls,
					       FALCOC_REGION_CONSUMER);
			r->data = ring_map(c->fd, 2ul * r->bytes, PROT_READ, cpu, cls, FALCOC_REGION_DATA);
			if (!r->producer || !r->consumer || !r->data)
				return false;
		}
	}
	return true;
}

static bool consumer_open(struct consumer *c, uint32_t ring_bytes)
{
	struct falcoc_hello hello = hello_make();
	struct falcoc_setup setup = setup_make(ring_bytes);

	memset(c, 0, sizeof(*c));
	c->ring_bytes = ring_bytes;
	c->fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	return c->fd >= 0 && !ioctl(c->fd, FALCOC_IOC_HELLO, &hello) &&
	       !ioctl(c->fd, FALCOC_IOC_SETUP, &setup) && consumer_map(c);
}

static void consumer_close(struct consumer *c)
{
	struct ring *r;

	for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
		for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			r = &c->rings[cpu][cls];
			if (!r->data)
				continue;
			munmap((void *)r->producer, 4096);
			munmap(r->consumer, 4096);
			munmap((void *)r->data, 2ul * r->bytes);
		}
	}
	close(c->fd);
}

static int consumer_mask(struct consumer *c, uint32_t flags, const int *events)
{
	c->mask = (struct falcoc_mask){ .size = sizeof(c->mask), .flags = flags };
	for (; *events >= 0; events++)
		c->mask.exit[*events / 64] |= 1ull << (*events % 64);
	return ioctl(c->fd, FALCOC_IOC_MASK, &c->mask);
}

#define MASK(c, flags, ...) consumer_mask(c, flags, (const int[]){ __VA_ARGS__, -1 })

typedef bool (*record_fn)(const struct falcoc_rec *rec, void *arg);

/* Reads all that is there. A callback that returns true ends it. */
static bool consumer_read(struct consumer *c, record_fn fn, void *arg)
{
	const struct falcoc_rec *rec;
	struct ring *r;
	uint64_t head, tail;
	bool found = false;

	for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
		for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			r = &c->rings[cpu][cls];
			if (!r->data)
				continue;
			head = __atomic_load_n(&r->producer->head, __ATOMIC_ACQUIRE);
			for (tail = r->consumer->tail; tail < head; tail += rec->len) {
				rec = (const void *)(r->data + (tail & (r->bytes - 1)));
				if (rec->len < sizeof(*rec) || rec->len % FALCOC_ALIGN ||
				    rec->event >= FALCOC_E_COUNT || rec->seq != r->seq)
					return check(false, "sane record at %llu: len %u event %u seq %u",
						     (unsigned long long)tail, rec->len, rec->event, rec->seq);
				r->seq++;
				r->read++;
				c->ev_read[rec->event]++;
				if (fn && fn(rec, arg))
					found = true;
			}
			__atomic_store_n(&r->consumer->tail, tail, __ATOMIC_RELEASE);
		}
	}
	return found;
}

static const struct falcoc_attr *attr_find(const struct falcoc_rec *rec, int id)
{
	const uint8_t *p = (const uint8_t *)(rec + 1), *end = (const uint8_t *)rec + rec->len;
	const struct falcoc_attr *a;

	for (; p < end; p += sizeof(*a) + (a->len + 7u) / 8 * 8) {
		a = (const void *)p;
		if (a->id == id)
			return a;
	}
	return NULL;
}

static const void *attr(const struct falcoc_rec *rec, int id)
{
	const struct falcoc_attr *a = attr_find(rec, id);

	return a ? a + 1 : NULL;
}

static const char *str(const struct falcoc_rec *rec, int id)
{
	const char *s = attr(rec, id);

	return s ? s : "(none)";
}

static bool is(const struct falcoc_rec *rec, int id, const char *want)
{
	return !strcmp(str(rec, id), want);
}

/* The last record of an event by a process, copied: what it was made from goes on. */
struct wanted {
	int event;
	uint32_t pid;
	union {
		struct falcoc_rec rec;
		uint8_t bytes[FALCOC_REC_MAX];
	};
	unsigned int count;
};

static bool want_record(const struct falcoc_rec *rec, void *arg)
{
	struct wanted *w = arg;

	if (rec->event != w->event || (w->pid && rec->pid != w->pid))
		return false;
	memcpy(w->bytes, rec, rec->len);
	w->count++;
	return true;
}

/* Waits for the event by poll(2), up to a few seconds. */
static const struct falcoc_rec *wait_record(struct consumer *c, int event, uint32_t pid)
{
	static struct wanted w;
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };

	w.event = event;
	w.pid = pid;
	w.count = 0;
	for (int i = 0; i < 50; i++) {
		if (consumer_read(c, want_record, &w))
			return &w.rec;
		poll(&pfd, 1, 100);
	}
	return NULL;
}

/* ------------------------------------------------------------------ the device */

static void test_order_of_calls(void)
{
	struct falcoc_hello hello = hello_make();
	struct falcoc_setup setup = setup_make(1 << 17);
	struct falcoc_info info = { .size = sizeof(info) };
	struct falcoc_mask mask = { .size = sizeof(mask) };
	struct pollfd pfd = { .events = POLLIN };
	int fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);

	check(fd >= 0, "open");
	check(ioctl(fd, FALCOC_IOC_SETUP, &setup) && errno == EPROTO, "SETUP before HELLO: EPROTO");
	check(ioctl(fd, FALCOC_IOC_MASK, &mask) && errno == EPROTO, "MASK before HELLO: EPROTO");
	check(ioctl(fd, FALCOC_IOC_START) && errno == EPROTO, "START before HELLO: EPROTO");
	check(!ring_map(fd, 4096, PROT_READ, 0, 0, 0) && errno == EPROTO, "mmap before HELLO: EPROTO");
	pfd.fd = fd;
	check(poll(&pfd, 1, 0) == 1 && pfd.revents & POLLERR, "poll before HELLO: POLLERR");
	hello.abi++;
	check(ioctl(fd, FALCOC_IOC_HELLO, &hello) && errno == EPROTO && hello.abi == FALCOC_ABI,
	      "HELLO of a newer ABI: EPROTO, and the module's number");
	hello = hello_make();
	hello.events++;
	check(ioctl(fd, FALCOC_IOC_HELLO, &hello) && errno == EPROTO &&
	      hello.events == FALCOC_E_COUNT, "HELLO with more events: EPROTO");
	hello = hello_make();
	hello.size--;
	check(ioctl(fd, FALCOC_IOC_HELLO, &hello) && errno == EINVAL, "HELLO of a wrong size: EINVAL");
	hello = hello_make();
	check(!ioctl(fd, FALCOC_IOC_HELLO, &hello) && hello.version[0], "HELLO: module version %s",
	      hello.version);
	check(ioctl(fd, FALCOC_IOC_HELLO, NULL) && errno == EFAULT, "HELLO to nowhere: EFAULT");
	check(ioctl(fd, FALCOC_IOC_INFO, &info) && errno == EPROTO, "INFO before SETUP: EPROTO");
	check(ioctl(fd, FALCOC_IOC_START) && errno == EPROTO, "START before SETUP: EPROTO");
	check(!ring_map(fd, 4096, PROT_READ, 0, 0, 0) && errno == ENXIO, "mmap before SETUP: ENXIO");
	check(ioctl(fd, _IO('F', 0x7f)) && errno == EPROTO, "unknown ioctl before SETUP");
	check(!ioctl(fd, FALCOC_IOC_SETUP, &setup), "SETUP");
	check(ioctl(fd, FALCOC_IOC_SETUP, &setup) && errno == EALREADY, "SETUP again: EALREADY");
	check(ioctl(fd, _IO('F', 0x7f)) && errno == ENOTTY, "unknown ioctl: ENOTTY");
	check(ioctl(fd, FALCOC_IOC_STOP) && errno == EALREADY, "STOP before START: EALREADY");
	check(!ioctl(fd, FALCOC_IOC_START), "START");
	check(ioctl(fd, FALCOC_IOC_START) && errno == EALREADY, "START again: EALREADY");
	check(!ioctl(fd, FALCOC_IOC_STOP) && !ioctl(fd, FALCOC_IOC_START), "STOP, START");
	close(fd);
	check(access(FALCOC_DEVICE, F_OK) == 0, "closed while started");
}

static void test_bad_setup(void)
{
	static const struct {
		const char *what;
		uint32_t main, proc, latency, watermark, reserved;
	} bad[] = {
		{ "ring too small", 1 << 16, 1 << 17, 1000, 4096, 0 },
		{ "ring of no power of two", 1 << 17, (1 << 17) + 4096, 1000, 4096, 0 },
		{ "ring too large", 1 << 30, 1 << 17, 1000, 4096, 0 },
		{ "no ring", 0, 1 << 17, 1000, 4096, 0 },
		{ "no latency", 1 << 17, 1 << 17, 0, 4096, 0 },
		{ "latency too long", 1 << 17, 1 << 17, 1000001, 4096, 0 },
		{ "no watermark", 1 << 17, 1 << 17, 1000, 0, 0 },
		{ "watermark above the smaller ring", 1 << 18, 1 << 17, 1000, 1 << 18, 0 },
		{ "reserved set", 1 << 17, 1 << 17, 1000, 4096, 1 },
	};
	struct falcoc_hello hello = hello_make();
	struct falcoc_setup setup;
	int fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);

	ioctl(fd, FALCOC_IOC_HELLO, &hello);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		setup = (struct falcoc_setup){
			.size = sizeof(setup), .latency_us = bad[i].latency,
			.ring_bytes = { bad[i].main, bad[i].proc },
			.watermark_bytes = bad[i].watermark, .reserved = bad[i].reserved,
		};
		check(ioctl(fd, FALCOC_IOC_SETUP, &setup) && errno == EINVAL, "SETUP with %s: EINVAL",
		      bad[i].what);
	}
	close(fd);
}

static void test_bad_calls(struct consumer *c)
{
	struct falcoc_mask mask = { .size = sizeof(mask), .flags = 0x80 };
	struct falcoc_exclude exclude = { .size = sizeof(exclude), .pid = 0x7ffffff0 };
	static struct falcoc_stats stats;

	check(ioctl(c->fd, FALCOC_IOC_MASK, &mask) && errno == EINVAL, "MASK of unknown flags: EINVAL");
	mask.flags = 0;
	mask.exit[FALCOC_MASK_WORDS - 1] = 1ull << 63;
	check(ioctl(c->fd, FALCOC_IOC_MASK, &mask) && errno == EINVAL, "MASK of unknown events: EINVAL");
	check(ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude) && errno == ESRCH, "EXCLUDE of nobody: ESRCH");
	stats = (struct falcoc_stats){ .size = sizeof(stats), .cls = FALCOC_CLASS_COUNT };
	check(ioctl(c->fd, FALCOC_IOC_STATS, &stats) && errno == EINVAL, "STATS of a wrong class: EINVAL");
	stats = (struct falcoc_stats){ .size = sizeof(stats), .cpu = 5000 };
	check(ioctl(c->fd, FALCOC_IOC_STATS, &stats) && errno == EINVAL, "STATS of a wrong CPU: EINVAL");
	stats = (struct falcoc_stats){ .size = 8 };
	check(ioctl(c->fd, FALCOC_IOC_STATS, &stats) && errno == EINVAL, "STATS of a wrong size: EINVAL");
}

static void test_bad_mmap(struct consumer *c)
{
	const struct ring *r = &c->rings[0][0];
	int rw = PROT_READ | PROT_WRITE;

	check(!ring_map(c->fd, 4096, rw, 0, 0, FALCOC_REGION_PRODUCER) && errno == EPERM,
	      "producer page writable: EPERM");
	check(!ring_map(c->fd, 2ul * r->bytes, rw, 0, 0, FALCOC_REGION_DATA) && errno == EPERM,
	      "data writable: EPERM");
	check(!ring_map(c->fd, 4096, PROT_READ | PROT_EXEC, 0, 0, FALCOC_REGION_CONSUMER) &&
	      errno == EPERM, "executable: EPERM");
	check(mprotect((void *)r->data, 4096, rw) && errno == EACCES, "mprotect to writable: EACCES");
	check(!ring_map(c->fd, r->bytes, PROT_READ, 0, 0, FALCOC_REGION_DATA) && errno == EINVAL,
	      "half the data: EINVAL");
	check(!ring_map(c->fd, 8192, PROT_READ, 0, 0, FALCOC_REGION_PRODUCER) && errno == EINVAL,
	      "two producer pages: EINVAL");
	check(!ring_map(c->fd, 4096, PROT_READ, 4000, 0, FALCOC_REGION_PRODUCER) && errno == EINVAL,
	      "a CPU that cannot be: EINVAL");
	check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, c->fd, 4096) == MAP_FAILED && errno == EINVAL,
	      "an odd offset: EINVAL");
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, c->fd, 0) == MAP_FAILED && errno == EINVAL,
	      "a private mapping: EINVAL");
}

static void test_many_consumers(void)
{
	static struct consumer c[8];
	const struct falcoc_rec *rec;
	bool all = true, see = true;
	int i, fd;

	for (i = 0; i < 8; i++)
		all = all && consumer_open(&c[i], 1 << 17) && !MASK(&c[i], 0, FALCOC_E_MKDIR) &&
		      !ioctl(c[i].fd, FALCOC_IOC_START);
	check(all, "eight consumers started");
	fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	check(fd < 0 && errno == EBUSY, "the ninth: EBUSY");
	syscall(SYS_mkdir, "/tmp/eight", 0700);
	rmdir("/tmp/eight");
	for (i = 0; i < 8; i++) {
		rec = wait_record(&c[i], FALCOC_E_MKDIR, getpid());
		see = see && rec && is(rec, FALCOC_A_PATH0, "/tmp/eight");
		consumer_close(&c[i]);
	}
	check(see, "each of them sees a mkdir");
}

/* ------------------------------------------------------------------ records */

static uint32_t ns_inode(const char *name)
{
	char path[64], link[64] = "";

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		return 0;
	return strtoul(strchr(link, '[') + 1, NULL, 10);
}

static uint64_t own_start_ns(void)
{
	char buf[1024];
	unsigned long long ticks = 0;
	FILE *f = fopen("/proc/self/stat", "r");

	if (f && fgets(buf, sizeof(buf), f))
		sscanf(strrchr(buf, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
		       "%*d %*d %*d %*d %*d %*d %llu", &ticks);
	if (f)
		fclose(f);
	return ticks * (1000000000ull / sysconf(_SC_CLK_TCK));
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void test_header(struct consumer *c)
{
	uint64_t before = now_ns(), tick = 1000000000ull / sysconf(_SC_CLK_TCK), after;
	const struct falcoc_rec *rec;

	MASK(c, 0, FALCOC_E_KILL);
	syscall(SYS_kill, getpid(), 0);
	after = now_ns();
	rec = wait_record(c, FALCOC_E_KILL, getpid());
	if (!check(rec, "kill is recorded"))
		return;
	check(rec->res == 0 && rec->arg[0] == (uint64_t)getpid() && rec->arg[1] == 0 &&
	      rec->syscall == SYS_kill && rec->flags == 0, "result, arguments, number");
	check(rec->time_ns >= before && rec->time_ns <= after, "time");
	check(rec->pid == (uint32_t)getpid() && rec->tid == (uint32_t)gettid() &&
	      rec->ppid == (uint32_t)getppid() && rec->vpid == rec->pid && rec->vtid == rec->tid,
	      "pid, tid, ppid, vpid, vtid");
	check(rec->sid == (uint32_t)getsid(0) && rec->pgid == (uint32_t)getpgrp() &&
	      rec->vpgid == rec->pgid, "sid, pgid, vpgid");
	check(rec->uid == 0 && rec->euid == 0 && rec->gid == 0 && rec->sgid == 0, "ids");
	check(rec->loginuid == 0xffffffff && rec->sessionid == 0xffffffff, "loginuid, sessionid unset");
	check(rec->mntns == ns_inode("mnt"), "mntns %u is that of /proc", rec->mntns);
	check(rec->pidns == ns_inode("pid") && rec->netns == ns_inode("net") &&
	      rec->userns == ns_inode("user"), "pidns, netns, userns");
	check(rec->start_ns / tick * tick == own_start_ns(), "start of the process");
	check(rec->cgroup > 0 && rec->cap_effective == rec->cap_permitted &&
	      rec->cap_effective >> 21 & 1, "cgroup %llu, CAP_SYS_ADMIN",
	      (unsigned long long)rec->cgroup);
	check(!strcmp(rec->comm, "kmodtest"), "comm");
}

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

/* ------------------------------------------------------------------ sockets */

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static uint16_t local_port(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	getsockname(fd, (struct sockaddr *)&ss, &len);
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);	/* at the same place in sin6 */
}

static bool sock_is(const struct falcoc_sock *s, int family, int role, uint16_t lport, uint16_t rport)
{
	static const uint8_t lo4[4] = { 127, 0, 0, 1 };
	const uint8_t *lo = family == AF_INET ? lo4 : in6addr_loopback.s6_addr;
	size_t len = family == AF_INET ? 4 : 16;

	return s && s->family == family && s->role == role && s->lport == lport && s->rport == rport &&
	       !memcmp(s->laddr, lo, len) && !memcmp(s->raddr, lo, len);
}

static void test_tcp4(struct consumer *c)
{
	struct sockaddr_in sin = loopback(0);
	const struct falcoc_rec *rec;
	const struct falcoc_sock *s;
	int l, fd, a, closed;
	struct stat st;

	MASK(c, 0, FALCOC_E_SOCKET, FALCOC_E_BIND, FALCOC_E_LISTEN, FALCOC_E_CONNECT, FALCOC_E_ACCEPT4,
	     FALCOC_E_SENDTO, FALCOC_E_READ);
	l = socket(AF_INET, SOCK_STREAM, 0);
	rec = wait_record(c, FALCOC_E_SOCKET, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && rec->res == l && s->family == AF_INET && s->type == SOCK_STREAM &&
	      s->protocol == IPPROTO_TCP && s->netns == ns_inode("net"), "socket");
	fstat(l, &st);
	check(s && s->ino == st.st_ino, "its inode");
	bind(l, (struct sockaddr *)&sin, sizeof(sin));
	sin.sin_port = htons(local_port(l));
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->lport == ntohs(sin.sin_port) && attr(rec, FALCOC_A_SOCKADDR), "bind");
	listen(l, 7);
	rec = wait_record(c, FALCOC_E_LISTEN, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->role == FALCOC_ROLE_SERVER && s->accept_max == 7, "listen");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (struct sockaddr *)&sin, sizeof(sin));
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_CLIENT, local_port(fd), local_port(l)), "connect");
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address as passed");
	a = accept4(l, NULL, NULL, 0);
	rec = wait_record(c, FALCOC_E_ACCEPT4, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_SERVER, local_port(l), local_port(fd)) &&
	      s->accept_max == 7 && rec->res == a, "accept4, with the listener's queue");
	check(send(fd, "x", 1, 0) == 1, "send");
	rec = wait_record(c, FALCOC_E_SENDTO, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_CLIENT, local_port(fd), local_port(l)), "client's role");
	check(read(a, &l + 1 - 1, 0) == 0, "read");
	rec = wait_record(c, FALCOC_E_READ, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_SERVER, local_port(a), local_port(fd)), "server's role");
	close(a);
	close(fd);
	close(l);
	closed = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(closed, (struct sockaddr *)&sin, sizeof(sin)) < 0, "connect to nobody");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == -ECONNREFUSED && attr(rec, FALCOC_A_SOCKADDR), "refused");
	close(closed);
}

static void test_tcp6(struct consumer *c)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback }, mapped;
	const struct falcoc_rec *rec;
	int l = socket(AF_INET6, SOCK_STREAM, 0), l4, fd;

	MASK(c, 0, FALCOC_E_CONNECT);
	if (l < 0 || bind(l, (struct sockaddr *)&sin6, sizeof(sin6))) {
		printf("SKIP IPv6: not in this guest\n");
		return;
	}
	listen(l, 1);
	sin6.sin6_port = htons(local_port(l));
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == 0, "connect over IPv6");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && sock_is(attr(rec, FALCOC_A_SOCK), AF_INET6, FALCOC_ROLE_CLIENT, local_port(fd),
			     local_port(l)), "its addresses");
	close(fd);
	close(l);
	l4 = socket(AF_INET, SOCK_STREAM, 0);
	listen(l4, 1);
	mapped = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(local_port(l4)) };
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&mapped, sizeof(mapped)) == 0, "connect to a mapped address");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && sock_is(attr(rec, FALCOC_A_SOCK), AF_INET, FALCOC_ROLE_CLIENT, local_port(fd),
			     local_port(l4)), "counts as IPv4");
	close(fd);
	close(l4);
}

static void test_udp(struct consumer *c)
{
	struct sockaddr_in sin = loopback(0), from;
	struct iovec iov = { .iov_base = "ab", .iov_len = 2 };
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin), .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr mm = { .msg_hdr = msg };
	int server = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;
	socklen_t len = sizeof(from);
	char buf[8];

	MASK(c, 0, FALCOC_E_SENDTO, FALCOC_E_SENDMSG, FALCOC_E_SENDMMSG, FALCOC_E_RECVFROM);
	bind(server, (struct sockaddr *)&sin, sizeof(sin));
	sin.sin_port = htons(local_port(server));
	check(sendto(fd, "a", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1, "sendto");
	rec = wait_record(c, FALCOC_E_SENDTO, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) && rec->res == 1 &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(sendmsg(fd, &msg, 0) == 2, "sendmsg");
	rec = wait_record(c, FALCOC_E_SENDMSG, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(sendmmsg(fd, &mm, 1, 0) == 1, "sendmmsg");
	rec = wait_record(c, FALCOC_E_SENDMMSG, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(recvfrom(server, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len) == 1, "recvfrom");
	rec = wait_record(c, FALCOC_E_RECVFROM, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &from, sizeof(from)), "the sender");
	close(server);
	close(fd);
}

static void test_unix(struct consumer *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/tmp/sock" };
	struct sockaddr_un abs = { .sun_family = AF_UNIX, .sun_path = "\0name" };
	socklen_t abs_len = offsetof(struct sockaddr_un, sun_path) + 5;
	int l = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0), a;
	const struct falcoc_rec *rec;
	const struct falcoc_sock *s;

	MASK(c, 0, FALCOC_E_CONNECT, FALCOC_E_ACCEPT4, FALCOC_E_BIND);
	unlink(un.sun_path);
	bind(l, (struct sockaddr *)&un, sizeof(un));
	listen(l, 1);
	check(connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0, "connect to a unix socket");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->family == AF_UNIX && s->role == FALCOC_ROLE_CLIENT &&
	      is(rec, FALCOC_A_UNIX_PEER, "/tmp/sock") && !attr(rec, FALCOC_A_UNIX_LOCAL), "its peer");
	a = accept4(l, NULL, NULL, 0);
	rec = wait_record(c, FALCOC_E_ACCEPT4, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->role == FALCOC_ROLE_SERVER && is(rec, FALCOC_A_UNIX_LOCAL, "/tmp/sock") &&
	      s->peer_ino && s->peer_ino != s->ino, "accept4: its name, its peer's inode");
	close(a);
	close(fd);
	close(l);
	l = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(l, (struct sockaddr *)&abs, abs_len);
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	check(rec && is(rec, FALCOC_A_UNIX_LOCAL, "@name"), "abstract name");
	close(l);
}

/* ------------------------------------------------------------------ processes */

/* Runs fn in a child and waits for it. */
static pid_t in_child(void (*fn)(void *), void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		fn(arg);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return pid;
}

static void child_setuid(void *arg)
{
	(void)arg;
	syscall(SYS_setresuid, 1000, 1001, -1);
	syscall(SYS_setuid, 77);
}

static void test_ids(struct consumer *c)
{
	const struct falcoc_rec *rec;
	pid_t pid;

	MASK(c, 0, FALCOC_E_SETRESUID);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_SETRESUID, pid);
	check(rec && rec->res == 0 && rec->uid == 1000 && rec->euid == 1001 && rec->suid == 0 &&
	      rec->cap_effective == 0, "setresuid: the new ids");
	MASK(c, 0, FALCOC_E_SETUID);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_SETUID, pid);
	check(rec && rec->res == -EPERM && rec->arg[0] == 77 && rec->uid == 1000, "refused setuid");
}

static char *exec_argv[] = { "./prog", "one", "", "three", NULL };
static char *exec_env[] = { "A=1", "KMODTEST=x", NULL };

static void child_exec(void *arg)
{
	volatile size_t touched = 0;

	/* since 6.12 an exec that finds no file never read them: have them in memory */
	for (char **s = exec_argv; *s; s++)
		touched += strlen(*s);
	if (chdir("/tmp"))
		_exit(1);
	execve(arg, exec_argv, exec_env);
	_exit(3);
}

static void copy_self(const char *to)
{
	char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			break;
	close(in);
	fchmod(out, 04755);
	close(out);
}

static void check_exec(const struct falcoc_rec *rec)
{
	static const char argv[] = "./prog\0one\0\0three", env[] = "A=1\0KMODTEST=x";
	const struct falcoc_attr *a = attr_find(rec, FALCOC_A_ARGV), *e = attr_find(rec, FALCOC_A_ENV);
	const struct falcoc_exe *exe = attr(rec, FALCOC_A_EXE);
	struct stat st;

	stat("/tmp/prog", &st);
	check(rec->res == 0 && !strcmp(rec->comm, "prog"), "exec: result, new comm");
	check(a && a->len == sizeof(argv) && !memcmp(a + 1, argv, sizeof(argv)), "argv");
	check(e && e->len == sizeof(env) && !memcmp(e + 1, env, sizeof(env)), "environment");
	check(is(rec, FALCOC_A_EXE_PATH, "/tmp/prog") && is(rec, FALCOC_A_PATH0, "prog") &&
	      is(rec, FALCOC_A_DIR0, "/tmp") && is(rec, FALCOC_A_CWD, "/tmp"), "exe path, path, cwd");
	check(exe && exe->ino == st.st_ino && exe->argc == 4 && exe->vm_size_kib && exe->fdlimit &&
	      exe->ctime_ns == st.st_ctim.tv_sec * 1000000000ull + st.st_ctim.tv_nsec &&
	      exe->mtime_ns == st.st_mtim.tv_sec * 1000000000ull + st.st_mtim.tv_nsec,
	      "inode, argc, times");
	check(exe && exe->flags == (FALCOC_EXE_WRITABLE | FALCOC_EXE_SETUID), "flags %x", exe->flags);
}

static void test_exec(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_attr *a;
	const struct falcoc_exe *exe;
	pid_t pid;
	int fd;

	MASK(c, 0, FALCOC_E_EXECVE);
	copy_self("/tmp/prog");
	pid = in_child(child_exec, "prog");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	if (check(rec, "exec is recorded"))
		check_exec(rec);
	pid = in_child(child_exec, "/tmp/no/such");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	a = rec ? attr_find(rec, FALCOC_A_ARGV) : NULL;
	check(rec && rec->res == -ENOENT && is(rec, FALCOC_A_PATH0, "/tmp/no/such") && a &&
	      a->len == 18 && !memcmp(a + 1, "./prog\0one\0\0three", 18) && !a->flags, "failed exec");
	fd = open("/tmp/script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	dprintf(fd, "#!/tmp/prog\n");
	close(fd);
	pid = in_child(child_exec, "./script");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	exe = rec ? attr(rec, FALCOC_A_EXE) : NULL;
	check(exe && exe->flags & FALCOC_EXE_SCRIPT && is(rec, FALCOC_A_EXE_PATH, "/tmp/prog") &&
	      is(rec, FALCOC_A_PATH0, "./script"), "script");
}

static void child_sleep(void *arg)
{
	(void)arg;
	raise(SIGTERM);
}

static void *thread_end(void *arg)
{
	return arg;
}

static void child_threads(void *arg)
{
	pthread_t t;

	(void)arg;
	pthread_create(&t, NULL, thread_end, NULL);
	pthread_join(t, NULL);
	_exit(42);
}

static void test_lifecycle(struct consumer *c)
{
	const struct falcoc_child *child;
	const struct falcoc_exit *end;
	const struct falcoc_rec *rec;
	uint64_t forks;
	pid_t pid;

	MASK(c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_MKDIR);
	consumer_read(c, NULL, NULL);
	forks = c->ev_read[FALCOC_E_SCHED_FORK];
	pid = in_child(child_threads, NULL);
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	end = rec ? attr(rec, FALCOC_A_EXIT) : NULL;
	check(end && end->status == 42 << 8 && end->ret == 42 && end->sig == 0 &&
	      rec->flags & FALCOC_R_LIFECYCLE, "exit status");
	check(c->ev_read[FALCOC_E_SCHED_FORK] == forks + 1, "one fork: its thread does not count");
	pid = in_child(child_sleep, NULL);
	rec = wait_record(c, FALCOC_E_SCHED_FORK, getpid());
	child = rec ? attr(rec, FALCOC_A_CHILD) : NULL;
	check(child && child->pid == (uint32_t)pid && child->tid == child->pid &&
	      child->vpid == child->pid && child->mntns == rec->mntns && child->pidns == rec->pidns &&
	      child->start_ns > rec->start_ns && child->cgroup == rec->cgroup &&
	      rec->flags & FALCOC_R_LIFECYCLE, "fork and its child");
	pid = in_child(child_sleep, NULL);
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	end = rec ? attr(rec, FALCOC_A_EXIT) : NULL;
	check(end && end->sig == SIGTERM && end->ret == 0 && end->status == SIGTERM, "killed by a signal");
	pid = in_child(child_exec, "prog");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	check(rec && rec->flags & FALCOC_R_LIFECYCLE, "exec for state's sake");
	pid = in_child(child_exec, "/tmp/no/such");
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	check(rec && !c->ev_read[FALCOC_E_CLONE], "but no clone event");
}

static void test_clone(struct consumer *c)
{
	const struct falcoc_rec *rec;
	uint64_t flags;
	pid_t pid;

	MASK(c, 0, FALCOC_E_CLONE, FALCOC_E_VFORK, FALCOC_E_FORK);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_CLONE, pid);
	check(rec && rec->res == 0, "clone returns 0 in the child");
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	rec = wait_record(c, FALCOC_E_CLONE, getpid());
	flags = rec ? *(const uint64_t *)attr(rec, FALCOC_A_CLONE_FLAGS) : 0;
	check(rec && rec->res == pid && flags == SIGCHLD, "and the child's pid in the parent");
}

static void child_pidns(void *arg)
{
	pid_t pid;

	(void)arg;
	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		_exit(1);
	pid = fork();
	if (!pid) {
		syscall(SYS_setpgid, 0, 0);
		syscall(SYS_kill, 1, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static bool want_init(const struct falcoc_rec *rec, void *arg)
{
	return want_record(rec, arg) && rec->vpid == 1;
}

static void test_pidns(struct consumer *c)
{
	static struct wanted w;
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
	int i;

	MASK(c, 0, FALCOC_E_KILL);
	in_child(child_pidns, NULL);
	w = (struct wanted){ .event = FALCOC_E_KILL };
	for (i = 0; i < 50 && !consumer_read(c, want_init, &w); i++)
		poll(&pfd, 1, 100);
	check(w.count && w.rec.vpid == 1 && w.rec.vtid == 1 && w.rec.pid > 1 && w.rec.vpgid == 1 &&
	      w.rec.pidns != ns_inode("pid") && w.rec.mntns != ns_inode("mnt") && w.rec.mntns,
	      "pid %u is %u in namespace %u, mount namespace %u", w.rec.pid, w.rec.vpid, w.rec.pidns,
	      w.rec.mntns);
}

/* ------------------------------------------------------------------ other ABIs, masks */

#ifdef __x86_64__
static long int80(long nr, long a, long b, long c, long d)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void test_ia32(struct consumer *c)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	struct sockaddr_in sin = loopback(9);
	const struct falcoc_rec *rec;
	uint32_t args[3];
	int fd;

	MASK(c, 0, FALCOC_E_OPEN, FALCOC_E_CONNECT, FALCOC_E_SETRESUID, FALCOC_E_SOCKET, FALCOC_E_PREAD);
	strcpy(low, "/dev/zero");
	fd = int80(5, (long)low, O_RDONLY, 0, 0);
	if (fd < 0) {
		printf("SKIP 32-bit calls: not on this kernel (%d)\n", fd);
		return;
	}
	rec = wait_record(c, FALCOC_E_OPEN, getpid());
	check(rec && rec->flags == FALCOC_R_IA32 && rec->syscall == 5 && rec->res == fd &&
	      is(rec, FALCOC_A_PATH0, "/dev/zero") && is(rec, FALCOC_A_FD_PATH, "/dev/zero"),
	      "32-bit open");
	int80(180, fd, (long)low + 64, 4, 0x1234);
	rec = wait_record(c, FALCOC_E_PREAD, getpid());
	check(rec && rec->res == 4 && (uint32_t)rec->arg[3] == 0x1234, "32-bit pread");
	close(fd);
	args[0] = AF_INET;
	args[1] = SOCK_DGRAM;
	args[2] = 0;
	memcpy(low, args, sizeof(args));
	fd = int80(102, 1, (long)low, 0, 0);
	rec = wait_record(c, FALCOC_E_SOCKET, getpid());
	check(rec && rec->res == fd && rec->arg[0] == AF_INET && rec->arg[1] == SOCK_DGRAM &&
	      rec->flags & FALCOC_R_IA32, "socket by socketcall");
	memcpy(low + 64, &sin, sizeof(sin));
	args[0] = fd;
	args[1] = (uint32_t)(uintptr_t)(low + 64);
	args[2] = sizeof(sin);
	memcpy(low + 4096 - sizeof(args), args, sizeof(args));	/* nothing behind it */
	int80(102, 3, (long)low + 4096 - sizeof(args), 0, 0);
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == 0 && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)) &&
	      ((const struct falcoc_sock *)attr(rec, FALCOC_A_SOCK))->rport == 9, "connect by socketcall");
	close(fd);
	int80(164, 0xffff, 0xffff, 0xffff, 0);
	rec = wait_record(c, FALCOC_E_SETRESUID, getpid());
	check(rec && rec->arg[0] == 0xffffffff && rec->arg[2] == 0xffffffff, "16-bit setresuid");
	munmap(low, 4096);
}

static void test_x32(struct consumer *c)
{
	const struct falcoc_rec *rec;

	MASK(c, 0, FALCOC_E_MKDIR);
	syscall(0x40000000 | SYS_mkdir, "/tmp/x32", 0700);
	rec = wait_record(c, FALCOC_E_MKDIR, getpid());
	check(rec && rec->flags == FALCOC_R_X32 && rec->syscall == SYS_mkdir &&
	      is(rec, FALCOC_A_PATH0, "/tmp/x32"), "x32 call seen (%lld)",
	      rec ? (long long)rec->res : 0);
	rmdir("/tmp/x32");
}
#endif

static void test_enter(struct consumer *c)
{
	struct falcoc_mask mask = { .size = sizeof(mask) };
	const struct falcoc_rec *rec;

	mask.enter[FALCOC_E_MKDIR / 64] |= 1ull << (FALCOC_E_MKDIR % 64);
	check(!ioctl(c->fd, FALCOC_IOC_MASK, &mask), "mask of enter events");
	syscall(SYS_mkdir, "/tmp/enter", 0700);
	rec = wait_record(c, FALCOC_E_MKDIR, getpid());
	check(rec && rec->flags == FALCOC_R_ENTER && rec->res == 0 &&
	      is(rec, FALCOC_A_PATH0, "/tmp/enter"), "entry of mkdir");
	rmdir("/tmp/enter");
}

static void test_exclude(struct consumer *c)
{
	struct falcoc_exclude exclude = { .size = sizeof(exclude) };
	const struct falcoc_rec *rec;
	uint64_t n;

	MASK(c, 0, FALCOC_E_KILL, FALCOC_E_MKDIR);
	check(!ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude), "exclude ourselves");
	consumer_read(c, NULL, NULL);
	n = c->ev_read[FALCOC_E_MKDIR];
	syscall(SYS_mkdir, "/tmp/excl", 0700);
	rmdir("/tmp/excl");
	exclude.pid = 0xffffffff;
	check(!ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude), "exclude nobody");
	syscall(SYS_kill, getpid(), 0);
	rec = wait_record(c, FALCOC_E_KILL, getpid());
	check(rec && c->ev_read[FALCOC_E_MKDIR] == n, "nothing of it came");
}

/* ------------------------------------------------------------------ loss, abuse, load */

static void flood(unsigned int n)
{
	int fd;

	while (n--) {
		fd = open("/dev/null", O_RDONLY);
		syscall(SYS_kill, getpid(), 0);
		close(fd);
	}
}

/* produced = read + still there + dropped, for each event */
static void check_accounts(struct consumer *c, const char *what, bool want_drops)
{
	static struct falcoc_stats s[FALCOC_CLASS_COUNT];
	uint64_t produced = 0, dropped = 0, why = 0;
	bool exact = true;
	unsigned int e;
	int cls;

	check(!ioctl(c->fd, FALCOC_IOC_STOP), "STOP");
	consumer_read(c, NULL, NULL);
	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		memset(&s[cls], 0, sizeof(s[cls]));
		s[cls].size = sizeof(s[cls]);
		s[cls].cpu = 0xffffffff;
		s[cls].cls = cls;
		if (!check(!ioctl(c->fd, FALCOC_IOC_STATS, &s[cls]), "STATS"))
			return;
		produced += s[cls].produced;
		dropped += s[cls].dropped;
		why += s[cls].dropped_full + s[cls].dropped_nested + s[cls].dropped_noring;
	}
	for (e = 0; e < FALCOC_E_COUNT; e++)
		if (s[0].ev_produced[e] + s[1].ev_produced[e] !=
		    s[0].ev_dropped[e] + s[1].ev_dropped[e] + c->ev_read[e])
			exact = false;
	check(exact && why == dropped, "%s: produced %llu = read + dropped %llu, for each event", what,
	      (unsigned long long)produced, (unsigned long long)dropped);
	check(want_drops ? dropped && s[0].drop_pid : !dropped, "%s: dropped, last of %u (%s)", what,
	      s[0].drop_pid, s[0].drop_comm);
}

static void test_accounts(void)
{
	static struct consumer c;
	struct pollfd pfd = { .events = POLLIN };
	pid_t pid[3];
	int i, left;

	check(consumer_open(&c, 1 << 17), "a consumer with small rings");
	pfd.fd = c.fd;
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	check(!ioctl(c.fd, FALCOC_IOC_START), "START");
	flood(2000);
	check_accounts(&c, "nobody reads", true);
	consumer_close(&c);

	consumer_open(&c, 1 << 20);
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	ioctl(c.fd, FALCOC_IOC_START);
	pfd.fd = c.fd;
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			flood(3000);
			_exit(0);
		}
	}
	for (left = 3; left;) {
		poll(&pfd, 1, 50);
		consumer_read(&c, NULL, NULL);
		for (i = 0; i < 3; i++) {
			if (pid[i] > 0 && waitpid(pid[i], NULL, WNOHANG) == pid[i]) {
				pid[i] = 0;
				left--;
			}
		}
	}
	check(c.ev_read[FALCOC_E_KILL] > 0, "read %llu of 9000 kills",
	      (unsigned long long)c.ev_read[FALCOC_E_KILL]);
	check(!ioctl(c.fd, FALCOC_IOC_STOP) && !ioctl(c.fd, FALCOC_IOC_START), "STOP, START");
	check_accounts(&c, "read in time", false);
	consumer_close(&c);
}

static void test_bad_tail(void)
{
	static const uint64_t bad[] = { 1, ~0ull, ~7ull, 1ull << 40, 12345678 };
	static struct falcoc_stats s;
	static struct consumer c;
	struct falcoc_consumer *pos[CPUS_MAX] = {};
	const struct falcoc_rec *rec;
	size_t i, cpu;

	consumer_open(&c, 1 << 17);
	MASK(&c, 0, FALCOC_E_MKDIR);
	ioctl(c.fd, FALCOC_IOC_START);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		for (cpu = 0; cpu < CPUS_MAX; cpu++) {
			pos[cpu] = c.rings[cpu][FALCOC_CLASS_MAIN].consumer;
			if (pos[cpu])
				pos[cpu]->tail = bad[i];
		}
		syscall(SYS_mkdir, "/tmp/tail", 0700);
	}
	for (cpu = 0; cpu < CPUS_MAX; cpu++)
		if (pos[cpu])
			pos[cpu]->tail = 0;
	syscall(SYS_mkdir, "/tmp/tail2", 0700);
	rec = wait_record(&c, FALCOC_E_MKDIR, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "/tmp/tail2") && c.ev_read[FALCOC_E_MKDIR] == 1,
	      "bad tails: only the record made after they made sense");
	ioctl(c.fd, FALCOC_IOC_STOP);
	s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff };
	check(!ioctl(c.fd, FALCOC_IOC_STATS, &s) && s.bad_tail == 5 && s.dropped == 5 && s.produced == 6,
	      "counted: %llu", (unsigned long long)s.bad_tail);
	rmdir("/tmp/tail");
	rmdir("/tmp/tail2");
	consumer_close(&c);
}

static void test_wakeup(void)
{
	struct falcoc_setup setup = setup_make(1 << 17);
	struct falcoc_hello hello = hello_make();
	struct pollfd pfd = { .events = POLLIN };
	static struct consumer c;
	uint64_t t, waited;
	int i;

	memset(&c, 0, sizeof(c));
	c.ring_bytes = 1 << 17;
	c.fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	pfd.fd = c.fd;
	setup.latency_us = 300000;
	setup.watermark_bytes = 4096;
	check(!ioctl(c.fd, FALCOC_IOC_HELLO, &hello) && !ioctl(c.fd, FALCOC_IOC_SETUP, &setup) &&
	      consumer_map(&c) && !MASK(&c, 0, FALCOC_E_KILL) && !ioctl(c.fd, FALCOC_IOC_START),
	      "a patient consumer");
	check(poll(&pfd, 1, 50) == 0, "nothing to read");
	t = now_ns();
	syscall(SYS_kill, getpid(), 0);
	check(poll(&pfd, 1, 0) == 0, "one record wakes nobody");
	check(poll(&pfd, 1, 5000) == 1 && pfd.revents & POLLIN, "until it has waited");
	waited = (now_ns() - t) / 1000000;
	check(waited >= 300 && waited < 3000, "for its time: %llu ms", (unsigned long long)waited);
	check(poll(&pfd, 1, 0) == 1, "and stays readable");
	consumer_read(&c, NULL, NULL);
	check(poll(&pfd, 1, 50) == 0, "until it is read");
	t = now_ns();
	for (i = 0; i < 100; i++)
		syscall(SYS_kill, getpid(), 0);
	check(poll(&pfd, 1, 5000) == 1 && now_ns() - t < 300000000, "the watermark wakes at once");
	consumer_close(&c);
}

static void test_kill_under_load(void)
{
	static struct consumer c;
	pid_t reader, load;
	int i;

	load = fork();
	if (!load)
		for (;;)
			flood(100);
	for (i = 0; i < 5; i++) {
		reader = fork();
		if (!reader) {
			if (!consumer_open(&c, 1 << 18) ||
			    MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL) ||
			    ioctl(c.fd, FALCOC_IOC_START))
				_exit(1);
			for (;;)
				consumer_read(&c, NULL, NULL);
		}
		usleep(200000);
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
	}
	kill(load, SIGKILL);
	waitpid(load, NULL, 0);
	check(consumer_open(&c, 1 << 17), "five consumers killed under load, the next one opens");
	consumer_close(&c);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static void test_hotplug(void)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	static struct consumer c;
	struct pollfd pfd = { .events = POLLPRI };
	struct falcoc_info info = { .size = sizeof(info) };
	const struct falcoc_rec *rec;
	cpu_set_t set;

	if (!write_file(online, "0")) {
		printf("SKIP hotplug: this machine has one CPU\n");
		return;
	}
	check(consumer_open(&c, 1 << 17), "a consumer while CPU 1 is offline");
	MASK(&c, 0, FALCOC_E_MKDIR);
	ioctl(c.fd, FALCOC_IOC_START);
	pfd.fd = c.fd;
	check(!c.rings[1][0].data && poll(&pfd, 1, 0) == 0, "CPU 1 has no ring");
	check(write_file(online, "1"), "CPU 1 comes online");
	check(poll(&pfd, 1, 5000) == 1 && pfd.revents & POLLPRI, "poll tells");
	check(!ioctl(c.fd, FALCOC_IOC_INFO, &info) && info.cpus[0] & 2 && poll(&pfd, 1, 0) == 0,
	      "until INFO is asked");
	check(consumer_map(&c) && c.rings[1][0].data, "its rings can be mapped");
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof(set), &set);
	syscall(SYS_mkdir, "/tmp/cpu1", 0700);
	rec = wait_record(&c, FALCOC_E_MKDIR, getpid());
	check(rec && rec->cpu == 1, "a record of CPU 1");
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	rmdir("/tmp/cpu1");
	check(write_file(online, "0") && write_file(online, "1"), "offline and online again, started");
	check(poll(&pfd, 1, 0) == 0, "no new rings");
	consumer_close(&c);
}

static void test_records(void)
{
	static struct consumer c;

	if (!check(consumer_open(&c, 1 << 20) && !ioctl(c.fd, FALCOC_IOC_START), "a consumer"))
		return;
	test_bad_calls(&c);
	test_bad_mmap(&c);
	test_header(&c);
	test_open(&c);
	test_long_path(&c);
	test_openat2(&c);
	test_paths(&c);
	test_kinds(&c);
	test_tcp4(&c);
	test_tcp6(&c);
	test_udp(&c);
	test_unix(&c);
	test_ids(&c);
	test_exec(&c);
	test_lifecycle(&c);
	test_clone(&c);
	test_pidns(&c);
#ifdef __x86_64__
	test_ia32(&c);
	test_x32(&c);
#endif
	test_enter(&c);
	test_exclude(&c);
	consumer_close(&c);
}

int main(int argc, char **argv)
{
	/* what the exec tests run */
	if (!strcmp(argv[0], "./prog") || (argc > 1 && !strcmp(argv[1], "./script")))
		return 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	umask(0);
	test_order_of_calls();
	test_bad_setup();
	test_records();
	test_many_consumers();
	test_bad_tail();
	test_wakeup();
	test_accounts();
	test_kill_under_load();
	test_hotplug();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
