// SPDX-License-Identifier: Apache-2.0
/*
 * driver.c - runs a fuzz target without libFuzzer: driver RUNS FILE...
 *
 * Each file as it is, each of its beginnings up to 64 bytes, then RUNS mutations of it.
 * The mutations come from a fixed seed, so that a failure comes again. On a crash the input
 * stands in the file crash-input of the current directory.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX	65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static uint64_t rng_state = 0x9e3779b97f4a7c15ull;

static uint64_t rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state;
}

/* The target gets a copy of exactly its size, so that reading past the end is noticed. */
static void try_input(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int fd = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (!copy || fd < 0 || write(fd, data, size) != (ssize_t)size) {
		perror("crash-input");
		exit(2);
	}
	close(fd);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

/* Changes, drops, doubles or inserts a few bytes. Returns the new size. */
static size_t mutate(uint8_t *data, size_t size)
{
	static const uint8_t odd[] = { 0, 0xff, 0x7f, 0x80, '"', '\'', '(', ')', '[', '\n', ',', '%' };
	unsigned int changes = 1 + rng() % 8;

	while (changes--) {
		size_t at = size ? rng() % size : 0, n = 1 + rng() % 16;

		if (n > size - at)
			n = size - at;
		switch (rng() % 5) {
		case 0:
			if (size)
				data[at] = (uint8_t)rng();
			break;
		case 1:
			if (size)
				data[at] = odd[rng() % sizeof(odd)];
			break;
		case 2:
			memmove(data + at, data + at + n, size - at - n);
			size -= n;
			break;
		case 3:
			if (size + n <= INPUT_MAX) {
				memmove(data + at + n, data + at, size - at);
				size += n;
			}
			break;
		case 4:
			size = size ? at : 0;
			break;
		}
	}
	return size;
}

static int run_file(const char *path, unsigned long runs)
{
	static uint8_t seed[INPUT_MAX], work[INPUT_MAX];
	FILE *f = fopen(path, "re");
	size_t size;

	if (!f) {
		perror(path);
		return 2;
	}
	size = fread(seed, 1, sizeof(seed), f);
	fclose(f);
	try_input(seed, size);
	for (size_t n = 0; n < size && n < 64; n++)
		try_input(seed, n);
	while (runs--) {
		memcpy(work, seed, size);
		try_input(work, mutate(work, size));
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long runs;

	if (argc < 2) {
		fprintf(stderr, "usage: %s RUNS FILE...\n", argv[0]);
		return 2;
	}
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	runs = strtoul(argv[1], NULL, 10);
	try_input((const uint8_t *)"", 0);
	for (int i = 2; i < argc; i++)
		if (run_file(argv[i], runs))
			return 2;
	unlink("crash-input");
	return 0;
}
