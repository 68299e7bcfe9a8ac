// SPDX-License-Identifier: Apache-2.0
/* Addresses that are connected to now, see net/peers.h. */
#include "net/peers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that have a peer, but those that wait for nothing but time. */
#define STATES (0xfffu & ~(1u << TCP_LISTEN | 1u << TCP_CLOSE | 1u << TCP_TIME_WAIT))
#define ANSWER_TIMEOUT_S 2

static void take_peer(struct net_peers *p, const struct inet_diag_msg *m)
{
	struct ip_addr addr;

	if (m->idiag_family == AF_INET)
		addr = ip_addr_from_v4(m->id.idiag_dst);
	else if (m->idiag_family == AF_INET6)
		addr = ip_addr_from_v6(m->id.idiag_dst);
	else
		return;
	if (p->count < NET_PEERS_MAX_ADDRS)
		p->addrs[p->count++] = addr;
	else
		p->dropped++;
}

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		take_peer(arg, mnl_nlmsg_get_payload(nlh));
	return MNL_CB_OK;
}

static int dump(struct net_peers *p, struct mnl_socket *nl, uint8_t family, uint8_t proto,
		unsigned int seq)
{
	char buf[16384] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;
	int rc;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	req->sdiag_protocol = proto;
	req->idiag_states = STATES;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof(buf));

		if (n < 0)
			return -errno;
		rc = mnl_cb_run(buf, (size_t)n, seq, mnl_socket_get_portid(nl), on_message, p);
		if (rc == MNL_CB_ERROR)
			return -errno;
	} while (rc == MNL_CB_OK);
	return 0;
}

/* Those of the namespace that this thread is in. */
static int read_here(struct net_peers *p)
{
	struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	unsigned int seq = 0;
	int err = 0;

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0) {
		err = -errno;
		mnl_socket_close(nl);
		return err;
	}
	for (int i = 0; i < 4; i++) {
		int rc = dump(p, nl, i % 2 ? AF_INET6 : AF_INET, i / 2 ? IPPROTO_UDP : IPPROTO_TCP,
			      ++seq);

		/* no IPv6 here is no reason to know nothing of IPv4 */
		if (rc < 0 && !err)
			err = rc;
	}
	mnl_socket_close(nl);
	return err;
}

/* Namespaces that were visited. */
struct visited {
	ino_t inodes[NET_PEERS_MAX_NETNS];
	size_t n;
};

/* True: not yet visited, and there is room to remember it. */
static bool visit(struct visited *v, struct net_peers *p, ino_t inode)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->inodes[i] == inode)
			return false;
	if (v->n == NET_PEERS_MAX_NETNS) {
		p->netns_missed++;
		return false;
	}
	v->inodes[v->n++] = inode;
	return true;
}

static void read_there(struct net_peers *p, const char *path, int home)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
		p->netns_missed++;
	} else {
		if (read_here(p) < 0)
			p->netns_missed++;
		else
			p->netns++;
		/* the way back cannot fail: it is where we came from */
		if (setns(home, CLONE_NEWNET) < 0)
			p->netns_missed++;
	}
	if (fd >= 0)
		close(fd);
}

static void read_others(struct net_peers *p, struct visited *v, int home)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	struct stat st;
	char path[300];

	while (proc && (d = readdir(proc))) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", d->d_name);
		if (stat(path, &st) == 0 && visit(v, p, st.st_ino))
			read_there(p, path, home);
	}
	if (proc)
		closedir(proc);
}

int net_peers_read(struct net_peers *ret_peers)
{
	struct net_peers p = { .count = 0 };
	struct visited v = { .n = 0 };
	struct stat st;
	int home, rc;

	p.addrs = calloc(NET_PEERS_MAX_ADDRS, sizeof(*p.addrs));
	if (!p.addrs) {
		*ret_peers = p;
		return -ENOMEM;
	}
	rc = read_here(&p);
	p.netns = rc == 0;
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home >= 0 && fstat(home, &st) == 0) {
		visit(&v, &p, st.st_ino);
		read_others(&p, &v, home);
	}
	if (home >= 0)
		close(home);
	*ret_peers = p;
	return rc;
}

void net_peers_release(struct net_peers *p)
{
	free(p->addrs);
	*p = (struct net_peers){ .count = 0 };
}
