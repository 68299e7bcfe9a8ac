// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring.c - hooks where the kernel carries out io_uring operations, and makes their records
 *
 * Since 6.0 each operation is a function that io_uring calls through a table, so there is no
 * way around it. Before, all operations are parts of one function, io_issue_sqe(), and a
 * worker's result is passed to io_req_complete_post(). ftrace sends each call of such a function
 * to op_carried() instead, which calls it: at its beginning the request tells what is asked for
 * (it may be gone at the end), at its end whether it is done. What is known of the operation
 * meanwhile lies on the stack of the task that carries it out. So any number of them may be
 * blocked at once, and none is missed; but each holds a reference to the module until it is over.
 *
 * The same operation may begin several times: first without blocking, then again when its file
 * is ready, or in a worker. Only the time that gives the result makes a record. Multishot
 * operations give many results, each by io_req_post_cqe() while they run. What goes on by itself
 * (a read that the disk answers) is told by io_req_rw_complete(), in the task's own context.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat/ftrace.h"
#include "compat/io_uring.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "uring.h"
#include "uring_ops.h"

#if COMPAT_URING_KNOWN && defined(COMPAT_FTRACE_ARGS)

#define HOOK_BIT(id, function, other, handler) BIT_ULL(HOOK_##id) |
#define OWN_HOOKS	(URING_HOOKS(HOOK_BIT) 0)

#define SITE_BITS	8
#define LATES		2

typedef int (*carrier_fn)(struct io_kiocb *req, unsigned int issue_flags);

/* A function of the kernel's that carries out operations. */
struct carrier {
	const char *name;
	u64 opcodes;		/* bits: which */
	carrier_fn fn;
	unsigned long ip;	/* where ftrace calls us; 0: it is missing */
};

/* One where operations end that are not over when their own function is. */
struct late {
	const char *name;
	void (*handler)(struct io_kiocb *req, unsigned long result);
	u16 events[4];
	unsigned long ip;
};

static struct carrier carriers[URING_OPCODES];	/* filled in when the module is loaded */
static unsigned int carriers_count;
static u64 wanted[FALCOC_MASK_WORDS] __read_mostly;

static bool is_wanted(u16 event)
{
	return event != URING_EVENT_NONE && mask_test(wanted, event);
}

/* The restart codes never leave the kernel. */
static s64 fixed_up(s64 res)
{
	return res <= -ERESTARTSYS && res >= -ERESTART_RESTARTBLOCK ? -EINTR : res;
}

static void op_tell(const struct uring_op *op, s64 res, struct inflight *inflight)
{
	bool lost = inflight && inflight->lost;
	struct call call = {
		.event = op->event,
		.flags = FALCOC_R_URING | (lost ? FALCOC_R_UNVERIFIED : 0),
		.syscall = FALCOC_NO_SYSCALL,
		.res = fixed_up(res),
		.recorder = event_recorder(op->event),
		.inflight = inflight,
		.uring = &op->call,
	};

	memcpy(call.arg, op->arg, sizeof(call.arg));
	records_make(&call);
}

/* Is it over, and how? ret: what the function returned */
static bool op_result(const struct uring_op *op, int ret, s64 *ret_res)
{
	*ret_res = ret;
	switch (ret) {
	case URING_SKIP_COMPLETE:
	case URING_REQUEUE:
		return false;
	case -EAGAIN:
		return compat_req_nowait(op->req) || compat_issue_is_last(op->issue_flags);
	case URING_STOP_MULTISHOT:
		if (!compat_issue_multishot(op->issue_flags))
			return true;
		break;
	case 0:
#if !COMPAT_URING_OPS
		if (!compat_req_complete_inline(op->req))
			return false;	/* told already, or it goes on by itself */
#endif
		break;
	default:
		return true;
	}
	*ret_res = compat_req_res(op->req);
	return true;
}

static void op_begin(struct uring_op *op)
{
	u64 hooks = event_hooks(op->event) | OWN_HOOKS;
	struct inflight *inflight = inflight_begin(hooks);

	if (inflight)
		inflight->op = op;
	uring_op_read(op, inflight);
}

/* Some functions that carry operations out call others that do. */
static bool op_is_nested(const struct uring_op *op)
{
	const struct uring_op *outer = inflight_op();

	return outer && outer->req == op->req;
}

/* False: nobody wants its record, or it will be made further out. */
static bool op_begins(struct uring_op *op, struct io_kiocb *req, unsigned int issue_flags)
{
	op->req = req;
	op->issue_flags = issue_flags;
	op->opcode = req->opcode;
	op->event = uring_event(op->opcode);
	op->told = false;
	op->call.cred = NULL;
#if !COMPAT_URING_OPS
	op->call.cred = compat_req_creds(req);
#endif
	if (unlikely(!is_wanted(op->event) || op_is_nested(op)))
		return false;
	preempt_disable_notrace();
	op_begin(op);
	preempt_enable_notrace();
	return true;
}

static void op_ends(struct uring_op *op, int ret)
{
	struct inflight *inflight = inflight_take_op(op);
	s64 res;

	if (!op->told && op_result(op, ret, &res))
		op_tell(op, res, inflight);
	inflight_free(inflight);
}

/*
 * Instead of a carrier. The call of the function itself passes ftrace once more; that it comes
 * from here tells that it is not to be sent here again.
 */
static int op_carried(struct io_kiocb *req, unsigned int issue_flags,
		      const struct carrier *carrier)
{
	struct uring_op op;
	bool told = op_begins(&op, req, issue_flags);
	int ret = carrier->fn(req, issue_flags);

	if (told)
		op_ends(&op, ret);
	module_put(THIS_MODULE);	/* uring_release() waits for what is left to do here */
	return ret;
}

/* For hooks: the operation is over, or this much of it. */
static struct uring_op *op_told(struct inflight *inflight, s64 res)
{
	struct uring_op *op = inflight->op;

	inflight_take_op(op);	/* the same: it is the current task's */
	op_tell(op, res, inflight);
	inflight_free(inflight);
	return op;
}

/*
 * io_fixed_fd_install(request, issue_flags, file, slot); until 5.15 io_fixed_file_set(slot, file),
 * as the caller of that one is no function to rely on: compilers change its arguments.
 */
void hook_uring_direct(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight && inflight->op && inflight->op->call.direct)
		inflight_keep_file(inflight, CALL_DIRECT_FD,
				   (struct file *)hook_arg(regs, COMPAT_URING_OPS ? 2 : 1));
}

#if COMPAT_URING_OPS
/*
 * io_req_post_cqe(request, result, flags); until 6.1 io_post_aux_cqe(ring, user's data, result,
 * ...). A result of a multishot operation, which goes on.
 */
void hook_uring_post(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight || !inflight->op)
		return;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	op_begin(op_told(inflight, (int)hook_arg(regs, 1)));
#else
	op_begin(op_told(inflight, (int)hook_arg(regs, 2)));
#endif
}
#else
/* io_req_complete_post(request, result, flags): what a worker did, while still in it. */
void hook_uring_done(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight && inflight->op && (unsigned long)inflight->op->req == hook_arg(regs, 0))
		op_told(inflight, (int)hook_arg(regs, 1))->told = true;
}
#endif

/* What an operation's own function does not see: its record is made here, from the request. */
static void tell_late(struct io_kiocb *req, s64 res)
{
	struct uring_op op = {
		.req = req,
		.opcode = req->opcode,
		.event = uring_event(req->opcode),
	};
	struct inflight *inflight;

	if (!is_wanted(op.event))
		return;
	inflight = inflight_begin(0);
	if (inflight)
		inflight->op = &op;
	uring_op_read(&op, inflight);
	inflight = inflight_take_op(&op);
	op_tell(&op, res, inflight);
	inflight_free(inflight);
}

/* io_req_rw_complete(request, ...): what was read or written by others than us is there. */
static void rw_ends(struct io_kiocb *req, unsigned long unused)
{
	tell_late(req, compat_req_res(req));
}

/*
 * A function that ends a request otherwise, given its result: it was cancelled, timed out, or
 * its process is about to end. A connect may be on its way all the same.
 */
static void op_is_cancelled(struct io_kiocb *req, unsigned long result)
{
	int res = result;

	if (res < 0 && res != -EAGAIN && !inflight_op() && uring_is_begun_connect(req))
		tell_late(req, res);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define CANCEL_FUNCTION "io_req_defer_failed"
#elif COMPAT_URING_OPS
#define CANCEL_FUNCTION "io_req_complete_failed"
#else
#define CANCEL_FUNCTION "io_req_complete_post"
#endif

static struct late lates[LATES] = {
	{ "io_req_rw_complete", rw_ends,
	  { FALCOC_E_READ, FALCOC_E_READV, FALCOC_E_WRITE, FALCOC_E_WRITEV } },
	{ CANCEL_FUNCTION, op_is_cancelled,
	  { FALCOC_E_CONNECT, FALCOC_E_CONNECT, FALCOC_E_CONNECT, FALCOC_E_CONNECT } },
};

/* By address, with open addressing; never changes after uring_init(). */
static struct site {
	unsigned long ip;
	const struct carrier *carrier;
	const struct late *late;
} sites[1 << SITE_BITS] __read_mostly;

static struct site *site_of(unsigned long ip)
{
	unsigned int i = hash_long(ip, SITE_BITS);

	BUILD_BUG_ON(URING_OPCODES + LATES >= ARRAY_SIZE(sites));
	while (sites[i].ip && sites[i].ip != ip)
		i = (i + 1) % ARRAY_SIZE(sites);
	return &sites[i];
}

static notrace COMPAT_FTRACE_CALLBACK(site_called)
{
	struct pt_regs *regs = compat_ftrace_regs(fregs);
	const struct site *site = site_of(ip);
	struct io_kiocb *req = (struct io_kiocb *)hook_arg(regs, 0);

	if (unlikely(!in_task()))
		return;
	if (site->late) {
		preempt_disable_notrace();
		site->late->handler(req, hook_arg(regs, 1));
		preempt_enable_notrace();
		return;
	}
	if (!site->carrier || !is_wanted(uring_event(req->opcode)) ||
	    within_module(parent_ip, THIS_MODULE))
		return;
	if (unlikely(!try_module_get(THIS_MODULE)))	/* cannot be: a consumer is started */
		return;
	regs->dx = (unsigned long)site->carrier;
	regs->ip = (unsigned long)op_carried;
}

static struct ftrace_ops ops = {
	.func = site_called,
	.flags = COMPAT_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_IPMODIFY,
};

static unsigned long attached[URING_OPCODES + LATES];	/* functions that ops is called at */
static unsigned int attached_count;

static bool is_among(unsigned long ip, const unsigned long *ips, unsigned int count)
{
	while (count)
		if (ips[--count] == ip)
			return true;
	return false;
}

/* These functions, and no others. An empty set would stand for all. */
static int attach(unsigned long *ips, unsigned int count)
{
	unsigned long gone[ARRAY_SIZE(attached)];
	unsigned int i, gone_count = 0;
	int err;

	if (!count && attached_count)
		unregister_ftrace_function(&ops);
	for (i = 0; i < attached_count; i++)
		if (!is_among(attached[i], ips, count))
			gone[gone_count++] = attached[i];
	if (count == attached_count && !gone_count)
		return 0;
	err = compat_ftrace_filter(&ops, ips, count, gone, gone_count);
	if (!err && count && !attached_count)
		err = register_ftrace_function(&ops);
	if (err && count && attached_count)
		return err;	/* what was attached is so still */
	attached_count = err ? 0 : count;
	memcpy(attached, ips, attached_count * sizeof(*ips));
	return err;
}

static struct carrier *carrier_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < carriers_count; i++)
		if (!strcmp(carriers[i].name, name))
			break;
	if (i == carriers_count)
		carriers[carriers_count++].name = name;
	return &carriers[i];
}

/* Where processors check that calls through pointers arrive at functions, it says so there. */
static carrier_fn entry_of(unsigned long ip)
{
	const u32 endbr64 = 0xfa1e0ff3;

	return (carrier_fn)(*(const u32 *)(ip - sizeof(endbr64)) == endbr64 ?
			    ip - sizeof(endbr64) : ip);
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

/* The kprobe, which is not armed, is the caller's to unregister if it has an address. */
static int site_find(const char *name, struct kprobe *probe, unsigned long *ret_ip)
{
	unsigned long ip;
	int err;

	probe->symbol_name = name;
	probe->flags = KPROBE_FLAG_DISABLED;
	err = register_kprobe(probe);
	if (err) {
		probe->addr = NULL;
		return err;
	}
	ip = (unsigned long)probe->addr;
	err = try_attach(ip);
	if (err)
		return err;
	site_of(ip)->ip = ip;
	*ret_ip = ip;
	return 0;
}

static void site_fill(unsigned long ip, struct carrier *carrier, struct late *late)
{
	site_of(ip)->carrier = carrier;
	site_of(ip)->late = late;
	if (carrier) {
		carrier->ip = ip;
		carrier->fn = entry_of(ip);
	} else {
		late->ip = ip;
	}
}

/*
 * Addresses, by kprobes that are not armed: nothing else that is exported looks names up. What
 * is missing stays out; -ENOMEM only if there was no memory to look.
 */
static int sites_find(struct kprobe *probes)
{
	struct kprobe *found[URING_OPCODES + LATES];
	unsigned int i, count = 0;
	int err = 0;

	for (i = 0; i < carriers_count + LATES && err != -ENOMEM; i++) {
		struct carrier *carrier = i < carriers_count ? &carriers[i] : NULL;
		struct late *late = carrier ? NULL : &lates[i - carriers_count];
		const char *name = carrier ? carrier->name : late->name;
		unsigned long ip;

		err = site_find(name, &probes[i], &ip);
		if (probes[i].addr)
			found[count++] = &probes[i];
		if (!err)
			site_fill(ip, carrier, late);
		else if (err != -ENOMEM)
			pr_warn("no %s (%d): what io_uring does by it is not seen\n", name, err);
	}
	unregister_kprobes(found, count);
	return err == -ENOMEM ? err : 0;
}

/* For want of memory the module is not loaded, rather than blind for as long as it is. */
int uring_init(void)
{
	struct kprobe *probes;
	unsigned int opcode;
	const char *name;
	int err;

	for (opcode = 0; opcode < min_t(unsigned int, IORING_OP_LAST, URING_OPCODES); opcode++) {
		name = uring_function(opcode);
		if (name)
			carrier_of(name)->opcodes |= BIT_ULL(opcode);
	}
	probes = kcalloc(carriers_count + LATES, sizeof(*probes), GFP_KERNEL);
	if (!probes)
		return -ENOMEM;
	err = sites_find(probes);
	kfree(probes);
	return err;
}

void uring_release(void)
{
	attach(NULL, 0);	/* nothing, unless an update failed halfway */
	/* nobody holds the module, but one may have been about to return from op_carried() */
	synchronize_rcu_tasks();
}

/* Does it carry out what the mask wants? */
static bool carrier_is_wanted(const struct carrier *carrier, const u64 *words)
{
	unsigned int opcode;

	for (opcode = 0; opcode < URING_OPCODES; opcode++)
		if (carrier->opcodes & BIT_ULL(opcode) && mask_test(words, uring_event(opcode)))
			return true;
	return false;
}

static bool late_is_wanted(const struct late *late, const u64 *words)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(late->events); i++)
		if (mask_test(words, late->events[i]))
			return true;
	return false;
}

/* Functions of what the mask wants. */
static unsigned int sites_wanted(const u64 *words, unsigned long *ret_ips)
{
	unsigned int i, count = 0;

	for (i = 0; i < carriers_count; i++)
		if (carriers[i].ip && carrier_is_wanted(&carriers[i], words))
			ret_ips[count++] = carriers[i].ip;
	for (i = 0; i < LATES && count; i++)
		if (lates[i].ip && late_is_wanted(&lates[i], words))
			ret_ips[count++] = lates[i].ip;
	return count;
}

static bool op_is_stale(const struct inflight *inflight)
{
	const struct uring_op *op = READ_ONCE(inflight->op);

	/* one that begins just now, or is told at once, has none: its own task takes it out */
	return inflight->is_op && op && !is_wanted(op->event);
}

void uring_want(const struct mask *mask)
{
	unsigned long ips[ARRAY_SIZE(attached)];
	bool less = false;
	unsigned int i;
	int err;

	/* nobody who is called from now on keeps anything for what is no longer wanted */
	for (i = 0; i < FALCOC_MASK_WORDS; i++) {
		less |= wanted[i] & ~mask->exit[i];
		WRITE_ONCE(wanted[i], wanted[i] & mask->exit[i]);
	}
	if (less) {
		synchronize_rcu();
		inflight_purge(op_is_stale);
	}
	for (i = 0; i < FALCOC_MASK_WORDS; i++)
		WRITE_ONCE(wanted[i], mask->exit[i]);
	err = attach(ips, sites_wanted(mask->exit, ips));
	if (err)
		pr_warn("functions cannot be traced (%d): what io_uring does is not seen\n", err);
}

u64 uring_hooks(const struct mask *mask)
{
	unsigned int i;

	for (i = 0; i < carriers_count; i++)
		if (carrier_is_wanted(&carriers[i], mask->exit))
			return OWN_HOOKS;
	return 0;
}

bool uring_is_blind(unsigned int event)
{
	u64 words[FALCOC_MASK_WORDS] = {};
	unsigned int i;

	words[event / 64] = BIT_ULL(event % 64);
	for (i = 0; i < carriers_count; i++)
		if (!carriers[i].ip && carrier_is_wanted(&carriers[i], words))
			return true;
	return false;
}

#else

int uring_init(void)
{
	if (IS_ENABLED(CONFIG_IO_URING))
		pr_warn("what io_uring does is not seen on this kernel\n");
	return 0;
}

void uring_release(void)
{
}

void uring_want(const struct mask *mask)
{
}

u64 uring_hooks(const struct mask *mask)
{
	return 0;
}

bool uring_is_blind(unsigned int event)
{
	unsigned int opcode;

	for (opcode = 0; opcode < URING_OPCODES; opcode++)
		if (uring_event(opcode) == event)
			return IS_ENABLED(CONFIG_IO_URING);
	return false;
}

#endif
