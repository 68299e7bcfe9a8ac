// SPDX-License-Identifier: Apache-2.0
/*
 * scap_repeat.c - makes a long capture of a short one: scap_repeat CAPTURE TIMES >FILE
 *
 * The lists at its beginning once, its events so many times, each round later than the one before.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int is_event(uint32_t type)
{
	return type == 0x204 || type == 0x8010abcd || type == 0x208 || type == 0x216 ||
	       type == 0x217 || type == 0x221 || type == 0x222;
}

static uint64_t *time_of(char *block, uint32_t type)
{
	int flagged = type == 0x208 || type == 0x217 || type == 0x222;

	return (uint64_t *)(block + 8 + 2 + (flagged ? 4 : 0));
}

/* All of the file. NULL: it cannot be read. */
static char *read_file(const char *path, size_t *ret_len)
{
	gzFile gz = gzopen(path, "rb");
	size_t len = 0, room = 1 << 20;
	char *all = malloc(room);
	int n = 0;

	while (gz && all && (n = gzread(gz, all + len, (unsigned int)(room - len))) > 0) {
		len += (size_t)n;
		if (len == room)
			all = realloc(all, room *= 2);
	}
	if (gz)
		gzclose(gz);
	*ret_len = len;
	return gz && n == 0 ? all : NULL;
}

/* The blocks of one round, @shift later; the first one has the lists, too. */
static void write_round(const char *all, size_t len, int first, uint64_t shift, uint64_t *ret_last)
{
	static char block[1 << 20];
	uint32_t head[2];

	for (size_t at = 0; at + 12 <= len; at += head[1]) {
		uint64_t t;

		memcpy(head, all + at, sizeof(head));
		if (head[1] < 12 || head[1] > len - at)
			return;
		if (!is_event(head[0]) || head[1] > sizeof(block) || head[1] < 40) {
			if (first)
				fwrite(all + at, 1, head[1], stdout);
			continue;
		}
		memcpy(block, all + at, head[1]);
		memcpy(&t, time_of(block, head[0]), sizeof(t));
		*ret_last = t > *ret_last ? t : *ret_last;
		t += t ? shift : 0;
		memcpy(time_of(block, head[0]), &t, sizeof(t));
		fwrite(block, 1, head[1], stdout);
	}
}

int main(int argc, char **argv)
{
	uint64_t last = 0, shift = 0;
	size_t len;
	char *all = argc == 3 ? read_file(argv[1], &len) : NULL;

	if (!all) {
		fprintf(stderr, "usage: scap_repeat CAPTURE TIMES >FILE\n");
		return 2;
	}
	for (int i = 0; i < atoi(argv[2]); i++) {
		write_round(all, len, i == 0, shift, &last);
		shift += 60000000000;
	}
	free(all);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
