/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module.h - where the kernel module is, and which modules the running kernel takes
 *
 * Reads only: /proc/modules and keys, /sys, DKMS's certificate, and where a module for the running kernel
 * would lie. Files that cannot be read count as saying nothing.
 */
#ifndef CAPTURE_MODULE_H
#define CAPTURE_MODULE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct module_facts {
	char release[65];	/* of the running kernel */
	bool loaded;
	char version[64];	/* of the one that is loaded; "": not told */
	char file[PATH_MAX];	/* installed, below /lib/modules/RELEASE; "": none */
	bool indexed;		/* depmod knows it, so that modprobe does */
	bool is_signed;		/* its file; a compressed one if DKMS has a key to sign with */
	const char *key;	/* the certificate of the key that DKMS signs with here; NULL: none */
	bool key_known;		/* the running kernel has it, or it cannot be told */
	const char *signed_only;	/* why the kernel takes only signed ones; NULL: it takes any */
};

/* @root stands for "/" (the tests have their own). */
void module_facts(const char *root, struct module_facts *ret_facts);

/* Would the running kernel refuse the installed one, for want of a signature by a key that it knows? */
bool module_refused(const struct module_facts *f);

/* Opens @path below @root for reading; NULL with errno set. */
FILE *module_open(const char *root, const char *path);

#endif
