/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life.h - does a run go on? The kernel knows: a run holds a lock, which goes with it however it ends
 *
 * The lock is on one byte, that of the run's number, of an empty file beside the store
 * ("alerts.db-runs"). Its inode's number stands in the run's row: where another file has its place, as
 * in a copy of a store, nothing is known. (SQLite's WAL is of one machine, too: a store is never shared
 * over a network.)
 */
#ifndef STORE_LIFE_H
#define STORE_LIFE_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* A note for the run's row, and the lock, to be closed at the end; -1 and {}: it cannot be had. */
int life_hold(const char *store_path, int64_t run, char *ret_note, size_t size);

/* Of a run that did not tell of its end, by that note. */
enum store_life life_of(const char *store_path, int64_t run, const char *note);

#endif
