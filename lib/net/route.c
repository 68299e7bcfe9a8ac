// SPDX-License-Identifier: Apache-2.0
/* Routes to single addresses, see net/route.h. */
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/hash.h"
#include "util/lazy_mnl.h"

#define KEPT	   64 /* addresses, by their hash */
#define KEEP_NS	   1000000000ull
#define DEVICES	   16 /* of one route */
#define TIMEOUT_US 200000 /* the kernel answers within the call; this is for a fault */

struct kept {
	struct ip_addr to; /* family 0: none */
	uint64_t asked_ns;
	int err;
	uint32_t devices[DEVICES];
	unsigned int n;
};

struct net_routes {
	struct mnl_socket *nl;
	unsigned int seq;
	struct kept kept[KEPT];
};

int net_routes_new(struct net_routes **ret_routes)
{
	struct timeval timeout = { .tv_usec = TIMEOUT_US };
	struct net_routes *r;
	int err;

	if (!lazy_mnl_load())
		return -ELIBACC;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!r->nl || mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(r->nl), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0) {
		err = -errno;
		net_routes_free(r);
		return err;
	}
	*ret_routes = r;
	return 0;
}

void net_routes_free(struct net_routes *r)
{
	if (!r)
		return;
	if (r->nl)
		mnl_socket_close(r->nl);
	free(r);
}

static void take_device(struct kept *k, uint32_t ifindex)
{
	if (ifindex && k->n < DEVICES)
		k->devices[k->n++] = ifindex;
}

/* Equal routes, one after another. */
static void take_hops(struct kept *k, const struct nlattr *a)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(a);
	int left = mnl_attr_get_payload_len(a);

	while (RTNH_OK(hop, left)) {
		take_device(k, (uint32_t)hop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

static int on_route(const struct nlmsghdr *nlh, void *arg)
{
	struct kept *k = arg;
	const struct nlattr *a;

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(struct rtmsg))
		return MNL_CB_OK;
	mnl_attr_for_each(a, nlh, sizeof(struct rtmsg)) {
		if (mnl_attr_get_type(a) == RTA_OIF && mnl_attr_get_payload_len(a) == 4)
			take_device(k, mnl_attr_get_u32(a));
		else if (mnl_attr_get_type(a) == RTA_MULTIPATH)
			take_hops(k, a);
	}
	return MNL_CB_STOP;
}

static int ask(struct net_routes *r, struct kept *k)
{
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	unsigned int len = ip_addr_len(&k->to);
	struct rtmsg *rtm;
	ssize_t n;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++r->seq;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = k->to.family == 4 ? AF_INET : AF_INET6;
	rtm->rtm_dst_len = (unsigned char)(len * 8);
	rtm->rtm_flags = RTM_F_FIB_MATCH; /* all devices of the route, not the one of this packet */
	mnl_attr_put(nlh, RTA_DST, len, k->to.bytes);
	if (mnl_socket_sendto(r->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(r->nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		/* one that came too late for its question is passed over */
	} while (((struct nlmsghdr *)buf)->nlmsg_seq != r->seq);
	if (mnl_cb_run(buf, (size_t)n, r->seq, mnl_socket_get_portid(r->nl), on_route, k) < 0)
		return -errno;
	return k->n ? 0 : -ENODEV;
}

int net_routes_use(struct net_routes *r, const struct ip_addr *to, uint32_t ifindex, uint64_t now_ns)
{
	struct kept *k = &r->kept[ip_addr_hash(to) % KEPT];

	if (!ip_addr_len(to))
		return -EINVAL;
	if (!k->to.family || !ip_addr_equal(&k->to, to) || now_ns - k->asked_ns >= KEEP_NS) {
		*k = (struct kept){ .to = *to, .asked_ns = now_ns };
		k->err = ask(r, k);
	}
	if (k->err)
		return k->err;
	for (unsigned int i = 0; i < k->n; i++)
		if (k->devices[i] == ifindex)
			return 1;
	return 0;
}
