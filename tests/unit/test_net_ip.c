// SPDX-License-Identifier: Apache-2.0
/* Addresses and networks: parse, print, compare, match; cases as data. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/ip.h"
#include "suite.h"

/* What is read, and how it is printed; NULL: it must be refused. */
static const struct {
	const char *text, *printed;
} addrs[] = {
	{ "1.2.3.4", "1.2.3.4" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ "::ffff:10.1.2.3", "10.1.2.3" },
	{ "::ffff:a01:203", "10.1.2.3" },
	{ "::10.1.2.3", "::10.1.2.3" },
	{ "", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.256", NULL },
	{ "1.2.3.4 ", NULL },
	{ " 1.2.3.4", NULL },
	{ "1.2.3.4/8", NULL },
	{ "1.2.3.4:80", NULL },
	{ "[::1]", NULL },
	{ "fe80::1%lo", NULL },
	{ "0x7f.1", NULL },
	{ "127.1", NULL },
	{ "localhost", NULL },
	{ ":::", NULL },
	{ "1::2::3", NULL },
};

START_TEST(addr_parse_format)
{
	const char *text = addrs[_i].text, *printed = addrs[_i].printed;
	struct ip_addr addr, again, untouched;
	char buf[IP_ADDR_TEXT_SIZE];

	memset(&addr, 0x5a, sizeof(addr));
	untouched = addr;
	if (!printed) {
		ck_assert_int_eq(ip_addr_parse(text, &addr), -EINVAL);
		ck_assert_mem_eq(&addr, &untouched, sizeof(addr));
		return;
	}
	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	ck_assert_str_eq(ip_addr_format(&addr, buf, sizeof(buf)), printed);
	ck_assert_int_eq(addr.family, strchr(printed, ':') ? 6 : 4);
	ck_assert_int_eq(ip_addr_parse(printed, &again), 0);
	ck_assert(ip_addr_equal(&addr, &again));
	ck_assert_mem_eq(&addr, &again, sizeof(addr));
	ck_assert_uint_eq(ip_addr_hash(&addr), ip_addr_hash(&again));
}
END_TEST

static const struct {
	const char *text, *printed;
} nets[] = {
	{ "127.0.0.0/8", "127.0.0.0/8" },
	{ "10.11.12.13/9", "10.0.0.0/9" },
	{ "1.2.3.4/32", "1.2.3.4/32" },
	{ "1.2.3.4/0", "0.0.0.0/0" },
	{ "2001:db8::ffff/33", "2001:db8::/33" },
	{ "::/0", "::/0" },
	{ "::ffff:10.1.2.3/104", "10.0.0.0/8" },
	{ "::ffff:10.1.2.3/128", "10.1.2.3/32" },
	{ "1.2.3.4", NULL },
	{ "1.2.3.4/", NULL },
	{ "1.2.3.4/33", NULL },
	{ "::/129", NULL },
	{ "1.2.3.4/-1", NULL },
	{ "1.2.3.4/+1", NULL },
	{ "1.2.3.4/8 ", NULL },
	{ "1.2.3.4/0008", NULL },
	{ "1.2.3.4/255.0.0.0", NULL },
	{ "/8", NULL },
	{ "1.2.3/8", NULL },
};

START_TEST(net_parse_format)
{
	struct ip_net net;
	char buf[IP_NET_TEXT_SIZE];

	if (!nets[_i].printed) {
		ck_assert_int_eq(ip_net_parse(nets[_i].text, &net), -EINVAL);
		return;
	}
	ck_assert_int_eq(ip_net_parse(nets[_i].text, &net), 0);
	ck_assert_str_eq(ip_net_format(&net, buf, sizeof(buf)), nets[_i].printed);
}
END_TEST

/* Whether the first len bits are equal, a bit at a time. */
static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		if ((a[i / 8] & bit) != (b[i / 8] & bit))
			return false;
	}
	return true;
}

START_TEST(net_contains_as_oracle)
{
	srand(7);
	for (int round = 0; round < 20000; round++) {
		bool is_v6 = rand() & 1;
		struct ip_addr addr = { .family = is_v6 ? 6 : 4 }, other;
		unsigned int len = (unsigned int)rand() % (is_v6 ? 129 : 33);
		char text[IP_ADDR_TEXT_SIZE], net_text[IP_NET_TEXT_SIZE + 8];
		struct ip_net net;

		for (size_t i = 0; i < ip_addr_len(&addr); i++)
			addr.bytes[i] = (uint8_t)(rand() | 1);
		other = addr;
		other.bytes[(unsigned int)rand() % ip_addr_len(&addr)] ^= (uint8_t)(1 << rand() % 8);
		snprintf(net_text, sizeof(net_text), "%s/%u",
			 ip_addr_format(&addr, text, sizeof(text)), len);
		ck_assert_int_eq(ip_net_parse(net_text, &net), 0);
		ck_assert(ip_net_contains(&net, &addr));
		ck_assert_int_eq(ip_net_contains(&net, &other),
				 bits_equal(addr.bytes, other.bytes, len));
	}
}
END_TEST

START_TEST(families_do_not_mix)
{
	struct ip_addr v4, v6, any;
	struct ip_net all6, all4;

	ck_assert_int_eq(ip_addr_parse("10.0.0.1", &v4), 0);
	ck_assert_int_eq(ip_addr_parse("2001:db8::1", &v6), 0);
	ck_assert_int_eq(ip_net_parse("::/0", &all6), 0);
	ck_assert_int_eq(ip_net_parse("0.0.0.0/0", &all4), 0);
	ck_assert(!ip_net_contains(&all6, &v4));
	ck_assert(!ip_net_contains(&all4, &v6));
	ck_assert(ip_net_contains(&all6, &v6));
	ck_assert_int_lt(ip_addr_compare(&v4, &v6), 0);
	ck_assert_int_gt(ip_addr_compare(&v6, &v4), 0);
	ck_assert(!ip_addr_is_loopback(&v4));
	ck_assert_int_eq(ip_addr_parse("127.9.9.9", &v4), 0);
	ck_assert(ip_addr_is_loopback(&v4));
	ck_assert_int_eq(ip_addr_parse("::1", &v6), 0);
	ck_assert(ip_addr_is_loopback(&v6));
	ck_assert(!ip_addr_is_any(&v6));
	ck_assert_int_eq(ip_addr_parse("::", &any), 0);
	ck_assert(ip_addr_is_any(&any));
	any.family = 0;
	ck_assert(!ip_addr_is_any(&any));
}
END_TEST

START_TEST(format_cuts)
{
	struct ip_addr addr;
	char buf[6];

	ck_assert_int_eq(ip_addr_parse("192.0.2.1", &addr), 0);
	ck_assert_str_eq(ip_addr_format(&addr, buf, sizeof(buf)), "192.0");
	addr.family = 0;
	ck_assert_str_eq(ip_addr_format(&addr, buf, sizeof(buf)), "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_ip");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, addr_parse_format, 0, sizeof(addrs) / sizeof(addrs[0]));
	tcase_add_loop_test(tc, net_parse_format, 0, sizeof(nets) / sizeof(nets[0]));
	tcase_add_test(tc, net_contains_as_oracle);
	tcase_add_test(tc, families_do_not_mix);
	tcase_add_test(tc, format_cuts);
	return suite_run(s);
}
