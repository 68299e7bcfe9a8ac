#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package-repro.sh: clones the last commit into two directories, builds the packages from scratch in both,
# with another umask, time zone and locale, and compares them byte by byte. Prints PASS and FAIL lines.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

built() {
	local to=$work/$1
	git clone -q --no-hardlinks . "$to" &&
		env -u WERROR -u MAKEFLAGS -u MAKELEVEL TZ="$2" LC_ALL="$3" make -s -C "$to" deb >"$work/log" 2>&1
}
check() {
	local what=$1
	shift
	if "$@"; then
		echo "PASS package-repro: $what"
	else
		echo "FAIL package-repro: $what"
		tail -20 "$work/log"
		failed=1
	fi
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
