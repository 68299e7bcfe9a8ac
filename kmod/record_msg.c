// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_msg.c - messages through sockets, and sockets' options
 */
#include <linux/net.h>
#include <linux/socket.h>

#include "record.h"

#define MESSAGES_MAX 16		/* of one call, whose data are recorded */
#define ELEMENTS_MAX (2 * UIO_MAXIOV)	/* of vectors of one call, whose sizes are added up */

/* A struct msghdr of the caller's, in one form. */
struct message {
	u64 name;
	s32 name_len;
	struct user_iov iov;
	u64 control, control_len;
};

#define MSGHDR_BYTES(call) (call_has_ptr32(call) ? 28 : 56)
#define MMSGHDR_BYTES(call) (call_has_ptr32(call) ? 32 : 64)

static bool message_read(struct record *record, const struct call *call, u64 ptr,
			 struct message *ret_message)
{
	u64 wide[7];	/* each member in a word of its own, with padding */
	u32 narrow[7];

	if (!call_has_ptr32(call)) {
		if (!user_read(record, wide, ptr, sizeof(wide)))
			return false;
		*ret_message = (struct message){
			.name = wide[0], .name_len = wide[1], .iov = { wide[2], wide[3], ~0ULL },
			.control = wide[4], .control_len = wide[5],
		};
		return true;
	}
	if (!user_read(record, narrow, ptr, sizeof(narrow)))
		return false;
	*ret_message = (struct message){
		.name = narrow[0], .name_len = narrow[1], .iov = { narrow[2], narrow[3], ~0ULL },
		.control = narrow[4], .control_len = narrow[5],
	};
	return true;
}

/* Size, address, data and what came beside them; moved: bytes of data. */
static void attr_message(struct record *record, const struct call *call, s64 moved, bool received)
{
	struct message message;

	if (!message_read(record, call, call->arg[1], &message))
		return;
	attr_u64(record, FALCOC_A_OUT, iov_bytes(record, call, &message.iov));
	if (!received)
		attr_sockaddr(record, message.name, message.name_len);
	else if (moved >= 0)
		attr_user_sockaddr(record, message.name, message.name_len);
	if (received && moved >= 0)
		attr_value(record, FALCOC_A_CONTROL, FALCOC_CONTROL_MAX, message.control,
			   message.control_len);
	attr_iov_data(record, call, &message.iov, 1, moved);
}

static s64 moved(const struct call *call)
{
	return call_is_enter(call) ? -1 : call->res;
}

/* The kernel's copy of the message tells all but the data, and these are its caller's to change. */
void record_sendmsg(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	if (!record->snap && attr_caught(record, FALCOC_A_OUT))
		attr_caught(record, FALCOC_A_SOCKADDR);
	else
		attr_message(record, call, moved(call), false);
}

void record_recvmsg(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	attr_message(record, call, moved(call), true);
}

/*
 * Several messages at once, result: how many. One that sends is told once more for each
 * further address (syscall_record()), without size and data. Else the first one's address and
 * control data stand for all. Size counts all (of ELEMENTS_MAX buffers: whoever passes more
 * would keep the CPU busy), and the data are those of the first MESSAGES_MAX.
 */
static void attr_messages(struct record *record, const struct call *call, bool received)
{
	unsigned int i, n = 0, count = min_t(u32, call->arg[2], UIO_MAXIOV);
	s64 elements = ELEMENTS_MAX;
	struct user_iov iovs[MESSAGES_MAX];
	struct message message, first = {};
	u64 ptr, size = 0, sum = 0;
	s64 done = moved(call);
	u32 len;

	for (i = 0; i < count && (done < 0 || i < done); i++) {
		ptr = call->arg[1] + i * MMSGHDR_BYTES(call);
		if (!message_read(record, call, ptr, &message))
			break;
		if (!i)
			first = message;
		if (elements > 0)
			size += iov_bytes(record, call, &message.iov);
		elements -= min_t(u64, message.iov.count, UIO_MAXIOV);
		if (done <= 0 || n == MESSAGES_MAX ||
		    !user_read(record, &len, ptr + MSGHDR_BYTES(call), sizeof(len)))
			continue;
		iovs[n] = message.iov;
		iovs[n++].moved = len;
		sum += len;
	}
	attr_u64(record, FALCOC_A_OUT, size);
	if (!received)
		attr_sockaddr(record, first.name, first.name_len);
	else if (done > 0)
		attr_user_sockaddr(record, first.name, first.name_len);
	if (received && done > 0)
		attr_value(record, FALCOC_A_CONTROL, FALCOC_CONTROL_MAX, first.control,
			   first.control_len);
	attr_iov_data(record, call, iovs, n, sum);
}

void record_sendmmsg(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	if (record->sent)
		attr_caught(record, FALCOC_A_SOCKADDR);
	else
		attr_messages(record, call, false);
}

void record_recvmmsg(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	attr_messages(record, call, true);
}

void record_sendto(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	attr_sockaddr(record, call->arg[4], (s32)call->arg[5]);
	attr_data(record, call->arg[1], moved(call));
}

/* The address that the kernel wrote back: the sender's. */
void record_recvfrom(struct record *record, const struct call *call)
{
	s32 len;

	attr_sock_fd(record, call->arg[0], NULL);
	if (moved(call) < 0)
		return;
	if (call->arg[4] && call->arg[5] && user_read(record, &len, call->arg[5], sizeof(len)))
		attr_user_sockaddr(record, call->arg[4], len);
	attr_data(record, call->arg[1], call->res);
}

/* socket, level, option, value, length */
void record_setsockopt(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	attr_value(record, FALCOC_A_VALUE, FALCOC_VALUE_MAX, call->arg[3], (s32)call->arg[4]);
}

/* Likewise, but the length is told through a pointer. */
void record_getsockopt(struct record *record, const struct call *call)
{
	s32 len;

	attr_sock_fd(record, call->arg[0], NULL);
	if (!call->arg[4] || !user_read(record, &len, call->arg[4], sizeof(len)))
		return;
	attr_u64(record, FALCOC_A_OUT, (u32)len);
	if (moved(call) >= 0)
		attr_value(record, FALCOC_A_VALUE, FALCOC_VALUE_MAX, call->arg[3], len);
}
