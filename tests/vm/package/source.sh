#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Without packages: `make dkms-install` in falcoc's source brings the module, one that does not build names its
# log, `make dkms-uninstall` leaves nothing.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

cd /falcoc/tree || exit 1
make_said() { told make -s "$1"; }
# DKMS makes a key of this machine's once, and keeps it
things() { list | grep -E '^/(etc|usr|var/lib/dkms)/' | grep -v '^/var/lib/dkms/mok'; }
things >"$T/before"
cp kmod/main.c "$T/main.c"
echo '#error broken on purpose' >kmod/main.c
check "a module that does not build is an error of make dkms-install" refused make_said dkms-install
log=/var/lib/dkms/falcoc/$OLD/build/make.log
check "which names the log" said "does not build for $(uname -r): $log tells why"
check "where the compiler's words are" grep -q 'broken on purpose' "$log"
cp "$T/main.c" kmod/main.c

check "make dkms-install builds the module and loads it" make_said dkms-install
cache_used
check "DKMS has it for this kernel" built_for "$OLD" "$(uname -r)"
check "it is loaded" is_loaded "$OLD"
check "it is signed by DKMS's key" test "$(modinfo -F signer falcoc)" = "DKMS module signing key"
check "make dkms-install puts it in its own place" make_said dkms-install
check "where it is loaded still" is_loaded "$OLD"
exec 5</dev/falcoc
check "what is in use is not taken away" refused make_said dkms-uninstall
check "which is said" said 'the module is in use: stop what uses it'
exec 5<&-
check "make dkms-uninstall takes it away" make_said dkms-uninstall
check "it is unloaded" refused module_loaded
check "and gone" refused modinfo falcoc
things >"$T/after"
check "nothing is left of it" told diff "$T/before" "$T/after"
