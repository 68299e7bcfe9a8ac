// SPDX-License-Identifier: Apache-2.0
/*
 * record_items.c - what the live falcoc knows and no record tells, as items of a capture
 *
 * Numbers are little-endian; texts and lists have their length before them. record_take_item() of
 * replay_items.c is the other side: what is appended here is read there, in the same order.
 */
#include "engine/record.h"

#include <string.h>
#include <time.h>

#include "engine/core.h"
#include "engine/record_fields.h"
#include "engine/record_put.h"
#include "scap/write.h"

uint64_t record_wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void put_ip(struct buf *b, const struct ip_addr *ip)
{
	put_number(b, ip->family, 1);
	buf_add(b, ip->bytes, sizeof(ip->bytes));
}

void record_put_item(struct buf *out, enum record_item kind, struct buf *bytes)
{
	scap_put_item(out, record_wall_ns(), 0, kind, buf_slice(bytes));
	out->truncated |= bytes->truncated;
	buf_release(bytes);
}

void record_put_proc(struct buf *out, const struct proc *p, bool coarse)
{
	struct buf b = BUF_INIT;

#define PUT(member, width) put_number(&b, (uint64_t)p->member, width);
	RECORD_PROC_NUMBERS(PUT)
#undef PUT
	put_number(&b, coarse, 1);
#define PUT(member) put_text(&b, p->member);
	RECORD_PROC_TEXTS(PUT)
#undef PUT
	scap_put_item(out, record_wall_ns(), p->pid, RECORD_PROC, buf_slice(&b));
	out->truncated |= b.truncated;
	buf_release(&b);
}

static void put_proc(void *arg, const struct proc *p, bool coarse)
{
	record_put_proc(arg, p, coarse);
}

static void put_machine(const struct engine *e, struct buf *out)
{
	struct buf b = BUF_INIT;

	put_text(&b, slice_of(e->state.hostname));
	put_u64(&b, e->state.start_ns);
	put_u64(&b, e->state.last_event_ns);
	put_u64(&b, e->events);
	put_u64(&b, e->began_ns);
	record_put_item(out, RECORD_MACHINE, &b);
}

void record_put_local(struct engine *e, struct buf *out)
{
	const struct ip_addr *addrs;
	struct buf b = BUF_INIT;
	size_t n;

	addrs = net_local_addrs(e->local, &n);
	put_u32(&b, n);
	for (size_t i = 0; i < n; i++)
		put_ip(&b, &addrs[i]);
	record_put_item(out, RECORD_LOCAL, &b);
}

static void put_listen(const struct net_listen *l, void *arg)
{
	struct buf b = BUF_INIT;

	put_ip(&b, &l->addr);
	put_u16(&b, l->port);
	put_number(&b, l->proto, 1);
	put_u64(&b, l->netns);
	record_put_item(arg, RECORD_LISTEN, &b);
}

static void put_sock(const struct net_sock *s, void *arg)
{
	struct buf b = BUF_INIT;

	put_u64(&b, s->inode);
	put_u64(&b, s->netns);
	put_ip(&b, &s->local);
	put_ip(&b, &s->remote);
	put_u16(&b, s->local_port);
	put_u16(&b, s->remote_port);
	put_number(&b, s->proto, 1);
	put_number(&b, s->role, 1);
	record_put_item(arg, RECORD_SOCK, &b);
}

static void put_role(uint64_t inode, enum net_role role, void *arg)
{
	struct buf b = BUF_INIT;

	put_u64(&b, inode);
	put_number(&b, role, 1);
	record_put_item(arg, RECORD_ROLE, &b);
}

/* ---- names ---- */

static void put_origin(struct buf *b, const struct dns_origin *o)
{
	put_number(b, o != NULL, 1);
	if (!o)
		return;
	put_u32(b, o->pid);
	put_u64(b, o->start_ns);
	put_u64(b, o->netns);
	put_ip(b, &o->server);
}

static int put_link(const struct dns_link_info *info, void *arg)
{
	struct buf b = BUF_INIT;

	put_text(&b, slice_of(info->name));
	put_text(&b, info->via ? slice_of(info->via) : (struct slice){ NULL, 0 });
	put_ip(&b, &info->addr);
	put_number(&b, info->is_alias, 1);
	put_u32(&b, info->sources);
	put_u64(&b, info->first_seen_ns);
	put_u64(&b, info->last_seen_ns);
	for (int i = 0; i < DNS_SOURCE_COUNT; i++)
		put_u64(&b, info->source_expiry_ns[i]);
	put_u32(&b, info->ttl_s);
	put_u64(&b, info->held_ns);
	put_origin(&b, info->origin);
	put_u64(&b, now_boot_ns());
	record_put_item(arg, RECORD_DNS_LINK, &b);
	return 0;
}

static void put_added(void *arg, const char *const *chain, size_t chain_len,
		      const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		      const struct dns_origin *origin, uint64_t now_ns)
{
	struct buf b = BUF_INIT;

	put_number(&b, chain_len, 1);
	for (size_t i = 0; i < chain_len; i++)
		put_text(&b, slice_of(chain[i]));
	put_ip(&b, addr);
	put_u32(&b, ttl_s);
	put_number(&b, source, 1);
	put_u64(&b, now_ns);
	put_origin(&b, origin);
	record_put_item(arg, RECORD_DNS_ADD, &b);
}

static void put_withdrawn(void *arg, enum dns_source source)
{
	struct buf b = BUF_INIT;

	put_number(&b, source, 1);
	record_put_item(arg, RECORD_DNS_WITHDRAW, &b);
}

void record_put_use(struct buf *out, const struct ip_addr *addr, uint64_t boot_ns)
{
	struct buf b = BUF_INIT;

	put_ip(&b, addr);
	put_u64(&b, boot_ns);
	record_put_item(out, RECORD_DNS_USE, &b);
}

void record_watch_names(struct engine *e, struct buf *out)
{
	const struct dns_table_watch watch = {
		.add = put_added, .withdraw = put_withdrawn, .arg = out,
	};

	if (e->dns)
		dns_table_set_watch(e->dns, out ? &watch : NULL);
}

void record_snapshot(struct engine *e, struct buf *out)
{
	put_machine(e, out);
	record_put_local(e, out);
	if (e->socks)
		net_socks_each(e->socks, put_listen, put_sock, out);
	if (e->roles)
		net_roles_each(e->roles, put_role, out);
	/* containers before their processes */
	record_put_more(e, out);
	if (state_each_proc(&e->state, put_proc, out) < 0)
		out->truncated = true;
	if (e->dns)
		dns_table_links_by_age(e->dns, now_boot_ns(), put_link, out);
}
