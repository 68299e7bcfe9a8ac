// SPDX-License-Identifier: Apache-2.0
/*
 * convert.c - takes events apart and completes old ones; see convert.h
 */
#include "scap/convert.h"

#include <errno.h>
#include <stdlib.h>

#include "scap/cursor.h"

#define HEAD_V1_BYTES	22
#define ROUNDS_MAX	24	/* conversions of one event: twice what the tables need */
#define ENTER_MAX	65536
#define V1_EXCESS	3	/* some events of that version tell a length that is too large by it */

/* The number of parameters of an event that does not tell it: as many lengths as add up. */
static int count_v1(struct slice body, size_t len, unsigned int type)
{
	unsigned int max = scap_types[type].nparams;
	struct cursor c = cursor_of(body);
	size_t sum = 0;

	for (unsigned int n = 0;; n++) {
		if (HEAD_V1_BYTES + 2 * (size_t)n + sum == len)
			return (int)n;
		if (n == max)
			return -EBADMSG;
		sum += cursor_u16(&c);
		if (c.bad)
			return -EBADMSG;
	}
}

int scap_event_parse(struct slice body, bool v1, bool flagged, struct scap_event *ret_event)
{
	const size_t head = v1 ? HEAD_V1_BYTES : SCAP_HEAD_BYTES, before = flagged ? 6 : 2;
	const char *p = body.ptr + before, *lens;
	struct scap_event *ev = ret_event;
	size_t len, width, left;
	uint64_t n;

	ev->nparams = 0;
	if (body.len < before + head)
		return -EBADMSG;
	ev->cpu = get_u16(body.ptr);
	ev->flags = flagged ? get_u32(body.ptr + 2) : 0;
	ev->ts_ns = get_u64(p);
	ev->tid = get_u64(p + 8);
	len = get_u32(p + 16);
	ev->type = get_u16(p + 20);
	n = v1 ? 0 : get_u32(p + HEAD_V1_BYTES);
	if (ev->type >= SCAP_TYPE_COUNT)
		return -ENOENT;
	if (v1 && (ev->type == SCAP_NOTIFICATION_E || ev->type == SCAP_INFRASTRUCTURE_E))
		len -= len > V1_EXCESS ? V1_EXCESS : 0;
	if (len < head || len > body.len - before)
		return -EBADMSG;
	lens = p + head;
	left = len - head;
	width = !v1 && (scap_types[ev->type].flags & SCAP_T_LARGE) ? 4 : 2;
	if (v1) {
		int count = count_v1((struct slice){ lens, left }, len, ev->type);

		if (count < 0)
			return count;
		n = (uint64_t)count;
	}
	if (n > left / width)
		return -EBADMSG;
	left -= n * width;
	return scap_event_cut(ev, lens, (size_t)n, width, left);
}

/* Where the conversions of each type begin, made once; those of one type stand together. */
static uint16_t first_of[SCAP_TYPE_COUNT];
static bool firsts_made;

static void make_firsts(void)
{
	for (unsigned int i = scap_conversion_count; i-- > 0;)
		first_of[scap_conversions[i].type] = (uint16_t)i;
	firsts_made = true;
}

static const struct scap_conversion *find_conversion(unsigned int type, unsigned int nparams)
{
	if (!firsts_made)
		make_firsts();
	for (unsigned int i = first_of[type]; i < scap_conversion_count; i++) {
		const struct scap_conversion *c = &scap_conversions[i];

		if (c->type != type)
			return NULL;
		if (c->nparams == nparams)
			return c;
	}
	return NULL;
}

int scap_enter_store(const struct scap_event *ev, struct scap_enter **enter)
{
	struct scap_enter *e;
	size_t bytes = 0;
	char *at;

	for (unsigned int i = 0; i < ev->nparams; i++)
		bytes += ev->param[i].len;
	if (bytes > ENTER_MAX)
		return -EBADMSG;
	e = *enter;
	if (!e || e->bytes < bytes) {
		e = realloc(*enter, sizeof(*e) + bytes);
		if (!e)
			return -ENOMEM;
		e->bytes = (uint32_t)bytes;
		*enter = e;
	}
	e->type = ev->type;
	e->nparams = (uint8_t)ev->nparams;
	at = e->data;
	for (unsigned int i = 0; i < ev->nparams; i++) {
		e->len[i] = (uint32_t)ev->param[i].len;
		if (e->len[i])
			memcpy(at, ev->param[i].ptr, e->len[i]);
		at += e->len[i];
	}
	return 0;
}

/* Types are even at the entry: an odd one stands for an entry that was used already. */
static bool has_enter(const struct scap_enter *e, unsigned int exit_type)
{
	return e && e->type + 1u == exit_type;
}

struct slice scap_enter_param(const struct scap_enter *e, unsigned int i)
{
	const char *at = e->data;

	if (i >= e->nparams)
		return (struct slice){ "", 0 };
	for (unsigned int k = 0; k < i; k++)
		at += e->len[k];
	return (struct slice){ at, e->len[i] };
}

/* The text of parameter @i, as what stands between the quotes of JSON. */
static const char *json_text(const struct slice *old, unsigned int nold, unsigned int i,
			     struct arena *scratch)
{
	struct slice s = i < nold ? old[i] : (struct slice){ "", 0 };
	char *text, *at;

	s.len = strnlen(s.ptr, s.len);
	at = text = arena_alloc(scratch, 6 * s.len + 1);
	for (size_t k = 0; text && k < s.len; k++) {
		const unsigned char c = (unsigned char)s.ptr[k];

		if (c < ' ') {
			memcpy(at, "\\u00", 4);
			at[4] = "01"[c >> 4];
			at[5] = "0123456789abcdef"[c & 0xf];
			at += 6;
			continue;
		}
		if (c == '"' || c == '\\')
			*at++ = '\\';
		*at++ = (char)c;
	}
	if (text)
		*at = '\0';
	return text;
}

/* What the first writers told of a container, in the words of those after them. */
static bool container_json(const struct slice *old, unsigned int nold, struct arena *scratch,
			   struct slice *ret_param)
{
	const char *id = json_text(old, nold, 0, scratch), *name = json_text(old, nold, 2, scratch);
	const char *image = json_text(old, nold, 3, scratch), *text = NULL;
	const uint32_t type = nold > 1 && old[1].len == 4 ? get_u32(old[1].ptr) : 0;

	if (id && name && image)
		text = arena_printf(scratch, "{\"id\":\"%s\",\"type\":%u,\"name\":\"%s\","
				    "\"image\":\"%s\"}", id, type, name, image);
	if (text)
		*ret_param = (struct slice){ text, strlen(text) + 1 };
	return text;
}

static struct slice make_param(const struct slice *old, unsigned int nold,
			       const struct scap_enter *enter,
			       const struct scap_instruction *in)
{
	static const char zeros[16], ones[4] = { -1, -1, -1, -1 };
	struct slice s = { "", 0 };

	switch (in->from) {
	case SCAP_FROM_SELF:
		s = in->param < nold ? old[in->param] : s;
		break;
	case SCAP_FROM_ENTER:
	case SCAP_FROM_ENTER_OR_EMPTY:
		if (enter)
			s = scap_enter_param(enter, in->param);
		else if (in->from == SCAP_FROM_ENTER)
			s = (struct slice){ zeros, in->width };
		break;
	case SCAP_FROM_ZERO:
		s = (struct slice){ zeros, in->width };
		break;
	case SCAP_FROM_NOBODY:
		s = (struct slice){ ones, sizeof(ones) };
		break;
	}
	if (in->width && s.len > in->width)
		s.len = in->width;
	return s;
}

/*
 * The new parameters point where the old ones did, but those of the entry, which may be
 * replaced by then, are copied.
 */
static int rebuild(struct scap_event *ev, const struct scap_conversion *c,
		   struct scap_enter *enter, struct arena *scratch)
{
	struct slice old[SCAP_PARAMS_MAX];
	const unsigned int nold = ev->nparams;
	unsigned int at = c->action == SCAP_CONVERT_ADD ? ev->nparams : 0;
	bool used = false;

	if (at + c->count > SCAP_PARAMS_MAX)
		return -EBADMSG;
	if (!has_enter(enter, ev->type))
		enter = NULL;
	memcpy(old, ev->param, nold * sizeof(*old));
	for (unsigned int i = 0; i < c->count; i++) {
		const struct scap_instruction *in = &c->list[i];
		struct slice s = make_param(old, nold, enter, in);

		if (in->from == SCAP_FROM_CONTAINER && !container_json(old, nold, scratch, &s))
			return -ENOMEM;
		if (s.len && (in->from == SCAP_FROM_ENTER || in->from == SCAP_FROM_ENTER_OR_EMPTY)) {
			const char *copy = arena_slicedup(scratch, s);

			if (!copy)
				return -ENOMEM;
			s.ptr = copy;
			used = true;
		}
		ev->param[at + i] = s;
	}
	ev->nparams = at + c->count;
	ev->type = c->new_type;
	/* an exit that has used the entry ends the call */
	if (used && enter)
		enter->type = UINT16_MAX;
	return 0;
}

bool scap_convert_pads(unsigned int type, unsigned int nparams)
{
	const unsigned int want = scap_types[type].nparams;

	for (int round = 0; round < ROUNDS_MAX && nparams != want; round++) {
		const struct scap_conversion *c = find_conversion(type, nparams);

		if (!c || c->action != SCAP_CONVERT_ADD || c->new_type != type)
			return false;
		for (unsigned int i = 0; i < c->count; i++)
			if (c->list[i].from != SCAP_FROM_NOTHING)
				return false;
		nparams += c->count;
	}
	return nparams == want;
}

bool scap_convert_passes(unsigned int type)
{
	const struct scap_conversion *c = find_conversion(type, scap_types[type].nparams);

	return (scap_types[type].flags & (SCAP_T_UNUSED | SCAP_T_CONVERTED)) == SCAP_T_CONVERTED &&
	       c && c->action == SCAP_CONVERT_PASS && scap_convert_pads(type, 0);
}

bool scap_convert_keeps(unsigned int type, unsigned int nparams)
{
	const struct scap_conversion *c = find_conversion(type, nparams);

	return (scap_types[type].flags & (SCAP_T_UNUSED | SCAP_T_CONVERTED)) == SCAP_T_CONVERTED &&
	       c && c->action == SCAP_CONVERT_STORE;
}

bool scap_convert_param(const struct scap_event *ev, struct scap_enter *enter, unsigned int at,
			struct slice *ret_param)
{
	const unsigned int want = scap_types[ev->type].nparams;
	const struct scap_conversion *c;
	const struct scap_instruction *in;

	if (ev->nparams == want && at < want) {
		*ret_param = ev->param[at];
		return ret_param->len == sizeof(uint64_t);
	}
	c = find_conversion(ev->type, ev->nparams);
	if (!c || c->action != SCAP_CONVERT_ADD || c->new_type != ev->type ||
	    ev->nparams + c->count != want || at < ev->nparams || at >= want ||
	    !has_enter(enter, ev->type))
		return false;
	in = &c->list[at - ev->nparams];
	if (in->from != SCAP_FROM_ENTER && in->from != SCAP_FROM_ENTER_OR_EMPTY)
		return false;
	*ret_param = scap_enter_param(enter, in->param);
	if (ret_param->len != sizeof(uint64_t))
		return false;
	enter->type = UINT16_MAX;
	return true;
}

int scap_convert(struct scap_event *ev, struct scap_enter **enter, struct arena *scratch)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		const struct scap_type *t = &scap_types[ev->type];
		bool entry = !(ev->type & 1);
		const struct scap_conversion *c;
		int err;

		if (t->flags & SCAP_T_UNUSED)
			return 0;
		if (!(t->flags & SCAP_T_CONVERTED))
			return (t->flags & SCAP_T_OLD) && entry ? 0 : 1;
		if (!entry && !(t->flags & SCAP_T_OLD) && ev->nparams == t->nparams)
			return 1;
		c = find_conversion(ev->type, ev->nparams);
		if (!c)
			return -EBADMSG;
		switch (c->action) {
		case SCAP_CONVERT_STORE:
			return scap_enter_store(ev, enter);
		case SCAP_CONVERT_STORE_AND_PASS:
			err = scap_enter_store(ev, enter);
			return err < 0 ? err : 1;
		case SCAP_CONVERT_PASS:
			return 1;
		}
		err = rebuild(ev, c, *enter, scratch);
		if (err)
			return err;
	}
	return -EBADMSG;
}
