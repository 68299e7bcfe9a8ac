// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_ctl.c - calls that do what their first argument tells, and modules and mounts
 */
#include <linux/fcntl.h>
#include <uapi/linux/bpf.h>
#include <uapi/linux/ipc.h>
#include <uapi/linux/keyctl.h>
#include <uapi/linux/prctl.h>
#include <uapi/linux/ptrace.h>
#include <uapi/linux/quota.h>
#include <uapi/linux/sem.h>

#include "record.h"

/* option, argument: the name of a thread is the one that it has now. */
void record_prctl(struct record *record, const struct call *call)
{
	bool done = !call_is_enter(call) && call->res >= 0;
	u64 value = call->arg[1];
	u32 number;

	switch ((u32)call->arg[0]) {
	case PR_SET_NAME:
		value = 0;
		if (done)
			attr_string(record, FALCOC_A_TEXT0, current->comm, strlen(current->comm));
		else
			attr_text(record, FALCOC_A_TEXT0, call->arg[1]);
		break;
	case PR_GET_CHILD_SUBREAPER:	/* told through a pointer */
		if (done && user_read(record, &number, value, sizeof(number)))
			value = number;
		break;
	}
	attr_u64(record, FALCOC_A_OUT, value);
}

/* request, pid, address, data: peeking, what was seen there. */
void record_ptrace(struct record *record, const struct call *call)
{
	u64 out[] = { call->arg[2], call->arg[3] }, seen = 0;

	switch (call->arg[0]) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSR:
		if (!call_is_enter(call) && call->res >= 0 &&
		    user_read(record, &seen, call->arg[3],
			      call_has_ptr32(call) ? sizeof(u32) : sizeof(u64)))
			out[1] = seen;
		break;
	}
	attr_out(record, out, ARRAY_SIZE(out));
}

/* operation and its arguments: some are strings. */
void record_keyctl(struct record *record, const struct call *call)
{
	switch ((u32)call->arg[0]) {
	case KEYCTL_JOIN_SESSION_KEYRING:
		attr_text(record, FALCOC_A_TEXT0, call->arg[1]);
		break;
	case KEYCTL_SEARCH:
	case KEYCTL_RESTRICT_KEYRING:
		attr_text(record, FALCOC_A_TEXT1, call->arg[2]);
		attr_text(record, FALCOC_A_TEXT2, call->arg[3]);
		break;
	}
}

/* Commands whose result is a descriptor. */
void record_bpf(struct record *record, const struct call *call)
{
	switch ((u32)call->arg[0]) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_GET:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_RAW_TRACEPOINT_OPEN:
	case BPF_BTF_LOAD:
	case BPF_BTF_GET_FD_BY_ID:
	case BPF_LINK_CREATE:
	case BPF_LINK_GET_FD_BY_ID:
	case BPF_ENABLE_STATS:
	case BPF_ITER_CREATE:
		record_new_fd(record, call);
		break;
	}
}

/* id, operations, count: the first two of them. */
void record_semop(struct record *record, const struct call *call)
{
	unsigned int i, n = min_t(u32, call->arg[2], 2);
	struct sembuf ops[2] = {};
	u64 out[6];

	if (n)
		user_read(record, ops, call->arg[1], n * sizeof(ops[0]));
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		out[3 * i] = ops[i].sem_num;
		out[3 * i + 1] = ops[i].sem_op;
		out[3 * i + 2] = (u16)ops[i].sem_flg;
	}
	attr_out(record, out, ARRAY_SIZE(out));
}

/* id, number, command, value */
void record_semctl(struct record *record, const struct call *call)
{
	bool sets = ((u32)call->arg[2] & ~0x100) == SETVAL;	/* 0x100: IPC_64 */

	attr_u64(record, FALCOC_A_OUT, sets ? (s32)call->arg[3] : 0);
}

/* The numbers of quotactl, in the order of the event's parameters. */
enum { DQB_BHARD, DQB_BSOFT, DQB_CURSPACE, DQB_IHARD, DQB_ISOFT, DQB_BTIME, DQB_ITIME, DQI_BGRACE,
	DQI_IGRACE, DQI_FLAGS, FMT_OUT, CMD, TYPE, FMT, QUOTA_OUT_COUNT };

static void quota_out(struct record *record, u32 cmd, u64 ptr, u64 *out)
{
	union {
		struct if_dqblk blk;
		struct if_dqinfo info;
		u32 format;
	} of = {};

	switch (cmd) {
	case Q_GETQUOTA:
	case Q_SETQUOTA:
		user_read(record, &of.blk, ptr, offsetofend(struct if_dqblk, dqb_valid));
		out[DQB_BHARD] = of.blk.dqb_bhardlimit;
		out[DQB_BSOFT] = of.blk.dqb_bsoftlimit;
		out[DQB_CURSPACE] = of.blk.dqb_curspace;
		out[DQB_IHARD] = of.blk.dqb_ihardlimit;
		out[DQB_ISOFT] = of.blk.dqb_isoftlimit;
		out[DQB_BTIME] = of.blk.dqb_btime;
		out[DQB_ITIME] = of.blk.dqb_itime;
		break;
	case Q_GETINFO:
	case Q_SETINFO:
		user_read(record, &of.info, ptr, sizeof(of.info));
		out[DQI_BGRACE] = of.info.dqi_bgrace;
		out[DQI_IGRACE] = of.info.dqi_igrace;
		out[DQI_FLAGS] = of.info.dqi_flags;
		break;
	case Q_GETFMT:
		user_read(record, &of.format, ptr, sizeof(of.format));
		out[FMT_OUT] = of.format;
		break;
	}
}

/* command, device, id, address */
void record_quotactl(struct record *record, const struct call *call)
{
	u32 cmd = (u32)call->arg[0] >> SUBCMDSHIFT;
	u64 out[QUOTA_OUT_COUNT] = { [CMD] = cmd, [TYPE] = call->arg[0] & SUBCMDMASK };

	BUILD_BUG_ON(QUOTA_OUT_COUNT > FALCOC_OUT_MAX);
	attr_text(record, FALCOC_A_TEXT0, call->arg[1]);
	if (cmd == (u32)Q_QUOTAON) {
		attr_text(record, FALCOC_A_TEXT1, call->arg[3]);
		out[FMT] = call->arg[2];
	} else if (call->arg[3]) {
		quota_out(record, cmd, call->arg[3], out);
	}
	attr_out(record, out, ARRAY_SIZE(out));
}

void record_delete_module(struct record *record, const struct call *call)
{
	attr_text(record, FALCOC_A_TEXT0, call->arg[0]);
}

/* file, arguments, flags */
void record_finit_module(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	attr_text(record, FALCOC_A_TEXT0, call->arg[1]);
}

/* device, directory, type, flags, data */
void record_mount(struct record *record, const struct call *call)
{
	attr_text(record, FALCOC_A_TEXT0, call->arg[0]);
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, AT_FDCWD, call->arg[1]);
	attr_text(record, FALCOC_A_TEXT1, call->arg[2]);
}

enum { SET_STRING = 1, SET_BINARY, SET_PATH, SET_PATH_EMPTY };	/* commands of fsconfig */

/* context, command, key, value, number */
void record_fsconfig(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	attr_text(record, FALCOC_A_TEXT0, call->arg[2]);
	switch ((u32)call->arg[1]) {
	case SET_STRING:
	case SET_PATH:
	case SET_PATH_EMPTY:
		attr_text(record, FALCOC_A_TEXT1, call->arg[3]);
		break;
	case SET_BINARY:
		attr_value(record, FALCOC_A_VALUE, FALCOC_VALUE_MAX, call->arg[3],
			   (s32)call->arg[4]);
		break;
	}
}
