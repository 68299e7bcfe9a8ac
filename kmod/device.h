/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - /dev/falcoc, the only way in (uapi/falcoc.h says what it does)
 */
#ifndef _FALCOC_DEVICE_H
#define _FALCOC_DEVICE_H

int device_init(void);
/* Nobody has it open: the module is held while it is. */
void device_exit(void);

#endif
