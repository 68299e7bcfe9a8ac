// SPDX-License-Identifier: Apache-2.0
/*
 * The tables of flags.h: names of flags and enumeration values.
 *
 * Values are the kernel's own (a record holds what the caller passed); spelling and order are
 * those that Falco prints, so that `evt.arg.flags contains O_TRUNC` and the like mean the
 * same. Names that Falco does not have come last; a bit without a name is not shown.
 *
 * Numbers stand here rather than the constants of headers where the headers of the oldest
 * system that this builds on lack some of them.
 */
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>

#include "event/event.h"
#include "event/flags.h"

/* Not from <signal.h> and <sys/socket.h>: those pull in a second <fcntl.h>. */
#define B(n, v) { n, v, v }			/* a bit, or several */
#define N(n, v) { n, ~0ull, v }			/* the whole number */
#define F(n, mask, v) { n, mask, v }		/* a number within a number */
#define ELSE(n) { n, 0, 0 }			/* where none of the others holds */

/* In this order O_TMPFILE and O_SYNC, which contain the bits of another, come first. */
static const struct flag_name open_names[] = {
	B("O_TMPFILE", O_TMPFILE),
	B("O_LARGEFILE", O_LARGEFILE),
	B("O_DIRECTORY", O_DIRECTORY),
	B("O_DIRECT", O_DIRECT),
	B("O_TRUNC", O_TRUNC),
	B("O_SYNC", O_SYNC),
	B("O_NONBLOCK", O_NONBLOCK),
	B("O_EXCL", O_EXCL),
	B("O_DSYNC", O_DSYNC),
	B("O_APPEND", O_APPEND),
	B("O_CREAT", O_CREAT),
	F("O_RDWR", O_ACCMODE, O_RDWR),
	F("O_WRONLY", O_ACCMODE, O_WRONLY),
	F("O_RDONLY", O_ACCMODE, O_RDONLY),
	B("O_CLOEXEC", O_CLOEXEC),
	B("O_F_CREATED", OPEN_X_CREATED),
	B("FD_UPPER_LAYER", OPEN_X_UPPER),
	B("FD_LOWER_LAYER", OPEN_X_LOWER),
};

static const struct flag_name clone_names[] = {
	B("CLONE_FILES", CLONE_FILES),
	B("CLONE_FS", CLONE_FS),
	B("CLONE_IO", CLONE_IO),
	B("CLONE_NEWIPC", CLONE_NEWIPC),
	B("CLONE_NEWNET", CLONE_NEWNET),
	B("CLONE_NEWNS", CLONE_NEWNS),
	B("CLONE_NEWPID", CLONE_NEWPID),
	B("CLONE_NEWUTS", CLONE_NEWUTS),
	B("CLONE_PARENT", CLONE_PARENT),
	B("CLONE_PARENT_SETTID", CLONE_PARENT_SETTID),
	B("CLONE_PTRACE", CLONE_PTRACE),
	B("CLONE_SIGHAND", CLONE_SIGHAND),
	B("CLONE_SYSVSEM", CLONE_SYSVSEM),
	B("CLONE_THREAD", CLONE_THREAD),
	B("CLONE_UNTRACED", CLONE_UNTRACED),
	B("CLONE_VM", CLONE_VM),
	B("CLONE_NEWUSER", CLONE_NEWUSER),
	B("CLONE_CHILD_CLEARTID", CLONE_CHILD_CLEARTID),
	B("CLONE_CHILD_SETTID", CLONE_CHILD_SETTID),
	B("CLONE_SETTLS", CLONE_SETTLS),
	B("CLONE_VFORK", CLONE_VFORK),
	B("CLONE_NEWCGROUP", CLONE_NEWCGROUP),
};

static const struct flag_name mode_names[] = {
	B("S_IXOTH", 00001), B("S_IWOTH", 00002), B("S_IROTH", 00004),
	B("S_IXGRP", 00010), B("S_IWGRP", 00020), B("S_IRGRP", 00040),
	B("S_IXUSR", 00100), B("S_IWUSR", 00200), B("S_IRUSR", 00400),
	B("S_ISVTX", 01000), B("S_ISGID", 02000), B("S_ISUID", 04000),
};

static const struct flag_name exe_names[] = {
	B("EXE_WRITABLE", FALCOC_EXE_WRITABLE),
	B("EXE_UPPER_LAYER", FALCOC_EXE_UPPER),
	B("EXE_FROM_MEMFD", FALCOC_EXE_MEMFD),
	B("EXE_LOWER_LAYER", FALCOC_EXE_LOWER),
};

static const struct flag_name resolve_names[] = {
	B("RESOLVE_BENEATH", RESOLVE_BENEATH),
	B("RESOLVE_IN_ROOT", RESOLVE_IN_ROOT),
	B("RESOLVE_NO_MAGICLINKS", RESOLVE_NO_MAGICLINKS),
	B("RESOLVE_NO_SYMLINKS", RESOLVE_NO_SYMLINKS),
	B("RESOLVE_NO_XDEV", RESOLVE_NO_XDEV),
	B("RESOLVE_CACHED", 0x20),	/* since 5.12, not in every <linux/openat2.h> */
};

static const struct flag_name unlinkat_names[] = {
	B("AT_REMOVEDIR", AT_REMOVEDIR),
};

static const struct flag_name at_names[] = {
	B("AT_SYMLINK_NOFOLLOW", AT_SYMLINK_NOFOLLOW),
	B("AT_SYMLINK_FOLLOW", AT_SYMLINK_FOLLOW),
	B("AT_EMPTY_PATH", AT_EMPTY_PATH),
};

static const struct flag_name renameat2_names[] = {
	B("RENAME_NOREPLACE", 1),
	B("RENAME_EXCHANGE", 2),
	B("RENAME_WHITEOUT", 4),
};

static const struct flag_name sock_names[] = {
	N("O_NONE", 0),
	B("O_NONBLOCK", O_NONBLOCK),	/* SOCK_NONBLOCK and SOCK_CLOEXEC are these */
	B("O_CLOEXEC", O_CLOEXEC),
};

static const struct flag_name finit_module_names[] = {
	B("MODULE_INIT_IGNORE_MODVERSIONS", 1),
	B("MODULE_INIT_IGNORE_VERMAGIC", 2),
	B("MODULE_INIT_COMPRESSED_FILE", 4),
};

static const struct flag_name shutdown_names[] = {
	N("SHUT_RDWR", 2), N("SHUT_WR", 1), N("SHUT_RD", 0), ELSE("SHUT_UNKNOWN"),
};

static const struct flag_name family_names[] = {
	N("AF_NFC", 39), N("AF_ALG", 38), N("AF_CAIF", 37),
	N("AF_IEEE802154", 36), N("AF_PHONET", 35), N("AF_ISDN", 34),
	N("AF_RXRPC", 33), N("AF_IUCV", 32), N("AF_BLUETOOTH", 31),
	N("AF_TIPC", 30), N("AF_CAN", 29), N("AF_LLC", 26),
	N("AF_WANPIPE", 25), N("AF_PPPOX", 24), N("AF_IRDA", 23),
	N("AF_SNA", 22), N("AF_RDS", 21), N("AF_ATMSVC", 20),
	N("AF_ECONET", 19), N("AF_ASH", 18), N("AF_PACKET", 17),
	N("AF_ROUTE", 16), N("AF_NETLINK", 16), N("AF_KEY", 15),
	N("AF_SECURITY", 14), N("AF_NETBEUI", 13), N("AF_DECnet", 12),
	N("AF_ROSE", 11), N("AF_INET6", 10), N("AF_X25", 9),
	N("AF_ATMPVC", 8), N("AF_BRIDGE", 7), N("AF_NETROM", 6),
	N("AF_APPLETALK", 5), N("AF_IPX", 4), N("AF_AX25", 3),
	N("AF_INET", 2), N("AF_LOCAL", 1), N("AF_UNIX", 1),
	N("AF_UNSPEC", 0),
	/* younger than Falco's list */
	N("AF_VSOCK", 40), N("AF_KCM", 41), N("AF_QIPCRTR", 42),
	N("AF_SMC", 43), N("AF_XDP", 44), N("AF_MCTP", 45),
};

static const struct flag_name access_names[] = {
	N("F_OK", 0), B("R_OK", 4), B("W_OK", 2), B("X_OK", 1),
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
	N("BPF_LINK_GET_FD_BY_ID", 30), N("BPF_LINK_GET_NEXT_ID", 31),
	N("BPF_ENABLE_STATS", 32), N("BPF_ITER_CREATE", 33), N("BPF_LINK_DETACH", 34),
	N("BPF_PROG_BIND_MAP", 35), N("BPF_TOKEN_CREATE", 36),
	N("BPF_PROG_STREAM_READ_BY_FD", 37), N("BPF_PROG_ASSOC_STRUCT_OPS", 38),
};

static const struct flag_name close_range_names[] = {
	B("CLOSE_RANGE_UNSHARE", 2), B("CLOSE_RANGE_CLOEXEC", 4),
};

static const struct flag_name creat_names[] = {
	B("FD_UPPER_LAYER_CREAT", FALCOC_FD_F_UPPER),
	B("FD_LOWER_LAYER_CREAT", FALCOC_FD_F_LOWER),
};

static const struct flag_name delete_module_names[] = {
	B("O_NONBLOCK", O_NONBLOCK), B("O_TRUNC", O_TRUNC),
};

static const struct flag_name epoll_create1_names[] = {
	B("EPOLL_CLOEXEC", O_CLOEXEC),
};

static const struct flag_name fcntl_cmd_names[] = {
	N("F_GETPIPE_SZ", 1032), N("F_SETPIPE_SZ", 1031), N("F_NOTIFY", 1026),
	N("F_DUPFD_CLOEXEC", 1030), N("F_CANCELLK", 1029), N("F_GETLEASE", 1025),
	N("F_SETLEASE", 1024), N("F_GETOWN_EX", 16), N("F_SETOWN_EX", 15), N("F_SETLKW64", 14),
	N("F_SETLK64", 13), N("F_GETLK64", 12), N("F_GETSIG", 11), N("F_SETSIG", 10),
	N("F_GETOWN", 9), N("F_SETOWN", 8), N("F_SETLKW", 7), N("F_SETLK", 6), N("F_GETLK", 5),
	N("F_SETFL", 4), N("F_GETFL", 3), N("F_SETFD", 2), N("F_GETFD", 1), N("F_DUPFD", 0),
	N("F_OFD_GETLK", 36), N("F_OFD_SETLK", 37), N("F_OFD_SETLKW", 38),
	N("F_GETOWNER_UIDS", 17), N("F_DUPFD_QUERY", 1027), N("F_CREATED_QUERY", 1028),
	N("F_ADD_SEALS", 1033), N("F_GET_SEALS", 1034), N("F_GET_RW_HINT", 1035),
	N("F_SET_RW_HINT", 1036), N("F_GET_FILE_RW_HINT", 1037), N("F_SET_FILE_RW_HINT", 1038),
	ELSE("UNKNOWN"),
};

/* What calls that make a descriptor take of the flags of open. */
static const struct flag_name fd_flags_names[] = {
	B("O_DIRECT", O_DIRECT), B("O_NONBLOCK", O_NONBLOCK), B("O_CLOEXEC", O_CLOEXEC),
	N("O_NONE", 0),
};

static const struct flag_name flock_names[] = {
	B("LOCK_SH", 1), B("LOCK_EX", 2), B("LOCK_NB", 4), B("LOCK_UN", 8), N("LOCK_NONE", 0),
};

static const struct flag_name fsconfig_cmd_names[] = {
	N("FSCONFIG_SET_FLAG", 0), N("FSCONFIG_SET_STRING", 1), N("FSCONFIG_SET_BINARY", 2),
	N("FSCONFIG_SET_PATH", 3), N("FSCONFIG_SET_PATH_EMPTY", 4), N("FSCONFIG_SET_FD", 5),
	N("FSCONFIG_CMD_CREATE", 6), N("FSCONFIG_CMD_RECONFIGURE", 7),
	N("FSCONFIG_CMD_CREATE_EXCL", 8),
};

static const struct flag_name futex_op_names[] = {
	B("FUTEX_CLOCK_REALTIME", 256), B("FUTEX_PRIVATE_FLAG", 128),
	F("FUTEX_CMP_REQUEUE_PI", 0x7f, 12), F("FUTEX_WAIT_REQUEUE_PI", 0x7f, 11),
	F("FUTEX_WAKE_BITSET", 0x7f, 10), F("FUTEX_WAIT_BITSET", 0x7f, 9),
	F("FUTEX_TRYLOCK_PI", 0x7f, 8), F("FUTEX_UNLOCK_PI", 0x7f, 7),
	F("FUTEX_LOCK_PI", 0x7f, 6), F("FUTEX_WAKE_OP", 0x7f, 5),
	F("FUTEX_CMP_REQUEUE", 0x7f, 4), F("FUTEX_REQUEUE", 0x7f, 3), F("FUTEX_FD", 0x7f, 2),
	F("FUTEX_WAKE", 0x7f, 1), N("FUTEX_WAIT", 0), F("FUTEX_LOCK_PI2", 0x7f, 13),
};

static const struct flag_name io_uring_enter_names[] = {
	B("IORING_ENTER_GETEVENTS", 1), B("IORING_ENTER_SQ_WAKEUP", 2),
	B("IORING_ENTER_SQ_WAIT", 4), B("IORING_ENTER_EXT_ARG", 8),
	B("IORING_ENTER_REGISTERED_RING", 16), B("IORING_ENTER_ABS_TIMER", 32),
	B("IORING_ENTER_EXT_ARG_REG", 64), B("IORING_ENTER_NO_IOWAIT", 128),
};

static const struct flag_name io_uring_feat_names[] = {
	B("IORING_FEAT_SINGLE_MMAP", 1), B("IORING_FEAT_NODROP", 2),
	B("IORING_FEAT_SUBMIT_STABLE", 4), B("IORING_FEAT_RW_CUR_POS", 8),
	B("IORING_FEAT_CUR_PERSONALITY", 16), B("IORING_FEAT_FAST_POLL", 32),
	B("IORING_FEAT_POLL_32BITS", 64), B("IORING_FEAT_SQPOLL_NONFIXED", 128),
	B("IORING_FEAT_ENTER_EXT_ARG", 256), B("IORING_FEAT_NATIVE_WORKERS", 512),
	B("IORING_FEAT_RSRC_TAGS", 1024), B("IORING_FEAT_CQE_SKIP", 2048),
	B("IORING_FEAT_LINKED_FILE", 4096), B("IORING_FEAT_REG_REG_RING", 8192),
	B("IORING_FEAT_RECVSEND_BUNDLE", 16384), B("IORING_FEAT_MIN_TIMEOUT", 32768),
	B("IORING_FEAT_RW_ATTR", 65536), B("IORING_FEAT_NO_IOWAIT", 131072),
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
	N("IORING_REGISTER_PBUF_RING", 22), N("IORING_UNREGISTER_PBUF_RING", 23),
	N("IORING_REGISTER_SYNC_CANCEL", 24), N("IORING_REGISTER_FILE_ALLOC_RANGE", 25),
	N("IORING_REGISTER_PBUF_STATUS", 26), N("IORING_REGISTER_NAPI", 27),
	N("IORING_UNREGISTER_NAPI", 28), N("IORING_REGISTER_CLOCK", 29),
	N("IORING_REGISTER_CLONE_BUFFERS", 30), N("IORING_REGISTER_SEND_MSG_RING", 31),
	N("IORING_REGISTER_ZCRX_IFQ", 32), N("IORING_REGISTER_RESIZE_RINGS", 33),
	N("IORING_REGISTER_MEM_REGION", 34),
};

/* IORING_SETUP_ATTACH_RW is how Falco spells ATTACH_WQ. */
static const struct flag_name io_uring_setup_names[] = {
	B("IORING_SETUP_IOPOLL", 1), B("IORING_SETUP_SQPOLL", 2), B("IORING_SETUP_SQ_AFF", 4),
	B("IORING_SETUP_CQSIZE", 8), B("IORING_SETUP_CLAMP", 16),
	B("IORING_SETUP_ATTACH_RW", 32), B("IORING_SETUP_R_DISABLED", 64),
	B("IORING_SETUP_SUBMIT_ALL", 128), B("IORING_SETUP_COOP_TASKRUN", 256),
	B("IORING_SETUP_TASKRUN_FLAG", 512), B("IORING_SETUP_SQE128", 1024),
	B("IORING_SETUP_CQE32", 2048), B("IORING_SETUP_SINGLE_ISSUER", 4096),
	B("IORING_SETUP_DEFER_TASKRUN", 8192), B("IORING_SETUP_NO_MMAP", 16384),
	B("IORING_SETUP_REGISTERED_FD_ONLY", 32768), B("IORING_SETUP_NO_SQARRAY", 65536),
	B("IORING_SETUP_HYBRID_IOPOLL", 131072),
};

static const struct flag_name keyctl_op_names[] = {
	N("KEYCTL_GET_KEYRING_ID", 0), N("KEYCTL_JOIN_SESSION_KEYRING", 1),
	N("KEYCTL_UPDATE", 2), N("KEYCTL_REVOKE", 3), N("KEYCTL_CHOWN", 4),
	N("KEYCTL_SETPERM", 5), N("KEYCTL_DESCRIBE", 6), N("KEYCTL_CLEAR", 7),
	N("KEYCTL_LINK", 8), N("KEYCTL_UNLINK", 9), N("KEYCTL_SEARCH", 10),
	N("KEYCTL_READ", 11), N("KEYCTL_INSTANTIATE", 12), N("KEYCTL_NEGATE", 13),
	N("KEYCTL_SET_REQKEY_KEYRING", 14), N("KEYCTL_SET_TIMEOUT", 15),
	N("KEYCTL_ASSUME_AUTHORITY", 16), N("KEYCTL_GET_SECURITY", 17),
	N("KEYCTL_SESSION_TO_PARENT", 18), N("KEYCTL_REJECT", 19),
	N("KEYCTL_INSTANTIATE_IOV", 20), N("KEYCTL_INVALIDATE", 21),
	N("KEYCTL_GET_PERSISTENT", 22), N("KEYCTL_DH_COMPUTE", 23), N("KEYCTL_PKEY_QUERY", 24),
	N("KEYCTL_PKEY_ENCRYPT", 25), N("KEYCTL_PKEY_DECRYPT", 26), N("KEYCTL_PKEY_SIGN", 27),
	N("KEYCTL_PKEY_VERIFY", 28), N("KEYCTL_RESTRICT_KEYRING", 29), N("KEYCTL_MOVE", 30),
	N("KEYCTL_CAPABILITIES", 31), N("KEYCTL_WATCH_KEY", 32),
};

static const struct flag_name linkat_names[] = {
	B("AT_SYMLINK_FOLLOW", AT_SYMLINK_FOLLOW), B("AT_EMPTY_PATH", AT_EMPTY_PATH),
};

static const struct flag_name lseek_whence_names[] = {
	N("SEEK_END", 2), N("SEEK_CUR", 1), N("SEEK_SET", 0), N("SEEK_DATA", 3),
	N("SEEK_HOLE", 4),
};

static const struct flag_name memfd_names[] = {
	B("MFD_CLOEXEC", 1), B("MFD_ALLOW_SEALING", 2), B("MFD_HUGETLB", 4),
	B("MFD_NOEXEC_SEAL", 8), B("MFD_EXEC", 16),
};

static const struct flag_name mknod_mode_names[] = {
	B("S_IXOTH", 00001), B("S_IWOTH", 00002), B("S_IROTH", 00004), B("S_IXGRP", 00010),
	B("S_IWGRP", 00020), B("S_IRGRP", 00040), B("S_IXUSR", 00100), B("S_IWUSR", 00200),
	B("S_IRUSR", 00400), B("S_ISVTX", 01000), B("S_ISGID", 02000), B("S_ISUID", 04000),
	F("S_IFREG", 0170000, 0100000), F("S_IFCHR", 0170000, 0020000),
	F("S_IFBLK", 0170000, 0060000), F("S_IFIFO", 0170000, 0010000),
	F("S_IFSOCK", 0170000, 0140000),
};

static const struct flag_name mlock2_names[] = {
	B("MLOCK_ONFAULT", 1),
};

static const struct flag_name mlockall_names[] = {
	B("MCL_CURRENT", 1), B("MCL_FUTURE", 2), B("MCL_ONFAULT", 4),
};

static const struct flag_name mmap_names[] = {
	B("MAP_SHARED", 0x1), B("MAP_PRIVATE", 0x2), B("MAP_FIXED", 0x10),
	B("MAP_ANONYMOUS", 0x20), B("MAP_32BIT", 0x40), B("MAP_NORESERVE", 0x4000),
	B("MAP_POPULATE", 0x8000), B("MAP_NONBLOCK", 0x10000), B("MAP_GROWSDOWN", 0x100),
	B("MAP_DENYWRITE", 0x800), B("MAP_EXECUTABLE", 0x1000), B("MAP_LOCKED", 0x2000),
	B("MAP_STACK", 0x20000), B("MAP_HUGETLB", 0x40000), B("MAP_SYNC", 0x80000),
	B("MAP_FIXED_NOREPLACE", 0x100000),
};

static const struct flag_name mmap_prot_names[] = {
	B("PROT_READ", 1), B("PROT_WRITE", 2), B("PROT_EXEC", 4), B("PROT_SEM", 8),
	B("PROT_GROWSDOWN", 0x1000000), B("PROT_GROWSUP", 0x2000000), N("PROT_NONE", 0),
};

static const struct flag_name mount_names[] = {
	B("RDONLY", 1u << 0), B("NOSUID", 1u << 1), B("NODEV", 1u << 2), B("NOEXEC", 1u << 3),
	B("SYNCHRONOUS", 1u << 4), B("REMOUNT", 1u << 5), B("MANDLOCK", 1u << 6),
	B("DIRSYNC", 1u << 7), B("NOATIME", 1u << 10), B("NODIRATIME", 1u << 11),
	B("BIND", 1u << 12), B("MOVE", 1u << 13), B("REC", 1u << 14), B("SILENT", 1u << 15),
	B("POSIXACL", 1u << 16), B("UNBINDABLE", 1u << 17), B("PRIVATE", 1u << 18),
	B("SLAVE", 1u << 19), B("SHARED", 1u << 20), B("RELATIME", 1u << 21),
	B("KERNMOUNT", 1u << 22), B("I_VERSION", 1u << 23), B("STRICTATIME", 1u << 24),
	B("LAZYTIME", 1u << 25), B("NOSEC", 1u << 28), B("BORN", 1u << 29),
	B("ACTIVE", 1u << 30), B("NOUSER", 1u << 31), B("NOSYMFOLLOW", 1u << 8),
};

static const struct flag_name newfstatat_names[] = {
	B("AT_EMPTY_PATH", AT_EMPTY_PATH), B("AT_NO_AUTOMOUNT", AT_NO_AUTOMOUNT),
	B("AT_SYMLINK_NOFOLLOW", AT_SYMLINK_NOFOLLOW),
};

static const struct flag_name pidfd_open_names[] = {
	B("PIDFD_NONBLOCK", O_NONBLOCK), B("PIDFD_THREAD", O_EXCL),
};

static const struct flag_name prctl_option_names[] = {
	N("PR_GET_DUMPABLE", 3), N("PR_SET_DUMPABLE", 4), N("PR_GET_KEEPCAPS", 7),
	N("PR_SET_KEEPCAPS", 8), N("PR_SET_NAME", 15), N("PR_GET_NAME", 16),
	N("PR_GET_SECCOMP", 21), N("PR_SET_SECCOMP", 22), N("PR_CAPBSET_READ", 23),
	N("PR_CAPBSET_DROP", 24), N("PR_GET_SECUREBITS", 27), N("PR_SET_SECUREBITS", 28),
	N("PR_MCE_KILL", 33), N("PR_SET_MM", 35), N("PR_SET_CHILD_SUBREAPER", 36),
	N("PR_GET_CHILD_SUBREAPER", 37), N("PR_SET_NO_NEW_PRIVS", 38),
	N("PR_GET_NO_NEW_PRIVS", 39), N("PR_GET_TID_ADDRESS", 40), N("PR_SET_THP_DISABLE", 41),
	N("PR_GET_THP_DISABLE", 42), N("PR_CAP_AMBIENT", 47), N("PR_SET_PDEATHSIG", 1),
	N("PR_GET_PDEATHSIG", 2), N("PR_GET_TSC", 25), N("PR_SET_TSC", 26),
	N("PR_SET_TIMERSLACK", 29), N("PR_GET_TIMERSLACK", 30),
	N("PR_TASK_PERF_EVENTS_DISABLE", 31), N("PR_TASK_PERF_EVENTS_ENABLE", 32),
	N("PR_MCE_KILL_GET", 34), N("PR_GET_SPECULATION_CTRL", 52),
	N("PR_SET_SPECULATION_CTRL", 53), N("PR_SET_IO_FLUSHER", 57),
	N("PR_GET_IO_FLUSHER", 58), N("PR_SET_SYSCALL_USER_DISPATCH", 59),
	N("PR_SCHED_CORE", 62), N("PR_SET_MDWE", 65), N("PR_GET_MDWE", 66),
	N("PR_SET_MEMORY_MERGE", 67), N("PR_GET_MEMORY_MERGE", 68),
	N("PR_SET_PTRACER", 0x59616d61), N("PR_SET_VMA", 0x53564d41),
};

static const struct flag_name ptrace_request_names[] = {
	N("PTRACE_SINGLEBLOCK", 33), N("PTRACE_SYSEMU_SINGLESTEP", 32), N("PTRACE_SYSEMU", 31),
	N("PTRACE_ARCH_PRCTL", 30), N("PTRACE_SET_THREAD_AREA", 26),
	N("PTRACE_GET_THREAD_AREA", 25), N("PTRACE_OLDSETOPTIONS", 21),
	N("PTRACE_SETFPXREGS", 19), N("PTRACE_GETFPXREGS", 18), N("PTRACE_SETFPREGS", 15),
	N("PTRACE_GETFPREGS", 14), N("PTRACE_SETREGS", 13), N("PTRACE_GETREGS", 12),
	N("PTRACE_SETSIGMASK", 0x420b), N("PTRACE_GETSIGMASK", 0x420a),
	N("PTRACE_PEEKSIGINFO", 0x4209), N("PTRACE_LISTEN", 0x4208),
	N("PTRACE_INTERRUPT", 0x4207), N("PTRACE_SEIZE", 0x4206), N("PTRACE_SETREGSET", 0x4205),
	N("PTRACE_GETREGSET", 0x4204), N("PTRACE_SETSIGINFO", 0x4203),
	N("PTRACE_GETSIGINFO", 0x4202), N("PTRACE_GETEVENTMSG", 0x4201),
	N("PTRACE_SETOPTIONS", 0x4200), N("PTRACE_SYSCALL", 24), N("PTRACE_DETACH", 17),
	N("PTRACE_ATTACH", 16), N("PTRACE_SINGLESTEP", 9), N("PTRACE_KILL", 8),
	N("PTRACE_CONT", 7), N("PTRACE_POKEUSR", 6), N("PTRACE_POKEDATA", 5),
	N("PTRACE_POKETEXT", 4), N("PTRACE_PEEKUSR", 3), N("PTRACE_PEEKDATA", 2),
	N("PTRACE_PEEKTEXT", 1), N("PTRACE_TRACEME", 0), N("PTRACE_SECCOMP_GET_FILTER", 0x420c),
	N("PTRACE_SECCOMP_GET_METADATA", 0x420d), N("PTRACE_GET_SYSCALL_INFO", 0x420e),
	N("PTRACE_GET_RSEQ_CONFIGURATION", 0x420f),
	N("PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG", 0x4210),
	N("PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG", 0x4211),
	N("PTRACE_SET_SYSCALL_INFO", 0x4212), ELSE("PTRACE_UNKNOWN"),
};

static const struct flag_name quota_cmd_names[] = {
	N("Q_QUOTAON", 0x800002), N("Q_QUOTAOFF", 0x800003), N("Q_GETFMT", 0x800004),
	N("Q_GETINFO", 0x800005), N("Q_SETINFO", 0x800006), N("Q_GETQUOTA", 0x800007),
	N("Q_SETQUOTA", 0x800008), N("Q_SYNC", 0x800001), N("Q_XQUOTAON", 0x5801),
	N("Q_XQUOTAOFF", 0x5802), N("Q_XGETQUOTA", 0x5803), N("Q_XSETQLIM", 0x5804),
	N("Q_XGETQSTAT", 0x5805), N("Q_XQUOTARM", 0x5806), N("Q_XQUOTASYNC", 0x5807),
	N("Q_GETNEXTQUOTA", 0x800009), N("Q_XGETQSTATV", 0x5808), N("Q_XGETNEXTQUOTA", 0x5809),
};

static const struct flag_name quota_dqi_names[] = {
	N("DQF_NONE", 0), B("V1_DQF_RSQUASH", 1),
};

static const struct flag_name quota_fmt_names[] = {
	N("QFMT_NOT_USED", 0), N("QFMT_VFS_OLD", 1), N("QFMT_VFS_V0", 2), N("QFMT_VFS_V1", 4),
	N("QFMT_OCFS2", 3), N("QFMT_SHMEM", 5),
};

static const struct flag_name quota_type_names[] = {
	N("USRQUOTA", 0), N("GRPQUOTA", 1), N("PRJQUOTA", 2),
};

static const struct flag_name rlimit_names[] = {
	N("RLIMIT_RTTIME", 15), N("RLIMIT_RTPRIO", 14), N("RLIMIT_NICE", 13),
	N("RLIMIT_MSGQUEUE", 12), N("RLIMIT_SIGPENDING", 11), N("RLIMIT_LOCKS", 10),
	N("RLIMIT_AS", 9), N("RLIMIT_MEMLOCK", 8), N("RLIMIT_NOFILE", 7), N("RLIMIT_NPROC", 6),
	N("RLIMIT_RSS", 5), N("RLIMIT_CORE", 4), N("RLIMIT_STACK", 3), N("RLIMIT_DATA", 2),
	N("RLIMIT_FSIZE", 1), N("RLIMIT_CPU", 0), ELSE("RLIMIT_UNKNOWN"),
};

/* With or without IPC_64, which 32-bit programs add. */
static const struct flag_name semctl_cmd_names[] = {
	F("IPC_STAT", 0xff, 2), F("IPC_SET", 0xff, 1), F("IPC_RMID", 0xff, 0),
	F("IPC_INFO", 0xff, 3), F("SEM_INFO", 0xff, 19), F("SEM_STAT", 0xff, 18),
	F("GETALL", 0xff, 13), F("GETNCNT", 0xff, 14), F("GETPID", 0xff, 11),
	F("GETVAL", 0xff, 12), F("GETZCNT", 0xff, 15), F("SETALL", 0xff, 17),
	F("SETVAL", 0xff, 16), F("SEM_STAT_ANY", 0xff, 20),
};

static const struct flag_name semget_names[] = {
	B("IPC_EXCL", 02000), B("IPC_CREAT", 01000),
};

static const struct flag_name semop_names[] = {
	B("IPC_NOWAIT", 04000), B("SEM_UNDO", 010000),
};

static const struct flag_name sockopt_level_names[] = {
	N("SOL_SOCKET", 1), N("SOL_TCP", 6), ELSE("UNKNOWN"),
};

/* Of SOL_SOCKET; those of other levels are not told apart. */
static const struct flag_name sockopt_name_names[] = {
	N("SO_COOKIE", 57), N("SO_MEMINFO", 55), N("SO_PEERGROUPS", 59), N("SO_ATTACH_BPF", 50),
	N("SO_INCOMING_CPU", 49), N("SO_BPF_EXTENSIONS", 48), N("SO_MAX_PACING_RATE", 47),
	N("SO_BUSY_POLL", 46), N("SO_SELECT_ERR_QUEUE", 45), N("SO_LOCK_FILTER", 44),
	N("SO_NOFCS", 43), N("SO_PEEK_OFF", 42), N("SO_WIFI_STATUS", 41), N("SO_RXQ_OVFL", 40),
	N("SO_DOMAIN", 39), N("SO_PROTOCOL", 38), N("SO_TIMESTAMPING", 37), N("SO_MARK", 36),
	N("SO_TIMESTAMPNS", 35), N("SO_PASSSEC", 34), N("SO_PEERSEC", 31),
	N("SO_ACCEPTCONN", 30), N("SO_TIMESTAMP", 29), N("SO_PEERNAME", 28),
	N("SO_DETACH_FILTER", 27), N("SO_ATTACH_FILTER", 26), N("SO_BINDTODEVICE", 25),
	N("SO_SECURITY_ENCRYPTION_NETWORK", 24), N("SO_SECURITY_ENCRYPTION_TRANSPORT", 23),
	N("SO_SECURITY_AUTHENTICATION", 22), N("SO_SNDTIMEO", 21), N("SO_RCVTIMEO", 20),
	N("SO_SNDLOWAT", 19), N("SO_RCVLOWAT", 18), N("SO_PEERCRED", 17), N("SO_PASSCRED", 16),
	N("SO_REUSEPORT", 15), N("SO_BSDCOMPAT", 14), N("SO_LINGER", 13), N("SO_PRIORITY", 12),
	N("SO_NO_CHECK", 11), N("SO_OOBINLINE", 10), N("SO_KEEPALIVE", 9),
	N("SO_RCVBUFFORCE", 33), N("SO_SNDBUFFORCE", 32), N("SO_RCVBUF", 8), N("SO_SNDBUF", 7),
	N("SO_BROADCAST", 6), N("SO_DONTROUTE", 5), N("SO_ERROR", 4), N("SO_TYPE", 3),
	N("SO_REUSEADDR", 2), N("SO_DEBUG", 1), N("SO_ATTACH_REUSEPORT_CBPF", 51),
	N("SO_ATTACH_REUSEPORT_EBPF", 52), N("SO_CNX_ADVICE", 53), N("SO_INCOMING_NAPI_ID", 56),
	N("SO_ZEROCOPY", 60), N("SO_TXTIME", 61), N("SO_BINDTOIFINDEX", 62),
	N("SO_TIMESTAMP_NEW", 63), N("SO_TIMESTAMPNS_NEW", 64), N("SO_TIMESTAMPING_NEW", 65),
	N("SO_RCVTIMEO_NEW", 66), N("SO_SNDTIMEO_NEW", 67), N("SO_DETACH_REUSEPORT_BPF", 68),
	N("SO_PREFER_BUSY_POLL", 69), N("SO_BUSY_POLL_BUDGET", 70), N("SO_NETNS_COOKIE", 71),
	N("SO_BUF_LOCK", 72), N("SO_RESERVE_MEM", 73), N("SO_TXREHASH", 74),
	N("SO_RCVMARK", 75), N("SO_PASSPIDFD", 76), N("SO_PEERPIDFD", 77), ELSE("UNKNOWN"),
};

static const struct flag_name splice_names[] = {
	B("SPLICE_F_MOVE", 1), B("SPLICE_F_NONBLOCK", 2), B("SPLICE_F_MORE", 4),
	B("SPLICE_F_GIFT", 8),
};

static const struct flag_name umount_names[] = {
	B("FORCE", 1), B("DETACH", 2), B("EXPIRE", 4), B("NOFOLLOW", 8),
};

#define SIGNALS(S)									\
	S(HUP, 1) S(INT, 2) S(QUIT, 3) S(ILL, 4) S(TRAP, 5) S(ABRT, 6) S(BUS, 7) S(FPE, 8)	\
	S(KILL, 9) S(USR1, 10) S(SEGV, 11) S(USR2, 12) S(PIPE, 13) S(ALRM, 14) S(TERM, 15)	\
	S(STKFLT, 16) S(CHLD, 17) S(CONT, 18) S(STOP, 19) S(TSTP, 20) S(TTIN, 21)	\
	S(TTOU, 22) S(URG, 23) S(XCPU, 24) S(XFSZ, 25) S(VTALRM, 26) S(PROF, 27)	\
	S(WINCH, 28) S(IO, 29) S(PWR, 30) S(SYS, 31)

static const struct flag_name signal_names[] = {
#define SIGNAL_FLAG(name, nr) N("SIG" #name, nr),
	SIGNALS(SIGNAL_FLAG)
#undef SIGNAL_FLAG
};

#define TABLE(t, k) [FLAG_TABLE_##t] = { k, t##_names, sizeof(t##_names) / sizeof(t##_names[0]) }
#define BITS(t) TABLE(t, FLAGS_BITS)
#define ENUM(t) TABLE(t, FLAGS_ENUM)
const struct flag_table flag_tables[FLAG_TABLE_COUNT] = {
	BITS(exe), BITS(clone), ENUM(signal), BITS(open), BITS(resolve), BITS(unlinkat),
	BITS(renameat2), BITS(mode), BITS(at), ENUM(family), BITS(sock), ENUM(shutdown),
	BITS(finit_module), BITS(access), ENUM(bpf_cmd), BITS(close_range), BITS(creat),
	BITS(delete_module), BITS(epoll_create1), ENUM(fcntl_cmd), BITS(fd_flags), BITS(flock),
	ENUM(fsconfig_cmd), BITS(futex_op), BITS(io_uring_enter), BITS(io_uring_feat),
	ENUM(io_uring_register_op), BITS(io_uring_setup), ENUM(keyctl_op), BITS(linkat),
	ENUM(lseek_whence), BITS(memfd), BITS(mknod_mode), BITS(mlock2), BITS(mlockall),
	BITS(mmap), BITS(mmap_prot), BITS(mount), BITS(newfstatat), BITS(pidfd_open),
	ENUM(prctl_option), ENUM(ptrace_request), ENUM(quota_cmd), BITS(quota_dqi),
	ENUM(quota_fmt), ENUM(quota_type), ENUM(rlimit), ENUM(semctl_cmd), BITS(semget),
	BITS(semop), ENUM(sockopt_level), ENUM(sockopt_name), BITS(splice), BITS(umount),
};
