/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks for the names that rules mention, and keeps asking, so that a table knows
 * their addresses. Nothing here waits: names are registered, questions go out
 * and answers come in from the caller's loop.
 *
 * How to drive it: poll dns_resolver_fd() for reading with a timeout that ends at
 * dns_resolver_next_timeout_ns(), then call dns_resolver_process(), which is also
 * fine to call at any other time. Until it is called nothing is sent.
 *
 * Each name is asked for its IPv4 and IPv6 addresses, as an absolute name (no
 * search domains, no hosts file: dns/hosts.h reads that), again when the least
 * TTL of the answer runs out (never sooner than min_interval_s, up to 1/8 earlier
 * by chance so that names do not march in step), and after a failure with a wait
 * that doubles from min_interval_s to max_backoff_s. Answers go to the table as
 * DNS_SOURCE_ASKED; a failure changes nothing there.
 *
 * The name servers are those of resolv.conf, whose change is noticed when the
 * next question is due (one stat(2), no timer), or those given. Of its options timeout,
 * attempts, rotate and use-vc count, unless they are given here; its search domains do not.
 * An answer that was cut is asked for again over TCP. Names, questions in flight, questions a
 * second, time and tries of each are bounded, so that ten thousand names are asked for in the
 * time that the rate allows and cost the caller nothing meanwhile. Not for two threads at once.
 */
#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_table;
struct dns_resolver;

/* 0 or NULL in a field takes the default, given behind it. */
struct dns_resolver_options {
	const char *servers;	     /* "ADDRESS[:PORT],..." ([v6]:PORT); else those of resolv_conf */
	const char *resolv_conf;     /* "/etc/resolv.conf" */
	unsigned int max_names;	     /* 65536 */
	unsigned int max_in_flight;  /* 256 questions; a name is two */
	unsigned int max_rate;	     /* 500 questions a second; tries after the first not counted */
	unsigned int burst;	     /* 200 questions that may go out at once after a rest */
	unsigned int timeout_ms;     /* resolv.conf's, else 2000: of the first try */
	unsigned int tries;	     /* resolv.conf's, else 3: of each server */
	unsigned int min_interval_s; /* 5 */
	unsigned int max_interval_s; /* 3600: a longer TTL is asked again by then */
	unsigned int max_backoff_s;  /* 300 */
};

struct dns_resolver_stats {
	size_t names;		/* registered and asked for */
	size_t pending;		/* of those, first round not complete yet */
	size_t in_flight;	/* questions on their way */
	uint64_t queries;	/* questions started */
	uint64_t put_off;	/* times that the rate made due names wait */
	uint64_t answers;	/* that came with addresses */
	uint64_t empty;		/* that said: no such name, or none of that family */
	uint64_t failures;	/* timeouts, refusals, SERVFAIL, garbage */
	uint64_t reloads;	/* times that a changed resolv.conf was read */
	uint64_t reload_errors; /* times that could not be done: the old servers stay for now */
	uint64_t names_refused; /* max_names reached */
};

/*
 * Answers go to table, which must outlive the resolver. options may be NULL.
 * Returns 0 or a negative errno: -EINVAL for servers that cannot be read.
 */
int dns_resolver_new(struct dns_table *table, const struct dns_resolver_options *options,
		     struct dns_resolver **ret_resolver);

/* Questions in flight are dropped. Takes NULL. */
void dns_resolver_free(struct dns_resolver *r);

/*
 * Registers a name; registering again does nothing. It is asked for at the next
 * dns_resolver_process(), which dns_resolver_next_timeout_ns() then says is due.
 * Returns 0 when the name will be asked for, 1 when it is a name that DNS is not
 * asked for (DNS_NAME_LOCAL: only /etc/hosts can know it), -EINVAL for what can
 * never be in an answer (an address, a wildcard, ...), -ENOSPC, -ENOMEM.
 */
int dns_resolver_want(struct dns_resolver *r, const char *name);

/*
 * For a reload: names registered before begin and not again until end are
 * dropped at end. Their addresses leave the table when their time is over.
 */
void dns_resolver_wants_begin(struct dns_resolver *r);
void dns_resolver_wants_end(struct dns_resolver *r);

/* Whether that is so of any name at all: cheap enough for each event. */
bool dns_resolver_any_pending(const struct dns_resolver *r);

/* Counts the rounds that ended: as long as it stays the same, nothing is less pending. */
uint64_t dns_resolver_rounds(const struct dns_resolver *r);

/* Whether name is registered and its first round of answers is not complete yet. */
bool dns_resolver_pending(const struct dns_resolver *r, const char *name);

/* An epoll descriptor to poll for reading; the resolver's own, the same for its life. */
int dns_resolver_fd(const struct dns_resolver *r);

/*
 * When dns_resolver_process() must be called at the latest, on the clock of
 * now_ns (the table's clock); UINT64_MAX when only the descriptor matters.
 */
uint64_t dns_resolver_next_timeout_ns(const struct dns_resolver *r, uint64_t now_ns);

/* Takes answers, starts what is due. Never waits. Returns 0 or a negative errno. */
int dns_resolver_process(struct dns_resolver *r, uint64_t now_ns);

/* Told of each name that is pending no more. NULL: nobody is told. */
void dns_resolver_watch(struct dns_resolver *r, void (*answered)(void *arg, const char *name),
			void *arg);

void dns_resolver_get_stats(const struct dns_resolver *r, struct dns_resolver_stats *ret_stats);

#endif
