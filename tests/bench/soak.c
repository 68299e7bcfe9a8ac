// SPDX-License-Identifier: Apache-2.0
/*
 * soak.c - a long life of an engine in little time: is its memory flat?
 *
 *	soak EXECS DIR RULES...
 *
 * As many processes as EXECS are forked, execute a program, open ten files, connect now and then, and end: all that
 * a table might remember differs again and again - pids, programs, arguments, files, containers, users,
 * addresses, ports. Records go through decoder, state, rules, alerts, a file in DIR and a store in DIR, as fast as
 * they can. Prints, fifty times, what it came to; fails if the memory of the last half is not that of the first.
 */
#include "engine/core.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/mkrec.h"
#include "engine/coverage.h"
#include "engine/hold.h"
#include "state/containers.h"

#define OPENS		10
#define PROGRAMS	100000u
#define CONTAINERS	50000u
#define USERS		5000u
#define PARENTS		64u
#define LOOKS		50u
#define WARM		(LOOKS / 4)	/* looks until tables have what they may have */
#define PER_EXEC_NS	8640000ull	/* ten million in a day */

/* A record, and digits in it that change. */
struct made {
	struct mkrec *m;
	char *at[6];
};

static long rss_kib(void)
{
	unsigned long all, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		abort();
	fclose(f);
	return (long)(resident * (unsigned long)sysconf(_SC_PAGESIZE) / 1024);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Where the placeholders are: "000000000" of nine digits. */
static struct made made(struct mkrec *m)
{
	static const char holder[] = "000000000";
	struct made r = { .m = m };
	char *at = (char *)m->bytes, *end = at + m->rec->len;
	size_t n = 0;

	while (n < sizeof(r.at) / sizeof(r.at[0]) &&
	       (at = memmem(at, (size_t)(end - at), holder, sizeof(holder) - 1))) {
		r.at[n++] = at;
		at += sizeof(holder) - 1;
	}
	return r;
}

static void put(char *at, uint64_t n)
{
	for (int i = 8; at && i >= 0; i--, n /= 10)
		at[i] = (char)('0' + n % 10);
}

static void put_all(struct made *r, uint64_t n)
{
	for (size_t i = 0; i < sizeof(r->at) / sizeof(r->at[0]) && r->at[i]; i++)
		put(r->at[i], n);
}

static struct mkrec *make_fork(void)
{
	struct mkrec *m = mkrec_new(FALCOC_E_SCHED_FORK);
	struct falcoc_child c = { .mntns = m->rec->mntns, .pidns = m->rec->pidns,
				  .netns = m->rec->netns, .userns = m->rec->userns };

	mkrec_attr(m, FALCOC_A_CHILD, 0, &c, sizeof(c));
	return m;
}

static struct mkrec *make_exec(void)
{
	static const char *const argv[] = { "prog", "--number", "000000000", "/srv/input", NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", "HOME=/root", "JOB=000000000", NULL };
	struct falcoc_exe exe = { .ino = 7, .dev = 8u << 20 | 1, .argc = 4 };
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);

	mkrec_str(m, FALCOC_A_EXE_PATH, "/srv/bin/prog-000000000");
	mkrec_str(m, FALCOC_A_PATH0, "/srv/bin/prog-000000000");
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_strv(m, FALCOC_A_ENV, env);
	mkrec_str(m, FALCOC_A_CWD, "/srv");
	mkrec_str(m, FALCOC_A_CGROUP, "/system.slice/docker-"
		  "000000000a000000000b0123456789abcdef0123456789abcdef0123456789ab.scope");
	return m;
}

static struct mkrec *make_open(void)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = 3;
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/srv/data/some/directory/file-000000000");
	mkrec_str(m, FALCOC_A_PATH0, "file-000000000");
	return m;
}

static struct mkrec *make_exit(void)
{
	struct mkrec *m = mkrec_new(FALCOC_E_PROCEXIT);
	struct falcoc_exit x = { .ret = 0 };

	mkrec_attr(m, FALCOC_A_EXIT, 0, &x, sizeof(x));
	return m;
}

struct soak {
	struct engine *e;
	struct made fork, exec, open, end;
	uint64_t events, time_ns;
};

static int judge(struct soak *s, struct mkrec *m)
{
	struct event ev = { .num = ++s->events };

	m->rec->time_ns = s->time_ns += PER_EXEC_NS / (OPENS + 3);
	ev.ts_ns = 1700000000 * NS_PER_S + m->rec->time_ns;
	return event_decode(&ev, m->bytes, m->rec->len) < 0 ? -1 : engine_judge(s->e, &ev);
}

/* Who makes the record: process @i, or the parent of it. */
static void by(struct mkrec *m, uint64_t i, bool parent)
{
	struct falcoc_rec *r = m->rec;

	r->pid = parent ? 100 + (uint32_t)(i % PARENTS) : 1000 + (uint32_t)(i % 4000000);
	r->tid = r->vpid = r->vtid = r->pid;
	r->ppid = parent ? 1 : 100 + (uint32_t)(i % PARENTS);
	r->start_ns = parent ? 1000 : 2000 + i * PER_EXEC_NS;
	r->uid = r->euid = (uint32_t)(i % USERS);
}

static int connect_somewhere(struct soak *s, uint64_t i)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);
	char addr[32];
	int rc;

	snprintf(addr, sizeof(addr), "%u.%u.%u.%u", 11 + (unsigned int)(i % 80), (unsigned int)(i >> 8 & 255),
		 (unsigned int)(i >> 16 & 255), (unsigned int)(i & 255));
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 1024 + (unsigned int)(i % 60000), addr, 443);
	by(m, i, false);
	rc = judge(s, m);
	mkrec_free(m);
	return rc;
}

/* The life of one process. */
static int live(struct soak *s, uint64_t i)
{
	struct falcoc_child *c;
	int rc;

	by(s->fork.m, i, true);
	c = (struct falcoc_child *)(s->fork.m->bytes + sizeof(struct falcoc_rec) + sizeof(struct falcoc_attr));
	c->pid = c->tid = c->vpid = c->vtid = 1000 + (uint32_t)(i % 4000000);
	c->start_ns = 2000 + i * PER_EXEC_NS;
	rc = judge(s, s->fork.m);
	by(s->exec.m, i, false);
	put_all(&s->exec, i);
	put(s->exec.at[0], i % PROGRAMS);
	put(s->exec.at[1], i % PROGRAMS);
	put(s->exec.at[4], i % CONTAINERS);
	put(s->exec.at[5], i % CONTAINERS);
	rc = rc < 0 ? rc : judge(s, s->exec.m);
	by(s->open.m, i, false);
	for (uint64_t k = 0; rc >= 0 && k < OPENS; k++) {
		put_all(&s->open, (i * OPENS + k) % 1000000000);
		rc = judge(s, s->open.m);
	}
	if (rc >= 0 && i % 40 == 0)
		rc = connect_somewhere(s, i);
	by(s->end.m, i, false);
	return rc < 0 ? rc : judge(s, s->end.m);
}

/* What the loop does between batches. */
static int tend(struct engine *e)
{
	engine_tend_names(e);
	container_table_poll(e->state.containers, now_boot_ns());
	engine_cover_tend(e, now_boot_ns());
	return engine_tend_outputs(e) < 0 || hold_check(e, false) < 0 ? -1 : 0;
}

static int soak(struct engine *e, uint64_t execs)
{
	struct soak s = { .e = e, .time_ns = NS_PER_S };
	uint64_t every = execs / LOOKS ? execs / LOOKS : 1;
	long rss, early = 0, late = 0;
	double start = now_s();

	s.fork = made(make_fork());
	s.exec = made(make_exec());
	s.open = made(make_open());
	s.end = made(make_exit());
	for (uint64_t i = 0; i < execs; i++) {
		if (live(&s, i) < 0 || (i % 64 == 0 && tend(e) < 0))
			return -1;
		if ((i + 1) % every)
			continue;
		rss = rss_kib();
		printf("execs %" PRIu64 " opens %" PRIu64 " events %" PRIu64 " alerts %" PRIu64 " lost %" PRIu64
		       " seconds %.0f rss_kib %ld\n", i + 1, (i + 1) * OPENS, s.events, e->alerts,
		       outputs_lost(e->outputs), now_s() - start, rss);
		fflush(stdout);
		if ((i + 1) / every > LOOKS / 2)
			late = rss > late ? rss : late;
		else if ((i + 1) / every > WARM)
			early = rss > early ? rss : early;
	}
	mkrec_free(s.fork.m);
	mkrec_free(s.exec.m);
	mkrec_free(s.open.m);
	mkrec_free(s.end.m);
	printf("most of the second quarter: %ld KiB, of the last half: %ld KiB\n", early, late);
	/* a queue of alerts that is fuller at one time than at another */
	if (late > early + early / 20 + 1024) {
		printf("FAIL memory grows\n");
		return -1;
	}
	printf("PASS memory is flat\n");
	return 0;
}

int main(int argc, char **argv)
{
	char file[4096], store[4096];
	struct engine_options opt = {
		.no_dns_queries = true, .no_containers_ask = true, .json = true,
		.alert_fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
	};
	struct engine *e;
	int rc;

	if (argc < 4 || atoll(argv[1]) <= 0) {
		fprintf(stderr, "usage: soak EXECS DIR RULES...\n");
		return 2;
	}
	snprintf(file, sizeof(file), "%s/alerts.json", argv[2]);
	snprintf(store, sizeof(store), "%s/alerts.db", argv[2]);
	opt.outputs.file.enabled = opt.outputs.store.enabled = true;
	opt.outputs.file.path = file;
	opt.outputs.store.path = store;
	opt.outputs.store.max_mib = 64;
	if (engine_new(&opt, &e) < 0)
		return 1;
	for (int i = 3; i < argc; i++)
		engine_add_rules(e, argv[i]);
	if (engine_compile(e) != ENGINE_OK) {
		fputs(engine_diagnostics(e, false), stderr);
		return 1;
	}
	if (engine_prepare(e) != ENGINE_OK) {
		fprintf(stderr, "soak: %s\n", engine_error(e));
		return 1;
	}
	rc = soak(e, (uint64_t)atoll(argv[1]));
	engine_end_outputs(e, ENGINE_OK);
	engine_free(e);
	return rc < 0 ? 1 : 0;
}
