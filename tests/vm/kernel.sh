#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kernel.sh ALIAS: a Debian cloud kernel with its headers, unpacked in the cache.
#
# ALIAS is a version as Debian ships it now (5.10, 6.1, 6.12, 7.2, 7.3), `newest`, or `debug` (see
# debug-kernel.sh).
# Prints the directory (one a release: aliases share it), which then holds
#
#	KVER			the release, as uname -r says it
#	vmlinuz			a link to the kernel
#	lib/modules/KVER	its modules, with depmod's files
#	headers			a link to what `make -C` wants
#	CC			the compiler that its makers used, such as gcc-12
#
# The exact version is never written here: it is what the suite's metapackage names.
# Nothing is installed. Exit status 77, and a line why, if it cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

META_IMAGE=linux-image-cloud-amd64
META_HEADERS=linux-headers-cloud-amd64

# the suites in which to look for a version, best first
suites_for() {
	case $1 in
	5.10) echo bullseye-security bullseye ;;
	6.1) echo bookworm-security bookworm ;;
	6.12) echo bookworm-backports trixie-security trixie ;;
	*) echo trixie-backports sid ;;
	esac
}

# meta_release PACKAGE: the kernel release that a metapackage of the current suite names
meta_release() {
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/(.*//; s/ //g' |
		sed -n 's/^linux-\(image\|headers\)-\([0-9].*\)$/\2/p' | head -1
}

# suite_release SUITE: prints the release whose image and headers the suite has, if any
suite_release() {
	local image headers
	apt_suites "$1" "$1" || return 1
	image=$(meta_release $META_IMAGE)
	headers=$(meta_release $META_HEADERS)
	[ -n "$image" ] && [ "$image" = "$headers" ] && echo "$image"
}

# find_kernel ALIAS: prints "SUITE RELEASE": the first suite that has that version, or of all
# suites the newest release
find_kernel() {
	local alias=$1 suite release
	for suite in $(suites_for "$alias"); do
		release=$(suite_release "$suite") || continue
		case $alias,$release in
		newest,*) echo "$suite $release" ;;
		"$alias,$alias"[-+.]*)
			echo "$suite $release"
			break
			;;
		esac
	done | sort -t ' ' -k 2,2Vr | head -1
}

# closure PACKAGE...: these and the parts of the kernel packaging that they need
closure() {
	local queue=("$@") seen=' ' p
	while [ ${#queue[@]} -gt 0 ]; do
		p=${queue[0]}
		queue=("${queue[@]:1}")
		case $seen in *" $p "*) continue ;; esac
		seen="$seen$p "
		echo "$p"
		mapfile -t -O ${#queue[@]} queue < <(apt-cache show --no-all-versions "$p" |
			sed -n 's/^\(Pre-\)\?Depends: //p' | tr ',|' '\n' | sed 's/[(:].*//; s/ //g' |
			grep -E '^linux-(headers|kbuild|modules|binary|base)-' || true)
	done
}

# unpack DIR RELEASE: downloads and unpacks into a fresh DIR
unpack() {
	local dir=$1 release=$2 debs packages deb
	debs=$dir/debs
	mkdir -p "$debs"
	merged_usr "$dir"
	packages=$(closure "linux-image-$release" "linux-headers-$release")
	# shellcheck disable=SC2086  # one word a package
	(cd "$debs" && apt-get download -q $packages >"$dir/download.log" 2>&1) ||
		{ cat "$dir/download.log" >&2; skip "kernel $release could not be downloaded"; }
	for deb in "$debs"/*.deb; do
		unpack_deb "$deb" "$dir"
	done
	rm -rf "$debs" "$dir/download.log"
}

# finish DIR FINAL RELEASE: the links and files that the head of this script promises
finish() {
	local dir=$1 final=$2 release=$3 f
	for f in "boot/vmlinuz-$release" "usr/lib/modules/$release/vmlinuz"; do
		[ -f "$dir/$f" ] && ln -sf "$f" "$dir/vmlinuz"
	done
	[ -e "$dir/vmlinuz" ] || die "linux-image-$release holds no kernel"
	ln -s "usr/src/linux-headers-$release" "$dir/headers"
	# the headers' makefiles hold the paths of an installed package
	grep -lrs --include=Makefile --include=.kernelvariables '/usr/src/linux-' \
		"$dir/headers/" | xargs -r sed -i "s,\([ =]\)/usr/src/linux-,\1$final/usr/src/linux-,g"
	sed -n 's/^CC = .*\(gcc-[0-9]*\).*/\1/p' "$dir/headers/.kernelvariables" >"$dir/CC"
	depmod -b "$dir" "$release"
	echo "$release" >"$dir/KVER"
}

main() {
	[ "$1" != debug ] || exec "$VM/debug-kernel.sh"
	local alias=$1 known=$CACHE/kernels/$1.release found suite release dir
	mkdir -p "$CACHE/kernels"
	lock kernels
	# a release that was looked up is good for as long as the lists are
	if [ -n "$(find "$known" -mmin "-$LISTS_MINUTES" 2>/dev/null)" ]; then
		release=$(cat "$known")
	else
		found=$(find_kernel "$alias")
		read -r suite release <<<"$found" || true
	fi
	# the mirror is away: keep what we have
	[ -n "$release" ] || release=$(cat "$known" 2>/dev/null || true)
	[ -n "$release" ] ||
		skip "kernel $alias: not in this mirror's $(suites_for "$alias") with image and headers"
	dir=$CACHE/kernels/$release
	if [ ! -f "$dir/KVER" ]; then
		[ -n "${suite:-}" ] || read -r suite release <<<"$(find_kernel "$alias")"
		say "kernel $alias is $release from $suite: downloading"
		apt_suites "$suite" "$suite"
		rm -rf "$dir" "$dir.new"
		unpack "$dir.new" "$release"
		finish "$dir.new" "$dir" "$release"
		mv "$dir.new" "$dir"
	fi
	echo "$release" >"$known"
	echo "$dir"
}

[ $# = 1 ] || die "usage: kernel.sh 5.10|6.1|6.12|7.2|7.3|newest|debug"
main "$1"
