#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# io_uring is no way around: what it does is recorded as what the system calls of that kind do.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

check "the module loads" load_module
/falcoc/bin/kmodtest uring | grep -v '^[0-9]* passed, [0-9]* failed$'
rc=${PIPESTATUS[0]}
[ "$rc" -le 1 ] || fail "kmodtest ended with status $rc"
[ "$rc" = 0 ] || FAILED=1
check "the module unloads" wait_for 10 unload_module
check "and told of nothing that it cannot see" refused grep -q 'falcoc.*not seen' <(dmesg)
