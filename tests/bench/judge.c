// SPDX-License-Identifier: Apache-2.0
/*
 * judge.c - what rules and events cost in userspace, without the module
 *
 *	judge N RULES...	loads the rules, then judges N synthetic events
 *
 * Prints "LOAD ms" (of CPU), "LOADED KiB" (memory then), "RULES", "JUDGE ns an event" (of CPU),
 * "UNSEEN percent" (events that no rule was tried on), "ALERTS" and "RSS KiB". The events are a mix of
 * opens, connections, execs and unlinks of a few hundred processes; the state that they add up
 * to is kept as in earnest, alerts are formatted and thrown away. It looks into the engine, which
 * offers no way in for events that come from nowhere.
 */
#include "engine/core.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../unit/mkrec.h"

#define KINDS 64	/* records to choose from */

/* CPU time: what else runs here does not count. */
static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long max_rss_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static struct mkrec *make_open(int i)
{
	static const char *const paths[] = {
		"/etc/ld.so.cache", "/lib/x86_64-linux-gnu/libc.so.6", "/proc/self/status",
		"/var/log/syslog", "/home/user/src/main.c", "/usr/share/zoneinfo/UTC",
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	const char *path = paths[i % (int)(sizeof(paths) / sizeof(paths[0]))];

	m->rec->res = 3;
	mkrec_fd(m, 3, FALCOC_FD_FILE, path);
	mkrec_str(m, FALCOC_A_PATH0, path);
	return m;
}

static struct mkrec *make_connect(int i)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);
	char addr[32];

	snprintf(addr, sizeof(addr), "127.0.0.%d", i + 1);
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "127.0.0.1", 40000 + (unsigned int)i, addr,
		   80);
	return m;
}

static struct mkrec *make_exec(int i)
{
	static const char *const argv[] = { "ls", "-l", "--color=auto", "/tmp", NULL };
	struct falcoc_exe exe = { .ino = 7, .dev = 8u << 20 | 1, .argc = 4 };
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);

	(void)i;
	memcpy(m->rec->comm, "ls", 3);
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, "/usr/bin/ls");
	mkrec_str(m, FALCOC_A_PATH0, "/usr/bin/ls");
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_str(m, FALCOC_A_CWD, "/home/user");
	return m;
}

static struct mkrec *make_unlink(int i)
{
	struct mkrec *m = mkrec_new(FALCOC_E_UNLINKAT);

	(void)i;
	mkrec_str(m, FALCOC_A_PATH0, "/tmp/some-file");
	return m;
}

static void make_records(struct mkrec *ret_recs[KINDS])
{
	static struct mkrec *(*const make[])(int) = {
		make_open, make_open, make_open, make_open,
		make_connect, make_connect, make_exec, make_unlink,
	};

	for (int i = 0; i < KINDS; i++) {
		struct falcoc_rec *rec;

		ret_recs[i] = make[i % 8](i);
		rec = ret_recs[i]->rec;
		rec->pid = rec->tid = rec->vpid = rec->vtid = 1000 + (uint32_t)i;
		rec->start_ns = 1000 + (uint64_t)i;
		rec->ppid = 1;
	}
}

static int run(struct engine *e, long n)
{
	struct mkrec *recs[KINDS];
	double start;

	make_records(recs);
	start = cpu_s();
	for (long i = 0; i < n; i++) {
		struct mkrec *m = recs[i % KINDS];
		struct event ev = { .num = (uint64_t)i + 1 };

		m->rec->time_ns = NS_PER_S + (uint64_t)i * 1000;
		ev.ts_ns = m->rec->time_ns;
		if (event_decode(&ev, m->bytes, m->rec->len) < 0 || engine_judge(e, &ev) < 0)
			return -1;
	}
	printf("JUDGE %.0f\n", (cpu_s() - start) * 1e9 / (double)n);
	printf("UNSEEN %.1f\n", 100.0 - 100.0 * (double)e->tried / (double)n);
	printf("ALERTS %llu of %llu judged\nRSS %ld\n", (unsigned long long)e->alerts,
	       (unsigned long long)e->judged, max_rss_kib());
	for (int i = 0; i < KINDS; i++)
		mkrec_free(recs[i]);
	return 0;
}

int main(int argc, char **argv)
{
	struct engine_options opt = {
		.no_dns_queries = true,
		.alert_fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
	};
	struct engine *e;
	double start = cpu_s();

	if (argc < 3 || atol(argv[1]) <= 0) {
		fprintf(stderr, "usage: judge N RULES...\n");
		return 2;
	}
	if (engine_new(&opt, &e) < 0)
		return 1;
	for (int i = 2; i < argc; i++)
		engine_add_rules(e, argv[i]);
	if (engine_compile(e) != ENGINE_OK) {
		fputs(engine_diagnostics(e, false), stderr);
		return 1;
	}
	printf("LOAD %.2f\nLOADED %ld\nRULES %zu\n", (cpu_s() - start) * 1e3, max_rss_kib(),
	       engine_rules(e));
	if (engine_prepare(e) != ENGINE_OK || run(e, atol(argv[1])) < 0) {
		fprintf(stderr, "judge: it does not run\n");
		return 1;
	}
	engine_free(e);
	return 0;
}
