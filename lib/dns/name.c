// SPDX-License-Identifier: Apache-2.0
/* The kept form of domain names, see dns/name.h. */
#include "dns/name.h"

#include <errno.h>
#include <string.h>

#include "util/ip.h"

#define LABEL_MAX 63

/* The kept form of a byte of a host's name, 0 if it cannot be in one. */
static char name_byte(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
		return c;
	return 0;
}

int dns_name_normalize(const char *name, size_t len, char ret_name[DNS_NAME_SIZE], size_t *ret_len)
{
	char out[DNS_NAME_SIZE];
	size_t label = 0;

	if (len && name[len - 1] == '.')
		len--;
	if (!len || len >= DNS_NAME_SIZE)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (!label)
				return -EINVAL;
			out[i] = '.';
			label = 0;
			continue;
		}
		out[i] = name_byte(name[i]);
		if (!out[i] || ++label > LABEL_MAX)
			return -EINVAL;
	}
	if (!label)
		return -EINVAL;
	out[len] = '\0';
	memcpy(ret_name, out, len + 1);
	if (ret_len)
		*ret_len = len;
	return 0;
}

enum dns_name_kind dns_name_classify(const char *name)
{
	static const char localhost[] = ".localhost";
	const size_t tail = sizeof(localhost) - 1;
	char kept[DNS_NAME_SIZE];
	struct ip_addr addr;
	size_t len;

	if (ip_addr_parse(name, &addr) == 0)
		return DNS_NAME_ADDRESS;
	if (dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return DNS_NAME_INVALID;
	if (!strchr(kept, '.') || (len > tail && strcmp(kept + len - tail, localhost) == 0))
		return DNS_NAME_LOCAL;
	return DNS_NAME_DOMAIN;
}
