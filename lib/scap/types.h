/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h - types of events of the .scap format, and how old ones become new ones: data
 *
 * types.c and conversions.c are tables of facts; convert.c is what follows them.
 */
#ifndef SCAP_TYPES_H
#define SCAP_TYPES_H

#include <stdint.h>

#define SCAP_TYPE_COUNT	454
#define SCAP_PARAMS_MAX	32	/* no event has more */

#define SCAP_T_CONVERTED	0x01	/* events with fewer parameters are completed */
#define SCAP_T_OLD		0x02	/* another type took its place */
#define SCAP_T_UNUSED		0x04
#define SCAP_T_LARGE		0x08	/* lengths of parameters are 32 bits wide */

/* What an event has to do with a descriptor: it makes one, or is about the one in a parameter. */
#define SCAP_T_MAKES_FD	0x80
#define SCAP_T_USES_FD	0x40
#define SCAP_T_FD_PARAM	0x0f	/* its index, of those that use one; all bits: in none */

struct scap_type {
	const char *name;
	uint8_t flags;		/* SCAP_T_* */
	uint8_t nparams;
	uint8_t fd;		/* SCAP_T_MAKES_FD or SCAP_T_USES_FD; 0: nothing */
};

extern const struct scap_type scap_types[SCAP_TYPE_COUNT];

/* Those that the code names. */
enum {
	SCAP_GENERIC_X = 1,
	SCAP_LSEEK_LL_X = 89,
	SCAP_DROP_E = 148,
	SCAP_SWITCH_E = 152,
	SCAP_MMAP2_X = 163,
	SCAP_PROCEXIT_E = 186,
	SCAP_CONTAINER_4_E = 228,
	SCAP_SIGNALDELIVER_E = 232,
	SCAP_PROCINFO_E = 234,
	SCAP_CONTAINER_JSON_E = 272,
	SCAP_NOTIFICATION_E = 280,
	SCAP_INFRASTRUCTURE_E = 286,
	SCAP_SCAPEVENT_E = 196,
	SCAP_CONTAINER_E = 324,
	SCAP_USER_ADDED_E = 354,
	SCAP_USER_DELETED_E = 356,
	SCAP_GROUP_ADDED_E = 358,
	SCAP_GROUP_DELETED_E = 360,
	SCAP_ASYNC_E = 402,
};

enum scap_action {
	SCAP_CONVERT_STORE,		/* kept for the exit of the call, else dropped */
	SCAP_CONVERT_PASS,
	SCAP_CONVERT_STORE_AND_PASS,
	SCAP_CONVERT_ADD,		/* parameters are appended */
	SCAP_CONVERT_CHANGE,		/* it is made anew as another type */
};

enum scap_from {
	SCAP_FROM_NOTHING,	/* an empty parameter */
	SCAP_FROM_SELF,
	SCAP_FROM_ENTER,	/* of the entry of the same call; zeros where that is missing */
	SCAP_FROM_ENTER_OR_EMPTY,
	SCAP_FROM_ZERO,
	SCAP_FROM_NOBODY,	/* a user's number with all bits set */
	SCAP_FROM_CONTAINER,	/* all parameters, as JSON: id, type, name, image */
};

struct scap_instruction {
	uint8_t from;		/* enum scap_from */
	uint8_t param;
	uint8_t width;		/* of the new parameter in bytes; 0: varies */
};

#define SCAP_INSTRUCTIONS_MAX	20

struct scap_conversion {
	uint16_t type;
	uint8_t nparams;	/* that it has: the key, with the type */
	uint8_t action;		/* enum scap_action */
	uint16_t new_type;
	uint8_t count;		/* of instructions */
	struct scap_instruction list[SCAP_INSTRUCTIONS_MAX];
};

extern const struct scap_conversion scap_conversions[];
extern const unsigned int scap_conversion_count;

#endif
