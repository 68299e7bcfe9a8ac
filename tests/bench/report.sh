#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# report.sh FALCOC: how long a report of a month with a million alerts takes; more than 5 s of CPU is a failure. (ALERTS: another number)
set -euo pipefail
here=$(dirname "$(realpath "$0")")
falcoc=$(realpath "$1")
seed=$here/../fuzz/corpus/scap/whole
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
alerts=${ALERTS:-1000000}

# falcoc makes the tables
echo '[{rule: R, desc: d, condition: evt.type = open, output: o, priority: DEBUG}]' >"$tmp/r.yaml"
"$falcoc" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/a.db" -o alert_store.max_days=36500 \
	-r "$tmp/r.yaml" -e "$seed" >/dev/null 2>&1
python3 "$here/report.py" "$tmp/a.db" "$alerts" 30
echo "$alerts alerts of 30 days, a store of $(($(stat -c %s "$tmp/a.db") >> 20)) MiB"

# timed NAME COMMAND...: what it took by the clock and of CPU, and the most that it held. By CPU it is judged:
# a busy machine adds to the clock only.
failed=0
timed() {
	python3 - "$@" <<'P' || failed=1
import os, subprocess, sys, time
begin = time.monotonic()
with open("/dev/null", "wb") as nowhere:
    p = subprocess.Popen(sys.argv[2:], stdout=nowhere)
    _, status, used = os.wait4(p.pid, 0)
wall, cpu = time.monotonic() - begin, used.ru_utime + used.ru_stime
print("%s: %.2f s, CPU %.2f s (user %.2f, system %.2f), %d MiB" %
      (sys.argv[1], wall, cpu, used.ru_utime, used.ru_stime, used.ru_maxrss // 1024))
if os.waitstatus_to_exitcode(status) not in (0, 4):
    sys.exit("it failed")
if cpu > 5:
    sys.exit("that is more than 5 s")
P
}
report=("$falcoc" report -c none --store "$tmp/a.db")
for detail in 0 1 2; do
	timed "report --detail $detail" "${report[@]}" --since 30d --detail $detail --format html
done
for format in text json csv markdown; do
	timed "report as $format" "${report[@]}" --since 30d --detail 2 --format $format
done
# the next one looks at what came since: nothing
timed "the first with a checkpoint" "${report[@]}" --since 30d --checkpoint "$tmp/mark"
timed "the second" "${report[@]}" --since 30d --checkpoint "$tmp/mark"
sync "$tmp/a.db" && dd of="$tmp/a.db" oflag=nocache conv=notrunc,fdatasync count=0 status=none
timed "a file that is in no cache" "${report[@]}" --since 30d --detail 2
exit $failed
