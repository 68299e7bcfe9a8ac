// SPDX-License-Identifier: Apache-2.0
/*
 * device.c - the device refuses what it should, and serves several
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "consumer.h"

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
			.ring_bytes = { bad[i].main, bad[i].proc, 1 << 20 },
			.watermark_bytes = bad[i].watermark, .reserved = bad[i].reserved,
		};
		check(ioctl(fd, FALCOC_IOC_SETUP, &setup) && errno == EINVAL, "SETUP with %s: EINVAL",
		      bad[i].what);
	}
	setup = setup_make(1 << 17);
	setup.ring_bytes[FALCOC_CLASS_DNS] = 0;
	check(ioctl(fd, FALCOC_IOC_SETUP, &setup) && errno == EINVAL, "SETUP with no ring for DNS: EINVAL");
	close(fd);
}

/* Tries to map a ring until it can, then looks whether the last CPU's are there too. */
struct early {
	int fd;
	unsigned int last_cpu;
	bool half;
};

static void *map_early(void *arg)
{
	struct early *e = arg;
	void *first, *last;

	while (!(first = ring_map(e->fd, 4096, PROT_READ, 0, 0, FALCOC_REGION_PRODUCER)))
		;
	last = ring_map(e->fd, 4096, PROT_READ, e->last_cpu, 0, FALCOC_REGION_PRODUCER);
	e->half = !last;
	munmap(first, 4096);
	if (last)
		munmap(last, 4096);
	return NULL;
}

static void test_map_during_setup(void)
{
	struct falcoc_setup setup = setup_make(32 << 20);
	struct falcoc_hello hello = hello_make();
	struct early e = { .last_cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1 };
	pthread_t t;
	bool ok;

	e.fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	ioctl(e.fd, FALCOC_IOC_HELLO, &hello);
	pthread_create(&t, NULL, map_early, &e);
	ok = !ioctl(e.fd, FALCOC_IOC_SETUP, &setup);
	pthread_join(t, NULL);
	check(ok && !e.half, "no ring can be mapped before SETUP is done");
	close(e.fd);
}

static void test_bad_calls(struct consumer *c)
{
	struct falcoc_mask mask = { .size = sizeof(mask), .flags = 0x80 };
	struct falcoc_exclude exclude = { .size = sizeof(exclude), .pid = 0x7ffffff0 };
	struct falcoc_urgent urgent = { .size = sizeof(urgent) };
	static struct falcoc_stats stats;

	check(ioctl(c->fd, FALCOC_IOC_MASK, &mask) && errno == EINVAL, "MASK of unknown flags: EINVAL");
	mask.flags = 0;
	mask.exit[FALCOC_MASK_WORDS - 1] = 1ull << 63;
	check(ioctl(c->fd, FALCOC_IOC_MASK, &mask) && errno == EINVAL, "MASK of unknown events: EINVAL");
	check(ioctl(c->fd, FALCOC_IOC_EXCLUDE, &exclude) && errno == ESRCH, "EXCLUDE of nobody: ESRCH");
	urgent.events[FALCOC_MASK_WORDS - 1] = 1ull << 63;
	check(ioctl(c->fd, FALCOC_IOC_URGENT, &urgent) && errno == EINVAL, "URGENT of unknown events: EINVAL");
	stats = (struct falcoc_stats){ .size = sizeof(stats), .cls = FALCOC_STATS_UNKEPT + 1 };
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

void test_device(void)
{
	test_order_of_calls();
	test_bad_setup();
	test_map_during_setup();
	test_many_consumers();
}

void test_refusals(struct consumer *c)
{
	test_bad_calls(c);
	test_bad_mmap(c);
}
