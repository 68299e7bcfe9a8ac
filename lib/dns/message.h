/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages as others wrote them: a question, and what an answer says of it.
 *
 * Of an answer only what belongs to its question counts: from the name asked for along
 * CNAMEs to the name that has the addresses, whatever order the records come in. Everything
 * else (other owners, other sections) is passed over and counted as strays.
 *
 * Own code, as c-ares gives no view of CNAME chains with TTLs before 1.22 and Debian 12 has 1.18.
 * Bytes are read through a cursor that knows the end. Each name costs at most 127 labels, as
 * a pointer may only lead back; the chain has DNS_CHAIN_MAX links at most; a message has no more
 * records than its 64 KiB hold. So the time is linear in the length, whatever the bytes are.
 */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/table.h"
#include "util/ip.h"

#define DNS_MESSAGE_MAX	 65535
#define DNS_ADDRS_MAX	 4096 /* no message holds more of them with their owner */
/* A name as text: letters in lower case, bytes that no host's name has as \DDD. */
#define DNS_TEXT_SIZE	 1024

#define DNS_TYPE_A	 1
#define DNS_TYPE_CNAME	 5
#define DNS_TYPE_AAAA	 28
#define DNS_CLASS_IN	 1

/* What is wrong with a message. */
enum dns_verdict {
	DNS_GOOD,
	DNS_SHORT,	 /* it ends before it is complete */
	DNS_BAD_NAME,	 /* a name that is too long, or whose pointers make no sense */
	DNS_BAD_RECORD,	 /* a record whose length does not fit its type */
	DNS_NO_QUESTION, /* none, or more than one */
	DNS_NO_QUERY,	 /* some other kind of message: an update, a notification ... */
	DNS_LOOP,	 /* CNAMEs that lead in a circle, or a chain of more than DNS_CHAIN_MAX */
	DNS_VERDICTS,
};

/* "good", "cut short", ... */
const char *dns_verdict_name(enum dns_verdict verdict);

struct dns_addr {
	struct ip_addr ip;
	uint32_t ttl_s; /* the least of the chain's and its own */
};

struct dns_message {
	uint16_t id;
	bool response;
	bool truncated; /* the flag TC: the server has more */
	uint8_t rcode;
	uint16_t qtype, qclass;
	char name[DNS_TEXT_SIZE]; /* asked for; "" is the root */
	/* of an answer */
	unsigned int nanswers; /* records of the answer section, whosever */
	unsigned int nstrays;  /* of these, those that do not belong to the question */
	uint32_t ttl_s;	       /* the least of those that do; 0 without any */
	size_t nchain;	       /* names from the one asked for to the one that has the addresses */
	char chain[DNS_CHAIN_MAX][DNS_TEXT_SIZE]; /* chain[0] is the name asked for */
	size_t naddrs;
	struct dns_addr addrs[DNS_ADDRS_MAX];
};

/*
 * Reads a message of len bytes. @cut: there were more that are not here. The header and the
 * question are set, as far as they could be read, whatever the verdict; chain and addresses
 * only where it is DNS_GOOD (or DNS_SHORT of a message that was cut: then what was there).
 * Without a question everything is zero.
 */
enum dns_verdict dns_message_parse(const void *bytes, size_t len, bool cut,
				   struct dns_message *ret_msg);

/* "A", "AAAA", "HTTPS", ...; or "TYPE65280", written to @room of 16 bytes. */
const char *dns_type_name(uint16_t type, char room[16]);
/* "NOERROR", "NXDOMAIN", ...; or "RCODE11". */
const char *dns_rcode_name(uint8_t rcode, char room[16]);

#endif
