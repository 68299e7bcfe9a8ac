// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as packets of name servers: first byte by byte as one message, then as a series of
 * packets (kind and flags, length, bytes) that are matched and judged. Whatever they are, what is
 * told is consistent, and nothing gets into the table that no question asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "dns/message.c"
#include "dns/observe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const struct dns_message *m, enum dns_verdict verdict)
{
	if (strnlen(m->name, sizeof(m->name)) == sizeof(m->name) || m->nchain > DNS_CHAIN_MAX ||
	    m->naddrs > DNS_ADDRS_MAX || m->nstrays > m->nanswers)
		abort();
	if (verdict == DNS_GOOD && m->response && (m->nchain == 0 || strcmp(m->chain[0], m->name) != 0))
		abort();
	if (m->naddrs && m->nchain == 0)
		abort();
	for (size_t i = 0; i < m->nchain; i++)
		if (strnlen(m->chain[i], DNS_TEXT_SIZE) == DNS_TEXT_SIZE)
			abort();
	for (size_t i = 0; i < m->naddrs; i++)
		if (m->addrs[i].ttl_s < m->ttl_s || m->addrs[i].ttl_s > INT32_MAX)
			abort();
}

static int take(const struct dns_seen *seen, void *arg)
{
	unsigned int *questions = arg;

	check_message(seen->msg, seen->verdict);
	if (seen->fate == DNS_FATE_QUERY)
		++*questions;
	if (seen->fate == DNS_FATE_TAKEN && !*questions)
		abort();
	return 0;
}

static void as_packets(const uint8_t *data, size_t size)
{
	struct dns_observe_options opt = { .netns = 1, .pidns = 1, .userns = 1, .servers = "1.2.3.4",
					   .resolv_conf = "/dev/null" };
	struct dns_table *table = dns_table_new(NULL);
	struct dns_observe *o;
	unsigned int questions = 0;
	uint32_t pos[4] = { 0 };

	if (!table || dns_observe_new(table, &opt, &o) < 0)
		abort();
	for (size_t at = 0; at + 3 <= size;) {
		uint8_t how = data[at];
		size_t len = (size_t)(data[at + 1] << 8 | data[at + 2]);
		struct dns_packet p = {
			.kind = how % 3, .tcp = how & 4, .cut = how & 8, .loopback = how & 16,
			.foreign = how & 32, .time_ns = 1000 + at, .netns = 1, .pidns = 1, .userns = 1,
			.uid = how & 64 ? 0 : 7, .lport = 9, .rport = 53,
		};

		at += 3;
		if (len > size - at)
			len = size - at;
		ip_addr_parse("1.2.3.4", &p.remote);
		ip_addr_parse("10.0.0.1", &p.local);
		p.pos = how & 128 ? pos[p.kind] - 1 : pos[p.kind];
		pos[p.kind] = p.pos + (uint32_t)len;
		p.data = (struct slice){ (const char *)data + at, len };
		dns_observe_take(o, &p, take, &questions);
		at += len;
	}
	dns_observe_free(o);
	dns_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_message m;

	check_message(&m, dns_message_parse(data, size, false, &m));
	check_message(&m, dns_message_parse(data, size, true, &m));
	as_packets(data, size);
	return 0;
}
