// SPDX-License-Identifier: Apache-2.0
/*
 * Answers that processes were given, see dns/observe.h; whom to believe is in trust.c.
 *
 * Questions under way, and answers that were seen to be sent on this machine, are entries of one
 * table by their ends, namespace and id, all of which the hash is made of. They leave when they
 * are old, and earlier where there are too many: then the oldest of whoever has most.
 */
#include "dns/observe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns/stream.h"
#include "dns/trust.h"
#include "util/hash.h"
#include "util/ihash.h"

#define QUESTIONS_MAX 16384
#define QUESTION_NS   30000000000ull /* resolvers wait 5 seconds, and ask again */
#define SERVERS_MAX   128
#define SENDERS	      64 /* users in namespaces, thrown together by a hash */

/* The two ends as the asking side has them; zeroed before it is filled in, as it is hashed. */
struct ends {
	uint8_t kind; /* enum dns_packet_kind of the direction, or of the entry */
	uint8_t tcp;
	uint16_t id, asker_port, server_port;
	uint32_t netns;
	uint8_t asker_family, server_family;
	uint8_t asker[16], server[16];
	uint16_t none; /* no padding: it is hashed */
};

struct question {
	struct ihash_node node;
	struct ilist age;
	struct ilist of_sender;
	struct sender *sender;
	uint64_t what; /* hash of name, type and class; of an answer that was sent here: of all of it */
	uint64_t time_ns;
	unsigned int open; /* times asked and not answered */
};

struct sender {
	struct ilist questions; /* latest first */
	size_t count;
};

struct dns_observe {
	struct dns_table *table;
	struct dns_trust *trust;
	bool anybody;
	struct streams *streams;
	struct ihash questions;
	struct ilist ages; /* latest first */
	struct sender senders[SENDERS];
	struct dns_server_info servers[SERVERS_MAX];
	size_t nservers;
	struct dns_message msg;
	struct dns_observe_stats st;
};

const char *dns_fate_name(enum dns_fate fate)
{
	static const char *const names[DNS_FATES] = {
		"asked", "taken", "empty", "unreadable", "unasked", "another question", "repeated",
		"untrusted server", "untrusted namespace", "untrusted process",
		"another device", "over UDP",
	};

	return (unsigned int)fate < DNS_FATES ? names[fate] : "?";
}

int dns_observe_new(struct dns_table *table, const struct dns_observe_options *opt,
		    struct dns_observe **ret_observe)
{
	struct dns_observe *o = calloc(1, sizeof(*o));
	int rc = -ENOMEM;

	if (!o)
		return rc;
	ilist_init(&o->ages);
	for (size_t i = 0; i < SENDERS; i++)
		ilist_init(&o->senders[i].questions);
	o->table = table;
	o->anybody = opt->anybody;
	o->streams = streams_new();
	if (o->streams && ihash_init(&o->questions) == 0)
		rc = dns_trust_new(opt, &o->trust);
	if (rc < 0) {
		dns_observe_free(o);
		return rc;
	}
	*ret_observe = o;
	return 0;
}

static void question_free(struct dns_observe *o, struct question *q)
{
	ihash_remove(&o->questions, &q->node);
	ilist_remove(&q->age);
	ilist_remove(&q->of_sender);
	q->sender->count--;
	free(q);
}

static struct question *oldest(struct dns_observe *o)
{
	return ihash_entry(o->ages.prev, struct question, age);
}

void dns_observe_free(struct dns_observe *o)
{
	if (!o)
		return;
	while (o->questions.count)
		question_free(o, oldest(o));
	ihash_release(&o->questions);
	streams_free(o->streams);
	dns_trust_free(o->trust);
	free(o);
}

static void put_addr(const struct ip_addr *addr, uint8_t *ret_family, uint8_t ret_bytes[16])
{
	*ret_family = (uint8_t)addr->family;
	memcpy(ret_bytes, addr->bytes, 16);
}

static struct ends ends_of(const struct dns_packet *p, enum dns_packet_kind kind, uint16_t id)
{
	bool server = p->kind == DNS_PACKET_SERVED;
	struct ends e;

	memset(&e, 0, sizeof(e));
	e.kind = (uint8_t)kind;
	e.tcp = p->tcp;
	e.id = id;
	e.netns = p->netns;
	e.asker_port = server ? p->rport : p->lport;
	e.server_port = server ? p->lport : p->rport;
	put_addr(server ? &p->remote : &p->local, &e.asker_family, e.asker);
	put_addr(server ? &p->local : &p->remote, &e.server_family, e.server);
	return e;
}

static struct question *find(struct dns_observe *o, const struct ends *ends, uint64_t what,
			     bool *ret_other)
{
	uint64_t hash = hash_bytes(ends, sizeof(*ends));

	*ret_other = false;
	for (struct ihash_node *n = ihash_first(&o->questions, hash); n; n = ihash_next(n)) {
		struct question *q = ihash_entry(n, struct question, node);

		if (q->what == what)
			return q;
		*ret_other = true;
	}
	return NULL;
}

/*
 * Whoever asks too much loses his own. What is answered here is kept apart from what is asked by the
 * same user: many may ask one resolver.
 */
static struct sender *sender_of(struct dns_observe *o, const struct dns_packet *p)
{
	const uint32_t who[] = { p->kind, p->uid, p->userns, p->pidns, p->netns };

	return &o->senders[hash_bytes(who, sizeof(who)) % SENDERS];
}

static struct question *oldest_of_most(struct dns_observe *o)
{
	struct sender *most = &o->senders[0];

	for (size_t i = 1; i < SENDERS; i++)
		if (o->senders[i].count > most->count)
			most = &o->senders[i];
	return ihash_entry(most->questions.prev, struct question, of_sender);
}

/* Before each message, so that none is judged by what was asked too long ago. */
static void drop_old(struct dns_observe *o, uint64_t now_ns)
{
	while (o->questions.count && oldest(o)->time_ns <= now_ns &&
	       now_ns - oldest(o)->time_ns >= QUESTION_NS)
		question_free(o, oldest(o));
}

static void make_room(struct dns_observe *o)
{
	if (o->questions.count < QUESTIONS_MAX)
		return;
	question_free(o, oldest_of_most(o));
	o->st.questions_evicted++;
}

static void remember(struct dns_observe *o, const struct dns_packet *p, const struct ends *ends,
		     uint64_t what)
{
	bool other;
	struct question *q = find(o, ends, what, &other);

	if (!q) {
		make_room(o);
		q = calloc(1, sizeof(*q));
		if (!q)
			return;
		q->what = what;
		q->sender = sender_of(o, p);
		q->sender->count++;
		ihash_add(&o->questions, &q->node, hash_bytes(ends, sizeof(*ends)));
		ilist_add(&o->ages, &q->age);
		ilist_add(&q->sender->questions, &q->of_sender);
	}
	ilist_move(&o->ages, &q->age);
	ilist_move(&q->sender->questions, &q->of_sender);
	q->time_ns = p->time_ns;
	if (q->open < UINT32_MAX)
		q->open++;
}

static uint64_t what_is_asked(const struct dns_message *m)
{
	uint64_t what = hash_bytes(m->name, strlen(m->name));

	return hash_u64(what ^ ((uint64_t)m->qtype << 16 | m->qclass)) | 1;
}

/*
 * Was this very message seen to be sent here by somebody who may? Its ends and id alone would not
 * do: whoever can forge packets could slip his own in before it is received.
 */
static bool is_served(struct dns_observe *o, const struct dns_packet *p, struct slice message)
{
	struct ends ends = ends_of(p, DNS_PACKET_SERVED, o->msg.id);
	bool other;

	return find(o, &ends, hash_bytes(message.ptr, message.len) | 1, &other);
}

static enum dns_fate judge_answer(struct dns_observe *o, const struct dns_packet *p,
				  struct slice message)
{
	struct ends ends = ends_of(p, DNS_PACKET_QUERY, o->msg.id);
	bool other;
	struct question *q = find(o, &ends, what_is_asked(&o->msg), &other);
	enum dns_fate fate;

	if (!q)
		return other ? DNS_FATE_QUESTION : DNS_FATE_UNASKED;
	if (!q->open)
		return DNS_FATE_REPEATED;
	fate = o->anybody ? DNS_FATE_TAKEN :
			    dns_trust_answer(o->trust, p, p->loopback && is_served(o, p, message));
	/* what is not believed does not take the place of the answer that will be */
	if (fate == DNS_FATE_TAKEN)
		q->open--;
	return fate;
}

/* Tells the table. */
static enum dns_fate take_answer(struct dns_observe *o, const struct dns_packet *p)
{
	const uint32_t who[] = { p->uid, p->userns, p->pidns, p->netns };
	const struct dns_message *m = &o->msg;
	const char *chain[DNS_CHAIN_MAX];
	struct dns_origin origin = {
		.pid = p->pid, .start_ns = p->start_ns, .netns = p->netns, .server = p->remote,
		.owner = hash_bytes(who, sizeof(who)) | 1,
	};

	for (size_t i = 0; i < m->nchain; i++)
		chain[i] = m->chain[i];
	for (size_t i = 0; o->table && i < m->naddrs; i++) {
		if (dns_table_add_from(o->table, chain, m->nchain, &m->addrs[i].ip, m->addrs[i].ttl_s,
				       DNS_SOURCE_OBSERVED, &origin, p->time_ns) == 0)
			o->st.addrs++;
		else
			o->st.table_refused++;
	}
	return m->naddrs ? DNS_FATE_TAKEN : DNS_FATE_EMPTY;
}

static void note_server(struct dns_observe *o, const struct dns_packet *p, enum dns_fate fate)
{
	struct dns_server_info *s = NULL, *old = NULL;

	for (size_t i = 0; i < o->nservers && !s; i++) {
		struct dns_server_info *at = &o->servers[i];

		if (at->netns == p->netns && ip_addr_equal(&at->addr, &p->remote))
			s = at;
		if (!old || at->last_seen_ns < old->last_seen_ns)
			old = at;
	}
	if (!s) {
		s = o->nservers < SERVERS_MAX ? &o->servers[o->nservers++] : old;
		*s = (struct dns_server_info){ .addr = p->remote, .netns = p->netns };
	}
	if (fate == DNS_FATE_TAKEN || fate == DNS_FATE_EMPTY)
		s->taken++;
	else
		s->refused++;
	s->last = fate;
	s->last_seen_ns = p->time_ns;
}

/* A whole message. */
struct taking {
	struct dns_observe *o;
	const struct dns_packet *p;
	dns_message_fn fn;
	void *arg;
};

static int take_message(struct slice message, void *arg)
{
	const struct taking *t = arg;
	struct dns_observe *o = t->o;
	const struct dns_packet *p = t->p;
	enum dns_verdict verdict = dns_message_parse(message.ptr, message.len, p->cut, &o->msg);
	bool whole = verdict == DNS_GOOD || (verdict == DNS_SHORT && p->cut && o->msg.nchain);
	enum dns_fate fate;

	if (!whole || o->msg.response != (p->kind == DNS_PACKET_ANSWER)) {
		fate = DNS_FATE_BAD;
		o->st.verdicts[verdict == DNS_GOOD ? DNS_NO_QUERY : verdict]++;
	} else if (p->kind == DNS_PACKET_QUERY) {
		struct ends ends = ends_of(p, DNS_PACKET_QUERY, o->msg.id);

		fate = DNS_FATE_QUERY;
		remember(o, p, &ends, what_is_asked(&o->msg));
	} else {
		fate = judge_answer(o, p, message);
		if (fate == DNS_FATE_TAKEN)
			fate = take_answer(o, p);
	}
	if (p->kind == DNS_PACKET_ANSWER)
		note_server(o, p, fate);
	o->st.fates[fate]++;
	return t->fn ? t->fn(&(struct dns_seen){ &o->msg, verdict, fate }, t->arg) : 0;
}

/* Who sent it is known to be somebody who may. */
static int take_served(struct slice message, void *arg)
{
	const struct taking *t = arg;
	const uint8_t *bytes = (const uint8_t *)message.ptr;
	struct ends ends;

	if (message.len >= 2) {
		ends = ends_of(t->p, DNS_PACKET_SERVED, (uint16_t)(bytes[0] << 8 | bytes[1]));
		remember(t->o, t->p, &ends, hash_bytes(message.ptr, message.len) | 1);
	}
	return 0;
}

/* What tells a direction of a connection from all others; hashed, so without padding. */
struct stream_key {
	struct ends ends;
	uint8_t ino[8], stream[4];
};

_Static_assert(sizeof(struct stream_key) == sizeof(struct ends) + 12, "padding");

int dns_observe_take(struct dns_observe *o, const struct dns_packet *p, dns_message_fn fn, void *arg)
{
	stream_fn take = p->kind == DNS_PACKET_SERVED ? take_served : take_message;
	struct taking t = { o, p, fn, arg };
	struct stream_key key;

	drop_old(o, p->time_ns);
	if (p->kind == DNS_PACKET_SERVED && !dns_trust_stub(o->trust, p))
		return 0;
	if (!p->tcp)
		return take(p->data, &t);
	key.ends = ends_of(p, p->kind, 0);
	memcpy(key.ino, &p->ino, sizeof(key.ino));
	memcpy(key.stream, &p->stream, sizeof(key.stream));
	return streams_add(o->streams, &key, sizeof(key), p->kind == DNS_PACKET_ANSWER, p->pos,
			   p->data, take, &t);
}

void dns_observe_get_stats(const struct dns_observe *o, struct dns_observe_stats *ret_stats)
{
	struct streams_stats st;

	streams_get_stats(o->streams, &st);
	*ret_stats = o->st;
	ret_stats->questions = o->questions.count;
	ret_stats->streams = st.streams;
	ret_stats->streams_evicted = st.evicted;
	ret_stats->stream_gaps = st.gaps;
	ret_stats->servers = o->nservers;
}

bool dns_observe_server(const struct dns_observe *o, size_t i, struct dns_server_info *ret_info)
{
	if (i >= o->nservers)
		return false;
	*ret_info = o->servers[i];
	return true;
}
