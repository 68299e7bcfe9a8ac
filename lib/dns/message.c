// SPDX-License-Identifier: Apache-2.0
/* DNS messages, see dns/message.h. */
#include "dns/message.h"

#include <stdio.h>
#include <string.h>

#define HEADER_BYTES   12
#define LABEL_MAX      63
#define WIRE_NAME_MAX  255
#define FLAG_QR	       0x8000
#define FLAG_TC	       0x0200
#define OPCODE(flags)  ((flags) >> 11 & 15)
#define RCODE(flags)   ((flags)&15)
#define POINTERS_MAX   128 /* in one name: more than it can have labels */
/* CNAMEs of an answer that are looked at: more than a chain may have, in any order. */
#define CNAMES_MAX     64

struct cursor {
	const uint8_t *bytes;
	size_t len, at;
};

const char *dns_verdict_name(enum dns_verdict verdict)
{
	static const char *const names[DNS_VERDICTS] = {
		"good",	      "cut short",   "a bad name",	"a bad record",
		"no question", "not a query", "a circle of CNAMEs",
	};

	return (unsigned int)verdict < DNS_VERDICTS ? names[verdict] : "?";
}

static bool get_u16(struct cursor *c, uint16_t *ret_value)
{
	if (c->len - c->at < 2)
		return false;
	*ret_value = (uint16_t)(c->bytes[c->at] << 8 | c->bytes[c->at + 1]);
	c->at += 2;
	return true;
}

static bool get_u32(struct cursor *c, uint32_t *ret_value)
{
	uint16_t high, low;

	if (c->len - c->at < 4 || !get_u16(c, &high) || !get_u16(c, &low))
		return false;
	*ret_value = (uint32_t)high << 16 | low;
	return true;
}

/* One byte of a label as text. */
static size_t put_byte(char *out, uint8_t b)
{
	if (b >= 'A' && b <= 'Z')
		b = (uint8_t)(b - 'A' + 'a');
	if ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_') {
		*out = (char)b;
		return 1;
	}
	out[0] = '\\';
	out[1] = (char)('0' + b / 100);
	out[2] = (char)('0' + b / 10 % 10);
	out[3] = (char)('0' + b % 10);
	return 4;
}

/*
 * A name, as text where text is not NULL. Pointers lead back only, each before the one that
 * led there, so there is an end. 255 bytes on the wire are 1,017 of text at most.
 */
static enum dns_verdict get_name(struct cursor *c, char *text)
{
	size_t at = c->at, wire = 1, out = 0, lowest = at, pointers = 0;
	bool jumped = false;

	for (;;) {
		uint8_t n;

		if (at >= c->len)
			return DNS_SHORT;
		n = c->bytes[at++];
		if (n == 0)
			break;
		if ((n & 0xc0) == 0xc0) {
			if (at >= c->len)
				return DNS_SHORT;
			if (!jumped)
				c->at = at + 1;
			jumped = true;
			at = (size_t)(n & 0x3f) << 8 | c->bytes[at];
			if (at >= lowest || at < HEADER_BYTES || ++pointers > POINTERS_MAX)
				return DNS_BAD_NAME;
			lowest = at;
			continue;
		}
		wire += n + 1u;
		if (n > LABEL_MAX || wire > WIRE_NAME_MAX)
			return DNS_BAD_NAME;
		if (c->len - at < n)
			return DNS_SHORT;
		if (text && out)
			text[out++] = '.';
		for (; n; n--, at++)
			if (text)
				out += put_byte(text + out, c->bytes[at]);
	}
	if (!jumped)
		c->at = at;
	if (text)
		text[out] = '\0';
	return DNS_GOOD;
}

struct record {
	size_t owner; /* where its name stands */
	uint16_t type, cls;
	uint32_t ttl_s;
	struct cursor data; /* ends with the record's data */
};

static enum dns_verdict get_record(struct cursor *c, struct record *ret_record)
{
	enum dns_verdict verdict;
	uint16_t len;

	ret_record->owner = c->at;
	verdict = get_name(c, NULL);
	if (verdict != DNS_GOOD)
		return verdict;
	if (!get_u16(c, &ret_record->type) || !get_u16(c, &ret_record->cls) ||
	    !get_u32(c, &ret_record->ttl_s) || !get_u16(c, &len) || c->len - c->at < len)
		return DNS_SHORT;
	if (ret_record->ttl_s > INT32_MAX) /* RFC 2181, 8: as if it were 0 */
		ret_record->ttl_s = 0;
	ret_record->data = (struct cursor){ c->bytes, c->at + len, c->at };
	c->at += len;
	return DNS_GOOD;
}

static bool owner_is(const struct cursor *c, const struct record *r, const char *name)
{
	struct cursor at = { c->bytes, c->len, r->owner };
	char owner[DNS_TEXT_SIZE];

	return get_name(&at, owner) == DNS_GOOD && strcmp(owner, name) == 0;
}

static bool is_in(const struct record *r, uint16_t type)
{
	return r->type == type && r->cls == DNS_CLASS_IN;
}

/* The CNAMEs of the answer section. */
struct cnames {
	struct record of[CNAMES_MAX];
	size_t n;
	unsigned int used; /* of these, those of the chain */
};

/* Walks the answer section, and keeps its CNAMEs. *ret_end is behind the last whole record. */
static enum dns_verdict scan_answers(struct cursor c, unsigned int count, bool cut,
				     struct cnames *cn, unsigned int *ret_whole)
{
	struct record r;

	*ret_whole = 0;
	for (unsigned int i = 0; i < count; i++) {
		enum dns_verdict verdict = get_record(&c, &r);

		if (verdict == DNS_SHORT && cut)
			return DNS_GOOD;
		if (verdict != DNS_GOOD)
			return verdict;
		if ((is_in(&r, DNS_TYPE_A) && r.data.len - r.data.at != 4) ||
		    (is_in(&r, DNS_TYPE_AAAA) && r.data.len - r.data.at != 16))
			return DNS_BAD_RECORD;
		if (is_in(&r, DNS_TYPE_CNAME) && cn->n < CNAMES_MAX)
			cn->of[cn->n++] = r;
		++*ret_whole;
	}
	return DNS_GOOD;
}

static void least_ttl(struct dns_message *m, uint32_t ttl_s, bool *any)
{
	if (!*any || ttl_s < m->ttl_s)
		m->ttl_s = ttl_s;
	*any = true;
}

/* From the name asked for to the one that is no CNAME. */
static enum dns_verdict follow_chain(const struct cursor *c, struct cnames *cn,
				     struct dns_message *m, bool *any)
{
	memcpy(m->chain[0], m->name, sizeof(m->name));
	m->nchain = 1;
	for (;;) {
		const char *name = m->chain[m->nchain - 1];
		struct record *next = NULL;
		enum dns_verdict verdict;

		for (size_t i = 0; i < cn->n && !next; i++)
			if (owner_is(c, &cn->of[i], name))
				next = &cn->of[i];
		if (!next)
			return DNS_GOOD;
		if (m->nchain == DNS_CHAIN_MAX)
			return DNS_LOOP;
		verdict = get_name(&next->data, m->chain[m->nchain]);
		if (verdict != DNS_GOOD || next->data.at != next->data.len)
			return verdict == DNS_GOOD || verdict == DNS_SHORT ? DNS_BAD_RECORD : verdict;
		for (size_t i = 0; i < m->nchain; i++)
			if (strcmp(m->chain[i], m->chain[m->nchain]) == 0)
				return DNS_LOOP;
		m->nchain++;
		cn->used++;
		least_ttl(m, next->ttl_s, any);
		*next = cn->of[--cn->n]; /* it is taken */
	}
}

/*
 * Records of the same owner mostly point to the same place: that place is compared once.
 * (A message of 4,096 records with 4,096 owners costs a name each, which is its length.)
 */
static bool is_owned(const struct cursor *c, const struct record *r, const char *name,
		     size_t *known_at)
{
	size_t at = r->owner;

	if (c->bytes[at] >= 0xc0) {
		size_t to = (size_t)(c->bytes[at] & 0x3f) << 8 | c->bytes[at + 1];

		if (to == *known_at)
			return true;
		if (!owner_is(c, r, name))
			return false;
		*known_at = to;
		return true;
	}
	return owner_is(c, r, name);
}

/* The addresses of the chain's last name. */
static void take_addrs(struct cursor c, unsigned int count, struct dns_message *m,
		       uint32_t chain_ttl_s, bool *any)
{
	const char *name = m->chain[m->nchain - 1];
	const struct cursor all = c;
	size_t known_at = 0;
	struct record r;

	for (unsigned int i = 0; i < count && m->naddrs < DNS_ADDRS_MAX; i++) {
		struct dns_addr *a = &m->addrs[m->naddrs];
		const uint8_t *bytes;

		if (get_record(&c, &r) != DNS_GOOD)
			return;
		bytes = r.data.bytes + r.data.at;
		/* a record of another kind that was asked for is the answer, too */
		if (r.type == DNS_TYPE_CNAME || r.cls != m->qclass ||
		    !is_owned(&all, &r, name, &known_at))
			continue;
		least_ttl(m, r.ttl_s, any);
		m->nstrays--;
		if (is_in(&r, DNS_TYPE_A))
			a->ip = ip_addr_from_v4(bytes);
		else if (is_in(&r, DNS_TYPE_AAAA))
			a->ip = ip_addr_from_v6(bytes);
		else
			continue;
		a->ttl_s = r.ttl_s < chain_ttl_s ? r.ttl_s : chain_ttl_s;
		m->naddrs++;
	}
}

static enum dns_verdict take_answers(struct cursor *c, unsigned int count, bool cut,
				     struct dns_message *m)
{
	struct cnames cn = { .n = 0 };
	bool any = false;
	unsigned int whole;
	enum dns_verdict verdict;

	m->nanswers = count;
	verdict = scan_answers(*c, count, cut, &cn, &whole);
	if (verdict == DNS_GOOD)
		verdict = follow_chain(c, &cn, m, &any);
	if (verdict != DNS_GOOD) {
		m->nchain = 0;
		m->ttl_s = 0;
		return verdict;
	}
	m->nstrays = whole - cn.used;
	take_addrs(*c, whole, m, any ? m->ttl_s : UINT32_MAX, &any);
	return whole < count ? DNS_SHORT : DNS_GOOD;
}

enum dns_verdict dns_message_parse(const void *bytes, size_t len, bool cut,
				   struct dns_message *ret_msg)
{
	struct cursor c = { bytes, len < DNS_MESSAGE_MAX ? len : DNS_MESSAGE_MAX, 0 };
	uint16_t id, flags, counts[4];
	enum dns_verdict verdict;

	/* the arrays are filled as far as their counts say */
	memset(ret_msg, 0, offsetof(struct dns_message, chain));
	ret_msg->naddrs = 0;
	if (!get_u16(&c, &id) || !get_u16(&c, &flags))
		return DNS_SHORT;
	for (int i = 0; i < 4; i++)
		if (!get_u16(&c, &counts[i]))
			return DNS_SHORT;
	if (OPCODE(flags) != 0)
		return DNS_NO_QUERY;
	if (counts[0] != 1)
		return DNS_NO_QUESTION;
	verdict = get_name(&c, ret_msg->name);
	if (verdict == DNS_GOOD && (!get_u16(&c, &ret_msg->qtype) || !get_u16(&c, &ret_msg->qclass)))
		verdict = DNS_SHORT;
	if (verdict != DNS_GOOD) {
		ret_msg->name[0] = '\0';
		ret_msg->qtype = 0;
		return verdict;
	}
	ret_msg->id = id;
	ret_msg->response = flags & FLAG_QR;
	ret_msg->truncated = flags & FLAG_TC;
	ret_msg->rcode = RCODE(flags);
	return ret_msg->response ? take_answers(&c, counts[1], cut, ret_msg) : DNS_GOOD;
}

const char *dns_type_name(uint16_t type, char room[16])
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ 1, "A" },	  { 2, "NS" },	    { 5, "CNAME" },   { 6, "SOA" },
		{ 12, "PTR" },	  { 13, "HINFO" },  { 15, "MX" },     { 16, "TXT" },
		{ 28, "AAAA" },	  { 33, "SRV" },    { 35, "NAPTR" },  { 39, "DNAME" },
		{ 43, "DS" },	  { 44, "SSHFP" },  { 46, "RRSIG" },  { 47, "NSEC" },
		{ 48, "DNSKEY" }, { 50, "NSEC3" },  { 52, "TLSA" },   { 64, "SVCB" },
		{ 65, "HTTPS" },  { 99, "SPF" },    { 251, "IXFR" },  { 252, "AXFR" },
		{ 255, "ANY" },	  { 257, "CAA" },   { 10, "NULL" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	snprintf(room, 16, "TYPE%u", type);
	return room;
}

const char *dns_rcode_name(uint8_t rcode, char room[16])
{
	static const char *const names[] = {
		"NOERROR", "FORMERR",  "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
		"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
	};

	if (rcode < sizeof(names) / sizeof(names[0]))
		return names[rcode];
	snprintf(room, 16, "RCODE%u", rcode);
	return room;
}
