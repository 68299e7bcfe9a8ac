// SPDX-License-Identifier: Apache-2.0
/*
 * /etc/hosts in the DNS table, see dns/hosts.h.
 *
 * Two inotify watches: the directory, for a file that is replaced or made, and
 * the file itself, for one that is a symbolic link into another directory or a
 * bind mount; the latter is set anew with each load, as the file may be another.
 */
#include "dns/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/name.h"
#include "dns/table.h"
#include "util/ip.h"

#define DIR_EVENTS                                                                                 \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |        \
	 IN_ONLYDIR)
#define FILE_EVENTS (IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define WORDS_MAX 256 /* on one line: an address and its names */

struct dns_hosts {
	struct dns_table *table;
	char *path, *dir;
	const char *base; /* the last part of path */
	size_t max_bytes, max_entries;
	int inotify_fd;
	int dir_watch, file_watch; /* -1: none */
	struct dns_hosts_stats stats;
};

/* The next word of [*at, end), which is moved behind it; NULL at the end. */
static char *next_word(char **at, char *end)
{
	char *p = *at, *word;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || !*p))
		p++;
	if (p == end)
		return NULL;
	word = p;
	while (p < end && *p != ' ' && *p != '\t' && *p != '\r' && *p)
		p++;
	*p = '\0';
	*at = p < end ? p + 1 : end;
	return word;
}

static void take_pair(struct dns_hosts *h, const char *name, const struct ip_addr *addr,
		      uint64_t now_ns)
{
	if (h->stats.entries < h->max_entries &&
	    dns_table_add_name(h->table, name, addr, DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, now_ns) == 0)
		h->stats.entries++;
	else
		h->stats.skipped++;
}

/* One line, [line, end), whose end may be overwritten. */
static void take_line(struct dns_hosts *h, char *line, char *end, uint64_t now_ns)
{
	char *comment = memchr(line, '#', (size_t)(end - line));
	char *names[WORDS_MAX], *word, *at = line;
	char kept[DNS_NAME_SIZE];
	struct ip_addr addr;
	size_t count = 0;
	bool is_bad = false;

	if (comment)
		end = comment;
	word = next_word(&at, end);
	if (!word)
		return;
	if (ip_addr_parse(word, &addr) < 0) {
		h->stats.bad_lines++;
		return;
	}
	while ((word = next_word(&at, end))) {
		if (dns_name_normalize(word, strlen(word), kept, NULL) < 0)
			is_bad = true;
		else if (count < WORDS_MAX)
			names[count++] = word;
		else
			h->stats.skipped++;
	}
	h->stats.bad_lines += is_bad || !count;
	/* the first name last, as the table takes the last told for the best */
	while (count)
		take_pair(h, names[--count], &addr, now_ns);
}

/* text has len bytes and room for one more. */
static void take_text(struct dns_hosts *h, char *text, size_t len, uint64_t now_ns)
{
	char *line = text, *end = text + len;

	while (line < end) {
		char *eol = memchr(line, '\n', (size_t)(end - line));

		if (!eol)
			eol = end;
		take_line(h, line, eol, now_ns);
		line = eol + 1;
	}
}

/* At most max_bytes, cut at a line's end; one byte more is allocated. */
static int read_file(struct dns_hosts *h, int fd, char **ret_text, size_t *ret_len)
{
	size_t room = 8192, len = 0;
	char *text = malloc(room + 1);

	while (text) {
		ssize_t n = read(fd, text + len, room - len);
		char *bigger;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = -errno;

			free(text);
			return err;
		}
		len += (size_t)n;
		if (n == 0 || len > h->max_bytes)
			break;
		if (len < room)
			continue;
		room *= 2;
		bigger = realloc(text, room + 1);
		if (!bigger)
			free(text);
		text = bigger;
	}
	if (!text)
		return -ENOMEM;
	if (len > h->max_bytes) {
		char *eol = memrchr(text, '\n', h->max_bytes);

		len = eol ? (size_t)(eol - text) : 0;
		h->stats.skipped++;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Opens a regular file only: another kind could make us wait. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static void watch_file(struct dns_hosts *h)
{
	int watch = inotify_add_watch(h->inotify_fd, h->path, FILE_EVENTS);

	/* the file that is no longer this path is of no interest */
	if (h->file_watch >= 0 && h->file_watch != watch)
		inotify_rm_watch(h->inotify_fd, h->file_watch);
	h->file_watch = watch;
}

static int load(struct dns_hosts *h, uint64_t now_ns)
{
	struct dns_hosts_stats before = h->stats;
	char *text = NULL;
	size_t len = 0;
	int fd, err = 0;

	/* before it is read, so that no change falls between */
	watch_file(h);
	h->stats.entries = 0;
	h->stats.bad_lines = h->stats.skipped = 0;
	fd = open_file(h->path);
	if (fd >= 0) {
		err = read_file(h, fd, &text, &len);
		close(fd);
	} else if (fd != -ENOENT) {
		err = fd;
	}
	if (err) {
		h->stats = before;
		h->stats.errors++;
		return err;
	}
	h->stats.loads++;
	dns_table_withdraw(h->table, DNS_SOURCE_HOSTS);
	take_text(h, text, len, now_ns);
	free(text);
	return 0;
}

/* Whether what inotify tells may mean another content of our file. */
static bool is_about_us(const struct dns_hosts *h, const struct inotify_event *ev)
{
	if (ev->mask & IN_Q_OVERFLOW)
		return true;
	if (ev->mask & IN_IGNORED)
		return false;
	if (ev->wd == h->file_watch)
		return true;
	return ev->wd == h->dir_watch && ev->len && strcmp(ev->name, h->base) == 0;
}

int dns_hosts_process(struct dns_hosts *h, uint64_t now_ns)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(h->inotify_fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(buf + at);

			changed |= is_about_us(h, ev);
			at += (ssize_t)(sizeof(*ev) + ev->len);
		}
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	return changed ? load(h, now_ns) : 0;
}

int dns_hosts_fd(const struct dns_hosts *h)
{
	return h->inotify_fd;
}

void dns_hosts_get_stats(const struct dns_hosts *h, struct dns_hosts_stats *ret_stats)
{
	*ret_stats = h->stats;
}

static int paths_init(struct dns_hosts *h, const char *path)
{
	const char *slash = strrchr(path, '/');

	h->path = strdup(path);
	if (!slash)
		h->dir = strdup(".");
	else
		h->dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (!h->path || !h->dir)
		return -ENOMEM;
	h->base = slash ? h->path + (slash - path) + 1 : h->path;
	return 0;
}

int dns_hosts_new(struct dns_table *table, const struct dns_hosts_options *options,
		  uint64_t now_ns, struct dns_hosts **ret_hosts)
{
	struct dns_hosts *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->table = table;
	h->dir_watch = h->file_watch = -1;
	h->max_bytes = options && options->max_bytes ? options->max_bytes : 4u << 20;
	h->max_entries = options && options->max_entries ? options->max_entries : 16384;
	h->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (h->inotify_fd < 0) {
		err = -errno;
		goto fail;
	}
	err = paths_init(h, options && options->path ? options->path : "/etc/hosts");
	if (err)
		goto fail;
	h->dir_watch = inotify_add_watch(h->inotify_fd, h->dir, DIR_EVENTS);
	if (h->dir_watch < 0) {
		err = -errno;
		goto fail;
	}
	/* a file that cannot be read now is counted, and read when it changes */
	load(h, now_ns);
	*ret_hosts = h;
	return 0;
fail:
	dns_hosts_free(h);
	return err;
}

void dns_hosts_free(struct dns_hosts *h)
{
	if (!h)
		return;
	if (h->inotify_fd >= 0)
		close(h->inotify_fd);
	free(h->path);
	free(h->dir);
	free(h);
}
