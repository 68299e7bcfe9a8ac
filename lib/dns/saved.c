// SPDX-License-Identifier: Apache-2.0
/*
 * The DNS table in a file, see dns/saved.h.
 *
 *	header	magic (8 bytes), version u32, links u32, bytes of the whole u64, checksum u64 (with
 *		itself as 0), wall clock and boot clock of the saving u64, boot id (40 bytes)
 *	link	name and via, each a length u8 and so many bytes; address; flags u8; sources u8; ttl u32;
 *		first and last told u64; until when, u64 for each source that has its bit; and,
 *		if flags say so, the origin: pid u32, start u64, netns u64, server's address
 *	address	length u8 (0, 4 or 16) and so many bytes
 *
 * Numbers are little-endian; times are of the clock of the table, as of the saving.
 */
#include "dns/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dns/name.h"

#define MAGIC		"falcdns\n"
#define VERSION		1u
#define HEADER_BYTES	(8 + 4 + 4 + 8 + 8 + 8 + 8 + 40)
#define CHECKSUM_AT	24
#define FLAG_ALIAS	0x1u
#define FLAG_ORIGIN	0x2u
#define SAVED_SOURCES	(1u << DNS_SOURCE_OBSERVED | 1u << DNS_SOURCE_ASKED)
#define NS_PER_S	1000000000ull

void dns_clock_now(struct dns_clock *ret_clock)
{
	struct dns_clock now = { .boot_id = "" };
	struct timespec ts;
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	clock_gettime(CLOCK_BOOTTIME, &ts);
	now.boot_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
	clock_gettime(CLOCK_REALTIME, &ts);
	now.wall_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
	if (f) {
		if (!fgets(now.boot_id, sizeof(now.boot_id), f))
			now.boot_id[0] = '\0';
		now.boot_id[strcspn(now.boot_id, "\n")] = '\0';
		fclose(f);
	}
	*ret_clock = now;
}

/* FNV-1a: tells damage, not malice; against that the file's mode stands. */
static uint64_t checksum(const uint8_t *bytes, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++) {
		bool is_sum = i >= CHECKSUM_AT && i < CHECKSUM_AT + 8;

		sum = (sum ^ (is_sum ? 0 : bytes[i])) * 0x100000001b3ull;
	}
	return sum;
}

/* Writing. */

static void put(struct buf *out, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		buf_add_char(out, (char)(v >> (8 * i)));
}

static void put_addr(struct buf *out, const struct ip_addr *addr)
{
	put(out, ip_addr_len(addr), 1);
	buf_add(out, addr->bytes, ip_addr_len(addr));
}

static void put_name(struct buf *out, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	put(out, len, 1);
	buf_add(out, name, len);
}

struct writing {
	struct buf *out;
	uint32_t links;
};

static int put_link(const struct dns_link_info *info, void *arg)
{
	struct writing *w = arg;
	unsigned int sources = info->sources & SAVED_SOURCES;
	const struct dns_origin *origin = info->origin;

	if (!sources)
		return 0;
	put_name(w->out, info->name);
	put_name(w->out, info->via);
	put_addr(w->out, &info->addr);
	put(w->out, (info->is_alias ? FLAG_ALIAS : 0) | (origin ? FLAG_ORIGIN : 0), 1);
	put(w->out, sources, 1);
	put(w->out, info->ttl_s, 4);
	put(w->out, info->first_seen_ns, 8);
	put(w->out, info->last_seen_ns, 8);
	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		/* a connection that holds it goes on, as far as this file knows */
		uint64_t until_ns = info->source_expiry_ns[i];

		if (sources & (1u << i))
			put(w->out, until_ns > info->held_ns ? until_ns : info->held_ns, 8);
	}
	if (origin) {
		put(w->out, origin->pid, 4);
		put(w->out, origin->start_ns, 8);
		put(w->out, origin->netns, 8);
		put_addr(w->out, &origin->server);
	}
	w->links++;
	return w->out->truncated;
}

int dns_saved_format(const struct dns_table *t, const struct dns_clock *now, struct buf *out)
{
	struct writing w = { .out = out };
	struct buf head = BUF_INIT;
	uint64_t sum;

	if (!out->max || out->max > DNS_SAVED_MAX_BYTES)
		out->max = DNS_SAVED_MAX_BYTES;
	for (size_t i = 0; i < HEADER_BYTES; i++)
		buf_add_char(out, 0);
	dns_table_links_by_age(t, now->boot_ns, put_link, &w);
	buf_add_str(&head, MAGIC);
	put(&head, VERSION, 4);
	put(&head, w.links, 4);
	put(&head, out->len, 8);
	put(&head, 0, 8);
	put(&head, now->wall_ns, 8);
	put(&head, now->boot_ns, 8);
	buf_add(&head, now->boot_id, sizeof(now->boot_id));
	if (out->truncated || head.truncated || head.len != HEADER_BYTES) {
		buf_release(&head);
		return out->len + 1024 > DNS_SAVED_MAX_BYTES ? -EFBIG : -ENOMEM;
	}
	memcpy(out->ptr, head.ptr, HEADER_BYTES);
	sum = checksum((uint8_t *)out->ptr, out->len);
	for (size_t i = 0; i < 8; i++)
		out->ptr[CHECKSUM_AT + i] = (char)(sum >> (8 * i));
	buf_release(&head);
	return 0;
}

/* Reading: a cursor that knows where it ends, and that it has failed. */

struct cursor {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static const uint8_t *take(struct cursor *c, size_t len)
{
	const uint8_t *at = c->at;

	if (c->bad || len > c->left) {
		c->bad = true;
		return NULL;
	}
	c->at += len;
	c->left -= len;
	return at;
}

static uint64_t get(struct cursor *c, size_t bytes)
{
	const uint8_t *at = take(c, bytes);
	uint64_t v = 0;

	for (size_t i = 0; at && i < bytes; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

static void get_addr(struct cursor *c, struct ip_addr *ret_addr)
{
	size_t len = get(c, 1);
	const uint8_t *bytes = take(c, len);

	*ret_addr = (struct ip_addr){ 0 };
	if (len == 0)
		return;
	if (bytes && len == 4)
		*ret_addr = ip_addr_from_v4(bytes);
	else if (bytes && len == 16)
		*ret_addr = ip_addr_from_v6(bytes);
	else
		c->bad = true;
}

/* A name in the kept form, or none. */
static const char *get_name(struct cursor *c, char room[DNS_NAME_SIZE])
{
	char kept[DNS_NAME_SIZE];
	size_t len = get(c, 1);
	const uint8_t *bytes = take(c, len);

	if (len == 0)
		return NULL;
	if (!bytes || dns_name_normalize((const char *)bytes, len, kept, NULL) < 0 ||
	    strlen(kept) != len || memcmp(kept, bytes, len) != 0) {
		c->bad = true;
		return NULL;
	}
	memcpy(room, kept, len + 1);
	return room;
}

/* How the file's times become the table's. */
struct shift {
	uint64_t saved_ns;	/* the moment of the saving, by the file's clock */
	uint64_t then_ns;	/* the same, by ours; 0 also for all that was before this boot */
	uint64_t now_ns;
	bool same_boot;
};

static uint64_t sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t shifted(const struct shift *s, uint64_t ns)
{
	uint64_t at;

	if (s->same_boot || ns == UINT64_MAX)
		return ns;
	if (ns < s->saved_ns)
		return sub(s->then_ns, s->saved_ns - ns);
	return __builtin_add_overflow(s->then_ns, ns - s->saved_ns, &at) ? UINT64_MAX : at;
}

static struct shift shift_of(const struct dns_clock *saved, const struct dns_clock *now)
{
	struct shift s = { .saved_ns = saved->boot_ns, .now_ns = now->boot_ns };

	s.same_boot = *saved->boot_id && strcmp(saved->boot_id, now->boot_id) == 0 &&
		      saved->boot_ns <= now->boot_ns;
	/* a clock set back must not make links older than the file young again */
	s.then_ns = sub(now->boot_ns, sub(now->wall_ns, saved->wall_ns));
	return s;
}

/* One link; false at a fault. What is over is told with no sources. */
static bool get_link(struct cursor *c, const struct shift *s, char rooms[2][DNS_NAME_SIZE],
		     struct dns_origin *origin, struct dns_link_info *ret_info)
{
	struct dns_link_info info = { .name = get_name(c, rooms[0]), .via = get_name(c, rooms[1]) };
	unsigned int flags;

	get_addr(c, &info.addr);
	flags = (unsigned int)get(c, 1);
	info.is_alias = flags & FLAG_ALIAS;
	info.sources = (unsigned int)get(c, 1);
	info.ttl_s = (uint32_t)get(c, 4);
	info.first_seen_ns = shifted(s, get(c, 8));
	info.last_seen_ns = shifted(s, get(c, 8));
	if (!info.name || !ip_addr_len(&info.addr) || flags & ~(FLAG_ALIAS | FLAG_ORIGIN) ||
	    !info.sources || info.sources & ~SAVED_SOURCES || info.first_seen_ns > info.last_seen_ns)
		return false;
	for (int i = 0; i < DNS_SOURCE_COUNT; i++)
		if (info.sources & (1u << i))
			info.source_expiry_ns[i] = shifted(s, get(c, 8));
	if (flags & FLAG_ORIGIN) {
		origin->pid = (uint32_t)get(c, 4);
		origin->start_ns = get(c, 8);
		origin->netns = get(c, 8);
		get_addr(c, &origin->server);
		if (!s->same_boot)
			origin->pid = 0;	/* somebody else by now */
		info.origin = origin;
	}
	*ret_info = info;
	return !c->bad;
}

static int get_header(struct cursor *c, const void *bytes, size_t len, struct dns_clock *ret_saved,
		      uint32_t *ret_links)
{
	const uint8_t *magic = take(c, 8), *id;
	uint32_t version = (uint32_t)get(c, 4);
	uint64_t whole, sum;

	if (!magic || c->bad || memcmp(magic, MAGIC, 8) != 0)
		return -EBADMSG;
	if (version != VERSION)
		return -EPROTO;
	*ret_links = (uint32_t)get(c, 4);
	whole = get(c, 8);
	sum = get(c, 8);
	ret_saved->wall_ns = get(c, 8);
	ret_saved->boot_ns = get(c, 8);
	id = take(c, sizeof(ret_saved->boot_id));
	if (!id || whole != len || sum != checksum(bytes, len) ||
	    id[sizeof(ret_saved->boot_id) - 1] != '\0')
		return -EBADMSG;
	memcpy(ret_saved->boot_id, id, sizeof(ret_saved->boot_id));
	return 0;
}

/* Walks all links; into the table where there is one. */
static int walk(struct cursor c, uint32_t links, const struct shift *s, struct dns_table *t,
		struct dns_saved_info *ret_info)
{
	char rooms[2][DNS_NAME_SIZE];

	for (uint32_t i = 0; i < links; i++) {
		struct dns_origin origin = { 0 };
		struct dns_link_info info;

		if (!get_link(&c, s, rooms, &origin, &info))
			return -EBADMSG;
		if (t && dns_table_restore(t, &info, s->now_ns) == 0)
			ret_info->taken++;
	}
	return c.left ? -EBADMSG : 0;
}

int dns_saved_take(struct dns_table *t, const void *bytes, size_t len, const struct dns_clock *now,
		   struct dns_saved_info *ret_info)
{
	struct cursor c = { .at = bytes, .left = len };
	struct dns_saved_info info = { 0 };
	struct dns_clock saved;
	struct shift s;
	uint32_t links;
	int rc = get_header(&c, bytes, len, &saved, &links);

	if (rc < 0)
		return rc;
	s = shift_of(&saved, now);
	/* first without the table: what is damaged behind a good beginning is not to be believed */
	rc = walk(c, links, &s, NULL, &info);
	if (rc == 0)
		rc = walk(c, links, &s, t, &info);
	if (rc < 0)
		return rc;
	info.saved_wall_ns = saved.wall_ns;
	info.links = links;
	if (ret_info)
		*ret_info = info;
	return 0;
}

/* Files. */

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static void make_directory(const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path || (size_t)(slash - path) >= sizeof(dir))
		return;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	mkdir(dir, 0700);	/* if that fails, so does the file, with a reason */
}

int dns_saved_write(const char *path, const void *bytes, size_t len)
{
	char temp[4096];
	int fd, rc;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	make_directory(path);
	/* always of the same name: what a writer that was killed left behind goes away by this */
	unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, bytes, len);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temp, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(temp);
	return rc;
}

static int read_all(int fd, size_t len, struct buf *out)
{
	char piece[65536];

	while (out->len < len) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		buf_add(out, piece, (size_t)n);
		if (out->truncated)
			return -ENOMEM;
	}
	return 0;
}

int dns_saved_read(struct dns_table *t, const char *path, const struct dns_clock *now,
		   struct dns_saved_info *ret_info)
{
	struct buf bytes = BUF_INIT;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	else if (st.st_mode & 022 || (st.st_uid != 0 && st.st_uid != geteuid()))
		rc = -EPERM;
	else if (st.st_size > DNS_SAVED_MAX_BYTES)
		rc = -EBADMSG;
	if (rc == 0)
		rc = read_all(fd, (size_t)st.st_size, &bytes);
	close(fd);
	if (rc == 0)
		rc = dns_saved_take(t, buf_str(&bytes), bytes.len, now, ret_info);
	buf_release(&bytes);
	return rc;
}
