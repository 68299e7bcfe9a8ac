// SPDX-License-Identifier: Apache-2.0
/*
 * From the bytes of a record to an index of its attributes.
 *
 * All distrust of a record's bytes lives in event_decode(): whoever has a decoded event
 * may follow attr[] without looking at a length again. What is checked: that each
 * length lies within the one around it, that attributes fill the record exactly, that
 * none comes twice, that structures have their size and strings their one NUL.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "event/event.h"

/* What the payload of an attribute has to look like. */
enum payload {
	PAYLOAD_FIXED,		/* a structure of `size` bytes */
	PAYLOAD_STRING,		/* one string with its NUL, no other in it */
	PAYLOAD_STRINGS,	/* any number of strings, each with its NUL */
	PAYLOAD_BYTES,		/* 1 .. `size` bytes */
};

struct attr_rule {
	unsigned char payload;	/* enum payload */
	unsigned short size;
};

#define FIXED(type) { PAYLOAD_FIXED, sizeof(type) }
#define STRING { PAYLOAD_STRING, 0 }
#define STRINGS { PAYLOAD_STRINGS, 0 }
#define BYTES(max) { PAYLOAD_BYTES, max }

static const struct attr_rule attr_rules[FALCOC_A_COUNT] = {
	[FALCOC_A_FD] = FIXED(struct falcoc_fd),
	[FALCOC_A_FD_PATH] = STRING,
	[FALCOC_A_SOCK] = FIXED(struct falcoc_sock),
	[FALCOC_A_UNIX_LOCAL] = STRING,
	[FALCOC_A_UNIX_PEER] = STRING,
	[FALCOC_A_SOCKADDR] = BYTES(sizeof(struct sockaddr_storage)),
	[FALCOC_A_PATH0] = STRING,
	[FALCOC_A_PATH1] = STRING,
	[FALCOC_A_DIR0] = STRING,
	[FALCOC_A_DIR1] = STRING,
	[FALCOC_A_EXE] = FIXED(struct falcoc_exe),
	[FALCOC_A_EXE_PATH] = STRING,
	[FALCOC_A_ARGV] = STRINGS,
	[FALCOC_A_ENV] = STRINGS,
	[FALCOC_A_CWD] = STRING,
	[FALCOC_A_CHILD] = FIXED(struct falcoc_child),
	[FALCOC_A_EXIT] = FIXED(struct falcoc_exit),
	[FALCOC_A_OPEN_HOW] = FIXED(struct falcoc_open_how),
	[FALCOC_A_CLONE_FLAGS] = FIXED(__u64),
	[FALCOC_A_FDS] = FIXED(__s32[2]),
	[FALCOC_A_CREATED] = FIXED(__u64),
	[FALCOC_A_REAL0] = STRING,
	[FALCOC_A_REAL1] = STRING,
	[FALCOC_A_REAL0_ID] = FIXED(struct falcoc_file_id),
	[FALCOC_A_REAL1_ID] = FIXED(struct falcoc_file_id),
	[FALCOC_A_FD2] = FIXED(struct falcoc_fd),
	[FALCOC_A_FD2_PATH] = STRING,
	[FALCOC_A_SOCK2] = FIXED(struct falcoc_sock),
	[FALCOC_A_DATA] = BYTES(FALCOC_SNAP_MAX),
	[FALCOC_A_TEXT0] = STRING,
	[FALCOC_A_TEXT1] = STRING,
	[FALCOC_A_TEXT2] = STRING,
	[FALCOC_A_OUT] = BYTES(FALCOC_OUT_MAX * sizeof(__u64)),
	[FALCOC_A_SCRIPT_PATH] = STRING,
	[FALCOC_A_SCRIPT_ID] = FIXED(struct falcoc_file_id),
	[FALCOC_A_SIGNAL] = FIXED(struct falcoc_signal),
	[FALCOC_A_USAGE] = FIXED(struct falcoc_usage),
	[FALCOC_A_FDLIST] = BYTES(FALCOC_FDLIST_MAX * sizeof(struct falcoc_pollfd)),
	[FALCOC_A_VALUE] = BYTES(FALCOC_VALUE_MAX),
	[FALCOC_A_CONTROL] = BYTES(FALCOC_CONTROL_MAX),
	[FALCOC_A_DNS] = FIXED(struct falcoc_dns),
	[FALCOC_A_CGROUP] = STRINGS,
};

static const char *payload(const struct falcoc_attr *a)
{
	return (const char *)(a + 1);
}

static bool payload_ok(const struct falcoc_attr *a)
{
	const struct attr_rule *rule = &attr_rules[a->id];

	switch (rule->payload) {
	case PAYLOAD_FIXED:
		return a->len == rule->size;
	case PAYLOAD_STRING:
		return a->len >= 1 && a->len <= FALCOC_STR_MAX &&
		       memchr(payload(a), '\0', a->len) == payload(a) + a->len - 1;
	case PAYLOAD_STRINGS:
		return a->len == 0 || payload(a)[a->len - 1] == '\0';
	case PAYLOAD_BYTES:
		return a->len >= 1 && a->len <= rule->size;
	}
	return false;
}

/*
 * Indexes the attributes that fill bytes [@pos, @end). Both are multiples of FALCOC_ALIGN,
 * and so is each step, so that what is left always holds a whole attribute header.
 */
static int index_attrs(const char *pos, const char *end, unsigned int count,
		       const struct falcoc_attr *ret_attr[FALCOC_A_COUNT])
{
	while (count-- > 0) {
		const struct falcoc_attr *a = (const struct falcoc_attr *)pos;
		size_t left = (size_t)(end - pos), padded;

		if (left < sizeof(*a))
			return -EBADMSG;
		left -= sizeof(*a);
		if (a->id == FALCOC_A_NONE || a->id >= FALCOC_A_COUNT || ret_attr[a->id])
			return -EBADMSG;
		if (a->len > left)
			return -EBADMSG;
		padded = ((size_t)a->len + FALCOC_ALIGN - 1) & ~(size_t)(FALCOC_ALIGN - 1);
		if (padded > left || !payload_ok(a))
			return -EBADMSG;
		ret_attr[a->id] = a;
		pos += sizeof(*a) + padded;
	}
	return pos == end ? 0 : -EBADMSG;
}

int event_decode(struct event *ev, const void *bytes, size_t len)
{
	const struct falcoc_attr *attr[FALCOC_A_COUNT] = { NULL };
	const struct falcoc_rec *rec = bytes;
	const struct falcoc_fd *fd;
	int err;

	if (len < sizeof(*rec) || (uintptr_t)bytes % FALCOC_ALIGN)
		return -EBADMSG;
	if (rec->len < sizeof(*rec) || rec->len > len || rec->len > FALCOC_REC_MAX ||
	    rec->len % FALCOC_ALIGN)
		return -EBADMSG;
	if (rec->event >= FALCOC_E_COUNT || !memchr(rec->comm, '\0', sizeof(rec->comm)))
		return -EBADMSG;
	err = index_attrs((const char *)(rec + 1), (const char *)bytes + rec->len, rec->nattrs,
			  attr);
	if (err)
		return err;
	fd = attr[FALCOC_A_FD] ? (const void *)(attr[FALCOC_A_FD] + 1) : NULL;
	if (fd && fd->kind > FALCOC_FD_PIDFD)
		return -EBADMSG;
	fd = attr[FALCOC_A_FD2] ? (const void *)(attr[FALCOC_A_FD2] + 1) : NULL;
	if (fd && fd->kind > FALCOC_FD_PIDFD)
		return -EBADMSG;
	if (attr[FALCOC_A_OUT] && attr[FALCOC_A_OUT]->len % sizeof(__u64))
		return -EBADMSG;
	ev->rec = rec;
	ev->foreign = NULL;
	ev->item = NULL;
	memcpy(ev->attr, attr, sizeof(attr));
	return 0;
}

static const void *fixed(const struct event *ev, enum falcoc_attr_id id)
{
	return ev->attr[id] ? ev->attr[id] + 1 : NULL;
}

const struct falcoc_fd *event_fd(const struct event *ev)
{
	return fixed(ev, FALCOC_A_FD);
}

const struct falcoc_fd *event_fd2(const struct event *ev)
{
	return fixed(ev, FALCOC_A_FD2);
}

const struct falcoc_sock *event_sock(const struct event *ev)
{
	return fixed(ev, FALCOC_A_SOCK);
}

const struct falcoc_exe *event_exe(const struct event *ev)
{
	return fixed(ev, FALCOC_A_EXE);
}

const struct falcoc_child *event_child(const struct event *ev)
{
	return fixed(ev, FALCOC_A_CHILD);
}

const struct falcoc_exit *event_exit(const struct event *ev)
{
	return fixed(ev, FALCOC_A_EXIT);
}

const struct falcoc_open_how *event_open_how(const struct event *ev)
{
	return fixed(ev, FALCOC_A_OPEN_HOW);
}

const struct falcoc_file_id *event_file_id(const struct event *ev, enum falcoc_attr_id id)
{
	return fixed(ev, id);
}

bool event_u64(const struct event *ev, enum falcoc_attr_id id, uint64_t *ret_value)
{
	const struct falcoc_attr *a = ev->attr[id];

	if (!a || a->len != sizeof(*ret_value))
		return false;
	memcpy(ret_value, a + 1, sizeof(*ret_value));
	return true;
}

bool event_str(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_str)
{
	const struct falcoc_attr *a = ev->attr[id];

	if (!a || attr_rules[id].payload != PAYLOAD_STRING)
		return false;
	*ret_str = (struct slice){ payload(a), a->len - 1 };
	return true;
}

bool event_bytes(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_bytes)
{
	const struct falcoc_attr *a = ev->attr[id];

	if (!a)
		return false;
	*ret_bytes = (struct slice){ payload(a), a->len };
	return true;
}

struct slice event_comm(const struct event *ev)
{
	return slice_of(ev->rec->comm);
}
