/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkrec.h - builds records as the module would, for tests of what reads them
 *
 *	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);
 *
 *	m->rec->res = -EINPROGRESS;
 *	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, "1.2.3.4", 443);
 *	event_decode(&ev, m->bytes, m->rec->len);
 *	mkrec_free(m);
 *
 * A fresh record is one of pid, tid 1, ppid 0, root, comm "init", with every
 * field set to something a real record could hold. It is always complete:
 * attributes may be added until it is thrown away. Anything that does not
 * fit, or an address that does not parse, aborts the test.
 *
 * Header only, so that each test stays a program of one source file.
 */
#ifndef TESTS_MKREC_H
#define TESTS_MKREC_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "falcoc.h"

struct mkrec {
	union {
		struct falcoc_rec rec[1];
		unsigned char bytes[FALCOC_REC_MAX];
		uint64_t align;
	};
};

static inline struct mkrec *mkrec_new(enum falcoc_event event)
{
	struct mkrec *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	*m->rec = (struct falcoc_rec){
		.len = sizeof(struct falcoc_rec),
		.time_ns = 1000000000,
		.event = (uint16_t)event,
		.syscall = FALCOC_NO_SYSCALL,
		.pid = 1, .tid = 1, .vpid = 1, .vtid = 1, .sid = 1, .pgid = 1, .vpgid = 1,
		.loginuid = 0xffffffff, .sessionid = 0xffffffff,
		.mntns = 0xf0000000, .pidns = 0xeffffffc, .netns = 0xf0000098,
		.userns = 0xeffffffd,
		.start_ns = 1, .comm = "init",
	};
	return m;
}

static inline void mkrec_free(struct mkrec *m)
{
	free(m);
}

static inline void mkrec_attr(struct mkrec *m, enum falcoc_attr_id id, unsigned int flags,
			      const void *payload, size_t len)
{
	size_t padded = (len + FALCOC_ALIGN - 1) / FALCOC_ALIGN * FALCOC_ALIGN;
	struct falcoc_attr attr = { (uint16_t)id, (uint16_t)flags, (uint32_t)len };

	if (m->rec->len + sizeof(attr) + padded > sizeof(m->bytes))
		abort();
	memcpy(m->bytes + m->rec->len, &attr, sizeof(attr));
	if (len)
		memcpy(m->bytes + m->rec->len + sizeof(attr), payload, len);
	m->rec->len += (uint32_t)(sizeof(attr) + padded);
	m->rec->nattrs++;
}

/* With its NUL, as the module counts it. */
static inline void mkrec_str(struct mkrec *m, enum falcoc_attr_id id, const char *str)
{
	mkrec_attr(m, id, 0, str, strlen(str) + 1);
}

static inline void mkrec_u64(struct mkrec *m, enum falcoc_attr_id id, uint64_t v)
{
	mkrec_attr(m, id, 0, &v, sizeof(v));
}

/* Strings for ARGV and ENV; the last one is NULL. */
static inline void mkrec_strv(struct mkrec *m, enum falcoc_attr_id id, const char *const *strv)
{
	char all[16384];
	size_t len = 0;

	for (; *strv; strv++) {
		size_t n = strlen(*strv) + 1;

		if (n > sizeof(all) - len)
			abort();
		memcpy(all + len, *strv, n);
		len += n;
	}
	mkrec_attr(m, id, 0, all, len);
}

/* An open file of any kind; @path may be NULL. */
static inline void mkrec_fd(struct mkrec *m, int fd, enum falcoc_fd_kind kind, const char *path)
{
	struct falcoc_fd f = {
		.fd = fd, .kind = (uint16_t)kind, .ino = 42, .dev = 8u << 20 | 1,
		.mode = kind == FALCOC_FD_DIR ? S_IFDIR | 0755 : S_IFREG | 0644, .nlink = 1,
	};

	mkrec_attr(m, FALCOC_A_FD, 0, &f, sizeof(f));
	if (path)
		mkrec_str(m, FALCOC_A_FD_PATH, path);
}

static inline struct falcoc_sock mkrec_make_sock(int type, enum falcoc_role role)
{
	return (struct falcoc_sock){ .type = (uint16_t)type, .role = (uint8_t)role,
				     .netns = 0xf0000098, .ino = 4242 };
}

/* The module folds IPv4-mapped addresses; so does this. */
static inline void mkrec_addr(struct falcoc_sock *s, uint8_t bytes[16], const char *text)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	memset(bytes, 0, 16);
	if (inet_pton(AF_INET, text, bytes) == 1) {
		s->family = AF_INET;
		return;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		abort();
	s->family = AF_INET6;
	if (!memcmp(bytes, mapped, sizeof(mapped))) {
		memmove(bytes, bytes + 12, 4);
		memset(bytes + 4, 0, 12);
		s->family = AF_INET;
	}
}

/* An IP socket on @fd; @type is SOCK_STREAM or SOCK_DGRAM. */
static inline void mkrec_inet(struct mkrec *m, int fd, int type, enum falcoc_role role,
			      const char *laddr, unsigned int lport, const char *raddr,
			      unsigned int rport)
{
	struct falcoc_sock s = mkrec_make_sock(type, role);

	s.protocol = type == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP;
	s.state = 1;	/* TCP_ESTABLISHED */
	mkrec_addr(&s, s.laddr, laddr);
	mkrec_addr(&s, s.raddr, raddr);
	s.lport = (uint16_t)lport;
	s.rport = (uint16_t)rport;
	mkrec_fd(m, fd, FALCOC_FD_SOCKET, NULL);
	mkrec_attr(m, FALCOC_A_SOCK, 0, &s, sizeof(s));
}

/* A unix socket; either path may be NULL. */
static inline void mkrec_unix(struct mkrec *m, int fd, enum falcoc_role role, const char *local,
			      const char *peer)
{
	struct falcoc_sock s = mkrec_make_sock(SOCK_STREAM, role);

	s.family = AF_UNIX;
	mkrec_fd(m, fd, FALCOC_FD_SOCKET, NULL);
	mkrec_attr(m, FALCOC_A_SOCK, 0, &s, sizeof(s));
	if (local)
		mkrec_str(m, FALCOC_A_UNIX_LOCAL, local);
	if (peer)
		mkrec_str(m, FALCOC_A_UNIX_PEER, peer);
}

#endif
