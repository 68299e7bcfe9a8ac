/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_foreign.h - what fields say of events out of others' captures where that is not what a
 * record says (event/foreign.h); each is for events that have ev->foreign only
 */
#ifndef FILTER_FIELD_FOREIGN_H
#define FILTER_FIELD_FOREIGN_H

#include "event/foreign.h"
#include "filter/field_look.h"

/* Of those of the same name without `foreign_`. */
FD_LOOK(foreign_std_type);
FD_LOOK(foreign_std_name);
FD_LOOK(foreign_fd_types);
FD_LOOK(foreign_fd_count);
FD_LOOK(foreign_fd_share);
FD_LOOK(foreign_fdlist);
FD_LOOK(foreign_usage);
FD_LOOK(foreign_rec_number);
FD_LOOK(foreign_threads);

/* The open file of the event: what fields of fd.* say of it; field_foreign_fd.c. */
FD_LOOK(foreign_fd_num);
FD_LOOK(foreign_fd_nameraw);
FD_LOOK(foreign_fd_directory);
FD_LOOK(foreign_fd_filename);
FD_LOOK(foreign_fd_sockfamily);
char foreign_typechar(const struct eval_ctx *ctx);	/* 0: it is about none */
bool foreign_fd_name(const struct eval_ctx *ctx, struct slice *ret_name);
bool foreign_fd_dir(const struct eval_ctx *ctx, struct slice *ret_dir);
/* What fs.path.* say of a call. */
enum foreign_path_what { FOREIGN_PATH_NAME, FOREIGN_PATH_SOURCE, FOREIGN_PATH_TARGET };
bool foreign_fs_path(const struct eval_ctx *ctx, unsigned int what, bool raw,
		     struct slice *ret_path);
/* That side of its socket, as enum fd_side; @any: though nobody knows which is the client. */
bool foreign_side(const struct eval_ctx *ctx, unsigned int which, bool any,
		  struct endpoint *ret_end);

/* The leader of a session or group: numbers are those of its own pid namespace. */
enum foreign_group { FOREIGN_SESSION, FOREIGN_VPGID, FOREIGN_PGID };
const struct proc *foreign_leader(const struct eval_ctx *ctx, enum foreign_group which);

/* When a process began; 0: before the capture, nobody knows. */
uint64_t foreign_start(uint64_t start_ns);

/* Numbers of rec_number in field_proc.c. */
enum rec_number { REC_PID, REC_PPID, REC_TID, REC_VPID, REC_VTID, REC_SID, REC_PGID, REC_VPGID };

#endif
