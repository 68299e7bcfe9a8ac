// SPDX-License-Identifier: Apache-2.0
/* The DNS table beside a naive one, and each promise of dns/table.h; names too. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/table.h"
#include "util/hash.h"
#include "suite.h"

#define S 1000000000ull
#define ASKED DNS_SOURCE_ASKED

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static int add(struct dns_table *t, const char *name, const char *addr, uint32_t ttl_s,
	       enum dns_source source, uint64_t now_ns)
{
	struct ip_addr a = ip(addr);

	return dns_table_add_name(t, name, &a, ttl_s, source, now_ns);
}

static bool has(const struct dns_table *t, const char *addr, const char *name, uint64_t now_ns)
{
	struct ip_addr a = ip(addr);

	return dns_table_addr_has_name(t, &a, name, now_ns);
}

static struct dns_table_stats stats_of(const struct dns_table *t)
{
	struct dns_table_stats stats;

	dns_table_get_stats(t, &stats);
	return stats;
}

static struct dns_table *table_new(size_t max_links, uint32_t floor_s, uint32_t grace_s)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;

	limits.max_links = max_links;
	limits.ttl_floor_s = floor_s;
	limits.grace_s = grace_s;
	t = dns_table_new(&limits);
	ck_assert_ptr_nonnull(t);
	return t;
}

static int list_name(const struct dns_link_info *info, void *arg)
{
	char *list = arg;

	strcat(list, info->name);
	strcat(list, " ");
	return 0;
}

static int list_addr(const struct dns_link_info *info, void *arg)
{
	char *list = arg;
	char text[IP_ADDR_TEXT_SIZE];

	strcat(list, ip_addr_format(&info->addr, text, sizeof(text)));
	strcat(list, " ");
	return 0;
}

static const char *names_of(const struct dns_table *t, const char *addr, uint64_t now_ns)
{
	static char list[4096];
	struct ip_addr a = ip(addr);

	list[0] = '\0';
	dns_table_names(t, &a, now_ns, list_name, list);
	return list;
}

static const char *addrs_of(const struct dns_table *t, const char *name, uint64_t now_ns)
{
	static char list[4096];

	list[0] = '\0';
	dns_table_addrs(t, name, now_ns, list_addr, list);
	return list;
}

/* Names. */

static const struct {
	const char *name, *kept; /* NULL: refused */
	enum dns_name_kind kind;
} names[] = {
	{ "Example.COM", "example.com", DNS_NAME_DOMAIN },
	{ "example.com.", "example.com", DNS_NAME_DOMAIN },
	{ "_sip._tcp.example.com", "_sip._tcp.example.com", DNS_NAME_DOMAIN },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example", DNS_NAME_DOMAIN },
	{ "db-1", "db-1", DNS_NAME_LOCAL },
	{ "localhost", "localhost", DNS_NAME_LOCAL },
	{ "a.LocalHost", "a.localhost", DNS_NAME_LOCAL },
	{ "notlocalhost.x", "notlocalhost.x", DNS_NAME_DOMAIN },
	{ "10.0.0.1", "10.0.0.1", DNS_NAME_ADDRESS },
	{ "::1", NULL, DNS_NAME_ADDRESS },
	{ "*.example.com", NULL, DNS_NAME_INVALID },
	{ "exa mple.com", NULL, DNS_NAME_INVALID },
	{ "a..b", NULL, DNS_NAME_INVALID },
	{ ".a", NULL, DNS_NAME_INVALID },
	{ ".", NULL, DNS_NAME_INVALID },
	{ "", NULL, DNS_NAME_INVALID },
	{ "a..", NULL, DNS_NAME_INVALID },
	{ "b\xc3\xbc" "cher.example", NULL, DNS_NAME_INVALID },
};

START_TEST(name_kept_form)
{
	char kept[DNS_NAME_SIZE] = "untouched";
	size_t len = 99;
	int err = dns_name_normalize(names[_i].name, strlen(names[_i].name), kept, &len);

	ck_assert_int_eq(dns_name_classify(names[_i].name), names[_i].kind);
	if (!names[_i].kept) {
		ck_assert_int_eq(err, -EINVAL);
		ck_assert_str_eq(kept, "untouched");
		ck_assert_uint_eq(len, 99);
		return;
	}
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(kept, names[_i].kept);
	ck_assert_uint_eq(len, strlen(kept));
}
END_TEST

START_TEST(name_lengths)
{
	char name[300], kept[DNS_NAME_SIZE];

	memset(name, 'a', sizeof(name));
	ck_assert_int_eq(dns_name_normalize(name, 63, kept, NULL), 0);
	ck_assert_int_eq(dns_name_normalize(name, 64, kept, NULL), -EINVAL);
	for (size_t i = 50; i < sizeof(name); i += 51)
		name[i] = '.';
	ck_assert_int_eq(dns_name_normalize(name, 253, kept, NULL), 0);
	ck_assert_int_eq(dns_name_normalize(name, 254, kept, NULL), -EINVAL);
	name[253] = '.';
	ck_assert_int_eq(dns_name_normalize(name, 254, kept, NULL), 0);
}
END_TEST

/* The table. */

START_TEST(time_to_live)
{
	struct dns_table *t = table_new(100, 60, 30);

	ck_assert_int_eq(add(t, "short.test", "192.0.2.1", 1, ASKED, 100 * S), 0);
	ck_assert_int_eq(add(t, "long.test", "192.0.2.1", 600, ASKED, 100 * S), 0);
	ck_assert(has(t, "192.0.2.1", "short.test", 190 * S));
	ck_assert(!has(t, "192.0.2.1", "short.test", 190 * S + 1));
	ck_assert(has(t, "192.0.2.1", "long.test", 730 * S));
	ck_assert(!has(t, "192.0.2.1", "long.test", 730 * S + 1));
	ck_assert_str_eq(names_of(t, "192.0.2.1", 500 * S), "long.test ");
	ck_assert_str_eq(addrs_of(t, "short.test", 500 * S), "");
	/* a shorter answer later does not shorten what was promised */
	ck_assert_int_eq(add(t, "long.test", "192.0.2.1", 1, ASKED, 101 * S), 0);
	ck_assert(has(t, "192.0.2.1", "long.test", 730 * S));
	ck_assert_uint_eq(dns_table_expire(t, 500 * S), 1);
	ck_assert_uint_eq(stats_of(t).links, 1);
	ck_assert_uint_eq(stats_of(t).names, 1);
	ck_assert_uint_eq(dns_table_expire(t, 1000 * S), 1);
	ck_assert_uint_eq(stats_of(t).addrs, 0);
	ck_assert_uint_eq(stats_of(t).expired, 2);
	ck_assert_uint_eq(stats_of(t).name_bytes, 0);
	/* no overflow at the end of time */
	ck_assert_int_eq(add(t, "late.test", "192.0.2.1", 600, ASKED, UINT64_MAX - 5), 0);
	ck_assert(has(t, "192.0.2.1", "late.test", UINT64_MAX));
	dns_table_free(t);
}
END_TEST

START_TEST(addresses_accumulate)
{
	struct dns_table *t = table_new(1000, 60, 60);
	char addr[32];

	/* a name whose one address changes at every lookup, each second */
	for (int i = 0; i < 100; i++) {
		snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		ck_assert_int_eq(add(t, "rotate.test", addr, 1, ASKED, (uint64_t)i * S), 0);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		ck_assert(has(t, addr, "rotate.test", 99 * S));
	}
	ck_assert_uint_eq(stats_of(t).links, 100);
	ck_assert_uint_eq(stats_of(t).names, 1);
	dns_table_free(t);
}
END_TEST

START_TEST(shared_address_keeps_all_names)
{
	struct dns_table *t = table_new(100, 60, 60);

	ck_assert_int_eq(add(t, "a.test", "192.0.2.1", 60, ASKED, S), 0);
	ck_assert_int_eq(add(t, "B.Test.", "192.0.2.1", 60, ASKED, 2 * S), 0);
	ck_assert(has(t, "192.0.2.1", "A.TEST", 3 * S));
	ck_assert(has(t, "192.0.2.1", "b.test.", 3 * S));
	ck_assert(has(t, "::ffff:192.0.2.1", "b.test", 3 * S));
	ck_assert(!has(t, "192.0.2.2", "b.test", 3 * S));
	ck_assert(!has(t, "192.0.2.1", "c.test", 3 * S));
	ck_assert_str_eq(names_of(t, "192.0.2.1", 3 * S), "b.test a.test ");
	dns_table_free(t);
}
END_TEST

static int take_info(const struct dns_link_info *info, void *arg)
{
	*(struct dns_link_info *)arg = *info;
	return 7;
}

START_TEST(cname_chain)
{
	static const char *const chain[] = { "www.shop.test", "shop.cdn.test", "edge7.cdn.test" };
	static const char *const loop[] = { "x.test", "y.test", "x.test" };
	struct dns_table *t = table_new(100, 60, 60);
	struct ip_addr a = ip("203.0.113.7");
	struct dns_link_info info;

	ck_assert_int_eq(dns_table_add(t, chain, 3, &a, 60, ASKED, S), 0);
	for (int i = 0; i < 3; i++)
		ck_assert(dns_table_addr_has_name(t, &a, chain[i], S));
	ck_assert_str_eq(dns_table_best_name(t, &a, S), "www.shop.test");
	ck_assert_int_eq(dns_table_addrs(t, "www.shop.test", S, take_info, &info), 7);
	ck_assert_str_eq(info.via, "shop.cdn.test");
	ck_assert(!info.is_alias);
	dns_table_addrs(t, "shop.cdn.test", S, take_info, &info);
	ck_assert_str_eq(info.via, "edge7.cdn.test");
	ck_assert(info.is_alias);
	dns_table_addrs(t, "edge7.cdn.test", S, take_info, &info);
	ck_assert_ptr_null(info.via);
	ck_assert_uint_eq(info.sources, 1u << ASKED);
	ck_assert_uint_eq(info.first_seen_ns, S);
	ck_assert_uint_eq(info.expiry_ns, 121 * S);

	/* asked for by itself later, it is no mere alias any more */
	ck_assert_int_eq(add(t, "edge7.cdn.test", "203.0.113.7", 60, ASKED, 2 * S), 0);
	ck_assert_str_eq(dns_table_best_name(t, &a, 2 * S), "edge7.cdn.test");
	/* a circle does no harm */
	ck_assert_int_eq(dns_table_add(t, loop, 3, &a, 60, ASKED, 3 * S), 0);
	ck_assert(dns_table_addr_has_name(t, &a, "y.test", 3 * S));
	ck_assert_uint_eq(dns_table_expire(t, 1000 * S), 5);
	ck_assert_uint_eq(stats_of(t).names, 0);
	dns_table_free(t);
}
END_TEST

START_TEST(refuses)
{
	static const char *const bad_middle[] = { "ok.test", "b d.test", "end.test" };
	const char *many[DNS_CHAIN_MAX + 1];
	struct dns_table *t = table_new(100, 60, 60);
	struct ip_addr a = ip("192.0.2.1"), none = { .family = 0 };
	struct dns_table_limits limits = { .max_links = 100 };

	for (size_t i = 0; i <= DNS_CHAIN_MAX; i++)
		many[i] = "a.test";
	ck_assert_int_eq(dns_table_add_name(t, "*.test", &a, 60, ASKED, S), -EINVAL);
	ck_assert_int_eq(dns_table_add_name(t, "a.test", &none, 60, ASKED, S), -EINVAL);
	ck_assert_int_eq(dns_table_add(t, many, 0, &a, 60, ASKED, S), -EINVAL);
	ck_assert_int_eq(dns_table_add(t, many, DNS_CHAIN_MAX + 1, &a, 60, ASKED, S), -EINVAL);
	ck_assert_int_eq(dns_table_add_name(t, "a.test", &a, 60, DNS_SOURCE_COUNT, S), -EINVAL);
	ck_assert_uint_eq(stats_of(t).links, 0);
	ck_assert_uint_eq(stats_of(t).addrs, 0);
	ck_assert_uint_eq(stats_of(t).refused, 5);
	ck_assert_int_eq(dns_table_add(t, bad_middle, 3, &a, 60, ASKED, S), 0);
	ck_assert_str_eq(names_of(t, "192.0.2.1", S), "ok.test end.test ");
	dns_table_free(t);
	ck_assert_ptr_null(dns_table_new(&limits));
	ck_assert_int_eq(errno, EINVAL);
	dns_table_free(NULL);
}
END_TEST

START_TEST(sources)
{
	struct dns_table *t = table_new(100, 60, 0);
	struct ip_addr a = ip("192.0.2.1");

	ck_assert_int_eq(add(t, "hosts.test", "192.0.2.1", DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, S), 0);
	ck_assert_str_eq(dns_table_best_name(t, &a, S), "hosts.test");
	ck_assert_int_eq(add(t, "asked.test", "192.0.2.1", 60, ASKED, S), 0);
	ck_assert_str_eq(dns_table_best_name(t, &a, S), "asked.test");
	ck_assert_int_eq(add(t, "seen.test", "192.0.2.1", 60, DNS_SOURCE_OBSERVED, S), 0);
	ck_assert_int_eq(add(t, "asked.test", "192.0.2.1", 60, ASKED, 2 * S), 0);
	ck_assert_str_eq(dns_table_best_name(t, &a, 2 * S), "seen.test");
	ck_assert_str_eq(dns_table_best_name(t, &a, 90 * S), "hosts.test");
	ck_assert(dns_table_addr_is_known(t, &a, 90 * S));

	/* two sources vouch for one link: it lives until both have ended */
	ck_assert_int_eq(add(t, "hosts.test", "192.0.2.1", 60, ASKED, 100 * S), 0);
	dns_table_withdraw(t, DNS_SOURCE_HOSTS);
	ck_assert(has(t, "192.0.2.1", "hosts.test", 160 * S));
	ck_assert(!has(t, "192.0.2.1", "hosts.test", 161 * S));
	ck_assert(!dns_table_addr_is_known(t, &a, 161 * S));
	ck_assert_ptr_null(dns_table_best_name(t, &a, 161 * S));
	ck_assert_int_eq(add(t, "h2.test", "192.0.2.9", DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, S), 0);
	dns_table_withdraw(t, DNS_SOURCE_HOSTS);
	ck_assert(!has(t, "192.0.2.9", "h2.test", S));
	ck_assert_uint_eq(stats_of(t).withdrawn, 1);
	ck_assert_str_eq(dns_source_name(DNS_SOURCE_HOSTS), "hosts");
	dns_table_free(t);
}
END_TEST

START_TEST(eviction_spares_the_used)
{
	struct dns_table *t = table_new(10, 60, 60);
	char name[32];

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(add(t, name, "192.0.2.1", 60, ASKED, S), 0);
	}
	ck_assert(has(t, "192.0.2.1", "n0.test", S));	/* looked up */
	ck_assert_int_eq(add(t, "n1.test", "192.0.2.1", 60, ASKED, S), 0); /* told again */
	ck_assert_int_eq(add(t, "new.test", "192.0.2.2", 60, ASKED, S), 0);
	ck_assert_uint_eq(stats_of(t).links, 10);
	ck_assert_uint_eq(stats_of(t).evicted, 1);
	ck_assert(has(t, "192.0.2.1", "n0.test", S));
	ck_assert(has(t, "192.0.2.1", "n1.test", S));
	ck_assert(!has(t, "192.0.2.1", "n2.test", S));
	ck_assert(has(t, "192.0.2.2", "new.test", S));
	/* what is dead goes without being counted as evicted */
	ck_assert_int_eq(add(t, "later.test", "192.0.2.3", 60, ASKED, 500 * S), 0);
	ck_assert_uint_eq(stats_of(t).evicted, 1);
	ck_assert_uint_eq(stats_of(t).expired, 1);
	dns_table_free(t);
}
END_TEST

START_TEST(hosts_are_not_evicted)
{
	struct dns_table *t = table_new(10, 60, 60);
	char name[32];

	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "h%d.test", i);
		ck_assert_int_eq(add(t, name, "192.0.2.1", DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, S),
				 i < 5 ? 0 : -ENOSPC);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(add(t, name, "192.0.2.2", 60, ASKED, S), 0);
	}
	ck_assert_uint_eq(stats_of(t).links, 10);
	ck_assert_uint_eq(stats_of(t).evicted, 95);
	ck_assert_uint_eq(stats_of(t).refused, 1);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "h%d.test", i);
		ck_assert(has(t, "192.0.2.1", name, 1000 * S));
	}
	dns_table_free(t);
}
END_TEST

START_TEST(one_address_cannot_take_all)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;
	char name[32], addr[32];

	limits.max_names_per_addr = 4;
	limits.max_addrs_per_name = 8;
	t = dns_table_new(&limits);
	ck_assert_int_eq(add(t, "other.test", "192.0.2.9", 60, ASKED, S), 0);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(add(t, name, "192.0.2.1", 60, ASKED, S), 0);
	}
	ck_assert_str_eq(names_of(t, "192.0.2.1", S), "n49.test n48.test n47.test n46.test ");
	for (int i = 0; i < 50; i++) {
		snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		ck_assert_int_eq(add(t, "rotate.test", addr, 60, ASKED, S), 0);
	}
	ck_assert_uint_eq(stats_of(t).links, 1 + 4 + 8);
	ck_assert(has(t, "198.51.100.42", "rotate.test", S));
	ck_assert(!has(t, "198.51.100.41", "rotate.test", S));
	ck_assert_uint_eq(stats_of(t).evicted, 46 + 42);
	dns_table_free(t);
}
END_TEST

/* Owners 1, 2, ... that the hash does not throw together. */
static uint64_t owner_apart(unsigned int n)
{
	uint64_t seen = 0, who = 0;

	while (n) {
		uint64_t bit = UINT64_C(1) << hash_u64(++who) % (DNS_TABLE_OWNERS - 1);

		n -= !(seen & bit);
		seen |= bit;
	}
	return who;
}

/* Told to somebody, on account of the owner with that number. */
static void told_to(struct dns_table *t, const char *name, const char *addr, unsigned int owner, uint64_t now)
{
	struct dns_origin origin = { .pid = 1 + owner, .start_ns = 1, .owner = owner_apart(owner) };
	struct ip_addr ip;

	ck_assert_int_eq(ip_addr_parse(addr, &ip), 0);
	ck_assert_int_eq(dns_table_add_from(t, &name, 1, &ip, 60, DNS_SOURCE_OBSERVED, &origin, now), 0);
}

/* Who asks for thousands of names pushes out his own. */
START_TEST(who_asks_much_loses_his_own)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;
	char name[32], addr[32];

	limits.max_links = limits.max_askers = 1000;
	t = dns_table_new(&limits);
	/* others, of whom one is told the same name as the greedy one, before and after him */
	ck_assert_int_eq(add(t, "asked.test", "192.0.2.1", 60, ASKED, S), 0);
	told_to(t, "quiet.test", "192.0.2.2", 1, S);
	told_to(t, "both.test", "192.0.2.3", 1, S);
	told_to(t, "both.test", "192.0.2.3", 2, S);
	told_to(t, "late.test", "192.0.2.4", 2, S);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		snprintf(addr, sizeof(addr), "10.0.%d.%d", i / 256, i % 256);
		told_to(t, name, addr, 2, S);
		if (i == 500)
			told_to(t, "late.test", "192.0.2.4", 3, S);
	}
	ck_assert_uint_eq(stats_of(t).links, 1000);
	ck_assert_uint_eq(stats_of(t).askers, 1000);
	ck_assert(has(t, "192.0.2.1", "asked.test", S));
	ck_assert(has(t, "192.0.2.2", "quiet.test", S));
	ck_assert(has(t, "192.0.2.3", "both.test", S));
	ck_assert(has(t, "192.0.2.4", "late.test", S));
	ck_assert(!has(t, "10.0.0.1", "n1.test", S));
	ck_assert(has(t, "10.0.19.135", "n4999.test", S));
	dns_table_free(t);
}
END_TEST

/* Many names of his own for somebody else's address push out his own, too. */
START_TEST(an_address_is_shared_fairly)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;
	char name[32];

	limits.max_names_per_addr = 8;
	t = dns_table_new(&limits);
	ck_assert_int_eq(add(t, "good.test", "192.0.2.1", 60, ASKED, S), 0);
	told_to(t, "www.good.test", "192.0.2.1", 1, S);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.evil.test", i);
		told_to(t, name, "192.0.2.1", 2, S);
	}
	ck_assert(has(t, "192.0.2.1", "good.test", S));
	ck_assert(has(t, "192.0.2.1", "www.good.test", S));
	ck_assert(has(t, "192.0.2.1", "n99.evil.test", S));
	ck_assert_uint_eq(stats_of(t).links, 8);
	dns_table_free(t);
}
END_TEST

START_TEST(bytes_are_bounded)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;
	char name[256], addr[32];

	limits.max_name_bytes = 16384;
	t = dns_table_new(&limits);
	memset(name, 'a', sizeof(name));
	for (size_t i = 50; i < 200; i += 51)
		name[i] = '.';
	for (int i = 0; i < 1000; i++) {
		snprintf(name + 200, sizeof(name) - 200, "%d", i);
		snprintf(addr, sizeof(addr), "10.0.%d.%d", i / 256, i % 256);
		ck_assert_int_eq(add(t, name, addr, 60, ASKED, S), 0);
		ck_assert_uint_le(stats_of(t).name_bytes, 16384);
		ck_assert(has(t, addr, name, S));
	}
	ck_assert_uint_eq(stats_of(t).links + stats_of(t).evicted, 1000);
	ck_assert_uint_gt(stats_of(t).links, 60);
	dns_table_free(t);
}
END_TEST

/* A table as simple as can be: an array, searched from end to end. */

#define ORACLE_MAX 4096

struct oracle_link {
	char name[32];
	struct ip_addr addr;
	uint64_t expiry_ns[DNS_SOURCE_COUNT];
};

struct oracle {
	struct oracle_link links[ORACLE_MAX];
	size_t count;
};

static bool oracle_live(const struct oracle_link *l, uint64_t now_ns)
{
	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if (l->expiry_ns[i] && now_ns <= l->expiry_ns[i])
			return true;
	}
	return false;
}

static bool oracle_has(const struct oracle *o, const struct ip_addr *a, const char *name,
		       uint64_t now_ns)
{
	for (size_t i = 0; i < o->count; i++) {
		if (!strcmp(o->links[i].name, name) && ip_addr_equal(&o->links[i].addr, a))
			return oracle_live(&o->links[i], now_ns);
	}
	return false;
}

static void oracle_add(struct oracle *o, const struct ip_addr *a, const char *name,
		       enum dns_source source, uint64_t expiry_ns)
{
	size_t i;

	for (i = 0; i < o->count; i++) {
		if (!strcmp(o->links[i].name, name) && ip_addr_equal(&o->links[i].addr, a))
			break;
	}
	if (i == o->count) {
		ck_assert_uint_lt(i, ORACLE_MAX);
		memset(&o->links[i], 0, sizeof(o->links[i]));
		strcpy(o->links[i].name, name);
		o->links[i].addr = *a;
		o->count++;
	}
	if (o->links[i].expiry_ns[source] < expiry_ns)
		o->links[i].expiry_ns[source] = expiry_ns;
}

static size_t oracle_count(const struct oracle *o, const struct ip_addr *a, const char *name,
			   uint64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++) {
		if ((a && !ip_addr_equal(&o->links[i].addr, a)) ||
		    (name && strcmp(o->links[i].name, name)))
			continue;
		n += oracle_live(&o->links[i], now_ns);
	}
	return n;
}

static int count_link(const struct dns_link_info *info, void *arg)
{
	(void)info;
	++*(size_t *)arg;
	return 0;
}

static struct ip_addr random_addr(void)
{
	char text[32];

	snprintf(text, sizeof(text), rand() & 1 ? "10.0.0.%d" : "2001:db8::%d", rand() % 20);
	return ip(text);
}

static void random_chain(char text[3][32], const char *chain[3], size_t *ret_len)
{
	*ret_len = (size_t)rand() % 3 + 1;
	for (size_t i = 0; i < *ret_len; i++) {
		snprintf(text[i], 32, "n%d.test", rand() % 40);
		chain[i] = text[i];
	}
}

static void oracle_step(struct dns_table *t, struct oracle *o, bool is_exact, uint64_t now_ns)
{
	char text[3][32];
	const char *chain[3];
	size_t len, got = 0;
	struct ip_addr a = random_addr();
	enum dns_source source = rand() % 8 ? ASKED : DNS_SOURCE_OBSERVED;
	uint32_t ttl_s = (uint32_t)rand() % 40;

	random_chain(text, chain, &len);
	switch (rand() % 16) {
	case 0:
		if (rand() % 64 == 0) {
			dns_table_withdraw(t, source);
			for (size_t i = 0; i < o->count; i++)
				o->links[i].expiry_ns[source] = 0;
		}
		break;
	case 1:
		dns_table_expire(t, now_ns);
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		if (dns_table_add(t, chain, len, &a, ttl_s, source, now_ns) == 0) {
			for (size_t i = 0; i < len; i++)
				oracle_add(o, &a, chain[i], source,
					   now_ns + ((ttl_s > 10 ? ttl_s : 10) + 5) * S);
		}
		break;
	case 6:
		dns_table_names(t, &a, now_ns, count_link, &got);
		ck_assert_uint_le(got, oracle_count(o, &a, NULL, now_ns));
		ck_assert(!is_exact || got == oracle_count(o, &a, NULL, now_ns));
		break;
	case 7:
		dns_table_addrs(t, text[0], now_ns, count_link, &got);
		ck_assert_uint_le(got, oracle_count(o, NULL, text[0], now_ns));
		ck_assert(!is_exact || got == oracle_count(o, NULL, text[0], now_ns));
		break;
	default:
		if (dns_table_addr_has_name(t, &a, text[0], now_ns))
			ck_assert(oracle_has(o, &a, text[0], now_ns));
		else
			ck_assert(!is_exact || !oracle_has(o, &a, text[0], now_ns));
	}
}

/* _i 0: roomy, must be equal; 1: small, may know less but never more. */
START_TEST(as_oracle)
{
	struct oracle *o = calloc(1, sizeof(*o));
	struct dns_table *t = table_new(_i ? 64 : 4096, 10, 5);
	uint64_t now_ns = 1000 * S;
	struct dns_table_stats st;

	srand(11);
	for (int round = 0; round < 40000; round++) {
		now_ns += (uint64_t)rand() % (S / 10);
		oracle_step(t, o, !_i, now_ns);
		st = stats_of(t);
		ck_assert_uint_le(st.links, _i ? 64 : 4096);
		ck_assert_uint_eq(st.added,
				  st.links + st.evicted + st.expired + st.withdrawn);
	}
	ck_assert_uint_gt(st.added, 1000);
	ck_assert_uint_gt(st.refreshed, 100);
	ck_assert(_i ? st.evicted > 100 : st.evicted == 0);
	dns_table_expire(t, now_ns + 1000 * S);
	st = stats_of(t);
	ck_assert_uint_eq(st.links + st.names + st.addrs + st.name_bytes, 0);
	dns_table_free(t);
	free(o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_table");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, name_kept_form, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(tc, name_lengths);
	tcase_add_test(tc, time_to_live);
	tcase_add_test(tc, addresses_accumulate);
	tcase_add_test(tc, shared_address_keeps_all_names);
	tcase_add_test(tc, cname_chain);
	tcase_add_test(tc, refuses);
	tcase_add_test(tc, sources);
	tcase_add_test(tc, eviction_spares_the_used);
	tcase_add_test(tc, hosts_are_not_evicted);
	tcase_add_test(tc, one_address_cannot_take_all);
	tcase_add_test(tc, who_asks_much_loses_his_own);
	tcase_add_test(tc, an_address_is_shared_fairly);
	tcase_add_test(tc, bytes_are_bounded);
	tcase_add_loop_test(tc, as_oracle, 0, 2);
	return suite_run(s);
}
