// SPDX-License-Identifier: Apache-2.0
/*
 * diagnose.c - why there is no device: each reason has its sentence and its remedy
 *
 * Reads only: the list of loaded modules, where a module for the running kernel
 * would lie, and whether that kernel takes unsigned ones. Files that cannot be
 * read count as saying nothing.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/source.h"

#define MODULE_TRAILER	"~Module signature appended~\n"
#define MODULES_DEP_MAX	(64u << 20)

struct place {
	const char *root;
	char release[sizeof(((struct utsname *)NULL)->release)];
};

static FILE *place_open(const struct place *p, const char *path)
{
	char full[PATH_MAX];

	if ((size_t)snprintf(full, sizeof(full), "%s%s", p->root, path) >= sizeof(full))
		return NULL;
	return fopen(full, "re");
}

static bool module_loaded(const struct place *p)
{
	FILE *f = place_open(p, "/proc/modules");
	char line[512];
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strncmp(line, "falcoc ", strlen("falcoc ")) == 0;
	fclose(f);
	return found;
}

/* Does @name end in "/falcoc.ko", be it compressed? */
static bool is_our_module(const char *name)
{
	static const char *const ends[] = { "/falcoc.ko", "/falcoc.ko.xz", "/falcoc.ko.zst",
					    "/falcoc.ko.gz" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && strcmp(name + len - n, ends[i]) == 0)
			return true;
	}
	return false;
}

/* What depmod knows: the module's path below /lib/modules/RELEASE goes to @ret. */
static bool module_in_dep(const struct place *p, char *ret, size_t len)
{
	char path[PATH_MAX], *line = NULL, *colon;
	size_t cap = 0, seen = 0;
	bool found = false;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", p->release);
	f = place_open(p, path);
	if (!f)
		return false;
	while (!found && (n = getline(&line, &cap, f)) > 0 && (seen += (size_t)n) < MODULES_DEP_MAX) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		found = is_our_module(line) && (size_t)snprintf(ret, len, "%s", line) < len;
	}
	free(line);
	fclose(f);
	return found;
}

/* Where modules from outside the kernel are put, in case that depmod has not run. */
static bool module_lies_there(const struct place *p, char *ret, size_t len)
{
	static const char *const usual[] = { "updates/dkms/falcoc.ko", "updates/dkms/falcoc.ko.xz",
					     "updates/falcoc.ko", "extra/falcoc.ko",
					     "extra/falcoc.ko.xz" };
	char path[PATH_MAX];
	FILE *f;

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", p->release, usual[i]);
		f = place_open(p, path);
		if (!f)
			continue;
		fclose(f);
		snprintf(ret, len, "%s", usual[i]);
		return true;
	}
	return false;
}

/* A compressed module's trailer is not seen, it counts as unsigned. */
static bool module_signed(const struct place *p, const char *module)
{
	char path[PATH_MAX + 64], tail[sizeof(MODULE_TRAILER)] = "";
	size_t len = strlen(MODULE_TRAILER);
	bool is_signed = false;
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "/lib/modules/%s/%s", p->release, module) >=
	    sizeof(path))
		return false;
	f = place_open(p, path);
	if (!f)
		return false;
	if (fseek(f, -(long)len, SEEK_END) == 0 && fread(tail, 1, len, f) == len)
		is_signed = memcmp(tail, MODULE_TRAILER, len) == 0;
	fclose(f);
	return is_signed;
}

/* "[none] integrity confidentiality": the one in brackets is in force. *ret_known: could we look? */
static bool lockdown_active(const struct place *p, bool *ret_known)
{
	FILE *f = place_open(p, "/sys/kernel/security/lockdown");
	char line[128] = "";
	bool active = false;

	*ret_known = false;
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f)) {
		*ret_known = true;
		active = strstr(line, "[integrity]") || strstr(line, "[confidentiality]");
	}
	fclose(f);
	return active;
}

static bool signatures_enforced(const struct place *p)
{
	FILE *f = place_open(p, "/sys/module/module/parameters/sig_enforce");
	int c;

	if (!f)
		return false;
	c = fgetc(f);
	fclose(f);
	return c == 'Y';
}

/* Four bytes of attributes, then 1 where Secure Boot is on. */
static bool secure_boot(const struct place *p)
{
	FILE *f = place_open(p, "/sys/firmware/efi/efivars/"
				"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	unsigned char var[5] = { 0 };
	bool on = false;

	if (!f)
		return false;
	if (fread(var, 1, sizeof(var), f) == sizeof(var))
		on = var[4] == 1;
	fclose(f);
	return on;
}

/*
 * Why the running kernel takes only signed modules; NULL: it takes any. Secure Boot means that
 * only through the lockdown, so it counts where the lockdown cannot be looked at.
 */
static const char *signed_only(const struct place *p)
{
	bool known, locked = lockdown_active(p, &known);

	if ((locked || !known) && secure_boot(p))
		return "Secure Boot is on";
	if (locked)
		return "it is locked down";
	return signatures_enforced(p) ? "module.sig_enforce is set" : NULL;
}

enum capture_error device_diagnose(const char *root, const char *device, char *errbuf,
				   size_t errlen)
{
	struct place p = { .root = root };
	char module[PATH_MAX];
	struct utsname un;
	const char *why;

	if (uname(&un) == 0)
		memcpy(p.release, un.release, sizeof(p.release));
	if (module_loaded(&p)) {
		snprintf(errbuf, errlen,
			 "the falcoc module is loaded, but there is no %s: /dev is perhaps no "
			 "devtmpfs, or a container's own; give it the device of the host", device);
		return CAPTURE_ERR_SYSTEM;
	}
	if (!module_in_dep(&p, module, sizeof(module)) &&
	    !module_lies_there(&p, module, sizeof(module))) {
		snprintf(errbuf, errlen,
			 "no falcoc module for the running kernel %s: install its headers and build "
			 "the module (dkms install falcoc, or make in falcoc's source and insmod)",
			 p.release);
		return CAPTURE_ERR_NOT_FOUND;
	}
	why = signed_only(&p);
	if (why && !module_signed(&p, module)) {
		snprintf(errbuf, errlen,
			 "the falcoc module is not loaded, and this kernel takes only signed modules "
			 "(%s): sign it with a key that the firmware knows (mokutil --import; dkms signs "
			 "with it), then modprobe falcoc", why);
		return CAPTURE_ERR_SECURE_BOOT;
	}
	snprintf(errbuf, errlen,
		 "the falcoc module is installed but not loaded: load it (sudo modprobe falcoc)");
	return CAPTURE_ERR_NOT_LOADED;
}
