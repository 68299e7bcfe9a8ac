// SPDX-License-Identifier: Apache-2.0
/* Which processes are the host's own, see dns/member.h. */
#include "dns/member.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/hash.h"

#define KNOWN	 256 /* processes that are remembered, by their hash */
#define NS_PER_S 1000000000ull

struct known {
	uint32_t pid; /* 0: none */
	uint64_t start_ns;
	bool is_member;
};

struct members {
	uint32_t mntns;
	char *proc;
	struct known known[KNOWN];
};

struct members *members_new(uint32_t mntns, const char *proc)
{
	struct members *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->mntns = mntns;
	m->proc = strdup(proc ? proc : "/proc");
	if (!m->proc) {
		free(m);
		return NULL;
	}
	return m;
}

void members_free(struct members *m)
{
	if (!m)
		return;
	free(m->proc);
	free(m);
}

/* Without asking whoever provides that file system: it may be a container's, and not answer. */
static bool root_of(const struct members *m, uint32_t pid, struct statx *ret_root)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%u/root", m->proc, pid) >= (int)sizeof(path))
		return false;
	return statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, ret_root) == 0;
}

/* When the process that has the pid now began; 0: not known. */
static uint64_t start_of(const struct members *m, uint32_t pid)
{
	unsigned long long ticks;
	const char *at = NULL;
	char path[4096], text[1024];
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%u/stat", m->proc, pid) >= (int)sizeof(path))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		at = strrchr(text, ')'); /* behind its name, which may be anything */
	}
	/* the 22nd field; the name is the second */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, " %llu", &ticks) != 1)
		return 0;
	return ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

static bool look(const struct members *m, uint32_t pid, uint64_t start_ns)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK), began_ns;
	struct statx host, root;

	if (!root_of(m, 1, &host) || !root_of(m, pid, &root))
		return false;
	/* after its root was read, so that it was that process's */
	began_ns = start_of(m, pid);
	if (!began_ns || began_ns > start_ns + tick_ns || start_ns > began_ns + 2 * tick_ns)
		return false;
	return host.stx_ino == root.stx_ino && host.stx_dev_major == root.stx_dev_major &&
	       host.stx_dev_minor == root.stx_dev_minor;
}

bool members_has(struct members *m, uint32_t mntns, uint32_t pid, uint64_t start_ns)
{
	struct known *k = &m->known[hash_u64(pid) % KNOWN];

	if (mntns == m->mntns)
		return true;
	if (!pid || !mntns || !m->mntns)
		return false;
	if (k->pid != pid || k->start_ns != start_ns)
		*k = (struct known){ pid, start_ns, look(m, pid, start_ns) };
	return k->is_member;
}
