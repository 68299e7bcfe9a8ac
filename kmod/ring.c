// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c - one ring of records, shared with a consumer by mmap
 *
 * Here are the memory, the positions and the mappings. What a record looks like is
 * known to record.c, who is woken up when to consumer.c.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat/mm.h"
#include "ring.h"

#define RING_GFP (GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

static bool ring_alloc_data(struct ring *ring, int node)
{
	unsigned int i, n = ring->bytes >> PAGE_SHIFT;

	ring->pages = kvcalloc(2 * n, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages)
		return false;
	for (i = 0; i < n; i++) {
		ring->pages[i] = alloc_pages_node(node, RING_GFP, 0);
		if (!ring->pages[i])
			return false;
		ring->pages[n + i] = ring->pages[i];
	}
	ring->data = vmap(ring->pages, 2 * n, VM_MAP, PAGE_KERNEL);
	return ring->data;
}

static void ring_free_data(struct ring *ring)
{
	unsigned int i, n = ring->bytes >> PAGE_SHIFT;

	if (ring->data)
		vunmap(ring->data);
	for (i = 0; ring->pages && i < n && ring->pages[i]; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
}

struct ring *ring_new(u32 bytes, int node)
{
	struct ring *ring = kzalloc_node(sizeof(*ring), GFP_KERNEL, node);

	if (!ring)
		return NULL;
	ring->bytes = bytes;
	ring->producer_page = alloc_pages_node(node, RING_GFP, 0);
	ring->consumer_page = alloc_pages_node(node, RING_GFP, 0);
	if (!ring->producer_page || !ring->consumer_page || !ring_alloc_data(ring, node)) {
		ring_free(ring);
		return NULL;
	}
	ring->producer = page_address(ring->producer_page);
	ring->consumer = page_address(ring->consumer_page);
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	ring_free_data(ring);
	if (ring->consumer_page)
		__free_page(ring->consumer_page);
	if (ring->producer_page)
		__free_page(ring->producer_page);
	kfree(ring);
}

u64 ring_tail(const struct ring *ring)
{
	/* pairs with the consumer's store-release: it has read what lies before */
	return smp_load_acquire(&ring->consumer->tail);
}

int ring_reserve(const struct ring *ring, u32 keep, u8 **ret_place, u64 *ret_used)
{
	u64 tail = ring_tail(ring);
	u64 used = ring->head - tail;

	if (unlikely(tail % FALCOC_ALIGN || tail > ring->head || used > ring->bytes))
		return -ERANGE;
	*ret_place = ring->data + (ring->head & (ring->bytes - 1));
	*ret_used = used;
	if (used + keep > ring->bytes)
		return 0;
	return min_t(u64, ring->bytes - used - keep, FALCOC_REC_MAX);
}

void ring_commit(struct ring *ring, u32 bytes)
{
	ring->seq++;
	ring->head += bytes;
	/* pairs with the consumer's load-acquire: it sees the record when it sees head */
	smp_store_release(&ring->producer->head, ring->head);
}

void ring_tell_drop(struct ring *ring)
{
	ring_set_drops(ring, ring->dropped + 1);
}

void ring_set_drops(struct ring *ring, u64 dropped)
{
	ring->dropped = dropped;
	WRITE_ONCE(ring->producer->dropped, dropped);
}

bool ring_has_data(const struct ring *ring)
{
	return READ_ONCE(ring->producer->head) != READ_ONCE(ring->consumer->tail);
}

static int ring_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long n)
{
	unsigned long i;
	int err;

	if (vma->vm_end - vma->vm_start != n << PAGE_SHIFT)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		err = vm_insert_page(vma, vma->vm_start + (i << PAGE_SHIFT), pages[i]);
		if (err)
			return err;
	}
	return 0;
}

int ring_mmap(const struct ring *ring, enum falcoc_region region, struct vm_area_struct *vma)
{
	unsigned long forbidden = VM_EXEC | (region == FALCOC_REGION_CONSUMER ? 0 : VM_WRITE);
	struct page *page;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & forbidden)
		return -EPERM;
	/* the MAY flags keep mprotect() from adding later what was refused here */
	compat_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY,
			    VM_MAYEXEC | (forbidden & VM_WRITE ? VM_MAYWRITE : 0));
	switch (region) {
	case FALCOC_REGION_PRODUCER:
		page = ring->producer_page;
		return ring_map_pages(vma, &page, 1);
	case FALCOC_REGION_CONSUMER:
		page = ring->consumer_page;
		return ring_map_pages(vma, &page, 1);
	case FALCOC_REGION_DATA:
		return ring_map_pages(vma, ring->pages, 2 * (ring->bytes >> PAGE_SHIFT));
	default:
		return -EINVAL;
	}
}
