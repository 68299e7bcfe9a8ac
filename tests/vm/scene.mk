# SPDX-License-Identifier: Apache-2.0
# The world of the tests of names: a name server, connections, clients of name servers.

SCENE_CC = $(CC) -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE

# with the C library of the guest, which is this machine's
$(BUILD)/scene: $(wildcard tests/vm/scene/*.[ch])
	@mkdir -p $(@D)
	$(SCENE_CC) $(shell pkg-config --cflags libcares) -o $@ $(filter %.c,$^) \
		$(shell pkg-config --libs libcares)

# with musl, where it is packaged; else empty, which says so in the guest
$(BUILD)/lookup-musl: tests/vm/scene/lookup.c tests/vm/scene/scene.h
	@mkdir -p $(@D)
	if command -v musl-gcc >/dev/null; then \
		musl-gcc -std=gnu11 -O2 -D_GNU_SOURCE -DLOOKUP_ALONE -static -o $@ $<; \
	else : >$@; fi

# a static program with a resolver of its own, as Go makes them
$(BUILD)/lookup-static: tests/vm/scene/lookup.c tests/vm/scene/scene.h
	@mkdir -p $(@D)
	$(SCENE_CC) -DLOOKUP_ALONE -DLOOKUP_STATIC -static -o $@ $<

.PHONY: vm-dns
vm-dns:	## names: a thousand connections, resolvers that fail, Debian's resolvers and clients (KERNEL, T)
	@tests/all.sh dns $(KERNEL) $(T)
