// SPDX-License-Identifier: Apache-2.0
/* process.c - processes by pidfd */
#include "policy/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
#define KERNEL_THREAD	0x00200000u	/* PF_KTHREAD */

uint64_t process_ticks(uint64_t start_ns)
{
	return start_ns / (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* The number that is field @n of what stands behind the name, where the state is field 3. */
static uint64_t stat_field(const char *at, unsigned int n)
{
	for (unsigned int i = 3; i < n && at; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at ? strtoull(at, NULL, 10) : 0;
}

static int read_stat(const char *path, struct process_stat *ret_stat)
{
	char text[1024];
	const char *at;
	bool ended;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0) {
		int err = n < 0 ? errno : ESRCH;

		close(fd);
		return -err;
	}
	close(fd);
	text[n] = '\0';
	/* the name may hold anything, the last parenthesis is behind it */
	at = strrchr(text, ')');
	if (!at || at[1] != ' ')
		return -EBADMSG;
	at += 2;
	ended = *at == 'Z' || *at == 'X';
	*ret_stat = (struct process_stat){
		.ppid = (uint32_t)stat_field(at, 4),
		.pgid = (uint32_t)stat_field(at, 5),
		.start_ticks = stat_field(at, 22),
		.is_kernel = stat_field(at, 9) & KERNEL_THREAD,
		.is_zombie = ended && stat_field(at, 20) <= 1,
		.is_headless = ended && stat_field(at, 20) > 1,
	};
	return 0;
}

int process_stat(uint32_t pid, struct process_stat *ret_stat)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	return read_stat(path, ret_stat);
}

uint32_t process_task(uint32_t pid, const struct process_stat *st)
{
	struct process_stat thread;
	uint32_t found = pid;
	struct dirent *e;
	char path[64];
	DIR *d;

	if (!st->is_headless)
		return pid;
	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	d = opendir(path);
	while (d && found == pid && (e = readdir(d)) != NULL) {
		uint32_t tid = (uint32_t)strtoul(e->d_name, NULL, 10);

		snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", pid, tid);
		/* of a thread that has ended all but the state is as of the others */
		if (tid && tid != pid && read_stat(path, &thread) == 0 && !thread.is_headless &&
		    !thread.is_zombie)
			found = tid;
	}
	if (d)
		closedir(d);
	return found;
}

uint32_t process_namespace(uint32_t pid, const char *kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/ns/%s", pid, kind);
	return stat(path, &st) == 0 ? (uint32_t)st.st_ino : 0;
}

int process_open_any(uint32_t pid, struct process_stat *ret_stat)
{
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = process_stat(pid, ret_stat);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

int process_open(uint32_t pid, uint64_t start_ns, uint32_t pidns, struct process_stat *ret_stat)
{
	struct process_stat st;
	int fd = process_open_any(pid, &st);
	uint32_t ns;

	if (fd < 0)
		return fd;
	/* a zombie has left its namespaces; there is nothing to be done to it either */
	ns = pidns && !st.is_zombie ? process_namespace(pid, "pid") : 0;
	if (st.start_ticks != process_ticks(start_ns) || (ns && ns != pidns)) {
		close(fd);
		return -ESTALE;
	}
	if (st.is_zombie) {
		close(fd);
		return -ESRCH;
	}
	*ret_stat = st;
	return fd;
}

int process_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

bool process_is_new(struct process_seen *seen, uint32_t pid, const struct process_stat *st)
{
	size_t i = pid % PROCESS_SEEN_MAX;

	if (seen->slots[i].pid == pid && seen->slots[i].start_ticks == st->start_ticks)
		return false;
	seen->slots[i].pid = pid;
	seen->slots[i].start_ticks = st->start_ticks;
	return true;
}

bool process_exe(uint32_t pid, char *path, size_t size)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%u/exe", pid);
	n = readlink(link, path, size - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return true;
}

int process_boost(unsigned int less_nice)
{
	int nice;

	if (!less_nice)
		return 0;
	errno = 0;
	nice = getpriority(PRIO_PROCESS, 0);
	if (errno)
		return -errno;
	nice = nice - (int)less_nice < -20 ? -20 : nice - (int)less_nice;
	return setpriority(PRIO_PROCESS, 0, nice) < 0 ? -errno : 0;
}
