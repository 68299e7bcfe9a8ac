#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module's contract with its consumers, tried from outside by a program of its own (tests/vm/kmodtest).
#
#	PARTS	these parts of it alone, with commas between, each by itself [all of it]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

# contract [PART]
contract() {
	local rc
	/falcoc/bin/kmodtest "$@" | grep --line-buffered -v '^[0-9]* passed, [0-9]* failed$'
	rc=${PIPESTATUS[0]}
	# it says PASS and FAIL itself; dying is one more failure
	[ "$rc" -le 1 ] || fail "kmodtest $* ended with status $rc"
	[ "$rc" = 0 ] || FAILED=1
}

check "the module loads" load_module
if [ -z "${PARTS:-}" ]; then
	contract
else
	for part in ${PARTS//,/ }; do
		contract "$part"
	done
fi
check "the module unloads" wait_for 10 unload_module
