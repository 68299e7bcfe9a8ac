// SPDX-License-Identifier: Apache-2.0
/* Addresses that are connected to now, see net/peers.h. */
#include "net/peers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
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

#include "net/diag.h"
#include "util/lazy_mnl.h"

/* All that have a peer, but those that wait for nothing but time. */
#define STATES (0xfffu & ~(1u << TCP_LISTEN | 1u << TCP_CLOSE | 1u << TCP_TIME_WAIT))

static int take_peer(const struct inet_diag_msg *m, void *arg)
{
	struct net_peers *p = arg;
	struct ip_addr addr;

	if (m->idiag_family == AF_INET)
		addr = ip_addr_from_v4(m->id.idiag_dst);
	else if (m->idiag_family == AF_INET6)
		addr = ip_addr_from_v6(m->id.idiag_dst);
	else
		return 0;
	if (p->count < NET_PEERS_MAX_ADDRS)
		p->addrs[p->count++] = addr;
	else
		p->dropped++;
	return 0;
}

/* Those of the namespace that this thread is in. */
static int read_here(struct net_peers *p)
{
	struct mnl_socket *nl;
	int err = net_diag_open(&nl);

	if (err)
		return err;
	for (int i = 0; i < 4; i++) {
		struct net_diag_query query = {
			.family = i % 2 ? AF_INET6 : AF_INET,
			.proto = i / 2 ? IPPROTO_UDP : IPPROTO_TCP,
			.states = STATES,
			.seq = (unsigned int)i + 1,
		};
		int rc = net_diag_dump(nl, &query, take_peer, p);

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
