#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A kernel that is locked down from its start, and does not know DKMS's key: the module is refused, and each
# who meets that says what to do.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

check "this kernel is locked down" grep -qF '[integrity]' /sys/kernel/security/lockdown
check "the module was not loaded at boot" refused module_loaded
check "it is signed by DKMS's key" test "$(modinfo -F signer falcoc)" = "DKMS module signing key"
check "the kernel does not take it" refused told modprobe falcoc
# (with module.sig_enforce it would be "Key was rejected by service")
check "as none that nobody vouches for" said 'Operation not permitted'
check "the service waits" wait_for 120 says 'Waiting for the module'
check "and says for what" says 'takes only signed modules (it is locked down) of keys that it knows'
told falcoc doctor
check "the doctor says that the key is not known" said 'FAILURE module .*installed and signed, .*does not know the key'
check "and what mends it" said 'mend it: mokutil --import /var/lib/dkms/mok.pub && reboot'
check "the key that it names is there" openssl x509 -inform DER -in /var/lib/dkms/mok.pub -noout
told falcoc -M 1
check "falcoc says so, too" said 'takes only signed modules .*mokutil --import'
check "the package is configured all the same" told dpkg-reconfigure falcoc-dkms
check "and says who knows more" said "built but not loaded; 'falcoc doctor' tells why \(Secure Boot: /usr/share/doc/falcoc-dkms/SIGNING.md\)"
check "which is there" test -s /usr/share/doc/falcoc-dkms/SIGNING.md
