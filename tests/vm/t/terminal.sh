#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# On a terminal falcoc shows that it is alive as long as there is no alert; the first one takes that
# away, and nothing of it goes into a file.
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
check "nothing of that is left in its line" grep -qE '^(.\[K)?[0-9:.]+: Notice MARK tac' "$T/lines"
check "and nothing follows" test -z "$(sed '1,/MARK tac/d' "$T/lines" | grep 'no alert yet')"

TERM=dumb script -fqec "falcoc -c none -r $T/rules.yaml -o dns.queries=false --dns-state '' -M 3" "$T/shown" >/dev/null </dev/null
check "on a terminal that cannot it runs" grep -q 'Events seen' "$T/shown"
check "and shows nothing of that" test -z "$(grep 'no alert yet' "$T/shown")"
falcoc -c none -r "$T/rules.yaml" -o dns.queries=false --dns-state '' -M 3 >"$T/out" 2>"$T/err"
check "into a file it runs" grep -q 'Events seen' "$T/err"
check "and writes nothing of that" test -z "$(grep -h 'no alert yet' "$T/out" "$T/err")"
true
