#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# More events than a small ring holds: falcoc stays alive, every loss is counted, and process events,
# which have a ring of their own, are not pushed out by file events.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Flood
  desc: every open is recorded, none matches
  condition: evt.type in (open, openat) and fd.name = /nowhere
  output: never
  priority: NOTICE
- rule: Process
  desc: one program
  condition: evt.type = execve and evt.dir = < and proc.name = tac
  output: RAN %proc.args
  priority: NOTICE
R

# opens as fast as a shell can
opens() {
	local i
	for ((i = 0; i < $1; i++)); do : </dev/null; done
}

stopped() { grep -q '^State:.T' "/proc/$FALCOC_PID/status"; }
# nobody reads: the ring must run full
stop_reading() {
	kill -STOP "$FALCOC_PID"
	check "falcoc is stopped" wait_for 10 stopped
}

start_falcoc -v --no-predicates --ring-size 128K -r "$T/rules.yaml" || exit 1
stop_reading
opens 3000
for i in 1 2 3 4 5; do tac /dev/null "/dev/./null" 2>/dev/null; done
kill -CONT "$FALCOC_PID"
ran_five() { [ "$(alerts 'RAN /dev/null')" = 5 ]; }
check "all five programs are told of" wait_for 30 ran_five
# the last loss is this shell's, under a name that means something to terminals
printf 'a\033[7mb' >/proc/self/comm
stop_reading
opens 3000
kill -CONT "$FALCOC_PID"
check "falcoc ends well" stop_falcoc
report=$(grep '^Records: ' "$T/err")
echo "$report"
read -r _ _ produced _ _ delivered _ _ dropped _ _ unread _ <<<"$report"
check "something was dropped" test "${dropped:-0}" -gt 0
check "something was delivered" test "${delivered:-0}" -gt 0
check "produced = delivered + dropped + unread" \
	test "${produced:-1}" = $((delivered + dropped + unread))
# the same by CPU: the columns of its lines add up to the whole
by_cpu=$(awk '/^CPU [0-9]+: / { p += $4; d += $10 } END { print p + 0, d + 0 }' "$T/err")
check "by CPU it adds up to the same" test "$by_cpu" = "$produced $dropped"
check "the losses are told of" grep -q 'because a ring was full' "$T/err"
check "with the process that caused them, its name made harmless" \
	grep -q 'the last was of process [1-9][0-9]* (a\\x1b\[7mb)' "$T/err"
