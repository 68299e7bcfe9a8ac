// SPDX-License-Identifier: Apache-2.0
/*
 * svg.c - the timeline: alerts in 48 parts of the period, stacked by how urgent they are
 */
#include "report/internal.h"

#include <inttypes.h>

#define WIDTH	960u
#define HEIGHT	150u	/* of the bars */
#define LEFT	90u
#define TOP	26u
#define GROUPS	4

static const char *const classes[GROUPS] = { "crit", "err", "warn", "info" };

static int group_of(enum priority p)
{
	return p <= PRIORITY_CRITICAL ? 0 : p == PRIORITY_ERROR ? 1 : p == PRIORITY_WARNING ? 2 : 3;
}

const char *priority_class(enum priority p)
{
	return classes[group_of(p)];
}

static void group(const struct report *r, size_t bucket, uint64_t counts[GROUPS])
{
	for (int i = 0; i < GROUPS; i++)
		counts[i] = 0;
	for (int p = 0; p < PRIORITY_COUNT; p++)
		counts[group_of((enum priority)p)] += r->buckets[bucket][p];
}

static uint64_t sum_of(const uint64_t counts[GROUPS])
{
	return counts[0] + counts[1] + counts[2] + counts[3];
}

static uint64_t begin_of(const struct report *r, size_t bucket)
{
	uint64_t span = r->opt.until_ns - r->opt.since_ns;

	return r->opt.since_ns + span / STORE_BUCKETS * bucket;
}

static void add_bar(const struct report *r, size_t bucket, uint64_t most, struct buf *out)
{
	double width = (double)(WIDTH - LEFT) / STORE_BUCKETS, x = LEFT + width * (double)bucket;
	double y = HEIGHT + TOP;
	uint64_t counts[GROUPS];

	group(r, bucket, counts);
	if (!sum_of(counts))
		return;
	buf_add_str(out, "<g><title>");
	add_local(begin_of(r, bucket), false, out);
	buf_printf(out, ": %" PRIu64 "</title>", sum_of(counts));
	for (int i = 0; i < GROUPS; i++) {
		double h = (double)counts[i] / (double)most * HEIGHT;

		/* what is there is to be seen */
		if (counts[i] && h < 1.5)
			h = 1.5;
		y -= h;
		if (counts[i])
			buf_printf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
				   classes[i], x + 1, y, width - 2, h);
	}
	buf_add_str(out, "</g>\n");
}

static void add_label(double x, double y, const char *anchor, const char *text, struct buf *out)
{
	/* there is no room for the middle one on a narrow screen */
	buf_printf(out, "<text%s x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
		   *anchor == 'm' ? " class=\"mid\"" : "", x, y, anchor, text);
}

static void add_axes(const struct report *r, uint64_t most, struct buf *out)
{
	struct buf text = BUF_INIT;

	for (unsigned int i = 0; i <= 2; i++) {
		double y = TOP + HEIGHT - HEIGHT * (double)i / 2;

		if (i == 1 && most < 2)
			continue;
		buf_printf(out, "<line class=\"grid\" x1=\"%u\" x2=\"%u\" y1=\"%.1f\" y2=\"%.1f\"/>\n", LEFT, WIDTH, y, y);
		buf_clear(&text);
		buf_add_u64(&text, most * i / 2);
		add_label(LEFT - 8, y + 5, "end", buf_str(&text), out);
	}
	for (unsigned int i = 0; i <= 2; i++) {
		static const char *const anchors[] = { "start", "middle", "end" };

		buf_clear(&text);
		add_local(begin_of(r, STORE_BUCKETS * i / 2), false, &text);
		/* the seconds are of no use here */
		if (text.len > 3) {
			text.len -= 3;
			text.ptr[text.len] = '\0';
		}
		add_label(LEFT + (WIDTH - LEFT) * (double)i / 2, TOP + HEIGHT + 28, anchors[i],
			  buf_str(&text), out);
	}
	buf_release(&text);
}

void svg_timeline(const struct report *r, struct buf *out)
{
	uint64_t most = 1, counts[GROUPS];

	for (size_t i = 0; i < STORE_BUCKETS; i++) {
		group(r, i, counts);
		if (sum_of(counts) > most)
			most = sum_of(counts);
	}
	buf_printf(out, "<svg class=\"time\" viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"Alerts over time\">\n",
		   WIDTH, TOP + HEIGHT + 40);
	add_axes(r, most, out);
	for (size_t i = 0; i < STORE_BUCKETS; i++)
		add_bar(r, i, most, out);
	buf_add_str(out, "</svg>\n");
}
