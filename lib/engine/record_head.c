// SPDX-License-Identifier: Apache-2.0
/*
 * record_head.c - what stands before the events of a capture, for those who read no records: the
 * machine, its users and addresses, its processes and their open files
 *
 * Read from /proc and /etc by the thread that writes the file, as of when the file begins. Nothing
 * of the engine is looked at. A process that goes away meanwhile is left out.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/record.h"
#include "engine/record_socks.h"
#include "scap/threads.h"
#include "scap/write.h"
#include "state/procfs.h"

#define HEAD_BYTES_MAX	(32u << 20)	/* of the lists of files: then no more are listed */
#define FDS_MAX		4096		/* of one process */
#define THREADS_MAX	4096		/* likewise */
#define BLOCK_MAX	(1u << 20)	/* a list goes on in another block past this */

static uint64_t read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long long n = 0;

	if (f && fscanf(f, "%llu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static void put_machine(struct buf *out)
{
	char hostname[256] = "localhost";
	struct timespec wall, boot;
	struct sysinfo info;
	struct scap_machine m = { .hostname = hostname };

	gethostname(hostname, sizeof(hostname) - 1);
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	m.cpus = (uint32_t)get_nprocs();
	if (sysinfo(&info) == 0)
		m.memory_bytes = (uint64_t)info.totalram * info.mem_unit;
	m.max_pid = read_number("/proc/sys/kernel/pid_max");
	m.boot_ns = (uint64_t)(wall.tv_sec - boot.tv_sec) * NS_PER_S + (uint64_t)wall.tv_nsec -
		    (uint64_t)boot.tv_nsec;
	scap_put_head(out, &m);
}

static struct ip_addr addr_of(const struct sockaddr *a)
{
	if (a && a->sa_family == AF_INET)
		return ip_addr_from_v4(&((const struct sockaddr_in *)(const void *)a)->sin_addr);
	if (a && a->sa_family == AF_INET6)
		return ip_addr_from_v6(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
	return (struct ip_addr){ 0 };
}

static void put_interfaces(struct buf *out)
{
	size_t list = scap_list_begin(out, SCAP_LIST_INTERFACES);
	struct ifaddrs *all;

	if (getifaddrs(&all) == 0) {
		for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
			struct ip_addr addr = addr_of(i->ifa_addr), mask = addr_of(i->ifa_netmask);
			struct ip_addr to = { 0 };

			if (i->ifa_flags & IFF_BROADCAST)
				to = addr_of(i->ifa_broadaddr);
			if (addr.family)
				scap_put_interface(out, i->ifa_name, &addr, &mask, &to);
		}
		freeifaddrs(all);
	}
	scap_list_end(out, list);
}

/* From the files, as nothing here may wait for a directory service. */
static void put_users(struct buf *out)
{
	size_t list = scap_list_begin(out, SCAP_LIST_USERS);
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;
	struct group *gr;

	while (f && (pw = fgetpwent(f)))
		scap_put_user(out, &(struct scap_user_entry){
			.uid = pw->pw_uid, .gid = pw->pw_gid, .name = slice_of(pw->pw_name),
			.home = slice_of(pw->pw_dir), .shell = slice_of(pw->pw_shell),
		});
	if (f)
		fclose(f);
	f = fopen("/etc/group", "re");
	while (f && (gr = fgetgrent(f)))
		scap_put_user(out, &(struct scap_user_entry){
			.group = true, .gid = gr->gr_gid, .name = slice_of(gr->gr_name),
		});
	if (f)
		fclose(f);
	scap_list_end(out, list);
}

/* ---- processes ---- */

/* argv[0], and the strings behind it. */
static void split_argv(struct slice argv, struct scap_proc_entry *p)
{
	size_t first = argv.len ? strnlen(argv.ptr, argv.len) : 0;

	p->exe = (struct slice){ argv.len ? argv.ptr : "", first };
	p->args = (struct slice){ "", 0 };
	if (argv.len > first + 1)
		p->args = (struct slice){ argv.ptr + first + 1, argv.len - first - 1 };
}

/* The soft limit of open files, as /proc/PID/limits has it. */
static uint64_t fd_limit(int dir)
{
	int fd = openat(dir, "limits", O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned long long n = 1024;
	char line[256];

	if (!f) {
		if (fd >= 0)
			close(fd);
		return n;
	}
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Max open files %llu", &n) == 1)
			break;
	fclose(f);
	return n;
}

static void put_thread(struct buf *out, int dir, const char *tid, const struct scap_proc_entry *leader)
{
	struct scap_proc_entry p = *leader;
	char name[64], comm[32] = "";
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "task/%.16s/comm", tid);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, comm, sizeof(comm) - 1);
	close(fd);
	if (n <= 0)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	p.comm = slice_of(comm);
	p.tid = strtoull(tid, NULL, 10);
	/* in another namespace it has another number, which is not told here */
	p.vtid = p.vpid == (int64_t)p.pid ? (int64_t)p.tid : -1;
	p.flags = SCAP_CL_THREAD;
	scap_put_proc(out, &p);
}

/* All threads but the first. */
static void put_threads(struct buf *out, int dir, const struct scap_proc_entry *p)
{
	int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	unsigned int n = 0;
	struct dirent *de;

	if (!tasks) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((de = readdir(tasks)) && n < THREADS_MAX) {
		if (de->d_name[0] < '0' || de->d_name[0] > '9' ||
		    strtoull(de->d_name, NULL, 10) == p->pid)
			continue;
		put_thread(out, dir, de->d_name, p);
		n++;
	}
	closedir(tasks);
}

static void put_process(struct buf *out, int dir, const struct procfs_proc *f)
{
	struct scap_proc_entry p = {
		.tid = f->pid, .pid = f->pid, .ptid = f->ppid, .sid = f->sid, .pgid = f->pgid,
		.vpgid = f->vpgid, .vtid = f->vpid, .vpid = f->vpid, .comm = slice_of(f->comm),
		.exepath = f->exepath, .env = f->env, .cwd = f->cwd, .root = SLICE_LIT("/"),
		.cgroup = f->cgroup_path, .fdlimit = fd_limit(dir),
		.uid = f->euid, .gid = f->egid, .loginuid = f->loginuid, .tty = f->tty,
		.cap_inheritable = f->cap_inheritable, .cap_permitted = f->cap_permitted,
		.cap_effective = f->cap_effective, .exe_flags = f->exe_flags,
		.exe_ino = f->exe_ino, .exe_ctime_ns = f->exe_ctime_ns,
		.exe_mtime_ns = f->exe_mtime_ns,
	};

	split_argv(f->argv, &p);
	scap_put_proc(out, &p);
	if (f->nthreads > 1)
		put_threads(out, dir, &p);
}

/* ---- open files ---- */

/* How a descriptor's link begins, and what it is then. */
static const struct {
	const char *link;
	uint8_t type;
} kinds[] = {
	{ "pipe:", SCAP_FD_FIFO }, { "/memfd:", SCAP_FD_MEMFD }, { "pidfd:", SCAP_FD_PIDFD },
	{ "anon_inode:[eventfd]", SCAP_FD_EVENT }, { "anon_inode:[signalfd]", SCAP_FD_SIGNALFD },
	{ "anon_inode:[eventpoll]", SCAP_FD_EVENTPOLL }, { "anon_inode:inotify", SCAP_FD_INOTIFY },
	{ "anon_inode:[timerfd]", SCAP_FD_TIMERFD }, { "anon_inode:bpf", SCAP_FD_BPF },
	{ "anon_inode:[userfaultfd]", SCAP_FD_USERFAULTFD },
	{ "anon_inode:[io_uring]", SCAP_FD_IOURING }, { "anon_inode:[pidfd]", SCAP_FD_PIDFD },
	{ "anon_inode:", SCAP_FD_UNSUPPORTED },
};

static uint8_t kind_of_link(const char *link, unsigned int mode)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(link, kinds[i].link, strlen(kinds[i].link)) == 0)
			return kinds[i].type;
	return S_ISDIR(mode) ? SCAP_FD_DIRECTORY : S_ISFIFO(mode) ? SCAP_FD_FIFO : SCAP_FD_FILE_V2;
}

static uint32_t flags_of_fd(int dir, const char *fd)
{
	char name[64], text[256];
	unsigned int flags = 0;
	const char *at;
	ssize_t n;
	int f;

	snprintf(name, sizeof(name), "fdinfo/%.16s", fd);
	f = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return 0;
	n = read(f, text, sizeof(text) - 1);
	close(f);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "flags:");
	if (at)
		flags = (unsigned int)strtoul(at + strlen("flags:"), NULL, 8);
	return flags;
}

static void put_file(struct buf *out, int dir, const char *fd, struct record_socks *socks)
{
	char name[64], link[PROCFS_TEXT_MAX];
	struct scap_fd_entry f = { .fd = strtoll(fd, NULL, 10) };
	struct stat st;
	ssize_t n;

	snprintf(name, sizeof(name), "fd/%.16s", fd);
	n = readlinkat(dir, name, link, sizeof(link) - 1);
	if (n < 0 || fstatat(dir, name, &st, 0) < 0)
		return;
	link[n] = '\0';
	f.ino = st.st_ino;
	f.dev = (uint32_t)st.st_dev;
	f.name = (struct slice){ link, (size_t)n };
	if (S_ISSOCK(st.st_mode)) {
		if (!record_socks_find(socks, dir, &f))
			f.type = SCAP_FD_UNSUPPORTED;
	} else {
		f.type = kind_of_link(link, st.st_mode);
	}
	if (f.type == SCAP_FD_FILE_V2)
		f.open_flags = flags_of_fd(dir, fd);
	scap_put_fd(out, &f);
}

static void put_files(struct buf *out, int dir, uint32_t pid, struct record_socks *socks)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds = fd < 0 ? NULL : fdopendir(fd);
	unsigned int n = 0;
	struct dirent *de;
	size_t list;

	if (!fds) {
		if (fd >= 0)
			close(fd);
		return;
	}
	list = scap_list_begin(out, SCAP_LIST_FDS);
	scap_put_u64(out, pid);
	while ((de = readdir(fds)) && n++ < FDS_MAX)
		if (de->d_name[0] >= '0' && de->d_name[0] <= '9')
			put_file(out, dir, de->d_name, socks);
	scap_list_end(out, list);
	closedir(fds);
}

/* Every process: into the list of @procs, its files behind it into @files. */
static void put_processes(struct buf *out)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct procfs_proc *facts = malloc(sizeof(*facts));
	struct record_socks *socks = record_socks_new();
	struct buf files = BUF_INIT;
	size_t list = scap_list_begin(out, SCAP_LIST_PROCS);
	DIR *dir = proc < 0 ? NULL : fdopendir(dup(proc));
	struct dirent *de;

	while (dir && facts && socks && (de = readdir(dir))) {
		uint32_t pid = (uint32_t)strtoul(de->d_name, NULL, 10);
		int of_pid;

		if (!pid || procfs_read(proc, pid, facts) < 0)
			continue;
		of_pid = openat(proc, de->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (of_pid < 0)
			continue;
		put_process(out, of_pid, facts);
		if (files.len < HEAD_BYTES_MAX)
			put_files(&files, of_pid, pid, socks);
		close(of_pid);
		/* readers take lists in blocks of any number, but none that is too long */
		if (out->len - list > BLOCK_MAX) {
			scap_list_end(out, list);
			list = scap_list_begin(out, SCAP_LIST_PROCS);
		}
	}
	scap_list_end(out, list);
	buf_add_slice(out, buf_slice(&files));
	out->truncated |= files.truncated;
	buf_release(&files);
	if (dir)
		closedir(dir);
	if (proc >= 0)
		close(proc);
	record_socks_free(socks);
	free(facts);
}

void record_head(void *arg, struct buf *out)
{
	(void)arg;
	put_machine(out);
	put_interfaces(out);
	put_users(out);
	put_processes(out);
}
