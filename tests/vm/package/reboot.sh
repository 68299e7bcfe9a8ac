#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The machine comes back: the module is loaded, the service watches. Builds that fail leave a log and a
# sentence that names it; kernels that cannot work are left out.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

check "the module is loaded at boot" wait_for 60 is_loaded "$OLD"
check "by systemd" sh -c "systemctl -q is-active systemd-modules-load && grep -rqx falcoc /usr/lib/modules-load.d"
watches reboot

# another copy of the source, under a version of its own
other() {
	cp -r "/usr/src/falcoc-$OLD" "/usr/src/falcoc-$1"
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" "/usr/src/falcoc-$1/dkms.conf"
	dkms add -m falcoc -v "$1" >/dev/null
}
forget() {
	dkms remove -m falcoc -v "$1" --all >/dev/null 2>&1
	rm -rf "/usr/src/falcoc-$1" "/var/lib/dkms/falcoc/$1"
}
other 0.0.1
for f in /usr/src/falcoc-0.0.1/kmod/*.c; do echo '#error broken on purpose' >"$f"; done
check "a build that fails is told" refused told dkms build -m falcoc -v 0.0.1
check "with the name of its log" said 'Consult /var/lib/dkms/falcoc/0.0.1/build/make.log'
check "which has the compiler's words" grep -q 'broken on purpose' /var/lib/dkms/falcoc/0.0.1/build/make.log
forget 0.0.1

other 0.0.2
sed -i 's/^BUILD_EXCLUSIVE_CONFIG="/&CONFIG_NOT_OF_THIS_KERNEL /' /usr/src/falcoc-0.0.2/dkms.conf
dkms build -m falcoc -v 0.0.2 >"$T/said" 2>&1
check "a kernel that cannot work is left out" test $? = 77
check "which DKMS says" said 'BUILD_EXCLUSIVE'
check "and supported.sh says why" refused told /usr/src/falcoc-0.0.2/supported.sh
check "by name" said 'CONFIG_NOT_OF_THIS_KERNEL is not set'
forget 0.0.2
check "the kernel that runs is one that can" /usr/src/falcoc-"$OLD"/supported.sh
