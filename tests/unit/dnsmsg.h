/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dnsmsg.h - DNS messages for tests, byte by byte
 */
#ifndef TESTS_DNSMSG_H
#define TESTS_DNSMSG_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dns/message.h"
#include "util/ip.h"

struct dnsmsg {
	uint8_t bytes[65536 + 1024];
	size_t len;
};

static inline void dnsmsg_u16(struct dnsmsg *w, uint16_t v)
{
	w->bytes[w->len++] = (uint8_t)(v >> 8);
	w->bytes[w->len++] = (uint8_t)v;
}

static inline void dnsmsg_header(struct dnsmsg *w, uint16_t id, uint16_t flags, uint16_t questions,
				 uint16_t answers)
{
	w->len = 0;
	dnsmsg_u16(w, id);
	dnsmsg_u16(w, flags);
	dnsmsg_u16(w, questions);
	dnsmsg_u16(w, answers);
	dnsmsg_u16(w, 0);
	dnsmsg_u16(w, 0);
}

/* Labels between dots, none compressed. */
static inline void dnsmsg_name(struct dnsmsg *w, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		w->bytes[w->len++] = (uint8_t)n;
		memcpy(w->bytes + w->len, name, n);
		w->len += n;
		name += n + (name[n] == '.');
	}
	w->bytes[w->len++] = 0;
}

static inline void dnsmsg_question(struct dnsmsg *w, const char *name, uint16_t type)
{
	dnsmsg_name(w, name);
	dnsmsg_u16(w, type);
	dnsmsg_u16(w, DNS_CLASS_IN);
}

static inline void dnsmsg_query(struct dnsmsg *w, uint16_t id, const char *name, uint16_t type)
{
	dnsmsg_header(w, id, 0x0100, 1, 0);
	dnsmsg_question(w, name, type);
}

static inline void dnsmsg_answer(struct dnsmsg *w, uint16_t id, const char *name, uint16_t type)
{
	dnsmsg_header(w, id, 0x8180, 1, 0);
	dnsmsg_question(w, name, type);
}

/* Behind its owner; counted as an answer. */
static inline void dnsmsg_tail(struct dnsmsg *w, uint16_t type, uint32_t ttl_s, const void *data, size_t len)
{
	uint16_t answers = (uint16_t)((w->bytes[6] << 8 | w->bytes[7]) + 1);

	w->bytes[6] = (uint8_t)(answers >> 8);
	w->bytes[7] = (uint8_t)answers;
	dnsmsg_u16(w, type);
	dnsmsg_u16(w, DNS_CLASS_IN);
	dnsmsg_u16(w, (uint16_t)(ttl_s >> 16));
	dnsmsg_u16(w, (uint16_t)ttl_s);
	dnsmsg_u16(w, (uint16_t)len);
	memcpy(w->bytes + w->len, data, len);
	w->len += len;
}

static inline void dnsmsg_record(struct dnsmsg *w, const char *owner, uint16_t type, uint32_t ttl_s,
				 const void *data, size_t len)
{
	dnsmsg_name(w, owner);
	dnsmsg_tail(w, type, ttl_s, data, len);
}

static inline void dnsmsg_addr(struct dnsmsg *w, const char *owner, const char *addr, uint32_t ttl_s)
{
	struct ip_addr a;

	if (ip_addr_parse(addr, &a) == 0)
		dnsmsg_record(w, owner, a.family == 4 ? DNS_TYPE_A : DNS_TYPE_AAAA, ttl_s, a.bytes,
			      a.family == 4 ? 4 : 16);
}

static inline void dnsmsg_cname(struct dnsmsg *w, const char *owner, const char *to, uint32_t ttl_s)
{
	struct dnsmsg name = { .len = 0 };

	dnsmsg_name(&name, to);
	dnsmsg_record(w, owner, DNS_TYPE_CNAME, ttl_s, name.bytes, name.len);
}

#endif
