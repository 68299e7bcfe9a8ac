/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine under test says: its alerts, by a pipe, and its notices. */
#ifndef TESTS_UNIT_HEARD_H
#define TESTS_UNIT_HEARD_H

#include "engine/core.h"

/* The notices so far, a line each; a test may empty it. */
extern char heard_notices[8192];

/* The pipe; the engine writes to the second end. A test may close or replace them. */
extern int heard_fd[2];

/* Sets these options so that what the engine says is heard, and forgets what was. */
void heard_begin(struct engine_options *opt);

/* What came out since the last call: all that was said before. Valid until the next. */
const char *heard_alerts(struct engine *e);

#endif
