/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - which name servers are believed, and in which network namespaces (TRUST.md)
 */
#ifndef DNS_TRUST_H
#define DNS_TRUST_H

#include "dns/observe.h"

struct dns_trust;

/* Is this one of the list dns_observe_options.servers? */
bool dns_trust_is_server(const char *text);

/* Copies what it needs. As dns_observe_new(). */
int dns_trust_new(const struct dns_observe_options *opt, struct dns_trust **ret_trust);
void dns_trust_free(struct dns_trust *t); /* takes NULL */

/* Is this a process of the host that may answer for this machine? */
bool dns_trust_stub(const struct dns_trust *t, const struct dns_packet *p);

/*
 * What to make of a good answer to a question that was seen. @served: a process that
 * dns_trust_stub() is true of was seen to send it. DNS_FATE_TAKEN, or why not. Looks at
 * resolv.conf now and then.
 */
enum dns_fate dns_trust_answer(struct dns_trust *t, const struct dns_packet *p, bool served);

#endif
