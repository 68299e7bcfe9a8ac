#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# CPUs go and come again and again while everything is recorded and programs run.
#
#	CYCLES	how often [30]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

CPU=/sys/devices/system/cpu/cpu1/online
[ -w $CPU ] || skip "this guest has no second CPU that can be switched off"
echo 0 >$CPU
start_recorder || { fail "the recorder starts"; cat "$T/recorder"; exit 1; }
stress-ng --fork 1 --open 1 --sock 1 --timeout 600 --temp-path "$T" >"$T/load" 2>&1 </dev/null &
LOAD=$!
wait_for 60 grep -q dispatching "$T/load" || { fail "the load runs"; cat "$T/load"; }
cycles() {
	local i
	for ((i = 0; i < ${CYCLES:-30}; i++)); do
		echo 1 >$CPU && echo 0 >$CPU || return 1
	done
}
check "a CPU comes and goes ${CYCLES:-30} times" cycles
echo 1 >$CPU
log_clean || fail "the kernel's log is clean"
kill $LOAD || cat "$T/load"
wait $LOAD 2>/dev/null
check "its rings were taken" grep -q 'PASS rings of a CPU' "$T/recorder"
check "everything adds up" stop_recorder
check "the module unloads" wait_for 20 unload_module
