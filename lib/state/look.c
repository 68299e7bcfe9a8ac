// SPDX-License-Identifier: Apache-2.0
/*
 * look.c - /proc/PID/fd and its like, for fields that ask what no record tells
 *
 * The link of a descriptor tells what kind of file it is; of a socket it has the inode only,
 * so that the tables of /proc/PID/net have to be searched for it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/event.h"
#include "net/proc_line.h"
#include "state/look.h"
#include "state/procfs.h"
#include "state/procs.h"

#define TABLE_MAX	(8u << 20)	/* bytes of a table of sockets that are searched */
#define LINE_MAX_LEN	512		/* of such a table; longer ones are of paths, and cut */

int look_open(const struct state *st, uint32_t pid, uint64_t start_ns)
{
	uint64_t is;
	int dir = state_open_proc(st, pid);
	int err;

	if (dir < 0)
		return dir;
	err = procfs_start(dir, &is);
	if (!err && start_ns && (is > start_ns || start_ns - is > PROCS_TICK_NS))
		err = -ESRCH;
	if (err) {
		close(dir);
		return err == -ENOENT ? -ESRCH : err;
	}
	return dir;
}

/* ---- sockets ---- */

/* Reads a file of /proc line by line; what is behind TABLE_MAX is not looked at. */
struct lines {
	int fd;
	size_t len, pos, total;
	char buf[16384];
};

static int lines_open(struct lines *l, int dir, const char *name)
{
	l->len = l->pos = l->total = 0;
	l->fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	return l->fd < 0 ? -errno : 0;
}

static bool lines_fill(struct lines *l)
{
	ssize_t n;

	if (l->total >= TABLE_MAX)
		return false;
	do
		n = read(l->fd, l->buf, sizeof(l->buf));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	l->len = (size_t)n;
	l->pos = 0;
	l->total += (size_t)n;
	return true;
}

/* The next line without its end, cut to @size - 1 bytes. False: there is none. */
static bool lines_next(struct lines *l, char *line, size_t size)
{
	size_t n = 0;
	bool any = false;

	for (;;) {
		if (l->pos == l->len && !lines_fill(l))
			break;
		any = true;
		if (l->buf[l->pos] == '\n') {
			l->pos++;
			break;
		}
		if (n + 1 < size)
			line[n++] = l->buf[l->pos];
		l->pos++;
	}
	line[n] = '\0';
	return any;
}

/* Whether a line of a table is the socket's; what it tells is then in *f. */
static bool table_line(unsigned int family, const char *line, struct look_file *f,
		       struct arena *arena)
{
	struct proc_line sock;
	bool is = family == AF_UNIX ? proc_line_unix(line, &sock) :
		  family == AF_NETLINK ? proc_line_netlink(line, &sock) :
					 proc_line_inet(line, &sock);

	if (!is || sock.ino != f->ino)
		return false;
	f->family = family;
	if (family == AF_UNIX) {
		char *copy = arena_strdup(arena, sock.path);

		f->path = copy ? slice_of(copy) : (struct slice){ "", 0 };
	} else if (family != AF_NETLINK) {
		f->local = sock.local;
		f->local_port = sock.local_port;
		if (!sock.server)
			f->remote = sock.remote;
		f->remote_port = sock.remote_port;
		f->family = sock.local.family == 4 ? AF_INET : AF_INET6;
	}
	return true;
}

static void find_socket(int dir, struct look_file *f, struct arena *arena)
{
	static const struct {
		const char *name;
		unsigned int family;
		uint8_t proto;
	} tables[] = {
		{ "net/tcp", AF_INET, IPPROTO_TCP }, { "net/tcp6", AF_INET6, IPPROTO_TCP },
		{ "net/unix", AF_UNIX, 0 },
		{ "net/udp", AF_INET, IPPROTO_UDP }, { "net/udp6", AF_INET6, IPPROTO_UDP },
		{ "net/netlink", AF_NETLINK, 0 },
		{ "net/icmp", AF_INET, IPPROTO_ICMP }, { "net/icmp6", AF_INET6, IPPROTO_ICMPV6 },
		{ "net/raw", AF_INET, IPPROTO_RAW }, { "net/raw6", AF_INET6, IPPROTO_RAW },
	};
	char line[LINE_MAX_LEN];
	struct lines l;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !f->family; i++) {
		if (lines_open(&l, dir, tables[i].name) < 0)
			continue;
		while (!f->family && lines_next(&l, line, sizeof(line)))
			if (table_line(tables[i].family, line, f, arena))
				f->proto = tables[i].proto;
		close(l.fd);
	}
}

/* ---- descriptors ---- */

/* Files without a path, by how their links begin. */
static const struct {
	const char *link;
	unsigned int kind;
} kinds[] = {
	{ "pipe:", FALCOC_FD_PIPE }, { "socket:", FALCOC_FD_SOCKET },
	{ "pidfd:", FALCOC_FD_PIDFD }, { "/memfd:", FALCOC_FD_MEMFD },
	{ "anon_inode:[eventfd]", FALCOC_FD_EVENTFD },
	{ "anon_inode:[signalfd]", FALCOC_FD_SIGNALFD },
	{ "anon_inode:[eventpoll]", FALCOC_FD_EVENTPOLL },
	{ "anon_inode:inotify", FALCOC_FD_INOTIFY },
	{ "anon_inode:[fanotify]", FALCOC_FD_FANOTIFY },
	{ "anon_inode:[timerfd]", FALCOC_FD_TIMERFD },
	{ "anon_inode:bpf", FALCOC_FD_BPF },
	{ "anon_inode:[userfaultfd]", FALCOC_FD_USERFAULTFD },
	{ "anon_inode:[io_uring]", FALCOC_FD_IO_URING },
	{ "anon_inode:[pidfd]", FALCOC_FD_PIDFD },
};

static unsigned int kind_of_mode(unsigned int mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return FALCOC_FD_FILE;
	case S_IFDIR:
		return FALCOC_FD_DIR;
	case S_IFCHR:
		return FALCOC_FD_CHAR;
	case S_IFBLK:
		return FALCOC_FD_BLOCK;
	case S_IFIFO:
		return FALCOC_FD_PIPE;
	default:
		return FALCOC_FD_OTHER;
	}
}

int look_file(int dir, int fd, struct arena *arena, struct look_file *ret_file)
{
	struct look_file f = { 0 };
	char name[32], link[PROCFS_TEXT_MAX];
	struct statx st;
	ssize_t n;

	snprintf(name, sizeof(name), "fd/%d", fd);
	n = readlinkat(dir, name, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = '\0';
	f.name = (struct slice){ arena_strdup(arena, link), (size_t)n };
	if (!f.name.ptr)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !f.kind; i++)
		if (slice_startswith(f.name, slice_of(kinds[i].link)))
			f.kind = kinds[i].kind;
	/* the file may lie on a server that does not answer: it is not asked */
	if (!f.kind && link[0] == '/' &&
	    statx(dir, name, AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0)
		f.kind = kind_of_mode(st.stx_mode);
	if (f.kind == FALCOC_FD_SOCKET) {
		f.ino = strtoull(link + strcspn(link, "0123456789"), NULL, 10);
		find_socket(dir, &f, arena);
	}
	*ret_file = f;
	return 0;
}

int look_fds(int dir, int *ret_fds, size_t max)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	int count = 0;
	DIR *stream;

	if (fd < 0)
		return -errno;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	while (count < LOOK_FDS_MAX && (d = readdir(stream)) != NULL) {
		if (d->d_name[0] < '0' || d->d_name[0] > '9')
			continue;
		if ((size_t)count < max)
			ret_fds[count] = atoi(d->d_name);
		count++;
	}
	closedir(stream);
	return count;
}

int look_usage(int dir, uint32_t tid, struct look_usage *ret_usage)
{
	struct look_usage u = { .fdlimit = -1 };
	unsigned long long min_flt, maj_flt, number;
	char name[48], line[LINE_MAX_LEN];
	struct lines l;
	const char *stat;
	int err;

	snprintf(name, sizeof(name), "task/%u/stat", tid);
	err = lines_open(&l, dir, name);
	if (err)
		return err;
	lines_next(&l, line, sizeof(line));
	close(l.fd);
	stat = strrchr(line, ')');
	if (!stat || sscanf(stat + 1, " %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu", &min_flt,
			    &maj_flt) != 2)
		return -EBADMSG;
	u.min_flt = min_flt;
	u.maj_flt = maj_flt;
	snprintf(name, sizeof(name), "task/%u/schedstat", tid);
	if (lines_open(&l, dir, name) == 0) {
		if (lines_next(&l, line, sizeof(line)))
			u.cpu_ns = strtoull(line, NULL, 10);
		close(l.fd);
	}
	if (lines_open(&l, dir, "limits") == 0) {
		while (lines_next(&l, line, sizeof(line)))
			if (sscanf(line, "Max open files %llu", &number) == 1)
				u.fdlimit = (int64_t)number;
		close(l.fd);
	}
	if (lines_open(&l, dir, "status") == 0) {
		while (lines_next(&l, line, sizeof(line))) {
			if (sscanf(line, "VmSize: %llu", &number) == 1)
				u.vm_size_kib = number;
			else if (sscanf(line, "VmRSS: %llu", &number) == 1)
				u.vm_rss_kib = number;
			else if (sscanf(line, "VmSwap: %llu", &number) == 1)
				u.vm_swap_kib = number;
		}
		close(l.fd);
	}
	*ret_usage = u;
	return 0;
}
