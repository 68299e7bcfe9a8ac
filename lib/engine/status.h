/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - what a service tells of itself: a JSON object for whoever connects to its socket
 *
 *	version, pid, began		of the program, seconds since 1970
 *	state				waiting (for the module), recording, stale (by old rules)
 *	why				of waiting and stale
 *	rules				loaded, enabled, since, reloads, failed, files
 *	rules.files			path, sha256, mtime, bytes: as they were when they were read
 *	counters			engine/metrics.h
 */
#ifndef ENGINE_STATUS_H
#define ENGINE_STATUS_H

#include "engine/engine.h"
#include "util/buf.h"

/* 0 or -ENOMEM. */
int status_format(struct engine *e, struct buf *out);

#endif
