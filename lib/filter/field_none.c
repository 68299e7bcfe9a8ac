// SPDX-License-Identifier: Apache-2.0
/*
 * Classes whose events falcoc does not record: their fields resolve, so that rules that
 * name them load, and have no value.
 */
#include "filter/field_impl.h"

#define NONE(n, t, d) \
	{ .name = n, .type = VALUE_##t, .flags = FIELD_F_NO_VALUE_YET, .desc = d, \
	  .extract = extract_none }

static const struct field_def fdlist_fields[] = {
	NONE("fdlist.nums", CHARBUF, "Descriptors that a poll waits for."),
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
