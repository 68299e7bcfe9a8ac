/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_maker.h - what a runtime by itself was called with; copies of options: for lib/state only
 */
#ifndef STATE_CONTAINER_MAKER_H
#define STATE_CONTAINER_MAKER_H

#include <stdbool.h>

#include "state/containers.h"
#include "util/arena.h"

struct making {
	const char *ns;		/* containerd's namespace, or "" */
	char bundle[1024];	/* root's; or "" */
};

/* False: it was not called with the name @id. */
bool making_of(const struct container_maker *m, struct slice id, struct making *ret);

/* The texts go to the arena. @from: NULL, or the options. 0 or -ENOMEM. */
int engines_copy(struct container_engines *to, const struct container_engines *from,
		 struct arena *arena);

#endif
