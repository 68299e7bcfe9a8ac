# SPDX-License-Identifier: Apache-2.0
# falcoc: `make help` lists the targets.
#
# Sources are found by directory, so a new file needs no line here. Each part
# adds its own targets in a .mk file that stands beside it.

VERSION	:= 0.1.0
BUILD	?= build
CC	?= gcc
PKGS	:= zlib yaml-0.1 libmnl libnl-3.0 libnl-route-3.0 libcares libpcre2-8 jansson libidn2 libpsl libcurl sqlite3 libsystemd libmicrohttpd libseccomp libcap-ng libcrypto
WERROR	?=
WARN	:= -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes $(WERROR)
OPT	?= -O2 -g
SAN	?=
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# loaded when they are needed (lib/util/lazy.h, lib/util/curl.c), so not linked
LAZY_LIBS  := -lcurl -lsqlite3 -lmicrohttpd -lsystemd -lcrypto -lnl-route-3 -lnl-3 -lpsl -lidn2 -lseccomp -lcap-ng
PKG_LIBS   := $(filter-out $(LAZY_LIBS),$(shell pkg-config --libs $(PKGS) 2>/dev/null))
CFLAGS_ALL = -std=gnu11 $(OPT) $(WARN) $(SAN) -D_GNU_SOURCE -DFALCOC_VERSION='"$(VERSION)"' \
	     -Ilib -Ikmod/uapi $(PKG_CFLAGS) $(CFLAGS)
LIBS_ALL   = $(PKG_LIBS) -lm -pthread $(LDLIBS)

LIB_SRC	:= $(wildcard lib/*.c lib/*/*.c)
CLI_SRC	:= $(wildcard cli/*.c)
LIB_OBJ	:= $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ	:= $(CLI_SRC:%.c=$(BUILD)/%.o)

.DEFAULT_GOAL := all
.PHONY: all clean deb help install
all: $(BUILD)/falcoc	## build the command line tool

$(BUILD)/falcoc: $(CLI_OBJ) $(BUILD)/libfalcoc.a
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_ALL)

# It links what falcoc loads later, for those who look for what falcoc needs: the package.
$(BUILD)/lazy-libs.so:
	@mkdir -p $(@D)
	$(CC) -shared -Wl,--no-as-needed -o $@ $(filter $(LAZY_LIBS),$(shell pkg-config --libs $(PKGS)))

# made anew each time, so that an object whose source is gone does not linger
$(BUILD)/libfalcoc.a: $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# What the module is built from, here, by DKMS or from the package.
MODULE_SRC	:= Kbuild Makefile $(wildcard kmod/*.[ch] kmod/*/*.h)
PREFIX	?= /usr/local
SYSCONF	?= /etc
SRC_DIR	= $(DESTDIR)/usr/src/falcoc-$(VERSION)

# Every key with its default, commented out: of the table that the program reads by.
$(BUILD)/falcoc.yaml: $(BUILD)/falcoc
	$< schema template >$@.new && mv $@.new $@

# Manual pages need scdoc; a day that does not change makes them the same each time.
MAN_DIR	= $(DESTDIR)$(PREFIX)/share/man
$(BUILD)/man/falcoc.8: $(BUILD)/falcoc $(wildcard cli/man/*)
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)} \
		cli/man/make.sh $< $(@D)

.PHONY: man
man: $(BUILD)/man/falcoc.8	## make the manual pages (needs scdoc)

install: all $(BUILD)/falcoc.yaml man	## install the tool, its service, rules and configuration, the module's source (PREFIX, DESTDIR)
	install -D -m 755 $(BUILD)/falcoc $(DESTDIR)$(PREFIX)/bin/falcoc
	install -d $(DESTDIR)$(SYSCONF)/falcoc/config.d $(DESTDIR)$(SYSCONF)/falcoc/rules.d $(DESTDIR)$(SYSCONF)/falcoc/policies.d
	install -m 644 rules/*.yaml $(BUILD)/falcoc.yaml $(DESTDIR)$(SYSCONF)/falcoc/
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@BIN@|$(PREFIX)/bin|' debian/falcoc.service.in >$(DESTDIR)$(PREFIX)/lib/systemd/system/falcoc.service
	install -D -m 644 debian/modules-load.conf $(DESTDIR)$(PREFIX)/lib/modules-load.d/falcoc.conf
	for f in $(BUILD)/man/*.[4578]; do install -D -m 644 $$f $(MAN_DIR)/man$${f##*.}/$${f##*/} || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BUILD)/falcoc completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/falcoc
	$(BUILD)/falcoc completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_falcoc
	$(BUILD)/falcoc completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/falcoc.fish
	for f in $$(find examples -type f); do \
		install -D -m $$(test -x $$f && echo 755 || echo 644) $$f $(DESTDIR)$(PREFIX)/share/doc/falcoc/$$f || exit 1; \
	done
	for f in $(MODULE_SRC); do install -D -m 644 $$f $(SRC_DIR)/$$f || exit 1; done
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >$(SRC_DIR)/dkms.conf
	@[ -n "$(DESTDIR)" ] || echo "falcoc: for the module: dkms install falcoc/$(VERSION) && modprobe falcoc"

deb:	## build a Debian package, with the module through DKMS
	debian/build.sh $(VERSION) $(BUILD)

clean:	## remove everything built here
	rm -rf build build-*

help:	## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | sort | expand -t 16

-include $(wildcard kmod/*.mk tests/*.mk tests/*/*.mk)
-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
