// SPDX-License-Identifier: Apache-2.0
/*
 * names.c - what the DNS table costs, by its size; and starting with many names in rules
 *
 *	names table N		a table of N names, each with an address of its own
 *	names start N DIR	an engine whose rules mention N names, none of which is answered
 *
 * Prints lines "WHAT nanoseconds" of CPU for one lookup (or "WHAT KiB"), and of the start "START ms"
 * of time that went by. Lookups go round through 1,000 names that were picked by chance, so that all
 * sizes meet the same of the processor's caches as far as they can.
 */
#include "engine/core.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PICKED	1000
#define ROUNDS	400

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct ip_addr address(unsigned int i)
{
	const unsigned char bytes[] = { 10, (unsigned char)(i >> 16), (unsigned char)(i >> 8),
					(unsigned char)i };

	return ip_addr_from_v4(bytes);
}

static void name_of(unsigned int i, char *room, size_t size)
{
	snprintf(room, size, "host%u.service%u.example.com", i, i % 97);
}

static int count(const struct dns_link_info *info, void *arg)
{
	*(size_t *)arg += info->name != NULL;
	return 0;
}

struct picked {
	char name[64];
	struct ip_addr addr;
};

/* One kind of lookup; returns how often something was found, so that nothing is left out. */
typedef size_t (*lookup_fn)(struct dns_table *t, const struct picked *p);

static size_t is_name(struct dns_table *t, const struct picked *p)
{
	return dns_table_addr_has_name(t, &p->addr, p->name, 2);
}

static size_t names_of(struct dns_table *t, const struct picked *p)
{
	size_t n = 0;

	dns_table_names(t, &p->addr, 2, count, &n);
	return n;
}

static size_t addrs_of(struct dns_table *t, const struct picked *p)
{
	size_t n = 0;

	dns_table_addrs(t, p->name, 2, count, &n);
	return n;
}

static size_t best_of(struct dns_table *t, const struct picked *p)
{
	return dns_table_best_name_for(t, &p->addr, 7, 7, 2) != NULL;
}

static size_t use_of(struct dns_table *t, const struct picked *p)
{
	return dns_table_use(t, &p->addr, 2);
}

static size_t unknown(struct dns_table *t, const struct picked *p)
{
	struct ip_addr other = p->addr;
	size_t n = 0;

	other.bytes[0] = 11;
	dns_table_names(t, &other, 2, count, &n);
	return n == 0;
}

static int bench_table(unsigned int n)
{
	static const struct {
		const char *what;
		lookup_fn fn;
	} lookups[] = {
		{ "is-name-of", is_name }, { "names-of-address", names_of },
		{ "addresses-of-name", addrs_of }, { "name-to-show", best_of }, { "use", use_of },
		{ "unknown-address", unknown },
	};
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;
	static struct picked picked[PICKED];
	struct dns_table_stats st;
	struct dns_table *t;
	double begin;
	char name[64];

	limits.max_links = n + 16;
	limits.max_name_bytes = (size_t)n * 64 + 65536;
	t = dns_table_new(&limits);
	begin = cpu_ns();
	for (unsigned int i = 0; i < n; i++) {
		struct ip_addr a = address(i);

		name_of(i, name, sizeof(name));
		if (dns_table_add_name(t, name, &a, 3600, DNS_SOURCE_OBSERVED, 1) < 0)
			return 1;
	}
	printf("add %.0f\n", (cpu_ns() - begin) / n);
	srand(1);
	for (int i = 0; i < PICKED; i++) {
		unsigned int which = (unsigned int)rand() % n;

		picked[i].addr = address(which);
		name_of(which, picked[i].name, sizeof(picked[i].name));
	}
	for (size_t k = 0; k < sizeof(lookups) / sizeof(lookups[0]); k++) {
		size_t found = 0;

		begin = cpu_ns();
		for (int round = 0; round < ROUNDS; round++)
			for (int i = 0; i < PICKED; i++)
				found += lookups[k].fn(t, &picked[i]);
		if (found != PICKED * ROUNDS)
			return 1;
		printf("%s %.0f\n", lookups[k].what, (cpu_ns() - begin) / (PICKED * ROUNDS));
	}
	dns_table_get_stats(t, &st);
	printf("memory %zu\n", st.memory_bytes >> 10);
	dns_table_free(t);
	return 0;
}

static int bench_start(unsigned int n, const char *dir)
{
	struct engine_options opt = { .dns_servers = "127.0.0.1:9", .dns_wait_ms = 2000 };
	struct engine *e;
	char path[4096], name[64];
	uint64_t begin;
	FILE *f;

	snprintf(path, sizeof(path), "%s/names.yaml", dir);
	f = fopen(path, "we");
	if (!f)
		return 1;
	fprintf(f, "- rule: r\n  desc: d\n  condition: evt.type = connect and not fd.sip.name in (");
	for (unsigned int i = 0; i < n; i++) {
		name_of(i, name, sizeof(name));
		fprintf(f, "%s%s", i ? ", " : "", name);
	}
	fprintf(f, ")\n  output: x\n  priority: INFO\n");
	fclose(f);
	opt.alert_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	begin = now_boot_ns();
	if (engine_new(&opt, &e) < 0)
		return 1;
	engine_add_rules(e, path);
	if (engine_compile(e) != ENGINE_OK || engine_prepare(e) != ENGINE_OK) {
		fprintf(stderr, "%s%s\n", engine_diagnostics(e, false), engine_error(e));
		return 1;
	}
	printf("START %.1f\n", (double)(now_boot_ns() - begin) / 1e6);
	begin = now_boot_ns();
	engine_tend_names(e);
	printf("TURN %.1f\n", (double)(now_boot_ns() - begin) / 1e6);
	engine_free(e);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "table") == 0)
		return bench_table((unsigned int)atoi(argv[2]));
	if (argc == 4 && strcmp(argv[1], "start") == 0)
		return bench_start((unsigned int)atoi(argv[2]), argv[3]);
	fprintf(stderr, "usage: names table N | names start N DIR\n");
	return 2;
}
