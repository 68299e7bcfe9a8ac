// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_file.c - what hooks catch of files: names as the kernel copied them, open files
 */
#include <linux/err.h>
#include <linux/fs.h>

#include "compat/filename.h"
#include "hook.h"
#include "inflight.h"

/* fd_install(fd, file): after this, any thread can put another file in its place. */
void hook_fd_install(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight)
		inflight_keep_file(inflight, hook_arg(regs, 0), (struct file *)hook_arg(regs, 1));
}

/* Functions whose second argument is the struct filename of a path that the caller passed. */
void hook_name(const struct pt_regs *regs, u64 hook)
{
	const struct filename *name = (const struct filename *)hook_arg(regs, 1);
	struct inflight *inflight;
	u64 key;

	if (IS_ERR_OR_NULL(name))
		return;
	inflight = inflight_get(hook);
	if (!inflight || !compat_filename_key(inflight, name, &key))
		return;
	inflight_keep(inflight, FALCOC_A_PATH0, key, name->name, strlen(name->name) + 1, 0);
}
