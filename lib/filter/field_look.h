/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_look.h - fields that are looked up in /proc (field_look.c), for the tables of their classes
 */
#ifndef FILTER_FIELD_LOOK_H
#define FILTER_FIELD_LOOK_H

#include "filter/field_impl.h"

/* priv of extract_fdlist */
enum fdlist_what { FDLIST_NAMES, FDLIST_CIPS, FDLIST_SIPS, FDLIST_CPORTS, FDLIST_SPORTS };

/* priv of extract_usage */
enum { USAGE_FDLIMIT, USAGE_SIZE, USAGE_RSS, USAGE_SWAP, USAGE_MAJ, USAGE_MIN };
#define USAGE_BYTES	0x100
#define USAGE_OF_THREAD	0x200

#define FD_LOOK(name)								\
	bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
		  struct value *ret_value)

FD_LOOK(extract_std_type);	/* priv: the descriptor */
FD_LOOK(extract_std_name);
FD_LOOK(extract_fd_types);
FD_LOOK(extract_fd_count);
FD_LOOK(extract_fd_share);
FD_LOOK(extract_fdlist);
FD_LOOK(extract_usage);
FD_LOOK(extract_cpu_time);

#endif
