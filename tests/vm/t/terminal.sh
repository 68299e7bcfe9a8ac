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
mkfifo "$T/keys"
# on_terminal: falcoc begins there; what it shows is in $T/shown
on_terminal() {
	rm -f "$T/shown"
	TERM=xterm script -fqec "falcoc -c none -r $T/rules.yaml -o dns.queries=false --dns-state ''" "$T/shown" \
		>/dev/null <"$T/keys" &
	TYPED=$!
	exec 9>"$T/keys"
}
# ctrl_c: its status
ctrl_c() {
	local rc=0
	printf '\003' >&9
	wait "$TYPED" || rc=$?
	exec 9>&-
	return $rc
}
# shown_times N: so often at least that there is no alert yet
shown_times() { [ "$(grep -o "no alert yet" "$T/shown" 2>/dev/null | wc -l)" -ge "$1" ]; }

rules tac
on_terminal
check "that it is alive is shown more than once" wait_for 60 shown_times 2
check "with numbers" grep -qE '[0-9]+ events a second, [0-9]+ so far, 0 dropped; no alert yet' "$T/shown"
tac --version >/dev/null
check "an alert comes" wait_for 20 grep -q 'MARK tac' "$T/shown"
# not a wait for something: it was shown each second
sleep 3
check "Ctrl-C ends it" ctrl_c
tr '\r' '\n' <"$T/shown" >"$T/lines"
check "nothing of that is left in its line, and its priority has its colour" \
	grep -qE '^(.\[K)?[0-9:.]+: .\[36mNotice.\[0m MARK tac' "$T/lines"
check "and nothing follows" test -z "$(sed '1,/MARK tac/d' "$T/lines" | grep 'no alert yet')"

on_terminal
check "it runs until" wait_for 60 shown_times 1
check "Ctrl-C ends it as asked" ctrl_c
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
