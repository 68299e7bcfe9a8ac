/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dns_tap.h - messages to and from name servers, as events of the class DNS
 *
 * dns_query is made while a process sends a message to port 53, dns_answer while it receives
 * one from there, dns_served while it sends one from port 53 by the loopback device: that tells
 * who it is that answers on this machine. All are made in the process that sends or receives,
 * before its call returns, whichever call or io_uring operation it is. DNS.md tells where, and
 * why there.
 */
#ifndef _FALCOC_DNS_TAP_H
#define _FALCOC_DNS_TAP_H

#include <linux/socket.h>

#include "consumer.h"

struct sk_buff;
struct sock;

/* What was sent or received: of a packet, or of a buffer that is about to be sent. */
struct dns_packet {
	const struct sock *sk;
	const struct sk_buff *skb;	/* NULL: buffer */
	const struct msghdr *buffer;
	u32 offset, len;	/* of the payload in the packet, or in the buffer */
	bool v6;		/* a packet of IPv6 */
	bool incoming;
	bool greedy;		/* its sender is close to its rate */
	struct falcoc_dns attr;
};

/* Looks functions up. Says so in the kernel's log where messages cannot be seen. -ENOMEM. */
int dns_tap_init(void);
/* Nothing may be wanted any more. */
void dns_tap_release(void);

/*
 * Hooks what the mask (of all started consumers together) needs, and nothing else. Sleeps; the
 * caller serialises.
 */
void dns_tap_want(const struct mask *mask);

/* Are there such events on this kernel? */
bool dns_tap_has(enum falcoc_event event);

/* Messages that made no record because their sender had too many. */
u64 dns_tap_limited(void);

/* How many bytes of a ring of so many have to stay free of this one. */
static inline u32 dns_packet_keep(const struct dns_packet *packet, u32 ring_bytes)
{
	return packet->greedy ? ring_bytes / 2 : 0;
}

#endif
