// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_net.c - sockets
 *
 * Addresses, ports and state come from struct sock. Fields are read without the
 * socket's lock, as getsockname(2) and sock_diag do: another thread may be changing
 * them, but each is read whole. Which socket it is, and the address as passed, come from
 * the hooks that saw the kernel at it; where they did not, from the descriptor and from
 * the caller's memory at the end of the call.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/un.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat/af_unix.h"
#include "compat/net.h"
#include "inflight.h"
#include "record.h"

static void fill_inet4(struct falcoc_sock *attr, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	__be32 local = READ_ONCE(inet->inet_rcv_saddr) ?: READ_ONCE(inet->inet_saddr);
	__be32 remote = READ_ONCE(inet->inet_daddr);

	memcpy(attr->laddr, &local, sizeof(local));
	memcpy(attr->raddr, &remote, sizeof(remote));
	attr->lport = ntohs(READ_ONCE(inet->inet_sport));
	attr->rport = ntohs(READ_ONCE(inet->inet_dport));
}

/* Is this `::` or an IPv4 address in IPv6's clothes? */
static bool is_mapped_or_any(const struct in6_addr *addr, bool *ret_mapped)
{
	*ret_mapped = ipv6_addr_v4mapped(addr);
	return *ret_mapped || ipv6_addr_any(addr);
}

static noinline void fill_inet6(struct falcoc_sock *attr, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct inet_sock *inet = inet_sk(sk);
	struct in6_addr local = sk->sk_v6_rcv_saddr, remote = sk->sk_v6_daddr;
	bool local_mapped, remote_mapped;

	if (ipv6_addr_any(&local) && inet6_sk(sk))
		local = inet6_sk(sk)->saddr;
	attr->lport = ntohs(READ_ONCE(inet->inet_sport));
	attr->rport = ntohs(READ_ONCE(inet->inet_dport));
	if (is_mapped_or_any(&local, &local_mapped) &&
	    is_mapped_or_any(&remote, &remote_mapped) && (local_mapped || remote_mapped)) {
		attr->family = AF_INET;
		memcpy(attr->laddr, &local.s6_addr32[3], sizeof(__be32));
		memcpy(attr->raddr, &remote.s6_addr32[3], sizeof(__be32));
		return;
	}
	memcpy(attr->laddr, &local, sizeof(local));
	memcpy(attr->raddr, &remote, sizeof(remote));
#endif
}

/*
 * Where the call itself does not tell. A socket that accept makes knows the interface that
 * the SYN came in by, as that of its multicasts, which nobody can set on a stream. (The
 * limit of the listener's queue, which it has too, may be 0.) In IPv6 a client may have
 * got one as well, by IPV6_RECVPKTINFO; without a listener's limit it could be either.
 */
static enum falcoc_role tcp_role(const struct sock *sk)
{
	if (READ_ONCE(inet_sk(sk)->mc_index))
		return FALCOC_ROLE_SERVER;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && inet6_sk(sk) && READ_ONCE(inet6_sk(sk)->mcast_oif))
		return READ_ONCE(sk->sk_max_ack_backlog) ? FALCOC_ROLE_SERVER : FALCOC_ROLE_UNKNOWN;
#endif
	if (READ_ONCE(inet_sk(sk)->inet_dport))
		return FALCOC_ROLE_CLIENT;
	return FALCOC_ROLE_UNKNOWN;
}

static enum falcoc_role sock_role(const struct sock *sk)
{
	if (sk->sk_state == TCP_LISTEN)
		return FALCOC_ROLE_SERVER;
	if ((sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	    sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP)
		return tcp_role(sk);
	return FALCOC_ROLE_UNKNOWN;
}

/* Its name never changes nor goes away once it is set. */
static void attr_unix_name(struct record *record, enum falcoc_attr_id id, struct sock *sk)
{
	/* pairs with the store-release in unix_bind() */
	const struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);
	char name[UNIX_PATH_MAX + 1];
	unsigned int i;
	int len;

	if (!addr)
		return;
	len = addr->len - (int)offsetof(struct sockaddr_un, sun_path);
	if (len <= 0 || len > UNIX_PATH_MAX + 1)
		return;
	memcpy(name, addr->name->sun_path, len);
	if (!name[0]) {		/* abstract: any bytes, shown as /proc/net/unix does */
		for (i = 0; i < len; i++)
			if (!name[i])
				name[i] = '@';
	} else {
		len = strnlen(name, len);
	}
	attr_string(record, id, name, len);
}

static void attr_unix_names(struct record *record, struct sock *sk, struct sock *peer)
{
	attr_unix_name(record, FALCOC_A_UNIX_LOCAL, sk);
	if (peer)
		attr_unix_name(record, FALCOC_A_UNIX_PEER, peer);
}

static __always_inline void fill_sides(struct falcoc_sock *ret_attr, const struct sock *sk)
{
	ret_attr->family = sk->sk_family;
	ret_attr->type = sk->sk_type;
	ret_attr->protocol = sk->sk_protocol;
	ret_attr->state = READ_ONCE(sk->sk_state);
	if (sk->sk_family == AF_INET)
		fill_inet4(ret_attr, sk);
	else if (sk->sk_family == AF_INET6)
		fill_inet6(ret_attr, sk);
}

void sock_sides(const struct sock *sk, struct falcoc_sock *ret_attr)
{
	fill_sides(ret_attr, sk);
}

void attr_socket(struct record *record, enum falcoc_attr_id id, struct socket *sock,
		 const struct sock_hint *hint)
{
	struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL, *peer = NULL;
	const struct sock *listener = hint ? hint->listener : NULL;
	struct falcoc_sock *attr = sk ? attr_add(record, id, sizeof(*attr)) : NULL;

	if (!attr)
		return;
	memset(attr, 0, sizeof(*attr));
	fill_sides(attr, sk);
	attr->role = hint && hint->role ? hint->role : sock_role(sk);
	attr->netns = sock_net(sk)->ns.inum;
	attr->ino = SOCK_INODE(sock)->i_ino;
	if (!listener && attr->state == TCP_LISTEN)
		listener = sk;
	if (listener) {
		attr->accept_len = READ_ONCE(listener->sk_ack_backlog);
		attr->accept_max = READ_ONCE(listener->sk_max_ack_backlog);
	}
	if (sk->sk_family == AF_UNIX) {
		peer = unix_peer_get(sk);
		attr->peer_ino = peer ? sock_i_ino(peer) : 0;
	}
	if (id == FALCOC_A_SOCK && sk->sk_family == AF_UNIX)
		attr_unix_names(record, sk, peer);
	if (peer)
		sock_put(peer);
}

static bool sock_was_seen(const struct record *record)
{
	return record->inflight && record->inflight->sock;
}

void attr_user_sockaddr(struct record *record, u64 ptr, s64 len)
{
	struct sockaddr_storage addr;

	if (!ptr || len < (s64)sizeof(addr.ss_family))
		return;
	len = min_t(s64, len, sizeof(addr));
	if (user_read(record, &addr, ptr, len))
		attr_bytes(record, FALCOC_A_SOCKADDR, &addr, len, 0);
}

/* The kernel's copy of the caller's address. A call that a hook saw without one had none. */
void attr_sockaddr(struct record *record, u64 ptr, s64 len)
{
	if (!attr_caught(record, FALCOC_A_SOCKADDR) && !sock_was_seen(record))
		attr_user_sockaddr(record, ptr, len);
}

void record_new_fd(struct record *record, const struct call *call)
{
	if (!call_is_enter(call))
		attr_fd(record, call_new_fd(call), NULL);
}

void record_connect(struct record *record, const struct call *call)
{
	static const struct sock_hint client = { .role = FALCOC_ROLE_CLIENT };

	attr_sock_fd(record, call->arg[0], &client);
	attr_sockaddr(record, call->arg[1], (s32)call->arg[2]);
}

void record_bind(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
	attr_sockaddr(record, call->arg[1], (s32)call->arg[2]);
}

void record_listen(struct record *record, const struct call *call)
{
	static const struct sock_hint server = { .role = FALCOC_ROLE_SERVER };

	attr_sock_fd(record, call->arg[0], &server);
}

/*
 * FD and SOCK are the new socket, but the queue in SOCK is the listener's; where the
 * call made none, they are the listener.
 */
void record_accept(struct record *record, const struct call *call)
{
	struct sock_hint hint = { .role = FALCOC_ROLE_SERVER };
	struct socket *listener;
	struct file *file;

	if (call_is_enter(call) || call->res < 0) {
		attr_sock_fd(record, call->arg[0], &hint);
		return;
	}
	file = sock_was_seen(record) ? get_file(record->inflight->sock) : fget_raw(call->arg[0]);
	listener = file ? compat_sock_from_file(file) : NULL;
	hint.listener = listener ? READ_ONCE(listener->sk) : NULL;
	attr_fd(record, call_new_fd(call), &hint);
	if (file)
		fput(file);
}
