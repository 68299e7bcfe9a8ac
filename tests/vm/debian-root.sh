#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# debian-root.sh: an ext4 image with a small Debian 12 as its installer would leave it, made once and kept in
# the cache; prints its path. Unlike the roots of root.sh, whose packages are only unpacked, its packages
# are installed: there is a database of packages, systemd starts what is enabled, kernels are
# packages (6.1 is installed, as kernel.sh has it), and DKMS, compiler and headers are there.
#
# In /var/cache/archive lies an archive of packages that apt may install without a network: the libraries
# that falcoc links, and a newer kernel with its headers (6.12).
# Exit status 77, and a line why, if it cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# what an administrator has on a server that builds modules
PACKAGES="systemd-sysv dbus udev kmod procps iproute2 netbase jq man-db initramfs-tools mokutil openssl dkms gcc
make libc6-dev zstd"
# what the tests of package/ have there besides: the compiler's results from a cache (package-cache.sh)
PACKAGES="$PACKAGES ccache"
# the dependencies of the package falcoc
LIBS="libyaml-0-2 libmnl0 libnl-3-200 libnl-route-3-200 libc-ares2 libpcre2-8-0 libjansson4 libidn2-0 libpsl5
libcurl4 libsqlite3-0 libsystemd0 libmicrohttpd12 libseccomp2 libcap-ng0 libssl3 zlib1g"
ROOM=900

release_of() { cat "$("$VM/kernel.sh" "$1")/KVER"; }

# make_tree DIR OLD NEW: the installed system, with the archive in it
make_tree() {
	local dir=$1 old=$2 new=$3 packages
	# shellcheck disable=SC2086  # one word a package
	packages=$(echo $PACKAGES "linux-image-$old" "linux-headers-$old" | tr ' ' ,)
	mmdebstrap --quiet --variant=minbase --include="$packages" --dpkgopt='path-exclude=/usr/share/locale/*' \
		bookworm "$dir" "$(dirname "$APT_CONFIG")/etc/sources.list" >"$dir.log" 2>&1 ||
		{ tail -20 "$dir.log" >&2; skip "a Debian could not be installed into a directory"; }
	rm -f "$dir.log"
	archive "$dir" "linux-image-$new" "linux-headers-$new"
	# nobody asks for a password, or for anything else
	echo debian >"$dir/etc/hostname"
	echo "127.0.0.1 localhost debian" >"$dir/etc/hosts"
	: >"$dir/etc/resolv.conf"
	: >"$dir/etc/machine-id"
	# What takes its time in a guest, and is not what is looked at: careful writing, the index of the manual.
	echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/quick"
	rm -f "$dir/var/lib/man-db/auto-update"
	ln -sf /dev/null "$dir/etc/systemd/system/systemd-networkd-wait-online.service"
	ln -sf /dev/null "$dir/etc/systemd/system/serial-getty@ttyS0.service"
	ln -sf /dev/null "$dir/etc/systemd/system/getty@tty1.service"
}

# archive DIR PACKAGE...: what these and falcoc's libraries need beyond what is installed there
archive() {
	local dir=$1 to=$1/var/cache/archive
	shift
	mkdir -p "$to"
	# shellcheck disable=SC2086
	apt-get -qq -y -d -o "Dir::State::status=$dir/var/lib/dpkg/status" -o "Dir::Cache::archives=$to/" \
		install $LIBS "$@" >"$to/log" 2>&1 ||
		{ cat "$to/log" >&2; skip "packages could not be downloaded: $*"; }
	rm -rf "$to/partial" "$to/lock" "$to/log"
	(cd "$to" && dpkg-scanpackages . >Packages 2>/dev/null)
	echo 'deb [trusted=yes] file:/var/cache/archive ./' >"$dir/etc/apt/sources.list"
	rm -rf "$dir"/var/lib/apt/lists/* "$dir"/etc/apt/sources.list.d/*
	env -u APT_CONFIG chroot "$dir" apt-get -qq update
}

main() {
	local old new hash image tree size
	[ "$(id -u)" = 0 ] || skip "installing a Debian into a directory needs root"
	command -v mmdebstrap >/dev/null || skip "no mmdebstrap (tests/setup.sh all installs it)"
	old=$(release_of 6.1)
	new=$(release_of 6.12)
	hash=$(echo "$old $new" | cat - "$VM/debian-root.sh" | sha256sum | cut -c1-12)
	image=$CACHE/images/debian-$hash.img
	mkdir -p "$CACHE/images"
	lock root-debian
	if [ ! -f "$image" ]; then
		rm -f "$CACHE/images/debian-"*.img
		say "installing a small Debian 12 with kernel $old"
		apt_suites debian bookworm bookworm-security bookworm-backports || skip "no packages of bookworm here"
		# removed as it was made: some of its files are nobody's to read
		tree=$(mktemp -d)
		# shellcheck disable=SC2064  # the directory as it is now
		trap "rm -rf '$tree'" EXIT
		make_tree "$tree/root" "$old" "$new"
		size=$(($(du -sm "$tree/root" | cut -f1) * 11 / 10 + ROOM))
		mkfs.ext4 -q -F -d "$tree/root" -L root -E lazy_itable_init=1 "$image.new" "${size}M" >/dev/null
		mv "$image.new" "$image"
	fi
	echo "$image"
}

main
