/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.h - what the files of lib/engine share
 *
 *	engine.c	life cycle, rules
 *	start.c		everything that has to stand before the first event
 *	loop.c		waits, and hands each source its turn
 *	judge.c		one event: state, rules, alert
 *	hold.c		alerts that wait for a domain name
 *	keep.c		the DNS table on disk
 *	live.c		the DNS table of a running falcoc, told to `falcoc dns`
 *	reply.c		a socket that tells whoever connects
 *	job.c		work on a thread of its own
 *	tell.c		the outputs: made of the options, told, ended
 *	coverage.c	what the store is told of the watching itself
 *	asked.c		names that processes ask for and no rule mentions, for the store
 *	alerts.c	the store: what goes into it, and how it is shown
 *	names_show.c	the DNS table shown
 *	names_check.c	the names of rules checked
 *	observe.c	answers that processes were given: what needs them, and what is made of them
 *	names.c		the DNS table: where names come from, and what keeps them
 *	replay.c	a capture file instead of the module
 *	act.c		policies: asked for each alert, acted upon, results told
 *	trigger.c	captures of what happened around alerts
 *	record.c	events into a capture file
 *	record_items.c	what a capture of ours holds beside them
 *	record_more.c	likewise: containers, users, files, what alerts wait for
 *	record_json.c	a container as others have it
 *	record_head.c	what it holds before them, for others
 *	replay_items.c	those items taken in again
 *	replay_more.c	likewise
 *	replay_names.c	domain names in a replay: answers in others' captures, names asked for now
 *	status.c	what a service tells of itself, and how that is shown
 *	confine.c	privileges that a service gives up
 *	metrics.c	all counters, in one list
 *	web.c		an HTTP server for these
 *	service.c	systemd, the wait for the module, alerts about ourselves
 *	reload.c	files watched and read again, on a thread
 *	swap.c		what was read takes the place of what runs
 *	fileset.c	which files were read, and their digests
 *	drops.c		when and what to tell of dropped events
 *	drops_tell.c	telling it, and what the module could not keep of calls in flight
 *	report.c	counters as text
 *	list.c		fields and events as text
 *	list_rules.c	rules, macros, lists, operators, and diagnostics as JSON
 *	text.c		how these are written
 *
 * Clock: the DNS table and all deadlines run on CLOCK_BOOTTIME, the clock of the
 * records' time_ns.
 */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "dns/hosts.h"
#include "dns/observe.h"
#include "dns/resolver.h"
#include "dns/table.h"
#include "engine/engine.h"
#include "engine/fileset.h"
#include "engine/job.h"
#include "net/local.h"
#include "net/peers.h"
#include "net/roles.h"
#include "net/route.h"
#include "net/socks.h"
#include "output/output.h"
#include "output/outputs.h"
#include "policy/actor.h"
#include "policy/policy.h"
#include "rules/rules.h"
#include "state/state.h"
#include "store/coverage.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull
/* What one event's values may take: a record holds 64 KiB, fields make a few times that. */
#define SCRATCH_BYTES	(4u << 20)
/* The alert of our own. Louder than most rules: whoever drops events may have something to hide. */
#define CONDITION_RULE	"falcoc eval"
#define DROPS_RULE	"falcoc: events dropped"
#define DROPS_PRIORITY	PRIORITY_WARNING
/* Likewise: whoever makes the module run out of room may want others' paths to be doubtful. */
/* Bits of policy.outputs. */
/* Bits of outputs that policies name. */
#define ENGINE_OUTPUT_STDOUT	0x01u
#define ENGINE_OUTPUT_FILE	0x02u
#define ENGINE_OUTPUT_SYSLOG	0x04u
#define ENGINE_OUTPUT_JOURNAL	0x08u
#define ENGINE_OUTPUT_PROGRAM	0x10u
#define ENGINE_OUTPUT_HTTP	0x20u
#define ACTION_RULE	"falcoc: action"
/* Of so many events that are judged one is timed, where options.time_rules says so. */
#define ENGINE_TIME_EVERY	64u
#define UNKEPT_RULE	"falcoc: paths unverified"

struct asked;
struct record;
struct reload;
struct reply;
struct service;
struct trigger;
struct web;

struct engine {
	struct engine_options opt;

	/* rules */
	struct diags *diags;
	struct rules_select *selects;
	struct rules_loader *loader;	/* NULL once events are judged */
	struct ruleset *rules;
	struct arena *templates_arena;
	struct output_template **templates;	/* by place of the rule in the ruleset */
	struct output_template *print;		/* of every event; NULL: rules judge */
	struct config *config;	/* what the options point into, where it goes with them; or NULL */
	struct config *first_config;	/* what goes on through all reloads points into this one */
	char **paths;		/* of rules and policies, as they were named */
	size_t npaths;
	char **given;			/* paths of rules and policies */
	size_t ngiven;
	struct fileset files_read;	/* where it was loaded by engine_load() */
	uint64_t rules_ns;	/* CLOCK_REALTIME: since when they are in force */

	/* service */
	struct service *service;	/* NULL: it is none */
	struct reply *status;	/* NULL: nobody can ask */
	struct web *web;	/* NULL: nor by HTTP */
	struct reload *reload;	/* NULL: rules stay as they are */
	struct engine *retired;	/* what was replaced, while actions need it */

	/* policies */
	struct policies *policies;
	struct actor *actor;		/* NULL: nothing is done */
	struct buf action_json;
	const struct alert *acting;	/* of which actions are being done; else NULL */

	/* what events come from and add up to */
	struct capture *capture;
	struct state state;
	bool state_ready;
	struct dns_table *dns;
	struct dns_resolver *resolver;	/* NULL: nothing is asked */
	struct dns_hosts *hosts;	/* NULL: not to be had */
	struct net_routes *routes;	/* NULL: not to be had */
	struct dns_observe *observe;	/* NULL: no DNS event is recorded */
	struct file_ids *files;		/* NULL: no rule asks which file it is */
	struct net_local *local;	/* NULL: not to be had */
	struct net_socks *socks;
	struct net_roles *roles;

	/* the loop */
	int epoll_fd, signal_fd;	/* -1: none */
	sigset_t old_mask;
	bool mask_changed;
	bool stop;
	bool observe_names;	/* observe fills the DNS table */
	bool actions_over;	/* results of actions wait */
	bool more;		/* events wait to be taken */
	uint64_t end_ns;	/* UINT64_MAX: never */
	uint64_t next_expire_ns;	/* when the DNS table is to be swept */
	uint64_t began_ns;	/* recording; 0: it did not */
	uint64_t names_start_ns;	/* until when alerts wait for the first answers of all */
	uint64_t slow_names_ns;	/* when to tell that the first answers take long; UINT64_MAX: told */

	uint64_t container_rounds;	/* answers of containers' engines that came, or did not */
	struct hold *hold;	/* alerts that wait for a name */
	struct job peers_job;	/* reads who is connected into peers */
	struct net_peers peers;
	uint64_t peer_looks;
	struct reply *live;	/* NULL: nobody can ask for them */
	struct keep *keep;	/* NULL: names are not kept on disk */
	struct record *record;	/* NULL: no capture file is written */
	struct trigger *trigger;	/* NULL: no rule asks for captures */
	struct buf items;	/* what was learnt since the last event, as captures have it */
	uint64_t user_reads;	/* of the host's users, when they were recorded last */
	struct buf fates;	/* of the DNS messages of the event in hand, a byte each */
	uint8_t told_fates[1024];	/* the same of a replay's next event */
	size_t ntold_fates, told_fates_at;
	bool replays_own;	/* the capture that is judged is falcoc's own */
	bool replay_observes;	/* of another's: answers of name servers are looked at */
	bool replay_told;	/* what a capture does not tell has been told */
	struct drops *drops;
	struct drops *unkept;	/* what was not kept of calls in flight */
	struct capture_unkept unkept_before;	/* we began */
	struct capture_droppers droppers;

	/* one event */
	bool container_asked;	/* the engine of its container is being asked for the image */
	bool names_over;	/* it has waited for names as long as it may */
	struct arena *scratch;
	struct buf line;
	struct outputs *outputs;	/* NULL until they are started */
	struct output_template **records;	/* by place of the rule, for the store; NULL: no store */
	const struct output_template *fold_key;	/* NULL: alerts of a rule are all the same */
	struct alert_format format;
	struct asked *asked;		/* NULL: no name since the store was told */
	size_t store_output;		/* which one the store is, if there is one */
	struct store_counts covered;	/* as the store knows them */
	uint64_t covered_hint;		/* capture_unkept_hint() of then */
	uint64_t next_cover_ns;		/* 0: never */
	uint64_t first_event_ns, last_event_ns;	/* of a capture, by its clock */
	uint64_t alert_ns;		/* when the last alert was, on the clock of folding */

	/* counters */
	uint64_t events;	/* records that came, those for state's sake included */
	uint64_t shown;		/* of these, those that rules may see */
	uint64_t judged;	/* of these, those of a type that some rule asks for */
	uint64_t tried;		/* of these, those that a rule was tried on */
	uint64_t alerts;
	uint64_t alive_ns;		/* when it is told next, of a capture: was last; 0: not yet */
	uint64_t alive_events;	/* by the last time */
	bool alive_over;
	uint64_t alerts_in_doubt;	/* that a name not known to us might have prevented */
	uint64_t alerts_by_priority[PRIORITY_COUNT];
	uint64_t *alerts_by_rule;
	uint64_t *ns_by_rule;	/* of conditions, of one event in ENGINE_TIME_EVERY */
	uint64_t made_ns;	/* CLOCK_REALTIME, the engine */
	uint64_t alerts_nowhere;	/* about processes whose container nobody could tell */
	uint64_t alerts_incomplete;	/* about containers whose image nobody could tell */
	uint64_t alerts_of_drops, alerts_of_unkept, alerts_of_actions, alerts_of_service;

	/* texts */
	struct buf diag_text, report;
	char error[512];
};

/* engine.c */
uint64_t now_boot_ns(void);
/*
 * Takes the signals that wait. One left behind would end the program as soon as
 * engine_free() gives the signal mask back.
 */
bool engine_take_signals(struct engine *e);	/* were there any? */
void engine_notice(struct engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keeps the sentence for engine_error() and returns @status. */
enum engine_status engine_fail(struct engine *e, enum engine_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* start.c: what the rules need of the module. ENGINE_OK, or told by engine_fail(). */
enum engine_status engine_wants(struct engine *e, struct capture_wants *ret_wants);
/* Tells it, with what of that no rule can match. 0 or a negative errno. */
int engine_tell_capture(struct engine *e, struct capture_wants *wants);
/* Notices what this kernel cannot give of it. */
void engine_tell_limits(struct engine *e, const struct capture_wants *wants);
/* After other rules came: the files that they name; how alerts look. */
void engine_files_changed(struct engine *e);
void engine_set_format(struct engine *e);

/* loop.c: waits for what has come since. */
void engine_watch_sources(struct engine *e);
/* Signals that wait. True: it is asked to end. */
bool engine_take_orders(struct engine *e);

/* start.c: hands the state what the engine owns, once it is made. */
void engine_use_state(struct engine *e);

/* replay.c: the same as engine_start() and engine_run() for a capture file. */
enum engine_status engine_start_replay(struct engine *e);
enum engine_status engine_replay(struct engine *e);

/* start.c: all that judging needs, but for the source of events. */
enum engine_status engine_prepare(struct engine *e);

/* tell.c: needs the format of alerts. */
enum engine_status engine_start_outputs(struct engine *e);
/* Templates for the store, if there is to be one. 0 or -ENOMEM. */
int engine_compile_records(struct engine *e);
/* After the rules: faults are among the diagnostics. */
void engine_compile_fold(struct engine *e);
/*
 * These tell, and never wait for an output. 0, or -EPIPE when nobody reads the only output any more,
 * with the sentence for engine_error().
 */
/* @to: ENGINE_OUTPUT_*; UINT64_MAX: all */
int engine_write_alert(struct engine *e, const struct alert *a, uint64_t to);
/* alive.c: tells options.alive how it goes, until the first alert or the end. */
void engine_alive_tend(struct engine *e, uint64_t now_ns);
void engine_alive_replay(struct engine *e);
void engine_alive_end(struct engine *e);
uint64_t engine_alive_due_ns(const struct engine *e);
int engine_write_note(struct engine *e, const struct alert_note *note, uint64_t to);
int engine_write_line(struct engine *e);	/* what is in e->line */
/* What is due, and what outputs have to tell. As above. */
int engine_tend_outputs(struct engine *e);
int engine_check_outputs(struct engine *e);
/*
 * The end: waits, in bounded time, until all is handed on. @status, or where that was well and not all
 * alerts could be written, a failure.
 */
enum engine_status engine_end_outputs(struct engine *e, enum engine_status status);
/* CLOCK_REALTIME */
uint64_t engine_wall_ns(void);

/* drops_tell.c: asks what was dropped, and does what the options say. @last: the end has come. */
struct drop_loss;
enum engine_status engine_tell_drops(struct engine *e, bool last);
/* A window of drops begins. */
enum engine_status engine_begin_drops(struct engine *e);
enum engine_status engine_act_on_drops(struct engine *e, const struct drop_loss *loss);
/* Before recording begins: what was not kept until then is not ours to tell. 0 or an error. */
int engine_prime_unkept(struct engine *e);
/* Asks what was not kept, and does what the options say of drops. */
enum engine_status engine_tell_unkept(struct engine *e, bool last);

/* judge.c: what is known of a process's container; on the host all is. */
enum container_state engine_container_state(const struct engine *e, const struct proc *proc);
/* judge.c: is the rule true of the event that its filters were begun with? */
enum filter_verdict engine_verdict(struct engine *e, const struct rule *rule);
/* Writes its alert; as engine_write_alert(). */
int engine_tell(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx);

/*
 * act.c: would the alert be told nowhere, as no policy applies that takes the rule? Then it is as if
 * the rule were false.
 */
bool engine_is_silenced(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx);
/* The bit of an output that policies name, or -1. */
int engine_output_bit(void *unused, struct slice name);
/* After the rules. Faults are among the diagnostics. 0 or -ENOMEM. */
int engine_compile_policies(struct engine *e);
/* What is needed to act, if anything is to be done at all. */
enum engine_status engine_start_actions(struct engine *e);
/* The calling thread is given the CPU before others, if there are actions. */
void engine_boost(struct engine *e);
/* Does what the policies say of the alert. */
void engine_act(struct engine *e, const struct alert *alert, const struct policy_match *match);
/* Tells what came of actions so far; as engine_write_note(). */
int engine_tell_actions(struct engine *e);
/* Likewise of an actor that acts no more. */
int engine_tell_results(struct engine *e, struct actor *a);
/* The end: waits for what is under way, in bounded time, and tells it. As above. */
int engine_end_actions(struct engine *e);
/* Counters, as lines of the report. */
void engine_report_actions(struct engine *e, struct buf *out);

/* names.c: the table and what fills it. */
enum engine_status engine_start_names(struct engine *e);
/* After other rules came: their names are asked for, those of none no more. */
void engine_names_changed(struct engine *e);
/* Is the first answer for any name on its way, and is waiting for it wanted? */
bool engine_names_pending(const struct engine *e);
/* The event's connection keeps the names of its address. */
void engine_use_names(struct engine *e, const struct event *ev);
/* What is due by the clock: answers, names past their time. */
void engine_tend_names(struct engine *e);
/* When that is; UINT64_MAX: never. */
uint64_t engine_names_due_ns(const struct engine *e, uint64_t now_ns);

/*
 * observe.c: adds the events that names are learnt from, if any rule can use them.
 * engine_start_observe() after that.
 */
void engine_want_answers(const struct engine *e, struct eventset *events);
/* Does a rule compare domain names of addresses, or show them? */
bool engine_uses_names(const struct engine *e);
/* replay_names.c: adds the calls by which others' captures tell what name servers answered. */
void replay_want_answers(struct engine *e, struct eventset *events);
/* One of these: what it tells is known from now on. */
void replay_observe(struct engine *e, const struct event *ev);
/* Asks now for the names of the rules, if that is wanted. */
enum engine_status replay_ask_names(struct engine *e);
enum engine_status engine_start_observe(struct engine *e);
/* After other rules came. */
void engine_observe_changed(struct engine *e);
/* A record of the class DNS: rules are tried on each message that is complete with it. */
int engine_judge_dns(struct engine *e, struct eval_ctx *ctx);
/* Counters, as lines of the report. */
void engine_report_observe(const struct engine *e, struct buf *out);

/* judge.c: the rules that its type calls for. As engine_judge(). */
int engine_try_rules(struct engine *e, const struct eval_ctx *ctx);
/* judge.c: takes one event in. 0, or -EPIPE when nobody reads the alerts. */
int engine_judge(struct engine *e, const struct event *ev);

#endif
