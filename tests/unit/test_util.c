// SPDX-License-Identifier: Apache-2.0
/* Arena, buffer and hash map: bounds, order, and agreement with something naive. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/sha256.h"
#include "suite.h"

START_TEST(arena_zeroes_and_aligns)
{
	struct arena *a = arena_new(0);

	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < 300; n++) {
			unsigned char *p = arena_alloc(a, n);

			ck_assert_ptr_nonnull(p);
			ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < n; i++)
				ck_assert_uint_eq(p[i], 0);
			memset(p, 0xff, n);
		}
		ck_assert_uint_ge(arena_used(a), 299 * 300 / 2);
		arena_clear(a);
		ck_assert_uint_eq(arena_used(a), 0);
	}
	ck_assert_str_eq(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	ck_assert_str_eq(arena_slicedup(a, (struct slice){ "abcdef", 3 }), "abc");
	ck_assert_str_eq(arena_strdup(a, ""), "");
	arena_free(a);
	arena_free(NULL);
}
END_TEST

START_TEST(arena_keeps_its_bound)
{
	struct arena *a = arena_new(100000);
	size_t got = 0;

	while (arena_alloc(a, 1000))
		got++;
	ck_assert_uint_eq(got, 100000 / 1008);
	ck_assert_uint_le(arena_used(a), 100000);
	ck_assert_ptr_null(arena_alloc(a, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(a, SIZE_MAX - 64));
	arena_clear(a);
	ck_assert_ptr_nonnull(arena_alloc(a, 50000));
	ck_assert_ptr_null(arena_alloc(a, 50001));
	arena_free(a);
}
END_TEST

START_TEST(buf_grows_to_its_bound)
{
	struct buf b = BUF_INIT;

	ck_assert_str_eq(buf_str(&b), "");
	buf_add_u64(&b, UINT64_MAX);
	buf_add_char(&b, ' ');
	buf_add_i64(&b, INT64_MIN);
	buf_printf(&b, " %s", "end");
	ck_assert_str_eq(buf_str(&b), "18446744073709551615 -9223372036854775808 end");
	buf_release(&b);

	buf_init(&b, 10);
	buf_add_str(&b, "1234567");
	ck_assert(!b.truncated);
	buf_printf(&b, "%s", "89abc");
	ck_assert(b.truncated);
	ck_assert_str_eq(buf_str(&b), "123456789a");
	buf_add_char(&b, 'x');
	ck_assert_uint_eq(b.len, 10);
	buf_clear(&b);
	ck_assert(!b.truncated);
	ck_assert_str_eq(buf_str(&b), "");
	buf_add(&b, "a\0b", 3);
	ck_assert_uint_eq(buf_slice(&b).len, 3);
	buf_release(&b);
}
END_TEST

START_TEST(buf_holds_much)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "%05d", i);
	ck_assert_uint_eq(b.len, 500000);
	ck_assert_mem_eq(buf_str(&b) + 99999 * 5, "99999", 6);
	buf_release(&b);
}
END_TEST

START_TEST(hash_depends_on_every_byte)
{
	unsigned char bytes[40] = { 0 };
	uint64_t seen[41 + 40 * 8];
	size_t n = 0;

	for (size_t len = 0; len <= sizeof(bytes); len++)
		seen[n++] = hash_bytes(bytes, len);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (unsigned char)(1 << bit);
			seen[n++] = hash_bytes(bytes, sizeof(bytes));
			bytes[i] ^= (unsigned char)(1 << bit);
		}
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(seen[i], seen[j]);
	ck_assert_uint_eq(hash_bytes("", 0), seen[0]);
	ck_assert_uint_ne(hash_u64(1), hash_u64(2));
}
END_TEST

START_TEST(strmap_is_a_map_in_order)
{
	enum { N = 5000 };
	static char keys[N][8];
	struct strmap *m = strmap_new();
	struct slice key;
	void *value;
	size_t it = 0, n = 0;

	ck_assert(!strmap_has(m, SLICE_LIT("")));
	for (size_t i = 0; i < N; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%zu", i * 7 % N);
		ck_assert_int_eq(strmap_put(m, slice_of(keys[i]), keys[i]), 0);
		ck_assert_int_eq(strmap_put(m, slice_of(keys[i / 2]), keys[i / 2]), 0);
	}
	ck_assert_uint_eq(strmap_size(m), N);
	for (size_t i = 0; i < N; i++)
		ck_assert_ptr_eq(strmap_get(m, slice_of(keys[i])), keys[i]);
	ck_assert_ptr_null(strmap_get(m, SLICE_LIT("5000")));
	ck_assert_ptr_null(strmap_get(m, SLICE_LIT("")));
	while (strmap_next(m, &it, &key, &value)) {
		ck_assert_ptr_eq(value, keys[n]);
		n++;
	}
	ck_assert_uint_eq(n, N);
	ck_assert_int_eq(strmap_put(m, slice_of(keys[3]), NULL), 0);
	ck_assert(strmap_has(m, slice_of(keys[3])));
	ck_assert_ptr_null(strmap_get(m, slice_of(keys[3])));
	strmap_free(m);
	strmap_free(NULL);
}
END_TEST

START_TEST(test_sha256)
{
	struct sha256 *s = sha256_new();
	char hex[SHA256_HEX_SIZE];

	/* FIPS 180-4's example, in two pieces */
	sha256_add(s, "a", 1);
	sha256_add(s, "bc", 2);
	sha256_end_hex(s, hex);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_add(NULL, "a", 1);
	sha256_end_hex(NULL, hex);
	ck_assert_str_eq(hex, "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("util");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, arena_zeroes_and_aligns);
	tcase_add_test(tc, arena_keeps_its_bound);
	tcase_add_test(tc, buf_grows_to_its_bound);
	tcase_add_test(tc, buf_holds_much);
	tcase_add_test(tc, hash_depends_on_every_byte);
	tcase_add_test(tc, strmap_is_a_map_in_order);
	tcase_add_test(tc, test_sha256);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
