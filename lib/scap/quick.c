// SPDX-License-Identifier: Apache-2.0
/*
 * quick.c - the most common calls, where nobody wants to know of them
 *
 * Most calls of a busy machine open, read, write or close, and change little in the tables. Where no
 * rule looks at them, that little is done here, block after block as they lie in the buffer, without
 * making an event whole first (convert.c) and without what goes before it is given out (parse.c). The
 * tables are the same afterwards; where anything about an event is unusual, the answer is no and it
 * takes the whole way.
 */
#include <fcntl.h>

#include "scap/internal.h"

#define FCNTL_CMD	2	/* where fcntl has its command */

/* Four lengths of parameters in a row, and two, as one number. */
#define LENS4(a, b, c, d) \
	((uint64_t)(a) | (uint64_t)(b) << 16 | (uint64_t)(c) << 32 | (uint64_t)(d) << 48)
#define LENS2(a, b)	((uint32_t)LENS4(a, b, 0, 0))

#define BLOCK_EVENT		0x216
#define BLOCK_EVENT_FLAGGED	0x217
#define FRAME_BYTES		12	/* around a block's body */
#define PATH_WHOLE_MAX		1000	/* shorter than any that foreign_path() cuts */

/* What the quick way makes of an event of a type. */
enum lane {
	LANE_NONE,
	/* these look at their parameters, and are of a thread */
	LANE_IO,	/* reads or writes an open file */
	LANE_CLOSE,
	LANE_FCNTL,
	LANE_OPEN,
	LANE_OPENAT,
	LANE_OPENAT2,
	LANE_MEMORY,	/* tells how much memory its thread has */
	LANE_GENERIC,	/* a system call of which only the number is known */
	LANE_KEEP,	/* an entry that waits for its exit */
	LANE_OPENING,	/* an entry that tells nothing but that a file is being opened */
	LANE_OF_THREAD = LANE_OPENING,	/* the last of these */
	LANE_SWITCH,	/* a thread is stopped */
	LANE_NUMBER,	/* nothing, but it has a number */
	LANE_COUNT,	/* enum scap_skip has it already */
	LANE_ENTRY,
};

/* Where the calls that open a file have what is kept of it. */
static const struct {
	uint8_t name, flags, dev;
} opens[] = {
	[LANE_OPEN] = { 1, 2, 4 }, [LANE_OPENAT] = { 2, 3, 5 }, [LANE_OPENAT2] = { 2, 3, 6 },
};

/* Of the end of a call that nobody wants. */
static enum lane lane_of_exit(unsigned int type, int event)
{
	const struct scap_type *t = &scap_types[type];
	const bool about_fd = (t->fd & SCAP_T_USES_FD) &&
			      (t->fd & SCAP_T_FD_PARAM) != SCAP_T_FD_PARAM;

	if (t->flags & (SCAP_T_OLD | SCAP_T_UNUSED | SCAP_T_LARGE))
		return LANE_NONE;
	switch (event) {
	case FALCOC_E_READ:
	case FALCOC_E_READV:
	case FALCOC_E_PREAD:
	case FALCOC_E_PREADV:
	case FALCOC_E_WRITE:
	case FALCOC_E_WRITEV:
	case FALCOC_E_PWRITE:
	case FALCOC_E_PWRITEV:
		return about_fd ? LANE_IO : LANE_NONE;
	case FALCOC_E_CLOSE:
		return about_fd ? LANE_CLOSE : LANE_NONE;
	case FALCOC_E_FCNTL:
		return about_fd ? LANE_FCNTL : LANE_NONE;
	case FALCOC_E_OPEN:
		return t->fd & SCAP_T_MAKES_FD ? LANE_OPEN : LANE_NONE;
	case FALCOC_E_OPENAT:
		return t->fd & SCAP_T_MAKES_FD ? LANE_OPENAT : LANE_NONE;
	case FALCOC_E_OPENAT2:
		return t->fd & SCAP_T_MAKES_FD ? LANE_OPENAT2 : LANE_NONE;
	case FALCOC_E_BRK:
	case FALCOC_E_MMAP:
	case FALCOC_E_MUNMAP:
		return about_fd || !t->fd ? LANE_MEMORY : LANE_NONE;
	default:
		return LANE_NONE;
	}
}

void scap_quick_init(struct scap *s, unsigned int type, int event, bool wanted)
{
	const struct scap_type *t = &scap_types[type];
	const bool entry = !(type & 1);
	enum lane lane = LANE_NONE;

	if (t->flags & SCAP_T_LARGE) {
		s->lane[type] = LANE_NONE;
		return;
	}
	if (s->skip[type] == SCAP_SKIP_COUNT)
		lane = LANE_COUNT;
	else if (s->skip[type] == SCAP_SKIP_ENTRY)
		lane = LANE_ENTRY;
	else if (type == SCAP_SWITCH_E)
		lane = LANE_SWITCH;
	else if (type == SCAP_PROCINFO_E)
		lane = LANE_NUMBER;
	else if (type == SCAP_GENERIC_X)
		lane = LANE_GENERIC;
	/* what is wanted begins with an entry, too, which is no event of its own */
	else if (entry && scap_convert_keeps(type, t->nparams))
		lane = LANE_KEEP;
	else if (entry && (t->fd & SCAP_T_MAKES_FD) && scap_convert_passes(type))
		lane = LANE_OPENING;
	else if (!entry && !wanted && event >= 0)
		lane = lane_of_exit(type, event);
	s->lane[type] = (uint8_t)lane;
}

/* The parameters of an event, which are not looked at yet: @n lengths, and @left bytes behind them. */
struct params {
	const char *lens;
	size_t n, left;
};

/* Takes them apart, into s->ev. False: they make no sense. */
static inline bool cut(struct scap *s, const struct params *p)
{
	return scap_event_cut(&s->ev, p->lens, p->n, 2, p->left) == 0;
}

/*
 * The descriptor that the end of a call is about, or where it is about none its first missing
 * parameter: what scap_convert_param() finds. False: it takes the whole way.
 */
static bool take_param(struct scap *s, struct scap_thread *th, unsigned int at, int64_t *ret_value)
{
	struct slice b;

	if (th->last_type + 1 == s->ev.type || !scap_convert_param(&s->ev, th->enter, at, &b))
		return false;
	*ret_value = (int64_t)get_u64(b.ptr);
	return true;
}

/* What the end of a call tells that is about an open file. */
struct use {
	int64_t res, num;
	uint64_t cmd, arg;	/* of fcntl */
};

/* False: it takes the whole way. */
static bool read_use(struct scap *s, struct scap_thread *th, enum lane lane, const struct params *p,
		     struct use *ret_use)
{
	const struct scap_type *t = &scap_types[s->ev.type];

	if (!cut(s, p) || !s->ev.nparams || s->ev.param[0].len != sizeof(int64_t))
		return false;
	/* a command that the entry told is not looked for */
	if (lane == LANE_FCNTL && (s->ev.nparams != t->nparams || !scap_has(s, FCNTL_CMD)))
		return false;
	if (!take_param(s, th, t->fd & SCAP_T_FD_PARAM, &ret_use->num))
		return false;
	ret_use->res = scap_int(s, 0);
	if (lane == LANE_FCNTL) {
		ret_use->cmd = scap_uint(s, FCNTL_CMD);
		ret_use->arg = scap_uint(s, FCNTL_CMD + 1);
	}
	return true;
}

/* The same where all lengths are as they are nearly always: without taking the event apart. */
static inline bool read_plain_use(const struct scap *s, const struct scap_thread *th, enum lane lane,
				  const struct params *p, struct use *ret_use)
{
	const char *data = p->lens + 2 * p->n;

	if (th->last_type + 1 == s->ev.type)
		return false;
	if (lane == LANE_CLOSE && p->n == 2 && p->left >= 16 && get_u32(p->lens) == LENS2(8, 8)) {
		*ret_use = (struct use){ .res = (int64_t)get_u64(data),
					 .num = (int64_t)get_u64(data + 8) };
		return true;
	}
	if (lane == LANE_FCNTL && p->n == 4 && p->left >= 25 &&
	    get_u64(p->lens) == LENS4(8, 8, 1, 8)) {
		*ret_use = (struct use){ (int64_t)get_u64(data), (int64_t)get_u64(data + 8),
					 (uint8_t)data[16], get_u64(data + 17) };
		return true;
	}
	return false;
}

static void take_fcntl(struct scap *s, struct scap_thread *th, const struct use *u)
{
	struct scap_fd *f = scap_fd_find(&s->threads, th, u->num);

	if (!f || u->res < 0)
		return;
	if (u->cmd == PPM_FCNTL_SETFD) {
		scap_fd_set_cloexec(f, u->arg & FD_CLOEXEC);
	} else if (u->cmd == PPM_FCNTL_DUPFD || u->cmd == PPM_FCNTL_DUPFD_CLOEXEC) {
		f = scap_fd_copy(&s->threads, th, u->res, f);
		th->last_fd = u->res;
		if (f)
			scap_fd_set_cloexec(f, u->cmd == PPM_FCNTL_DUPFD_CLOEXEC);
	}
}

/* The end of a call that is about an open file. */
static bool take_use(struct scap *s, struct scap_thread *th, enum lane lane, const struct params *p)
{
	struct scap_fd *f;
	struct use u;

	if (!read_plain_use(s, th, lane, p, &u) && !read_use(s, th, lane, p, &u))
		return false;
	th->last_fd = u.num;
	if (lane == LANE_FCNTL) {
		take_fcntl(s, th, &u);
	} else if (u.res < 0) {
		return true;
	} else if (lane == LANE_CLOSE) {
		scap_fd_remove(&s->threads, th, u.num);
	} else {
		f = scap_fd_find(&s->threads, th, u.num);
		if (f && scap_is_inet(f))
			f->connected = true;
	}
	return true;
}

static bool take_memory(struct scap *s, struct scap_thread *th, const struct params *p)
{
	const struct scap_type *t = &scap_types[s->ev.type];
	const bool about_fd = t->fd != 0, whole = p->n == t->nparams;
	int64_t num = -1;

	if (th->last_type + 1 == s->ev.type || !cut(s, p))
		return false;
	if ((about_fd || !whole) &&
	    !take_param(s, th, about_fd ? t->fd & SCAP_T_FD_PARAM : s->ev.nparams, &num))
		return false;
	th->last_fd = about_fd ? num : -1;
	scap_parse_memory(s, th);
	return true;
}

/* A system call of which only the number is known. */
static bool take_generic(struct scap *s, struct scap_thread *th, const struct params *p)
{
	int event;

	if (p->n != scap_types[SCAP_GENERIC_X].nparams || !cut(s, p))
		return false;
	event = scap_find_event(s);
	if (event < 0 || eventset_has(&s->wants, (unsigned int)event, false))
		return false;
	if (th->last_type + 1 != s->ev.type)
		th->last_fd = -1;
	scap_skipped(s, th, event);
	return true;
}

#define EACH_BYTE	0x0101010101010101u

/* Has one of the eight bytes that value? (A byte behind one that has may be told to have it.) */
static inline uint64_t has_byte(uint64_t word, unsigned char value)
{
	word ^= EACH_BYTE * value;
	return (word - EACH_BYTE) & ~word & (EACH_BYTE << 7);
}

static inline uint64_t odd_at(const char *p)
{
	uint64_t here, next;

	memcpy(&here, p, sizeof(here));
	memcpy(&next, p + 1, sizeof(next));
	return has_byte(here, '/') & (has_byte(next, '/') | has_byte(next, '.'));
}

/* Would foreign_path() change nothing of these names? False also where it takes more to tell. */
static bool is_plain(struct slice path)
{
	uint64_t odd = 0;
	size_t i;

	if (path.len < 2 || path.len > PATH_WHOLE_MAX || path.ptr[0] == '.' ||
	    path.ptr[path.len - 1] == '/')
		return false;
	if (path.len < 9) {
		for (i = 1; i < path.len; i++)
			odd |= path.ptr[i - 1] == '/' && (path.ptr[i] == '/' || path.ptr[i] == '.');
		return !odd;
	}
	for (i = 0; i + 9 < path.len; i += 8)
		odd |= odd_at(path.ptr + i);
	return !(odd | odd_at(path.ptr + path.len - 9));
}

/* What the end of a call tells that opens a file. */
struct opening {
	int64_t num, dirfd;
	struct slice raw;	/* the path as it was passed */
	uint32_t flags, dev;
	uint64_t ino;
	bool has_num, has_dir;
};

static bool read_open(struct scap *s, enum lane lane, const struct params *p, struct opening *ret_open)
{
	if (!scap_convert_pads(s->ev.type, (unsigned int)p->n) || !cut(s, p))
		return false;
	*ret_open = (struct opening){
		.num = scap_int(s, 0), .has_num = scap_has(s, 0),
		.dirfd = lane == LANE_OPEN ? AT_FDCWD : scap_int(s, 1),
		.has_dir = lane == LANE_OPEN || scap_has(s, 1),
		.raw = scap_str(s, opens[lane].name),
		.flags = (uint32_t)scap_uint(s, opens[lane].flags),
		.dev = (uint32_t)scap_uint(s, opens[lane].dev),
		.ino = scap_uint(s, opens[lane].dev + 1u),
	};
	return true;
}

/*
 * The same where all lengths but the path's are as they are nearly always: without taking the event
 * apart. Before the path stand numbers of 64 bits, behind it the flags, the mode and what file it is.
 */
static inline bool read_plain_open(enum lane lane, const struct params *p, struct opening *ret_open)
{
	const size_t before = opens[lane].name;
	const char *data = p->lens + 2 * p->n, *name = data + 8 * before, *behind;
	size_t len;

	if (lane == LANE_OPENAT2 || p->n != before + 5 ||
	    (before == 1 ? get_u16(p->lens) != 8 : get_u32(p->lens) != LENS2(8, 8)) ||
	    get_u64(p->lens + 2 * before + 2) != LENS4(4, 4, 4, 8))
		return false;
	len = get_u16(p->lens + 2 * before);
	if (p->left < 8 * before + len + 20)
		return false;
	behind = name + len;
	*ret_open = (struct opening){
		.num = (int64_t)get_u64(data), .has_num = true,
		.dirfd = lane == LANE_OPEN ? AT_FDCWD : (int64_t)get_u64(data + 8), .has_dir = true,
		.raw = { name, strnlen(name, len) },
		.flags = get_u32(behind), .dev = get_u32(behind + 8), .ino = get_u64(behind + 12),
	};
	return true;
}

/* A relative path goes on from a directory, which is one that is whole. As foreign_dir(). */
static bool find_dir(struct scap *s, struct scap_thread *th, const struct opening *o,
		     struct slice *ret_dir)
{
	struct scap_fd *f;

	if (!o->has_dir)
		return false;
	if (o->dirfd == AT_FDCWD) {
		*ret_dir = scap_cwd(s, th);
	} else {
		f = scap_fd_find(&s->threads, th, o->dirfd);
		if (!f)
			return false;
		*ret_dir = scap_text(f->name);
	}
	return ret_dir->len > 0 && ret_dir->len < PATH_WHOLE_MAX && ret_dir->ptr[0] == '/';
}

/* What foreign_path() would make of the path, maybe in @room. False: it takes the whole way. */
static bool whole_path(struct scap *s, struct scap_thread *th, const struct opening *o, char *room,
		       struct slice *ret_path)
{
	const struct slice raw = o->raw;
	struct slice dir;

	if (!is_plain(raw))
		return false;
	if (raw.ptr[0] == '/') {
		*ret_path = raw;
		return true;
	}
	if (!find_dir(s, th, o, &dir) || dir.len + 1 + raw.len > PATH_WHOLE_MAX)
		return false;
	memcpy(room, dir.ptr, dir.len);
	if (room[dir.len - 1] != '/')
		room[dir.len++] = '/';
	memcpy(room + dir.len, raw.ptr, raw.len);
	*ret_path = (struct slice){ room, dir.len + raw.len };
	return true;
}

/* The end of a call that opens a file by a path that is easily told. */
static bool take_open(struct scap *s, struct scap_thread *th, enum lane lane, const struct params *p)
{
	const bool begun = th->last_type + 1 == s->ev.type;
	char room[PATH_WHOLE_MAX];
	struct opening o;
	struct slice path;
	struct scap_fd *f;

	if ((begun && th->passed && th->passed->type == th->last_type) ||
	    (!read_plain_open(lane, p, &o) && !read_open(s, lane, p, &o)))
		return false;
	if (!o.has_num || o.num < 0) {
		if (!begun)
			th->last_fd = -1;
		return true;
	}
	if (!whole_path(s, th, &o, room, &path))
		return false;
	th->last_fd = o.num;
	f = scap_fd_add(&s->threads, th, o.num);
	if (!f)
		return true;
	f->type = o.flags & PPM_O_DIRECTORY ? SCAP_FD_DIRECTORY : SCAP_FD_FILE;
	f->open_flags = o.flags;
	f->layer = scap_fd_layer(o.flags);
	f->dev = o.dev;
	f->ino = o.ino;
	scap_text_set(&s->threads, &f->name, path);
	if (path.ptr == o.raw.ptr)
		scap_text_share(&s->threads, &f->raw, f->name);
	else
		scap_text_set(&s->threads, &f->raw, o.raw);
	return true;
}

static bool take_number(struct scap *s)
{
	s->num++;
	scap_note_first(s);
	return true;
}

/* What needs no look at its parameters, or has no thread. */
static bool take_other(struct scap *s, enum lane lane, const struct params *p)
{
	struct scap_thread *th;

	switch (lane) {
	case LANE_ENTRY:
		scap_find_thread(s);
		return true;
	case LANE_COUNT:
		scap_skipped(s, scap_find_thread(s), scap_events[s->ev.type]);
		return true;
	case LANE_SWITCH:
		if (p->n != scap_types[SCAP_SWITCH_E].nparams || !cut(s, p))
			return false;
		th = scap_find_thread(s);
		if (th)
			scap_parse_switch(s, th);
		return take_number(s);
	case LANE_NUMBER:
		return cut(s, p) && take_number(s);
	default:
		return false;
	}
}

/* Takes s->ev into the tables. False: it takes the whole way; nothing changed. */
static inline bool take(struct scap *s, enum lane lane, const struct params *p)
{
	struct scap_thread *th = s->threads.last;
	bool taken;

	if (!th || th->tid != (int64_t)s->ev.tid)
		th = scap_find_thread(s);
	if (!th || (s->ev.flags & 1))
		return false;
	switch (lane) {
	case LANE_KEEP:
		return p->n == scap_types[s->ev.type].nparams && cut(s, p) &&
		       scap_enter_store(&s->ev, &th->enter) == 0;
	case LANE_OPENING:
		if (p->n)
			return false;
		th->last_type = s->ev.type;
		th->last_fd = -1;
		return take_number(s);
	case LANE_GENERIC:
		return take_generic(s, th, p);
	case LANE_MEMORY:
		taken = take_memory(s, th, p);
		break;
	case LANE_OPEN:
	case LANE_OPENAT:
	case LANE_OPENAT2:
		taken = take_open(s, th, lane, p);
		break;
	default:
		taken = take_use(s, th, lane, p);
		break;
	}
	if (taken)
		scap_skipped(s, th, scap_events[s->ev.type]);
	return taken;
}

/* An event of @room bytes, of which the head is there. False: it takes the whole way; nothing changed. */
static inline bool take_event(struct scap *s, const char *head, size_t room, uint32_t flags)
{
	const uint16_t type = get_u16(head + 20);
	const enum lane lane = type < SCAP_TYPE_COUNT ? (enum lane)s->lane[type] : LANE_NONE;
	const size_t len = get_u32(head + 16);
	struct params p = { head + SCAP_HEAD_BYTES, get_u32(head + 22), 0 };

	if (lane == LANE_NONE)
		return false;
	s->ev.ts_ns = get_u64(head);
	s->ev.tid = get_u64(head + 8);
	s->ev.type = type;
	s->ev.flags = flags;
	if (lane < LANE_COUNT) {
		if (len < SCAP_HEAD_BYTES || len > room || p.n > (len - SCAP_HEAD_BYTES) / 2)
			return false;
		p.left = len - SCAP_HEAD_BYTES - 2 * p.n;
	}
	return lane > LANE_OF_THREAD ? take_other(s, lane, &p) : take(s, lane, &p);
}

void scap_quick(struct scap *s)
{
	const struct slice all = scap_input_ahead(s->in);
	size_t at = 0;

	while (all.len - at >= FRAME_BYTES && !scap_pause_due(s)) {
		const char *p = all.ptr + at;
		const uint32_t type = get_u32(p), len = get_u32(p + 4);
		const size_t before = type == BLOCK_EVENT_FLAGGED ? 6 : 2;

		if ((type != BLOCK_EVENT && type != BLOCK_EVENT_FLAGGED) || len > all.len - at ||
		    len < FRAME_BYTES + before + SCAP_HEAD_BYTES || len - 8 > SCAP_EVENT_SMALL_MAX ||
		    !take_event(s, p + 8 + before, len - FRAME_BYTES - before,
				before == 6 ? get_u32(p + 10) : 0))
			break;
		s->stats.events++;
		at += len;
	}
	if (at)
		scap_input_take(s->in, at);
}
