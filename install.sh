#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# install.sh: what `make install` and its like do once everything is built (install.mk).
#
#	put STAGE DESTDIR MANIFEST	copies what lies in STAGE to DESTDIR, and writes MANIFEST (below DESTDIR):
#				a checksum and a name for each file. A file below /etc that was changed
#				since stays, and the new one is laid beside it as NAME.new
#	take DESTDIR MANIFEST	removes what the manifest names, but for files below /etc that were changed, and
#				directories that are empty then
#	dkms-put VERSION	the module's source to /usr/src, built by DKMS for the running kernel, and loaded
#	dkms-take VERSION	undoes that
set -eu

say() { echo "falcoc: $*"; }
die() {
	echo "falcoc: $*" >&2
	exit 1
}
sum_of() { sha256sum <"$1" | cut -d ' ' -f 1; }
is_config() { case $1 in /etc/*) true ;; *) false ;; esac }

# known FILE MANIFEST: the checksum that the manifest has of it
known() { [ ! -f "$2" ] || awk -v name="$1" '$2 == name { print $1 }' "$2"; }

put() {
	stage=$1 dest=$2 manifest=$3 list=$(mktemp)
	(cd "$stage" && find . -type d | sed 's/^\.//') | while read -r dir; do
		install -d "$dest$dir"
	done
	(cd "$stage" && find . -type f | sed 's/^\.//' | sort) | while read -r file; do
		to=$dest$file
		if is_config "$file" && [ -e "$to" ] && ! cmp -s "$stage$file" "$to" &&
			[ "$(sum_of "$to")" != "$(known "$file" "$dest$manifest")" ]; then
			say "$to was changed and stays; the new one is $to.new" >&2
			to=$to.new
		fi
		install -m "$(stat -c %a "$stage$file")" "$stage$file" "$to"
		echo "$(sum_of "$stage$file") $file"
		[ "$to" = "$dest$file" ] || echo "$(sum_of "$stage$file") $file.new"
	done >"$list"
	if [ -n "$manifest" ]; then
		# what an earlier install brought and this one does not is still known
		if [ -f "$dest$manifest" ]; then
			awk 'NR == FNR { new[$2] = 1; next } !($2 in new)' "$list" "$dest$manifest" >"$list.old"
			cat "$list.old" >>"$list"
			rm -f "$list.old"
		fi
		install -D -m 644 "$list" "$dest$manifest"
	fi
	rm -f "$list"
	[ -n "$dest" ] || say "installed; \`make dkms-install\` brings the module, \`falcoc doctor\` tells what is missing"
}

# The directories above a file that are empty, up to those that every system has.
prune() {
	dir=$(dirname "$2")
	while case $dir in /usr | /usr/local | /etc | /) false ;; esac && rmdir "$1$dir" 2>/dev/null; do
		dir=$(dirname "$dir")
	done
}

take() {
	dest=$1 manifest=$2
	[ -f "$dest$manifest" ] || die "nothing that \`make install\` brought: no $dest$manifest"
	while read -r sum file; do
		[ -e "$dest$file" ] || continue
		if is_config "$file" && [ "$(sum_of "$dest$file")" != "$sum" ]; then
			say "$dest$file was changed and stays"
			continue
		fi
		rm -f "$dest$file"
	done <"$dest$manifest"
	while read -r sum file; do
		prune "$dest" "$file"
	done <"$dest$manifest"
	rm -f "$dest$manifest"
	prune "$dest" "$manifest"
}

need_root() {
	[ "$(id -u)" = 0 ] || die "this needs root"
	command -v dkms >/dev/null || die "DKMS is not here: apt-get install dkms"
}

forget() {
	if dkms status -m falcoc -v "$1" 2>/dev/null | grep -q .; then
		dkms remove -m falcoc -v "$1" --all
	fi
}

dkms_put() {
	version=$1 release=$(uname -r)
	need_root
	kmod/supported.sh "$release" || exit 1
	forget "$version"
	rm -rf "/usr/src/falcoc-$version"
	make -s dkms-source DESTDIR=
	dkms add -m falcoc -v "$version"
	dkms install -m falcoc -v "$version" -k "$release" ||
		die "the module does not build for $release: /var/lib/dkms/falcoc/$version/build/make.log tells why"
	if modprobe falcoc; then
		say "the module is loaded; a kernel that is installed later gets one of its own"
	else
		die "the module is built but not loaded: \`falcoc doctor\` tells why (Secure Boot: kmod/SIGNING.md)"
	fi
}

dkms_take() {
	need_root
	modprobe -r falcoc 2>/dev/null || [ ! -d /sys/module/falcoc ] ||
		die "the module is in use: stop what uses it (systemctl stop falcoc)"
	forget "$1"
	rm -rf "/usr/src/falcoc-$1"
}

case ${1:-} in
put) put "$2" "$3" "$4" ;;
take) take "$2" "$3" ;;
dkms-put) dkms_put "$2" ;;
dkms-take) dkms_take "$2" ;;
*) die "usage: install.sh put | take | dkms-put | dkms-take, as install.mk does" ;;
esac
