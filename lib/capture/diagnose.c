// SPDX-License-Identifier: Apache-2.0
/*
 * diagnose.c - why there is no device: each reason has its sentence and its remedy
 */
#include "capture/module.h"
#include "capture/source.h"

enum capture_error device_diagnose(const char *root, const char *device, char *errbuf,
				   size_t errlen)
{
	struct module_facts f;

	module_facts(root, &f);
	if (f.loaded) {
		snprintf(errbuf, errlen,
			 "the falcoc module is loaded, but there is no %s: /dev is perhaps no "
			 "devtmpfs, or a container's own; give it the device of the host", device);
		return CAPTURE_ERR_SYSTEM;
	}
	if (!*f.file) {
		snprintf(errbuf, errlen,
			 "no falcoc module for the running kernel %s: install its headers and build "
			 "the module (dkms install falcoc, or make in falcoc's source and insmod)",
			 f.release);
		return CAPTURE_ERR_NOT_FOUND;
	}
	if (module_refused(&f)) {
		snprintf(errbuf, errlen,
			 "the falcoc module is not loaded, and this kernel takes only signed modules "
			 "(%s) of keys that it knows: dkms signs with %s, which the firmware is to know "
			 "(mokutil --import, and a reboot)", f.signed_only,
			 f.key ? f.key : "a key of its own");
		return CAPTURE_ERR_SECURE_BOOT;
	}
	snprintf(errbuf, errlen,
		 "the falcoc module is installed but not loaded: load it (sudo modprobe falcoc)");
	return CAPTURE_ERR_NOT_LOADED;
}
