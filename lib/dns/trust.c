// SPDX-License-Identifier: Apache-2.0
/* Which name servers are believed, see dns/trust.h. */
#include "dns/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/member.h"

#define RESOLV_CONF	 "/etc/resolv.conf"
#define SERVERS_MAX	 64
#define NAMESERVERS_MAX	 16 /* of resolv.conf; libc takes 3 */
#define RESOLV_BYTES_MAX 65536
#define LOOK_NS		 1000000000ull /* so often at resolv.conf at most, */
#define LOOK_UNKNOWN_NS	 50000000ull   /* or so often where a server is not known */

enum where { WHERE_ROOTS, WHERE_HOST, WHERE_ANY, WHERE_INODE, WHERE_NAT };

struct server {
	struct ip_addr addr;
	enum where where;
	uint32_t netns;	/* of INODE, and of NAT if it is one only; else 0 */
};

/* One of resolv.conf. */
struct nameserver {
	struct ip_addr addr;
	uint32_t ifindex; /* of a link-local address with its device; 0: none is named */
};

struct dns_trust {
	uint32_t netns, pidns, userns;
	struct members *members;
	bool no_udp;
	bool (*by_its_device)(void *arg, const struct ip_addr *server, uint32_t ifindex);
	void *arg;
	char *resolv_conf;
	struct server servers[SERVERS_MAX];
	size_t nservers;
	struct nameserver nameservers[NAMESERVERS_MAX];
	size_t nnameservers;
	uint32_t *uids;
	size_t nuids;
	/* resolv.conf as last read */
	struct stat st;
	uint64_t looked_ns;
};

/* Programs that ask for others, and choose their servers by their own configuration. */
static const char *const resolvers[] = {
	"/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved", "/usr/sbin/dnsmasq",
	"/usr/sbin/unbound", "/usr/sbin/named", "/usr/sbin/nscd", "/usr/sbin/pdns_recursor",
	"/usr/sbin/kresd", "/usr/sbin/NetworkManager",
};

static bool parse_inode(const char *text, uint32_t *ret_inode)
{
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoull(text, &end, 10);
	if (*end || n == 0 || n > UINT32_MAX)
		return false;
	*ret_inode = (uint32_t)n;
	return true;
}

static bool parse_where(const char *text, struct server *s)
{
	if (strcmp(text, "host") == 0) {
		s->where = WHERE_HOST;
	} else if (strcmp(text, "any") == 0) {
		s->where = WHERE_ANY;
	} else if (strncmp(text, "nat", 3) == 0) {
		s->where = WHERE_NAT;
		return !text[3] || (text[3] == ':' && parse_inode(text + 4, &s->netns));
	} else {
		s->where = WHERE_INODE;
		return parse_inode(text, &s->netns);
	}
	return true;
}

/* ADDRESS[@WHERE] */
static bool parse_server(const char *text, struct server *ret_server)
{
	size_t len = strcspn(text, "@");
	char addr[IP_ADDR_TEXT_SIZE];
	struct server s = { .where = WHERE_ROOTS };

	if (len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (ip_addr_parse(addr, &s.addr) < 0 || (text[len] && !parse_where(text + len + 1, &s)))
		return false;
	*ret_server = s;
	return true;
}

bool dns_trust_is_server(const char *text)
{
	struct server s;

	return parse_server(text, &s);
}

static int parse_servers(struct dns_trust *t, const char *servers)
{
	char *copy = strdup(servers), *rest = copy, *one;
	int rc = copy ? 0 : -ENOMEM;

	while (rc == 0 && (one = strsep(&rest, ",")))
		if (t->nservers == SERVERS_MAX || !parse_server(one, &t->servers[t->nservers++]))
			rc = -EINVAL;
	free(copy);
	return rc;
}

int dns_trust_new(const struct dns_observe_options *opt, struct dns_trust **ret_trust)
{
	struct dns_trust *t = calloc(1, sizeof(*t));
	int rc = -ENOMEM;

	if (!t)
		return rc;
	t->netns = opt->netns;
	t->pidns = opt->pidns;
	t->userns = opt->userns;
	t->resolv_conf = strdup(opt->resolv_conf ? opt->resolv_conf : RESOLV_CONF);
	t->uids = calloc(opt->nuids + 1, sizeof(*t->uids));
	t->members = members_new(opt->mntns, opt->proc);
	t->no_udp = opt->no_udp;
	t->by_its_device = opt->by_its_device;
	t->arg = opt->arg;
	if (t->resolv_conf && t->uids && t->members) {
		for (size_t i = 0; i < opt->nuids; i++)
			t->uids[t->nuids++] = opt->uids[i];
		rc = opt->servers ? parse_servers(t, opt->servers) : 0;
	}
	if (rc < 0) {
		dns_trust_free(t);
		return rc;
	}
	*ret_trust = t;
	return 0;
}

void dns_trust_free(struct dns_trust *t)
{
	if (!t)
		return;
	free(t->resolv_conf);
	members_free(t->members);
	free(t->uids);
	free(t);
}

/* One line of resolv.conf. */
static void take_line(struct dns_trust *t, char *line)
{
	static const char blanks[] = " \t\r";
	char *rest = line, *word = strtok_r(line, blanks, &rest), *addr, *device;
	struct nameserver *n = &t->nameservers[t->nnameservers];

	if (!word || strcmp(word, "nameserver") != 0 || t->nnameservers == NAMESERVERS_MAX)
		return;
	addr = strtok_r(NULL, blanks, &rest);
	if (!addr)
		return;
	device = addr + strcspn(addr, "%"); /* a link-local one is on */
	if (*device)
		*device++ = '\0';
	if (ip_addr_parse(addr, &n->addr) < 0)
		return;
	n->ifindex = *device ? if_nametoindex(device) : 0;
	t->nnameservers++;
}

static void read_resolv_conf(struct dns_trust *t, int fd)
{
	char *text = malloc(RESOLV_BYTES_MAX + 1), *rest = text, *line;
	ssize_t n = text ? read(fd, text, RESOLV_BYTES_MAX) : -1;

	if (n >= 0) {
		text[n] = '\0';
		t->nnameservers = 0;
		while ((line = strsep(&rest, "\n")))
			take_line(t, line);
	}
	free(text);
}

/* A file that is gone or cannot be read takes no server away: that is how it is being replaced. */
static void look_at_resolv_conf(struct dns_trust *t, uint64_t now_ns, uint64_t age_ns)
{
	struct stat st;
	int fd;

	if (t->looked_ns && now_ns - t->looked_ns < age_ns)
		return;
	t->looked_ns = now_ns;
	fd = open(t->resolv_conf, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_ino != t->st.st_ino || st.st_dev != t->st.st_dev || st.st_size != t->st.st_size ||
	     st.st_mtim.tv_sec != t->st.st_mtim.tv_sec || st.st_mtim.tv_nsec != t->st.st_mtim.tv_nsec)) {
		read_resolv_conf(t, fd);
		t->st = st;
	}
	close(fd);
}

static bool is_of_host(const struct dns_trust *t, const struct dns_packet *p)
{
	return t->pidns && p->pidns == t->pidns && t->userns && p->userns == t->userns;
}

/* Who shares all these namespaces may be a container's still, by its files. */
static bool is_member(const struct dns_trust *t, const struct dns_packet *p)
{
	return members_has(t->members, p->mntns, p->pid, p->start_ns);
}

static bool is_service_user(const struct dns_trust *t, uint32_t uid)
{
	if (uid == 0)
		return true;
	for (size_t i = 0; i < t->nuids; i++)
		if (t->uids[i] == uid)
			return true;
	return false;
}

bool dns_trust_stub(const struct dns_trust *t, const struct dns_packet *p)
{
	return is_of_host(t, p) && is_service_user(t, p->uid) && is_member(t, p);
}

/* Is whoever received it a resolver of the host's, which asks for others? */
static bool is_resolver(const struct dns_trust *t, const struct dns_packet *p)
{
	if (!dns_trust_stub(t, p) || p->netns != t->netns)
		return false;
	for (size_t i = 0; i < sizeof(resolvers) / sizeof(resolvers[0]); i++)
		if (slice_eq_str(p->exe, resolvers[i]))
			return true;
	return false;
}

static const struct nameserver *find_nameserver(struct dns_trust *t, const struct dns_packet *p)
{
	for (int again = 0; again < 2; again++) {
		look_at_resolv_conf(t, p->time_ns, again ? LOOK_UNKNOWN_NS : LOOK_NS);
		for (size_t i = 0; i < t->nnameservers; i++)
			if (ip_addr_equal(&t->nameservers[i].addr, &p->remote))
				return &t->nameservers[i];
	}
	return NULL;
}

/*
 * What came by the network, to whom it may concern. Whoever is behind another device, as a container
 * is, can put the server's address on what he sends.
 */
static enum dns_fate is_from(const struct dns_trust *t, const struct nameserver *n,
			     const struct dns_packet *p)
{
	if (t->netns == 0 || p->netns != t->netns)
		return DNS_FATE_NAMESPACE;
	if (t->no_udp && !p->tcp)
		return DNS_FATE_FORGEABLE;
	if (n->ifindex)
		return p->ifindex == n->ifindex ? DNS_FATE_TAKEN : DNS_FATE_DEVICE;
	if (t->by_its_device && !t->by_its_device(t->arg, &p->remote, p->ifindex))
		return DNS_FATE_DEVICE;
	return DNS_FATE_TAKEN;
}

static bool is_there(const struct dns_trust *t, const struct server *s, const struct dns_packet *p)
{
	switch (s->where) {
	case WHERE_ROOTS:
		return !p->foreign;
	case WHERE_HOST:
		return p->netns == t->netns;
	case WHERE_INODE:
		return p->netns == s->netns;
	case WHERE_ANY:
		return true;
	case WHERE_NAT:
		return !p->foreign && p->netns != t->netns && (!s->netns || s->netns == p->netns);
	}
	return false;
}

/*
 * By address and namespace: TAKEN, NAMESPACE or SERVER. *@ret_unseen: of one whose answers are
 * translated on their way by the loopback device, so that nobody is seen to send them.
 */
static enum dns_fate is_listed(const struct dns_trust *t, const struct dns_packet *p, bool *ret_unseen)
{
	enum dns_fate fate = DNS_FATE_SERVER;

	for (size_t i = 0; i < t->nservers; i++) {
		if (!ip_addr_equal(&t->servers[i].addr, &p->remote))
			continue;
		if (is_there(t, &t->servers[i], p)) {
			*ret_unseen |= t->servers[i].where == WHERE_NAT;
			fate = DNS_FATE_TAKEN;
		} else if (fate != DNS_FATE_TAKEN) {
			fate = DNS_FATE_NAMESPACE;
		}
	}
	return fate;
}

enum dns_fate dns_trust_answer(struct dns_trust *t, const struct dns_packet *p, bool served)
{
	bool unseen = false;
	enum dns_fate fate = is_listed(t, p, &unseen);
	bool host = t->netns && p->netns == t->netns;
	const struct nameserver *nameserver;

	/* whatever address it bears: it was sent by somebody on this machine */
	if (p->loopback) {
		if (fate != DNS_FATE_TAKEN && !host)
			return DNS_FATE_NAMESPACE;
		return served || unseen ? DNS_FATE_TAKEN : DNS_FATE_STUB;
	}
	if (fate == DNS_FATE_TAKEN || is_resolver(t, p))
		return DNS_FATE_TAKEN;
	nameserver = find_nameserver(t, p);
	return nameserver ? is_from(t, nameserver, p) : fate;
}
