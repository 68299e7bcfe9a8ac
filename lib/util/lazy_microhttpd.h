/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_microhttpd.h - libmicrohttpd, which answers over HTTP: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_MICROHTTPD_H
#define UTIL_LAZY_MICROHTTPD_H

#include <microhttpd.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_MICROHTTPD(F) \
	F(MHD_add_response_header) F(MHD_create_response_from_buffer) \
	F(MHD_destroy_response) F(MHD_get_daemon_info) F(MHD_get_timeout) F(MHD_queue_response) \
	F(MHD_run) F(MHD_start_daemon) F(MHD_stop_daemon)

extern struct lazy_microhttpd { LAZY_MICROHTTPD(LAZY_MEMBER) } lazy_microhttpd;
/* False: it is not there. */
bool lazy_microhttpd_load(void);

#define MHD_add_response_header lazy_microhttpd.MHD_add_response_header
#define MHD_create_response_from_buffer lazy_microhttpd.MHD_create_response_from_buffer
#define MHD_destroy_response lazy_microhttpd.MHD_destroy_response
#define MHD_get_daemon_info lazy_microhttpd.MHD_get_daemon_info
#define MHD_get_timeout lazy_microhttpd.MHD_get_timeout
#define MHD_queue_response lazy_microhttpd.MHD_queue_response
#define MHD_run lazy_microhttpd.MHD_run
#define MHD_start_daemon lazy_microhttpd.MHD_start_daemon
#define MHD_stop_daemon lazy_microhttpd.MHD_stop_daemon

#endif
