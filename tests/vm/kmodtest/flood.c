// SPDX-License-Identifier: Apache-2.0
/*
 * flood.c - floods, for the tests that watch the real consumer under them
 *
 *	kmodtest flood KIND FILE	until it is ended by SIGTERM: a thread on each CPU makes calls of
 *					that kind; FILE holds all the time how many were made (a number
 *					of 8 bytes)
 *	kmodtest count FILE		prints that number
 *	kmodtest execs SEED N PROGRAM	executes the program N times at random moments, as "PROGRAM
 *					mark-1" and so on; prints how many succeeded
 *
 * Kinds: openat, chdir, setuid, badexec (an execve that fails), fork (processes that end at once).
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "consumer.h"
#include "flood.h"

static atomic_bool ends;
static _Atomic uint64_t *calls;

static void call_openat(void)
{
	close(open("/dev/null", O_RDONLY));
}

static void call_chdir(void)
{
	syscall(SYS_chdir, "/");
}

static void call_setuid(void)
{
	syscall(SYS_setuid, 0);
}

static void call_badexec(void)
{
	syscall(SYS_execve, "/nowhere", NULL, NULL);
}

/* No library call in the child: other threads may hold its locks. */
static void call_fork(void)
{
	pid_t pid = syscall(SYS_fork);

	if (pid == 0)
		syscall(SYS_exit_group, 0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static const struct {
	const char *name;
	void (*call)(void);
} kinds[] = {
	{ "openat", call_openat }, { "chdir", call_chdir }, { "setuid", call_setuid },
	{ "badexec", call_badexec }, { "fork", call_fork },
};

struct flooder {
	pthread_t thread;
	int cpu;
	void (*call)(void);
};

static void *flooder_run(void *arg)
{
	const struct flooder *f = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(f->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (!atomic_load_explicit(&ends, memory_order_relaxed)) {
		f->call();
		atomic_fetch_add_explicit(calls, 1, memory_order_relaxed);
	}
	return NULL;
}

static void on_term(int sig)
{
	(void)sig;
	atomic_store(&ends, true);
}

static void *map_count(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	void *p;

	if (fd < 0 || (flags & O_CREAT && ftruncate(fd, 4096)))
		return NULL;
	p = mmap(NULL, 4096, flags & O_CREAT ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static int flood(const char *kind, const char *path)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	struct flooder flooder[CPUS_MAX];
	void (*call)(void) = NULL;
	int i;

	for (i = 0; i < (int)(sizeof(kinds) / sizeof(*kinds)); i++)
		if (!strcmp(kinds[i].name, kind))
			call = kinds[i].call;
	calls = map_count(path, O_RDWR | O_CREAT | O_TRUNC);
	if (!call || !calls || n > CPUS_MAX)
		return 2;
	signal(SIGTERM, on_term);
	for (i = 0; i < n; i++) {
		flooder[i].cpu = i;
		flooder[i].call = call;
		pthread_create(&flooder[i].thread, NULL, flooder_run, &flooder[i]);
	}
	for (i = 0; i < n; i++)
		pthread_join(flooder[i].thread, NULL);
	return 0;
}

static int count(const char *path)
{
	const _Atomic uint64_t *p = map_count(path, O_RDONLY);

	if (!p)
		return 2;
	printf("%llu\n", (unsigned long long)atomic_load(p));
	return 0;
}

static int execs(unsigned int seed, int n, char *program)
{
	int made = 0, status;

	srand(seed);
	for (int i = 1; i <= n; i++) {
		char mark[32];
		char *argv[] = { program, mark, NULL };
		pid_t pid;

		snprintf(mark, sizeof(mark), "mark-%d", i);
		usleep(rand() % 20000);
		pid = fork();
		if (!pid) {
			execv(program, argv);
			_exit(127);
		}
		if (waitpid(pid, &status, 0) == pid && status == 0)
			made++;
	}
	printf("%d\n", made);
	return made != n;
}

int flood_main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "flood"))
		return flood(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "count"))
		return count(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "execs"))
		return execs(atoi(argv[2]), atoi(argv[3]), argv[4]);
	return -1;
}
