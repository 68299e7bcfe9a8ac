// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_exec.c - what hooks catch of an exec: the file that was to be executed
 *
 * Where it is a script, or a file that binfmt_misc has an interpreter for, it is closed
 * before the interpreter is loaded, and when the exec has succeeded nothing leads back to it
 * but a path as passed.
 */
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/user_namespace.h>

#include "hook.h"
#include "inflight.h"
#include "record.h"

static void keep_path(struct inflight *inflight, const struct path *path)
{
	char *scratch = records_scratch();
	char *s = d_path(path, scratch, FALCOC_STR_MAX);

	if (IS_ERR(s))	/* longer than anybody's limit */
		inflight_keep(inflight, FALCOC_A_SCRIPT_PATH, 0, "", 1, FALCOC_ATTR_TRUNCATED);
	else
		inflight_keep(inflight, FALCOC_A_SCRIPT_PATH, 0, s, scratch + FALCOC_STR_MAX - s,
			      0);
}

/* security_bprm_check(bprm): for the file first, then for each interpreter. */
void hook_bprm_check(const struct pt_regs *regs, u64 hook)
{
	const struct linux_binprm *bprm = (const struct linux_binprm *)hook_arg(regs, 0);
	const struct inode *inode = file_inode(bprm->file);
	struct inflight *inflight = inflight_get(hook);
	const struct falcoc_file_id id = {
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.mode = inode->i_mode,
		.uid = __kuid_val(inode->i_uid),
		.nlink = inode->i_nlink,
	};

	if (!inflight || bprm->interp != bprm->filename)
		return;
	/* one that failed, while nobody looks at returns, is still there */
	if (inflight_caught(inflight, FALCOC_A_SCRIPT_ID, 0)) {
		inflight_free(inflight_take_call());
		inflight = inflight_get(hook);
		if (!inflight)
			return;
	}
	inflight_keep(inflight, FALCOC_A_SCRIPT_ID, 0, &id, sizeof(id), 0);
	keep_path(inflight, &bprm->file->f_path);
}
