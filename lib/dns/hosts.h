/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/hosts in the DNS table: read at start and whenever it changes (inotify on
 * its directory, so that a file that is replaced by rename is followed). Its
 * entries are links of DNS_SOURCE_HOSTS without expiry; a change withdraws them
 * all and adds what stands there now. When the file is gone, so are its entries;
 * when it cannot be read for another reason, the old ones stay.
 *
 * Bounded: bytes read and links made; what is past a bound is counted.
 */
#ifndef DNS_HOSTS_H
#define DNS_HOSTS_H

#include <stddef.h>
#include <stdint.h>

struct dns_table;
struct dns_hosts;

/* 0 or NULL in a field takes the default, given behind it. */
struct dns_hosts_options {
	const char *path;   /* "/etc/hosts" */
	size_t max_bytes;   /* 4 MiB; lines past it are not read */
	size_t max_entries; /* 16384 pairs of address and name */
};

struct dns_hosts_stats {
	size_t entries;	    /* pairs that the table took at the last load */
	uint64_t loads;	    /* times the file was read */
	uint64_t errors;    /* times it could not be read */
	uint64_t bad_lines; /* of the last load: no address, or a word that is no host name */
	uint64_t skipped;   /* of the last load: pairs past a bound, or refused by the table */
};

/*
 * Reads the file and starts to watch it. A missing file is no error, it may come.
 * Returns 0 or a negative errno (-ENOENT: not even its directory is there).
 */
int dns_hosts_new(struct dns_table *table, const struct dns_hosts_options *options,
		  uint64_t now_ns, struct dns_hosts **ret_hosts);

/* Stops watching; the entries stay in the table. Takes NULL. */
void dns_hosts_free(struct dns_hosts *h);

/* To poll for reading. */
int dns_hosts_fd(const struct dns_hosts *h);

/* Reads pending notices and, if the file changed, the file. 0 or a negative errno. */
int dns_hosts_process(struct dns_hosts *h, uint64_t now_ns);

void dns_hosts_get_stats(const struct dns_hosts *h, struct dns_hosts_stats *ret_stats);

#endif
