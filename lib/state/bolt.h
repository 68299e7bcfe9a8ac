/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bolt.h - values out of a bbolt database that others are writing to: for lib/state only
 *
 * containerd and Podman keep what they know of containers in such files, and write it there before a
 * container's first program runs. A database is a tree of pages: buckets of keys, whose values are
 * bytes or buckets again. Writers never change a page that the last committed state uses, and name
 * that state in one of two meta pages; a page is used again by the transaction after the next at
 * the soonest. So what is read without their lock is right if no transaction was committed
 * meanwhile, which is looked at afterwards; else it is read again.
 *
 * Every number in the file is distrusted: pages are bounded, trees have a depth, loops end.
 */
#ifndef STATE_BOLT_H
#define STATE_BOLT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

#define BOLT_VALUE_MAX	(1u << 20)	/* bytes of a value */
#define BOLT_KEYS_MAX	256		/* of a bucket that is listed */
#define BOLT_LISTED_MAX	(64u << 10)	/* bytes of a value there; longer ones are left out */

/* Called with each key of a bucket and its value, once all were read while nobody wrote. */
typedef void (*bolt_fn)(void *arg, struct slice key, struct slice value);

/*
 * The value that @keys lead to from the root: all but the last name buckets. With a NUL behind it, to be
 * free()d. 0, -ENOENT, -EBADMSG (no database, or a damaged one), -EAGAIN (it changed too fast), -ENOMEM.
 */
int bolt_get(int fd, const struct slice *keys, size_t n, char **ret_value, size_t *ret_len);
/* Lists the values of the bucket that @keys lead to, no buckets. As above. */
int bolt_each(int fd, const struct slice *keys, size_t n, bolt_fn fn, void *arg);

#endif
