// SPDX-License-Identifier: Apache-2.0
/*
 * names.c - the DNS table of a running engine: where its names come from, and what keeps them
 */
#include "engine/core.h"

#include <errno.h>
#include <string.h>

#include "engine/hold.h"
#include "engine/keep.h"
#include "engine/live.h"
#include "engine/record.h"

#define PEERS_POLL_NS	(100 * NS_PER_MS)	/* a job makes nothing readable */
#define EXPIRE_NS	(60 * NS_PER_S)	/* how often names past their time give back memory */

/* Registers the names that rules mention. */
static void want_names(struct engine *e)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	size_t refused = 0;

	for (size_t i = 0; i < filter_set_names(fs); i++) {
		char *name = arena_slicedup(e->scratch, filter_set_name(fs, i));
		int rc = name ? dns_resolver_want(e->resolver, name) : -ENOMEM;

		/* what is no domain name (-EINVAL) can never be in an answer */
		if (rc == -ENOSPC || rc == -ENOMEM)
			refused++;
		arena_clear(e->scratch);
	}
	if (refused)
		engine_notice(e, "%zu domain names of the rules are not asked for: too many", refused);
}

static void peers_job(void *arg)
{
	net_peers_read(arg);	/* what it found counts, whatever it missed */
}

/* Whoever answers for the names of the rules. */
static enum engine_status start_resolver(struct engine *e)
{
	struct dns_resolver_options resolver = {
		.servers = e->opt.dns_servers,
		.max_rate = e->opt.dns_rate,
	};
	size_t names = filter_set_names(ruleset_filters(e->rules));
	int rc;

	/* servers that were given are looked at, whatever the rules are */
	if (e->opt.no_dns_queries || (names == 0 && !e->opt.dns_servers))
		return ENGINE_OK;
	rc = dns_resolver_new(e->dns, &resolver, &e->resolver);
	if (rc == -EINVAL && e->opt.dns_servers)
		return engine_fail(e, ENGINE_ERR_OPTION,
				   "'%s' is no list of name servers: ADDRESS[:PORT],...",
				   e->opt.dns_servers);
	if (rc < 0) {
		engine_notice(e, "no name is asked for: %s", strerror(-rc));
		return ENGINE_OK;
	}
	if (names == 0) {
		dns_resolver_free(e->resolver);
		e->resolver = NULL;
		return ENGINE_OK;
	}
	want_names(e);
	rc = dns_resolver_process(e->resolver, now_boot_ns());
	if (rc < 0)
		engine_notice(e, "asking for names: %s", strerror(-rc));
	return ENGINE_OK;
}

void engine_names_changed(struct engine *e)
{
	if (!e->resolver) {
		start_resolver(e);
		return;
	}
	dns_resolver_wants_begin(e->resolver);
	want_names(e);
	dns_resolver_wants_end(e->resolver);
	/* what is new is asked for */
	dns_resolver_process(e->resolver, now_boot_ns());
}

enum engine_status engine_start_names(struct engine *e)
{
	struct dns_hosts_options hosts = { .path = e->opt.hosts_path };
	uint64_t now = now_boot_ns();
	int rc;

	e->dns = dns_table_new(NULL);
	if (!e->dns)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (keep_start(e) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (!e->opt.capture_file)
		live_start(e);
	/* connections that were there before us keep the names that come back */
	if (e->keep)
		job_start(&e->peers_job, peers_job, &e->peers);
	rc = dns_hosts_new(e->dns, &hosts, now, &e->hosts);
	if (rc < 0)
		engine_notice(e, "%s gives no names: %s",
			      hosts.path ? hosts.path : "/etc/hosts", strerror(-rc));
	return start_resolver(e);
}

bool engine_names_pending(const struct engine *e)
{
	if (e->replays_own)
		return e->opt.dns_wait_ms && hold_is_pending(e->hold, (struct slice){ "", 0 });
	return e->resolver && e->opt.dns_wait_ms && dns_resolver_any_pending(e->resolver);
}

void engine_use_names(struct engine *e, const struct event *ev)
{
	struct endpoint peer;

	if (ev->foreign || !event_sock(ev))
		return;
	peer = event_remote(ev);
	if (peer.ip.family)
		dns_table_use(e->dns, &peer.ip, ev->rec->time_ns);
}

/* Told once: alerts that wait for answers are given their chance, but not for ever. */
static void tell_slow_names(struct engine *e)
{
	struct dns_resolver_stats st;

	e->slow_names_ns = UINT64_MAX;
	dns_resolver_get_stats(e->resolver, &st);
	if (st.pending)
		engine_notice(e, "%zu of %zu domain names have no answer yet: "
			      "connections to them may raise alerts",
			      st.pending, st.names);
}

/*
 * Before names go whose addresses were used: who is still connected? Two rounds ahead, so that the
 * answer is there in time.
 */
static void look_at_peers(struct engine *e, uint64_t now)
{
	if (dns_table_wants_uses(e->dns, now + 2 * EXPIRE_NS))
		job_start(&e->peers_job, peers_job, &e->peers);
}

static void use_peers(struct engine *e, uint64_t now)
{
	if (!job_reap(&e->peers_job))
		return;
	e->peer_looks++;
	for (size_t i = 0; i < e->peers.count; i++) {
		if (dns_table_use(e->dns, &e->peers.addrs[i], now))
			record_use(e, &e->peers.addrs[i], now);
	}
	net_peers_release(&e->peers);
}

void engine_tend_names(struct engine *e)
{
	uint64_t now = now_boot_ns();

	if (now >= e->next_expire_ns) {
		look_at_peers(e, now);
		dns_table_expire(e->dns, now);
		e->next_expire_ns = now + EXPIRE_NS;
	}
	use_peers(e, now);
	keep_tend(e, now);
	if (!e->resolver)
		return;
	if (dns_resolver_next_timeout_ns(e->resolver, now) <= now)
		dns_resolver_process(e->resolver, now);
	if (now >= e->slow_names_ns || !dns_resolver_any_pending(e->resolver))
		tell_slow_names(e);
}

uint64_t engine_names_due_ns(const struct engine *e, uint64_t now_ns)
{
	uint64_t due = e->slow_names_ns;

	if (e->peers_job.is_running && now_ns + PEERS_POLL_NS < due)
		due = now_ns + PEERS_POLL_NS;
	if (e->next_expire_ns < due && dns_table_is_used(e->dns))
		due = e->next_expire_ns;
	if (keep_due_ns(e->keep) < due)
		due = keep_due_ns(e->keep);
	if (e->resolver && dns_resolver_next_timeout_ns(e->resolver, now_ns) < due)
		due = dns_resolver_next_timeout_ns(e->resolver, now_ns);
	return due;
}
