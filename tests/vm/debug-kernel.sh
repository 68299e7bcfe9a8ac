#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# debug-kernel.sh: a kernel that checks itself (KASAN, lockdep, kmemleak, fault injection), built
# once from Debian's linux-source-6.1 and debug.config, and kept in the cache. Prints its
# directory, which is as kernel.sh's are, and holds besides
#
#	APPEND	words for its command line: under emulation it only boots without ACPI
#
# It is what `kernel.sh debug` gives. Takes about a quarter of an hour the first time.
# Exit status 77, and a line why, if the source cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

SOURCE="linux-source-6.1"

# fetch DIR: the kernel's source in DIR/linux
fetch() {
	apt_suites bookworm bookworm || skip "the debug kernel's source cannot be had here"
	(cd "$1" && apt-get download -q $SOURCE >download.log 2>&1) ||
		{ cat "$1/download.log" >&2; skip "$SOURCE could not be downloaded"; }
	mkdir "$1/unpacked" "$1/linux"
	dpkg-deb -x "$1"/$SOURCE*.deb "$1/unpacked"
	tar -C "$1/linux" --strip-components=1 -xf "$1/unpacked/usr/src/$SOURCE.tar.xz"
	rm -rf "$1/unpacked" "$1"/*.deb
}

# configure DIR: what it is to check
configure() {
	local linux=$1/linux out
	cat "$VM/debug.config" >"$1/fragment"
	echo 'CONFIG_LOCALVERSION="-debug"' >>"$1/fragment"
	{
		make -s -C "$linux" tinyconfig
		(cd "$linux" && scripts/kconfig/merge_config.sh -m .config "$1/fragment")
		make -s -C "$linux" olddefconfig
	} >"$1/config.log" 2>&1
	for out in KASAN UBSAN PROVE_LOCKING DEBUG_ATOMIC_SLEEP FTRACE_SYSCALLS KPROBES_ON_FTRACE DEBUG_KMEMLEAK \
		FAILSLAB; do
		grep -q "^CONFIG_$out=y" "$linux/.config" || die "the debug kernel would lack CONFIG_$out"
	done
}

# build DIR: makes it, or what is missing of it
build() {
	nice make -s -C "$1/linux" -j"$(nproc)" bzImage modules >"$1/build.log" 2>&1 ||
		{ tail -30 "$1/build.log" >&2; die "the debug kernel does not build"; }
}

# finish DIR: the files that kernel.sh promises
finish() {
	local release
	release=$(make -s -C "$1/linux" kernelrelease)
	make -s -C "$1/linux" INSTALL_MOD_PATH="$1" modules_install >/dev/null
	rm -f "$1/lib/modules/$release/build" "$1/lib/modules/$release/source"
	ln -s linux/arch/x86/boot/bzImage "$1/vmlinuz"
	ln -s linux "$1/headers"
	echo gcc-12 >"$1/CC"
	echo "acpi=off kmemleak=on" >"$1/APPEND"
	find "$1/linux" -name '*.o' ! -path '*/scripts/*' ! -path '*/tools/*' -delete
	echo "$release" >"$1/KVER"
}

main() {
	local hash dir
	hash=$(sha256sum "$VM/debug.config" | cut -c1-12)
	dir=$CACHE/kernels/debug-$hash
	lock debug-kernel
	if [ ! -f "$dir/KVER" ]; then
		if ! command -v flex >/dev/null || ! command -v bison >/dev/null; then
			skip "the debug kernel needs flex and bison (tests/setup.sh all)"
		fi
		say "building the debug kernel: about a quarter of an hour, once"
		# a build that was cut goes on
		if [ ! -f "$dir/configured" ]; then
			# the module's build finds the tree by its path: build it where it stays
			rm -rf "$dir"
			mkdir -p "$dir"
			fetch "$dir"
			configure "$dir"
			touch "$dir/configured"
		fi
		build "$dir"
		finish "$dir"
		find "$CACHE/kernels" -maxdepth 1 -name 'debug-*' ! -path "$dir" -exec rm -rf {} +
	fi
	echo "$dir"
}

main
