// SPDX-License-Identifier: Apache-2.0
/* confine.c - a service gives up what it does not need once the device is open */
#include "engine/confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

#include "engine/core.h"
#include "util/lazy_capng.h"
#include "util/lazy_seccomp.h"

/* What neither falcoc nor a program that it starts has any business with. */
static const char *const denied[] = {
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
	"swapon", "swapoff", "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount",
	"fspick", "move_mount", "open_tree", "mount_setattr", "ptrace", "process_vm_readv",
	"process_vm_writev", "bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl",
	"acct", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "iopl", "ioperm",
	"quotactl", "syslog", "vhangup", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"name_to_handle_at", "open_by_handle_at", "lookup_dcookie", "personality", "sethostname",
	"setdomainname", "_sysctl", "uselib", "create_module", "kcmp", "mknod", "mknodat", "migrate_pages",
	"move_pages", "mbind", "set_mempolicy", "unshare",
};

static bool acts(const struct engine *e)
{
	return e->opt.actions == ENGINE_ACTIONS_ON;
}

/* -1: there is none of that name. */
static int capability(const char *name)
{
	if (!lazy_capng_load())
		return -1;
	return capng_name_to_capability(strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name);
}

bool confine_is_capability(const char *name)
{
	return capability(name) >= 0;
}

static void keep(unsigned int cap)
{
	/* what it has not got is not to be had */
	if (capng_have_capability(CAPNG_BOUNDING_SET, cap))
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET, cap);
}

/* Those of the configuration: "CAP_A,CAP_B" */
static void keep_named(const char *names)
{
	while (names && *names) {
		size_t len = strcspn(names, ",");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (capability(name) >= 0)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
				     (unsigned int)capability(name));
		names += len + (names[len] == ',');
	}
}

static int drop_capabilities(const struct engine *e)
{
	static const unsigned int always[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };
	static const unsigned int to_act[] = { CAP_KILL, CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_DAC_OVERRIDE };
	bool have[CAP_LAST_CAP + 1];

	if (!lazy_capng_load())
		return -ELIBACC;
	if (capng_get_caps_process() < 0)
		return -EPERM;
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP; cap++)
		have[cap] = capng_have_capability(CAPNG_PERMITTED, cap);
	capng_clear(CAPNG_SELECT_CAPS);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (have[always[i]])
			keep(always[i]);
	for (size_t i = 0; acts(e) && i < sizeof(to_act) / sizeof(to_act[0]); i++)
		if (have[to_act[i]])
			keep(to_act[i]);
	keep_named(e->opt.keep_capabilities);
	return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}

static int deny(scmp_filter_ctx filter, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);

	/* one that this architecture, or this library, has not */
	return call < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
}

static int filter_calls(const struct engine *e)
{
	bool starts = e->opt.outputs.program.enabled || acts(e);
	scmp_filter_ctx filter;
	int rc;

	if (!lazy_seccomp_load())
		return -ELIBACC;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	rc = filter ? 0 : -ENOMEM;
	for (size_t i = 0; rc == 0 && i < sizeof(denied) / sizeof(denied[0]); i++)
		rc = deny(filter, denied[i]);
	if (rc == 0 && !starts)
		rc = deny(filter, "execve");
	if (rc == 0 && !starts)
		rc = deny(filter, "execveat");
	if (rc == 0 && !acts(e))
		rc = deny(filter, "setns");
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

enum engine_status confine_start(struct engine *e)
{
	int rc;

	if (!e->opt.daemon || e->opt.unconfined || e->stop)
		return ENGINE_OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "no_new_privs: %s", strerror(errno));
	rc = drop_capabilities(e);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "capabilities cannot be given up: %s",
				   strerror(-rc));
	rc = filter_calls(e);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "no filter of system calls: %s (confine: false "
				   "goes without)", strerror(-rc));
	return ENGINE_OK;
}
