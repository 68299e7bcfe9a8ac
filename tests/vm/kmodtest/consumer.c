// SPDX-License-Identifier: Apache-2.0
/*
 * consumer.c - checks, and a consumer of the module
 */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "consumer.h"

unsigned int passed, failed;

bool check_at(int line, bool ok, const char *fmt, ...)
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

struct falcoc_hello hello_make(void)
{
	return (struct falcoc_hello){
		.size = sizeof(struct falcoc_hello),
		.abi = FALCOC_ABI,
		.rec_size = sizeof(struct falcoc_rec),
		.events = FALCOC_E_COUNT,
	};
}

struct falcoc_setup setup_make(uint32_t ring_bytes)
{
	return (struct falcoc_setup){
		.size = sizeof(struct falcoc_setup),
		.latency_us = 20000,
		.ring_bytes = { ring_bytes, ring_bytes, ring_bytes },
		.watermark_bytes = ring_bytes / 2,
	};
}

void *ring_map(int fd, size_t len, int prot, unsigned int cpu, int cls, int region)
{
	void *p = mmap(NULL, len, prot, MAP_SHARED, fd, FALCOC_MMAP_OFFSET(cpu, cls, region));

	return p == MAP_FAILED ? NULL : p;
}

bool consumer_map(struct consumer *c)
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

bool consumer_open(struct consumer *c, uint32_t ring_bytes)
{
	struct falcoc_hello hello = hello_make();
	struct falcoc_setup setup = setup_make(ring_bytes);

	memset(c, 0, sizeof(*c));
	c->ring_bytes = ring_bytes;
	c->fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	return c->fd >= 0 && !ioctl(c->fd, FALCOC_IOC_HELLO, &hello) &&
	       !ioctl(c->fd, FALCOC_IOC_SETUP, &setup) && consumer_map(c);
}

void consumer_close(struct consumer *c)
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

int consumer_mask(struct consumer *c, uint32_t flags, const int *events)
{
	c->mask = (struct falcoc_mask){ .size = sizeof(c->mask), .flags = flags };
	for (; *events >= 0; events++)
		c->mask.exit[*events / 64] |= 1ull << (*events % 64);
	return ioctl(c->fd, FALCOC_IOC_MASK, &c->mask);
}

bool consumer_read(struct consumer *c, record_fn fn, void *arg)
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
					return check(false, "sane record at %ju: len %u event %u seq %u",
						     (uintmax_t)tail, rec->len, rec->event,
						     rec->seq);
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

const struct falcoc_attr *attr_find(const struct falcoc_rec *rec, int id)
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

const void *attr(const struct falcoc_rec *rec, int id)
{
	const struct falcoc_attr *a = attr_find(rec, id);

	return a ? a + 1 : NULL;
}

const char *str(const struct falcoc_rec *rec, int id)
{
	const char *s = attr(rec, id);

	return s ? s : "(none)";
}

bool is(const struct falcoc_rec *rec, int id, const char *want)
{
	return !strcmp(str(rec, id), want);
}

const char *const event_names[FALCOC_E_COUNT] = {
#define NAME(id, name, cls, cat, traits, rec, params) [FALCOC_E_##id] = #name,
	FALCOC_EVENTS(NAME, FALCOC_EVENT_NO_PARAM)
#undef NAME
};

bool event_checked[FALCOC_E_COUNT];

bool want_record(const struct falcoc_rec *rec, void *arg)
{
	struct wanted *w = arg;

	if (rec->event != w->event || (w->pid && rec->pid != w->pid) || (w->tid && rec->tid != w->tid))
		return false;
	/* the rings are read one after another: one that comes later may be older */
	if (!w->count || rec->time_ns >= w->rec.time_ns)
		memcpy(w->bytes, rec, rec->len);
	w->count++;
	return true;
}

static const struct falcoc_rec *wait_wanted(struct consumer *c, int event, uint32_t pid, uint32_t tid)
{
	static struct wanted w;
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };

	w.event = event;
	w.pid = pid;
	w.tid = tid;
	w.count = 0;
	for (int i = 0; i < 200; i++) {
		if (consumer_read(c, want_record, &w)) {
			event_checked[event] = true;
			return &w.rec;
		}
		poll(&pfd, 1, 100);
	}
	return NULL;
}

const struct falcoc_rec *wait_record(struct consumer *c, int event, uint32_t pid)
{
	return wait_wanted(c, event, pid, 0);
}

const struct falcoc_rec *wait_record_by(struct consumer *c, int event, uint32_t tid)
{
	return wait_wanted(c, event, 0, tid);
}

unsigned int often(unsigned int n)
{
	return getenv("QUICK") ? (n + 3) / 4 : n;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

char task_state(pid_t tid)
{
	char path[64], text[512];
	ssize_t n;
	int fd;

	/* by no library that takes memory: who looks may be watched */
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strrchr(text, ')')[2];
}

uint32_t ns_inode(const char *name)
{
	char path[64], link[64] = "";

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		return 0;
	return strtoul(strchr(link, '[') + 1, NULL, 10);
}

pid_t in_child(void (*fn)(void *), void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		fn(arg);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return pid;
}
