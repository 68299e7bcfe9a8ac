// SPDX-License-Identifier: Apache-2.0
/* Who is the server: the decision as a table, and what is remembered, bounded. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "net/roles.h"
#include "suite.h"

#define C NET_ROLE_CLIENT
#define V NET_ROLE_SERVER
#define U NET_ROLE_UNKNOWN
#define OUT NET_DIRECTION_OUT
#define IN NET_DIRECTION_IN

static const struct {
	struct net_role_facts facts; /* kernel, remembered, listening: local, remote; ports; direction */
	enum net_role role;
	enum net_role_evidence evidence;
} cases[] = {
	{ { C, V, true, false, 80, 50000, IN }, C, NET_EVIDENCE_KERNEL },
	{ { V, C, false, true, 50000, 80, OUT }, V, NET_EVIDENCE_KERNEL },
	{ { U, V, false, true, 50000, 80, OUT }, V, NET_EVIDENCE_REMEMBERED },
	{ { U, C, true, false, 80, 50000, IN }, C, NET_EVIDENCE_REMEMBERED },
	{ { U, U, true, false, 50000, 80, OUT }, V, NET_EVIDENCE_LISTENING },
	{ { U, U, false, true, 80, 50000, IN }, C, NET_EVIDENCE_LISTENING },
	{ { U, U, true, true, 5000, 80, OUT }, V, NET_EVIDENCE_LISTENING },
	{ { U, U, false, false, 40000, 443, IN }, C, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 443, 40000, OUT }, V, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 1023, 1024, OUT }, V, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 8080, 40000, OUT }, V, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 40000, 8080, IN }, C, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 500, 22, IN }, C, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 8080, 0, OUT }, V, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 0, 60000, IN }, C, NET_EVIDENCE_PORTS },
	{ { U, U, false, false, 123, 123, OUT }, C, NET_EVIDENCE_DIRECTION },
	{ { U, U, false, false, 123, 123, IN }, V, NET_EVIDENCE_DIRECTION },
	{ { U, U, false, false, 0, 0, OUT }, C, NET_EVIDENCE_DIRECTION },
	{ { U, U, false, false, 123, 123, NET_DIRECTION_NONE }, U, NET_EVIDENCE_NONE },
	{ { U, U, false, false, 0, 0, NET_DIRECTION_NONE }, U, NET_EVIDENCE_NONE },
};

START_TEST(decide)
{
	enum net_role_evidence evidence;

	ck_assert_int_eq(net_role_decide(&cases[_i].facts, &evidence), cases[_i].role);
	ck_assert_int_eq(evidence, cases[_i].evidence);
	ck_assert_int_eq(net_role_decide(&cases[_i].facts, NULL), cases[_i].role);
}
END_TEST

/* Both ends see one connection: with the same evidence they must not agree to be the same. */
START_TEST(both_ends_differ)
{
	srand(3);
	for (int i = 0; i < 100000; i++) {
		struct net_role_facts a = {
			.local_port = (uint16_t)(rand() % 2048), .remote_port = (uint16_t)(rand() % 2048),
			.direction = OUT,
		}, b = {
			.local_port = a.remote_port, .remote_port = a.local_port, .direction = IN,
		};

		ck_assert_int_eq(net_role_decide(&a, NULL) + net_role_decide(&b, NULL), C + V);
	}
}
END_TEST

START_TEST(remembers)
{
	struct net_roles *r = net_roles_new(0);
	struct net_roles_stats stats;

	net_roles_set(r, 7, C);
	net_roles_set(r, 8, V);
	net_roles_set(r, 9, U);
	net_roles_set(r, 0, C);
	ck_assert_int_eq(net_roles_get(r, 7), C);
	ck_assert_int_eq(net_roles_get(r, 8), V);
	ck_assert_int_eq(net_roles_get(r, 9), U);
	ck_assert_int_eq(net_roles_get(r, 0), U);
	net_roles_set(r, 7, V); /* the inode is another socket's now */
	ck_assert_int_eq(net_roles_get(r, 7), V);
	net_roles_forget(r, 7);
	net_roles_forget(r, 1234);
	ck_assert_int_eq(net_roles_get(r, 7), U);
	net_roles_get_stats(r, &stats);
	ck_assert_uint_eq(stats.entries, 1);
	ck_assert_uint_eq(stats.evicted, 0);
	ck_assert_int_eq(net_roles_get(NULL, 7), U);
	net_roles_free(r);
	net_roles_free(NULL);
}
END_TEST

/* Beside an array in order of use, most recent first. */
START_TEST(evicts_as_oracle)
{
	enum { MAX = 16 };
	struct net_roles *r = net_roles_new(MAX);
	struct { uint64_t inode; enum net_role role; } model[MAX + 1], hit;
	size_t count = 0, evicted = 0;
	struct net_roles_stats stats;

	srand(5);
	for (int round = 0; round < 50000; round++) {
		uint64_t inode = (uint64_t)(rand() % 40 + 1);
		int what = rand() % 8;
		size_t at = 0;

		hit.inode = inode;
		hit.role = rand() & 1 ? C : V;
		while (at < count && model[at].inode != inode)
			at++;
		if (what == 0) {
			net_roles_forget(r, inode);
		} else if (what < 4) {
			net_roles_set(r, inode, hit.role);
		} else {
			ck_assert_int_eq(net_roles_get(r, inode), at < count ? model[at].role : U);
			if (at == count)
				continue;
			hit = model[at];
		}
		if (at < count) {
			memmove(&model[at], &model[at + 1], (count - at - 1) * sizeof(model[0]));
			count--;
		}
		if (what) {
			memmove(&model[1], &model[0], count * sizeof(model[0]));
			model[0] = hit;
			count++;
		}
		if (count > MAX) {
			count--;
			evicted++;
		}
	}
	net_roles_get_stats(r, &stats);
	ck_assert_uint_eq(stats.entries, count);
	ck_assert_uint_eq(stats.evicted, evicted);
	ck_assert_uint_gt(evicted, 1000);
	net_roles_free(r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_roles");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, decide, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, both_ends_differ);
	tcase_add_test(tc, remembers);
	tcase_add_test(tc, evicts_as_oracle);
	return suite_run(s);
}
