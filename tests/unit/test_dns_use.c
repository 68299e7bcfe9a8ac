// SPDX-License-Identifier: Apache-2.0
/* What the DNS table knows of processes and connections: who asked, what is in use, what comes back. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/table.h"
#include "suite.h"

#define S 1000000000ull
#define T0 (1000 * S)

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static struct dns_table *table_new(size_t max_links, size_t max_askers)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;

	limits.max_links = max_links;
	limits.max_askers = max_askers;
	limits.max_askers_per_addr = 4;
	t = dns_table_new(&limits);
	ck_assert_ptr_nonnull(t);
	return t;
}

static struct dns_table_stats stats_of(const struct dns_table *t)
{
	struct dns_table_stats st;

	dns_table_get_stats(t, &st);
	return st;
}

/* An answer that process pid was given. */
static void told(struct dns_table *t, uint32_t pid, const char *name, const char *alias,
		 const char *addr, uint64_t now_ns)
{
	const char *chain[] = { name, alias };
	struct dns_origin from = { .pid = pid, .start_ns = pid * S, .netns = 42,
				   .server = ip("192.0.2.53") };
	struct ip_addr a = ip(addr);

	ck_assert_int_eq(dns_table_add_from(t, chain, alias ? 2 : 1, &a, 1, DNS_SOURCE_OBSERVED,
					    &from, now_ns), 0);
}

static int list_name(const struct dns_link_info *info, void *arg)
{
	strcat(arg, info->name);
	strcat(arg, " ");
	return 0;
}

static const char *asked(const struct dns_table *t, uint32_t pid, const char *addr, uint64_t now_ns)
{
	static char list[1024];
	struct ip_addr a = ip(addr);

	list[0] = '\0';
	dns_table_asked(t, &a, pid, pid * S, now_ns, list_name, list);
	return list;
}

static const char *best(const struct dns_table *t, uint32_t pid, const char *addr, uint64_t now_ns)
{
	struct ip_addr a = ip(addr);
	const char *name = dns_table_best_name_for(t, &a, pid, pid * S, now_ns);

	return name ? name : "";
}

static bool has(const struct dns_table *t, const char *addr, const char *name, uint64_t now_ns)
{
	struct ip_addr a = ip(addr);

	return dns_table_addr_has_name(t, &a, name, now_ns);
}

static bool use(struct dns_table *t, const char *addr, uint64_t now_ns)
{
	struct ip_addr a = ip(addr);

	return dns_table_use(t, &a, now_ns);
}

START_TEST(own_question_comes_first)
{
	struct dns_table *t = table_new(64, 64);

	told(t, 7, "a.test", "edge.test", "192.0.2.1", T0);
	told(t, 8, "b.test", "edge.test", "192.0.2.1", T0 + 1);
	told(t, 9, "c.test", NULL, "::ffff:192.0.2.1", T0 + 2);
	ck_assert_str_eq(best(t, 7, "192.0.2.1", T0 + 3), "a.test");
	ck_assert_str_eq(best(t, 8, "::ffff:192.0.2.1", T0 + 3), "b.test");
	ck_assert_str_eq(best(t, 9, "192.0.2.1", T0 + 3), "c.test");
	/* who never asked is told the last */
	ck_assert_str_eq(best(t, 10, "192.0.2.1", T0 + 3), "c.test");
	ck_assert_str_eq(asked(t, 7, "192.0.2.1", T0 + 3), "a.test ");
	ck_assert_str_eq(asked(t, 10, "192.0.2.1", T0 + 3), "");
	told(t, 7, "c.test", NULL, "192.0.2.1", T0 + 4);
	ck_assert_str_eq(asked(t, 7, "192.0.2.1", T0 + 5), "c.test a.test ");
	told(t, 7, "a.test", NULL, "192.0.2.1", T0 + 6);
	ck_assert_str_eq(asked(t, 7, "192.0.2.1", T0 + 7), "a.test c.test ");
	/* over is over: 60 s floor and 300 s grace */
	ck_assert_str_eq(asked(t, 7, "192.0.2.1", T0 + 361 * S), "");
	dns_table_expire(t, T0 + 361 * S);
	ck_assert_uint_eq(stats_of(t).askers, 0);
	dns_table_free(t);
}
END_TEST

/* The same pid, but begun at another time: another process. */
START_TEST(pids_come_again)
{
	struct dns_table *t = table_new(64, 64);
	struct ip_addr a = ip("192.0.2.1");

	told(t, 7, "a.test", NULL, "192.0.2.1", T0);
	told(t, 8, "b.test", NULL, "192.0.2.1", T0 + 1);
	ck_assert_str_eq(dns_table_best_name_for(t, &a, 7, 7 * S, T0 + 2), "a.test");
	ck_assert_str_eq(dns_table_best_name_for(t, &a, 7, 7 * S + 1, T0 + 2), "b.test");
	dns_table_free(t);
}
END_TEST

START_TEST(askers_are_bounded)
{
	struct dns_table *t = table_new(64, 6);
	struct dns_table_stats st;

	for (uint32_t pid = 1; pid <= 5; pid++)
		told(t, pid, "a.test", NULL, "192.0.2.1", T0 + pid);
	ck_assert_str_eq(asked(t, 1, "192.0.2.1", T0 + 9), "");
	ck_assert_str_eq(asked(t, 2, "192.0.2.1", T0 + 9), "a.test ");
	for (uint32_t pid = 1; pid <= 4; pid++)
		told(t, pid, "b.test", NULL, "192.0.2.2", T0 + pid);
	st = stats_of(t);
	ck_assert_uint_eq(st.askers, 6);
	ck_assert_uint_eq(st.askers_evicted, 3);
	ck_assert_str_eq(asked(t, 3, "192.0.2.1", T0 + 9), "");
	ck_assert_str_eq(asked(t, 4, "192.0.2.1", T0 + 9), "a.test ");
	dns_table_free(t);
}
END_TEST

START_TEST(connection_keeps_names)
{
	struct dns_table *t = table_new(64, 64);
	uint64_t now_ns = T0;

	told(t, 7, "a.test", "edge.test", "192.0.2.1", T0);
	told(t, 7, "b.test", NULL, "192.0.2.2", T0);
	ck_assert(!use(t, "192.0.2.3", T0));
	/* looked at each minute: as long as somebody is connected, for hours */
	for (; now_ns < T0 + 7200 * S; now_ns += 60 * S) {
		ck_assert(use(t, "192.0.2.1", now_ns));
		dns_table_expire(t, now_ns);
	}
	ck_assert(has(t, "192.0.2.1", "a.test", now_ns));
	ck_assert(has(t, "192.0.2.1", "edge.test", now_ns));
	ck_assert(!has(t, "192.0.2.2", "b.test", now_ns));
	ck_assert_uint_eq(stats_of(t).held, 2);
	/* and then it ends: due to be asked about, then gone */
	ck_assert(!dns_table_wants_uses(t, now_ns));
	ck_assert(dns_table_wants_uses(t, now_ns + 180 * S));
	ck_assert(!has(t, "192.0.2.1", "a.test", now_ns + 180 * S));
	/* what is over does not come to life again by a use */
	use(t, "192.0.2.1", now_ns + 200 * S);
	ck_assert(!has(t, "192.0.2.1", "a.test", now_ns + 200 * S));
	dns_table_expire(t, now_ns + 200 * S);
	ck_assert_uint_eq(stats_of(t).links, 0);
	dns_table_free(t);
}
END_TEST

/* A name that comes between two uses is kept too. */
START_TEST(later_names_are_kept_too)
{
	struct dns_table *t = table_new(64, 64);

	told(t, 7, "a.test", NULL, "192.0.2.1", T0);
	use(t, "192.0.2.1", T0 + S);
	told(t, 8, "b.test", NULL, "192.0.2.1", T0 + 2 * S);
	use(t, "192.0.2.1", T0 + 3 * S);
	for (uint64_t s = 60; s < 1000; s += 60)
		use(t, "192.0.2.1", T0 + s * S);
	ck_assert(has(t, "192.0.2.1", "a.test", T0 + 1000 * S));
	ck_assert(has(t, "192.0.2.1", "b.test", T0 + 1000 * S));
	dns_table_free(t);
}
END_TEST

START_TEST(eviction_spares_connections)
{
	struct dns_table *t = table_new(16, 64);
	char name[32], addr[32];

	told(t, 7, "kept.test", NULL, "192.0.2.1", T0);
	use(t, "192.0.2.1", T0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		told(t, 7, name, NULL, addr, T0 + 1);
	}
	ck_assert(has(t, "192.0.2.1", "kept.test", T0 + 2));
	ck_assert_uint_eq(stats_of(t).links, 16);
	ck_assert_uint_eq(stats_of(t).evicted, 201 - 16);
	/* all in use: one has to go all the same */
	for (int i = 184; i < 200; i++) {
		snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		use(t, addr, T0 + 2);
	}
	told(t, 7, "new.test", NULL, "203.0.113.1", T0 + 3);
	ck_assert(has(t, "203.0.113.1", "new.test", T0 + 3));
	ck_assert_uint_eq(stats_of(t).links, 16);
	dns_table_free(t);
}
END_TEST

static int restore_link(const struct dns_link_info *info, void *arg)
{
	ck_assert_int_eq(dns_table_restore(arg, info, T0 + 30 * S), 0);
	return 0;
}

static int same_link(const struct dns_link_info *info, void *arg)
{
	const struct dns_link_info *want = arg;

	if (strcmp(info->name, want->name) != 0)
		return 0;
	ck_assert(ip_addr_equal(&info->addr, &want->addr));
	ck_assert_int_eq(info->is_alias, want->is_alias);
	ck_assert_uint_eq(info->sources, want->sources);
	ck_assert_uint_eq(info->first_seen_ns, want->first_seen_ns);
	ck_assert_uint_eq(info->last_seen_ns, want->last_seen_ns);
	ck_assert_uint_eq(info->expiry_ns, want->expiry_ns);
	ck_assert_uint_eq(info->ttl_s, want->ttl_s);
	ck_assert(!info->via == !want->via);
	ck_assert(!info->via || strcmp(info->via, want->via) == 0);
	ck_assert_uint_eq(info->origin->pid, want->origin->pid);
	ck_assert(ip_addr_equal(&info->origin->server, &want->origin->server));
	return 1;
}

static int find_link(const struct dns_link_info *info, void *arg)
{
	ck_assert_int_eq(dns_table_links(arg, T0 + 30 * S, same_link, (void *)info), 1);
	return 0;
}

START_TEST(restored_as_it_was)
{
	struct dns_table *t = table_new(64, 64), *again = table_new(64, 64);
	struct dns_link_info bad = { .name = "a..b", .addr = ip("192.0.2.1"), .sources = 1,
				     .source_expiry_ns = { T0 * 2 } };

	told(t, 7, "a.test", "edge.test", "192.0.2.1", T0);
	told(t, 7, "a.test", "edge.test", "192.0.2.1", T0 + 5);
	told(t, 8, "b.test", NULL, "2001:db8::1", T0);
	dns_table_links(t, T0 + 30 * S, restore_link, again);
	ck_assert_uint_eq(stats_of(again).links, 3);
	dns_table_links(t, T0 + 30 * S, find_link, again);
	ck_assert_int_eq(dns_table_restore(again, &bad, T0), -EINVAL);
	bad.name = "over.test";
	bad.source_expiry_ns[0] = T0 - 1;
	ck_assert_int_eq(dns_table_restore(again, &bad, T0), -EINVAL);
	bad.source_expiry_ns[0] = T0;
	bad.via = "no name";
	ck_assert_int_eq(dns_table_restore(again, &bad, T0), -EINVAL);
	ck_assert_uint_eq(stats_of(again).names, 3);
	dns_table_free(t);
	dns_table_free(again);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_use");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, own_question_comes_first);
	tcase_add_test(tc, pids_come_again);
	tcase_add_test(tc, askers_are_bounded);
	tcase_add_test(tc, connection_keeps_names);
	tcase_add_test(tc, later_names_are_kept_too);
	tcase_add_test(tc, eviction_spares_connections);
	tcase_add_test(tc, restored_as_it_was);
	return suite_run(s);
}
