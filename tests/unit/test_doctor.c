// SPDX-License-Identifier: Apache-2.0
/* test_doctor.c - what the doctor says of machines that are hard to come by: trees of files below a root */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor/doctor.h"
#include "scratch.h"
#include "suite.h"

static const char *root;
static struct doctor d;

static void setup(void)
{
	root = scratch_make();
	doctor_init(&d);
}

static void teardown(void)
{
	doctor_release(&d);
	scratch_remove();
}

/* A file below the root; RELEASE in its path stands for that of the running kernel. */
static void put(const char *path, const char *text, int mode)
{
	const char *mark = strstr(path, "RELEASE");
	char full[512], cmd[600];
	struct utsname un;
	FILE *f;

	uname(&un);
	if (mark)
		snprintf(full, sizeof(full), "%s%.*s%s%s", root, (int)(mark - path), path, un.release,
			 mark + strlen("RELEASE"));
	else
		snprintf(full, sizeof(full), "%s%s", root, path);
	snprintf(cmd, sizeof(cmd), "mkdir -p \"$(dirname '%s')\"", full);
	ck_assert_int_eq(system(cmd), 0);
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(full, (mode_t)mode), 0);
}

static const struct doctor_finding *find(const char *check)
{
	for (size_t i = 0; i < d.n; i++)
		if (strcmp(d.list[i].check, check) == 0)
			return &d.list[i];
	ck_abort_msg("nothing is said of %s", check);
	return NULL;
}

static void says(const char *check, enum doctor_verdict verdict, const char *text, const char *mend)
{
	const struct doctor_finding *f = find(check);

	ck_assert_msg(f->verdict == verdict, "%s: verdict %d: %s", check, f->verdict, f->text);
	ck_assert_msg(strstr(f->text, text) != NULL, "%s: no '%s' in '%s'", check, text, f->text);
	if (!mend)
		ck_assert_msg(!f->mend, "%s: mends by '%s'", check, f->mend);
	else
		ck_assert_msg(f->mend && strstr(f->mend, mend), "%s: no '%s' in '%s'", check, mend,
			      f->mend ? f->mend : "");
}

#define CONFIG	"CONFIG_MODULES=y\nCONFIG_TRACEPOINTS=y\nCONFIG_HAVE_SYSCALL_TRACEPOINTS=y\n" \
		"CONFIG_FTRACE_SYSCALLS=y\nCONFIG_NET=y\nCONFIG_SECURITY=y\nCONFIG_BPF=y\n"

START_TEST(test_kernel_config)
{
	put("/boot/config-RELEASE", CONFIG "# CONFIG_KPROBES is not set\nCONFIG_KPROBES_ON_FTRACE=y\n", 0644);
	doctor_kernel(&d, root);
	says("kernel-config", DOCTOR_FAILURE, "lacks what the module needs: CONFIG_KPROBES", NULL);
	says("bpf-jit", DOCTOR_SKIPPED, "does not tell", NULL);
	doctor_release(&d);
	put("/boot/config-RELEASE", CONFIG "CONFIG_PREEMPT_RT=y\n", 0644);
	doctor_kernel(&d, root);
	says("kernel-config", DOCTOR_FAILURE, "lacks what the module needs: CONFIG_KPROBES and has "
	     "CONFIG_PREEMPT_RT", NULL);
	ck_assert_ptr_nonnull(strstr(find("kernel-config")->advice,
				     "none of real time, or build this one with them and without "
				     "CONFIG_PREEMPT_RT"));
	doctor_release(&d);
	put("/boot/config-RELEASE", CONFIG "CONFIG_KPROBES=y\n", 0644);
	put("/proc/sys/net/core/bpf_jit_enable", "0\n", 0644);
	doctor_kernel(&d, root);
	says("kernel-config", DOCTOR_WARNING, "CONFIG_BPF_JIT", NULL);
	says("bpf-jit", DOCTOR_WARNING, "off", "sysctl -w net.core.bpf_jit_enable=1");
	doctor_release(&d);
	put("/proc/config.gz", CONFIG "CONFIG_KPROBES=y\nCONFIG_BPF_JIT=y\n", 0644);
	put("/proc/sys/net/core/bpf_jit_enable", "1\n", 0644);
	doctor_kernel(&d, root);
	says("kernel-config", DOCTOR_OK, "/proc/config.gz", NULL);
	says("bpf-jit", DOCTOR_OK, "on", NULL);
}
END_TEST

/* What the doctor says of the module now, and no more what it said before. */
static void look_at_module(void)
{
	doctor_release(&d);
	doctor_module(&d, root, "1.2");
}

START_TEST(test_no_module)
{
	look_at_module();
	says("module", DOCTOR_FAILURE, "its source is not there", NULL);
	ck_assert_ptr_nonnull(strstr(find("module")->advice, "falcoc-dkms"));
	says("boot", DOCTOR_WARNING, "not loaded at boot", "modules-load.d");
	says("other-modules", DOCTOR_OK, "none", NULL);
	/* the source of another version does as well */
	put("/usr/src/falcoc-1.1/dkms.conf", "", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "its headers are not there", "apt-get install linux-headers-");
	says("module", DOCTOR_FAILURE, "", "gcc make dkms && dkms install falcoc/1.1 -k ");
	put("/lib/modules/RELEASE/build/Makefile", "", 0644);
	put("/usr/bin/gcc", "", 0755);
	put("/usr/bin/make", "", 0755);
	put("/usr/sbin/dkms", "", 0755);
	look_at_module();
	says("module", DOCTOR_FAILURE, "none for the running kernel", "dkms install falcoc/1.1 -k ");
	ck_assert_ptr_null(strstr(find("module")->mend, "apt-get"));
	doctor_tools(&d, root);
	says("headers", DOCTOR_OK, "there", NULL);
	says("compiler", DOCTOR_OK, "there", NULL);
	says("dkms", DOCTOR_OK, "there", NULL);
	put("/var/lib/dkms/falcoc/1.1/build/make.log", "error: x\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "DKMS could not build it", "dkms install");
	ck_assert_ptr_nonnull(strstr(find("module")->advice, "/var/lib/dkms/falcoc/1.1/build/make.log"));
}
END_TEST

START_TEST(test_not_loaded)
{
	put("/lib/modules/RELEASE/updates/dkms/falcoc.ko", "ELF", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "not loaded", "depmod -a && modprobe falcoc");
	put("/lib/modules/RELEASE/modules.dep", "updates/dkms/falcoc.ko:\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "not loaded", "modprobe falcoc");
	ck_assert_str_eq(find("module")->mend, "modprobe falcoc");
	says("signatures", DOCTOR_OK, "not signed", NULL);
	put("/sys/module/module/parameters/sig_enforce", "Y\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "takes only signed modules (module.sig_enforce", "mokutil --import");
	says("signatures", DOCTOR_WARNING, "module.sig_enforce", NULL);
}
END_TEST

/* A certificate as far as it is looked at: the key's number is somewhere in it. */
#define CERTIFICATE	"0\202\3\17 DKMS module signing key \xa7\x68\x43\x2e\xd5\xd8\x60\xa2 and more"
#define KEYS		"27e1c6a5 I------     1 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 1\n" \
			"18d4e299 I------     1 perm 1f030000     0     0 asymmetri Debian Secure Boot CA: " \
			"6ccece7e4c6c0d1f: X509.rsa bb419ea1 []\n"

START_TEST(test_refused)
{
	put("/sys/module/module/parameters/sig_enforce", "Y\n", 0644);
	put("/lib/modules/RELEASE/updates/dkms/falcoc.ko", "ELF", 0644);
	put("/lib/modules/RELEASE/modules.dep", "updates/dkms/falcoc.ko:\n", 0644);
	put("/var/lib/dkms/mok.pub", CERTIFICATE, 0644);
	put("/proc/keys", KEYS, 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "and it is not",
	     "&& mokutil --import /var/lib/dkms/mok.pub && reboot");
	ck_assert_ptr_nonnull(strstr(find("module")->mend, "dkms remove falcoc/1.2 -k "));
	put("/lib/modules/RELEASE/updates/dkms/falcoc.ko", "ELF~Module signature appended~\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "and does not know the key", "mokutil --import");
	ck_assert_ptr_null(strstr(find("module")->mend, "dkms install"));
	says("signatures", DOCTOR_WARNING, "unless the firmware knows the key", NULL);
	put("/proc/keys", KEYS "1cfb88a4 I------     1 perm 1f030000     0     0 asymmetri DKMS module signing key: "
	    "a768432ed5d860a2: X509.rsa d5d860a2 []\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "but not loaded", "modprobe falcoc");
	says("signatures", DOCTOR_OK, "takes only signed", NULL);
	/* what cannot be looked into counts as signed with that key */
	put("/lib/modules/RELEASE/modules.dep", "updates/dkms/falcoc.ko.xz:\n", 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "but not loaded", "modprobe falcoc");
	put("/proc/keys", KEYS, 0644);
	look_at_module();
	says("module", DOCTOR_FAILURE, "and does not know the key", "mokutil --import");
}
END_TEST

START_TEST(test_loaded)
{
	put("/proc/modules", "falcoc 1 0 - Live 0x0\nscap 1 0 - Live 0x0\n", 0644);
	put("/sys/module/falcoc/version", "1.1\n", 0644);
	put("/etc/modules-load.d/any.conf", "# falcoc\nloop\n falcoc\n", 0644);
	look_at_module();
	says("module", DOCTOR_WARNING, "version 1.1 is loaded, and this is falcoc 1.2",
	     "modprobe -r falcoc && modprobe falcoc");
	says("boot", DOCTOR_OK, "at boot", NULL);
	says("other-modules", DOCTOR_WARNING, "scap hooks system calls, too", "modprobe -r scap");
	put("/sys/module/falcoc/version", "1.2\n", 0644);
	look_at_module();
	says("module", DOCTOR_WARNING, "not installed", NULL);
	put("/lib/modules/RELEASE/extra/falcoc.ko", "ELF", 0644);
	look_at_module();
	says("module", DOCTOR_OK, "loaded, version 1.2", NULL);
}
END_TEST

START_TEST(test_service)
{
	doctor_service(&d, root);
	says("service", DOCTOR_SKIPPED, "systemd does not run", NULL);
	doctor_release(&d);
	put("/run/systemd/system/x", "", 0644);
	ck_assert(!doctor_service(&d, root));
	says("service", DOCTOR_SKIPPED, "not installed", NULL);
	doctor_release(&d);
	put("/lib/systemd/system/falcoc.service", "", 0644);
	ck_assert(!doctor_service(&d, root));
	says("service", DOCTOR_WARNING, "neither runs nor is started at boot", "systemctl enable --now falcoc");
	doctor_release(&d);
	put("/etc/systemd/system/multi-user.target.wants/falcoc.service", "", 0644);
	put("/sys/fs/cgroup/system.slice/falcoc.service/cgroup.procs", "", 0644);
	ck_assert(!doctor_service(&d, root));
	says("service", DOCTOR_WARNING, "does not run", "systemctl restart falcoc");
	doctor_release(&d);
	put("/sys/fs/cgroup/system.slice/falcoc.service/cgroup.procs", "123\n", 0644);
	ck_assert(doctor_service(&d, root));
	says("service", DOCTOR_OK, "runs, and is started at boot", NULL);
}
END_TEST

/* What falcoc shows where it cannot begin: the first failure, whatever stands before it. */
START_TEST(test_first)
{
	struct buf out = BUF_INIT;

	doctor_say(&d, "one", DOCTOR_WARNING, "odd");
	doctor_text_first(&d, false, &out);
	ck_assert_uint_eq(out.len, 0);
	doctor_say(&d, "two", DOCTOR_FAILURE, "bad");
	doctor_mend(&d, "mend it");
	doctor_say(&d, "three", DOCTOR_FAILURE, "worse");
	doctor_text_first(&d, false, &out);
	ck_assert_str_eq(buf_str(&out), "FAILURE two            bad\n                       mend it: mend it\n");
	buf_release(&out);
}
END_TEST

START_TEST(test_memory)
{
	put("/proc/meminfo", "MemTotal: 999 kB\nMemAvailable:  1024 kB\n", 0644);
	doctor_memory(&d, root, 8u << 20);
	says("memory", DOCTOR_FAILURE, "1 MiB are available", NULL);
	doctor_release(&d);
	put("/proc/meminfo", "MemAvailable: 1099511627776 kB\n", 0644);
	doctor_memory(&d, root, 8u << 20);
	says("memory", DOCTOR_OK, "that are available", NULL);
}
END_TEST

START_TEST(test_forms)
{
	struct buf out = BUF_INIT;

	doctor_say(&d, "one", DOCTOR_OK, "%d \"quoted\"", 1);
	doctor_text(&d, false, &out);
	ck_assert_str_eq(buf_str(&out), "ok      one            1 \"quoted\"\nfalcoc can run here.\n");
	buf_clear(&out);
	doctor_say(&d, "two", DOCTOR_FAILURE, "bad");
	doctor_mend(&d, "mend %s", "it");
	doctor_mend(&d, "not this");
	doctor_text(&d, true, &out);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "\033[31mFAILURE \033[0mtwo            bad\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), " mend it: mend it\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "cannot run here: 1 failure, 0 warnings."));
	buf_clear(&out);
	ck_assert_int_eq(doctor_json(&d, "1.2", &out), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "\"text\": \"1 \\\"quoted\\\"\""));
	buf_release(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("doctor");
	TCase *tc = tcase_create("doctor");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_kernel_config);
	tcase_add_test(tc, test_no_module);
	tcase_add_test(tc, test_not_loaded);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_loaded);
	tcase_add_test(tc, test_service);
	tcase_add_test(tc, test_first);
	tcase_add_test(tc, test_memory);
	tcase_add_test(tc, test_forms);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
