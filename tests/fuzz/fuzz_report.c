// SPDX-License-Identifier: Apache-2.0
/*
 * Whatever watched processes chose, as fields of alerts, notes and questions, into a store through its sink, or
 * as bytes of a store that somebody else wrote; then reports of it in every format. Each has to be well-formed
 * whatever is in it: UTF-8 without a control character, JSON that is read back, CSV of four cells a row of which
 * none is a formula, HTML and Markdown without an element of others.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "output/output.h"
#include "output/text.h"
#include "report/report.h"
#include "store/coverage.h"
#include "store/store.h"
#include "util/lazy_sqlite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW	1795383575000000000ull	/* 2026-11-22T21:39:35Z */
#define MUST(cond) do { if (!(cond)) { fprintf(stderr, "line %d: " #cond "\n", __LINE__); abort(); } } while (0)

/* Pieces of the input, one after another: a byte that says how long it is, then that; at the end "". */
struct input {
	const uint8_t *at, *end;
};

static struct slice piece(struct input *in)
{
	struct slice s = { (const char *)in->at, 0 };
	size_t n = in->at < in->end ? *in->at++ : 0;

	s.ptr = (const char *)in->at;
	s.len = n < (size_t)(in->end - in->at) ? n : (size_t)(in->end - in->at);
	in->at += s.len;
	return s;
}

static const char *text_of(struct input *in, char out[256])
{
	struct slice s = piece(in);

	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return out;
}

/* ---- a store ---- */

static void add_field(const char *name, struct slice value, struct buf *out)
{
	buf_printf(out, "%s\"%s\":", out->len ? "," : "", name);
	text_json(value, out);
}

static void send(struct sink *s, const char *rule, enum priority p, const struct buf *line)
{
	struct slice form[MESSAGE_FORMS] = { 0 };
	struct message *m;

	form[MESSAGE_RECORD] = buf_slice(line);
	m = message_new(p, NOW - 3600000000000ull, rule, form);
	MUST(m && s->ops->send(s, &m, 1) == 1);
	message_put(m);
}

static void add_alert(struct sink *s, struct input *in, unsigned int i)
{
	static const char *const names[] = {
		"proc.exepath", "proc.name", "user.name", "user.loginname", "container.id", "container.name",
		"container.image.repository", "container.image.tag", "fd.name", "fd.sip", "fd.sip.name",
		"fd.sip.name_source", "falcoc.action.name", "falcoc.action.result", "falcoc.action.policy",
		"falcoc.action.process",
	};
	struct alert_format how = { .json = true, .escape = true, .include_message = true,
				    .include_fields = true, .include_tags = true, .hostname = "h" };
	struct buf fields = BUF_INIT, line = BUF_INIT;
	enum priority p = (enum priority)(i % PRIORITY_COUNT);
	char rule[256];
	struct alert_note note = { .priority = p, .ts_ns = NOW - 3600000000000ull, .rule = text_of(in, rule) };

	if (!*rule)
		snprintf(rule, sizeof(rule), "R");
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]) - (i & 1 ? 4 : 0); k++)
		add_field(names[k], piece(in), &fields);
	buf_printf(&fields, ",\"fd.type\":\"file\",\"user.uid\":%u,\"user.loginuid\":%u,\"fd.sport\":%u", i, i & 2, i);
	note.text = piece(in);
	note.fields = buf_slice(&fields);
	alert_note_format(&note, &how, &line);
	/* enough of the first one to be noisy */
	for (int n = 0; n < (i ? 1 : 25); n++)
		send(s, rule, p, &line);
	buf_release(&fields);
	buf_release(&line);
}

static void add_coverage(struct sink *s, struct input *in)
{
	struct store_asked asked = { .count = 7 };
	struct buf line = BUF_INIT;
	char text[256];

	asked.name = text_of(in, text);
	store_asked_json(&asked, 1, &line);
	send(s, "", PRIORITY_DEBUG, &line);
	buf_clear(&line);
	store_note_json(STORE_NOTE_FAILURE, text_of(in, text), NULL, &line);
	send(s, "", PRIORITY_DEBUG, &line);
	buf_release(&line);
}

/* What no sink of ours would write, in each column that holds text. */
static void spoil(const char *path, struct input *in)
{
	static const char *const sql[] = {
		"UPDATE names SET text = ?1 || id WHERE id % 2", "UPDATE notes SET text = ?1",
		"UPDATE notes SET detail = ?1", "UPDATE runs SET version = ?1", "UPDATE asked SET name = ?1",
		"UPDATE actions SET name = ?1, process = ?1", "UPDATE alerts SET fields = ?1, output = ?1, rule = ?1",
		"UPDATE facts SET time_ns = time_ns + length(?1) * 1000000007, priority = 100 - length(?1)",
		"UPDATE names SET first_ns = -1", "UPDATE runs SET began_ns = -5, seen_ns = 9223372036854775807",
		"UPDATE counts SET events = -1, dropped = 9223372036854775807",
	};
	sqlite3 *db;

	MUST(lazy_sqlite_load());
	MUST(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		struct slice bytes = piece(in);
		sqlite3_stmt *st;

		if (!bytes.len)
			continue;
		MUST(sqlite3_prepare_v2(db, sql[i], -1, &st, NULL) == SQLITE_OK);
		sqlite3_bind_text(st, 1, bytes.ptr, (int)bytes.len, SQLITE_TRANSIENT);
		sqlite3_step(st);
		sqlite3_finalize(st);
	}
	sqlite3_close(db);
}

static void fill(const char *path, struct input *in)
{
	struct store_options opt = { .path = path, .version = "1", .max_days = 36500 };
	struct sink *s = store_sink_new(&opt);
	unsigned int how = in->at < in->end ? *in->at++ : 0;

	MUST(s);
	for (unsigned int i = 0; i < 1 + how % 4; i++)
		add_alert(s, in, i);
	add_coverage(s, in);
	s->ops->close(s);
	sink_free(s);
	if (how & 0x80)
		spoil(path, in);
}

/* ---- what comes out of it ---- */

static void check_text(const struct buf *out, bool cr)
{
	MUST(!out->truncated);
	for (size_t i = 0; i < out->len;) {
		size_t n = utf8_char((struct slice){ out->ptr + i, out->len - i });
		unsigned char c = (unsigned char)out->ptr[i];

		MUST(n > 0);
		MUST(c >= 0x20 || c == '\n' || (cr && c == '\r' && out->ptr[i + 1] == '\n'));
		MUST(c != 0x7f);
		/* C1, and what turns the direction of text */
		MUST(n != 2 || c != 0xc2 || (unsigned char)out->ptr[i + 1] >= 0xa0);
		MUST(n != 3 || memcmp(out->ptr + i, "\xe2\x80\xae", 3) != 0);
		i += n;
	}
}

static void check_json(const struct buf *out)
{
	json_t *all = json_loadb(out->ptr, out->len, JSON_REJECT_DUPLICATES, NULL);

	MUST(json_is_object(all));
	json_decref(all);
}

/* Behind each < stands an element of ours, and within it nothing that ends it early. */
static void check_html(const struct buf *out)
{
	static const char *const ours[] = {
		"!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "div", "b",
		"section", "span", "svg", "rect", "g", "text", "line", "table", "thead", "tbody", "tr", "th", "td",
		"pre",
	};

	for (const char *p = out->ptr; (p = strchr(p, '<')); p++) {
		const char *name = p + 1 + (p[1] == '/');
		size_t n = strcspn(name, " >/"), i = 0;

		while (i < sizeof(ours) / sizeof(ours[0]) && (strlen(ours[i]) != n || strncmp(ours[i], name, n) != 0))
			i++;
		MUST(i < sizeof(ours) / sizeof(ours[0]));
		MUST(strcspn(name, ">") < strcspn(name, "<"));
	}
}

/* Rows of section,row,column,value. */
static void check_csv(const struct buf *out)
{
	const char *p = out->ptr;

	while (*p) {
		for (int cell = 0; cell < 4; cell++) {
			if (*p == '"') {
				MUST(!strchr("=+@", p[1]) || !p[1] || p[2] == '"');
				for (p++; *p != '"' || p[1] == '"'; p++) {
					MUST(*p);
					p += *p == '"';
				}
				p++;
			} else {
				MUST(!*p || !strchr("=+@", *p));
				p += strcspn(p, ",\r\"");
			}
			MUST(cell == 3 ? p[0] == '\r' && p[1] == '\n' : *p == ',');
			p += cell == 3 ? 2 : 1;
		}
	}
}

/* No element, no link, no picture, and as many cells in each row of a table as in its head. */
static void check_markdown(const struct buf *out)
{
	size_t cells = 0;

	for (const char *p = out->ptr; *p;) {
		size_t n = strcspn(p, "\n"), bars = 0;

		if (strncmp(p, "    ", 4) != 0) {
			for (size_t i = 0; i < n; i++)
				bars += p[i] == '|';
			MUST(!memchr(p, '<', n) && !memchr(p, '[', n) && !memchr(p, '`', n));
			MUST(*p != '|' || !cells || bars == cells);
			cells = *p == '|' ? bars : 0;
		}
		p += n + (p[n] == '\n');
	}
}

static void check(const struct report *r)
{
	struct buf out = BUF_INIT;

	report_text(r, &out);
	check_text(&out, false);
	buf_clear(&out);
	report_json(r, &out);
	check_text(&out, false);
	check_json(&out);
	buf_clear(&out);
	report_html(r, &out);
	check_text(&out, false);
	check_html(&out);
	buf_clear(&out);
	report_csv(r, &out);
	check_text(&out, true);
	check_csv(&out);
	buf_clear(&out);
	report_markdown(r, &out);
	check_text(&out, false);
	check_markdown(&out);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/falcoc-fuzz-XXXXXX", why[200] = "", more[64];
	struct input in = { data, data + size };
	struct report_options opt = {
		.since_ns = NOW - 86400000000000ull, .until_ns = NOW, .now_ns = NOW,
		.min_priority = PRIORITY_DEBUG,
	};
	int fd = mkstemp(path);
	struct report r;
	struct store *st;

	MUST(fd >= 0);
	close(fd);
	fill(path, &in);
	MUST(store_open(path, &st, why, sizeof(why)) == 0);
	for (opt.detail = 0; opt.detail <= REPORT_DETAIL_MAX; opt.detail += 2) {
		store_freeze(st);
		/* a store that was spoiled may be refused, with a reason */
		if (report_gather(st, &opt, &r, why, sizeof(why)) == 0)
			check(&r);
		else
			MUST(*why);
		report_release(&r);
	}
	store_close(st);
	for (size_t i = 0; i < 4; i++) {
		snprintf(more, sizeof(more), "%s%s", path, (const char *[]){ "", "-wal", "-shm", "-runs" }[i]);
		unlink(more);
	}
	return 0;
}
