#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where alerts go may be full, closed, gone, or a pipe that nobody reads: it is told, the exit
# status says it, and falcoc still ends when it is asked to.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Open
  desc: any open of some files
  condition: evt.type in (open, openat) and fd.name startswith /tmp/marked
  output: OPEN %fd.name
  priority: NOTICE
R
load_module || exit 1

# begin COMMAND...: falcoc as the command runs it, its messages in $T/err; returns when it listens
begin() {
	emptied "$T/err"
	"$@" 2>"$T/err" &
	FALCOC_PID=$!
	wait_for 60 falcoc_ready
}
# ended STATUS: it ends within some seconds, with that status
ended() {
	local rc=0
	wait_for 15 refused kill -0 "$FALCOC_PID" 2>/dev/null || return 1
	wait "$FALCOC_PID" || rc=$?
	FALCOC_PID=
	[ $rc = "$1" ] || { echo "status $rc, not $1"; tail -5 "$T/err"; return 1; }
}
alerts_made() {
	local i
	for i in $(seq "$1"); do : >"/tmp/marked-$i"; done
}
term() { kill -TERM "$FALCOC_PID"; }

to_full() { exec falcoc -r "$T/rules.yaml" >/dev/full; }
begin to_full
alerts_made 2
check "a full disk is told" wait_for 20 grep -q 'alerts do not get to the .*No space left' "$T/err"
term
check "and makes the status" ended 1

to_nothing() { exec falcoc -r "$T/rules.yaml" >&-; }
begin to_nothing
# what is opened first must not take the place of what is closed
check "a closed output stays closed" test "$(readlink "/proc/$FALCOC_PID/fd/1")" = /dev/null
alerts_made 2
check "and is told" wait_for 20 grep -q 'alerts do not get to the .*Bad file descriptor' "$T/err"
term
check "and makes the status" ended 1

mkfifo "$T/pipe"
to_pipe() { exec falcoc -r "$T/rules.yaml" >"$T/pipe"; }
exec 9<>"$T/pipe"
begin to_pipe
# some 64 KiB fit
alerts_made 2000
check "a pipe that nobody reads is told" wait_for 30 grep -q 'alerts do not get to the .*nobody reads' "$T/err"
term
check "and does not keep falcoc from ending" ended 1
check "what was lost is counted" grep -q 'Alerts that could not be written: [1-9]' "$T/err"
exec 9>&-

head -n 1 <"$T/pipe" >"$T/line" &
READER=$!
begin to_pipe
alerts_made 1
check "a reader has its line at once" wait_for 20 refused kill -0 $READER 2>/dev/null
alerts_made 1
check "a reader that is gone is the end" ended 1
check "and is told" grep -q 'nobody reads' "$T/err"
rm -f /tmp/marked-*
