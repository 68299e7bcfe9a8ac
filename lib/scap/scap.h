/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scap.h - captures in Falco's format as events
 *
 * What such a file does not say outright, because its writer expected the reader to add it up, is
 * added up here: who the threads are, what their descriptors stand for. Each event is then
 * written as a record and decoded as any other; what has no place in one is in
 * event.foreign. Times are those of the capture: a record's CLOCK_BOOTTIME is its wall clock.
 *
 *	input.c		blocks out of a file
 *	convert.c	events taken apart, old ones made new ones
 *	meta.c		the lists at a file's beginning
 *	threads.c	the tables
 *	parse.c		what an event changes in them
 *	sock.c		likewise of sockets
 *	parse_proc.c	likewise of processes
 *	translate.c	an event as a record
 *	quick.c		the commonest events, where nobody wants them
 *	look.c		what fields look up beyond that
 *	scap.c		all together
 *	types.c conversions.c	data
 */
#ifndef SCAP_SCAP_H
#define SCAP_SCAP_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/eventset.h"

struct scap;

struct scap_stats {
	uint64_t bytes;			/* of blocks, unpacked */
	uint64_t events;		/* in the file */
	uint64_t given;			/* of these, those that scap_next() gave out */
	uint64_t passed;		/* those that it did not, because nobody wants them */
	uint64_t unknown_blocks, unknown_events;	/* skipped by their length */
	uint64_t bad_events;		/* that made no sense, left out */
	uint64_t refused;		/* threads, files and texts beyond the bounds */
	uint64_t drops;			/* times that the writer itself said it lost events */
};

/*
 * Reads @fd, which is taken over in any case. 0 or a negative errno; -EBADMSG: it is no capture,
 * and *ret_why says so.
 */
int scap_open(int fd, struct scap **ret_scap, const char **ret_why);
void scap_free(struct scap *s);	/* takes NULL */

/*
 * 1: *ret_event is filled, valid until the next call; 0: the end; -ENODATA: the file was cut, all
 * that is whole has been given out; -EBADMSG: it holds nonsense from here on (scap_fault()); or
 * another negative errno.
 *
 * Events with FALCOC_R_LIFECYCLE are for the state only: they tell of processes.
 */
int scap_next(struct scap *s, struct event *ret_event);
/*
 * From now on only these are given out (those of @events at the exit of calls). The others are taken
 * into the tables as before, and counted: evt.num stays what it was. After many of these in a row an
 * item EVENT_ITEM_PAUSE is given out.
 */
void scap_set_wants(struct scap *s, const struct eventset *events);
/* Of how many events of that type nobody wanted to know. */
uint64_t scap_passed_over(const struct scap *s, unsigned int event);
const char *scap_fault(const struct scap *s);
/* While it waits for bytes of a pipe, scap_next() gives -EINTR once @fd is readable; -1: never more. */
void scap_break(struct scap *s, int fd);
/* A falcoc that writes its records in another way made the file: only what others see is read. */
bool scap_is_other_falcoc(const struct scap *s);

void scap_stats(const struct scap *s, struct scap_stats *ret_stats);
/* Percent of the file read so far; -1: not known. */
int scap_percent(const struct scap *s);
/* Number of CPUs of the captured machine; 0: not told. */
unsigned int scap_cpus(const struct scap *s);

#endif
