#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A consumer that is stopped, killed or asks for too much harms nobody but itself: what is watched goes
# on, the losses are told exactly when it goes on, and another consumer loses nothing because of it.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Recorded
  desc: every open is recorded, none matches
  condition: evt.type in (open, openat) and fd.name = /nowhere
  output: never
  priority: NOTICE
- rule: Program
  desc: one program
  condition: evt.type = execve and evt.dir = < and proc.name = tac
  output: RAN %proc.args
  priority: NOTICE
R

calls() { kmodtest count "$T/count" 2>/dev/null || echo 0; }
calls_above() { [ "$(calls)" -gt "$1" ]; }
stopped() { grep -q '^State:.T' "/proc/$1/status"; }
flood() {
	rm -f "$T/count" # the last one's
	kmodtest flood openat "$T/count" &
	FLOODER=$!
	check "$1: the flood is on" wait_for 120 calls_above 200
}
no_flood() {
	kill -TERM $FLOODER
	wait $FLOODER
}
goes_on() { wait_for 120 calls_above $(($(calls) + 10000)); }
told() { alerts 'falcoc: events dropped: '; }
told_more_than() { [ "$(told)" -gt "$1" ]; }
told_sum() { sed -nE 's/.*falcoc: events dropped: ([0-9]+) of .*/\1/p' "$T/out" | awk '{ s += $1 } END { print s + 0 }'; }
ran() { [ "$(alerts "RAN $1")" = 1 ]; }

start_falcoc -v --no-predicates --ring-size 128K -r "$T/rules.yaml" || exit 1
check "memory of the rings is told" grep -q 'rings: 2560 KiB of memory, 2048 KiB of it' "$T/err"
flood running
check "while falcoc runs the flood goes on" goes_on
kill -STOP "$FALCOC_PID"
check "falcoc is stopped" wait_for 10 stopped "$FALCOC_PID"
check "while it is stopped the flood goes on" goes_on
tac "/dev/null" 2>/dev/null
no_flood
before=$(told)
kill -CONT "$FALCOC_PID"
check "continued, it tells of the drops" wait_for 20 told_more_than "$before"
check "and of what was executed meanwhile" wait_for 20 ran /dev/null
tac /dev/./null 2>/dev/null
check "and of what is executed now" wait_for 20 ran /dev/./null
check "it ends well" stop_falcoc
read -r _ _ produced _ _ delivered _ _ dropped _ _ unread _ <<<"$(grep '^Records: ' "$T/err")"
check "produced = delivered + dropped + unread" test "${produced:-1}" = $((delivered + dropped + unread))
check "the alerts add up to the drops" test "$(told_sum)" = "${dropped:-x}"
check "the log says so too" grep -q 'falcoc: events dropped: ' "$T/err"

start_falcoc --no-predicates --ring-size 128K -o syscall_event_drops.actions=ignore -r "$T/rules.yaml" || exit 1
kill -STOP "$FALCOC_PID"
check "falcoc is stopped again" wait_for 10 stopped "$FALCOC_PID"
flood ignored
check "and the flood goes on" goes_on
kill -KILL "$FALCOC_PID"
wait "$FALCOC_PID" 2>/dev/null
FALCOC_PID=
check "killed, the flood goes on" goes_on
check "and the module unloads under it" wait_for 20 unload_module
check "unloaded, the flood goes on" goes_on

# the exit status says that something was lost
load_module
emptied "$T/err"
falcoc --no-predicates --ring-size 128K -o syscall_event_drops.actions=exit,alert -r "$T/rules.yaml" >"$T/out" 2>"$T/err" &
pid=$!
check "recording begins" wait_for 30 grep -q 'recording began' "$T/err"
kill -STOP $pid
goes_on
kill -CONT $pid
wait $pid
check "asked to, it ends with status 5" test $? = 5
check "and says why" grep -q 'events were dropped, and syscall_event_drops.actions says to exit' "$T/err"
check "with one alert" test "$(told)" = 1
no_flood

# two of them, one stopped: so many opens that only the stopped one's ring is too small
start_falcoc -v --no-predicates -r "$T/rules.yaml" || exit 1
falcoc -v --no-predicates --ring-size 128K -r "$T/rules.yaml" >"$T/other" 2>"$T/other.err" &
other=$!
check "a second one starts" wait_for 30 grep -q 'recording began' "$T/other.err"
kill -STOP $other
check "and is stopped" wait_for 10 stopped $other
for ((i = 0; i < 3000; i++)); do : </dev/null; done
tac /dev/null 2>/dev/null
check "the first is told" wait_for 20 ran /dev/null
kill -CONT $other
check "the second too" wait_for 20 grep -q 'RAN /dev/null' "$T/other"
kill -TERM $other
wait $other
check "both end well" stop_falcoc
check "the first lost nothing" grep -q '^Events dropped: 0 of ' "$T/err"
check "the second did" grep -q '^Events dropped: [1-9]' "$T/other.err"

# more than there is
falcoc --ring-size 512M,256M -r "$T/rules.yaml" >"$T/out" 2>"$T/err"
check "rings larger than memory are refused" test $? = 4
cpus=$(nproc)
check "with the number" grep -q "not enough memory for the rings: $cpus CPUs x (524288 + 262144 + 512 KiB) = \
$(((cpus * 1537 + 1) / 2)) MiB, and the machine has [0-9]* MiB available" "$T/err"
