#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package-cache.sh DEBS OUT: what the compiler makes of the module when DKMS builds it in the guest of package.sh, as a
# cache of ccache, into OUT. The guest's own compiler does it, at the guest's paths, in a tree of the guest's
# root: only not emulated. DEBS holds the packages falcoc-dkms.
# Exit status 77, and a line why, if it cannot be done here.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

DEBS=$1 OUT=$2
WORK=$(mktemp -d)
MOUNTED=()

cleanup() {
	local i
	for ((i = ${#MOUNTED[@]} - 1; i >= 0; i--)); do umount "${MOUNTED[i]}"; done
	rm -rf "$WORK"
}
mounted() {
	mount "$@" || skip "cannot mount here"
	MOUNTED+=("${!#}")
}

# in the tree, as DKMS does it
fill() {
	cat <<'S'
set -e
export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=/falcoc/ccache CCACHE_COMPILERCHECK=content CCACHE_SLOPPINESS=locale
export CCACHE_MAXSIZE=40M
ccache -z >/dev/null # the cache is kept from run to run, what is told of it is of this one
dpkg --force-all --unpack /var/cache/archive/*.deb
for deb in /falcoc/debs/falcoc-dkms_*.deb; do
	version=$(dpkg-deb -f "$deb" Version)
	build=/var/lib/dkms/falcoc/$version/build
	dpkg-deb -x "$deb" /tmp/falcoc
	mkdir -p "${build%/build}"
	cp -a "/tmp/falcoc/usr/src/falcoc-$version" "$build"
	for kernel in /lib/modules/*; do
		make -s -j2 KERNELRELEASE="${kernel##*/}" -C "$kernel/build" M="$build" FALCOC_VERSION="$version" modules
		make -s -C "$kernel/build" M="$build" FALCOC_VERSION="$version" clean
	done
done
ccache -s
S
}

main() {
	local root=$WORK/root kept=$CACHE/package-ccache
	[ "$(id -u)" = 0 ] || skip "mounting needs root"
	trap cleanup EXIT
	mkdir -p "$root" "$WORK/image" "$kept" "$OUT"
	lock package-ccache
	mounted -o loop,ro,noload "$("$VM/root.sh" debian)" "$WORK/image"
	mounted -t tmpfs tmpfs "$root"
	mkdir "$root/upper" "$root/work" "$root/all"
	mounted -t overlay -o "lowerdir=$WORK/image,upperdir=$root/upper,workdir=$root/work" overlay "$root/all"
	root=$root/all
	mounted -t proc proc "$root/proc"
	mounted --bind /dev "$root/dev"
	mkdir -p "$root/falcoc/ccache" "$root/falcoc/debs"
	mounted --bind "$DEBS" "$root/falcoc/debs"
	mounted --bind "$kept" "$root/falcoc/ccache"
	fill >"$WORK/fill"
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot "$root" sh -s <"$WORK/fill" >"$OUT.log" 2>&1 ||
		{ tail -20 "$OUT.log" >&2; die "the module does not build in the guest's root"; }
	cp -r "$kept/." "$OUT/"
}

main
