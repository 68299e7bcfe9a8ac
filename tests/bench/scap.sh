#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scap.sh KERNEL: builds the kernel module of Debian's sysdig for a kernel (see tests/vm/kernel.sh),
# out of the package's source and without installing either; prints its path. Exit status 77,
# and a line why, if it cannot be had.
set -euo pipefail
. "$(dirname "$0")/../vm/lib.sh"

PACKAGE=falcosecurity-scap-dkms

main() {
	local dir work out src cc
	dir=$("$VM/kernel.sh" "$1")
	out=$dir/scap.ko
	lock scap
	if [ ! -f "$out" ]; then
		work=$(mktemp -d)
		# shellcheck disable=SC2064  # the directory as it is now
		trap "rm -rf '$work'" EXIT
		apt_suites tree-bookworm bookworm || skip "no $PACKAGE here"
		(cd "$work" && apt-get download -q $PACKAGE >log 2>&1) || skip "no $PACKAGE here"
		unpack_deb "$work"/*.deb "$work"
		src=$(echo "$work"/usr/src/scap-*)
		cc=$(cat "$dir/CC")
		command -v "$cc" >/dev/null || cc=gcc
		make -C "$dir/headers" M="$src" CC="$cc" CONFIG_DEBUG_INFO_BTF_MODULES= modules \
			>"$work/log" 2>&1 || { tail -20 "$work/log" >&2; skip "$PACKAGE does not build for $1"; }
		strip -g -o "$out" "$src/scap.ko"
	fi
	echo "$out"
}

[ $# = 1 ] || die "usage: scap.sh KERNEL"
main "$1"
