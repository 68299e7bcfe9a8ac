// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscalls.c - from system calls to events
 *
 * A process can call the kernel through three tables: the native one, that of 32-bit
 * programs (ia32), which any process can use by `int $0x80`, and x32's, which has the
 * native numbers with a bit set and a few of its own. All three lead to the same
 * events. Differences between a 32-bit call and the native one of the same name
 * (order and width of arguments, calls packed into socketcall and ipc) are evened out
 * here, so that recorders and consumers see one form.
 *
 * Recorded at their exit, whoever asked for that, are all calls that return. Those that
 * do not (exit, sigreturn) are recorded as if they did, at their entry.
 */
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <uapi/linux/ipc.h>
#include <asm/syscall.h>

#include "compat/unistd.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "syscalls.h"

/* Not 0: some started consumer wants what this number is in some table. */
static u8 wanted_enter[SYSCALLS_MAX] __read_mostly;
static u8 wanted_exit[SYSCALLS_MAX] __read_mostly;

static bool mask_has(const u64 *words, u16 event_plus_1)
{
	return mask_test(words, event_plus_1 ? event_plus_1 - 1 : FALCOC_E_UNKNOWN);
}

static bool mask_has_packed(const u64 *words, const struct packed_call *calls)
{
	unsigned int i;

	for (i = 0; i < PACKED_CALLS_MAX; i++)
		if (calls[i].event && mask_has(words, calls[i].event))
			return true;
	return false;
}

static void want(u8 *wanted, const u64 *words)
{
	bool wants;
	unsigned int i;

	for (i = 0; i < SYSCALLS_MAX; i++) {
		wants = mask_has(words, syscall_native[i]) || mask_has(words, syscall_ia32[i]);
		if (i == __NR_ia32_socketcall)
			wants = wants || mask_has_packed(words, syscall_socketcall);
		if (i == __NR_ia32_ipc)
			wants = wants || mask_has_packed(words, syscall_ipc);
		WRITE_ONCE(wanted[i], wants);
	}
}

void syscalls_want(const struct mask *mask)
{
	u64 enter[FALCOC_MASK_WORDS];
	unsigned int event;

	memcpy(enter, mask->enter, sizeof(enter));
	for (event = 0; event < FALCOC_E_COUNT; event++)
		if (mask_test(mask->exit, event) && event_traits(event) & FALCOC_T_NO_RETURN)
			enter[event / 64] |= 1ULL << (event % 64);
	want(wanted_enter, enter);
	want(wanted_exit, mask->exit);
}

static u64 hooks_of(u16 event_plus_1, const struct mask *mask)
{
	bool wants = mask_has(mask->exit, event_plus_1);

	/* whichever call it was, a successful exec is told as EXECVE, maybe for the state's sake */
	if (event_plus_1 && event_traits(event_plus_1 - 1) & FALCOC_T_EXEC)
		wants |= mask->flags & FALCOC_MASK_F_LIFECYCLE ||
			 mask_test(mask->exit, FALCOC_E_EXECVE);
	return wants ? event_hooks(event_plus_1 - 1) : 0;
}

static u64 hooks_of_packed(const struct packed_call *calls, const struct mask *mask)
{
	unsigned int i;
	u64 bits = 0;

	for (i = 0; i < PACKED_CALLS_MAX; i++)
		if (calls[i].event)
			bits |= hooks_of(calls[i].event, mask);
	return bits;
}

u64 syscall_hooks(unsigned int nr, const struct mask *mask)
{
	u64 bits = 0;

	if (syscall_native[nr])
		bits |= hooks_of(syscall_native[nr], mask);
	if (syscall_ia32[nr])
		bits |= hooks_of(syscall_ia32[nr], mask);
	if (nr == __NR_ia32_socketcall)
		bits |= hooks_of_packed(syscall_socketcall, mask);
	return bits;
}

/* Numbers that the kernel has, and that it was told to have when it was configured. */
static bool table_has(const u16 *table, unsigned int count, unsigned int event)
{
	unsigned int i;

	for (i = 0; i < SYSCALLS_MAX; i++)
		if (table[i] == event + 1 && i < count)
			return true;
	return false;
}

bool syscall_supported(unsigned int event)
{
	switch (event) {
	case FALCOC_E_UNKNOWN:
		return true;
	case FALCOC_E_uretprobe:	/* these filled a gap between others */
		return COMPAT_HAS_URETPROBE;
	case FALCOC_E_uprobe:
		return COMPAT_HAS_UPROBE;
	case FALCOC_E_SEND:		/* only by socketcall */
	case FALCOC_E_RECV:
		return IS_ENABLED(CONFIG_IA32_EMULATION);
	}
	return table_has(syscall_native, NR_syscalls, event) ||
	       (IS_ENABLED(CONFIG_IA32_EMULATION) &&
		table_has(syscall_ia32, IA32_NR_syscalls, event));
}

/* A number in two halves, the lower one first, in two arguments of 32 bits. */
static void join_halves(u64 *arg, unsigned int at)
{
	arg[at] |= arg[at + 1] << 32;
	memmove(&arg[at + 1], &arg[at + 2], (6 - (at + 2)) * sizeof(arg[0]));
	arg[5] = 0;
}

/* Arguments that are packed in memory, instead of our own. */
static void unpack_args(u64 *arg, u64 ptr, unsigned int count)
{
	u32 args[6] = {};
	unsigned int i;

	/* without its arguments it is still an event; most likely it failed with EFAULT */
	if (copy_from_user_nofault(args, (const void __user *)(unsigned long)ptr,
				   count * sizeof(args[0])))
		memset(args, 0, sizeof(args));
	for (i = 0; i < ARRAY_SIZE(args); i++)
		arg[i] = args[i];
}

/* The 16-bit calls' idea of "leave as it is" becomes everybody's. */
static u64 widen_id(u64 id)
{
	return (u16)id == (u16)-1 ? (u32)-1 : (u16)id;
}

static void ia32_even_out_ids(unsigned int nr, u64 *arg)
{
	switch (nr) {
	case __NR_ia32_setuid:
	case __NR_ia32_setgid:
	case __NR_ia32_setreuid:
	case __NR_ia32_setregid:
	case __NR_ia32_setresuid:
	case __NR_ia32_setresgid:
	case __NR_ia32_setfsuid:
	case __NR_ia32_setfsgid:
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

static void ia32_even_out(unsigned int nr, u64 *arg)
{
	switch (nr) {
	case __NR_ia32_clone:		/* tls comes before the child's tid */
		swap(arg[3], arg[4]);
		break;
	case __NR_ia32_mmap:
		unpack_args(arg, arg[0], 6);
		break;
	case __NR_ia32_select:
		unpack_args(arg, arg[0], 5);
		break;
	case __NR_ia32_mmap2:		/* the offset in pages */
		arg[5] *= 4096;
		break;
	case __NR_ia32__llseek:		/* fd, high, low, result, whence */
		swap(arg[1], arg[2]);
		join_halves(arg, 1);
		swap(arg[2], arg[3]);
		break;
	case __NR_ia32_pread64:
	case __NR_ia32_pwrite64:
	case __NR_ia32_preadv:
	case __NR_ia32_pwritev:
		join_halves(arg, 3);
		break;
	case __NR_ia32_preadv2:		/* the flags stay where they are */
	case __NR_ia32_pwritev2:
		arg[3] |= arg[4] << 32;
		arg[4] = 0;
		break;
	case __NR_ia32_lookup_dcookie:
		join_halves(arg, 0);
		break;
	case __NR_ia32_truncate64:
	case __NR_ia32_ftruncate64:
	case __NR_ia32_readahead:
	case __NR_ia32_fadvise64:
		join_halves(arg, 1);
		break;
	case __NR_ia32_fadvise64_64:
	case __NR_ia32_sync_file_range:
		join_halves(arg, 1);
		join_halves(arg, 2);
		break;
	case __NR_ia32_fallocate:
		join_halves(arg, 2);
		join_halves(arg, 3);
		break;
	case __NR_ia32_fanotify_mark:
		join_halves(arg, 2);
		break;
	case __NR_ia32_statfs64:	/* the size of the buffer comes before it */
	case __NR_ia32_fstatfs64:
		arg[1] = arg[2];
		arg[2] = 0;
		break;
	default:
		ia32_even_out_ids(nr, arg);
	}
}

static const struct packed_call *packed_call(const struct packed_call *calls, u64 nr)
{
	if (nr >= PACKED_CALLS_MAX)
		return NULL;
	nr = array_index_nospec(nr, PACKED_CALLS_MAX);
	return calls[nr].event ? &calls[nr] : NULL;
}

/* Returns event + 1 of what socketcall(2) was asked to do; its arguments replace ours. */
static u16 socketcall_event(u64 *arg)
{
	const struct packed_call *asked = packed_call(syscall_socketcall, arg[0]);

	if (!asked)
		return FALCOC_E_socketcall + 1;
	unpack_args(arg, arg[1], strlen(asked->args));
	return asked->event;
}

/* Likewise for ipc(2): call, first, second, third, pointer, fifth. */
static u16 ipc_event(u64 *arg)
{
	const struct packed_call *asked = packed_call(syscall_ipc, arg[0] & 0xffff);
	u64 from[6], packed[6];
	unsigned int i;

	if (!asked)
		return FALCOC_E_ipc + 1;
	memcpy(from, arg, sizeof(from));
	if (asked->event == FALCOC_E_SEMCTL + 1) {	/* the value itself lies in memory */
		unpack_args(packed, from[4], 1);
		from[4] = packed[0];
	} else if (from[0] == MSGRCV) {	/* the oldest form; newer ones have bit 16 set */
		unpack_args(packed, from[4], 2);
		from[4] = packed[0];
		from[5] = packed[1];
	}
	memset(arg, 0, sizeof(from));
	for (i = 0; asked->args[i]; i++)
		arg[i] = from[asked->args[i] - '0'];
	return asked->event;
}

static u16 decode_ia32(struct call *call, unsigned int nr)
{
	call->flags |= FALCOC_R_IA32;
	call->res = (s32)call->res;
	switch (nr) {
	case __NR_ia32_socketcall:
		call->flags |= FALCOC_R_UNVERIFIED;
		return socketcall_event(call->arg);
	case __NR_ia32_ipc:
		call->flags |= FALCOC_R_UNVERIFIED;
		return ipc_event(call->arg);
	case __NR_ia32_mmap:
	case __NR_ia32_select:
		call->flags |= FALCOC_R_UNVERIFIED;
		break;
	}
	ia32_even_out(nr, call->arg);
	return syscall_ia32[nr];
}

enum falcoc_event syscall_event(const struct pt_regs *regs)
{
	unsigned int nr = regs->orig_ax;
	const u16 *table = syscall_native;
	u16 event;

	if (in_ia32_syscall())
		table = syscall_ia32;
	else
		nr &= ~__X32_SYSCALL_BIT;
	if (nr >= SYSCALLS_MAX)
		return FALCOC_E_UNKNOWN;
	event = table[array_index_nospec(nr, SYSCALLS_MAX)];
	return event ? event - 1 : FALCOC_E_UNKNOWN;
}

#define EXECVE_CHECK	0x10000	/* AT_EXECVE_CHECK, 6.14: only ask whether it could be */

/* A successful exec has been told by its own tracepoint, with the new image. */
static bool told_elsewhere(const struct call *call)
{
	if (call->event == FALCOC_E_EXECVEAT && call->arg[4] & EXECVE_CHECK)
		return false;
	return (call->event == FALCOC_E_EXECVE || call->event == FALCOC_E_EXECVEAT) &&
	       !call_is_enter(call) && call->res >= 0;
}

/* One that sent messages to several addresses is told once for each. */
static void syscall_record(struct call *call)
{
	u32 more = call->inflight ? call->inflight->nsent : 0;

	call->recorder = event_recorder(call->event);
	for (call->sent = 0; call->sent <= more; call->sent++)
		records_make(call);
	call->sent = 0;
	if (!call_is_enter(call) || !(event_traits(call->event) & FALCOC_T_NO_RETURN))
		return;
	call->flags &= ~FALCOC_R_ENTER;		/* there will be no other time to say so */
	records_make(call);
}

static void syscall_tell(struct pt_regs *regs, unsigned long number, s64 res, u16 flags,
			 struct inflight *inflight)
{
	unsigned int nr = number;	/* the kernel looks at no more of it */
	struct call call;
	u16 event;

	BUILD_BUG_ON(sizeof(call.arg) != 6 * sizeof(unsigned long));
	if (nr == -1U)		/* sigreturn took it away, or a tracer: the call was not made */
		return;
	syscall_get_arguments(current, regs, (unsigned long *)call.arg);
	call.res = res;
	call.flags = flags;
	call.inflight = inflight;
	call.siglock_held = false;
	if (in_ia32_syscall()) {
		event = nr < SYSCALLS_MAX ?
			decode_ia32(&call, array_index_nospec(nr, SYSCALLS_MAX)) : 0;
	} else {
		if (nr & __X32_SYSCALL_BIT) {
			nr &= ~__X32_SYSCALL_BIT;
			call.flags |= FALCOC_R_X32;
		}
		event = nr < SYSCALLS_MAX ?
			syscall_native[array_index_nospec(nr, SYSCALLS_MAX)] : 0;
	}
	call.event = event ? event - 1 : FALCOC_E_UNKNOWN;
	call.syscall = min_t(unsigned int, nr, FALCOC_NO_SYSCALL - 1);
	if (!told_elsewhere(&call))
		syscall_record(&call);
}

static noinline void syscall_seen(struct pt_regs *regs, unsigned long nr, s64 res, u16 flags)
{
	struct inflight *inflight = flags & FALCOC_R_ENTER ? NULL : inflight_take_call();

	/* of this call, or what was done after the last; or not all of it */
	if (inflight && (inflight->late || inflight->lost))
		flags |= FALCOC_R_UNVERIFIED;
	/* what hooks saw of an earlier call is nobody's business */
	if (inflight && inflight->nr == (u32)nr)
		syscall_tell(regs, nr, res, flags, inflight);
	else
		syscall_tell(regs, nr, res, flags, NULL);
	inflight_free(inflight);
}

/*
 * All system calls of the machine come through here: every instruction counts. A number
 * beyond the table may be x32's, or in no table.
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
