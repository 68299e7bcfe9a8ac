// SPDX-License-Identifier: Apache-2.0
/*
 * The rings and their merge, on rings made in memory: order, horizon, wrapping, giving
 * back room, accounting against a producer that runs beside, and nonsense of each kind.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "capture/merge.h"
#include "fakering.h"
#include "suite.h"

#define SIZE	(128u << 10)

static struct fakering *ring_new(unsigned int cpu, unsigned int cls)
{
	struct fakering *f = calloc(1, sizeof(*f));

	ck_assert_ptr_nonnull(f);
	fakering_init(f, SIZE, cpu, cls);
	return f;
}

static void ring_free(struct fakering *f)
{
	fakering_release(f);
	free(f);
}

START_TEST(test_order_of_time)
{
	static const uint64_t times[3][3] = { { 10, 40, 70 }, { 20, 50, 80 }, { 30, 60, 90 } };
	struct fakering *f[3];
	struct merge m;
	struct event ev;

	merge_init(&m);
	for (unsigned int i = 0; i < 3; i++) {
		f[i] = ring_new(i, FALCOC_CLASS_MAIN);
		ck_assert_int_eq(merge_add(&m, &f[i]->ring), 0);
		for (unsigned int k = 0; k < 3; k++)
			fakering_put(f[i], FALCOC_E_OPEN, times[i][k], i + 1, "/etc/passwd");
	}
	for (uint64_t want = 10; want <= 90; want += 10) {
		ck_assert_int_eq(merge_next(&m, &ev), 1);
		ck_assert_uint_eq(ev.rec->time_ns, want);
		ck_assert_ptr_nonnull(ev.attr[FALCOC_A_PATH0]);
	}
	ck_assert_int_eq(merge_next(&m, &ev), 0);
	for (int i = 0; i < 3; i++) {
		/* nothing is left, and all room was given back */
		ck_assert_uint_eq(f[i]->consumer.tail, f[i]->producer.head);
		ck_assert_uint_eq(f[i]->ring.delivered[FALCOC_E_OPEN], 3);
		ring_free(f[i]);
	}
	merge_release(&m);
}
END_TEST

START_TEST(test_process_events_first_at_the_same_time)
{
	struct fakering *main_ring = ring_new(0, FALCOC_CLASS_MAIN);
	struct fakering *proc_ring = ring_new(0, FALCOC_CLASS_PROC);
	struct merge m;
	struct event ev;

	merge_init(&m);
	merge_add(&m, &main_ring->ring);
	merge_add(&m, &proc_ring->ring);
	fakering_put(main_ring, FALCOC_E_OPEN, 5, 1, NULL);
	fakering_put(proc_ring, FALCOC_E_SCHED_FORK, 5, 1, NULL);
	ck_assert_int_eq(merge_next(&m, &ev), 1);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_SCHED_FORK);
	ck_assert_int_eq(merge_next(&m, &ev), 1);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_OPEN);
	merge_release(&m);
	ring_free(main_ring);
	ring_free(proc_ring);
}
END_TEST

START_TEST(test_horizon_holds_the_future_back)
{
	struct fakering *f = ring_new(0, FALCOC_CLASS_MAIN);
	uint64_t later = fakering_now() + 20000000;
	struct merge m;
	struct event ev;
	int got;

	merge_init(&m);
	merge_add(&m, &f->ring);
	fakering_put(f, FALCOC_E_OPEN, 1, 1, NULL);
	fakering_put(f, FALCOC_E_OPEN, later, 2, NULL);
	ck_assert_int_eq(merge_next(&m, &ev), 1);
	ck_assert_uint_eq(ev.rec->pid, 1);
	got = merge_next(&m, &ev);
	if (fakering_now() < later)
		ck_assert_int_eq(got, 0);
	/* and it comes once its time is there, not before */
	while (got == 0)
		got = merge_next(&m, &ev);
	ck_assert_int_eq(got, 1);
	ck_assert_uint_eq(ev.rec->pid, 2);
	ck_assert_uint_ge(fakering_now(), later);
	merge_release(&m);
	ring_free(f);
}
END_TEST

/* Clocks that go on by a microsecond a reading, and by five seconds before one: so long we stood still. */
static struct {
	bool on;
	unsigned int readings, still_before;
	uint64_t ns;
} clocks;

#define BOOT_NS	1000000000000ull
#define WALL_NS	1700000000000000000ull

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	uint64_t ns;

	if (!clocks.on)
		return (int)syscall(SYS_clock_gettime, clock, ts);
	clocks.ns += ++clocks.readings == clocks.still_before ? 5000000000ull : 1000;
	ns = clocks.ns + (clock == CLOCK_REALTIME ? WALL_NS : BOOT_NS);
	*ts = (struct timespec){ .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
	return 0;
}

/* An event's time is that of the wall clock then, wherever between our readings we stood still. */
START_TEST(test_wall_clock)
{
	struct fakering *f = ring_new(0, FALCOC_CLASS_MAIN);
	struct merge m;
	struct event ev;

	merge_init(&m);
	merge_add(&m, &f->ring);
	clocks.on = true;
	clocks.still_before = (unsigned int)_i;
	fakering_put(f, FALCOC_E_OPEN, BOOT_NS, 1, NULL);
	while (merge_next(&m, &ev) == 0)
		;
	clocks.on = false;
	ck_assert_uint_ge(clocks.readings, 3);
	ck_assert_uint_ge(ev.ts_ns, WALL_NS - 1000000);
	ck_assert_uint_le(ev.ts_ns, WALL_NS + 1000000);
	merge_release(&m);
	ring_free(f);
}
END_TEST

START_TEST(test_record_valid_until_next_call)
{
	struct fakering *f = ring_new(0, FALCOC_CLASS_MAIN);
	uint64_t head, tail;
	struct merge m;
	struct event ev;
	char text[4000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	merge_init(&m);
	merge_add(&m, &f->ring);
	while (fakering_put(f, FALCOC_E_OPEN, 1, 1, text))
		;
	ck_assert_uint_eq(f->dropped, 1);
	while (merge_next(&m, &ev) == 1) {
		/* the producer fills all the room that it is given; ours must not be in it */
		tail = f->consumer.tail;
		head = (uint64_t)((const unsigned char *)ev.rec - f->data);
		ck_assert_uint_ge((f->ring.pos - ev.rec->len), tail);
		ck_assert_uint_eq((f->ring.pos - ev.rec->len) % SIZE, head);
		ck_assert_mem_eq((const char *)(ev.attr[FALCOC_A_PATH0] + 1), text, sizeof(text));
	}
	merge_release(&m);
	ring_free(f);
}
END_TEST

/* Producers that run beside, on rings far too small for them. */
#define THREADS		3
#define PER_THREAD	100000

static uint64_t race_clock;	/* gives times that grow with what causes what */
static unsigned int race_ended;

static void race_text(char text[64], unsigned int cpu, uint32_t i)
{
	snprintf(text, 64, "%u.%u.%.*s", cpu, i, (int)(i % 40),
		 "........................................");
}

static void *race_main(void *arg)
{
	struct fakering *f = arg;
	char text[64];

	for (uint32_t i = 0; i < PER_THREAD; i++) {
		race_text(text, f->ring.cpu, i);
		fakering_put(f, i % 7 ? FALCOC_E_OPEN : FALCOC_E_UNLINK,
			     __atomic_add_fetch(&race_clock, 1, __ATOMIC_SEQ_CST), i, text);
	}
	__atomic_add_fetch(&race_ended, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Is it what its producer wrote, and later than what came of it before? */
static bool race_check(const struct event *ev, uint32_t next[THREADS])
{
	const struct falcoc_rec *rec = ev->rec;
	char want[64];

	if (rec->cpu >= THREADS || rec->pid < next[rec->cpu])
		return false;
	next[rec->cpu] = rec->pid + 1;
	race_text(want, rec->cpu, rec->pid);
	return strcmp((const char *)(ev->attr[FALCOC_A_PATH0] + 1), want) == 0;
}

static uint64_t race_waiting(struct fakering *f[THREADS])
{
	uint64_t waiting = 0, n;

	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(ring_count(&f[i]->ring, &n), 0);
		waiting += n;
	}
	return waiting;
}

START_TEST(test_race_with_producers)
{
	uint64_t produced = 0, dropped = 0, delivered = 0, seen = 0, waiting = 0;
	uint32_t next[THREADS] = { 0 };
	struct fakering *f[THREADS];
	pthread_t threads[THREADS];
	struct merge m;
	struct event ev;
	int got;

	race_clock = race_ended = 0;
	merge_init(&m);
	for (unsigned int i = 0; i < THREADS; i++) {
		f[i] = ring_new(i, FALCOC_CLASS_MAIN);
		merge_add(&m, &f[i]->ring);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race_main, f[i]), 0);
	while (__atomic_load_n(&race_ended, __ATOMIC_SEQ_CST) < THREADS) {
		got = merge_next(&m, &ev);
		if (got < 0 || (got && !race_check(&ev, next)))
			ck_abort_msg("record %u of CPU %u", ev.rec->pid, ev.rec->cpu);
		seen += (uint64_t)got;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	waiting = race_waiting(f) + seen;
	while ((got = merge_next(&m, &ev)) == 1) {
		if (!race_check(&ev, next))
			ck_abort_msg("record %u of CPU %u", ev.rec->pid, ev.rec->cpu);
		seen++;
	}
	ck_assert_int_eq(got, 0);
	ck_assert_uint_eq(race_waiting(f), 0);
	for (int i = 0; i < THREADS; i++) {
		for (int e = 0; e < FALCOC_E_COUNT; e++)
			delivered += f[i]->ring.delivered[e];
		produced += f[i]->produced;
		dropped += f[i]->dropped;
		ring_free(f[i]);
	}
	ck_assert_uint_eq(produced, (uint64_t)THREADS * PER_THREAD);
	ck_assert_uint_eq(seen, delivered);
	ck_assert_uint_eq(produced, delivered + dropped);
	/* what waited when the producers had ended is what came afterwards */
	ck_assert_uint_eq(waiting, seen);
	merge_release(&m);
}
END_TEST

/* Each kind of nonsense is found, and stays found. */
struct nonsense {
	const char *fault;
	void (*break_it)(struct fakering *f, struct falcoc_rec *second);
};

static void break_len_zero(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->len = 0;
}

static void break_len_short(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->len = sizeof(*second) - 8;
}

static void break_len_odd(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->len -= 4;
}

static void break_len_huge(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->len = FALCOC_REC_MAX + 8;
}

static void break_len_past(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->len += 8;
}

static void break_head_short(struct fakering *f, struct falcoc_rec *second)
{
	(void)second;
	f->producer.head -= 64;
}

static void break_seq(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->seq = 7;
}

static void break_event(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->event = FALCOC_E_COUNT;
}

static void break_attrs(struct fakering *f, struct falcoc_rec *second)
{
	(void)f;
	second->nattrs = 2;
}

static void break_head_odd(struct fakering *f, struct falcoc_rec *second)
{
	(void)second;
	f->producer.head += 4;
}

static void break_head_far(struct fakering *f, struct falcoc_rec *second)
{
	(void)second;
	f->producer.head += SIZE;
}

static const struct nonsense nonsenses[] = {
	{ "a record's length makes no sense", break_len_zero },
	{ "a record's length makes no sense", break_len_short },
	{ "a record's length makes no sense", break_len_odd },
	{ "a record's length makes no sense", break_len_huge },
	{ "a record reaches past the head", break_len_past },
	{ "a record's header reaches past the head", break_head_short },
	{ "a record is missing or out of sequence", break_seq },
	{ "a record is of an unknown event", break_event },
	{ "a record's attributes make no sense", break_attrs },
	{ "the head is not aligned", break_head_odd },
	{ "the head is more than a ring ahead", break_head_far },
};

START_TEST(test_nonsense)
{
	const struct nonsense *n = &nonsenses[_i];
	struct fakering *f = ring_new(0, FALCOC_CLASS_MAIN);
	uint64_t second;
	struct merge m;
	struct event ev;
	int got;

	merge_init(&m);
	merge_add(&m, &f->ring);
	fakering_put(f, FALCOC_E_OPEN, 1, 1, NULL);
	second = f->producer.head;
	fakering_put(f, FALCOC_E_OPEN, 2, 1, NULL);
	n->break_it(f, (struct falcoc_rec *)(f->data + second));
	while ((got = merge_next(&m, &ev)) == 1)
		ck_assert_uint_eq(ev.rec->time_ns, 1);
	ck_assert_int_eq(got, -EBADMSG);
	ck_assert_str_eq(merge_fault(&m), n->fault);
	ck_assert_int_eq(merge_next(&m, &ev), -EBADMSG);
	merge_release(&m);
	ring_free(f);
}
END_TEST

START_TEST(test_head_backwards)
{
	struct fakering *f = ring_new(0, FALCOC_CLASS_MAIN);
	struct merge m;
	struct event ev;

	merge_init(&m);
	merge_add(&m, &f->ring);
	fakering_put(f, FALCOC_E_OPEN, 1, 1, NULL);
	ck_assert_int_eq(merge_next(&m, &ev), 1);
	f->producer.head -= 8;
	ck_assert_int_eq(merge_next(&m, &ev), -EBADMSG);
	ck_assert_str_eq(merge_fault(&m), "the head went backwards");
	merge_release(&m);
	ring_free(f);
}
END_TEST

/* Many rings, random times, against a plain sort of all that was put in. */
#define MANY		32
#define MANY_RECORDS	4000

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * A flood of file events, and process events behind it in time: their small ring never runs full, and
 * they come in order all the same.
 */
START_TEST(test_process_events_behind_a_flood)
{
	struct fakering *flood = ring_new(0, FALCOC_CLASS_MAIN);
	struct fakering *proc = ring_new(0, FALCOC_CLASS_PROC);
	uint64_t last = 0, waiting;
	unsigned int seen[2] = { 0 };
	char text[2000];
	struct merge m;
	struct event ev;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	merge_init(&m);
	merge_add(&m, &flood->ring);
	merge_add(&m, &proc->ring);
	for (int round = 0; round < 20; round++) {
		while (fakering_put(flood, FALCOC_E_OPEN, fakering_now(), 1, NULL))
			;
		/* an execve with each fifth of what is read: ten rings' worth of them */
		for (int i = 0; i < 500 && merge_next(&m, &ev) == 1; i++) {
			ck_assert_uint_ge(ev.rec->time_ns, last);
			last = ev.rec->time_ns;
			seen[ev.rec->event == FALCOC_E_EXECVE]++;
			if (i % 15 == 0)
				ck_assert(fakering_put(proc, FALCOC_E_EXECVE, fakering_now(), 2, text));
		}
	}
	ck_assert_uint_gt(proc->ring.set_aside, 0);
	ck_assert_int_eq(ring_count(&proc->ring, &waiting), 0);
	ck_assert_uint_eq(waiting + seen[1], proc->produced);
	while (merge_next(&m, &ev) == 1) {
		ck_assert_uint_ge(ev.rec->time_ns, last);
		last = ev.rec->time_ns;
		seen[ev.rec->event == FALCOC_E_EXECVE]++;
	}
	ck_assert_uint_eq(seen[1], proc->produced);
	ck_assert_uint_eq(proc->dropped, 0);
	ck_assert_uint_eq(seen[0], flood->produced - flood->dropped);
	/* what was needed for it is given back */
	for (int i = 0; i < 1000; i++)
		merge_next(&m, &ev);
	ck_assert_uint_eq(proc->ring.aside_room, 0);
	merge_release(&m);
	ring_free(flood);
	ring_free(proc);
}
END_TEST

START_TEST(test_set_aside_is_bounded)
{
	struct fakering *f = ring_new(0, FALCOC_CLASS_PROC);
	const struct falcoc_rec *rec;

	for (int i = 0; i < 10; i++)
		fakering_put(f, FALCOC_E_EXECVE, 1, 1, NULL);
	ck_assert_int_eq(ring_set_aside(&f->ring, 10 * sizeof(*rec) - 1), -ENOSPC);
	ck_assert_uint_eq(f->consumer.tail, 0);
	ck_assert_int_eq(ring_set_aside(&f->ring, 10 * sizeof(*rec)), 0);
	ck_assert_uint_eq(f->consumer.tail, f->producer.head);
	/* two are read, two more are put behind the rest, without new memory */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(ring_peek(&f->ring, &rec), 1);
		ring_consume(&f->ring, rec);
		fakering_put(f, FALCOC_E_EXECVE, 1, 1, NULL);
	}
	ck_assert_int_eq(ring_set_aside(&f->ring, 0), 0);
	fakering_put(f, FALCOC_E_EXECVE, 1, 1, NULL);
	ck_assert_int_eq(ring_refill(&f->ring), 0);
	for (uint32_t i = 2; i < 13; i++) {
		ck_assert_int_eq(ring_peek(&f->ring, &rec), 1);
		ck_assert_uint_eq(rec->seq, i);
		ring_consume(&f->ring, rec);
	}
	ck_assert_int_eq(ring_peek(&f->ring, &rec), 0);
	ring_free(f);
}
END_TEST

START_TEST(test_random_against_sort)
{
	uint64_t want[MANY_RECORDS], clock[MANY] = { 0 };
	struct fakering *f[MANY];
	size_t n = 0;
	struct merge m;
	struct event ev;

	srand((unsigned int)_i + 1);
	merge_init(&m);
	for (unsigned int i = 0; i < MANY; i++) {
		f[i] = ring_new(i / 2, i % 2);
		merge_add(&m, &f[i]->ring);
	}
	while (n < MANY_RECORDS) {
		int i = rand() % MANY;

		clock[i] += (uint64_t)(rand() % 1000);
		if (fakering_put(f[i], FALCOC_E_OPEN, clock[i], 1, NULL))
			want[n++] = clock[i];
	}
	qsort(want, n, sizeof(*want), by_time);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(merge_next(&m, &ev), 1);
		ck_assert_uint_eq(ev.rec->time_ns, want[i]);
	}
	ck_assert_int_eq(merge_next(&m, &ev), 0);
	merge_release(&m);
	for (int i = 0; i < MANY; i++)
		ring_free(f[i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capture_ring");
	TCase *tc = tcase_create("ring");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_order_of_time);
	tcase_add_test(tc, test_process_events_first_at_the_same_time);
	tcase_add_test(tc, test_process_events_behind_a_flood);
	tcase_add_test(tc, test_set_aside_is_bounded);
	tcase_add_test(tc, test_horizon_holds_the_future_back);
	tcase_add_loop_test(tc, test_wall_clock, 0, 8);
	tcase_add_test(tc, test_record_valid_until_next_call);
	tcase_add_test(tc, test_race_with_producers);
	tcase_add_loop_test(tc, test_nonsense, 0, sizeof(nonsenses) / sizeof(*nonsenses));
	tcase_add_test(tc, test_head_backwards);
	tcase_add_loop_test(tc, test_random_against_sort, 0, 4);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
