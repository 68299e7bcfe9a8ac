/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flags.h - names of flags and enumeration values, for lib/event's own use
 *
 * The event list (kmod/uapi/falcoc_events.h) names a table for each parameter that has
 * one; the tables are listed here and filled in flag_names.c.
 */
#ifndef EVENT_FLAGS_H
#define EVENT_FLAGS_H

#include <stddef.h>
#include <stdint.h>

#define FLAG_TABLES(F)							\
	F(exe) F(clone) F(signal) F(open) F(resolve) F(unlinkat)	\
	F(renameat2) F(mode) F(at) F(family) F(sock) F(shutdown)	\
	F(finit_module) F(access) F(bpf_cmd) F(close_range) F(creat)	\
	F(delete_module) F(epoll_create1) F(fcntl_cmd) F(fd_flags)	\
	F(flock) F(fsconfig_cmd) F(futex_op) F(io_uring_enter)		\
	F(io_uring_feat) F(io_uring_register_op) F(io_uring_setup)	\
	F(keyctl_op) F(linkat) F(lseek_whence) F(memfd) F(mknod_mode)	\
	F(mlock2) F(mlockall) F(mmap) F(mmap_prot) F(mount)		\
	F(newfstatat) F(pidfd_open) F(prctl_option) F(ptrace_request)	\
	F(quota_cmd) F(quota_dqi) F(quota_fmt) F(quota_type) F(rlimit)	\
	F(semctl_cmd) F(semget) F(semop) F(sockopt_level)		\
	F(sockopt_name) F(splice) F(umount)

enum flag_table_id {
	FLAG_TABLE_NONE,
#define FLAG_TABLE_ENUM(name) FLAG_TABLE_##name,
	FLAG_TABLES(FLAG_TABLE_ENUM)
#undef FLAG_TABLE_ENUM
	FLAG_TABLE_COUNT,
};

enum flag_table_kind {
	FLAGS_BITS,	/* names joined by '|', each bit shown once */
	FLAGS_ENUM,	/* every name of that very value */
};

struct flag_name {
	const char *name;
	uint64_t mask, value;	/* the name holds where (number & mask) == value; mask 0: else */
};

struct flag_table {
	enum flag_table_kind kind;
	const struct flag_name *names;
	size_t n;
};

extern const struct flag_table flag_tables[FLAG_TABLE_COUNT];
/* The table (of flag_tables, or NULL) as captures in Falco's format number it; foreign_flags.c. */
const struct flag_table *foreign_table(const struct flag_table *native);

/* Bits that no kernel flag uses: what the record tells of an opened file besides. */
#define OPEN_X_CREATED	(1ull << 32)
#define OPEN_X_UPPER	(1ull << 33)
#define OPEN_X_LOWER	(1ull << 34)

#endif
