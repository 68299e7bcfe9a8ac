// SPDX-License-Identifier: Apache-2.0
/*
 * typed.c - each event with parameters of its own, compared with another door
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "typed.h"

void mask_all(struct consumer *c, uint32_t snap)
{
	c->mask = (struct falcoc_mask){ .size = sizeof(c->mask), .snap_bytes = snap };
	for (int e = 0; e < FALCOC_E_COUNT; e++) {
		c->mask.exit[e / 64] |= 1ull << (e % 64);
		if (snap)
			c->mask.data[e / 64] |= 1ull << (e % 64);
	}
	check(!ioctl(c->fd, FALCOC_IOC_MASK, &c->mask), "mask of all events");
}

const struct falcoc_rec *made_at(int line, struct consumer *c, int event, const char *name, long ret)
{
	static const struct falcoc_rec none;
	long res = ret == -1 ? -errno : ret;
	const struct falcoc_rec *rec = wait_record(c, event, getpid());

	check_at(line, rec && rec->res == res, "%s: result %ld, recorded %lld", name, res,
		 rec ? (long long)rec->res : 0);
	return rec ?: &none;
}

bool fd_is(const struct falcoc_rec *rec, int id, int fd)
{
	const struct falcoc_fd *a = attr(rec, id);
	struct stat st;

	if (!a || fstat(fd, &st))
		return false;
	/* since 6.16 fstat hides that files of the kernel's own pass for regular ones */
	if (!(st.st_mode & S_IFMT))
		st.st_mode |= a->mode & S_IFMT;
	return a->fd == fd && a->ino == st.st_ino && a->mode == st.st_mode &&
	       makedev(a->dev >> 20, a->dev & 0xfffff) == st.st_dev;
}

uint64_t out(const struct falcoc_rec *rec, unsigned int i)
{
	const struct falcoc_attr *a = attr_find(rec, FALCOC_A_OUT);

	return a && a->len >= (i + 1) * 8 ? ((const uint64_t *)(a + 1))[i] : 0x1badbadbadbadull;
}

bool bytes_are(const struct falcoc_rec *rec, int id, const void *want, size_t len)
{
	const struct falcoc_attr *a = attr_find(rec, id);

	return a && a->len == len && !memcmp(a + 1, want, len);
}

void test_typed(struct consumer *c)
{
	int null = open("/dev/null", O_WRONLY);

	mask_all(c, 64);
	typed_files(c);
	typed_sockets(c);
	typed_process(c);
	typed_system(c);
	mask_all(c, 0);
	/* pwrite: what is printed here is written, too */
	check(!attr(MADE(c, PWRITE, pwrite(null, "some", 4, 0)), FALCOC_A_DATA),
	      "no data where nobody wants them");
	close(null);
	MASK(c, 0, -1);
}
