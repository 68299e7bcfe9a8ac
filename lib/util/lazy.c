// SPDX-License-Identifier: Apache-2.0
/* lazy.c - libraries that are loaded when they are first needed; see lazy.h */
#include "util/lazy.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#include "util/lazy_capng.h"
#include "util/lazy_cares.h"
#include "util/lazy_crypto.h"
#include "util/lazy_idn.h"
#include "util/lazy_microhttpd.h"
#include "util/lazy_mnl.h"
#include "util/lazy_nl.h"
#include "util/lazy_pcre2.h"
#include "util/lazy_psl.h"
#include "util/lazy_seccomp.h"
#include "util/lazy_sqlite.h"
#include "util/lazy_systemd.h"
#include "util/lazy_yaml.h"
#include "util/lazy_zlib.h"

enum lazy_state { LAZY_UNTRIED, LAZY_LOADED, LAZY_MISSING };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* @to: as many pointers to functions as there are @names */
static enum lazy_state find(const char *soname, const char *const *names, size_t n, void **to)
{
	void *so = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!so)
		return LAZY_MISSING;
	for (size_t i = 0; i < n; i++) {
		to[i] = dlsym(so, names[i]);
		if (!to[i])
			return LAZY_MISSING;
	}
	return LAZY_LOADED;
}

#define NAME(f) #f,
#define LIBRARY(lib, soname, LIST)							\
	struct lazy_##lib lazy_##lib;							\
											\
	bool lazy_##lib##_load(void)							\
	{										\
		static const char *const names[] = { LIST(NAME) };			\
		static enum lazy_state state;						\
		bool loaded;								\
											\
		_Static_assert(sizeof(lazy_##lib) == sizeof(names), "only functions");	\
		pthread_mutex_lock(&lock);						\
		if (state == LAZY_UNTRIED)						\
			state = find(soname, names, sizeof(names) / sizeof(names[0]),	\
				     (void **)&lazy_##lib);				\
		loaded = state == LAZY_LOADED;						\
		pthread_mutex_unlock(&lock);						\
		return loaded;								\
	}

/* The versions that the headers here are of: test_util_lazy.c loads them all. */
LIBRARY(capng, "libcap-ng.so.0", LAZY_CAPNG)
LIBRARY(cares, "libcares.so.2", LAZY_CARES)
LIBRARY(crypto, "libcrypto.so.3", LAZY_CRYPTO)
LIBRARY(idn, "libidn2.so.0", LAZY_IDN)
LIBRARY(microhttpd, "libmicrohttpd.so.12", LAZY_MICROHTTPD)
LIBRARY(mnl, "libmnl.so.0", LAZY_MNL)
/* which brings libnl with it */
LIBRARY(nl, "libnl-route-3.so.200", LAZY_NL)
LIBRARY(pcre2, "libpcre2-8.so.0", LAZY_PCRE2)
LIBRARY(psl, "libpsl.so.5", LAZY_PSL)
LIBRARY(seccomp, "libseccomp.so.2", LAZY_SECCOMP)
LIBRARY(sqlite, "libsqlite3.so.0", LAZY_SQLITE)
LIBRARY(systemd, "libsystemd.so.0", LAZY_SYSTEMD)
LIBRARY(yaml, "libyaml-0.so.2", LAZY_YAML)
LIBRARY(zlib, "libz.so.1", LAZY_ZLIB)
