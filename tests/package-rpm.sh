#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package-rpm.sh: builds the rpm packages, and compares what is in them with the Debian packages (as
# package.sh left them). Prints PASS and FAIL lines.
# shellcheck source=package-lib.sh
. "$(dirname "$0")/package-lib.sh"
command -v rpmbuild >/dev/null || { echo "SKIP package-rpm: no rpmbuild (tests/setup.sh all installs it)"; exit 77; }

# files of either kind, without what each distribution names its own way
in_rpm() { rpm -qlp "$1" 2>/dev/null | usual; }
in_deb() { dpkg-deb --fsys-tarfile "$1" | tar -t | sed 's|^\.||' | grep -v '/$' | usual; }
usual() {
	sed 's|^/lib/systemd|/usr/lib/systemd|; s|zsh/vendor-completions|zsh/site-functions|; s/\.gz$//' |
		grep -vE '^/usr/share/(doc|licenses)/|^/usr/lib/\.build-id' | grep -E '\.[a-z0-9]+$|/[^/.]*$' | sort
}
# directories that the rpm owns and the deb has as parents
same() {
	diff <(in_rpm "$1" | grep -vxE '/etc/falcoc(/[a-z]*\.d)?|/usr/src/falcoc-[0-9.]*(/kmod(/(compat|uapi))?)?') <(in_deb "$2")
}
configs() { [ "$(rpm -qcp "$1" | sort)" = "$(dpkg-deb -I "$2" conffiles | sort)" ]; }

make -s all
FALCOC_BUILD=$PWD/build check "they are built" make -s rpm
tool=$(echo build/rpm/RPMS/x86_64/falcoc-"$version"-1*.rpm)
dkms=$(echo build/rpm/RPMS/noarch/falcoc-dkms-"$version"-1*.rpm)
[ -f "build/falcoc-dkms_${version}_all.deb" ] || FALCOC_BUILD=$PWD/build make -s deb >/dev/null
check "falcoc has the files of the Debian package" same "$tool" "$(echo build/falcoc_"$version"_*.deb)"
check "falcoc-dkms, too" same "$dkms" "build/falcoc-dkms_${version}_all.deb"
check "what lies in /etc is configuration" configs "$tool" "$(echo build/falcoc_"$version"_*.deb)"
check "libraries that are loaded later are required" sh -c "rpm -qp --requires '$tool' | grep -q '^libcurl.so.4()'"
check "the source package is there" test -f "build/rpm/SRPMS/falcoc-$version-1.src.rpm"
exit $failed
