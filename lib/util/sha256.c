// SPDX-License-Identifier: Apache-2.0
/* sha256.c - the SHA-256 of bytes that come in pieces, by libcrypto */
#include "util/sha256.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/lazy_crypto.h"

struct sha256 {
	EVP_MD_CTX *ctx;
	bool failed;
};

struct sha256 *sha256_new(void)
{
	struct sha256 *s = lazy_crypto_load() ? calloc(1, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	s->ctx = EVP_MD_CTX_new();
	if (s->ctx && EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) == 1)
		return s;
	EVP_MD_CTX_free(s->ctx);
	free(s);
	return NULL;
}

void sha256_add(struct sha256 *s, const void *bytes, size_t len)
{
	if (s && EVP_DigestUpdate(s->ctx, bytes, len) != 1)
		s->failed = true;
}

void sha256_end_hex(struct sha256 *s, char ret_hex[SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	*ret_hex = '\0';
	if (!s)
		return;
	if (!s->failed && EVP_DigestFinal_ex(s->ctx, digest, &len) == 1)
		for (unsigned int i = 0; i < len; i++)
			snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(s->ctx);
	free(s);
}
