/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - what a kind of capture has to offer; not for users of capture.h
 *
 * A source embeds struct capture as its first member and fills in ops. Numbering of
 * events is done for all kinds by capture.c.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "capture/capture.h"

struct capture_ops {
	void (*free)(struct capture *c);
	int (*set_wants)(struct capture *c, const struct capture_wants *wants);
	bool (*has_event)(const struct capture *c, unsigned int event);
	bool (*uring_blind)(const struct capture *c, unsigned int event);
	int (*start)(struct capture *c);
	int (*stop)(struct capture *c);
	int (*fd)(const struct capture *c);
	int (*next)(struct capture *c, struct event *ret_event);	/* all but num */
	void (*set_break)(struct capture *c, int fd);	/* NULL: it never waits */
	bool (*ended)(const struct capture *c);	/* NULL: it never does */
	const char *(*fault)(const struct capture *c);
	int (*stats)(struct capture *c, struct capture_stats *ret_stats);
	int (*cpu_stats)(struct capture *c, unsigned int cpu, struct capture_stats *ret_stats);
	uint64_t (*dropped)(const struct capture *c);
	int (*loss)(struct capture *c, struct capture_stats *ret_stats,
		    struct capture_droppers *droppers);
	/* both NULL: there is no such thing */
	uint64_t (*unkept_hint)(const struct capture *c);
	int (*unkept)(struct capture *c, struct capture_unkept *ret_unkept,
		      struct capture_droppers *droppers);
	unsigned int (*cpus)(const struct capture *c);
	int (*percent)(const struct capture *c);	/* NULL: it has no end */
	const char *(*note)(const struct capture *c);	/* NULL: never any */
	void (*skips)(const struct capture *c, struct capture_skips *ret);	/* NULL: it is no file */
};

struct capture {
	const struct capture_ops *ops;
	uint64_t num;		/* of the last event given out */
};

/* Kinds of sources. */
enum capture_error device_open(const struct capture_options *opt, struct capture **ret_capture,
			       char *errbuf, size_t errlen);

/*
 * Why there is no device at @device: looks at the modules loaded and installed and at what the
 * kernel wants of them. @root stands for "/" (the tests have their own). Fills @errbuf.
 */
enum capture_error device_diagnose(const char *root, const char *device, char *errbuf,
				   size_t errlen);

#endif
