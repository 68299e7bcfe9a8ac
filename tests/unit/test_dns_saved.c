// SPDX-License-Identifier: Apache-2.0
/* The DNS table in a file: what comes back, after which reboot, and what is not believed. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/saved.h"
#include "scratch.h"
#include "suite.h"

#define S 1000000000ull
#define WALL (1700000000 * S)

static const char *dir;
static char path[96];
static struct dns_table *t, *again;
static struct dns_clock clock0 = { .boot_ns = 5000 * S, .wall_ns = WALL, .boot_id = "first-boot" };

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static void told(const char *name, const char *alias, const char *addr, uint32_t ttl_s,
		 enum dns_source source, uint64_t now_ns)
{
	const char *chain[] = { name, alias };
	struct dns_origin from = { .pid = 7, .start_ns = 8, .netns = 9, .server = ip("192.0.2.53") };
	struct ip_addr a = ip(addr);

	ck_assert_int_eq(dns_table_add_from(t, chain, alias ? 2 : 1, &a, ttl_s, source,
					    source == DNS_SOURCE_OBSERVED ? &from : NULL, now_ns), 0);
}

static void setup(void)
{
	dir = scratch_make();
	snprintf(path, sizeof(path), "%s/state/dns", dir);
	t = dns_table_new(NULL);
	again = dns_table_new(NULL);
	told("a.test", "edge.test", "192.0.2.1", 1000, DNS_SOURCE_OBSERVED, 4000 * S);
	told("b.test", NULL, "2001:db8::1", 3600, DNS_SOURCE_ASKED, 4990 * S);
	told("b.test", NULL, "2001:db8::1", 3600, DNS_SOURCE_OBSERVED, 4995 * S);
	told("host.test", NULL, "192.0.2.9", DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, 1);
}

static void teardown(void)
{
	dns_table_free(t);
	dns_table_free(again);
	scratch_remove();
}

static void format(struct buf *out)
{
	ck_assert_int_eq(dns_saved_format(t, &clock0, out), 0);
}

static struct dns_saved_info take(const struct dns_clock *now)
{
	struct buf bytes = BUF_INIT;
	struct dns_saved_info info = { 0 };

	format(&bytes);
	ck_assert_int_eq(dns_saved_take(again, bytes.ptr, bytes.len, now, &info), 0);
	buf_release(&bytes);
	return info;
}

static int describe(const struct dns_link_info *info, void *arg)
{
	char *text = arg, addr[IP_ADDR_TEXT_SIZE];

	sprintf(text + strlen(text), "%s %s %s%s %u %llu %llu %llu %u\n", info->name,
		ip_addr_format(&info->addr, addr, sizeof(addr)), info->via ? info->via : "-",
		info->is_alias ? " alias" : "", info->sources,
		(unsigned long long)(info->first_seen_ns / S),
		(unsigned long long)(info->last_seen_ns / S),
		(unsigned long long)(info->expiry_ns / S), info->origin ? info->origin->pid : 0);
	return 0;
}

static const char *table_text(const struct dns_table *table, uint64_t now_ns)
{
	static char text[4096];

	text[0] = '\0';
	dns_table_links_by_age(table, now_ns, describe, text);
	return text;
}

START_TEST(same_boot)
{
	struct dns_clock later = clock0;
	struct dns_saved_info info;

	later.boot_ns += 60 * S;
	later.wall_ns -= 86400 * S; /* somebody set the clock: of no matter within a boot */
	info = take(&later);
	ck_assert_uint_eq(info.links, 3);
	ck_assert_uint_eq(info.taken, 3);
	ck_assert_uint_eq(info.saved_wall_ns, WALL);
	ck_assert_str_eq(table_text(again, later.boot_ns),
			 "edge.test 192.0.2.1 - alias 1 4000 4000 5300 7\n"
			 "a.test 192.0.2.1 edge.test 1 4000 4000 5300 7\n"
			 "b.test 2001:db8::1 - 3 4990 4995 8895 7\n");
}
END_TEST

START_TEST(other_boot)
{
	struct dns_clock later = { .boot_ns = 20 * S, .wall_ns = WALL + 100 * S, .boot_id = "second" };
	struct dns_saved_info info = take(&later);

	ck_assert_uint_eq(info.taken, 3);
	/* 300 s and 3895 s were left, 100 s went by; what was before this boot is moment 0 */
	ck_assert_str_eq(table_text(again, later.boot_ns),
			 "edge.test 192.0.2.1 - alias 1 0 0 300 0\n"
			 "a.test 192.0.2.1 edge.test 1 0 0 300 0\n"
			 "b.test 2001:db8::1 - 3 0 0 3895 0\n");
}
END_TEST

START_TEST(other_boot_long_up)
{
	struct dns_clock later = { .boot_ns = 500 * S, .wall_ns = WALL + 301 * S, .boot_id = "second" };
	struct dns_saved_info info = take(&later);

	ck_assert_uint_eq(info.taken, 1);
	ck_assert_str_eq(table_text(again, later.boot_ns),
			 "b.test 2001:db8::1 - 3 189 194 4094 0\n");
}
END_TEST

/* A clock set back makes nothing live longer than it had left. */
START_TEST(clock_set_back)
{
	struct dns_clock later = { .boot_ns = 20 * S, .wall_ns = WALL - 86400 * S, .boot_id = "second" };

	take(&later);
	ck_assert_str_eq(table_text(again, later.boot_ns),
			 "edge.test 192.0.2.1 - alias 1 0 0 320 0\n"
			 "a.test 192.0.2.1 edge.test 1 0 0 320 0\n"
			 "b.test 2001:db8::1 - 3 10 15 3915 0\n");
}
END_TEST

/* Any damage to any byte, and any cut, is noticed, and the table stays as it was. */
START_TEST(damage)
{
	struct buf bytes = BUF_INIT;
	struct dns_table_stats st;

	format(&bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.ptr[i] ^= 0x41;
		ck_assert_int_lt(dns_saved_take(again, bytes.ptr, bytes.len, &clock0, NULL), 0);
		bytes.ptr[i] ^= 0x41;
		ck_assert_int_eq(dns_saved_take(again, bytes.ptr, i, &clock0, NULL), -EBADMSG);
	}
	dns_table_get_stats(again, &st);
	ck_assert_uint_eq(st.added, 0);
	bytes.ptr[8] = 2;
	ck_assert_int_eq(dns_saved_take(again, bytes.ptr, bytes.len, &clock0, NULL), -EPROTO);
	buf_release(&bytes);
}
END_TEST

START_TEST(files)
{
	struct buf bytes = BUF_INIT;
	struct dns_saved_info info;
	struct stat st;
	char other[128];

	ck_assert_int_eq(dns_saved_read(again, path, &clock0, NULL), -ENOENT);
	format(&bytes);
	ck_assert_int_eq(dns_saved_write(path, "old", 3), 0);
	ck_assert_int_eq(dns_saved_read(again, path, &clock0, NULL), -EBADMSG);
	ck_assert_int_eq(dns_saved_write(path, bytes.ptr, bytes.len), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(dns_saved_read(again, path, &clock0, &info), 0);
	ck_assert_uint_eq(info.taken, 3);
	/* what others could have written is not believed */
	ck_assert_int_eq(chmod(path, 0620), 0);
	ck_assert_int_eq(dns_saved_read(again, path, &clock0, NULL), -EPERM);
	ck_assert_int_eq(chmod(path, 0600), 0);
	snprintf(other, sizeof(other), "%s/link", dir);
	ck_assert_int_eq(symlink(path, other), 0);
	ck_assert_int_eq(dns_saved_read(again, other, &clock0, NULL), -ELOOP);
	ck_assert_int_eq(dns_saved_read(again, dir, &clock0, NULL), -EINVAL);
	snprintf(other, sizeof(other), "%s/no/such/file", dir);
	ck_assert_int_lt(dns_saved_write(other, bytes.ptr, bytes.len), 0);
	buf_release(&bytes);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_saved");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, same_boot);
	tcase_add_test(tc, other_boot);
	tcase_add_test(tc, other_boot_long_up);
	tcase_add_test(tc, clock_set_back);
	tcase_add_test(tc, damage);
	tcase_add_test(tc, files);
	return suite_run(s);
}
