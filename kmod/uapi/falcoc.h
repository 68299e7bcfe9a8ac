/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * falcoc.h - the contract between the falcoc module and its consumers
 *
 * The module offers one character device, /dev/falcoc (root only, and the
 * opener needs CAP_SYS_ADMIN). Each open file is one consumer with rings, a
 * mask and counters of its own. A consumer lives through these steps:
 *
 *	fd = open("/dev/falcoc", O_RDWR | O_CLOEXEC);
 *	ioctl(fd, FALCOC_IOC_HELLO, &hello);	both sides speak the same ABI?
 *	ioctl(fd, FALCOC_IOC_SETUP, &setup);	sizes of rings, when to wake
 *	ioctl(fd, FALCOC_IOC_INFO, &info);	which CPUs have rings
 *	mmap() of each ring's three regions
 *	ioctl(fd, FALCOC_IOC_EXCLUDE, &excl);	leave out what we do ourselves
 *	ioctl(fd, FALCOC_IOC_MASK, &mask);	what to record; any number of times
 *	ioctl(fd, FALCOC_IOC_PREDICATE, &pred);	and what of it nobody can want (falcoc_predicate.h)
 *	ioctl(fd, FALCOC_IOC_START);
 *	poll() and read the rings ...
 *	ioctl(fd, FALCOC_IOC_STOP);
 *	ioctl(fd, FALCOC_IOC_STATS, &stats);	what was produced and dropped
 *	close(fd);
 *
 * The tracepoints are attached while at least one consumer is started, and
 * sys_exit and sys_enter only while some mask holds an event that needs them.
 *
 * Every ioctl argument begins with its size in bytes, filled in by the caller.
 * The module refuses a size that it does not know with EINVAL, SETUP after SETUP, START
 * after START and STOP without START with EALREADY, other calls out of order with EPROTO.
 *
 * HELLO carries the caller's ABI number in and the module's out. Where they
 * differ it fails with EPROTO, after having filled in the module's number, so
 * that the consumer can say which side is the older one. Until HELLO has
 * succeeded every other call fails with EPROTO.
 *
 * Rings
 * -----
 * There is one ring for each CPU and each class (enum falcoc_class). Process
 * life-cycle and credential events have a class of their own, so that a flood
 * of file events cannot push them out; and so have messages of name servers. A
 * ring is three mappings, each at the
 * file offset FALCOC_MMAP_OFFSET(cpu, class, region):
 *
 *	FALCOC_REGION_PRODUCER	one page, read only: struct falcoc_producer
 *	FALCOC_REGION_CONSUMER	one page, writable:  struct falcoc_consumer
 *	FALCOC_REGION_DATA	2 * ring size bytes, read only: the ring's pages
 *				mapped twice in a row, so that no record is ever
 *				split by the end of the ring
 *
 * Positions count bytes since the ring was made and never wrap. The byte at
 * position p lies at data[p % size]. The producer writes a record and then
 * stores `head` (store-release); a consumer loads `head` (load-acquire), reads
 * the records between its `tail` and `head`, and then stores `tail`
 * (store-release; the producer's load-acquire pairs with it).
 *
 * What a consumer writes is input, never state: a tail that is not a multiple
 * of FALCOC_ALIGN, or is not within one ring size behind head, makes the module
 * treat the ring as full (counted in `bad_tail`) until the tail makes sense.
 *
 * CPUs that come online later get their rings then: poll() reports EPOLLPRI
 * until the consumer has called INFO again, and the new bits in `cpus` tell
 * which rings to map. A ring is never taken away before close().
 *
 * poll() reports EPOLLIN when a ring holds at least `watermark_bytes`, or when
 * a record has waited for `latency_us`.
 *
 * Order
 * -----
 * time_ns is CLOCK_BOOTTIME. To read all rings in an order that keeps cause
 * before effect: take the time T (clock_gettime(CLOCK_BOOTTIME)), then load
 * every head, then take records with time_ns <= T in order of time. A record
 * caused by another was made after that one was committed, so whenever it is
 * visible with time_ns <= T its cause is visible too.
 *
 * Accounting
 * ----------
 * Each record that a mask asked for counts as `produced`, whether or not there
 * was room for it; those without room count as `dropped` too. After STOP:
 * produced = read by the consumer + still in the ring + dropped, for each CPU,
 * class and event. `seq` numbers the records of one ring without gaps. Events that a predicate
 * kept out count as `filtered` only, for each event.
 *
 * Part of the PROC ring is kept for what matters more, so that no flood of its lesser events
 * pushes out greater ones: RING.md ("Who may fill a ring"). Messages to and from name servers
 * ride a ring that nothing else fills, and each sender may have so many a second; those beyond
 * it make no record and count in `dns_limited` (DNS.md).
 *
 * Drops are also counted by process and by cgroup, in tables that keep those with the most:
 * `count` may be too large by `error`, never too small, and the counts of a table add
 * up to `dropped`. While the consumer is started a table may be read as it changes.
 * producer.dropped tells without a call whether there is anything to ask for.
 *
 * What was passed to a call that has not returned yet is kept in memory that is bounded, in all
 * and for each user and cgroup. Where there is none left the record is made all the same, and
 * says UNVERIFIED; what was not kept is counted with whose call it was (FALCOC_STATS_UNKEPT).
 *
 * Records
 * -------
 * A record is struct falcoc_rec, then `nattrs` attributes: struct falcoc_attr
 * and its payload, each padded with zeros to FALCOC_ALIGN. A record tells what the
 * kernel's own objects said when the system call returned; what the caller
 * passed is kept beside it (arg[], and the attributes that say "as passed").
 * Attributes that do not apply, or could not be read, are missing.
 * Strings end in a NUL which is counted in the attribute's length.
 *
 * What the caller passed is the kernel's own copy of it where the module could catch
 * that copy while the kernel worked with it; where not, the record says UNVERIFIED.
 */
#ifndef _UAPI_FALCOC_H
#define _UAPI_FALCOC_H

#include <linux/types.h>
#include <linux/ioctl.h>

#include "falcoc_events.h"
#include "falcoc_predicate.h"

/* Raise it whenever anything in this file or the event list changes meaning. */
#define FALCOC_ABI		5

#define FALCOC_DEVICE		"/dev/falcoc"
#define FALCOC_ALIGN		8
#define FALCOC_MAX_CPUS		1024
#define FALCOC_MASK_WORDS	8	/* room for 512 events */
#define FALCOC_REC_MAX		65536	/* no record is longer */
#define FALCOC_STR_MAX		4096	/* nor any string in it, its NUL included */
#define FALCOC_OUT_MAX		16	/* numbers in FALCOC_A_OUT */
#define FALCOC_SNAP_MAX		32768	/* most bytes of a buffer */
#define FALCOC_VALUE_MAX	256	/* bytes of FALCOC_A_VALUE */
#define FALCOC_CONTROL_MAX	512	/* bytes of FALCOC_A_CONTROL */
#define FALCOC_FDLIST_MAX	64	/* descriptors in FALCOC_A_FDLIST */
#define FALCOC_DNS_MAX		16384	/* bytes of a message, or of a piece of a stream */
#define FALCOC_COMM_LEN		16
#define FALCOC_NO_SYSCALL	0xffff

enum falcoc_class {
	FALCOC_CLASS_MAIN,	/* files, network, signals and all the rest */
	FALCOC_CLASS_PROC,	/* fork, exec, exit, credentials */
	FALCOC_CLASS_DNS,	/* messages to and from name servers */
	FALCOC_CLASS_COUNT,
};

enum falcoc_region {
	FALCOC_REGION_PRODUCER,
	FALCOC_REGION_CONSUMER,
	FALCOC_REGION_DATA,
	FALCOC_REGION_COUNT,
};

#define FALCOC_MMAP_OFFSET(cpu, cls, region)						\
	((((__u64)(cpu) * FALCOC_CLASS_COUNT + (cls)) * FALCOC_REGION_COUNT + (region)) << 32)

/* Flags of a record. */
#define FALCOC_R_ENTER		0x0001	/* made at the entry of the call; res means nothing */
#define FALCOC_R_IA32		0x0002	/* 32-bit call: syscall is a number of its table */
#define FALCOC_R_X32		0x0004
#define FALCOC_R_LIFECYCLE	0x0008	/* sent for state's sake whatever the mask says */
#define FALCOC_R_KTHREAD	0x0010	/* made by a kernel thread */
#define FALCOC_R_URING		0x0020	/* an io_uring operation; syscall is FALCOC_NO_SYSCALL */
#define FALCOC_R_UNVERIFIED	0x0040	/* what was passed was read after the call, from memory
					 * that another thread may have changed meanwhile
					 */

struct falcoc_rec {
	__u32 len;		/* bytes, attributes included; a multiple of FALCOC_ALIGN */
	__u32 seq;		/* number of the record in its ring, from 0 */
	__u64 time_ns;		/* CLOCK_BOOTTIME */
	__u16 event;		/* enum falcoc_event */
	__u16 flags;		/* FALCOC_R_* */
	__u16 syscall;		/* number in the table of its ABI, or FALCOC_NO_SYSCALL */
	__u16 nattrs;
	__s64 res;		/* what the call returned; 0 for events that are no call */
	__u64 arg[6];		/* as passed, in the order of the 64-bit call of that name */
	__u32 pid, tid, ppid;	/* in the first pid namespace */
	__u32 vpid, vtid;	/* in the task's own pid namespace */
	__u32 sid, pgid, vpgid;	/* session and process group */
	__u32 uid, euid, suid, gid, egid, sgid;	/* in the first user namespace */
	__u32 loginuid, sessionid;	/* audit; 0xffffffff where unset */
	__u32 mntns, pidns, netns, userns;	/* inode numbers of the namespaces */
	__u32 tty;		/* controlling terminal, as in /proc/PID/stat, or 0 */
	__u32 cpu;
	__u64 start_ns;		/* start of the process, CLOCK_BOOTTIME: tells reused pids apart */
	__u64 cgroup;		/* id in the default (v2) hierarchy */
	__u64 cap_permitted, cap_effective, cap_inheritable;
	char comm[FALCOC_COMM_LEN];
};

#define FALCOC_ATTR_TRUNCATED	0x0001	/* there was more of it than fits */

struct falcoc_attr {
	__u16 id;		/* enum falcoc_attr_id */
	__u16 flags;		/* FALCOC_ATTR_* */
	__u32 len;		/* bytes of payload, padding not counted */
};

enum falcoc_attr_id {
	FALCOC_A_NONE,
	FALCOC_A_FD,		/* struct falcoc_fd: the open file that the event is about */
	FALCOC_A_FD_PATH,	/* its path, as the root of the process sees it (d_path) */
	FALCOC_A_SOCK,		/* struct falcoc_sock: if that file is a socket */
	FALCOC_A_UNIX_LOCAL,	/* path of that unix socket; abstract names begin with '@' */
	FALCOC_A_UNIX_PEER,	/* path of the one it is connected to */
	FALCOC_A_SOCKADDR,	/* struct sockaddr as passed */
	FALCOC_A_PATH0,		/* first path as passed */
	FALCOC_A_PATH1,		/* second path as passed */
	FALCOC_A_DIR0,		/* directory that a relative PATH0 starts from (d_path) */
	FALCOC_A_DIR1,		/* likewise for PATH1 */
	FALCOC_A_EXE,		/* struct falcoc_exe: the image that exec installed */
	FALCOC_A_EXE_PATH,	/* its path (d_path) */
	FALCOC_A_ARGV,		/* strings, each with its NUL, argv[0] first; at most 4096 bytes */
	FALCOC_A_ENV,		/* likewise, the environment */
	FALCOC_A_CWD,		/* current directory (d_path) */
	FALCOC_A_CHILD,		/* struct falcoc_child: the new process of a fork */
	FALCOC_A_EXIT,		/* struct falcoc_exit */
	FALCOC_A_OPEN_HOW,	/* struct falcoc_open_how: of openat2, as passed */
	FALCOC_A_CLONE_FLAGS,	/* __u64: flags of clone and clone3, as passed */
	FALCOC_A_FDS,		/* __s32[2]: descriptors that the call made (pipe, socketpair) */
	FALCOC_A_CREATED,	/* __u64: 1 where open made the file; else missing */
	FALCOC_A_REAL0,		/* what the kernel took PATH0 for (d_path), caught while it did */
	FALCOC_A_REAL1,		/* likewise for PATH1 */
	FALCOC_A_REAL0_ID,	/* struct falcoc_file_id: the file that was there then, if any */
	FALCOC_A_REAL1_ID,
	FALCOC_A_FD2,		/* struct falcoc_fd: the second open file of the call */
	FALCOC_A_FD2_PATH,
	FALCOC_A_SOCK2,		/* struct falcoc_sock: if that is a socket */
	FALCOC_A_DATA,		/* bytes of the call's buffer, up to the snap length */
	FALCOC_A_TEXT0,		/* strings as passed that are no paths of files, such as */
	FALCOC_A_TEXT1,		/* the name of a memfd or the type of a mount, in the order */
	FALCOC_A_TEXT2,		/* of the event's parameters */
	FALCOC_A_OUT,		/* __u64[]: numbers that the call took from or wrote to structures
				 * of the caller's, in the order of the parameters (OUT0 ...)
				 */
	FALCOC_A_SCRIPT_PATH,	/* d_path of the script whose interpreter was executed */
	FALCOC_A_SCRIPT_ID,	/* struct falcoc_file_id of that script */
	FALCOC_A_SIGNAL,	/* struct falcoc_signal */
	FALCOC_A_USAGE,		/* struct falcoc_usage: of the process, after the call */
	FALCOC_A_FDLIST,	/* struct falcoc_pollfd[]: what poll was asked for, and told */
	FALCOC_A_VALUE,		/* a value that the call was passed or gave by pointer: a socket's
				 * option, a setting of fsconfig; FALCOC_VALUE_MAX bytes of it
				 */
	FALCOC_A_CONTROL,	/* struct cmsghdr[]: what recvmsg received beside the data */
	FALCOC_A_DNS,		/* struct falcoc_dns: the message, or piece of a stream, in DATA */
	FALCOC_A_CGROUP,	/* strings, each with its NUL: paths of the control groups of who
				 * was executed, or of a child made in another group than its
				 * parent's. From the roots of the hierarchies; the default one's
				 * is first, then those of old (v1) ones, where they differ
				 */
	FALCOC_A_COUNT,
};

/* Kinds of open files. */
enum falcoc_fd_kind {
	FALCOC_FD_OTHER,
	FALCOC_FD_FILE,
	FALCOC_FD_DIR,
	FALCOC_FD_SOCKET,
	FALCOC_FD_PIPE,
	FALCOC_FD_CHAR,
	FALCOC_FD_BLOCK,
	FALCOC_FD_EVENTFD,
	FALCOC_FD_SIGNALFD,
	FALCOC_FD_EVENTPOLL,
	FALCOC_FD_INOTIFY,
	FALCOC_FD_FANOTIFY,
	FALCOC_FD_TIMERFD,
	FALCOC_FD_MEMFD,
	FALCOC_FD_BPF,
	FALCOC_FD_USERFAULTFD,
	FALCOC_FD_IO_URING,
	FALCOC_FD_PIDFD,
};

#define FALCOC_FD_F_UPPER	0x01	/* in the upper layer of an overlay */
#define FALCOC_FD_F_LOWER	0x02	/* in a lower layer of an overlay */

struct falcoc_fd {
	__s32 fd;
	__u16 kind;		/* enum falcoc_fd_kind */
	__u16 layer;		/* FALCOC_FD_F_* */
	__u64 ino;
	__u32 dev;		/* major << 20 | minor */
	__u32 mode;		/* type and permissions of the inode */
	__u32 flags;		/* of the open file: O_* as F_GETFL tells them */
	__u32 nlink;
};

/* Identity of a file: what it is called does not matter. */
struct falcoc_file_id {
	__u64 ino;
	__u32 dev;		/* major << 20 | minor */
	__u32 mode;
	__u32 uid;		/* owner, in the first user namespace */
	__u32 nlink;
};

struct falcoc_signal {
	__u32 sig;
	__s32 code;		/* SI_* */
	__u32 spid, suid;	/* sender, where the signal tells; else 0 */
};

/* What a process uses, as it was when the call returned. */
struct falcoc_usage {
	__u64 fdlimit;		/* RLIMIT_NOFILE, soft */
	__u64 maj_flt, min_flt;
	__u64 pidns_start_ns;	/* start of the pid namespace's first process, CLOCK_BOOTTIME */
	__u32 vm_size_kib, vm_rss_kib, vm_swap_kib;
	__u32 reserved;		/* 0 */
};

struct falcoc_pollfd {		/* the kernel's struct pollfd */
	__s32 fd;
	__s16 events, revents;	/* POLL* */
};

/* Which side of a connection the owner of the socket is, where the call or the socket tells. */
enum falcoc_role {
	FALCOC_ROLE_UNKNOWN,
	FALCOC_ROLE_CLIENT,	/* it called connect: the local side is the client */
	FALCOC_ROLE_SERVER,	/* it listens, or came of accept: the local side is the server */
};

struct falcoc_sock {
	__u16 family;		/* AF_*; IPv4-mapped IPv6 addresses come as AF_INET */
	__u16 type;		/* SOCK_* */
	__u16 protocol;		/* IPPROTO_* */
	__u8 role;		/* enum falcoc_role */
	__u8 state;		/* TCP_* of include/net/tcp_states.h */
	__u16 lport, rport;	/* local and remote, host order; 0 where unset */
	__u32 netns;		/* network namespace of the socket */
	__u64 ino;		/* of the socket in sockfs: its identity */
	__u64 peer_ino;		/* of the peer of a unix socket, or 0 */
	__u8 laddr[16], raddr[16];	/* network order; the first 4 bytes for AF_INET */
	__u32 accept_len, accept_max;	/* listening socket's queue and its limit */
};

/* Traits of an executable, in falcoc_exe.flags. */
#define FALCOC_EXE_WRITABLE	0x01	/* the user who runs it may write it */
#define FALCOC_EXE_UPPER	0x02
#define FALCOC_EXE_LOWER	0x04
#define FALCOC_EXE_MEMFD	0x08	/* lives in memory only */
#define FALCOC_EXE_SETUID	0x10
#define FALCOC_EXE_SETGID	0x20
#define FALCOC_EXE_SCRIPT	0x40	/* the file executed is a script; EXE is its interpreter */
#define FALCOC_EXE_DELETED	0x80

struct falcoc_exe {
	__u64 ino;
	__u32 dev;		/* major << 20 | minor */
	__u32 flags;		/* FALCOC_EXE_* */
	__u64 ctime_ns, mtime_ns;	/* CLOCK_REALTIME */
	__u64 fdlimit;		/* RLIMIT_NOFILE, soft */
	__u64 maj_flt, min_flt;
	__u32 vm_size_kib, vm_rss_kib, vm_swap_kib;
	__u32 argc;
	__u64 pidns_start_ns;	/* start of the pid namespace's first process, CLOCK_BOOTTIME */
};

struct falcoc_child {
	__u32 pid, tid;		/* in the first pid namespace */
	__u32 vpid, vtid;
	__u64 start_ns;		/* of the process (its leader), CLOCK_BOOTTIME */
	__u64 cgroup;
	__u32 mntns, pidns, netns, userns;
};

/*
 * Of dns_query, dns_answer and dns_served. SOCK has the addresses of the packet itself, or of the
 * TCP connection; DATA a whole message over UDP (FALCOC_ATTR_TRUNCATED: the beginning of one
 * longer than FALCOC_DNS_MAX), over TCP the next bytes of the stream, in which each message
 * follows its length in two bytes.
 */
#define FALCOC_DNS_F_LOOPBACK	0x1	/* came in by the loopback device */
#define FALCOC_DNS_F_USERNS	0x2	/* the socket's network namespace belongs to a user
					 * namespace other than the first one
					 */

struct falcoc_dns {
	__u32 flags;		/* FALCOC_DNS_F_* */
	/*
	 * Of the first byte in its stream. dns_answer: how many bytes came before it; what comes
	 * past 4 GiB is not told. The others: its sequence number; may wrap.
	 */
	__u32 pos;
	__u32 stream;		/* dns_answer over TCP: the sequence number that its stream began
				 * with, which a later one of the same ends does not have
				 */
	__u32 ifindex;		/* dns_answer: the device it came in by, as its socket sees it */
};

struct falcoc_exit {
	__u32 status;		/* as wait(2) gives it */
	__u32 ret;		/* exit status, if it ended by itself */
	__u32 sig;		/* signal that ended it, or 0 */
	__u32 core;		/* a core was dumped */
	__u32 reaper_tid;	/* who inherits its children, where known */
	__u32 thread;		/* 1: a thread ended, 0: the process with its last thread */
};

struct falcoc_open_how {
	__u64 flags, mode, resolve;
};

struct falcoc_producer {
	__u64 head;
	__u64 dropped;		/* records of this ring's CPU and class: look without a call */
	__u64 unkept;		/* class MAIN: what FALCOC_STATS_UNKEPT calls `dropped` of this
				 * CPU, likewise; 0 until there is more of it
				 */
};

struct falcoc_consumer {
	__u64 tail;
};

struct falcoc_hello {
	__u32 size;
	__u32 abi;		/* in: the caller's; out: the module's */
	__u32 rec_size;		/* in: sizeof(struct falcoc_rec) of the caller; out: the module's */
	__u32 events;		/* in: FALCOC_E_COUNT of the caller; out: the module's */
	char version[32];	/* out: the module's version, NUL ended */
};

struct falcoc_setup {
	__u32 size;
	__u32 latency_us;	/* 1 .. 1000000: a record waits no longer for a wake-up */
	__u32 ring_bytes[FALCOC_CLASS_COUNT];	/* powers of two, 128 KiB .. 512 MiB */
	__u32 watermark_bytes;	/* 1 .. the smaller ring's size */
	__u32 reserved;		/* 0 */
};

struct falcoc_info {
	__u32 size;
	__u32 possible;		/* out: CPUs that can exist */
	__u64 cpus[FALCOC_MAX_CPUS / 64];	/* out: those that have rings */
	__u64 events[FALCOC_MASK_WORDS];	/* out: bit n: this kernel has event n */
	__u64 uring_blind[FALCOC_MASK_WORDS];	/* out: bit n: event n by io_uring is not seen */
};

#define FALCOC_MASK_F_LIFECYCLE	0x1	/* fork, exec and exit whatever the masks say */
#define FALCOC_MASK_F_KTHREADS	0x2	/* events of kernel threads too */

struct falcoc_mask {
	__u32 size;
	__u32 flags;		/* FALCOC_MASK_F_* */
	__u64 exit[FALCOC_MASK_WORDS];	/* bit n: record event n (enum falcoc_event) */
	__u64 enter[FALCOC_MASK_WORDS];	/* likewise, at the entry of the call */
	__u64 data[FALCOC_MASK_WORDS];	/* likewise: with the bytes of its buffer */
	__u32 snap_bytes;		/* of a buffer, at most FALCOC_SNAP_MAX */
	__u32 reserved;			/* 0 */
};

/* Leaves out the events of a process. A second call replaces the first. */
struct falcoc_exclude {
	__u32 size;
	__u32 pid;		/* 0: the caller's process; 0xffffffff: nobody */
};

/*
 * Events that are waited for: the first of their records after silence wakes at once, not by the
 * latency.
 */
struct falcoc_urgent {
	__u32 size;
	__u32 reserved;			/* 0 */
	__u64 events[FALCOC_MASK_WORDS];	/* bit n: event n, at entry and end of the call */
};

#define FALCOC_EVENTS_MAX	(FALCOC_MASK_WORDS * 64)

/*
 * Whose records were dropped, for the processes and cgroups with the most of them. `count` is
 * too large by at most `error` (see "Accounting"). Unused entries are zero, order means nothing.
 */
#define FALCOC_DROPPERS		8

struct falcoc_dropper {
	__u64 count, error;
	__u64 start_ns;		/* start of the process, CLOCK_BOOTTIME */
	__u64 cgroup;		/* id in the default hierarchy, at its last drop */
	__u32 pid;		/* in the first pid namespace */
	char comm[FALCOC_COMM_LEN];	/* at its last drop */
	__u32 reserved;		/* 0 */
};

struct falcoc_drop_cgroup {
	__u64 count, error;
	__u64 cgroup;
};

/*
 * In the place of a class: what hooks saw of calls in flight, and could not be kept until they
 * returned ("Accounting"). Of the counters only `dropped`, `dropped_*` and the tables mean
 * something then; they count since the module was loaded.
 */
#define FALCOC_STATS_UNKEPT	FALCOC_CLASS_COUNT

/* Counters of one ring (or, with cpu = 0xffffffff, of all CPUs summed). */
struct falcoc_stats {
	__u32 size;
	__u32 cpu;		/* in */
	__u32 cls;		/* in: enum falcoc_class, or FALCOC_STATS_UNKEPT */
	__u32 reserved;		/* 0 */
	__u64 head, tail;	/* out: positions; both 0 in a sum */
	__u64 produced, dropped;	/* out: records */
	__u64 dropped_full;	/* of these: the ring (UNKEPT: all the room) was full */
	__u64 dropped_nested;	/* a probe interrupted by another on its CPU */
	__u64 dropped_noring;	/* the CPU had no ring yet */
	__u64 bad_tail;		/* times that the consumer's tail made no sense */
	__u64 faults;		/* strings of callers that could not be read */
	__u64 dropped_share;	/* of UNKEPT only: its user or cgroup holds as much as it may */
	__u64 dns_limited;	/* messages of name servers beyond their sender's rate, since the
				 * module was loaded; only in the sum of class DNS
				 */
	__u64 drop_ns;		/* when a record was dropped last, CLOCK_BOOTTIME; 0: never */
	__u32 drop_pid;		/* and whose it was */
	char drop_comm[FALCOC_COMM_LEN];
	__u32 reserved2;
	/* out: of one CPU only; zero in a sum. In the sum of UNKEPT by_cgroup[0] is the cgroup that
	 * holds most of the room now, and `count` its bytes
	 */
	struct falcoc_dropper by_process[FALCOC_DROPPERS];
	struct falcoc_drop_cgroup by_cgroup[FALCOC_DROPPERS];
	__u64 ev_produced[FALCOC_EVENTS_MAX];
	__u64 ev_dropped[FALCOC_EVENTS_MAX];
	__u64 filtered;		/* kept out by a predicate: neither produced nor dropped */
	__u64 ev_filtered[FALCOC_EVENTS_MAX];
};

#define FALCOC_IOC_HELLO	_IOWR('F', 0xc0, struct falcoc_hello)
#define FALCOC_IOC_SETUP	_IOW('F', 0xc1, struct falcoc_setup)
#define FALCOC_IOC_INFO		_IOWR('F', 0xc2, struct falcoc_info)
#define FALCOC_IOC_MASK		_IOW('F', 0xc3, struct falcoc_mask)
#define FALCOC_IOC_EXCLUDE	_IOW('F', 0xc4, struct falcoc_exclude)
#define FALCOC_IOC_START	_IO('F', 0xc5)
#define FALCOC_IOC_STOP		_IO('F', 0xc6)
#define FALCOC_IOC_STATS	_IOWR('F', 0xc7, struct falcoc_stats)
/* 0xc8: falcoc_predicate.h */
#define FALCOC_IOC_URGENT	_IOW('F', 0xc9, struct falcoc_urgent)

/* Both sides compile these: a layout that differs does not build. */
#ifdef __KERNEL__
#define FALCOC_ASSERT(e) static_assert(e)
#else
#define FALCOC_ASSERT(e) _Static_assert(e, #e)
#endif
FALCOC_ASSERT(sizeof(struct falcoc_rec) == 224);
FALCOC_ASSERT(sizeof(struct falcoc_attr) == 8);
FALCOC_ASSERT(sizeof(struct falcoc_fd) == 32);
FALCOC_ASSERT(sizeof(struct falcoc_sock) == 72);
FALCOC_ASSERT(sizeof(struct falcoc_exe) == 80);
FALCOC_ASSERT(sizeof(struct falcoc_child) == 48);
FALCOC_ASSERT(sizeof(struct falcoc_exit) == 24);
FALCOC_ASSERT(sizeof(struct falcoc_setup) == 28);
FALCOC_ASSERT(sizeof(struct falcoc_mask) == 208);
FALCOC_ASSERT(sizeof(struct falcoc_urgent) == 8 + 8 * FALCOC_MASK_WORDS);
FALCOC_ASSERT(sizeof(struct falcoc_producer) == 24);
FALCOC_ASSERT(sizeof(struct falcoc_dropper) == 56);
FALCOC_ASSERT(sizeof(struct falcoc_drop_cgroup) == 24);
FALCOC_ASSERT(sizeof(struct falcoc_stats) == 784 + 24 * FALCOC_EVENTS_MAX);
FALCOC_ASSERT(sizeof(struct falcoc_facts) == 97 * 4);
FALCOC_ASSERT(sizeof(struct falcoc_program) == 16);
FALCOC_ASSERT(sizeof(struct falcoc_predicate) == 24 + 4 * FALCOC_EVENTS_MAX);
FALCOC_ASSERT(FALCOC_PREDICATE_EVENTS == FALCOC_EVENTS_MAX);
FALCOC_ASSERT(sizeof(struct falcoc_file_id) == 24);
FALCOC_ASSERT(sizeof(struct falcoc_signal) == 16);
FALCOC_ASSERT(sizeof(struct falcoc_usage) == 48);
FALCOC_ASSERT(sizeof(struct falcoc_pollfd) == 8);
FALCOC_ASSERT(sizeof(struct falcoc_dns) == 16);
FALCOC_ASSERT(FALCOC_E_COUNT <= FALCOC_EVENTS_MAX);

#endif
