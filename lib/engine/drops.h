/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drops.h - events that the module dropped: when to tell of them, how many, and whose they were
 *
 * Here is the reckoning only; drops_tell.c asks the capture and does what the options say.
 *
 * Drops are told in windows. One begins with the first drop that was noticed and is due an
 * interval later; what is dropped after a window was told is the next one's. So each drop is told
 * once, and where nothing is dropped nothing ever is due. A window whose share of dropped
 * events is below the threshold is not told; one that the rate limits goes on until it may be.
 *
 * Clock: CLOCK_BOOTTIME.
 */
#ifndef ENGINE_DROPS_H
#define ENGINE_DROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"
#include "engine/engine.h"

/* Who had the most drops in a window: a process or a cgroup. */
struct drop_owner {
	uint64_t count;		/* at least so many; 0: nobody is known */
	uint32_t pid;		/* 0: a cgroup */
	uint64_t start_ns;	/* of the process */
	uint64_t cgroup;	/* the process's, at its last drop */
	char comm[FALCOC_COMM_LEN];
};

/* A window. */
struct drop_loss {
	uint64_t span_ns;
	/* produced and dropped in it; not what is there now. By event and class: since the one before */
	struct capture_stats sum;
	struct drop_owner process, cgroup;
};

struct drops;

struct drops_stats {
	uint64_t windows;	/* told */
	uint64_t below;		/* not told: below the threshold */
	uint64_t limited;	/* told later: the rate */
};

/* @opt is copied; zeros become its defaults. NULL: no memory. */
struct drops *drops_new(const struct engine_drop_options *opt, uint64_t now_ns);
void drops_free(struct drops *d);	/* takes NULL */

/* 0; -EINVAL: the values make no sense, and *ret_why says which. */
int drops_check(const struct engine_drop_options *opt, const char **ret_why);

/*
 * So many were dropped so far, as capture_dropped() says. Cheap. True where a window begins with
 * it: then drops_begin() is to have the counters as they are.
 */
bool drops_notice(struct drops *d, uint64_t dropped, uint64_t now_ns);
/* What was produced before, and not dropped, is not of the window; its drops are. */
void drops_begin(struct drops *d, uint64_t produced, uint64_t dropped);
/*
 * Before recording: of these counters nothing is ever told, and of @droppers nobody, who may be
 * used again after that.
 */
void drops_prime(struct drops *d, const struct capture_stats *st,
		 struct capture_droppers *droppers);
/* When to ask the capture and call drops_take(); UINT64_MAX: there is no reason to. */
uint64_t drops_due_ns(const struct drops *d);

/*
 * What capture_loss() said. @last: nothing will come any more, so the rate is no reason to
 * wait. NULL: not to be told, at least not now; else the window, valid until the next call.
 * @droppers is emptied and may be used again.
 */
const struct drop_loss *drops_take(struct drops *d, uint64_t now_ns, const struct capture_stats *st,
				   struct capture_droppers *droppers, bool last);

/* ENGINE_DROPS_*, with the default in its place. */
unsigned int drops_actions(const struct drops *d);
void drops_get_stats(const struct drops *d, struct drops_stats *ret_stats);

#endif
