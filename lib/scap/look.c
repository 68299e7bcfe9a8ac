// SPDX-License-Identifier: Apache-2.0
/*
 * look.c - what fields ask of the tables, only where they do (struct foreign_look)
 */
#include "scap/internal.h"

#define TYPES_FDS_MAX	1024	/* open files whose types are looked at: it is to stay cheap */

static const struct {
	char typechar;
	const char *type;
} kinds[SCAP_FD_TYPES] = {
	[SCAP_FD_UNKNOWN] = { 'o', "<NA>" }, [SCAP_FD_FILE] = { 'f', "file" },
	[SCAP_FD_DIRECTORY] = { 'd', "directory" }, [SCAP_FD_IPV4] = { '4', "ipv4" },
	[SCAP_FD_IPV6] = { '6', "ipv6" }, [SCAP_FD_IPV4_SERVER] = { '4', "ipv4" },
	[SCAP_FD_IPV6_SERVER] = { '6', "ipv6" }, [SCAP_FD_FIFO] = { 'p', "pipe" },
	[SCAP_FD_UNIX] = { 'u', "unix" }, [SCAP_FD_EVENT] = { 'e', "event" },
	[SCAP_FD_UNSUPPORTED] = { 'o', "<NA>" }, [SCAP_FD_SIGNALFD] = { 's', "signalfd" },
	[SCAP_FD_EVENTPOLL] = { 'l', "eventpoll" }, [SCAP_FD_INOTIFY] = { 'i', "inotify" },
	[SCAP_FD_TIMERFD] = { 't', "timerfd" }, [SCAP_FD_NETLINK] = { 'n', "netlink" },
	[SCAP_FD_FILE_V2] = { 'f', "file" }, [SCAP_FD_BPF] = { 'b', "bpf" },
	[SCAP_FD_USERFAULTFD] = { 'u', "userfaultfd" }, [SCAP_FD_IOURING] = { 'r', "io_uring" },
	[SCAP_FD_MEMFD] = { 'm', "memfd" }, [SCAP_FD_PIDFD] = { 'P', "pidfd" },
};

static const char *l4_name(enum scap_l4 l4)
{
	switch (l4) {
	case SCAP_L4_TCP:
		return "tcp";
	case SCAP_L4_UDP:
		return "udp";
	case SCAP_L4_ICMP:
		return "icmp";
	case SCAP_L4_RAW:
		return "raw";
	default:
		return NULL;
	}
}

void scap_describe_fd(const struct scap *s, const struct scap_fd *f, struct foreign_fd *ret_fd)
{
	*ret_fd = (struct foreign_fd){
		.type = kinds[f->type].type, .typechar = kinds[f->type].typechar,
		.name = scap_text(f->name), .raw = scap_text(f->raw),
		.connected = f->connected,
		.dev = f->dev, .ino = f->ino,
		.upper = f->layer & FALCOC_FD_F_UPPER, .lower = f->layer & FALCOC_FD_F_LOWER,
	};
	ret_fd->sided = f->role != SCAP_ROLE_NONE;
	if (f->type < SCAP_FD_IPV4 || f->type > SCAP_FD_IPV6_SERVER)
		return;
	scap_fd_sides(f, &ret_fd->client, &ret_fd->server);
	ret_fd->l4 = l4_name(scap_fd_l4(f));
	ret_fd->is_server = f->type == SCAP_FD_IPV4_SERVER || f->type == SCAP_FD_IPV6_SERVER ||
			    scap_is_local(s, &ret_fd->server.ip);
}

static bool look_fd(const void *arg, int64_t num, struct foreign_fd *ret_fd)
{
	const struct scap *s = arg;
	const struct scap_fd *f = s->thread ? scap_fd_find(&s->threads, s->thread, num) : NULL;

	if (!f)
		return false;
	scap_describe_fd(s, f, ret_fd);
	return true;
}

static size_t look_fd_types(const void *arg, const char **ret_types, size_t max)
{
	const struct scap *s = arg;
	const struct scap_fds *fds = s->thread ? scap_fds_of(&s->threads, s->thread) : NULL;
	size_t n = 0;

	for (uint32_t i = 0; fds && i < fds->n && i < TYPES_FDS_MAX; i++) {
		const char *type = kinds[fds->list[i].type].type;
		size_t k = 0;

		while (k < n && ret_types[k] != type && strcmp(ret_types[k], type) != 0)
			k++;
		if (k == n && n < max)
			ret_types[n++] = type;
	}
	return n;
}

static const char *look_comm(const void *arg, int64_t tid)
{
	const struct scap *s = arg;
	const struct scap_thread *th = tid > 0 ? scap_thread_find(&s->threads, tid) : NULL;

	return th ? th->comm : NULL;
}

static bool look_is_local(const void *arg, const struct ip_addr *ip)
{
	return scap_is_local(arg, ip);
}

void scap_look_init(struct scap *s)
{
	s->look = (struct foreign_look){
		.fd = look_fd, .fd_types = look_fd_types, .comm = look_comm,
		.is_local = look_is_local, .arg = s,
	};
}
