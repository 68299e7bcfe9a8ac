/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_capng.h - libcap-ng, which gives up capabilities: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_CAPNG_H
#define UTIL_LAZY_CAPNG_H

#include <cap-ng.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_CAPNG(F) \
	F(capng_apply) F(capng_clear) F(capng_get_caps_process) F(capng_have_capability) \
	F(capng_name_to_capability) F(capng_update)

extern struct lazy_capng { LAZY_CAPNG(LAZY_MEMBER) } lazy_capng;
/* False: it is not there. */
bool lazy_capng_load(void);

#define capng_apply lazy_capng.capng_apply
#define capng_clear lazy_capng.capng_clear
#define capng_get_caps_process lazy_capng.capng_get_caps_process
#define capng_have_capability lazy_capng.capng_have_capability
#define capng_name_to_capability lazy_capng.capng_name_to_capability
#define capng_update lazy_capng.capng_update

#endif
