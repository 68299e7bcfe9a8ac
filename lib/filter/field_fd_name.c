// SPDX-License-Identifier: Apache-2.0
/*
 * Domain names of the two sides of an event's socket, out of the DNS table.
 *
 * A name that has xn-- labels is a candidate in both its forms, so that patterns may be written in
 * Unicode. Whole names in rules have been brought to the form that DNS carries.
 */
#include <string.h>

#include "dns/idn.h"
#include "filter/field_fd.h"

/* The table, and the address of that side. False: no table, or no such side. */
static bool look_at(const struct eval_ctx *ctx, const struct field_ref *ref,
		    const struct dns_table **ret_dns, struct endpoint *ret_end)
{
	*ret_dns = ctx->state->dns;
	return fd_side_end(ctx, (enum fd_side)ref->def->priv, ret_end);
}

/* Names, collected. */
struct names {
	const struct eval_ctx *ctx;
	const struct field_ref *ref;
	struct value *items;
	size_t n, max;
	bool both_forms;
};

static int count_name(const struct dns_link_info *info, void *arg)
{
	struct names *names = arg;

	(void)info;
	names->max += names->both_forms ? 2 : 1;
	return 0;
}

static void add_unicode(struct names *names, const char *name)
{
	char unicode[DNS_UNICODE_SIZE];

	if (names->n < names->max && dns_idn_to_unicode(name, unicode))
		names->n += set_cstr(names->ref, arena_strdup(names->ctx->scratch, unicode),
				     &names->items[names->n]);
}

static int take_name(const struct dns_link_info *info, void *arg)
{
	struct names *names = arg;

	if (names->n < names->max)
		set_str(names->ref, slice_of(info->name), &names->items[names->n++]);
	if (names->both_forms)
		add_unicode(names, info->name);
	return 0;
}

/* Walks the names that the field is about. */
typedef void (*walk_fn)(const struct eval_ctx *ctx, const struct dns_table *dns,
			const struct ip_addr *addr, dns_link_fn fn, void *arg);

static void walk_all(const struct eval_ctx *ctx, const struct dns_table *dns,
		     const struct ip_addr *addr, dns_link_fn fn, void *arg)
{
	dns_table_names(dns, addr, ctx->ev->rec->time_ns, fn, arg);
}

static void walk_asked(const struct eval_ctx *ctx, const struct dns_table *dns,
		       const struct ip_addr *addr, dns_link_fn fn, void *arg)
{
	const struct falcoc_rec *rec = ctx->ev->rec;

	dns_table_asked(dns, addr, rec->pid, rec->start_ns, rec->time_ns, fn, arg);
}

/* An address without a known name has the empty list: so != may be true of it. */
static bool take_names(const struct eval_ctx *ctx, const struct field_ref *ref, walk_fn walk,
		       struct value *ret_value)
{
	struct names names = { .ctx = ctx, .ref = ref,
			       .both_forms = ref->def->flags & FIELD_F_EITHER };
	const struct dns_table *dns;
	struct endpoint e;

	if (!look_at(ctx, ref, &dns, &e))
		return false;
	if (dns)
		walk(ctx, dns, &e.ip, count_name, &names);
	if (names.max == 0)
		return set_list(ref, NULL, 0, ret_value);
	names.items = arena_alloc(ctx->scratch, names.max * sizeof(*names.items));
	if (!names.items)
		return false;
	walk(ctx, dns, &e.ip, take_name, &names);
	return set_list(ref, names.items, names.n, ret_value);
}

FD_EXTRACTOR(extract_fd_domain)
{
	return take_names(ctx, ref, walk_all, ret_value);
}

FD_EXTRACTOR(extract_fd_domain_asked)
{
	return take_names(ctx, ref, walk_asked, ret_value);
}

FD_EXTRACTOR(extract_fd_domain_shown)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	const struct dns_table *dns;
	struct endpoint e;

	if (!look_at(ctx, ref, &dns, &e) || !dns)
		return false;
	return set_cstr(ref, dns_table_best_name_for(dns, &e.ip, rec->pid, rec->start_ns,
						     rec->time_ns), ret_value);
}

static int take_first(const struct dns_link_info *info, void *arg)
{
	*(const char **)arg = info->name;
	return 1;
}

FD_EXTRACTOR(extract_fd_domain_asked_shown)
{
	const struct dns_table *dns;
	const char *name = NULL;
	struct endpoint e;

	if (!look_at(ctx, ref, &dns, &e) || !dns)
		return false;
	walk_asked(ctx, dns, &e.ip, take_first, &name);
	return set_cstr(ref, name, ret_value);
}

/* Which sources vouch for the name that is shown. */
struct sources {
	const char *name;
	unsigned int bits;
};

static int take_sources(const struct dns_link_info *info, void *arg)
{
	struct sources *sources = arg;

	if (strcmp(info->name, sources->name) != 0)
		return 0;
	sources->bits = info->sources;
	return 1;
}

FD_EXTRACTOR(extract_fd_domain_source)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	struct sources sources = { .bits = 0 };
	const struct dns_table *dns;
	struct endpoint e;

	if (!look_at(ctx, ref, &dns, &e) || !dns)
		return false;
	sources.name = dns_table_best_name_for(dns, &e.ip, rec->pid, rec->start_ns, rec->time_ns);
	if (!sources.name)
		return false;
	dns_table_names(dns, &e.ip, rec->time_ns, take_sources, &sources);
	if (!sources.bits)
		return false;
	return set_cstr(ref, dns_source_name((enum dns_source)__builtin_ctz(sources.bits)), ret_value);
}

FD_EXTRACTOR(extract_fd_domain_ambiguous)
{
	const struct dns_table *dns;
	struct endpoint e;

	if (!look_at(ctx, ref, &dns, &e))
		return false;
	return set_bool(ref, dns && dns_is_ambiguous(dns, &e.ip, ctx->ev->rec->time_ns), ret_value);
}
