// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - attaching callbacks to functions of the kernel's, by way of ftrace
 *
 * One set of functions for all hooks: its callback knows by the address whose turn it is.
 * That costs a third of what a kprobe does, and cannot be switched off under us by
 * kernel.ftrace_enabled or by debugfs. Addresses are found by registering a kprobe that
 * is never armed: nothing else that is exported looks names up.
 *
 * What a hook may catch is in wanted[], by number of system call. It is written before
 * hooks are attached (hooks_widen()) and after nobody wants them (hooks_narrow()), so
 * that nothing is caught that the probe of sys_exit will not see.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <asm/syscall.h>

#include "compat/ftrace.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "syscalls.h"
#include "uring.h"

#define SLOT_BITS 8	/* sparse: most are found at once */

struct hook {
	const char *names[2];
	hook_fn fn;
	unsigned long ip;	/* 0: this kernel has none */
};

#define HOOK_ENTRY(id, function, other, handler) \
	[HOOK_##id] = { { #function, #other }, handler },
static struct hook hooks[HOOK_COUNT] = {
	HOOKS(HOOK_ENTRY)
};

/* By address, with open addressing; never changes after hooks_init(). */
static struct slot {
	unsigned long ip;
	hook_fn fn;
	u64 bit;
} slots[1 << SLOT_BITS] __read_mostly;

static u64 wanted[SYSCALLS_MAX] __read_mostly;	/* bits of enum hook_id */
static u64 attached;

static struct slot *slot_of(unsigned long ip)
{
	unsigned int i = hash_long(ip, SLOT_BITS);

	BUILD_BUG_ON(HOOK_COUNT > 64 || HOOK_COUNT >= ARRAY_SIZE(slots));
	while (slots[i].ip && slots[i].ip != ip)
		i = (i + 1) % ARRAY_SIZE(slots);
	return &slots[i];
}

/*
 * Does the current task's system call, or io_uring operation, want this hook? After sys_exit
 * the number of the call is still there, but what is done then (task work: operations of
 * io_uring that are tried again) is not the call's. A tracer may have changed the result.
 */
static bool hook_is_wanted(u64 bit)
{
	const struct pt_regs *regs = task_pt_regs(current);
	unsigned long nr;

	/* a task that ends closes its files, with the number of the call that it died in */
	if (likely(!(current->flags & (PF_KTHREAD | PF_IO_WORKER | PF_EXITING)))) {
		nr = (unsigned int)regs->orig_ax & ~__X32_SYSCALL_BIT;
		if (nr < SYSCALLS_MAX && READ_ONCE(wanted[nr]) & bit &&
		    (!inflight_is_late() || READ_ONCE(current->ptrace)))
			return true;
	}
	return inflight_op_wants(bit);
}

#ifdef COMPAT_FTRACE_ARGS
static notrace COMPAT_FTRACE_CALLBACK(hook_called)
{
	const struct slot *slot = slot_of(ip);

	if (unlikely(!in_task()))	/* an interrupt's work is no call of the task's */
		return;
	preempt_disable_notrace();
	if (slot->ip && hook_is_wanted(slot->bit))
		slot->fn(compat_ftrace_regs(fregs), slot->bit);
	preempt_enable_notrace();
}

static struct ftrace_ops ops = {
	.func = hook_called,
	.flags = COMPAT_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT,
};

static bool registered;

static unsigned int ips_of(u64 bits, unsigned long *ips)
{
	unsigned int i, count = 0;

	for (i = 0; i < HOOK_COUNT; i++)
		if (bits & BIT_ULL(i))
			ips[count++] = hooks[i].ip;
	return count;
}

/*
 * An empty set would stand for all functions: it is never registered. Without memory, hooks
 * to be added are missing until the next change, and those to be removed stay.
 */
static void attach(u64 want)
{
	unsigned long ips[HOOK_COUNT], gone[HOOK_COUNT];
	int err;

	if (want == attached && registered == !!want)
		return;
	if (!want && registered) {
		unregister_ftrace_function(&ops);
		registered = false;
	}
	err = compat_ftrace_filter(&ops, ips, ips_of(want, ips), gone,
				   ips_of(attached & ~want, gone));
	attached = err ? attached | want : want;
	if (!err && want && !registered) {
		err = register_ftrace_function(&ops);
		registered = !err;
	}
	if (err)
		pr_info("functions cannot be traced (%d): records will be unverified\n", err);
}

/* Some functions cannot be traced, even if they can be found. */
static int try_attach(unsigned long ip)
{
	int err = ftrace_set_filter_ip(&ops, ip, 0, 0);
	unsigned int tries = 3;

	/* one that stays there would be attached with the others */
	while (!err && ftrace_set_filter_ip(&ops, ip, 1, 0) && --tries)
		;
	return tries ? err : -ENOMEM;
}
#else
static void attach(u64 want)
{
}

static int try_attach(unsigned long ip)
{
	return -EOPNOTSUPP;
}
#endif

#define B(id) BIT_ULL(HOOK_##id)

/* Of calls that use what lies behind a descriptor. */
static u64 event_file_hooks(enum falcoc_event event)
{
	switch (event) {
	case FALCOC_E_CLOSE:
		return B(CLOSE);
	case FALCOC_E_READ:
	case FALCOC_E_READV:
	case FALCOC_E_PREAD:
	case FALCOC_E_PREADV:
	case FALCOC_E_PREADV2:
	case FALCOC_E_WRITE:
	case FALCOC_E_WRITEV:
	case FALCOC_E_PWRITE:
	case FALCOC_E_PWRITEV:
	case FALCOC_E_PWRITEV2:
	case FALCOC_E_GETDENTS:
	case FALCOC_E_GETDENTS64:
	case FALCOC_E_fallocate:
	case FALCOC_E_SENDFILE:
	case FALCOC_E_COPY_FILE_RANGE:
		return B(FILE_IO);
	case FALCOC_E_SPLICE:
		return B(SPLICE);
	case FALCOC_E_IOCTL:
		return B(FILE_IOCTL);
	case FALCOC_E_FCNTL:
		return B(FILE_FCNTL);
	case FALCOC_E_FLOCK:
		return B(FILE_LOCK);
	case FALCOC_E_FCHMOD:
		return B(CHMOD);
	case FALCOC_E_FCHOWN:
		return B(CHOWN);
	case FALCOC_E_ftruncate:
#if COMPAT_FILE_TRUNCATE
		return B(FILE_TRUNCATE);
#else
		return B(TRUNCATE);
#endif
	case FALCOC_E_FSTAT:
		return B(GETATTR);
	case FALCOC_E_FCHDIR:
		return B(CHDIR);
	case FALCOC_E_MMAP:
		return B(MMAP);
	case FALCOC_E_FINIT_MODULE:
	case FALCOC_E_kexec_file_load:
		return B(FILE_READ);
	default:
		return 0;
	}
}

/* Beside those that traits ask for. */
static u64 event_own_hooks(enum falcoc_event event)
{
	switch (event) {
	case FALCOC_E_OPENAT2:
		return B(OPEN_HOW);
	case FALCOC_E_UNLINK:
		return B(PARENT_NAME) | B(UNLINK);
	case FALCOC_E_UNLINKAT:
		return B(PARENT_NAME) | B(UNLINK) | B(RMDIR);
	case FALCOC_E_RMDIR:
		return B(PARENT_NAME) | B(RMDIR);
	case FALCOC_E_RENAME:
	case FALCOC_E_RENAMEAT:
	case FALCOC_E_RENAMEAT2:
		return B(PARENT_NAME) | B(RENAME);
	case FALCOC_E_MKDIR:
	case FALCOC_E_MKDIRAT:
		return B(PARENT_NAME) | B(MKDIR);
	case FALCOC_E_MKNOD:
	case FALCOC_E_MKNODAT:
		return B(PARENT_NAME) | B(MKNOD);
	case FALCOC_E_LINK:
	case FALCOC_E_LINKAT:
		return B(LOOKUP_NAME) | B(PARENT_NAME) | B(LINK);
	case FALCOC_E_SYMLINK:
	case FALCOC_E_SYMLINKAT:
		return B(PARENT_NAME) | B(SYMLINK);
	case FALCOC_E_CHMOD:
	case FALCOC_E_FCHMODAT:
	case FALCOC_E_FCHMODAT2:
		return B(LOOKUP_NAME) | B(CHMOD);
	case FALCOC_E_CHOWN:
	case FALCOC_E_LCHOWN:
	case FALCOC_E_FCHOWNAT:
		return B(LOOKUP_NAME) | B(CHOWN);
	case FALCOC_E_truncate:
		return B(LOOKUP_NAME) | B(TRUNCATE);
	case FALCOC_E_PPOLL:
		return B(TIMEOUT);
	case FALCOC_E_CHROOT:
		return B(LOOKUP_NAME) | B(CHROOT);
	case FALCOC_E_MOUNT:
		return B(LOOKUP_NAME) | B(MOUNT);
	case FALCOC_E_UMOUNT:
	case FALCOC_E_UMOUNT2:
		return B(LOOKUP_NAME) | B(UMOUNT);
	case FALCOC_E_pivot_root:
		return B(LOOKUP_NAME) | B(PIVOT_ROOT);
	case FALCOC_E_move_mount:	/* no names: 7.x looks up the second path first */
		return B(MOVE_MOUNT);
	case FALCOC_E_CHDIR:
		return B(LOOKUP_NAME);
	case FALCOC_E_CONNECT:
		return B(CONNECT);
	case FALCOC_E_BIND:
		return B(BIND);
	case FALCOC_E_LISTEN:
		return B(LISTEN);
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
		return B(ACCEPT);
	case FALCOC_E_SHUTDOWN:
		return B(SHUTDOWN);
	case FALCOC_E_setxattr:
	case FALCOC_E_lsetxattr:
	case FALCOC_E_setxattrat:
		return B(LOOKUP_NAME) | B(SET_XATTR);
	case FALCOC_E_removexattr:
	case FALCOC_E_lremovexattr:
	case FALCOC_E_removexattrat:
		return B(LOOKUP_NAME) | B(REMOVE_XATTR);
	case FALCOC_E_SEND:
	case FALCOC_E_SENDTO:
	case FALCOC_E_SENDMSG:
	case FALCOC_E_SENDMMSG:
		return B(SENDMSG);
	case FALCOC_E_RECV:
	case FALCOC_E_RECVFROM:
	case FALCOC_E_RECVMSG:
	case FALCOC_E_RECVMMSG:
		return B(RECVMSG);
	default:
		return event_file_hooks(event);
	}
}

u64 event_hooks(enum falcoc_event event)
{
	u32 traits = event_traits(event);
	u64 bits = event_own_hooks(event);

	if (traits & FALCOC_T_NEW_FD)
		bits |= B(FD_INSTALL);
	if (traits & FALCOC_T_EXEC)	/* no OPEN_NAME: all that is opened would pay for it */
		bits |= B(EXEC_NAME) | B(BPRM_CHECK);
	else if (traits & FALCOC_T_OPEN)
		bits |= B(OPEN_NAME);
	else if (traits & FALCOC_T_PATH && !(bits & (B(PARENT_NAME) | B(MOVE_MOUNT))))
		bits |= B(LOOKUP_NAME);
	return bits;
}

static bool call_is_stale(const struct inflight *inflight)
{
	unsigned int nr = inflight->nr & ~__X32_SYSCALL_BIT;

	return !inflight->is_op && (nr >= SYSCALLS_MAX || !wanted[nr]);
}

void hooks_narrow(const struct mask *mask)
{
	bool less = false;
	unsigned int nr;
	u64 keep;

	for (nr = 0; nr < SYSCALLS_MAX; nr++) {
		keep = wanted[nr] & syscall_hooks(nr, mask);
		less |= keep != wanted[nr];
		WRITE_ONCE(wanted[nr], keep);
	}
	if (!less)
		return;
	synchronize_rcu();	/* handlers that saw more are done */
	inflight_purge(call_is_stale);
}

static u64 hooks_present(void)
{
	unsigned int i;
	u64 present = 0;

	for (i = 0; i < HOOK_COUNT; i++)
		if (hooks[i].ip)
			present |= BIT_ULL(i);
	return present;
}

static bool mask_is_used(const struct mask *mask)
{
	unsigned int i;
	u64 bits = mask->flags;

	for (i = 0; i < FALCOC_MASK_WORDS; i++)
		bits |= mask->exit[i] | mask->enter[i];
	return bits;
}

void hooks_widen(const struct mask *mask)
{
	u64 all = uring_hooks(mask);
	unsigned int nr;

	for (nr = 0; nr < SYSCALLS_MAX; nr++) {
		WRITE_ONCE(wanted[nr], syscall_hooks(nr, mask));
		all |= wanted[nr];
	}
	all &= hooks_present();
	/* while anything is wanted, rather stay where nobody comes by than leave, which is slow */
	if (!all && attached && mask_is_used(mask))
		all = B(PIVOT_ROOT) & hooks_present();
	attach(all);
}

/* Registers a kprobe by the one name or the other, without arming it. */
static int find(struct kprobe *kprobe, const struct hook *hook)
{
	unsigned int i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(hook->names) && err && err != -ENOMEM; i++) {
		memset(kprobe, 0, sizeof(*kprobe));
		kprobe->symbol_name = hook->names[i];
		kprobe->flags = KPROBE_FLAG_DISABLED;
		err = register_kprobe(kprobe);
	}
	return err;
}

static void slot_fill(unsigned int i)
{
	struct slot *slot = slot_of(hooks[i].ip);

	slot->ip = hooks[i].ip;
	slot->fn = hooks[i].fn;
	slot->bit = BIT_ULL(i);
}

/* For want of memory the module is not loaded, rather than blind for as long as it is. */
int hooks_init(void)
{
	struct kprobe *kprobes = kcalloc(HOOK_COUNT, sizeof(*kprobes), GFP_KERNEL);
	struct kprobe *found[HOOK_COUNT];
	unsigned int i, count = 0;
	int err = 0;

	if (!kprobes)
		return -ENOMEM;
	for (i = 0; i < HOOK_COUNT && err != -ENOMEM; i++) {
		err = find(&kprobes[i], &hooks[i]);
		if (!err) {
			found[count++] = &kprobes[i];
			err = try_attach((unsigned long)kprobes[i].addr);
		}
		if (!err) {
			hooks[i].ip = (unsigned long)kprobes[i].addr;
			slot_fill(i);
		} else if (err != -ENOMEM) {
			pr_info("this kernel has no %s to trace: some records will be unverified\n",
				hooks[i].names[0]);
		}
	}
	unregister_kprobes(found, count);
	kfree(kprobes);
	if (err == -ENOMEM)
		return err;
	inflight_init();
	return 0;
}

void hooks_release(void)
{
	attach(0);	/* nothing, unless an update failed halfway */
	inflight_release();
}
