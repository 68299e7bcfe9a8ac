// SPDX-License-Identifier: Apache-2.0
/* live.c - the DNS table of a running falcoc, for whoever may ask */
#include "engine/live.h"

#include <errno.h>
#include <string.h>

#include "engine/core.h"
#include "engine/reply.h"

/* The name of the socket beside the file. */
static void name_socket(const char *file, struct buf *out)
{
	buf_printf(out, "%s.sock", file);
}

void live_start(struct engine *e)
{
	struct buf path = BUF_INIT;
	int rc;

	if (!e->opt.dns_state || !*e->opt.dns_state)
		return;
	name_socket(e->opt.dns_state, &path);
	rc = reply_open(buf_str(&path), &e->live);
	if (rc < 0)
		engine_notice(e, "'falcoc dns' will show names as of the last writing: %s: %s",
			      buf_str(&path), rc == -EADDRINUSE ? "another falcoc keeps its names there" :
								  strerror(-rc));
	buf_release(&path);
}

static int make(void *arg, struct buf *out)
{
	const struct engine *e = arg;
	struct dns_clock now;

	dns_clock_now(&now);
	return dns_saved_format(e->dns, &now, out);
}

void live_serve(struct engine *e)
{
	reply_serve(e->live, make, e);
}

int live_read(struct dns_table *t, const char *file, struct dns_clock *now,
	      struct dns_saved_info *ret_info)
{
	struct buf bytes = { .max = DNS_SAVED_MAX_BYTES }, path = BUF_INIT;
	int rc;

	name_socket(file, &path);
	rc = reply_ask(buf_str(&path), &bytes);
	buf_release(&path);
	if (rc == 0) {
		dns_clock_now(now);
		rc = bytes.len ? dns_saved_take(t, bytes.ptr, bytes.len, now, ret_info) : -EAGAIN;
	}
	buf_release(&bytes);
	return rc;
}
