// SPDX-License-Identifier: Apache-2.0
/*
 * service.c - falcoc as systemd's service: its unit, whether a boot starts it, whether it runs
 *
 * Read from where systemd keeps it, not asked for: so it is the same for a root of the tests' own.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/module.h"
#include "doctor/doctor.h"

#define UNIT	"falcoc.service"

static bool there(const char *root, const char *dir, const char *name)
{
	char path[PATH_MAX];

	/* the link of a unit that is switched on leads out of a root of the tests' */
	return (size_t)snprintf(path, sizeof(path), "%s%s/%s", root, dir, name) < sizeof(path) &&
	       faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_installed(const char *root)
{
	static const char *const places[] = { "/etc/systemd/system", "/run/systemd/system",
					      "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
					      "/lib/systemd/system" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (there(root, places[i], UNIT))
			return true;
	return false;
}

/* Does some target want it? */
static bool is_enabled(const char *root)
{
	char path[PATH_MAX];
	bool found = false;
	struct dirent *de;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/etc/systemd/system", root);
	dir = opendir(path);
	while (dir && !found && (de = readdir(dir))) {
		const char *dot = strrchr(de->d_name, '.');

		if (!dot || (strcmp(dot, ".wants") != 0 && strcmp(dot, ".requires") != 0))
			continue;
		snprintf(path, sizeof(path), "/etc/systemd/system/%.255s", de->d_name);
		found = there(root, path, UNIT);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Has its control group a process? */
static bool is_running(const char *root)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified",
					      "/sys/fs/cgroup/systemd" };
	char path[128];
	bool found = false;
	FILE *f;
	int pid;

	for (size_t i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/system.slice/" UNIT "/cgroup.procs", places[i]);
		f = module_open(root, path);
		found = f && fscanf(f, "%d", &pid) == 1;
		if (f)
			fclose(f);
	}
	return found;
}

bool doctor_service(struct doctor *d, const char *root)
{
	bool enabled, running;

	if (!there(root, "/run/systemd", "system")) {
		doctor_say(d, "service", DOCTOR_SKIPPED, "systemd does not run here");
		return false;
	}
	if (!is_installed(root)) {
		doctor_say(d, "service", DOCTOR_SKIPPED, "not installed: falcoc watches only while somebody "
			   "runs it");
		return false;
	}
	enabled = is_enabled(root);
	running = is_running(root);
	if (enabled && running) {
		doctor_say(d, "service", DOCTOR_OK, "runs, and is started at boot");
	} else if (running) {
		doctor_say(d, "service", DOCTOR_WARNING, "runs, but no boot starts it");
		doctor_mend(d, "systemctl enable falcoc");
	} else if (enabled) {
		doctor_say(d, "service", DOCTOR_WARNING, "is started at boot, but does not run");
		doctor_advise(d, "`journalctl -u falcoc -n 20` tells why");
		doctor_mend(d, "systemctl restart falcoc");
	} else {
		doctor_say(d, "service", DOCTOR_WARNING, "installed, but neither runs nor is started at boot");
		doctor_mend(d, "systemctl enable --now falcoc");
	}
	return running;
}
