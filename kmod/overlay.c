// SPDX-License-Identifier: GPL-2.0-only
/*
 * overlay.c - in which layer of an overlay a file lies
 *
 * Overlayfs tells others which file of another file system stands behind one of its own
 * (d_real()), but not whether that one is of the upper layer: both layers may be of the
 * same file system, as they mostly are under containers. It keeps the upper layer's file
 * in a structure of its own, right behind the inode: from 4.8 to 7.3 at least. That place is
 * only compared, never followed: if it holds what d_real() gives, the file is of the upper
 * layer; if it holds nothing, of a lower one. Anything else (another layout, or a file
 * whose attributes were changed but whose data are still the lower layer's) is not judged.
 */
#include <linux/fs.h>
#include <linux/magic.h>

#include "compat/dcache.h"
#include "overlay.h"
#include "uapi/falcoc.h"

u16 file_layer(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct dentry *dentry = file->f_path.dentry, *real;
	const struct dentry *upper;

	if (likely(inode->i_sb->s_magic != OVERLAYFS_SUPER_MAGIC))
		return 0;
	if (!S_ISREG(inode->i_mode) || file->f_mode & FMODE_PATH)
		return 0;
	real = compat_d_real(dentry);
	if (!real || real == dentry)
		return 0;
	upper = READ_ONCE(*(const struct dentry *const *)(inode + 1));
	if (upper)
		return upper == real ? FALCOC_FD_F_UPPER : 0;
	return FALCOC_FD_F_LOWER;
}
