#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The store: what is in it, how it is asked, that it survives kill -9 and a full disk.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"
seed_rules
cat >c.yaml <<C
config_files: []
alert_store: {enabled: true, file: $tmp/alerts.db, max_days: 36500}
stdout_output: {enabled: false}
output_timeout: 60000
outputs_queue: {flush_ms: 600000}
C

run alerts -c c.yaml
expect "no store yet" 1 err "alerts.db: No such file or directory (alert_store.enabled makes one)"
run -c c.yaml -r rules.yaml -e "$seeds/whole" -o 'fold_alerts.outputs=[stdout]' -o 'alert_rates[]={rule: "*", rate: 0.001}'
expect "alerts are stored" 0 err "Alerts: 2" "!could not be written"
verdict "for their owner only" "$([ "$(stat -c %a alerts.db)" = 600 ] && echo ok || stat -c %a alerts.db)"
run alerts -c c.yaml
expect "and shown" 0 out "1 2023-11-14" "Warning Passwords: read (/etc/passwd)" "Notice To the web: web ("
run alerts -c c.yaml --priority warning
expect "by priority" 0 out "Passwords" "!To the web"
run alerts --store alerts.db -c none --rule 'To *'
expect "by rule" 0 out "!Passwords" "To the web"
run alerts -c c.yaml --user root
expect "by user" 0 out "Passwords"
run alerts -c c.yaml --user nobody
expect "by another one" 0 out "!Passwords"
run alerts -c c.yaml --since 2023-11-14 --until 2023-11-15T12:00Z -n 1
expect "by time, the last one" 0 out "!Passwords" "To the web"
run alerts -c c.yaml --since yesterday
expect "not what is older" 0 out "!Passwords" "!To the web"
run alerts -c c.yaml --format json --rule Passwords
expect "as JSON, with fields that the output does not name" 0 out '{"id":1,' '"proc.name":"sh"' '"user.name":"root"' '"tags":["file"]'
verdict "which is JSON" "$(python3 -c 'import json,sys; [json.loads(l) for l in open("out")]; print("ok")')"
run alerts -c c.yaml --format csv
expect "as CSV" 0 out "id,time,priority,rule" '1,2023-11-14T22:13:20.000000001Z,Warning,"Passwords"'
run show -c c.yaml 1
expect "one with all" 0 out "rule                         Passwords" "proc.name                    sh" "fd.name"
run show -c c.yaml 99
expect "one that there is not" 1 err "there is no alert 99"
run alerts -c c.yaml --since sometime
expect "a time that is none" 2 err "'sometime' is no time"
run alerts -c c.yaml 'proc.name = sh and fd.name startswith /etc'
expect "by a condition" 0 out "Passwords" "!To the web"
run alerts -c c.yaml 'fd.sport = 80'
expect "by another one" 0 out "!Passwords" "To the web"
run alerts -c c.yaml -n 1 'evt.type exists'
expect "the last one of those that it fits" 0 out "!Passwords" "To the web"
run alerts -c c.yaml 'group.name = root'
expect "what was not stored is told" 0 err "group.name is not stored with any of the 2 alerts looked at"
run alerts -c c.yaml 'proc.nme = sh'
expect "a condition that is none" 2 err "condition:1:1: error: unknown field 'proc.nme'" "did you mean 'proc.name'"
verdict "when it ran, and how much came" "$(python3 - <<'P'
import sqlite3
db = sqlite3.connect("alerts.db")
row = db.execute("SELECT began_ns / 1000000000, ended_ns > began_ns FROM runs").fetchone()
n = db.execute("SELECT sum(events), sum(alerts) FROM counts").fetchone()
notes = [r[0] for r in db.execute("SELECT kind FROM notes ORDER BY id")]
print("ok" if row == (1700000000, 1) and n[0] > 2 and n[1] == 2 and notes == ["start", "rules", "stop"] else (row, n, notes))
P
)"
"$FALCOC" alerts -c c.yaml --follow --rule 'To *' >follow 2>&1 &
pid=$!
run -c c.yaml -r rules.yaml -e "$seeds/whole"
# shellcheck disable=SC2016  # looked up each time
until_true '[ "$(wc -l <follow)" = 2 ]'
kill $pid
wait $pid 2>/dev/null
verdict "--follow goes on" "$([ "$(wc -l <follow)" = 2 ] && echo ok || cat follow)"

# killed while it writes: what was committed is there, nothing is broken
rm -f alerts.db*
many 20000 >many.scap
# a pipe that stays open: it has not come to its end, however late it is killed
mkfifo endless
exec 9<>endless
cat many.scap >endless 9<&- &
cat=$!
"$FALCOC" -c c.yaml -r rules.yaml -e endless >out 2>err 9<&- &
pid=$!
# shellcheck disable=SC2016  # looked up each time
until_true '[ "$("$FALCOC" alerts -c c.yaml -n 1 2>/dev/null | wc -l)" = 1 ]'
kill -9 $pid
kill $cat 2>/dev/null
wait $pid $cat 2>/dev/null
exec 9<&-
run alerts -c c.yaml --format json
n=$(wc -l <out)
verdict "killed: what was written is there ($n)" "$([ "$n" -gt 0 ] && python3 - <<'P'
import json, sqlite3
ids = [json.loads(line)["id"] for line in open("out")]
assert ids == list(range(1, len(ids) + 1)), "a gap"
assert sqlite3.connect("alerts.db").execute("PRAGMA integrity_check").fetchone()[0] == "ok"
print("ok")
P
)"
run -c c.yaml -r rules.yaml -e "$seeds/whole"
expect "and it goes on" 0 err "Alerts: 2"
run alerts -c c.yaml
verdict "with the next number" "$([ "$(wc -l <out)" = $((n + 2)) ] && echo ok || wc -l <out)"
verdict "a run that did not end, and one that did" "$(python3 - <<'P'
import sqlite3
rows = sqlite3.connect("alerts.db").execute("SELECT ended_ns IS NULL, began_ns <= seen_ns FROM runs").fetchall()
print("ok" if rows == [(1, 1), (0, 1)] else rows)
P
)"

# a full disk: alerts wait, and are written once there is room
rm -f alerts.db*
if mkdir disk && mount -t tmpfs -o size=400k none disk 2>/dev/null; then
	trap 'umount "$tmp/disk"; rm -rf "$tmp"' EXIT
	many 3000 >some.scap
	"$FALCOC" -c c.yaml -o alert_store.file="$tmp/disk/a.db" -r rules.yaml -e some.scap >out 2>err &
	pid=$!
	until_true 'grep -q full err'
	mount -o remount,size=64m disk
	wait $pid
	status=$?
	expect "a full disk is told, and that it has room again" 0 err "alerts do not get to the store" \
		"database or disk is full" "alerts get to the store"
	run alerts --store disk/a.db
	verdict "no alert is lost, none is there twice" "$([ "$(wc -l <out)" = 6000 ] && echo ok || wc -l <out)"
	umount disk
	trap 'rm -rf "$tmp"' EXIT
else
	echo "SKIP: no tmpfs to be mounted here"
fi

# retention: what is too old
run -c c.yaml -o alert_store.max_days=1 -r rules.yaml -e "$seeds/whole"
run alerts -c c.yaml
expect "what is too old leaves" 0 out "!Passwords"
finish
