// SPDX-License-Identifier: Apache-2.0
/* See heard.h. */
#include "heard.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char heard_notices[8192];
int heard_fd[2] = { -1, -1 };

static void note(void *arg, const char *text)
{
	size_t len = strlen(heard_notices);

	(void)arg;
	snprintf(heard_notices + len, sizeof(heard_notices) - len, "%s\n", text);
}

void heard_begin(struct engine_options *opt)
{
	if (heard_fd[0] < 0) {
		ck_assert_int_eq(pipe2(heard_fd, O_CLOEXEC), 0);
		ck_assert_int_eq(fcntl(heard_fd[0], F_SETFL, O_NONBLOCK), 0);
	}
	opt->alert_fd = heard_fd[1];
	opt->notice = note;
	heard_notices[0] = '\0';
}

const char *heard_alerts(struct engine *e)
{
	static char text[65536];
	ssize_t n;

	ck_assert(outputs_sync(e->outputs, 120000));
	n = read(heard_fd[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}
