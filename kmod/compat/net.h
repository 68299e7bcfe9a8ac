/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/net.h - from an open file to its socket
 *
 * sock_from_file() returned its error through a second argument until 5.10.
 */
#ifndef _FALCOC_COMPAT_NET_H
#define _FALCOC_COMPAT_NET_H

#include <linux/net.h>
#include <linux/version.h>

static inline struct socket *compat_sock_from_file(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
	return sock_from_file(file);
#else
	int err;

	return sock_from_file(file, &err);
#endif
}

#endif
