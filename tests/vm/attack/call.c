// SPDX-License-Identifier: Apache-2.0
/*
 * call.c - calls that change who a process is, what it sees, or what the kernel runs
 *
 * Some need a right or an option that a kernel may not have: they may fail, and must be told
 * all the same.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static int ids(void *arg)
{
	(void)arg;
	must(syscall(SYS_setresgid, 11, 12, 13) == 0, "setresgid");
	must(syscall(SYS_setregid, 13, 12) == 0, "setregid");
	must(syscall(SYS_setgroups, 0, NULL) == 0, "setgroups");
	must(syscall(SYS_setfsuid, 21) >= 0, "setfsuid");
	must(syscall(SYS_setresuid, 0, 0, 22) == 0, "setresuid");
	must(syscall(SYS_setreuid, 0, 0) == 0, "setreuid");
	must(syscall(SYS_setgid, 14) == 0, "setgid");
	must(syscall(SYS_setuid, 23) == 0, "setuid");
	return 0;
}

static int run_ids(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return in_child(ids, NULL);
}

static int run_capset(int argc, char **argv)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	(void)argc;
	(void)argv;
	must(syscall(SYS_capget, &head, data) == 0, "capget");
	data[0].inheritable = 1 << CAP_NET_RAW;
	must(syscall(SYS_capset, &head, data) == 0, "capset");
	return 0;
}

static int run_namespaces(int argc, char **argv)
{
	int fd = open("/proc/self/ns/net", O_RDONLY);

	(void)argc;
	(void)argv;
	must(unshare(CLONE_NEWNET | CLONE_NEWUTS) == 0, "unshare");
	must(setns(fd, CLONE_NEWNET) == 0, "setns");
	return 0;
}

static char victim_word[8] = "harmless";

static int run_ptrace(int argc, char **argv)
{
	struct iovec mine = { "violated", 8 }, theirs = { victim_word, 8 };
	pid_t child = fork();
	int status;

	(void)argc;
	(void)argv;
	if (child == 0)
		for (;;)
			pause();
	fact("child", "%d", child);
	must(ptrace(PTRACE_ATTACH, child, NULL, NULL) == 0, "attach");
	waitpid(child, &status, 0);
	must(ptrace(PTRACE_POKEDATA, child, victim_word, 1234L) == 0, "poke");
	must(process_vm_writev(child, &mine, 1, &theirs, 1, 0) == 8, "process_vm_writev");
	must(process_vm_readv(child, &mine, 0, &theirs, 0, 0) == 0, "process_vm_readv");
	must(ptrace(PTRACE_DETACH, child, NULL, NULL) == 0, "detach");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return 0;
}

static int run_kernel(int argc, char **argv)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
				.max_entries = 1 };
	struct perf_event_attr perf = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(perf),
					.config = PERF_COUNT_SW_DUMMY };
	struct io_uring_params params = {};

	(void)argc;
	(void)argv;
	syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0);
	syscall(SYS_io_uring_setup, 8, &params);
	syscall(SYS_userfaultfd, O_CLOEXEC);
	must(memfd_create("hidden", MFD_CLOEXEC) >= 0, "memfd_create");
	return 0;
}

static int run_modules(int argc, char **argv)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	(void)argc;
	(void)argv;
	must(syscall(SYS_init_module, "no module", 9L, "a=b") < 0, "init_module");
	must(syscall(SYS_finit_module, fd, "c=d", 1) < 0, "finit_module");
	must(syscall(SYS_delete_module, "no_such_module", O_NONBLOCK) < 0, "delete_module");
	must(syscall(SYS_kexec_file_load, fd, -1, 2L, "x", 8L) < 0, "kexec_file_load");
	return 0;
}

static int run_mounts(int argc, char **argv)
{
	char old[300], new[300];

	must(argc == 2, "a directory");
	mkdir(argv[1], 0755);
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private");
	snprintf(new, sizeof(new), "%s/new", argv[1]);
	snprintf(old, sizeof(old), "%s/new/old", argv[1]);
	must(mkdir(new, 0755) == 0, "mkdir");
	must(mount("attackers", new, "tmpfs", MS_NOSUID, "size=1m") == 0, "mount");
	must(mkdir(old, 0755) == 0, "mkdir");
	must(syscall(SYS_pivot_root, new, old) == 0, "pivot_root");
	must(chdir("/") == 0, "chdir");
	must(umount2("/old", MNT_DETACH) == 0, "umount");
	must(chroot("/") == 0, "chroot");
	return 0;
}

/* --- a 64-bit process that makes 32-bit calls */

static long int80(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* Memory that a 32-bit pointer can point to. */
static char *low_memory(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	must(low != MAP_FAILED, "memory below 2 GiB");
	return low;
}

static int run_int80(int argc, char **argv)
{
	char *low = low_memory();
	long fd;

	must(argc == 2, "a file");
	strcpy(low, argv[1]);
	fd = int80(5, (long)low, O_RDONLY, 0);
	must(fd >= 0, "open");
	fact("fd", "%ld", fd);
	return 0;
}

static int run_int80_socketcall(int argc, char **argv)
{
	struct sockaddr_in *addr;
	uint32_t *args;
	char *low = low_memory();
	long fd;

	(void)argc;
	(void)argv;
	args = (uint32_t *)low;
	args[0] = AF_INET;
	args[1] = SOCK_DGRAM;
	fd = int80(102, 1, (long)args, 0);
	must(fd >= 0, "socketcall: socket");
	addr = (struct sockaddr_in *)(low + 64);
	*addr = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(7001) };
	inet_pton(AF_INET, "10.98.0.2", &addr->sin_addr);
	args[0] = fd;
	args[1] = (uint32_t)(uintptr_t)addr;
	args[2] = sizeof(*addr);
	must(int80(102, 3, (long)args, 0) == 0, "socketcall: connect");
	return 0;
}

static int run_int80_exec(int argc, char **argv)
{
	char *low = low_memory();
	uint32_t *args = (uint32_t *)(low + 1024);

	(void)argc;
	(void)argv;
	strcpy(low, "/proc/self/exe");
	strcpy(low + 512, "exec-end");
	args[0] = (uint32_t)(uintptr_t)low;
	args[1] = (uint32_t)(uintptr_t)low + 512;
	args[2] = 0;
	int80(11, (long)low, (long)args, 0);
	must(false, "execve");
	return 1;
}

/* x32: numbers with a bit set. A kernel without it refuses them. */
static int run_x32(int argc, char **argv)
{
	long fd;

	must(argc == 2, "a file");
	fd = syscall(SYS_openat | 0x40000000, AT_FDCWD, argv[1], O_RDONLY);
	must(fd >= 0 || errno == ENOSYS, "openat");
	fact("res", "%s", fd < 0 ? "ENOSYS" : "SUCCESS");
	return 0;
}

const struct attack attacks_call[] = {
	{ "call-ids", run_ids },
	{ "call-capset", run_capset },
	{ "call-namespaces", run_namespaces },
	{ "call-ptrace", run_ptrace },
	{ "call-kernel", run_kernel },
	{ "call-modules", run_modules },
	{ "call-mounts", run_mounts },
	{ "call-int80", run_int80 },
	{ "call-int80-socketcall", run_int80_socketcall },
	{ "call-int80-exec", run_int80_exec },
	{ "call-x32", run_x32 },
	{ NULL, NULL },
};
