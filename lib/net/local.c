// SPDX-License-Identifier: Apache-2.0
/*
 * The addresses of this machine's interfaces, see net/local.h.
 *
 * libnl's cache manager keeps a cache of addresses current from the kernel's
 * notices; what lookups read is a sorted array made from it after each change.
 * When notices were lost (the socket's buffer ran over) the manager is made anew.
 */
#include "net/local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "util/lazy_nl.h"

#define RETRY_S 1

struct net_local {
	struct nl_cache_mngr *manager;
	struct nl_cache *cache; /* the manager's */
	int epoll_fd;		/* holds the manager's socket, so that ours never changes */
	int retry_fd;		/* a timer, set only while there is no manager */
	size_t max_addrs;
	struct ip_addr *addrs; /* sorted */
	bool changed;
	struct net_local_stats stats;
};

static int nl_errno(int err)
{
	switch (-err) {
	case NLE_SUCCESS:
		return 0;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static int compare_addrs(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

static bool nl_addr_to_ip(struct nl_addr *nl, struct ip_addr *ret_addr)
{
	if (!nl)
		return false;
	if (nl_addr_get_family(nl) == AF_INET && nl_addr_get_len(nl) == 4)
		*ret_addr = ip_addr_from_v4(nl_addr_get_binary_addr(nl));
	else if (nl_addr_get_family(nl) == AF_INET6 && nl_addr_get_len(nl) == 16)
		*ret_addr = ip_addr_from_v6(nl_addr_get_binary_addr(nl));
	else
		return false;
	return true;
}

/* The array anew from the cache; on lack of memory the old one stays. */
static int set_rebuild(struct net_local *l)
{
	int items = nl_cache_nitems(l->cache);
	size_t room = items > 0 ? (size_t)items : 1, count = 0, dropped = 0;
	struct ip_addr *addrs;

	if (room > l->max_addrs)
		room = l->max_addrs;
	addrs = calloc(room, sizeof(*addrs));
	if (!addrs)
		return -ENOMEM;
	for (struct nl_object *o = nl_cache_get_first(l->cache); o; o = nl_cache_get_next(o)) {
		struct ip_addr addr;

		if (!nl_addr_to_ip(rtnl_addr_get_local((struct rtnl_addr *)o), &addr))
			continue;
		if (count < room)
			addrs[count++] = addr;
		else
			dropped++;
	}
	qsort(addrs, count, sizeof(*addrs), compare_addrs);
	free(l->addrs);
	l->addrs = addrs;
	l->stats.addrs = count;
	l->stats.dropped = dropped;
	return 0;
}

static void on_change(struct nl_cache *cache, struct nl_object *object, int action, void *arg)
{
	struct net_local *l = arg;

	(void)cache;
	(void)object;
	(void)action;
	l->changed = true;
}

static void manager_release(struct net_local *l)
{
	if (!l->manager)
		return;
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, nl_cache_mngr_get_fd(l->manager), NULL);
	nl_cache_mngr_free(l->manager);
	l->manager = NULL;
	l->cache = NULL;
}

static int manager_init(struct net_local *l)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int err;

	if (!lazy_nl_load())
		return -ELIBACC;
	err = nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, NL_AUTO_PROVIDE, &l->manager);
	if (err < 0) {
		l->manager = NULL;
		return nl_errno(err);
	}
	err = nl_errno(nl_cache_mngr_add(l->manager, "route/addr", on_change, l, &l->cache));
	if (!err && epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, nl_cache_mngr_get_fd(l->manager), &ev) < 0)
		err = -errno;
	if (!err)
		err = set_rebuild(l);
	if (err)
		manager_release(l);
	return err;
}

/* Lost notices, or no manager since the last try: all anew. */
static int resync(struct net_local *l)
{
	struct itimerspec retry = { .it_value.tv_sec = RETRY_S };
	int err;

	manager_release(l);
	err = manager_init(l);
	if (err)
		timerfd_settime(l->retry_fd, 0, &retry, NULL);
	else
		l->stats.resyncs++;
	l->changed = false;
	return err;
}

int net_local_process(struct net_local *l)
{
	uint64_t ticks;
	int err = 0;

	if (!l->manager && read(l->retry_fd, &ticks, sizeof(ticks)) < 0 && errno == EAGAIN)
		return 0;
	if (l->manager) {
		err = nl_cache_mngr_data_ready(l->manager);
		if (err >= 0 || err == -NLE_AGAIN)
			err = 0;
	}
	if (!l->manager || err < 0)
		return resync(l);
	if (!l->changed)
		return 0;
	l->changed = false;
	l->stats.changes++;
	return set_rebuild(l);
}

int net_local_fd(const struct net_local *l)
{
	return l->epoll_fd;
}

bool net_is_local(const struct net_local *l, const struct ip_addr *addr)
{
	if (ip_addr_is_loopback(addr))
		return true;
	return l && l->addrs &&
	       bsearch(addr, l->addrs, l->stats.addrs, sizeof(*l->addrs), compare_addrs);
}

void net_local_get_stats(const struct net_local *l, struct net_local_stats *ret_stats)
{
	*ret_stats = l->stats;
}

int net_local_new(size_t max_addrs, struct net_local **ret_local)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct net_local *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->max_addrs = max_addrs ? max_addrs : 16384;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l->retry_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->epoll_fd < 0 || l->retry_fd < 0 ||
	    epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->retry_fd, &ev) < 0)
		err = -errno;
	else
		err = manager_init(l);
	if (err) {
		net_local_free(l);
		return err;
	}
	l->changed = false; /* the first filling is no change */
	*ret_local = l;
	return 0;
}

void net_local_free(struct net_local *l)
{
	if (!l)
		return;
	manager_release(l);
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	if (l->retry_fd >= 0)
		close(l->retry_fd);
	free(l->addrs);
	free(l);
}

struct net_local *net_local_new_fixed(void)
{
	struct net_local *l = calloc(1, sizeof(*l));

	if (l)
		l->epoll_fd = l->retry_fd = -1;
	return l;
}

int net_local_set(struct net_local *l, const struct ip_addr *addrs, size_t n)
{
	struct ip_addr *copy = calloc(n ? n : 1, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, addrs, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), compare_addrs);
	free(l->addrs);
	l->addrs = copy;
	l->stats.addrs = n;
	return 0;
}

const struct ip_addr *net_local_addrs(const struct net_local *l, size_t *ret_n)
{
	*ret_n = l && l->addrs ? l->stats.addrs : 0;
	return l ? l->addrs : NULL;
}
