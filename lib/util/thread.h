/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread.h - threads beside the one that judges events
 *
 * Signals are that one's, who reads them from a signalfd. A thread that took one would end the
 * program: so whoever makes a thread makes it here, where it is born with all of them blocked.
 */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>

/* Runs @fn(@arg) in a thread of its own, which no signal is for. 0 or a negative errno. */
int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg);

#endif
