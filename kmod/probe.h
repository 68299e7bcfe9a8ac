/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.h - the tracepoints: found once, attached while somebody wants them
 */
#ifndef _FALCOC_PROBE_H
#define _FALCOC_PROBE_H

#include "consumer.h"

/* -ENOENT: this kernel lacks one of them. */
int probes_init(void);
/* Nothing may be attached any more. Waits until no probe runs. */
void probes_release(void);

/*
 * Attaches those that the mask (of all started consumers together) needs and
 * detaches the others. The caller serialises. On failure some may be attached
 * that are not needed.
 */
int probes_want(const struct mask *mask);

#endif
