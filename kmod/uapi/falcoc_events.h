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
 * CLASS	ring that it rides: MAIN or PROC (enum falcoc_class)
 * CATEGORY	evt.category: FILE NET IO_READ IO_WRITE PROCESS USER SIGNAL OTHER
 * TRAITS	sum of FALCOC_T_*
 * recorder	function record_<recorder>() of the module that reads what the event needs
 * PARAMS	P(name, TYPE, SOURCE, TABLE) for each parameter in Falco's order; expanded
 *		by whatever is passed as P
 *
 * TYPE is Falco's (ERRNO, FD, PID, FSPATH, ...), SOURCE says where in a record the
 * value lies (enum falcoc_source), TABLE names the flag table that renders it.
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

/* Where a parameter's value lies. */
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
	S(SIGNAL_SIG) S(SIGNAL_PID)

#define FALCOC_SOURCE_ENUM(s) FALCOC_SRC_##s,
enum falcoc_source {
	FALCOC_SOURCES(FALCOC_SOURCE_ENUM)
	FALCOC_SRC_COUNT,
};

/* Parameters that several events share. */
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
	P(gid, GID, GID, NONE) P(filename, FSPATH, PATH0, NONE)

#define FALCOC_P_CLONE(P)								\
	P(res, PID, RES, NONE) P(exe, CHARBUF, EXE, NONE) P(args, BYTEBUF, ARGS, NONE)	\
	P(tid, PID, TID, NONE) P(pid, PID, PID, NONE) P(ptid, PID, PPID, NONE)		\
	P(cwd, CHARBUF, CWD, NONE) P(comm, CHARBUF, COMM, NONE)				\
	P(cgroups, BYTEBUF, CGROUPS, NONE) P(flags, FLAGS32, CLONE_FLAGS, clone)	\
	P(uid, UINT32, UID, NONE) P(gid, UINT32, GID, NONE)				\
	P(vtid, PID, VTID, NONE) P(vpid, PID, VPID, NONE)

#define FALCOC_P_READ(P)								\
	P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(size, UINT32, ARG2, NONE)
#define FALCOC_P_VEC(P)									\
	P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE)
#define FALCOC_P_MSG(P)									\
	P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE)
#define FALCOC_P_ACCEPT(P)								\
	P(fd, FD, RES, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE)				\
	P(queuepct, UINT8, QUEUE_PCT, NONE) P(queuelen, UINT32, QUEUE_LEN, NONE)	\
	P(queuemax, UINT32, QUEUE_MAX, NONE)

#define FALCOC_EVENTS(EV, P)								\
EV(EXECVE, execve, PROC, PROCESS, FALCOC_T_EXEC | FALCOC_T_PATH, exec_failed,		\
   FALCOC_P_EXEC(P))									\
EV(EXECVEAT, execveat, PROC, PROCESS, FALCOC_T_EXEC | FALCOC_T_PATH, execveat_failed,	\
   FALCOC_P_EXEC(P))									\
EV(CLONE, clone, PROC, PROCESS, FALCOC_T_FORK, clone, FALCOC_P_CLONE(P))		\
EV(CLONE3, clone3, PROC, PROCESS, FALCOC_T_FORK, clone3, FALCOC_P_CLONE(P))		\
EV(FORK, fork, PROC, PROCESS, FALCOC_T_FORK, none, FALCOC_P_CLONE(P))			\
EV(VFORK, vfork, PROC, PROCESS, FALCOC_T_FORK, none, FALCOC_P_CLONE(P))			\
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
   P(dev, UINT32, FD_DEV, NONE) P(ino, UINT64, FD_INO, NONE))				\
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
   P(flags, FLAGS32, ARG4, at))								\
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
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(size, UINT32, ARG2, NONE)		\
   P(tuple, SOCKTUPLE, TUPLE, NONE))							\
EV(SENDMSG, sendmsg, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendmsg,		\
   FALCOC_P_MSG(P))									\
EV(SENDMMSG, sendmmsg, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, sendmmsg,		\
   FALCOC_P_MSG(P))									\
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
EV(INIT_MODULE, init_module, MAIN, OTHER, FALCOC_T_NONE, none,				\
   P(res, ERRNO, RES, NONE) P(length, UINT64, ARG1, NONE))				\
EV(FINIT_MODULE, finit_module, MAIN, OTHER, FALCOC_T_FD, fd,				\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(flags, FLAGS32, ARG2, finit_module))\
EV(READ, read, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd, FALCOC_P_READ(P))	\
EV(WRITE, write, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, fd, FALCOC_P_READ(P))	\
EV(PREAD, pread, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd,			\
   FALCOC_P_READ(P) P(pos, UINT64, ARG3, NONE))						\
EV(PWRITE, pwrite, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, fd,			\
   FALCOC_P_READ(P) P(pos, UINT64, ARG3, NONE))						\
EV(READV, readv, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd, FALCOC_P_VEC(P))	\
EV(WRITEV, writev, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, fd, FALCOC_P_VEC(P))	\
EV(PREADV, preadv, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd, FALCOC_P_VEC(P))	\
EV(PWRITEV, pwritev, MAIN, IO_WRITE, FALCOC_T_FD | FALCOC_T_WRITE, fd, FALCOC_P_VEC(P))	\
EV(RECVFROM, recvfrom, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, recvfrom,		\
   P(res, ERRNO, RES, NONE) P(tuple, SOCKTUPLE, TUPLE, NONE) P(fd, FD, ARG0, NONE)	\
   P(size, UINT32, ARG2, NONE))								\
EV(RECVMSG, recvmsg, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd, FALCOC_P_MSG(P))	\
EV(RECVMMSG, recvmmsg, MAIN, IO_READ, FALCOC_T_FD | FALCOC_T_READ, fd, FALCOC_P_MSG(P))	\
EV(SHUTDOWN, shutdown, MAIN, NET, FALCOC_T_FD, fd,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE) P(how, ENUMFLAGS8, ARG1, shutdown))	\
EV(CHDIR, chdir, PROC, FILE, FALCOC_T_NONE, chdir,					\
   P(res, ERRNO, RES, NONE) P(path, CHARBUF, PATH0, NONE))				\
EV(FCHDIR, fchdir, PROC, FILE, FALCOC_T_FD, fchdir,					\
   P(res, ERRNO, RES, NONE) P(fd, FD, ARG0, NONE))

#define FALCOC_EVENT_ENUM(id, name, cls, cat, traits, rec, params) FALCOC_E_##id,
#define FALCOC_EVENT_NO_PARAM(name, type, src, table)
enum falcoc_event {
	FALCOC_EVENTS(FALCOC_EVENT_ENUM, FALCOC_EVENT_NO_PARAM)
	FALCOC_E_COUNT,
};

#endif
