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
# as the README has it, but that nobody is there to say yes
mkdir "$T/build"
cp "$(deb falcoc "$OLD")" "$(deb falcoc-dkms "$OLD")" "$T/build/"
cd "$T" || exit 1
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes
begun=$SECONDS
check "apt installs both" told apt-get install ./build/falcoc_*.deb ./build/falcoc-dkms_*.deb
echo "apt took $((SECONDS - begun)) s"
cache_used
cd /
rm /etc/apt/apt.conf.d/yes
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
