// SPDX-License-Identifier: Apache-2.0
/*
 * recorder.c - a consumer that wants everything, for as long as it is let live
 *
 * All events, at entry and at exit, of kernel threads too, with the bytes of buffers; each record is
 * looked at. At the end it must add up. Under a flood there may be losses: they are counted.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "consumer.h"

#define RING_BYTES (8u << 20)
#define SNAP_BYTES 512

/* Attributes one after another, known ones, none beyond the end, padded with zeros. */
static bool record_sane(const struct falcoc_rec *rec, void *arg)
{
	const uint8_t *p = (const uint8_t *)(rec + 1), *end = (const uint8_t *)rec + rec->len;
	const struct falcoc_attr *a;
	unsigned int n, i;
	uint64_t *records = arg;

	++*records;
	for (n = 0; p < end; n++) {
		a = (const void *)p;
		if ((size_t)(end - p) < sizeof(*a) || a->len > (size_t)(end - p) - sizeof(*a))
			break;
		if (a->id == FALCOC_A_NONE || a->id >= FALCOC_A_COUNT)
			break;
		p = (const uint8_t *)(a + 1);
		for (i = a->len; i % FALCOC_ALIGN; i++)
			if (p[i])
				return check(false, "event %u: attribute %u padded with zeros", rec->event, a->id);
		p += i;
	}
	if (p != end || n != rec->nattrs)
		check(false, "event %u: a sane attribute %u of %u", rec->event, n, rec->nattrs);
	return false;
}

static bool want_all(struct consumer *c)
{
	struct falcoc_info info = { .size = sizeof(info) };

	if (ioctl(c->fd, FALCOC_IOC_INFO, &info))
		return false;
	c->mask = (struct falcoc_mask){ .size = sizeof(c->mask), .snap_bytes = SNAP_BYTES,
					.flags = FALCOC_MASK_F_LIFECYCLE | FALCOC_MASK_F_KTHREADS };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (!(info.events[e / 64] >> (e % 64) & 1))
			continue;
		c->mask.exit[e / 64] |= 1ull << (e % 64);
		c->mask.enter[e / 64] |= 1ull << (e % 64);
		c->mask.data[e / 64] |= 1ull << (e % 64);
	}
	return !ioctl(c->fd, FALCOC_IOC_MASK, &c->mask);
}

static volatile sig_atomic_t ends;

static void end(int sig)
{
	(void)sig;
	ends = 1;
}

/* The killer of those who take too much memory is to take others. */
static void stay_alive(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (write(fd, "-1000", 5) != 5)
		perror("oom_score_adj");
	close(fd);
}

int command_record(char **args)
{
	static struct falcoc_stats s, sum;
	struct falcoc_exclude exclude = { .size = sizeof(exclude) };
	struct pollfd pfd = { .events = POLLIN | POLLPRI };
	static struct consumer c;
	uint64_t records = 0;	/* all but what is read at the end */

	(void)args;
	signal(SIGTERM, end);
	stay_alive();
	if (!check(consumer_open(&c, RING_BYTES) && !ioctl(c.fd, FALCOC_IOC_EXCLUDE, &exclude) &&
		   want_all(&c) && !ioctl(c.fd, FALCOC_IOC_START), "a consumer that wants everything"))
		return 1;
	pfd.fd = c.fd;
	while (!ends && !failed) {
		if (poll(&pfd, 1, 200) > 0 && pfd.revents & POLLPRI)
			check(consumer_map(&c), "rings of a CPU that came online");
		consumer_read(&c, record_sane, &records);
	}
	/* the rest of the rings belongs to what is read */
	check_exact(&c, "everything recorded");
	for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff, .cls = cls };
		check(!ioctl(c.fd, FALCOC_IOC_STATS, &s), "STATS of class %d", cls);
		sum.bad_tail += s.bad_tail;
		sum.faults += s.faults;
		sum.dropped_full += s.dropped_full;
		sum.dropped_nested += s.dropped_nested;
		sum.dropped_noring += s.dropped_noring;
	}
	printf("# read %llu records before the end; bad tails %llu, unreadable strings %llu; "
	       "dropped: full %llu, nested %llu, no ring %llu\n",
	       (unsigned long long)records, (unsigned long long)sum.bad_tail,
	       (unsigned long long)sum.faults, (unsigned long long)sum.dropped_full,
	       (unsigned long long)sum.dropped_nested, (unsigned long long)sum.dropped_noring);
	consumer_close(&c);
	return failed != 0;
}
