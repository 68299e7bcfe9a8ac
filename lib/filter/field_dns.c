// SPDX-License-Identifier: Apache-2.0
/*
 * dns.*: messages to and from name servers. falcoc's own: Falco has nothing like it.
 *
 * They have values for dns_query and dns_answer only, one event for each message.
 */
#include "filter/field_impl.h"

#include "dns/observe.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

/* Those that only an answer has. */
#define OF_ANSWER 1

static const struct dns_message *message(const struct eval_ctx *ctx)
{
	return ctx->dns ? ctx->dns->msg : NULL;
}

static const struct dns_message *answer(const struct eval_ctx *ctx)
{
	const struct dns_message *m = message(ctx);

	return m && m->response ? m : NULL;
}

static void events_with_dns(const struct field_ref *ref, struct eventset *ret_events)
{
	*ret_events = (struct eventset){ 0 };
	if (ref->def->priv != OF_ANSWER)
		eventset_add(ret_events, FALCOC_E_DNS_QUERY, false);
	eventset_add(ret_events, FALCOC_E_DNS_ANSWER, false);
}

/* Strings of the message go when the next one is read. */
static bool set_copy(const struct eval_ctx *ctx, const struct field_ref *ref, const char *text,
		     struct value *ret_value)
{
	return set_cstr(ref, arena_slicedup(ctx->scratch, slice_of(text)), ret_value);
}

EXTRACTOR(dns_name)
{
	const struct dns_message *m = message(ctx);

	return m && m->qtype && set_copy(ctx, ref, m->name[0] ? m->name : ".", ret_value);
}

EXTRACTOR(dns_type)
{
	const struct dns_message *m = message(ctx);
	char room[16];

	return m && m->qtype && set_copy(ctx, ref, dns_type_name(m->qtype, room), ret_value);
}

EXTRACTOR(dns_id)
{
	const struct dns_message *m = message(ctx);

	return m && m->qtype && set_uint(ref, m->id, ret_value);
}

EXTRACTOR(dns_rcode)
{
	const struct dns_message *m = answer(ctx);
	char room[16];

	return m && set_copy(ctx, ref, dns_rcode_name(m->rcode, room), ret_value);
}

EXTRACTOR(dns_ttl)
{
	const struct dns_message *m = answer(ctx);

	return m && (m->naddrs || m->nchain > 1) && set_uint(ref, m->ttl_s, ret_value);
}

EXTRACTOR(dns_answers)
{
	const struct dns_message *m = answer(ctx);
	struct value *items;

	if (!m || !m->naddrs)
		return false;
	items = arena_alloc(ctx->scratch, m->naddrs * sizeof(*items));
	for (size_t i = 0; items && i < m->naddrs; i++)
		set_ip(ref, m->addrs[i].ip, &items[i]);
	return items && set_list(ref, items, m->naddrs, ret_value);
}

/* The names that the one asked for leads to. */
EXTRACTOR(dns_cname)
{
	const struct dns_message *m = answer(ctx);
	struct value *items;
	size_t n = 0;

	if (!m || m->nchain < 2)
		return false;
	items = arena_alloc(ctx->scratch, m->nchain * sizeof(*items));
	for (size_t i = 1; items && i < m->nchain; i++)
		n += set_copy(ctx, ref, m->chain[i], &items[n]);
	return n && set_list(ref, items, n, ret_value);
}

EXTRACTOR(dns_server)
{
	struct endpoint e;

	if (!ctx->dns)
		return false;
	e = event_remote(ctx->ev);
	return e.ip.family && set_ip(ref, e.ip, ret_value);
}

EXTRACTOR(dns_proto)
{
	const struct falcoc_sock *s = event_sock(ctx->ev);

	return ctx->dns && s && set_cstr(ref, s->protocol == 6 ? "tcp" : "udp", ret_value);
}

EXTRACTOR(dns_refused)
{
	enum dns_fate fate = ctx->dns ? ctx->dns->fate : DNS_FATE_QUERY;

	/* also of one that cannot be read, of which nothing else is known */
	return fate >= DNS_FATE_BAD && ctx->ev->rec->event == FALCOC_E_DNS_ANSWER &&
	       set_cstr(ref, dns_fate_name(fate), ret_value);
}

#define FIELD(n, t, fl, fn, p, d)							\
	{ .name = n, .type = VALUE_##t, .flags = FIELD_F_NAMES_EVENTS | (fl), .desc = d,	\
	  .extract = fn, .events_with = events_with_dns, .priv = p }

static const struct field_def fields[] = {
	FIELD("dns.name", CHARBUF, 0, dns_name, 0,
	      "Name that is asked for, in lower case, without the last dot; a byte that no host's name has is \\DDD."),
	FIELD("dns.type", CHARBUF, 0, dns_type, 0, "What is asked of it: A, AAAA, MX, HTTPS, ... or TYPE and a number."),
	FIELD("dns.id", UINT32, 0, dns_id, 0, "Number by which the question and its answer know each other."),
	FIELD("dns.server", IPADDR, 0, dns_server, 0, "Address of the name server."),
	FIELD("dns.proto", CHARBUF, 0, dns_proto, 0, "udp or tcp."),
	FIELD("dns.rcode", CHARBUF, 0, dns_rcode, OF_ANSWER, "Outcome of an answer: NOERROR, NXDOMAIN, SERVFAIL, ..."),
	FIELD("dns.answers", IPADDR, FIELD_F_EITHER, dns_answers, OF_ANSWER,
	      "Addresses that the answer gives; a comparison holds if it does for any of them."),
	FIELD("dns.cname", CHARBUF, FIELD_F_EITHER, dns_cname, OF_ANSWER,
	      "Names that the one asked for leads to, by CNAME; a comparison holds if it does for any of them."),
	FIELD("dns.ttl", UINT32, 0, dns_ttl, OF_ANSWER, "Seconds that the answer may be kept."),
	FIELD("dns.refused", CHARBUF, 0, dns_refused, OF_ANSWER,
	      "Why falcoc does not believe the answer: untrusted server, unasked, ...; no value if it does."),
};

FIELD_CLASS(dns, "dns", "A message to or from a name server (dns_query, dns_answer; falcoc's own)", fields);
