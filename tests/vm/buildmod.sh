#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# buildmod.sh ALIAS: builds falcoc.ko of this tree for a Debian kernel (see kernel.sh), or for the
# `running` one if its headers are installed, with the extra warnings of W=1, in
# build-kmod-ALIAS/ and not beside the sources. Prints the module's path. A warning is a failure.
#
#	SPARSE=1	sparse reads the sources as well (not from 7 on: those headers come without
#			the script that kbuild calls it through)
#
# The compiler is the one that made that kernel or, up to 6.12, this machine's. Kernels from 7 on
# are built with a newer gcc than Debian 12 has: it comes from a tree of its own release
# (tree.sh), entered with a private mount namespace.
# Exit status 77, and a line why, if kernel or compiler cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# stage OUT: a copy of the module's sources; what is unchanged keeps its age
stage() {
	local out=$1
	mkdir -p "$out"
	find "$out" \( -name '*.c' -o -name '*.h' \) ! -name '*.mod.c' -delete
	cp -a "$TOP/Kbuild" "$out/"
	(cd "$TOP" && cp -a --parents debian/changelog "$out/") # Kbuild reads the version there
	(cd "$TOP" && find kmod -name '*.[ch]' -exec cp -a --parents -t "$out" {} +)
}

# compiler DIR: prints "host CC", or "tree SUITE CC"
compiler() {
	local want have
	want=$(cat "$1/CC")
	case $(cat "$1/KVER") in
	[1-6].*) # these build with any gcc from 10 on
		for have in "$want" gcc-12 gcc; do
			command -v "$have" >/dev/null || continue
			echo "host $have"
			return
		done
		skip "no gcc on this machine (tests/setup.sh installs it)"
		;;
	*)
		if command -v "$want" >/dev/null && [ "$(host_codename)" != bookworm ]; then
			echo "host $want"
		else
			# gcc-14 is the newest in a stable release; later kernels take it too
			echo "tree trixie gcc-14"
		fi
		;;
	esac
}

# in_tree TREE DIR... -- COMMAND: runs it with the tree as /, and these directories in their places
in_tree() {
	local tree=$1 dirs=() user=()
	shift
	while [ "$1" != -- ]; do
		dirs+=("$1")
		shift
	done
	shift
	[ "$(id -u)" = 0 ] || user=(-r)
	# shellcheck disable=SC2016  # the inner shell's words
	unshare -m "${user[@]}" bash -euc '
		tree=$1 n=$2; shift 2
		for ((; n > 0; n--)); do mkdir -p "$tree$1"; mount --rbind "$1" "$tree$1"; shift; done
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C chroot "$tree" "$@"
	' in_tree "$tree" $((${#dirs[@]} + 2)) /dev /proc "${dirs[@]}" "$@"
}

# run_make DIR OUT: the build; its whole output goes to stdout
run_make() {
	local dir=$1 out=$2 where suite cc tree args
	read -r where suite cc <<<"$(compiler "$dir" | sed 's/^host /host - /')"
	# no type information for BPF: it would need pahole
	args=(-C "$dir/headers" "M=$out" "CC=$cc" "HOSTCC=$cc" W=1 CONFIG_DEBUG_INFO_BTF_MODULES= modules)
	# where the kernel can report undefined behaviour (the debug kernel), this module's is
	! grep -qs '^CONFIG_UBSAN=y' "$dir/headers/.config" || args+=(UBSAN_SANITIZE=y)
	if [ "$where" = host ]; then
		make "${args[@]}" ${SPARSE:+C=2}
		return
	fi
	tree=$("$VM/tree.sh" "$suite" "$cc" make libc6-dev binutils libelf1t64 libssl3t64 \
		bash coreutils findutils grep sed mawk perl-base kmod diffutils dpkg dash)
	in_tree "$tree" "$dir" "$out" -- make "${args[@]}"
}

# running DIR: makes DIR look like what kernel.sh prints, for this machine's own kernel
running() {
	local build
	build=/lib/modules/$(uname -r)/build
	[ -e "$build/Makefile" ] || skip "no headers for the running kernel $(uname -r)"
	mkdir -p "$1"
	ln -sfn "$build" "$1/headers"
	uname -r >"$1/KVER"
	sed -n 's/^CC = .*\(gcc-[0-9]*\).*/\1/p' "$build/.kernelvariables" >"$1/CC" 2>/dev/null || true
}

main() {
	local alias=$1 out=$TOP/build-kmod-$1 dir
	if [ "$alias" = running ]; then
		dir=$out/kernel
		running "$dir"
	else
		dir=$("$VM/kernel.sh" "$alias")
	fi
	mkdir -p "$out"
	exec 201>"$out/.lock"
	flock 201
	stage "$out"
	run_make "$dir" "$out" >"$out/build.log" 2>&1 ||
		{ cat "$out/build.log" >&2; die "the module does not build for $(cat "$dir/KVER")"; }
	if grep -E "kmod/.*(warning|error):|modpost: .*falcoc|WARNING" "$out/build.log" >&2; then
		die "the module builds for $(cat "$dir/KVER"), but with these warnings"
	fi
	say "module built for $(cat "$dir/KVER"), no warnings"
	echo "$out/falcoc.ko"
}

[ $# = 1 ] || die "usage: buildmod.sh ALIAS"
main "$1"
