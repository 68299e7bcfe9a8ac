/* SPDX-License-Identifier: Apache-2.0 */
/*
 * International domain names, and which part of a name somebody registered. DNS carries
 * "xn--bcher-kva.example"; people write "bücher.example", and so may rules. Text is UTF-8.
 */
#ifndef DNS_IDN_H
#define DNS_IDN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"

/* Room for the longest name in Unicode: each of 253 bytes of punycode gives at most 4. */
#define DNS_UNICODE_SIZE 1024

/*
 * The name as DNS carries it, in the kept form (dns/name.h). Returns 0, or -EINVAL when it is no
 * name by the rules of IDNA 2008 (with the mapping of capitals that browsers do).
 */
int dns_idn_to_ascii(const char *name, size_t len, char ret_name[DNS_NAME_SIZE]);

/*
 * The name as people write it, in lower case. False when it has no xn-- label, or one that
 * stands for nothing.
 */
bool dns_idn_to_unicode(const char *kept, char ret_name[DNS_UNICODE_SIZE]);

/*
 * Part of a name, as a pattern has it: letters other than ASCII to lower case, by Unicode. In
 * place: the result is never longer, what would be stays as it is. What is no UTF-8 stays too.
 */
void dns_idn_fold(char *text, size_t len);

/*
 * The domain that somebody registered: "example.co.uk" of "www.example.co.uk", by the Public
 * Suffix List (the newer of libpsl's own and the system's). A pointer into kept; kept itself
 * where it is a suffix or has no dot.
 */
const char *dns_registrable(const char *kept);

struct dns_table;
struct ip_addr;

/*
 * Whether names of more than one registrable domain share the address: of those that somebody
 * asked for, as what they are aliases of (a content network's own name) is shared by nature;
 * names of one label (those of this machine) do not count.
 */
bool dns_is_ambiguous(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns);

#endif
