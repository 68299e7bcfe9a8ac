/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/unistd.h - numbers of system calls that older kernels do not have
 *
 * The numbers are the same on every kernel that has the call; on one that has not it
 * fails with ENOSYS, which is worth a record too.
 */
#ifndef _FALCOC_COMPAT_UNISTD_H
#define _FALCOC_COMPAT_UNISTD_H

#include <linux/types.h>
#include <asm/unistd.h>
#include <asm/unistd_32_ia32.h>

#ifndef __NR_fchmodat2		/* 6.6 */
#define __NR_fchmodat2		452
#endif
#ifndef __NR_ia32_fchmodat2
#define __NR_ia32_fchmodat2	452
#endif

#endif
