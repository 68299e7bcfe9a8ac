// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers as names: flags, enumeration values, errors, signals. The tables are in flag_names.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "event/event.h"
#include "event/flags.h"
#include "util/buf.h"

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

		if ((value & f->mask) != f->value || (shown & f->mask) || (!f->mask && j.len))
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
		if (flag_tables[FLAG_TABLE_signal].names[i].value == sig)
			return flag_tables[FLAG_TABLE_signal].names[i].name;
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
