#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A newer kernel is installed, with its headers: DKMS builds the module for it, too.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

image=$(apt-cache pkgnames linux-image-6.12 | head -1)
release=${image#linux-image-}
check "there is a newer kernel ($release)" test -n "$release"
check "apt installs it" apt_install "linux-image-$release linux-headers-$release"
grep -iE 'dkms|falcoc' "$T/said" | head -20
check "DKMS built the module for it" built_for "$(installed)" "$release"
check "and signed it" test "$(modinfo -k "$release" -F signer falcoc)" = "DKMS module signing key"
check "the one of the running kernel is still there" built_for "$(installed)" "$(uname -r)"
watches kernel
