// SPDX-License-Identifier: Apache-2.0
/*
 * module.c - where the kernel module is, and which modules the running kernel takes
 */
#include "capture/module.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define MODULE_TRAILER	"~Module signature appended~\n"
#define MODULES_DEP_MAX	(64u << 20)
#define CERTIFICATE_MAX	8192
#define KEY_ID_MAX	64

FILE *module_open(const char *root, const char *path)
{
	char full[PATH_MAX];

	if ((size_t)snprintf(full, sizeof(full), "%s%s", root, path) >= sizeof(full)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(full, "re");
}

static bool module_loaded(const char *root)
{
	FILE *f = module_open(root, "/proc/modules");
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
static bool module_in_dep(const char *root, const char *release, char *ret, size_t len)
{
	char path[PATH_MAX], *line = NULL, *colon;
	size_t cap = 0, seen = 0;
	bool found = false;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	f = module_open(root, path);
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
static bool module_lies_there(const char *root, const char *release, char *ret, size_t len)
{
	static const char *const usual[] = { "updates/dkms/falcoc.ko", "updates/dkms/falcoc.ko.xz",
					     "updates/falcoc.ko", "extra/falcoc.ko",
					     "extra/falcoc.ko.xz" };
	char path[PATH_MAX];
	FILE *f;

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, usual[i]);
		f = module_open(root, path);
		if (!f)
			continue;
		fclose(f);
		snprintf(ret, len, "%s", usual[i]);
		return true;
	}
	return false;
}

static bool module_signed(const char *root, const char *release, const char *module)
{
	char path[PATH_MAX + 64], tail[sizeof(MODULE_TRAILER)] = "";
	size_t len = strlen(MODULE_TRAILER);
	bool is_signed = false;
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, module) >=
	    sizeof(path))
		return false;
	f = module_open(root, path);
	if (!f)
		return false;
	if (fseek(f, -(long)len, SEEK_END) == 0 && fread(tail, 1, len, f) == len)
		is_signed = memcmp(tail, MODULE_TRAILER, len) == 0;
	fclose(f);
	return is_signed;
}

/* Its trailer is not to be seen without unpacking it. */
static bool is_compressed(const char *module)
{
	size_t len = strlen(module);

	return len < 3 || strcmp(module + len - 3, ".ko") != 0;
}

/* Two digits each; 0 if that is not what stands there. */
static size_t bytes_of_hex(const char *hex, unsigned char ret[KEY_ID_MAX])
{
	unsigned int byte;
	size_t n = 0;

	while (n < KEY_ID_MAX && isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1])) {
		sscanf(hex, "%2x", &byte);
		ret[n++] = (unsigned char)byte;
		hex += 2;
	}
	return n;
}

/*
 * Has the kernel this certificate's key? It lists those that it knows as "... asymmetri NAME: ID:
 * X509.rsa ...", where ID is one that the certificate itself has in it. Where none is to be seen, we may
 * not look.
 */
static bool kernel_has_key(const char *root, const unsigned char *certificate, size_t len)
{
	FILE *f = module_open(root, "/proc/keys");
	unsigned char id[KEY_ID_MAX];
	bool seen = false, found = false;
	char line[512], *end;
	size_t n;

	while (f && !found && fgets(line, sizeof(line), f)) {
		end = strstr(line, " asymmetri ") ? strstr(line, ": X509.") : NULL;
		if (!end)
			continue;
		seen = true;
		*end = '\0';
		end = strrchr(line, ' ');
		n = end ? bytes_of_hex(end + 1, id) : 0;
		found = n >= 8 && memmem(certificate, len, id, n);
	}
	if (f)
		fclose(f);
	return found || !seen;
}

/* The key that DKMS signs with: its own, or where Ubuntu's shim has one, that. */
static void find_key(const char *root, struct module_facts *f)
{
	static const char *const usual[] = { "/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub" };
	unsigned char certificate[CERTIFICATE_MAX];
	FILE *file = NULL;
	size_t len;

	for (size_t i = 0; !file && i < sizeof(usual) / sizeof(*usual); i++) {
		file = module_open(root, usual[i]);
		f->key = file ? usual[i] : NULL;
	}
	if (!file)
		return;
	len = fread(certificate, 1, sizeof(certificate), file);
	fclose(file);
	f->key_known = kernel_has_key(root, certificate, len);
}

/* "[none] integrity confidentiality": the one in brackets is in force. *ret_known: could we look? */
static bool lockdown_active(const char *root, bool *ret_known)
{
	FILE *f = module_open(root, "/sys/kernel/security/lockdown");
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

static bool signatures_enforced(const char *root)
{
	FILE *f = module_open(root, "/sys/module/module/parameters/sig_enforce");
	int c;

	if (!f)
		return false;
	c = fgetc(f);
	fclose(f);
	return c == 'Y';
}

/* Four bytes of attributes, then 1 where Secure Boot is on. */
static bool secure_boot(const char *root)
{
	FILE *f = module_open(root, "/sys/firmware/efi/efivars/"
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
static const char *signed_only(const char *root)
{
	bool known, locked = lockdown_active(root, &known);

	if ((locked || !known) && secure_boot(root))
		return "Secure Boot is on";
	if (locked)
		return "it is locked down";
	return signatures_enforced(root) ? "module.sig_enforce is set" : NULL;
}

/* The first line of a file, without its end. */
static void read_line(const char *root, const char *path, char *ret, size_t len)
{
	FILE *f = module_open(root, path);

	*ret = '\0';
	if (!f)
		return;
	if (fgets(ret, (int)len, f))
		ret[strcspn(ret, "\n")] = '\0';
	fclose(f);
}

void module_facts(const char *root, struct module_facts *ret_facts)
{
	struct module_facts *f = ret_facts;
	struct utsname un;

	memset(f, 0, sizeof(*f));
	if (uname(&un) == 0)
		snprintf(f->release, sizeof(f->release), "%s", un.release);
	f->loaded = module_loaded(root);
	if (f->loaded)
		read_line(root, "/sys/module/falcoc/version", f->version, sizeof(f->version));
	f->indexed = module_in_dep(root, f->release, f->file, sizeof(f->file));
	if (!f->indexed && !module_lies_there(root, f->release, f->file, sizeof(f->file)))
		*f->file = '\0';
	find_key(root, f);
	f->is_signed = *f->file && (is_compressed(f->file) ? f->key != NULL :
				    module_signed(root, f->release, f->file));
	f->signed_only = signed_only(root);
}

bool module_refused(const struct module_facts *f)
{
	return f->signed_only && (!f->is_signed || (f->key && !f->key_known));
}
