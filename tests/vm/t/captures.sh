#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Captures of a live machine: what the shipped rules tell while it is recorded is what they tell of
# the file afterwards, word by word; a filter limits what is in it; files are private, whole
# after Ctrl-C, readable up to the cut after SIGKILL, rotated as asked, and a full disk loses nothing of
# what was written.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

net_up 10.99.0.16 10.99.0.21 203.0.113.66 || skip "no network namespace with web servers can be made here"
dns_up || skip "no DNS server can be started here"
check "the DNS server has its names" dns_zone "10.99.0.16 google.com" "10.99.0.21 evil.example"

mkdir -p /etc/quiet.d /var/log
grep -qs . /etc/shadow || echo 'root:*:1:0:99999:7:::' >/etc/shadow
cp /bin/bash "$T/nginx"

fetch() { curl -s -o /dev/null --max-time $((10 * PATIENCE)) "$@"; }

work() {
	fetch http://google.com/
	fetch http://evil.example/
	fetch http://203.0.113.66/
	bash -c ': </dev/tcp/10.99.0.21/80'
	"$T/nginx" -c "bash -c 'exit 0'; :"
	cat /etc/shadow >/dev/null
	(cd /etc && : >told)
	: >/etc/quiet.d/known
	bash -c 'bash -c "cat /etc/shadow >/dev/null; exit 0"; exit 0'
	bash -c "echo last >/etc/told"
	rm -f /etc/told
}

# a great many small events
flood() { dd if=/dev/zero of=/dev/null bs=1 count=3000 2>/dev/null; }

# replay NAME FILE: what rules say of the file, into $T/NAME
replay() { falcoc -c none -r /falcoc/rules --json -e "$2" >"$T/$1" 2>"$T/$1.err"; }

same() {
	busybox cmp -s "$1" "$2" && return
	wc -l "$1" "$2"
	busybox diff "$1" "$2" | head -20
	return 1
}

# live alerts = replayed alerts
start_falcoc -c none -r /falcoc/rules --json -w "$T/all.scap" || exit 1
work
expect_alert "the last of it is told" '"proc.cmdline":"bash -c echo last >/etc/told"'
check "falcoc ends well" stop_falcoc
mv "$T/out" "$T/live"
check "nothing was dropped" grep -q 'Events dropped: 0' "$T/err"
check "the file is for root only" test "$(stat -c %a "$T/all.scap")" = 600
check "it is read" replay replayed "$T/all.scap"
check "alerts were raised" test "$(wc -l <"$T/live")" -ge 6
check "names of addresses are in it" grep -q 'evil.example' "$T/replayed"
check "live alerts = replayed alerts" same "$T/live" "$T/replayed"

# compressed, through a pipe
KEEP_NAMES=1
emptied "$T/err"
falcoc -c none -r /falcoc/rules --json -w - -z >"$T/pipe.scap" 2>"$T/err" &
FALCOC_PID=$!
wait_for 60 falcoc_ready
check "alerts and a capture do not share the standard output" refused kill -0 "$FALCOC_PID"
wait "$FALCOC_PID"
FALCOC_PID=

recorded() { [ -s "$T/out.scap" ] || [ -s "$T/out.scap0" ] || [ -s "$T/small/out.scap" ]; }

# record ARGUMENT...: in the background; returns when it records
record() {
	emptied "$T/err"
	falcoc record -c none "$@" 2>"$T/err" &
	FALCOC_PID=$!
	wait_for 60 grep -q 'recording into' "$T/err"
	# its head tells that it really does
	wait_for 20 recorded || true
}

events_of() { falcoc -c none -e "$1" --print "%evt.type %proc.name %fd.name" 2>"$T/print.err"; }

# only what the filter says
record -z -w "$T/out.scap" evt.type in '(open,openat,openat2)' and fd.name startswith /etc/
work
check "Ctrl-C ends a recording well" stop_falcoc
check "the report counts it" grep -q '^Recorded: [1-9]' "$T/err"
events_of "$T/out.scap" >"$T/events"
check "the events are in it" grep -q '^openat cat /etc/shadow' "$T/events"
check "and no others" refused grep -qv '^open[a-z0-9]* [^ ]* /etc/' "$T/events"
check "the kernel left others out" grep -q 'Events seen: [0-9]\{1,4\}$' "$T/err"

# killed: whole up to the cut
rm -f "$T/out.scap"
record -w "$T/out.scap"
work
in_file() { falcoc -c none -e "$T/out.scap" --print %proc.cmdline 2>/dev/null | grep -q /etc/told; }
check "what is recorded gets to the file" wait_for 10 in_file
kill -KILL "$FALCOC_PID"
wait "$FALCOC_PID" 2>/dev/null
FALCOC_PID=
events_of "$T/out.scap" >"$T/events"
check "what was recorded before SIGKILL is read" grep -q '^openat cat /etc/shadow' "$T/events"

# the disk is full
mkdir "$T/small"
mount -t tmpfs -o size=1m tmpfs "$T/small"
record -w "$T/small/out.scap"
flood
check "a full disk ends the recording" refused wait "$FALCOC_PID"
FALCOC_PID=
check "with a sentence" grep -q 'recording ended: cannot write to .*: No space left' "$T/err"
events_of "$T/small/out.scap" >"$T/events"
check "what was written is whole" test ! -s "$T/print.err"
check "and read" test "$(wc -l <"$T/events")" -gt 100
umount "$T/small"

# whole FILE [PATTERN]: is it read without a word, with such an event?
whole() {
	falcoc -c none -e "$1" --print '%evt.type %proc.cmdline' >"$T/events" 2>"$T/print.err" &&
		test ! -s "$T/print.err" && { [ $# = 1 ] || grep -q "$2" "$T/events"; }
}

# files in a row, by size
rm -f "$T/out.scap"*
record -C 1 -W 2 -w "$T/out.scap"
flood
check "a file that is full is followed by another" wait_for 30 test -e "$T/out.scap1"
: >"$T/second"
work
flood
flood
# at the end there may be no time to write all of that
check "and that by one in the place of the first" wait_for 30 test "$T/out.scap0" -nt "$T/second"
check "a recording into several files ends well" stop_falcoc
check "two are kept" test "$(find "$T" -name 'out.scap?' | wc -l)" = 2
check "more were begun" grep -qE ' in ([3-9]|[1-9][0-9]+) files' "$T/err"
for f in "$T"/out.scap?; do
	check "$(basename "$f") is whole and has its processes" whole "$f" ' dd if='
done

# by time: each has the events of its second, and all of them those of the work
rm -f "$T/out.scap"*
record -G 1 -w "$T/out.scap"
bash -c 'exit 0; : first'
check "a second later there is another" wait_for 30 test -e "$T/out.scap1"
bash -c 'exit 0; : second'
check "and another" wait_for 30 test -e "$T/out.scap2"
check "a recording by time ends well" stop_falcoc
for f in "$T"/out.scap*; do
	check "$(basename "$f") is whole" whole "$f"
	cat "$T/events" >>"$T/all.events"
done
check "no event is between two files" sh -c "grep -q ': first' '$T/all.events' && grep -q ': second' '$T/all.events'"
dns_down
net_down
