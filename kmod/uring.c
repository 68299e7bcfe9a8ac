// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring.c - hooks where the kernel carries out io_uring operations, and makes their records
 *
 * Since 6.0 each operation is a function that io_uring calls through a table, so there is no
 * way around it. It is a kretprobe's: at its beginning the request tells what is asked for (it
 * may be gone at the end), at its end whether it is done. Before, all operations are parts of
 * one function, io_issue_sqe(), and a worker's result is passed to io_req_complete_post().
 *
 * The same operation may begin several times: first without blocking, then again when its file
 * is ready, or in a worker. Only the time that gives the result makes a record. Multishot
 * operations give many results, each by io_req_post_cqe() while they run. What goes on by itself
 * (a read that the disk answers) is told by io_req_rw_complete(), in the task's own context.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat/io_uring.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "uring.h"
#include "uring_ops.h"

#if COMPAT_URING_KNOWN

#define HOOK_BIT(id, function, other, handler) BIT_ULL(HOOK_##id) |
#define OWN_HOOKS	(URING_HOOKS(HOOK_BIT) 0)

#define INSTANCES	512	/* of one function that may be under way at once */

/* A function of the kernel's that carries out operations. */
struct carrier {
	const char *name;
	u64 opcodes;		/* bits: which */
	kprobe_opcode_t *addr;
	struct kretprobe probe;
	bool attached;
	bool missing;
	u64 missed;		/* of earlier times that it was attached */
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
	struct call call = {
		.event = op->event,
		.flags = FALCOC_R_URING,
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

static int op_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct uring_op *op = (struct uring_op *)instance->data;

	op->req = (struct io_kiocb *)regs_get_kernel_argument(regs, 0);
	op->issue_flags = regs_get_kernel_argument(regs, 1);
	if (unlikely(op_is_nested(op)))
		return 1;	/* do not call us at its end */
	op->opcode = op->req->opcode;
	op->event = uring_event(op->opcode);
	op->told = false;
	op->call.cred = NULL;
#if !COMPAT_URING_OPS
	op->call.cred = compat_req_creds(op->req);
#endif
	if (!is_wanted(op->event))
		return 1;
	op_begin(op);
	return 0;
}

static int op_ends(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct uring_op *op = (struct uring_op *)instance->data;
	struct inflight *inflight = inflight_take();
	s64 res;

	if (!op->told && op_result(op, regs_return_value(regs), &res))
		op_tell(op, res, inflight);
	inflight_free(inflight);
	return 0;
}

/* For hooks: the operation is over, or this much of it. */
static struct uring_op *op_told(struct inflight *inflight, s64 res)
{
	struct uring_op *op = inflight->op;

	inflight_take();	/* the same: it is the current task's */
	op_tell(op, res, inflight);
	inflight_free(inflight);
	return op;
}

#if COMPAT_URING_OPS
/* io_fixed_fd_install(request, issue_flags, file, slot) */
void hook_uring_direct(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight)
		inflight_keep_file(inflight, CALL_DIRECT_FD, (struct file *)hook_arg(regs, 2));
}

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
	uring_op_read(&op, inflight);
	op_tell(&op, res, inflight_take());
	inflight_free(inflight);
}

/* io_req_rw_complete(request, ...): what was read or written by others than us is there. */
static int rw_ends(struct kprobe *probe, struct pt_regs *regs)
{
	struct io_kiocb *req = (struct io_kiocb *)regs_get_kernel_argument(regs, 0);

	tell_late(req, compat_req_res(req));
	return 0;
}

/*
 * A function that ends a request otherwise, given its result: it was cancelled, timed out, or
 * its process is about to end. A connect may be on its way all the same.
 */
static int op_is_cancelled(struct kprobe *probe, struct pt_regs *regs)
{
	struct io_kiocb *req = (struct io_kiocb *)regs_get_kernel_argument(regs, 0);
	int res = regs_get_kernel_argument(regs, 1);

	if (res < 0 && res != -EAGAIN && !inflight_op() && uring_is_begun_connect(req))
		tell_late(req, res);
	return 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define CANCEL_FUNCTION "io_req_defer_failed"
#elif COMPAT_URING_OPS
#define CANCEL_FUNCTION "io_req_complete_failed"
#else
#define CANCEL_FUNCTION "io_req_complete_post"
#endif

/* Where operations end that are not over when their own function is. */
static struct late {
	const char *name;
	kprobe_pre_handler_t handler;
	u16 events[4];
	struct kprobe probe;
	bool attached, missing;
} lates[] = {
	{ "io_req_rw_complete", rw_ends,
	  { FALCOC_E_READ, FALCOC_E_READV, FALCOC_E_WRITE, FALCOC_E_WRITEV } },
	{ CANCEL_FUNCTION, op_is_cancelled,
	  { FALCOC_E_CONNECT, FALCOC_E_CONNECT, FALCOC_E_CONNECT, FALCOC_E_CONNECT } },
};

static void late_switch(struct late *late, const u64 *words)
{
	bool on = false;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(late->events); i++)
		on |= mask_test(words, late->events[i]);
	if (on && !late->attached && !late->missing) {
		memset(&late->probe, 0, sizeof(late->probe));
		late->probe.symbol_name = late->name;
		late->probe.pre_handler = late->handler;
		err = register_kprobe(&late->probe);
		late->attached = !err;
		late->missing = err;
		if (err)
			pr_warn("%s cannot be probed (%d): what io_uring ends there is not seen\n",
				late->name, err);
	} else if (!on && late->attached) {
		unregister_kprobe(&late->probe);
		late->attached = false;
	}
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

/* Its address, by a kprobe that is not armed: nothing else that is exported looks names up. */
static void carrier_find(struct carrier *carrier)
{
	struct kprobe probe = {
		.symbol_name = carrier->name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&probe);

	carrier->missing = err;
	if (err) {
		pr_warn("no %s (%d): what io_uring does by it is not seen\n", carrier->name, err);
		return;
	}
	carrier->addr = probe.addr;
	unregister_kprobe(&probe);
}

void uring_init(void)
{
	unsigned int opcode, i;
	const char *name;

	for (opcode = 0; opcode < min_t(unsigned int, IORING_OP_LAST, URING_OPCODES); opcode++) {
		name = uring_function(opcode);
		if (name)
			carrier_of(name)->opcodes |= BIT_ULL(opcode);
	}
	for (i = 0; i < carriers_count; i++)
		carrier_find(&carriers[i]);
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

static void carrier_attach(struct carrier *carrier)
{
	struct kretprobe *probe = &carrier->probe;
	int err;

	if (carrier->attached || carrier->missing)
		return;
	memset(probe, 0, sizeof(*probe));
	probe->kp.addr = carrier->addr;
	probe->entry_handler = op_begins;
	probe->handler = op_ends;
	probe->data_size = sizeof(struct uring_op);
	probe->maxactive = INSTANCES;
	err = register_kretprobe(probe);
	carrier->attached = !err;
	carrier->missing = err;
	if (err)
		pr_warn("%s cannot be probed (%d): what io_uring does by it is not seen\n",
			carrier->name, err);
}

static void carriers_detach(const u64 *words)
{
	struct kretprobe *probes[URING_OPCODES];
	unsigned int i, count = 0;

	for (i = 0; i < carriers_count; i++) {
		if (!carriers[i].attached || carrier_is_wanted(&carriers[i], words))
			continue;
		probes[count++] = &carriers[i].probe;
		carriers[i].attached = false;
	}
	if (!count)
		return;
	unregister_kretprobes(probes, count);
	for (i = 0; i < count; i++)
		container_of(probes[i], struct carrier, probe)->missed += probes[i]->nmissed;
}

static bool op_is_stale(const struct inflight *inflight)
{
	const struct uring_op *op = READ_ONCE(inflight->op);

	/* one that begins just now, or is told at once, has none: its own task takes it out */
	return inflight->is_op && op && !is_wanted(op->event);
}

void uring_want(const struct mask *mask)
{
	bool less = false;
	unsigned int i;

	/* nobody who is called from now on keeps anything for what is no longer wanted */
	for (i = 0; i < FALCOC_MASK_WORDS; i++) {
		less |= wanted[i] & ~mask->exit[i];
		WRITE_ONCE(wanted[i], wanted[i] & mask->exit[i]);
	}
	if (less) {
		synchronize_rcu();
		inflight_purge(op_is_stale);
		carriers_detach(mask->exit);
	}
	for (i = 0; i < FALCOC_MASK_WORDS; i++)
		WRITE_ONCE(wanted[i], mask->exit[i]);
	for (i = 0; i < carriers_count; i++)
		if (carrier_is_wanted(&carriers[i], mask->exit))
			carrier_attach(&carriers[i]);
	for (i = 0; i < ARRAY_SIZE(lates); i++)
		late_switch(&lates[i], mask->exit);
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
		if (carriers[i].missing && carrier_is_wanted(&carriers[i], words))
			return true;
	return false;
}

u64 uring_missed(void)
{
	u64 missed = 0;
	unsigned int i;

	for (i = 0; i < carriers_count; i++)
		missed += carriers[i].missed +
			  (carriers[i].attached ? carriers[i].probe.nmissed : 0);
	return missed;
}

#else

void uring_init(void)
{
	if (IS_ENABLED(CONFIG_IO_URING))
		pr_warn("what io_uring does is not seen on this kernel\n");
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

u64 uring_missed(void)
{
	return 0;
}

#endif
