#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tree.sh SUITE PACKAGE...: a directory with these packages of a Debian release and all that
# they depend on, unpacked in the cache; prints its path.
#
# The packages' own install scripts are not run, which makes this quick and needs no chroot,
# and is enough for programs that need no set-up of their own: a compiler, curl, a DNS
# server. The name of the directory holds a hash of the list, so a changed list is a new tree.
# Exit status 77, and a line why, if it cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# fill DIR SUITE PACKAGE...
fill() {
	local dir=$1 suite=$2 deb
	shift 2
	merged_usr "$dir"
	mkdir -p "$dir"/{dev,proc,sys,run,root,home,mnt,var/tmp,etc}
	mkdir "$dir/tmp"
	chmod 1777 "$dir/tmp"
	apt-get -qq -y -d install "$@" >"$dir/tree.log" 2>&1 ||
		{ cat "$dir/tree.log" >&2; skip "packages of $suite could not be downloaded: $*"; }
	for deb in "$(dirname "$APT_CONFIG")"/cache/archives/*.deb; do
		unpack_deb "$deb" "$dir"
	done
	rm -f "$(dirname "$APT_CONFIG")"/cache/archives/*.deb "$dir/tree.log"
	rm -rf "$dir"/usr/share/{doc,man,locale,info,lintian,bug,common-licenses}
	# what the install scripts of base-passwd and base-files would have made
	[ -e "$dir/etc/passwd" ] || cp "$dir/usr/share/base-passwd/passwd.master" "$dir/etc/passwd"
	[ -e "$dir/etc/group" ] || cp "$dir/usr/share/base-passwd/group.master" "$dir/etc/group"
	[ ! -e "$dir/usr/bin/mawk" ] || ln -sf mawk "$dir/usr/bin/awk"
	echo "127.0.0.1 localhost" >"$dir/etc/hosts"
}

main() {
	local suite=$1 hash dir
	shift
	hash=$(echo "$suite $*" | cat - "$VM/tree.sh" | sha256sum | cut -c1-12)
	dir=$CACHE/trees/$suite-$hash
	lock "tree-$suite"
	if [ ! -d "$dir" ]; then
		say "unpacking packages of $suite: $*"
		apt_suites "tree-$suite" "$suite" || skip "no packages of $suite here"
		rm -rf "$dir.new"
		mkdir -p "$dir.new"
		fill "$dir.new" "$suite" base-passwd "$@"
		mv "$dir.new" "$dir"
	fi
	echo "$dir"
}

[ $# -ge 2 ] || die "usage: tree.sh SUITE PACKAGE..."
main "$@"
