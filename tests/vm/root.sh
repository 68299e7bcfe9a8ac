#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# root.sh NAME: an ext4 image with the packages that roots/NAME lists, and those that falcoc links
# (falcoc-libs), made once and kept in the cache; prints its path. Guests write to a snapshot of it.
#
# A list may hold lines for those who use the root, too (word_of in lib.sh):
#	#:room MEGABYTES	free space that the image has
#	#:modules MODULE...	kernel modules that its guests can load beside the usual ones
#	#:init systemd		the first process of its guests: `systemd` with what a test asks for, `debian`: with what is enabled
#	#:by SCRIPT		another script makes the image
set -euo pipefail
. "$(dirname "$0")/lib.sh"

main() {
	local name=$1 packages tree image size room by
	[ -f "$VM/roots/$name" ] || die "no list of packages $VM/roots/$name"
	by=$(word_of "$name" by)
	[ -z "$by" ] || exec "$VM/$by"
	packages=$(sed 's/#.*//' "$VM/roots/$name" "$VM/falcoc-libs" | xargs)
	# shellcheck disable=SC2086  # one word a package
	tree=$("$VM/tree.sh" "$(host_codename)" $packages)
	room=$(word_of "$name" room)
	image=$CACHE/images/$name-$(basename "$tree")${room:+-$room}.img
	mkdir -p "$CACHE/images"
	lock "root-$name"
	if [ ! -f "$image" ]; then
		rm -f "$CACHE/images/$name-"*.img
		[ ! -f "$tree/usr/share/libc-bin/nsswitch.conf" ] ||
			cp "$tree/usr/share/libc-bin/nsswitch.conf" "$tree/etc/"
		size=$(($(du -sm "$tree" | cut -f1) * 12 / 10 + ${room:-128}))
		mkfs.ext4 -q -F -d "$tree" -L root -O ^has_journal -E root_owner=0:0,lazy_itable_init=1 \
			"$image.new" "${size}M" >/dev/null
		mv "$image.new" "$image"
	fi
	echo "$image"
}

[ $# = 1 ] || die "usage: root.sh NAME"
main "$1"
