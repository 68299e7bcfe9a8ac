#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Captures of what happened around alerts: history, alert and what came after are in a file of root's
# alone whose name the alert tells; alerts that come meanwhile share it; the oldest files go.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

D=$T/captures
cat >"$T/rules.yaml" <<'R'
- rule: Shadow read
  desc: d
  condition: evt.type in (openat, open) and fd.name = /etc/shadow
  output: "SHADOW %proc.cmdline"
  priority: WARNING
  capture: true
  capture_duration: 3000
- rule: any exec
  desc: d
  condition: evt.type = execve and proc.name != cat
  output: "EXEC %proc.cmdline"
  priority: DEBUG
R
grep -qs . /etc/shadow || echo 'root:*:1:0:99999:7:::' >/etc/shadow
start_falcoc -c none -r "$T/rules.yaml" -o capture.directory="$D" -o capture.max_files=2 \
	-o capture.events='[mkdir,mkdirat]' || exit 1
env true before
mkdir "$T/history"
expect_alert "history is told" 'EXEC mkdir'
cat /etc/shadow >/dev/null
expect_alert "the alert names its capture" "SHADOW cat /etc/shadow.*\(capture=$D/[0-9T.]*-Shadow_read.scap\)"
cat /etc/shadow /dev/null >/dev/null
env true after
expect_alert "what comes after is told" 'EXEC true after'
one_file() { [ "$(find "$D" -name '*.scap' | wc -l)" = "$1" ]; }
check "alerts that come meanwhile share a file" one_file 1
file=$(find "$D" -name '*.scap')
check "it is for root only" test "$(stat -c %a "$file")" = 600
whole() { falcoc -c none -e "$file" --print '%evt.type %proc.cmdline' >"$T/events" 2>"$T/print.err" && grep -q '^execve true after' "$T/events"; }
check "it is whole when its time is over" wait_for 20 whole
check "it has what was before" grep -q '^execve true before' "$T/events"
check "and what was asked for beside rules" grep -q '^mkdir[a-z]* mkdir' "$T/events"
check "and the alert's event" grep -q '^openat cat /etc/shadow' "$T/events"
for i in 2 3 4; do
	sleep 3 # the file before it is over then: its duration
	cat /etc/shadow >/dev/null
	wait_for 20 sh -c "[ \$(grep -o 'capture=[^)]*' '$T/out' | sort -u | wc -l) -ge $i ]"
done
check "falcoc ends well" stop_falcoc
check "the oldest files went" one_file 2
check "the report counts them" grep -q '^Captures: [4-9]' "$T/err"
