// SPDX-License-Identifier: Apache-2.0
/*
 * What the event list says of each event, as tables: made from the list by
 * expanding it, never by hand.
 */
#include "event/event.h"
#include "event/flags.h"

#define TABLE_OF(t) (FLAG_TABLE_##t ? &flag_tables[FLAG_TABLE_##t] : NULL)
#define PARAM(name, type, src, table) { #name, VALUE_##type, FALCOC_SRC_##src, TABLE_OF(table) },
#define EVENT_PARAMS(id, name, cls, cat, traits, rec, params)				\
	static const struct event_param_def params_##id[] = { params };
FALCOC_EVENTS(EVENT_PARAMS, PARAM)

/* evt.category; of those that read or write it depends on the open file (see field_evt.c). */
#define CATEGORY_FILE "file"
#define CATEGORY_NET "net"
#define CATEGORY_IO_READ "io_read"
#define CATEGORY_IO_WRITE "io_write"
#define CATEGORY_PROCESS "process"
#define CATEGORY_USER "user"
#define CATEGORY_SIGNAL "signal"
#define CATEGORY_IPC "IPC"	/* in capitals, as Falco has it */
#define CATEGORY_IO_OTHER "io_other"
#define CATEGORY_MEMORY "memory"
#define CATEGORY_SLEEP "sleep"
#define CATEGORY_TIME "time"
#define CATEGORY_WAIT "wait"
#define CATEGORY_SYSTEM "system"
#define CATEGORY_OTHER "other"

#define EVENT_DEF(id, ev_name, ev_cls, cat, ev_traits, rec, ev_params)			\
	[FALCOC_E_##id] = {								\
		.name = #ev_name,							\
		.category = CATEGORY_##cat,						\
		.cls = FALCOC_CLASS_##ev_cls,						\
		.traits = ev_traits,							\
		.params = params_##id,							\
		.nparams = sizeof(params_##id) / sizeof(params_##id[0]),		\
	},
#define NO_PARAM(name, type, src, table)
static const struct event_def event_defs[FALCOC_E_COUNT] = {
	FALCOC_EVENTS(EVENT_DEF, NO_PARAM)
};

const struct event_def *event_def(enum falcoc_event id)
{
	return (unsigned int)id < FALCOC_E_COUNT ? &event_defs[id] : NULL;
}

bool event_is_heavy(unsigned int event)
{
	switch (event) {
	case FALCOC_E_READ:
	case FALCOC_E_READV:
	case FALCOC_E_PREAD:
	case FALCOC_E_PREADV:
	case FALCOC_E_RECV:
	case FALCOC_E_WRITE:
	case FALCOC_E_WRITEV:
	case FALCOC_E_PWRITE:
	case FALCOC_E_PWRITEV:
	case FALCOC_E_SEND:
	case FALCOC_E_SENDFILE:
		return true;
	default:
		return false;
	}
}

int event_by_name(struct slice name)
{
	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		/* the first letter tells most of them apart */
		if (name.len && event_defs[i].name[0] == name.ptr[0] &&
		    slice_eq_str(name, event_defs[i].name))
			return i;
	}
	return -1;
}

int event_param_index(const struct event_def *def, struct slice name)
{
	for (unsigned int i = 0; i < def->nparams; i++) {
		if (slice_eq_str(name, def->params[i].name))
			return (int)i;
	}
	return -1;
}

int event_data_param(const struct event_def *def)
{
	for (unsigned int i = 0; i < def->nparams; i++) {
		if (def->params[i].source == FALCOC_SRC_DATA)
			return (int)i;
	}
	return -1;
}
