// SPDX-License-Identifier: Apache-2.0
/*
 * tools.c - what building the module needs: its source, the kernel's headers, a compiler, DKMS
 */
#include "doctor/tools.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor/doctor.h"

#define SOURCES		"/usr/src"
#define SOURCE_PREFIX	"falcoc-"

static bool there(const char *root, const char *path, int how)
{
	char full[PATH_MAX];

	return (size_t)snprintf(full, sizeof(full), "%s%s", root, path) < sizeof(full) &&
	       access(full, how) == 0;
}

/* A program in one of the usual places: our own PATH may lack sbin. */
static bool program(const char *root, const char *name)
{
	static const char *const places[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin",
					      "/sbin", "/bin" };
	char path[256];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], name);
		if (there(root, path, X_OK))
			return true;
	}
	return false;
}

static bool source_of(const char *root, const char *version)
{
	char path[256];

	snprintf(path, sizeof(path), SOURCES "/" SOURCE_PREFIX "%s/dkms.conf", version);
	return there(root, path, R_OK);
}

/* The version wanted, else any. */
static bool find_source(const char *root, const char *version, char *ret, size_t len)
{
	char path[PATH_MAX];
	bool found = false;
	struct dirent *de;
	DIR *dir;

	snprintf(ret, len, "%s", version);
	if (source_of(root, version))
		return true;
	snprintf(path, sizeof(path), "%s" SOURCES, root);
	dir = opendir(path);
	while (dir && !found && (de = readdir(dir))) {
		const char *of = de->d_name + strlen(SOURCE_PREFIX);

		if (strncmp(de->d_name, SOURCE_PREFIX, strlen(SOURCE_PREFIX)) != 0 || strlen(of) >= len ||
		    !source_of(root, of))
			continue;
		snprintf(ret, len, "%s", of);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

void doctor_tools_find(const char *root, const char *release, const char *version,
		       struct doctor_tools *ret_tools)
{
	struct doctor_tools *t = ret_tools;
	char path[PATH_MAX];

	memset(t, 0, sizeof(*t));
	t->source = find_source(root, version, t->version, sizeof(t->version));
	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", release);
	t->headers = there(root, path, R_OK);
	t->compiler = program(root, "gcc") || program(root, "cc") || program(root, "clang");
	t->make = program(root, "make");
	t->dkms = program(root, "dkms");
	snprintf(path, sizeof(path), "/var/lib/dkms/falcoc/%s/build/make.log", t->version);
	if (there(root, path, R_OK))
		memcpy(t->log, path, sizeof(path));
}

/* One of them; without it @what cannot be done, and @package has it. */
static void check_tool(struct doctor *d, const char *check, bool found, const char *what,
		       const char *package)
{
	if (found) {
		doctor_say(d, check, DOCTOR_OK, "there");
		return;
	}
	doctor_say(d, check, DOCTOR_WARNING, "not there: %s", what);
	doctor_mend(d, "apt-get install %s", package);
}

void doctor_tools(struct doctor *d, const char *root)
{
	struct doctor_tools t;
	struct utsname un = { .release = "" };
	char package[128];

	uname(&un);
	doctor_tools_find(root, un.release, FALCOC_VERSION, &t);
	snprintf(package, sizeof(package), "linux-headers-%s", un.release);
	check_tool(d, "headers", t.headers, "the module cannot be built for this kernel", package);
	check_tool(d, "compiler", t.compiler && t.make, "no module can be built", "gcc make");
	check_tool(d, "dkms", t.dkms, "the next kernel will have no module", "dkms");
}
