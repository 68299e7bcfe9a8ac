// SPDX-License-Identifier: Apache-2.0
/* IP addresses and networks as values, see util/ip.h. */
#include "util/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "util/hash.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

size_t ip_addr_len(const struct ip_addr *addr)
{
	return addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;
}

struct ip_addr ip_addr_from_v4(const void *bytes)
{
	struct ip_addr addr = { .family = 4 };

	memcpy(addr.bytes, bytes, 4);
	return addr;
}

struct ip_addr ip_addr_from_v6(const void *bytes)
{
	struct ip_addr addr = { .family = 6 };

	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		return ip_addr_from_v4((const uint8_t *)bytes + sizeof(mapped_prefix));
	memcpy(addr.bytes, bytes, 16);
	return addr;
}

int ip_addr_parse(const char *text, struct ip_addr *ret_addr)
{
	uint8_t bytes[16];

	if (strchr(text, ':')) {
		if (inet_pton(AF_INET6, text, bytes) != 1)
			return -EINVAL;
		*ret_addr = ip_addr_from_v6(bytes);
	} else {
		if (inet_pton(AF_INET, text, bytes) != 1)
			return -EINVAL;
		*ret_addr = ip_addr_from_v4(bytes);
	}
	return 0;
}

/* A decimal number of one to three digits. */
static int prefix_len_parse(const char *text, unsigned int *ret_len)
{
	unsigned int len = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		if (i == 3 || text[i] < '0' || text[i] > '9')
			return -EINVAL;
		len = len * 10 + (unsigned int)(text[i] - '0');
	}
	if (i == 0)
		return -EINVAL;
	*ret_len = len;
	return 0;
}

static void bytes_mask(uint8_t *bytes, size_t n, unsigned int prefix_len)
{
	for (size_t i = 0; i < n; i++) {
		if (prefix_len >= 8) {
			prefix_len -= 8;
			continue;
		}
		bytes[i] &= (uint8_t)(0xff00u >> prefix_len);
		prefix_len = 0;
	}
}

int ip_net_parse(const char *text, struct ip_net *ret_net)
{
	const char *slash = strchr(text, '/');
	char addr_text[IP_ADDR_TEXT_SIZE];
	struct ip_net net = { .prefix_len = 0 };
	unsigned int len;
	bool is_v6;

	if (!slash || (size_t)(slash - text) >= sizeof(addr_text))
		return -EINVAL;
	memcpy(addr_text, text, (size_t)(slash - text));
	addr_text[slash - text] = '\0';
	if (prefix_len_parse(slash + 1, &len) < 0)
		return -EINVAL;

	is_v6 = strchr(addr_text, ':') != NULL;
	net.addr.family = is_v6 ? 6 : 4;
	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, addr_text, net.addr.bytes) != 1 ||
	    len > (is_v6 ? 128u : 32u))
		return -EINVAL;
	bytes_mask(net.addr.bytes, is_v6 ? 16 : 4, len);
	if (is_v6 && len >= 96) {
		net.addr = ip_addr_from_v6(net.addr.bytes);
		if (net.addr.family == 4)
			len -= 96;
	}
	net.prefix_len = (uint8_t)len;
	*ret_net = net;
	return 0;
}

const char *ip_addr_format(const struct ip_addr *addr, char *buf, size_t size)
{
	char text[IP_ADDR_TEXT_SIZE] = "";

	if (addr->family)
		inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->bytes, text, sizeof(text));
	snprintf(buf, size, "%s", text);
	return buf;
}

const char *ip_net_format(const struct ip_net *net, char *buf, size_t size)
{
	char text[IP_ADDR_TEXT_SIZE];

	ip_addr_format(&net->addr, text, sizeof(text));
	snprintf(buf, size, "%s/%u", text, net->prefix_len);
	return buf;
}

int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, ip_addr_len(a));
}

bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return ip_addr_compare(a, b) == 0;
}

bool ip_addr_is_loopback(const struct ip_addr *addr)
{
	static const uint8_t v6_loopback[16] = { [15] = 1 };

	if (addr->family == 4)
		return addr->bytes[0] == 127;
	return addr->family == 6 && memcmp(addr->bytes, v6_loopback, 16) == 0;
}

bool ip_addr_is_any(const struct ip_addr *addr)
{
	static const uint8_t zero[16];

	return addr->family && memcmp(addr->bytes, zero, ip_addr_len(addr)) == 0;
}

bool ip_net_contains(const struct ip_net *net, const struct ip_addr *addr)
{
	size_t whole = net->prefix_len / 8;
	unsigned int rest = net->prefix_len % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (net->addr.family != addr->family || memcmp(net->addr.bytes, addr->bytes, whole) != 0)
		return false;
	return !rest || ((net->addr.bytes[whole] ^ addr->bytes[whole]) & mask) == 0;
}

uint64_t ip_addr_hash(const struct ip_addr *addr)
{
	/* the length tells the families apart */
	return hash_bytes(addr->bytes, ip_addr_len(addr));
}
