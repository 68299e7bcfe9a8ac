// SPDX-License-Identifier: GPL-2.0-only
/*
 * dns_tap.c - sees messages to and from name servers where the kernel sends and hands them over
 *
 * Five functions of the kernel's, each with an ftrace callback of its own, so that none has to
 * look up which it is; hooked only while a mask has an event of the class DNS. A callback looks
 * at one port first, which is all that other traffic pays.
 *
 * What each sender may have is counted by CPU, so that no counter is shared between them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat/ftrace.h"
#include "dns_tap.h"
#include "hook.h"
#include "record.h"
#include "share.h"

#define DNS_PORT	htons(53)
/* Of one send over TCP: the longest message with its length. */
#define DNS_SEND_MAX	65537

/* Messages a second of one sender on one CPU, so many at once; a KiB counts as one more. */
#define RATE		2000
#define BURST		4000
#define SET_BITS	5
#define WAYS		4	/* places in which a sender's bucket can be */

struct bucket {
	u64 who;		/* keyed hash of the sender */
	u32 left;
	unsigned long filled;	/* jiffies */
};

struct meter {
	struct bucket users[1 << SET_BITS][WAYS], cgroups[1 << SET_BITS][WAYS];
	u64 limited;
};

/* Made at run time: all modules together have 8 KiB of what is said at compile time. */
static struct meter __percpu *meters;
static siphash_key_t seed __read_mostly;

static void bucket_fill(struct bucket *bucket)
{
	unsigned long since = jiffies - bucket->filled;

	if (!since)
		return;
	if (since >= HZ * BURST / RATE)
		bucket->left = BURST;
	else
		bucket->left = min_t(u32, BURST, bucket->left + since * RATE / HZ);
	bucket->filled = jiffies;
}

/*
 * Its own. Where all places of its set are taken it takes over the fullest one
 * as it is: who has not sent for a while loses nothing by that, and who comes again and again under
 * many names finds no full one. The key keeps senders from choosing whom they meet.
 */
static struct bucket *bucket_of(struct bucket sets[][WAYS], u64 id)
{
	u64 who = siphash_1u64(id, &seed);
	struct bucket *set = sets[who >> (64 - SET_BITS)], *fullest = set;
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		bucket_fill(&set[i]);
		if (set[i].who == who)
			return &set[i];
		if (set[i].left > fullest->left)
			fullest = &set[i];
	}
	fullest->who = who;
	return fullest;
}

/*
 * False: its sender has had too many. As in share.c both bound it, the user and the cgroup:
 * users can make cgroups, and root in a cgroup, who is not bound as a user there, any number of
 * users.
 */
static bool meter_passes(u32 len, bool *ret_greedy)
{
	struct meter *meter = this_cpu_ptr(meters);
	u64 cgroup = cgroup_id(task_dfl_cgroup(current));
	bool in_root = cgroup == SHARE_ROOT_CGROUP;
	u32 user = share_user(), cost = 1 + len / 1024;
	struct bucket *of_user = user || in_root ? bucket_of(meter->users, user + 1ULL) : NULL;
	struct bucket *of_cgroup = in_root ? NULL : bucket_of(meter->cgroups, cgroup);

	if ((of_user && of_user->left < cost) || (of_cgroup && of_cgroup->left < cost)) {
		meter->limited++;
		return false;
	}
	*ret_greedy = false;
	if (of_user) {
		of_user->left -= cost;
		*ret_greedy = of_user->left < BURST / 2;
	}
	if (of_cgroup) {
		of_cgroup->left -= cost;
		*ret_greedy |= of_cgroup->left < BURST / 2;
	}
	return true;
}

static void packet_make(enum falcoc_event event, struct dns_packet *packet)
{
	struct call call = {
		.event = event,
		.syscall = FALCOC_NO_SYSCALL,
		.recorder = record_dns,
		.dns = packet,
	};
	const struct net *net = sock_net(packet->sk);

	if (net->user_ns != &init_user_ns)
		packet->attr.flags |= FALCOC_DNS_F_USERNS;
	preempt_disable_notrace();
	rcu_read_lock();
	if (meter_passes(packet->len, &packet->greedy))
		records_make(&call);
	rcu_read_unlock();
	preempt_enable_notrace();
}

/* A payload may be longer than a record: a stream comes in pieces, a message is cut. */
static void stream_make(enum falcoc_event event, struct dns_packet *packet)
{
	u32 left = packet->len;

	while (left) {
		packet->len = min_t(u32, left, FALCOC_DNS_MAX);
		packet_make(event, packet);
		packet->offset += packet->len;
		packet->attr.pos += packet->len;
		left -= packet->len;
	}
}

/*
 * So many bytes from the packet's offset on: more than one message if they are to be cut into
 * pieces (UDP_SEGMENT), or came so to a socket that asked for it (UDP_GRO).
 */
static void udp_make(enum falcoc_event event, struct dns_packet *packet, u32 left)
{
	u32 piece = skb_is_gso(packet->skb) ? skb_shinfo(packet->skb)->gso_size : left;

	for (; left && piece; left -= packet->len) {
		packet->len = min(left, piece);
		packet_make(event, packet);
		packet->offset += packet->len;
	}
}

static bool skb_is_v6(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6;
}

static void came_by(const struct sk_buff *skb, struct falcoc_dns *ret_attr)
{
	ret_attr->ifindex = skb->skb_iif;
	if (skb->skb_iif == LOOPBACK_IFINDEX)
		ret_attr->flags |= FALCOC_DNS_F_LOOPBACK;
}

/* skb_consume_udp(socket, packet, length): a datagram was copied to whoever receives it. */
static void udp_in(const struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)hook_arg(regs, 1);
	struct dns_packet packet = {
		.sk = (const struct sock *)hook_arg(regs, 0),
		.skb = skb,
		.incoming = true,
	};

	if (likely(udp_hdr(skb)->source != DNS_PORT) || (int)hook_arg(regs, 2) < 0)	/* a look */
		return;
	packet.v6 = skb_is_v6(skb);
	came_by(skb, &packet.attr);
	udp_make(FALCOC_E_DNS_ANSWER, &packet, skb->len);
}

/* Under RCU: a route that is held keeps its device no longer than until that is taken away. */
static bool goes_to_loopback(const struct dst_entry *dst)
{
	const struct net_device *dev = dst ? READ_ONCE(dst->dev) : NULL;

	return dev && dev->ifindex == LOOPBACK_IFINDEX;
}

static bool skb_is_local(const struct sk_buff *skb)
{
	bool local;

	rcu_read_lock();
	local = goes_to_loopback(skb_dst(skb));
	rcu_read_unlock();
	return local;
}

/* A packet whose headers are complete is about to be sent. */
static void udp_out(const struct sk_buff *skb, bool v6)
{
	const struct sock *sk = skb->sk;
	const struct udphdr *udp = udp_hdr(skb);
	struct dns_packet packet = { .sk = sk, .skb = skb, .v6 = v6 };

	if (!sk || sk->sk_protocol != IPPROTO_UDP || sk->sk_type != SOCK_DGRAM)
		return;
	if (likely(udp->dest != DNS_PORT && udp->source != DNS_PORT))
		return;
	packet.offset = skb_transport_offset(skb) + sizeof(*udp);
	if (skb->len <= packet.offset)
		return;
	if (udp->dest == DNS_PORT)
		udp_make(FALCOC_E_DNS_QUERY, &packet, skb->len - packet.offset);
	else if (skb_is_local(skb))
		udp_make(FALCOC_E_DNS_SERVED, &packet, skb->len - packet.offset);
}

/* ip_send_skb(namespace, packet) */
static void udp4_out(const struct pt_regs *regs)
{
	udp_out((const struct sk_buff *)hook_arg(regs, 1), false);
}

/* ip6_send_skb(packet) */
static void udp6_out(const struct pt_regs *regs)
{
	udp_out((const struct sk_buff *)hook_arg(regs, 0), true);
}

static bool tcp_is_local(const struct sock *sk)
{
	bool local;

	rcu_read_lock();
	local = goes_to_loopback(rcu_dereference(sk->sk_dst_cache));
	rcu_read_unlock();
	return local;
}

/*
 * tcp_sendmsg(socket, message, size). The bytes are the caller's still, and another thread may
 * change them before the kernel takes them; whoever does so spoils his own question only.
 */
static void tcp_out(const struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)hook_arg(regs, 0);
	struct dns_packet packet = {
		.sk = sk,
		.buffer = (const struct msghdr *)hook_arg(regs, 1),
		.len = min_t(size_t, hook_arg(regs, 2), DNS_SEND_MAX),
	};

	if (likely(inet_sk(sk)->inet_dport != DNS_PORT && inet_sk(sk)->inet_sport != DNS_PORT))
		return;
	if (!packet.len || sk->sk_protocol != IPPROTO_TCP)
		return;
	packet.attr.pos = READ_ONCE(tcp_sk(sk)->write_seq);
	if (inet_sk(sk)->inet_dport == DNS_PORT)
		stream_make(FALCOC_E_DNS_QUERY, &packet);
	else if (tcp_is_local(sk))
		stream_make(FALCOC_E_DNS_SERVED, &packet);
}

/*
 * How many bytes of the stream came before this one. False: so many that the number would begin
 * anew, and a place in the middle could be taken for the beginning. The socket is locked.
 */
static bool place_in_stream(const struct sock *sk, u32 seq, struct falcoc_dns *ret_attr)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	ret_attr->stream = tp->rcv_nxt - (u32)tp->bytes_received;
	ret_attr->pos = seq - ret_attr->stream;
	return tp->bytes_received <= U32_MAX;
}

/*
 * skb_copy_datagram_iter(packet, offset, to, length): of any kind of socket. What a socket's
 * queue of errors gives back are its own bytes, which a process could have believed for the
 * server's: only packets of the receive queue bear this destructor.
 */
static void tcp_in(const struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)hook_arg(regs, 0);
	const struct sock *sk = skb->sk;
	struct dns_packet packet = {
		.sk = sk, .skb = skb, .offset = (u32)hook_arg(regs, 1), .incoming = true,
	};
	int len = (int)hook_arg(regs, 3);
	u32 seq;

	if (likely(!sk || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
		   !sk_fullsock(sk) || sk->sk_protocol != IPPROTO_TCP ||
		   inet_sk(sk)->inet_dport != DNS_PORT) || len <= 0)
		return;
	/* a raw socket's packets, too, but anybody may have made those */
	if (skb->destructor != sock_rfree || sk->sk_type != SOCK_STREAM)
		return;
	packet.len = len;
	seq = TCP_SKB_CB(skb)->seq + packet.offset +
	      !!(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN);
	if (!place_in_stream(sk, seq, &packet.attr))
		return;
	came_by(skb, &packet.attr);
	stream_make(FALCOC_E_DNS_ANSWER, &packet);
}

/* The payload, into the record. */
static void attr_payload(struct record *record, const struct dns_packet *packet)
{
	u32 want = min_t(u32, packet->len, FALCOC_DNS_MAX), room, n, done = 0;
	u8 *payload = attr_open(record, FALCOC_A_DATA, want, &room);
	struct iov_iter iter;

	if (!payload)
		return;
	if (room < want) {
		record->full = true;
		return;
	}
	if (packet->skb) {
		if (skb_copy_bits(packet->skb, packet->offset, payload, want))
			return;
		done = want;
	} else {
		iter = packet->buffer->msg_iter;
		iov_iter_advance(&iter, packet->offset);
		pagefault_disable();
		do {	/* by way of the scratch: see struct workplace in record.c */
			n = min_t(u32, want - done, SCRATCH_BYTES);
			n = copy_from_iter(record->scratch, n, &iter);
			memcpy(payload + done, record->scratch, n);
			done += n;
		} while (n && done < want);
		pagefault_enable();
		if (done < want)
			record->counters->faults++;
	}
	if (done)
		attr_close(record, done, done < packet->len ? FALCOC_ATTR_TRUNCATED : 0);
}

/* The two ends as the packet has them: a socket that is not connected knows no peer. */
static void packet_ends(struct falcoc_sock *attr, const struct dns_packet *packet)
{
	const struct sk_buff *skb = packet->skb;
	const struct udphdr *udp = udp_hdr(skb);
	u8 *from = packet->incoming ? attr->raddr : attr->laddr;
	u8 *to = packet->incoming ? attr->laddr : attr->raddr;

	if (packet->v6) {
		attr->family = AF_INET6;
		memcpy(from, &ipv6_hdr(skb)->saddr, sizeof(struct in6_addr));
		memcpy(to, &ipv6_hdr(skb)->daddr, sizeof(struct in6_addr));
	} else {
		attr->family = AF_INET;
		memcpy(from, &ip_hdr(skb)->saddr, sizeof(__be32));
		memcpy(to, &ip_hdr(skb)->daddr, sizeof(__be32));
	}
	attr->lport = ntohs(packet->incoming ? udp->dest : udp->source);
	attr->rport = ntohs(packet->incoming ? udp->source : udp->dest);
}

static void attr_packet_sock(struct record *record, const struct dns_packet *packet, u8 role)
{
	const struct sock *sk = packet->sk;
	struct socket *sock = READ_ONCE(sk->sk_socket);
	struct falcoc_sock attr = {
		.type = sk->sk_type,
		.protocol = sk->sk_protocol,
		.role = role,
		.state = READ_ONCE(sk->sk_state),
		.netns = sock_net(sk)->ns.inum,
		.ino = sock ? SOCK_INODE(sock)->i_ino : 0,
	};

	packet_ends(&attr, packet);
	attr_bytes(record, FALCOC_A_SOCK, &attr, sizeof(attr), 0);
}

void record_dns(struct record *record, const struct call *call)
{
	const struct dns_packet *packet = call->dns;
	struct sock_hint hint = { .role = FALCOC_ROLE_CLIENT };

	if (call->event == FALCOC_E_DNS_SERVED)
		hint.role = FALCOC_ROLE_SERVER;
	if (packet->sk->sk_protocol == IPPROTO_TCP)
		attr_socket(record, FALCOC_A_SOCK, READ_ONCE(packet->sk->sk_socket), &hint);
	else
		attr_packet_sock(record, packet, hint.role);
	attr_bytes(record, FALCOC_A_DNS, &packet->attr, sizeof(packet->attr), 0);
	attr_payload(record, packet);
}

#define B(event) BIT(FALCOC_E_##event - FALCOC_E_DNS_QUERY)

#ifdef COMPAT_FTRACE_ARGS
/* An interrupt's work is no process's. */
#define TAP(name)									\
	static COMPAT_FTRACE_CALLBACK(name##_called)					\
	{										\
		if (likely(in_task()))							\
			name(compat_ftrace_regs(fregs));				\
	}
TAP(udp_in)
TAP(udp4_out)
TAP(udp6_out)
TAP(tcp_out)
TAP(tcp_in)

#define TAP_ENTRY(function, name, bits)							\
	{ #function, bits, { .func = name##_called,					\
			     .flags = COMPAT_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT } }

static struct tap {
	const char *function;
	u32 events;		/* those that it makes */
	struct ftrace_ops ops;
	unsigned long ip;
	bool found, attached;
} taps[] = {
	TAP_ENTRY(skb_consume_udp, udp_in, B(DNS_ANSWER)),
	TAP_ENTRY(ip_send_skb, udp4_out, B(DNS_QUERY) | B(DNS_SERVED)),
	TAP_ENTRY(ip6_send_skb, udp6_out, B(DNS_QUERY) | B(DNS_SERVED)),
	TAP_ENTRY(tcp_sendmsg, tcp_out, B(DNS_QUERY) | B(DNS_SERVED)),
	TAP_ENTRY(skb_copy_datagram_iter, tcp_in, B(DNS_ANSWER)),
};

/* Finds it as hook.c does: by a kprobe that is never armed. 0, or -ENOMEM. */
static int tap_find(struct tap *tap, struct kprobe *kprobe)
{
	int err;

	memset(kprobe, 0, sizeof(*kprobe));
	kprobe->symbol_name = tap->function;
	kprobe->flags = KPROBE_FLAG_DISABLED;
	err = register_kprobe(kprobe);
	if (!err) {
		tap->ip = (unsigned long)kprobe->addr;
		err = ftrace_set_filter_ip(&tap->ops, tap->ip, 0, 0);
		unregister_kprobe(kprobe);
	}
	tap->found = !err;
	if (err == -ENOMEM)
		return err;
	if (err)
		pr_info("this kernel has no %s to trace: not all DNS messages are seen\n",
			tap->function);
	return 0;
}

/* What ftrace keeps for an ops is given back with its last function. */
static void tap_free(struct tap *tap)
{
	unsigned int tries = 3;

	while (tap->found && ftrace_set_filter_ip(&tap->ops, tap->ip, 1, 0) && --tries)
		;
	tap->found = false;
}

static void tap_switch(struct tap *tap, bool on)
{
	int err = 0;

	if (!tap->found || on == tap->attached)
		return;
	if (on)
		err = register_ftrace_function(&tap->ops);
	else
		unregister_ftrace_function(&tap->ops);
	tap->attached = on && !err;
	if (err)
		pr_info("%s cannot be traced (%d): not all DNS messages are seen\n",
			tap->function, err);
}

/* For want of memory the module is not loaded, rather than blind for as long as it is. */
int dns_tap_init(void)
{
	struct kprobe *kprobe = kzalloc(sizeof(*kprobe), GFP_KERNEL);
	int err;
	unsigned int i;

	meters = alloc_percpu(struct meter);
	err = kprobe && meters ? 0 : -ENOMEM;
	get_random_bytes(&seed, sizeof(seed));
	for (i = 0; !err && i < ARRAY_SIZE(taps); i++)
		err = tap_find(&taps[i], kprobe);
	kfree(kprobe);
	if (err)
		dns_tap_release();
	return err;
}

void dns_tap_want(const struct mask *mask)
{
	unsigned int i;
	u32 want = 0;

	for (i = FALCOC_E_DNS_QUERY; i <= FALCOC_E_DNS_SERVED; i++)
		if (mask_test(mask->exit, i))
			want |= BIT(i - FALCOC_E_DNS_QUERY);
	for (i = 0; i < ARRAY_SIZE(taps); i++)
		tap_switch(&taps[i], taps[i].events & want);
}

void dns_tap_release(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(taps); i++) {
		tap_switch(&taps[i], false);	/* nothing, unless an update failed */
		tap_free(&taps[i]);
	}
	free_percpu(meters);
	meters = NULL;
}

bool dns_tap_has(enum falcoc_event event)
{
	unsigned int i;

	/* those of UDP over IPv4; in log and notes what else there is not */
	for (i = 0; i < 2; i++)
		if (taps[i].events & BIT(event - FALCOC_E_DNS_QUERY))
			return taps[i].found;
	return false;
}
#else
int dns_tap_init(void)
{
	pr_warn("DNS messages are not seen on this kernel\n");
	return 0;
}

void dns_tap_want(const struct mask *mask)
{
}

void dns_tap_release(void)
{
}

bool dns_tap_has(enum falcoc_event event)
{
	return false;
}
#endif

u64 dns_tap_limited(void)
{
	unsigned int cpu;
	u64 sum = 0;

	if (!meters)
		return 0;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(meters, cpu)->limited);
	return sum;
}
