// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as the pages of a bbolt database, behind a first one that names page 1 as its root: values
 * are looked for, and buckets listed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "state/bolt.h"

#define PAGE	512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_meta(char *page)
{
	uint32_t words[4] = { 0xed0cdaed, 2, PAGE, 0 };
	uint64_t h = 0xcbf29ce484222325ull, root = 1, txid = 1;

	memset(page, 0, PAGE);
	page[8] = 4;
	memcpy(page + 16, words, 16);
	memcpy(page + 32, &root, 8);
	memcpy(page + 64, &txid, 8);
	for (int i = 16; i < 72; i++)
		h = (h ^ (unsigned char)page[i]) * 0x100000001b3ull;
	memcpy(page + 72, &h, 8);
}

static void add_up(void *arg, struct slice key, struct slice value)
{
	size_t *sum = arg;

	for (size_t i = 0; i < key.len; i++)
		*sum += (unsigned char)key.ptr[i];
	for (size_t i = 0; i < value.len; i++)
		*sum += (unsigned char)value.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice keys[] = { SLICE_LIT("a"), SLICE_LIT("b"), SLICE_LIT("c") };
	int fd = memfd_create("bolt", MFD_CLOEXEC);
	size_t len, sum = 0;
	char page[PAGE], *value;

	if (fd < 0)
		abort();
	make_meta(page);
	if (write(fd, page, PAGE) != PAGE || write(fd, data, size) != (ssize_t)size)
		abort();
	for (size_t n = 0; n <= 3; n++) {
		if (n && bolt_get(fd, keys, n, &value, &len) == 0) {
			if (value[len])
				abort();
			free(value);
		}
		bolt_each(fd, keys, n, add_up, &sum);
	}
	close(fd);
	return 0;
}
