/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outputs.h - where alerts go beside the standard output: part of the engine's options
 *
 * Zero everywhere is: nowhere else, and nothing is held back.
 */
#ifndef ENGINE_OUTPUTS_H
#define ENGINE_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outputs_rate;

/* In which form. */
#define ENGINE_FORM_AUTO	0u	/* what options.json says */
#define ENGINE_FORM_TEXT	1u
#define ENGINE_FORM_JSON	2u

/* Bits of engine_outputs.fold; those of outputs as policies name them, and one below. */
#define ENGINE_FOLD_NONE	0x01u
#define ENGINE_FOLD_STDOUT	0x02u
#define ENGINE_FOLD_FILE	0x04u
#define ENGINE_FOLD_SYSLOG	0x08u
#define ENGINE_FOLD_JOURNAL	0x10u
#define ENGINE_FOLD_PROGRAM	0x20u
#define ENGINE_FOLD_HTTP	0x40u

/* What each output has of its own. */
struct engine_way {
	const char *priority;	/* the least one; NULL: all */
	uint32_t form;		/* ENGINE_FORM_* */
	double rate, max_burst;	/* alerts a second; 0: any number */
};

struct engine_outputs {
	struct engine_way to_stdout;
	struct {
		struct engine_way way;
		bool enabled, keep_alive;
		const char *path;
	} file;
	struct {
		struct engine_way way;
		bool enabled;
		const char *socket;	/* NULL: /dev/log */
		const char *facility;	/* NULL: user */
	} syslog;
	struct {
		struct engine_way way;
		bool enabled;
		const char *socket;	/* NULL: that of systemd */
	} journal;
	struct {
		struct engine_way way;
		bool enabled, keep_alive;
		const char *program;
		uint32_t timeout_ms;	/* 0: 10000 */
	} program;
	struct {
		struct engine_way way;
		bool enabled;
		const char *url, *user_agent;
		bool insecure, mtls, echo, compress, keep_alive;
		const char *ca_cert, *ca_bundle, *ca_path, *client_cert, *client_key;
		uint32_t quiet_timeouts;
		uint32_t timeout_ms;	/* 0: 5000 */
		uint32_t batch;		/* 0: 1 */
		uint32_t retries;
	} http;

	struct {
		bool enabled;
		const char *path;	/* NULL: STORE_PATH of store/store.h */
		uint32_t max_days, max_mib;	/* 0: its defaults */
	} store;

	uint32_t capacity;		/* alerts that may wait for each; 0: 8192 */
	uint32_t flush_ms;		/* for what waits at the end; 0: 5000 */
	unsigned int fold;		/* ENGINE_FOLD_*: alerts that say the same are told as a number */
	const char *fold_fields;	/* what has to be the same beside the rule: "a,b"; or NULL */
	uint32_t fold_s;		/* 0: 60 */
	const struct outputs_rate *rates;	/* of rules (output/outputs.h); not copied */
	size_t nrates;
};

/* ---- what was stored ---- */

/* Which alerts; NULL and 0: all. Times as "2026-11-22T10:00", "yesterday", "3h" (store/when.h). */
struct engine_alerts_query {
	const char *path;	/* NULL: STORE_PATH */
	const char *since, *until;
	const char *rule, *priority, *container, *user;
	/*
	 * In the language of rules, of the fields that were stored; without macros and lists. What it
	 * asks for and is not stored @note is told, a sentence each.
	 */
	const char *condition;
	void (*note)(void *arg, const char *text);
	void *note_arg;
	int64_t after_id, id;
	bool no_head;		/* CSV without its line of names */
	bool colour, colour_faults;	/* of text; of what is wrong with a condition */
	size_t limit;		/* the last ones that fit all else */
	int64_t *ret_seen;	/* the last one that was looked at, if there was any; or NULL */
};

enum engine_alerts_format {
	ENGINE_ALERTS_TEXT,	/* number, time, priority, rule, message: one line each */
	ENGINE_ALERTS_JSON,	/* as json_output, with "id" */
	ENGINE_ALERTS_CSV,	/* with a line of names first */
	ENGINE_ALERTS_ALL,	/* all there is, line by line */
};

/*
 * Hands each as text (with newline) to @line. 0; -EINVAL, -ENOENT or another with a sentence in @why.
 * *@ret_last, where there was any, is the last one's number.
 */
int engine_alerts(const struct engine_alerts_query *q, enum engine_alerts_format format,
		  void (*line)(void *arg, const char *text), void *arg, int64_t *ret_last, char *why,
		  size_t size);

#endif
