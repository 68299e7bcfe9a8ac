#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian's prometheus scrapes falcoc, and its own interface answers with what falcoc counted: by name, label and
# value; while the module is missing, too, and again once it is there.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

command -v prometheus >/dev/null || skip "no prometheus in this root"
ip link set lo up
unload_module
service_install WatchdogSec=60
cat >>/etc/falcoc/falcoc.yaml <<'C'
webserver: {enabled: true, prometheus_metrics_enabled: true}
C
rule one mark-one
rule 'two "quoted"' mark-two
cat >/etc/falcoc/rules.d/names.yaml <<'R'
- rule: names
  desc: connections
  condition: evt.type = connect and fd.sip.name = nobody.example
  output: names %fd.sip.name
  priority: NOTICE
R
check "it starts without the module" systemctl start falcoc
url=http://127.0.0.1:8765
check "and answers over HTTP" wait_for 20 curl -s -o "$T/health" $url/healthz
code=$(curl -s -o "$T/health" -w '%{http_code}' $url/healthz)
check "that it is not healthy: $code" test "$code" = 503
check "and why: $(jq -r .why "$T/health")" jq -e '.why | contains("no falcoc module")' "$T/health"
check "metrics come" curl -sf -o "$T/metrics" $url/metrics
check "and say that nothing is recorded" grep -qx 'falcoc_recording 0' "$T/metrics"
bare=$(grep -l '^CapPrm:[[:space:]]*0*$' /proc/"$(property MainPID)"/task/*/status | wc -l)
check "who answers has no capabilities: $bare thread" test "$bare" = 1

cat >"$T/prometheus.yml" <<'C'
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: falcoc
    static_configs: [{targets: ["127.0.0.1:8765"]}]
C
prometheus --config.file="$T/prometheus.yml" --storage.tsdb.path="$T/data" --web.listen-address=127.0.0.1:9090 \
	--log.level=warn >"$T/prometheus.log" 2>&1 &
PROMETHEUS=$!

# query EXPRESSION: the values that prometheus has for it
query() {
	curl -sf --max-time 10 -G http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" |
		jq -r 'select(.status == "success") | .data.result[].value[1]'
}
asked() { [ "$(query "$1")" = "$2" ]; }
asked_check() {
	if wait_for 60 asked "$2" "$3"; then
		pass "$1: $2 is $3"
	else
		fail "$1: $2 is '$(query "$2")', not $3"
		tail -5 "$T/prometheus.log"
	fi
}
wait_for 120 curl -sf -o /dev/null http://127.0.0.1:9090/-/ready || { fail "prometheus starts"; cat "$T/prometheus.log"; }
asked_check "prometheus has scraped it" 'up{job="falcoc"}' 1
asked_check "before the module is there" falcoc_recording 0
load_module
asked_check "and after" falcoc_recording 1
for _ in 1 2 3 4 5 6 7; do /bin/true mark-one; done
/bin/true mark-two
asked_check "matches by rule" 'falcoc_rule_matches_total{rule="one"}' 7
asked_check "a rule with quotes in its name" 'falcoc_rule_matches_total{rule="two \"quoted\""}' 1
asked_check "alerts by priority" 'falcoc_alerts_total{priority="Notice"} >= bool 8' 1
asked_check "what the journal was given" 'falcoc_output_written_total{output="journal"} >= bool 8' 1
asked_check "what the store was given" 'sum(falcoc_output_failed_total) + sum(falcoc_output_overflowed_total)' 0
asked_check "events by type" 'falcoc_events_produced_total{type="execve"} >= bool 8' 1
asked_check "of both CPUs" 'count(falcoc_cpu_produced_total)' "$(nproc)"
asked_check "which add up" 'abs(sum(falcoc_cpu_produced_total) - sum(falcoc_events_produced_total)) <= bool 200' 1
asked_check "drops by CPU, class and reason" 'sum(falcoc_cpu_dropped_total) + sum(falcoc_class_dropped_total) + sum(falcoc_drops_total)' 0
asked_check "how many wait in the rings" 'falcoc_events_waiting < bool 100000' 1
asked_check "tables" 'falcoc_table_entries{table="processes"} > bool 5' 1
asked_check "evictions" 'sum(falcoc_table_evicted_total{table="processes"})' 0
asked_check "evaluation time of rules" 'count(falcoc_rule_evaluation_seconds_total)' 3
asked_check "what became of DNS messages" 'count(falcoc_dns_observed_total) > bool 3' 1
asked_check "memory" 'falcoc_memory_bytes > bool 1000000' 1
# each family has the type that its name says
bad=$(curl -s $url/metrics | awk '$1 == "#" && $2 == "TYPE" && (($3 ~ /_total$/) != ($4 == "counter"))')
check "counters end in _total, others do not$bad" test -z "$bad"
# but for the C library's look at /proc/sys/vm/overcommit_memory, once, in the thread that may open nothing
refused_calls=$(dmesg | grep 'type=1326' | grep -o 'comm="falcoc".*' | grep -v 'syscall=257 ' | head -3)
check "nothing was refused $refused_calls" test -z "$refused_calls"
asked_check "no scrape failed since" 'min_over_time(up{job="falcoc"}[30s])' 1
kill $PROMETHEUS
wait $PROMETHEUS
check "it ends well" systemctl stop falcoc
