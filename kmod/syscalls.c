// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscalls.c - from system calls to events
 *
 * A process can call the kernel through three tables: the native one, that of 32-bit
 * programs (ia32), which any process can use by `int $0x80`, and x32's, which has the
 * native numbers with a bit set and a few of its own. All three lead to the same
 * events. Differences between a 32-bit call and the native one of the same name
 * (order and width of arguments, calls packed into socketcall) are evened out here,
 * so that recorders and consumers see one form.
 */
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "compat/unistd.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "syscalls.h"

/* EV(event, name): a call that has this name in both tables; N, I: in one of them. */
#define SYSCALLS(EV, N, I)								\
	EV(EXECVE, execve) EV(EXECVEAT, execveat)					\
	EV(CLONE, clone) EV(CLONE3, clone3) EV(FORK, fork) EV(VFORK, vfork)		\
	EV(OPEN, open) EV(OPENAT, openat) EV(OPENAT2, openat2) EV(CREAT, creat)		\
	EV(UNLINK, unlink) EV(UNLINKAT, unlinkat)					\
	EV(RENAME, rename) EV(RENAMEAT, renameat) EV(RENAMEAT2, renameat2)		\
	EV(MKDIR, mkdir) EV(MKDIRAT, mkdirat) EV(RMDIR, rmdir)				\
	EV(CHMOD, chmod) EV(FCHMOD, fchmod) EV(FCHMODAT, fchmodat)			\
	EV(FCHMODAT2, fchmodat2)							\
	EV(CHOWN, chown) EV(LCHOWN, lchown) EV(FCHOWN, fchown) EV(FCHOWNAT, fchownat)	\
	I(CHOWN, chown32) I(LCHOWN, lchown32) I(FCHOWN, fchown32)			\
	EV(LINK, link) EV(LINKAT, linkat) EV(SYMLINK, symlink) EV(SYMLINKAT, symlinkat)	\
	EV(SOCKET, socket) EV(CONNECT, connect) N(ACCEPT, accept) EV(ACCEPT4, accept4)	\
	EV(BIND, bind) EV(LISTEN, listen)						\
	EV(SENDTO, sendto) EV(SENDMSG, sendmsg) EV(SENDMMSG, sendmmsg)			\
	EV(RECVFROM, recvfrom) EV(RECVMSG, recvmsg) EV(RECVMMSG, recvmmsg)		\
	I(RECVMMSG, recvmmsg_time64) EV(SHUTDOWN, shutdown)				\
	EV(SETUID, setuid) EV(SETGID, setgid) EV(SETREUID, setreuid)			\
	EV(SETREGID, setregid) EV(SETRESUID, setresuid) EV(SETRESGID, setresgid)	\
	I(SETUID, setuid32) I(SETGID, setgid32) I(SETREUID, setreuid32)			\
	I(SETREGID, setregid32) I(SETRESUID, setresuid32) I(SETRESGID, setresgid32)	\
	EV(KILL, kill) EV(TKILL, tkill) EV(TGKILL, tgkill)				\
	EV(INIT_MODULE, init_module) EV(FINIT_MODULE, finit_module)			\
	EV(READ, read) EV(WRITE, write) EV(PREAD, pread64) EV(PWRITE, pwrite64)		\
	EV(READV, readv) EV(WRITEV, writev) EV(PREADV, preadv) EV(PWRITEV, pwritev)	\
	EV(PREADV, preadv2) EV(PWRITEV, pwritev2)					\
	EV(CHDIR, chdir) EV(FCHDIR, fchdir)

/* Numbers that x32 has of its own (include/uapi/asm/unistd_x32.h, not installed for modules). */
#define X32_SYSCALLS(X)									\
	X(515, READV) X(516, WRITEV) X(517, RECVFROM) X(518, SENDMSG) X(519, RECVMSG)	\
	X(520, EXECVE) X(534, PREADV) X(535, PWRITEV) X(537, RECVMMSG)			\
	X(538, SENDMMSG) X(545, EXECVEAT) X(546, PREADV) X(547, PWRITEV)

/* What socketcall(2) can be asked for (uapi/linux/net.h), with how many arguments. */
#define SOCKETCALLS(S)									\
	S(SYS_SOCKET, SOCKET, 3) S(SYS_BIND, BIND, 3) S(SYS_CONNECT, CONNECT, 3)	\
	S(SYS_LISTEN, LISTEN, 2) S(SYS_ACCEPT, ACCEPT, 3) S(SYS_ACCEPT4, ACCEPT4, 4)	\
	S(SYS_SENDTO, SENDTO, 6) S(SYS_SENDMSG, SENDMSG, 3) S(SYS_SENDMMSG, SENDMMSG, 4)\
	S(SYS_RECVFROM, RECVFROM, 6) S(SYS_RECVMSG, RECVMSG, 3)				\
	S(SYS_RECVMMSG, RECVMMSG, 5) S(SYS_SHUTDOWN, SHUTDOWN, 2)

#define NO_SYSCALL(event, name)
#define NATIVE_EVENT(event, name) \
	[__NR_##name] = FALCOC_E_##event + 1,
#define IA32_EVENT(event, name) \
	[__NR_ia32_##name] = FALCOC_E_##event + 1,
#define NUMBER_EVENT(nr, event) \
	[nr] = FALCOC_E_##event + 1,

/* Event + 1, so that 0 is no event. */
static const u16 native_events[SYSCALLS_MAX] = {
	SYSCALLS(NATIVE_EVENT, NATIVE_EVENT, NO_SYSCALL)
	X32_SYSCALLS(NUMBER_EVENT)
};

static const u16 ia32_events[SYSCALLS_MAX] = {
	SYSCALLS(IA32_EVENT, NO_SYSCALL, IA32_EVENT)
};

struct socketcall {
	u16 event;		/* + 1 */
	u16 nargs;
};

#define SOCKETCALL(nr, event, nargs) \
	[nr] = { FALCOC_E_##event + 1, nargs },
static const struct socketcall socketcalls[32] = {
	SOCKETCALLS(SOCKETCALL)
};

/* Not 0: some started consumer wants what this number is in some table. */
static u8 wanted_enter[SYSCALLS_MAX] __read_mostly;
static u8 wanted_exit[SYSCALLS_MAX] __read_mostly;

static bool mask_has(const u64 *words, u16 event_plus_1)
{
	return event_plus_1 && mask_test(words, event_plus_1 - 1);
}

static void want(u8 *wanted, const u64 *words)
{
	bool socketcall = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(socketcalls); i++)
		socketcall |= mask_has(words, socketcalls[i].event);
	for (i = 0; i < SYSCALLS_MAX; i++) {
		bool wants = mask_has(words, native_events[i]) || mask_has(words, ia32_events[i]);

		WRITE_ONCE(wanted[i], wants || (i == __NR_ia32_socketcall && socketcall));
	}
}

bool event_supported(unsigned int event)
{
	return event < FALCOC_E_COUNT;
}

void syscalls_want(const struct mask *mask)
{
	want(wanted_enter, mask->enter);
	want(wanted_exit, mask->exit);
}

static u64 hooks_of(u16 event_plus_1, const struct mask *mask)
{
	return mask_has(mask->exit, event_plus_1) ? event_hooks(event_plus_1 - 1) : 0;
}

u64 syscall_hooks(unsigned int nr, const struct mask *mask)
{
	u64 bits = hooks_of(native_events[nr], mask) | hooks_of(ia32_events[nr], mask);
	unsigned int i;

	for (i = 0; nr == __NR_ia32_socketcall && i < ARRAY_SIZE(socketcalls); i++)
		bits |= hooks_of(socketcalls[i].event, mask);
	return bits;
}

/* The 16-bit calls' idea of "leave as it is" becomes everybody's. */
static u64 widen_id(u64 id)
{
	return (u16)id == (u16)-1 ? (u32)-1 : (u16)id;
}

static void ia32_even_out(unsigned int nr, u64 *arg)
{
	switch (nr) {
	case __NR_ia32_clone:		/* tls comes before the child's tid */
		swap(arg[3], arg[4]);
		break;
	case __NR_ia32_pread64:
	case __NR_ia32_pwrite64:	/* a position in two halves */
		arg[3] |= arg[4] << 32;
		arg[4] = 0;
		break;
	case __NR_ia32_setuid:
	case __NR_ia32_setgid:
	case __NR_ia32_setreuid:
	case __NR_ia32_setregid:
	case __NR_ia32_setresuid:
	case __NR_ia32_setresgid:
		arg[0] = widen_id(arg[0]);
		fallthrough;
	case __NR_ia32_chown:
	case __NR_ia32_lchown:
	case __NR_ia32_fchown:
		arg[1] = widen_id(arg[1]);
		arg[2] = widen_id(arg[2]);
		break;
	}
}

/* Returns event + 1 of what socketcall(2) was asked to do; its arguments replace ours. */
static u16 socketcall_event(u64 *arg)
{
	const struct socketcall *asked = &socketcalls[0];
	u32 args[6] = {};
	unsigned int i;

	if (arg[0] < ARRAY_SIZE(socketcalls))
		asked = &socketcalls[array_index_nospec(arg[0], ARRAY_SIZE(socketcalls))];
	/* without its arguments it is still an event; most likely it failed with EFAULT */
	if (copy_from_user_nofault(args, (const void __user *)(unsigned long)arg[1],
				   asked->nargs * sizeof(args[0])))
		memset(args, 0, sizeof(args));
	for (i = 0; i < ARRAY_SIZE(args); i++)
		arg[i] = args[i];
	return asked->event;
}

static u16 decode_ia32(struct call *call, unsigned int nr)
{
	call->flags |= FALCOC_R_IA32;
	call->res = (s32)call->res;
	if (nr == __NR_ia32_socketcall)
		return socketcall_event(call->arg);
	ia32_even_out(nr, call->arg);
	return ia32_events[nr];
}

/* A successful exec has been told by its own tracepoint, with the new image. */
static bool told_elsewhere(const struct call *call)
{
	return (call->event == FALCOC_E_EXECVE || call->event == FALCOC_E_EXECVEAT) &&
	       !call_is_enter(call) && call->res >= 0;
}

static void syscall_tell(struct pt_regs *regs, unsigned long number, s64 res, u16 flags,
			 struct inflight *inflight)
{
	unsigned int nr = number;	/* the kernel looks at no more of it */
	struct call call;
	u16 event;

	BUILD_BUG_ON(sizeof(call.arg) != 6 * sizeof(unsigned long));
	syscall_get_arguments(current, regs, (unsigned long *)call.arg);
	call.res = res;
	call.flags = flags;
	call.inflight = inflight;
	if (in_ia32_syscall()) {
		if (nr >= SYSCALLS_MAX)
			return;
		nr = array_index_nospec(nr, SYSCALLS_MAX);
		event = decode_ia32(&call, nr);
	} else {
		if (nr & __X32_SYSCALL_BIT) {
			nr &= ~__X32_SYSCALL_BIT;
			call.flags |= FALCOC_R_X32;
		}
		if (nr >= SYSCALLS_MAX)
			return;
		nr = array_index_nospec(nr, SYSCALLS_MAX);
		event = native_events[nr];
	}
	if (!event)
		return;
	call.event = event - 1;
	call.syscall = nr;
	if (told_elsewhere(&call))
		return;
	call.recorder = event_recorder(call.event);
	records_make(&call);
}

static noinline void syscall_seen(struct pt_regs *regs, unsigned long nr, s64 res, u16 flags)
{
	struct inflight *inflight = flags & FALCOC_R_ENTER ? NULL : inflight_take();

	/* what hooks saw of an earlier call is nobody's business */
	if (inflight && inflight->nr == (u32)nr)
		syscall_tell(regs, nr, res, flags, inflight);
	else
		syscall_tell(regs, nr, res, flags, NULL);
	inflight_free(inflight);
}

/*
 * All system calls of the machine come through here: every instruction counts. A number
 * beyond the table may be x32's.
 */
void probe_sys_enter(void *data, struct pt_regs *regs, long id)
{
	unsigned long nr = id;

	if (unlikely(nr >= SYSCALLS_MAX || READ_ONCE(wanted_enter[nr])))
		syscall_seen(regs, nr, 0, FALCOC_R_ENTER);
}

void probe_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	unsigned long nr = regs->orig_ax;

	if (unlikely(nr >= SYSCALLS_MAX || READ_ONCE(wanted_exit[nr])))
		syscall_seen(regs, nr, ret, 0);
}
