#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package.sh [PHASE...]: a life of the packages, as an administrator of a Debian 12 sees it: each phase is a
# boot of the same disk (build/vm-package/disk) with its script of package/. Without arguments all of them,
# beginning with a fresh disk; with some, these, on the disk as it was left.
#
#	install		both packages with apt, DKMS builds for the running kernel; the service, an alert
#	reboot		the module is there at boot, the service watches; builds that fail, kernels left out
#	upgrade		a newer falcoc-dkms, with another ABI, while the service runs; then the newer falcoc
#	kernel		a newer kernel is installed: DKMS builds for it
#	newkernel	boots that one
#	remove		remove and purge: nothing is left behind
#
# The compiler works emulated, which takes install some twenty minutes; in the other phases its results come from a
# cache (package-cache.sh), and with FAST=1 there, too. The service's start and stop, DKMS and apt are the real ones throughout.
# Prints PASS and FAIL lines. Exit status 77, and a line why, if it cannot be had here.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

WORK=$TOP/build/vm-package
PHASES="install reboot upgrade kernel newkernel remove"
# compiling needs no care about code that another CPU is patching, and the time of both
export VM_THREAD=${VM_THREAD:-multi}

# next_packages: those of a release to come, whose module speaks another ABI
next_packages() {
	local copy=$WORK/next abi
	rm -rf "$copy"
	mkdir -p "$copy"
	(cd "$TOP" && tar -cf - --exclude='./build*' --exclude=./.git .) | tar -xf - -C "$copy"
	abi=$(sed -n 's/^#define FALCOC_ABI[[:space:]]*//p' "$copy/kmod/uapi/falcoc.h")
	sed -i "s/^\(#define FALCOC_ABI[[:space:]]*\)$abi$/\1$((abi + 1))/" "$copy/kmod/uapi/falcoc.h"
	(cd "$copy" && env -u MAKEFLAGS -u MAKELEVEL DEB_VERSION=9.0.0 DEB_BUILD_OPTIONS=noautodbgsym make -s deb) >/dev/null
	cp "$copy"/build/*.deb "$WORK/debs/"
	rm -rf "$copy"
}

packages() {
	[ -z "$(ls "$WORK/debs" 2>/dev/null)" ] || return 0
	mkdir -p "$WORK/debs"
	make -s -C "$TOP" all
	(cd "$TOP" && FALCOC_BUILD=$TOP/build DEB_BUILD_OPTIONS=noautodbgsym make -s deb) >/dev/null
	cp "$TOP"/build/falcoc_*.deb "$TOP"/build/falcoc-dkms_*.deb "$WORK/debs/"
	next_packages
	"$VM/package-cache.sh" "$WORK/debs" "$WORK" || rm -rf "$WORK/ccache"
}

# phase NAME: one boot
phase() {
	local kernel=6.1 rc=0 files=()
	[ "$1" != newkernel ] && [ "$1" != remove ] || kernel=6.12
	if [ -d "$WORK/ccache" ] && { [ "$1" != install ] || [ -n "${FAST:-}" ]; }; then
		files=(--file "$WORK/ccache=ccache" --file "$WORK/ccache-debs=ccache-debs")
	fi
	echo "== package: $1"
	"$VM/run.sh" --kernel "$kernel" --root debian --keep "$WORK/disk" --mem 2048 --timeout "${VM_SECONDS:-3600}" \
		--file "$VM/package=package" --file "$WORK/debs=debs" "${files[@]}" --console "$WORK/console-$1.log" \
		"$VM/package/$1.sh" "$1" || rc=$?
	case $rc in
	124 | 125) echo "FAIL package $1: the guest did not reach the end" ;;
	esac
	return $rc
}

main() {
	local p status=0 image
	image=$("$VM/root.sh" debian)
	if [ $# = 0 ]; then
		rm -rf "$WORK"
		# shellcheck disable=SC2086  # words
		set -- $PHASES
	fi
	for p in "$@"; do
		[ -f "$VM/package/$p.sh" ] || die "no phase $p: $PHASES"
	done
	mkdir -p "$WORK"
	"$VM/kernel.sh" 6.1 >/dev/null
	"$VM/kernel.sh" 6.12 >/dev/null
	packages
	say "root: $image, disk: $WORK/disk"
	for p in "$@"; do
		# what follows stands on what is before it
		phase "$p" || { status=$?; break; }
	done
	return "$status"
}

main "$@"
