#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the module allocated it frees: on a kernel with kmemleak (the debug kernel), a consumer's life
# and the module's unloading leave nothing behind.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

LEAKS=/sys/kernel/debug/kmemleak
[ -w $LEAKS ] || skip "this kernel does not look for leaks"

start_falcoc -r /falcoc/rules || exit 1
cat /etc/passwd >/dev/null
check "falcoc ends well" stop_falcoc
start_falcoc -r /falcoc/rules || exit 1
kill -KILL "$FALCOC_PID"
wait "$FALCOC_PID" 2>/dev/null
FALCOC_PID=
check "the module unloads" wait_for 20 unload_module
# an object counts as lost when two scans in a row find nothing that points to it; functions of a
# module that is gone have no names
echo scan >$LEAKS
echo scan >$LEAKS
cat $LEAKS >"$T/leaks"
if grep -qE 'falcoc|0xffffffff[a-f]' "$T/leaks"; then
	cat "$T/leaks"
	fail "nothing is lost"
else
	# which scanning alone finds, at boot already: no complaint of the kernel's log
	pass "nothing is lost ($(grep -c '^unreferenced' "$T/leaks") of others)"
	sed -nE 's/^ *comm ("[^"]*"), pid.*/# of \1/p' "$T/leaks" | sort | uniq -c
fi
