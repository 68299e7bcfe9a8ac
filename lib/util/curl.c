// SPDX-License-Identifier: Apache-2.0
/*
 * curl.c - libcurl, loaded when it is first called for
 *
 * It and the thirty libraries behind it (TLS, Kerberos, LDAP, ...) take as much memory as all the
 * rest of a small run, and a fifth of its start; most runs never speak HTTP. So we do not link it:
 * these are its functions as far as we use them, and each calls the library's own. Where that
 * cannot be loaded, no handle can be made.
 *
 * What curl_easy_setopt() takes is a pointer or a number of 64 bits on every machine that we run
 * on, and is handed on as such.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>

#define LIBCURL	"libcurl.so.4"

/* Checks of arguments by the compiler, where they are called; here they are made. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *),
	       "arguments are handed on as pointers");

#define FUNCTIONS(F)									\
	F(curl_global_init) F(curl_easy_init) F(curl_easy_cleanup) F(curl_easy_reset)	\
	F(curl_easy_setopt) F(curl_easy_getinfo) F(curl_easy_perform) F(curl_easy_strerror)	\
	F(curl_slist_append) F(curl_slist_free_all) F(curl_multi_init) F(curl_multi_cleanup)	\
	F(curl_multi_add_handle) F(curl_multi_remove_handle) F(curl_multi_perform)	\
	F(curl_multi_poll) F(curl_multi_info_read)

static struct {
#define MEMBER(f) __typeof__(&f) f;
	FUNCTIONS(MEMBER)
#undef MEMBER
} lib;

static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *so = dlopen(LIBCURL, RTLD_NOW | RTLD_LOCAL);

	if (!so)
		return;
	loaded = true;
#define FIND(f)						\
	*(void **)&lib.f = dlsym(so, #f);		\
	loaded = loaded && lib.f;
	FUNCTIONS(FIND)
#undef FIND
	/* it stays: what it keeps for each thread could not be taken away safely */
}

static bool have(void)
{
	pthread_once(&once, load);
	return loaded;
}

CURLcode curl_global_init(long flags)
{
	return have() ? lib.curl_global_init(flags) : CURLE_FAILED_INIT;
}

CURL *curl_easy_init(void)
{
	return have() ? lib.curl_easy_init() : NULL;
}

/* All below are for handles, which only the library makes. */

void curl_easy_cleanup(CURL *curl)
{
	if (curl)
		lib.curl_easy_cleanup(curl);
}

void curl_easy_reset(CURL *curl)
{
	lib.curl_easy_reset(curl);
}

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	va_list ap;
	void *value;

	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	return lib.curl_easy_setopt(curl, option, value);
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	va_list ap;
	void *to;

	va_start(ap, info);
	to = va_arg(ap, void *);
	va_end(ap);
	return lib.curl_easy_getinfo(curl, info, to);
}

CURLcode curl_easy_perform(CURL *curl)
{
	return lib.curl_easy_perform(curl);
}

const char *curl_easy_strerror(CURLcode code)
{
	return have() ? lib.curl_easy_strerror(code) : LIBCURL " cannot be loaded";
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
	return have() ? lib.curl_slist_append(list, text) : NULL;
}

void curl_slist_free_all(struct curl_slist *list)
{
	if (list)
		lib.curl_slist_free_all(list);
}

CURLM *curl_multi_init(void)
{
	return have() ? lib.curl_multi_init() : NULL;
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
	return multi ? lib.curl_multi_cleanup(multi) : CURLM_BAD_HANDLE;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *curl)
{
	return lib.curl_multi_add_handle(multi, curl);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *curl)
{
	return lib.curl_multi_remove_handle(multi, curl);
}

CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
	return lib.curl_multi_perform(multi, running);
}

CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd fds[], unsigned int nfds, int timeout_ms,
			  int *numfds)
{
	return lib.curl_multi_poll(multi, fds, nfds, timeout_ms, numfds);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
	return lib.curl_multi_info_read(multi, left);
}
