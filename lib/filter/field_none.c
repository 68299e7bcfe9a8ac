// SPDX-License-Identifier: Apache-2.0
/*
 * Classes of which falcoc has little or nothing: their fields resolve, so that rules that
 * name them load, and have no value.
 */
#include "filter/field_impl.h"
#include "util/buf.h"

#define NONE(n, t, d) \
	{ .name = n, .type = VALUE_##t, .flags = FIELD_F_NO_VALUE_YET, .desc = d, \
	  .extract = extract_none }

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

static const struct field_def fdlist_fields[] = {
	{ .name = "fdlist.nums", .type = VALUE_CHARBUF, .extract = fdlist_nums,
	  .events_with = events_with_fdlist,
	  .desc = "Descriptors that a poll was asked to wait for, joined by commas." },
	NONE("fdlist.names", CHARBUF, "Names of what a poll waits for."),
	NONE("fdlist.cips", CHARBUF, "Client addresses of what a poll waits for."),
	NONE("fdlist.sips", CHARBUF, "Server addresses of what a poll waits for."),
	NONE("fdlist.cports", CHARBUF, "Client ports of what a poll waits for."),
	NONE("fdlist.sports", CHARBUF, "Server ports of what a poll waits for."),
};

static const struct field_def util_fields[] = {
	NONE("util.cnt", UINT64, "A number that grows with each use."),
};

FIELD_CLASS(fdlist, "fdlist", "The descriptors that a poll waits for", fdlist_fields);
FIELD_CLASS(util, "util", "Helpers", util_fields);
