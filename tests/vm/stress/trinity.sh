#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# trinity: system calls with random arguments, by users without rights, while everything is recorded.
#
#	TRINITY_SECONDS	how long [60]
#	TRINITY_SEED	where its randomness begins [1]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

start_recorder || { fail "the recorder starts"; cat "$T/recorder"; exit 1; }
mkdir -m 777 "$T/work" && chmod 755 "$T" && cd "$T/work" || exit 1
seconds=${TRINITY_SECONDS:-60}
end=$((SECONDS + seconds))
runs=0
# it ends by itself now and then: with another seed it goes on
while [ $SECONDS -lt $end ]; do
	as_nobody timeout -k 5 $((end - SECONDS + 1)) trinity -q -C 2 -l off \
		-s $((${TRINITY_SEED:-1} + runs)) >"$T/trinity.out" 2>&1 </dev/null
	runs=$((runs + 1))
	[ $runs -lt 5 ] || [ $((SECONDS + seconds - end)) -gt 5 ] ||
		{ tail -5 "$T/trinity.out"; fail "trinity runs"; break; }
	recorder_alive || break
	log_clean || fail "the kernel's log is clean after seed $((${TRINITY_SEED:-1} + runs - 1))"
done
grep -aE 'Ran|syscalls|Watchdog' "$T/trinity.out" | tail -3
check "the recorder survives $runs runs of trinity" recorder_alive
check "everything adds up" stop_recorder
as_nobody kill -KILL -1 2>/dev/null
check "the module unloads" wait_for 20 unload_module
