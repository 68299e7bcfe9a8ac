// SPDX-License-Identifier: Apache-2.0
/*
 * module.c - the module: built, installed, loaded, of this version, loaded at boot
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/module.h"
#include "doctor/doctor.h"
#include "doctor/tools.h"

/* Why there is no module for the running kernel, and the commands that make one. */
static void not_installed(struct doctor *d, const char *root, const struct module_facts *f,
			  const char *version)
{
	struct doctor_tools t;
	struct buf packages = BUF_INIT;

	doctor_tools_find(root, f->release, version, &t);
	doctor_say(d, "module", DOCTOR_FAILURE, "none for the running kernel %s%s", f->release,
		   !t.source ? ": its source is not there" : !t.headers ? ": its headers are not there" :
		   *t.log ? ": DKMS could not build it" : "");
	if (!t.source) {
		doctor_advise(d, "install the package falcoc-dkms, or `make dkms-install` in falcoc's source");
		return;
	}
	if (!t.headers)
		buf_printf(&packages, " linux-headers-%s", f->release);
	if (!t.compiler)
		buf_add_str(&packages, " gcc");
	if (!t.make)
		buf_add_str(&packages, " make");
	if (!t.dkms)
		buf_add_str(&packages, " dkms");
	if (packages.len)
		doctor_mend(d, "apt-get install%s && dkms install falcoc/%s -k %s && modprobe falcoc",
			    buf_str(&packages), t.version, f->release);
	else
		doctor_mend(d, "dkms install falcoc/%s -k %s && modprobe falcoc", t.version, f->release);
	if (*t.log && !packages.len)
		doctor_advise(d, "the compiler's words are in %s", t.log);
	buf_release(&packages);
}

/* The kernel would refuse it: not signed, or with a key that nobody told the firmware of. */
static void refused(struct doctor *d, const struct module_facts *f, const char *version)
{
	char again[320] = "";

	if (!f->is_signed)
		doctor_say(d, "module", DOCTOR_FAILURE, "installed, but this kernel takes only signed "
			   "modules (%s), and it is not", f->signed_only);
	else
		doctor_say(d, "module", DOCTOR_FAILURE, "installed and signed, but this kernel takes only signed "
			   "modules (%s), and does not know the key", f->signed_only);
	if (!f->is_signed)
		snprintf(again, sizeof(again), "dkms remove falcoc/%s -k %s; dkms install falcoc/%s -k %s && ",
			 version, f->release, version, f->release);
	if (f->key && f->key_known) {
		doctor_advise(d, "DKMS signs what it builds, if openssl and the kernel's sign-file are there");
		doctor_mend(d, "%smodprobe falcoc", again);
	} else {
		doctor_advise(d, "DKMS signs what it builds with a key of this machine; the firmware asks at the next boot "
			      "whether it is to know it (Enroll MOK)");
		doctor_mend(d, "%smokutil --import %s && reboot", again, f->key ? f->key : "/var/lib/dkms/mok.pub");
	}
}

static void not_loaded(struct doctor *d, const struct module_facts *f, const char *version)
{
	if (module_refused(f)) {
		refused(d, f, version);
		return;
	}
	doctor_say(d, "module", DOCTOR_FAILURE, "installed (%s), but not loaded", f->file);
	doctor_mend(d, f->indexed ? "modprobe falcoc" : "depmod -a && modprobe falcoc");
}

static void check_module(struct doctor *d, const char *root, const struct module_facts *f,
			 const char *version)
{
	if (!f->loaded && !*f->file) {
		not_installed(d, root, f, version);
	} else if (!f->loaded) {
		not_loaded(d, f, version);
	} else if (*f->version && strcmp(f->version, version) != 0) {
		doctor_say(d, "module", DOCTOR_WARNING, "version %s is loaded, and this is falcoc %s",
			   f->version, version);
		doctor_mend(d, "modprobe -r falcoc && modprobe falcoc");
	} else if (!*f->file) {
		doctor_say(d, "module", DOCTOR_WARNING, "loaded, but not installed: it is gone at the next boot");
		doctor_advise(d, "install the package falcoc-dkms, or `make dkms-install` in falcoc's source");
	} else {
		doctor_say(d, "module", DOCTOR_OK, "loaded, version %s", f->version);
	}
}

static void check_signatures(struct doctor *d, const struct module_facts *f)
{
	if (!f->signed_only)
		doctor_say(d, "signatures", DOCTOR_OK, "this kernel takes modules that are not signed");
	else if (f->loaded || !module_refused(f))
		doctor_say(d, "signatures", DOCTOR_OK, "this kernel takes only signed modules (%s)",
			   f->signed_only);
	else
		doctor_say(d, "signatures", DOCTOR_WARNING,
			   "this kernel takes only signed modules (%s): one that is built here is refused, "
			   "unless the firmware knows the key", f->signed_only);
}

/* ---- at boot ---- */

/* Is the module a line of the file? */
static bool names_module(const char *root, const char *path)
{
	FILE *f = module_open(root, path);
	char line[256], word[64];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%63s", word) == 1 && strcmp(word, "falcoc") == 0;
	if (f)
		fclose(f);
	return found;
}

static bool directory_names_module(const char *root, const char *path)
{
	char full[PATH_MAX];
	bool found = false;
	struct dirent *de;
	DIR *dir;

	snprintf(full, sizeof(full), "%s%s", root, path);
	dir = opendir(full);
	while (dir && !found && (de = readdir(dir))) {
		if (!strstr(de->d_name, ".conf"))
			continue;
		snprintf(full, sizeof(full), "%s/%s", path, de->d_name);
		found = names_module(root, full);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void check_boot(struct doctor *d, const char *root)
{
	static const char *const places[] = { "/etc/modules-load.d", "/run/modules-load.d",
					      "/usr/lib/modules-load.d", "/lib/modules-load.d" };
	bool found = names_module(root, "/etc/modules");

	for (size_t i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++)
		found = directory_names_module(root, places[i]);
	if (found) {
		doctor_say(d, "boot", DOCTOR_OK, "the module is loaded at boot");
		return;
	}
	doctor_say(d, "boot", DOCTOR_WARNING, "the module is not loaded at boot");
	doctor_mend(d, "mkdir -p /etc/modules-load.d && echo falcoc >/etc/modules-load.d/falcoc.conf");
}

/* ---- others ---- */

/* Modules that hook each system call, too: it is paid for twice. */
static bool hooks_calls(const char *name)
{
	static const char *const known[] = { "falco", "falco_probe", "scap", "sysdig_probe", "sysdigcloud_probe" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static void check_others(struct doctor *d, const char *root)
{
	FILE *f = module_open(root, "/proc/modules");
	char line[512], name[64];
	bool found = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s", name) != 1 || !hooks_calls(name))
			continue;
		doctor_say(d, "other-modules", DOCTOR_WARNING,
			   "%s hooks system calls, too: each costs twice while both are used", name);
		doctor_mend(d, "modprobe -r %s", name);
		found = true;
	}
	if (f)
		fclose(f);
	if (!found)
		doctor_say(d, "other-modules", DOCTOR_OK, "none that hooks system calls, too");
}

void doctor_module(struct doctor *d, const char *root, const char *version)
{
	struct module_facts f;

	module_facts(root, &f);
	check_module(d, root, &f, version);
	check_signatures(d, &f);
	check_boot(d, root);
	check_others(d, root);
}
