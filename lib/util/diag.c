// SPDX-License-Identifier: Apache-2.0
/*
 * diag.c - located errors and warnings, collected and shown together
 *
 * What is shown may come from files that somebody else wrote, so control
 * characters are never passed on to the terminal, and a line of any length is cut
 * to the part around the fault.
 */
#include "util/diag.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/colour.h"

#define DIAGS_MAX_DEFAULT 1000
#define MESSAGE_MAX 500		/* bytes; a name in it may be of any length */
#define SHOWN_LINE_MAX 160	/* bytes of a source line that are shown */
#define SHOWN_BEFORE 80		/* of these, before the fault where the line is longer */
#define SUGGEST_NAME_MAX 64	/* longer names get no suggestion */

struct source {
	unsigned int refs;
	char *name;
	char *text;
	size_t len;
	size_t *lines;		/* where each line begins */
	size_t nlines;
};

static void index_lines(struct source *src)
{
	const char *p = src->text, *end = p + src->len;

	src->lines[src->nlines++] = 0;
	while ((p = memchr(p, '\n', (size_t)(end - p))) && ++p < end)
		src->lines[src->nlines++] = (size_t)(p - src->text);
}

struct source *source_new(const char *name, const char *text, size_t len)
{
	struct source *src = calloc(1, sizeof(*src));
	size_t nlines = 1;

	if (!src)
		return NULL;
	for (const char *p = text, *end = text + len; len && (p = memchr(p, '\n', (size_t)(end - p)));
	     p++)
		nlines++;
	src->refs = 1;
	src->len = len;
	src->name = strdup(name);
	src->text = malloc(len + 1);
	src->lines = calloc(nlines, sizeof(*src->lines));
	if (!src->name || !src->text || !src->lines) {
		source_put(src);
		return NULL;
	}
	if (len)
		memcpy(src->text, text, len);
	src->text[len] = '\0';
	index_lines(src);
	return src;
}

struct source *source_get(struct source *src)
{
	if (src)
		src->refs++;
	return src;
}

void source_put(struct source *src)
{
	if (!src || --src->refs)
		return;
	free(src->name);
	free(src->text);
	free(src->lines);
	free(src);
}

const char *source_name(const struct source *src)
{
	return src->name;
}

struct slice source_line(const struct source *src, unsigned int line)
{
	struct slice s = { "", 0 };
	const char *end;

	if (line == 0 || line > src->nlines)
		return s;
	s.ptr = src->text + src->lines[line - 1];
	s.len = src->len - src->lines[line - 1];
	end = s.len ? memchr(s.ptr, '\n', s.len) : NULL;
	if (end)
		s.len = (size_t)(end - s.ptr);
	if (s.len && s.ptr[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* A text without pieces is a whole file, or stands for itself. */
static struct loc locate_by_counting(const struct text *t, size_t off)
{
	struct loc loc = { t->src, 1, 1, 0 };

	for (size_t i = 0; i < off && i < t->str.len; i++) {
		if (t->str.ptr[i] == '\n') {
			loc.line++;
			loc.col = 0;
		}
		loc.col++;
	}
	return loc;
}

struct loc text_locate(const struct text *t, size_t off, size_t len)
{
	const struct text_piece *piece = t->pieces;
	struct loc loc;
	size_t lo = 0, hi = t->npieces;

	if (!t->pieces || !t->npieces) {
		loc = locate_by_counting(t, off);
		loc.len = (unsigned int)len;
		return loc;
	}
	/* The last piece that does not begin behind off. */
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->pieces[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	piece += lo;
	/* What goes on in the next piece stands in another line. */
	if (lo + 1 < t->npieces && off + len > t->pieces[lo + 1].off &&
	    t->pieces[lo + 1].line != piece->line)
		len = t->pieces[lo + 1].off - off;
	loc = (struct loc){ piece->src ? piece->src : t->src, piece->line, piece->col,
			    (unsigned int)len };
	if (off > piece->off)
		loc.col += (unsigned int)(off - piece->off);
	return loc;
}

struct diags {
	struct diag *items;
	size_t count, cap, max;
	size_t seen[DIAG_NOTE + 1];
};

struct diags *diags_new(size_t max)
{
	struct diags *ds = calloc(1, sizeof(*ds));

	if (ds)
		ds->max = max ? max : DIAGS_MAX_DEFAULT;
	return ds;
}

void diags_free(struct diags *ds)
{
	if (!ds)
		return;
	for (size_t i = 0; i < ds->count; i++) {
		source_put((struct source *)ds->items[i].loc.src);
		free(ds->items[i].message);
		free(ds->items[i].hint);
	}
	free(ds->items);
	free(ds);
}

static struct diag *new_item(struct diags *ds)
{
	if (ds->count >= ds->max)
		return NULL;
	if (ds->count == ds->cap) {
		size_t cap = ds->cap ? ds->cap * 2 : 16;
		struct diag *items = realloc(ds->items, cap * sizeof(*items));

		if (!items)
			return NULL;
		ds->items = items;
		ds->cap = cap;
	}
	return &ds->items[ds->count];
}

/* Cuts what is too long, and shows that it did. Not within a character. */
static void cut_message(char *message)
{
	size_t at = MESSAGE_MAX;

	if (strnlen(message, MESSAGE_MAX + 4) <= MESSAGE_MAX + 3)
		return;
	while (at && ((unsigned char)message[at] & 0xc0) == 0x80)
		at--;
	memcpy(message + at, "...", 4);
}

struct diag *diags_add(struct diags *ds, enum diag_severity sev, const char *code,
		       struct loc loc, const char *fmt, ...)
{
	struct diag *d = new_item(ds);
	char *message = NULL;
	va_list ap;

	ds->seen[sev]++;
	if (!d)
		return NULL;
	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		message = NULL;
	va_end(ap);
	if (!message)
		return NULL;
	cut_message(message);
	source_get((struct source *)loc.src);
	*d = (struct diag){ sev, code, loc, message, NULL };
	ds->count++;
	return d;
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	char *hint = NULL;
	va_list ap;

	if (!d)
		return;
	va_start(ap, fmt);
	if (vasprintf(&hint, fmt, ap) < 0)
		hint = NULL;
	va_end(ap);
	if (!hint)
		return;
	free(d->hint);
	d->hint = hint;
}

size_t diags_count(const struct diags *ds, enum diag_severity sev)
{
	return ds->seen[sev];
}

size_t diags_kept(const struct diags *ds)
{
	return ds->count;
}

const struct diag *diags_at(const struct diags *ds, size_t i)
{
	return i < ds->count ? &ds->items[i] : NULL;
}

/*
 * The length of what @s begins with and no terminal may see: control characters, those of Unicode and
 * what turns the direction of a text included; else 0.
 */
static size_t control_len(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if ((p[0] < 0x20 && p[0] != '\t') || p[0] == 0x7f)
		return 1;
	/* U+0080 to U+009F */
	if (s.len >= 2 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
		return 2;
	if (s.len < 3 || p[0] != 0xe2)
		return 0;
	/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
	if ((p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9))
		return 3;
	return 0;
}

/* Text of others on its way to a terminal. Tabs stay, so that the caret can follow them. */
static void add_clean(struct buf *out, struct slice s)
{
	for (size_t i = 0, n; i < s.len; i += n ? n : 1) {
		n = control_len((struct slice){ s.ptr + i, s.len - i });
		buf_add_char(out, n ? '?' : s.ptr[i]);
	}
}

static bool is_utf8_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The source line, or the part of it around the fault, and the caret (of @colour, or NULL) below it. */
static void format_line(const struct loc *loc, const char *colour, struct buf *out)
{
	struct slice line = source_line(loc->src, loc->line);
	size_t from = 0, to = line.len;
	size_t at = loc->col ? loc->col - 1 : 0;
	size_t len = loc->len ? loc->len : 1;

	if (at > line.len)
		at = line.len;
	if (line.len > SHOWN_LINE_MAX) {
		from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
		while (from > 0 && is_utf8_tail(line.ptr[from]))
			from--;
		to = line.len - from > SHOWN_LINE_MAX ? from + SHOWN_LINE_MAX : line.len;
		while (to < line.len && is_utf8_tail(line.ptr[to]))
			to++;
	}
	buf_printf(out, "%5u | %s", loc->line, from ? "..." : "");
	add_clean(out, (struct slice){ line.ptr + from, to - from });
	buf_add_str(out, to < line.len ? "...\n" : "\n");
	if (!loc->col)
		return;
	buf_printf(out, "      | %s", from ? "   " : "");
	for (size_t i = from; i < at; i++)
		if (line.ptr[i] == '\t')
			buf_add_char(out, '\t');
		else if (!is_utf8_tail(line.ptr[i]))
			buf_add_char(out, ' ');
	if (colour)
		buf_add_str(out, colour);
	buf_add_char(out, '^');
	for (size_t i = at + 1; i < at + len && i < to; i++)
		if (!is_utf8_tail(line.ptr[i]))
			buf_add_char(out, '~');
	buf_add_str(out, colour ? COLOUR_END "\n" : "\n");
}

void diag_format(const struct diag *d, bool colour, struct buf *out)
{
	static const struct {
		const char *word, *colour;
	} severities[] = {
		[DIAG_ERROR] = { "error", COLOUR_BAD },
		[DIAG_WARNING] = { "warning", COLOUR_WARNING },
		[DIAG_NOTE] = { "note", COLOUR_NOTE },
	};
	const char *paint = colour ? severities[d->severity].colour : NULL;
	const struct loc *loc = &d->loc;

	if (loc->src) {
		add_clean(out, slice_of(source_name(loc->src)));
		buf_add_char(out, ':');
	}
	if (loc->line) {
		buf_printf(out, "%u:", loc->line);
		if (loc->col)
			buf_printf(out, "%u:", loc->col);
	}
	if (loc->src || loc->line)
		buf_add_char(out, ' ');
	colour_add(out, paint, severities[d->severity].word);
	buf_add_str(out, ": ");
	add_clean(out, slice_of(d->message));
	if (d->code)
		buf_printf(out, " [%s]", d->code);
	buf_add_char(out, '\n');
	if (loc->src && loc->line)
		format_line(loc, paint, out);
	if (d->hint) {
		buf_add_str(out, "      = ");
		add_clean(out, slice_of(d->hint));
		buf_add_char(out, '\n');
	}
}

void diags_format(const struct diags *ds, bool colour, struct buf *out)
{
	size_t seen = ds->seen[DIAG_ERROR] + ds->seen[DIAG_WARNING] + ds->seen[DIAG_NOTE];

	for (size_t i = 0; i < ds->count; i++)
		diag_format(&ds->items[i], colour, out);
	if (seen > ds->count)
		buf_printf(out, "... and %zu more that are not shown\n", seen - ds->count);
}

/*
 * Edit distance where exchanging two neighbours counts as one step
 * (Damerau-Levenshtein, restricted), without case. More than @bound: bound + 1.
 */
static unsigned int edit_distance(struct slice a, struct slice b, unsigned int bound)
{
	unsigned int rows[3][SUGGEST_NAME_MAX + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		last[j] = (unsigned int)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned int least = now[0] = (unsigned int)i;
		unsigned int *spare;
		int ca = tolower((unsigned char)a.ptr[i - 1]);

		for (size_t j = 1; j <= b.len; j++) {
			int cb = tolower((unsigned char)b.ptr[j - 1]);
			unsigned int d = last[j - 1] + (ca != cb);

			d = last[j] + 1 < d ? last[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && tolower((unsigned char)a.ptr[i - 2]) == cb &&
			    tolower((unsigned char)b.ptr[j - 2]) == ca && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
			least = d < least ? d : least;
		}
		if (least > bound)
			return bound + 1;
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.len];
}

const char *suggest(struct slice name, const char *(*candidates)(void *ctx, size_t i), void *ctx)
{
	/* One slip in a short name, a third of the letters at most in a long one. */
	unsigned int bound = name.len < 3 ? 1 : (unsigned int)(name.len + 1) / 3;
	const char *best = NULL, *candidate;

	if (name.len == 0 || name.len > SUGGEST_NAME_MAX)
		return NULL;
	if (bound > 4)
		bound = 4;
	for (size_t i = 0; (candidate = candidates(ctx, i)) != NULL; i++) {
		struct slice c = slice_of(candidate);
		unsigned int d;

		if (c.len > SUGGEST_NAME_MAX || c.len + bound < name.len ||
		    name.len + bound < c.len)
			continue;
		d = edit_distance(name, c, bound);
		if (d > bound || d >= c.len || (best && d == bound))
			continue;
		best = candidate;
		if (d == 0)
			break;
		bound = d;
	}
	return best;
}
