// SPDX-License-Identifier: Apache-2.0
/*
 * loss.c - who lost what is told, what matters more is lost last, and a consumer that writes
 * nonsense loses only its own
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "consumer.h"

static void use_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void use_all_cpus(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	sched_setaffinity(0, sizeof(set), &set);
}

static bool get_stats(struct consumer *c, uint32_t cpu, int cls, struct falcoc_stats *s)
{
	memset(s, 0, sizeof(*s));
	s->size = sizeof(*s);
	s->cpu = cpu;
	s->cls = cls;
	return !ioctl(c->fd, FALCOC_IOC_STATS, s);
}

/* Is the table of one CPU and class consistent with its exact counter? */
static bool table_adds_up(const struct falcoc_stats *s)
{
	uint64_t by_process = 0, by_cgroup = 0;
	bool sane = true;

	for (int i = 0; i < FALCOC_DROPPERS; i++) {
		by_process += s->by_process[i].count;
		by_cgroup += s->by_cgroup[i].count;
		if (s->by_process[i].error > s->by_process[i].count ||
		    s->by_cgroup[i].error > s->by_cgroup[i].count ||
		    !s->by_process[i].count != !s->by_process[i].pid)
			sane = false;
	}
	return sane && by_process == s->dropped && by_cgroup == s->dropped;
}

void check_droppers(struct consumer *c, const char *what)
{
	static struct falcoc_stats s, sum;
	uint64_t dropped = 0;
	bool adds_up = true, page = true;

	for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
			if (!c->rings[cpu][cls].data || !get_stats(c, cpu, cls, &s))
				continue;
			dropped += s.dropped;
			adds_up = adds_up && table_adds_up(&s);
			page = page && c->rings[cpu][cls].producer->dropped == s.dropped;
		}
		get_stats(c, 0xffffffff, cls, &sum);
		dropped -= sum.dropped;
	}
	check(adds_up, "%s: drops by process and by cgroup add up to all drops", what);
	check(page && !dropped, "%s: the rings' pages tell as many", what);
}

static void kills(unsigned int n)
{
	while (n--)
		syscall(SYS_kill, getpid(), 0);
}

/* One process with many drops among more than there are entries, each with a few. */
static void test_flooder(void)
{
	static struct falcoc_stats s;
	static struct consumer c;
	const struct falcoc_dropper *d = NULL;
	pid_t flooder, pid;
	int i;

	use_cpu(0);
	consumer_open(&c, 1 << 17);
	MASK(&c, 0, FALCOC_E_KILL);
	ioctl(c.fd, FALCOC_IOC_START);
	kills(1000);	/* the ring is full */
	flooder = fork();
	if (!flooder) {
		kills(1000);
		_exit(0);
	}
	waitpid(flooder, NULL, 0);
	for (i = 0; i < 20; i++) {
		pid = fork();
		if (!pid) {
			kills(5);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	ioctl(c.fd, FALCOC_IOC_STOP);
	get_stats(&c, 0, FALCOC_CLASS_MAIN, &s);
	for (i = 0; i < FALCOC_DROPPERS; i++)
		if (s.by_process[i].pid == (uint32_t)flooder)
			d = &s.by_process[i];
	check(d && d->count >= 1000 && d->count - d->error <= 1000 && d->start_ns && d->cgroup,
	      "the flooder is known among 22 processes: %llu, at most %llu too many, of 1000",
	      d ? (unsigned long long)d->count : 0, d ? (unsigned long long)d->error : 0);
	check(s.by_cgroup[0].count == s.dropped && s.by_cgroup[0].error == 0 &&
	      !s.by_cgroup[1].count, "all of one cgroup");
	check_droppers(&c, "a flooder");
	consumer_close(&c);
	use_all_cpus();
}

static unsigned int execs_read;

static bool count_exec(const struct falcoc_rec *rec, void *arg)
{
	if (rec->event == FALCOC_E_EXECVE && rec->res == 0 && rec->ppid == *(uint32_t *)arg)
		execs_read++;
	return false;
}

static void run_one(void)
{
	char *argv[] = { "./prog", NULL }, *env[] = { NULL };
	pid_t pid = fork();

	if (!pid) {
		execve("/proc/self/exe", argv, env);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* Nobody reads, and all that is cheap to ask for comes first: programs executed are not lost. */
static void test_shares(void)
{
	static struct falcoc_stats s;
	static struct consumer c;
	uint32_t me = getpid();
	pid_t pid;
	int i;

	use_cpu(0);
	consumer_open(&c, 1 << 17);
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_EXECVE, FALCOC_E_CHDIR, FALCOC_E_SETUID);
	ioctl(c.fd, FALCOC_IOC_START);
	for (i = 0; i < 1000; i++) {
		syscall(SYS_chdir, "/");
		syscall(SYS_execve, "/nowhere", NULL, NULL);
	}
	get_stats(&c, 0, FALCOC_CLASS_PROC, &s);
	check(s.head - s.tail <= s.head && s.head <= (1 << 17) / 4 && s.dropped > 1000,
	      "a flood of chdir and of failing execve has a quarter of the ring: %llu bytes",
	      (unsigned long long)s.head);
	for (i = 0; i < 1000; i++)
		syscall(SYS_setuid, 0);
	get_stats(&c, 0, FALCOC_CLASS_PROC, &s);
	check(s.head > (1 << 17) / 4 && s.head <= (1 << 17) / 2, "one of setuid half of it: %llu",
	      (unsigned long long)s.head);
	for (i = 0; i < 200; i++) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	get_stats(&c, 0, FALCOC_CLASS_PROC, &s);
	check(s.head > (1 << 17) / 2 && s.head <= (1 << 17) / 4 * 3,
	      "one of processes three quarters: %llu", (unsigned long long)s.head);
	for (i = 0; i < 20; i++)
		run_one();
	consumer_read(&c, count_exec, &me);
	check(execs_read == 20, "and of 20 programs executed then 20 are told: %u", execs_read);
	ioctl(c.fd, FALCOC_IOC_STOP);
	check_droppers(&c, "floods of the PROC ring");
	consumer_close(&c);
	use_all_cpus();
}

static atomic_bool garbage_ends;

/* Tails of every kind, some of which happen to make sense. */
static void *garbage_writer(void *arg)
{
	struct consumer *c = arg;
	uint64_t x = 88172645463325252ull, head, tail;

	while (!atomic_load(&garbage_ends)) {
		for (unsigned int i = 0; i < CPUS_MAX * FALCOC_CLASS_COUNT; i++) {
			struct ring *r = &c->rings[i / FALCOC_CLASS_COUNT][i % FALCOC_CLASS_COUNT];

			if (!r->data)
				continue;
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			head = __atomic_load_n(&r->producer->head, __ATOMIC_RELAXED);
			switch (x >> 60) {
			case 0: tail = x; break;
			case 1: tail = x & ~7ull; break;
			case 2: tail = 0; break;
			case 3: tail = head + 8; break;
			case 4: tail = head - r->bytes - 8; break;
			case 5: tail = head - (x & (r->bytes - 1)); break;
			case 6: tail = 1ull << (x & 63); break;
			default: tail = head - (x & (r->bytes - 8)); break;
			}
			__atomic_store_n(&r->consumer->tail, tail, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

static void test_garbage(void)
{
	static struct falcoc_stats s;
	static struct consumer good, bad;
	unsigned int before = failed;
	uint64_t read = 0;
	pthread_t thread;
	pid_t pid[2];
	int i;

	consumer_open(&good, 1 << 20);
	check(consumer_open(&bad, 1 << 17), "a consumer that writes garbage beside a good one");
	MASK(&good, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	MASK(&bad, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	ioctl(good.fd, FALCOC_IOC_START);
	ioctl(bad.fd, FALCOC_IOC_START);
	pthread_create(&thread, NULL, garbage_writer, &bad);
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			for (;;) {
				close(open("/dev/null", O_RDONLY));
				kills(1);
			}
	}
	while (read < 40000 && failed == before) {
		consumer_read(&good, NULL, NULL);
		read = good.ev_read[FALCOC_E_OPENAT] + good.ev_read[FALCOC_E_KILL];
	}
	for (i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	atomic_store(&garbage_ends, true);
	pthread_join(thread, NULL);
	ioctl(bad.fd, FALCOC_IOC_STOP);
	get_stats(&bad, 0xffffffff, FALCOC_CLASS_MAIN, &s);
	check(s.bad_tail && s.dropped >= s.bad_tail && s.produced > s.dropped,
	      "garbage: %llu tails made no sense, %llu of %llu dropped",
	      (unsigned long long)s.bad_tail, (unsigned long long)s.dropped,
	      (unsigned long long)s.produced);
	check_droppers(&bad, "garbage");
	check_exact(&good, "beside garbage");
	consumer_close(&bad);
	consumer_close(&good);
}

/* A consumer that never reads costs another nothing. */
static void test_two(void)
{
	static struct consumer good, idle;
	static struct falcoc_stats s;
	unsigned int i;

	consumer_open(&idle, 1 << 17);
	consumer_open(&good, 1 << 20);
	MASK(&idle, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_KILL);
	MASK(&good, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_KILL);
	ioctl(idle.fd, FALCOC_IOC_START);
	ioctl(good.fd, FALCOC_IOC_START);
	for (i = 0; i < 50; i++) {
		kills(100);
		consumer_read(&good, NULL, NULL);
	}
	get_stats(&idle, 0xffffffff, FALCOC_CLASS_MAIN, &s);
	check(s.dropped > 3000, "one that does not read loses %llu", (unsigned long long)s.dropped);
	check(!check_exact(&good, "beside one that does not read") &&
	      good.ev_read[FALCOC_E_KILL] >= 5000, "the other nothing");
	check_droppers(&idle, "not read");
	consumer_close(&idle);
	consumer_close(&good);
}

void test_loss(void)
{
	test_flooder();
	test_shares();
	test_two();
	test_garbage();
}
