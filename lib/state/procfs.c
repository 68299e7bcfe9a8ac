// SPDX-License-Identifier: Apache-2.0
/*
 * procfs.c - reads /proc/PID
 *
 * The directory is opened once and pins the process: files of a pid that is used
 * anew meanwhile are never mixed in. Kernel threads have no executable and no
 * arguments, other people's processes may refuse some files: those texts stay empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/event.h"
#include "state/cgroup.h"
#include "state/procfs.h"
#include "state/procs.h"

#define FILE_MAX	8192	/* stat and status are far shorter */

/* Up to @max bytes of a file, whole or its beginning. The bytes read, or a negative errno. */
static ssize_t read_file(int dir, const char *name, char *buf, size_t max)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len < max && (n = read(fd, buf + len, max - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
	}
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : (ssize_t)len;
}

/* The same with a NUL behind. */
static int read_string(int dir, const char *name, char *buf, size_t size)
{
	ssize_t n = read_file(dir, name, buf, size - 1);

	if (n < 0)
		return (int)n;
	buf[n] = '\0';
	return 0;
}

/* "PID (COMM) S PPID PGRP SID TTY ... NTHREADS 0 START": COMM may hold anything. */
static int parse_stat(char *text, struct procfs_proc *p)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long start, nthreads;
	unsigned int ppid, pgid, sid;
	int tty;

	if (!open || !close || close < open)
		return -EBADMSG;
	if (sscanf(close + 1, " %*c %u %u %u %d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		   "%llu %*d %llu", &ppid, &pgid, &sid, &tty, &nthreads, &start) != 6)
		return -EBADMSG;
	*close = '\0';
	strncpy(p->comm, open + 1, sizeof(p->comm) - 1);
	p->ppid = ppid;
	p->pgid = pgid;
	p->sid = sid;
	p->tty = (uint32_t)tty;
	p->nthreads = (uint32_t)nthreads;
	p->start_ns = start * (1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK));
	return 0;
}

/* The text behind "NAME:" at the beginning of a line, or NULL. */
static const char *status_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, name, len) == 0 && text[len] == ':')
			return text + len + 1;
	}
	return NULL;
}

/* The last number of a line of them. */
static uint32_t last_number(const char *line, uint32_t otherwise)
{
	char *end;

	while (line) {
		unsigned long v = strtoul(line, &end, 10);

		if (end == line)
			break;
		otherwise = (uint32_t)v;
		line = *end == '\n' ? NULL : end;
	}
	return otherwise;
}

static uint64_t hex_line(const char *text, const char *name)
{
	const char *line = status_line(text, name);

	return line ? strtoull(line, NULL, 16) : 0;
}

static void parse_status(const char *text, struct procfs_proc *p)
{
	const char *line;

	line = status_line(text, "Uid");	/* real, effective, saved, of files */
	if (line)
		sscanf(line, "%*u %u", &p->euid);
	line = status_line(text, "Gid");
	if (line)
		sscanf(line, "%*u %u", &p->egid);
	p->vpid = last_number(status_line(text, "NSpid"), p->pid);
	p->vpgid = last_number(status_line(text, "NSpgid"), p->pgid);
	p->cap_inheritable = hex_line(text, "CapInh");
	p->cap_permitted = hex_line(text, "CapPrm");
	p->cap_effective = hex_line(text, "CapEff");
}

static struct slice read_link(int dir, const char *name, char *buf, size_t size)
{
	ssize_t n = readlinkat(dir, name, buf, size);

	return (struct slice){ buf, n > 0 ? (size_t)n : 0 };
}

/* "mnt:[4026531841]" */
static uint32_t read_ns(int dir, const char *name)
{
	char buf[64];
	struct slice s = read_link(dir, name, buf, sizeof(buf) - 1);
	char *digits;

	buf[s.len] = '\0';
	digits = strchr(buf, '[');
	return digits ? (uint32_t)strtoul(digits + 1, NULL, 10) : 0;
}

static uint64_t statx_ns(const struct statx_timestamp *ts)
{
	return (uint64_t)ts->tv_sec * 1000000000ull + ts->tv_nsec;
}

static void read_exe(int dir, struct procfs_proc *p)
{
	static const struct slice deleted = SLICE_LIT(" (deleted)");
	struct statx st;

	p->exepath = read_link(dir, "exe", p->text[0], PROCFS_TEXT_MAX);
	if (!p->exepath.len)
		return;
	if (slice_startswith(p->exepath, SLICE_LIT("/memfd:")))
		p->exe_flags |= FALCOC_EXE_MEMFD;
	if (slice_endswith(p->exepath, deleted)) {
		p->exe_flags |= FALCOC_EXE_DELETED;
		p->exepath.len -= deleted.len;
	}
	/* the file may lie on a server that does not answer: it is not asked */
	if (statx(dir, "exe", AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &st) < 0)
		return;
	p->exe_ino = st.stx_ino;
	p->exe_ctime_ns = statx_ns(&st.stx_ctime);
	p->exe_mtime_ns = statx_ns(&st.stx_mtime);
	if (st.stx_mode & S_ISUID)
		p->exe_flags |= FALCOC_EXE_SETUID;
	if ((st.stx_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		p->exe_flags |= FALCOC_EXE_SETGID;
}

static void read_cgroup(int dir, struct procfs_proc *p)
{
	ssize_t n = read_file(dir, "cgroup", p->text[4], PROCFS_TEXT_MAX);

	if (n > 0)
		p->cgroup_path = cgroup_pick((struct slice){ p->text[4], (size_t)n });
}

static struct slice read_bytes(int dir, const char *name, char *buf)
{
	ssize_t n = read_file(dir, name, buf, PROCFS_TEXT_MAX);

	return (struct slice){ buf, n > 0 ? (size_t)n : 0 };
}

static int read_all(int dir, struct procfs_proc *p)
{
	char buf[FILE_MAX];
	int err = read_string(dir, "stat", buf, sizeof(buf));

	if (!err)
		err = parse_stat(buf, p);
	if (err)
		return err;
	if (read_string(dir, "status", buf, sizeof(buf)) == 0)
		parse_status(buf, p);
	if (read_string(dir, "loginuid", buf, sizeof(buf)) == 0)
		p->loginuid = (uint32_t)strtoul(buf, NULL, 10);
	read_exe(dir, p);
	p->argv = read_bytes(dir, "cmdline", p->text[1]);
	p->env = read_bytes(dir, "environ", p->text[2]);
	p->cwd = read_link(dir, "cwd", p->text[3], PROCFS_TEXT_MAX);
	read_cgroup(dir, p);
	p->mntns = read_ns(dir, "ns/mnt");
	p->pidns = read_ns(dir, "ns/pid");
	return 0;
}

int procfs_start(int dir, uint64_t *ret_start_ns)
{
	struct procfs_proc p = { 0 };
	char buf[FILE_MAX];
	int err = read_string(dir, "stat", buf, sizeof(buf));

	if (!err)
		err = parse_stat(buf, &p);
	if (!err)
		*ret_start_ns = p.start_ns;
	return err;
}

/* The directory of @pid, or a negative errno; *ret_proc is emptied. */
static int open_proc(int root_fd, uint32_t pid, struct procfs_proc *ret_proc)
{
	char name[16];
	int dir;

	memset(ret_proc, 0, offsetof(struct procfs_proc, text));
	ret_proc->pid = ret_proc->vpid = pid;
	ret_proc->loginuid = UINT32_MAX;
	snprintf(name, sizeof(name), "%u", pid);
	dir = openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return dir;
}

int procfs_read(int root_fd, uint32_t pid, struct procfs_proc *ret_proc)
{
	int dir = open_proc(root_fd, pid, ret_proc);
	int err;

	if (dir < 0)
		return dir;
	err = read_all(dir, ret_proc);
	close(dir);
	return err == -ENOENT ? -ESRCH : err;
}

int procfs_read_cgroup(int root_fd, uint32_t pid, uint64_t start_ns, struct procfs_proc *ret_proc)
{
	int dir = open_proc(root_fd, pid, ret_proc);
	uint64_t is;
	int err;

	if (dir < 0)
		return dir;
	err = procfs_start(dir, &is);
	if (!err && start_ns && (is > start_ns || start_ns - is > PROCS_TICK_NS))
		err = -ESRCH;
	if (!err)
		read_cgroup(dir, ret_proc);
	close(dir);
	return err;
}

bool procfs_one_hierarchy(int root_fd)
{
	char buf[FILE_MAX];

	/* a line for each, the default one's is the last */
	return read_string(root_fd, "self/cgroup", buf, sizeof(buf)) == 0 &&
	       strncmp(buf, "0::", 3) == 0;
}
