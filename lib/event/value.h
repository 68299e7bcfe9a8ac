/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - what a field or a parameter of an event can be
 *
 * The types carry Falco's names. The value's representation follows from the
 * type by value_kind(): numbers, strings, addresses, lists of values.
 */
#ifndef EVENT_VALUE_H
#define EVENT_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/ip.h"
#include "util/slice.h"

/* NAME, kind */
#define VALUE_TYPES(T)						\
	T(INT8, INT) T(INT16, INT) T(INT32, INT) T(INT64, INT)	\
	T(UINT8, UINT) T(UINT16, UINT) T(UINT32, UINT) T(UINT64, UINT)	\
	T(ERRNO, INT) T(FD, INT) T(PID, INT) T(SIGTYPE, UINT)	\
	T(UID, UINT) T(GID, UINT) T(PORT, UINT) T(MODE, UINT)	\
	T(FLAGS8, UINT) T(FLAGS16, UINT) T(FLAGS32, UINT)	\
	T(ENUMFLAGS8, UINT) T(ENUMFLAGS16, UINT) T(ENUMFLAGS32, UINT)	\
	T(SYSCALLID, UINT) T(RELTIME, UINT) T(ABSTIME, UINT) T(SIGSET, UINT)	\
	T(DOUBLE, DOUBLE) T(BOOL, BOOL)				\
	T(CHARBUF, STRING) T(FSPATH, STRING) T(FSRELPATH, STRING) T(BYTEBUF, STRING)	\
	T(FDLIST, STRING)					\
	T(SOCKADDR, STRING) T(SOCKTUPLE, STRING)		\
	T(IPADDR, IP) T(IPNET, IP) T(DYNAMIC, STRING)

enum value_type {
#define VALUE_TYPE_ENUM(name, kind) VALUE_##name,
	VALUE_TYPES(VALUE_TYPE_ENUM)
#undef VALUE_TYPE_ENUM
	VALUE_TYPE_COUNT,
};

enum value_kind {
	VALUE_KIND_INT,		/* .i */
	VALUE_KIND_UINT,	/* .u */
	VALUE_KIND_DOUBLE,	/* .d */
	VALUE_KIND_BOOL,	/* .b */
	VALUE_KIND_STRING,	/* .s: bytes without a NUL; BYTEBUF may hold any byte */
	VALUE_KIND_IP,		/* .ip */
};

enum value_kind value_kind(enum value_type type);
const char *value_type_name(enum value_type type);	/* "CHARBUF" */

/*
 * One value, or a list of them. Strings and lists point into the event's
 * record, the state tables or the scratch arena: valid until the next event.
 */
struct value {
	enum value_type type;
	bool is_list;
	union {
		int64_t i;
		uint64_t u;
		double d;
		bool b;
		struct slice s;
		struct ip_addr ip;
		struct {
			const struct value *items;
			uint32_t count;
		} list;
	};
};

#endif
