# SPDX-License-Identifier: Apache-2.0
# Attacks: programs that try to slip past falcoc, and what it must say of each.

# static, so that it runs in any guest
$(BUILD)/attack: $(wildcard tests/vm/attack/*.[ch])
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -static -o $@ $(filter %.c,$^) -pthread
