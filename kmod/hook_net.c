// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_net.c - what hooks catch of sockets: the very socket, the kernel's copy of an address
 *
 * A call that blocks, such as connect or accept, has been seen by its hook before: what
 * another thread does to the descriptor or to the address meanwhile changes nothing.
 */
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "hook.h"
#include "inflight.h"

/* NULL, too, for a socket of the kernel's own, which has no file. */
static struct inflight *keep_sock(const struct pt_regs *regs, u64 hook)
{
	const struct socket *sock = (const struct socket *)hook_arg(regs, 0);
	struct inflight *inflight;

	if (!sock->file)
		return NULL;
	inflight = inflight_get(hook);
	if (inflight)
		inflight_keep_sock(inflight, sock->file);
	return inflight;
}

static void keep_sockaddr(struct inflight *inflight, const void *addr, int len)
{
	if (addr && len > 0)
		inflight_keep(inflight, FALCOC_A_SOCKADDR, 0, addr,
			      min_t(int, len, sizeof(struct sockaddr_storage)), 0);
}

void hook_socket(const struct pt_regs *regs, u64 hook)
{
	keep_sock(regs, hook);
}

void hook_sockaddr(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = keep_sock(regs, hook);

	if (inflight)
		keep_sockaddr(inflight, (const void *)hook_arg(regs, 1), hook_arg(regs, 2));
}

/*
 * (socket, message, size). sendmmsg comes here for each message: of the first its size is kept,
 * too, for calls that send no other.
 */
void hook_sendmsg(const struct pt_regs *regs, u64 hook)
{
	const struct msghdr *msg = (const struct msghdr *)hook_arg(regs, 1);
	struct inflight *inflight = keep_sock(regs, hook);
	u64 size;

	if (!inflight)
		return;
	if (!inflight->nmsgs++) {
		size = (s32)hook_arg(regs, 2);
		inflight_keep(inflight, FALCOC_A_OUT, 0, &size, sizeof(size), 0);
		keep_sockaddr(inflight, msg->msg_name, msg->msg_namelen);
	} else if (msg->msg_name && msg->msg_namelen > 0) {
		inflight_keep_sent(inflight, msg->msg_name, msg->msg_namelen);
	}
}
