/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256.h - the SHA-256 of bytes that come in pieces, by libcrypto
 *
 * Tells files apart in the status and in reports; nothing secret depends on it.
 */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE	 65	/* with the NUL */

struct sha256;

struct sha256 *sha256_new(void);	/* NULL: no memory */
/* NULL does nothing. */
void sha256_add(struct sha256 *s, const void *bytes, size_t len);
/* The digest in hexadecimal digits; "" of NULL. Frees @s. */
void sha256_end_hex(struct sha256 *s, char ret_hex[SHA256_HEX_SIZE]);

#endif
