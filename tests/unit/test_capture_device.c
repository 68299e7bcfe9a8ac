// SPDX-License-Identifier: Apache-2.0
/*
 * What a user without a working device is told: each reason its own sentence. The trees that are
 * looked at are made here; the device itself is tried in the virtual machines.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/source.h"
#include "suite.h"

#define EFI_SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SIGNATURE	"ELF...~Module signature appended~\n"

static char base[] = "/tmp/falcoc-test-XXXXXX";
static char root[64];

/* Puts a file into the tree; "%s" in @path is the running kernel's release. */
static void put(const char *path, const char *text, size_t len)
{
	char full[PATH_MAX], rel[PATH_MAX / 2];
	struct utsname un;
	FILE *f;

	uname(&un);
	if (strncmp(path, "/lib/modules/", 13) == 0)
		snprintf(rel, sizeof(rel), "/lib/modules/%s/%s", un.release, path + 13);
	else
		snprintf(rel, sizeof(rel), "%s", path);
	snprintf(full, sizeof(full), "%s%s", root, rel);
	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0700);
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* A tree for each test, all below one directory that is removed by whoever still has its rights. */
static void base_setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0711), 0);
}

static void base_teardown(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", base);
	ck_assert_int_eq(system(cmd), 0);
}

static void tree_setup(void)
{
	snprintf(root, sizeof(root), "%s/XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(root));
}

struct tree_file {
	const char *path, *text;
	size_t len;	/* 0: that of text */
};

struct diagnosis {
	enum capture_error want;
	const char *says;	/* part of the sentence */
	struct tree_file files[4];
};

static const struct diagnosis diagnoses[] = {
	{ CAPTURE_ERR_NOT_FOUND, "no falcoc module for the running kernel", { { 0 } } },
	{ CAPTURE_ERR_NOT_FOUND, "dkms install",
	  { { "/lib/modules/modules.dep", "kernel/fs/notfalcoc.ko:\nextra/other.ko: falcoc.ko\n", 0 },
	    { "/proc/modules", "falcocx 1 0 - Live 0x0\n", 0 } } },
	{ CAPTURE_ERR_SYSTEM, "is loaded, but there is no /dev/falcoc",
	  { { "/proc/modules", "ext4 1 0 - Live 0x0\nfalcoc 4096 0 - Live 0x0 (OE)\n", 0 } } },
	{ CAPTURE_ERR_NOT_LOADED, "modprobe falcoc",
	  { { "/lib/modules/modules.dep", "kernel/a.ko: b.ko\nupdates/dkms/falcoc.ko.xz:\n", 0 } } },
	{ CAPTURE_ERR_NOT_LOADED, "installed but not loaded",
	  { { "/lib/modules/extra/falcoc.ko", "ELF", 0 } } },
	{ CAPTURE_ERR_NOT_LOADED, "modprobe falcoc",
	  { { "/lib/modules/updates/dkms/falcoc.ko", "ELF", 0 },
	    { "/sys/kernel/security/lockdown", "[none] integrity confidentiality\n", 0 },
	    { "/sys/module/module/parameters/sig_enforce", "N\n", 0 },
	    { EFI_SECURE_BOOT, "\6\0\0\0\1", 5 } } },
	{ CAPTURE_ERR_SECURE_BOOT, "locked down",
	  { { "/lib/modules/updates/dkms/falcoc.ko", "ELF", 0 },
	    { "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n", 0 } } },
	{ CAPTURE_ERR_SECURE_BOOT, "Secure Boot is on",
	  { { "/lib/modules/updates/dkms/falcoc.ko", "ELF", 0 },
	    { "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n", 0 },
	    { EFI_SECURE_BOOT, "\6\0\0\0\1", 5 } } },
	{ CAPTURE_ERR_SECURE_BOOT, "Secure Boot is on",
	  { { "/lib/modules/updates/dkms/falcoc.ko", "ELF", 0 },
	    { EFI_SECURE_BOOT, "\6\0\0\0\1", 5 } } },
	{ CAPTURE_ERR_SECURE_BOOT, "module.sig_enforce",
	  { { "/lib/modules/updates/dkms/falcoc.ko", "ELF", 0 },
	    { "/sys/module/module/parameters/sig_enforce", "Y\n", 0 } } },
	{ CAPTURE_ERR_NOT_LOADED, "modprobe falcoc",	/* signed, so it may be loaded */
	  { { "/lib/modules/updates/dkms/falcoc.ko", SIGNATURE, 0 },
	    { "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n", 0 } } },
};

START_TEST(test_diagnose)
{
	const struct diagnosis *d = &diagnoses[_i];
	char say[512] = "";

	for (const struct tree_file *f = d->files; f < d->files + 4 && f->path; f++)
		put(f->path, f->text, f->len ? f->len : strlen(f->text));
	ck_assert_int_eq(device_diagnose(root, "/dev/falcoc", say, sizeof(say)), d->want);
	ck_assert_msg(strstr(say, d->says), "no '%s' in '%s'", d->says, say);
	ck_assert_ptr_null(strchr(say, '\n'));
	/* a small buffer cuts the sentence and nothing else */
	ck_assert_int_eq(device_diagnose(root, "/dev/falcoc", say, 10), d->want);
	ck_assert_uint_eq(strlen(say), 9);
}
END_TEST

static enum capture_error try_open(const char *device, char *say, size_t len)
{
	struct capture_options opt = { .device = device };
	struct capture *c = NULL;
	enum capture_error why = capture_open(&opt, &c, say, len);

	ck_assert_ptr_null(c);
	return why;
}

START_TEST(test_not_a_device)
{
	char say[512] = "", path[PATH_MAX];

	put("/falcoc", "text", 4);
	snprintf(path, sizeof(path), "%s/falcoc", root);
	ck_assert_int_eq(try_open(path, say, sizeof(say)), CAPTURE_ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(say, "is not the device of the falcoc module"));
	ck_assert_int_eq(try_open("/dev/null", say, sizeof(say)), CAPTURE_ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(say, "/dev/null"));
}
END_TEST

START_TEST(test_no_permission)
{
	char say[512] = "", path[PATH_MAX];

	put("/falcoc", "text", 4);
	snprintf(path, sizeof(path), "%s/falcoc", root);
	chmod(path, 0600);
	chmod(root, 0711);
	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	else
		chmod(path, 0);
	ck_assert_int_eq(try_open(path, say, sizeof(say)), CAPTURE_ERR_PERMISSION);
	ck_assert_ptr_nonnull(strstr(say, "sudo falcoc"));
}
END_TEST

START_TEST(test_nothing_there)
{
	char say[512] = "", path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/none", root);
	ck_assert_int_ne(try_open(path, say, sizeof(say)), CAPTURE_OK);
	ck_assert_ptr_nonnull(strstr(say, "module"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capture_device");
	TCase *tc = tcase_create("open");

	tcase_add_unchecked_fixture(tc, base_setup, base_teardown);
	tcase_add_checked_fixture(tc, tree_setup, NULL);
	tcase_add_loop_test(tc, test_diagnose, 0, sizeof(diagnoses) / sizeof(*diagnoses));
	tcase_add_test(tc, test_not_a_device);
	tcase_add_test(tc, test_no_permission);
	tcase_add_test(tc, test_nothing_there);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
