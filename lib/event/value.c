// SPDX-License-Identifier: Apache-2.0
/*
 * Names and representations of value types, made from the one list in value.h.
 */
#include <stddef.h>

#include "event/value.h"

enum value_kind value_kind(enum value_type type)
{
#define VALUE_TYPE_KIND(name, kind) [VALUE_##name] = VALUE_KIND_##kind,
	static const unsigned char kinds[VALUE_TYPE_COUNT] = { VALUE_TYPES(VALUE_TYPE_KIND) };
#undef VALUE_TYPE_KIND

	return (unsigned int)type < VALUE_TYPE_COUNT ? kinds[type] : VALUE_KIND_STRING;
}

const char *value_type_name(enum value_type type)
{
#define VALUE_TYPE_NAME(name, kind) [VALUE_##name] = #name,
	static const char *const names[VALUE_TYPE_COUNT] = { VALUE_TYPES(VALUE_TYPE_NAME) };
#undef VALUE_TYPE_NAME

	return (unsigned int)type < VALUE_TYPE_COUNT ? names[type] : "UNKNOWN";
}
