/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - the whole of falcoc as one object, and the one header that a program needs
 *
 * Its options are made by hand, or by a configuration (config.h).
 *
 * An engine reads rules, opens the module's device, and turns events into alerts:
 *
 *	engine_new()		with the options
 *	engine_add_rules()	for each file or directory, later ones override earlier ones
 *	engine_compile()	all faults of all files are then in engine_diagnostics()
 *	engine_start()		opens the device; from here on nothing is missed
 *	engine_run()		until a signal, the set duration, or a failure
 *	engine_report()		what was seen, told and lost
 *	engine_free()
 *
 * To check rules, stop after engine_compile(). Nothing here prints or ends the
 * program: alerts go to outputs (on threads of their own), notices to a function, and what went
 * wrong is told by a status and a text. SIGPIPE must be ignored by the program. One engine at a
 * time, used by one thread.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/audit.h"
#include "engine/config.h"
#include "engine/outputs.h"

struct engine;
struct output_extra;

enum engine_status {
	ENGINE_OK,
	ENGINE_ERR_OPTION,	/* an option's value makes no sense */
	ENGINE_ERR_RULES,	/* the rules (or the configuration) have errors: see the diagnostics */
	ENGINE_ERR_DEVICE,	/* the module is not there, or does not let us in */
	ENGINE_ERR_RUNTIME,	/* everything else */
	ENGINE_ERR_DROPS,	/* events were dropped, and that is to end the run */
	ENGINE_ERR_CAPTURE,	/* the capture file cannot be read */
	ENGINE_ERR_CUT,		/* the capture file is cut or damaged; what is whole was judged */
};

#define ENGINE_RING_BYTES_MIN	(128u << 10)
#define ENGINE_RING_BYTES_MAX	(512u << 20)
#define ENGINE_DNS_WAIT_MS	2000
#define ENGINE_DNS_STATE	"/var/lib/falcoc/dns.state"
#define ENGINE_STATUS_SOCKET	"/run/falcoc/status.sock"
#define ENGINE_DNS_RATE		500
#define ENGINE_DNS_RATE_MAX	100000
#define ENGINE_SNAP_BYTES	80
#define ENGINE_SNAP_BYTES_MAX	32768

/*
 * What to do about events that were dropped; several, but for the first. The same is done about
 * paths that are unverified (the rule is "falcoc: paths unverified").
 */
#define ENGINE_DROPS_IGNORE	0x1
#define ENGINE_DROPS_LOG	0x2	/* a notice */
#define ENGINE_DROPS_ALERT	0x4	/* an alert: the rule is "falcoc: events dropped" */
#define ENGINE_DROPS_EXIT	0x8	/* engine_run() ends with ENGINE_ERR_DROPS */

struct engine_drop_options {
	unsigned int actions;	/* ENGINE_DROPS_*; 0: log and alert */
	double threshold;	/* share of an interval's events that must be dropped; 0: any */
	double rate;		/* told so often a second at most; 0: once an interval */
	double max_burst;	/* and so often in a row before that counts; 0: 1 */
	uint32_t interval_ms;	/* told so long after the first; 0: 1000 */
};

/* What becomes of the actions of policies. */
enum engine_actions {
	ENGINE_ACTIONS_OFF,
	ENGINE_ACTIONS_DRY_RUN,	/* told what would be done */
	ENGINE_ACTIONS_ON,
};

/* Rules that were read, by whoever knows where they are. */
struct engine_loaded {
	struct engine *engine;	/* compiled, where the status says so; NULL: it did not come so far */
	enum engine_status status;
	char *text;	/* a line that says what is wrong, then all that was found; may be NULL */
};

/*
 * Reads configuration and rules into a new engine (with the configuration as its own), which is never
 * started. Called from a thread, one at a time.
 */
typedef void (*engine_load_fn)(void *arg, struct engine_loaded *ret_loaded);

/* Takes a sentence about how things go (no newline), such as that capturing began. */
typedef void (*engine_notice_fn)(void *arg, const char *text);

/* How it goes while nothing is told: for somebody who looks on. */
struct engine_alive {
	uint64_t events;
	uint64_t per_second, dropped;	/* live: of late; in all */
	int percent;			/* of a capture file; -1: not known */
};

/*
 * Called about once a second, with a capture file somewhat more often, until the first alert; then
 * once with NULL, before that is told: what was shown is to be taken away. So it is with each alert
 * where options.alive_on is set.
 */
typedef void (*engine_alive_fn)(void *arg, const struct engine_alive *p);

/* Switches rules on or off, whatever their files say; in order, after all files. */
struct engine_select {
	enum {
		ENGINE_SELECT_SUBSTRING,	/* names that hold the pattern */
		ENGINE_SELECT_NAME,		/* names; `*` stands for anything */
		ENGINE_SELECT_TAG,
	} what;
	bool enable;
	bool only;		/* every rule is switched off before; of several, by the first */
	const char *pattern;
};

/* Strings are not copied and must outlive the engine. Zero everywhere is the default. */
struct engine_options {
	/* rules */
	const char *min_priority;	/* name of the least one to run, any case; NULL: all */
	bool match_all;			/* every rule that matches tells, not only the first */
	const struct engine_select *selects;	/* not copied */
	size_t nselects;

	/* events */
	const char *capture_file;	/* judge this one and not this machine; "-": standard input */
	/*
	 * Write each event in this form and not what rules say of it; "": the usual one. With a
	 * condition those that it is true of.
	 */
	const char *print;
	const char *condition;		/* judge only this; macros and lists of the rules are its */
	bool all_events;		/* rules that name no types are for read, write, ... too */
	bool no_predicates;		/* record what no rule can match, too: to look for faults */
	uint32_t snap_bytes;		/* of buffers that rules or outputs show; 0: 80 */
	const char *device;		/* NULL: /dev/falcoc */
	/* per CPU, powers of two in the bounds above */
	uint32_t ring_bytes;		/* 0: 8 MiB */
	uint32_t dns_ring_bytes;	/* of DNS messages; 0: 512 KiB, or as small as those */
	uint32_t proc_ring_bytes;	/* of process events; 0: a quarter of that, at least 1 MiB */
	struct engine_drop_options drops;
	uint64_t duration_ms;		/* end after so long; 0: never */

	/*
	 * Record what comes into a capture file, as sysdig does. With a condition only what that is
	 * true of, and nobody judges; else what the rules make the module record.
	 */
	const char *record_file;	/* NULL: none; "-": standard output */
	bool record_compress;
	uint64_t record_file_mb;	/* then the next file, called FILE and a number; 0: never */
	uint64_t record_file_s;		/* likewise, after so many seconds */
	unsigned int record_files;	/* keep so many, the oldest goes; 0: all */
	uint64_t record_limit_mb;	/* of all files together; 0: none */

	/* Captures of what happened around alerts of rules with `capture: true` (engine/trigger.h). */
	bool no_captures;		/* make none, whatever rules say */
	uint32_t capture_all_rules;	/* 1: of all rules' alerts */
	const char *capture_dir;	/* NULL or "": /var/lib/falcoc/captures */
	const char *capture_events;	/* to be recorded beside those of rules: "close,dup"; or NULL */
	uint32_t capture_history_s, capture_history_mb;	/* what is kept from before; 0: 5, 16 */
	uint32_t capture_duration_ms;	/* of rules that do not say; 0: 5000 */
	uint32_t capture_file_mb;	/* of one file; 0: no bound of its own */
	uint32_t capture_files;	/* are kept; 0: 100 */
	uint32_t capture_files_mb;	/* of all together; 0: 1024 */

	/*
	 * Names. Rules that know trusted names would tell false alerts before the first
	 * answers are there, so alerts that depend on such an answer wait for it, but only
	 * so long. No event and no other alert ever waits for a name.
	 */
	bool no_dns_queries;		/* ask nobody: only /etc/hosts gives names */
	bool dns_ask;			/* of a capture, ask nevertheless */
	bool no_dns_observe;		/* do not look at the answers that processes are given */
	const char *dns_trust;		/* whose, beside the host's: "ADDRESS[@WHERE],..."; or NULL */
	bool no_dns_trust_udp;		/* believe nothing that came over UDP to others than resolvers */
	const char *dns_servers;	/* "ADDRESS[:PORT],..."; NULL: those of resolv.conf */
	const char *hosts_path;		/* NULL: /etc/hosts */
	uint32_t dns_rate;		/* questions a second at most; 0: 500 */
	const char *dns_state;		/* file that keeps names over a restart; NULL or "": none */
	uint32_t dns_wait_ms;		/* the bound of that wait; 0: do not wait, at the start neither */
	/*
	 * At the start what earlier answers told is not known, so there alerts wait until the first
	 * answers came, or until so long after recording began where that is later; 0: no longer
	 * than dns_wait_ms.
	 */
	uint32_t dns_start_wait_ms;

	/* Container engines; of a text that is NULL the usual places. */
	const char *docker_socket, *podman_socket, *containerd_socket;
	const char *docker_root, *storage_root;	/* Docker's data-root; Podman's and CRI-O's graphroot */
	uint32_t containers_wait_ms;	/* for what they tell; 0: CONTAINER_WAIT_MS */
	bool no_containers_ask;		/* their files are all: no socket is asked, nor the kubelet */
	/* NULL: not asked. The token's file, and that of the authority which signed for the kubelet */
	const char *kubelet_url, *kubelet_token_file, *kubelet_ca_file;

	/* policies */
	enum engine_actions actions;
	uint32_t actions_per_minute;	/* of all policies; 0: 120 */
	bool lazy_wake;		/* actions wait for the timer of the rings, as alerts do */
	uint32_t actions_boost;		/* so much less nice falcoc is with actions; 0: as it was */
	uint32_t runtime_timeout_ms;	/* so long an action waits for one of these; 0: 5000 */

	/* a service (engine/SERVICE.md) */
	bool daemon;		/* tells systemd, waits for the module, tells about itself */
	engine_load_fn load;	/* rules can be reloaded by it; NULL: they stay as they are */
	void *load_arg;
	bool no_watch;		/* on SIGHUP only, not when files change */
	bool unconfined;	/* keep all privileges (engine/confine.h) */
	const char *keep_capabilities;	/* beside those that are needed: "CAP_A,CAP_B"; or NULL */
	const char *status_socket;	/* for `falcoc status`; NULL or "": none */
	bool heartbeat;		/* an alert about ourselves, now and then */
	uint64_t heartbeat_ms;	/* so often; 0: 1 hour */
	bool time_rules;	/* measure what conditions cost */
	struct {
		bool enabled, metrics;
		const char *address;	/* NULL: 127.0.0.1 */
		uint32_t port;		/* 0: 8765 */
		const char *health;	/* NULL: /healthz */
	} web;

	/* alerts */
	bool json;
	bool iso8601;			/* times as ISO 8601 in UTC */
	bool json_no_output;		/* leave the property out of the JSON object */
	bool json_message;		/* the output without time and priority, too */
	bool json_no_tags;
	bool json_no_fields;
	const char *static_fields;	/* members of output_fields, "a":"b","c":"d"; NULL: none */
	const struct output_extra *extras;	/* added to outputs; not copied */
	size_t nextras;
	bool no_stdout;			/* alerts do not go to alert_fd */
	int alert_fd;			/* where alerts go; stays the caller's */
	bool alert_colour;		/* that is a terminal on which priorities have colours */
	uint32_t output_timeout_ms;	/* a reader that takes so long is told of; 0: 1000 */
	struct engine_outputs outputs;	/* where else */
	bool verbose;			/* more notices */
	engine_notice_fn notice;	/* may be NULL */
	void *notice_arg;
	engine_alive_fn alive;		/* may be NULL */
	void *alive_arg;
	bool alive_on;			/* alerts are seen elsewhere: it goes on with them */
};

/*
 * 0; -EINVAL: min_priority names none, or -ERANGE: the options of drops make no sense;
 * -ENOMEM.
 */
int engine_new(const struct engine_options *opt, struct engine **ret_engine);
/*
 * Takes NULL. Gives the signal mask back that engine_start() changed. (Of a capture file engine_run()
 * handles SIGINT, SIGTERM and SIGALRM itself, and gives their handlers back.)
 */
void engine_free(struct engine *e);

/*
 * Reads a rules file, or all *.yaml and *.yml of a directory in order of their names.
 * Faults are kept for engine_diagnostics(); engine_compile() fails after one.
 */
void engine_add_rules(struct engine *e, const char *path);
/* Likewise a file of policies, or a directory of them (policy/POLICY.md). */
void engine_add_policies(struct engine *e, const char *path);
enum engine_status engine_compile(struct engine *e);
/* What the options point into is freed with the engine, or when other rules come. */
void engine_own_config(struct engine *e, struct config *c);
/*
 * Calls @load until the files are afterwards as they were before: then all that was read is of one
 * state. The result is the caller's. That is done on a thread of its own, which has given up all
 * privileges but to read files; the caller's are as they were.
 */
void engine_load(engine_load_fn load, void *arg, struct engine_loaded *ret_loaded);

/* All errors and warnings so far, located, ready to be shown (@colour: on a terminal). "" without any. */
const char *engine_diagnostics(struct engine *e, bool colour);
/* The same as one JSON object, with the counts: the caller's to free(); NULL: no memory. */
char *engine_diagnostics_json(struct engine *e);
size_t engine_errors(const struct engine *e);
size_t engine_warnings(const struct engine *e);
/* Rules that are loaded, and those of them that are enabled. After engine_compile(). */
size_t engine_rules(const struct engine *e);
size_t engine_rules_enabled(const struct engine *e);
size_t engine_policies(const struct engine *e);

/*
 * Opens the device, reads who runs, asks for names, and begins to record. SIGINT and
 * SIGTERM are blocked from here on, and end engine_run(). On failure
 * engine_error() says why.
 */
enum engine_status engine_start(struct engine *e);
enum engine_status engine_run(struct engine *e);

/* Events that were judged so far, and those that a rule or the condition was true of. */
void engine_matches(const struct engine *e, uint64_t *ret_events, uint64_t *ret_matches);

/* The sentence of the last failure; "" without one. */
const char *engine_error(const struct engine *e);

/*
 * Events seen, alerts by severity and rule, and what was dropped; verbose: with the counters
 * of each table too. A text of several lines, valid until the next call.
 */
const char *engine_report(struct engine *e, bool verbose);

enum engine_format {
	ENGINE_FORMAT_TEXT,
	ENGINE_FORMAT_MARKDOWN,
	ENGINE_FORMAT_JSON,
};

/*
 * All fields that conditions and outputs may use, and all event types. The text is
 * the caller's to free(); NULL where there is no memory.
 */
char *engine_list_fields(enum engine_format format, bool names_only);
/*
 * The events that are only for rules which name them (unless options.all_events), as Falco's -i
 * lists them. The caller's to free().
 */
char *engine_list_heavy_events(void);
/*
 * @device: NULL for /dev/falcoc. Where the module is loaded and lets us in, events that the
 * running kernel lacks are marked; else none is.
 */
char *engine_list_events(enum engine_format format, bool names_only, const char *device);

char *engine_list_operators(enum engine_format format, bool names_only);

/*
 * What the rules files hold: after engine_compile() has succeeded, before engine_start(). As
 * above.
 */
char *engine_list_rules(struct engine *e, enum engine_format format, bool names_only);
char *engine_list_macros(struct engine *e, enum engine_format format, bool names_only);
char *engine_list_lists(struct engine *e, enum engine_format format, bool names_only);

/*
 * All there is to say of a rule: its condition with all in place, what that was compiled to, the
 * events that the kernel records for it, and what it keeps out of these before (@insns: with the
 * instructions for that). When as above. NULL: engine_error() says why.
 */
char *engine_explain(struct engine *e, const char *rule, bool insns);

/*
 * The DNS table as options.dns_state has it, with the hosts file; @what: only this address or name,
 * explained; NULL: all. The text is the caller's to free(). After engine_new().
 */
enum engine_status engine_dns_show(struct engine *e, const char *what, enum engine_format format,
				   char **ret_text);
/*
 * The names that the rules mention: asked for now (that may take 20 seconds), with who shares their
 * addresses. After engine_compile().
 */
enum engine_status engine_dns_check(struct engine *e, enum engine_format format, char **ret_text);

/* What engine_doctor() looks at beside the machine. */
struct engine_doctor {
	const struct engine_options *options;
	bool config_faults;		/* the configuration has errors: the options are the usual ones */
	const char *const *rules, *const *policies;
	size_t nrules, npolicies;
	bool colour;			/* of the text */
};

/*
 * All that falcoc needs, looked at, each with what mends it (doctor/doctor.h); text or JSON, the
 * caller's to free(). *ret_failures: what keeps falcoc from running. Waits for name servers, up to some
 * seconds. ENGINE_ERR_RUNTIME: out of memory.
 */
enum engine_status engine_doctor(const struct engine_doctor *what, enum engine_format format,
				 char **ret_text, size_t *ret_failures);
/*
 * Of that only the first thing that keeps the device from being opened, with what mends it: the
 * caller's to free(); NULL: none is known. Waits for nothing.
 */
char *engine_doctor_device(const struct engine *e, bool colour);

/*
 * What the service that listens there tells of itself: the caller's to free(); @colour: of the text.
 * ENGINE_OK: it records; ENGINE_ERR_DEVICE: it waits for the module; ENGINE_ERR_RULES: its files have
 * errors. Another: @why, and *@ret_text is not set.
 */
enum engine_status engine_status_show(const char *path, enum engine_format format, bool colour,
				      char **ret_text, char *why, size_t size);

/* The JSON schemas of rules files and of policy files; as above. */
char *engine_schema_rules(void);
char *engine_schema_policies(void);

const char *engine_version(void);

/* Of @candidates (ended by NULL) the one that @word was likely meant to be, or NULL. */
const char *engine_suggest(const char *word, const char *const *candidates);

#endif
