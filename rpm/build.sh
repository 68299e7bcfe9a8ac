#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# build.sh BUILDDIR: rpm packages and their source, built in BUILDDIR/rpm from what git knows of this tree, as it is now;
# prints their paths. What is needed to build is not asked for by name: on Debian rpm knows of no
# package. Needs rpm.
#
#	FALCOC_BUILD	objects that are built already: nothing is compiled (for tests: quicker)
set -euo pipefail
cd "$(dirname "$0")/.."

top=$(realpath -m "$1")/rpm
version=$(awk -F'[()]' '{ print $2; exit }' debian/changelog)

# the newest entry of debian/changelog as rpm wants it
changelog() {
	local signed
	signed=$(sed -n '/^ -- /{s/^ -- //p;q}' debian/changelog)
	echo "* $(date -u -d "${signed#*>  }" '+%a %b %d %Y') ${signed%%  *} - $version-1"
	sed -n '2,/^ -- /{/^  \* /{s/^  \* /- /p;d};/^    /s/^    /  /p}' debian/changelog
}

command -v rpmbuild >/dev/null || {
	echo "falcoc: rpm packages need rpm (tests/setup.sh all installs it)" >&2
	exit 1
}
rm -rf "$top"
mkdir -p "$top/SOURCES" "$top/SPECS"
git ls-files -z | while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar -cz --null -T - --transform "s|^|falcoc-$version/|" -f "$top/SOURCES/falcoc-$version.tar.gz"
changelog >"$top/changelog"
# libraries that are loaded when they are needed: rpm does not find them
make -s BUILD="$1" "$1/lazy-libs.so"
readelf -d "$1/lazy-libs.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/Requires:\t\1()(64bit)/p' |
	grep -v 'libc\.so' >"$top/lazy"
sed -e "s/@VERSION@/$version/" -e "/@CHANGELOG@/{r $top/changelog
d}" -e "/@LAZY@/{r $top/lazy
d}" rpm/falcoc.spec.in >"$top/SPECS/falcoc.spec"
env -u WERROR -u MAKEFLAGS -u MAKELEVEL SOURCE_DATE_EPOCH="$(date -d "$(sed -n 's/^ -- .*>  //p;T;q' debian/changelog)" +%s)" \
	rpmbuild -ba --nodeps --define "_topdir $top" --define 'debug_package %{nil}' \
	--define 'use_source_date_epoch_as_buildtime 1' ${FALCOC_BUILD:+--define "falcoc_build $FALCOC_BUILD"} \
	"$top/SPECS/falcoc.spec" >"$top/log" 2>&1 || {
	tail -40 "$top/log" >&2
	echo "falcoc: the packages are not built; all of it is in $top/log" >&2
	exit 1
}
find "$top/RPMS" "$top/SRPMS" -name '*.rpm'
