// SPDX-License-Identifier: Apache-2.0
/*
 * sink_http.c - alerts POSTed to a server
 *
 * One transfer at a time, by a multi handle, whose wait ends at once when we are to stop. What the
 * server cannot be reached for is tried again until it is there; what it answers with 408, 429 or
 * 5xx so often as the options say; what it refuses otherwise is lost. Redirects are not followed: an
 * alert goes where the configuration says.
 */
#include "output/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "output/text.h"
#include "util/lazy_zlib.h"

#define ANSWER_MAX	512u	/* bytes of an answer that is told */

struct sink_http {
	struct sink s;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	bool compress, echo;
	uint32_t quiet_timeouts, timeouts;	/* in a row */
	uint32_t retries, tries;	/* of the first message */
	struct buf body, packed, answer;
};

static size_t take_answer(char *bytes, size_t size, size_t n, void *arg)
{
	struct sink_http *h = arg;

	buf_add(&h->answer, bytes, size * n);	/* beyond its bound it is not kept */
	return size * n;
}

/* One line of JSON each: alone, or all of them as an array. Text: as lines. */
static void make_body(struct sink_http *h, struct message *const *m, size_t n)
{
	bool array = h->s.form != MESSAGE_TEXT && h->s.batch > 1;

	buf_clear(&h->body);
	buf_add_str(&h->body, array ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		struct slice line = m[i]->form[h->s.form];

		buf_add_str(&h->body, array && i ? "," : "");
		buf_add(&h->body, line.ptr, line.len ? line.len - 1 : 0);
		if (!array && n > 1)
			buf_add_char(&h->body, '\n');
	}
	buf_add_str(&h->body, array ? "]" : "");
}

/* gzip. 0 or -ENOMEM. */
static int pack_body(struct sink_http *h)
{
	z_stream z = { 0 };
	Bytef out[16 << 10];
	int rc;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	buf_clear(&h->packed);
	z.next_in = (Bytef *)h->body.ptr;
	z.avail_in = (uInt)h->body.len;
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = deflate(&z, Z_FINISH);
		buf_add(&h->packed, out, sizeof(out) - z.avail_out);
	} while (rc == Z_OK || rc == Z_BUF_ERROR);
	deflateEnd(&z);
	return rc == Z_STREAM_END && !h->packed.truncated ? 0 : -ENOMEM;
}

/* 0: it came to an end, which *@ret_code tells of; -ECANCELED. */
static int transfer(struct sink_http *h, CURLcode *ret_code)
{
	struct curl_waitfd stop = { .fd = h->s.stop_fd, .events = CURL_WAIT_POLLIN };
	int running = 1, left;
	CURLMsg *msg;

	*ret_code = CURLE_FAILED_INIT;
	if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return 0;
	while (running && curl_multi_perform(h->multi, &running) == CURLM_OK && running) {
		stop.revents = 0;
		if (curl_multi_poll(h->multi, &stop, 1, 1000, NULL) != CURLM_OK || stop.revents)
			break;
	}
	while ((msg = curl_multi_info_read(h->multi, &left)) != NULL)
		if (msg->msg == CURLMSG_DONE)
			*ret_code = msg->data.result;
	curl_multi_remove_handle(h->multi, h->easy);
	return running ? -ECANCELED : 0;
}

static int not_reached(struct sink_http *h, CURLcode code)
{
	h->timeouts = code == CURLE_OPERATION_TIMEDOUT ? h->timeouts + 1 : 0;
	h->s.quiet_failure = h->timeouts && h->timeouts <= h->quiet_timeouts;
	return sink_fail(&h->s, -EAGAIN, "%s", *h->error ? h->error : curl_easy_strerror(code));
}

static int answered(struct sink_http *h, size_t n)
{
	struct buf safe = BUF_INIT;
	long status = 0;

	h->timeouts = 0;
	h->s.quiet_failure = false;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	text_escape(buf_slice(&h->answer), &safe);
	if (h->echo) {
		free(h->s.says);
		h->s.says = strdup(buf_str(&safe));
	}
	sink_fail(&h->s, 0, "the server answers %ld%s%.100s", status, safe.len ? ": " : "",
		  buf_str(&safe));
	buf_release(&safe);
	if (status >= 200 && status < 300) {
		h->tries = 0;
		return (int)n;
	}
	/* one of them may be at fault: alone */
	if (n > 1) {
		h->tries = 1;
		return -EAGAIN;
	}
	if ((status >= 500 || status == 408 || status == 429) && h->tries < h->retries) {
		h->tries++;
		return -EAGAIN;
	}
	h->tries = 0;
	return -EBADMSG;
}

static int http_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_http *h = (struct sink_http *)s;
	struct buf *body = &h->body;
	CURLcode code;
	int rc;

	/* what the server fails on may be one of many: then it is found out which */
	if (h->tries)
		n = 1;
	make_body(h, m, n);
	if (body->truncated || (h->compress && pack_body(h) < 0))
		return sink_fail(s, -ENOMEM, "out of memory");
	if (h->compress)
		body = &h->packed;
	buf_clear(&h->answer);
	*h->error = '\0';
	curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, body->ptr);
	curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
	rc = transfer(h, &code);
	if (rc < 0)
		return sink_fail(s, rc, "it was to stop");
	return code == CURLE_OK ? answered(h, n) : not_reached(h, code);
}

static void http_release(struct sink *s)
{
	struct sink_http *h = (struct sink_http *)s;

	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	buf_release(&h->body);
	buf_release(&h->packed);
	buf_release(&h->answer);
}

static const struct sink_ops http_ops = { .send = http_send, .release = http_release };

static bool add_header(struct sink_http *h, const char *header)
{
	struct curl_slist *more = curl_slist_append(h->headers, header);

	if (more)
		h->headers = more;
	return more != NULL;
}

static void set_text(CURL *easy, CURLoption option, const char *text, CURLcode *rc)
{
	if (*rc == CURLE_OK && text)
		*rc = curl_easy_setopt(easy, option, text);
}

static CURLcode set_tls(CURL *easy, const struct sink_http_options *opt)
{
	CURLcode rc = CURLE_OK;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (opt->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	set_text(easy, CURLOPT_CAINFO, opt->ca_cert ? opt->ca_cert : opt->ca_bundle, &rc);
	set_text(easy, CURLOPT_CAPATH, opt->ca_path, &rc);
	set_text(easy, CURLOPT_SSLCERT, opt->client_cert, &rc);
	set_text(easy, CURLOPT_SSLKEY, opt->client_key, &rc);
	return rc;
}

static CURLcode set_up(struct sink_http *h, const struct sink_http_options *opt)
{
	CURL *easy = h->easy;
	CURLcode rc = CURLE_OK;

	set_text(easy, CURLOPT_URL, opt->url, &rc);
	set_text(easy, CURLOPT_USERAGENT, opt->user_agent, &rc);
#if LIBCURL_VERSION_NUM >= 0x075500
	set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https", &rc);
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)opt->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, opt->keep_alive ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
	return rc == CURLE_OK ? set_tls(easy, opt) : rc;
}

/* Scheme, host and port: in the rest there may be a password or a token. */
static void name_of(const char *url, char *ret_name, size_t size)
{
	const char *host = strstr(url, "://"), *at;
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	for (at = host; at < host + len; at++)
		if (*at == '@') {
			len -= (size_t)(at + 1 - host);
			host = at + 1;
		}
	snprintf(ret_name, size, "server %.*s", (int)len, host);
}

struct sink *sink_http_new(const struct sink_http_options *opt, enum message_form form)
{
	static bool ready;
	struct sink_http *h;
	char name[300];

	errno = ELIBACC;
	/* once, by whoever makes sinks: one thread */
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return NULL;
	ready = true;
	if (opt->compress && !lazy_zlib_load())
		return NULL;
	name_of(opt->url, name, sizeof(name));
	h = sink_alloc(sizeof(*h), &http_ops, form, name);
	if (!h) {
		errno = ENOMEM;
		return NULL;
	}
	h->s.batch = opt->batch ? opt->batch : 1;
	h->compress = opt->compress;
	h->echo = opt->echo;
	h->quiet_timeouts = opt->quiet_timeouts;
	h->retries = opt->retries;
	buf_init(&h->answer, ANSWER_MAX);
	h->multi = curl_multi_init();
	h->easy = curl_easy_init();
	/* without waiting for a "100 Continue" that many servers do not send */
	if (!h->multi || !h->easy || !add_header(h, "Expect:") ||
	    !add_header(h, form == MESSAGE_TEXT ? "Content-Type: text/plain" :
						  "Content-Type: application/json") ||
	    (h->compress && !add_header(h, "Content-Encoding: gzip")) || set_up(h, opt) != CURLE_OK) {
		sink_free(&h->s);
		errno = ENOMEM;
		return NULL;
	}
	return &h->s;
}
