/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_fields.h - what of a process a capture's item holds, in order: for its writer and its reader
 */
#ifndef ENGINE_RECORD_FIELDS_H
#define ENGINE_RECORD_FIELDS_H

#define RECORD_NO_TEXT	0xffff	/* as a text's length: there is none */

/* members of struct proc, and their bytes */
#define RECORD_PROC_NUMBERS(N)								\
	N(pid, 4) N(ppid, 4) N(start_ns, 8) N(parent_start_ns, 8) N(forker_pid, 4)	\
	N(forker_start_ns, 8) N(exec_ns, 8) N(exit_ns, 8) N(vpid, 4) N(sid, 4) N(pgid, 4)	\
	N(vpgid, 4) N(tty, 4) N(uid, 4) N(gid, 4) N(loginuid, 4) N(mntns, 4) N(pidns, 4)	\
	N(cgroup, 8) N(script_ino, 8) N(script_dev, 4) N(exe_ino, 8) N(exe_ctime_ns, 8)	\
	N(exe_mtime_ns, 8) N(exe_flags, 4) N(pidns_start_ns, 8) N(cap_permitted, 8)	\
	N(cap_effective, 8) N(cap_inheritable, 8) N(nthreads, 4) N(from_proc, 1)

#define RECORD_PROC_TEXTS(T)								\
	T(comm) T(exe) T(exepath) T(script) T(args) T(env) T(cwd) T(cgroup_path)

#endif
