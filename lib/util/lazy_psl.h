/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_psl.h - libpsl, domains below which names are registered: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_PSL_H
#define UTIL_LAZY_PSL_H

#include <libpsl.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_PSL(F) \
	F(psl_latest) F(psl_registrable_domain)

extern struct lazy_psl { LAZY_PSL(LAZY_MEMBER) } lazy_psl;
/* False: it is not there. */
bool lazy_psl_load(void);

#define psl_latest lazy_psl.psl_latest
#define psl_registrable_domain lazy_psl.psl_registrable_domain

#endif
