// SPDX-License-Identifier: Apache-2.0
/*
 * replay_names.c - domain names in a replay
 *
 * Our own captures hold what the live falcoc had learnt (record_items.c). Another's holds, as far as its
 * writer kept the buffers of calls, what processes asked name servers over UDP and were answered:
 * that fills the table, with the capture's times. Nobody can say any more which servers were to be
 * trusted, so all are, but for those that dns.trust leaves out where it names some. Names are asked for
 * only where that is wanted (dns.ask_in_replay): what they mean today holds for all of the capture.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/core.h"
#include "event/foreign.h"

#define DNS_PORT	53
#define ASK_NS		(20 * NS_PER_S)	/* so long first answers are waited for */

static const unsigned int senders[] = {
	FALCOC_E_SENDTO, FALCOC_E_SENDMSG, FALCOC_E_WRITE, FALCOC_E_WRITEV,
};
static const unsigned int receivers[] = {
	FALCOC_E_RECVFROM, FALCOC_E_RECVMSG, FALCOC_E_READ, FALCOC_E_READV,
};

#define CALLS	(sizeof(senders) / sizeof(senders[0]))

void replay_want_answers(struct engine *e, struct eventset *events)
{
	if (e->opt.no_dns_observe || !engine_uses_names(e))
		return;
	e->replay_observes = true;
	for (size_t i = 0; i < CALLS; i++) {
		eventset_add(events, senders[i], false);
		eventset_add(events, receivers[i], false);
	}
}

static bool is_one_of(const unsigned int *calls, unsigned int event)
{
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i] == event)
			return true;
	return false;
}

/*
 * Where a socket is bound captures do not tell of all of them: a question and its answer are of one
 * process's descriptor instead.
 */
static bool packet_of(const struct event *ev, struct dns_packet *ret_packet)
{
	const struct foreign_fd *fd = ev->foreign->fd;
	const struct falcoc_attr *data = ev->attr[FALCOC_A_DATA];
	const struct falcoc_rec *rec = ev->rec;
	bool out = is_one_of(senders, rec->event);

	if (!fd || !fd->l4 || strcmp(fd->l4, "udp") != 0 || fd->server.port != DNS_PORT || !data ||
	    rec->res <= 0 || (!out && !is_one_of(receivers, rec->event)))
		return false;
	*ret_packet = (struct dns_packet){
		.kind = out ? DNS_PACKET_QUERY : DNS_PACKET_ANSWER,
		.cut = (uint64_t)rec->res > data->len,
		.time_ns = rec->time_ns,
		.netns = rec->pid,
		.local = ip_addr_from_v4("\0\0\0\0"), .remote = fd->server.ip,
		.lport = (uint16_t)ev->foreign->fd_num, .rport = DNS_PORT,
		.data = { (const char *)(data + 1), data->len },
		.pid = rec->pid, .uid = rec->euid, .start_ns = rec->start_ns,
	};
	return true;
}

void replay_observe(struct engine *e, const struct event *ev)
{
	struct dns_packet packet;

	if (!e->replay_observes || !ev->foreign || !packet_of(ev, &packet))
		return;
	if (!e->observe &&
	    dns_observe_new(e->dns, &(struct dns_observe_options){ .anybody = true }, &e->observe) < 0)
		return;		/* no memory: nothing is learnt */
	dns_observe_take(e->observe, &packet, NULL, NULL);
}

/* ---- asking ---- */

static void ask_all(struct engine *e, struct dns_resolver *r)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	uint64_t now = now_boot_ns(), end = now + ASK_NS;
	struct pollfd fd = { .fd = dns_resolver_fd(r), .events = POLLIN };

	for (size_t i = 0; i < filter_set_names(fs); i++) {
		const char *name = arena_slicedup(e->scratch, filter_set_name(fs, i));

		if (name)
			dns_resolver_want(r, name);
		arena_clear(e->scratch);
	}
	while (now < end && dns_resolver_process(r, now) == 0 && dns_resolver_any_pending(r)) {
		uint64_t due = dns_resolver_next_timeout_ns(r, now);

		if (due > end)
			due = end;
		poll(&fd, 1, due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1);
		now = now_boot_ns();
	}
}

/* Of the capture's time nothing is known about these: they hold for all of it. */
static int keep_link(const struct dns_link_info *info, void *arg)
{
	struct engine *e = arg;

	dns_table_add_name(e->dns, info->name, &info->addr, DNS_TTL_FOREVER, DNS_SOURCE_ASKED, 0);
	return 0;
}

static int found_one(const struct dns_link_info *info, void *arg)
{
	bool *found = arg;

	(void)info;
	*found = true;
	return 0;
}

/* How many of the rules' names have an address today. */
static size_t count_known(struct engine *e, const struct dns_table *today)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	size_t n = 0;

	for (size_t i = 0; i < filter_set_names(fs); i++) {
		const char *name = arena_slicedup(e->scratch, filter_set_name(fs, i));
		bool found = false;

		if (name)
			dns_table_addrs(today, name, now_boot_ns(), found_one, &found);
		n += found;
		arena_clear(e->scratch);
	}
	return n;
}

enum engine_status replay_ask_names(struct engine *e)
{
	struct dns_resolver_options opt = { .servers = e->opt.dns_servers, .max_rate = e->opt.dns_rate };
	struct dns_resolver_stats st;
	struct dns_table *today;
	struct dns_resolver *r;
	size_t known;
	int rc;

	if (!e->opt.dns_ask || !filter_set_names(ruleset_filters(e->rules)))
		return ENGINE_OK;
	today = dns_table_new(NULL);
	if (!today)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	rc = dns_resolver_new(today, &opt, &r);
	if (rc < 0) {
		dns_table_free(today);
		return engine_fail(e, ENGINE_ERR_OPTION, "names cannot be asked for: %s", strerror(-rc));
	}
	ask_all(e, r);
	dns_resolver_get_stats(r, &st);
	known = count_known(e, today);
	engine_notice(e, "asked for %zu domain names of the rules, %zu have no address: what they mean now "
		      "is taken for what they meant then", st.names,
		      st.names > known ? st.names - known : 0);
	dns_table_links_by_age(today, now_boot_ns(), keep_link, e);
	dns_resolver_free(r);
	dns_table_free(today);
	return ENGINE_OK;
}
