/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_nl.h - libnl-route, which follows the addresses of this machine: loaded when needed (lazy.h) */
#ifndef UTIL_LAZY_NL_H
#define UTIL_LAZY_NL_H

#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_NL(F) \
	F(nl_addr_get_binary_addr) F(nl_addr_get_family) F(nl_addr_get_len) \
	F(nl_cache_get_first) F(nl_cache_get_next) F(nl_cache_mngr_add) \
	F(nl_cache_mngr_alloc) F(nl_cache_mngr_data_ready) F(nl_cache_mngr_free) \
	F(nl_cache_mngr_get_fd) F(nl_cache_nitems) F(rtnl_addr_get_local)

extern struct lazy_nl { LAZY_NL(LAZY_MEMBER) } lazy_nl;
/* False: it is not there. */
bool lazy_nl_load(void);

#define nl_addr_get_binary_addr lazy_nl.nl_addr_get_binary_addr
#define nl_addr_get_family lazy_nl.nl_addr_get_family
#define nl_addr_get_len lazy_nl.nl_addr_get_len
#define nl_cache_get_first lazy_nl.nl_cache_get_first
#define nl_cache_get_next lazy_nl.nl_cache_get_next
#define nl_cache_mngr_add lazy_nl.nl_cache_mngr_add
#define nl_cache_mngr_alloc lazy_nl.nl_cache_mngr_alloc
#define nl_cache_mngr_data_ready lazy_nl.nl_cache_mngr_data_ready
#define nl_cache_mngr_free lazy_nl.nl_cache_mngr_free
#define nl_cache_mngr_get_fd lazy_nl.nl_cache_mngr_get_fd
#define nl_cache_nitems lazy_nl.nl_cache_nitems
#define rtnl_addr_get_local lazy_nl.rtnl_addr_get_local

#endif
