// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - /dev/falcoc: open, ioctl, mmap, poll, release
 *
 * Checks all that comes from userspace and the order of calls; what the calls do is
 * in consumer.c.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "consumer.h"
#include "device.h"
#include "predicate.h"

/* One open file. */
struct handle {
	struct mutex lock;	/* serialises ioctls; outermost */
	bool greeted;		/* HELLO succeeded */
	bool set_up;
	bool started;
	struct consumer *consumer;
};

static int device_open(struct inode *inode, struct file *file)
{
	struct handle *handle;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	handle = kzalloc(sizeof(*handle), GFP_KERNEL);
	if (!handle)
		return -ENOMEM;
	mutex_init(&handle->lock);
	handle->consumer = consumer_new();
	if (IS_ERR(handle->consumer)) {
		err = PTR_ERR(handle->consumer);
		kfree(handle);
		return err;
	}
	file->private_data = handle;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct handle *handle = file->private_data;

	consumer_free(handle->consumer);
	kfree(handle);
	return 0;
}

/* Every argument begins with its size. */
static int copy_in(void *dst, const void __user *arg, u32 size)
{
	u32 claimed;

	if (get_user(claimed, (const u32 __user *)arg))
		return -EFAULT;
	if (claimed != size)
		return -EINVAL;
	return copy_from_user(dst, arg, size) ? -EFAULT : 0;
}

static int ioctl_hello(struct handle *handle, void __user *arg)
{
	struct falcoc_hello hello, ours = {
		.size = sizeof(ours),
		.abi = FALCOC_ABI,
		.rec_size = sizeof(struct falcoc_rec),
		.events = FALCOC_E_COUNT,
		.version = FALCOC_VERSION,
	};
	int err = copy_in(&hello, arg, sizeof(hello));

	if (err)
		return err;
	if (copy_to_user(arg, &ours, sizeof(ours)))
		return -EFAULT;
	if (hello.abi != ours.abi || hello.rec_size != ours.rec_size ||
	    hello.events != ours.events)
		return -EPROTO;
	handle->greeted = true;
	return 0;
}

static int ioctl_setup(struct handle *handle, const void __user *arg)
{
	struct falcoc_setup setup;
	u32 smallest = RING_BYTES_MAX;
	unsigned int cls;
	int err = copy_in(&setup, arg, sizeof(setup));

	if (err)
		return err;
	if (handle->set_up)
		return -EALREADY;
	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		if (!is_power_of_2(setup.ring_bytes[cls]) ||
		    setup.ring_bytes[cls] < RING_BYTES_MIN ||
		    setup.ring_bytes[cls] > RING_BYTES_MAX)
			return -EINVAL;
		smallest = min(smallest, setup.ring_bytes[cls]);
	}
	if (!setup.latency_us || setup.latency_us > USEC_PER_SEC || !setup.watermark_bytes ||
	    setup.watermark_bytes > smallest || setup.reserved)
		return -EINVAL;
	err = consumer_setup(handle->consumer, &setup);
	/* pairs with the load-acquire of device_mmap() */
	smp_store_release(&handle->set_up, !err);
	return err;
}

static int ioctl_info(struct handle *handle, void __user *arg)
{
	struct falcoc_info info;
	int err = copy_in(&info, arg, sizeof(info));

	if (err)
		return err;
	consumer_info(handle->consumer, &info);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

/* Bits of events that we do not know are refused, not ignored. */
static bool mask_is_valid(const u64 *words)
{
	unsigned int event;

	for (event = FALCOC_E_COUNT; event < FALCOC_EVENTS_MAX; event++)
		if (mask_test(words, event))
			return false;
	return true;
}

static int ioctl_mask(struct handle *handle, const void __user *arg)
{
	struct falcoc_mask in;
	struct mask mask;
	int err = copy_in(&in, arg, sizeof(in));

	if (err)
		return err;
	if (in.flags & ~(FALCOC_MASK_F_LIFECYCLE | FALCOC_MASK_F_KTHREADS) ||
	    !mask_is_valid(in.exit) || !mask_is_valid(in.enter) || !mask_is_valid(in.data) ||
	    in.snap_bytes > FALCOC_SNAP_MAX || in.reserved)
		return -EINVAL;
	mask.flags = in.flags;
	memcpy(mask.exit, in.exit, sizeof(mask.exit));
	memcpy(mask.enter, in.enter, sizeof(mask.enter));
	memcpy(mask.data, in.data, sizeof(mask.data));
	mask.snap_bytes = in.snap_bytes;
	return consumer_set_mask(handle->consumer, &mask);
}

static int ioctl_urgent(struct handle *handle, const void __user *arg)
{
	struct falcoc_urgent in;
	int err = copy_in(&in, arg, sizeof(in));

	if (err)
		return err;
	if (in.reserved || !mask_is_valid(in.events))
		return -EINVAL;
	consumer_set_urgent(handle->consumer, in.events);
	return 0;
}

static int ioctl_exclude(struct handle *handle, const void __user *arg)
{
	struct falcoc_exclude exclude;
	struct pid *pid;
	pid_t tgid;
	int err = copy_in(&exclude, arg, sizeof(exclude));

	if (err)
		return err;
	if (exclude.pid == U32_MAX) {
		tgid = 0;
	} else if (!exclude.pid) {
		tgid = current->tgid;
	} else {
		pid = find_get_pid(exclude.pid);	/* in the caller's namespace */
		if (!pid)
			return -ESRCH;
		tgid = pid_has_task(pid, PIDTYPE_TGID) ? pid_nr(pid) : 0;
		put_pid(pid);
		if (!tgid)	/* a thread, or gone */
			return -ESRCH;
	}
	consumer_set_exclude(handle->consumer, tgid);
	return 0;
}

static int ioctl_predicate(struct handle *handle, const void __user *arg)
{
	struct falcoc_predicate *in = kmalloc(sizeof(*in), GFP_KERNEL);
	struct predicate *predicate;
	int err;

	if (!in)
		return -ENOMEM;
	err = copy_in(in, arg, sizeof(*in));
	if (!err)
		err = predicate_new(in, &predicate);
	if (!err)
		consumer_set_predicate(handle->consumer, predicate);
	kfree(in);
	return err;
}

static int ioctl_start(struct handle *handle)
{
	int err;

	if (handle->started)
		return -EALREADY;
	err = consumer_start(handle->consumer);
	handle->started = !err;
	return err;
}

static int ioctl_stop(struct handle *handle)
{
	if (!handle->started)
		return -EALREADY;
	consumer_stop(handle->consumer);
	handle->started = false;
	return 0;
}

static int ioctl_stats(struct handle *handle, void __user *arg)
{
	struct falcoc_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	int err;

	if (!stats)
		return -ENOMEM;
	err = copy_in(stats, arg, sizeof(*stats));
	if (err)
		goto out;
	err = -EINVAL;
	if (stats->reserved || stats->cls > FALCOC_STATS_UNKEPT ||
	    (stats->cpu != U32_MAX && (stats->cpu >= nr_cpu_ids || !cpu_possible(stats->cpu))))
		goto out;
	consumer_stats(handle->consumer, stats->cpu, stats->cls, stats);
	err = copy_to_user(arg, stats, sizeof(*stats)) ? -EFAULT : 0;
out:
	kfree(stats);
	return err;
}

/* Calls that need nothing but the greeting. */
static int ioctl_greeted(struct handle *handle, unsigned int cmd, void __user *arg)
{
	switch (cmd) {
	case FALCOC_IOC_SETUP:
		return ioctl_setup(handle, arg);
	case FALCOC_IOC_MASK:
		return ioctl_mask(handle, arg);
	case FALCOC_IOC_EXCLUDE:
		return ioctl_exclude(handle, arg);
	case FALCOC_IOC_PREDICATE:
		return ioctl_predicate(handle, arg);
	case FALCOC_IOC_URGENT:
		return ioctl_urgent(handle, arg);
	}
	return -ENOTTY;
}

/* Calls that need rings. */
static int ioctl_set_up(struct handle *handle, unsigned int cmd, void __user *arg)
{
	if (!handle->set_up)
		return -EPROTO;
	switch (cmd) {
	case FALCOC_IOC_INFO:
		return ioctl_info(handle, arg);
	case FALCOC_IOC_START:
		return ioctl_start(handle);
	case FALCOC_IOC_STOP:
		return ioctl_stop(handle);
	case FALCOC_IOC_STATS:
		return ioctl_stats(handle, arg);
	}
	return -ENOTTY;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct handle *handle = file->private_data;
	void __user *argp = (void __user *)arg;
	int ret;

	mutex_lock(&handle->lock);
	if (cmd == FALCOC_IOC_HELLO) {
		ret = ioctl_hello(handle, argp);
	} else if (!handle->greeted) {
		ret = -EPROTO;
	} else {
		ret = ioctl_greeted(handle, cmd, argp);
		if (ret == -ENOTTY)
			ret = ioctl_set_up(handle, cmd, argp);
	}
	mutex_unlock(&handle->lock);
	return ret;
}

/* The offset says which ring and region: FALCOC_MMAP_OFFSET(). */
static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct handle *handle = file->private_data;
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT, index = offset >> 32;
	enum falcoc_region region = index % FALCOC_REGION_COUNT;
	enum falcoc_class cls = index / FALCOC_REGION_COUNT % FALCOC_CLASS_COUNT;
	u64 cpu = index / FALCOC_REGION_COUNT / FALCOC_CLASS_COUNT;
	struct ring *ring;

	if (!READ_ONCE(handle->greeted))
		return -EPROTO;
	if (lower_32_bits(offset) || cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -EINVAL;
	/* not serialised with SETUP, which takes its rings back if it fails */
	ring = smp_load_acquire(&handle->set_up) ? consumer_ring(handle->consumer, cpu, cls) : NULL;
	if (!ring)
		return -ENXIO;
	return ring_mmap(ring, region, vma);
}

static __poll_t device_poll(struct file *file, struct poll_table_struct *table)
{
	struct handle *handle = file->private_data;

	if (!READ_ONCE(handle->greeted))
		return EPOLLERR;
	return consumer_poll(handle->consumer, file, table);
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = device_mmap,
	.poll = device_poll,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "falcoc",
	.mode = 0600,
	.fops = &device_fops,
};

int device_init(void)
{
	return misc_register(&device);
}

void device_exit(void)
{
	misc_deregister(&device);
}
