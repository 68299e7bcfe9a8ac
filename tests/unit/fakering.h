/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakering.h - a ring as the module makes one, in our own memory, and its producer
 *
 * The data pages are mapped twice in a row, as the module's are. The producer
 * follows the contract of falcoc.h: it writes, then stores head (release), and
 * drops where the tail (acquire) leaves no room. Errors of the system abort.
 */
#ifndef TESTS_FAKERING_H
#define TESTS_FAKERING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "capture/ring.h"
#include "falcoc.h"

struct fakering {
	struct falcoc_producer producer;
	struct falcoc_consumer consumer;
	unsigned char *data;	/* writable here; the ring sees it const */
	uint64_t size;
	uint32_t seq;
	uint64_t produced, dropped;
	struct ring ring;
};

static inline void fakering_init(struct fakering *f, uint64_t size, unsigned int cpu,
				 unsigned int cls)
{
	int fd = memfd_create("fakering", MFD_CLOEXEC);
	unsigned char *at;

	*f = (struct fakering){ .size = size };
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		abort();
	at = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		abort();
	for (int i = 0; i < 2; i++)
		if (mmap(at + (uint64_t)i * size, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			abort();
	close(fd);
	f->data = at;
	ring_init(&f->ring, &f->producer, &f->consumer, f->data, size);
	f->ring.cpu = cpu;
	f->ring.cls = cls;
}

static inline void fakering_release(struct fakering *f)
{
	ring_release(&f->ring);
	munmap(f->data, 2 * f->size);
}

static inline uint64_t fakering_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/*
 * A record with @text (its NUL counted) as its PATH0; NULL: none. False: there was no room.
 */
static inline bool fakering_put(struct fakering *f, enum falcoc_event event, uint64_t time_ns,
				uint32_t pid, const char *text)
{
	size_t textlen = text ? strlen(text) + 1 : 0;
	size_t padded = (textlen + FALCOC_ALIGN - 1) / FALCOC_ALIGN * FALCOC_ALIGN;
	uint64_t tail = __atomic_load_n(&f->consumer.tail, __ATOMIC_ACQUIRE);
	uint64_t head = f->producer.head;
	struct falcoc_rec rec = {
		.len = (uint32_t)(sizeof(rec) + (text ? sizeof(struct falcoc_attr) + padded : 0)),
		.time_ns = time_ns,
		.event = (uint16_t)event,
		.nattrs = text != NULL,
		.pid = pid,
		.tid = pid,
		.cpu = f->ring.cpu,
		.comm = "fake",
	};
	struct falcoc_attr attr = { FALCOC_A_PATH0, 0, (uint32_t)textlen };
	unsigned char *at = f->data + (head & (f->size - 1));

	f->produced++;
	if (head + rec.len - tail > f->size) {
		f->dropped++;
		return false;
	}
	rec.seq = f->seq++;
	memcpy(at, &rec, sizeof(rec));
	if (text) {
		at += sizeof(rec);
		memcpy(at, &attr, sizeof(attr));
		at += sizeof(attr);
		memset(at, 0, padded);
		memcpy(at, text, textlen);
	}
	__atomic_store_n(&f->producer.head, head + rec.len, __ATOMIC_RELEASE);
	return true;
}

#endif
