// SPDX-License-Identifier: Apache-2.0
/*
 * observe.c - answers of name servers that processes were given: into the DNS table, and past rules
 *
 * Their events are recorded only if a rule can use the names, or names the events. Each record is
 * first taken in, then judged, message by message; so an answer is in the table before any
 * event that is later than it, such as the connect that it was asked for.
 */
#include "engine/core.h"

#include "engine/asked.h"
#include "engine/record.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define SERVICE_UIDS_MAX 32

/* Users that resolvers run as (lib/dns/TRUST.md). */
static const char *const service_users[] = {
	"systemd-resolve", "dnsmasq", "unbound", "bind", "named", "pdns", "knot-resolver", "pdnsd", "nscd",
};

static const unsigned int observed[] = {
	FALCOC_E_DNS_QUERY, FALCOC_E_DNS_ANSWER, FALCOC_E_DNS_SERVED,
};

#define NOBSERVED (sizeof(observed) / sizeof(observed[0]))

/* Does a rule compare domain names of addresses, or show them? */
bool engine_uses_names(const struct engine *e)
{
	const struct filter_set *fs = ruleset_filters(e->rules);

	/* whoever reads the file may use them */
	if (e->opt.record_file)
		return true;
	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *rule = ruleset_rule(e->rules, i);

		if (rule->filter >= 0 && (filter_uses_names(fs, rule->filter) ||
					  output_uses_names(e->templates[i])))
			return true;
	}
	return false;
}

static bool dns_events_are_named(const struct engine *e)
{
	const struct eventset *events = ruleset_events(e->rules);

	return eventset_has(events, FALCOC_E_DNS_QUERY, false) ||
	       eventset_has(events, FALCOC_E_DNS_ANSWER, false);
}

void engine_want_answers(const struct engine *e, struct eventset *events)
{
	bool all = !e->opt.no_dns_observe && engine_uses_names(e);

	/* who answers on this machine is asked by dns.refused too */
	for (size_t i = 0; i < NOBSERVED; i++)
		if (all || eventset_has(events, FALCOC_E_DNS_ANSWER, false))
			eventset_add(events, observed[i], false);
}

/* The inode of a namespace of the first process; where that is not to be had, of our own. */
static uint32_t host_namespace(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/1/ns/%s", name);
	if (stat(path, &st) == 0)
		return (uint32_t)st.st_ino;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return stat(path, &st) == 0 ? (uint32_t)st.st_ino : 0;
}

/* From the file, as nothing here may wait for a directory service. */
static size_t service_uids(uint32_t uids[SERVICE_UIDS_MAX])
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;
	size_t n = 0;

	while (f && n < SERVICE_UIDS_MAX && (pw = fgetpwent(f)))
		for (size_t i = 0; i < sizeof(service_users) / sizeof(service_users[0]); i++)
			if (strcmp(pw->pw_name, service_users[i]) == 0 && n < SERVICE_UIDS_MAX)
				uids[n++] = pw->pw_uid;
	if (f)
		fclose(f);
	return n;
}

/* Where the kernel tells no route there is none by that device either. */
static bool by_its_device(void *arg, const struct ip_addr *server, uint32_t ifindex)
{
	struct engine *e = arg;

	return net_routes_use(e->routes, server, ifindex, now_boot_ns()) == 1;
}

/* Routes are those of our own namespace: only where that is the host's do they tell something. */
static void start_routes(struct engine *e)
{
	struct stat st;
	int rc;

	if (stat("/proc/self/ns/net", &st) < 0 || (uint32_t)st.st_ino != host_namespace("net")) {
		engine_notice(e, "falcoc is not in the host's network namespace: by which device answers of "
			      "name servers come is not looked at");
		return;
	}
	rc = net_routes_new(&e->routes);
	if (rc < 0)
		engine_notice(e, "by which device answers of name servers come is not looked at: %s",
			      strerror(-rc));
}

enum engine_status engine_start_observe(struct engine *e)
{
	uint32_t uids[SERVICE_UIDS_MAX];
	struct dns_observe_options opt = {
		.netns = host_namespace("net"),
		.pidns = host_namespace("pid"),
		.userns = host_namespace("user"),
		.mntns = host_namespace("mnt"),
		.no_udp = e->opt.no_dns_trust_udp,
		.servers = e->opt.dns_trust && *e->opt.dns_trust ? e->opt.dns_trust : NULL,
		.uids = uids,
		.nuids = service_uids(uids),
	};
	bool names = !e->opt.no_dns_observe && engine_uses_names(e);
	int rc;

	if (!names && !dns_events_are_named(e) && !opt.servers)
		return ENGINE_OK;
	if (!e->opt.capture_file && !e->routes)
		start_routes(e);
	if (e->routes) {
		opt.by_its_device = by_its_device;
		opt.arg = e;
	}
	rc = dns_observe_new(names ? e->dns : NULL, &opt, &e->observe);
	if (rc == -EINVAL)
		return engine_fail(e, ENGINE_ERR_OPTION,
				   "'%s' is no list of trusted name servers: ADDRESS[@WHERE],...",
				   e->opt.dns_trust);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	e->observe_names = names;
	return ENGINE_OK;
}

void engine_observe_changed(struct engine *e)
{
	bool names = !e->opt.no_dns_observe && engine_uses_names(e);

	/* questions under way are only lost where nobody was to learn from their answers */
	if (e->observe && names && !e->observe_names) {
		dns_observe_free(e->observe);
		e->observe = NULL;
	}
	if (!e->observe && engine_start_observe(e) != ENGINE_OK)
		engine_notice(e, "answers of name servers are not looked at: %s", e->error);
}

static struct ip_addr sock_addr(uint16_t family, const uint8_t *bytes)
{
	return family == AF_INET ? ip_addr_from_v4(bytes) : ip_addr_from_v6(bytes);
}

/* False: the record lacks something. */
static bool packet_of(const struct eval_ctx *ctx, struct dns_packet *ret_packet)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	const struct falcoc_attr *data = ctx->ev->attr[FALCOC_A_DATA];
	const struct falcoc_attr *attr = ctx->ev->attr[FALCOC_A_DNS];
	const struct falcoc_sock *s = event_sock(ctx->ev);
	struct falcoc_dns dns;

	if (!data || !attr || !s || (s->family != AF_INET && s->family != AF_INET6))
		return false;
	memcpy(&dns, attr + 1, sizeof(dns));
	*ret_packet = (struct dns_packet){
		.kind = rec->event == FALCOC_E_DNS_QUERY ? DNS_PACKET_QUERY :
			rec->event == FALCOC_E_DNS_ANSWER ? DNS_PACKET_ANSWER : DNS_PACKET_SERVED,
		.tcp = s->protocol == IPPROTO_TCP,
		.cut = data->flags & FALCOC_ATTR_TRUNCATED,
		.loopback = dns.flags & FALCOC_DNS_F_LOOPBACK,
		.foreign = dns.flags & FALCOC_DNS_F_USERNS,
		.time_ns = rec->time_ns,
		.netns = s->netns,
		.local = sock_addr(s->family, s->laddr), .remote = sock_addr(s->family, s->raddr),
		.lport = s->lport, .rport = s->rport,
		.pos = dns.pos,
		.ino = s->ino,
		.stream = dns.stream,
		.data = { (const char *)(data + 1), data->len },
		.ifindex = dns.ifindex,
		.pid = rec->pid, .uid = rec->euid, .pidns = rec->pidns, .userns = rec->userns,
		.mntns = rec->mntns,
		.start_ns = rec->start_ns,
	};
	if (ctx->proc)
		ret_packet->exe = ctx->proc->exepath;
	return true;
}

struct judging {
	struct engine *e;
	struct eval_ctx *ctx;
};

static int judge_message(const struct dns_seen *seen, void *arg)
{
	struct judging *j = arg;
	struct engine *e = j->e;
	struct dns_seen told = *seen;
	int rc;

	/* whom the live falcoc believed nobody can find out any more */
	if (e->told_fates_at < e->ntold_fates)
		told.fate = e->told_fates[e->told_fates_at++];
	if (e->record || e->trigger)
		buf_add_char(&e->fates, (char)seen->fate);
	asked_count(e, seen);
	j->ctx->dns = &told;
	rc = engine_try_rules(j->e, j->ctx);
	j->ctx->dns = NULL;
	return rc;
}

int engine_judge_dns(struct engine *e, struct eval_ctx *ctx)
{
	struct judging j = { e, ctx };
	struct dns_packet packet;
	int rc;

	/* a replay: names come as items, this tells of messages only */
	if (!e->observe && e->replays_own)
		dns_observe_new(NULL, &(struct dns_observe_options){ .anybody = true }, &e->observe);
	if (!e->observe || !packet_of(ctx, &packet))
		return 0;
	rc = dns_observe_take(e->observe, &packet, judge_message, &j);
	if (e->fates.len)
		record_fates(e, buf_slice(&e->fates));
	buf_clear(&e->fates);
	e->ntold_fates = 0;
	return rc;
}

static void report_refused(const struct dns_observe_stats *st, struct buf *out)
{
	bool any = false;

	for (int f = DNS_FATE_BAD; f < DNS_FATES; f++) {
		if (!st->fates[f])
			continue;
		buf_printf(out, "%s %s %" PRIu64, any ? "," : "   answers refused:",
			   dns_fate_name((enum dns_fate)f), st->fates[f]);
		any = true;
	}
	if (any)
		buf_add_char(out, '\n');
}

static void report_servers(const struct engine *e, struct buf *out)
{
	struct dns_server_info s;
	char addr[IP_ADDR_TEXT_SIZE];

	for (size_t i = 0; dns_observe_server(e->observe, i, &s); i++)
		buf_printf(out,
			   "   server %s in namespace %u: %" PRIu64 " answers believed, %" PRIu64
			   " refused, the last: %s\n",
			   ip_addr_format(&s.addr, addr, sizeof(addr)), s.netns, s.taken, s.refused,
			   dns_fate_name(s.last));
}

void engine_report_observe(const struct engine *e, struct buf *out)
{
	struct dns_observe_stats st;

	if (!e->observe)
		return;
	dns_observe_get_stats(e->observe, &st);
	buf_printf(out,
		   "   observed: %" PRIu64 " questions, %" PRIu64 " answers taken with %" PRIu64
		   " addresses, %" PRIu64 " empty\n",
		   st.fates[DNS_FATE_QUERY], st.fates[DNS_FATE_TAKEN], st.addrs,
		   st.fates[DNS_FATE_EMPTY]);
	report_refused(&st, out);
	if (st.questions_evicted || st.streams_evicted || st.stream_gaps)
		buf_printf(out,
			   "   forgotten: %" PRIu64 " questions, %" PRIu64
			   " streams; streams with a gap: %" PRIu64 "\n",
			   st.questions_evicted, st.streams_evicted, st.stream_gaps);
	report_servers(e, out);
}
