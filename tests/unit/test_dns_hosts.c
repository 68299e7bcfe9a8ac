// SPDX-License-Identifier: Apache-2.0
/* Hosts files: how lines are read, and that every way of changing a file is noticed. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/hosts.h"
#include "dns/table.h"
#include "suite.h"

#define S 1000000000ull

static char dir[64], path[128];
static struct dns_table *table;

static void setup(void)
{
	strcpy(dir, "/tmp/falcoc-hosts-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/hosts", dir);
	table = dns_table_new(NULL);
	ck_assert_ptr_nonnull(table);
}

static void teardown(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
	dns_table_free(table);
}

static void file_write(const char *at, const char *text, int flags)
{
	int fd = open(at, O_WRONLY | O_CREAT | flags, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static bool has(const char *addr, const char *name)
{
	struct ip_addr a;

	ck_assert_int_eq(ip_addr_parse(addr, &a), 0);
	return dns_table_addr_has_name(table, &a, name, 5 * S);
}

static struct dns_hosts *hosts_new(size_t max_bytes, size_t max_entries)
{
	struct dns_hosts_options options = { .path = path,
					     .max_bytes = max_bytes,
					     .max_entries = max_entries };
	struct dns_hosts *h;

	ck_assert_int_eq(dns_hosts_new(table, &options, S, &h), 0);
	return h;
}

static struct dns_hosts_stats stats_of(const struct dns_hosts *h)
{
	struct dns_hosts_stats stats;

	dns_hosts_get_stats(h, &stats);
	return stats;
}

/* Waits for the notice and takes it; false if none comes. */
static bool take_change(struct dns_hosts *h)
{
	struct pollfd p = { .fd = dns_hosts_fd(h), .events = POLLIN };
	uint64_t loads = stats_of(h).loads;

	while (stats_of(h).loads == loads) {
		if (poll(&p, 1, 60000) != 1)
			return false;
		ck_assert_int_eq(dns_hosts_process(h, S), 0);
	}
	return true;
}

START_TEST(lines)
{
	struct ip_addr a;
	struct dns_hosts *h;

	file_write(path,
		   "# comment\n"
		   "192.0.2.1 Alpha.test  alpha # beta.test\n"
		   "\t::1\tlocalhost ip6-localhost\r\n"
		   "\n"
		   "192.0.2.300 bad-address.test\n"
		   "192.0.2.2 b@d.test good.test\n"
		   "192.0.2.3\n"
		   "::ffff:192.0.2.4 mapped.test\n"
		   "192.0.2.5 unfinished.test", O_TRUNC);
	h = hosts_new(0, 0);
	ck_assert(has("192.0.2.1", "alpha.test"));
	ck_assert(has("192.0.2.1", "alpha"));
	ck_assert(!has("192.0.2.1", "beta.test"));
	ck_assert(has("::1", "localhost"));
	ck_assert(has("::1", "ip6-localhost"));
	ck_assert(has("192.0.2.2", "good.test"));
	ck_assert(has("192.0.2.4", "mapped.test"));
	ck_assert(has("192.0.2.5", "unfinished.test"));
	ck_assert_int_eq(ip_addr_parse("192.0.2.1", &a), 0);
	ck_assert_str_eq(dns_table_best_name(table, &a, S), "alpha.test");
	ck_assert_uint_eq(stats_of(h).entries, 7);
	ck_assert_uint_eq(stats_of(h).bad_lines, 3);
	ck_assert_uint_eq(stats_of(h).skipped, 0);
	dns_hosts_free(h);
	ck_assert(has("192.0.2.1", "alpha.test"));
}
END_TEST

START_TEST(bounds)
{
	struct dns_hosts *h;

	file_write(path, "192.0.2.1 a.test b.test\n192.0.2.2 c.test d.test\n192.0.2.3 e.test\n",
		   O_TRUNC);
	h = hosts_new(0, 3);
	ck_assert_uint_eq(stats_of(h).entries, 3);
	ck_assert_uint_eq(stats_of(h).skipped, 2);
	dns_hosts_free(h);
	h = hosts_new(30, 0);
	ck_assert_uint_eq(stats_of(h).entries, 2);
	ck_assert_uint_eq(stats_of(h).skipped, 1);
	ck_assert(has("192.0.2.1", "b.test"));
	ck_assert(!has("192.0.2.2", "c.test"));
	dns_hosts_free(h);
}
END_TEST

START_TEST(changes_are_followed)
{
	struct ip_addr asked;
	struct dns_hosts *h;
	char other[160];

	h = hosts_new(0, 0); /* no file yet */
	ck_assert_uint_eq(stats_of(h).entries, 0);
	file_write(path, "192.0.2.1 one.test\n", O_TRUNC);
	while (!has("192.0.2.1", "one.test")) /* made, then closed: two notices */
		ck_assert(take_change(h));

	file_write(path, "192.0.2.2 two.test\n", O_TRUNC);
	while (!has("192.0.2.2", "two.test"))
		ck_assert(take_change(h));
	ck_assert(!has("192.0.2.1", "one.test"));

	file_write(path, "192.0.2.3 three.test\n", O_APPEND);
	while (!has("192.0.2.3", "three.test"))
		ck_assert(take_change(h));
	ck_assert(has("192.0.2.2", "two.test"));

	/* replaced, as editors and vipw-like tools do */
	snprintf(other, sizeof(other), "%s.new", path);
	file_write(other, "192.0.2.4 four.test\n", O_TRUNC);
	ck_assert_int_eq(rename(other, path), 0);
	while (!has("192.0.2.4", "four.test"))
		ck_assert(take_change(h));
	ck_assert(!has("192.0.2.3", "three.test"));

	/* gone; what DNS said stays */
	ck_assert_int_eq(ip_addr_parse("192.0.2.4", &asked), 0);
	ck_assert_int_eq(dns_table_add_name(table, "dns.test", &asked, 60, DNS_SOURCE_ASKED, S), 0);
	ck_assert_int_eq(unlink(path), 0);
	while (has("192.0.2.4", "four.test"))
		ck_assert(take_change(h));
	ck_assert(has("192.0.2.4", "dns.test"));
	dns_hosts_free(h);
}
END_TEST

START_TEST(link_into_another_directory)
{
	char real_dir[80], real[160];
	struct dns_hosts *h;

	snprintf(real_dir, sizeof(real_dir), "%s-real", dir);
	snprintf(real, sizeof(real), "%s/data", real_dir);
	ck_assert_int_eq(mkdir(real_dir, 0755), 0);
	file_write(real, "192.0.2.1 one.test\n", O_TRUNC);
	ck_assert_int_eq(symlink(real, path), 0);
	h = hosts_new(0, 0);
	ck_assert(has("192.0.2.1", "one.test"));
	file_write(real, "192.0.2.2 two.test\n", O_TRUNC);
	while (!has("192.0.2.2", "two.test"))
		ck_assert(take_change(h));
	dns_hosts_free(h);
	unlink(real);
	rmdir(real_dir);
}
END_TEST

START_TEST(unreadable_keeps_the_old)
{
	struct dns_hosts *h;
	struct pollfd p;

	file_write(path, "192.0.2.1 one.test\n", O_TRUNC);
	h = hosts_new(0, 0);
	/* a pipe in its place would make a careless reader wait for ever */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	p = (struct pollfd){ .fd = dns_hosts_fd(h), .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 60000), 1);
	ck_assert_int_eq(dns_hosts_process(h, S), -EINVAL);
	ck_assert_uint_eq(stats_of(h).errors, 1);
	ck_assert(has("192.0.2.1", "one.test"));
	dns_hosts_free(h);
}
END_TEST

START_TEST(no_directory)
{
	struct dns_hosts_options options = { .path = "/no/such/place/hosts" };
	struct dns_hosts *h = NULL;

	ck_assert_int_eq(dns_hosts_new(table, &options, S, &h), -ENOENT);
	ck_assert_ptr_null(h);
	dns_hosts_free(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_hosts");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lines);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, changes_are_followed);
	tcase_add_test(tc, link_into_another_directory);
	tcase_add_test(tc, unreadable_keeps_the_old);
	tcase_add_test(tc, no_directory);
	return suite_run(s);
}
