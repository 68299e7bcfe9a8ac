/* SPDX-License-Identifier: Apache-2.0 */
/* tools.h - what building the module needs, as doctor.h tells it */
#ifndef DOCTOR_TOOLS_H
#define DOCTOR_TOOLS_H

#include <limits.h>
#include <stdbool.h>

struct doctor_tools {
	bool source;		/* /usr/src/falcoc-VERSION with its dkms.conf */
	char version[64];	/* of that: the one asked for, or another that is there */
	bool headers;		/* of the running kernel */
	bool compiler, make, dkms;
	char log[PATH_MAX];	/* of DKMS's last build, which failed; "": none did */
};

void doctor_tools_find(const char *root, const char *release, const char *version,
		       struct doctor_tools *ret_tools);

#endif
