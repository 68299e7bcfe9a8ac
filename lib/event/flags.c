// SPDX-License-Identifier: Apache-2.0
/*
 * Names of flags, enumeration values, errors and signals.
 *
 * Values are the kernel's own (a record holds what the caller passed); spelling and
 * order are those that Falco prints, so that `evt.arg.flags contains O_TRUNC` and
 * the like mean the same. A flag that Falco has no name for is not shown.
 */
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <string.h>

#include "event/event.h"
#include "event/flags.h"
#include "util/buf.h"

/* Not from <signal.h> and <sys/socket.h>: those pull in a second <fcntl.h>. */
#define BIT_NAME(n, v) { n, v, v }
#define ENUM_NAME(n, v) { n, ~0ull, v }

/* In this order O_TMPFILE and O_SYNC, which contain the bits of another, come first. */
static const struct flag_name open_names[] = {
	BIT_NAME("O_TMPFILE", O_TMPFILE),
	BIT_NAME("O_LARGEFILE", O_LARGEFILE),
	BIT_NAME("O_DIRECTORY", O_DIRECTORY),
	BIT_NAME("O_DIRECT", O_DIRECT),
	BIT_NAME("O_TRUNC", O_TRUNC),
	BIT_NAME("O_SYNC", O_SYNC),
	BIT_NAME("O_NONBLOCK", O_NONBLOCK),
	BIT_NAME("O_EXCL", O_EXCL),
	BIT_NAME("O_DSYNC", O_DSYNC),
	BIT_NAME("O_APPEND", O_APPEND),
	BIT_NAME("O_CREAT", O_CREAT),
	{ "O_RDWR", O_ACCMODE, O_RDWR },
	{ "O_WRONLY", O_ACCMODE, O_WRONLY },
	{ "O_RDONLY", O_ACCMODE, O_RDONLY },
	BIT_NAME("O_CLOEXEC", O_CLOEXEC),
	BIT_NAME("O_F_CREATED", OPEN_X_CREATED),
	BIT_NAME("FD_UPPER_LAYER", OPEN_X_UPPER),
	BIT_NAME("FD_LOWER_LAYER", OPEN_X_LOWER),
};

static const struct flag_name clone_names[] = {
	BIT_NAME("CLONE_FILES", CLONE_FILES),
	BIT_NAME("CLONE_FS", CLONE_FS),
	BIT_NAME("CLONE_IO", CLONE_IO),
	BIT_NAME("CLONE_NEWIPC", CLONE_NEWIPC),
	BIT_NAME("CLONE_NEWNET", CLONE_NEWNET),
	BIT_NAME("CLONE_NEWNS", CLONE_NEWNS),
	BIT_NAME("CLONE_NEWPID", CLONE_NEWPID),
	BIT_NAME("CLONE_NEWUTS", CLONE_NEWUTS),
	BIT_NAME("CLONE_PARENT", CLONE_PARENT),
	BIT_NAME("CLONE_PARENT_SETTID", CLONE_PARENT_SETTID),
	BIT_NAME("CLONE_PTRACE", CLONE_PTRACE),
	BIT_NAME("CLONE_SIGHAND", CLONE_SIGHAND),
	BIT_NAME("CLONE_SYSVSEM", CLONE_SYSVSEM),
	BIT_NAME("CLONE_THREAD", CLONE_THREAD),
	BIT_NAME("CLONE_UNTRACED", CLONE_UNTRACED),
	BIT_NAME("CLONE_VM", CLONE_VM),
	BIT_NAME("CLONE_NEWUSER", CLONE_NEWUSER),
	BIT_NAME("CLONE_CHILD_CLEARTID", CLONE_CHILD_CLEARTID),
	BIT_NAME("CLONE_CHILD_SETTID", CLONE_CHILD_SETTID),
	BIT_NAME("CLONE_SETTLS", CLONE_SETTLS),
	BIT_NAME("CLONE_VFORK", CLONE_VFORK),
	BIT_NAME("CLONE_NEWCGROUP", CLONE_NEWCGROUP),
};

static const struct flag_name mode_names[] = {
	BIT_NAME("S_IXOTH", 00001), BIT_NAME("S_IWOTH", 00002), BIT_NAME("S_IROTH", 00004),
	BIT_NAME("S_IXGRP", 00010), BIT_NAME("S_IWGRP", 00020), BIT_NAME("S_IRGRP", 00040),
	BIT_NAME("S_IXUSR", 00100), BIT_NAME("S_IWUSR", 00200), BIT_NAME("S_IRUSR", 00400),
	BIT_NAME("S_ISVTX", 01000), BIT_NAME("S_ISGID", 02000), BIT_NAME("S_ISUID", 04000),
};

static const struct flag_name exe_names[] = {
	BIT_NAME("EXE_WRITABLE", FALCOC_EXE_WRITABLE),
	BIT_NAME("EXE_UPPER_LAYER", FALCOC_EXE_UPPER),
	BIT_NAME("EXE_FROM_MEMFD", FALCOC_EXE_MEMFD),
	BIT_NAME("EXE_LOWER_LAYER", FALCOC_EXE_LOWER),
};

static const struct flag_name resolve_names[] = {
	BIT_NAME("RESOLVE_BENEATH", RESOLVE_BENEATH),
	BIT_NAME("RESOLVE_IN_ROOT", RESOLVE_IN_ROOT),
	BIT_NAME("RESOLVE_NO_MAGICLINKS", RESOLVE_NO_MAGICLINKS),
	BIT_NAME("RESOLVE_NO_SYMLINKS", RESOLVE_NO_SYMLINKS),
	BIT_NAME("RESOLVE_NO_XDEV", RESOLVE_NO_XDEV),
	BIT_NAME("RESOLVE_CACHED", 0x20),	/* since 5.12, not in every <linux/openat2.h> */
};

static const struct flag_name unlinkat_names[] = {
	BIT_NAME("AT_REMOVEDIR", AT_REMOVEDIR),
};

static const struct flag_name at_names[] = {
	BIT_NAME("AT_SYMLINK_NOFOLLOW", AT_SYMLINK_NOFOLLOW),
	BIT_NAME("AT_SYMLINK_FOLLOW", AT_SYMLINK_FOLLOW),
	BIT_NAME("AT_EMPTY_PATH", AT_EMPTY_PATH),
};

static const struct flag_name renameat2_names[] = {
	BIT_NAME("RENAME_NOREPLACE", 1),
	BIT_NAME("RENAME_EXCHANGE", 2),
	BIT_NAME("RENAME_WHITEOUT", 4),
};

static const struct flag_name sock_names[] = {
	ENUM_NAME("O_NONE", 0),
	BIT_NAME("O_NONBLOCK", O_NONBLOCK),	/* SOCK_NONBLOCK and SOCK_CLOEXEC are these */
	BIT_NAME("O_CLOEXEC", O_CLOEXEC),
};

static const struct flag_name finit_module_names[] = {
	BIT_NAME("MODULE_INIT_IGNORE_MODVERSIONS", 1),
	BIT_NAME("MODULE_INIT_IGNORE_VERMAGIC", 2),
	BIT_NAME("MODULE_INIT_COMPRESSED_FILE", 4),
};

static const struct flag_name shutdown_names[] = {
	ENUM_NAME("SHUT_RD", 0), ENUM_NAME("SHUT_WR", 1), ENUM_NAME("SHUT_RDWR", 2),
};

static const struct flag_name family_names[] = {
	ENUM_NAME("AF_NFC", 39), ENUM_NAME("AF_ALG", 38), ENUM_NAME("AF_CAIF", 37),
	ENUM_NAME("AF_IEEE802154", 36), ENUM_NAME("AF_PHONET", 35), ENUM_NAME("AF_ISDN", 34),
	ENUM_NAME("AF_RXRPC", 33), ENUM_NAME("AF_IUCV", 32), ENUM_NAME("AF_BLUETOOTH", 31),
	ENUM_NAME("AF_TIPC", 30), ENUM_NAME("AF_CAN", 29), ENUM_NAME("AF_LLC", 26),
	ENUM_NAME("AF_WANPIPE", 25), ENUM_NAME("AF_PPPOX", 24), ENUM_NAME("AF_IRDA", 23),
	ENUM_NAME("AF_SNA", 22), ENUM_NAME("AF_RDS", 21), ENUM_NAME("AF_ATMSVC", 20),
	ENUM_NAME("AF_ECONET", 19), ENUM_NAME("AF_ASH", 18), ENUM_NAME("AF_PACKET", 17),
	ENUM_NAME("AF_ROUTE", 16), ENUM_NAME("AF_NETLINK", 16), ENUM_NAME("AF_KEY", 15),
	ENUM_NAME("AF_SECURITY", 14), ENUM_NAME("AF_NETBEUI", 13), ENUM_NAME("AF_DECnet", 12),
	ENUM_NAME("AF_ROSE", 11), ENUM_NAME("AF_INET6", 10), ENUM_NAME("AF_X25", 9),
	ENUM_NAME("AF_ATMPVC", 8), ENUM_NAME("AF_BRIDGE", 7), ENUM_NAME("AF_NETROM", 6),
	ENUM_NAME("AF_APPLETALK", 5), ENUM_NAME("AF_IPX", 4), ENUM_NAME("AF_AX25", 3),
	ENUM_NAME("AF_INET", 2), ENUM_NAME("AF_LOCAL", 1), ENUM_NAME("AF_UNIX", 1),
	ENUM_NAME("AF_UNSPEC", 0),
	/* younger than Falco's list */
	ENUM_NAME("AF_VSOCK", 40), ENUM_NAME("AF_KCM", 41), ENUM_NAME("AF_QIPCRTR", 42),
	ENUM_NAME("AF_SMC", 43), ENUM_NAME("AF_XDP", 44), ENUM_NAME("AF_MCTP", 45),
};

#define SIGNALS(S)									\
	S(HUP, 1) S(INT, 2) S(QUIT, 3) S(ILL, 4) S(TRAP, 5) S(ABRT, 6) S(BUS, 7) S(FPE, 8)	\
	S(KILL, 9) S(USR1, 10) S(SEGV, 11) S(USR2, 12) S(PIPE, 13) S(ALRM, 14) S(TERM, 15)	\
	S(STKFLT, 16) S(CHLD, 17) S(CONT, 18) S(STOP, 19) S(TSTP, 20) S(TTIN, 21)	\
	S(TTOU, 22) S(URG, 23) S(XCPU, 24) S(XFSZ, 25) S(VTALRM, 26) S(PROF, 27)	\
	S(WINCH, 28) S(IO, 29) S(PWR, 30) S(SYS, 31)

static const struct flag_name signal_names[] = {
#define SIGNAL_FLAG(name, nr) ENUM_NAME("SIG" #name, nr),
	SIGNALS(SIGNAL_FLAG)
#undef SIGNAL_FLAG
};

#define TABLE(t, k) [FLAG_TABLE_##t] = { k, t##_names, sizeof(t##_names) / sizeof(t##_names[0]) }
const struct flag_table flag_tables[FLAG_TABLE_COUNT] = {
	TABLE(exe, FLAGS_BITS), TABLE(clone, FLAGS_BITS), TABLE(signal, FLAGS_ENUM),
	TABLE(open, FLAGS_BITS), TABLE(resolve, FLAGS_BITS), TABLE(unlinkat, FLAGS_BITS),
	TABLE(renameat2, FLAGS_BITS), TABLE(mode, FLAGS_BITS), TABLE(at, FLAGS_BITS),
	TABLE(family, FLAGS_ENUM), TABLE(sock, FLAGS_BITS), TABLE(shutdown, FLAGS_ENUM),
	TABLE(finit_module, FLAGS_BITS),
};
#undef TABLE

/* Appends while there is room; the longest list of any table is well below the buffer. */
struct joined {
	char text[768];
	size_t len;
};

static void joined_add(struct joined *j, const char *name)
{
	size_t n = strlen(name);

	if (j->len + n + 2 > sizeof(j->text))
		return;
	if (j->len)
		j->text[j->len++] = '|';
	memcpy(j->text + j->len, name, n);
	j->len += n;
}

struct slice flags_format(const struct flag_table *t, uint64_t value, struct arena *scratch)
{
	uint64_t shown = 0;	/* bits that a name was given for */
	struct joined j;
	char *text;

	j.len = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct flag_name *f = &t->names[i];

		if ((value & f->mask) != f->value || (shown & f->mask))
			continue;
		joined_add(&j, f->name);
		if (t->kind == FLAGS_BITS)
			shown |= f->mask;
	}
	text = j.len ? arena_slicedup(scratch, (struct slice){ j.text, j.len }) : NULL;
	return text ? (struct slice){ text, j.len } : (struct slice){ "", 0 };
}

const char *signal_name(unsigned int sig)
{
	for (size_t i = 0; i < flag_tables[FLAG_TABLE_signal].n; i++) {
		if (signal_names[i].value == sig)
			return signal_names[i].name;
	}
	return NULL;
}

/* Those above 511 never reach a program, but a record made at the call's end may hold them. */
#define ERRNOS(E)									\
	E(EPERM) E(ENOENT) E(ESRCH) E(EINTR) E(EIO) E(ENXIO) E(E2BIG) E(ENOEXEC) E(EBADF)\
	E(ECHILD) E(EAGAIN) E(ENOMEM) E(EACCES) E(EFAULT) E(ENOTBLK) E(EBUSY) E(EEXIST)	\
	E(EXDEV) E(ENODEV) E(ENOTDIR) E(EISDIR) E(EINVAL) E(ENFILE) E(EMFILE) E(ENOTTY)	\
	E(ETXTBSY) E(EFBIG) E(ENOSPC) E(ESPIPE) E(EROFS) E(EMLINK) E(EPIPE) E(EDOM)	\
	E(ERANGE) E(EDEADLK) E(ENAMETOOLONG) E(ENOLCK) E(ENOSYS) E(ENOTEMPTY) E(ELOOP)	\
	E(ENOMSG) E(EIDRM) E(ECHRNG) E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELNRNG) E(EUNATCH)\
	E(ENOCSI) E(EL2HLT) E(EBADE) E(EBADR) E(EXFULL) E(ENOANO) E(EBADRQC) E(EBADSLT)	\
	E(EBFONT) E(ENOSTR) E(ENODATA) E(ETIME) E(ENOSR) E(ENONET) E(ENOPKG) E(EREMOTE)	\
	E(ENOLINK) E(EADV) E(ESRMNT) E(ECOMM) E(EPROTO) E(EMULTIHOP) E(EDOTDOT) E(EBADMSG)\
	E(EOVERFLOW) E(ENOTUNIQ) E(EBADFD) E(EREMCHG) E(ELIBACC) E(ELIBBAD) E(ELIBSCN)	\
	E(ELIBMAX) E(ELIBEXEC) E(EILSEQ) E(ERESTART) E(ESTRPIPE) E(EUSERS) E(ENOTSOCK)	\
	E(EDESTADDRREQ) E(EMSGSIZE) E(EPROTOTYPE) E(ENOPROTOOPT) E(EPROTONOSUPPORT)	\
	E(ESOCKTNOSUPPORT) E(EOPNOTSUPP) E(EPFNOSUPPORT) E(EAFNOSUPPORT) E(EADDRINUSE)	\
	E(EADDRNOTAVAIL) E(ENETDOWN) E(ENETUNREACH) E(ENETRESET) E(ECONNABORTED)	\
	E(ECONNRESET) E(ENOBUFS) E(EISCONN) E(ENOTCONN) E(ESHUTDOWN) E(ETOOMANYREFS)	\
	E(ETIMEDOUT) E(ECONNREFUSED) E(EHOSTDOWN) E(EHOSTUNREACH) E(EALREADY)		\
	E(EINPROGRESS) E(ESTALE) E(EUCLEAN) E(ENOTNAM) E(ENAVAIL) E(EISNAM) E(EREMOTEIO)	\
	E(EDQUOT) E(ENOMEDIUM) E(EMEDIUMTYPE) E(ECANCELED) E(ENOKEY) E(EKEYEXPIRED)	\
	E(EKEYREVOKED) E(EKEYREJECTED) E(EOWNERDEAD) E(ENOTRECOVERABLE) E(ERFKILL) E(EHWPOISON)

const char *errno_name(int err)
{
	switch (err) {
#define ERRNO_CASE(e) case e: return #e;
	ERRNOS(ERRNO_CASE)
#undef ERRNO_CASE
	case 512: return "ERESTARTSYS";
	case 513: return "ERESTARTNOINTR";
	case 514: return "ERESTARTNOHAND";
	case 515: return "ENOIOCTLCMD";
	case 516: return "ERESTART_RESTARTBLOCK";
	case 517: return "EPROBE_DEFER";
	case 518: return "EOPENSTALE";
	case 524: return "ENOTSUPP";
	case 529: return "EIOCBQUEUED";
	default: return NULL;
	}
}
