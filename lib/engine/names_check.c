// SPDX-License-Identifier: Apache-2.0
/*
 * names_check.c - the names that rules mention: what they resolve to now, and with whom they share
 *
 * Who shares is told by what is asked here and by what the file of a running falcoc has observed.
 */
#include "engine/core.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "dns/idn.h"
#include "dns/name.h"
#include "engine/names_show.h"
#include "engine/text.h"

#define CHECK_NS	(20 * NS_PER_S)	/* for all answers at most, once all is asked */
#define SHARED_MAX	16		/* so many who share an address are told */

/* One name of the rules. */
struct checked {
	char *name;
	enum dns_name_kind kind;
	bool is_pending;	/* no answer came in time */
	size_t addrs, ambiguous;
};

/* Asks, and waits until all is answered or time is over. */
static enum engine_status ask(struct engine *e, struct names_view *v, struct checked *names,
			      size_t n)
{
	struct dns_resolver_options opt = { .servers = e->opt.dns_servers,
					    .max_rate = e->opt.dns_rate };
	/* two questions a name, which have their rate */
	uint64_t asking_ns = 2 * n * NS_PER_S / (opt.max_rate ? opt.max_rate : ENGINE_DNS_RATE);
	uint64_t end = now_boot_ns() + CHECK_NS + asking_ns, now;
	struct dns_resolver *r;
	int rc;

	if (e->opt.no_dns_queries)
		return ENGINE_OK;
	rc = dns_resolver_new(v->table, &opt, &r);
	if (rc < 0)
		return engine_fail(e, rc == -EINVAL ? ENGINE_ERR_OPTION : ENGINE_ERR_RUNTIME,
				   "cannot ask name servers: %s", strerror(-rc));
	for (size_t i = 0; i < n; i++)
		if (names[i].kind == DNS_NAME_DOMAIN)
			dns_resolver_want(r, names[i].name);
	for (now = now_boot_ns(); dns_resolver_any_pending(r) && now < end; now = now_boot_ns()) {
		uint64_t due = dns_resolver_next_timeout_ns(r, now);
		struct pollfd p = { .fd = dns_resolver_fd(r), .events = POLLIN };

		if (due > end)
			due = end;
		poll(&p, 1, due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1);
		dns_resolver_process(r, now_boot_ns());
	}
	for (size_t i = 0; i < n; i++)
		names[i].is_pending = dns_resolver_pending(r, names[i].name);
	dns_resolver_free(r);
	v->now.boot_ns = now_boot_ns();
	return ENGINE_OK;
}

/* Writes down what is known of one name, in either form. */
struct telling {
	const struct names_view *view;
	struct checked *name;
	struct buf *out;	/* NULL: JSON */
	json_t *addrs;		/* of the name */
	json_t *shared;		/* of the address at hand */
	size_t others;
};

static int tell_other(const struct dns_link_info *info, void *arg)
{
	struct telling *t = arg;

	if (strcmp(info->name, t->name->name) == 0)
		return 0;
	if (t->others >= SHARED_MAX)
		;	/* counted */
	else if (t->out)
		buf_printf(t->out, "%s%s", t->others ? ", " : "    shared with ", info->name);
	else
		json_array_append_new(t->shared, json_string(info->name));
	t->others++;
	return 0;
}

static int tell_addr(const struct dns_link_info *info, void *arg)
{
	struct telling *t = arg;
	bool ambiguous = dns_is_ambiguous(t->view->table, &info->addr, t->view->now.boot_ns);
	char addr[IP_ADDR_TEXT_SIZE];

	t->name->addrs++;
	t->name->ambiguous += ambiguous;
	t->others = 0;
	ip_addr_format(&info->addr, addr, sizeof(addr));
	if (t->out)
		buf_printf(t->out, "  %s%s\n", addr, ambiguous ? "  ambiguous" : "");
	else
		t->shared = json_array();
	dns_table_names(t->view->table, &info->addr, t->view->now.boot_ns, tell_other, t);
	if (t->out && t->others > SHARED_MAX)
		buf_printf(t->out, " and %zu more", t->others - SHARED_MAX);
	if (t->out && t->others)
		buf_add_char(t->out, '\n');
	if (!t->out)
		json_array_append_new(t->addrs, json_pack("{ss sb so sI}", "address", addr, "ambiguous",
							  (int)ambiguous, "shared_with", t->shared,
							  "others", (json_int_t)t->others));
	return 0;
}

static const char *verdict(const struct engine *e, const struct checked *c)
{
	if (c->kind == DNS_NAME_INVALID)
		return "never matches: no host name; for patterns use glob or endswith";
	if (c->kind == DNS_NAME_ADDRESS)
		return "never matches: an address; compare fd.sip with it";
	if (c->addrs)
		return c->ambiguous ? "shares addresses with other domains" : "ok";
	if (c->kind == DNS_NAME_LOCAL)
		return "not asked for: only the hosts file can have it, and has not";
	if (e->opt.no_dns_queries)
		return "not asked for: dns.queries is off";
	return c->is_pending ? "no answer in time" : "no addresses: no such name, or no answer";
}

static void check_text(const struct names_view *v, struct checked *c, struct buf *out)
{
	struct buf addrs = BUF_INIT;
	struct telling t = { .view = v, .name = c, .out = &addrs };

	dns_table_addrs(v->table, c->name, v->now.boot_ns, tell_addr, &t);
	buf_printf(out, "%s: %s\n%s", c->name, verdict(v->engine, c), buf_str(&addrs));
	buf_release(&addrs);
}

static json_t *check_json(const struct names_view *v, struct checked *c)
{
	struct telling t = { .view = v, .name = c, .addrs = json_array() };

	dns_table_addrs(v->table, c->name, v->now.boot_ns, tell_addr, &t);
	return json_pack("{ss ss sb so}", "name", c->name, "verdict", verdict(v->engine, c), "ok",
			 (int)(c->addrs && !c->ambiguous), "addresses", t.addrs);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct checked *)a)->name, ((const struct checked *)b)->name);
}

static void names_free(struct checked *names, size_t n)
{
	for (size_t i = 0; names && i < n; i++)
		free(names[i].name);
	free(names);
}

/* NULL: no memory. */
static struct checked *names_take(const struct filter_set *fs)
{
	size_t n = filter_set_names(fs);
	struct checked *names = calloc(n + 1, sizeof(*names));

	for (size_t i = 0; names && i < n; i++) {
		struct slice name = filter_set_name(fs, i);

		names[i].name = strndup(name.ptr, name.len);
		if (!names[i].name) {
			names_free(names, i);
			return NULL;
		}
		names[i].kind = dns_name_classify(names[i].name);
	}
	if (names && n)
		qsort(names, n, sizeof(*names), by_name);
	return names;
}

static char *tell_all(const struct names_view *v, struct checked *names, size_t n,
		      enum engine_format format)
{
	json_t *list = format == ENGINE_FORMAT_JSON ? json_array() : NULL;
	struct buf out = BUF_INIT;
	size_t good = 0, ambiguous = 0;

	for (size_t i = 0; i < n; i++) {
		if (list)
			json_array_append_new(list, check_json(v, &names[i]));
		else
			check_text(v, &names[i], &out);
		good += names[i].addrs != 0;
		ambiguous += names[i].ambiguous != 0;
	}
	if (list)
		return text_take_json(list);
	buf_printf(&out, "%zu names: %zu have addresses, %zu share some with other domains\n", n, good,
		   ambiguous);
	return text_take(&out);
}

enum engine_status engine_dns_check(struct engine *e, enum engine_format format, char **ret_text)
{
	const struct filter_set *fs = ruleset_filters(e->rules);
	struct names_view view;
	struct checked *names;
	enum engine_status status = names_view_open(e, false, &view);
	char *text = NULL;

	if (status != ENGINE_OK)
		return status;
	names = names_take(fs);
	if (!names)
		status = engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	else
		status = ask(e, &view, names, filter_set_names(fs));
	if (status == ENGINE_OK) {
		text = tell_all(&view, names, filter_set_names(fs), format);
		if (!text)
			status = engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	}
	names_free(names, filter_set_names(fs));
	names_view_close(&view);
	if (status == ENGINE_OK)
		*ret_text = text;
	return status;
}
