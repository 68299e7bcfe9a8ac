/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - what falcoc does beside its work where it runs as a service (options.daemon)
 *
 * It tells systemd how it is (sd_notify(3)), from the loop that judges events and from nowhere
 * else: a loop that is stuck feeds no watchdog. It waits for the module as long as that is not
 * there. Its start, its end and what happens in between are alerts of its own.
 *
 * Without options.daemon all of these do nothing.
 */
#ifndef ENGINE_SERVICE_H
#define ENGINE_SERVICE_H

#include <stdint.h>

#include "engine/engine.h"
#include "rules/rules.h"
#include "util/slice.h"

#define STARTED_RULE	"falcoc: started"
#define HEARTBEAT_RULE	"falcoc: heartbeat"
#define STOPPED_RULE	"falcoc: stopped"

struct service;

enum engine_status service_start(struct engine *e);
void service_free(struct service *s);	/* takes NULL */

/*
 * Opens the capture by @open; as long as that fails for the device's sake, waits and tries again: at once
 * when something happens in the device's directory, else after 1 s and then less and less often, at last
 * every 30 s. ENGINE_OK also where a signal ended it: then e->stop is set, and there is no capture.
 */
enum engine_status service_await(struct engine *e, enum engine_status (*open)(struct engine *e));

/* Recording has begun. As engine_write_note(). */
int service_ready(struct engine *e);
void service_reloading(struct engine *e);
void service_reloaded(struct engine *e);
/* The end has come; outputs still work. */
int service_stopping(struct engine *e);

/* Somebody asks for the status: e->status is readable. */
void service_serve(struct engine *e);
/* What is due by the clock, and when that is; UINT64_MAX: nothing. */
int service_tend(struct engine *e, uint64_t now_ns);
uint64_t service_due_ns(const struct engine *e);

/* An alert of falcoc's own to all outputs. @fields: as in struct alert_note, may be empty. */
int service_tell(struct engine *e, const char *rule, enum priority priority, struct slice text,
		 struct slice fields);

#endif
