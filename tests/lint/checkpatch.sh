#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# checkpatch.sh: the kernel's own checker over kmod/. The script and its word lists come out of
# Debian's linux-source package (unpacked into the cache, 140 MB fetched once; CHECKPATCH=FILE
# names one that is here already). Exit status 77, and a line why, if it cannot be had.
set -euo pipefail
. "$(dirname "$0")/../vm/lib.sh"

PACKAGE=linux-source-6.1
PARTS=(scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch)
# what does not fit a module outside the kernel's tree:
#  one list of events is expanded many times, by macros with flow and unused arguments; a file of
#  headers needs no MAINTAINERS entry; versions are compared because there is one source for all
IGNORE=COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,MACRO_ARG_UNUSED,TRAILING_STATEMENTS
IGNORE+=,FILE_PATH_CHANGES,LINUX_VERSION_CODE,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_WITH_FLOW_CONTROL
# the event list is a table, its rows are not indented; _Static_assert is C11's name
IGNORE+=,LEADING_SPACE,CAMELCASE
# -ENOSYS is what the kernel has in a call's result until the call returns
IGNORE+=,ENOSYS
# LINUX_VERSION_CODE again: it takes it for a constant
IGNORE+=,CONSTANT_COMPARISON
# versions compared in compat/, and rows of designated initializers made by macros
IGNORE+=,CONSTANT_COMPARISON,BRACKET_SPACE,TRAILING_SEMICOLON

# fetch DIR: puts the parts there
fetch() {
	local dir=$1 deb
	mkdir -p "$dir/tmp"
	(cd "$dir/tmp" && apt-get download -q "$PACKAGE" >"$dir/fetch.log" 2>&1) ||
		skip "checkpatch: $PACKAGE cannot be had"
	deb=$(find "$dir/tmp" -name '*.deb' | head -1)
	# a tar inside a tar; stop reading as soon as the last of the parts is out
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc | tar -x -C "$dir" --strip-components=1 --wildcards "${PARTS[@]/#/*/}" ||
		skip "checkpatch: $PACKAGE holds something else than expected"
	rm -rf "$dir/tmp"
}

main() {
	local dir=$CACHE/checkpatch script=${CHECKPATCH:-}
	if [ -z "$script" ]; then
		script=$dir/scripts/checkpatch.pl
		[ -f "$script" ] || (lock checkpatch && { [ -f "$script" ] || fetch "$dir"; })
	fi
	cd "$TOP"
	find kmod -name '*.[ch]' ! -name '*.mod.c' | sort |
		xargs perl "$script" --no-tree --strict --quiet --terse --show-types \
			--max-line-length=100 --ignore "$IGNORE" -f |
		{ grep -v '^total: 0 errors, 0 warnings, 0 checks' || true; }
}

main
