// SPDX-License-Identifier: Apache-2.0
/*
 * replay.c - judges a capture file instead of this machine
 *
 * Nothing of this machine is looked at: users, processes, addresses and files are those that the
 * capture tells of, and times are its own. Names of domains are not known: to ask for them now
 * would tell what they mean today.
 */
#include "engine/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY	4096	/* events between two looks at signals */

enum engine_status engine_start_replay(struct engine *e)
{
	char why[400] = "";
	int rc;

	if (capture_open_file(e->opt.capture_file, &e->capture, why, sizeof(why)) != CAPTURE_OK)
		return engine_fail(e, ENGINE_ERR_CAPTURE, "%s", why);
	rules_loader_free(e->loader);
	e->loader = NULL;
	e->dns = dns_table_new(NULL);
	e->socks = net_socks_new(0, 0);
	e->roles = net_roles_new(0);
	if (!e->dns || !e->socks || !e->roles)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	rc = state_init(&e->state, &(struct state_options){ .foreign = true });
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up the state: %s", strerror(-rc));
	engine_use_state(e);
	return ENGINE_OK;
}

/* The capture is over, or can be read no further. All before that has been judged. */
static enum engine_status replay_ended(struct engine *e, int rc)
{
	const char *name = strcmp(e->opt.capture_file, "-") == 0 ? "the standard input" :
								    e->opt.capture_file;
	const char *fault = capture_fault(e->capture);
	struct sink_stats sink;

	if (rc == -ENODATA)
		return engine_fail(e, ENGINE_ERR_CUT,
				   "%s was cut: what is whole was judged, its end is missing",
				   name);
	if (rc == -EBADMSG || rc == -EIO)
		return engine_fail(e, ENGINE_ERR_CUT,
				   "%s is damaged: %s; what stands before that was judged",
				   name, fault ? fault : "its compression is broken");
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_CAPTURE, "cannot read %s: %s",
				   name, strerror(-rc));
	sink_stats(e->sink, &sink);
	if (sink.failed)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "not all alerts could be written to the %s",
				   sink_name(e->sink));
	return ENGINE_OK;
}

enum engine_status engine_replay(struct engine *e)
{
	struct event ev;

	for (uint64_t n = 1; !e->stop; n++) {
		int rc = capture_next(e->capture, &ev);

		if (rc <= 0)
			return replay_ended(e, rc);
		rc = engine_judge(e, &ev);
		if (rc < 0 && *e->error)
			return ENGINE_ERR_RUNTIME;
		if (rc < 0)
			return engine_fail(e, ENGINE_ERR_RUNTIME, "%s", strerror(-rc));
		if (n % LOOK_EVERY == 0 && engine_take_signals(e))
			e->stop = true;
		if (e->end_ns != UINT64_MAX && n % LOOK_EVERY == 0 && now_boot_ns() >= e->end_ns)
			e->stop = true;
	}
	return replay_ended(e, 0);
}
