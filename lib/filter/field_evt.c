// SPDX-License-Identifier: Apache-2.0
/*
 * evt.* and syscall.*: the event itself.
 */
#include <fcntl.h>

#include "event/foreign.h"
#include "filter/field_impl.h"

#define NS_PER_S 1000000000ull

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

bool evt_result(const struct eval_ctx *ctx, int64_t *ret_res)
{
	const struct event_def *def = ctx_def(ctx);

	if (event_is_enter(ctx->ev) || (def->traits & FALCOC_T_TRACEPOINT) ||
	    (ctx->ev->foreign && !ctx->ev->foreign->has_result))
		return false;
	*ret_res = ctx->ev->rec->res;
	return true;
}

EXTRACTOR(evt_num)
{
	return set_uint(ref, ctx->ev->num, ret_value);
}

/* Moments and spans in ns; priv tells which part: all of it, seconds, or the rest. */
enum { PART_ALL, PART_S, PART_NS };

static bool set_part(const struct field_ref *ref, uint64_t ns, struct value *ret_value)
{
	switch (ref->def->priv) {
	case PART_S:
		return set_uint(ref, ns / NS_PER_S, ret_value);
	case PART_NS:
		return set_uint(ref, ns % NS_PER_S, ret_value);
	default:
		return set_uint(ref, ns, ret_value);
	}
}

EXTRACTOR(evt_rawtime)
{
	return set_part(ref, ctx->ev->ts_ns, ret_value);
}

EXTRACTOR(evt_reltime)
{
	uint64_t now = ctx->ev->rec->time_ns, start = ctx->state->start_ns;

	if (ctx->ev->foreign)
		start = ctx->ev->foreign->first_ns;
	return set_part(ref, now > start && start ? now - start : 0, ret_value);
}

EXTRACTOR(evt_deltatime)
{
	uint64_t now = ctx->ev->rec->time_ns;
	uint64_t last = ctx->ev->foreign ? ctx->ev->foreign->prev_ns : ctx->state->last_event_ns;

	return set_part(ref, last && now > last ? now - last : 0, ret_value);
}

EXTRACTOR(evt_source)
{
	(void)ctx;
	return set_str(ref, SLICE_LIT("syscall"), ret_value);
}

EXTRACTOR(evt_false)
{
	(void)ctx;
	return set_bool(ref, false, ret_value);
}

/* Those of the record's flags in priv. */
EXTRACTOR(evt_rec_flag)
{
	return set_bool(ref, ctx->ev->rec->flags & ref->def->priv, ret_value);
}

EXTRACTOR(evt_abi)
{
	const unsigned int flags = ctx->ev->rec->flags;

	if ((ctx_def(ctx)->traits & FALCOC_T_TRACEPOINT) || (flags & FALCOC_R_URING))
		return false;
	return set_str(ref, flags & FALCOC_R_IA32 ? SLICE_LIT("ia32") :
			    flags & FALCOC_R_X32 ? SLICE_LIT("x32") : SLICE_LIT("native"),
		       ret_value);
}

EXTRACTOR(evt_hostname)
{
	return set_str(ref, slice_of(ctx->state->hostname), ret_value);
}

EXTRACTOR(evt_cpu)
{
	return set_int(ref, ctx->ev->rec->cpu, ret_value);
}

/* Trace points count as entries, as Falco has it for procexit. */
static bool shown_as_enter(unsigned int event, bool enter)
{
	return enter || (event_def(event)->traits & FALCOC_T_TRACEPOINT);
}

EXTRACTOR(evt_dir)
{
	bool enter = shown_as_enter(ctx->ev->rec->event, event_is_enter(ctx->ev));

	return set_str(ref, enter ? SLICE_LIT(">") : SLICE_LIT("<"), ret_value);
}

static bool events_of_dir(const struct field_ref *ref, struct slice literal,
			  struct eventset *ret_events)
{
	bool want_enter = slice_eq_str(literal, ">");

	(void)ref;
	if (!want_enter && !slice_eq_str(literal, "<"))
		return false;
	*ret_events = (struct eventset){ 0 };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (shown_as_enter(e, false) == want_enter)
			eventset_add(ret_events, e, false);
		if (want_enter)
			eventset_add(ret_events, e, true);
	}
	return true;
}

/* Meta events are for falcoc's own state: no rule ever sees them by name. */
static void add_both(struct eventset *set, unsigned int event)
{
	eventset_add(set, event, false);
	if (!(event_def(event)->traits & FALCOC_T_TRACEPOINT))
		eventset_add(set, event, true);
}

EXTRACTOR(evt_type)
{
	return set_str(ref, slice_of(ctx_def(ctx)->name), ret_value);
}

static bool events_of_type(const struct field_ref *ref, struct slice literal,
			   struct eventset *ret_events)
{
	int e = event_by_name(literal);

	(void)ref;
	if (e < 0 && !event_name_known(literal))
		return false;
	*ret_events = (struct eventset){ 0 };
	if (e >= 0)
		add_both(ret_events, (unsigned int)e);
	return true;
}

EXTRACTOR(syscall_type)
{
	if (ctx_def(ctx)->traits & FALCOC_T_TRACEPOINT)
		return false;
	return set_str(ref, slice_of(ctx_def(ctx)->name), ret_value);
}

static bool events_may_syscall(const struct field_ref *ref, struct slice literal,
			      struct eventset *ret_events)
{
	int e = event_by_name(literal);

	if (!events_of_type(ref, literal, ret_events))
		return false;
	if (e >= 0 && (event_def((unsigned int)e)->traits & FALCOC_T_TRACEPOINT))
		*ret_events = (struct eventset){ 0 };
	return true;
}

/* evt.type.is.NAME */
static const char *prepare_type_is(struct field_ref *ref)
{
	const char *native = event_name_native(ref->arg);

	if (!event_name_known(ref->arg))
		return "no such event type";
	ref->index = event_by_name(native ? slice_of(native) : ref->arg);
	return NULL;
}

EXTRACTOR(evt_type_is)
{
	return set_uint(ref, ctx->ev->rec->event == ref->index, ret_value);
}

static bool events_of_type_is(const struct field_ref *ref, struct slice literal,
			      struct eventset *ret_events)
{
	bool want = slice_eq_str(literal, "1");

	if (!want && !slice_eq_str(literal, "0"))
		return false;
	*ret_events = (struct eventset){ 0 };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if ((e == ref->index) == want)
			add_both(ret_events, e);
	}
	return true;
}

/* What reads and writes belongs to the class of its file. */
static const char *io_category(const struct eval_ctx *ctx)
{
	switch (fd_typechar(ctx)) {
	case 'f':
	case 'd':
		return "file";
	case '4':
	case '6':
		return "net";
	case 'p':
	case 'u':
	case 'e':
	case 's':
	case 'l':
	case 'i':
		return "ipc";
	default:
		return "unknown";
	}
}

#define T_IO (FALCOC_T_READ | FALCOC_T_WRITE)

/* Those that Falco calls io_read, io_write and io_other. */
static bool category_by_fd(const struct event_def *def)
{
	return strncmp(def->category, "io_", 3) == 0;
}

EXTRACTOR(evt_category)
{
	const struct event_def *def = ctx_def(ctx);

	if (ctx->ev->foreign && ctx->ev->foreign->generic)
		return set_str(ref, SLICE_LIT("other"), ret_value);
	return set_str(ref, slice_of(category_by_fd(def) ? io_category(ctx) : def->category),
		       ret_value);
}

static bool events_may_category(const struct field_ref *ref, struct slice literal,
			       struct eventset *ret_events)
{
	static const char *const known[] = {
		"file", "net", "ipc", "unknown", "process", "user", "signal", "other", "memory",
		"wait", "sleep", "time", "scheduler", "system", "internal", "IPC",
	};
	bool ok = false;

	(void)ref;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		ok |= slice_eq_str(literal, known[i]);
	if (!ok)
		return false;
	*ret_events = (struct eventset){ 0 };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		const struct event_def *def = event_def(e);

		if (category_by_fd(def) || slice_eq_str(literal, def->category))
			add_both(ret_events, e);
	}
	return true;
}

EXTRACTOR(evt_res)
{
	const char *name;
	int64_t res;

	if (!evt_result(ctx, &res))
		return false;
	if (res >= 0)
		return set_str(ref, SLICE_LIT("SUCCESS"), ret_value);
	name = res > -4096 ? errno_name((int)-res) : NULL;
	if (!name)
		name = arena_printf(ctx->scratch, "%lld", (long long)res);
	return set_cstr(ref, name, ret_value);
}

EXTRACTOR(evt_rawres)
{
	int64_t res;

	return evt_result(ctx, &res) && set_int(ref, res, ret_value);
}

EXTRACTOR(evt_failed)
{
	int64_t res;

	return evt_result(ctx, &res) && set_bool(ref, res < 0, ret_value);
}

/* Those of the traits in priv. */
EXTRACTOR(evt_has_trait)
{
	return set_bool(ref, ctx_def(ctx)->traits & ref->def->priv, ret_value);
}

EXTRACTOR(evt_io_dir)
{
	unsigned int io = ctx_def(ctx)->traits & T_IO;

	if (!io)
		return false;
	return set_str(ref, io & FALCOC_T_READ ? SLICE_LIT("read") : SLICE_LIT("write"), ret_value);
}

EXTRACTOR(evt_is_syslog)
{
	struct slice name;
	bool is = (ctx_def(ctx)->traits & FALCOC_T_WRITE) && fd_name(ctx, &name) &&
		  slice_endswith(name, SLICE_LIT("/dev/log"));

	return set_bool(ref, is, ret_value);
}

/* Bytes that an event read or wrote; priv: traits wanted, and 'f' or 'n' for file or net. */
#define BUFLEN_PRIV(traits, kind) ((uintptr_t)(traits) | (uintptr_t)(kind) << 16)

EXTRACTOR(evt_buflen)
{
	unsigned int traits = ref->def->priv & 0xffff;
	char kind = (char)(ref->def->priv >> 16);
	int64_t res;

	/* evt.buflen alone is also of calls that only have to do with a file, as in Falco */
	if (!(ctx_def(ctx)->traits & traits) &&
	    (kind || traits != T_IO || !category_by_fd(ctx_def(ctx))))
		return false;
	if (!evt_result(ctx, &res) || res < 0 || (ctx->ev->foreign && !ctx->ev->foreign->fd))
		return false;
	if (kind && io_category(ctx)[0] != kind)
		return false;
	return set_uint(ref, (uint64_t)res, ret_value);
}

static void events_with_buflen(const struct field_ref *ref, struct eventset *ret_events)
{
	const unsigned int traits = ref->def->priv & 0xffff;
	const bool any = !(ref->def->priv >> 16) && traits == T_IO;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if ((event_def(e)->traits & traits) || (any && category_by_fd(event_def(e))))
			add_both(ret_events, e);
}

static void events_with_io(const struct field_ref *ref, struct eventset *ret_events)
{
	(void)ref;
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (event_def(e)->traits & T_IO)
			add_both(ret_events, e);
}

static const char *prepare_around(struct field_ref *ref)
{
	uint64_t t = 0;

	for (size_t i = 0; i < ref->arg.len; i++) {
		unsigned int digit = (unsigned char)ref->arg.ptr[i] - '0';

		if (digit > 9 || t > ((uint64_t)INT64_MAX - digit) / 10)
			return "it is nanoseconds since 1970, as evt.rawtime";
		t = t * 10 + digit;
	}
	ref->index = (int64_t)t;
	return NULL;
}

/* Milliseconds from the time in the argument, begun ones counted. */
EXTRACTOR(evt_around)
{
	uint64_t t = (uint64_t)ref->index, now = ctx->ev->ts_ns, far = now > t ? now - t : t - now;

	return set_uint(ref, far / 1000000 + (far % 1000000 != 0), ret_value);
}

/* evt.count.*: 1 for the events it counts, no value for others. */
enum { COUNT_ALL, COUNT_EXIT, COUNT_ERROR, COUNT_FILE, COUNT_NET, COUNT_MEMORY, COUNT_OTHER };

EXTRACTOR(evt_count)
{
	const uintptr_t what = ref->def->priv;
	const char *category;
	bool file, net, memory;
	int64_t res;

	if (what == COUNT_ALL)
		return set_uint(ref, 1, ret_value);
	if (what == COUNT_EXIT)
		return !event_is_enter(ctx->ev) && set_uint(ref, 1, ret_value);
	if (!evt_result(ctx, &res) || res >= 0)
		return false;
	category = category_by_fd(ctx_def(ctx)) ? io_category(ctx) : ctx_def(ctx)->category;
	file = strcmp(category, "file") == 0;
	net = strcmp(category, "net") == 0;
	memory = strcmp(category, "memory") == 0;
	if ((what == COUNT_FILE && !file) || (what == COUNT_NET && !net) ||
	    (what == COUNT_MEMORY && !memory) || (what == COUNT_OTHER && (file || net || memory)))
		return false;
	return set_uint(ref, 1, ret_value);
}

/* evt.is_open_*: what the flags of an open ask for, whether or not it was granted. */
enum { OPEN_READ, OPEN_WRITE, OPEN_EXEC, OPEN_CREATE };

EXTRACTOR(evt_is_open)
{
	uint64_t flags, mode, created;
	bool is = false;

	if (!event_open_args(ctx->ev, &flags, &mode))
		return set_bool(ref, false, ret_value);
	switch (ref->def->priv) {
	case OPEN_READ:
		is = (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
		break;
	case OPEN_WRITE:
		is = (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
		/* Falco has it of calls with flags only: of its captures the same alerts are told */
		if (ctx->ev->foreign && ctx->ev->rec->event == FALCOC_E_CREAT)
			is = false;
		break;
	case OPEN_EXEC:
		is = (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) && (mode & 0111);
		break;
	case OPEN_CREATE:
		is = event_u64(ctx->ev, FALCOC_A_CREATED, &created) && created;
		break;
	}
	return set_bool(ref, is, ret_value);
}

static bool events_may_open(const struct field_ref *ref, struct slice literal,
			   struct eventset *ret_events)
{
	bool want = slice_eq_str(literal, "true");

	(void)ref;
	if (!want && !slice_eq_str(literal, "false"))
		return false;
	*ret_events = (struct eventset){ 0 };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (!want || (event_def(e)->traits & FALCOC_T_OPEN))
			add_both(ret_events, e);
	}
	return true;
}

/* evt.is_io and the like: told by the type alone. */
static bool events_of_trait(const struct field_ref *ref, struct slice literal,
			    struct eventset *ret_events)
{
	bool want = slice_eq_str(literal, "true");

	if (!want && !slice_eq_str(literal, "false"))
		return false;
	*ret_events = (struct eventset){ 0 };
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (!!(event_def(e)->traits & ref->def->priv) == want)
			add_both(ret_events, e);
	}
	return true;
}

/* What only events of a trait can be, but need not: told by events_of_trait where it is true. */
static bool events_may_trait(const struct field_ref *ref, struct slice literal,
			     struct eventset *ret_events)
{
	if (!events_of_trait(ref, literal, ret_events))
		return false;
	if (slice_eq_str(literal, "false"))
		for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
			add_both(ret_events, e);
	return true;
}

/* evt.abspath.src, evt.abspath.dst: as fs.path.* of the events that take directories. */
static const char *prepare_abspath(struct field_ref *ref)
{
	if (slice_eq_str(ref->arg, "src"))
		ref->index = 0;
	else if (slice_eq_str(ref->arg, "dst"))
		ref->index = 1;
	else
		return "the argument must be src or dst";
	return NULL;
}

EXTRACTOR(evt_abspath)
{
	const enum falcoc_source want = ref->index ? FALCOC_SRC_PATH1 : FALCOC_SRC_PATH0;
	const struct event_def *def = ctx_def(ctx);
	struct slice text;

	for (unsigned int i = 0; i < def->nparams; i++) {
		const struct event_param_def *p = &def->params[i];

		if (p->source == want && p->type == VALUE_FSRELPATH)
			return event_param_text(ctx->ev, i, ctx->scratch, &text) &&
			       set_str(ref, text, ret_value);
	}
	return false;
}

static void events_with_abspath(const struct field_ref *ref, struct eventset *ret_events)
{
	const enum falcoc_source want = ref->index ? FALCOC_SRC_PATH1 : FALCOC_SRC_PATH0;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		const struct event_def *def = event_def(e);

		for (unsigned int i = 0; i < def->nparams; i++)
			if (def->params[i].source == want && def->params[i].type == VALUE_FSRELPATH)
				add_both(ret_events, e);
	}
}

#define NONE(n, t, f, d, why) \
	{ .name = n, .type = VALUE_##t, .flags = (f) | FIELD_F_NO_VALUE, .desc = d, \
	  .extract = extract_none, .none = why }
#define NO_PLUGINS "there are no plugins; evt.source tells what falcoc watches"
#define NO_ENTRY "exits are recorded only, as by Falco since 0.42; proc.duration tells how long a " \
	"process has run"
#define NO_SAMPLES "processes are not sampled; proc.vmsize and its like look at them when asked"
#define NO_DOCKER "events of Docker are not followed, nor are they by Falco; container.id tells " \
	"the container"
#define FIELD(n, t, f, fn, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn }
#define PRIV(n, t, f, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn, .priv = p }
#define TYPED(n, t, f, fn, p, ev, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn, .priv = p, \
	  .events_of = ev }
#define MAY(n, t, f, fn, p, ev, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn, .priv = p, \
	  .events_may = ev }

#define DATA(n, t, f, fn, with, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn, \
	  .events_with = with, .data_of = data_of_any }
#define BUFLEN(n, f, traits, kind, d) \
	{ .name = n, .type = VALUE_UINT64, .flags = NAMES | (f), .desc = d, .extract = evt_buflen, \
	  .priv = BUFLEN_PRIV(traits, kind), .events_with = events_with_buflen }

#define NAMES FIELD_F_NAMES_EVENTS
#define TABLE FIELD_F_TABLE_ONLY
#define OLD FIELD_F_DEPRECATED
#define ARG (FIELD_F_ARG_REQUIRED | FIELD_F_ARG_INDEX | FIELD_F_ARG_NAME)

static const struct field_def fields[] = {
	FIELD("evt.num", UINT64, 0, evt_num, "Number of the event, counted from 1."),
	PRIV("evt.time", CHARBUF, 0, extract_evt_time, TIME_CLOCK,
	     "Local time of day with nanoseconds."),
	PRIV("evt.time.s", CHARBUF, 0, extract_evt_time, TIME_CLOCK_S,
	     "Local time of day in whole seconds."),
	PRIV("evt.time.iso8601", CHARBUF, 0, extract_evt_time, TIME_ISO8601,
	     "Date and time in UTC as ISO 8601 writes it, with nanoseconds."),
	PRIV("evt.datetime", CHARBUF, 0, extract_evt_time, TIME_DATE,
	     "Local date and time with nanoseconds."),
	PRIV("evt.datetime.s", CHARBUF, 0, extract_evt_time, TIME_DATE_S,
	     "Local date and time in whole seconds."),
	PRIV("evt.rawtime", ABSTIME, 0, evt_rawtime, PART_ALL, "Nanoseconds since 1970."),
	PRIV("evt.rawtime.s", ABSTIME, 0, evt_rawtime, PART_S, "Whole seconds since 1970."),
	PRIV("evt.rawtime.ns", ABSTIME, 0, evt_rawtime, PART_NS,
	     "Nanoseconds past the second of evt.rawtime.s."),
	PRIV("evt.reltime", RELTIME, 0, evt_reltime, PART_ALL,
	     "Nanoseconds since the first event."),
	PRIV("evt.reltime.s", RELTIME, 0, evt_reltime, PART_S,
	     "Whole seconds since the first event."),
	PRIV("evt.reltime.ns", RELTIME, 0, evt_reltime, PART_NS,
	     "Nanoseconds past the second of evt.reltime.s."),
	NONE("evt.pluginname", CHARBUF, 0, "Plugin that made the event; falcoc has no plugins.",
	     NO_PLUGINS),
	NONE("evt.plugininfo", CHARBUF, 0, "What the plugin tells of its event.",
	     NO_PLUGINS),
	FIELD("evt.source", CHARBUF, 0, evt_source, "Where events come from: always syscall."),
	FIELD("evt.is_async", BOOL, 0, evt_false, "Whether the event came out of order: never."),
	NONE("evt.asynctype", CHARBUF, 0, "Kind of an event that came out of order.",
	     "events all come in order; evt.is_async is false"),
	FIELD("evt.hostname", CHARBUF, 0, evt_hostname, "Name of this host."),

	NONE("evt.latency", RELTIME, OLD, "Nanoseconds between entry and exit of the call.",
	     NO_ENTRY),
	NONE("evt.latency.s", RELTIME, OLD, "Whole seconds of evt.latency.",
	     NO_ENTRY),
	NONE("evt.latency.ns", RELTIME, OLD, "Nanoseconds past the second of evt.latency.s.",
	     NO_ENTRY),
	NONE("evt.latency.quantized", UINT64, TABLE | OLD, "Decimal logarithm of evt.latency.",
	     NO_ENTRY),
	NONE("evt.latency.human", CHARBUF, OLD, "evt.latency with a unit.",
	     NO_ENTRY),
	PRIV("evt.deltatime", RELTIME, 0, evt_deltatime, PART_ALL,
	     "Nanoseconds since the event before this one."),
	PRIV("evt.deltatime.s", RELTIME, 0, evt_deltatime, PART_S,
	     "Whole seconds since the event before this one."),
	PRIV("evt.deltatime.ns", RELTIME, 0, evt_deltatime, PART_NS,
	     "Nanoseconds past the second of evt.deltatime.s."),
	PRIV("evt.outputtime", CHARBUF, FIELD_F_PRINT_ONLY, extract_evt_time, TIME_CLOCK,
	     "The time as alerts show it."),
	TYPED("evt.dir", CHARBUF, OLD, evt_dir, 0, events_of_dir,
	      "'>' at the entry of a call and for trace points, '<' at its exit."),
	TYPED("evt.type", CHARBUF, NAMES, evt_type, 0, events_of_type,
	      "Name of the system call or trace point."),
	{ .name = "evt.type.is", .type = VALUE_UINT32,
	  .flags = FIELD_F_ARG_REQUIRED | FIELD_F_ARG_NAME | NAMES, .extract = evt_type_is,
	  .prepare = prepare_type_is, .events_of = events_of_type_is,
	  .desc = "1 where the event is of the type in the argument, else 0." },
	MAY("syscall.type", CHARBUF, NAMES, syscall_type, 0, events_may_syscall,
	    "Name of the system call; trace points have none."),
	MAY("evt.category", CHARBUF, 0, evt_category, 0, events_may_category,
	    "What the event is about: file, net, process, user, signal, ipc, ..."),
	FIELD("evt.cpu", INT16, 0, evt_cpu, "CPU on which it happened."),
	DATA("evt.args", CHARBUF, FIELD_F_COSTLY, extract_evt_args, NULL, "All arguments as name=value."),
	{ .name = "evt.arg", .type = VALUE_CHARBUF, .flags = ARG, .extract = extract_evt_arg,
	  .prepare = prepare_evt_arg, .events_with = events_with_arg, .data_of = data_of_arg,
	  .desc = "One argument by name or number, with numbers turned into names." },
	{ .name = "evt.rawarg", .type = VALUE_DYNAMIC,
	  .flags = FIELD_F_ARG_REQUIRED | FIELD_F_ARG_NAME | FIELD_F_NO_TRANSFORMER |
		   FIELD_F_NO_RHS,
	  .extract = extract_evt_rawarg, .extract_shown = extract_evt_rawarg_shown,
	  .prepare = prepare_evt_arg, .type_of = type_of_rawarg,
	  .events_with = events_with_arg, .data_of = data_of_arg,
	  .desc = "One argument by name, as the kernel had it." },
	DATA("evt.info", CHARBUF, FIELD_F_COSTLY, extract_evt_args, NULL, "The same as evt.args."),
	DATA("evt.buffer", BYTEBUF, NAMES, extract_evt_buffer, data_of_any,
	     "Bytes read or written, as many of them as --snaplen says."),
	BUFLEN("evt.buflen", 0, T_IO, 0, "Bytes read or written, counted."),
	FIELD("evt.res", CHARBUF, 0, evt_res, "SUCCESS, or the name of the error."),
	FIELD("evt.rawres", INT64, 0, evt_rawres, "What the call returned."),
	FIELD("evt.failed", BOOL, 0, evt_failed, "Whether the call returned an error."),
	TYPED("evt.is_io", BOOL, NAMES, evt_has_trait, T_IO, events_of_trait,
	      "Whether the call reads from or writes to a descriptor."),
	TYPED("evt.is_io_read", BOOL, NAMES, evt_has_trait, FALCOC_T_READ, events_of_trait,
	      "Whether the call reads from a descriptor."),
	TYPED("evt.is_io_write", BOOL, NAMES, evt_has_trait, FALCOC_T_WRITE, events_of_trait,
	      "Whether the call writes to a descriptor."),
	{ .name = "evt.io_dir", .type = VALUE_CHARBUF, .flags = NAMES, .extract = evt_io_dir,
	  .events_with = events_with_io, .desc = "read or write, for calls that do so." },
	TYPED("evt.is_wait", BOOL, 0, evt_has_trait, FALCOC_T_WAIT, events_of_trait,
	      "Whether the call may wait for something to happen."),
	NONE("evt.wait_latency", RELTIME, OLD, "Nanoseconds that the call waited.",
	     NO_ENTRY),
	MAY("evt.is_syslog", BOOL, NAMES, evt_is_syslog, FALCOC_T_WRITE, events_may_trait,
	    "Whether it writes to /dev/log."),
	PRIV("evt.count", UINT32, 0, evt_count, COUNT_ALL, "Always 1."),
	PRIV("evt.count.error", UINT32, 0, evt_count, COUNT_ERROR, "1 for calls that failed."),
	PRIV("evt.count.error.file", UINT32, 0, evt_count, COUNT_FILE,
	     "1 for calls on files that failed."),
	PRIV("evt.count.error.net", UINT32, 0, evt_count, COUNT_NET,
	     "1 for calls on the network that failed."),
	PRIV("evt.count.error.memory", UINT32, 0, evt_count, COUNT_MEMORY,
	     "1 for calls on memory that failed."),
	PRIV("evt.count.error.other", UINT32, 0, evt_count, COUNT_OTHER,
	     "1 for calls that failed and are on neither files, the network nor memory."),
	PRIV("evt.count.exit", UINT32, 0, evt_count, COUNT_EXIT, "1 for exits."),
	NONE("evt.count.procinfo", UINT32, TABLE, "1 for samples of processes.",
	     NO_SAMPLES),
	NONE("evt.count.threadinfo", UINT32, TABLE, "1 for samples of threads.",
	     NO_SAMPLES),
	{ .name = "evt.around", .type = VALUE_UINT64,
	  .flags = FIELD_F_FILTER_ONLY | FIELD_F_ARG_REQUIRED | FIELD_F_ARG_NAME | FIELD_F_AROUND |
		   FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS, .extract = evt_around,
	  .prepare = prepare_around,
	  .desc = "Milliseconds between evt.rawtime and the time in the argument; = means at most." },
	{ .name = "evt.abspath", .type = VALUE_CHARBUF,
	  .flags = FIELD_F_ARG_REQUIRED | FIELD_F_ARG_NAME, .extract = evt_abspath,
	  .prepare = prepare_abspath, .events_with = events_with_abspath,
	  .desc = "First (src) or second (dst) path of a call that takes a directory, absolute." },
	BUFLEN("evt.buflen.in", TABLE, FALCOC_T_READ, 0, "Bytes read."),
	BUFLEN("evt.buflen.out", TABLE, FALCOC_T_WRITE, 0,
	     "Bytes written."),
	BUFLEN("evt.buflen.file", TABLE, T_IO, 'f',
	     "Bytes read from or written to files."),
	BUFLEN("evt.buflen.file.in", TABLE, FALCOC_T_READ, 'f',
	     "Bytes read from files."),
	BUFLEN("evt.buflen.file.out", TABLE, FALCOC_T_WRITE, 'f',
	     "Bytes written to files."),
	BUFLEN("evt.buflen.net", TABLE, T_IO, 'n',
	     "Bytes received or sent over IP."),
	BUFLEN("evt.buflen.net.in", TABLE, FALCOC_T_READ, 'n',
	     "Bytes received over IP."),
	BUFLEN("evt.buflen.net.out", TABLE, FALCOC_T_WRITE, 'n',
	     "Bytes sent over IP."),
	MAY("evt.is_open_read", BOOL, 0, evt_is_open, OPEN_READ, events_may_open,
	    "Whether a file is opened for reading."),
	MAY("evt.is_open_write", BOOL, 0, evt_is_open, OPEN_WRITE, events_may_open,
	    "Whether a file is opened for writing."),
	/* falcoc's own */
	PRIV("evt.is_io_uring", BOOL, 0, evt_rec_flag, FALCOC_R_URING,
	     "Whether it was asked for through io_uring rather than by a call."),
	PRIV("evt.is_unverified", BOOL, 0, evt_rec_flag, FALCOC_R_UNVERIFIED,
	     "Whether what the caller passed was read after the call, so that it may have changed."),
	PRIV("evt.is_ia32", BOOL, 0, evt_rec_flag, FALCOC_R_IA32,
	     "Whether it was made through the 32-bit system calls."),
	FIELD("evt.abi", CHARBUF, 0, evt_abi, "The table of the call: native, ia32 or x32."),
	NONE("evt.infra.docker.name", CHARBUF, TABLE, "Name of an event of a container engine.",
	     NO_DOCKER),
	NONE("evt.infra.docker.container.id", CHARBUF, TABLE, "Container that it is about.",
	     NO_DOCKER),
	NONE("evt.infra.docker.container.name", CHARBUF, TABLE, "Name of that container.",
	     NO_DOCKER),
	NONE("evt.infra.docker.container.image", CHARBUF, TABLE, "Image of that container.",
	     NO_DOCKER),
	MAY("evt.is_open_exec", BOOL, 0, evt_is_open, OPEN_EXEC, events_may_open,
	    "Whether a file is created that somebody may execute."),
	MAY("evt.is_open_create", BOOL, 0, evt_is_open, OPEN_CREATE, events_may_open,
	    "Whether the open made the file."),
};

FIELD_CLASS(evt, "evt", "The event: what was called, when, and how it ended", fields);
