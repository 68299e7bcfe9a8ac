/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typed.h - for the checks of one event each: make the call, wait for its record
 *
 *	rec = MADE(c, DUP2, syscall(SYS_dup2, fd, 77));
 *	check(fd_is(rec, FALCOC_A_FD, 77), "dup2: the new descriptor");
 *
 * MADE has checked that there is a record and that its result is the call's.
 */
#ifndef KMODTEST_TYPED_H
#define KMODTEST_TYPED_H

#include "consumer.h"

/* All events, data of all, snap bytes of them. */
void mask_all(struct consumer *c, uint32_t snap);

/* ret as syscall(2) gave it. Never NULL: where none came, a record without anything. */
const struct falcoc_rec *made_at(int line, struct consumer *c, int event, const char *name, long ret);
#define MADE(c, event, call) made_at(__LINE__, c, FALCOC_E_##event, #event, call)

/* The attribute (FD or FD2) is what fstat(2) says of fd. */
bool fd_is(const struct falcoc_rec *rec, int id, int fd);
/* Number i of OUT; a number that no call has where there is none. */
uint64_t out(const struct falcoc_rec *rec, unsigned int i);
bool bytes_are(const struct falcoc_rec *rec, int id, const void *want, size_t len);

void typed_files(struct consumer *c);
void typed_sockets(struct consumer *c);
void typed_process(struct consumer *c);
void typed_system(struct consumer *c);

#endif
