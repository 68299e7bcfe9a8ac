/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks as values: parse, print, compare, match.
 *
 * Invariant: an address made by this file's functions is folded, which means
 * that an IPv4-mapped IPv6 address (::ffff:a.b.c.d, what a dual-stack socket
 * shows for an IPv4 peer) is kept as the IPv4 address that it means, and that
 * bytes past the address are zero. Two equal addresses are therefore equal
 * byte for byte and may be hashed and compared as memory.
 *
 * Nothing here allocates, and nothing has to be released.
 */
#ifndef UTIL_IP_H
#define UTIL_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* family: 4 or 6; 0 stands for "no address". bytes: network order, 4 or 16 of them. */
struct ip_addr {
	uint8_t family;
	uint8_t bytes[16];
};

/* A network: the bits of addr past prefix_len are zero; prefix_len is at most 32 or 128. */
struct ip_net {
	struct ip_addr addr;
	uint8_t prefix_len;
};

/* Enough for any address or network as text, with the closing NUL. */
#define IP_ADDR_TEXT_SIZE 46
#define IP_NET_TEXT_SIZE (IP_ADDR_TEXT_SIZE + 4)

/* An IPv4 address from its 4 bytes in network order. */
struct ip_addr ip_addr_from_v4(const void *bytes);

/* An IPv6 address from its 16 bytes; an IPv4-mapped one comes out as IPv4. */
struct ip_addr ip_addr_from_v6(const void *bytes);

/*
 * Reads an address. Text with a ':' is IPv6, all else must be four decimal
 * numbers with dots. Nothing may precede or follow it: no blanks, brackets, zone
 * (%eth0), port or prefix length. Returns 0 or -EINVAL.
 */
int ip_addr_parse(const char *text, struct ip_addr *ret_addr);

/*
 * Reads ADDRESS/LENGTH, the one form that Falco's fd.net takes; the length is a
 * plain decimal number and must be there. Bits of the address past the length
 * are ignored. ::ffff:a.b.c.d/N with N of 96 or more is the IPv4 network
 * a.b.c.d/(N - 96). Returns 0 or -EINVAL.
 */
int ip_net_parse(const char *text, struct ip_net *ret_net);

/*
 * Writes the usual short form, as inet_ntop does, into buf, which should have
 * IP_ADDR_TEXT_SIZE or IP_NET_TEXT_SIZE bytes; a smaller one gives a cut text,
 * closed by NUL. "No address" is written as an empty text. Returns buf.
 */
const char *ip_addr_format(const struct ip_addr *addr, char *buf, size_t size);
const char *ip_net_format(const struct ip_net *net, char *buf, size_t size);

/* A total order, IPv4 before IPv6: below, equal to or above 0, as memcmp. */
int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b);
bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b);

/* 127.0.0.0/8 or ::1. */
bool ip_addr_is_loopback(const struct ip_addr *addr);

/* 0.0.0.0 or ::, as a listening socket has it that takes any address. */
bool ip_addr_is_any(const struct ip_addr *addr);

/* The bytes in the address: 4, 16, or 0 for "no address". */
size_t ip_addr_len(const struct ip_addr *addr);

/* Whether addr lies in net. Another family never does, so ::/0 holds no IPv4 address. */
bool ip_net_contains(const struct ip_net *net, const struct ip_addr *addr);

/* Seeded at start, as hash_bytes(), so that who picks addresses cannot make them collide. */
uint64_t ip_addr_hash(const struct ip_addr *addr);

#endif
