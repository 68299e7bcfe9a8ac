/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_cares.h - c-ares, which asks name servers: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_CARES_H
#define UTIL_LAZY_CARES_H

#include <ares.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_CARES(F) \
	F(ares_destroy) F(ares_free_data) F(ares_freeaddrinfo) \
	F(ares_get_servers_ports) F(ares_getaddrinfo) F(ares_getsock) \
	F(ares_init_options) F(ares_library_cleanup) F(ares_library_init) \
	F(ares_process_fd) F(ares_query) F(ares_set_servers_ports) \
	F(ares_set_servers_ports_csv) F(ares_strerror) F(ares_timeout)

extern struct lazy_cares { LAZY_CARES(LAZY_MEMBER) } lazy_cares;
/* False: it is not there. */
bool lazy_cares_load(void);

#define ares_destroy lazy_cares.ares_destroy
#define ares_free_data lazy_cares.ares_free_data
#define ares_freeaddrinfo lazy_cares.ares_freeaddrinfo
#define ares_get_servers_ports lazy_cares.ares_get_servers_ports
#define ares_getaddrinfo lazy_cares.ares_getaddrinfo
#define ares_getsock lazy_cares.ares_getsock
#define ares_init_options lazy_cares.ares_init_options
#define ares_library_cleanup lazy_cares.ares_library_cleanup
#define ares_library_init lazy_cares.ares_library_init
#define ares_process_fd lazy_cares.ares_process_fd
#define ares_query lazy_cares.ares_query
#define ares_set_servers_ports lazy_cares.ares_set_servers_ports
#define ares_set_servers_ports_csv lazy_cares.ares_set_servers_ports_csv
#define ares_strerror lazy_cares.ares_strerror
#define ares_timeout lazy_cares.ares_timeout

#endif
