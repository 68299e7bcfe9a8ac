// SPDX-License-Identifier: Apache-2.0
/*
 * report.c - reports of what was stored: what is asked for, where it goes, and what was told before
 *
 * A checkpoint says up to where the store has been reported. It is locked while a report is made, and
 * written only when that got where it was to go: a report that failed is made again, whole.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKPOINT	"falcoc-checkpoint 1"

/* The exit statuses of this command; they stand in its help. */
enum report_status {
	REPORT_OK = 0,
	REPORT_USAGE = 1,
	REPORT_IO = 2,
	REPORT_FAIL_ON = 3,
	REPORT_GAP = 4,
	REPORT_CHECKPOINT_INVALID = 10,
	REPORT_CHECKPOINT_UNWRITABLE = 11,
	REPORT_CHECKPOINT_NOT_FOUND = 12,
};

static enum status set_detail(struct settings *s, const char *value)
{
	if (*value < '0' || *value > '2' || value[1]) {
		complain("--detail: '%s' is not 0, 1 or 2", value);
		return STATUS_USAGE;
	}
	s->report.detail = (unsigned int)(*value - '0');
	s->detail_set = true;
	return STATUS_OK;
}

static enum status set_report_format(struct settings *s, const char *value)
{
	static const char *const names[] = { "text", "html", "json", "csv", "markdown", NULL };

	for (size_t i = 0; names[i]; i++)
		if (strcmp(value, names[i]) == 0) {
			s->report.format = (enum engine_audit_format)i;
			return STATUS_OK;
		}
	complain("--format: '%s' is not text, html, json, csv or markdown%s", value,
		 did_you_mean(value, names));
	return STATUS_USAGE;
}

const struct option report_options[] = {
	{ 0, "since", "TIME", "from then on (default: yesterday): 2026-11-22, 2026-11-22T10:30:05Z, now,\n"
	  "recent, today, yesterday, this-week, week-ago, this-month, month-ago,\n"
	  "this-year, year-ago, boot, or so long ago: 90s 30m 3h 2d 1w", SETS(report.since) },
	{ 0, "until", "TIME", "before then (default: now)", SETS(report.until) },
	{ 0, "format", "FORMAT", "text (the default), html, json, csv or markdown", CALLS(set_report_format) },
	{ 0, "detail", "0..2", "0: in short; 1 (the default); 2: all", CALLS(set_detail) },
	{ 0, "min-priority", "PRIORITY", "only alerts of this priority and more urgent ones", SETS(report.min_priority) },
	{ 0, "fail-on", "PRIORITY", "exit status 3 where there is one of this priority or more urgent", SETS(report.fail_on) },
	{ 0, "checkpoint", "FILE", "only what is new since the last report with this file", SETS(checkpoint) },
	{ 0, "max-restart", "TIME", "restarts that together took no longer are told, but make no exit status 4\n"
	  "(default: 1m; 0: any does)", SETS(report.restarts) },
	{ 0, "quiet-if-empty", NULL, "say nothing where there is nothing to say; that coverage was lost is\n"
	  "something", SETS(quiet_if_empty) },
	{ 0, "output", "FILE", "write it there, at once and as a whole (default: standard output)", SETS(report_file) },
	{ 0, "mail-subject", NULL, "a subject and headers first, for sendmail -t or the like", SETS(mail_subject) },
	STORE_OPTIONS,
};

static enum report_status fault(enum report_status status, const char *file, const char *what)
{
	complain("report: %s: %s", file, what);
	return status;
}

/* ---- the checkpoint ---- */

struct checkpoint {
	const char *path;	/* NULL: there is none to be kept */
	char lock[4096];
	int fd;			/* holds the lock; -1: it is not */
	bool there;
	struct engine_audit_mark mark;
};

/* The file itself is replaced, so the lock is on one beside it. */
static enum report_status checkpoint_lock(struct checkpoint *c)
{
	if ((size_t)snprintf(c->lock, sizeof(c->lock), "%s.lock", c->path) >= sizeof(c->lock))
		return fault(REPORT_CHECKPOINT_UNWRITABLE, c->path, strerror(ENAMETOOLONG));
	c->fd = open(c->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (c->fd < 0)
		return fault(REPORT_CHECKPOINT_UNWRITABLE, c->lock, strerror(errno));
	if (flock(c->fd, LOCK_EX | LOCK_NB) < 0)
		return fault(REPORT_CHECKPOINT_UNWRITABLE, c->path,
			     errno == EWOULDBLOCK ? "another report with this checkpoint is being made" :
						    strerror(errno));
	return REPORT_OK;
}

static enum report_status checkpoint_read(struct checkpoint *c)
{
	char line[128] = "", end;
	FILE *f = fopen(c->path, "re");
	int n, notes;

	if (!f && errno == ENOENT)
		return REPORT_OK;
	if (!f)
		return fault(REPORT_CHECKPOINT_INVALID, c->path, strerror(errno));
	if (!fgets(line, sizeof(line), f) || strcmp(line, CHECKPOINT "\n") != 0) {
		fclose(f);
		return fault(REPORT_CHECKPOINT_INVALID, c->path, "not a checkpoint of falcoc report");
	}
	n = fscanf(f, "until %" SCNu64 "\nlast %" SCNd64 " %" SCNu64 "%c", &c->mark.until_ns, &c->mark.last_id,
		   &c->mark.last_ns, &end);
	c->mark.last_note = -1;
	/* which an older falcoc did not write */
	notes = n == 4 ? fscanf(f, "notes %" SCNd64, &c->mark.last_note) : EOF;
	fclose(f);
	if (n != 4 || end != '\n' || c->mark.last_id < 0 || notes == 0)
		return fault(REPORT_CHECKPOINT_INVALID, c->path, "damaged; without it the report begins anew");
	c->there = true;
	return REPORT_OK;
}

/* Writes all and makes it last, beside @path; then it takes that name. 0 or a negative errno. */
static int replace_file(const char *path, const char *text, size_t len)
{
	char name[4096 + 32];
	int fd, err = 0;

	if ((size_t)snprintf(name, sizeof(name), "%s.%d.new", path, (int)getpid()) >= sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	while (len && !err) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			err = -errno;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	if (!err && fsync(fd) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(name, path) < 0)
		err = -errno;
	if (err)
		unlink(name);
	return err;
}

static enum report_status checkpoint_write(const struct checkpoint *c,
					   const struct engine_audit_mark *mark)
{
	char text[256];
	int rc;

	snprintf(text, sizeof(text), CHECKPOINT "\nuntil %" PRIu64 "\nlast %" PRId64 " %" PRIu64 "\nnotes %" PRId64 "\n",
		 mark->until_ns, mark->last_id, mark->last_ns, mark->last_note);
	rc = replace_file(c->path, text, strlen(text));
	return rc < 0 ? fault(REPORT_CHECKPOINT_UNWRITABLE, c->path, strerror(-rc)) : REPORT_OK;
}

static enum report_status checkpoint_begin(struct checkpoint *c)
{
	enum report_status status = c->path ? checkpoint_lock(c) : REPORT_OK;

	return c->path && status == REPORT_OK ? checkpoint_read(c) : status;
}

/* ---- the report ---- */

static void print_headers(const struct settings *s, const struct engine_audit *a)
{
	static const char *const types[] = {
		"text/plain", "text/html", "application/json", "text/csv", "text/markdown",
	};

	printf("Subject: %s\nMIME-Version: 1.0\nContent-Type: %s; charset=utf-8\n"
	       "Content-Transfer-Encoding: 8bit\n\n", a->subject, types[s->report.format]);
}

static enum report_status deliver(const struct settings *s, const struct engine_audit *a)
{
	int rc;

	if (s->quiet_if_empty && a->empty)
		return REPORT_OK;
	if (s->report_file) {
		rc = replace_file(s->report_file, a->text, a->len);
		return rc < 0 ? fault(REPORT_IO, s->report_file, strerror(-rc)) : REPORT_OK;
	}
	if (s->mail_subject)
		print_headers(s, a);
	fwrite(a->text, 1, a->len, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return REPORT_OK;
	return fault(REPORT_IO, "standard output", strerror(errno));
}

static enum report_status make(struct settings *s, struct checkpoint *c)
{
	enum report_status status;
	struct engine_audit audit;
	char why[600] = "out of memory";
	int rc;

	s->report.mark = c->there ? &c->mark : NULL;
	rc = engine_audit(&s->report, &audit, why, sizeof(why));
	if (rc < 0) {
		complain("report: %s%s", why, rc == -ENOENT ? " (alert_store.enabled makes one)" : "");
		if (rc == -ESTALE)
			return REPORT_CHECKPOINT_NOT_FOUND;
		return rc == -EINVAL ? REPORT_USAGE : REPORT_IO;
	}
	status = deliver(s, &audit);
	if (status == REPORT_OK && c->path)
		status = checkpoint_write(c, &audit.mark);
	if (status == REPORT_OK && audit.failed)
		status = REPORT_FAIL_ON;
	else if (status == REPORT_OK && audit.gap)
		status = REPORT_GAP;
	engine_audit_release(&audit);
	return status;
}

static bool makes_sense(const struct settings *s)
{
	if (s->nargs)
		complain("report: '%s' is no option of it", s->args[0]);
	else if (s->checkpoint && s->report.until)
		complain("report: with --checkpoint a report ends now: --until is not for it");
	else if (s->mail_subject && s->report_file)
		complain("report: --mail-subject is for the standard output, not for --output");
	else
		return true;
	return false;
}

enum status report_command(struct settings *s)
{
	struct checkpoint c = { .path = s->checkpoint, .fd = -1 };
	enum report_status status = REPORT_USAGE;

	if (!s->detail_set)
		s->report.detail = 1;
	if (makes_sense(s) && settings_apply(s, true, false) == STATUS_OK) {
		s->report.path = s->engine.outputs.store.path;
		status = checkpoint_begin(&c);
		if (status == REPORT_OK)
			status = make(s, &c);
	}
	/* with it goes the lock */
	if (c.fd >= 0)
		close(c.fd);
	return (enum status)status;
}
