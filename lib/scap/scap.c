// SPDX-License-Identifier: Apache-2.0
/*
 * scap.c - from blocks to events; see scap.h
 */
#include "scap/scap.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "scap/internal.h"

#define BLOCK_SECTION	0x0a0d0d0a
#define SECTION_MAGIC	0x1a2b3c4d
#define MAGIC_SWAPPED	0x4d3c2b1a
#define SECTION_BYTES	16
#define MAJOR		1
#define SCRATCH_BYTES	(1u << 20)
#define TYPE_AT		20	/* in an event: behind its time, its thread and its length */

/* How an event block is laid out. False: it is no event block. */
static bool event_block(uint32_t type, bool *ret_v1, bool *ret_flagged, bool *ret_large)
{
	*ret_v1 = type == 0x204 || type == 0x8010abcd || type == 0x208;
	*ret_flagged = type == 0x217 || type == 0x208 || type == 0x222;
	*ret_large = type == 0x221 || type == 0x222;
	return *ret_v1 || *ret_flagged || *ret_large || type == 0x216;
}

/* Which of our events a type is, made once: by name, but for system calls that have only a number. */
int16_t scap_events[SCAP_TYPE_COUNT];
static bool events_mapped;

static void map_events(void)
{
	if (events_mapped)
		return;
	/* an entry and its exit are called the same, as a rule */
	for (unsigned int i = 0; i < SCAP_TYPE_COUNT; i++)
		scap_events[i] = i && strcmp(scap_types[i].name, scap_types[i - 1].name) == 0 ?
			scap_events[i - 1] : (int16_t)event_by_name(slice_of(scap_types[i].name));
	scap_events[SCAP_GENERIC_X] = -1;
	events_mapped = true;
}

static int open_section(struct scap *s, const struct scap_block *b)
{
	struct cursor c = cursor_of(b->body);
	uint32_t magic;
	uint16_t major;

	if (b->skipped || b->body.len < SECTION_BYTES || b->trailer != b->length) {
		s->fault = "the header of a section is damaged";
		return -EBADMSG;
	}
	magic = cursor_u32(&c);
	major = cursor_u16(&c);
	if (magic != SECTION_MAGIC) {
		s->fault = magic == MAGIC_SWAPPED ? "it was written in another byte order" :
			"it is no capture in Falco's format";
		return -EBADMSG;
	}
	if (major > MAJOR) {
		s->fault = "its format is newer than this program";
		return -EBADMSG;
	}
	return 0;
}

/* Those before @end were told, and nothing points at their texts any more. */
static void drop_users(struct scap *s, size_t end)
{
	for (; s->users_freed < end; s->users_freed++) {
		struct scap_user *u = &s->users[s->users_freed];

		scap_text_set(&s->threads, &u->name, (struct slice){ "", 0 });
		scap_text_set(&s->threads, &u->home, (struct slice){ "", 0 });
		scap_text_set(&s->threads, &u->shell, (struct slice){ "", 0 });
	}
}

/* The texts that no table has. */
static void drop_texts(struct scap *s)
{
	scap_text_share(&s->threads, &s->old_name, NULL);
	scap_text_share(&s->threads, &s->cgroups_told, NULL);
	scap_text_share(&s->threads, &s->cgroups, NULL);
}

/* A second capture in the same file: nothing of the first one holds any more. */
static int next_section(struct scap *s, const struct scap_block *b)
{
	int err = open_section(s, b);

	if (err)
		return err;
	s->has_blocks = false;
	drop_users(s, s->nusers);
	s->users_at = s->users_freed = s->nusers = 0;
	drop_texts(s);
	scap_threads_release(&s->threads);
	s->threads.last = NULL;
	s->nlocals = 0;
	free(s->locals);
	s->locals = NULL;
	s->tell.at = s->tell.n = 0;
	memset(s->gone, 0, sizeof(s->gone));
	s->events_begun = false;
	s->native.on = s->native.other = s->native.have = false;
	return scap_threads_init(&s->threads);
}

int scap_open(int fd, struct scap **ret_scap, const char **ret_why)
{
	struct scap *s = calloc(1, sizeof(*s));
	struct scap_block b;
	int err;

	*ret_why = NULL;
	if (!s) {
		close(fd);
		return -ENOMEM;
	}
	map_events();
	scap_look_init(s);
	err = scap_input_new(fd, &s->in);
	if (!err)
		err = scap_threads_init(&s->threads);
	s->scratch = arena_new(SCRATCH_BYTES);
	s->rec = aligned_alloc(FALCOC_ALIGN, FALCOC_REC_MAX);
	if (!err && (!s->scratch || !s->rec))
		err = -ENOMEM;
	if (!err) {
		err = scap_input_next(s->in, &b);
		if (err == 0)
			*ret_why = "it is empty";
		else if (err == -ENODATA && scap_input_is_cut(s->in))
			*ret_why = "it was cut before anything could be unpacked";
		else if (err == -ENODATA || err == -EBADMSG || (err == 1 && b.type != BLOCK_SECTION))
			*ret_why = "it is no capture in Falco's format";
		else if (err == 1)
			err = open_section(s, &b);
		if (s->fault)
			*ret_why = s->fault;
		if (*ret_why)
			err = -EBADMSG;
	}
	if (err) {
		scap_free(s);
		return err;
	}
	*ret_scap = s;
	return 0;
}

void scap_free(struct scap *s)
{
	if (!s)
		return;
	drop_users(s, s->nusers);
	drop_texts(s);
	free(s->users);
	free(s->tell.list);
	free(s->locals);
	buf_release(&s->native.bytes);
	scap_threads_release(&s->threads);
	scap_input_free(s->in);
	arena_free(s->scratch);
	free(s->rec);
	free(s);
}

void scap_tell(struct scap *s, const struct scap_thread *th)
{
	struct scap_queue *q = &s->tell;

	if (q->at == q->n)
		q->at = q->n = 0;
	if (q->n == q->room) {
		size_t room = q->room ? q->room * 2 : 64;
		int64_t *more = room > 2 * SCAP_THREADS_MAX ? NULL :
			realloc(q->list, room * sizeof(*more));

		if (!more) {
			s->threads.refused++;
			return;
		}
		q->list = more;
		q->room = room;
	}
	q->list[q->n++] = th->tid;
}

/* Events that tell of users, and not of a thread. */
static void take_user(struct scap *s)
{
	bool group = s->ev.type == SCAP_GROUP_ADDED_E || s->ev.type == SCAP_GROUP_DELETED_E;
	struct foreign_user u = {
		.group = group,
		.gone = s->ev.type == SCAP_USER_DELETED_E || s->ev.type == SCAP_GROUP_DELETED_E,
		.uid = group ? 0 : (uint32_t)scap_uint(s, 0),
		.gid = (uint32_t)scap_uint(s, group ? 0 : 1),
		.name = scap_str(s, group ? 1 : 2),
	};

	/* those of a container have numbers of their own */
	if (scap_str(s, group ? 2 : 5).len)
		return;
	if (!group) {
		u.home = scap_str(s, 3);
		u.shell = scap_str(s, 4);
	}
	scap_add_user(s, &u);
}

/* Events that tell of a container: of newer writers those that a plugin of that name makes. */
static void take_container(struct scap *s)
{
	if (s->ev.type != SCAP_ASYNC_E)
		scap_native_container(s, scap_str(s, 0));
	else if (slice_startswith(scap_str(s, 1), (struct slice)SLICE_LIT("container")))
		scap_native_container(s, scap_str(s, 2));
}

int scap_find_event(const struct scap *s)
{
	if (s->ev.type == SCAP_GENERIC_X && scap_uint(s, 0))
		return scap_syscall_event((unsigned int)scap_uint(s, 0));
	/* one that the writer did not know: as the machine numbers it */
	if (s->ev.type == SCAP_GENERIC_X)
		return scap_native_event_of((unsigned int)scap_uint(s, 1));
	/* an entry that is passed on is no event of its own */
	if (!(s->ev.type & 1) && s->ev.type != SCAP_PROCEXIT_E && s->ev.type != SCAP_SIGNALDELIVER_E)
		return -1;
	return scap_events[s->ev.type];
}

struct scap_thread *scap_find_thread(struct scap *s)
{
	int64_t tid = (int64_t)s->ev.tid;

	/* what the scheduler tells, or an end, is of threads that are known or of nobody */
	if (s->ev.type == SCAP_SWITCH_E || s->ev.type == SCAP_PROCEXIT_E || scap_is_meta(s->ev.type))
		return scap_thread_find(&s->threads, tid);
	if (tid < 0)
		return NULL;
	if (!s->threads.last || s->threads.last->tid != tid)
		s->threads.last = scap_thread_find_or_add(&s->threads, tid);
	return s->threads.last;
}

void scap_set_wants(struct scap *s, const struct eventset *events)
{
	s->filtering = true;
	s->wants = *events;
	for (unsigned int i = 0; i < SCAP_TYPE_COUNT; i++) {
		const struct scap_type *t = &scap_types[i];
		const int event = scap_events[i];
		const bool entry = !(i & 1);

		const bool wanted = event >= 0 && eventset_has(&s->wants, (unsigned int)event, false);

		s->skip[i] = SCAP_SKIP_NOT;
		if (event >= 0 && !wanted && !scap_is_meta(i) && !(t->flags & SCAP_T_UNUSED) &&
		    !(event_def((enum falcoc_event)event)->traits & FALCOC_T_TRACEPOINT) &&
		    !scap_changes_state(event)) {
			if (!entry)
				s->skip[i] = SCAP_SKIP_COUNT;
			else if (t->flags & (SCAP_T_CONVERTED | SCAP_T_OLD))
				s->skip[i] = SCAP_SKIP_ENTRY;
		}
		scap_quick_init(s, i, event, wanted);
	}
}

uint64_t scap_passed_over(const struct scap *s, unsigned int event)
{
	return s->passed[event];
}

/*
 * Is the event one that need not be looked at? What is left to do is then done: it counts, and its
 * thread is one that was heard of.
 */
static bool skip_event(struct scap *s, const struct scap_block *b, bool flagged)
{
	/* behind the CPU and the block's flags */
	const size_t at = flagged ? 6 : 2;
	const char *p = b->body.ptr + at;
	struct cursor c;
	uint16_t type;

	if (b->body.len < at + TYPE_AT + sizeof(type))
		return false;
	memcpy(&type, p + TYPE_AT, sizeof(type));
	type = le16toh(type);
	if (type >= SCAP_TYPE_COUNT || s->skip[type] < SCAP_SKIP_COUNT)
		return false;
	c = cursor_of((struct slice){ p, TYPE_AT });
	s->ev.ts_ns = cursor_u64(&c);
	s->ev.tid = cursor_u64(&c);
	s->ev.type = type;
	if (s->skip[type] == SCAP_SKIP_ENTRY)
		scap_find_thread(s);
	else
		scap_skipped(s, scap_find_thread(s), scap_events[type]);
	return true;
}

/* An event block, up to the event that is given out or not. 0 or a negative errno. */
static int take_event(struct scap *s, const struct scap_block *b, bool v1, bool flagged, bool large)
{
	struct scap_enter *none = NULL;		/* of an event that is no thread's */
	struct scap_thread *th;
	int rc;

	s->stats.events++;
	if (s->native.on && !b->skipped && scap_native_event(s, b->body, flagged))
		return 0;
	if (s->native.on)
		return 0;	/* tells in fewer words what a record before it told */
	if (!s->events_begun)
		scap_meta_end(s);
	s->events_begun = true;
	if (b->skipped || (!large && b->length - 8 > SCAP_EVENT_SMALL_MAX)) {
		s->stats.bad_events++;
		return 0;
	}
	if (s->filtering && skip_event(s, b, flagged))
		return 0;
	rc = scap_event_parse(b->body, v1, flagged, &s->ev);
	if (rc == -ENOENT)
		s->stats.unknown_events++;
	else if (rc < 0)
		s->stats.bad_events++;
	if (rc < 0)
		return 0;
	th = scap_find_thread(s);
	arena_clear(s->scratch);
	rc = scap_convert(&s->ev, th ? &th->enter : &none, s->scratch);
	free(none);
	if (rc == -EBADMSG)
		s->stats.bad_events++;
	if (rc <= 0)
		return rc == -ENOMEM ? rc : 0;
	s->num++;
	scap_note_first(s);
	if (s->ev.type == SCAP_DROP_E)
		s->stats.drops++;
	if (s->ev.type >= SCAP_USER_ADDED_E && s->ev.type <= SCAP_GROUP_DELETED_E)
		take_user(s);
	if (s->ev.type == SCAP_CONTAINER_E || s->ev.type == SCAP_ASYNC_E)
		take_container(s);
	s->event = scap_find_event(s);
	s->thread = th;
	s->is_meta = scap_is_meta(s->ev.type);
	scap_parse(s);
	s->have = s->event >= 0 && !(s->ev.flags & 1);
	if (s->have)
		scap_count_given(s);
	if (s->have && s->filtering && !eventset_has(&s->wants, (unsigned int)s->event, false)) {
		scap_pass_over(s, s->event);
		s->have = false;
	}
	if (!s->have)
		scap_parse_after(s);
	return 0;
}

static int take_block(struct scap *s, const struct scap_block *b)
{
	bool v1, flagged, large;

	if (b->type == BLOCK_SECTION)
		return next_section(s, b);
	s->has_blocks = true;
	if (event_block(b->type, &v1, &flagged, &large))
		return take_event(s, b, v1, flagged, large);
	if (b->trailer != b->length) {
		s->fault = "a block has two lengths that differ";
		return -EBADMSG;
	}
	if (!b->skipped && scap_native_block(s, b))
		return 0;
	if (b->skipped || !scap_meta_block(s, b))
		s->stats.unknown_blocks++;
	return 0;
}

/* What the state is to know before the next event. */
static bool next_news(struct scap *s, struct event *ret_event)
{
	drop_users(s, s->users_at);
	while (s->users_at < s->nusers)
		if (scap_translate_user(s, &s->users[s->users_at++], ret_event))
			return true;
	while (s->tell.at < s->tell.n) {
		struct scap_thread *th = scap_thread_find(&s->threads, s->tell.list[s->tell.at++]);

		/* threads come and go with their process */
		if (!th || th->pid != th->tid)
			continue;
		scap_translate_process(s, th, ret_event);
		return true;
	}
	return false;
}

static bool has_news(const struct scap *s)
{
	return s->users_freed < s->nusers || s->tell.at < s->tell.n;
}

int scap_next(struct scap *s, struct event *ret_event)
{
	struct scap_block b;
	int rc;

	if (s->ended)
		return s->end;
	if (!s->have && s->thread)
		scap_parse_after(s);
	for (;;) {
		/* lists are whole only when the first event is there */
		if (s->events_begun && has_news(s) && next_news(s, ret_event))
			return 1;
		if (s->native.have && scap_native_next(s, ret_event)) {
			s->stats.given++;
			return 1;
		}
		if (s->have) {
			s->have = false;
			if (scap_translate(s, ret_event)) {
				s->stats.given++;
				return 1;
			}
			scap_parse_after(s);
		}
		if (s->filtering && s->events_begun && !s->native.on)
			scap_quick(s);
		if (scap_pause_due(s)) {
			s->paused = s->stats.passed;
			s->pause = (struct event_item){ .kind = EVENT_ITEM_PAUSE, .ts_ns = s->last_ns };
			*ret_event = (struct event){ .ts_ns = s->last_ns, .item = &s->pause };
			return 1;
		}
		rc = scap_input_next(s->in, &b);
		if (rc == 1)
			rc = take_block(s, &b);
		else if (rc == -EBADMSG)
			s->fault = "a block has a length that none can have";
		else if (rc == 0)
			break;
		if (rc < 0)
			break;
	}
	/* no writer ends behind the header of a section */
	if (rc == 0 && !s->has_blocks)
		rc = -ENODATA;
	if (rc == -ENODATA && !s->stats.events)
		s->fault = "it holds no events";
	s->ended = true;
	s->end = rc;
	return rc;
}

bool scap_is_other_falcoc(const struct scap *s)
{
	return s->native.other;
}

const char *scap_fault(const struct scap *s)
{
	return s->fault;
}

void scap_break(struct scap *s, int fd)
{
	scap_input_break(s->in, fd);
}

void scap_stats(const struct scap *s, struct scap_stats *ret_stats)
{
	*ret_stats = s->stats;
	ret_stats->bytes = scap_input_bytes(s->in);
	ret_stats->refused = s->threads.refused;
}

unsigned int scap_cpus(const struct scap *s)
{
	return s->cpus;
}

int scap_percent(const struct scap *s)
{
	return scap_input_percent(s->in);
}
