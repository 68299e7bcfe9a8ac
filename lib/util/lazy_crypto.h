/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_crypto.h - libcrypto, for sums of files: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_CRYPTO_H
#define UTIL_LAZY_CRYPTO_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_CRYPTO(F) \
	F(EVP_DigestFinal_ex) F(EVP_DigestInit_ex) F(EVP_DigestUpdate) F(EVP_MD_CTX_free) \
	F(EVP_MD_CTX_new) F(EVP_sha256)

extern struct lazy_crypto { LAZY_CRYPTO(LAZY_MEMBER) } lazy_crypto;
/* False: it is not there. */
bool lazy_crypto_load(void);

#define EVP_DigestFinal_ex lazy_crypto.EVP_DigestFinal_ex
#define EVP_DigestInit_ex lazy_crypto.EVP_DigestInit_ex
#define EVP_DigestUpdate lazy_crypto.EVP_DigestUpdate
#define EVP_MD_CTX_free lazy_crypto.EVP_MD_CTX_free
#define EVP_MD_CTX_new lazy_crypto.EVP_MD_CTX_new
#define EVP_sha256 lazy_crypto.EVP_sha256

#endif
