/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web.h - a small HTTP server: health, and counters for Prometheus
 *
 *	/healthz (webserver.k8s_healthz_endpoint)	200 while the loop answers and events are
 *							recorded; else 503 with the reason
 *	/metrics (webserver.prometheus_metrics_enabled)	engine/metrics.h
 *	/versions
 *
 * It answers from the start, while the module still is waited for. It runs on a thread of its own
 * (libmicrohttpd), with few connections at a time and a time for each, without any privilege
 * (confine_server()), and touches nothing of the engine: it asks the loop, by a descriptor, and waits two
 * seconds for the answer. So a loop that is stuck is not healthy.
 */
#ifndef ENGINE_WEB_H
#define ENGINE_WEB_H

#include "engine/engine.h"

struct web;

/* Where it is enabled. ENGINE_OK, or told by engine_fail(). */
enum engine_status web_start(struct engine *e);
void web_free(struct web *w);	/* takes NULL */
/* Readable when somebody asks; -1: never. */
int web_fd(const struct web *w);
void web_serve(struct engine *e);

#endif
