/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor.h - is this machine one on which falcoc runs? Each thing that is needed, with what is found
 * and the command that mends it
 *
 *	findings.c	the list of findings, as text and as JSON
 *	kernel.c	the kernel, what it was built with, and what slows it down
 *	module.c	the module: built, installed, loaded, of this version, loaded at boot
 *	tools.c		what building it needs
 *	device.c	/dev/falcoc: there, ours, and opens
 *	service.c	falcoc as a service of systemd's
 *	host.c		directories that are written to, name servers' configuration
 *
 * Looks and changes nothing, but for the device, which is opened with its rings for a moment.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_WARNING,		/* falcoc runs, but not as well as it could, or not for long */
	DOCTOR_FAILURE,		/* falcoc does not run */
	DOCTOR_SKIPPED,		/* cannot be looked at, or makes no sense as things are */
};

/* One thing that was looked at. */
struct doctor_finding {
	const char *check;	/* one word, the same at each run; a literal */
	enum doctor_verdict verdict;
	char *text;		/* what was found */
	char *mend;		/* a command for root's shell, or NULL */
	char *advice;		/* what to do where no command does it, or NULL */
};

struct doctor {
	struct doctor_finding *list;
	size_t n, room;
	bool no_memory;		/* findings are missing */
};

void doctor_init(struct doctor *d);
void doctor_release(struct doctor *d);

/* Adds a finding; the functions below say what is to be done about the last one. */
void doctor_say(struct doctor *d, const char *check, enum doctor_verdict verdict, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));
void doctor_mend(struct doctor *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doctor_advise(struct doctor *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

size_t doctor_count(const struct doctor *d, enum doctor_verdict verdict);

/* A line each, with what mends it below; the last line counts. @colour: with escape sequences. */
void doctor_text(const struct doctor *d, bool colour, struct buf *out);
/* Only the first that keeps falcoc from running, if there is one. */
void doctor_text_first(const struct doctor *d, bool colour, struct buf *out);
/* One JSON object. -ENOMEM. */
int doctor_json(const struct doctor *d, const char *version, struct buf *out);

/* ---- what is looked at; @root stands for "/" (tests have their own) ---- */

void doctor_privileges(struct doctor *d);
void doctor_kernel(struct doctor *d, const char *root);
void doctor_module(struct doctor *d, const char *root, const char *version);
/* What building the module for this kernel, or for the next one, needs. */
void doctor_tools(struct doctor *d, const char *root);
/* Is it installed, started at boot, running? True: it runs, and can be asked. */
bool doctor_service(struct doctor *d, const char *root);
/* @ring_bytes: of all rings of one CPU. */
void doctor_memory(struct doctor *d, const char *root, uint64_t ring_bytes);

struct capture_options;
/* Opens it where it is. */
void doctor_device(struct doctor *d, const char *root, const struct capture_options *opt);

/*
 * A directory that falcoc makes files in; @what: "the alert store". @made: it makes the last part of
 * the path itself.
 */
void doctor_directory(struct doctor *d, const char *check, const char *what, const char *path,
		      bool made);

#endif
