// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading
 *
 * Read next: uapi/falcoc.h for what the module offers, then the path of an event:
 * syscalls.c, record.c, ring.c. HOWTO_ADD_EVENT.md tells how to teach it another.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/module.h>

#include "consumer.h"
#include "device.h"
#include "dns_tap.h"
#include "hook.h"
#include "probe.h"
#include "record.h"
#include "uring.h"

static int __init falcoc_init(void)
{
	int err;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("PREEMPT_RT kernels are not supported: probes take locks that sleep there\n");
		return -EOPNOTSUPP;
	}
	if (nr_cpu_ids > FALCOC_MAX_CPUS) {
		pr_err("this machine may have %u CPUs, more than the %u there is room for\n",
		       nr_cpu_ids, FALCOC_MAX_CPUS);
		return -EOPNOTSUPP;
	}
	err = probes_init();
	if (err)
		return err;
	err = records_init();
	if (err)
		return err;
	err = hooks_init();
	if (err)
		goto err_records;
	err = dns_tap_init();
	if (err)
		goto err_hooks;
	err = uring_init();
	if (err)
		goto err_dns_tap;
	err = consumers_init();
	if (err)
		goto err_uring;
	err = device_init();
	if (err)
		goto err_consumers;
	pr_info("version " FALCOC_VERSION ", ABI %u\n", FALCOC_ABI);
	return 0;

err_consumers:
	consumers_release();
err_uring:
	uring_release();
err_dns_tap:
	dns_tap_release();
err_hooks:
	hooks_release();
err_records:
	records_release();
	return err;
}

static void __exit falcoc_exit(void)
{
	device_exit();
	consumers_release();
	probes_release();
	dns_tap_release();
	uring_release();
	hooks_release();
	records_release();
}

module_init(falcoc_init);
module_exit(falcoc_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("falcoc developers");
MODULE_DESCRIPTION("Streams security events to the falcoc monitor");
MODULE_VERSION(FALCOC_VERSION);
