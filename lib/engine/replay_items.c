// SPDX-License-Identifier: Apache-2.0
/*
 * replay_items.c - takes the items of falcoc's own captures into the state; see record_items.c
 */
#include "engine/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/record_fields.h"
#include "engine/replay_take.h"
#include "scap/cursor.h"
#include "state/containers.h"

#define LOCALS_MAX	65536

/* A text as a string of the scratch arena; NULL where there is none. */
static const char *take_string(struct engine *e, struct cursor *c)
{
	struct slice s = take_text(c);

	return s.ptr && !c->bad ? arena_slicedup(e->scratch, s) : NULL;
}

static struct ip_addr take_ip(struct cursor *c)
{
	struct ip_addr ip = { 0 };
	uint8_t family = cursor_u8(c);
	struct slice bytes = cursor_bytes(c, sizeof(ip.bytes));

	if (bytes.len < sizeof(ip.bytes))
		return ip;
	/* made anew, so that it is folded whatever the file says */
	if (family == 4)
		ip = ip_addr_from_v4(bytes.ptr);
	else if (family == 6)
		ip = ip_addr_from_v6(bytes.ptr);
	return ip;
}

static int take_machine(struct engine *e, struct cursor *c)
{
	struct slice name = take_text(c);

	if (c->bad || name.len >= sizeof(e->state.hostname))
		return -EBADMSG;
	memcpy(e->state.hostname, name.ptr ? name.ptr : "", name.len);
	e->state.hostname[name.len] = '\0';
	e->state.start_ns = cursor_u64(c);
	e->state.last_event_ns = cursor_u64(c);
	cursor_u64(c);
	e->began_ns = c->left >= 8 ? cursor_u64(c) : 0;
	e->replays_own = true;
	state_set_replay(&e->state);
	if (!e->local)
		e->local = net_local_new_fixed();
	e->state.local = e->local;
	return e->local ? 0 : -ENOMEM;
}

static int take_local(struct engine *e, struct cursor *c)
{
	uint32_t n = cursor_u32(c);
	struct ip_addr *addrs;
	int err;

	if (!e->local || n > LOCALS_MAX || c->left / 17 < n)
		return -EBADMSG;
	addrs = calloc(n ? n : 1, sizeof(*addrs));
	if (!addrs)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		addrs[i] = take_ip(c);
	err = net_local_set(e->local, addrs, n);
	free(addrs);
	return err;
}

static int take_proc(struct engine *e, struct cursor *c)
{
	struct proc p = { 0 };
	bool coarse;

#define TAKE(member, width) p.member = (__typeof__(p.member))cursor_number(c, width);
	RECORD_PROC_NUMBERS(TAKE)
#undef TAKE
	coarse = cursor_u8(c);
#define TAKE(member) p.member = take_text(c);
	RECORD_PROC_TEXTS(TAKE)
#undef TAKE
	if (c->bad || !p.pid)
		return -EBADMSG;
	return state_restore_proc(&e->state, &p, coarse);
}

static int take_listen(struct engine *e, struct cursor *c)
{
	struct net_listen l = { .addr = take_ip(c) };

	l.port = cursor_u16(c);
	l.proto = cursor_u8(c);
	l.netns = cursor_u64(c);
	return c->bad ? -EBADMSG : net_listen_add(e->socks, &l);
}

static int take_sock(struct engine *e, struct cursor *c)
{
	struct net_sock s = { .inode = cursor_u64(c) };

	s.netns = cursor_u64(c);
	s.local = take_ip(c);
	s.remote = take_ip(c);
	s.local_port = cursor_u16(c);
	s.remote_port = cursor_u16(c);
	s.proto = cursor_u8(c);
	s.role = cursor_u8(c);
	if (c->bad || s.role > NET_ROLE_SERVER)
		return -EBADMSG;
	return net_sock_add(e->socks, &s);
}

static int take_role(struct engine *e, struct cursor *c)
{
	uint64_t inode = cursor_u64(c);
	unsigned int role = cursor_u8(c);

	if (c->bad || role > NET_ROLE_SERVER)
		return -EBADMSG;
	net_roles_set(e->roles, inode, role);
	return 0;
}

/* ---- names ---- */

static bool take_origin(struct cursor *c, struct dns_origin *ret_origin)
{
	if (!cursor_u8(c))
		return false;
	ret_origin->pid = cursor_u32(c);
	ret_origin->start_ns = cursor_u64(c);
	ret_origin->netns = cursor_u64(c);
	ret_origin->server = take_ip(c);
	return true;
}

static int take_link(struct engine *e, struct cursor *c)
{
	struct dns_link_info info = { .name = take_string(e, c) };
	struct dns_origin origin;
	uint64_t now_ns;

	info.via = take_string(e, c);
	info.addr = take_ip(c);
	info.is_alias = cursor_u8(c);
	info.sources = cursor_u32(c) & ((1u << DNS_SOURCE_COUNT) - 1);
	info.first_seen_ns = cursor_u64(c);
	info.last_seen_ns = cursor_u64(c);
	for (int i = 0; i < DNS_SOURCE_COUNT; i++)
		info.source_expiry_ns[i] = cursor_u64(c);
	info.ttl_s = cursor_u32(c);
	info.held_ns = cursor_u64(c);
	if (take_origin(c, &origin))
		info.origin = &origin;
	now_ns = cursor_u64(c);
	if (c->bad || !info.name)
		return -EBADMSG;
	if (info.sources & ~(1u << DNS_SOURCE_HOSTS))
		dns_table_restore(e->dns, &info, now_ns);
	/* the hosts file stands in no saved state, so that is told as at the start */
	if (info.sources & 1u << DNS_SOURCE_HOSTS)
		dns_table_add_name(e->dns, info.name, &info.addr, DNS_TTL_FOREVER, DNS_SOURCE_HOSTS,
				   info.first_seen_ns);
	if (info.held_ns > now_ns)
		dns_table_use(e->dns, &info.addr, now_ns);
	return 0;	/* what the table has no room for was pushed out there, too */
}

static int take_added(struct engine *e, struct cursor *c)
{
	const char *chain[DNS_CHAIN_MAX];
	struct dns_origin origin;
	size_t n = cursor_u8(c);
	struct ip_addr addr;
	uint32_t ttl_s;
	unsigned int source;
	uint64_t now_ns;
	bool known;

	if (!n || n > DNS_CHAIN_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		chain[i] = take_string(e, c);
		if (!chain[i])
			return -EBADMSG;
	}
	addr = take_ip(c);
	ttl_s = cursor_u32(c);
	source = cursor_u8(c);
	now_ns = cursor_u64(c);
	known = take_origin(c, &origin);
	if (c->bad || source >= DNS_SOURCE_COUNT)
		return -EBADMSG;
	dns_table_add_from(e->dns, chain, n, &addr, ttl_s, source, known ? &origin : NULL, now_ns);
	return 0;
}

static int take_withdrawn(struct engine *e, struct cursor *c)
{
	unsigned int source = cursor_u8(c);

	if (c->bad || source >= DNS_SOURCE_COUNT)
		return -EBADMSG;
	dns_table_withdraw(e->dns, source);
	return 0;
}

static int take_use(struct engine *e, struct cursor *c)
{
	struct ip_addr addr = take_ip(c);
	uint64_t boot_ns = cursor_u64(c);

	if (c->bad)
		return -EBADMSG;
	dns_table_use(e->dns, &addr, boot_ns);
	return 0;
}

/* ---- containers ---- */

static int take_container(struct engine *e, struct cursor *c)
{
	struct slice json = { (const char *)c->pos, c->left };

	return container_table_tell(e->state.containers, json, e->state.last_event_ns);
}

static const struct {
	unsigned int kind;
	int (*take)(struct engine *e, struct cursor *c);
} takers[] = {
	{ SCAP_ITEM_CONTAINER, take_container },
	{ RECORD_MACHINE, take_machine },
	{ RECORD_LOCAL, take_local },
	{ RECORD_PROC, take_proc },
	{ RECORD_LISTEN, take_listen },
	{ RECORD_SOCK, take_sock },
	{ RECORD_ROLE, take_role },
	{ RECORD_DNS_LINK, take_link },
	{ RECORD_DNS_ADD, take_added },
	{ RECORD_DNS_WITHDRAW, take_withdrawn },
	{ RECORD_DNS_USE, take_use },
	{ RECORD_DNS_FATES, replay_take_fates },
	{ RECORD_PENDING, replay_take_pending },
	{ RECORD_ANSWERED, replay_take_answered },
	{ RECORD_REJUDGED, replay_take_rejudged },
	{ RECORD_CONTAINER, replay_take_container },
	{ RECORD_GUEST, replay_take_guest },
	{ RECORD_USERS, replay_take_users },
	{ RECORD_FILE, replay_take_file },
};

int record_take_item(struct engine *e, const struct event_item *item)
{
	struct cursor c = cursor_of(item->bytes);
	int err = 0;

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (takers[i].kind == item->kind)
			err = takers[i].take(e, &c);
	arena_clear(e->scratch);
	return err;	/* of a later kind nothing is known: it is left out */
}
