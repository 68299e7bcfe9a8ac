// SPDX-License-Identifier: Apache-2.0
/* Conditions on domain names: the cases of tests/data/dns/conditions.txt; and what outputs show. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/idn.h"
#include "dns/table.h"
#include "fieldworld.h"
#include "suite.h"
#include "filter/filter.h"

#define CASES "tests/data/dns/conditions.txt"

static struct world *w;
static struct dns_table *dns;

static void told(const char *name, const char *alias, const char *addr, enum dns_source source,
		 uint32_t pid)
{
	const char *const chain[] = { name, alias };
	struct dns_origin from = { .pid = pid, .start_ns = pid * 1000ull };
	struct ip_addr ip;

	ck_assert_int_eq(ip_addr_parse(addr, &ip), 0);
	ck_assert_int_eq(dns_table_add_from(dns, chain, alias ? 2 : 1, &ip, 3600, source,
					    pid ? &from : NULL, 1), 0);
}

static void setup(void)
{
	w = world_new();
	dns = dns_table_new(NULL);
	w->st.dns = dns;
	told("www.Example.com", "edge.cdn.net", "192.0.2.1", DNS_SOURCE_OBSERVED, 100);
	told("shop.example.co.uk", NULL, "192.0.2.1", DNS_SOURCE_OBSERVED, 101);
	told("xn--bcher-kva.example", NULL, "192.0.2.2", DNS_SOURCE_ASKED, 0);
	told("s3.eu-west-1.amazonaws.com", NULL, "192.0.2.4", DNS_SOURCE_HOSTS, 0);
}

static void teardown(void)
{
	w->st.dns = NULL;
	dns_table_free(dns);
	world_free(w);
}

static struct mkrec *connect_by(uint32_t pid, const char *addr)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);

	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, addr, 443);
	m->rec->pid = m->rec->tid = pid;
	m->rec->start_ns = pid * 1000ull;
	m->rec->time_ns = 1000;
	world_apply(w, m);
	return m;
}

/* -1: it does not compile. */
static int holds(const char *condition)
{
	struct filter_set *fs = filter_set_new();
	struct arena *arena = arena_new(0);
	struct diags *ds = diags_new(0);
	struct source *src = source_new("test", condition, strlen(condition));
	struct text text = { slice_of(condition), src, NULL, 0 };
	const struct ast *ast = ast_parse(&text, arena, ds);
	int id = ast ? filter_set_add(fs, ast, ds) : -1, result = -1;

	if (id >= 0) {
		filter_set_begin(fs, &w->ctx);
		result = filter_set_match(fs, id);
	}
	filter_set_free(fs);
	diags_free(ds);
	arena_free(arena);
	source_put(src);
	return result;
}

START_TEST(conditions)
{
	FILE *f = fopen(CASES, "re");
	char line[512];
	int n = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		char *addr = strtok(line, "\t"), *condition = strtok(NULL, "\t");
		char *want = strtok(NULL, "\n");
		struct mkrec *m;
		int got;

		if (line[0] == '#' || !want)
			continue;
		m = connect_by(100, addr);
		got = holds(condition);
		ck_assert_msg(got == atoi(want), "%s: %s is %d", addr, condition, got);
		mkrec_free(m);
		n++;
	}
	fclose(f);
	ck_assert_int_gt(n, 60);
}
END_TEST

START_TEST(shown)
{
	struct mkrec *m = connect_by(100, "192.0.2.1");
	static const struct field_case first[] = {
		{ "fd.sip.name", "www.example.com" },
		{ "fd.sip.name_asked", "www.example.com" },
		{ "fd.sip.name_source", "observed" },
		{ "fd.sip.name_ambiguous", "true" },
		{ "fd.sip.names", "(shop.example.co.uk,www.example.com,edge.cdn.net)" },
		{ "fd.rip.name", "www.example.com" },
		{ "fd.lip.name", "<none>" },
	}, second[] = {
		{ "fd.sip.name", "shop.example.co.uk" },
		{ "fd.sip.name_asked", "shop.example.co.uk" },
	}, third[] = {
		{ "fd.sip.name", "shop.example.co.uk" },	/* told last */
		{ "fd.sip.name_asked", "<none>" },
	};

	WORLD_CHECK(w, first);
	mkrec_free(m);
	m = connect_by(101, "192.0.2.1");
	WORLD_CHECK(w, second);
	mkrec_free(m);
	m = connect_by(102, "192.0.2.1");
	WORLD_CHECK(w, third);
	mkrec_free(m);
}
END_TEST

static const struct {
	const char *name, *ascii; /* NULL: refused */
} idn[] = {
	{ "bücher.example", "xn--bcher-kva.example" },
	{ "BÜCHER.Example.", "xn--bcher-kva.example" },
	{ "straße.example", "xn--strae-oqa.example" },
	{ "例え.テスト", "xn--r8jz45g.xn--zckzah" },
	{ "plain.example", "plain.example" },
	{ "a b.example", NULL },
	{ "\xff\xfe.example", NULL },
	{ "", NULL },
	{ ".", NULL },
};

START_TEST(international)
{
	char kept[DNS_NAME_SIZE], unicode[DNS_UNICODE_SIZE], again[DNS_NAME_SIZE];
	int rc = dns_idn_to_ascii(idn[_i].name, strlen(idn[_i].name), kept);

	ck_assert_int_eq(rc == 0, idn[_i].ascii != NULL);
	if (rc)
		return;
	ck_assert_str_eq(kept, idn[_i].ascii);
	if (!dns_idn_to_unicode(kept, unicode)) {
		ck_assert_ptr_null(strstr(kept, "xn--"));
		return;
	}
	ck_assert_int_eq(dns_idn_to_ascii(unicode, strlen(unicode), again), 0);
	ck_assert_str_eq(again, kept);
}
END_TEST

static const struct {
	const char *name, *domain;
} registered[] = {
	{ "www.example.com", "example.com" },	      { "example.com", "example.com" },
	{ "a.b.example.co.uk", "example.co.uk" },     { "co.uk", "co.uk" },
	{ "localhost", "localhost" },		      { "host.unknown-tld", "host.unknown-tld" },
	{ "me.github.io", "me.github.io" },
};

START_TEST(registrable)
{
	ck_assert_str_eq(dns_registrable(registered[_i].name), registered[_i].domain);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field_names");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, conditions);
	tcase_add_test(tc, shown);
	tcase_add_loop_test(tc, international, 0, sizeof(idn) / sizeof(idn[0]));
	tcase_add_loop_test(tc, registrable, 0, sizeof(registered) / sizeof(registered[0]));
	return suite_run(s);
}
