#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a service tells of itself: status, metrics and health over HTTP, heartbeats; names that were learnt are
# there after a restart; the store knows when it ran, by which files.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

load_module
service_install WatchdogSec=60
cat >>/etc/falcoc/falcoc.yaml <<'C'
webserver: {enabled: true, prometheus_metrics_enabled: true}
metrics: {enabled: true, interval: 2s}
C
rule one mark-one
cat >/etc/falcoc/rules.d/names.yaml <<'R'
- rule: names
  desc: connections
  condition: evt.type = connect and (fd.sip.name = nobody.example or fd.sip = 10.99.0.16)
  output: names %fd.sip.name
  priority: NOTICE
R
check "it starts" systemctl start falcoc
/bin/true mark-one
check "an alert" wait_for 20 is_told one mark-one

check "falcoc status" sh -c "falcoc status >'$T/text'"
cat "$T/text"
check "says what it does" grep -q '^State: *recording$' "$T/text"
falcoc status --json >"$T/json"
file=/etc/falcoc/rules.d/one.yaml
sum=$(jq -r ".rules.files[] | select(.path == \"$file\") | .sha256" "$T/json")
check "each file with its SHA-256" test "$sum" = "$(sha256sum <$file | cut -d' ' -f1)"
mtime=$(jq -r ".rules.files[] | select(.path == \"$file\") | .mtime" "$T/json")
check "and its time" test "$mtime" = "$(stat -c %Y $file)"
check "matches by rule" jq -e '.counters.rule_matches_total[] | select(.rule == "one") | .value >= 1' "$T/json"
check "nothing dropped" jq -e '[.counters.events_dropped_total[].value] | add // 0 == 0' "$T/json"
check "the socket is its owner's" test "$(stat -c %a /run/falcoc/status.sock)" = 600
check "in a directory of its own" test "$(stat -c %a /run/falcoc)" = 700

pid=$(property MainPID)
# all but the thread of the HTTP server, which has none at all
of() { { grep -l '^CapPrm:.*[1-9a-f]' /proc/"$pid"/task/*/status | xargs cat; } | sed -n "s/^$1:[[:space:]]*//p" | sort -u | xargs; }
check "every thread has but two capabilities: $(of CapEff)" test "$(of CapEff)" = 0000000000080004
check "and can get no others: $(of CapPrm)" test "$(of CapPrm)" = 0000000000080004
none=$(grep -L '^CapPrm:.*[1-9a-f]' /proc/"$pid"/task/*/status | wc -l)
check "one thread, who answers over HTTP, has none: $none" test "$none" = 1
check "nor by programs that give some" test "$(of NoNewPrivs)" = 1
check "and a filter of system calls" test "$(of Seccomp)" = 2

url=http://127.0.0.1:8765
check "it is healthy" curl -sf $url/healthz
curl -sf $url/metrics >"$T/metrics"
check "metrics: matches by rule" grep -q '^falcoc_rule_matches_total{rule="one"} [1-9]' "$T/metrics"
check "metrics: events by type" grep -q '^falcoc_events_produced_total{type="execve"} [1-9]' "$T/metrics"
check "metrics: by CPU" grep -q '^falcoc_cpu_produced_total{cpu="1"} ' "$T/metrics"
check "no other page" refused curl -sf $url/etc/passwd
check "nobody may post" refused curl -sf -d x=y $url/metrics
check "only the loopback is listened to" sh -c "ss -tlnH | grep 8765 | grep -q '127.0.0.1:8765'"
beats() { [ "$(told 'falcoc: heartbeat')" -ge 3 ]; }
check "hearts beat" wait_for 20 beats
pid=$(property MainPID)
kill -STOP "$pid"
check "a loop that is stuck is not healthy" refused curl -sf --max-time 8 $url/healthz
kill -CONT "$pid"
check "until it goes on" wait_for 10 curl -sf $url/healthz

# a name that a process asked for, and its address, are known after a restart; an alert has it
check "there is a world" net_up 10.99.0.16
check "with a name server" dns_up
check "that knows a name" dns_zone "10.99.0.16 kept.example"
knows() { falcoc dns 2>/dev/null | grep -q kept.example; }
getent hosts kept.example
check "a name is learnt" wait_for 20 knows
asked=$(dns_asked kept.example)
start=$(date +%s%N)
check "a restart" systemctl restart falcoc
echo "it took $((($(date +%s%N) - start) / 1000000)) ms"
check "after which it is known" wait_for 10 knows
check "though nobody asked for it again" test "$(dns_asked kept.example)" = "$asked"
dns_down
curl -s -o /dev/null --max-time 10 http://10.99.0.16/
check "an alert of a connection made after the restart has it" wait_for 20 is_told names kept.example
net_down
check "it stops" systemctl stop falcoc
falcoc alerts >"$T/alerts"
check "alerts were stored" grep -q mark-one "$T/alerts"
check "those about falcoc, too" grep -q 'falcoc: stopped' "$T/alerts"
