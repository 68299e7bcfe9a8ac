#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package-repro.sh: clones the last commit into two directories, builds the packages from scratch in both,
# with another umask, time zone and locale, and compares them byte by byte. Prints PASS and FAIL lines.
# shellcheck source=package-lib.sh
. "$(dirname "$0")/package-lib.sh"

built() {
	local to=$work/$1
	git clone -q --no-hardlinks . "$to" &&
		env -u WERROR -u MAKEFLAGS -u MAKELEVEL TZ="$2" LC_ALL="$3" make -s -C "$to" deb
}
same() {
	local f
	for f in "$work"/one/build/*.deb; do
		cmp "$f" "$work/another-directory/build/$(basename "$f")" || return
	done
}

umask 022
check "the packages are built from a clean clone" built one UTC C.UTF-8
umask 027
check "and in another directory" built another-directory Pacific/Auckland C
check "both are the same" same
exit $failed
