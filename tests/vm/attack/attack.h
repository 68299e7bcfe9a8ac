/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack.h - what the attacks share
 *
 * An attack is a function that does one thing in a way that is meant to fool who watches. It
 * tells what it knows to be so by facts, lines KEY=VALUE on stdout, which the expectations of
 * *.cases may name as {KEY}. It ends with 0 if it did what it was to do, CANNOT if the kernel does
 * not have what it needs, and anything else if it failed.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define CANNOT 77

struct attack {
	const char *name;
	int (*run)(int argc, char **argv);	/* argv[0] is the name */
};

/* Each file's attacks; the last one has no name. */
extern const struct attack attacks_file[], attacks_exec[], attacks_net[], attacks_race[],
	attacks_call[], attacks_sister[], attacks_blind[], attacks_dns[];

void fact(const char *key, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Says why and returns CANNOT. */
int cannot(const char *why);
/* Ends the program with a line that says what failed, unless ok. */
void must(bool ok, const char *what);
/* open and close; true if it could be opened. */
bool touch_path(const char *path, int flags);
/* A child runs f(arg) and ends with its value; returns that. */
int in_child(int (*f)(void *arg), void *arg);

/*
 * Straddle: a buffer whose last bytes lie in a page that is not there yet. When the kernel,
 * reading it, comes to that page, the bytes before it, which it has read already, are
 * replaced. So the kernel works with `real`, and memory says `lie` ever after.
 */
struct straddle {
	void *at;	/* give this to the kernel */
	size_t size;
	size_t tail;	/* bytes that lie in the second page */
	const void *lie;
	uint8_t *page;	/* two of them */
	uint8_t *filled;	/* what the second will hold */
	int uffd;
};

/* Starts the thread that waits for the kernel. False: no userfaultfd here. */
bool straddle_init(struct straddle *s, const void *real, const void *lie, size_t size,
		   size_t tail);

#endif
