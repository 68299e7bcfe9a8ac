#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package.sh [PHASE...]: a life of the packages, as an administrator of a Debian 12 sees it: each phase is a
# boot of the same disk (build/vm-package/disk) with its script of package/. Without arguments all of them,
# beginning with a fresh disk; with some, these, on the disk as it was left.
#
#	source		without packages: `make dkms-install`, one that fails, `make dkms-uninstall`
#	install		both packages with apt, DKMS builds for the running kernel; the service, an alert
#	reboot		the module is there at boot, the service watches; builds that fail, kernels left out
#	lockdown	a kernel that does not know DKMS's key: who says so, and how
#	upgrade		a newer falcoc-dkms, with another ABI, while the service runs; then the newer falcoc
#	kernel		a newer kernel is installed: DKMS builds for it
#	newkernel	boots that one
#	remove		remove and purge: nothing is left behind
#
# `prepare` boots nothing: it makes a fresh disk's packages, and fills the cache.
#
# The service's start and stop, DKMS and apt are the real ones. The compiler's results come from a cache that the
# same compiler filled before, at the same paths, but not emulated (package-cache.sh): emulated it took 18
# minutes for one module (seen once). SLOW=1 has it so.
# Prints PASS and FAIL lines. Exit status 77, and a line why, if it cannot be had here.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

WORK=$TOP/build/vm-package
PHASES="source install reboot lockdown upgrade kernel newkernel remove"
# compiling needs no care about code that another CPU is patching, and the time of both
export VM_THREAD=${VM_THREAD:-multi}

# next_packages: those of a release to come, whose module speaks another ABI: what names one of both is
# compiled anew, the rest is as it is
next_packages() {
	local copy=$WORK/next header=kmod/uapi/falcoc.h abi
	rm -rf "$copy"
	mkdir -p "$copy"
	(cd "$TOP" && tar -cf - --exclude=./build/package --exclude=./build/tests --exclude=./build/vm-package \
		--exclude='./build-*' --exclude='./build/*.deb' --exclude=./.git .) | tar -xf - -C "$copy"
	abi=$(sed -n 's/^#define FALCOC_ABI[[:space:]]*//p' "$copy/$header")
	sed -i "s/^\(#define FALCOC_ABI[[:space:]]*\)$abi$/\1$((abi + 1))/" "$copy/$header"
	touch -r "$TOP/$header" "$copy/$header"
	sed -i "1s/([^)]*)/(9.0.0)/" "$copy/debian/changelog"
	grep -rlE 'FALCOC_(ABI|VERSION)\>' "$copy/lib" "$copy/cli" --include=*.c | xargs touch
	(cd "$copy" && env -u MAKEFLAGS -u MAKELEVEL make -s -j2 all &&
		FALCOC_BUILD=$copy/build DEB_BUILD_OPTIONS=noautodbgsym make -s deb) >/dev/null
	cp "$copy"/build/*.deb "$WORK/debs/"
	rm -rf "$copy"
}

# source_tree: what `make dkms-install` works in
source_tree() {
	rm -rf "$WORK/tree"
	mkdir -p "$WORK/tree/debian"
	cp -r "$TOP"/{Makefile,install.mk,install.sh,Kbuild,dkms.conf,kmod} "$WORK/tree/"
	cp "$TOP/debian/changelog" "$WORK/tree/debian/"
}

packages() {
	[ -z "$(ls "$WORK/debs" 2>/dev/null)" ] || return 0
	mkdir -p "$WORK/debs"
	make -s -C "$TOP" all
	(cd "$TOP" && FALCOC_BUILD=$TOP/build DEB_BUILD_OPTIONS=noautodbgsym make -s deb) >/dev/null
	cp "$TOP"/build/falcoc_*.deb "$TOP"/build/falcoc-dkms_*.deb "$WORK/debs/"
	next_packages
	source_tree
	[ -n "${SLOW:-}" ] || "$VM/package-cache.sh" "$WORK/debs" "$WORK/ccache"
}

# phase NAME: one boot
phase() {
	local kernel=6.1 rc=0 more=() begun=$SECONDS
	case $1 in
	source) more=(--file "$WORK/tree=tree") ;;
	lockdown) more=(--append lockdown=integrity) ;;
	newkernel | remove) kernel=6.12 ;;
	esac
	[ ! -d "$WORK/ccache" ] || more+=(--file "$WORK/ccache=ccache")
	echo "== package: $1"
	"$VM/run.sh" --kernel "$kernel" --root debian --keep "$WORK/disk" --mem 2048 --timeout "${VM_SECONDS:-3600}" \
		--file "$VM/package=package" --file "$WORK/debs=debs" "${more[@]}" --console "$WORK/console-$1.log" \
		"$VM/package/$1.sh" "$1" || rc=$?
	case $rc in
	124 | 125) echo "FAIL package $1: the guest did not reach the end" ;;
	esac
	echo "package $1: $((SECONDS - begun)) s"
	return $rc
}

main() {
	local p status=0 image
	image=$("$VM/root.sh" debian)
	[ $# != 0 ] && [ "$1" != prepare ] || rm -rf "$WORK"
	# shellcheck disable=SC2086  # words
	[ $# != 0 ] || set -- $PHASES
	[ "$1" != prepare ] || shift
	for p in "$@"; do
		[ -f "$VM/package/$p.sh" ] || die "no phase $p: $PHASES"
	done
	mkdir -p "$WORK"
	"$VM/kernel.sh" 6.1 >/dev/null
	"$VM/kernel.sh" 6.12 >/dev/null
	packages
	say "root: $image, disk: $WORK/disk"
	for p in "$@"; do
		phase "$p" && continue
		status=$?
		# what follows stands on a guest that came to its end
		[ $status != 124 ] && [ $status != 125 ] || break
	done
	return "$status"
}

main "$@"
