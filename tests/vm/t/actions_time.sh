#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How long it takes from the end of the system call to the signal: of many processes that each open a marked
# file, one after the other, with falcoc woken at once and by the rings' timer, and of many at once. Printed as a distribution; nothing depends on the figures but that
# each is killed. (A guest that is emulated is slower than a machine by a factor of ten and more.)
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

N=${N:-30}
M=${M:-30}
PHASE=20	# seconds at most for each of the three
cat >"$T/rules.yaml" <<'R'
- rule: mark
  desc: d
  condition: evt.type in (open, openat) and fd.name = /tmp/mark
  output: "MARK by %proc.pid"
  priority: WARNING
R
cat >"$T/policies.yaml" <<'P'
- policy: kills
  rules: [mark]
  actions: [kill]
  limit: {actions: 100000, seconds: 1}
P
touch /tmp/mark

# distribution NAME: of the latencies told
distribution() {
	grep -o '"falcoc.action.latency_ns":[0-9]*' "$T/out" | cut -d: -f2 | sort -n >"$T/ns"
	awk -v name="$1" '{ v[NR] = $1 } END {
		if (!NR) exit 1
		printf "%s: %d kills, from the call to the signal: p50 %.0f us, p99 %.0f us, max %.0f us\n", name,
			NR, v[int((NR + 1) / 2)] / 1000, v[int(NR * 0.99 + 0.5)] / 1000, v[NR] / 1000 }' "$T/ns"
}
results() { grep -c '"falcoc.action.result":"done"' "$T/out"; }
have() { [ "$(results)" -ge "$1" ]; }

# p50: of those told, in ns
p50() { awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : 0 }' "$T/ns"; }

# sched: what the thread that judges has had of the CPU, and how long it waited for one, in ms
sched() { awk '{ printf "%.0f %.0f\n", $1 / 1e6, $2 / 1e6 }' "/proc/$FALCOC_PID/schedstat"; }

start() {
	start_falcoc -r "$T/rules.yaml" --policy "$T/policies.yaml" --json --actions=on \
		-o policies.actions_per_minute=1000000 "$@" || exit 1
}

# one_by_one NAME OPTION...: up to N kills, as many as there is time for
one_by_one() {
	local name=$1 survived=0 n=0 end
	shift
	start "$@"
	end=$(($(date +%s) + PHASE))
	while [ $n -lt "$N" ] && [ "$(date +%s)" -lt $end ]; do
		sh -c 'exec 3</tmp/mark; while :; do :; done' 2>/dev/null &
		wait $! 2>/dev/null
		[ $? = 137 ] || survived=$((survived + 1))
		n=$((n + 1))
	done 2>/dev/null
	check "$name: each of $n processes is killed before it ends otherwise" test $survived = 0
	check "$name: and told" wait_for 20 have $n
	distribution "$name"
	stop_falcoc || fail "falcoc ends well"
}

one_by_one "woken by the timer" -o policies.wake_at_once=false
slow=$(p50)
one_by_one "woken at once"
fast=$(p50)
awk -v s="$slow" -v f="$fast" 'BEGIN { if (s && f) printf "p50 by the timer / at once: %.2f\n", s / f }'

# at_once NAME OPTION...: M of them in the same moment, which then all want the CPU to go on
at_once() {
	local name=$1 pids=() ran waited ran2 waited2
	shift
	start "$@"
	rm -f /tmp/gate
	mkfifo /tmp/gate
	exec 4<>/tmp/gate
	for _ in $(seq "$M"); do
		sh -c 'read -r _; exec 3</tmp/mark; exec sleep 1000' </tmp/gate 4>&- &
		pids+=($!)
	done 2>/dev/null
	read -r ran waited < <(sched)
	# the last writer goes: all of them are at the end at once
	exec 4>&-
	check "$name: of $M at once each is killed" wait_for "$PHASE" have "$M"
	read -r ran2 waited2 < <(sched)
	echo "$name: falcoc had the CPU for $((ran2 - ran)) ms, and waited $((waited2 - waited)) ms for it"
	distribution "$name: $M at once"
	kill -KILL "${pids[@]}" 2>/dev/null
	stop_falcoc || fail "falcoc ends well"
}

at_once "as others" -o policies.boost=0
at_once "before others"
grep '^Actions:' "$T/err"
exit $FAILED
