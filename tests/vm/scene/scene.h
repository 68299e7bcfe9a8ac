/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h - the parts of the program that makes the world of the tests of names; main.c tells its commands
 */
#ifndef SCENE_H
#define SCENE_H

#include <stddef.h>
#include <stdint.h>

/* Each takes the words after its own, and returns an exit status. */
int scene_serve(char **args);
int scene_sink(char **args);
int scene_load(char **args);
int scene_stamp(char **args);
int scene_lookup(char **args);

#define SCENE_GARBAGE	1	/* no right answer */
#define SCENE_SAME	2	/* each lookup is told the same */

/* One message of a client in, one of the server out; 0: no answer. */
size_t scene_answer(const unsigned char *query, size_t len, int tcp, unsigned how,
		    unsigned char *answer, size_t size);
/* Before the first answer: TTLs are 1 to @ttl_max. 0 or negative errno. */
int scene_answer_init(unsigned ttl_max);

/* Prints what c-ares says of a name, one address a line; 0 if there is one. */
int scene_lookup_cares(const char *name);

uint64_t scene_now_ns(void); /* by the wall clock */

#endif
