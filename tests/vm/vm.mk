# SPDX-License-Identifier: Apache-2.0
# Building the module for Debian's kernels, and running it in them under QEMU.
#
#	KERNEL	5.10, 6.1, 6.12, 7.2, 7.3, newest, or `running` for this machine's own

KERNEL	?= 6.1
SPARSE	?=
export SPARSE

.PHONY: modules
modules:	## build the kernel module (KERNEL=6.1; KERNEL=running for this machine's)
ifeq ($(KERNEL),running)
	$(MAKE) -C /lib/modules/$(shell uname -r)/build M=$(CURDIR) modules
else
	tests/vm/buildmod.sh $(KERNEL)
endif
