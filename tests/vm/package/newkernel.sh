#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The newer kernel is booted: its module is loaded, the service watches.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

check "this is the newer kernel ($(uname -r))" sh -c "uname -r | grep -q ^6.12"
check "its module is loaded at boot" wait_for 60 is_loaded "$(installed)"
watches newkernel
