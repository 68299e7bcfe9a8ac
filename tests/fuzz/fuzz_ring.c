// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as the contents of two rings: the first two say how far the heads are and whether the
 * headers are repaired, so that the fuzzer gets past the sequence numbers and lengths.
 */
#include <stdint.h>
#include <string.h>

#include "capture/merge.h"
#include "../unit/fakering.h"

#define SIZE	(128u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives consecutive records the numbers and, where it is nonsense, the length that they need. */
static void repair(struct fakering *f, uint64_t len)
{
	struct falcoc_rec *rec;
	uint32_t seq = 0;

	for (uint64_t pos = 0; pos + sizeof(*rec) <= len; pos += rec->len) {
		rec = (struct falcoc_rec *)(f->data + pos);
		rec->seq = seq++;
		rec->event %= FALCOC_E_COUNT;
		rec->comm[FALCOC_COMM_LEN - 1] = '\0';
		rec->len &= ~7u;
		if (rec->len < sizeof(*rec) || rec->len > len - pos || rec->len > FALCOC_REC_MAX)
			rec->len = (uint32_t)(len - pos < FALCOC_REC_MAX ? len - pos : FALCOC_REC_MAX);
	}
}

/* Reads all that a decoded event shows, for the sanitizers to watch. */
static unsigned int look_at(const struct event *ev)
{
	unsigned int sum = ev->rec->pid;

	for (int i = 0; i < FALCOC_A_COUNT; i++) {
		const struct falcoc_attr *a = ev->attr[i];

		for (uint32_t k = 0; a && k < a->len; k++)
			sum += ((const unsigned char *)(a + 1))[k];
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fakering f[2];
	static volatile unsigned int sink;
	struct merge m;
	struct event ev;

	if (size < 2 || size - 2 > SIZE)
		return 0;
	merge_init(&m);
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t len = (size - 2) & ~7ull;

		if (!f[i].data)
			fakering_init(&f[i], SIZE, i, i);
		memset(f[i].data, 0, SIZE);
		memcpy(f[i].data, data + 2, size - 2);
		ring_init(&f[i].ring, &f[i].producer, &f[i].consumer, f[i].data, SIZE);
		f[i].ring.cpu = f[i].ring.cls = i;
		f[i].consumer.tail = 0;
		f[i].producer.head = len + (data[i] & 0x7f) % 16;
		if (data[i] & 0x80) {
			repair(&f[i], len);
			f[i].producer.head = len;
		}
		if (merge_add(&m, &f[i].ring) < 0)
			return 0;
	}
	/* a process ring emptied before its turn gives the same */
	if (data[0] & 0x40)
		ring_set_aside(&f[1].ring, SIZE);
	while (merge_next(&m, &ev) == 1)
		sink += look_at(&ev);
	for (unsigned int i = 0; i < 2; i++)
		ring_release(&f[i].ring);
	merge_release(&m);
	return 0;
}
