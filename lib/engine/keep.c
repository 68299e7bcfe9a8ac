// SPDX-License-Identifier: Apache-2.0
/* keep.c - the DNS table on disk */
#include "engine/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns/saved.h"
#include "engine/core.h"
#include "engine/job.h"

#define KEEP_NS	(300 * NS_PER_S)	/* what is forgotten at most when we are killed */

struct keep {
	const char *path;	/* of the options; NULL: it cannot be written */
	struct buf bytes;	/* the job's while one runs */
	int result;		/* likewise */
	struct job job;
	uint64_t due_ns;
	uint64_t told;		/* tellings that the table had seen when it was last written */
};

static void write_job(void *arg)
{
	struct keep *k = arg;

	k->result = dns_saved_write(k->path, k->bytes.ptr, k->bytes.len);
}

static void write_failed(struct engine *e, int err)
{
	engine_notice(e, "names are not kept for the next start: %s: %s", e->keep->path,
		      strerror(-err));
	e->keep->path = NULL;
}

static int format(struct engine *e)
{
	struct dns_clock now;

	dns_clock_now(&now);
	buf_release(&e->keep->bytes);
	return dns_saved_format(e->dns, &now, &e->keep->bytes);
}

/* Now, and waiting for it. */
static void write_now(struct engine *e)
{
	struct keep *k = e->keep;
	int rc = format(e);

	if (rc == 0)
		rc = dns_saved_write(k->path, k->bytes.ptr, k->bytes.len);
	buf_release(&k->bytes);
	if (rc < 0)
		write_failed(e, rc);
}

static void read_saved(struct engine *e)
{
	struct dns_saved_info info;
	struct dns_clock now;
	int rc;

	dns_clock_now(&now);
	rc = dns_saved_read(e->dns, e->keep->path, &now, &info);
	if (rc == 0 && e->opt.verbose)
		engine_notice(e, "names of before: %zu of %zu links are still good", info.taken,
			      info.links);
	else if (rc == -EBADMSG || rc == -EPROTO)
		engine_notice(e, "%s is %s: names are learnt anew", e->keep->path,
			      rc == -EPROTO ? "of another version" : "damaged");
	else if (rc == -EPERM)
		engine_notice(e, "%s is not believed, as others than its owner may write it: names are "
			      "learnt anew", e->keep->path);
	else if (rc < 0 && rc != -ENOENT)
		engine_notice(e, "%s: %s: names are learnt anew", e->keep->path,
			      rc == -EINVAL ? "no regular file" : strerror(-rc));
}

int keep_start(struct engine *e)
{
	if (!e->opt.dns_state || !*e->opt.dns_state)
		return 0;
	e->keep = calloc(1, sizeof(*e->keep));
	if (!e->keep)
		return -ENOMEM;
	e->keep->path = e->opt.dns_state;
	read_saved(e);
	write_now(e);
	e->keep->due_ns = now_boot_ns() + KEEP_NS;
	return 0;
}

void keep_tend(struct engine *e, uint64_t now_ns)
{
	struct keep *k = e->keep;
	struct dns_table_stats st;

	if (!k || !k->path)
		return;
	if (job_reap(&k->job)) {
		buf_release(&k->bytes);
		if (k->result < 0) {
			write_failed(e, k->result);
			return;
		}
	}
	if (now_ns < k->due_ns)
		return;
	k->due_ns = now_ns + KEEP_NS;
	dns_table_get_stats(e->dns, &st);
	if (st.added + st.refreshed == k->told || k->job.is_running || format(e) < 0)
		return;
	k->told = st.added + st.refreshed;
	if (job_start(&k->job, write_job, k) < 0)
		buf_release(&k->bytes);
}

void keep_end(struct engine *e)
{
	if (!e->keep || !e->keep->path)
		return;
	job_wait(&e->keep->job);
	write_now(e);
}

uint64_t keep_due_ns(const struct keep *k)
{
	return k && k->path ? k->due_ns : UINT64_MAX;
}

void keep_free(struct keep *k)
{
	if (!k)
		return;
	job_wait(&k->job);
	buf_release(&k->bytes);
	free(k);
}
