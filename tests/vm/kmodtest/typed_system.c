// SPDX-License-Identifier: Apache-2.0
/*
 * typed_system.c - mounts, namespaces, modules, keys, bpf, semaphores
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "typed.h"

static void test_mounts(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int fs;

	mkdir("/tmp/mnt", 0755);
	rec = MADE(c, MOUNT, syscall(SYS_mount, "source", "/tmp/mnt", "tmpfs", MS_NOSUID, "size=64k"));
	check(is(rec, FALCOC_A_TEXT0, "source") && is(rec, FALCOC_A_PATH0, "/tmp/mnt") &&
	      is(rec, FALCOC_A_TEXT1, "tmpfs") && rec->arg[3] == MS_NOSUID, "mount: what, where, how");
	rec = MADE(c, UMOUNT2, syscall(SYS_umount2, "/tmp/mnt", MNT_DETACH));
	check(is(rec, FALCOC_A_PATH0, "/tmp/mnt") && rec->arg[1] == MNT_DETACH, "umount2");
	rec = MADE(c, fsopen, fs = syscall(SYS_fsopen, "tmpfs", 0));
	check(fd_is(rec, FALCOC_A_FD, fs), "fsopen");
	rec = MADE(c, FSCONFIG, syscall(SYS_fsconfig, fs, 1, "size", "64k", 0));
	check(fd_is(rec, FALCOC_A_FD, fs) && is(rec, FALCOC_A_TEXT0, "size") && is(rec, FALCOC_A_TEXT1, "64k"),
	      "fsconfig: key and string");
	rec = MADE(c, FSCONFIG, syscall(SYS_fsconfig, fs, 2, "blob", "\1\2\3", 3));
	check(is(rec, FALCOC_A_TEXT0, "blob") && bytes_are(rec, FALCOC_A_VALUE, "\1\2\3", 3),
	      "fsconfig: key and bytes");
	rec = MADE(c, FSCONFIG, syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0));
	check(!attr(rec, FALCOC_A_TEXT0) && rec->arg[1] == 6, "fsconfig: a command");
	rec = MADE(c, fsmount, syscall(SYS_fsmount, fs, 0, 0));
	check(rec->res < 0 || fd_is(rec, FALCOC_A_FD, rec->res), "fsmount");
	if (rec->res >= 0)
		close(rec->res);
	close(fs);
	rec = MADE(c, move_mount, syscall(SYS_move_mount, AT_FDCWD, "/no/from", AT_FDCWD, "/no/to", 0));
	check(is(rec, FALCOC_A_PATH0, "/no/from") && is(rec, FALCOC_A_PATH1, "/no/to"), "move_mount");
	rec = MADE(c, pivot_root, syscall(SYS_pivot_root, "/no/new", "/no/old"));
	check(is(rec, FALCOC_A_PATH0, "/no/new") && is(rec, FALCOC_A_PATH1, "/no/old"), "pivot_root");
	rec = MADE(c, QUOTACTL, syscall(SYS_quotactl, QCMD(Q_GETQUOTA, USRQUOTA), "/dev/none", 5, NULL));
	check(is(rec, FALCOC_A_TEXT0, "/dev/none") && out(rec, 11) == Q_GETQUOTA && out(rec, 12) == USRQUOTA &&
	      rec->arg[2] == 5, "quotactl");
	rmdir("/tmp/mnt");
}

static void test_setns(struct consumer *c)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);
	const struct falcoc_rec *rec = MADE(c, SETNS, syscall(SYS_setns, fd, CLONE_NEWUTS));
	char path[64];

	snprintf(path, sizeof(path), "uts:[%u]", ns_inode("uts"));
	check(fd_is(rec, FALCOC_A_FD, fd) && is(rec, FALCOC_A_FD_PATH, path) && rec->arg[1] == CLONE_NEWUTS,
	      "setns: %s", path);
	close(fd);
}

static void test_modules(struct consumer *c)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	const struct falcoc_rec *rec;

	rec = MADE(c, INIT_MODULE, syscall(SYS_init_module, "no module", 9, "p=1"));
	check(is(rec, FALCOC_A_TEXT0, "p=1") && bytes_are(rec, FALCOC_A_DATA, "no module", 9), "init_module");
	rec = MADE(c, FINIT_MODULE, syscall(SYS_finit_module, fd, "q=2", 1));
	check(fd_is(rec, FALCOC_A_FD, fd) && is(rec, FALCOC_A_TEXT0, "q=2") && rec->arg[2] == 1, "finit_module");
	rec = MADE(c, DELETE_MODULE, syscall(SYS_delete_module, "nosuch", O_NONBLOCK));
	check(is(rec, FALCOC_A_TEXT0, "nosuch") && rec->arg[1] == O_NONBLOCK, "delete_module");
	close(fd);
}

static void test_keys(struct consumer *c)
{
	const struct falcoc_rec *rec;

	rec = MADE(c, KEYCTL, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "ring", 0, 0, 0));
	check(is(rec, FALCOC_A_TEXT0, "ring"), "keyctl: name of a keyring");
	rec = MADE(c, KEYCTL, syscall(SYS_keyctl, KEYCTL_SEARCH, -3, "user", "desc", 0));
	check(!attr(rec, FALCOC_A_TEXT0) && is(rec, FALCOC_A_TEXT1, "user") && is(rec, FALCOC_A_TEXT2, "desc"),
	      "keyctl: what is searched");
	rec = MADE(c, KEYCTL, syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1, 0, 0));
	check(!attr(rec, FALCOC_A_TEXT1) && rec->arg[2] == 1, "keyctl: numbers");
}

static void test_bpf(struct consumer *c)
{
	union bpf_attr a = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 };
	const struct falcoc_rec *rec;
	int fd;

	rec = MADE(c, BPF, fd = syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)));
	check(fd < 0 || (fd_is(rec, FALCOC_A_FD, fd) &&
			 ((const struct falcoc_fd *)attr(rec, FALCOC_A_FD))->kind == FALCOC_FD_BPF),
	      "bpf: the map that was made (%d)", fd);
	if (fd >= 0)
		close(fd);
	memset(&a, 0, sizeof(a));
	rec = MADE(c, BPF, syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &a, sizeof(a)));
	check(!attr(rec, FALCOC_A_FD), "bpf: a result that is no descriptor");
}

static void test_semaphores(struct consumer *c)
{
	struct sembuf ops[] = { { 0, 1, SEM_UNDO }, { 1, -2, IPC_NOWAIT } };
	const struct falcoc_rec *rec;
	int id;

	rec = MADE(c, SEMGET, id = syscall(SYS_semget, IPC_PRIVATE, 2, IPC_CREAT | 0600));
	check(rec->arg[1] == 2 && rec->arg[2] == (IPC_CREAT | 0600), "semget");
	rec = MADE(c, SEMCTL, syscall(SYS_semctl, id, 1, SETVAL, 5));
	check((int)rec->arg[0] == id && rec->arg[1] == 1 && rec->arg[2] == SETVAL && out(rec, 0) == 5, "semctl");
	rec = MADE(c, SEMOP, syscall(SYS_semop, id, ops, 2));
	check(out(rec, 0) == 0 && out(rec, 1) == 1 && out(rec, 2) == SEM_UNDO && out(rec, 3) == 1 &&
	      (int64_t)out(rec, 4) == -2 && out(rec, 5) == IPC_NOWAIT, "semop: both operations");
	rec = MADE(c, SEMOP, syscall(SYS_semop, id, ops, 1));
	check(out(rec, 1) == 1 && out(rec, 4) == 0, "semop: one operation");
	semctl(id, 0, IPC_RMID);
}

static void test_uring_calls(struct consumer *c)
{
	uint64_t mask = 4;
	const struct falcoc_rec *rec;
	int fd = syscall(SYS_io_uring_setup, 4, (char[120]){ 0 });

	rec = MADE(c, IO_URING_ENTER, syscall(SYS_io_uring_enter, fd, 0, 0, 1, &mask, 8));
	check((fd < 0 || fd_is(rec, FALCOC_A_FD, fd)) && out(rec, 0) == mask && rec->arg[3] == 1,
	      "io_uring_enter: ring and mask");
	rec = MADE(c, IO_URING_REGISTER, syscall(SYS_io_uring_register, fd, 5, NULL, 0));
	check((fd < 0 || fd_is(rec, FALCOC_A_FD, fd)) && rec->arg[1] == 5, "io_uring_register");
	if (fd >= 0)
		close(fd);
}

void typed_system(struct consumer *c)
{
	test_mounts(c);
	test_setns(c);
	test_modules(c);
	test_keys(c);
	test_bpf(c);
	test_semaphores(c);
	test_uring_calls(c);
}
