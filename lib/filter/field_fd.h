/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_fd.h - fields of the two sides of a socket, for the table of fd.*
 *
 *	field_fd_net.c	addresses and ports
 *	field_fd_name.c	domain names
 */
#ifndef FILTER_FIELD_FD_H
#define FILTER_FIELD_FD_H

#include "filter/field_impl.h"

/* priv of those fields */
enum fd_side {
	SIDE_CLIENT,
	SIDE_SERVER,
	SIDE_LOCAL,
	SIDE_REMOTE,
};

#define FD_EXTRACTOR(name)							\
	bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
		  struct value *ret_value)

FD_EXTRACTOR(extract_fd_ip);
FD_EXTRACTOR(extract_fd_ip_any);
FD_EXTRACTOR(extract_fd_port);
FD_EXTRACTOR(extract_fd_port_any);
FD_EXTRACTOR(extract_fd_proto);
FD_EXTRACTOR(extract_fd_is_server);
FD_EXTRACTOR(extract_fd_connected);
FD_EXTRACTOR(extract_fd_domain);
FD_EXTRACTOR(extract_fd_domain_shown);
FD_EXTRACTOR(extract_fd_domain_asked);
FD_EXTRACTOR(extract_fd_domain_asked_shown);
FD_EXTRACTOR(extract_fd_domain_source);
FD_EXTRACTOR(extract_fd_domain_ambiguous);

/* The address and port of that side. False: there is no such side. */
bool fd_side_end(const struct eval_ctx *ctx, enum fd_side which, struct endpoint *ret_end);

#endif
