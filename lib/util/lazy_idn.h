/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_idn.h - libidn2, for names of domains in any script: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_IDN_H
#define UTIL_LAZY_IDN_H

#include <idn2.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_IDN(F) \
	F(idn2_free) F(idn2_to_ascii_8z) F(idn2_to_unicode_8z8z)

extern struct lazy_idn { LAZY_IDN(LAZY_MEMBER) } lazy_idn;
/* False: it is not there. */
bool lazy_idn_load(void);

#define idn2_free lazy_idn.idn2_free
#define idn2_to_ascii_8z lazy_idn.idn2_to_ascii_8z
#define idn2_to_unicode_8z8z lazy_idn.idn2_to_unicode_8z8z

#endif
