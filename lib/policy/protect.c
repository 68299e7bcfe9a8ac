// SPDX-License-Identifier: Apache-2.0
/* protect.c - what no action touches */
#include "policy/protect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/process.h"

#define ANCESTORS_MAX	64
#define SYSTEM_UID_MAX	999	/* users of the system itself */

/* How a machine is reached, and what its services and containers hang on. Names of files. */
static const char *const programs[] = {
	"sshd", "sshd-session", "sshd-auth", "dropbear", "systemd", "systemd-journald",
	"systemd-logind", "systemd-udevd", "systemd-networkd", "systemd-resolved", "systemd-machined",
	"dbus-daemon", "dbus-broker", "dbus-broker-launch", "polkitd", "agetty", "login",
	"NetworkManager", "dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2",
	"docker-proxy", "podman", "conmon", "crio", "kubelet", "runc", "crun", "lxc-start", "auditd",
};

static const char *const namespaces[] = { "kube-system", "kube-node-lease" };

struct protect {
	const struct policy_protect *more;
	struct {
		uint32_t pid;
		uint64_t start_ticks;
	} ancestors[ANCESTORS_MAX];	/* of falcoc, itself the first */
	size_t nancestors;
	uint32_t host_mntns, own_mntns;
};

static void find_ancestors(struct protect *p)
{
	uint32_t pid = (uint32_t)getpid();
	struct process_stat st;

	while (pid > 1 && p->nancestors < ANCESTORS_MAX && process_stat(pid, &st) == 0) {
		p->ancestors[p->nancestors].pid = pid;
		p->ancestors[p->nancestors++].start_ticks = st.start_ticks;
		pid = st.ppid;
	}
}

struct protect *protect_new(const struct policy_protect *more)
{
	static const struct policy_protect none;
	struct protect *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->more = more ? more : &none;
	p->host_mntns = process_namespace(1, "mnt");
	p->own_mntns = process_namespace((uint32_t)getpid(), "mnt");
	find_ancestors(p);
	return p;
}

void protect_free(struct protect *p)
{
	free(p);
}

static bool any_matches(const char *const *patterns, size_t n, const char *text)
{
	for (size_t i = 0; *text && i < n; i++)
		if (wildcard_matches(patterns[i], text))
			return true;
	return false;
}

static const char *protect_container(const struct protect *p, const struct target *t)
{
	const struct policy_protect *more = p->more;
	char shorter[13];

	snprintf(shorter, sizeof(shorter), "%.12s", t->container);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (strcmp(namespaces[i], t->namespace) == 0)
			return "its pod is of a system namespace";
	if (any_matches(more->namespaces, more->nnamespaces, t->namespace))
		return "its namespace is protected";
	if (t->in_pod && !*t->namespace)
		return "its pod's namespace is not known, and some are protected";
	if (more->nimages && !t->image_known)
		return "its image is not known, and some are protected";
	if (any_matches(more->images, more->nimages, t->image) ||
	    any_matches(more->images, more->nimages, t->repository))
		return "its image is protected";
	if (any_matches(more->containers, more->ncontainers, t->name) ||
	    any_matches(more->containers, more->ncontainers, t->container) ||
	    any_matches(more->containers, more->ncontainers, shorter))
		return "its container is protected";
	if (more->ncontainers && !*t->name && !t->image_known)
		return "its name is not known, and some are protected";
	return NULL;
}

const char *protect_target(const struct protect *p, const struct target *t)
{
	if (t->pid <= 1)
		return t->pid ? "it is pid 1" : "it is the kernel";
	if (t->ours)
		return "it is falcoc, or was started by it";
	if (any_matches(p->more->programs, p->more->nprograms, t->exe))
		return "its program is protected";
	if (t->is_somewhere)
		return "its container is not known, and some are protected";
	return *t->container ? protect_container(p, t) : NULL;
}

static bool is_system_program(const char *exe)
{
	const char *name = strrchr(exe, '/');

	name = name ? name + 1 : exe;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(programs[i], name) == 0)
			return true;
	return false;
}

/*
 * A file that only root can change; else anybody could be unkillable. Also one that was replaced. What
 * is known of it is enough: its file system, which may be a program's own and never answer, is not asked.
 */
static bool is_roots(uint32_t pid)
{
	char path[40];
	struct statx st;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	return statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_UID | STATX_MODE, &st) == 0 &&
	       (st.stx_mask & (STATX_UID | STATX_MODE)) == (STATX_UID | STATX_MODE) &&
	       st.stx_uid == 0 && !(st.stx_mode & S_IWOTH);
}

/* What /proc adds to the path of a program that was replaced, as by an upgrade. */
static void cut_deleted(char *exe)
{
	static const char mark[] = " (deleted)";
	size_t len = strlen(exe);

	if (len > sizeof(mark) - 1 && strcmp(exe + len - (sizeof(mark) - 1), mark) == 0)
		exe[len - (sizeof(mark) - 1)] = '\0';
}

static uint32_t owner_of(uint32_t pid)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return stat(path, &st) == 0 ? st.st_uid : UINT32_MAX;
}

const char *protect_process(const struct protect *p, uint32_t pid, const struct process_stat *st)
{
	char exe[4096];

	if (pid <= 1)
		return "pid 1 is among them";
	if (st->is_kernel)
		return "it is a thread of the kernel's";
	for (size_t i = 0; i < p->nancestors; i++)
		if (p->ancestors[i].pid == pid && p->ancestors[i].start_ticks == st->start_ticks)
			return i ? "falcoc runs below it" : "it is falcoc";
	pid = process_task(pid, st);
	if (!process_exe(pid, exe, sizeof(exe)))
		return NULL;
	cut_deleted(exe);
	if (any_matches(p->more->programs, p->more->nprograms, exe))
		return "its program is protected";
	if (!is_system_program(exe) || owner_of(pid) > SYSTEM_UID_MAX || !is_roots(pid))
		return NULL;
	/* where pid 1 cannot be looked at our own namespace stands for the host's */
	if (process_namespace(pid, "mnt") != (p->host_mntns ? p->host_mntns : p->own_mntns))
		return NULL;
	return "the system needs its program";
}
