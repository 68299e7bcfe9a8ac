/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256.h - the SHA-256 of bytes that come in pieces (FIPS 180-4)
 *
 * Tells files apart in the status and in reports; nothing secret depends on it.
 */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES	 32
#define SHA256_HEX_SIZE	 65	/* with the NUL */

struct sha256 {
	uint32_t h[8];
	uint64_t len;		/* bytes so far */
	uint8_t block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t len);
/* The last call: the digest in hexadecimal digits. */
void sha256_end_hex(struct sha256 *s, char ret_hex[SHA256_HEX_SIZE]);

#endif
