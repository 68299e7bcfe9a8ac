// SPDX-License-Identifier: Apache-2.0
/*
 * device.c - events from the module: /dev/falcoc opened, its rings mapped and read
 *
 * CPUs that come online later are noticed where no event could be taken although
 * something had woken us, and every tenth of a second under load; the
 * normal path costs no system call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/merge.h"
#include "capture/source.h"

#define MAIN_RING_BYTES		(8u << 20)
#define PROC_RING_BYTES_MIN	(1u << 20)	/* unless the user says less */
#define DNS_RING_BYTES		(512u << 10)	/* never more than the others */
#define PROC_RING_SHARE		4		/* of the other ring, unless the user says */
#define LATENCY_US		5000
#define HOTPLUG_CHECK_NS	100000000ull

struct device_ring {
	struct ring ring;
	void *map[FALCOC_REGION_COUNT];
	size_t len[FALCOC_REGION_COUNT];
};

struct device {
	struct capture base;	/* first: the two are cast into each other */
	int fd;
	int epfd;		/* fd for input and for CPUs coming online: one thing to wait for */
	bool started;
	bool idle;		/* the last call had no event either */
	unsigned int possible;
	uint64_t events[FALCOC_MASK_WORDS];	/* that this kernel has */
	uint64_t uring_blind[FALCOC_MASK_WORDS];	/* that io_uring does unseen */
	uint32_t ring_bytes[FALCOC_CLASS_COUNT];
	struct device_ring **rings;	/* [cpu * FALCOC_CLASS_COUNT + cls]; NULL: none yet */
	struct merge merge;
	uint64_t hotplug_ns;	/* last look for new CPUs */
};

static struct device *device_of(struct capture *c)
{
	return (struct device *)c;
}

static void device_ring_free(struct device_ring *dr)
{
	if (!dr)
		return;
	for (int i = 0; i < FALCOC_REGION_COUNT; i++)
		if (dr->map[i] && dr->map[i] != MAP_FAILED)
			munmap(dr->map[i], dr->len[i]);
	ring_release(&dr->ring);
	free(dr);
}

static void device_free(struct capture *c)
{
	struct device *d = device_of(c);

	if (d->started)
		ioctl(d->fd, FALCOC_IOC_STOP);
	merge_release(&d->merge);
	for (size_t i = 0; d->rings && i < (size_t)d->possible * FALCOC_CLASS_COUNT; i++)
		device_ring_free(d->rings[i]);
	free(d->rings);
	if (d->epfd >= 0)
		close(d->epfd);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

static int device_map_ring(struct device *d, unsigned int cpu, unsigned int cls)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct device_ring *dr = calloc(1, sizeof(*dr));
	int err = -ENOMEM;

	if (!dr)
		return -ENOMEM;
	for (int i = 0; i < FALCOC_REGION_COUNT; i++) {
		int prot = i == FALCOC_REGION_CONSUMER ? PROT_READ | PROT_WRITE : PROT_READ;

		dr->len[i] = i == FALCOC_REGION_DATA ? 2 * (size_t)d->ring_bytes[cls] : page;
		dr->map[i] = mmap(NULL, dr->len[i], prot, MAP_SHARED, d->fd,
				  (off_t)FALCOC_MMAP_OFFSET(cpu, cls, i));
		if (dr->map[i] == MAP_FAILED) {
			err = -errno;
			goto fail;
		}
	}
	ring_init(&dr->ring, dr->map[FALCOC_REGION_PRODUCER], dr->map[FALCOC_REGION_CONSUMER],
		  dr->map[FALCOC_REGION_DATA], d->ring_bytes[cls]);
	dr->ring.cpu = cpu;
	dr->ring.cls = cls;
	err = merge_add(&d->merge, &dr->ring);
	if (err)
		goto fail;
	d->rings[cpu * FALCOC_CLASS_COUNT + cls] = dr;
	return 0;
fail:
	device_ring_free(dr);
	return err;
}

/* Maps the rings of all CPUs that have some and are not mapped yet. 0 or a negative errno. */
static int device_map_new(struct device *d)
{
	struct falcoc_info info = { .size = sizeof(info) };
	unsigned int cpu, cls;
	int err;

	if (ioctl(d->fd, FALCOC_IOC_INFO, &info) < 0)
		return -errno;
	if (info.possible == 0 || info.possible > FALCOC_MAX_CPUS)
		return -EBADMSG;
	memcpy(d->events, info.events, sizeof(d->events));
	memcpy(d->uring_blind, info.uring_blind, sizeof(d->uring_blind));
	if (!d->rings) {
		d->rings = calloc((size_t)info.possible * FALCOC_CLASS_COUNT, sizeof(*d->rings));
		if (!d->rings)
			return -ENOMEM;
		d->possible = info.possible;
	}
	for (cpu = 0; cpu < d->possible; cpu++) {
		if (!(info.cpus[cpu / 64] >> (cpu % 64) & 1))
			continue;
		for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			if (d->rings[cpu * FALCOC_CLASS_COUNT + cls])
				continue;
			err = device_map_ring(d, cpu, cls);
			if (err)
				return err;
		}
	}
	return 0;
}

/* NULL: none. */
static int device_set_programs(struct device *d, const struct program_set *set)
{
	struct falcoc_program *list = calloc(set ? set->count + 1 : 1, sizeof(*list));
	struct falcoc_predicate predicate = {
		.size = sizeof(predicate),
		.facts_size = sizeof(struct falcoc_facts),
		.count = set ? set->count : 0,
		.programs = (uintptr_t)list,
	};
	int err;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < predicate.count; i++)
		list[i] = (struct falcoc_program){ (uintptr_t)set->programs[i].insns,
						   set->programs[i].len, 0 };
	if (predicate.count) {
		memcpy(predicate.exit, set->exit, sizeof(predicate.exit));
		memcpy(predicate.enter, set->enter, sizeof(predicate.enter));
	}
	err = ioctl(d->fd, FALCOC_IOC_PREDICATE, &predicate) < 0 ? -errno : 0;
	free(list);
	return err;
}

static int device_set_wants(struct capture *c, const struct capture_wants *wants)
{
	struct falcoc_mask mask = {
		.size = sizeof(mask),
		.flags = FALCOC_MASK_F_LIFECYCLE,
		.snap_bytes = eventset_empty(&wants->data) ? 0 : wants->snap_bytes,
	};
	struct falcoc_urgent urgent = { .size = sizeof(urgent) };
	int err;

	memcpy(mask.exit, wants->events.exit, sizeof(mask.exit));
	memcpy(mask.enter, wants->events.enter, sizeof(mask.enter));
	for (int i = 0; i < FALCOC_MASK_WORDS; i++) {
		mask.data[i] = wants->data.exit[i] | wants->data.enter[i];
		urgent.events[i] = wants->urgent.exit[i] | wants->urgent.enter[i];
	}
	/* programs of other wants are not to judge what these ask for */
	err = device_set_programs(device_of(c), NULL);
	if (!err && ioctl(device_of(c)->fd, FALCOC_IOC_MASK, &mask) < 0)
		err = -errno;
	if (!err && ioctl(device_of(c)->fd, FALCOC_IOC_URGENT, &urgent) < 0)
		err = -errno;
	if (!err && wants->programs && wants->programs->count)
		err = device_set_programs(device_of(c), wants->programs);
	return err;
}

static bool device_has_event(const struct capture *c, unsigned int event)
{
	const struct device *d = (const struct device *)c;

	return event < FALCOC_EVENTS_MAX && (d->events[event / 64] >> (event % 64) & 1);
}

static bool device_uring_blind(const struct capture *c, unsigned int event)
{
	const struct device *d = (const struct device *)c;

	return event < FALCOC_EVENTS_MAX && (d->uring_blind[event / 64] >> (event % 64) & 1);
}

static int device_start(struct capture *c)
{
	struct device *d = device_of(c);

	if (ioctl(d->fd, FALCOC_IOC_START) < 0)
		return -errno;
	d->started = true;
	return 0;
}

static int device_stop(struct capture *c)
{
	struct device *d = device_of(c);

	if (!d->started)
		return 0;
	if (ioctl(d->fd, FALCOC_IOC_STOP) < 0)
		return -errno;
	d->started = false;
	return device_map_new(d);
}

static int device_fd(const struct capture *c)
{
	return ((const struct device *)c)->epfd;
}

/* Maps new CPUs if the module says that there are any. 1: there were, 0, or a negative errno. */
static int device_check_hotplug(struct device *d)
{
	struct pollfd pfd = { .fd = d->fd, .events = POLLPRI };
	int err;

	if (poll(&pfd, 1, 0) <= 0)
		return 0;
	if (pfd.revents & (POLLERR | POLLHUP | POLLNVAL))
		return -EIO;
	if (!(pfd.revents & POLLPRI))
		return 0;
	err = device_map_new(d);
	return err ? err : 1;
}

static int device_next(struct capture *c, struct event *ret_event)
{
	struct device *d = device_of(c);
	uint64_t refills = d->merge.refills;
	int got = merge_next(&d->merge, ret_event);
	int found;

	if (got < 0)
		return got;
	if (d->merge.refills != refills &&
	    d->merge.horizon_ns - d->hotplug_ns >= HOTPLUG_CHECK_NS) {
		d->hotplug_ns = d->merge.horizon_ns;
		found = device_check_hotplug(d);
		if (found < 0)
			return found;
	}
	if (got == 0 && d->idle) {
		found = device_check_hotplug(d);
		if (found < 0)
			return found;
		if (found)
			got = merge_next(&d->merge, ret_event);
	}
	d->idle = got == 0;
	return got;
}

static const char *device_fault(const struct capture *c)
{
	return merge_fault(&((const struct device *)c)->merge);
}

static void stats_add(struct capture_stats *to, unsigned int cls, const struct falcoc_stats *from)
{
	to->produced += from->produced;
	to->dropped += from->dropped;
	to->filtered += from->filtered;
	to->dropped_full += from->dropped_full;
	to->dropped_nested += from->dropped_nested;
	to->dropped_noring += from->dropped_noring;
	to->faults += from->faults;
	to->bad_tail += from->bad_tail;
	to->cls[cls].produced += from->produced;
	to->cls[cls].dropped += from->dropped;
	if (from->drop_ns > to->drop_ns) {
		to->drop_ns = from->drop_ns;
		to->drop_pid = from->drop_pid;
		memcpy(to->drop_comm, from->drop_comm, sizeof(to->drop_comm));
		to->drop_comm[sizeof(to->drop_comm) - 1] = '\0';
	}
	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		to->event[i].produced += from->ev_produced[i];
		to->event[i].dropped += from->ev_dropped[i];
		to->event[i].filtered += from->ev_filtered[i];
	}
}

/* What we have read of a ring, and what is still in it. */
static int stats_add_ring(struct capture_stats *to, struct device_ring *dr)
{
	struct ring *r = &dr->ring;
	uint64_t waiting;
	int err = ring_count(r, &waiting);

	if (err)
		return err;
	to->in_rings += waiting;
	to->ring_bytes[r->cls] += r->size;
	to->set_aside += r->set_aside;
	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		to->delivered += r->delivered[i];
		to->cls[r->cls].delivered += r->delivered[i];
		to->event[i].delivered += r->delivered[i];
	}
	return 0;
}

static int device_ask(const struct device *d, uint32_t cpu, unsigned int cls,
		      struct falcoc_stats *ret_raw)
{
	*ret_raw = (struct falcoc_stats){ .size = sizeof(*ret_raw), .cpu = cpu, .cls = cls };
	return ioctl(d->fd, FALCOC_IOC_STATS, ret_raw) < 0 ? -errno : 0;
}

/* What the module has counted. */
static int device_collect_kernel(const struct device *d, uint32_t cpu, struct capture_stats *st)
{
	struct falcoc_stats raw;
	int err = 0;

	for (unsigned int cls = 0; cls < FALCOC_CLASS_COUNT && !err; cls++) {
		err = device_ask(d, cpu, cls, &raw);
		if (!err)
			stats_add(st, cls, &raw);
	}
	return err;
}

static int device_collect(struct device *d, uint32_t cpu, struct capture_stats *st)
{
	int rc = device_collect_kernel(d, cpu, st);

	if (rc)
		return rc;
	for (size_t i = 0; i < (size_t)d->possible * FALCOC_CLASS_COUNT; i++) {
		if (!d->rings[i] || (cpu != UINT32_MAX && d->rings[i]->ring.cpu != cpu))
			continue;
		int err = stats_add_ring(st, d->rings[i]);

		if (err)
			return err;
	}
	return 0;
}

static int device_stats(struct capture *c, struct capture_stats *ret_stats)
{
	struct capture_stats st = { 0 };
	int err = device_collect(device_of(c), UINT32_MAX, &st);

	if (!err)
		*ret_stats = st;
	return err;
}

static int device_cpu_stats(struct capture *c, unsigned int cpu, struct capture_stats *ret_stats)
{
	struct device *d = device_of(c);
	struct capture_stats st = { 0 };
	int err;

	if (cpu >= d->possible || !d->rings[cpu * FALCOC_CLASS_COUNT])
		return -ENOENT;
	err = device_collect(d, cpu, &st);
	if (!err)
		*ret_stats = st;
	return err;
}

static uint64_t device_dropped(const struct capture *c)
{
	const struct device *d = (const struct device *)c;
	uint64_t dropped = 0;

	for (size_t i = 0; i < (size_t)d->possible * FALCOC_CLASS_COUNT; i++)
		if (d->rings[i])
			dropped += ring_dropped(&d->rings[i]->ring);
	return dropped;
}

static int droppers_add(struct capture_droppers *to, const struct capture_dropper *dropper)
{
	struct capture_dropper *list = to->list;

	if (dropper->count == 0)
		return 0;
	if (to->n == to->room) {
		list = realloc(list, (to->room * 2 + 64) * sizeof(*list));
		if (!list)
			return -ENOMEM;
		to->list = list;
		to->room = to->room * 2 + 64;
	}
	list[to->n++] = *dropper;
	return 0;
}

/* The droppers of one CPU and class. */
static int droppers_add_raw(struct capture_droppers *to, const struct falcoc_stats *raw)
{
	int err = 0;

	for (int i = 0; i < FALCOC_DROPPERS && !err; i++) {
		const struct falcoc_dropper *p = &raw->by_process[i];
		const struct falcoc_drop_cgroup *g = &raw->by_cgroup[i];
		struct capture_dropper proc = {
			.count = p->count, .error = p->error, .start_ns = p->start_ns,
			.cgroup = p->cgroup, .pid = p->pid, .cpu = raw->cpu, .cls = raw->cls,
		};
		struct capture_dropper group = {
			.count = g->count, .error = g->error, .cgroup = g->cgroup,
			.cpu = raw->cpu, .cls = raw->cls,
		};

		memcpy(proc.comm, p->comm, sizeof(proc.comm));
		proc.comm[sizeof(proc.comm) - 1] = '\0';
		err = droppers_add(to, &proc);
		if (!err)
			err = droppers_add(to, &group);
	}
	return err;
}

static int device_loss(struct capture *c, struct capture_stats *ret_stats,
		       struct capture_droppers *droppers)
{
	struct device *d = device_of(c);
	struct capture_stats st = { 0 };
	struct falcoc_stats raw;
	int err = 0;

	droppers->n = 0;
	/* before the sum, so that they add up to no more than that */
	for (size_t i = 0; i < (size_t)d->possible * FALCOC_CLASS_COUNT && !err; i++) {
		if (!d->rings[i] || !ring_dropped(&d->rings[i]->ring))
			continue;
		err = device_ask(d, d->rings[i]->ring.cpu, d->rings[i]->ring.cls, &raw);
		if (!err)
			err = droppers_add_raw(droppers, &raw);
	}
	if (!err)
		err = device_collect_kernel(d, UINT32_MAX, &st);
	if (!err)
		*ret_stats = st;
	return err;
}

static uint64_t device_unkept_hint(const struct capture *c)
{
	const struct device *d = (const struct device *)c;
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < d->possible; cpu++) {
		const struct device_ring *dr = d->rings[cpu * FALCOC_CLASS_COUNT + FALCOC_CLASS_MAIN];

		if (dr)
			sum += ring_unkept(&dr->ring);
	}
	return sum;
}

static int device_unkept(struct capture *c, struct capture_unkept *ret_unkept,
			 struct capture_droppers *droppers)
{
	const struct device *d = device_of(c);
	struct falcoc_stats raw;
	int err = 0;

	droppers->n = 0;
	/* before the sum, so that they add up to no more than that */
	for (unsigned int cpu = 0; cpu < d->possible && !err; cpu++) {
		if (!d->rings[cpu * FALCOC_CLASS_COUNT])
			continue;
		err = device_ask(d, cpu, FALCOC_STATS_UNKEPT, &raw);
		if (!err)
			err = droppers_add_raw(droppers, &raw);
	}
	if (!err)
		err = device_ask(d, UINT32_MAX, FALCOC_STATS_UNKEPT, &raw);
	if (!err)
		*ret_unkept = (struct capture_unkept){
			.count = raw.dropped, .full = raw.dropped_full, .share = raw.dropped_share,
			.most_cgroup = raw.by_cgroup[0].cgroup,
			.most_bytes = raw.by_cgroup[0].count,
		};
	return err;
}

static unsigned int device_cpus(const struct capture *c)
{
	return ((const struct device *)c)->possible;
}

static const struct capture_ops device_ops = {
	.free = device_free,
	.set_wants = device_set_wants,
	.has_event = device_has_event,
	.uring_blind = device_uring_blind,
	.start = device_start,
	.stop = device_stop,
	.fd = device_fd,
	.next = device_next,
	.fault = device_fault,
	.stats = device_stats,
	.cpu_stats = device_cpu_stats,
	.dropped = device_dropped,
	.loss = device_loss,
	.unkept_hint = device_unkept_hint,
	.unkept = device_unkept,
	.cpus = device_cpus,
};

/* Where the sentence for the user goes while a device is opened. */
struct complaint {
	const char *device;
	char *buf;
	size_t len;
};

__attribute__((format(printf, 3, 4)))
static enum capture_error complain(const struct complaint *to, enum capture_error why,
				   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to->buf, to->len, fmt, ap);
	va_end(ap);
	return why;
}

static enum capture_error device_open_fd(struct device *d, const struct complaint *to)
{
	d->fd = open(to->device, O_RDWR | O_CLOEXEC);
	if (d->fd >= 0)
		return CAPTURE_OK;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return device_diagnose("", to->device, to->buf, to->len);
	case EACCES:
	case EPERM:
		if (geteuid() != 0)
			return complain(to, CAPTURE_ERR_PERMISSION,
					"no permission to open %s: run falcoc as root (sudo falcoc ...)",
					to->device);
		return complain(to, CAPTURE_ERR_PERMISSION,
				"no permission to open %s although we are root: falcoc needs the "
				"capability CAP_SYS_ADMIN of the host, and a container must be "
				"given the device too", to->device);
	case EBUSY:
		return complain(to, CAPTURE_ERR_BUSY,
				"all places for consumers of %s are taken: end another falcoc first "
				"(fuser -v %s shows them)", to->device, to->device);
	case ENOMEM:
		return complain(to, CAPTURE_ERR_MEMORY, "the kernel has no memory to open %s",
				to->device);
	}
	return complain(to, CAPTURE_ERR_SYSTEM, "cannot open %s: %s", to->device,
			strerror(errno));
}

static enum capture_error device_hello(struct device *d, const struct complaint *to)
{
	struct falcoc_hello hello = {
		.size = sizeof(hello),
		.abi = FALCOC_ABI,
		.rec_size = sizeof(struct falcoc_rec),
		.events = FALCOC_E_COUNT,
	};

	if (ioctl(d->fd, FALCOC_IOC_HELLO, &hello) == 0)
		return CAPTURE_OK;
	if (errno == ENOTTY)
		return complain(to, CAPTURE_ERR_SYSTEM,
				"%s is not the device of the falcoc module: check --device, or remove "
				"what lies there and load the module (modprobe falcoc)", to->device);
	if (errno == EINVAL)	/* another size of the greeting: refused unread, with no version told */
		return complain(to, CAPTURE_ERR_ABI_OLD_MODULE,
				"the loaded module does not understand the greeting of this falcoc (%s, "
				"ABI %u): build both from one source, and load the module anew "
				"(rmmod falcoc; modprobe falcoc)", FALCOC_VERSION, FALCOC_ABI);
	if (errno != EPROTO)
		return complain(to, CAPTURE_ERR_SYSTEM, "%s does not answer: %s", to->device,
				strerror(errno));
	hello.version[sizeof(hello.version) - 1] = '\0';
	if (hello.abi > FALCOC_ABI || (hello.abi == FALCOC_ABI && hello.events > FALCOC_E_COUNT))
		return complain(to, CAPTURE_ERR_ABI_OLD_TOOL,
				"this falcoc (%s, ABI %u) is older than the loaded module (%s, ABI %u): "
				"upgrade the falcoc program", FALCOC_VERSION, FALCOC_ABI,
				hello.version, hello.abi);
	return complain(to, CAPTURE_ERR_ABI_OLD_MODULE,
			"the loaded module (%s, ABI %u) is older than this falcoc (%s, ABI %u): "
			"upgrade the module and load it anew (rmmod falcoc; modprobe falcoc)",
			hello.version, hello.abi, FALCOC_VERSION, FALCOC_ABI);
}

/* Memory that programs may still have; 0: not known. */
static unsigned long long available_mib(void)
{
	unsigned long long kib = 0;
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib >> 10;
}

static enum capture_error complain_memory(const struct complaint *to, const struct device *d)
{
	unsigned long long each = (unsigned long long)d->ring_bytes[FALCOC_CLASS_MAIN] +
				  d->ring_bytes[FALCOC_CLASS_PROC] +
				  d->ring_bytes[FALCOC_CLASS_DNS];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return complain(to, CAPTURE_ERR_MEMORY,
			"not enough memory for the rings: %ld CPUs x (%u + %u + %u KiB) = %llu MiB, and the "
			"machine has %llu MiB available: choose smaller ones (--ring-size)", cpus,
			d->ring_bytes[FALCOC_CLASS_MAIN] >> 10, d->ring_bytes[FALCOC_CLASS_PROC] >> 10,
			d->ring_bytes[FALCOC_CLASS_DNS] >> 10,
			((unsigned long long)cpus * each + (1u << 20) - 1) >> 20, available_mib());
}

/* Returns the smaller one of the two that events come in. */
static uint32_t ring_sizes(const struct capture_options *opt, uint32_t ret_bytes[FALCOC_CLASS_COUNT])
{
	uint32_t main = opt->main_ring_bytes ? opt->main_ring_bytes : MAIN_RING_BYTES;
	uint32_t proc = opt->proc_ring_bytes, dns = opt->dns_ring_bytes, smaller;

	if (!proc)
		proc = main / PROC_RING_SHARE;
	if (!opt->proc_ring_bytes && proc < PROC_RING_BYTES_MIN)
		proc = PROC_RING_BYTES_MIN;
	smaller = main < proc ? main : proc;
	if (!dns)
		dns = smaller < DNS_RING_BYTES ? smaller : DNS_RING_BYTES;
	ret_bytes[FALCOC_CLASS_MAIN] = main;
	ret_bytes[FALCOC_CLASS_PROC] = proc;
	ret_bytes[FALCOC_CLASS_DNS] = dns;
	return smaller;
}

uint64_t capture_ring_bytes(const struct capture_options *opt)
{
	uint32_t bytes[FALCOC_CLASS_COUNT];
	uint64_t all = 0;

	ring_sizes(opt, bytes);
	for (unsigned int cls = 0; cls < FALCOC_CLASS_COUNT; cls++)
		all += bytes[cls];
	return all;
}

static enum capture_error device_setup(struct device *d, const struct capture_options *opt,
				       const struct complaint *to)
{
	uint32_t *bytes = d->ring_bytes, smaller;
	struct falcoc_setup setup = { .size = sizeof(setup) };
	int err;

	smaller = ring_sizes(opt, bytes);
	memcpy(setup.ring_bytes, bytes, sizeof(setup.ring_bytes));
	setup.latency_us = opt->latency_us ? opt->latency_us : LATENCY_US;
	setup.watermark_bytes = opt->watermark_bytes;
	if (!setup.watermark_bytes)	/* of large rings still less than the smallest one's */
		setup.watermark_bytes = smaller / 8 < bytes[FALCOC_CLASS_DNS] / 2 ?
					smaller / 8 : bytes[FALCOC_CLASS_DNS] / 2;
	if (ioctl(d->fd, FALCOC_IOC_SETUP, &setup) < 0) {
		if (errno == ENOMEM)
			return complain_memory(to, d);
		if (errno == EINVAL)
			return complain(to, CAPTURE_ERR_SYSTEM,
					"the module does not take rings of %u and %u bytes with a watermark "
					"of %u and a latency of %u us: rings are powers of two from 128 KiB "
					"to 512 MiB, the watermark is no larger than a ring, the latency at "
					"most a second", bytes[0], bytes[1], setup.watermark_bytes,
					setup.latency_us);
		return complain(to, CAPTURE_ERR_SYSTEM, "cannot set up the rings of %s: %s",
				to->device, strerror(errno));
	}
	err = device_map_new(d);
	if (err == -ENOMEM || err == -EAGAIN)
		return complain_memory(to, d);
	if (err)
		return complain(to, CAPTURE_ERR_SYSTEM, "cannot map the rings of %s: %s",
				to->device, strerror(-err));
	return CAPTURE_OK;
}

static enum capture_error device_prepare(struct device *d, const struct complaint *to)
{
	struct falcoc_exclude excl = { .size = sizeof(excl) };
	struct epoll_event ev = { .events = EPOLLIN | EPOLLPRI };

	if (ioctl(d->fd, FALCOC_IOC_EXCLUDE, &excl) < 0)
		return complain(to, CAPTURE_ERR_SYSTEM, "cannot leave out our own events: %s",
				strerror(errno));
	d->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (d->epfd < 0 || epoll_ctl(d->epfd, EPOLL_CTL_ADD, d->fd, &ev) < 0)
		return complain(to, CAPTURE_ERR_SYSTEM, "cannot wait for %s: %s", to->device,
				strerror(errno));
	return CAPTURE_OK;
}

enum capture_error device_open(const struct capture_options *opt, struct capture **ret_capture,
			       char *errbuf, size_t errlen)
{
	struct complaint to = { opt->device ? opt->device : FALCOC_DEVICE, errbuf, errlen };
	struct device *d = calloc(1, sizeof(*d));
	enum capture_error why;

	if (!d)
		return complain(&to, CAPTURE_ERR_MEMORY, "no memory to open %s", to.device);
	d->base.ops = &device_ops;
	d->fd = d->epfd = -1;
	merge_init(&d->merge);
	why = device_open_fd(d, &to);
	if (!why)
		why = device_hello(d, &to);
	if (!why)
		why = device_setup(d, opt, &to);
	if (!why)
		why = device_prepare(d, &to);
	if (why) {
		device_free(&d->base);
		return why;
	}
	*ret_capture = &d->base;
	return CAPTURE_OK;
}
