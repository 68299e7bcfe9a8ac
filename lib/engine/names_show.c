// SPDX-License-Identifier: Apache-2.0
/*
 * names_show.c - the DNS table that a running falcoc keeps on disk, shown and explained
 */
#include "engine/core.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dns/idn.h"
#include "dns/name.h"
#include "dns/saved.h"
#include "engine/live.h"
#include "engine/names_show.h"
#include "engine/text.h"
#include "output/text.h"

/* More than any running falcoc has, so that all of the file is shown. */
static const struct dns_table_limits show_limits = {
	.max_links = 4u << 20, .max_name_bytes = 1u << 30, .max_names_per_addr = 65536,
	.max_addrs_per_name = 65536, .max_askers = 1u << 20, .max_askers_per_addr = 1024,
	.ttl_floor_s = 60,
};

enum engine_status names_view_open(struct engine *e, bool must, struct names_view *view)
{
	struct dns_hosts_options hosts = { .path = e->opt.hosts_path };
	struct dns_hosts *watch;
	const char *path = e->opt.dns_state;
	int rc;

	*view = (struct names_view){ .engine = e };
	dns_clock_now(&view->now);
	view->table = dns_table_new(&show_limits);
	if (!view->table)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	rc = path && *path ? live_read(view->table, path, &view->now, &view->saved) : -ENOENT;
	view->is_live = rc == 0;
	if (rc < 0)	/* as of the last writing */
		rc = path && *path ? dns_saved_read(view->table, path, &view->now, &view->saved) :
				     -ENOENT;
	view->has_file = rc == 0;
	if (rc < 0 && (must || rc != -ENOENT)) {
		names_view_close(view);
		if (!path || !*path)
			return engine_fail(e, ENGINE_ERR_RUNTIME, "the configuration keeps no names "
					   "(dns.state_file)");
		return engine_fail(e, ENGINE_ERR_RUNTIME, "%s: %s%s", path,
				   rc == -EBADMSG ? "damaged" :
				   rc == -EPROTO ? "of another version" :
				   rc == -EPERM ? "others than its owner may write it, or it is neither "
						  "root's nor yours" :
				   rc == -EINVAL ? "no regular file" :
				   rc == -ELOOP ? "a symbolic link, which is not followed" :
				   strerror(-rc),
				   rc == -ENOENT ? " (falcoc writes it when it starts, ends, and every five "
						   "minutes)" : "");
	}
	/* what the running one has from there is the same */
	if (dns_hosts_new(view->table, &hosts, view->now.boot_ns, &watch) == 0)
		dns_hosts_free(watch);
	return ENGINE_OK;
}

void names_view_close(struct names_view *view)
{
	dns_table_free(view->table);
	view->table = NULL;
}

/* Links, collected to be sorted. */
struct links {
	struct dns_link_info *items;
	size_t n, room;
};

static int collect(const struct dns_link_info *info, void *arg)
{
	struct links *l = arg;

	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 256;
		struct dns_link_info *items = reallocarray(l->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		l->items = items;
		l->room = room;
	}
	l->items[l->n++] = *info;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct dns_link_info *x = a, *y = b;
	int order = ip_addr_compare(&x->addr, &y->addr);

	if (order == 0)
		order = x->is_alias - y->is_alias;
	return order ? order : strcmp(x->name, y->name);
}

static void add_sources(struct buf *out, unsigned int sources)
{
	const char *comma = "";

	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if (!(sources & (1u << i)))
			continue;
		buf_printf(out, "%s%s", comma, dns_source_name((enum dns_source)i));
		comma = ",";
	}
}

/* "42s", "5m10s", "3h20m", "4d3h". */
static const char *duration(uint64_t ns, char *room, size_t size)
{
	uint64_t s = ns / NS_PER_S;

	if (s < 60)
		snprintf(room, size, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(room, size, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(room, size, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(room, size, "%" PRIu64 "d%02" PRIu64 "h", s / 86400, s / 3600 % 24);
	return room;
}

static const char *since(const struct names_view *v, uint64_t ns, char *room, size_t size)
{
	return duration(v->now.boot_ns > ns ? v->now.boot_ns - ns : 0, room, size);
}

static const char *left(const struct names_view *v, const struct dns_link_info *l, char *room,
			size_t size)
{
	uint64_t until = l->expiry_ns > l->held_ns ? l->expiry_ns : l->held_ns;

	if (until == UINT64_MAX)
		return "-";
	return duration(until > v->now.boot_ns ? until - v->now.boot_ns : 0, room, size);
}

static const char *ttl(const struct dns_link_info *l, char *room, size_t size)
{
	if (l->ttl_s == DNS_TTL_FOREVER)
		return "-";
	snprintf(room, size, "%u", l->ttl_s);
	return room;
}

static void row(const struct names_view *v, const struct dns_link_info *l, bool same_addr,
		struct buf *out)
{
	char addr[IP_ADDR_TEXT_SIZE] = "", told[32], lives[32], number[16];
	struct buf sources = BUF_INIT;

	if (!same_addr)
		ip_addr_format(&l->addr, addr, sizeof(addr));
	add_sources(&sources, l->sources);
	buf_printf(out, "%-24s %-40s %-20s %8s %8s %6s%s\n", addr, l->name, buf_str(&sources),
		   since(v, l->last_seen_ns, told, sizeof(told)), left(v, l, lives, sizeof(lives)),
		   ttl(l, number, sizeof(number)), l->is_alias ? "  alias" : "");
	buf_release(&sources);
}

/* The servers whose answers the links are from. */
static void servers_text(const struct links *l, struct buf *out)
{
	struct ip_addr seen[16];
	char text[IP_ADDR_TEXT_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < l->n && n < 16; i++) {
		const struct dns_origin *o = l->items[i].origin;
		size_t at = 0;

		if (!o || !ip_addr_len(&o->server))
			continue;
		while (at < n && !ip_addr_equal(&seen[at], &o->server))
			at++;
		if (at == n)
			seen[n++] = o->server;
	}
	buf_add_str(out, "name servers whose answers were observed: ");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? ", " : "",
			   ip_addr_format(&seen[i], text, sizeof(text)));
	buf_add_str(out, n ? "\n" : "none\n");
}

static char *table_text(const struct names_view *v, const struct links *l)
{
	struct buf out = BUF_INIT;
	char room[32];
	size_t addrs = 0;

	for (size_t i = 0; i < l->n; i++)
		addrs += i == 0 || !ip_addr_equal(&l->items[i].addr, &l->items[i - 1].addr);
	buf_printf(&out, "%-24s %-40s %-20s %8s %8s %6s\n", "ADDRESS", "NAME", "SOURCE", "TOLD", "LIVES",
		   "TTL");
	for (size_t i = 0; i < l->n; i++)
		row(v, &l->items[i],
		    i && ip_addr_equal(&l->items[i].addr, &l->items[i - 1].addr), &out);
	buf_printf(&out, "%zu names of %zu addresses, ", l->n, addrs);
	if (v->is_live)
		buf_add_str(&out, "told by the falcoc that runs\n");
	else
		buf_printf(&out, "written %s ago\n",
			   duration(v->now.wall_ns > v->saved.saved_wall_ns ?
				    v->now.wall_ns - v->saved.saved_wall_ns : 0, room, sizeof(room)));
	servers_text(l, &out);
	return text_take(&out);
}

static json_t *json_seconds(const struct names_view *v, uint64_t ns)
{
	if (ns == UINT64_MAX)
		return json_null();
	return json_real(((double)ns - (double)v->now.boot_ns) / (double)NS_PER_S);
}

/* Times are seconds from now: told in the past, lives in the future. */
static json_t *link_json(const struct names_view *v, const struct dns_link_info *l)
{
	char addr[IP_ADDR_TEXT_SIZE], server[IP_ADDR_TEXT_SIZE];
	uint64_t until = l->expiry_ns > l->held_ns ? l->expiry_ns : l->held_ns;
	json_t *sources = json_array();
	json_t *o = json_pack("{ss ss sb so}", "address", ip_addr_format(&l->addr, addr, sizeof(addr)),
			      "name", l->name, "alias", (int)l->is_alias, "sources", sources);

	for (int i = 0; i < DNS_SOURCE_COUNT; i++)
		if (l->sources & (1u << i))
			json_array_append_new(sources, json_string(dns_source_name((enum dns_source)i)));
	json_object_set_new(o, "via", l->via ? json_string(l->via) : json_null());
	json_object_set_new(o, "ttl", l->ttl_s == DNS_TTL_FOREVER ? json_null() :
								      json_integer(l->ttl_s));
	json_object_set_new(o, "first_seen_s", json_seconds(v, l->first_seen_ns));
	json_object_set_new(o, "told_s", json_seconds(v, l->last_seen_ns));
	json_object_set_new(o, "lives_s", json_seconds(v, until));
	if (l->origin && ip_addr_len(&l->origin->server))
		json_object_set_new(o, "server", json_string(ip_addr_format(&l->origin->server, server,
									     sizeof(server))));
	if (l->origin && l->origin->pid)
		json_object_set_new(o, "pid", json_integer(l->origin->pid));
	return o;
}

static char *links_json(const struct names_view *v, const struct links *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, link_json(v, &l->items[i]));
	return text_take_json(list);
}

/* The way from a name to the address, along its CNAMEs. */
static void add_way(const struct links *l, const struct dns_link_info *link, struct buf *out)
{
	char addr[IP_ADDR_TEXT_SIZE];

	buf_add_str(out, link->name);
	for (int hops = 0; link->via && hops < DNS_CHAIN_MAX; hops++) {
		const struct dns_link_info *next = NULL;

		for (size_t i = 0; i < l->n && !next; i++)
			if (ip_addr_equal(&l->items[i].addr, &link->addr) &&
			    strcmp(l->items[i].name, link->via) == 0)
				next = &l->items[i];
		buf_printf(out, " -> %s", link->via);
		if (!next)
			break;
		link = next;
	}
	buf_printf(out, " -> %s\n", ip_addr_format(&link->addr, addr, sizeof(addr)));
}

static void explain_link(const struct names_view *v, const struct links *all,
			 const struct dns_link_info *l, struct buf *out)
{
	char first[32], told[32], lives[32], number[16], server[IP_ADDR_TEXT_SIZE];
	char unicode[DNS_UNICODE_SIZE];

	add_way(all, l, out);
	if (dns_idn_to_unicode(l->name, unicode)) {
		buf_add_str(out, "    written ");
		text_escape(slice_of(unicode), out);
		buf_add_char(out, '\n');
	}
	buf_add_str(out, "    ");
	add_sources(out, l->sources);
	buf_printf(out, "; %s; first told %s ago, last %s ago; TTL %s; lives %s\n",
		   l->is_alias ? "only seen as an alias" : "asked for by this name",
		   since(v, l->first_seen_ns, first, sizeof(first)),
		   since(v, l->last_seen_ns, told, sizeof(told)), ttl(l, number, sizeof(number)),
		   l->expiry_ns == UINT64_MAX ? "as long as the hosts file says so" :
						left(v, l, lives, sizeof(lives)));
	if (l->held_ns > l->expiry_ns)
		buf_add_str(out, "    kept past its time by a connection\n");
	if (l->origin && ip_addr_len(&l->origin->server))
		buf_printf(out, "    by name server %s, last to process %u\n",
			   ip_addr_format(&l->origin->server, server, sizeof(server)),
			   l->origin->pid);
}

static char *explain_text(const struct names_view *v, const struct links *all,
			  const struct links *some)
{
	struct buf out = BUF_INIT;
	char addr[IP_ADDR_TEXT_SIZE];

	for (size_t i = 0; i < some->n; i++) {
		const struct dns_link_info *l = &some->items[i];
		bool last = i + 1 == some->n || !ip_addr_equal(&l->addr, &some->items[i + 1].addr);

		explain_link(v, all, l, &out);
		if (last && dns_is_ambiguous(v->table, &l->addr, v->now.boot_ns))
			buf_printf(&out, "%s is ambiguous: names of more than one registrable domain "
				   "share it\n", ip_addr_format(&l->addr, addr, sizeof(addr)));
	}
	return text_take(&out);
}

/* The links of the address or name. */
static int select_links(const struct names_view *v, const char *what, struct links *ret_some)
{
	char kept[DNS_NAME_SIZE];
	struct ip_addr addr;

	if (ip_addr_parse(what, &addr) == 0)
		return dns_table_names(v->table, &addr, v->now.boot_ns, collect, ret_some);
	if (dns_idn_to_ascii(what, strlen(what), kept) < 0 &&
	    dns_name_normalize(what, strlen(what), kept, NULL) < 0)
		return -EINVAL;
	return dns_table_addrs(v->table, kept, v->now.boot_ns, collect, ret_some);
}

static enum engine_status explain(struct engine *e, const struct names_view *v, const char *what,
				  enum engine_format format, const struct links *all, char **ret_text)
{
	struct links some = { 0 };
	int rc = select_links(v, what, &some);
	struct ip_addr addr;

	if (rc == -EINVAL || (rc == 0 && some.n == 0)) {
		free(some.items);
		if (rc)
			return engine_fail(e, ENGINE_ERR_OPTION, "'%s' is neither an address nor a name",
					   what);
		return engine_fail(e, ENGINE_ERR_RUNTIME, ip_addr_parse(what, &addr) == 0 ?
				   "'%s' has no name: no answer with it was seen, asked for, or is still "
				   "alive" : "'%s' has no address: no answer for it was seen, asked for, or is "
				   "still alive", what);
	}
	qsort(some.items, some.n, sizeof(*some.items), by_address);
	*ret_text = format == ENGINE_FORMAT_JSON ? links_json(v, &some) : explain_text(v, all, &some);
	free(some.items);
	return ENGINE_OK;
}

enum engine_status engine_dns_show(struct engine *e, const char *what, enum engine_format format,
				   char **ret_text)
{
	struct names_view view;
	struct links all = { 0 };
	char *text = NULL;
	enum engine_status status = names_view_open(e, true, &view);

	if (status != ENGINE_OK)
		return status;
	dns_table_links(view.table, view.now.boot_ns, collect, &all);
	if (all.n)
		qsort(all.items, all.n, sizeof(*all.items), by_address);
	if (what)
		status = explain(e, &view, what, format, &all, &text);
	else
		text = format == ENGINE_FORMAT_JSON ? links_json(&view, &all) : table_text(&view, &all);
	if (status == ENGINE_OK && !text)
		status = engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	free(all.items);
	names_view_close(&view);
	if (status == ENGINE_OK)
		*ret_text = text;
	return status;
}
