// SPDX-License-Identifier: Apache-2.0
/*
 * Values as text for outputs.
 */
#include <inttypes.h>

#include "filter/field_impl.h"
#include "util/buf.h"

static void add_ip(struct buf *b, const struct ip_addr *ip)
{
	char text[IP_ADDR_TEXT_SIZE];

	buf_add_str(b, ip_addr_format(ip, text, sizeof(text)));
}

static void add_value(struct buf *b, const struct field_ref *ref, const struct value *v,
		      struct arena *scratch)
{
	switch (value_kind(v->type)) {
	case VALUE_KIND_INT:
	case VALUE_KIND_UINT:
		if (ref->def->flags & FIELD_F_HEX)
			buf_printf(b, "%" PRIX64, v->u);
		else if (value_kind(v->type) == VALUE_KIND_INT)
			buf_add_i64(b, v->i);
		else
			buf_add_u64(b, v->u);
		break;
	case VALUE_KIND_DOUBLE:
		buf_printf(b, "%g", v->d);
		break;
	case VALUE_KIND_BOOL:
		buf_add_str(b, v->b ? "true" : "false");
		break;
	case VALUE_KIND_STRING:
		buf_add_slice(b, v->type == VALUE_BYTEBUF ? bytes_printable(v->s, scratch) : v->s);
		break;
	case VALUE_KIND_IP:
		add_ip(b, &v->ip);
		break;
	}
}

struct slice field_format(const struct eval_ctx *ctx, const struct field_ref *ref,
			  const struct value *v)
{
	/* a list that is one value of several (proc.aname) is shown as words */
	bool words = ref->def->flags & FIELD_F_EITHER;
	struct buf b = BUF_INIT;
	char *text;
	size_t len;

	if (!v->is_list && value_kind(v->type) == VALUE_KIND_STRING)
		return v->type == VALUE_BYTEBUF ? bytes_printable(v->s, ctx->scratch) : v->s;
	if (v->is_list) {
		if (!words)
			buf_add_char(&b, '(');
		for (uint32_t i = 0; i < v->list.count; i++) {
			if (i)
				buf_add_char(&b, words ? ' ' : ',');
			add_value(&b, ref, &v->list.items[i], ctx->scratch);
		}
		if (!words)
			buf_add_char(&b, ')');
	} else {
		add_value(&b, ref, v, ctx->scratch);
	}
	len = b.len;
	text = arena_slicedup(ctx->scratch, buf_slice(&b));
	buf_release(&b);
	return text ? (struct slice){ text, len } : SLICE_LIT("");
}
