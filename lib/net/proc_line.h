/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of /proc/PID/net/{tcp,udp,raw,unix,netlink} and their like: a socket each. Who must find a
 * socket by its inode has no other door (sock_diag looks one up by its addresses).
 *
 * Formats: proc_pid_net(5) and the kernel's tcp_ipv4.c, udp.c, af_unix.c, af_netlink.c.
 */
#ifndef NET_PROC_LINE_H
#define NET_PROC_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/ip.h"

/* A socket as such a line tells it; what its family does not have is 0. */
struct proc_line {
	uint64_t ino;		  /* never 0 */
	struct ip_addr local, remote;
	uint16_t local_port, remote_port; /* host order */
	bool server;		  /* connected to nobody */
	const char *path;	  /* of a unix socket, "" for none: points into the line */
};

/*
 * Each reads a line without its newline, of an inet, unix or netlink socket, and returns false, with
 * *ret_sock untouched, if it is none (a table's heading) or its socket has no inode (any more).
 */
bool proc_line_inet(const char *line, struct proc_line *ret_sock);
bool proc_line_unix(const char *line, struct proc_line *ret_sock);
bool proc_line_netlink(const char *line, struct proc_line *ret_sock);

#endif
