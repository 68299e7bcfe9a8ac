/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS table in a file, so that a restart does not forget what was observed, and
 * others can read what a running falcoc knows.
 *
 * What /etc/hosts says is not in it: that is read anew. Nor is who is connected, or which process
 * asked what: connections are found again by sock_diag, and the origin of a link tells the last
 * process. Within one boot times come back exactly, whatever was done to the clock; after another
 * they are taken by the wall clock, and no link lives longer than it had left.
 *
 * The file has a version, its own length and a checksum. It is believed only whole, and only if
 * nobody but its owner (root, or who runs this) can have written it: names in it silence rules.
 */
#ifndef DNS_SAVED_H
#define DNS_SAVED_H

#include <stddef.h>
#include <stdint.h>

#include "dns/table.h"
#include "util/buf.h"

#define DNS_SAVED_PATH		"/var/lib/falcoc/dns.state"
#define DNS_SAVED_MAX_BYTES	(64u << 20)

/* The clocks at one moment, and which boot it is. */
struct dns_clock {
	uint64_t boot_ns;	/* CLOCK_BOOTTIME, or whichever clock the table runs on */
	uint64_t wall_ns;	/* CLOCK_REALTIME */
	char boot_id[40];	/* as /proc/sys/kernel/random/boot_id has it; empty: not known */
};

/* The machine's, now. */
void dns_clock_now(struct dns_clock *ret_clock);

struct dns_saved_info {
	uint64_t saved_wall_ns;	/* when it was written */
	size_t links;		/* in the file */
	size_t taken;		/* that were still alive and fitted the table */
};

/*
 * The table's links as the bytes of a file, in @out, which must be empty. 0; -EFBIG: more than
 * DNS_SAVED_MAX_BYTES, or -ENOMEM.
 */
int dns_saved_format(const struct dns_table *t, const struct dns_clock *now, struct buf *out);

/*
 * Takes the links of such bytes into the table. 0; -EBADMSG: they are no such file, or a damaged
 * one (the table is as it was); -EPROTO: of another version. ret_info may be NULL.
 */
int dns_saved_take(struct dns_table *t, const void *bytes, size_t len, const struct dns_clock *now,
		   struct dns_saved_info *ret_info);

/*
 * Writes bytes to the file: mode 0600, all or nothing, on the disk when it returns. Its directory
 * is made (0700) if only that is missing. 0 or a negative errno.
 */
int dns_saved_write(const char *path, const void *bytes, size_t len);

/*
 * Reads the file; as dns_saved_take(), or -EPERM: others may have written it; -EINVAL: it is no regular
 * file; -ELOOP: a symbolic link; or another errno.
 */
int dns_saved_read(struct dns_table *t, const char *path, const struct dns_clock *now,
		   struct dns_saved_info *ret_info);

#endif
