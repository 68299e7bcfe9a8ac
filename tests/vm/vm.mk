# SPDX-License-Identifier: Apache-2.0
# Building the module for Debian's kernels, and running it in them under QEMU.
#
#	KERNEL	5.10, 6.1, 6.12, 7.2, 7.3, newest, `debug` (one that checks itself: debug-kernel.sh), or `running`
#		for this machine's own

KERNEL	?= 6.1
SPARSE	?=
export SPARSE

.PHONY: modules
modules:	## build the kernel module (KERNEL=6.1; KERNEL=running for this machine's)
	@tests/vm/buildmod.sh $(KERNEL)

.PHONY: vm vm-quick matrix
vm-quick:	## run of the VM suite what `make test` has of it
	@tests/all.sh guests

vm:	## run the VM suite on a kernel (KERNEL=7.3; T=NAME: one test of tests/vm/t)
	@tests/all.sh vm $(KERNEL) $(T)

matrix:	## run the VM suite on every kernel (5.10, 6.1, 6.12, newest)
	@tests/all.sh matrix

.PHONY: vm-own
vm-own:	## run the VM tests that need a boot of their own (KERNEL=6.1; T=lockdown)
	@tests/all.sh own $(KERNEL) $(T)

.PHONY: vm-stress
vm-stress:	## torture the module on a kernel (KERNEL=debug; T="fuzz RELOADS=5": tests of tests/vm/stress, variables)
	@tests/all.sh stress $(KERNEL) $(T)

# what the guests run of ours, beside falcoc
.PHONY: guest-programs
guest-programs: $(addprefix $(BUILD)/,falcoc kmodtest attack attack32 scene lookup-musl lookup-static)

# talks to the module from outside; static, so that it runs in any guest
$(BUILD)/kmodtest: $(wildcard tests/vm/kmodtest/*.[ch]) kmod/uapi/falcoc.h kmod/uapi/falcoc_events.h \
		$(BUILD)/kmodtest_numbers.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -Ikmod/uapi -I$(BUILD) -static -o $@ \
		$(filter %.c,$^) -pthread

# numbers of system calls as the kernel's headers here have them, to compare the module's tables with
$(BUILD)/kmodtest_numbers.h:
	@mkdir -p $(@D)
	{ echo '#include <asm/unistd_64.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/NATIVE(\2, \1)/p'; \
	  echo '#include <asm/unistd_32.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/IA32(\2, \1)/p'; } >$@
