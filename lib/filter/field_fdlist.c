// SPDX-License-Identifier: Apache-2.0
/*
 * fdlist.* and util.*: small classes.
 */
#include "filter/field_look.h"
#include "util/buf.h"

static bool fdlist_nums(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value)
{
	struct falcoc_pollfd pfd;
	struct buf nums = BUF_INIT;
	struct slice bytes;
	char *text;

	if (!event_bytes(ctx->ev, FALCOC_A_FDLIST, &bytes))
		return false;
	for (size_t at = 0; at + sizeof(pfd) <= bytes.len; at += sizeof(pfd)) {
		memcpy(&pfd, bytes.ptr + at, sizeof(pfd));
		buf_printf(&nums, "%s%d", nums.len ? "," : "", pfd.fd);
	}
	text = arena_slicedup(ctx->scratch, buf_slice(&nums));
	buf_release(&nums);
	return set_cstr(ref, text, ret_value);
}

static void events_with_fdlist(const struct field_ref *ref, struct eventset *ret_events)
{
	(void)ref;
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		const struct event_def *def = event_def(e);

		for (unsigned int i = 0; i < def->nparams; i++) {
			if (def->params[i].source != FALCOC_SRC_FDLIST)
				continue;
			eventset_add(ret_events, e, false);
			eventset_add(ret_events, e, true);
		}
	}
}

#define LOOK(n, what, d) \
	{ .name = n, .type = VALUE_CHARBUF, .extract = extract_fdlist, .priv = what, \
	  .flags = FIELD_F_COSTLY, \
	  .events_with = events_with_fdlist, .desc = d }

static const struct field_def fdlist_fields[] = {
	{ .name = "fdlist.nums", .type = VALUE_CHARBUF, .extract = fdlist_nums,
	  .events_with = events_with_fdlist,
	  .desc = "Descriptors that a poll was asked to wait for, joined by commas." },
	LOOK("fdlist.names", FDLIST_NAMES, "Names of what a poll waits for."),
	LOOK("fdlist.cips", FDLIST_CIPS, "Client addresses of what a poll waits for."),
	LOOK("fdlist.sips", FDLIST_SIPS, "Server addresses of what a poll waits for."),
	LOOK("fdlist.cports", FDLIST_CPORTS, "Client ports of what a poll waits for."),
	LOOK("fdlist.sports", FDLIST_SPORTS, "Server ports of what a poll waits for."),
};

/*
 * Numbers the events for which it is asked for: a counter of the process's, for no place that a
 * field may write to lives as long as a ruleset.
 */
static bool util_cnt(const struct eval_ctx *ctx, const struct field_ref *ref,
		     struct value *ret_value)
{
	static uint64_t count, last_num;

	if (ctx->ev->num != last_num) {
		last_num = ctx->ev->num;
		count++;
	}
	return set_uint(ref, count, ret_value);
}

static const struct field_def util_fields[] = {
	{ .name = "util.cnt", .type = VALUE_UINT64, .extract = util_cnt,
	  .desc = "Counts the events for which it was asked for, from 1." },
};

FIELD_CLASS(fdlist, "fdlist", "The descriptors that a poll waits for", fdlist_fields);
FIELD_CLASS(util, "util", "Helpers", util_fields);
