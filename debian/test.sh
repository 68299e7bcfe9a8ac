#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test.sh: builds the package and tries what is in it, without installing it: the tool runs, and the
# module's source, as DKMS would find it, builds.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() {
	local what=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "PASS package: $what"
	else
		echo "FAIL package: $what"
		cat "$work/log"
		failed=1
	fi
}

builds_module() {
	# the scripts of tests/vm build the tree that they stand in
	ln -s "$PWD/tests" "$work/src/tests"
	"$work/src/tests/vm/buildmod.sh" 6.1
}
dkms_conf() {
	# shellcheck disable=SC2016,SC2034  # DKMS's words; it sets them
	(
		kernel_source_dir=K dkms_tree=T
		. "$work/src/dkms.conf"
		[ "$PACKAGE_NAME-$PACKAGE_VERSION" = "falcoc-$version" ] &&
			[ "${MAKE[0]}" = "make -C K M=T/falcoc/$version/build modules" ]
	)
}

version=$(sed -n 's/^VERSION[[:space:]]*:= //p' Makefile)
check "it is built" make -s deb
deb=$(echo build/falcoc_"$version"_*.deb)
check "it unpacks" dpkg-deb -x "$deb" "$work/root"
check "the tool in it runs" sh -c "'$work/root/usr/bin/falcoc' --version | grep -q '$version'"
check "its rules are right" "$work/root/usr/bin/falcoc" -V "$work/root/etc/falcoc/falcoc_rules.yaml"
check "its configuration is right, and changes nothing" sh -c \
	"'$work/root/usr/bin/falcoc' validate -c '$work/root/etc/falcoc/falcoc.yaml' \
		'$work/root/etc/falcoc/falcoc_rules.yaml' | grep -q '0 warnings'"
check "it is a file that Debian asks about" \
	sh -c "dpkg-deb -f '$deb' >/dev/null && dpkg-deb -I '$deb' conffiles | grep -q '^/etc/falcoc/falcoc.yaml$'"
cp -r "$work/root/usr/src/falcoc-$version" "$work/src"
check "its dkms.conf names this version" dkms_conf
check "its module builds" builds_module
exit $failed
