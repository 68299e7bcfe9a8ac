// SPDX-License-Identifier: Apache-2.0
/*
 * quick.c - the most common calls, where nobody wants to know of them
 *
 * Most calls of a busy machine read, write or close, and change next to nothing in the tables. Where no
 * rule looks at them, that little is done here, without making the event whole first (convert.c) and
 * without what goes before it is given out (parse.c). The tables are the same afterwards; where
 * anything about an event is unusual, the answer is no and it takes the whole way.
 */
#include "scap/internal.h"

/* Where fcntl has its command, and those that change something. */
#define FCNTL_CMD	2
#define FCNTL_DUPFD	1
#define FCNTL_SETFD	3
#define FCNTL_DUPFD_CLOEXEC	26

bool scap_is_quick(unsigned int type, int event)
{
	const struct scap_type *t = &scap_types[type];

	if (!(type & 1) || (t->flags & (SCAP_T_OLD | SCAP_T_UNUSED | SCAP_T_LARGE)) ||
	    !(t->fd & SCAP_T_USES_FD) || (t->fd & SCAP_T_FD_PARAM) == SCAP_T_FD_PARAM)
		return false;
	switch (event) {
	case FALCOC_E_READ:
	case FALCOC_E_READV:
	case FALCOC_E_PREAD:
	case FALCOC_E_PREADV:
	case FALCOC_E_WRITE:
	case FALCOC_E_WRITEV:
	case FALCOC_E_PWRITE:
	case FALCOC_E_PWRITEV:
	case FALCOC_E_CLOSE:
	case FALCOC_E_FCNTL:
		return true;
	default:
		return false;
	}
}

/* Only a command that changes nothing. */
static bool is_plain_fcntl(const struct scap *s)
{
	uint64_t cmd;

	/* a command that the entry told is not looked for */
	if (s->ev.nparams != scap_types[s->ev.type].nparams || !scap_has(s, FCNTL_CMD))
		return false;
	cmd = scap_uint(s, FCNTL_CMD);
	return cmd != FCNTL_DUPFD && cmd != FCNTL_SETFD && cmd != FCNTL_DUPFD_CLOEXEC;
}

bool scap_quick(struct scap *s, struct scap_thread *th, int event)
{
	const unsigned int at = scap_types[s->ev.type].fd & SCAP_T_FD_PARAM;
	struct slice num;
	struct scap_fd *f;
	bool failed;

	if (!th || (s->ev.flags & 1) || !s->ev.nparams || s->ev.param[0].len != sizeof(int64_t) ||
	    th->last_type + 1 == s->ev.type || (event == FALCOC_E_FCNTL && !is_plain_fcntl(s)) ||
	    !scap_convert_param(&s->ev, th->enter, at, &num))
		return false;
	memcpy(&th->last_fd, num.ptr, sizeof(th->last_fd));
	th->last_fd = (int64_t)le64toh((uint64_t)th->last_fd);
	failed = scap_int(s, 0) < 0;
	if (event == FALCOC_E_CLOSE) {
		if (!failed)
			scap_fd_remove(&s->threads, th, th->last_fd);
	} else if (event != FALCOC_E_FCNTL && !failed) {
		f = scap_fd_find(&s->threads, th, th->last_fd);
		if (f && scap_is_inet(f))
			f->connected = true;
	}
	return true;
}
