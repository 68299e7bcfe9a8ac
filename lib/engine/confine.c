// SPDX-License-Identifier: Apache-2.0
/* confine.c - a service gives up what it does not need once the device is open */
#include "engine/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/core.h"
#include "util/lazy_capng.h"

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
	static const unsigned int to_act[] = {
		CAP_KILL, CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_DAC_OVERRIDE, CAP_SYS_NICE,
	};
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

static int filter_calls(const struct engine *e)
{
	unsigned int what = 0;

	if (e->opt.outputs.program.enabled || acts(e))
		what |= CONFINE_STARTS;
	if (acts(e))
		what |= CONFINE_ENTERS;
	return confine_calls(what);
}

/* By the call itself: the library's state is that of the process. */
int confine_server(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_capset, &head, none) < 0)
		return -errno;
	return confine_calls(CONFINE_SERVER);
}

int confine_reader(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capget, &head, caps) < 0)
		return -errno;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t kept = 0;

		if (i == CAP_TO_INDEX(CAP_DAC_READ_SEARCH))
			kept = CAP_TO_MASK(CAP_DAC_READ_SEARCH);
		caps[i].permitted &= kept;
		caps[i].effective &= kept;
		caps[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, caps) < 0)
		return -errno;
	rc = confine_calls(0);
	return rc == -ELIBACC ? 0 : rc;
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
