// SPDX-License-Identifier: Apache-2.0
/* test_util_thread.c - a thread that no signal is for, made by one that takes them all */
#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "util/thread.h"
#include "suite.h"

static void *look(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
	return arg;
}

START_TEST(signals_are_kept_from_it)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD };
	sigset_t none, before, its, after;
	pthread_t thread;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	sigemptyset(&its);
	ck_assert_int_eq(thread_start(&thread, look, &its), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		ck_assert_int_eq(sigismember(&its, signals[i]), 1);
		ck_assert_int_eq(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("util_thread");
	TCase *t = tcase_create("thread");

	tcase_add_test(t, signals_are_kept_from_it);
	suite_add_tcase(s, t);
	return suite_run(s);
}
