/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_mnl.h - libmnl, which asks the kernel for sockets and routes: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_MNL_H
#define UTIL_LAZY_MNL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_MNL(F) \
	F(mnl_attr_get_payload) F(mnl_attr_get_payload_len) F(mnl_attr_get_type) \
	F(mnl_attr_get_u32) F(mnl_attr_next) F(mnl_attr_ok) \
	F(mnl_attr_put) F(mnl_cb_run) F(mnl_nlmsg_get_payload) \
	F(mnl_nlmsg_get_payload_len) F(mnl_nlmsg_get_payload_offset) F(mnl_nlmsg_get_payload_tail) \
	F(mnl_nlmsg_put_extra_header) F(mnl_nlmsg_put_header) F(mnl_socket_bind) \
	F(mnl_socket_close) F(mnl_socket_get_fd) F(mnl_socket_get_portid) \
	F(mnl_socket_open2) F(mnl_socket_recvfrom) F(mnl_socket_sendto)

extern struct lazy_mnl { LAZY_MNL(LAZY_MEMBER) } lazy_mnl;
/* False: it is not there. */
bool lazy_mnl_load(void);

#define mnl_attr_get_payload lazy_mnl.mnl_attr_get_payload
#define mnl_attr_get_payload_len lazy_mnl.mnl_attr_get_payload_len
#define mnl_attr_get_type lazy_mnl.mnl_attr_get_type
#define mnl_attr_get_u32 lazy_mnl.mnl_attr_get_u32
#define mnl_attr_next lazy_mnl.mnl_attr_next
#define mnl_attr_ok lazy_mnl.mnl_attr_ok
#define mnl_attr_put lazy_mnl.mnl_attr_put
#define mnl_cb_run lazy_mnl.mnl_cb_run
#define mnl_nlmsg_get_payload lazy_mnl.mnl_nlmsg_get_payload
#define mnl_nlmsg_get_payload_len lazy_mnl.mnl_nlmsg_get_payload_len
#define mnl_nlmsg_get_payload_offset lazy_mnl.mnl_nlmsg_get_payload_offset
#define mnl_nlmsg_get_payload_tail lazy_mnl.mnl_nlmsg_get_payload_tail
#define mnl_nlmsg_put_extra_header lazy_mnl.mnl_nlmsg_put_extra_header
#define mnl_nlmsg_put_header lazy_mnl.mnl_nlmsg_put_header
#define mnl_socket_bind lazy_mnl.mnl_socket_bind
#define mnl_socket_close lazy_mnl.mnl_socket_close
#define mnl_socket_get_fd lazy_mnl.mnl_socket_get_fd
#define mnl_socket_get_portid lazy_mnl.mnl_socket_get_portid
#define mnl_socket_open2 lazy_mnl.mnl_socket_open2
#define mnl_socket_recvfrom lazy_mnl.mnl_socket_recvfrom
#define mnl_socket_sendto lazy_mnl.mnl_socket_sendto

#endif
