#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module's contract with its consumers, tried from outside by a program of its own (tests/vm/kmodtest).
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

check "the module loads" load_module
/falcoc/bin/kmodtest | grep -v '^[0-9]* passed, [0-9]* failed$'
rc=${PIPESTATUS[0]}
# it says PASS and FAIL itself; dying is one more failure
[ "$rc" -le 1 ] || fail "kmodtest ended with status $rc"
[ "$rc" = 0 ] || FAILED=1
check "the module unloads" wait_for 10 unload_module
