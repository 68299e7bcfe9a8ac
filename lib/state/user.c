// SPDX-License-Identifier: Apache-2.0
/*
 * user.c - users and groups, from files in the form of passwd(5) and group(5)
 *
 * Each file is read whole into one piece of memory, cut into fields in place, and
 * its entries sorted by number; of two with one number the first of the file counts,
 * as it does for getpwuid(). Lines that make no sense are passed over, as there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/user.h"

#define FILE_MAX	(8u << 20)
#define TOLD_MAX	65536
#define CHECK_EVERY_NS	1000000000ull

/* What tells that a file was changed. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

struct entry {
	struct user user;	/* of a group: name, and gid in both numbers */
	size_t line;
};

struct file {
	char *path;
	char *text;
	struct stamp stamp;
	struct entry *entries;	/* by uid, then by line */
	size_t count;
	size_t size, lines;	/* room of the text and of entries */
	bool groups;
	bool told;		/* no file: each entry's name is memory of its own, with all texts */
};

struct user_table {
	struct file passwd, group;
	uint64_t reads;
	uint64_t checked_ns;
	bool checked;
};

/* The next field of a line, ended with a NUL; NULL: there is none. */
static char *next_field(char **line)
{
	char *field = *line, *end;

	if (!field)
		return NULL;
	end = strchr(field, ':');
	if (end)
		*end++ = '\0';
	*line = end;
	return field;
}

static bool parse_number(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long v;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoul(text, &end, 10);
	if (*end || errno || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool parse_user(char *line, struct user *ret)
{
	const char *name = next_field(&line);
	const char *home, *shell;

	next_field(&line);	/* the password */
	if (!name || !*name || !parse_number(next_field(&line), &ret->uid) ||
	    !parse_number(next_field(&line), &ret->gid))
		return false;
	next_field(&line);	/* who it is */
	home = next_field(&line);
	shell = next_field(&line);
	ret->name = slice_of(name);
	ret->home = slice_of(home ? home : "");
	ret->shell = slice_of(shell ? shell : "");
	return true;
}

static bool parse_group(char *line, struct user *ret)
{
	const char *name = next_field(&line);

	next_field(&line);
	if (!name || !*name || !parse_number(next_field(&line), &ret->gid))
		return false;
	*ret = (struct user){ .uid = ret->gid, .gid = ret->gid, .name = slice_of(name) };
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->user.uid != y->user.uid)
		return x->user.uid < y->user.uid ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* Cuts f->text into entries. 0 or -ENOMEM. */
static int file_parse(struct file *f)
{
	char *line = f->text, *next;
	size_t lines = 1, n = 0;

	for (const char *p = f->text; (p = strchr(p, '\n')); p++)
		lines++;
	f->entries = calloc(lines, sizeof(*f->entries));
	if (!f->entries)
		return -ENOMEM;
	f->size = strlen(f->text) + 1;
	f->lines = lines;
	for (; line; line = next, n++) {
		struct entry *e = &f->entries[f->count];

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		e->line = n;
		if (*line != '#' && (f->groups ? parse_group(line, &e->user) :
				     parse_user(line, &e->user)))
			f->count++;
	}
	qsort(f->entries, f->count, sizeof(*f->entries), by_number);
	return 0;
}

static struct stamp stamp_of(const struct stat *sb)
{
	return (struct stamp){ sb->st_dev, sb->st_ino, sb->st_size, sb->st_mtim, sb->st_ctim };
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       same_time(&a->mtime, &b->mtime) && same_time(&a->ctime, &b->ctime);
}

static void file_clear(struct file *f)
{
	for (size_t i = 0; f->told && i < f->count; i++)
		free((char *)f->entries[i].user.name.ptr);
	free(f->text);
	free(f->entries);
	f->text = NULL;
	f->entries = NULL;
	f->count = 0;
}

/* The file's text with a NUL behind, and when it was so. NULL: cannot be read, or no regular file. */
static char *file_load(const char *path, struct stamp *ret_stamp)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0, max;
	char *text = NULL;
	struct stat sb;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode)) {
		max = sb.st_size > FILE_MAX ? FILE_MAX : (size_t)sb.st_size;
		text = calloc(1, max + 1);
		while (text && len < max && (n = read(fd, text + len, max - len)) > 0)
			len += (size_t)n;
		*ret_stamp = stamp_of(&sb);
	}
	close(fd);
	return text;
}

/* Reads it anew if it changed: true. A file that cannot be read leaves what was known. */
static bool file_refresh(struct file *f)
{
	struct file fresh = { .path = f->path, .groups = f->groups };
	struct stamp now;
	struct stat sb;

	if (f->told || stat(f->path, &sb) < 0)
		return false;
	now = stamp_of(&sb);
	if (f->text && stamp_equal(&now, &f->stamp))
		return false;
	fresh.text = file_load(f->path, &fresh.stamp);
	if (!fresh.text || file_parse(&fresh) < 0) {
		file_clear(&fresh);
		return false;
	}
	file_clear(f);
	*f = fresh;
	return true;
}

struct user_table *user_table_new(const char *passwd, const char *group)
{
	struct user_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->group.groups = true;
	t->passwd.path = strdup(passwd ? passwd : "/etc/passwd");
	t->group.path = strdup(group ? group : "/etc/group");
	if (!t->passwd.path || !t->group.path) {
		user_table_free(t);
		return NULL;
	}
	file_refresh(&t->passwd);
	file_refresh(&t->group);
	return t;
}

struct user_table *user_table_new_empty(void)
{
	struct user_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->group.groups = true;
	t->group.told = t->passwd.told = true;
	return t;
}

struct user_table *user_table_new_text(char *passwd, char *group)
{
	struct user_table *t = calloc(1, sizeof(*t));

	if (!t) {
		free(passwd);
		free(group);
		return NULL;
	}
	t->group.groups = true;
	t->passwd.text = passwd;
	t->group.text = group;
	if ((passwd && file_parse(&t->passwd) < 0) || (group && file_parse(&t->group) < 0)) {
		user_table_free(t);
		return NULL;
	}
	return t;
}

static size_t file_bytes(const struct file *f)
{
	return f->size + f->lines * sizeof(*f->entries);
}

size_t user_table_bytes(const struct user_table *t)
{
	return sizeof(*t) + file_bytes(&t->passwd) + file_bytes(&t->group);
}

void user_table_free(struct user_table *t)
{
	if (!t)
		return;
	file_clear(&t->passwd);
	file_clear(&t->group);
	free(t->passwd.path);
	free(t->group.path);
	free(t);
}

/* Where @number is, or would be. */
static size_t file_place(const struct file *f, uint32_t number)
{
	size_t lo = 0, hi = f->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->entries[mid].user.uid < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct user *file_find(const struct file *f, uint32_t number)
{
	/* the first that is not below: of equal ones that is the file's first */
	size_t at = file_place(f, number);

	return at < f->count && f->entries[at].user.uid == number ? &f->entries[at].user : NULL;
}

static char *put_text(char *to, struct slice from, struct slice *ret_text)
{
	memcpy(to, from.ptr ? from.ptr : "", from.len);
	to[from.len] = '\0';
	*ret_text = (struct slice){ to, from.len };
	return to + from.len + 1;
}

/* Its texts in one piece of memory, which the name begins. */
static bool copy_user(const struct user *from, struct user *ret_user)
{
	char *text = malloc(from->name.len + from->home.len + from->shell.len + 3);

	if (!text)
		return false;
	*ret_user = *from;
	text = put_text(text, from->name, &ret_user->name);
	text = put_text(text, from->home, &ret_user->home);
	put_text(text, from->shell, &ret_user->shell);
	return true;
}

static void file_remove(struct file *f, size_t at)
{
	free((char *)f->entries[at].user.name.ptr);
	f->count--;
	memmove(&f->entries[at], &f->entries[at + 1], (f->count - at) * sizeof(*f->entries));
}

void user_table_tell(struct user_table *t, const struct user *u, bool group, bool gone)
{
	struct file *f = group ? &t->group : &t->passwd;
	uint32_t number = group ? u->gid : u->uid;
	size_t at = file_place(f, number);
	struct user copy;

	if (!f->told)
		return;
	if (at < f->count && f->entries[at].user.uid == number)
		file_remove(f, at);
	if (gone || f->count >= TOLD_MAX || !copy_user(u, &copy))
		return;
	copy.uid = number;
	if ((f->count & (f->count - 1)) == 0) {		/* the room is a power of two */
		size_t room = f->count ? f->count * 2 : 1;
		struct entry *more = realloc(f->entries, room * sizeof(*more));

		if (!more) {
			free((char *)copy.name.ptr);
			return;
		}
		f->entries = more;
	}
	memmove(&f->entries[at + 1], &f->entries[at], (f->count - at) * sizeof(*f->entries));
	f->entries[at] = (struct entry){ .user = copy };
	f->count++;
}

const struct user *user_by_uid(const struct user_table *t, uint32_t uid)
{
	return file_find(&t->passwd, uid);
}

const char *group_name(const struct user_table *t, uint32_t gid)
{
	const struct user *g = file_find(&t->group, gid);

	return g ? g->name.ptr : NULL;
}

void user_table_refresh(struct user_table *t, uint64_t now_ns)
{
	/* records may come with a time a little before the last one's */
	if (t->checked && now_ns < t->checked_ns + CHECK_EVERY_NS)
		return;
	t->checked = true;
	t->checked_ns = now_ns;
	t->reads += file_refresh(&t->passwd);
	t->reads += file_refresh(&t->group);
}

uint64_t user_table_reads(const struct user_table *t)
{
	return t->reads;
}

static void file_each(const struct file *f, user_told_fn fn, void *arg, bool group)
{
	/* of several with one number only the first counts */
	for (size_t i = 0; i < f->count; i++)
		if (!i || f->entries[i].user.uid != f->entries[i - 1].user.uid)
			fn(arg, &f->entries[i].user, group);
}

void user_table_each(const struct user_table *t, user_told_fn fn, void *arg)
{
	file_each(&t->passwd, fn, arg, false);
	file_each(&t->group, fn, arg, true);
}

void user_table_clear(struct user_table *t)
{
	if (t->passwd.told)
		file_clear(&t->passwd);
	if (t->group.told)
		file_clear(&t->group);
}
