/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * falcoc_predicate.h - predicates: programs that the module asks whether an event is wanted
 *
 * A mask tells by the type alone what to record. A predicate looks closer: a program of the
 * kernel's classic BPF (struct sock_filter of <linux/filter.h>), checked and compiled by the kernel
 * as seccomp's are, which sees some facts of an event before anything of it is copied. It
 * returns 0 where nobody can want the event: then no record is made, and the event counts as
 * `filtered` in falcoc_stats, not as produced. Any other value: the event passes.
 *
 *	ioctl(fd, FALCOC_IOC_PREDICATE, &predicate);	any time after HELLO, any number of times
 *
 * replaces all programs of the consumer at once: each event is judged by the old ones or by the new
 * ones, and when the call returns none is judged by the old ones any more. Without programs
 * every event passes.
 *
 * Programs may use BPF_LD|BPF_W|BPF_ABS with the offset of a word of struct falcoc_facts, the loads
 * and stores of registers and scratch memory, all jumps, the arithmetic of seccomp's filters and
 * BPF_RET. Anything else, a word that is none, or a jump that leads out of the program: EINVAL.
 *
 * Never filtered, whatever a program says: fork, exec and exit as their tracepoints tell them,
 * where the mask has FALCOC_MASK_F_LIFECYCLE; and what could not be looked at (a probe inside
 * another's).
 *
 * Facts come in groups. Those of a group that is not in `known` mean nothing: a program has to let
 * the event pass, as far as it depends on them. Groups are looked up only where a program loads a
 * word of theirs; the first three are then always known. FALCOC_K_PATH takes longest, so it is
 * looked up last: only if the program lets the event pass without it, and then the program is
 * asked again.
 *
 * Facts are what the record would say at that moment. Words of more than one are the lower half
 * first, and text is in the order of its bytes, filled up with zeros.
 */
#ifndef _UAPI_FALCOC_PREDICATE_H
#define _UAPI_FALCOC_PREDICATE_H

#include <linux/types.h>

/* Groups of facts, in `known`. The first part of the facts, up to `comm`, is always known. */
#define FALCOC_K_IDS	0x01	/* vpid ... pidns */
#define FALCOC_K_CRED	0x02	/* uid ... userns */
#define FALCOC_K_NS	0x04	/* mntns, netns */
#define FALCOC_K_FILE	0x08	/* fd_*, and FALCOC_H_FILE, _SOCK */
#define FALCOC_K_ADDR	0x10	/* sock_* and both addresses */
#define FALCOC_K_PATH	0x20	/* path_*, name_*: of FALCOC_A_FD_PATH, if it was not cut */

/* What the event has, in `has`. */
#define FALCOC_H_FILE	0x01	/* the record has FALCOC_A_FD */
#define FALCOC_H_SOCK	0x02	/* the record has FALCOC_A_SOCK */

#define FALCOC_FACT_HEAD	16	/* words of a path's beginning */
#define FALCOC_FACT_NAME	8	/* words of a path's last component */
#define FALCOC_FACT_TAIL	8	/* words of a path's end */

struct falcoc_facts {
	__u32 known;		/* FALCOC_K_* */
	__u32 has;		/* FALCOC_H_* */
	__u32 event;		/* enum falcoc_event */
	__u32 flags;		/* FALCOC_R_ENTER, _IA32, _X32, _URING */
	__u32 res[2];
	__u32 arg[12];		/* argument n in words 2n and 2n + 1 */
	__u32 pid, tid, ppid;
	__u32 comm[4];
	/* FALCOC_K_IDS */
	__u32 vpid, vtid, sid, pgid, vpgid, pidns;
	/* FALCOC_K_CRED */
	__u32 uid, euid, suid, gid, egid, sgid, loginuid, sessionid, userns;
	/* FALCOC_K_NS */
	__u32 mntns, netns;
	/* FALCOC_K_FILE: as in struct falcoc_fd */
	__u32 fd_kind, fd_mode, fd_dev, fd_flags;
	__u32 fd_ino[2];
	/* FALCOC_K_ADDR: as in struct falcoc_sock; of a raw socket the ports are 0 */
	__u32 sock_family, sock_type, sock_protocol;
	__u32 sock_remote;	/* 1: there is a remote side, an address or a port; else 0 */
	__u32 lport, rport;
	/* numbers, the most significant word first; of AF_INET the first word is all */
	__u32 laddr[4], raddr[4];
	/* FALCOC_K_PATH */
	__u32 path_len;		/* bytes of the path, 0: none */
	__u32 dir_len;		/* of these, before the last '/'; 1 where that is the first byte */
	__u32 name_len;		/* of its last component, behind the last '/' */
	__u32 path_head[FALCOC_FACT_HEAD];	/* its first bytes */
	__u32 name_head[FALCOC_FACT_NAME];	/* the first bytes of the last component */
	__u32 path_tail[FALCOC_FACT_TAIL];	/* its last bytes, at the words' end */
};

#define FALCOC_PROGRAMS_MAX	1024
#define FALCOC_INSNS_MAX	65536	/* of all programs together; of one BPF_MAXINSNS */

struct falcoc_program {
	__u64 insns;		/* pointer to struct sock_filter[len] */
	__u32 len;
	__u32 reserved;		/* 0 */
};

/* Nobody has so many events; as FALCOC_EVENTS_MAX of falcoc.h. */
#define FALCOC_PREDICATE_EVENTS	512

struct falcoc_predicate {
	__u32 size;
	__u32 facts_size;	/* sizeof(struct falcoc_facts) of the caller */
	__u32 count;		/* of programs, at most FALCOC_PROGRAMS_MAX; 0: all events pass */
	__u32 reserved;		/* 0 */
	__u64 programs;		/* pointer to struct falcoc_program[count] */
	/* which program judges event n, counted from 1; 0: none, the event passes */
	__u16 exit[FALCOC_PREDICATE_EVENTS];
	__u16 enter[FALCOC_PREDICATE_EVENTS];
};

#define FALCOC_IOC_PREDICATE	_IOW('F', 0xc8, struct falcoc_predicate)

#endif
