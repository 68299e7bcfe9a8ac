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

/* members of struct container, likewise; its mounts and labels follow */
#define RECORD_CONTAINER_NUMBERS(N)							\
	N(handle, 8) N(type, 1) N(state, 1) N(uid, 4) N(has_privileged, 1) N(privileged, 1)	\
	N(has_host, 1) N(host_pid, 1) N(host_network, 1) N(host_ipc, 1) N(owner, 1)		\
	N(is_sandbox, 1) N(created_ns, 8) N(seen_ns, 8) N(last_ns, 8) N(ended_ns, 8)		\
	N(init_pid, 4) N(init_start_ns, 8)

#define RECORD_CONTAINER_TEXTS(T)							\
	T(full_id) T(id) T(cgroup) T(ns) T(name) T(image) T(image_repo) T(image_tag) T(image_id)	\
	T(image_digest) T(ip) T(cni_json) T(health) T(healthcheck) T(liveness_probe)		\
	T(readiness_probe) T(pod_name) T(pod_ns) T(pod_uid) T(pod_sandbox) T(pod_ip)		\
	T(deployment) T(replicaset)

#endif
