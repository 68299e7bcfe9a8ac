#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A bare Debian 12 gets both packages by apt; DKMS builds the module for the kernel that runs; the service
# starts and sees something.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

list >$KEPT/before
dpkg-query -W -f '${Package}\n' | sort >$KEPT/packages
rm -rf /var/lib/dkms/mok.*
check "apt installs both" apt_install "$(deb falcoc "$OLD") $(deb falcoc-dkms "$OLD")"
grep -iE 'dkms|falcoc|module|sign' "$T/said" | head -40
check "DKMS built the module for this kernel" built_for "$OLD" "$(uname -r)"
check "and signed it" sh -c "modinfo -F signer falcoc | grep -q ."
echo "signer: $(modinfo -F signer falcoc)"
check "it is loaded" is_loaded "$OLD"
check "the service is enabled" systemctl -q is-enabled falcoc
rule
watches install
told falcoc doctor
check "falcoc doctor finds nothing amiss with the module" said '^ok +module'
grep -vE '^ok' "$T/said"
check "the manual is there" sh -c "man -w falcoc && man -w falcoc-rules"
