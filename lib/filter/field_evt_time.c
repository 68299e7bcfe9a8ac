// SPDX-License-Identifier: Apache-2.0
/*
 * evt.time and its like: the moment of an event as text.
 */
#include <stdio.h>
#include <time.h>

#include "filter/field_impl.h"

#define NS_PER_S 1000000000ull

static const struct {
	const char *format;	/* for strftime */
	const char *tail;	/* behind the nanoseconds; NULL: no nanoseconds */
	bool utc;
} forms[] = {
	[TIME_CLOCK] = { "%H:%M:%S", "", false },
	[TIME_CLOCK_S] = { "%H:%M:%S", NULL, false },
	[TIME_DATE] = { "%Y-%m-%d %H:%M:%S", "", false },
	[TIME_DATE_S] = { "%Y-%m-%d %H:%M:%S", NULL, false },
	[TIME_ISO8601] = { "%Y-%m-%dT%H:%M:%S", "+0000", true },
};

bool extract_evt_time(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value)
{
	const enum time_form form = (enum time_form)ref->def->priv;
	time_t s = (time_t)(ctx->ev->ts_ns / NS_PER_S);
	unsigned int ns = (unsigned int)(ctx->ev->ts_ns % NS_PER_S);
	char text[64];
	struct tm tm;

	if (!(forms[form].utc ? gmtime_r(&s, &tm) : localtime_r(&s, &tm)) ||
	    !strftime(text, sizeof(text), forms[form].format, &tm))
		return false;
	if (!forms[form].tail)
		return set_cstr(ref, arena_strdup(ctx->scratch, text), ret_value);
	return set_cstr(ref, arena_printf(ctx->scratch, "%s.%09u%s", text, ns, forms[form].tail),
			ret_value);
}
