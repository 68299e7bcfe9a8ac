# SPDX-License-Identifier: Apache-2.0
# falcoc: `make help` lists the targets.
#
# Sources are found by directory, so a new file needs no line here. Each part
# adds its own targets in a .mk file that stands beside it.

# one place for the version: the newest entry of debian/changelog
VERSION	:= $(shell awk -F'[()]' '{ print $$2; exit }' debian/changelog)
BUILD	?= build
CC	?= gcc
PKGS	:= zlib yaml-0.1 libmnl libnl-3.0 libnl-route-3.0 libcares libpcre2-8 jansson libidn2 libpsl libcurl sqlite3 libsystemd libmicrohttpd libseccomp libcap-ng libcrypto
WERROR	?=
WARN	:= -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes $(WERROR)
OPT	?= -O2 -g
SAN	?=
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# loaded when they are needed (lib/util/lazy.h, lib/util/curl.c), so not linked
LAZY_LIBS  := -lcurl -lsqlite3 -lmicrohttpd -lsystemd -lcrypto -lnl-route-3 -lnl-3 -lpsl -lidn2 -lseccomp -lcap-ng \
	      -lz -lyaml -lmnl -lcares -lpcre2-8
PKG_LIBS   := $(filter-out $(LAZY_LIBS),$(shell pkg-config --libs $(PKGS) 2>/dev/null))
CFLAGS_ALL = -std=gnu11 $(OPT) $(WARN) $(SAN) -D_GNU_SOURCE -DFALCOC_VERSION='"$(VERSION)"' \
	     -Ilib -Ikmod/uapi $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LIBS_ALL   = $(PKG_LIBS) -lm -pthread $(LDLIBS)

# Relocations in 3 KiB instead of 280, all of which every start reads; glibc knows such since 2.36, so debian/rules
# asks for that one.
PACK_RELR  = $(shell echo __GLIBC__ __GLIBC_MINOR__ | $(CC) -E -P -include features.h - 2>/dev/null | \
	     awk 'END { exit !($$1 == 2 && $$2 >= 36) }' && \
	     $(CC) -shared -o /dev/null -Wl,--fatal-warnings,-z,pack-relative-relocs -x c /dev/null 2>/dev/null && \
	     echo -Wl,-z,pack-relative-relocs)

LIB_SRC	:= $(wildcard lib/*.c lib/*/*.c)
CLI_SRC	:= $(wildcard cli/*.c)
LIB_OBJ	:= $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ	:= $(CLI_SRC:%.c=$(BUILD)/%.o)
# the ones first that a replay runs: lib/link-order says why
LINK_SRC := $(filter $(CLI_SRC) $(LIB_SRC),$(shell sed '/^\#/d' lib/link-order))
LINK_SRC += $(filter-out $(LINK_SRC),$(CLI_SRC) $(LIB_SRC))
LINK_OBJ := $(LINK_SRC:%.c=$(BUILD)/%.o)

.DEFAULT_GOAL := all
.PHONY: all clean help
all: $(BUILD)/falcoc	## build the command line tool

$(BUILD)/falcoc: $(LINK_OBJ) lib/link-order
	$(CC) $(SAN) $(LDFLAGS) $(PACK_RELR) -o $@ $(LINK_OBJ) $(LIBS_ALL)

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

clean:	## remove everything built here
	rm -rf build build-*

help:	## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | sort | expand -t 16

include install.mk
-include $(wildcard kmod/*.mk tests/*.mk tests/*/*.mk)
-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
