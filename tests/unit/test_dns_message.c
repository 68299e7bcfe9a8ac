// SPDX-License-Identifier: Apache-2.0
/*
 * DNS messages, good and bad: what belongs to the question counts, and nothing else; every
 * kind of nonsense has one verdict, in bounded time.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "dnsmsg.h"
#include "suite.h"

static struct dns_message m;

static enum dns_verdict parse(const struct dnsmsg *w)
{
	/* a copy of just its length: the sanitizer sees who reads on */
	uint8_t *bytes = malloc(w->len ? w->len : 1);
	enum dns_verdict verdict;

	memcpy(bytes, w->bytes, w->len);
	verdict = dns_message_parse(bytes, w->len, false, &m);
	free(bytes);
	return verdict;
}

static bool has_addr(const char *text)
{
	struct ip_addr a;

	ck_assert_int_eq(ip_addr_parse(text, &a), 0);
	for (size_t i = 0; i < m.naddrs; i++)
		if (ip_addr_equal(&m.addrs[i].ip, &a))
			return true;
	return false;
}

START_TEST(question)
{
	struct dnsmsg w;

	dnsmsg_query(&w, 0x1234, "WWW.Example.com", DNS_TYPE_A);
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.id, 0x1234);
	ck_assert(!m.response);
	ck_assert_str_eq(m.name, "www.example.com");
	ck_assert_uint_eq(m.qtype, DNS_TYPE_A);
	for (size_t len = 0; len < w.len; len++) {
		struct dnsmsg cut = w;

		cut.len = len;
		ck_assert_int_eq(parse(&cut), DNS_SHORT);
	}
}
END_TEST

START_TEST(answer)
{
	struct dnsmsg w;

	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	dnsmsg_addr(&w, "a.test", "192.0.2.1", 300);
	dnsmsg_addr(&w, "A.TEST", "192.0.2.2", 60);
	dnsmsg_addr(&w, "b.test", "192.0.2.3", 60);	/* nobody asked for it */
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.naddrs, 2);
	ck_assert(has_addr("192.0.2.1") && has_addr("192.0.2.2"));
	ck_assert_uint_eq(m.nstrays, 1);
	ck_assert_uint_eq(m.ttl_s, 60);
	ck_assert_uint_eq(m.addrs[0].ttl_s, 300);
	for (size_t len = 12; len < w.len; len++) {
		struct dnsmsg cut = w;

		cut.len = len;
		ck_assert_int_eq(parse(&cut), DNS_SHORT);
	}
	/* of a datagram that was cut, what is there counts */
	ck_assert_int_eq(dns_message_parse(w.bytes, w.len - 1, true, &m), DNS_SHORT);
	ck_assert_uint_eq(m.naddrs, 2);
}
END_TEST

START_TEST(chains)
{
	struct dnsmsg w;

	/* in any order; what leaves the question does not count */
	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_AAAA);
	dnsmsg_addr(&w, "c.test", "2001:db8::1", 300);
	dnsmsg_cname(&w, "b.test", "c.test", 20);
	dnsmsg_cname(&w, "x.test", "y.test", 1);
	dnsmsg_cname(&w, "a.test", "b.test", 200);
	dnsmsg_addr(&w, "y.test", "2001:db8::2", 300);
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.nchain, 3);
	ck_assert_str_eq(m.chain[0], "a.test");
	ck_assert_str_eq(m.chain[1], "b.test");
	ck_assert_str_eq(m.chain[2], "c.test");
	ck_assert_uint_eq(m.naddrs, 1);
	ck_assert_uint_eq(m.addrs[0].ttl_s, 20);
	ck_assert_uint_eq(m.nstrays, 2);

	/* addresses of a name that is a CNAME are not the chain's */
	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	dnsmsg_cname(&w, "a.test", "b.test", 20);
	dnsmsg_addr(&w, "a.test", "192.0.2.1", 20);
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.naddrs, 0);

	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	dnsmsg_cname(&w, "a.test", "b.test", 20);
	dnsmsg_cname(&w, "b.test", "a.test", 20);
	ck_assert_int_eq(parse(&w), DNS_LOOP);

	dnsmsg_answer(&w, 7, "n0.test", DNS_TYPE_A);
	for (int i = 0; i < 40; i++) {
		char from[24], to[24];

		snprintf(from, sizeof(from), "n%d.test", i);
		snprintf(to, sizeof(to), "n%d.test", i + 1);
		dnsmsg_cname(&w, from, to, 20);
	}
	ck_assert_int_eq(parse(&w), DNS_LOOP);
}
END_TEST

START_TEST(ttls)
{
	static const struct {
		uint32_t sent, taken;
	} rows[] = { { 0, 0 }, { 0x7fffffff, 0x7fffffff }, { 0x80000000, 0 }, { 0xffffffff, 0 } };
	struct dnsmsg w;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
		dnsmsg_addr(&w, "a.test", "192.0.2.1", rows[i].sent);
		ck_assert_int_eq(parse(&w), DNS_GOOD);
		ck_assert_uint_eq(m.addrs[0].ttl_s, rows[i].taken);
	}
}
END_TEST

START_TEST(bad_names)
{
	struct dnsmsg w;

	/* a pointer to itself, forward, into the header */
	for (unsigned int to = 0; to < 40; to++) {
		dnsmsg_header(&w, 7, 0x8180, 1, 0);
		dnsmsg_u16(&w, (uint16_t)(0xc000 | to));
		dnsmsg_u16(&w, 1);
		dnsmsg_u16(&w, 1);
		ck_assert_int_eq(parse(&w), DNS_BAD_NAME);
	}
	/* longer than 255 bytes */
	dnsmsg_header(&w, 7, 0x0100, 1, 0);
	for (int i = 0; i < 5; i++) {
		w.bytes[w.len++] = 63;
		memset(w.bytes + w.len, 'a', 63);
		w.len += 63;
	}
	w.bytes[w.len++] = 0;
	dnsmsg_u16(&w, 1);
	dnsmsg_u16(&w, 1);
	ck_assert_int_eq(parse(&w), DNS_BAD_NAME);
	/* labels of types that are no more */
	for (unsigned int type = 0x40; type < 0xc0; type += 0x40) {
		dnsmsg_header(&w, 7, 0x0100, 1, 0);
		w.bytes[w.len++] = (uint8_t)type;
		ck_assert_int_eq(parse(&w), DNS_BAD_NAME);
	}
	/* bytes that no host's name has are told apart from dots */
	dnsmsg_header(&w, 7, 0x0100, 1, 0);
	memcpy(w.bytes + w.len, "\4a.\0B\4test\0\0\1\0\1", 15);
	w.len += 15;
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_str_eq(m.name, "a\\046\\000b.test");
}
END_TEST

START_TEST(others)
{
	struct dnsmsg w;

	dnsmsg_header(&w, 7, 0x8180, 0, 0);
	ck_assert_int_eq(parse(&w), DNS_NO_QUESTION);
	dnsmsg_header(&w, 7, 0x8180, 2, 0);
	ck_assert_int_eq(parse(&w), DNS_NO_QUESTION);
	dnsmsg_header(&w, 7, 0x2800, 1, 0);	/* an update */
	ck_assert_int_eq(parse(&w), DNS_NO_QUERY);
	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	dnsmsg_record(&w, "a.test", DNS_TYPE_A, 1, "123", 3);
	ck_assert_int_eq(parse(&w), DNS_BAD_RECORD);
	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_AAAA);
	dnsmsg_record(&w, "a.test", DNS_TYPE_AAAA, 1, "1234", 4);
	ck_assert_int_eq(parse(&w), DNS_BAD_RECORD);
	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	w.bytes[3] |= 3;
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.rcode, 3);
	ck_assert_uint_eq(m.naddrs, 0);
}
END_TEST

/* As many addresses as fit, each with a pointer to a pointer to ... the name. */
START_TEST(many)
{
	struct dnsmsg w;

	dnsmsg_answer(&w, 7, "a.test", DNS_TYPE_A);
	for (unsigned int i = 0; i < 4000; i++) {
		uint8_t addr[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };

		dnsmsg_u16(&w, 0xc00c);
		dnsmsg_tail(&w, DNS_TYPE_A, 5, addr, 4);
	}
	ck_assert_int_eq(parse(&w), DNS_GOOD);
	ck_assert_uint_eq(m.naddrs, 4000);
	ck_assert_uint_eq(m.nstrays, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_message");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, question);
	tcase_add_test(tc, answer);
	tcase_add_test(tc, chains);
	tcase_add_test(tc, ttls);
	tcase_add_test(tc, bad_names);
	tcase_add_test(tc, others);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
