// SPDX-License-Identifier: Apache-2.0
/* work.c - the actions that take their time */
#include "policy/work.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "policy/cut.h"
#include "policy/group.h"
#include "policy/process.h"
#include "policy/program.h"
#include "util/clock.h"

#define NS_PER_S	1000000000ull
#define ROUNDS_MAX	1000	/* over the processes of a group that forks */
#define FREEZE_MS	2000
#define VERIFY_MS	1000	/* for what the runtime said to show */
#define STEP_MS		10

void work_end(struct job *job, enum action_outcome outcome, const char *fmt, ...)
{
	struct timespec ts;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(job->result.why, sizeof(job->result.why), fmt, ap);
	va_end(ap);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	job->result.done_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
	job->result.outcome = outcome;
}

/* ---- kill: group ---- */

struct members {
	const struct protect *protect;
	uint32_t pgid;
	bool kill;
	uint64_t found, killed;
	struct process_seen seen;
	uint64_t leader_ticks;	/* start of the process with the group's number at first; 0: none */
	bool is_over;		/* the number is another group's */
	const char *why;
};

static void visit_member(struct members *m, uint32_t pid)
{
	struct process_stat st;
	int fd;

	/* most are of other groups, and cost one look */
	if (process_stat(pid, &st) < 0 || st.pgid != m->pgid || st.is_zombie)
		return;
	fd = process_open_any(pid, &st);
	if (fd < 0)
		return;
	m->is_over |= pid == m->pgid && st.start_ticks != m->leader_ticks;
	if (st.pgid == m->pgid && !st.is_zombie && !m->is_over) {
		m->found++;
		if (!m->why)
			m->why = protect_process(m->protect, pid, &st);
		if (m->kill && !m->why && process_signal(fd, SIGKILL) == 0)
			m->killed += process_is_new(&m->seen, pid, &st);
	}
	close(fd);
}

static void visit_members(struct members *m)
{
	struct process_stat st;
	struct dirent *e;
	DIR *d;

	m->found = 0;
	m->is_over |= process_stat(m->pgid, &st) == 0 && st.start_ticks != m->leader_ticks;
	if (m->is_over)
		return;
	d = opendir("/proc");
	while (d && (e = readdir(d)) != NULL)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			visit_member(m, (uint32_t)strtoul(e->d_name, NULL, 10));
	if (d)
		closedir(d);
}

/*
 * The number of a group is nobody else's while one of it lives. A process with that number that was not
 * there at first leads a new group, made once the old one was gone.
 */
static void kill_group(struct job *job, const struct work_tools *tools)
{
	struct members m = { .protect = tools->protect, .pgid = job->pgid };
	struct process_stat st;
	unsigned int round;

	if (process_stat(m.pgid, &st) == 0)
		m.leader_ticks = st.start_ticks;
	visit_members(&m);
	/* the one that is meant still lives, so what was found is its group */
	if (!m.why && process_signal(job->pidfd, 0) < 0) {
		work_end(job, OUTCOME_FAILED, "it has ended");
		return;
	}
	if (m.why) {
		work_end(job, OUTCOME_REFUSED, "of its group: %s", m.why);
		return;
	}
	if (tools->dry) {
		job->result.killed = m.found;
		work_end(job, OUTCOME_DRY_RUN, "%llu processes", (unsigned long long)m.found);
		return;
	}
	m.kill = true;
	for (round = 0; round < ROUNDS_MAX && !m.why; round++) {
		visit_members(&m);
		if (m.found == 0 || m.is_over || atomic_load(&tools->stop))
			break;
		clock_pause_ms(1);	/* to end takes them a moment */
	}
	job->result.killed = m.killed;
	if (m.why)
		work_end(job, OUTCOME_FAILED, "not all of its group: %s", m.why);
	else if (round == ROUNDS_MAX)
		work_end(job, OUTCOME_FAILED, "its group still has processes");
	else
		work_end(job, OUTCOME_DONE, "%llu processes", (unsigned long long)m.killed);
}

/* ---- the container ---- */

/* Opens it, unless that is refused. True: go on, and close it. */
static bool open_group(struct job *job, const struct work_tools *tools, struct group *g)
{
	const char *why;
	int rc = group_open(&job->result.target, g);

	if (rc < 0) {
		work_end(job, OUTCOME_FAILED, rc == -ENOENT ? "its container has ended, or its cgroup is not "
			 "to be found" : "its cgroup: %s", strerror(-rc));
		return false;
	}
	why = group_refuses(g, tools->protect);
	if (why)
		work_end(job, OUTCOME_REFUSED, "of its container: %s", why);
	else if (tools->dry)
		work_end(job, OUTCOME_DRY_RUN, "%s", "");
	else
		return true;
	group_close(g);
	return false;
}

static void empty_group(struct job *job, const struct work_tools *tools, const struct group *g,
			const char *note)
{
	const char *why = NULL;
	int rc = group_kill(g, tools->protect, ACTOR_KILL_MS, &tools->stop, &job->result.killed, &why);

	if (rc == 0)
		work_end(job, OUTCOME_DONE, "%llu processes%s%s",
			 (unsigned long long)job->result.killed, *note ? "; " : "", note);
	else if (why)
		work_end(job, job->result.killed ? OUTCOME_FAILED : OUTCOME_REFUSED,
			 "of its container: %s", why);
	else
		work_end(job, OUTCOME_FAILED, "its processes were killed, but not all have ended%s%s", *note ? "; " : "",
			 note);
}

static void kill_container(struct job *job, const struct work_tools *tools)
{
	struct group g;

	if (!open_group(job, tools, &g))
		return;
	empty_group(job, tools, &g, "");
	group_close(&g);
}

static bool becomes_empty(const struct group *g, uint64_t wait_ms, const atomic_bool *stop)
{
	uint64_t until = clock_ms() + wait_ms;

	for (;;) {
		/* the clock first: if we stand still between the two, it is not late for that */
		bool late = clock_ms() >= until;

		if (!group_is_populated(g))
			return true;
		if (late || atomic_load(stop))
			return false;
		clock_pause_ms(STEP_MS);
	}
}

/*
 * The runtime by its API, which knows containers by ids, and a group is named after any id by whoever
 * made it: it has to be whose runtime that is, and not within a container. As runtime_ask().
 */
static int ask(const struct job *job, const struct work_tools *tools, const struct group *g,
	       const char *verb, uint32_t grace_s, char *why, size_t size)
{
	const struct target *t = &job->result.target;

	if (t->runtime == RUNTIME_NONE)
		return -EOPNOTSUPP;
	if (t->nested || g->uid != t->runtime_uid) {
		snprintf(why, size, "%s did not make its cgroup", runtime_name(t->runtime));
		return -EPERM;
	}
	return runtime_ask(&tools->sockets, t, verb, grace_s, grace_s * 1000 + tools->runtime_timeout_ms,
			   &tools->stop, why, size);
}

/* As the runtime does it; where that cannot be asked the same without it. */
static void stop_container(struct job *job, const struct work_tools *tools)
{
	struct target *t = &job->result.target;
	uint32_t timeout_s = job->result.action->timeout_s;
	char why[160] = "";
	struct group g;
	int rc;

	if (!open_group(job, tools, &g))
		return;
	rc = ask(job, tools, &g, "stop", timeout_s, why, sizeof(why));
	if (rc == 0 && becomes_empty(&g, VERIFY_MS, &tools->stop)) {
		work_end(job, OUTCOME_DONE, "by %s", runtime_name(t->runtime));
	} else {
		if (group_is_frozen(&g))
			group_freeze(&g, false, 0);
		if (group_signal_init(&g, SIGTERM) == 0 &&
		    becomes_empty(&g, timeout_s * 1000ull, &tools->stop))
			work_end(job, OUTCOME_DONE, "by SIGTERM%s%s", *why ? "; " : "", why);
		else
			empty_group(job, tools, &g, why);
	}
	group_close(&g);
}

static bool becomes_frozen(const struct group *g, bool frozen)
{
	uint64_t until = clock_ms() + VERIFY_MS;

	for (;;) {
		bool late = clock_ms() >= until;

		if (group_is_frozen(g) == frozen)
			return true;
		if (late)
			return false;
		clock_pause_ms(STEP_MS);
	}
}

/*
 * The runtime first: a container that is frozen behind its back it would refuse to pause. What it says
 * counts only if the kernel says it too.
 */
static void freeze_container(struct job *job, const struct work_tools *tools, bool freeze)
{
	struct target *t = &job->result.target;
	char why[160] = "";
	struct group g;
	int rc = -EOPNOTSUPP;

	if (!open_group(job, tools, &g))
		return;
	if (!job->result.action->by_cgroup)
		rc = ask(job, tools, &g, freeze ? "pause" : "unpause", 0, why, sizeof(why));
	if (rc == 0 && becomes_frozen(&g, freeze)) {
		work_end(job, OUTCOME_DONE, "by %s", runtime_name(t->runtime));
		group_close(&g);
		return;
	}
	if (freeze && t->runtime == RUNTIME_PODMAN)
		rc = group_freeze_within(&g, FREEZE_MS);
	else
		rc = group_freeze(&g, freeze, FREEZE_MS);
	if (rc == 0)
		work_end(job, OUTCOME_DONE, "by the cgroup%s%s", *why ? "; " : "", why);
	else if (rc == -ENOENT)
		work_end(job, OUTCOME_FAILED, "its container has ended%s%s", *why ? "; " : "", why);
	else if (rc == -ENOSYS)
		work_end(job, OUTCOME_FAILED, "its cgroup has no freezer%s%s", *why ? "; " : "", why);
	else
		work_end(job, OUTCOME_FAILED, "its cgroup: %s%s%s", strerror(-rc), *why ? "; " : "", why);
	group_close(&g);
}

/* ---- the others ---- */

/* The process of the event has gone, but who inherited its socket may live on. */
static int find_namespace(const struct target *t)
{
	struct group g;
	int fd = group_open(t, &g);

	if (fd < 0)
		return fd;
	fd = group_namespace(&g, t->sock.netns);
	group_close(&g);
	return fd;
}

static void cut(struct job *job, const struct work_tools *tools)
{
	int rc;

	if (job->netns < 0)
		job->netns = find_namespace(&job->result.target);
	if (job->netns < 0) {
		work_end(job, OUTCOME_FAILED, "its network namespace cannot be reached any more");
		return;
	}
	if (tools->dry) {
		work_end(job, OUTCOME_DRY_RUN, "%s", "");
		return;
	}
	rc = cut_connection(&job->result.target.sock, job->netns);
	if (rc == 0)
		work_end(job, OUTCOME_DONE, "%s", "");
	else if (rc == -ENOENT)
		work_end(job, OUTCOME_FAILED, "there is no such connection any more");
	else if (rc == -ENOTCONN)
		work_end(job, OUTCOME_REFUSED, "it is a listening socket, not a connection");
	else if (rc == -EOPNOTSUPP)
		work_end(job, OUTCOME_FAILED, "this kernel cannot destroy such a socket");
	else
		work_end(job, OUTCOME_FAILED, "%s", strerror(-rc));
}

static void exec(struct job *job, const struct work_tools *tools)
{
	const struct policy_action *action = job->result.action;
	char policy[300], rule[600], why[200] = "";
	const char *env[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", policy,
			      rule, NULL };
	int rc;

	if (tools->dry) {
		work_end(job, OUTCOME_DRY_RUN, "%s", action->argv[0]);
		return;
	}
	snprintf(policy, sizeof(policy), "FALCOC_POLICY=%s", job->result.policy->name);
	snprintf(rule, sizeof(rule), "FALCOC_RULE=%s", job->result.rule->name);
	rc = program_run(action->argv, env, (struct slice){ job->json, job->json_len },
			 action->timeout_s * 1000, &tools->stop, why, sizeof(why));
	if (rc == -EPERM)
		work_end(job, OUTCOME_REFUSED, "%s", why);
	else if (rc < 0)
		work_end(job, OUTCOME_FAILED, "%s", why);
	else
		work_end(job, OUTCOME_DONE, "%s", action->argv[0]);
}

void work_do(struct job *job, const struct work_tools *tools)
{
	switch (job->result.action->kind) {
	case ACTION_KILL:
		if (job->result.action->reach == REACH_GROUP)
			kill_group(job, tools);
		else
			kill_container(job, tools);
		break;
	case ACTION_STOP:
		stop_container(job, tools);
		break;
	case ACTION_PAUSE:
		freeze_container(job, tools, true);
		break;
	case ACTION_UNPAUSE:
		freeze_container(job, tools, false);
		break;
	case ACTION_CUT:
		cut(job, tools);
		break;
	case ACTION_EXEC:
		exec(job, tools);
		break;
	case ACTION_CAPTURE:
	case ACTION_KINDS:
		work_end(job, OUTCOME_FAILED, "there is no such action");
		break;
	}
}
