/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h - do the name servers answer? For those who look for what is wrong
 *
 * Each is asked once, for the name servers of the root; any answer will do, also that there is none.
 * Waits for the answers: nothing for a loop of events.
 */
#ifndef DNS_PROBE_H
#define DNS_PROBE_H

#include <stddef.h>

#define DNS_PROBE_MAX	8	/* servers that are asked */

struct dns_probe {
	char server[64];	/* address, and port where it is not 53 */
	const char *failure;	/* NULL: it answered; else why not, a static text */
	unsigned int ms;	/* how long that took */
};

/*
 * @servers: "ADDRESS[:PORT],..."; NULL: those of @resolv_conf (NULL: /etc/resolv.conf), or, as the
 * system's own resolver does where that names none, 127.0.0.1. Each gets
 * @timeout_ms. 0, with as many of @ret_list filled as *ret_n says; -EINVAL: @servers cannot be read; or
 * another negative errno. @ret_list has room for DNS_PROBE_MAX.
 */
int dns_probe(const char *servers, const char *resolv_conf, unsigned int timeout_ms,
	      struct dns_probe *ret_list, size_t *ret_n);

#endif
