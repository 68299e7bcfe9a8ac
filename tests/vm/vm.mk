# SPDX-License-Identifier: Apache-2.0
# Building the module for Debian's kernels, and running it in them under QEMU.
#
#	KERNEL	5.10, 6.1, 6.12, 7.2, 7.3, newest, or `running` for this machine's own

KERNEL	?= 6.1
SPARSE	?=
export SPARSE

.PHONY: modules
modules:	## build the kernel module (KERNEL=6.1; KERNEL=running for this machine's)
	@tests/vm/buildmod.sh $(KERNEL)

.PHONY: vm matrix
vm:	## run the VM suite on a kernel (KERNEL=7.3; T=NAME: one test of tests/vm/t)
	@tests/all.sh vm $(KERNEL) $(T)

matrix:	## run the VM suite on every kernel (5.10, 6.1, 6.12, newest)
	@tests/all.sh matrix
