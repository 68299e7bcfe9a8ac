// SPDX-License-Identifier: Apache-2.0
/*
 * kernel.c - who we are, the kernel, what it was built with, and what slows it down
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/module.h"
#include "doctor/doctor.h"
#include "util/lazy_zlib.h"

#define OLDEST_MAJOR	5
#define OLDEST_MINOR	10
#define CAP_SYS_ADMIN	21
#define MEBIBYTE	(1u << 20)

void doctor_privileges(struct doctor *d)
{
	FILE *f = module_open("", "/proc/self/status");
	unsigned long long caps = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	if (caps >> CAP_SYS_ADMIN & 1)
		doctor_say(d, "privileges", DOCTOR_OK, "%s, with CAP_SYS_ADMIN",
			   geteuid() ? "not root" : "root");
	else
		doctor_say(d, "privileges", DOCTOR_FAILURE,
			   "no CAP_SYS_ADMIN: the device lets nobody in without it, and not all of this can "
			   "be looked at");
	if (!(caps >> CAP_SYS_ADMIN & 1))
		doctor_mend(d, "sudo falcoc doctor");
}

static void check_release(struct doctor *d)
{
	unsigned int major = 0, minor = 0;
	struct utsname un;

	if (uname(&un) < 0 || sscanf(un.release, "%u.%u", &major, &minor) != 2) {
		doctor_say(d, "kernel", DOCTOR_SKIPPED, "the kernel does not tell its release");
		return;
	}
	if (strcmp(un.machine, "x86_64") != 0) {
		doctor_say(d, "kernel", DOCTOR_FAILURE, "%s on %s: the module is for x86_64 only",
			   un.release, un.machine);
	} else if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
		doctor_say(d, "kernel", DOCTOR_FAILURE, "%s: the module needs %d.%d or later", un.release,
			   OLDEST_MAJOR, OLDEST_MINOR);
		doctor_mend(d, "apt-get install linux-image-amd64 && reboot");
	} else {
		doctor_say(d, "kernel", DOCTOR_OK, "%s, %s", un.release, un.machine);
	}
}

/* What the module cannot do without, and what not with: dkms.conf asks for the same. */
static const char *const needed[] = {
	"CONFIG_MODULES", "CONFIG_TRACEPOINTS", "CONFIG_HAVE_SYSCALL_TRACEPOINTS", "CONFIG_FTRACE_SYSCALLS",
	"CONFIG_KPROBES", "CONFIG_NET", "CONFIG_SECURITY", "CONFIG_BPF",
};

#define REAL_TIME	"CONFIG_PREEMPT_RT"

/* The file that tells how the running kernel was built; its path goes to @ret_path. */
static gzFile config_open(const char *root, const char *release, char *ret_path, size_t len)
{
	static const struct {
		const char *before, *behind;	/* the release; before NULL: not in it */
	} places[] = {
		{ NULL, "/proc/config.gz" }, { "/boot/config-", "" }, { "/lib/modules/", "/build/.config" },
		{ "/lib/modules/", "/config" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *before = places[i].before;
		char path[PATH_MAX];
		gzFile f;

		snprintf(ret_path, len, "%s%s%s", before ? before : "", before ? release : "",
			 places[i].behind);
		if ((size_t)snprintf(path, sizeof(path), "%s%s", root, ret_path) >= sizeof(path))
			continue;
		f = gzopen(path, "re");
		if (f)
			return f;
	}
	return NULL;
}

static bool says_yes(const char *line, const char *option)
{
	size_t n = strlen(option);

	return strncmp(line, option, n) == 0 && strncmp(line + n, "=y", 2) == 0;
}

static void check_config(struct doctor *d, const char *root)
{
	bool found[sizeof(needed) / sizeof(needed[0])] = { false }, jit = false, real_time = false;
	char path[256], line[512];
	struct buf missing = BUF_INIT;
	struct utsname un;
	gzFile f;

	if (!lazy_zlib_load()) {
		doctor_say(d, "kernel-config", DOCTOR_SKIPPED, "zlib, which unpacks it, cannot be loaded");
		return;
	}
	uname(&un);
	f = config_open(root, un.release, path, sizeof(path));
	if (!f) {
		doctor_say(d, "kernel-config", DOCTOR_SKIPPED,
			   "how the kernel was built is told nowhere (/proc/config.gz, /boot/config-%s)",
			   un.release);
		return;
	}
	while (gzgets(f, line, sizeof(line))) {
		jit |= says_yes(line, "CONFIG_BPF_JIT");
		real_time |= says_yes(line, REAL_TIME);
		for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
			found[i] |= says_yes(line, needed[i]);
	}
	gzclose(f);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!found[i])
			buf_printf(&missing, " %s", needed[i]);
	if (missing.len || real_time) {
		const char *and = missing.len && real_time ? " and " : "";

		doctor_say(d, "kernel-config", DOCTOR_FAILURE, "%s %s%s%s%s", path,
			   missing.len ? "lacks what the module needs:" : "", buf_str(&missing), and,
			   real_time ? "has " REAL_TIME ", with which the module cannot work" : "");
		doctor_advise(d, "use a kernel of the distribution%s, or build this one %s%s%s",
			      real_time ? " that is none of real time" : "",
			      missing.len ? "with them" : "", and, real_time ? "without " REAL_TIME : "");
	} else if (!jit) {
		doctor_say(d, "kernel-config", DOCTOR_WARNING,
			   "%s lacks CONFIG_BPF_JIT: what rules keep out is interpreted, which is slower",
			   path);
	} else {
		doctor_say(d, "kernel-config", DOCTOR_OK, "has what the module needs (%s)", path);
	}
	buf_release(&missing);
}

/* A number in a file; false: there is none. */
static bool read_number(const char *root, const char *path, long *ret_n)
{
	FILE *f = module_open(root, path);
	bool found;

	if (!f)
		return false;
	found = fscanf(f, "%ld", ret_n) == 1;
	fclose(f);
	return found;
}

static void check_jit(struct doctor *d, const char *root)
{
	long on;

	if (!read_number(root, "/proc/sys/net/core/bpf_jit_enable", &on)) {
		doctor_say(d, "bpf-jit", DOCTOR_SKIPPED,
			   "the kernel does not tell whether it compiles what rules keep out");
	} else if (on) {
		doctor_say(d, "bpf-jit", DOCTOR_OK, "on");
	} else {
		doctor_say(d, "bpf-jit", DOCTOR_WARNING,
			   "off: what rules keep out is interpreted, which is slower");
		doctor_mend(d, "sysctl -w net.core.bpf_jit_enable=1");
	}
}

void doctor_kernel(struct doctor *d, const char *root)
{
	check_release(d);
	check_config(d, root);
	check_jit(d, root);
}

/* ---- memory ---- */

static bool available(const char *root, uint64_t *ret_bytes)
{
	FILE *f = module_open(root, "/proc/meminfo");
	unsigned long long kib;
	bool found = false;
	char line[256];

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "MemAvailable: %llu kB", &kib) == 1;
	if (f)
		fclose(f);
	if (found)
		*ret_bytes = kib * 1024;
	return found;
}

void doctor_memory(struct doctor *d, const char *root, uint64_t ring_bytes)
{
	uint64_t have, need = ring_bytes * (unsigned int)get_nprocs();

	if (!available(root, &have)) {
		doctor_say(d, "memory", DOCTOR_SKIPPED, "/proc/meminfo does not tell what is available");
	} else if (need > have) {
		doctor_say(d, "memory", DOCTOR_FAILURE,
			   "the rings of %d CPUs take %" PRIu64 " MiB, and %" PRIu64 " MiB are available",
			   get_nprocs(), need / MEBIBYTE, have / MEBIBYTE);
		doctor_advise(d, "make engine.kmod.ring_size smaller");
	} else if (need > have / 4) {
		doctor_say(d, "memory", DOCTOR_WARNING,
			   "the rings of %d CPUs take %" PRIu64 " of %" PRIu64 " MiB that are available",
			   get_nprocs(), need / MEBIBYTE, have / MEBIBYTE);
		doctor_advise(d, "make engine.kmod.ring_size smaller");
	} else {
		doctor_say(d, "memory", DOCTOR_OK, "the rings of %d CPUs take %" PRIu64 " of %" PRIu64
			   " MiB that are available", get_nprocs(), need / MEBIBYTE, have / MEBIBYTE);
	}
}
