/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - a record's bytes decoded: header, attributes, parameters
 *
 * event_decode() checks every length of a record and indexes its attributes;
 * after it nothing needs to be checked again. A decoded event is a view: it
 * is valid as long as the record is.
 *
 * The list of events is kmod/uapi/falcoc_events.h; the names here are made from it.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "falcoc.h"

#include "event/value.h"
#include "util/arena.h"

/* Names of flags or enumeration values; see flags_format(). */
struct flag_table;
struct event_foreign;
struct event_item;

struct event {
	const struct falcoc_rec *rec;
	const struct falcoc_attr *attr[FALCOC_A_COUNT];	/* NULL: not in the record */
	uint64_t num;		/* evt.num: counts from 1 since the source was opened */
	uint64_t ts_ns;		/* wall clock (CLOCK_REALTIME) of rec->time_ns */
	const struct event_foreign *foreign;	/* event/foreign.h; NULL: it is falcoc's own */
	const struct event_item *item;	/* event/item.h; not NULL: this is no event, and has no rec */
};

/*
 * Decodes the record at @bytes of which @len may be read. 0; -EBADMSG where a
 * length, an alignment, a type or an attribute's size makes no sense (nothing
 * of the record may then be used). Sets rec and attr, and foreign to NULL.
 */
int event_decode(struct event *ev, const void *bytes, size_t len);

/* Fixed-size attributes; NULL where the record has none. */
const struct falcoc_fd *event_fd(const struct event *ev);
const struct falcoc_fd *event_fd2(const struct event *ev);	/* the second one of the call */
const struct falcoc_sock *event_sock(const struct event *ev);
const struct falcoc_exe *event_exe(const struct event *ev);
const struct falcoc_child *event_child(const struct event *ev);
const struct falcoc_exit *event_exit(const struct event *ev);
/* REAL0_ID, REAL1_ID, SCRIPT_ID. */
const struct falcoc_file_id *event_file_id(const struct event *ev, enum falcoc_attr_id id);
/* A device (major << 20 | minor) in the encoding of stat(2), which Falco prints. */
uint32_t event_dev_number(uint32_t dev);
/* String attributes, without the closing NUL. False where the record has none. */
bool event_str(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_str);
/* Attributes of any bytes (ARGV, ENV, SOCKADDR, CGROUP). */
bool event_bytes(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_bytes);
/* Attributes that are one number (CLONE_FLAGS, CREATED). */
bool event_u64(const struct event *ev, enum falcoc_attr_id id, uint64_t *ret_value);
const struct falcoc_open_how *event_open_how(const struct event *ev);
/* Name of the thread that made the event (task->comm). */
struct slice event_comm(const struct event *ev);

static inline bool event_is_enter(const struct event *ev)
{
	return ev->rec->flags & FALCOC_R_ENTER;
}

/* Wall clock of a CLOCK_BOOTTIME moment, by the offset that this event shows. */
static inline uint64_t event_wall_ns(const struct event *ev, uint64_t boot_ns)
{
	return boot_ns + (ev->ts_ns - ev->rec->time_ns);
}

/*
 * One side of a socket: the kernel's own local or remote address (family 0: it has none),
 * and what the caller passed to the call. IPv4-mapped addresses come as IPv4.
 */
struct endpoint {
	struct ip_addr ip;
	uint16_t port;		/* host order */
};

struct endpoint event_local(const struct event *ev);
/* AF_* of the socket; AF_INET too for one of IPv6 that talks IPv4. AF_UNSPEC: no socket. */
unsigned int event_sock_family(const struct event *ev);
/*
 * The remote side. The kernel's where the socket is connected; as passed where it is not
 * (a failed connect, a datagram sent to or received from an address of its own).
 */
struct endpoint event_remote(const struct event *ev);
/* FALCOC_A_SOCKADDR as an IP address; false for another family or nonsense. */
bool event_sockaddr_ip(const struct event *ev, struct endpoint *ret_addr);
/* The same as a path; abstract names begin with '@'. */
bool event_sockaddr_path(const struct event *ev, struct slice *ret_path, struct arena *scratch);
/* "1.2.3.4:5->6.7.8.9:10", from sender to receiver. False where no remote side is known. */
bool event_tuple_text(const struct event *ev, struct arena *scratch, struct slice *ret_text);
/* "1.2.3.4:5", and "1.2.3.4:5->6.7.8.9:10". False where @scratch is exhausted or there is none. */
bool endpoint_text(const struct endpoint *e, struct arena *scratch, struct slice *ret_text);
bool endpoints_text(const struct endpoint *from, const struct endpoint *to, struct arena *scratch,
		    struct slice *ret_text);
#define ENDPOINT_TEXT_SIZE	(IP_ADDR_TEXT_SIZE + 8)

/* Flags and mode of an open as passed (FALCOC_T_OPEN). False: another event, or not recorded. */
bool event_open_args(const struct event *ev, uint64_t *ret_flags, uint64_t *ret_mode);

/* What the list says of an event type. */
struct event_param_def {
	const char *name;
	enum value_type type;
	enum falcoc_source source;
	const struct flag_table *table;	/* renders the number, or NULL */
};

struct event_def {
	const char *name;		/* evt.type */
	const char *category;		/* evt.category: "file", "net", ... */
	enum falcoc_class cls;
	unsigned int traits;		/* FALCOC_T_* */
	const struct event_param_def *params;
	unsigned int nparams;
};

const struct event_def *event_def(enum falcoc_event id);
/*
 * Is it one of the calls that move data, which processes make more often than all others
 * together? Falco leaves these out unless told otherwise (`falco -i` lists them).
 */
bool event_is_heavy(unsigned int event);
/* The event of that name, or -1. */
int event_by_name(struct slice name);

/*
 * Is @name a system call or tracepoint that Falco knows, though falcoc may not
 * record it yet? Rules that name one load, with a warning.
 */
bool event_name_known(struct slice name);
/*
 * What the event is called that tells of @name, if that is how only 32-bit programs, or the kernel's
 * table, call it: stat for stat64. NULL: it has no other name.
 */
const char *event_name_native(struct slice name);
/* Those names one by one, sorted, without the event list's; NULL past the last. */
const char *event_name_known_at(size_t i);

/*
 * Does any event of Falco have a parameter of that name, and of which type (of the
 * first event that has it)?
 */
bool event_param_known(struct slice name, enum value_type *ret_type);
/* Those names one by one, sorted; NULL past the last. */
const char *event_param_known_at(size_t i);

/*
 * The raw value of parameter @i (evt.rawarg). False where the record does not hold
 * it, or where it is one that only the process table can tell (source EXE, ARGS, CWD,
 * CGROUPS of an event that is no exec): the caller looks there.
 */
bool event_param(const struct event *ev, unsigned int i, struct arena *scratch,
		 struct value *ret_value);
/* The index of the parameter named @name, or -1. */
int event_param_index(const struct event_def *def, struct slice name);
/* The index of the parameter that holds bytes of the call's buffer (FALCOC_A_DATA), or -1. */
int event_data_param(const struct event_def *def);
/*
 * The same as text (evt.arg): flags and enumerations by name (A|B), error codes as
 * "ENOENT", AT_FDCWD, modes, relative paths made absolute, tuples
 * "1.2.3.4:5->6.7.8.9:10" as Falco prints them. What needs more than the record
 * (names of users, processes and open files) comes as a number.
 */
bool event_param_text(const struct event *ev, unsigned int i, struct arena *scratch,
		      struct slice *ret_text);
/* The same without names: numbers in the base that Falco prints them in, paths as passed. */
bool event_param_raw_text(const struct event *ev, unsigned int i, struct arena *scratch,
			  struct slice *ret_text);
/*
 * A parameter of type DYNAMIC with the type that it has in this event. False: it is not in the
 * record, or of another type.
 */
bool event_param_dynamic(const struct event *ev, unsigned int i, struct value *ret_value);
/* POLL* as Falco numbers them. */
unsigned int event_poll_bits(unsigned int revents);
/* Bytes with '.' for all that cannot be printed, as Falco shows argument vectors. */
struct slice bytes_printable(struct slice bytes, struct arena *scratch);

/* Flag and enumeration names (lib/event/flags.c). */
struct slice flags_format(const struct flag_table *t, uint64_t value, struct arena *scratch);
/* "ENOENT" for 2; NULL for no error code. */
const char *errno_name(int err);
/* "SIGKILL" for 9; NULL for real-time signals and nonsense. */
const char *signal_name(unsigned int sig);

#endif
