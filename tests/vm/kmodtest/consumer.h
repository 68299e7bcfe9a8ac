/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consumer.h - what the parts of kmodtest share: checks, and a consumer of the module
 *
 * This consumer is smaller than the real one (lib/capture) and shares nothing with it, so
 * that a mistake in how the contract is read does not hide in both.
 */
#ifndef KMODTEST_CONSUMER_H
#define KMODTEST_CONSUMER_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "falcoc.h"

#define CPUS_MAX 64

extern unsigned int passed, failed;

/* Prints PASS or FAIL and what was checked; returns ok. */
__attribute__((format(printf, 3, 4)))
bool check_at(int line, bool ok, const char *fmt, ...);
#define check(ok, ...) check_at(__LINE__, ok, __VA_ARGS__)

struct ring {
	const struct falcoc_producer *producer;
	struct falcoc_consumer *consumer;
	const uint8_t *data;
	uint32_t bytes;
	uint64_t read;		/* records */
	uint32_t seq;
};

struct consumer {
	int fd;
	uint32_t ring_bytes;
	struct ring rings[CPUS_MAX][FALCOC_CLASS_COUNT];
	uint64_t ev_read[FALCOC_E_COUNT];
	struct falcoc_mask mask;
};

struct falcoc_hello hello_make(void);
struct falcoc_setup setup_make(uint32_t ring_bytes);
/* NULL: it was refused. */
void *ring_map(int fd, size_t len, int prot, unsigned int cpu, int cls, int region);
/* Maps the rings of the CPUs that have some and are not mapped yet. */
bool consumer_map(struct consumer *c);
/* Opened, set up and mapped, not started. */
bool consumer_open(struct consumer *c, uint32_t ring_bytes);
void consumer_close(struct consumer *c);
int consumer_mask(struct consumer *c, uint32_t flags, const int *events);
#define MASK(c, flags, ...) consumer_mask(c, flags, (const int[]){ __VA_ARGS__, -1 })

typedef bool (*record_fn)(const struct falcoc_rec *rec, void *arg);

/* Reads all that is there, and checks its form. True: the function said so of some record. */
bool consumer_read(struct consumer *c, record_fn fn, void *arg);

const struct falcoc_attr *attr_find(const struct falcoc_rec *rec, int id);
/* Its payload, or NULL. */
const void *attr(const struct falcoc_rec *rec, int id);
const char *str(const struct falcoc_rec *rec, int id);
bool is(const struct falcoc_rec *rec, int id, const char *want);

/* The last record in time of an event by a process, copied: what it was made from goes on. */
struct wanted {
	int event;
	uint32_t pid, tid;	/* 0: anybody's */
	union {
		struct falcoc_rec rec;
		uint8_t bytes[FALCOC_REC_MAX];
	};
	unsigned int count;
};

/* For consumer_read(), with a struct wanted. */
bool want_record(const struct falcoc_rec *rec, void *arg);
/* Waits for the event by poll(2), up to a few seconds; NULL: it did not come. pid 0: anybody's. */
const struct falcoc_rec *wait_record(struct consumer *c, int event, uint32_t pid);
/* Likewise, of one thread: of several that come together, the latest is told and the others are gone. */
const struct falcoc_rec *wait_record_by(struct consumer *c, int event, uint32_t tid);

/* Names of events, and those that wait_record() found. */
extern const char *const event_names[FALCOC_E_COUNT];
extern bool event_checked[FALCOC_E_COUNT];

uint64_t now_ns(void);	/* CLOCK_BOOTTIME */
/* So many of what is done often; a quarter where QUICK is in the environment (tests/all.sh). */
unsigned int often(unsigned int n);
uint32_t ns_inode(const char *name);	/* of our own namespace: "mnt" */
char task_state(pid_t tid);	/* of a thread of ours, as its stat has it: 'S', 'Z'; 0: there is none */
/* Runs fn in a child and waits for it. */
pid_t in_child(void (*fn)(void *), void *arg);

/*
 * Stops it, reads the rest: produced = read + dropped, for each event. Returns how many were
 * dropped.
 */
uint64_t check_exact(struct consumer *c, const char *what);
/* Who was dropped adds up to what was dropped. For one that is stopped. */
void check_droppers(struct consumer *c, const char *what);

/* The parts. c is started, with rings large enough. */
void print_args(void);
void test_device(void);
void test_refusals(struct consumer *c);
void test_files(struct consumer *c);
void test_sockets(struct consumer *c);
void test_processes(struct consumer *c);
void test_calls(struct consumer *c);
void test_typed(struct consumer *c);
void test_sweep(struct consumer *c);
void test_uring(struct consumer *c);
void test_truth(struct consumer *c);
void test_truth_used(struct consumer *c);
void test_truth_held(struct consumer *c);
void test_flight(struct consumer *c);
void test_predicate(struct consumer *c);
void test_dns(struct consumer *c);
void test_dns_meter(struct consumer *c, uint64_t message_ns);	/* a part of test_dns() */
/* May one sender send so many large messages in that time, and none is refused? */
bool dns_meter_fits(uint64_t messages, uint64_t ns);
/* No test: does things by a ring with these flags, for others to see. Its exit status. */
int do_by_uring(unsigned int flags);
void test_load(void);
void test_loss(void);
/* Nonsense of all kinds, the same for the same seed; more rounds are more of it. */
void test_fuzz(uint64_t seed, unsigned int rounds);

/* Commands of their own: they get what follows their name, and return an exit status. */
int command_fuzz(char **args);
int command_record(char **args);
int command_faults(char **args);
int command_kill(char **args);
int command_churn(char **args);
int command_reload(char **args);

#endif
