/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_seccomp.h - libseccomp, which gives up system calls: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_SECCOMP_H
#define UTIL_LAZY_SECCOMP_H

#include <seccomp.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_SECCOMP(F) \
	F(seccomp_attr_set) F(seccomp_init) F(seccomp_load) F(seccomp_release) F(seccomp_rule_add) \
	F(seccomp_syscall_resolve_name) F(seccomp_syscall_resolve_num_arch)

extern struct lazy_seccomp { LAZY_SECCOMP(LAZY_MEMBER) } lazy_seccomp;
/* False: it is not there. */
bool lazy_seccomp_load(void);

#define seccomp_attr_set lazy_seccomp.seccomp_attr_set
#define seccomp_init lazy_seccomp.seccomp_init
#define seccomp_load lazy_seccomp.seccomp_load
#define seccomp_release lazy_seccomp.seccomp_release
#define seccomp_rule_add lazy_seccomp.seccomp_rule_add
#define seccomp_syscall_resolve_name lazy_seccomp.seccomp_syscall_resolve_name
#define seccomp_syscall_resolve_num_arch lazy_seccomp.seccomp_syscall_resolve_num_arch

#endif
