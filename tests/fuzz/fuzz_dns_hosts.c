// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a hosts file, into a small table: its lines, addresses and names. What
 * the table then holds must be printable and consistent.
 */
#include <stdlib.h>
#include <string.h>

#include "dns/hosts.c"
#include "util/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look_at(const struct dns_link_info *info, void *arg)
{
	const struct dns_table *t = arg;
	char kept[DNS_NAME_SIZE], text[IP_ADDR_TEXT_SIZE];
	struct ip_addr again;

	if (dns_name_normalize(info->name, strlen(info->name), kept, NULL) < 0 ||
	    strcmp(kept, info->name) != 0)
		abort();
	if (ip_addr_parse(ip_addr_format(&info->addr, text, sizeof(text)), &again) < 0 ||
	    !ip_addr_equal(&again, &info->addr))
		abort();
	if (!dns_table_addr_has_name(t, &info->addr, info->name, 1))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_hosts h = { .max_entries = 64 };
	struct dns_table_stats stats;
	char *text = malloc(size + 1);

	limits.max_links = 96; /* of which hosts may have half: all bounds are met */
	h.table = dns_table_new(&limits);
	if (!h.table || !text)
		abort();
	memcpy(text, data, size);
	take_text(&h, text, size, 1);
	dns_table_links(h.table, 1, look_at, h.table);
	dns_table_get_stats(h.table, &stats);
	if (stats.links > 48 || stats.links > h.stats.entries || stats.links != stats.added)
		abort();
	dns_table_withdraw(h.table, DNS_SOURCE_HOSTS);
	dns_table_get_stats(h.table, &stats);
	if (stats.links || stats.names || stats.addrs || stats.name_bytes)
		abort();
	dns_table_free(h.table);
	free(text);
	return 0;
}
