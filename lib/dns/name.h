/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain names in the one form that all tables here keep: lower case, no
 * trailing dot, ASCII. Names compare without case by being brought to that form
 * once, so that the rest is memcmp.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stddef.h>

/* The longest name, 253 bytes, with its closing NUL. */
#define DNS_NAME_SIZE 254

/*
 * Writes the kept form of name (len bytes, NUL not needed) to ret_name and, if
 * ret_len is not NULL, its length. Returns 0, or -EINVAL when it cannot be a
 * host's name: empty, over 253 bytes, a label that is empty or over 63 bytes, or
 * a byte other than a letter, a digit, '-' or '_' (so no '*', '?', blank, or
 * international text that was not brought to its xn-- form).
 */
int dns_name_normalize(const char *name, size_t len, char ret_name[DNS_NAME_SIZE],
		       size_t *ret_len);

enum dns_name_kind {
	DNS_NAME_INVALID, /* no host's name: never in any answer */
	DNS_NAME_ADDRESS, /* an IPv4 or IPv6 address */
	DNS_NAME_LOCAL,	  /* one label, or below .localhost: /etc/hosts may know it, DNS is not asked */
	DNS_NAME_DOMAIN,  /* can be asked for */
};

/* What a rule's literal is. It need not be in the kept form. */
enum dns_name_kind dns_name_classify(const char *name);

#endif
