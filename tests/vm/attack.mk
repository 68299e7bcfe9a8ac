# SPDX-License-Identifier: Apache-2.0
# Attacks: programs that try to slip past falcoc, and what it must say of each.
#
#	KERNELS	of `make vm-attacks`

KERNELS	?= 6.1 5.10 6.12 newest

# static, so that it runs in any guest
$(BUILD)/attack: $(wildcard tests/vm/attack/*.[ch]) tests/vm/kmodtest/ring.c tests/vm/kmodtest/ring.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -static -o $@ $(filter %.c,$^) -pthread

# for 32-bit processors, without a library: none needs to be there
$(BUILD)/attack32: tests/vm/attack32/main.c
	@mkdir -p $(@D)
	$(CC) -m32 -std=gnu11 -O1 $(WARN) -ffreestanding -nostdlib -static -fno-pie -no-pie \
		-fno-stack-protector -o $@ $<

.PHONY: vm-attacks
vm-attacks:	## try all attacks on each kernel (KERNELS="6.1 7.3"), with a table at the end
	@tests/all.sh attacks $(KERNELS)

.PHONY: vm-mutants
vm-mutants:	## take one thing after another away from the module: its test must fail (KERNEL=6.1)
	@tests/vm/mutants.sh $(KERNEL)
