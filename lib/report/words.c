// SPDX-License-Identifier: Apache-2.0
/*
 * words.c - times, spans and numbers as text, in no language's way but ISO 8601
 */
#include "report/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "output/text.h"

void add_local(uint64_t ns, bool zone, struct buf *out)
{
	time_t t = (time_t)(ns / NS_PER_S);
	char text[64] = "";
	struct tm tm;

	if (!ns)
		buf_add_char(out, '-');
	else if (localtime_r(&t, &tm) && strftime(text, sizeof(text), zone ? "%Y-%m-%d %H:%M:%S %z" :
								  "%Y-%m-%d %H:%M:%S", &tm))
		buf_add_str(out, text);
}

void add_utc(uint64_t ns, struct buf *out)
{
	time_t t = (time_t)(ns / NS_PER_S);
	char text[64] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		buf_printf(out, "%s.%03uZ", text, (unsigned int)(ns % NS_PER_S / 1000000));
}

void add_span(uint64_t ns, struct buf *out)
{
	uint64_t s = ns / NS_PER_S;

	if (ns == 0)
		buf_add_str(out, "0 s");
	else if (s < 10)
		buf_printf(out, "%" PRIu64 ".%u s", s, (unsigned int)(ns % NS_PER_S / 100000000));
	else if (s < 120)
		buf_printf(out, "%" PRIu64 " s", s);
	else if (s < 7200)
		buf_printf(out, "%" PRIu64 " min", s / 60);
	else if (s < 2 * 86400)
		buf_printf(out, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s % 3600 / 60);
	else
		buf_printf(out, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s % 86400 / 3600);
}

void add_grouped(uint64_t n, const char *blank, struct buf *out)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_add_str(out, blank);
		buf_add_char(out, digits[i]);
	}
}

void add_html(const char *text, struct buf *out)
{
	struct buf safe = BUF_INIT;

	text_escape(slice_of(text), &safe);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.ptr[i]) {
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '"':
			buf_add_str(out, "&quot;");
			break;
		case '\'':
			buf_add_str(out, "&#39;");
			break;
		default:
			buf_add_char(out, safe.ptr[i]);
		}
	}
	buf_release(&safe);
}
