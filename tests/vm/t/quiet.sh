#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An idle falcoc sleeps: next to no CPU time and wake-ups; and its memory stays flat while
# processes come and go.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Anything that we run to mark a place
  desc: So that the test knows what has been judged.
  condition: evt.type = execve and proc.name = tac
  output: MARK %proc.args %proc.pname %proc.aname[2] %fd.name
  priority: DEBUG
- rule: Connection to an unknown domain
  desc: Makes falcoc ask for names.
  condition: evt.type = connect and fd.typechar = 4 and not fd.sip.name in (one.example, two.example)
  output: CONNECT %fd.name
  priority: DEBUG
R

# nobody answers: the worst case for the resolver
echo "nameserver 127.0.0.1" >/etc/resolv.conf
start_falcoc -r "$T/rules.yaml" || exit 1

# ticks of 10 ms in user and kernel mode
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$FALCOC_PID/stat"; }
switches() { awk '/^voluntary_ctxt/ { print $2 }' "/proc/$FALCOC_PID/status"; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$FALCOC_PID/status"; }
marks=0
# churn N: so many processes, then waits until all were judged
churn() {
	local i=0
	while [ $i -lt "$1" ]; do
		cat /dev/null
		i=$((i + 1))
	done
	tac --version >/dev/null
	marks=$((marks + 1))
	wait_for 60 marked
}
marked() { [ "$(alerts MARK)" -ge "$marks" ]; }

check "falcoc has judged its first events" churn 20
# idle: one measurement; what it found is in $ticks and $wakes, $base and $seconds
idle() {
	local t0 w0 b0 s0=$EPOCHSECONDS
	t0=$(cpu_ticks) w0=$(switches)
	# not a wait for something: the length of the measurement
	sleep 10
	ticks=$(($(cpu_ticks) - t0)) wakes=$(($(switches) - w0)) seconds=$((EPOCHSECONDS - s0))
	echo "idle for $seconds s: $ticks ticks of CPU time, $wakes wake-ups"
	# how long something takes depends on what else the host does: measured by work that does not change
	b0=$(awk '{ print $14 + $15 }' /proc/$$/stat)
	for ((i = 0; i < 20000; i++)); do :; done
	base=$(($(awk '{ print $14 + $15 }' /proc/$$/stat) - b0))
	echo "twenty thousand turns of a shell: $base ticks"
}
# The time for which the guest stands still counts as that of the process that had the CPU just then; so it may happen
# to one measurement, but whoever is busy is so in each.
for _ in 1 2 3; do
	idle
	[ "$ticks" -ge "$base" ] || [ "$wakes" -ge $((seconds * 5)) ] || break
done
check "ten idle seconds take less CPU time than that" test "$ticks" -lt "$base"
check "idle wake-ups are fewer than five a second" test "$wakes" -lt $((seconds * 5))

check "300 processes were seen" churn 300
m0=$(rss_kb)
check "700 more were seen" churn 700
m1=$(rss_kb)
echo "resident: $m0 KiB after 320 processes, $m1 KiB after 1020"
# ended processes are remembered for a minute: a few hundred bytes each
check "memory grew by less than 2 KiB a process" test $((m1 - m0)) -le 1400
check "falcoc ends well" stop_falcoc
check "nothing was dropped" grep -q 'Events dropped: 0 ' "$T/err"
