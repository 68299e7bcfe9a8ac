#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Consumers come and go as they like: several at once, killed under load, one after another. What is
# left is a module that still works and unloads.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Open
  desc: any open of one file
  condition: evt.type in (open, openat) and fd.name startswith /tmp/marked
  output: OPEN %fd.name
  priority: NOTICE
R
load_module || exit 1

# something that makes events until it is ended
load() {
	while :; do cat /etc/hosts >/dev/null; done
}
# a second consumer, with its output in $T/NAME
consumer() {
	falcoc -v -r "$T/rules.yaml" >"$T/$1" 2>"$T/$1.err" &
	echo $! >"$T/$1.pid"
	wait_for 60 grep -q 'recording began' "$T/$1.err"
}
end() {
	kill -TERM "$(cat "$T/$1.pid")"
	wait_for 30 refused kill -0 "$(cat "$T/$1.pid")" 2>/dev/null
}
in_use() { [ "$(cat /sys/module/falcoc/refcnt)" = "$1" ]; }

check "one consumer starts" consumer one
check "a second one starts beside it" consumer two
check "a third one starts beside them" consumer three
check "the module knows of three" in_use 3
: >/tmp/marked-1
for c in one two three; do
	check "consumer $c is told" wait_for 20 grep -q 'OPEN /tmp/marked-1' "$T/$c"
done
check "the second one ends" end two
: >/tmp/marked-2
for c in one three; do
	check "consumer $c is still told" wait_for 20 grep -q 'OPEN /tmp/marked-2' "$T/$c"
done
check "the one that ended was not" refused grep -q marked-2 "$T/two"
check "the others end" end one
check "all of them" end three
check "nobody uses the module" wait_for 20 in_use 0

load &
LOAD=$!
killed_under_load() {
	local i
	for i in 1 2 3 4 5; do
		consumer "victim$i" || return 1
		kill -KILL "$(cat "$T/victim$i.pid")"
		wait "$(cat "$T/victim$i.pid")" 2>/dev/null
		wait_for 20 in_use 0 || return 1
	done
}
check "five consumers are killed under load" killed_under_load
check "one started after them" consumer last
: >/tmp/marked-3
check "is told" wait_for 20 grep -q 'OPEN /tmp/marked-3' "$T/last"
kill -KILL "$(cat "$T/last.pid")"
check "the module unloads at once, under load" wait_for 10 unload_module
check "and loads again" load_module
kill $LOAD
check "and unloads" unload_module
rm -f /tmp/marked-*
