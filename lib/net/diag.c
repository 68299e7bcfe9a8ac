// SPDX-License-Identifier: Apache-2.0
/* Dumps of IP sockets, see net/diag.h. */
#include "net/diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/time.h>

#include "util/lazy_mnl.h"

#define ANSWER_TIMEOUT_S 2

struct dump {
	net_diag_fn fn;
	void *arg;
	int err;
};

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *d = arg;

	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		d->err = d->fn(mnl_nlmsg_get_payload(nlh), d->arg);
	return d->err ? MNL_CB_ERROR : MNL_CB_OK;
}

int net_diag_open(struct mnl_socket **ret_nl)
{
	struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	struct mnl_socket *nl;
	int err;

	if (!lazy_mnl_load())
		return -ELIBACC;
	nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0) {
		err = -errno;
		mnl_socket_close(nl);
		return err;
	}
	*ret_nl = nl;
	return 0;
}

static int send_query(struct mnl_socket *nl, const struct net_diag_query *query)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = query->seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = query->family;
	req->sdiag_protocol = query->proto;
	req->idiag_states = query->states;
	return mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

int net_diag_dump(struct mnl_socket *nl, const struct net_diag_query *query, net_diag_fn fn,
		  void *arg)
{
	char buf[16384] __attribute__((aligned(8)));
	struct dump d = { fn, arg, 0 };
	int rc = send_query(nl, query);

	if (rc < 0)
		return rc;
	do {
		ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof(buf));

		if (n < 0)
			return -errno;
		rc = mnl_cb_run(buf, (size_t)n, query->seq, mnl_socket_get_portid(nl), on_message, &d);
		if (rc == MNL_CB_ERROR)
			return d.err ? d.err : -errno;
	} while (rc == MNL_CB_OK);
	return 0;
}
