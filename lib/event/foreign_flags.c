// SPDX-License-Identifier: Apache-2.0
/*
 * Names of flags and enumeration values as captures in Falco's format number them, which is not as
 * the kernel does. Spelled as in flag_names.c, where the tables of the kernel's numbers are; those
 * that are not here are numbered alike.
 */
#include "event/flags.h"

#define B(n, v) { n, v, v }		/* a bit, or several; 0: no bit is set */
#define Z(n) { n, ~0ull, 0 }
#define N(n, v) { n, ~0ull, v }		/* the whole number */

static const struct flag_name access_names[] = {
	Z("F_OK"), B("R_OK", 4), B("W_OK", 2), B("X_OK", 1),
};

static const struct flag_name at_names[] = {
	B("AT_SYMLINK_NOFOLLOW", 0x400), B("AT_EMPTY_PATH", 0x1000),
};

static const struct flag_name bpf_cmd_names[] = {
	N("BPF_MAP_CREATE", 0), N("BPF_MAP_LOOKUP_ELEM", 1), N("BPF_MAP_UPDATE_ELEM", 2),
	N("BPF_MAP_DELETE_ELEM", 3), N("BPF_MAP_GET_NEXT_KEY", 4), N("BPF_PROG_LOAD", 5),
	N("BPF_OBJ_PIN", 6), N("BPF_OBJ_GET", 7), N("BPF_PROG_ATTACH", 8),
	N("BPF_PROG_DETACH", 9), N("BPF_PROG_TEST_RUN", 10), N("BPF_PROG_RUN", 10),
	N("BPF_PROG_GET_NEXT_ID", 11), N("BPF_MAP_GET_NEXT_ID", 12),
	N("BPF_PROG_GET_FD_BY_ID", 13), N("BPF_MAP_GET_FD_BY_ID", 14),
	N("BPF_OBJ_GET_INFO_BY_FD", 15), N("BPF_PROG_QUERY", 16),
	N("BPF_RAW_TRACEPOINT_OPEN", 17), N("BPF_BTF_LOAD", 18), N("BPF_BTF_GET_FD_BY_ID", 19),
	N("BPF_TASK_FD_QUERY", 20), N("BPF_MAP_LOOKUP_AND_DELETE_ELEM", 21),
	N("BPF_MAP_FREEZE", 22), N("BPF_BTF_GET_NEXT_ID", 23), N("BPF_MAP_LOOKUP_BATCH", 24),
	N("BPF_MAP_LOOKUP_AND_DELETE_BATCH", 25), N("BPF_MAP_UPDATE_BATCH", 26),
	N("BPF_MAP_DELETE_BATCH", 27), N("BPF_LINK_CREATE", 28), N("BPF_LINK_UPDATE", 29),
	N("BPF_LINK_GET_FD_BY_ID", 30), N("BPF_LINK_GET_NEXT_ID", 31), N("BPF_ENABLE_STATS", 32),
	N("BPF_ITER_CREATE", 33), N("BPF_LINK_DETACH", 34), N("BPF_PROG_BIND_MAP", 35),
};

static const struct flag_name clone_names[] = {
	B("CLONE_FILES", 1), B("CLONE_FS", 2), B("CLONE_IO", 4), B("CLONE_NEWIPC", 8),
	B("CLONE_NEWNET", 0x10), B("CLONE_NEWNS", 0x20), B("CLONE_NEWPID", 0x40),
	B("CLONE_NEWUTS", 0x80), B("CLONE_PARENT", 0x100), B("CLONE_PARENT_SETTID", 0x200),
	B("CLONE_PTRACE", 0x400), B("CLONE_SIGHAND", 0x800), B("CLONE_SYSVSEM", 0x1000),
	B("CLONE_THREAD", 0x2000), B("CLONE_UNTRACED", 0x4000), B("CLONE_VM", 0x8000),
	B("CLONE_INVERTED", 0x10000), B("NAME_CHANGED", 0x20000), B("CLOSED", 0x40000),
	B("CLONE_NEWUSER", 0x100000), B("CLONE_CHILD_CLEARTID", 0x800000),
	B("CLONE_CHILD_SETTID", 0x1000000), B("CLONE_SETTLS", 0x2000000),
	B("CLONE_STOPPED", 0x4000000), B("CLONE_VFORK", 0x8000000),
	B("CLONE_NEWCGROUP", 0x10000000), B("CLONE_CHILD_IN_PIDNS", 0x20000000),
};

static const struct flag_name creat_names[] = {
	B("FD_UPPER_LAYER_CREAT", 1), B("FD_LOWER_LAYER_CREAT", 2),
};

static const struct flag_name delete_module_names[] = {
	B("O_NONBLOCK", 2), B("O_TRUNC", 1),
};

static const struct flag_name epoll_create1_names[] = {
	B("EPOLL_CLOEXEC", 1),
};

static const struct flag_name exe_names[] = {
	B("EXE_WRITABLE", 1), B("EXE_UPPER_LAYER", 2), B("EXE_FROM_MEMFD", 4),
	B("EXE_LOWER_LAYER", 8),
};

static const struct flag_name family_names[] = {
	N("AF_NFC", 39), N("AF_ALG", 38), N("AF_CAIF", 37), N("AF_IEEE802154", 36),
	N("AF_PHONET", 35), N("AF_ISDN", 34), N("AF_RXRPC", 33), N("AF_IUCV", 32),
	N("AF_BLUETOOTH", 31), N("AF_TIPC", 30), N("AF_CAN", 29), N("AF_LLC", 26),
	N("AF_WANPIPE", 25), N("AF_PPPOX", 24), N("AF_IRDA", 23), N("AF_SNA", 22),
	N("AF_RDS", 21), N("AF_ATMSVC", 20), N("AF_ECONET", 19), N("AF_ASH", 18),
	N("AF_PACKET", 17), N("AF_ROUTE", 16), N("AF_NETLINK", 16), N("AF_KEY", 15),
	N("AF_SECURITY", 14), N("AF_NETBEUI", 13), N("AF_DECnet", 12), N("AF_ROSE", 11),
	N("AF_INET6", 10), N("AF_X25", 9), N("AF_ATMPVC", 8), N("AF_BRIDGE", 7),
	N("AF_NETROM", 6), N("AF_APPLETALK", 5), N("AF_IPX", 4), N("AF_AX25", 3), N("AF_INET", 2),
	N("AF_LOCAL", 1), N("AF_UNIX", 1), N("AF_UNSPEC", 0),
};

static const struct flag_name fcntl_cmd_names[] = {
	N("F_GETPIPE_SZ", 29), N("F_SETPIPE_SZ", 28), N("F_NOTIFY", 27), N("F_DUPFD_CLOEXEC", 26),
	N("F_CANCELLK", 25), N("F_GETLEASE", 24), N("F_SETLEASE", 23), N("F_GETOWN_EX", 22),
	N("F_SETOWN_EX", 21), N("F_SETLKW64", 19), N("F_SETLK64", 18), N("F_GETLK64", 17),
	N("F_GETSIG", 15), N("F_SETSIG", 13), N("F_GETOWN", 12), N("F_SETOWN", 10),
	N("F_SETLKW", 9), N("F_SETLK", 8), N("F_GETLK", 6), N("F_SETFL", 5), N("F_GETFL", 4),
	N("F_SETFD", 3), N("F_GETFD", 2), N("F_DUPFD", 1), N("F_OFD_GETLK", 30),
	N("F_OFD_SETLK", 31), N("F_OFD_SETLKW", 32), N("UNKNOWN", 0),
};

static const struct flag_name flock_names[] = {
	B("LOCK_SH", 1), B("LOCK_EX", 2), B("LOCK_NB", 4), B("LOCK_UN", 8), Z("LOCK_NONE"),
};

static const struct flag_name fsconfig_cmd_names[] = {
	N("FSCONFIG_SET_FLAG", 0), N("FSCONFIG_SET_STRING", 1), N("FSCONFIG_SET_BINARY", 2),
	N("FSCONFIG_SET_PATH", 3), N("FSCONFIG_SET_PATH_EMPTY", 4), N("FSCONFIG_SET_FD", 5),
	N("FSCONFIG_CMD_CREATE", 6), N("FSCONFIG_CMD_RECONFIGURE", 7),
};

static const struct flag_name futex_op_names[] = {
	B("FUTEX_CLOCK_REALTIME", 0x100), B("FUTEX_PRIVATE_FLAG", 0x80),
	B("FUTEX_CMP_REQUEUE_PI", 0xc), B("FUTEX_WAIT_REQUEUE_PI", 0xb),
	B("FUTEX_WAKE_BITSET", 0xa), B("FUTEX_WAIT_BITSET", 9), B("FUTEX_TRYLOCK_PI", 8),
	B("FUTEX_UNLOCK_PI", 7), B("FUTEX_LOCK_PI", 6), B("FUTEX_WAKE_OP", 5),
	B("FUTEX_CMP_REQUEUE", 4), B("FUTEX_REQUEUE", 3), B("FUTEX_FD", 2), B("FUTEX_WAKE", 1),
	Z("FUTEX_WAIT"),
};

static const struct flag_name io_uring_enter_names[] = {
	B("IORING_ENTER_GETEVENTS", 1), B("IORING_ENTER_SQ_WAKEUP", 2),
	B("IORING_ENTER_SQ_WAIT", 4), B("IORING_ENTER_EXT_ARG", 8),
};

static const struct flag_name io_uring_feat_names[] = {
	B("IORING_FEAT_SINGLE_MMAP", 1), B("IORING_FEAT_NODROP", 2),
	B("IORING_FEAT_SUBMIT_STABLE", 4), B("IORING_FEAT_RW_CUR_POS", 8),
	B("IORING_FEAT_CUR_PERSONALITY", 0x10), B("IORING_FEAT_FAST_POLL", 0x20),
	B("IORING_FEAT_POLL_32BITS", 0x40), B("IORING_FEAT_SQPOLL_NONFIXED", 0x80),
	B("IORING_FEAT_ENTER_EXT_ARG", 0x100), B("IORING_FEAT_NATIVE_WORKERS", 0x200),
	B("IORING_FEAT_RSRC_TAGS", 0x400),
};

static const struct flag_name io_uring_register_op_names[] = {
	N("IORING_REGISTER_BUFFERS", 0), N("IORING_UNREGISTER_BUFFERS", 1),
	N("IORING_REGISTER_FILES", 2), N("IORING_UNREGISTER_FILES", 3),
	N("IORING_REGISTER_EVENTFD", 4), N("IORING_UNREGISTER_EVENTFD", 5),
	N("IORING_REGISTER_FILES_UPDATE", 6), N("IORING_REGISTER_EVENTFD_ASYNC", 7),
	N("IORING_REGISTER_PROBE", 8), N("IORING_REGISTER_PERSONALITY", 9),
	N("IORING_UNREGISTER_PERSONALITY", 10), N("IORING_REGISTER_RESTRICTIONS", 11),
	N("IORING_REGISTER_ENABLE_RINGS", 12), N("IORING_REGISTER_FILES2", 13),
	N("IORING_REGISTER_FILES_UPDATE2", 14), N("IORING_REGISTER_BUFFERS2", 15),
	N("IORING_REGISTER_BUFFERS_UPDATE", 16), N("IORING_REGISTER_IOWQ_AFF", 17),
	N("IORING_UNREGISTER_IOWQ_AFF", 18), N("IORING_REGISTER_IOWQ_MAX_WORKERS", 19),
	N("IORING_REGISTER_RING_FDS", 20), N("IORING_UNREGISTER_RING_FDS", 21),
};

static const struct flag_name io_uring_setup_names[] = {
	B("IORING_SETUP_IOPOLL", 1), B("IORING_SETUP_SQPOLL", 2), B("IORING_SQ_NEED_WAKEUP", 4),
	B("IORING_SETUP_SQ_AFF", 8), B("IORING_SETUP_CQSIZE", 0x10),
	B("IORING_SETUP_CLAMP", 0x20), B("IORING_SETUP_ATTACH_RW", 0x40),
	B("IORING_SETUP_R_DISABLED", 0x80),
};

static const struct flag_name linkat_names[] = {
	B("AT_SYMLINK_FOLLOW", 0x400), B("AT_EMPTY_PATH", 0x1000),
};

static const struct flag_name lseek_whence_names[] = {
	N("SEEK_END", 2), N("SEEK_CUR", 1), N("SEEK_SET", 0),
};

static const struct flag_name memfd_names[] = {
	B("MFD_CLOEXEC", 1), B("MFD_ALLOW_SEALING", 2), B("MFD_HUGETLB", 4),
};

static const struct flag_name mknod_mode_names[] = {
	B("S_IXOTH", 1), B("S_IWOTH", 2), B("S_IROTH", 4), B("S_IXGRP", 8), B("S_IWGRP", 0x10),
	B("S_IRGRP", 0x20), B("S_IXUSR", 0x40), B("S_IWUSR", 0x80), B("S_IRUSR", 0x100),
	B("S_ISVTX", 0x200), B("S_ISGID", 0x400), B("S_ISUID", 0x800), B("S_IFREG", 0x8000),
	B("S_IFCHR", 0x2000), B("S_IFBLK", 0x6000), B("S_IFIFO", 0x1000), B("S_IFSOCK", 0xc000),
};

static const struct flag_name mmap_names[] = {
	B("MAP_SHARED", 1), B("MAP_PRIVATE", 2), B("MAP_FIXED", 4), B("MAP_ANONYMOUS", 8),
	B("MAP_32BIT", 0x10), B("MAP_RENAME", 0x20), B("MAP_NORESERVE", 0x40),
	B("MAP_POPULATE", 0x80), B("MAP_NONBLOCK", 0x100), B("MAP_GROWSDOWN", 0x200),
	B("MAP_DENYWRITE", 0x400), B("MAP_EXECUTABLE", 0x800), B("MAP_INHERIT", 0x1000),
	B("MAP_FILE", 0x2000), B("MAP_LOCKED", 0x4000),
};

static const struct flag_name mmap_prot_names[] = {
	B("PROT_READ", 1), B("PROT_WRITE", 2), B("PROT_EXEC", 4), B("PROT_SEM", 8),
	B("PROT_GROWSDOWN", 0x10), B("PROT_GROWSUP", 0x20), B("PROT_SAO", 0x40), Z("PROT_NONE"),
};

static const struct flag_name mode_names[] = {
	B("S_IXOTH", 1), B("S_IWOTH", 2), B("S_IROTH", 4), B("S_IXGRP", 8), B("S_IWGRP", 0x10),
	B("S_IRGRP", 0x20), B("S_IXUSR", 0x40), B("S_IWUSR", 0x80), B("S_IRUSR", 0x100),
	B("S_ISVTX", 0x200), B("S_ISGID", 0x400), B("S_ISUID", 0x800),
};

static const struct flag_name mount_names[] = {
	B("RDONLY", 1), B("NOSUID", 2), B("NODEV", 4), B("NOEXEC", 8), B("SYNCHRONOUS", 0x10),
	B("REMOUNT", 0x20), B("MANDLOCK", 0x40), B("DIRSYNC", 0x80), B("NOATIME", 0x400),
	B("NODIRATIME", 0x800), B("BIND", 0x1000), B("MOVE", 0x2000), B("REC", 0x4000),
	B("SILENT", 0x8000), B("POSIXACL", 0x10000), B("UNBINDABLE", 0x20000),
	B("PRIVATE", 0x40000), B("SLAVE", 0x80000), B("SHARED", 0x100000),
	B("RELATIME", 0x200000), B("KERNMOUNT", 0x400000), B("I_VERSION", 0x800000),
	B("STRICTATIME", 0x1000000), B("LAZYTIME", 0x2000000), B("NOSEC", 0x10000000),
	B("BORN", 0x20000000), B("ACTIVE", 0x40000000), B("NOUSER", 0x80000000),
};

static const struct flag_name newfstatat_names[] = {
	B("AT_EMPTY_PATH", 0x1000), B("AT_NO_AUTOMOUNT", 0x800), B("AT_SYMLINK_NOFOLLOW", 0x100),
};

static const struct flag_name open_names[] = {
	B("O_LARGEFILE", 0x800), B("O_DIRECTORY", 0x400), B("O_DIRECT", 0x200),
	B("O_TRUNC", 0x100), B("O_SYNC", 0x80), B("O_NONBLOCK", 0x40), B("O_EXCL", 0x20),
	B("O_DSYNC", 0x10), B("O_APPEND", 8), B("O_CREAT", 4), B("O_RDWR", 3), B("O_WRONLY", 2),
	B("O_RDONLY", 1), B("O_CLOEXEC", 0x1000), Z("O_NONE"), B("O_TMPFILE", 0x2000),
	B("O_F_CREATED", 0x4000), B("FD_UPPER_LAYER", 0x8000), B("FD_LOWER_LAYER", 0x10000),
};

static const struct flag_name pidfd_open_names[] = {
	B("PIDFD_NONBLOCK", 1),
};

static const struct flag_name prctl_option_names[] = {
	N("PR_GET_DUMPABLE", 3), N("PR_SET_DUMPABLE", 4), N("PR_GET_KEEPCAPS", 7),
	N("PR_SET_KEEPCAPS", 8), N("PR_SET_NAME", 15), N("PR_GET_NAME", 16),
	N("PR_GET_SECCOMP", 21), N("PR_SET_SECCOMP", 22), N("PR_CAPBSET_READ", 23),
	N("PR_CAPBSET_DROP", 24), N("PR_GET_SECUREBITS", 27), N("PR_SET_SECUREBITS", 28),
	N("PR_MCE_KILL", 33), N("PR_MCE_KILL", 33), N("PR_SET_MM", 35),
	N("PR_SET_CHILD_SUBREAPER", 36), N("PR_GET_CHILD_SUBREAPER", 37),
	N("PR_SET_NO_NEW_PRIVS", 38), N("PR_GET_NO_NEW_PRIVS", 39), N("PR_GET_TID_ADDRESS", 40),
	N("PR_SET_THP_DISABLE", 41), N("PR_GET_THP_DISABLE", 42), N("PR_CAP_AMBIENT", 47),
};

static const struct flag_name ptrace_request_names[] = {
	N("PTRACE_SINGLEBLOCK", 38), N("PTRACE_SYSEMU_SINGLESTEP", 37), N("PTRACE_SYSEMU", 36),
	N("PTRACE_ARCH_PRCTL", 35), N("PTRACE_SET_THREAD_AREA", 34),
	N("PTRACE_GET_THREAD_AREA", 33), N("PTRACE_OLDSETOPTIONS", 32),
	N("PTRACE_SETFPXREGS", 31), N("PTRACE_GETFPXREGS", 30), N("PTRACE_SETFPREGS", 29),
	N("PTRACE_GETFPREGS", 28), N("PTRACE_SETREGS", 27), N("PTRACE_GETREGS", 26),
	N("PTRACE_SETSIGMASK", 25), N("PTRACE_GETSIGMASK", 24), N("PTRACE_PEEKSIGINFO", 23),
	N("PTRACE_LISTEN", 22), N("PTRACE_INTERRUPT", 21), N("PTRACE_SEIZE", 20),
	N("PTRACE_SETREGSET", 19), N("PTRACE_GETREGSET", 18), N("PTRACE_SETSIGINFO", 17),
	N("PTRACE_GETSIGINFO", 16), N("PTRACE_GETEVENTMSG", 15), N("PTRACE_SETOPTIONS", 14),
	N("PTRACE_SYSCALL", 13), N("PTRACE_DETACH", 12), N("PTRACE_ATTACH", 11),
	N("PTRACE_SINGLESTEP", 10), N("PTRACE_KILL", 9), N("PTRACE_CONT", 8),
	N("PTRACE_POKEUSR", 7), N("PTRACE_POKEDATA", 6), N("PTRACE_POKETEXT", 5),
	N("PTRACE_PEEKUSR", 4), N("PTRACE_PEEKDATA", 3), N("PTRACE_PEEKTEXT", 2),
	N("PTRACE_TRACEME", 1), N("PTRACE_UNKNOWN", 0),
};

static const struct flag_name quota_cmd_names[] = {
	N("Q_QUOTAON", 1), N("Q_QUOTAOFF", 2), N("Q_GETFMT", 4), N("Q_GETINFO", 8),
	N("Q_SETINFO", 16), N("Q_GETQUOTA", 32), N("Q_SETQUOTA", 64), N("Q_SYNC", 128),
	N("Q_XQUOTAON", 256), N("Q_XQUOTAOFF", 512), N("Q_XGETQUOTA", 1024),
	N("Q_XSETQLIM", 2048), N("Q_XGETQSTAT", 4096), N("Q_XQUOTARM", 8192),
	N("Q_XQUOTASYNC", 16384),
};

static const struct flag_name quota_dqi_names[] = {
	B("DQF_NONE", 1), B("V1_DQF_RSQUASH", 2),
};

static const struct flag_name quota_fmt_names[] = {
	N("QFMT_NOT_USED", 1), N("QFMT_VFS_OLD", 2), N("QFMT_VFS_V0", 4), N("QFMT_VFS_V1", 8),
};

static const struct flag_name quota_type_names[] = {
	N("USRQUOTA", 1), N("GRPQUOTA", 2),
};

static const struct flag_name resolve_names[] = {
	B("RESOLVE_BENEATH", 1), B("RESOLVE_IN_ROOT", 2), B("RESOLVE_NO_MAGICLINKS", 4),
	B("RESOLVE_NO_SYMLINKS", 8), B("RESOLVE_NO_XDEV", 0x10), B("RESOLVE_CACHED", 0x20),
};

static const struct flag_name rlimit_names[] = {
	N("RLIMIT_UNKNOWN", 255), N("RLIMIT_RTTIME", 15), N("RLIMIT_RTPRIO", 14),
	N("RLIMIT_NICE", 13), N("RLIMIT_MSGQUEUE", 12), N("RLIMIT_SIGPENDING", 11),
	N("RLIMIT_LOCKS", 10), N("RLIMIT_AS", 9), N("RLIMIT_MEMLOCK", 8), N("RLIMIT_NOFILE", 7),
	N("RLIMIT_NPROC", 6), N("RLIMIT_RSS", 5), N("RLIMIT_CORE", 4), N("RLIMIT_STACK", 3),
	N("RLIMIT_DATA", 2), N("RLIMIT_FSIZE", 1), N("RLIMIT_CPU", 0),
};

static const struct flag_name semctl_cmd_names[] = {
	N("IPC_STAT", 1), N("IPC_SET", 2), N("IPC_RMID", 4), N("IPC_INFO", 8), N("SEM_INFO", 16),
	N("SEM_STAT", 32), N("GETALL", 64), N("GETNCNT", 128), N("GETPID", 256), N("GETVAL", 512),
	N("GETZCNT", 1024), N("SETALL", 2048), N("SETVAL", 4096),
};

static const struct flag_name semget_names[] = {
	B("IPC_EXCL", 0x4000), B("IPC_CREAT", 0x2000),
};

static const struct flag_name semop_names[] = {
	B("IPC_NOWAIT", 1), B("SEM_UNDO", 2),
};

static const struct flag_name shutdown_names[] = {
	N("SHUT_UNKNOWN", 65535), N("SHUT_RDWR", 2), N("SHUT_WR", 1), N("SHUT_RD", 0),
};

static const struct flag_name sockopt_level_names[] = {
	N("SOL_SOCKET", 1), N("SOL_TCP", 2), N("UNKNOWN", 0),
};

static const struct flag_name sockopt_name_names[] = {
	N("SO_COOKIE", 53), N("SO_MEMINFO", 52), N("SO_PEERGROUPS", 51), N("SO_ATTACH_BPF", 50),
	N("SO_INCOMING_CPU", 49), N("SO_BPF_EXTENSIONS", 48), N("SO_MAX_PACING_RATE", 47),
	N("SO_BUSY_POLL", 46), N("SO_SELECT_ERR_QUEUE", 45), N("SO_LOCK_FILTER", 44),
	N("SO_NOFCS", 43), N("SO_PEEK_OFF", 42), N("SO_WIFI_STATUS", 41), N("SO_RXQ_OVFL", 40),
	N("SO_DOMAIN", 39), N("SO_PROTOCOL", 38), N("SO_TIMESTAMPING", 37), N("SO_MARK", 36),
	N("SO_TIMESTAMPNS", 35), N("SO_PASSSEC", 34), N("SO_PEERSEC", 31), N("SO_ACCEPTCONN", 30),
	N("SO_TIMESTAMP", 29), N("SO_PEERNAME", 28), N("SO_DETACH_FILTER", 27),
	N("SO_ATTACH_FILTER", 26), N("SO_BINDTODEVICE", 25),
	N("SO_SECURITY_ENCRYPTION_NETWORK", 24), N("SO_SECURITY_ENCRYPTION_TRANSPORT", 23),
	N("SO_SECURITY_AUTHENTICATION", 22), N("SO_SNDTIMEO", 21), N("SO_RCVTIMEO", 20),
	N("SO_SNDLOWAT", 19), N("SO_RCVLOWAT", 18), N("SO_PEERCRED", 17), N("SO_PASSCRED", 16),
	N("SO_REUSEPORT", 15), N("SO_BSDCOMPAT", 14), N("SO_LINGER", 13), N("SO_PRIORITY", 12),
	N("SO_NO_CHECK", 11), N("SO_OOBINLINE", 10), N("SO_KEEPALIVE", 9),
	N("SO_RCVBUFFORCE", 33), N("SO_SNDBUFFORCE", 32), N("SO_RCVBUF", 8), N("SO_SNDBUF", 7),
	N("SO_BROADCAST", 6), N("SO_DONTROUTE", 5), N("SO_ERROR", 4), N("SO_TYPE", 3),
	N("SO_REUSEADDR", 2), N("SO_DEBUG", 1), N("UNKNOWN", 0),
};

static const struct flag_name unlinkat_names[] = {
	B("AT_REMOVEDIR", 0x200),
};

#define TABLE(id, kind, names) [FLAG_TABLE_##id] = { kind, names, sizeof(names) / sizeof((names)[0]) }

static const struct flag_table foreign_tables[FLAG_TABLE_COUNT] = {
	TABLE(access, FLAGS_BITS, access_names),
	TABLE(at, FLAGS_BITS, at_names),
	TABLE(bpf_cmd, FLAGS_ENUM, bpf_cmd_names),
	TABLE(clone, FLAGS_BITS, clone_names),
	TABLE(creat, FLAGS_BITS, creat_names),
	TABLE(delete_module, FLAGS_BITS, delete_module_names),
	TABLE(epoll_create1, FLAGS_BITS, epoll_create1_names),
	TABLE(exe, FLAGS_BITS, exe_names),
	TABLE(family, FLAGS_ENUM, family_names),
	TABLE(fcntl_cmd, FLAGS_ENUM, fcntl_cmd_names),
	TABLE(flock, FLAGS_BITS, flock_names),
	TABLE(fsconfig_cmd, FLAGS_ENUM, fsconfig_cmd_names),
	TABLE(futex_op, FLAGS_BITS, futex_op_names),
	TABLE(io_uring_enter, FLAGS_BITS, io_uring_enter_names),
	TABLE(io_uring_feat, FLAGS_BITS, io_uring_feat_names),
	TABLE(io_uring_register_op, FLAGS_ENUM, io_uring_register_op_names),
	TABLE(io_uring_setup, FLAGS_BITS, io_uring_setup_names),
	TABLE(linkat, FLAGS_BITS, linkat_names),
	TABLE(lseek_whence, FLAGS_ENUM, lseek_whence_names),
	TABLE(memfd, FLAGS_BITS, memfd_names),
	TABLE(mknod_mode, FLAGS_BITS, mknod_mode_names),
	TABLE(mmap, FLAGS_BITS, mmap_names),
	TABLE(mmap_prot, FLAGS_BITS, mmap_prot_names),
	TABLE(mode, FLAGS_BITS, mode_names),
	TABLE(mount, FLAGS_BITS, mount_names),
	TABLE(newfstatat, FLAGS_BITS, newfstatat_names),
	TABLE(open, FLAGS_BITS, open_names),
	TABLE(pidfd_open, FLAGS_BITS, pidfd_open_names),
	TABLE(prctl_option, FLAGS_ENUM, prctl_option_names),
	TABLE(ptrace_request, FLAGS_ENUM, ptrace_request_names),
	TABLE(quota_cmd, FLAGS_ENUM, quota_cmd_names),
	TABLE(quota_dqi, FLAGS_BITS, quota_dqi_names),
	TABLE(quota_fmt, FLAGS_ENUM, quota_fmt_names),
	TABLE(quota_type, FLAGS_ENUM, quota_type_names),
	TABLE(resolve, FLAGS_BITS, resolve_names),
	TABLE(rlimit, FLAGS_ENUM, rlimit_names),
	TABLE(semctl_cmd, FLAGS_ENUM, semctl_cmd_names),
	TABLE(semget, FLAGS_BITS, semget_names),
	TABLE(semop, FLAGS_BITS, semop_names),
	TABLE(shutdown, FLAGS_ENUM, shutdown_names),
	TABLE(sockopt_level, FLAGS_ENUM, sockopt_level_names),
	TABLE(sockopt_name, FLAGS_ENUM, sockopt_name_names),
	TABLE(unlinkat, FLAGS_BITS, unlinkat_names),
	TABLE(sock, FLAGS_BITS, open_names),
	TABLE(fd_flags, FLAGS_BITS, open_names),
};

const struct flag_table *foreign_table(const struct flag_table *native)
{
	const struct flag_table *own = native ? &foreign_tables[native - flag_tables] : NULL;

	return own && own->names ? own : native;
}
