// SPDX-License-Identifier: Apache-2.0
/*
 * flight.c - what the module keeps of calls that have not returned goes when they do
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "consumer.h"

#define BLOCKED_MAX 10000
#define TOGGLES 20

/* Calls of which the module keeps something now; *ret_full: how often there was no room. */
static long in_flight(unsigned long *ret_full)
{
	FILE *f = fopen("/sys/module/falcoc/parameters/inflight", "r");
	long entries = -1, bytes;
	unsigned long full = 0;

	if (f && fscanf(f, "%ld entries %ld bytes %lu full", &entries, &bytes, &full) != 3)
		entries = -1;
	if (f)
		fclose(f);
	if (ret_full)
		*ret_full = full;
	return entries;
}

static bool wait_flight(long want)
{
	for (int i = 0; i < 6000; i++) {
		if (in_flight(NULL) == want)
			return true;
		usleep(5000);
	}
	return false;
}

static void *blocked(void *arg)
{
	char byte;

	recv(*(int *)arg, &byte, 1, 0);
	return NULL;
}

static void limit_raise(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "60000", 5) != 5)
		printf("SKIP %s stays as it is\n", path);
	close(fd);
}

/* As many threads as there may be, all waiting in recvfrom. */
static void in_crowd(void *arg)
{
	int pair[2], made = 0;
	pthread_attr_t attrs;
	pthread_t thread;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		_exit(1);
	limit_raise("/proc/sys/kernel/threads-max");
	limit_raise("/proc/sys/kernel/pid_max");
	limit_raise("/proc/sys/vm/max_map_count");
	pthread_attr_init(&attrs);
	pthread_attr_setstacksize(&attrs, 16384);
	while (made < BLOCKED_MAX && !pthread_create(&thread, &attrs, blocked, &pair[0]))
		made++;
	if (write(*(int *)arg, &made, sizeof(made)) != sizeof(made))
		_exit(1);
	pause();
}

static void test_crowd(struct consumer *c)
{
	unsigned long full_before, full;
	int report[2], made = 0;
	pid_t pid;

	MASK(c, 0, FALCOC_E_RECVFROM);
	check(pipe(report) == 0 && wait_flight(0), "nothing in flight");
	in_flight(&full_before);
	pid = fork();
	if (!pid)
		in_crowd(&report[1]);
	if (read(report[0], &made, sizeof(made)) != sizeof(made))
		made = 0;
	check(made > 1000, "%d threads", made);
	check(wait_flight(made), "all of them in flight");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(wait_flight(0), "killed, none in flight");
	in_flight(&full);
	check(full == full_before, "none was left out");
	close(report[0]);
	close(report[1]);
}

/* The mask changes while a call is in flight: what was kept goes, its record comes or not. */
static void test_forgotten(struct consumer *c)
{
	int pair[2];
	pthread_t thread;

	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
	MASK(c, 0, FALCOC_E_RECVFROM);
	pthread_create(&thread, NULL, blocked, &pair[0]);
	check(wait_flight(1), "one in flight");
	MASK(c, 0, FALCOC_E_MKDIR);
	check(in_flight(NULL) == 0, "not wanted any more, not kept any more");
	MASK(c, 0, FALCOC_E_RECVFROM);
	check(in_flight(NULL) == 0, "wanted again: what was missed is not made up");
	check(write(pair[1], "x", 1) == 1, "write");
	pthread_join(thread, NULL);
	check(wait_record(c, FALCOC_E_RECVFROM, getpid()), "its record");
	close(pair[0]);
	close(pair[1]);
}

static volatile bool stop;

static void *worker(void *unused)
{
	char path[64], to[80];
	int pair[2];

	(void)unused;
	snprintf(path, sizeof(path), "/tmp/flight-%d", gettid());
	snprintf(to, sizeof(to), "%s-to", path);
	while (!stop) {
		close(open(path, O_CREAT | O_RDWR, 0600));
		rename(path, to);
		chmod(to, 0644);
		unlink(to);
		if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
			send(pair[0], "x", 1, 0);
			recv(pair[1], to + 79, 1, 0);
			close(pair[0]);
			close(pair[1]);
		}
	}
	return NULL;
}

/* Hooks come and go under calls that pass them. */
static void test_toggle(struct consumer *c)
{
	pthread_t threads[4];

	stop = false;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, worker, NULL);
	for (int i = 0; i < TOGGLES; i++) {
		MASK(c, 0, FALCOC_E_OPENAT, FALCOC_E_RENAME, FALCOC_E_SENDTO);
		consumer_read(c, NULL, NULL);
		MASK(c, 0, FALCOC_E_CHMOD, FALCOC_E_UNLINK, FALCOC_E_RECVFROM, FALCOC_E_OPENAT);
		consumer_read(c, NULL, NULL);
		MASK(c, 0, FALCOC_E_KILL);
		consumer_read(c, NULL, NULL);
	}
	check(in_flight(NULL) == 0, "hooks detached under load, none in flight");
	stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* Killed at any moment. */
static void test_killed(struct consumer *c)
{
	pid_t pid;

	MASK(c, 0, FALCOC_E_OPENAT, FALCOC_E_RENAME, FALCOC_E_SENDTO, FALCOC_E_CHMOD,
	     FALCOC_E_UNLINK, FALCOC_E_RECVFROM);
	for (int i = 0; i < 30; i++) {
		pid = fork();
		if (!pid) {
			stop = false;
			worker(NULL);
			_exit(0);
		}
		usleep(1000 + i * 300);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		consumer_read(c, NULL, NULL);
	}
	check(wait_flight(0), "killed in the middle, none in flight");
}

void test_flight(struct consumer *c)
{
	test_forgotten(c);
	test_toggle(c);
	test_killed(c);
	test_crowd(c);
}
