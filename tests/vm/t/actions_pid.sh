#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Pids that are used again. A process does what is to be killed for and ends at once, and others are started
# as quickly as can be in a machine with few pids, so that its pid is soon another's; falcoc is stopped in
# the meantime, so that its events are old when they are judged. None of the others may be killed.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

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
start_falcoc -r "$T/rules.yaml" --policy "$T/policies.yaml" --json --actions=on \
	-o policies.actions_per_minute=1000000 || exit 1
old_max=$(cat /proc/sys/kernel/pid_max)

told() { [ "$(grep -c '"rule":"falcoc: action"' "$T/out")" -ge "$1" ]; }

# one culprit ends, and an innocent one is given its very pid while falcoc stands still
reuse() {
	local culprit innocent
	kill -STOP "$FALCOC_PID"
	sh -c 'exec 3</tmp/mark' &
	culprit=$!
	wait $culprit 2>/dev/null
	# CAP_SYS_ADMIN may choose the next pid: no need to go round
	echo $((culprit - 1)) >/proc/sys/kernel/ns_last_pid 2>/dev/null
	sleep 1000 &
	innocent=$!
	INNOCENT+=("$innocent")
	[ "$innocent" = "$culprit" ] && REUSED=$((REUSED + 1))
	kill -CONT "$FALCOC_PID"
}
INNOCENT=()
REUSED=0
ROUNDS=60
for _ in $(seq $ROUNDS); do
	reuse
done
check "pids were used again ($REUSED of $ROUNDS)" test "$REUSED" -gt 0
check "all alerts led to a result" wait_for 60 told $ROUNDS
dead=0
for pid in "${INNOCENT[@]}"; do
	kill -0 "$pid" 2>/dev/null || dead=$((dead + 1))
done
check "none that has the pid of another was killed" test $dead = 0
others=$(grep -c "it has ended, and its pid is another's" "$T/out")
ended=$(grep -c '"falcoc.action.detail":"it has ended"' "$T/out")
check "of the reused ones it is told ($others another's, $ended ended)" test "$others" -gt 0
kill -KILL "${INNOCENT[@]}" 2>/dev/null

# the same with no more pids than are needed, going round
echo 400 >/proc/sys/kernel/pid_max 2>/dev/null || echo 1024 >/proc/sys/kernel/pid_max
INNOCENT=()
for _ in 1 2 3 4 5; do
	kill -STOP "$FALCOC_PID"
	for _ in 1 2 3; do sh -c 'exec 3</tmp/mark' & done 2>/dev/null
	for _ in $(seq 120); do (:) & done 2>/dev/null
	for _ in $(seq 10); do
		sleep 1000 &
		INNOCENT+=($!)
	done
	kill -CONT "$FALCOC_PID"
	# shellcheck disable=SC2046  # a list of jobs
	for _ in $(seq 40); do (:) & done 2>/dev/null
done
echo "$old_max" >/proc/sys/kernel/pid_max
check "all alerts of these led to a result" wait_for 60 told $((ROUNDS + 10))
dead=0
for pid in "${INNOCENT[@]}"; do
	kill -0 "$pid" 2>/dev/null || dead=$((dead + 1))
done
check "none of ${#INNOCENT[@]} bystanders was killed" test $dead = 0
kill -KILL "${INNOCENT[@]}" 2>/dev/null
stop_falcoc || fail "falcoc ends well"
exit $FAILED
