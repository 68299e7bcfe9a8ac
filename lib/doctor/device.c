// SPDX-License-Identifier: Apache-2.0
/*
 * device.c - /dev/falcoc: there, the module's, ours, and opens
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "capture/capture.h"
#include "capture/module.h"
#include "doctor/doctor.h"

#define DEVICE		"/dev/falcoc"
#define HOST_PID_NS	0xeffffffcu	/* inode of the first pid namespace, since 3.8 */

static bool in_container(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != HOST_PID_NS;
}

/* The number that the module was given. */
static bool number_of_module(const char *root, dev_t *ret_dev)
{
	FILE *f = module_open(root, "/sys/class/misc/falcoc/dev");
	unsigned int major_, minor_;
	bool found;

	if (!f)
		return false;
	found = fscanf(f, "%u:%u", &major_, &minor_) == 2;
	fclose(f);
	if (found)
		*ret_dev = makedev(major_, minor_);
	return found;
}

static void mend_node(struct doctor *d, const char *path, dev_t dev)
{
	if (in_container())
		doctor_advise(d, "this is a container: start it with --device %s --cap-add SYS_ADMIN --pid host, "
			      "or run falcoc on the host", DEVICE);
	else
		doctor_mend(d, "rm -f %s && mknod -m 600 %s c %u %u", path, path, major(dev), minor(dev));
}

/* Is the node the module's? */
static bool check_node(struct doctor *d, const char *root, const char *path)
{
	struct stat st;
	dev_t dev;

	if (!number_of_module(root, &dev)) {
		doctor_say(d, "device", DOCTOR_SKIPPED, "the module is not loaded");
		return false;
	}
	if (stat(path, &st) < 0) {
		doctor_say(d, "device", DOCTOR_FAILURE, "%s: %s, though the module is loaded", path,
			   strerror(errno));
		mend_node(d, path, dev);
		return false;
	}
	if (!S_ISCHR(st.st_mode) || st.st_rdev != dev) {
		doctor_say(d, "device", DOCTOR_FAILURE, "%s is not the module's device (%u:%u)", path,
			   major(dev), minor(dev));
		mend_node(d, path, dev);
		return false;
	}
	if (st.st_uid != 0 || st.st_mode & 077) {
		doctor_say(d, "device", DOCTOR_WARNING, "%s is not for root only (user %u, mode %04o); the module "
			   "asks for CAP_SYS_ADMIN beside it", path, st.st_uid, st.st_mode & 07777);
		doctor_mend(d, "chown root:root %s && chmod 600 %s", path, path);
		return true;
	}
	doctor_say(d, "device", DOCTOR_OK, "%s, for root only", path);
	return true;
}

static void refused(struct doctor *d, enum capture_error why, const char *text)
{
	doctor_say(d, "open", DOCTOR_FAILURE, "%s", text);
	switch (why) {
	case CAPTURE_ERR_ABI_OLD_MODULE:
		doctor_mend(d, "modprobe -r falcoc && modprobe falcoc");
		doctor_advise(d, "if that does not help, the installed one is old as well: dkms install --force");
		break;
	case CAPTURE_ERR_ABI_OLD_TOOL:
		doctor_advise(d, "upgrade falcoc to the module's version, or load the module of this one");
		break;
	case CAPTURE_ERR_PERMISSION:
		doctor_mend(d, "sudo falcoc doctor");
		break;
	case CAPTURE_ERR_MEMORY:
		doctor_advise(d, "make engine.kmod.ring_size smaller");
		break;
	case CAPTURE_ERR_BUSY:
		doctor_advise(d, "end one of those who read it: `fuser -v %s` names them", DEVICE);
		break;
	default:
		break;
	}
}

void doctor_device(struct doctor *d, const char *root, const struct capture_options *opt)
{
	const char *path = opt->device ? opt->device : DEVICE;
	enum capture_error why;
	struct capture *c;
	char text[512];

	if (!check_node(d, root, path)) {
		doctor_say(d, "open", DOCTOR_SKIPPED, "there is nothing to open");
		return;
	}
	why = capture_open(opt, &c, text, sizeof(text));
	if (why != CAPTURE_OK) {
		refused(d, why, text);
		return;
	}
	capture_free(c);
	doctor_say(d, "open", DOCTOR_OK, "opens, speaks our ABI, and gives the rings their memory");
}
