/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h - captures written: blocks of the .scap format, appended to a buffer
 *
 * A capture is put together in this order:
 *
 *	scap_put_head()		section, falcoc's own block, machine
 *	a list of each kind	scap_list_begin(), entries, scap_list_end()
 *	events			scap_put_event() and scap_put_item(), in any order
 *
 * Each call appends whole blocks, so that a file that ends between two of them is whole. Strings
 * that are longer than the format allows are cut. Where @out has no memory it says `truncated`.
 */
#ifndef SCAP_WRITE_H
#define SCAP_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/ip.h"

struct scap_machine {
	uint32_t cpus;
	uint64_t memory_bytes, max_pid;
	const char *hostname;
	uint64_t boot_ns;	/* wall clock of the boot */
};

void scap_put_head(struct buf *out, const struct scap_machine *m);

/* Lists: block types as the format numbers their newest form. */
enum scap_list {
	SCAP_LIST_PROCS = 0x215,
	SCAP_LIST_FDS = 0x218,	/* begins with the thread's number: scap_put_u64() */
	SCAP_LIST_INTERFACES = 0x219,
	SCAP_LIST_USERS = 0x220,
};

/* Returns where the block begins, for scap_list_end(), which drops a list without entries. */
size_t scap_list_begin(struct buf *out, enum scap_list type);
void scap_list_end(struct buf *out, size_t begin);
void scap_put_u64(struct buf *out, uint64_t v);

struct scap_user_entry {
	bool group;
	uint32_t uid, gid;
	struct slice name, home, shell;
};

void scap_put_user(struct buf *out, const struct scap_user_entry *u);
/* @mask and @broadcast of the same family; family 0: all zeros. */
void scap_put_interface(struct buf *out, const char *name, const struct ip_addr *addr,
			const struct ip_addr *mask, const struct ip_addr *broadcast);

struct scap_proc_entry {
	uint64_t tid, pid, ptid, sid, pgid, vpgid;
	int64_t vtid, vpid;
	struct slice comm, exe, exepath;
	struct slice args, env;		/* strings, each with its NUL */
	struct slice cwd, root, cgroup;	/* cgroup: a path, without NUL; empty: none */
	uint64_t fdlimit;
	uint32_t flags;			/* CLONE_* as the format numbers them */
	uint32_t uid, gid, loginuid, tty;
	uint32_t vmsize_kib, vmrss_kib, vmswap_kib;
	uint64_t pfmajor, pfminor;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint32_t exe_flags;		/* FALCOC_EXE_* */
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns, pidns_start_ns;
};

void scap_put_proc(struct buf *out, const struct scap_proc_entry *p);

/* SCAP_CL_*: what scap_put_proc() wants in flags of a thread that is not the first. */
#define SCAP_CL_THREAD	(0x2000 | 0x1 | 0x8000)

struct scap_fd_entry {
	int64_t fd;
	uint64_t ino;
	uint8_t type;		/* enum scap_fd_type of threads.h */
	uint8_t l4;		/* enum scap_l4 */
	uint32_t open_flags;	/* O_* of the kernel */
	uint32_t dev;
	struct ip_addr local, remote;
	uint16_t local_port, remote_port;
	struct slice name;
};

void scap_put_fd(struct buf *out, const struct scap_fd_entry *f);

/* What the record of an event does not tell of its process; empty where not known. */
struct scap_subject {
	struct slice exe, exepath;
	struct slice args, env;		/* strings, each with its NUL */
	struct slice cwd, cgroup;
};

/*
 * The event as the format has it: its entry, with the parameters that older readers look for there,
 * and its exit. @state_only: it is not to be shown. False: the format has no such event.
 * @scratch may be cleared afterwards.
 */
bool scap_put_event(struct buf *out, const struct event *ev, const struct scap_subject *subject,
		    bool state_only, struct arena *scratch);

/* A record or item of native.h. */
void scap_put_item(struct buf *out, uint64_t ts_ns, uint64_t tid, unsigned int kind,
		   struct slice bytes);
/* A container, as JSON: others take it from there. */
void scap_put_container(struct buf *out, uint64_t ts_ns, struct slice json);
/* The record of an event, with its padding as the module made it. */
void scap_put_record(struct buf *out, const struct event *ev, bool state_only);

/* The number by which the format knows the system call of a generic event; 0: it does not. */
unsigned int scap_syscall_number(unsigned int event);

/* For the tests: the type of an event's exit; -1: the format has none. */
int scap_exit_type(unsigned int event);

#endif
