#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# build.sh VERSION BUILDDIR: the package BUILDDIR/falcoc_VERSION_ARCH.deb, out of what `make install`
# puts into an empty directory. The module comes as source, which DKMS builds for each
# kernel of the machine that the package is installed on. Needs dpkg-dev.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=$1
BUILD=$(realpath -m "$2")
ARCH=$(dpkg --print-architecture)
ROOT=$BUILD/deb
DEB=$BUILD/falcoc_${VERSION}_$ARCH.deb

command -v dpkg-shlibdeps >/dev/null || {
	echo "falcoc: the package needs dpkg-dev (tests/setup.sh installs it)" >&2
	exit 1
}
rm -rf "$ROOT"
make -s install BUILD="$2" PREFIX=/usr DESTDIR="$ROOT"
make -s BUILD="$2" "$2/lazy-libs.so"
strip "$ROOT/usr/bin/falcoc"
mkdir -p "$ROOT/DEBIAN" "$ROOT/usr/share/doc/falcoc"
cp LICENSE "$ROOT/usr/share/doc/falcoc/copyright"

# the libraries' packages, also of those that are loaded later, as the machine that builds has them
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debian"
printf 'Source: falcoc\n\nPackage: falcoc\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "$ROOT/usr/bin/falcoc" "$BUILD/lazy-libs.so" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')

sed -e "s/@VERSION@/$VERSION/" -e "s/@ARCH@/$ARCH/" -e "s/@DEPENDS@/$depends/" \
	-e "s/@SIZE@/$(du -sk "$ROOT" | cut -f1)/" debian/control.in >"$ROOT/DEBIAN/control"
for f in postinst prerm; do
	sed "s/@VERSION@/$VERSION/" "debian/$f" >"$ROOT/DEBIAN/$f"
	chmod 755 "$ROOT/DEBIAN/$f"
done
(cd "$ROOT" && find etc -type f -printf '/%p\n' | sort) >"$ROOT/DEBIAN/conffiles"
dpkg-deb --root-owner-group -b "$ROOT" "$DEB" >/dev/null
echo "$DEB"
