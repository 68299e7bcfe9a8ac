// SPDX-License-Identifier: Apache-2.0
/*
 * The asynchronous resolver, see dns/resolver.h.
 *
 * c-ares does the talking: it hands its sockets to an epoll set of ours, and its
 * answers come from within dns_resolver_process(), as nothing else calls into
 * it. Names wait in a heap by the time they are due; a name whose questions are in
 * flight is not in the heap and comes back to it when both are answered.
 *
 * c-ares is told to use DNS alone ("b"), no search domains, no aliases file and
 * no sorting (which opens sockets), so that it reads no file but resolv.conf, and
 * that only when a channel is made.
 */
#include "dns/resolver.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/name.h"
#include "dns/table.h"
#include "util/hash.h"
#include "util/ihash.h"
#include "util/ip.h"
#include "util/lazy_cares.h"

#define NS_PER_S 1000000000ull
#define NOT_IN_HEAP SIZE_MAX
#define EDNS_BYTES 1232 /* passes every link unfragmented */
#define MAX_RATE 1000000
#define TIMEOUT_MS 2000
#define TRIES 3
#define CONF_LINES_MAX 1000

struct wanted {
	struct ihash_node node;
	struct dns_resolver *resolver;
	uint64_t due_ns;
	size_t heap_at;
	unsigned int generation;   /* of the wants_begin that last asked for it */
	unsigned int misses;	   /* rounds in a row that failed or were empty */
	unsigned int in_flight;	   /* questions of this round without an answer */
	uint32_t round_ttl_s;	   /* the least of this round's answers */
	bool round_answer, round_failure, round_cut;
	bool is_complete;	   /* a round is over */
	bool is_dropped;	   /* no longer in the hash: free when the round is over */
	char name[];
};

/* What of resolv.conf changes when it is written. */
struct file_identity {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

struct dns_resolver {
	struct dns_table *table;
	struct dns_resolver_options options;
	char *servers, *resolv_conf;
	ares_channel channel;
	struct file_identity conf;
	bool is_closing;
	int epoll_fd;
	struct ihash names;
	struct wanted **heap;
	size_t heap_len, heap_room;
	size_t pending;
	void (*answered)(void *arg, const char *name);	/* NULL: nobody is told */
	void *answered_arg;
	uint64_t rounds;	/* that ended */
	unsigned int in_flight;
	uint64_t paid_ns;	/* the rate: questions so far are paid for at this time */
	unsigned int generation;
	uint64_t now_ns; /* of the process call under way, or the last */
	uint64_t random; /* counts; its hash is what is random */
	struct dns_resolver_stats stats; /* the counters only */
};

/* The heap: due names, the earliest first. */

static void heap_set(struct dns_resolver *r, size_t at, struct wanted *w)
{
	r->heap[at] = w;
	w->heap_at = at;
}

static void heap_up(struct dns_resolver *r, size_t at)
{
	struct wanted *w = r->heap[at];

	while (at && w->due_ns < r->heap[(at - 1) / 2]->due_ns) {
		heap_set(r, at, r->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_set(r, at, w);
}

static void heap_down(struct dns_resolver *r, size_t at)
{
	struct wanted *w = r->heap[at];
	size_t child;

	while ((child = 2 * at + 1) < r->heap_len) {
		if (child + 1 < r->heap_len && r->heap[child + 1]->due_ns < r->heap[child]->due_ns)
			child++;
		if (w->due_ns <= r->heap[child]->due_ns)
			break;
		heap_set(r, at, r->heap[child]);
		at = child;
	}
	heap_set(r, at, w);
}

/* Room for one more name, whether in the heap or in flight: pushing cannot fail then. */
static int heap_reserve(struct dns_resolver *r, size_t names)
{
	size_t room = r->heap_room ? r->heap_room : 64;
	struct wanted **heap;

	while (room < names)
		room *= 2;
	if (room == r->heap_room)
		return 0;
	heap = reallocarray(r->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	r->heap = heap;
	r->heap_room = room;
	return 0;
}

static void heap_push(struct dns_resolver *r, struct wanted *w, uint64_t due_ns)
{
	w->due_ns = due_ns;
	heap_set(r, r->heap_len++, w);
	heap_up(r, w->heap_at);
}

static void heap_remove(struct dns_resolver *r, struct wanted *w)
{
	size_t at = w->heap_at;
	struct wanted *last = r->heap[--r->heap_len];

	w->heap_at = NOT_IN_HEAP;
	if (last == w)
		return;
	heap_set(r, at, last);
	heap_up(r, at);
	heap_down(r, last->heap_at);
}

/* Waiting. */

static uint64_t random_below(struct dns_resolver *r, uint64_t bound)
{
	return bound ? hash_u64(r->random++) % bound : 0;
}

static uint64_t clamp_s(uint64_t s, unsigned int min_s, unsigned int max_s)
{
	return s > max_s ? max_s : s < min_s ? min_s : s;
}

/* When a name whose round is over is asked for again. */
static uint64_t next_due(struct dns_resolver *r, const struct wanted *w)
{
	const struct dns_resolver_options *o = &r->options;
	uint64_t ttl_ns = clamp_s(w->round_ttl_s, o->min_interval_s, o->max_interval_s) * NS_PER_S;
	unsigned int doublings = w->misses < 16 ? w->misses : 16;
	uint64_t wait_ns, early_ns;

	wait_ns = ttl_ns;
	if (w->misses) {
		wait_ns = clamp_s((uint64_t)o->min_interval_s << (doublings - 1), o->min_interval_s,
				  o->max_backoff_s) * NS_PER_S;
		if (w->round_answer && ttl_ns < wait_ns)
			wait_ns = ttl_ns;
	}
	early_ns = random_below(r, wait_ns / 8);
	if (wait_ns - early_ns < o->min_interval_s * NS_PER_S)
		return r->now_ns + o->min_interval_s * NS_PER_S;
	return r->now_ns + wait_ns - early_ns;
}

static void complete(struct dns_resolver *r, struct wanted *w)
{
	w->is_complete = true;
	r->pending--;
	if (r->answered)
		r->answered(r->answered_arg, w->name);
}

void dns_resolver_watch(struct dns_resolver *r, void (*answered)(void *arg, const char *name),
			void *arg)
{
	r->answered = answered;
	r->answered_arg = arg;
}

static void wanted_free(struct dns_resolver *r, struct wanted *w)
{
	if (!w->is_complete)
		complete(r, w);
	free(w);
}

static void round_end(struct dns_resolver *r, struct wanted *w)
{
	if (w->is_dropped || r->is_closing) {
		if (w->is_dropped)
			wanted_free(r, w);
		return;
	}
	if (w->round_cut) {
		/* cut short by a change of servers, which says nothing of the name */
		heap_push(r, w, r->now_ns);
		return;
	}
	r->rounds++;
	if (w->round_failure || !w->round_answer)
		w->misses++;
	else
		w->misses = 0;
	if (!w->is_complete)
		complete(r, w);
	heap_push(r, w, next_due(r, w));
}

/* Answers. */

/*
 * The names from the one asked for to the end of its CNAMEs, in any order of the
 * answer. A chain that runs in circles or too long ends where the room does.
 */
static size_t chain_of(const char *question, const struct ares_addrinfo *ai,
		       const char *ret_chain[DNS_CHAIN_MAX], uint32_t *ret_ttl_s)
{
	uint32_t ttl_s = UINT32_MAX;
	size_t len = 0;

	ret_chain[len++] = question;
	while (len < DNS_CHAIN_MAX) {
		const struct ares_addrinfo_cname *c = ai->cnames;

		while (c && !(c->alias && c->name && !strcasecmp(c->alias, ret_chain[len - 1])))
			c = c->next;
		if (!c)
			break;
		ret_chain[len++] = c->name;
		if (c->ttl >= 0 && (uint32_t)c->ttl < ttl_s)
			ttl_s = (uint32_t)c->ttl;
	}
	*ret_ttl_s = ttl_s;
	return len;
}

static bool node_addr(const struct ares_addrinfo_node *node, struct ip_addr *ret_addr)
{
	if (node->ai_family == AF_INET)
		*ret_addr = ip_addr_from_v4(&((struct sockaddr_in *)node->ai_addr)->sin_addr);
	else if (node->ai_family == AF_INET6)
		*ret_addr = ip_addr_from_v6(&((struct sockaddr_in6 *)node->ai_addr)->sin6_addr);
	else
		return false;
	return true;
}

static void take_answer(struct dns_resolver *r, struct wanted *w, const struct ares_addrinfo *ai)
{
	const char *chain[DNS_CHAIN_MAX];
	uint32_t chain_ttl_s;
	size_t len = chain_of(w->name, ai, chain, &chain_ttl_s);

	for (const struct ares_addrinfo_node *node = ai->nodes; node; node = node->ai_next) {
		uint32_t ttl_s = node->ai_ttl > 0 ? (uint32_t)node->ai_ttl : 0;
		struct ip_addr addr;

		if (!node_addr(node, &addr))
			continue;
		if (chain_ttl_s < ttl_s)
			ttl_s = chain_ttl_s;
		if (ttl_s < w->round_ttl_s)
			w->round_ttl_s = ttl_s;
		w->round_answer = true;
		/* what the table has no room for it counts itself */
		dns_table_add(r->table, chain, len, &addr, ttl_s, DNS_SOURCE_ASKED, r->now_ns);
	}
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *ai)
{
	struct wanted *w = arg;
	struct dns_resolver *r = w->resolver;

	(void)timeouts;
	r->in_flight--;
	w->in_flight--;
	if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) {
		w->round_cut = true;
	} else if (status == ARES_SUCCESS && ai && ai->nodes) {
		r->stats.answers++;
		take_answer(r, w, ai);
	} else if (status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND) {
		r->stats.empty++;
	} else {
		r->stats.failures++;
		w->round_failure = true;
	}
	ares_freeaddrinfo(ai);
	if (!w->in_flight)
		round_end(r, w);
}

/* Questions. */

static void round_start(struct dns_resolver *r, struct wanted *w)
{
	static const int families[] = { AF_INET, AF_INET6 };
	ares_channel channel = r->channel;

	heap_remove(r, w);
	w->round_ttl_s = UINT32_MAX;
	w->round_answer = w->round_failure = w->round_cut = false;
	/* both before the first: c-ares may answer from within the call */
	w->in_flight = 2;
	r->in_flight += 2;
	for (size_t i = 0; i < 2; i++) {
		struct ares_addrinfo_hints hints = { .ai_family = families[i],
						     .ai_flags = ARES_AI_NOSORT,
						     .ai_socktype = SOCK_STREAM };

		r->stats.queries++;
		ares_getaddrinfo(channel, w->name, NULL, &hints, on_answer, w);
	}
}

static void on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns_resolver *r = arg;
	struct epoll_event ev = {
		.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u),
		.data.fd = fd,
	};

	if (!readable && !writable)
		epoll_ctl(r->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	else if (epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 && errno == EEXIST)
		epoll_ctl(r->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
}

static int ares_errno(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENOMEM:
		return -ENOMEM;
	case ARES_EFILE:
		return -EIO;
	default:
		return -EINVAL;
	}
}

/*
 * What resolv.conf's options say, as resolv.conf(5) has them: c-ares knows some of them by other
 * names only.
 */
struct conf_options {
	unsigned int timeout_ms, tries;
	bool rotate, use_tcp;
};

static void conf_option(const char *word, struct conf_options *o)
{
	unsigned int n;

	if (sscanf(word, "timeout:%2u", &n) == 1 && n)
		o->timeout_ms = (n < 30 ? n : 30) * 1000;
	else if (sscanf(word, "attempts:%2u", &n) == 1 && n)
		o->tries = n < 5 ? n : 5;
	else if (strcmp(word, "rotate") == 0)
		o->rotate = true;
	else if (strcmp(word, "use-vc") == 0)
		o->use_tcp = true;
}

static struct conf_options conf_read(const char *path)
{
	struct conf_options o = { .timeout_ms = TIMEOUT_MS, .tries = TRIES };
	FILE *f = path ? fopen(path, "re") : NULL;
	char line[1024], *save;

	for (int lines = 0; f && lines < CONF_LINES_MAX && fgets(line, sizeof(line), f); lines++) {
		char *word = strtok_r(line, " \t\n", &save);

		if (!word || strcmp(word, "options") != 0)
			continue;
		while ((word = strtok_r(NULL, " \t\n", &save)))
			conf_option(word, &o);
	}
	if (f)
		fclose(f);
	return o;
}

static int channel_new(struct dns_resolver *r, ares_channel *ret_channel)
{
	const struct conf_options conf = conf_read(r->servers ? NULL : r->resolv_conf);
	char lookups[] = "b";
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOALIASES | ARES_FLAG_NOSEARCH,
		.timeout = (int)(r->options.timeout_ms ? r->options.timeout_ms : conf.timeout_ms),
		.tries = (int)(r->options.tries ? r->options.tries : conf.tries),
		.ndots = 1,
		.ndomains = 0,
		.lookups = lookups,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = r,
		.ednspsz = EDNS_BYTES,
		.resolvconf_path = r->resolv_conf,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
		   ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ |
		   ARES_OPT_RESOLVCONF;
	ares_channel channel;
	int status;

	if (conf.rotate)
		mask |= ARES_OPT_ROTATE;
	if (conf.use_tcp)
		options.flags |= ARES_FLAG_USEVC;
	status = ares_init_options(&channel, &options, mask);
	if (status != ARES_SUCCESS)
		return ares_errno(status);
	if (r->servers) {
		status = ares_set_servers_ports_csv(channel, r->servers);
		if (status != ARES_SUCCESS) {
			ares_destroy(channel);
			return ares_errno(status);
		}
	}
	*ret_channel = channel;
	return 0;
}

static struct file_identity file_identify(const char *path)
{
	struct file_identity id;
	struct stat st;

	memset(&id, 0, sizeof(id));
	if (stat(path, &st) == 0) {
		id.dev = st.st_dev;
		id.ino = st.st_ino;
		id.size = st.st_size;
		id.mtime = st.st_mtim;
		id.ctime = st.st_ctim;
	}
	return id;
}

/*
 * A new channel when resolv.conf is another than it was. If that fails the old one
 * goes on, and the next question tries again.
 */
static void follow_resolv_conf(struct dns_resolver *r)
{
	struct file_identity conf;
	ares_channel channel, old = r->channel;

	if (r->servers)
		return;
	conf = file_identify(r->resolv_conf);
	if (memcmp(&conf, &r->conf, sizeof(conf)) == 0)
		return;
	if (channel_new(r, &channel) < 0) {
		r->stats.reload_errors++;
		return;
	}
	r->channel = channel;
	r->conf = conf;
	r->stats.reloads++;
	ares_destroy(old); /* its questions end as cut and are asked again */
}

int dns_resolver_want(struct dns_resolver *r, const char *name)
{
	char kept[DNS_NAME_SIZE];
	enum dns_name_kind kind = dns_name_classify(name);
	struct wanted *w;
	uint64_t hash;
	size_t len;

	if (kind == DNS_NAME_LOCAL)
		return 1;
	if (kind != DNS_NAME_DOMAIN || dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return -EINVAL;
	hash = hash_bytes(kept, len);
	for (struct ihash_node *n = ihash_first(&r->names, hash); n; n = ihash_next(n)) {
		w = ihash_entry(n, struct wanted, node);
		if (strcmp(w->name, kept) == 0) {
			w->generation = r->generation;
			return 0;
		}
	}
	if (r->names.count >= r->options.max_names) {
		r->stats.names_refused++;
		return -ENOSPC;
	}
	if (heap_reserve(r, r->names.count + 1) < 0)
		return -ENOMEM;
	w = calloc(1, sizeof(*w) + len + 1);
	if (!w)
		return -ENOMEM;
	w->resolver = r;
	w->generation = r->generation;
	memcpy(w->name, kept, len);
	ihash_add(&r->names, &w->node, hash);
	heap_push(r, w, 0);
	r->pending++;
	return 0;
}

void dns_resolver_wants_begin(struct dns_resolver *r)
{
	r->generation++;
}

static void wanted_drop(struct dns_resolver *r, struct wanted *w)
{
	ihash_remove(&r->names, &w->node);
	if (w->in_flight) {
		w->is_dropped = true;
		return;
	}
	heap_remove(r, w);
	wanted_free(r, w);
}

void dns_resolver_wants_end(struct dns_resolver *r)
{
	for (size_t i = 0; i <= r->names.mask; i++) {
		struct ihash_node *n = r->names.buckets[i];

		while (n) {
			struct wanted *w = ihash_entry(n, struct wanted, node);

			n = n->next;
			if (w->generation != r->generation)
				wanted_drop(r, w);
		}
	}
}

bool dns_resolver_pending(const struct dns_resolver *r, const char *name)
{
	char kept[DNS_NAME_SIZE];
	uint64_t hash;
	size_t len;

	if (dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return false;
	hash = hash_bytes(kept, len);
	for (struct ihash_node *n = ihash_first(&r->names, hash); n; n = ihash_next(n)) {
		const struct wanted *w = ihash_entry(n, struct wanted, node);

		if (strcmp(w->name, kept) == 0)
			return !w->is_complete;
	}
	return false;
}

bool dns_resolver_any_pending(const struct dns_resolver *r)
{
	return r->pending != 0;
}

uint64_t dns_resolver_rounds(const struct dns_resolver *r)
{
	return r->rounds;
}

int dns_resolver_fd(const struct dns_resolver *r)
{
	return r->epoll_fd;
}

static bool may_start(const struct dns_resolver *r)
{
	return r->heap_len && r->in_flight + 2 <= r->options.max_in_flight;
}

/* When the rate lets both questions of a name go out. A bucket of tokens, told in time. */
static uint64_t rate_due_ns(const struct dns_resolver *r)
{
	uint64_t ahead_ns = (r->options.burst - 2) * (NS_PER_S / r->options.max_rate);

	return r->paid_ns > ahead_ns ? r->paid_ns - ahead_ns : 0;
}

static void rate_pay(struct dns_resolver *r)
{
	if (r->paid_ns < r->now_ns)
		r->paid_ns = r->now_ns;
	r->paid_ns += 2 * (NS_PER_S / r->options.max_rate);
}

uint64_t dns_resolver_next_timeout_ns(const struct dns_resolver *r, uint64_t now_ns)
{
	uint64_t next_ns = may_start(r) ? r->heap[0]->due_ns : UINT64_MAX;
	struct timeval tv;

	if (next_ns < rate_due_ns(r))
		next_ns = rate_due_ns(r);

	if (r->in_flight && ares_timeout(r->channel, NULL, &tv)) {
		uint64_t ares_ns = now_ns + (uint64_t)tv.tv_sec * NS_PER_S +
				   (uint64_t)tv.tv_usec * 1000;

		/*
		 * Rounded up: a microsecond early would be a call for nothing. But what is
		 * due is due now, or a caller that looks again would never see it so.
		 */
		if (ares_ns > now_ns)
			ares_ns += 1000000;

		if (ares_ns < next_ns)
			next_ns = ares_ns;
	}
	return next_ns;
}

/* A clock that was set back must not keep names waiting for the old time to come again. */
static void follow_clock(struct dns_resolver *r, uint64_t now_ns)
{
	uint64_t back_ns = r->now_ns > now_ns ? r->now_ns - now_ns : 0;

	/* one amount off all keeps their order */
	for (size_t i = 0; back_ns && i < r->heap_len; i++) {
		uint64_t *due_ns = &r->heap[i]->due_ns;

		*due_ns = *due_ns > back_ns ? *due_ns - back_ns : 0;
	}
	r->paid_ns = r->paid_ns > back_ns ? r->paid_ns - back_ns : 0;
	r->now_ns = now_ns;
}

int dns_resolver_process(struct dns_resolver *r, uint64_t now_ns)
{
	struct epoll_event events[64];
	int n;

	follow_clock(r, now_ns);
	n = epoll_wait(r->epoll_fd, events, 64, 0);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < n; i++) {
		bool in = events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP);
		bool out = events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP);

		ares_process_fd(r->channel, in ? events[i].data.fd : ARES_SOCKET_BAD,
				out ? events[i].data.fd : ARES_SOCKET_BAD);
	}
	/* what timed out */
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);

	if (may_start(r) && r->heap[0]->due_ns <= now_ns)
		follow_resolv_conf(r);
	while (may_start(r) && r->heap[0]->due_ns <= now_ns) {
		if (rate_due_ns(r) > now_ns) {
			r->stats.put_off++;
			break;
		}
		rate_pay(r);
		round_start(r, r->heap[0]);
	}
	return 0;
}

void dns_resolver_get_stats(const struct dns_resolver *r, struct dns_resolver_stats *ret_stats)
{
	struct dns_resolver_stats stats = r->stats;

	stats.names = r->names.count;
	stats.pending = r->pending;
	stats.in_flight = r->in_flight;
	*ret_stats = stats;
}

static void options_default(struct dns_resolver_options *o)
{
	static const struct dns_resolver_options defaults = {
		.resolv_conf = "/etc/resolv.conf",
		.max_names = 65536,
		.max_in_flight = 256,
		.max_rate = 500,
		.burst = 200,
		.min_interval_s = 5,
		.max_interval_s = 3600,
		.max_backoff_s = 300,
	};

	if (!o->resolv_conf)
		o->resolv_conf = defaults.resolv_conf;
	if (!o->max_names)
		o->max_names = defaults.max_names;
	if (!o->max_in_flight)
		o->max_in_flight = defaults.max_in_flight;
	if (o->max_in_flight < 2)
		o->max_in_flight = 2;
	if (!o->max_rate)
		o->max_rate = defaults.max_rate;
	if (o->max_rate > MAX_RATE)
		o->max_rate = MAX_RATE;
	if (!o->burst)
		o->burst = defaults.burst;
	if (o->burst < 2)
		o->burst = 2;
	if (!o->min_interval_s)
		o->min_interval_s = defaults.min_interval_s;
	if (!o->max_interval_s)
		o->max_interval_s = defaults.max_interval_s;
	if (!o->max_backoff_s)
		o->max_backoff_s = defaults.max_backoff_s;
}

int dns_resolver_new(struct dns_table *table, const struct dns_resolver_options *options,
		     struct dns_resolver **ret_resolver)
{
	struct dns_resolver *r;
	int err;

	if (!lazy_cares_load())
		return -ELIBACC;
	err = ares_errno(ares_library_init(ARES_LIB_INIT_ALL));
	if (err)
		return err;
	r = calloc(1, sizeof(*r));
	if (!r) {
		ares_library_cleanup();
		return -ENOMEM;
	}
	r->table = table;
	if (options)
		r->options = *options;
	options_default(&r->options);
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll_fd < 0) {
		err = -errno;
		goto fail;
	}
	err = -ENOMEM;
	r->resolv_conf = strdup(r->options.resolv_conf);
	if (!r->resolv_conf)
		goto fail;
	if (r->options.servers) {
		r->servers = strdup(r->options.servers);
		if (!r->servers)
			goto fail;
	}
	r->options.servers = r->options.resolv_conf = NULL; /* the caller's */
	if (ihash_init(&r->names) < 0)
		goto fail;
	r->conf = file_identify(r->resolv_conf);
	err = channel_new(r, &r->channel);
	if (err)
		goto fail;
	*ret_resolver = r;
	return 0;
fail:
	dns_resolver_free(r);
	return err;
}

void dns_resolver_free(struct dns_resolver *r)
{
	if (!r)
		return;
	r->is_closing = true;
	if (r->channel)
		ares_destroy(r->channel);
	for (size_t i = 0; r->names.buckets && i <= r->names.mask; i++) {
		struct ihash_node *n = r->names.buckets[i];

		while (n) {
			struct wanted *w = ihash_entry(n, struct wanted, node);

			n = n->next;
			free(w);
		}
	}
	ihash_release(&r->names);
	free(r->heap);
	free(r->servers);
	free(r->resolv_conf);
	if (r->epoll_fd >= 0)
		close(r->epoll_fd);
	free(r);
	ares_library_cleanup();
}
