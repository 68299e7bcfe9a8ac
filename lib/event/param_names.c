// SPDX-License-Identifier: Apache-2.0
/*
 * Names and types of the parameters of Falco's events: those that falcoc records, and the
 * others, so that a rule on evt.arg.x or evt.rawarg.x loads and is checked as Falco checks it.
 */
#include <stdlib.h>
#include <string.h>

#include "event/event.h"

#define K(name, type) { #name, VALUE_##type },

/* Sorted by strcmp() order: looked up by bisection (a test checks the order). */
static const struct {
	const char *name;
	enum value_type type;
} known[] = {
	K(ID, SYSCALLID) K(action, UINT32) K(addr, SOCKADDR) K(arg, UINT64) K(arg2, DYNAMIC)
	K(arg2_int, INT64) K(arg2_str, CHARBUF) K(arg3, DYNAMIC) K(arg4, DYNAMIC)
	K(arg5, DYNAMIC) K(args, BYTEBUF) K(argument, UINT64) K(argv, CHARBUF) K(aux, INT32)
	K(backlog, INT32) K(cap_effective, UINT64) K(cap_inheritable, UINT64)
	K(cap_permitted, UINT64) K(cgroups, BYTEBUF) K(clockid, UINT8) K(cmd, ENUMFLAGS8)
	K(comm, CHARBUF) K(container_id, CHARBUF) K(core, UINT8) K(cpu, UINT32)
	K(cpu_sys, UINT64) K(cpu_usr, UINT64) K(cq_entries, UINT32) K(creat_flags, FLAGS16)
	K(cur, INT64) K(cwd, CHARBUF) K(data, BYTEBUF) K(desc, CHARBUF) K(description, CHARBUF)
	K(dev, UINT32) K(dir, FSPATH) K(dirfd, FD) K(domain, ENUMFLAGS32) K(dpid, PID)
	K(dqb_bhardlimit, UINT64) K(dqb_bsoftlimit, UINT64) K(dqb_btime, RELTIME)
	K(dqb_curspace, UINT64) K(dqb_ihardlimit, UINT64) K(dqb_isoftlimit, UINT64)
	K(dqb_itime, RELTIME) K(dqi_bgrace, RELTIME) K(dqi_flags, FLAGS8) K(dqi_igrace, RELTIME)
	K(egid, GID) K(entries, UINT32) K(env, BYTEBUF) K(error, FLAGS32) K(euid, UID)
	K(event_data, UINT64) K(event_type, UINT32) K(exe, CHARBUF) K(exe_ino, UINT64)
	K(exe_ino_ctime, ABSTIME) K(exe_ino_mtime, ABSTIME) K(exe_ino_num, UINT64)
	K(exepath, FSPATH) K(fd, FD) K(fd1, FD) K(fd2, FD) K(fd_in, FD) K(fd_out, FD)
	K(fd_type, FLAGS8) K(fdin, FD) K(fdlimit, INT64) K(fdout, FD) K(fds, BYTEBUF)
	K(features, FLAGS32) K(filename, FSPATH) K(first, UINT32) K(flags, FLAGS32) K(gid, GID)
	K(home, CHARBUF) K(how, ENUMFLAGS8) K(id, UINT32) K(image, CHARBUF) K(img, BYTEBUF)
	K(in_fd, FD) K(initval, UINT64) K(ino, UINT64) K(ino_num, UINT64) K(interval, RELTIME)
	K(ip, UINT64) K(json, CHARBUF) K(key, INT32) K(last, UINT32) K(len, UINT64)
	K(length, UINT64) K(level, ENUMFLAGS8) K(linkdirfd, FD) K(linkpath, FSPATH)
	K(local_ip, IPADDR) K(local_port, PORT) K(loginuid, UID) K(mask, UINT32) K(max, INT64)
	K(maxevents, ERRNO) K(min_complete, UINT32) K(mnt_id, UINT32) K(mode, UINT32)
	K(mountfd, FD) K(msgcontrol, BYTEBUF) K(name, FSPATH) K(nativeID, UINT16)
	K(newcur, INT64) K(newdir, FD) K(newdirfd, FD) K(newfd, FD) K(newmax, INT64)
	K(newpath, FSPATH) K(next, PID) K(nr_args, UINT32) K(nsems, INT32) K(nsops, UINT32)
	K(nstype, FLAGS32) K(offin, UINT64) K(offout, UINT64) K(offset, UINT64) K(oldcur, INT64)
	K(olddir, FD) K(olddirfd, FD) K(oldfd, FD) K(oldmax, INT64) K(oldpath, FSPATH)
	K(op, FLAGS16) K(opcode, ENUMFLAGS16) K(operation, FLAGS32) K(option, ENUMFLAGS32)
	K(optlen, UINT32) K(optname, ENUMFLAGS8) K(out_fd, FD) K(path, FSPATH)
	K(pathname, FSRELPATH) K(peer, UINT64) K(pgft_maj, UINT64) K(pgft_min, UINT64)
	K(pgid, PID) K(pgoffset, UINT64) K(pid, PID) K(pid_fd, FD) K(pidns_init_start_ts, UINT64)
	K(plugin_id, UINT32) K(pos, UINT64) K(ppid, PID) K(prot, FLAGS32) K(proto, UINT32)
	K(ptid, PID) K(queuelen, UINT32) K(queuemax, UINT32) K(queuepct, UINT8)
	K(quota_fmt, FLAGS8) K(quota_fmt_out, FLAGS8) K(quotafilepath, CHARBUF) K(ratio, UINT32)
	K(reaper_tid, PID) K(remote_ip, IPADDR) K(remote_port, PORT) K(request, ENUMFLAGS16)
	K(res, ERRNO) K(res_or_fd, DYNAMIC) K(resolve, FLAGS32) K(resource, ENUMFLAGS8)
	K(ret, ERRNO) K(rgid, GID) K(root, FSPATH) K(ruid, UID) K(scope, CHARBUF)
	K(sem_flg_0, FLAGS16) K(sem_flg_1, FLAGS16) K(sem_num_0, UINT16) K(sem_num_1, UINT16)
	K(sem_op_0, INT16) K(sem_op_1, INT16) K(semflg, FLAGS32) K(semid, INT32) K(semnum, INT32)
	K(sgid, GID) K(shell, CHARBUF) K(sid, PID) K(sig, SIGTYPE) K(sigmask, UINT32)
	K(size, UINT32) K(sk_pointer, UINT64) K(sk_proto, UINT16) K(sk_type, UINT16)
	K(source, UINT64) K(special, CHARBUF) K(spid, PID) K(sq_entries, UINT32)
	K(sq_thread_cpu, UINT32) K(sq_thread_idle, UINT32) K(start_time, ABSTIME)
	K(status, ERRNO) K(suid, UID) K(sun_path, FSPATH) K(tags, CHARBUF) K(target, CHARBUF)
	K(target_fd, FD) K(tid, PID) K(timeout, INT64) K(to_submit, UINT32)
	K(trusted_exepath, FSPATH) K(tty, UINT32) K(tuple, SOCKTUPLE) K(type, UINT32)
	K(uargs, CHARBUF) K(uid, UID) K(val, DYNAMIC) K(value_bytebuf, BYTEBUF)
	K(value_charbuf, CHARBUF) K(vm_rss, UINT32) K(vm_size, UINT32) K(vm_swap, UINT32)
	K(vpgid, PID) K(vpid, PID) K(vtgid, PID) K(vtid, PID) K(whence, ENUMFLAGS8)
};

#define NKNOWN (sizeof(known) / sizeof(known[0]))

static int name_cmp(const void *key, const void *elem)
{
	const struct slice *name = key;
	const char *text = *(const char *const *)elem;
	int diff = strncmp(name->ptr, text, name->len);

	if (diff)
		return diff;
	return text[name->len] ? -1 : 0;
}

bool event_param_known(struct slice name, enum value_type *ret_type)
{
	const char *const *found;

	/* the event list first: its parameters' types are those that values come with */
	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		const struct event_def *def = event_def(i);
		int p = event_param_index(def, name);

		if (p >= 0) {
			*ret_type = def->params[p].type;
			return true;
		}
	}
	if (name.len == 0 || memchr(name.ptr, '\0', name.len))
		return false;
	found = bsearch(&name, known, NKNOWN, sizeof(known[0]), name_cmp);
	if (!found)
		return false;
	*ret_type = known[((const char *)found - (const char *)known) / sizeof(known[0])].type;
	return true;
}

const char *event_param_known_at(size_t i)
{
	return i < NKNOWN ? known[i].name : NULL;
}
