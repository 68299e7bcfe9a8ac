/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of name servers that processes of this machine were given, and whom to believe.
 *
 *	dns_observe_new() -> dns_observe_take() for each packet that the module saw, in the
 *	order of time -> dns_observe_free()
 *
 * An answer goes into the table only if it is the first one to a question that was seen to leave
 * (same ends, same namespace, same id, same name and type), and comes from a server that is
 * trusted: TRUST.md has the rules and the reasons. What is refused is counted by reason, and
 * remembered by server.
 *
 * Messages over TCP are put together from pieces. Everything is bounded: questions under way,
 * streams and their bytes, servers remembered; what is pushed out is counted.
 */
#ifndef DNS_OBSERVE_H
#define DNS_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/message.h"
#include "dns/table.h"
#include "util/ip.h"
#include "util/slice.h"

/* What became of a message. */
enum dns_fate {
	DNS_FATE_QUERY,	      /* a question: remembered */
	DNS_FATE_TAKEN,	      /* an answer: its addresses are in the table */
	DNS_FATE_EMPTY,	      /* one that may be believed, without addresses */
	/* refused */
	DNS_FATE_BAD,	      /* it cannot be read: dns_verdict tells why */
	DNS_FATE_UNASKED,     /* nobody asked */
	DNS_FATE_QUESTION,    /* it answers another question than the one with its id */
	DNS_FATE_REPEATED,    /* the question has been answered before */
	DNS_FATE_SERVER,      /* nobody trusts that server */
	DNS_FATE_NAMESPACE,   /* it is trusted, but not in that network namespace */
	DNS_FATE_STUB,	      /* from this machine itself, from a process that is not trusted to */
	DNS_FATE_DEVICE,      /* it came by another device than the way to the server */
	DNS_FATE_FORGEABLE,   /* over UDP, which is not wanted */
	DNS_FATES,
};

/* "taken", "unasked", ... */
const char *dns_fate_name(enum dns_fate fate);

enum dns_packet_kind {
	DNS_PACKET_QUERY,  /* sent to port 53 */
	DNS_PACKET_ANSWER, /* received from port 53 */
	DNS_PACKET_SERVED, /* sent from port 53 by the loopback device */
};

/* What the module saw. */
struct dns_packet {
	enum dns_packet_kind kind;
	bool tcp;	/* data is the next piece of a stream, from pos on */
	bool cut;	/* there was more of a datagram */
	bool loopback;	/* an answer that came in by the loopback device */
	bool foreign;	/* the network namespace belongs to another user namespace than the first */
	uint64_t time_ns;
	uint32_t netns; /* of the socket */
	struct ip_addr local, remote;
	uint16_t lport, rport;
	uint32_t pos;	/* of a stream: of an answer, how many bytes came before */
	uint64_t ino;	/* of the socket; it and what an answer's stream began with tell one connection */
	uint32_t stream; /* from a later one of the same ends */
	uint32_t ifindex; /* of an answer: the device that it came in by */
	struct slice data;
	/* whose it is */
	uint32_t pid, uid, pidns, userns, mntns;
	uint64_t start_ns;
	struct slice exe; /* path of its program; empty where not known */
};

struct dns_observe_options {
	uint32_t netns, pidns, userns; /* of the host; 0: not known, nobody is trusted for them */
	uint32_t mntns;		       /* likewise; 0: nobody's mounts are looked at */
	const char *proc;	       /* NULL: /proc */
	const char *resolv_conf;       /* NULL: /etc/resolv.conf; watched */
	/*
	 * More servers: "ADDRESS[@WHERE],...", WHERE being host, any, or the inode of a network
	 * namespace; without it any namespace that the host's root made. nat or nat:INODE: likewise but
	 * for the host's, and what comes by loopback there is believed though nobody was seen to send
	 * it, as it is translated on its way (Docker's 127.0.0.11). NULL: none.
	 */
	const char *servers;
	bool anybody; /* all servers are believed: of captures, where nobody can tell any more */
	bool no_udp; /* believe none over UDP but to resolvers of the host, or of listed servers */
	/*
	 * Whether the host reaches the server by the device that its answer came in by; NULL: any
	 * device will do.
	 */
	bool (*by_its_device)(void *arg, const struct ip_addr *server, uint32_t ifindex);
	void *arg;
	const uint32_t *uids; /* users, beside root, who may answer on this machine */
	size_t nuids;
};

struct dns_observe_stats {
	uint64_t fates[DNS_FATES];	  /* messages by what became of them */
	uint64_t verdicts[DNS_VERDICTS];  /* of those that are bad */
	uint64_t addrs;			  /* told to the table */
	uint64_t table_refused;		  /* not taken by it */
	uint64_t questions_evicted, streams_evicted;
	uint64_t stream_gaps;		  /* streams given up: a piece is missing, or too much at once */
	size_t questions, streams, servers; /* now */
};

/* One server that answered somebody. */
struct dns_server_info {
	struct ip_addr addr;
	uint32_t netns;
	uint64_t taken, refused;
	enum dns_fate last;   /* of an answer */
	uint64_t last_seen_ns;
};

struct dns_observe;

/*
 * table: takes what is believed; stays the caller's; NULL: nothing is kept. -EINVAL: servers is no
 * such list; -ENOMEM.
 */
int dns_observe_new(struct dns_table *table, const struct dns_observe_options *opt,
		    struct dns_observe **ret_observe);
void dns_observe_free(struct dns_observe *o); /* takes NULL */

/* A message, and what became of it. */
struct dns_seen {
	const struct dns_message *msg; /* valid during the call only */
	enum dns_verdict verdict;
	enum dns_fate fate;
};

/* Called for each message that is complete now. Non-zero ends the walk. */
typedef int (*dns_message_fn)(const struct dns_seen *seen, void *arg);

/* fn may be NULL. Returns what fn returned last, 0 without any message. */
int dns_observe_take(struct dns_observe *o, const struct dns_packet *p, dns_message_fn fn, void *arg);

void dns_observe_get_stats(const struct dns_observe *o, struct dns_observe_stats *ret_stats);
/* Server i = 0, 1, ... in no order; false past the last. */
bool dns_observe_server(const struct dns_observe *o, size_t i, struct dns_server_info *ret_info);

#endif
