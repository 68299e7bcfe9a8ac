// SPDX-License-Identifier: Apache-2.0
/*
 * answer.c - what the name server of the tests says: other addresses and another TTL at each lookup
 *
 * Each name has a network of addresses; an answer has one to three of the first 200, in turn. So hosts 201
 * and above of each are never told.
 */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#define TYPE_A	   1
#define TYPE_CNAME 5
#define TYPE_AAAA  28
#define HOSTS	   200

static const struct zone {
	const char *name;
	const char *alias_of;
	int net; /* 10.NET.0.0/24 and fd99:NET::/64 */
} zones[] = {
	{ "sysdig.com", NULL, 81 },
	{ "github.com", NULL, 82 },
	{ "google.com", "edge.cdn.test", 83 },
	{ "edge.cdn.test", NULL, 83 },
	{ "evil.test", NULL, 90 },
	{ "github.com.evil.test", NULL, 91 },
	{ "notgoogle.com", NULL, 92 },
	{ ".many.test", NULL, 93 }, /* every name below */
};
#define NZONES (sizeof(zones) / sizeof(*zones))

/* of the processes that answer TCP, too */
static struct turns {
	unsigned of[NZONES], all;
} *turns;
static unsigned ttl_limit;

int scene_answer_init(unsigned ttl_max)
{
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ttl_limit = ttl_max ? ttl_max : 1;
	return turns == MAP_FAILED ? -errno : 0;
}

static unsigned char *put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
	return p + 2;
}

static unsigned char *put_name(unsigned char *p, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		*p++ = (unsigned char)n;
		memcpy(p, name, n);
		p += n;
		name += n + (name[n] == '.');
	}
	*p++ = 0;
	return p;
}

/* The owner is the text; class IN. */
static unsigned char *put_head(unsigned char *p, const char *owner, unsigned type, unsigned ttl)
{
	p = put_name(p, owner);
	p = put16(put16(p, type), 1);
	return put16(put16(p, ttl >> 16), ttl & 0xffff);
}

static unsigned char *put_address(unsigned char *p, const struct zone *z, const char *owner,
				  unsigned type, unsigned ttl, unsigned host)
{
	p = put_head(p, owner, type, ttl);
	if (type == TYPE_A) {
		const unsigned char a[] = { 10, (unsigned char)z->net, 0, (unsigned char)host };

		p = put16(p, 4);
		memcpy(p, a, 4);
		return p + 4;
	}
	p = put16(p, 16);
	memset(p, 0, 16);
	put16(p, 0xfd99);
	put16(p + 2, (unsigned)z->net);
	put16(p + 14, host);
	return p + 16;
}

/* The name at @p as text; NULL if it is not a plain one. @ret_end: behind it. */
static const char *get_name(const unsigned char *p, const unsigned char *end, char text[256],
			    const unsigned char **ret_end)
{
	size_t len = 0;

	while (p < end && *p) {
		size_t n = *p++;

		if (n > 63 || p + n >= end || len + n + 2 > 256)
			return NULL;
		memcpy(text + len, p, n);
		len += n;
		text[len++] = '.';
		p += n;
	}
	if (p >= end)
		return NULL;
	text[len ? len - 1 : 0] = '\0';
	*ret_end = p + 1;
	return text;
}

/* The records; how many. */
static unsigned put_answers(unsigned char **p, const struct zone *z, const char *owner,
			    unsigned type, unsigned how)
{
	unsigned turn = how & SCENE_SAME ? 5 : turns->of[z - zones]++, n = 1 + turn % 3, ttl = 1 + turn * 7 % ttl_limit;
	unsigned count = 0;

	if (z->alias_of) {
		unsigned char *len = put_head(*p, owner, TYPE_CNAME, 60);

		*p = put_name(len + 2, z->alias_of);
		put16(len, (unsigned)(*p - len - 2));
		owner = z->alias_of;
		count++;
	}
	for (unsigned i = 0; i < n; i++)
		*p = put_address(*p, z, owner, type, ttl, 1 + (turn * 3 + i) % HOSTS);
	return count + n;
}

/* Four kinds of nonsense in turn: noise, noise with the right id, an answer to another question that
 * gives a trusted name to an address that is not, a record longer than the message. */
static size_t put_garbage(const unsigned char *query, size_t len, unsigned char *answer, size_t size)
{
	unsigned char *p = answer;
	unsigned kind = turns->all++ % 4;
	size_t n = 12 + (size_t)rand() % 200;

	(void)size;
	if (kind < 2) {
		for (size_t i = 0; i < n; i++)
			answer[i] = (unsigned char)rand();
		if (kind == 1)
			memcpy(answer, query, 2);
		return n;
	}
	memcpy(answer, query, 12);
	put16(answer + 2, 0x8180);
	if (kind == 2) {
		put16(put16(put16(put16(answer + 4, 1), 1), 0), 0);
		p = put16(put16(put_name(answer + 12, "github.com"), TYPE_A), 1);
		p = put_head(p, "github.com", TYPE_A, 60);
		p = put16(p, 4);
		memcpy(p, "\012\124\000\001", 4); /* 10.84.0.1 */
		return (size_t)(p + 4 - answer);
	}
	memcpy(answer, query, len);
	put16(answer + 2, 0x8180);
	put16(put16(answer + 6, 1), 0);
	put16(answer + 10, 0);
	p = put_head(answer + len, "google.com", TYPE_A, 60);
	p = put16(p, 4000);
	return (size_t)(p - answer);
}

static int is_of(const char *name, const struct zone *z)
{
	size_t len = strlen(name), zlen = strlen(z->name);

	if (*z->name == '.' && len > zlen)
		name += len - zlen;
	return strcasecmp(name, z->name) == 0;
}

size_t scene_answer(const unsigned char *query, size_t len, int tcp, unsigned how,
		    unsigned char *answer, size_t size)
{
	const struct zone *z = NULL;
	const unsigned char *end;
	unsigned type, count = 0, flags = 0x8180;
	unsigned char *p;
	char name[256];

	if (len < 17 || len > 512 || !get_name(query + 12, query + len - 4, name, &end))
		return 0;
	len = (size_t)(end + 4 - query); /* no EDNS */
	if (how & SCENE_GARBAGE)
		return put_garbage(query, len, answer, size);
	type = (unsigned)end[0] << 8 | end[1];
	for (size_t i = 0; i < NZONES && !z; i++)
		if (is_of(name, &zones[i]))
			z = &zones[i];
	memcpy(answer, query, len);
	p = answer + len;
	if (!z)
		flags |= 3;
	else if (!tcp && turns->all++ % 8 == 7)
		flags |= 0x200; /* truncated: by TCP, please */
	else if (type == TYPE_A || type == TYPE_AAAA)
		count = put_answers(&p, z, name, type, how);
	put16(put16(put16(put16(put16(answer + 2, flags), 1), count), 0), 0);
	return (size_t)(p - answer);
}
