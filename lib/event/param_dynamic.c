// SPDX-License-Identifier: Apache-2.0
/*
 * Parameters whose type depends on others: what ptrace passes, options of sockets, arguments
 * of keyctl; and the descriptors of a poll.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "event/param.h"
#include "util/buf.h"

#define NS_PER_S	1000000000ull
#define NS_PER_US	1000ull

/* Requests of ptrace whose data is a signal to deliver. */
enum {
	REQUEST_CONT = 7, REQUEST_SINGLESTEP = 9, REQUEST_DETACH = 17, REQUEST_SYSCALL = 24,
};

static void ptrace_value(const struct event *ev, const struct event_param_def *p, uint64_t raw,
			 struct value *ret_value)
{
	*ret_value = (struct value){ .type = VALUE_UINT64, .u = raw };
	if (strcmp(p->name, "data") != 0)
		return;
	switch (ev->rec->arg[0]) {
	case REQUEST_CONT:
	case REQUEST_SINGLESTEP:
	case REQUEST_DETACH:
	case REQUEST_SYSCALL:
		*ret_value = (struct value){ .type = VALUE_SIGTYPE, .u = (uint8_t)raw };
	}
}

/* Options of SOL_SOCKET that are no int. */
enum option_form { OPTION_INT, OPTION_BYTES, OPTION_ERRNO, OPTION_U64, OPTION_TIMEVAL };

static enum option_form option_form(uint64_t level, uint64_t name)
{
	if (level != SOL_SOCKET)
		return OPTION_BYTES;
	switch (name) {
	case SO_ERROR:
		return OPTION_ERRNO;
	case 20:	/* SO_RCVTIMEO and SO_SNDTIMEO, whose names hide two numbers each */
	case 21:
	case 66:
	case 67:
		return OPTION_TIMEVAL;
	case SO_COOKIE:
		return OPTION_U64;
	case SO_LINGER:
	case SO_PEERCRED:
	case SO_BINDTODEVICE:
	case SO_ATTACH_FILTER:
	case SO_PEERNAME:
	case SO_PEERSEC:
	case SO_ATTACH_REUSEPORT_CBPF:
	case SO_MEMINFO:
	case SO_PEERGROUPS:
	case SO_TXTIME:
		return OPTION_BYTES;
	default:
		return OPTION_INT;
	}
}

/* The option's value in the form that it has; what is too short for it is shown as bytes. */
static void option_value(const struct event *ev, struct slice bytes, struct value *ret_value)
{
	enum option_form form = option_form(ev->rec->arg[1], ev->rec->arg[2]);
	uint64_t u64[2] = { 0 };
	int32_t i32 = 0;

	*ret_value = (struct value){ .type = VALUE_BYTEBUF, .s = bytes };
	if (form == OPTION_TIMEVAL && bytes.len >= sizeof(u64)) {
		memcpy(u64, bytes.ptr, sizeof(u64));
		*ret_value = (struct value){ .type = VALUE_RELTIME,
					     .u = u64[0] * NS_PER_S + u64[1] * NS_PER_US };
	} else if (form == OPTION_U64 && bytes.len >= sizeof(u64[0])) {
		memcpy(u64, bytes.ptr, sizeof(u64[0]));
		*ret_value = (struct value){ .type = VALUE_UINT64, .u = u64[0] };
	} else if ((form == OPTION_INT || form == OPTION_ERRNO) && bytes.len >= sizeof(i32)) {
		memcpy(&i32, bytes.ptr, sizeof(i32));
		if (form == OPTION_INT)
			*ret_value = (struct value){ .type = VALUE_UINT32, .u = (uint32_t)i32 };
		else
			*ret_value = (struct value){ .type = VALUE_ERRNO, .i = -(int64_t)i32 };
	}
}

/* Those that are text where the record has one, and else what was passed. */
static bool text_or_number(const struct event *ev, enum falcoc_source src,
			   struct value *ret_value)
{
	static const struct {
		unsigned char source, attr, arg;
	} both[] = {
		{ FALCOC_SRC_TEXT0_ARG1, FALCOC_A_TEXT0, 1 },
		{ FALCOC_SRC_TEXT1_ARG2, FALCOC_A_TEXT1, 2 },
		{ FALCOC_SRC_TEXT2_ARG3, FALCOC_A_TEXT2, 3 },
	};
	struct slice text;

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		if (both[i].source != src)
			continue;
		if (event_str(ev, both[i].attr, &text))
			*ret_value = (struct value){ .type = VALUE_CHARBUF, .s = text };
		else
			*ret_value = (struct value){ .type = VALUE_INT64,
						     .i = (int64_t)ev->rec->arg[both[i].arg] };
		return true;
	}
	return false;
}

bool param_dynamic(const struct event *ev, const struct event_param_def *p,
		   struct value *ret_value)
{
	struct slice bytes;
	uint64_t raw;

	if (p->source == FALCOC_SRC_VALUE) {
		if (!event_bytes(ev, FALCOC_A_VALUE, &bytes))
			return false;
		option_value(ev, bytes, ret_value);
		return true;
	}
	if (text_or_number(ev, p->source, ret_value))
		return true;
	if (!param_number(ev, p, &raw))
		return false;
	if (ev->rec->event == FALCOC_E_PTRACE)
		ptrace_value(ev, p, raw, ret_value);
	else
		*ret_value = (struct value){ .type = VALUE_INT64, .i = (int64_t)raw };
	return true;
}

bool event_param_dynamic(const struct event *ev, unsigned int i, struct value *ret_value)
{
	const struct event_def *def = event_def(ev->rec->event);

	return i < def->nparams && def->params[i].type == VALUE_DYNAMIC &&
	       param_dynamic(ev, &def->params[i], ret_value);
}

bool param_dynamic_raw(const struct event *ev, const struct event_param_def *p,
		       struct arena *scratch, struct slice *ret_text)
{
	struct value v;

	return param_dynamic(ev, p, &v) &&
	       param_value_raw(event_def(ev->rec->event), p, &v, scratch, ret_text);
}

/* The kernel's POLL* as Falco numbers them, in this order from bit 0. */
unsigned int event_poll_bits(unsigned int revents)
{
	static const unsigned short bits[] = {
		0x1, 0x2, 0x4, 0x2000, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200,
	};
	unsigned int out = 0;

	for (unsigned int i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		out |= revents & bits[i] ? 1u << i : 0;
	return out;
}

bool param_fdlist(const struct event *ev, struct arena *scratch, struct slice *ret_text)
{
	struct buf text = BUF_INIT;
	struct falcoc_pollfd pfd;
	struct slice bytes;
	char *copy;

	if (!event_bytes(ev, FALCOC_A_FDLIST, &bytes))
		return false;
	for (size_t at = 0; at + sizeof(pfd) <= bytes.len; at += sizeof(pfd)) {
		memcpy(&pfd, bytes.ptr + at, sizeof(pfd));
		if (pfd.revents)
			buf_printf(&text, "%s%d:?%x", text.len ? " " : "", pfd.fd,
				   event_poll_bits((unsigned short)pfd.revents));
	}
	copy = arena_slicedup(scratch, buf_slice(&text));
	*ret_text = (struct slice){ copy, copy ? text.len : 0 };
	buf_release(&text);
	return copy;
}
