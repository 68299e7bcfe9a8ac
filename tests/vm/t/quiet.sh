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
mark() {
	marks=$((marks + 1))
	tac --version >/dev/null
	wait_for 30 test "$(alerts MARK)" -ge "$marks"
}
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
t0=$(cpu_ticks) w0=$(switches)
# not a wait for something: the length of the measurement
sleep 10
t1=$(cpu_ticks) w1=$(switches)
echo "idle for 10 s: $((t1 - t0)) ticks of CPU time, $((w1 - w0)) wake-ups"
# how long something takes depends on what else the host does: measured by work that does not change
b0=$(awk '{ print $14 + $15 }' /proc/$$/stat)
for ((i = 0; i < 20000; i++)); do :; done
b1=$(awk '{ print $14 + $15 }' /proc/$$/stat)
echo "twenty thousand turns of a shell: $((b1 - b0)) ticks"
check "ten idle seconds take less CPU time than that" test $((t1 - t0)) -lt $((b1 - b0))
check "idle wake-ups are fewer than five a second" test $((w1 - w0)) -lt 50

check "300 processes were seen" churn 300
m0=$(rss_kb)
check "700 more were seen" churn 700
m1=$(rss_kb)
echo "resident: $m0 KiB after 320 processes, $m1 KiB after 1020"
# ended processes are remembered for a minute: a few hundred bytes each
check "memory grew by less than 2 KiB a process" test $((m1 - m0)) -le 1400
check "falcoc ends well" stop_falcoc
check "nothing was dropped" grep -q 'Events dropped: 0 ' "$T/err"
