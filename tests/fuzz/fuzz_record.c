// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a record: decoded, all its parameters as text, taken into the state, and every
 * field of every class extracted and printed.
 *
 * The first byte chooses: 0, the rest is the record as it is; else the rest says which
 * attributes a well-formed record has, so that the fuzzer need not find lengths and NULs
 * by itself to get past the decoder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Its table of attributes tells what a well-formed one looks like. */
#include "../../lib/event/decode.c"

#include "filter/field.h"
#include "state/state.h"

#define REFS_MAX	1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct field_ref refs[REFS_MAX];
static size_t nrefs;
static struct state st;
static struct dns_table *dns;
static struct arena *scratch, *kept;	/* values of one record; what refs point to */

static void add_ref(const struct field_def *def, const char *arg)
{
	char text[128];
	const char *why;

	snprintf(text, sizeof(text), arg ? "%s[%s]" : "%s", def->name, arg);
	if (nrefs < REFS_MAX &&
	    field_resolve(slice_of(text), kept, &refs[nrefs], &why) == FIELD_OK)
		nrefs++;
}

/* Once: every field, with such arguments as it takes; a state whose /proc has no processes. */
static void init(void)
{
	static const char *const args[] = { NULL, "0", "1", "2", "fd", "flags", "name", "tuple",
					    "uid", "args", "sig", "HOME", "openat", "src", "dst" };
	struct ip_addr ip;

	kept = arena_new(0);
	for (size_t c = 0; field_class(c); c++) {
		for (size_t i = 0; i < field_class(c)->nfields; i++) {
			for (size_t a = 0; a < sizeof(args) / sizeof(args[0]); a++)
				add_ref(&field_class(c)->fields[i], args[a]);
		}
	}
	scratch = arena_new(64 << 20);
	dns = dns_table_new(NULL);
	if (state_init(&st, &(struct state_options){ .proc_root = "/usr", .max_procs = 128 }) ||
	    ip_addr_parse("1.2.3.4", &ip) || !dns ||
	    dns_table_add_name(dns, "www.example.com", &ip, DNS_TTL_FOREVER, DNS_SOURCE_HOSTS, 0))
		abort();
	st.dns = dns;
}

static uint8_t take(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return 0;
	(*size)--;
	return *(*data)++;
}

/* One attribute made of the next bytes, well-formed for its id. Returns bytes written. */
static size_t build_attr(char *out, const uint8_t **data, size_t *size)
{
	struct falcoc_attr a = { .id = 1 + take(data, size) % (FALCOC_A_COUNT - 1) };
	const struct attr_rule *rule = &attr_rules[a.id];
	size_t want = take(data, size), len;
	char *p = out + sizeof(a);

	if (rule->payload == PAYLOAD_FIXED)
		want = rule->size;
	else if (rule->payload == PAYLOAD_BYTES && want > rule->size)
		want = rule->size;
	else if (want == 0)
		want = 1;
	if (a.id == FALCOC_A_OUT)	/* whole numbers */
		want = (want + 7) & ~(size_t)7;
	len = want < *size ? want : *size;
	memset(p, 0, want + FALCOC_ALIGN);
	if (len)
		memcpy(p, *data, len);
	*data += len;
	*size -= len;
	for (size_t i = 0; rule->payload == PAYLOAD_STRING && i < want; i++)
		p[i] = p[i] ? p[i] : '/';
	if (rule->payload == PAYLOAD_STRING || rule->payload == PAYLOAD_STRINGS)
		p[want - 1] = '\0';
	if (a.id == FALCOC_A_FD || a.id == FALCOC_A_FD2)
		((struct falcoc_fd *)p)->kind %= FALCOC_FD_PIDFD + 1;
	a.len = (uint32_t)want;
	memcpy(out, &a, sizeof(a));
	return sizeof(a) + ((want + FALCOC_ALIGN - 1) & ~(size_t)(FALCOC_ALIGN - 1));
}

static size_t build(char *out, size_t room, const uint8_t *data, size_t size)
{
	struct falcoc_rec *rec = (struct falcoc_rec *)out;
	size_t len = sizeof(*rec), n = size < len ? size : len;
	bool seen[FALCOC_A_COUNT] = { false };

	memset(out, 0, len);
	if (n)
		memcpy(out, data, n);
	data += n;
	size -= n;
	rec->event %= FALCOC_E_COUNT;
	rec->comm[FALCOC_COMM_LEN - 1] = '\0';
	rec->nattrs = 0;
	while (size && len + 512 < room) {
		uint8_t id = 1 + *data % (FALCOC_A_COUNT - 1);
		size_t step = build_attr(out + len, &data, &size);

		if (seen[id])
			continue;
		seen[id] = true;
		len += step;
		rec->nattrs++;
	}
	rec->len = (uint32_t)len;
	return len;
}

static void look_at(struct event *ev)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct eval_ctx ctx = { .ev = ev, .state = &st, .scratch = scratch };
	struct slice text;
	struct value v;

	for (unsigned int i = 0; i <= def->nparams; i++) {
		event_param(ev, i, scratch, &v);
		event_param_text(ev, i, scratch, &text);
		event_param_raw_text(ev, i, scratch, &text);
	}
	ctx.proc = state_apply(&st, ev);
	for (size_t i = 0; i < nrefs; i++) {
		if (field_extract(&ctx, &refs[i], &v))
			field_format(&ctx, &refs[i], &v);
		if (field_extract_shown(&ctx, &refs[i], &v))
			field_format(&ctx, &refs[i], &v);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t room[FALCOC_REC_MAX / 8];
	struct event ev = { .num = 1, .ts_ns = 1700000000000000000ull };
	char *bytes = (char *)room;
	size_t len;

	if (nrefs == 0)
		init();
	if (size == 0)
		return 0;
	if (data[0]) {
		len = build(bytes, sizeof(room), data + 1, size - 1);
	} else {
		len = size - 1 < sizeof(room) ? size - 1 : sizeof(room);
		memcpy(bytes, data + 1, len);
	}
	if (event_decode(&ev, bytes, len) == 0)
		look_at(&ev);
	else if (data[0])
		abort();	/* what is well-formed must be taken */
	arena_clear(scratch);
	return 0;
}
