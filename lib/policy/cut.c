// SPDX-License-Identifier: Apache-2.0
/* cut.c - a connection destroyed */
#include "policy/cut.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/diag.h"
#include "policy/process.h"
#include "util/lazy_mnl.h"

static int open_namespace(const char *process, uint32_t ino)
{
	char path[48];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", process);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	if (fstat(fd, &st) == 0 && st.st_ino == ino)
		return fd;
	close(fd);
	return -ESRCH;
}

int cut_open_namespace(uint32_t pid, uint32_t ino)
{
	struct process_stat st;
	char process[16];

	if (process_stat(pid, &st) < 0)
		return -ESRCH;
	snprintf(process, sizeof(process), "%u", process_task(pid, &st));
	return open_namespace(process, ino);
}

int cut_namespace(const struct target *t)
{
	int fd = cut_open_namespace(t->pid, t->sock.netns);

	/* it has gone, or has another than its socket, or the pid is another's: maybe it is ours */
	return fd >= 0 ? fd : open_namespace("self", t->sock.netns);
}

static struct inet_diag_req_v2 *put_request(struct nlmsghdr *nlh, uint16_t type, unsigned int seq,
					    const struct target_sock *s)
{
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | (type == SOCK_DESTROY ? NLM_F_ACK : 0);
	nlh->nlmsg_seq = seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = (uint8_t)s->family;
	req->sdiag_protocol = s->protocol;
	req->idiag_states = ~0u;
	return req;
}

static int on_socket(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		memcpy(arg, mnl_nlmsg_get_payload(nlh), sizeof(struct inet_diag_msg));
	return MNL_CB_STOP;
}

/* Sends it and takes one answer. 0 or a negative errno. */
static int ask(struct mnl_socket *nl, const struct nlmsghdr *nlh, struct inet_diag_msg *ret_msg)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;
	int rc;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (n < 0)
		return -errno;
	rc = mnl_cb_run(buf, (size_t)n, nlh->nlmsg_seq, mnl_socket_get_portid(nl), on_socket, ret_msg);
	return rc < 0 ? -errno : 0;
}

/* IPv4 of a socket of IPv6 is known to the kernel by its mapped address there. */
static void put_addr(uint32_t *to, const uint8_t *addr, uint16_t family, bool mapped)
{
	if (mapped) {
		to[0] = to[1] = 0;
		to[2] = htonl(0xffff);
		memcpy(to + 3, addr, 4);
	} else {
		memcpy(to, addr, family == AF_INET ? 4 : 16);
	}
}

static void put_id(struct inet_diag_sockid *id, const struct target_sock *s, bool remote_first,
		   bool mapped)
{
	memset(id, 0, sizeof(*id));
	id->idiag_sport = htons(remote_first ? s->rport : s->lport);
	id->idiag_dport = htons(remote_first ? s->lport : s->rport);
	put_addr(id->idiag_src, remote_first ? s->raddr : s->laddr, s->family, mapped);
	put_addr(id->idiag_dst, remote_first ? s->laddr : s->raddr, s->family, mapped);
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

/*
 * The socket as the kernel names it, cookie included. Of UDP some kernels look a socket up with its ends
 * exchanged, so that is tried as well; what is found is told by its inode.
 */
static int find(struct mnl_socket *nl, const struct target_sock *s, struct inet_diag_msg *ret_msg)
{
	char buf[256] __attribute__((aligned(8)));
	int rc = -ENOENT;

	for (unsigned int i = 0; i < 4; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct inet_diag_req_v2 *req = put_request(nlh, SOCK_DIAG_BY_FAMILY, i + 1, s);
		struct inet_diag_msg msg = { 0 };
		bool mapped = i & 2;
		int err;

		if (mapped && s->family != AF_INET)
			break;
		if (i & 1 && s->protocol != IPPROTO_UDP)
			continue;
		if (mapped)
			req->sdiag_family = AF_INET6;
		put_id(&req->id, s, i & 1, mapped);
		err = ask(nl, nlh, &msg);
		if (err == 0 && msg.idiag_inode == (uint32_t)s->ino) {
			*ret_msg = msg;
			return 0;
		}
		if (err < 0 && err != -ENOENT)
			rc = err;
	}
	return rc;
}

static int destroy(struct mnl_socket *nl, const struct target_sock *s, const struct inet_diag_msg *msg,
		   bool remote_first)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = put_request(nlh, SOCK_DESTROY, 9 + remote_first, s);
	struct inet_diag_msg unused;

	req->sdiag_family = msg->idiag_family;
	req->id = msg->id;
	if (remote_first) {
		req->id.idiag_sport = msg->id.idiag_dport;
		req->id.idiag_dport = msg->id.idiag_sport;
		memcpy(req->id.idiag_src, msg->id.idiag_dst, sizeof(req->id.idiag_src));
		memcpy(req->id.idiag_dst, msg->id.idiag_src, sizeof(req->id.idiag_dst));
	}
	return ask(nl, nlh, &unused);
}

static int cut_here(const struct target_sock *s)
{
	struct inet_diag_msg msg;
	struct mnl_socket *nl;
	int rc = net_diag_open(&nl);

	if (rc < 0)
		return rc;
	rc = find(nl, s, &msg);
	/* TCP_LISTEN, for which the kernel would end all of the server */
	if (rc == 0 && s->protocol == IPPROTO_TCP && msg.idiag_state == TCP_LISTEN)
		rc = -ENOTCONN;
	if (rc == 0) {
		rc = destroy(nl, s, &msg, false);
		/* the cookie keeps both ways from another socket */
		if (rc == -ENOENT && s->protocol == IPPROTO_UDP)
			rc = destroy(nl, s, &msg, true);
	}
	mnl_socket_close(nl);
	return rc;
}

int cut_connection(const struct target_sock *s, int netns)
{
	int home, rc;

	if (netns < 0)
		return cut_here(s);
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -errno;
	rc = setns(netns, CLONE_NEWNET) < 0 ? -errno : cut_here(s);
	/* the way back cannot fail: it is where we came from */
	if (setns(home, CLONE_NEWNET) < 0 && rc == 0)
		rc = -errno;
	close(home);
	return rc;
}
