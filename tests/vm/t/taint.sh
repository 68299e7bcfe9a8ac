#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module tells what it is, and loading it marks the kernel as having a module from elsewhere
# (and one without signature, where signatures are known), nothing else.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

unload_module
before=$(cat /proc/sys/kernel/tainted)
check "the module loads" load_module
after=$(cat /proc/sys/kernel/tainted)
# bits of Documentation/admin-guide/tainted-kernels.rst: 12 out of tree, 13 unsigned
allowed=$((1 << 12 | 1 << 13))
check "the kernel is marked by nothing else ($before, then $after)" test $((after & ~before & ~allowed)) = 0
check "nor is the module ($(cat /sys/module/falcoc/taint))" grep -qxE 'OE?' /sys/module/falcoc/taint

modinfo /falcoc/falcoc.ko >"$T/info"
# field NAME: its value, which must not be empty
field() { sed -n "s/^$1: *//p" "$T/info" | grep .; }
check "modinfo: license" test "$(field license)" = GPL
has_field() { field "$1" >/dev/null; }
check "modinfo: description" has_field description
check "modinfo: author" has_field author
check "modinfo: version" grep -qxE '[0-9]+(\.[0-9]+)+' <(field version)
check "modinfo: the version is the one that is loaded" test "$(field version)" = "$(cat /sys/module/falcoc/version)"
check "modinfo: it needs no other module" test -z "$(field depends)"
check "modinfo: it is for this kernel" grep -q "^$(uname -r) " <(field vermagic)
undescribed=$(comm -13 <(sed -n 's/^parm: *\([^:]*\):.*[a-z].*$/\1/p' "$T/info" | sort) \
	<(find /sys/module/falcoc/parameters -type f -printf '%f\n' 2>/dev/null | sort))
check "modinfo: each parameter is described${undescribed:+, but not $undescribed}" test -z "$undescribed"
check "the module unloads" unload_module
