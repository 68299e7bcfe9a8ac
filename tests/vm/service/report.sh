#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a report says of a service that ran: the hashes of its rules and of the very module that is loaded, what was
# dropped, to the last event, restarts by their length and a death that was none of them; and the statuses for these.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

load_module
service_install WatchdogSec=60
rm -rf /var/lib/falcoc
echo 'engine: {kmod: {ring_size: 128K, process_ring_size: 1M, dns_ring_size: 128K}}' >>/etc/falcoc/falcoc.yaml
rule one mark-one
cat >/etc/falcoc/rules.d/files.yaml <<'Y'
- rule: files
  desc: files that are made
  condition: evt.type in (open, openat) and fd.name startswith /tmp/mark-
  output: files %fd.name
  priority: DEBUG
Y
R=$T/report.json
# report OPTION...: its status in $rc, its JSON in $R
report() {
	rc=0
	falcoc report --format json --since 5m "$@" >"$R" || rc=$?
}
check "it starts" systemctl start falcoc
/bin/true mark-one
check "an alert" wait_for 20 is_told one mark-one
counted() { falcoc report --format json --since 5m | jq -e '.alerts_total >= 1'; }
check "is stored" wait_for 20 counted
report --since boot
sum=$(sha256sum </etc/falcoc/rules.d/one.yaml | cut -d' ' -f1)
check "the report has the hash of the rules" grep -q "$sum" "$R"
check "the module's srcversion" grep -q "$(cat /sys/module/falcoc/srcversion)" "$R"
id=$(od -An -v -tx1 -j16 /sys/module/falcoc/notes/.note.gnu.build-id | tr -d ' \n')
check "and the build that is loaded: $id" grep -q "$id" "$R"

# a restart as asked
check "a restart" systemctl restart falcoc
began() { [ "$(told 'falcoc: started')" -ge 2 ]; }
wait_for 30 began
sleep 1
report
check "is told with its length" jq -e '.watching.restarts_ns > 0' "$R"
ns=$(jq .watching.restarts_ns "$R")
check "which is some seconds: $((ns / 1000000)) ms" test "$ns" -lt 30000000000

# more than a small ring holds while nobody reads: what the report says is what the module counted
pid=$(property MainPID)
kill -STOP "$pid"
for ((i = 0; i < 3000; i++)); do : >"/tmp/mark-$i"; done
kill -CONT "$pid"
rm -f /tmp/mark-*
check "drops are told" wait_for 30 is_told 'falcoc: events dropped'
dropped=$(falcoc status --json | jq '[.counters.events_dropped_total[]?.value] | add // 0')
check "it stops" systemctl stop falcoc
report
echo "dropped: $dropped by the status, $(jq .watching.dropped "$R") by the report"
check "the report has what was dropped" test "$(jq .watching.dropped "$R")" -ge "$dropped"
check "which was some" test "$dropped" -gt 0
check "and makes its status" test $rc = 4

# a death that nobody asked for: its lock went with it, so that it is known at once
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
systemctl start falcoc
pid=$(property MainPID)
kill -KILL "$pid"
again() { [ "$(property NRestarts)" -ge 1 ] && says 'rules are enabled'; }
check "it is started again after a death" wait_for 40 again
is_gap() {
	report --since "$since"
	[ $rc = 4 ] && grep -q 'ended without saying so' "$R"
}
check "which is lost coverage, however short, and told at once" is_gap
check "it ends well" systemctl stop falcoc
