// SPDX-License-Identifier: Apache-2.0
/* record_socks.c - sockets by their inode; see record_socks.h */
#include "engine/record_socks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/proc_line.h"
#include "scap/threads.h"
#include "util/arena.h"

#define ROWS_MAX	262144		/* of all namespaces */
#define NETNS_MAX	1024
#define NAMES_MAX	(8u << 20)	/* bytes */
#define LINE_MAX_LEN	512

struct row {
	uint64_t ino;
	uint32_t netns;		/* place of its namespace */
	uint8_t type, l4;
	struct ip_addr local, remote;
	uint16_t local_port, remote_port;
	const char *name;
};

struct record_socks {
	struct row *rows;	/* sorted by namespace and inode */
	size_t n, room;
	uint64_t netns[NETNS_MAX];	/* whose tables were read */
	uint32_t nnetns;
	struct arena *names;
};

struct record_socks *record_socks_new(void)
{
	struct record_socks *s = calloc(1, sizeof(*s));

	if (s)
		s->names = arena_new(NAMES_MAX);
	if (s && s->names)
		return s;
	free(s);
	return NULL;
}

void record_socks_free(struct record_socks *s)
{
	if (!s)
		return;
	arena_free(s->names);
	free(s->rows);
	free(s);
}

static struct row *add_row(struct record_socks *s)
{
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 256;
		struct row *more = room > ROWS_MAX ? NULL : realloc(s->rows, room * sizeof(*more));

		if (!more)
			return NULL;
		s->rows = more;
		s->room = room;
	}
	s->rows[s->n] = (struct row){ .netns = s->nnetns };
	return &s->rows[s->n++];
}

static void inet_line(struct record_socks *s, const char *line, uint8_t l4)
{
	struct proc_line sock;
	struct row *r;
	bool v4;

	if (!proc_line_inet(line, &sock))
		return;
	r = add_row(s);
	if (!r)
		return;
	v4 = sock.local.family == 4 && sock.remote.family == 4;
	r->ino = sock.ino;
	r->l4 = l4;
	r->local = sock.local;
	r->remote = sock.remote;
	r->local_port = sock.local_port;
	r->remote_port = sock.remote_port;
	if (sock.server)
		r->type = v4 ? SCAP_FD_IPV4_SERVER : SCAP_FD_IPV6_SERVER;
	else
		r->type = v4 ? SCAP_FD_IPV4 : SCAP_FD_IPV6;
}

static void unix_line(struct record_socks *s, const char *line, uint8_t l4)
{
	struct proc_line sock;
	struct row *r;

	(void)l4;
	if (!proc_line_unix(line, &sock))
		return;
	r = add_row(s);
	if (!r)
		return;
	r->ino = sock.ino;
	r->type = SCAP_FD_UNIX;
	r->name = arena_strdup(s->names, sock.path);
}

static void netlink_line(struct record_socks *s, const char *line, uint8_t l4)
{
	struct proc_line sock;
	struct row *r;

	(void)l4;
	if (!proc_line_netlink(line, &sock))
		return;
	r = add_row(s);
	if (!r)
		return;
	r->ino = sock.ino;
	r->type = SCAP_FD_NETLINK;
}

static void read_tables(struct record_socks *s, int dir)
{
	static const struct {
		const char *name;
		void (*line)(struct record_socks *s, const char *line, uint8_t l4);
		uint8_t l4;
	} tables[] = {
		{ "net/tcp", inet_line, SCAP_L4_TCP }, { "net/tcp6", inet_line, SCAP_L4_TCP },
		{ "net/udp", inet_line, SCAP_L4_UDP }, { "net/udp6", inet_line, SCAP_L4_UDP },
		{ "net/raw", inet_line, SCAP_L4_RAW }, { "net/raw6", inet_line, SCAP_L4_RAW },
		{ "net/icmp", inet_line, SCAP_L4_ICMP }, { "net/icmp6", inet_line, SCAP_L4_ICMP },
		{ "net/unix", unix_line, 0 }, { "net/netlink", netlink_line, 0 },
	};
	char line[LINE_MAX_LEN];

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		int fd = openat(dir, tables[i].name, O_RDONLY | O_CLOEXEC);
		FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

		if (!f && fd >= 0)
			close(fd);
		while (f && fgets(line, sizeof(line), f)) {
			line[strcspn(line, "\n")] = '\0';
			tables[i].line(s, line, tables[i].l4);
		}
		if (f)
			fclose(f);
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* The place of the process's namespace; its tables are read. False: there are too many. */
static bool find_netns(struct record_socks *s, int dir, uint32_t *ret_place)
{
	struct stat st;

	if (fstatat(dir, "ns/net", &st, 0) < 0)
		return false;
	for (uint32_t i = 0; i < s->nnetns; i++) {
		if (s->netns[i] == st.st_ino) {
			*ret_place = i;
			return true;
		}
	}
	if (s->nnetns == NETNS_MAX)
		return false;
	read_tables(s, dir);
	if (s->n)
		qsort(s->rows, s->n, sizeof(*s->rows), compare_rows);
	s->netns[s->nnetns] = st.st_ino;
	*ret_place = s->nnetns++;
	return true;
}

bool record_socks_find(struct record_socks *s, int dir, struct scap_fd_entry *f)
{
	struct row key = { .ino = f->ino };
	const struct row *r;

	if (!find_netns(s, dir, &key.netns) || !s->n)
		return false;
	r = bsearch(&key, s->rows, s->n, sizeof(*s->rows), compare_rows);
	if (!r)
		return false;
	f->type = r->type;
	f->l4 = r->l4;
	f->local = r->local;
	f->remote = r->remote;
	f->local_port = r->local_port;
	f->remote_port = r->remote_port;
	if (r->type == SCAP_FD_UNIX)
		f->name = slice_of(r->name ? r->name : "");
	return true;
}
