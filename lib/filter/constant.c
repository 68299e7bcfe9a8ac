// SPDX-License-Identifier: Apache-2.0
/*
 * constant.c - literals to values of the type that they are compared with
 *
 * Numbers are decimal integers, as Falco takes them: the grammar knows more forms
 * than any field does. One beyond 64 bits counts as the nearest that fits.
 */
#include "filter/compile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>

#include "dns/idn.h"

#define BITS(v) (sizeof(v) * 8)

static void tell_wrong(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		       const char *hint)
{
	struct diag *d = compile_error(c, lit->loc, "'%.*s' is not %s, which '%s' compares with",
				       SLICE_ARG(lit->text), type_what(src->type), src->name);

	if (hint)
		diag_hint(d, "%s", hint);
}

static bool has_nul(struct slice s)
{
	return s.len && memchr(s.ptr, '\0', s.len);
}

/* [+-]digits and nothing else. */
static bool is_integer(struct slice s)
{
	size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');

	if (i == s.len)
		return false;
	for (; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

/* The width in bits of an unsigned type: negative numbers wrap around in it, as in C. */
static unsigned int uint_bits(enum value_type type)
{
	switch (type) {
	case VALUE_UINT8:
	case VALUE_FLAGS8:
	case VALUE_ENUMFLAGS8:
	case VALUE_SIGTYPE:
		return 8;
	case VALUE_UINT16:
	case VALUE_FLAGS16:
	case VALUE_ENUMFLAGS16:
	case VALUE_SYSCALLID:
	case VALUE_PORT:
		return 16;
	case VALUE_UINT32:
	case VALUE_FLAGS32:
	case VALUE_ENUMFLAGS32:
	case VALUE_UID:
	case VALUE_GID:
	case VALUE_MODE:
		return 32;
	default:
		return 64;
	}
}

static const char *number_hint(struct slice s)
{
	if (s.len > 1 && s.ptr[0] == '0' && (s.ptr[1] | 0x20) == 'x')
		return "write it as a decimal number";
	if (s.len && s.ptr[0] == 'E')
		return "for the name of an error compare evt.res, as in evt.res = ENOENT";
	return NULL;
}

static bool parse_int(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		      struct value *ret_value)
{
	if (!is_integer(lit->text)) {
		tell_wrong(c, src, lit, number_hint(lit->text));
		return false;
	}
	ret_value->i = strtoll(lit->text.ptr, NULL, 10);
	return true;
}

static bool parse_uint(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		       struct value *ret_value)
{
	unsigned int bits = uint_bits(src->type);
	uint64_t v;

	if (!is_integer(lit->text)) {
		tell_wrong(c, src, lit, number_hint(lit->text));
		return false;
	}
	v = strtoull(lit->text.ptr, NULL, 10);
	if (lit->text.ptr[0] == '-' && bits < BITS(v))
		v &= (1ull << bits) - 1;
	else if (bits < BITS(v) && v >> bits)
		compile_warning(c, lit->loc, "%.*s is more than '%s' can be", SLICE_ARG(lit->text),
				src->name);
	ret_value->u = v;
	return true;
}

/* A number, or what /etc/services calls it. */
static bool parse_port(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		       struct value *ret_value)
{
	const struct servent *service;

	if (is_integer(lit->text) && lit->text.ptr[0] != '-')
		return parse_uint(c, src, lit, ret_value);
	service = lit->text.len && !has_nul(lit->text) ? getservbyname(lit->text.ptr, NULL) : NULL;
	if (!service) {
		tell_wrong(c, src, lit, number_hint(lit->text));
		return false;
	}
	ret_value->u = ntohs((uint16_t)service->s_port);
	return true;
}

static bool parse_double(struct compiler *c, const struct input *src,
			 const struct ast_operand *lit, struct value *ret_value)
{
	char *end = NULL;
	double d = strtod(lit->text.ptr, &end);

	if (!lit->text.len || end != lit->text.ptr + lit->text.len) {
		tell_wrong(c, src, lit, NULL);
		return false;
	}
	ret_value->d = d;
	return true;
}

static bool parse_bool(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		       struct value *ret_value)
{
	if (!slice_eq_str(lit->text, "true") && !slice_eq_str(lit->text, "false")) {
		tell_wrong(c, src, lit, NULL);
		return false;
	}
	ret_value->b = lit->text.ptr[0] == 't';
	return true;
}

static bool parse_ip(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		     struct value *ret_value)
{
	if (!has_nul(lit->text) && ip_addr_parse(lit->text.ptr, &ret_value->ip) == 0)
		return true;
	tell_wrong(c, src, lit,
		   lit->text.len && memchr(lit->text.ptr, '/', lit->text.len) ?
		   "for a network use the field that ends in net, as fd.snet" : NULL);
	return false;
}

bool constant_net(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		  struct ip_net *ret_net)
{
	struct ip_addr addr;

	if (!has_nul(lit->text) && ip_net_parse(lit->text.ptr, ret_net) == 0)
		return true;
	tell_wrong(c, src, lit,
		   !has_nul(lit->text) && ip_addr_parse(lit->text.ptr, &addr) == 0 ?
		   "add the length of the network's prefix, as /32" : NULL);
	return false;
}

/* Nobody's name or path is "proc.name": probably the field was meant. */
static void warn_of_field(struct compiler *c, struct loc loc, struct slice s)
{
	struct field_ref ref;
	const char *why;
	struct diag *d;

	while (s.len && s.ptr[s.len - 1] == ' ')
		s.len--;
	if (!s.len || !memchr(s.ptr, '.', s.len) || !c->scratch ||
	    field_resolve(s, c->scratch, &ref, &why) != FIELD_OK)
		return;
	d = compile_warning(c, loc, "'%.*s' is taken for a string, not for the field of that name",
			    SLICE_ARG(s));
	diag_hint(d, "to compare with the field write val(%.*s)", SLICE_ARG(s));
}

static bool parse_text(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		       struct value *ret_value)
{
	struct slice s = events_native_name(src, lit->text);
	char *copy;

	warn_of_field(c, lit->loc, s);
	if ((src->flags & FIELD_F_NAME) && s.len > 1 && s.ptr[s.len - 1] == '.')
		s.len--;
	copy = arena_slicedup(c->fs->arena, s);
	if (!copy) {
		c->no_memory = true;
		return false;
	}
	for (size_t i = 0; (src->flags & FIELD_F_NAME) && i < s.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] + 'a' - 'A');
	if (src->flags & FIELD_F_NAME)
		dns_idn_fold(copy, s.len);
	s.ptr = copy;
	ret_value->s = s;
	return true;
}

void constant_whole_name(struct compiler *c, const struct input *src, struct value *v)
{
	char kept[DNS_NAME_SIZE], *copy;
	size_t i = 0;

	if (!(src->flags & FIELD_F_NAME))
		return;
	while (i < v->s.len && !(v->s.ptr[i] & 0x80))
		i++;
	if (i == v->s.len ||
	    dns_idn_to_ascii(v->s.ptr, v->s.len, kept) < 0)
		return;
	copy = arena_strdup(c->fs->arena, kept);
	if (copy)
		v->s = slice_of(copy);
	c->no_memory |= !copy;
}

bool constant_parse(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		    struct value *ret_value)
{
	*ret_value = (struct value){ .type = src->type };
	if (src->type == VALUE_PORT)
		return parse_port(c, src, lit, ret_value);
	switch (value_kind(src->type)) {
	case VALUE_KIND_INT:
		return parse_int(c, src, lit, ret_value);
	case VALUE_KIND_UINT:
		return parse_uint(c, src, lit, ret_value);
	case VALUE_KIND_DOUBLE:
		return parse_double(c, src, lit, ret_value);
	case VALUE_KIND_BOOL:
		return parse_bool(c, src, lit, ret_value);
	case VALUE_KIND_IP:
		return parse_ip(c, src, lit, ret_value);
	case VALUE_KIND_STRING:
		return parse_text(c, src, lit, ret_value);
	}
	return false;
}
