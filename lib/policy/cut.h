/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut.h - a connection destroyed, by sock_diag (SOCK_DESTROY)
 *
 * First the kernel is asked for the socket with these addresses; only if that one is the very socket
 * of the event, by its inode, it is destroyed, by its cookie, which no other socket ever has. So a new
 * connection between the same ports is not touched.
 */
#ifndef POLICY_CUT_H
#define POLICY_CUT_H

#include "policy/target.h"

/*
 * The socket's network namespace, to be closed, or a negative errno: that of its process, while it
 * lives, or ours.
 */
int cut_namespace(const struct target *t);

/* That of the process, to be closed, if its inode is @ino; else a negative errno. */
int cut_open_namespace(uint32_t pid, uint32_t ino);

/*
 * Destroys it. @netns: of the socket, or negative: that of the thread. The thread's namespace is the same
 * afterwards. 0; -ENOENT: there is no such connection any more; -ENOTCONN: it is a server's listening
 * socket, and was let alone; -EOPNOTSUPP: the kernel cannot do it (CONFIG_INET_DIAG_DESTROY); or another
 * negative errno.
 */
int cut_connection(const struct target_sock *s, int netns);

#endif
