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

# a module that does not build, as after a change of the kernel that falcoc does not know
release=$(uname -r)
sources=/usr/src/falcoc-$OLD
log=/var/lib/dkms/falcoc/$OLD/build/make.log
cp "$sources/kmod/main.c" "$T/main.c"
systemctl stop falcoc
modprobe -r falcoc
told dkms remove "falcoc/$OLD" -k "$release"
echo '#error broken on purpose' >"$sources/kmod/main.c"
check "a build that fails is told" refused told dkms install "falcoc/$OLD" -k "$release"
check "with the name of its log" said "Consult $log"
check "which has the compiler's words" grep -q 'broken on purpose' "$log"
told falcoc doctor
check "the doctor knows of it" said 'FAILURE module .*: DKMS could not build it'
check "and names the log" said "the compiler's words are in $log"
mend=$(sed -n '/^FAILURE module/,/^[a-zF-]/s/^ *mend it: //p' "$T/said")
cp "$T/main.c" "$sources/kmod/main.c"
check "what it says mends it ($mend)" told sh -c "$mend"
cache_used
check "the module is loaded" is_loaded "$OLD"
systemctl start falcoc
watches mended

# kernels that cannot work are left out: one that is too old, one that lacks what is needed
left_out() {
	told dkms build "falcoc/$OLD" -k "$1"
	check "DKMS leaves out $1" test $? = 77
	check "saying for which words of dkms.conf" said 'BUILD_EXCLUSIVE'
	check "and supported.sh says why" refused told "$sources/supported.sh" "$1"
	check "in a sentence" said "no module for kernel $1: $2"
}
headers=$(readlink -f "/lib/modules/$release/build")
other() {
	mkdir -p "/lib/modules/$1/build/include"
	grep -v "^$2=" "$headers/.config" >"/lib/modules/$1/build/.config"
}
other 5.4.0-1-amd64 ''
left_out 5.4.0-1-amd64 'it needs Linux 5.10 or later'
other 6.1.0-0-other CONFIG_KPROBES
left_out 6.1.0-0-other 'CONFIG_KPROBES is not set'
rm -rf /lib/modules/5.4.0-1-amd64 /lib/modules/6.1.0-0-other
check "the kernel that runs is one that can" "$sources/supported.sh"
