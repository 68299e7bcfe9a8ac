// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a saved DNS table, behind a header that is made right for them, into a small table: the
 * reader must take them whole or not at all, and what it took is written as it is read.
 */
#include <stdlib.h>
#include <string.h>

#include "dns/saved.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void store(uint8_t *at, uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

static int look_at(const struct dns_link_info *info, void *arg)
{
	char kept[DNS_NAME_SIZE];

	if (dns_name_normalize(info->name, strlen(info->name), kept, NULL) < 0 ||
	    strcmp(kept, info->name) != 0 || !ip_addr_len(&info->addr) ||
	    !dns_table_addr_has_name(arg, &info->addr, info->name, 1000))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_clock now = { .boot_ns = 1000, .wall_ns = 1000, .boot_id = "a" };
	struct dns_table *t, *again;
	struct buf out = BUF_INIT;
	struct dns_table_stats st;
	uint8_t *bytes = malloc(size + 1);

	limits.max_links = 64;
	t = dns_table_new(&limits);
	again = dns_table_new(NULL);
	if (!bytes || !t || !again)
		abort();
	memcpy(bytes, data, size);
	/* the first byte says whether the header is to be as it comes */
	if (size > HEADER_BYTES && !(bytes[0] & 1)) {
		memcpy(bytes, MAGIC, 8);
		bytes[8] = VERSION;
		memset(bytes + 9, 0, 3);
		store(bytes + 16, size);
		bytes[HEADER_BYTES - 1] = '\0';
		store(bytes + CHECKSUM_AT, checksum(bytes, size));
	}
	if (dns_saved_take(t, bytes, size, &now, NULL) < 0) {
		dns_table_get_stats(t, &st);
		if (st.added)
			abort();
	}
	dns_table_links(t, 1000, look_at, t);
	if (dns_saved_format(t, &now, &out) < 0 ||
	    dns_saved_take(again, out.ptr, out.len, &now, NULL) < 0)
		abort();
	buf_release(&out);
	dns_table_free(t);
	dns_table_free(again);
	free(bytes);
	return 0;
}
