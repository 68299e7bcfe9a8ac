/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/af_unix.h - the peer of a unix socket
 *
 * unix_peer_get() is exported by all kernels, but its prototype went from
 * net/af_unix.h to a private header after 6.12. Where it is still there, this is a repetition.
 */
#ifndef _FALCOC_COMPAT_AF_UNIX_H
#define _FALCOC_COMPAT_AF_UNIX_H

#include <net/af_unix.h>

struct sock *unix_peer_get(struct sock *sk);

#endif
