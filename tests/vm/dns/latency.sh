#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How old an event is when its alert has been written and read: with nothing that knows of names, with names,
# and while the first answers are not there. Each connection raises an alert that needs no name, so what the
# other one of the same event waited is the difference. Only alerts that need an answer wait: dns.wait_ms
# at most, at the start until dns.start_wait_ms. The figures are those of an emulated machine: how they compare
# is what counts.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

N=${CONNECTIONS:-300}
WAIT=2000
START=15000
# beyond the bound is the way from falcoc's timer to the reader of the alert, on a machine that is busy
SLACK=${SLACK:-1500}
any_rule() {
	cat <<-'R'
	- rule: any
	  desc: Each connection.
	  condition: evt.type = connect and fd.l4proto = tcp and fd.sport >= 10000
	  output: "ANY port=%fd.sport at=%evt.rawtime"
	  priority: NOTICE
	R
}

# the alerts that need names, a line each: port, when its event was, how much later than the alert that needs
# none it was told, when it was told; all in ms
pairs() {
	awk '{ split($1, us, "="); port = at = $0; sub(/.* port=/, "", port); sub(/ .*/, "", port)
			sub(/.* at=/, "", at); sub(/ .*/, "", at) }
		/ ANY / { any[port] = us[2] } / UNTRUSTED / { named[port] = us[2]; when[port] = at / 1e6 }
		END { for (p in named) if (p in any)
			printf "%d %.0f %d %.0f\n", p, when[p], (named[p] - any[p]) / 1000, when[p] + named[p] / 1000 }' \
		"$T/out" | sort -n -k3 >"$T/pairs"
	awk '{ a[NR] = $3 } END { printf "  %d alerts that need names came later by, ms: 50%% %d, 90%% %d, most %d\n",
		NR, a[int((NR + 1) / 2)], a[int((NR * 9 + 9) / 10)], a[NR] }' "$T/pairs"
}
longest() { awk 'END { print $3 + 0 }' "$T/pairs"; }
# the age, in ms, that so many of a hundred alerts of a pattern do not reach
age() {
	grep -E "$2" "$T/out" | sed -n 's/^us=\(-*[0-9]*\) .*/\1/p' | sort -n |
		awk -v p="$1" '{ a[NR] = $1 } END { i = int(NR * p / 100); print int(a[i < 1 ? 1 : i] / 1000) }'
}
# before falcoc is stopped, which takes the module a moment: what was due by then would be late
settled() { [ "$(alerts ' UNTRUSTED ')" -ge "$(grep -c ' untrusted ' "$T/log")" ]; }
# as falcoc itself has it, without the way to the reader
waited() { sed -n 's/.*Alerts held back.*; one waited \([0-9]*\) ms at most.*/\1/p' "$T/err"; }

scene_up 3 $((4 * N)) 60 || skip "no world of names can be made here"
any_rule >"$T/rules.yaml"
scene_falcoc --no-dns-queries --no-dns-observe || exit 1
scene_load "without names" 20 "$N" 20
SCENE_LOADS=()
check "falcoc ends well" stop_falcoc
check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
scene_ages "without names, all connections" ANY
check "each connection was told" test "$(alerts ' ANY ')" = "$N"

{ any_rule; scene_rule; } >"$T/rules.yaml"
scene_forget
scene_falcoc -o rule_matching=all --dns-wait $WAIT || exit 1
scene_load "with names" 20 "$N" 20
scene_judge
scene_ages "with names, all connections" ANY
scene_ages "with names, those that are told" UNTRUSTED
pairs
check "each connection was told" test "$(alerts ' ANY ')" = "$N"
check "nothing waited longer than dns.start_wait_ms" test "$(longest)" -le $((10000 + SLACK))

# falcoc will wait half a minute for an answer, clients will not
scene_forget
scene_mode silent
scene_resolv timeout:30
scene_falcoc -o rule_matching=all --dns-wait $WAIT --dns-start-wait 0 || exit 1
scene_resolv timeout:1
scene_load "before any answer" 20 "$((N / 3))" 20
check "all alerts come while falcoc runs" wait_for 60 settled
scene_judge
scene_ages "before any answer, all connections" ANY
scene_ages "before any answer, those that wait for one" UNTRUSTED
pairs
check "alerts that need an answer waited" test "$(longest)" -ge $((WAIT / 2))
check "none longer than dns.wait_ms: $(longest) ms for the reader" test "$(longest)" -le $((WAIT + SLACK))
check "and $(waited) ms for falcoc" test "$(waited)" -le $((WAIT + SLACK))
check "the others did not: 99% within $(age 99 ' ANY ') ms" test "$(age 99 ' ANY ')" -lt "$SLACK"

# the start: all wait until the same moment, who comes later for dns.wait_ms
scene_forget
scene_resolv timeout:30
B0=$(date +%s%3N)
scene_falcoc -o rule_matching=all --dns-wait 300 --dns-start-wait $START || exit 1
B1=$(date +%s%3N)
scene_resolv timeout:1
scene_load "at the start, before any answer" 20 $((N / 2)) 1000
check "all alerts come while falcoc runs" wait_for 60 settled
scene_judge
scene_ages "at the start, all connections" ANY
scene_ages "at the start, those that wait for an answer" UNTRUSTED
pairs
check "none was told before dns.start_wait_ms was over" test "$(awk -v b=$((B0 + START)) '$4 < b' "$T/pairs" | wc -l)" = 0
awk -v b=$((B1 + START)) -v s="$SLACK" '$4 > b + s && $3 > 300 + s' "$T/pairs" >"$T/late"
check "none later than that, or dns.wait_ms after its event" test ! -s "$T/late"
head -5 "$T/late"
check "some came before that ($(awk -v b=$((B0 + START)) '$2 < b' "$T/pairs" | wc -l)), some after it ($(awk -v b=$((B1 + START)) '$2 > b' "$T/pairs" | wc -l))" \
	test "$(awk -v b=$((B0 + START)) '$2 < b' "$T/pairs" | wc -l)" -gt 0 -a "$(awk -v b=$((B1 + START)) '$2 > b' "$T/pairs" | wc -l)" -gt 0
check "the others did not wait: 99% within $(age 99 ' ANY ') ms" test "$(age 99 ' ANY ')" -lt "$SLACK"
scene_down
