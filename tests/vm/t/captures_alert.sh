#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Captures of what happened around alerts: history, alert and what came after are in a file of root's
# alone whose name the alert tells, and replayed it raises what was raised; alerts that come meanwhile
# share it; a policy can ask for one; the oldest files go.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

D=$T/captures
rules() {
	cat <<R
- rule: Shadow read
  desc: d
  condition: evt.type in (openat, open) and fd.name = /etc/shadow
  output: "SHADOW %proc.cmdline"
  priority: WARNING
  capture: true
  capture_duration: $1
- rule: any exec
  desc: d
  condition: evt.type = execve and proc.name in (true, mkdir)
  output: "EXEC %proc.cmdline"
  priority: DEBUG
R
}
grep -qs . /etc/shadow || echo 'root:*:1:0:99999:7:::' >/etc/shadow

files() { find "$D" -name '*.scap'; }
count_is() { [ "$(files | wc -l)" = "$1" ]; }
# However slow the machine is: nothing is too old, and the file is open until the end.
start() { start_falcoc -c none "$@" -o capture.directory="$D" -o capture.history_seconds=600; }
# told OUTPUT: what was told, without times and names of captures
told() { grep -oE '(SHADOW|EXEC) .*' "$1" | sed 's/ (capture=.*//; s/ \[policy: .*//'; }
replay() { falcoc -c none -r "$T/rules.yaml" -e "$1" >"$T/replayed" 2>"$T/replay.err"; }
# lines FILE LINE...: are these in it, in this order?
in_order() {
	local file=$1 at=0 n line
	shift
	for line; do
		n=$(tail -n +$((at + 1)) "$file" | grep -nE -m1 -- "$line" | cut -d: -f1)
		[ -n "$n" ] || { echo "no $line behind line $at:"; tail -n 20 "$file"; return 1; }
		at=$((at + n))
	done
}

rules 600000 >"$T/rules.yaml"
start -r "$T/rules.yaml" -o capture.events='[mkdir,mkdirat]' || exit 1
env true before
mkdir "$T/history"
expect_alert "history is told" 'EXEC mkdir'
check "before an alert there is no file" count_is 0
cat /etc/shadow >/dev/null
expect_alert "the alert names its capture" "SHADOW cat /etc/shadow.*\(capture=$D/[0-9T.]*-Shadow_read.scap\)"
cat /etc/shadow /dev/null >/dev/null
expect_alert "and the next one names one" "SHADOW cat /etc/shadow /dev/null.*\(capture="
env true after
expect_alert "what comes after is told" 'EXEC true after'
check "alerts that come meanwhile share a file" count_is 1
file=$(files)
check "whose name both tell" test "$(grep -oE 'capture=[^)]*' "$T/out" | sort -u)" = "capture=$file"
check "it is for root only" test "$(stat -c %a "$file")" = 600
check "falcoc ends well" stop_falcoc
check "the report counts them" grep -q '^Captures: 1 in .*, 1 alerts shared one$' "$T/err"
check "nothing was dropped" grep -q 'Events dropped: 0' "$T/err"
falcoc -c none -e "$file" --print '%evt.type %proc.cmdline' >"$T/events" 2>"$T/print.err"
check "the file is whole" test ! -s "$T/print.err"
check "history, alerts and what followed are in it, in order" in_order "$T/events" \
	'^execve true before$' '^mkdir[a-z]* mkdir ' '^openat cat /etc/shadow$' \
	'^openat cat /etc/shadow /dev/null$' '^execve true after$'
check "it is replayed" replay "$file"
told "$T/out" >"$T/live.alerts"
told "$T/replayed" >"$T/replayed.alerts"
check "alerts are raised again, before, at and after" in_order "$T/replayed.alerts" \
	'^EXEC true before$' '^EXEC mkdir ' '^SHADOW cat /etc/shadow$' \
	'^SHADOW cat /etc/shadow /dev/null$' '^EXEC true after$'
# between start and end all is history or what followed
check "and are the live ones" busybox cmp -s "$T/live.alerts" "$T/replayed.alerts"
check "a replay makes no captures" count_is 1

# each has a file of its own where the time of the one before it is over
rules 1 >"$T/rules.yaml"
start -r "$T/rules.yaml" -o capture.max_files=2 || exit 1
another() {
	cat /etc/shadow >/dev/null
	[ "$(grep -o 'capture=[^)]*' "$T/out" | sort -u | wc -l)" -ge "$1" ]
}
for i in 1 2 3 4; do
	check "alert $i, later: a file of its own" wait_for 30 another "$i"
done
check "falcoc ends well, once more" stop_falcoc
check "the oldest files went" count_is 2
check "the report counts them all" grep -q '^Captures: \([4-9]\|[1-9][0-9]\)' "$T/err"
newest=$(files | sort | tail -1)
check "the newest is replayed" replay "$newest"
check "and its alert raised again" grep -q 'SHADOW cat /etc/shadow' "$T/replayed"

# a policy asks for it, of a rule that does not
grep -v capture "$T/rules.yaml" >"$T/plain.yaml"
cat >"$T/policies.yaml" <<'P'
- policy: look closer
  rules: [Shadow read]
  scope: proc.name = cat
  actions: [capture]
P
rm -rf "$D"
start -r "$T/plain.yaml" --policy "$T/policies.yaml" --actions=dry-run || exit 1
cat /etc/shadow >/dev/null
expect_alert "a dry run tells that a file would be made" 'capture dry-run: process'
check "falcoc ends well after a dry run" stop_falcoc
check "and made none" test -z "$(files 2>/dev/null)"
start -r "$T/plain.yaml" --policy "$T/policies.yaml" --actions=on || exit 1
env true before
expect_alert "history of a policy's capture is told" 'EXEC true before'
head -c 1 /etc/shadow >/dev/null
expect_alert "outside of its scope nothing is recorded" 'SHADOW head'
cat /etc/shadow >/dev/null
expect_alert "the result names the file" "capture done: process [0-9]* \(cat.*: $D/[0-9T.]*-Shadow_read.scap"
check "falcoc ends well after a policy's capture" stop_falcoc
check "there is one file" count_is 1
falcoc -c none -r "$T/plain.yaml" -e "$(files)" >"$T/replayed" 2>"$T/replay.err"
told "$T/replayed" >"$T/replayed.alerts"
check "with history and event" in_order "$T/replayed.alerts" '^EXEC true before$' '^SHADOW head' '^SHADOW cat /etc/shadow$'
