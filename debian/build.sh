#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# build.sh BUILDDIR: the packages BUILDDIR/falcoc_*.deb and falcoc-dkms_*.deb, built by debhelper in a copy of
# this tree in BUILDDIR/package: what git knows of it, as it is now, or without git all of it. Packages that
# are needed and missing are named.
#
#	DEB_VERSION	another version than debian/changelog's (for tests: what an upgrade does)
#	FALCOC_BUILD	objects that are built already: nothing is compiled (for tests: quicker)
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD=$(realpath -m "$1")

die() {
	echo "falcoc: $*" >&2
	exit 1
}

sources() {
	if git rev-parse -q --verify HEAD >/dev/null 2>&1 && [ -z "$(git rev-parse --show-prefix)" ]; then
		git ls-files -z | while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done
	else
		find . \( -name .git -o -path './build*' \) -prune -o -type f -print0
	fi
}

command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null && command -v dh_dkms >/dev/null ||
	die "packages need dpkg-dev, debhelper and dh-dkms (tests/setup.sh installs them)"
version=$(sed -n '1s/^falcoc (\([^)]*\)).*/\1/p' debian/changelog)
copy=$BUILD/package/falcoc
rm -rf "$BUILD/package"
mkdir -p "$copy"
sources | tar -c --null -T - | tar -x -C "$copy"
cd "$copy"
if [ -n "${DEB_VERSION:-}" ] && [ "$DEB_VERSION" != "$version" ]; then
	version=$DEB_VERSION
	{
		sed "1s/([^)]*)/($version)/; /^ -- /q" debian/changelog
		echo
		cat debian/changelog
	} >debian/changelog.new
	mv debian/changelog.new debian/changelog
fi
# WERROR is of those who compile falcoc to change it
env -u WERROR -u MAKEFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS:-}" \
	dpkg-buildpackage -us -uc -b >"$BUILD/package/log" 2>&1 ||
	{ tail -40 "$BUILD/package/log" >&2; die "the packages are not built; all of it is in $BUILD/package/log"; }
rm -f "$BUILD"/falcoc_*.deb "$BUILD"/falcoc-dkms_*.deb
mv ../falcoc_*.deb ../falcoc-dkms_*.deb "$BUILD/"
ls "$BUILD"/falcoc_*.deb "$BUILD"/falcoc-dkms_*.deb
