/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_systemd.h - libsystemd, which a service tells how it is: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_SYSTEMD_H
#define UTIL_LAZY_SYSTEMD_H

#include <systemd/sd-daemon.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_SYSTEMD(F) \
	F(sd_notify) F(sd_notifyf) F(sd_watchdog_enabled)

extern struct lazy_systemd { LAZY_SYSTEMD(LAZY_MEMBER) } lazy_systemd;
/* False: it is not there. */
bool lazy_systemd_load(void);

#define sd_notify lazy_systemd.sd_notify
#define sd_notifyf lazy_systemd.sd_notifyf
#define sd_watchdog_enabled lazy_systemd.sd_watchdog_enabled

#endif
