#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# On a terminal falcoc shows that it is alive as long as there is no alert; the first one, whose priority has
# its colour, takes that away, and nothing of it goes into a file. Ctrl-C ends it with a summary.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

command -v script >/dev/null || skip "no script(1) to make a terminal with"
load_module
rules() {
	cat >"$T/rules.yaml" <<R
- rule: Marked
  desc: A program that the test runs.
  condition: evt.type = execve and proc.name = $1
  output: "MARK %proc.name"
  priority: NOTICE
R
}
# on_terminal SECONDS: what falcoc shows there, in $T/shown
on_terminal() {
	TERM=xterm script -fqec "falcoc -c none -r $T/rules.yaml -o dns.queries=false --dns-state '' -M $1" "$T/shown" >/dev/null </dev/null
}

rules tac
on_terminal 5
check "it shows that it is alive" grep -qE '[0-9]+ events a second, [0-9]+ so far, 0 dropped; no alert yet' "$T/shown"
check "and more than once" test "$(grep -oE 'no alert yet' "$T/shown" | wc -l)" -ge 2

rm -f "$T/shown"
(
	wait_for 60 grep -q "no alert yet" "$T/shown"
	tac --version >/dev/null
) &
on_terminal 15
wait
check "an alert comes" grep -q 'MARK tac' "$T/shown"
tr '\r' '\n' <"$T/shown" >"$T/lines"
check "nothing of that is left in its line, and its priority has its colour" \
	grep -qE '^(.\[K)?[0-9:.]+: .\[36mNotice.\[0m MARK tac' "$T/lines"
check "and nothing follows" test -z "$(sed '1,/MARK tac/d' "$T/lines" | grep 'no alert yet')"

rm -f "$T/shown"
mkfifo "$T/keys"
TERM=xterm script -fqec "falcoc -c none -r $T/rules.yaml -o dns.queries=false --dns-state ''" "$T/shown" \
	>/dev/null <"$T/keys" &
TYPED=$!
exec 9>"$T/keys"
check "it runs until" wait_for 60 grep -q "no alert yet" "$T/shown"
printf '\003' >&9
wait "$TYPED"
check "Ctrl-C ends it as asked" test $? = 0
exec 9>&-
tr '\r' '\n' <"$T/shown" >"$T/lines"
check "with a summary, in place of that" grep -qE '^(.\[K)?Events seen: [0-9]+' "$T/lines"
check "of alerts" grep -q '^Alerts: 0' "$T/lines"
check "and of what was lost" grep -q '^Events dropped: 0 of' "$T/lines"

TERM=dumb script -fqec "falcoc -c none -r $T/rules.yaml -o dns.queries=false --dns-state '' -M 3" "$T/shown" >/dev/null </dev/null
check "on a terminal that cannot it runs" grep -q 'Events seen' "$T/shown"
check "and shows nothing of that" test -z "$(grep 'no alert yet' "$T/shown")"
falcoc -c none -r "$T/rules.yaml" -o dns.queries=false --dns-state '' -M 3 >"$T/out" 2>"$T/err"
check "into a file it runs" grep -q 'Events seen' "$T/err"
check "and writes nothing of that" test -z "$(grep -h 'no alert yet' "$T/out" "$T/err")"
true
