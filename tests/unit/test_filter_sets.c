// SPDX-License-Identifier: Apache-2.0
/*
 * The clever structures beside naive ones that mean the same, over random
 * inputs from small alphabets, where matches are frequent. The seed is fixed: a failure comes again.
 */
#include <check.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/glob.h"
#include "filter/nfa.h"
#include "filter/pathset.h"
#include "filter/regex.h"
#include "filter/sets.h"
#include "random.h"
#include "suite.h"

static void random_text(char *out, unsigned int max, const char *alphabet)
{
	unsigned int len = rnd(max + 1);

	for (unsigned int i = 0; i < len; i++)
		out[i] = alphabet[rnd((unsigned int)strlen(alphabet))];
	out[len] = '\0';
}

START_TEST(glob_is_fnmatch)
{
	char pattern[16], text[16];
	size_t matches = 0;

	for (int i = 0; i < 60000; i++) {
		bool casefold = rnd(2), expected, got;

		random_text(pattern, 9, "aAb*?[]!-\\/.^");
		random_text(text, 8, "aAbB-]/.\\[!");
		/* fnmatch knows collating symbols. */
		if (strstr(pattern, "[."))
			continue;
		expected = fnmatch(pattern, text, casefold ? FNM_CASEFOLD : 0) == 0;
		got = glob_match(slice_of(pattern), slice_of(text), casefold);
		ck_assert_msg(got == expected, "'%s' of '%s'%s: fnmatch %d, here %d", pattern, text,
			      casefold ? " without case" : "", expected, got);
		matches += got;
	}
	ck_assert_uint_gt(matches, 600);
}
END_TEST

START_TEST(glob_classes)
{
	static const char *const classes[] = { "alpha", "digit", "upper", "punct", "space" };
	char pattern[64];

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		snprintf(pattern, sizeof(pattern), "x[^b[:%s:]-]", classes[i]);
		for (int c = 1; c < 256; c++) {
			char text[3] = { 'x', (char)c, '\0' };

			ck_assert_int_eq(glob_match(slice_of(pattern), slice_of(text), false),
					 fnmatch(pattern, text, 0) == 0);
		}
	}
}
END_TEST

/* glibc's would take years. */
START_TEST(glob_takes_no_time)
{
	static char text[4096];

	memset(text, 'a', sizeof(text) - 1);
	ck_assert(!glob_match(SLICE_LIT("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), slice_of(text), false));
}
END_TEST

/* By the letter of what pathset.h promises. */
static bool naive_path(const char *path, const char *value)
{
	char p[16], v[16], *p_save, *v_save, *pc, *vc;

	strcpy(p, path);
	strcpy(v, value);
	pc = strtok_r(p, "/", &p_save);
	vc = strtok_r(v, "/", &v_save);
	while (pc) {
		bool pattern = strpbrk(pc, "?*[") != NULL;

		if (!vc || (pattern ? fnmatch(pc, vc, 0) != 0 : strcmp(pc, vc) != 0))
			return false;
		pc = strtok_r(NULL, "/", &p_save);
		vc = strtok_r(NULL, "/", &v_save);
	}
	return true;
}

START_TEST(pathset_is_naive)
{
	size_t matches = 0;

	for (int round = 0; round < 3000; round++) {
		struct arena *arena = arena_new(0);
		struct pathset *set = pathset_new(arena);
		char paths[12][16], value[16];
		unsigned int n = rnd(12) + 1;

		for (unsigned int i = 0; i < n; i++) {
			random_text(paths[i], 10, rnd(2) ? "ab//" : "ab*?//");
			ck_assert_int_eq(pathset_add(set, slice_of(paths[i])), 0);
		}
		for (int i = 0; i < 30; i++) {
			bool expected = false;

			random_text(value, 12, "abc//");
			for (unsigned int k = 0; k < n; k++)
				expected |= naive_path(paths[k], value);
			ck_assert_msg(pathset_match(set, slice_of(value)) == expected,
				      "'%s': expected %d", value, expected);
			matches += expected;
		}
		arena_free(arena);
	}
	ck_assert_uint_gt(matches, 3000);
}
END_TEST

/* On these Falco 0.44 crashes. */
START_TEST(pathset_two_patterns_on_a_level)
{
	struct arena *arena = arena_new(0);
	struct pathset *set = pathset_new(arena);
	struct buf deep = BUF_INIT;

	ck_assert_int_eq(pathset_add(set, SLICE_LIT("/et?/nomatch")), 0);
	ck_assert_int_eq(pathset_add(set, SLICE_LIT("/e*/ld.so.cache")), 0);
	ck_assert(pathset_match(set, SLICE_LIT("/etc/ld.so.cache")));
	ck_assert(!pathset_match(set, SLICE_LIT("/etc/passwd")));
	ck_assert(!pathset_match(set, SLICE_LIT("/")));
	for (int i = 0; i <= PATHSET_DEPTH_MAX; i++)
		buf_add_str(&deep, "/x");
	ck_assert_int_eq(pathset_add(set, buf_slice(&deep)), -E2BIG);
	buf_release(&deep);
	arena_free(arena);
}
END_TEST

START_TEST(strings_and_prefixes_are_naive)
{
	size_t in = 0, begins = 0;

	for (int round = 0; round < 2000; round++) {
		struct arena *arena = arena_new(0);
		char texts[20][8], value[10];
		struct slice items[20];
		unsigned int n = rnd(21);
		struct prefixset *prefixes;
		struct strset *strs;

		for (unsigned int i = 0; i < n; i++) {
			random_text(texts[i], 6, "abc");
			items[i] = slice_of(texts[i]);
		}
		if (n && rnd(4))	/* an empty one begins everything: not always */
			for (unsigned int i = 0; i < n; i++)
				if (!items[i].len)
					items[i] = SLICE_LIT("zz");
		strs = strset_new(arena, items, n);
		prefixes = prefixset_new(arena, items, n);
		for (int i = 0; i < 50; i++) {
			bool is_in = false, is_begun = false;
			struct slice s;

			random_text(value, 8, "abcz");
			s = slice_of(value);
			for (unsigned int k = 0; k < n; k++) {
				is_in |= slice_eq(s, items[k]);
				is_begun |= slice_startswith(s, items[k]);
			}
			ck_assert_int_eq(strset_has(strs, s), is_in);
			ck_assert_int_eq(prefixset_match(prefixes, s), is_begun);
			in += is_in;
			begins += is_begun;
		}
		arena_free(arena);
	}
	ck_assert_uint_gt(in, 1000);
	ck_assert_uint_gt(begins, 3000);
}
END_TEST

/* Addresses that share most of their bits, so that networks hold some of them. */
static struct ip_addr random_addr(void)
{
	unsigned char bytes[16] = { 0xfe, 0x80 };

	bytes[2] = (unsigned char)(rnd(2) << 7);
	bytes[3] = (unsigned char)rnd(4);
	bytes[15] = (unsigned char)rnd(8);
	return rnd(2) ? ip_addr_from_v4(bytes) : ip_addr_from_v6(bytes);
}

static struct ip_net random_net(void)
{
	struct ip_addr addr = random_addr();
	unsigned int bits = (unsigned int)ip_addr_len(&addr) * 8;
	char text[IP_NET_TEXT_SIZE], addr_text[IP_ADDR_TEXT_SIZE];
	struct ip_net net;

	snprintf(text, sizeof(text), "%s/%u", ip_addr_format(&addr, addr_text, sizeof(addr_text)),
		 rnd(3) ? bits - rnd(20) : rnd(bits + 1));
	ck_assert_int_eq(ip_net_parse(text, &net), 0);
	return net;
}

START_TEST(networks_and_numbers_are_naive)
{
	size_t in = 0;

	for (int round = 0; round < 3000; round++) {
		struct arena *arena = arena_new(0);
		struct ip_net nets[12];
		uint64_t nums[12];
		unsigned int n = rnd(13);
		struct netset *set;
		struct numset *numbers;

		for (unsigned int i = 0; i < n; i++) {
			nets[i] = random_net();
			nums[i] = rnd(2) ? rnd(30) : -(uint64_t)rnd(30);
		}
		set = netset_new(arena, nets, n);
		numbers = numset_new(arena, nums, n);
		for (int i = 0; i < 40; i++) {
			struct ip_addr addr = random_addr();
			uint64_t num = rnd(2) ? rnd(30) : -(uint64_t)rnd(30);
			bool expected = false, is_num = false;

			for (unsigned int k = 0; k < n; k++) {
				expected |= ip_net_contains(&nets[k], &addr);
				is_num |= nums[k] == num;
			}
			ck_assert_int_eq(netset_has(set, &addr), expected);
			ck_assert_int_eq(numset_has(numbers, num), is_num);
			in += expected;
		}
		arena_free(arena);
	}
	ck_assert_uint_gt(in, 5000);
}
END_TEST

/* pattern, value, 1: matches, 0: does not, -1: is refused */
static const struct {
	const char *pattern, *value;
	int result;
} regexes[] = {
	{ "a", "ab", 0 }, { "a", "ba", 0 }, { "a|b", "b", 1 }, { "", "", 1 }, { "", "a", 0 },
	{ "a*+b", "aaab", 1 }, { "a**", "aa", 1 }, { "a*?", "aa", 1 }, { "a{2}{3}", "aaaaaa", 1 },
	{ "{a,b}*", "{a,b}}}", 1 }, { "a{,3}", "a{,3}", 1 }, { "a{1,2", "a{1,2", 1 },
	{ "[^a]*", "b\nc", 1 }, { ".*", "a\nb", 0 }, { "a.*\n^b$", "aX\nb", 1 }, { "a$\n", "a\n", 1 },
	{ "[]a]+", "]a", 1 }, { "[a-]", "-", 1 }, { "[[:alpha:]]+", "abc", 1 },
	{ "[[:word:]-]+", "a-1_", 1 }, { "[[.a.]]", "a]", 1 }, { "\\x{41}\\101\\x41", "AAA", 1 },
	{ "\\.\\*\\_", ".*_", 1 }, { "\xc3\xbc+", "\xc3\xbc\xc3\xbc", 1 }, { ".", "\xc3\xbc", 1 },
	{ ".", "\xff", 0 }, { "[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", 1 }, { "^*ab", "ab", 1 },
	{ "(a|(b))c", "bc", 1 }, { "()", "", 1 }, { "(|a)+", "aa", 1 }, { "a#b c", "a#b c", 1 },
	{ "\\d", "1", -1 }, { "[\\d]", "1", -1 }, { "\\bа", "a", -1 }, { "(?i)a", "A", -1 },
	{ "(a)\\1", "aa", -1 }, { "*a", "a", -1 }, { "a|*", "a", -1 }, { "(*)", "", -1 },
	{ "+", "", -1 }, { "[a-", "a", -1 }, { "[a", "a", -1 }, { "[a-c-e]", "d", -1 },
	{ "[b-a]", "a", -1 }, { "(a", "a", -1 }, { "a)", "a", -1 }, { "\\", "\\", -1 },
	{ "a{1001}", "a", -1 }, { "a{3,2}", "a", -1 }, { "[[:no:]]", "a", -1 }, { "\xff", "a", -1 },
	{ "\\x{110000}", "a", -1 }, { "\\xg", "a", -1 }, { "\\C", "a", -1 }, { "\\pL", "a", -1 },
};

START_TEST(regex_dialect)
{
	for (size_t i = 0; i < sizeof(regexes) / sizeof(regexes[0]); i++) {
		struct buf why = BUF_INIT;
		struct regex *re = NULL;
		size_t off = 0;
		int err = regex_new(slice_of(regexes[i].pattern), false, &why, &off, &re);
		int got = err ? -1 : regex_match(re, slice_of(regexes[i].value));

		ck_assert_msg(got == regexes[i].result, "'%s' of '%s': %d %s", regexes[i].pattern,
			      regexes[i].value, got, buf_str(&why));
		ck_assert_int_eq(err != 0, why.len > 0);
		ck_assert_uint_le(off, strlen(regexes[i].pattern));
		regex_free(re);
		buf_release(&why);
	}
}
END_TEST

/* The automaton and PCRE2, which means regex_match() for values as short as these. */
START_TEST(nfa_is_pcre)
{
	size_t matches = 0, compiled = 0;

	for (int i = 0; i < 20000; i++) {
		struct buf why = BUF_INIT, plain = BUF_INIT;
		char pattern[16], text[12];
		struct regex *re = NULL;
		struct nfa *nfa = NULL;
		size_t off;

		random_text(pattern, 12, "aAb()|*+?.[]^$-{2,}\n\xc3\xbc");
		if (regex_new(slice_of(pattern), i & 1, &why, &off, &re) == 0) {
			compiled++;
			ck_assert_int_eq(regex_translate(slice_of(pattern), &plain, &why, &off), 0);
			ck_assert_int_eq(nfa_new(buf_slice(&plain), i & 1, &nfa), 0);
			for (int k = 0; k < 20; k++) {
				bool expected;

				random_text(text, 8, "aAAb\n]^-");
				if (k % 4 == 0)
					strcat(text, "\xc3\xbc");
				expected = regex_match(re, slice_of(text));
				ck_assert_msg(nfa_match(nfa, slice_of(text)) == expected,
					      "'%s' (%s) of '%s': PCRE2 %d", pattern,
					      buf_str(&plain), text, expected);
				matches += expected;
			}
		}
		nfa_free(nfa);
		regex_free(re);
		buf_release(&why);
		buf_release(&plain);
	}
	ck_assert_uint_gt(compiled, 2000);
	ck_assert_uint_gt(matches, 2000);
}
END_TEST

START_TEST(nfa_size_is_bounded)
{
	static const char *const patterns[] = {
		"((a{1000}){1000}){1000}", "(((){1000}){1000}){1000}", "(((|){1000}){1000}){1000}",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct buf why = BUF_INIT, plain = BUF_INIT;
		struct nfa *nfa = NULL;
		size_t off;

		ck_assert_int_eq(regex_translate(slice_of(patterns[i]), &plain, &why, &off), 0);
		ck_assert_int_eq(nfa_new(buf_slice(&plain), false, &nfa), -E2BIG);
		buf_release(&plain);
		buf_release(&why);
	}
}
END_TEST

/* A value cannot make it give up, nor take long. */
START_TEST(regex_is_not_fooled)
{
	static const char *const patterns[] = { "(a+)+b", "(a|aa)+b", "(.*)*x(.*)*b", "(a*)*b" };
	char value[4096];

	memset(value, 'a', sizeof(value));
	value[2000] = 'x';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct buf why = BUF_INIT;
		struct regex *re;
		size_t off;

		ck_assert_int_eq(regex_new(slice_of(patterns[i]), false, &why, &off, &re), 0);
		value[sizeof(value) - 1] = 'c';
		ck_assert(!regex_match(re, (struct slice){ value, sizeof(value) }));
		value[sizeof(value) - 1] = 'b';
		ck_assert_int_eq(regex_match(re, (struct slice){ value, sizeof(value) }), i == 2);
		value[2000] = 'a';
		ck_assert_int_eq(regex_match(re, (struct slice){ value, sizeof(value) }), i != 2);
		value[2000] = 'x';
		regex_free(re);
		buf_release(&why);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_sets");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, glob_is_fnmatch);
	tcase_add_test(tc, glob_classes);
	tcase_add_test(tc, glob_takes_no_time);
	tcase_add_test(tc, pathset_is_naive);
	tcase_add_test(tc, pathset_two_patterns_on_a_level);
	tcase_add_test(tc, strings_and_prefixes_are_naive);
	tcase_add_test(tc, networks_and_numbers_are_naive);
	tcase_add_test(tc, regex_dialect);
	tcase_add_test(tc, nfa_is_pcre);
	tcase_add_test(tc, nfa_size_is_bounded);
	tcase_add_test(tc, regex_is_not_fooled);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
