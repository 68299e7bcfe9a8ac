/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * falcoc_events.h - the events that falcoc knows, one list for everybody
 *
 * The module's recorders, the decoder, evt.type, evt.arg.*, `falcoc list events`
 * and the docs all come from this list. Names and parameters are those that
 * Falco gives to the same call, so that its rules mean the same.
 *
 *	EV(ID, name, CLASS, CATEGORY, TRAITS, recorder, PARAMS)
 *
 * ID		FALCOC_E_ID is its number. New events go to the end.
 * name		value of evt.type
 * CLASS	ring that it rides: MAIN, PROC or DNS (enum falcoc_class)
 * CATEGORY	evt.category: FILE NET IPC IO_READ IO_WRITE IO_OTHER MEMORY PROCESS USER
 *		SIGNAL SLEEP TIME WAIT SYSTEM OTHER
 * TRAITS	sum of FALCOC_T_*
 * recorder	function record_<recorder>() of the module that reads what the event needs
 * PARAMS	P(name, TYPE, SOURCE, TABLE) for each parameter in Falco's order; expanded
 *		by whatever is passed as P
 *
 * TYPE is Falco's (ERRNO, FD, PID, FSPATH, ...), SOURCE says where in a record the
 * TYPE is Falco's (ERRNO, FD, PID, FSPATH, ...), SOURCE says where in a record the
 * value lies (enum falcoc_source), TABLE names the flag table that renders it.
 *
 * A system call that Falco knows by name only is a row of one word, FALCOC_SYS(), or of
 * one of its relatives, which tell besides what the call is about: its number and its
 * arguments as passed are its parameters. UNKNOWN is a number that no table has.
 */
#ifndef _UAPI_FALCOC_EVENTS_H
#define _UAPI_FALCOC_EVENTS_H

#define FALCOC_T_NONE		0x00
#define FALCOC_T_FD		0x01	/* can carry an open file: fd.* may have values */
#define FALCOC_T_NEW_FD		0x02	/* and that file is what the call returned */
#define FALCOC_T_PATH		0x04	/* names a path: fs.path.* may have values */
#define FALCOC_T_TRACEPOINT	0x08	/* no system call */
#define FALCOC_T_META		0x10	/* for falcoc's own state, not for rules */
#define FALCOC_T_OPEN		0x20	/* opens a file by path: evt.is_open_* apply */
#define FALCOC_T_READ		0x40	/* reads from its fd */
#define FALCOC_T_WRITE		0x80	/* writes to its fd */
#define FALCOC_T_EXEC		0x100	/* installs a new program image */
#define FALCOC_T_FORK		0x200	/* makes a process or thread */
#define FALCOC_T_GENERIC	0x400	/* its parameters are its number and raw arguments */
#define FALCOC_T_NO_RETURN	0x800	/* does not return: its exit event is made at its entry */
#define FALCOC_T_WAIT		0x1000	/* may wait for something to happen */

/*
 * Where a parameter's value lies. FDLIST, VALUE and CONTROL are attributes of that name,
 * FD_LAYER the flags FALCOC_FD_F_* of FD, TEXTn_ARGm the string where the record has it
 * and else the number as passed, ZERO a number that the call has not but its newer sister.
 * VM_SIZE and its like lie in USAGE where there is no EXE.
 */
#define FALCOC_SOURCES(S)								\
	S(RES) S(ARG0) S(ARG1) S(ARG2) S(ARG3) S(ARG4) S(ARG5)				\
	S(TID) S(PID) S(PPID) S(VTID) S(VPID) S(PGID) S(VPGID) S(UID) S(GID) S(LOGINUID)\
	S(TTY) S(COMM) S(CAP_PERMITTED) S(CAP_EFFECTIVE) S(CAP_INHERITABLE)		\
	S(FD_DEV) S(FD_INO) S(TUPLE) S(SOCKADDR) S(QUEUE_PCT) S(QUEUE_LEN) S(QUEUE_MAX)	\
	S(PATH0) S(PATH1) S(OPEN_FLAGS) S(HOW_FLAGS) S(HOW_MODE) S(HOW_RESOLVE)		\
	S(CLONE_FLAGS) S(SOCK_TYPE) S(SOCK_FLAGS)					\
	S(EXE) S(ARGS) S(CWD) S(ENV) S(EXE_PATH) S(EXE_FLAGS) S(EXE_INO)		\
	S(EXE_CTIME) S(EXE_MTIME) S(FDLIMIT) S(MAJ_FLT) S(MIN_FLT) S(VM_SIZE) S(VM_RSS)	\
	S(VM_SWAP) S(CGROUPS) S(PIDNS_START)						\
	S(EXIT_STATUS) S(EXIT_RET) S(EXIT_SIG) S(EXIT_CORE) S(EXIT_REAPER)		\
	S(CHILD_PID) S(CHILD_TID)							\
	S(DATA) S(TEXT0) S(TEXT1) S(TEXT2) S(FD0) S(FD1) S(SYSCALL)			\
	S(OUT0) S(OUT1) S(OUT2) S(OUT3) S(OUT4) S(OUT5) S(OUT6) S(OUT7) S(OUT8) S(OUT9)	\
	S(SIGNAL_SIG) S(SIGNAL_PID)							\
	S(OUT10) S(OUT11) S(OUT12) S(OUT13) S(FD_PATH) S(FD_LAYER) S(FDLIST) S(VALUE)	\
	S(CONTROL) S(TEXT0_ARG1) S(TEXT1_ARG2) S(TEXT2_ARG3) S(ZERO)

#define FALCOC_SOURCE_ENUM(s) FALCOC_SRC_##s,
enum falcoc_source {
	FALCOC_SOURCES(FALCOC_SOURCE_ENUM)
	FALCOC_SRC_COUNT,
};

/* Parameters that several events share. */
#define FALCOC_P_NONE
#define FALCOC_P_EXEC(P)								\
	P(res, ERRNO, RES, NONE) P(exe, CHARBUF, EXE, NONE) P(args, BYTEBUF, ARGS, NONE)\
	P(tid, PID, TID, NONE) P(pid, PID, PID, NONE) P(ptid, PID, PPID, NONE)		\
	P(cwd, CHARBUF, CWD, NONE) P(fdlimit, UINT64, FDLIMIT, NONE)			\
	P(pgft_maj, UINT64, MAJ_FLT, NONE) P(pgft_min, UINT64, MIN_FLT, NONE)		\
	P(vm_size, UINT32, VM_SIZE, NONE) P(vm_rss, UINT32, VM_RSS, NONE)		\
	P(vm_swap, UINT32, VM_SWAP, NONE) P(comm, CHARBUF, COMM, NONE)			\
	P(cgroups, BYTEBUF, CGROUPS, NONE) P(env, BYTEBUF, ENV, NONE)			\
	P(tty, UINT32, TTY, NONE) P(vpgid, PID, VPGID, NONE)				\
	P(loginuid, UID, LOGINUID, NONE) P(flags, FLAGS32, EXE_FLAGS, exe)		\
	P(cap_inheritable, UINT64, CAP_INHERITABLE, NONE)				\
	P(cap_permitted, UINT64, CAP_PERMITTED, NONE)					\
	P(cap_effective, UINT64, CAP_EFFECTIVE, NONE)					\
	P(exe_ino, UINT64, EXE_INO, NONE) P(exe_ino_ctime, ABSTIME, EXE_CTIME, NONE)	\
	P(exe_ino_mtime, ABSTIME, EXE_MTIME, NONE) P(uid, UID, UID, NONE)		\
	P(trusted_exepath, FSPATH, EXE_PATH, NONE) P(pgid, PID, PGID, NONE)		\
	P(gid, GID, GID, NONE)

#define FALCOC_P_CLONE(P)								\
	P(res, PID, RES, NONE) P(exe, CHARBUF, EXE, NONE) P(args, BYTEBUF, ARGS, NONE)	\
	P(tid, PID, TID, NONE) P(pid, PID, PID, NONE) P(ptid, PID, PPID, NONE)		\
	P(cwd, CHARBUF, CWD, NONE) P(fdlimit, INT64, FDLIMIT, NONE)			\
	P(pgft_maj, UINT64, MAJ_FLT, NONE) P(pgft_min, UINT64, MIN_FLT, NONE)		\
	P(vm_size, UINT32, VM_SIZE, NONE) P(vm_rss, UINT32, VM_RSS, NONE)		\
	P(vm_swap, UINT32, VM_SWAP, NONE) P(comm, CHARBUF, COMM, NONE)			\
	P(cgroups, BYTEBUF, CGROUPS, NONE) P(flags, FLAGS32, CLONE_FLAGS, clone)	\
	P(uid, UINT32, UID, NONE) P(gid, UINT32, GID, NONE) P(vtid, PID, VTID, NONE)	\
	P(vpid, PID, VPID, NONE) P(pidns_init_start_ts, UINT64, PIDNS_START, NONE)

#define FALCOC_P_ACCEPT(P)								\
	P(fd, FD, RES, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE)				\
	P(queuepct, UINT8, QUEUE_PCT, NONE) P(queuelen, UINT32, QUEUE_LEN, NONE)	\
	P(queuemax, UINT32, QUEUE_MAX, NONE)
/* A message to or from a name server. */
#define FALCOC_P_DNS(P)									\
	P(tuple, SOCKTUPLE, TUPLE, NONE) P(data, BYTEBUF, DATA, NONE)
#define FALCOC_P_SYSCALL(P)								\
	P(ID, SYSCALLID, SYSCALL, NONE) P(nativeID, UINT16, SYSCALL, NONE)		\
	P(arg0, UINT64, ARG0, NONE) P(arg1, UINT64, ARG1, NONE)				\
	P(arg2, UINT64, ARG2, NONE) P(arg3, UINT64, ARG3, NONE)				\
	P(arg4, UINT64, ARG4, NONE) P(arg5, UINT64, ARG5, NONE)

/* Rows of system calls that have no parameters of their own. */
#define FALCOC_SYS(EV, P, name)							\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC, none, FALCOC_P_SYSCALL(P))
/* The first argument is an open file; the first two are; the result is one. */
#define FALCOC_SYS_FD(EV, P, name)							\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_FD, fd, FALCOC_P_SYSCALL(P))
#define FALCOC_SYS_FD2(EV, P, name)							\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_FD, fd_fd, FALCOC_P_SYSCALL(P))
#define FALCOC_SYS_NEW_FD(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,\
	   FALCOC_P_SYSCALL(P))
/* The first argument is a path, or a directory and a path, or two of them. */
#define FALCOC_SYS_PATH(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_PATH, path,		\
	   FALCOC_P_SYSCALL(P) P(path, FSPATH, PATH0, NONE))
#define FALCOC_SYS_PATH_AT(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_PATH, path_at,		\
	   FALCOC_P_SYSCALL(P) P(dirfd, FD, ARG0, NONE) P(path, FSRELPATH, PATH0, NONE))
#define FALCOC_SYS_PATH2(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_PATH, path2,		\
	   FALCOC_P_SYSCALL(P) P(oldpath, FSPATH, PATH0, NONE)				\
	   P(newpath, FSPATH, PATH1, NONE))
#define FALCOC_SYS_PATH2_AT(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_PATH, path2_at,		\
	   FALCOC_P_SYSCALL(P) P(olddirfd, FD, ARG0, NONE)				\
	   P(oldpath, FSRELPATH, PATH0, NONE) P(newdirfd, FD, ARG2, NONE)		\
	   P(newpath, FSRELPATH, PATH1, NONE))
/* It does not return. */
#define FALCOC_SYS_GONE(EV, P, name)						\
	EV(name, name, MAIN, OTHER, FALCOC_T_GENERIC | FALCOC_T_NO_RETURN, none,		\
	   FALCOC_P_SYSCALL(P))

#define FALCOC_EVENTS(EV, P)								\
EV(EXECVE, execve, PROC, PROCESS, FALCOC_T_EXEC | FALCOC_T_PATH, exec_failed,		\
   FALCOC_P_EXEC(P) P(filename, FSPATH, PATH0, NONE))					\
EV(EXECVEAT, execveat, PROC, PROCESS, FALCOC_T_EXEC | FALCOC_T_PATH, execveat_failed,	\
   FALCOC_P_EXEC(P))									\
EV(CLONE, clone, PROC, PROCESS, FALCOC_T_FORK, clone, FALCOC_P_CLONE(P))		\
EV(CLONE3, clone3, PROC, PROCESS, FALCOC_T_FORK, clone3, FALCOC_P_CLONE(P))		\
EV(FORK, fork, PROC, PROCESS, FALCOC_T_FORK, usage, FALCOC_P_CLONE(P))			\
EV(VFORK, vfork, PROC, PROCESS, FALCOC_T_FORK, usage, FALCOC_P_CLONE(P))		\
EV(PROCEXIT, procexit, PROC, PROCESS, FALCOC_T_TRACEPOINT, none,			\
   P(status, ERRNO, EXIT_STATUS, NONE) P(ret, ERRNO, EXIT_RET, NONE)			\
   P(sig, SIGTYPE, EXIT_SIG, signal) P(core, UINT8, EXIT_CORE, NONE)			\
   P(reaper_tid, PID, EXIT_REAPER, NONE))						\
EV(SCHED_FORK, sched_process_fork, PROC, PROCESS,					\
   FALCOC_T_TRACEPOINT | FALCOC_T_META, none,						\
   P(child_pid, PID, CHILD_PID, NONE) P(child_tid, PID, CHILD_TID, NONE))		\
EV(OPEN, open, MAIN, FILE, FALCOC_T_FD | FALCOC_T_NEW_FD | FALCOC_T_PATH | FALCOC_T_OPEN,\
   open,										\
   P(fd, FD, RES, NONE) P(name, FSPATH, PATH0, NONE) P(flags, FLAGS32, OPEN_FLAGS, open)\
   P(mode, UINT32, ARG2, NONE) P(dev, UINT32, FD_DEV, NONE) P(ino, UINT64, FD_INO, NONE))\
EV(OPENAT, openat, MAIN, FILE,								\
   FALCOC_T_FD | FALCOC_T_NEW_FD | FALCOC_T_PATH | FALCOC_T_OPEN, openat,		\
   P(fd, FD, RES, NONE) P(dirfd, FD, ARG0, NONE) P(name, FSRELPATH, PATH0, NONE)	\
   P(flags, FLAGS32, OPEN_FLAGS, open) P(mode, UINT32, ARG3, NONE)			\
   P(dev, UINT32, FD_DEV, NONE) P(ino, UINT64, FD_INO, NONE))				\
EV(OPENAT2, openat2, MAIN, FILE,							\
   FALCOC_T_FD | FALCOC_T_NEW_FD | FALCOC_T_PATH | FALCOC_T_OPEN, openat2,		\
   P(fd, FD, RES, NONE) P(dirfd, FD, ARG0, NONE) P(name, FSRELPATH, PATH0, NONE)	\
   P(flags, FLAGS32, HOW_FLAGS, open) P(mode, UINT32, HOW_MODE, NONE)			\
   P(resolve, FLAGS32, HOW_RESOLVE, resolve)						\
   P(dev, UINT32, FD_DEV, NONE) P(ino, UINT64, FD_INO, NONE))				\
EV(CREAT, creat, MAIN, FILE, FALCOC_T_FD | FALCOC_T_NEW_FD | FALCOC_T_PATH | FALCOC_T_OPEN,\
   open,										\
   P(fd, FD, RES, NONE) P(name, FSPATH, PATH0, NONE) P(mode, UINT32, ARG1, NONE)	\
   P(dev, UINT32, FD_DEV, NONE) P(ino, UINT64, FD_INO, NONE)				\
   P(creat_flags, FLAGS16, FD_LAYER, creat))						\
EV(UNLINK, unlink, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE))				\
EV(UNLINKAT, unlinkat, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(name, FSRELPATH, PATH0, NONE)	\
   P(flags, FLAGS32, ARG2, unlinkat))							\
EV(RENAME, rename, MAIN, FILE, FALCOC_T_PATH, path2,					\
   P(res, ERRNO, RES, NONE) P(oldpath, FSPATH, PATH0, NONE)				\
   P(newpath, FSPATH, PATH1, NONE))							\
EV(RENAMEAT, renameat, MAIN, FILE, FALCOC_T_PATH, path2_at,				\
   P(res, ERRNO, RES, NONE) P(olddirfd, FD, ARG0, NONE) P(oldpath, FSRELPATH, PATH0, NONE)\
   P(newdirfd, FD, ARG2, NONE) P(newpath, FSRELPATH, PATH1, NONE))			\
EV(RENAMEAT2, renameat2, MAIN, FILE, FALCOC_T_PATH, path2_at,				\
   P(res, ERRNO, RES, NONE) P(olddirfd, FD, ARG0, NONE) P(oldpath, FSRELPATH, PATH0, NONE)\
   P(newdirfd, FD, ARG2, NONE) P(newpath, FSRELPATH, PATH1, NONE)			\
   P(flags, FLAGS32, ARG4, renameat2))							\
EV(MKDIR, mkdir, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE) P(mode, UINT32, ARG1, NONE))	\
EV(MKDIRAT, mkdirat, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(path, FSRELPATH, PATH0, NONE)	\
   P(mode, UINT32, ARG2, NONE))								\
EV(RMDIR, rmdir, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE))				\
EV(CHMOD, chmod, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(filename, FSPATH, PATH0, NONE) P(mode, MODE, ARG1, mode))	\
EV(FCHMOD, fchmod, MAIN, FILE, FALCOC_T_FD, fd,						\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(mode, MODE, ARG1, mode))		\
EV(FCHMODAT, fchmodat, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(filename, FSRELPATH, PATH0, NONE)\
   P(mode, MODE, ARG2, mode))								\
EV(FCHMODAT2, fchmodat2, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(filename, FSRELPATH, PATH0, NONE)\
   P(mode, MODE, ARG2, mode) P(flags, FLAGS32, ARG3, at))				\
EV(CHOWN, chown, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE) P(uid, UINT32, ARG1, NONE)	\
   P(gid, UINT32, ARG2, NONE))								\
EV(LCHOWN, lchown, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE) P(uid, UINT32, ARG1, NONE)	\
   P(gid, UINT32, ARG2, NONE))								\
EV(FCHOWN, fchown, MAIN, FILE, FALCOC_T_FD, fd,						\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(uid, UINT32, ARG1, NONE)		\
   P(gid, UINT32, ARG2, NONE))								\
EV(FCHOWNAT, fchownat, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(pathname, FSRELPATH, PATH0, NONE)\
   P(uid, UINT32, ARG2, NONE) P(gid, UINT32, ARG3, NONE) P(flags, FLAGS32, ARG4, at))	\
EV(LINK, link, MAIN, FILE, FALCOC_T_PATH, path2,					\
   P(res, ERRNO, RES, NONE) P(oldpath, FSPATH, PATH0, NONE)				\
   P(newpath, FSPATH, PATH1, NONE))							\
EV(LINKAT, linkat, MAIN, FILE, FALCOC_T_PATH, path2_at,					\
   P(res, ERRNO, RES, NONE) P(olddir, FD, ARG0, NONE) P(oldpath, FSRELPATH, PATH0, NONE)\
   P(newdir, FD, ARG2, NONE) P(newpath, FSRELPATH, PATH1, NONE)				\
   P(flags, FLAGS32, ARG4, linkat))							\
EV(SYMLINK, symlink, MAIN, FILE, FALCOC_T_PATH, symlink,				\
   P(res, ERRNO, RES, NONE) P(target, CHARBUF, PATH0, NONE)				\
   P(linkpath, FSPATH, PATH1, NONE))							\
EV(SYMLINKAT, symlinkat, MAIN, FILE, FALCOC_T_PATH, symlinkat,				\
   P(res, ERRNO, RES, NONE) P(target, CHARBUF, PATH0, NONE)				\
   P(linkdirfd, FD, ARG1, NONE) P(linkpath, FSRELPATH, PATH1, NONE))			\
EV(SOCKET, socket, MAIN, NET, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,			\
   P(fd, FD, RES, NONE) P(domain, ENUMFLAGS32, ARG0, family)				\
   P(type, UINT32, SOCK_TYPE, NONE) P(proto, UINT32, ARG2, NONE)			\
   P(flags, FLAGS32, SOCK_FLAGS, sock))							\
EV(CONNECT, connect, MAIN, NET, FALCOC_T_FD, connect,					\
   P(res, ERRNO, RES, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE) P(fd, FD, ARG0, NONE)	\
   P(addr, SOCKADDR, SOCKADDR, NONE))							\
EV(ACCEPT, accept, MAIN, NET, FALCOC_T_FD | FALCOC_T_NEW_FD, accept,			\
   FALCOC_P_ACCEPT(P))									\
EV(ACCEPT4, accept4, MAIN, NET, FALCOC_T_FD | FALCOC_T_NEW_FD, accept,			\
   FALCOC_P_ACCEPT(P) P(flags, INT32, ARG3, NONE))					\
EV(BIND, bind, MAIN, NET, FALCOC_T_FD, bind,						\
   P(res, ERRNO, RES, NONE) P(addr, SOCKADDR, SOCKADDR, NONE) P(fd, FD, ARG0, NONE))	\
EV(LISTEN, listen, MAIN, NET, FALCOC_T_FD, listen,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(backlog, INT32, ARG1, NONE))	\
EV(SENDTO, sendto, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendto,		\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE))			\
EV(SENDMSG, sendmsg, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendmsg,		\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, OUT0, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE))			\
EV(SENDMMSG, sendmmsg, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendmmsg,		\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(size, UINT32, OUT0, NONE)		\
   P(data, BYTEBUF, DATA, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE))			\
EV(SETUID, setuid, PROC, USER, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(uid, UID, ARG0, NONE))					\
EV(SETGID, setgid, PROC, USER, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(gid, GID, ARG0, NONE))					\
EV(SETREUID, setreuid, PROC, USER, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(ruid, UID, ARG0, NONE) P(euid, UID, ARG1, NONE))		\
EV(SETREGID, setregid, PROC, USER, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(rgid, UID, ARG0, NONE) P(egid, UID, ARG1, NONE))		\
EV(SETRESUID, setresuid, PROC, USER, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(ruid, UID, ARG0, NONE) P(euid, UID, ARG1, NONE)		\
   P(suid, UID, ARG2, NONE))								\
EV(SETRESGID, setresgid, PROC, USER, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(rgid, GID, ARG0, NONE) P(egid, GID, ARG1, NONE)		\
   P(sgid, GID, ARG2, NONE))								\
EV(KILL, kill, MAIN, SIGNAL, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(pid, PID, ARG0, NONE) P(sig, SIGTYPE, ARG1, signal))	\
EV(TKILL, tkill, MAIN, SIGNAL, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(tid, PID, ARG0, NONE) P(sig, SIGTYPE, ARG1, signal))	\
EV(TGKILL, tgkill, MAIN, SIGNAL, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(pid, PID, ARG0, NONE) P(tid, PID, ARG1, NONE)		\
   P(sig, SIGTYPE, ARG2, signal))							\
EV(INIT_MODULE, init_module, MAIN, OTHER, FALCOC_T_NONE, init_module,			\
   P(res, ERRNO, RES, NONE) P(img, BYTEBUF, DATA, NONE) P(length, UINT64, ARG1, NONE)	\
   P(uargs, CHARBUF, TEXT0, NONE))							\
EV(FINIT_MODULE, finit_module, MAIN, OTHER, FALCOC_T_FD, finit_module,			\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(uargs, CHARBUF, TEXT0, NONE)	\
   P(flags, FLAGS32, ARG2, finit_module))						\
EV(READ, read, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, read,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE))								\
EV(WRITE, write, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, read,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE))								\
EV(PREAD, pread, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, read,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE) P(pos, UINT64, ARG3, NONE))				\
EV(PWRITE, pwrite, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, read,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE) P(pos, UINT64, ARG3, NONE))				\
EV(READV, readv, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, readv,			\
   P(res, ERRNO, RES, NONE) P(size, UINT32, OUT0, NONE) P(data, BYTEBUF, DATA, NONE)	\
   P(fd, FD, ARG0, NONE))								\
EV(WRITEV, writev, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, readv,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, OUT0, NONE))								\
EV(PREADV, preadv, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, readv,			\
   P(res, ERRNO, RES, NONE) P(size, UINT32, OUT0, NONE) P(data, BYTEBUF, DATA, NONE)	\
   P(fd, FD, ARG0, NONE) P(pos, UINT64, ARG3, NONE))					\
EV(PWRITEV, pwritev, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, readv,		\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, OUT0, NONE) P(pos, UINT64, ARG3, NONE))				\
EV(RECVFROM, recvfrom, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, recvfrom,		\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE)				\
   P(tuple, SOCKTUPLE, TUPLE, NONE) P(fd, FD, ARG0, NONE) P(size, UINT32, ARG2, NONE))	\
EV(RECVMSG, recvmsg, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, recvmsg,		\
   P(res, ERRNO, RES, NONE) P(size, UINT32, OUT0, NONE) P(data, BYTEBUF, DATA, NONE)	\
   P(tuple, SOCKTUPLE, TUPLE, NONE) P(msgcontrol, BYTEBUF, CONTROL, NONE)		\
   P(fd, FD, ARG0, NONE))								\
EV(RECVMMSG, recvmmsg, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, recvmmsg,		\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(size, UINT32, OUT0, NONE)		\
   P(data, BYTEBUF, DATA, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE)			\
   P(msgcontrol, BYTEBUF, CONTROL, NONE))						\
EV(SHUTDOWN, shutdown, MAIN, NET, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(how, ENUMFLAGS8, ARG1, shutdown))	\
EV(CHDIR, chdir, PROC, FILE, FALCOC_T_NONE, chdir,					\
   P(res, ERRNO, RES, NONE) P(path, CHARBUF, PATH0, NONE))				\
EV(FCHDIR, fchdir, PROC, FILE, FALCOC_T_FD, fchdir,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)) \
EV(SIGNALDELIVER, signaldeliver, MAIN, SIGNAL, FALCOC_T_TRACEPOINT, none,		\
   P(spid, PID, SIGNAL_PID, NONE) P(dpid, PID, PID, NONE)				\
   P(sig, SIGTYPE, SIGNAL_SIG, signal))							\
EV(CLOSE, close, MAIN, IO_OTHER, FALCOC_T_FD, close,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE))					\
EV(STAT, stat, MAIN, FILE, FALCOC_T_PATH, path,						\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE))				\
EV(FSTAT, fstat, MAIN, FILE, FALCOC_T_FD, fd,						\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE))					\
EV(LSTAT, lstat, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE))				\
EV(POLL, poll, MAIN, WAIT, FALCOC_T_WAIT, poll,						\
   P(res, ERRNO, RES, NONE) P(fds, FDLIST, FDLIST, NONE) P(timeout, INT64, OUT0, NONE))	\
EV(LSEEK, lseek, MAIN, FILE, FALCOC_T_FD, fd,						\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(offset, UINT64, ARG1, NONE)		\
   P(whence, ENUMFLAGS8, ARG2, lseek_whence))						\
EV(MMAP, mmap, MAIN, MEMORY, FALCOC_T_FD, mmap,						\
   P(res, ERRNO, RES, NONE) P(vm_size, UINT32, VM_SIZE, NONE)				\
   P(vm_rss, UINT32, VM_RSS, NONE) P(vm_swap, UINT32, VM_SWAP, NONE)			\
   P(addr, UINT64, ARG0, NONE) P(length, UINT64, ARG1, NONE)				\
   P(prot, FLAGS32, ARG2, mmap_prot) P(flags, FLAGS32, ARG3, mmap) P(fd, FD, ARG4, NONE) \
   P(offset, UINT64, ARG5, NONE))							\
EV(MPROTECT, mprotect, MAIN, MEMORY, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(addr, UINT64, ARG0, NONE) P(length, UINT64, ARG1, NONE)	\
   P(prot, FLAGS32, ARG2, mmap_prot))							\
EV(MUNMAP, munmap, MAIN, MEMORY, FALCOC_T_NONE, usage,					\
   P(res, ERRNO, RES, NONE) P(vm_size, UINT32, VM_SIZE, NONE)				\
   P(vm_rss, UINT32, VM_RSS, NONE) P(vm_swap, UINT32, VM_SWAP, NONE)			\
   P(addr, UINT64, ARG0, NONE) P(length, UINT64, ARG1, NONE))				\
EV(BRK, brk, MAIN, MEMORY, FALCOC_T_NONE, usage,					\
   P(res, UINT64, RES, NONE) P(vm_size, UINT32, VM_SIZE, NONE)				\
   P(vm_rss, UINT32, VM_RSS, NONE) P(vm_swap, UINT32, VM_SWAP, NONE)			\
   P(addr, UINT64, ARG0, NONE))								\
EV(IOCTL, ioctl, MAIN, IO_OTHER, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(request, UINT64, ARG1, NONE)	\
   P(argument, UINT64, ARG2, NONE))							\
EV(ACCESS, access, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(name, FSPATH, PATH0, NONE) P(mode, FLAGS32, ARG1, access)) \
EV(PIPE, pipe, MAIN, IPC, FALCOC_T_FD, pipe,						\
   P(res, ERRNO, RES, NONE) P(fd1, FD, FD0, NONE) P(fd2, FD, FD1, NONE)			\
   P(ino, UINT64, FD_INO, NONE))							\
EV(SELECT, select, MAIN, WAIT, FALCOC_T_WAIT, none,					\
   P(res, ERRNO, RES, NONE))								\
EV(DUP, dup, MAIN, IO_OTHER, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,			\
   P(res, FD, RES, NONE) P(oldfd, FD, ARG0, NONE))					\
EV(DUP2, dup2, MAIN, IO_OTHER, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,			\
   P(res, FD, RES, NONE) P(oldfd, FD, ARG0, NONE) P(newfd, FD, ARG1, NONE))		\
EV(NANOSLEEP, nanosleep, MAIN, SLEEP, FALCOC_T_WAIT, nanosleep,				\
   P(res, ERRNO, RES, NONE) P(interval, RELTIME, OUT0, NONE))				\
EV(SENDFILE, sendfile, MAIN, IO_WRITE, FALCOC_T_FD, sendfile,				\
   P(res, ERRNO, RES, NONE) P(offset, UINT64, OUT0, NONE) P(out_fd, FD, ARG0, NONE)	\
   P(in_fd, FD, ARG1, NONE) P(size, UINT64, ARG3, NONE))				\
EV(GETSOCKNAME, getsockname, MAIN, NET, FALCOC_T_FD, fd, FALCOC_P_NONE)		\
EV(GETPEERNAME, getpeername, MAIN, NET, FALCOC_T_FD, fd, FALCOC_P_NONE)		\
EV(SOCKETPAIR, socketpair, MAIN, IPC, FALCOC_T_FD, socketpair,				\
   P(res, ERRNO, RES, NONE) P(fd1, FD, FD0, NONE) P(fd2, FD, FD1, NONE)			\
   P(source, UINT64, OUT0, NONE) P(peer, UINT64, OUT1, NONE)				\
   P(domain, ENUMFLAGS32, ARG0, family) P(type, UINT32, ARG1, NONE)			\
   P(proto, UINT32, ARG2, NONE))							\
EV(SETSOCKOPT, setsockopt, MAIN, NET, FALCOC_T_FD, setsockopt,				\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)					\
   P(level, ENUMFLAGS8, ARG1, sockopt_level) P(optname, ENUMFLAGS8, ARG2, sockopt_name)	\
   P(val, DYNAMIC, VALUE, NONE) P(optlen, UINT32, ARG4, NONE))				\
EV(GETSOCKOPT, getsockopt, MAIN, NET, FALCOC_T_FD, getsockopt,				\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)					\
   P(level, ENUMFLAGS8, ARG1, sockopt_level) P(optname, ENUMFLAGS8, ARG2, sockopt_name)	\
   P(val, DYNAMIC, VALUE, NONE) P(optlen, UINT32, OUT0, NONE))				\
EV(SEMGET, semget, MAIN, PROCESS, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(key, INT32, ARG0, NONE) P(nsems, INT32, ARG1, NONE)	\
   P(semflg, FLAGS32, ARG2, semget))							\
EV(SEMOP, semop, MAIN, PROCESS, FALCOC_T_NONE, semop,					\
   P(res, ERRNO, RES, NONE) P(nsops, UINT32, ARG2, NONE)				\
   P(sem_num_0, UINT16, OUT0, NONE) P(sem_op_0, INT16, OUT1, NONE)			\
   P(sem_flg_0, FLAGS16, OUT2, semop) P(sem_num_1, UINT16, OUT3, NONE)			\
   P(sem_op_1, INT16, OUT4, NONE) P(sem_flg_1, FLAGS16, OUT5, semop)			\
   P(semid, INT32, ARG0, NONE))								\
EV(SEMCTL, semctl, MAIN, PROCESS, FALCOC_T_NONE, semctl,				\
   P(res, ERRNO, RES, NONE) P(semid, INT32, ARG0, NONE) P(semnum, INT32, ARG1, NONE)	\
   P(cmd, FLAGS16, ARG2, semctl_cmd) P(val, INT32, OUT0, NONE))				\
EV(FCNTL, fcntl, MAIN, IO_OTHER, FALCOC_T_FD, fd,					\
   P(res, FD, RES, NONE) P(fd, FD, ARG0, NONE) P(cmd, ENUMFLAGS8, ARG1, fcntl_cmd)	\
   P(arg, UINT64, ARG2, NONE))								\
EV(FLOCK, flock, MAIN, FILE, FALCOC_T_FD, fd,						\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(operation, FLAGS32, ARG1, flock))	\
EV(GETDENTS, getdents, MAIN, FILE, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE))					\
EV(GETCWD, getcwd, MAIN, FILE, FALCOC_T_NONE, getcwd,					\
   P(res, ERRNO, RES, NONE) P(path, CHARBUF, CWD, NONE))				\
EV(GETRLIMIT, getrlimit, MAIN, PROCESS, FALCOC_T_NONE, getrlimit,			\
   P(res, ERRNO, RES, NONE) P(cur, INT64, OUT0, NONE) P(max, INT64, OUT1, NONE)		\
   P(resource, ENUMFLAGS8, ARG0, rlimit))						\
EV(PTRACE, ptrace, PROC, PROCESS, FALCOC_T_NONE, ptrace,				\
   P(res, ERRNO, RES, NONE) P(addr, DYNAMIC, OUT0, NONE) P(data, DYNAMIC, OUT1, NONE)	\
   P(request, ENUMFLAGS16, ARG0, ptrace_request) P(pid, PID, ARG1, NONE))		\
EV(GETUID, getuid, MAIN, USER, FALCOC_T_NONE, none,					\
   P(uid, UID, RES, NONE))								\
EV(GETGID, getgid, MAIN, USER, FALCOC_T_NONE, none,					\
   P(gid, GID, RES, NONE))								\
EV(GETEUID, geteuid, MAIN, USER, FALCOC_T_NONE, none,					\
   P(euid, UID, RES, NONE))								\
EV(GETEGID, getegid, MAIN, USER, FALCOC_T_NONE, none,					\
   P(egid, GID, RES, NONE))								\
EV(SETPGID, setpgid, PROC, PROCESS, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(pid, PID, ARG0, NONE) P(pgid, PID, ARG1, NONE))		\
EV(SETSID, setsid, PROC, PROCESS, FALCOC_T_NONE, none,					\
   P(res, PID, RES, NONE))								\
EV(GETRESUID, getresuid, MAIN, USER, FALCOC_T_NONE, getresuid,				\
   P(res, ERRNO, RES, NONE) P(ruid, UID, OUT0, NONE) P(euid, UID, OUT1, NONE)		\
   P(suid, UID, OUT2, NONE))								\
EV(GETRESGID, getresgid, MAIN, USER, FALCOC_T_NONE, getresgid,				\
   P(res, ERRNO, RES, NONE) P(rgid, GID, OUT0, NONE) P(egid, GID, OUT1, NONE)		\
   P(sgid, GID, OUT2, NONE))								\
EV(CAPSET, capset, PROC, PROCESS, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(cap_inheritable, UINT64, CAP_INHERITABLE, NONE)		\
   P(cap_permitted, UINT64, CAP_PERMITTED, NONE)					\
   P(cap_effective, UINT64, CAP_EFFECTIVE, NONE))					\
EV(MKNOD, mknod, MAIN, OTHER, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE) P(mode, MODE, ARG1, mknod_mode) \
   P(dev, UINT32, ARG2, NONE))								\
EV(MLOCK, mlock, MAIN, MEMORY, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(addr, UINT64, ARG0, NONE) P(len, UINT64, ARG1, NONE))	\
EV(MUNLOCK, munlock, MAIN, MEMORY, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(addr, UINT64, ARG0, NONE) P(len, UINT64, ARG1, NONE))	\
EV(MLOCKALL, mlockall, MAIN, MEMORY, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(flags, FLAGS32, ARG0, mlockall))				\
EV(MUNLOCKALL, munlockall, MAIN, MEMORY, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE))								\
EV(PRCTL, prctl, PROC, PROCESS, FALCOC_T_NONE, prctl,					\
   P(res, ERRNO, RES, NONE) P(option, ENUMFLAGS32, ARG0, prctl_option)			\
   P(arg2_str, CHARBUF, TEXT0, NONE) P(arg2_int, INT64, OUT0, NONE))			\
EV(SETRLIMIT, setrlimit, PROC, PROCESS, FALCOC_T_NONE, setrlimit,			\
   P(res, ERRNO, RES, NONE) P(cur, INT64, OUT0, NONE) P(max, INT64, OUT1, NONE)		\
   P(resource, ENUMFLAGS8, ARG0, rlimit))						\
EV(CHROOT, chroot, PROC, PROCESS, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(path, FSPATH, PATH0, NONE))				\
EV(MOUNT, mount, MAIN, FILE, FALCOC_T_PATH, mount,					\
   P(res, ERRNO, RES, NONE) P(dev, CHARBUF, TEXT0, NONE) P(dir, FSPATH, PATH0, NONE)	\
   P(type, CHARBUF, TEXT1, NONE) P(flags, FLAGS32, ARG3, mount))			\
EV(UMOUNT2, umount2, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(name, FSPATH, PATH0, NONE) P(flags, FLAGS32, ARG1, umount)) \
EV(DELETE_MODULE, delete_module, MAIN, OTHER, FALCOC_T_NONE, delete_module,		\
   P(res, ERRNO, RES, NONE) P(name, CHARBUF, TEXT0, NONE)				\
   P(flags, FLAGS32, ARG1, delete_module))						\
EV(QUOTACTL, quotactl, MAIN, USER, FALCOC_T_NONE, quotactl,				\
   P(res, ERRNO, RES, NONE) P(special, CHARBUF, TEXT0, NONE)				\
   P(quotafilepath, CHARBUF, TEXT1, NONE) P(dqb_bhardlimit, UINT64, OUT0, NONE)		\
   P(dqb_bsoftlimit, UINT64, OUT1, NONE) P(dqb_curspace, UINT64, OUT2, NONE)		\
   P(dqb_ihardlimit, UINT64, OUT3, NONE) P(dqb_isoftlimit, UINT64, OUT4, NONE)		\
   P(dqb_btime, RELTIME, OUT5, NONE) P(dqb_itime, RELTIME, OUT6, NONE)			\
   P(dqi_bgrace, RELTIME, OUT7, NONE) P(dqi_igrace, RELTIME, OUT8, NONE)		\
   P(dqi_flags, FLAGS8, OUT9, quota_dqi) P(quota_fmt_out, FLAGS8, OUT10, quota_fmt)	\
   P(cmd, FLAGS16, OUT11, quota_cmd) P(type, FLAGS8, OUT12, quota_type)			\
   P(id, UINT32, ARG2, NONE) P(quota_fmt, FLAGS8, OUT13, quota_fmt))			\
EV(FUTEX, futex, MAIN, IPC, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(addr, UINT64, ARG0, NONE) P(op, FLAGS16, ARG1, futex_op)	\
   P(val, UINT64, ARG2, NONE))								\
EV(EPOLL_CREATE, epoll_create, MAIN, WAIT, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(res, ERRNO, RES, NONE) P(size, INT32, ARG0, NONE))					\
EV(GETDENTS64, getdents64, MAIN, FILE, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE))					\
EV(EPOLL_WAIT, epoll_wait, MAIN, WAIT, FALCOC_T_WAIT, none,				\
   P(res, ERRNO, RES, NONE) P(maxevents, ERRNO, ARG2, NONE))				\
EV(KEYCTL, keyctl, MAIN, OTHER, FALCOC_T_NONE, keyctl,					\
   P(res, ERRNO, RES, NONE) P(operation, ENUMFLAGS32, ARG0, keyctl_op)			\
   P(arg2, DYNAMIC, TEXT0_ARG1, NONE) P(arg3, DYNAMIC, TEXT1_ARG2, NONE)		\
   P(arg4, DYNAMIC, TEXT2_ARG3, NONE) P(arg5, DYNAMIC, ARG4, NONE))			\
EV(INOTIFY_INIT, inotify_init, MAIN, IPC, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(res, FD, RES, NONE) P(flags, UINT8, ZERO, NONE))					\
EV(MKNODAT, mknodat, MAIN, OTHER, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(path, FSRELPATH, PATH0, NONE)	\
   P(mode, MODE, ARG2, mknod_mode) P(dev, UINT32, ARG3, NONE))				\
EV(NEWFSTATAT, newfstatat, MAIN, FILE, FALCOC_T_PATH, path_at,				\
   P(res, ERRNO, RES, NONE) P(dirfd, FD, ARG0, NONE) P(path, FSRELPATH, PATH0, NONE)	\
   P(flags, FLAGS32, ARG3, newfstatat))							\
EV(PPOLL, ppoll, MAIN, WAIT, FALCOC_T_WAIT, ppoll,					\
   P(res, ERRNO, RES, NONE) P(fds, FDLIST, FDLIST, NONE) P(timeout, RELTIME, OUT0, NONE) \
   P(sigmask, SIGSET, OUT1, NONE))							\
EV(UNSHARE, unshare, PROC, PROCESS, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(flags, FLAGS32, ARG0, clone))				\
EV(SPLICE, splice, MAIN, IO_OTHER, FALCOC_T_FD, splice,					\
   P(res, ERRNO, RES, NONE) P(fd_in, FD, ARG0, NONE) P(fd_out, FD, ARG2, NONE)		\
   P(size, UINT64, ARG4, NONE) P(flags, FLAGS32, ARG5, splice))				\
EV(SIGNALFD, signalfd, MAIN, SIGNAL, FALCOC_T_FD | FALCOC_T_NEW_FD, signalfd,		\
   P(res, FD, RES, NONE) P(fd, FD, ARG0, NONE) P(mask, UINT32, OUT0, NONE)		\
   P(flags, UINT8, ZERO, NONE))								\
EV(TIMERFD_CREATE, timerfd_create, MAIN, TIME, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(res, FD, RES, NONE) P(clockid, UINT8, ARG0, NONE) P(flags, UINT8, ARG1, NONE))	\
EV(EVENTFD, eventfd, MAIN, IPC, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,			\
   P(res, FD, RES, NONE) P(initval, UINT64, ARG0, NONE) P(flags, UINT32, ZERO, NONE))	\
EV(SIGNALFD4, signalfd4, MAIN, SIGNAL, FALCOC_T_FD | FALCOC_T_NEW_FD, signalfd,		\
   P(res, FD, RES, NONE) P(flags, FLAGS16, ARG3, fd_flags) P(fd, FD, ARG0, NONE)	\
   P(mask, UINT32, OUT0, NONE))								\
EV(EVENTFD2, eventfd2, MAIN, IPC, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,		\
   P(res, FD, RES, NONE) P(flags, FLAGS16, ARG1, fd_flags)				\
   P(initval, UINT64, ARG0, NONE))							\
EV(EPOLL_CREATE1, epoll_create1, MAIN, WAIT, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(res, ERRNO, RES, NONE) P(flags, FLAGS32, ARG0, epoll_create1))			\
EV(DUP3, dup3, MAIN, IO_OTHER, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,			\
   P(res, FD, RES, NONE) P(oldfd, FD, ARG0, NONE) P(newfd, FD, ARG1, NONE)		\
   P(flags, FLAGS32, ARG2, fd_flags))							\
EV(PIPE2, pipe2, MAIN, IPC, FALCOC_T_FD, pipe,						\
   P(res, ERRNO, RES, NONE) P(fd1, FD, FD0, NONE) P(fd2, FD, FD1, NONE)			\
   P(ino, UINT64, FD_INO, NONE) P(flags, FLAGS32, ARG1, fd_flags))			\
EV(INOTIFY_INIT1, inotify_init1, MAIN, IPC, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(res, FD, RES, NONE) P(flags, FLAGS16, ARG0, fd_flags))				\
EV(PREADV2, preadv2, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, readv,			\
   P(res, ERRNO, RES, NONE) P(size, UINT32, OUT0, NONE) P(data, BYTEBUF, DATA, NONE)	\
   P(fd, FD, ARG0, NONE) P(pos, UINT64, ARG3, NONE))					\
EV(PWRITEV2, pwritev2, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, readv,		\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, OUT0, NONE) P(pos, UINT64, ARG3, NONE))				\
EV(PRLIMIT, prlimit, PROC, PROCESS, FALCOC_T_NONE, prlimit,				\
   P(res, ERRNO, RES, NONE) P(newcur, INT64, OUT0, NONE) P(newmax, INT64, OUT1, NONE)	\
   P(oldcur, INT64, OUT2, NONE) P(oldmax, INT64, OUT3, NONE) P(pid, INT64, ARG0, NONE)	\
   P(resource, ENUMFLAGS8, ARG1, rlimit))						\
EV(OPEN_BY_HANDLE_AT, open_by_handle_at, MAIN, FILE,					\
   FALCOC_T_FD | FALCOC_T_NEW_FD | FALCOC_T_OPEN, new_fd,				\
   P(fd, FD, RES, NONE) P(mountfd, FD, ARG0, NONE) P(flags, FLAGS32, ARG2, open)	\
   P(path, FSPATH, FD_PATH, NONE) P(dev, UINT32, FD_DEV, NONE)				\
   P(ino, UINT64, FD_INO, NONE))							\
EV(SETNS, setns, PROC, PROCESS, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(nstype, FLAGS32, ARG1, clone))	\
EV(PROCESS_VM_READV, process_vm_readv, MAIN, IPC, FALCOC_T_NONE, process_vm,		\
   P(res, INT64, RES, NONE) P(pid, PID, ARG0, NONE) P(data, BYTEBUF, DATA, NONE))	\
EV(PROCESS_VM_WRITEV, process_vm_writev, MAIN, IPC, FALCOC_T_NONE, process_vm,		\
   P(res, INT64, RES, NONE) P(pid, PID, ARG0, NONE) P(data, BYTEBUF, DATA, NONE))	\
EV(SECCOMP, seccomp, PROC, OTHER, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(op, UINT64, ARG0, NONE) P(flags, UINT64, ARG1, NONE))	\
EV(MEMFD_CREATE, memfd_create, MAIN, MEMORY, FALCOC_T_FD | FALCOC_T_NEW_FD, memfd,	\
   P(fd, FD, RES, NONE) P(name, CHARBUF, TEXT0, NONE) P(flags, FLAGS32, ARG1, memfd))	\
EV(BPF, bpf, MAIN, OTHER, FALCOC_T_FD | FALCOC_T_NEW_FD, bpf,				\
   P(fd, FD, RES, NONE) P(cmd, ENUMFLAGS32, ARG0, bpf_cmd))				\
EV(USERFAULTFD, userfaultfd, MAIN, FILE, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,		\
   P(res, ERRNO, RES, NONE) P(flags, FLAGS32, ARG0, fd_flags))				\
EV(MLOCK2, mlock2, MAIN, MEMORY, FALCOC_T_NONE, none,					\
   P(res, ERRNO, RES, NONE) P(addr, UINT64, ARG0, NONE) P(len, UINT64, ARG1, NONE)	\
   P(flags, FLAGS32, ARG2, mlock2))							\
EV(COPY_FILE_RANGE, copy_file_range, MAIN, FILE,					\
   FALCOC_T_FD | FALCOC_T_READ | FALCOC_T_WRITE, copy_file_range,			\
   P(res, ERRNO, RES, NONE) P(fdout, FD, ARG2, NONE) P(offout, UINT64, OUT0, NONE)	\
   P(fdin, FD, ARG0, NONE) P(offin, UINT64, OUT1, NONE) P(len, UINT64, ARG4, NONE))	\
EV(IO_URING_SETUP, io_uring_setup, MAIN, IO_OTHER, FALCOC_T_FD | FALCOC_T_NEW_FD, io_uring_setup, \
   P(res, ERRNO, RES, NONE) P(entries, UINT32, ARG0, NONE)				\
   P(sq_entries, UINT32, OUT0, NONE) P(cq_entries, UINT32, OUT1, NONE)			\
   P(flags, FLAGS32, OUT2, io_uring_setup) P(sq_thread_cpu, UINT32, OUT3, NONE)		\
   P(sq_thread_idle, UINT32, OUT4, NONE) P(features, FLAGS32, OUT5, io_uring_feat))	\
EV(IO_URING_ENTER, io_uring_enter, MAIN, IO_OTHER, FALCOC_T_FD, io_uring_enter,		\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(to_submit, UINT32, ARG1, NONE)	\
   P(min_complete, UINT32, ARG2, NONE) P(flags, FLAGS32, ARG3, io_uring_enter)		\
   P(sig, SIGSET, OUT0, NONE))								\
EV(IO_URING_REGISTER, io_uring_register, MAIN, IO_OTHER, FALCOC_T_FD, io_uring_register, \
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)					\
   P(opcode, ENUMFLAGS16, ARG1, io_uring_register_op) P(arg, UINT64, ARG2, NONE)	\
   P(nr_args, UINT32, ARG3, NONE))							\
EV(FSCONFIG, fsconfig, MAIN, SYSTEM, FALCOC_T_FD, fsconfig,				\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)					\
   P(cmd, ENUMFLAGS32, ARG1, fsconfig_cmd) P(key, CHARBUF, TEXT0, NONE)			\
   P(value_bytebuf, BYTEBUF, VALUE, NONE) P(value_charbuf, CHARBUF, TEXT1, NONE)	\
   P(aux, INT32, ARG4, NONE))								\
EV(PIDFD_OPEN, pidfd_open, MAIN, PROCESS, FALCOC_T_FD | FALCOC_T_NEW_FD, new_fd,	\
   P(fd, FD, RES, NONE) P(pid, PID, ARG0, NONE) P(flags, FLAGS32, ARG1, pidfd_open))	\
EV(CLOSE_RANGE, close_range, MAIN, IO_OTHER, FALCOC_T_NONE, none,			\
   P(res, ERRNO, RES, NONE) P(first, UINT32, ARG0, NONE) P(last, UINT32, ARG1, NONE)	\
   P(flags, FLAGS32, ARG2, close_range))						\
EV(PIDFD_GETFD, pidfd_getfd, MAIN, PROCESS, FALCOC_T_FD | FALCOC_T_NEW_FD, pidfd_getfd,	\
   P(fd, FD, RES, NONE) P(pid_fd, FD, ARG0, NONE) P(target_fd, FD, ARG1, NONE)		\
   P(flags, UINT32, ARG2, NONE))							\
EV(RECV, recv, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, recvfrom,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE))			\
EV(SEND, send, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendto,			\
   P(res, ERRNO, RES, NONE) P(data, BYTEBUF, DATA, NONE) P(fd, FD, ARG0, NONE)		\
   P(size, UINT32, ARG2, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE))			\
EV(UMOUNT, umount, MAIN, FILE, FALCOC_T_PATH, path,					\
   P(res, ERRNO, RES, NONE) P(name, FSPATH, PATH0, NONE))				\
EV(UNKNOWN, unknown, MAIN, OTHER, FALCOC_T_GENERIC, none, FALCOC_P_SYSCALL(P))		\
FALCOC_SYS(EV, P, rt_sigaction) FALCOC_SYS(EV, P, rt_sigprocmask)			\
FALCOC_SYS_GONE(EV, P, rt_sigreturn) FALCOC_SYS(EV, P, sched_yield)			\
FALCOC_SYS(EV, P, mremap) FALCOC_SYS(EV, P, msync) FALCOC_SYS(EV, P, mincore)		\
FALCOC_SYS(EV, P, madvise) FALCOC_SYS(EV, P, shmget) FALCOC_SYS(EV, P, shmat)		\
FALCOC_SYS(EV, P, shmctl) FALCOC_SYS(EV, P, pause) FALCOC_SYS(EV, P, getitimer)		\
FALCOC_SYS(EV, P, alarm) FALCOC_SYS(EV, P, setitimer) FALCOC_SYS(EV, P, getpid)		\
FALCOC_SYS_GONE(EV, P, exit) FALCOC_SYS(EV, P, wait4) FALCOC_SYS(EV, P, uname)		\
FALCOC_SYS(EV, P, shmdt) FALCOC_SYS(EV, P, msgget) FALCOC_SYS(EV, P, msgsnd)		\
FALCOC_SYS(EV, P, msgrcv) FALCOC_SYS(EV, P, msgctl) FALCOC_SYS_FD(EV, P, fsync)		\
FALCOC_SYS_FD(EV, P, fdatasync) FALCOC_SYS_PATH(EV, P, truncate)			\
FALCOC_SYS_FD(EV, P, ftruncate) FALCOC_SYS_PATH(EV, P, readlink)			\
FALCOC_SYS(EV, P, umask) FALCOC_SYS(EV, P, gettimeofday) FALCOC_SYS(EV, P, getrusage)	\
FALCOC_SYS(EV, P, sysinfo) FALCOC_SYS(EV, P, times) FALCOC_SYS(EV, P, syslog)		\
FALCOC_SYS(EV, P, getppid) FALCOC_SYS(EV, P, getpgrp) FALCOC_SYS(EV, P, getgroups)	\
FALCOC_SYS(EV, P, setgroups) FALCOC_SYS(EV, P, getpgid) FALCOC_SYS(EV, P, setfsuid)	\
FALCOC_SYS(EV, P, setfsgid) FALCOC_SYS(EV, P, getsid) FALCOC_SYS(EV, P, capget)		\
FALCOC_SYS(EV, P, rt_sigpending) FALCOC_SYS(EV, P, rt_sigtimedwait)			\
FALCOC_SYS(EV, P, rt_sigqueueinfo) FALCOC_SYS(EV, P, rt_sigsuspend)			\
FALCOC_SYS(EV, P, sigaltstack) FALCOC_SYS_PATH(EV, P, utime)				\
FALCOC_SYS_PATH(EV, P, uselib) FALCOC_SYS(EV, P, personality)				\
FALCOC_SYS_PATH(EV, P, ustat) FALCOC_SYS_PATH(EV, P, statfs)				\
FALCOC_SYS_FD(EV, P, fstatfs) FALCOC_SYS(EV, P, sysfs) FALCOC_SYS(EV, P, getpriority)	\
FALCOC_SYS(EV, P, setpriority) FALCOC_SYS(EV, P, sched_setparam)			\
FALCOC_SYS(EV, P, sched_getparam) FALCOC_SYS(EV, P, sched_setscheduler)			\
FALCOC_SYS(EV, P, sched_getscheduler) FALCOC_SYS(EV, P, sched_get_priority_max)		\
FALCOC_SYS(EV, P, sched_get_priority_min) FALCOC_SYS(EV, P, sched_rr_get_interval)	\
FALCOC_SYS(EV, P, vhangup) FALCOC_SYS(EV, P, modify_ldt)				\
FALCOC_SYS_PATH2(EV, P, pivot_root) FALCOC_SYS(EV, P, _sysctl)				\
FALCOC_SYS(EV, P, arch_prctl) FALCOC_SYS(EV, P, adjtimex) FALCOC_SYS(EV, P, sync)	\
FALCOC_SYS_PATH(EV, P, acct) FALCOC_SYS(EV, P, settimeofday)				\
FALCOC_SYS_PATH(EV, P, swapon) FALCOC_SYS_PATH(EV, P, swapoff)				\
FALCOC_SYS(EV, P, reboot) FALCOC_SYS(EV, P, sethostname)				\
FALCOC_SYS(EV, P, setdomainname) FALCOC_SYS(EV, P, iopl) FALCOC_SYS(EV, P, ioperm)	\
FALCOC_SYS(EV, P, create_module) FALCOC_SYS(EV, P, get_kernel_syms)			\
FALCOC_SYS(EV, P, query_module) FALCOC_SYS(EV, P, nfsservctl)				\
FALCOC_SYS(EV, P, getpmsg) FALCOC_SYS(EV, P, putpmsg) FALCOC_SYS(EV, P, afs_syscall)	\
FALCOC_SYS(EV, P, tuxcall) FALCOC_SYS(EV, P, security) FALCOC_SYS(EV, P, gettid)	\
FALCOC_SYS_FD(EV, P, readahead) FALCOC_SYS_PATH(EV, P, setxattr)			\
FALCOC_SYS_PATH(EV, P, lsetxattr) FALCOC_SYS_FD(EV, P, fsetxattr)			\
FALCOC_SYS_PATH(EV, P, getxattr) FALCOC_SYS_PATH(EV, P, lgetxattr)			\
FALCOC_SYS_FD(EV, P, fgetxattr) FALCOC_SYS_PATH(EV, P, listxattr)			\
FALCOC_SYS_PATH(EV, P, llistxattr) FALCOC_SYS_FD(EV, P, flistxattr)			\
FALCOC_SYS_PATH(EV, P, removexattr) FALCOC_SYS_PATH(EV, P, lremovexattr)		\
FALCOC_SYS_FD(EV, P, fremovexattr) FALCOC_SYS(EV, P, time)				\
FALCOC_SYS(EV, P, sched_setaffinity) FALCOC_SYS(EV, P, sched_getaffinity)		\
FALCOC_SYS(EV, P, set_thread_area) FALCOC_SYS(EV, P, io_setup)				\
FALCOC_SYS(EV, P, io_destroy) FALCOC_SYS(EV, P, io_getevents)				\
FALCOC_SYS(EV, P, io_submit) FALCOC_SYS(EV, P, io_cancel)				\
FALCOC_SYS(EV, P, get_thread_area) FALCOC_SYS(EV, P, lookup_dcookie)			\
FALCOC_SYS(EV, P, epoll_ctl_old) FALCOC_SYS(EV, P, epoll_wait_old)			\
FALCOC_SYS(EV, P, remap_file_pages) FALCOC_SYS(EV, P, set_tid_address)			\
FALCOC_SYS(EV, P, restart_syscall) FALCOC_SYS(EV, P, semtimedop)			\
FALCOC_SYS_FD(EV, P, fadvise64) FALCOC_SYS(EV, P, timer_create)				\
FALCOC_SYS(EV, P, timer_settime) FALCOC_SYS(EV, P, timer_gettime)			\
FALCOC_SYS(EV, P, timer_getoverrun) FALCOC_SYS(EV, P, timer_delete)			\
FALCOC_SYS(EV, P, clock_settime) FALCOC_SYS(EV, P, clock_gettime)			\
FALCOC_SYS(EV, P, clock_getres) FALCOC_SYS(EV, P, clock_nanosleep)			\
FALCOC_SYS_GONE(EV, P, exit_group) FALCOC_SYS_FD(EV, P, epoll_ctl)			\
FALCOC_SYS_PATH(EV, P, utimes) FALCOC_SYS(EV, P, vserver) FALCOC_SYS(EV, P, mbind)	\
FALCOC_SYS(EV, P, set_mempolicy) FALCOC_SYS(EV, P, get_mempolicy)			\
FALCOC_SYS_NEW_FD(EV, P, mq_open) FALCOC_SYS(EV, P, mq_unlink)				\
FALCOC_SYS_FD(EV, P, mq_timedsend) FALCOC_SYS_FD(EV, P, mq_timedreceive)		\
FALCOC_SYS_FD(EV, P, mq_notify) FALCOC_SYS_FD(EV, P, mq_getsetattr)			\
FALCOC_SYS(EV, P, kexec_load) FALCOC_SYS(EV, P, waitid) FALCOC_SYS(EV, P, add_key)	\
FALCOC_SYS(EV, P, request_key) FALCOC_SYS(EV, P, ioprio_set)				\
FALCOC_SYS(EV, P, ioprio_get) FALCOC_SYS_FD(EV, P, inotify_add_watch)			\
FALCOC_SYS_FD(EV, P, inotify_rm_watch) FALCOC_SYS(EV, P, migrate_pages)			\
FALCOC_SYS_PATH_AT(EV, P, futimesat) FALCOC_SYS_PATH_AT(EV, P, readlinkat)		\
FALCOC_SYS_PATH_AT(EV, P, faccessat) FALCOC_SYS(EV, P, pselect6)			\
FALCOC_SYS(EV, P, set_robust_list) FALCOC_SYS(EV, P, get_robust_list)			\
FALCOC_SYS_FD2(EV, P, tee) FALCOC_SYS_FD(EV, P, sync_file_range)				\
FALCOC_SYS_FD(EV, P, vmsplice) FALCOC_SYS(EV, P, move_pages)				\
FALCOC_SYS_PATH_AT(EV, P, utimensat) FALCOC_SYS_FD(EV, P, epoll_pwait)			\
FALCOC_SYS_FD(EV, P, fallocate) FALCOC_SYS_FD(EV, P, timerfd_settime)			\
FALCOC_SYS_FD(EV, P, timerfd_gettime) FALCOC_SYS(EV, P, rt_tgsigqueueinfo)		\
FALCOC_SYS_NEW_FD(EV, P, perf_event_open) FALCOC_SYS_NEW_FD(EV, P, fanotify_init)	\
FALCOC_SYS_FD(EV, P, fanotify_mark) FALCOC_SYS_PATH_AT(EV, P, name_to_handle_at)	\
FALCOC_SYS(EV, P, clock_adjtime) FALCOC_SYS_FD(EV, P, syncfs)				\
FALCOC_SYS(EV, P, getcpu) FALCOC_SYS(EV, P, kcmp) FALCOC_SYS(EV, P, sched_setattr)	\
FALCOC_SYS(EV, P, sched_getattr) FALCOC_SYS(EV, P, getrandom)				\
FALCOC_SYS_FD2(EV, P, kexec_file_load) FALCOC_SYS(EV, P, membarrier)			\
FALCOC_SYS(EV, P, pkey_mprotect) FALCOC_SYS(EV, P, pkey_alloc)				\
FALCOC_SYS(EV, P, pkey_free) FALCOC_SYS_PATH_AT(EV, P, statx)				\
FALCOC_SYS(EV, P, io_pgetevents) FALCOC_SYS(EV, P, rseq) FALCOC_SYS(EV, P, uretprobe)	\
FALCOC_SYS(EV, P, uprobe) FALCOC_SYS_FD(EV, P, pidfd_send_signal)			\
FALCOC_SYS_PATH_AT(EV, P, open_tree) FALCOC_SYS_PATH2_AT(EV, P, move_mount)		\
FALCOC_SYS_NEW_FD(EV, P, fsopen) FALCOC_SYS_NEW_FD(EV, P, fsmount)			\
FALCOC_SYS_PATH_AT(EV, P, fspick) FALCOC_SYS_PATH_AT(EV, P, faccessat2)			\
FALCOC_SYS_FD(EV, P, process_madvise) FALCOC_SYS_FD(EV, P, epoll_pwait2)		\
FALCOC_SYS_PATH_AT(EV, P, mount_setattr) FALCOC_SYS_FD(EV, P, quotactl_fd)		\
FALCOC_SYS_NEW_FD(EV, P, landlock_create_ruleset)					\
FALCOC_SYS_FD(EV, P, landlock_add_rule) FALCOC_SYS_FD(EV, P, landlock_restrict_self)	\
FALCOC_SYS_NEW_FD(EV, P, memfd_secret) FALCOC_SYS_FD(EV, P, process_mrelease)		\
FALCOC_SYS(EV, P, futex_waitv) FALCOC_SYS(EV, P, set_mempolicy_home_node)		\
FALCOC_SYS_FD(EV, P, cachestat) FALCOC_SYS(EV, P, map_shadow_stack)			\
FALCOC_SYS(EV, P, futex_wake) FALCOC_SYS(EV, P, futex_wait)				\
FALCOC_SYS(EV, P, futex_requeue) FALCOC_SYS(EV, P, statmount)				\
FALCOC_SYS(EV, P, listmount) FALCOC_SYS(EV, P, lsm_get_self_attr)			\
FALCOC_SYS(EV, P, lsm_set_self_attr) FALCOC_SYS(EV, P, lsm_list_modules)		\
FALCOC_SYS(EV, P, mseal) FALCOC_SYS_PATH_AT(EV, P, setxattrat)				\
FALCOC_SYS_PATH_AT(EV, P, getxattrat) FALCOC_SYS_PATH_AT(EV, P, listxattrat)		\
FALCOC_SYS_PATH_AT(EV, P, removexattrat) FALCOC_SYS_PATH_AT(EV, P, open_tree_attr)	\
FALCOC_SYS_PATH_AT(EV, P, file_getattr) FALCOC_SYS_PATH_AT(EV, P, file_setattr)		\
FALCOC_SYS(EV, P, listns) FALCOC_SYS(EV, P, rseq_slice_yield)				\
FALCOC_SYS_FD(EV, P, fchroot) FALCOC_SYS(EV, P, waitpid) FALCOC_SYS(EV, P, break)	\
FALCOC_SYS(EV, P, stime) FALCOC_SYS(EV, P, stty) FALCOC_SYS(EV, P, gtty)		\
FALCOC_SYS(EV, P, nice) FALCOC_SYS(EV, P, ftime) FALCOC_SYS(EV, P, prof)		\
FALCOC_SYS(EV, P, signal) FALCOC_SYS(EV, P, lock) FALCOC_SYS(EV, P, mpx)		\
FALCOC_SYS(EV, P, ulimit) FALCOC_SYS(EV, P, sigaction) FALCOC_SYS(EV, P, sgetmask)	\
FALCOC_SYS(EV, P, ssetmask) FALCOC_SYS(EV, P, sigsuspend)				\
FALCOC_SYS(EV, P, sigpending) FALCOC_SYS(EV, P, readdir) FALCOC_SYS(EV, P, profil)	\
FALCOC_SYS(EV, P, socketcall) FALCOC_SYS(EV, P, idle) FALCOC_SYS(EV, P, vm86old)	\
FALCOC_SYS(EV, P, ipc) FALCOC_SYS_GONE(EV, P, sigreturn)				\
FALCOC_SYS(EV, P, sigprocmask) FALCOC_SYS(EV, P, bdflush) FALCOC_SYS(EV, P, vm86)	\
/* seen where the kernel sends and hands over messages, whatever the call (DNS.md) */	\
EV(DNS_QUERY, dns_query, DNS, NET, FALCOC_T_TRACEPOINT, dns, FALCOC_P_DNS(P))		\
EV(DNS_ANSWER, dns_answer, DNS, NET, FALCOC_T_TRACEPOINT, dns, FALCOC_P_DNS(P))		\
EV(DNS_SERVED, dns_served, DNS, NET, FALCOC_T_TRACEPOINT | FALCOC_T_META, dns,		\
   FALCOC_P_DNS(P))

#define FALCOC_EVENT_ENUM(id, name, cls, cat, traits, rec, params) FALCOC_E_##id,
#define FALCOC_EVENT_NO_PARAM(name, type, src, table)
enum falcoc_event {
	FALCOC_EVENTS(FALCOC_EVENT_ENUM, FALCOC_EVENT_NO_PARAM)
	FALCOC_E_COUNT,
};

#endif
