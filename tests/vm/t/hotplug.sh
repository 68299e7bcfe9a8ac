#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# CPUs go and come while falcoc records: events of a CPU that came back are seen.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

CPU=/sys/devices/system/cpu/cpu1/online
[ -w $CPU ] || skip "this guest has no second CPU that can be switched off"

cat >"$T/rules.yaml" <<'R'
- rule: Open
  desc: any open of one file
  condition: evt.type in (open, openat) and fd.name startswith /tmp/marked
  output: OPEN %fd.name cpu=%evt.cpu
  priority: NOTICE
R
# mark NAME: opens a file on CPU 1
mark() { taskset -c 1 sh -c ": >/tmp/marked-$1"; }
cycle() {
	echo 0 >$CPU && echo 1 >$CPU
}

start_falcoc -v -r "$T/rules.yaml" || exit 1
mark before
expect_alert "an event of CPU 1" 'OPEN /tmp/marked-before cpu=1'
check "CPU 1 goes and comes" cycle
mark after
expect_alert "an event of CPU 1 once it is back" 'OPEN /tmp/marked-after cpu=1'
many() {
	for _ in 1 2 3 4 5; do cycle || return 1; done
}
check "it goes and comes five times" many
mark last
expect_alert "its events are still seen" 'OPEN /tmp/marked-last cpu=1'
check "falcoc ends well" stop_falcoc

echo 0 >$CPU
start_falcoc -v -r "$T/rules.yaml" || exit 1
check "CPU 1 comes for the first time while falcoc runs" sh -c "echo 1 >$CPU"
# falcoc takes the new CPU's rings when it is told of them
seen() { mark late && has_alert 'OPEN /tmp/marked-late cpu=1'; }
check "an event of a CPU that came later" wait_for 20 seen
check "falcoc ends well again" stop_falcoc
rm -f /tmp/marked-*
