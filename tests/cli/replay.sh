#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Captures: -e, --print and eval, and what they say of files that are none, or not whole.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"

cat >rules.yaml <<'R'
- rule: Passwords
  desc: read
  condition: evt.type = open and fd.name = /etc/passwd
  output: read (%proc.name %proc.exepath user=%user.name fd=%fd.num at %evt.time.iso8601)
  priority: WARNING
- rule: To the web
  desc: connection
  condition: evt.type = connect and fd.sport = 80 and fd.sip = 10.0.0.2
  output: web (%fd.name server=%fd.is_server)
  priority: NOTICE
R
run -r rules.yaml -e "$seeds/whole"
expect "a capture is judged" 0 out "read (sh /bin/sh user=root fd=3 at 2023-11-14T22:13:20.000000001" \
	"web (10.0.0.1:4000->10.0.0.2:80 server=false)"

run -r rules.yaml -e "$seeds/packed"
expect "packed by gzip" 0 out "read (sh /bin/sh user=<NA> fd=3"

"$FALCOC" -r rules.yaml -e - <"$seeds/whole" >out 2>err
status=$?
expect "from a pipe" 0 out "read (sh"

run -e "$seeds/old" --print '%evt.num %evt.type %proc.name %fd.name'
expect "old blocks and events" 0 out "2 open sh /a/b" "4 execve ls"

run -e "$seeds/whole" --json --print '%evt.type %proc.pid %proc.ppid %fd.name'
expect "events as JSON" 0 out '"evt.type":"execve"' '"proc.pid":8' '"proc.ppid":7'

run -e "$seeds/whole" --print '%no.such'
expect "a form that is wrong" 3 err "--print" "no.such"

run -r rules.yaml -e "$seeds/whole" -e "$seeds/old"
expect "two captures" 2 err "one capture is judged at a time"

run --print ''
expect "print without a capture" 2 err "-e FILE"

head -c 2000 "$seeds/whole" >cut.scap
run -r rules.yaml -e cut.scap
expect "cut: what is whole is judged" 7 out "read (sh"
expect "and that is said" 7 err "cut.scap was cut"

# a block of an unknown kind, an event of an unknown kind (0x3000), and the writer's word that it lost some (148)
event() { # TYPE in octal, two bytes: an event of one parameter of four bytes
	printf '\x16\x02\0\0\x30\0\0\0\0\0\x01\x80\xcd\x72\xd9\x97\x17\0\x07\0\0\0\0\0\0\0'
	printf '\x20\0\0\0%b\x01\0\0\0\x04\0\x01\0\0\0\0\0\x30\0\0\0' "$1"
}
{
	cat "$seeds/whole"
	printf '\xf0\x0f\0\0\x10\0\0\0what\x10\0\0\0'
	event '\0000\0060'
	event '\0224\0000'
	event '\0224\0000'
} >odd.scap
run -r rules.yaml -e odd.scap
expect "what is unknown is skipped and counted" 0 err "Blocks of the capture of an unknown kind, left out: 1" \
	"Events of the capture of an unknown kind, left out: 1" "Times that the capture's writer lost events: 2"
run -r rules.yaml -e "$seeds/whole"
verdict "where nothing is, no line tells of it" "$(if grep -q "of the capture\|dropped" err; then cat err; else echo ok; fi)"

# a pipe that stays open: a signal and -M end the wait. What is behind the events is longer than what
# is read at once, so that they are judged by then. The signal comes while that is being read, between
# two reads or in one: each time somewhere else.
mkfifo pipe
{ cat "$seeds/whole"; printf '\xf0\x0f\0\0\xcc\x27\x09\0'; head -c 600000 /dev/zero; printf '\xcc\x27\x09\0'; } >open.scap
for ((round = 1; round <= 10; round++)); do
	exec 3<>pipe
	# (the writer must not hold the reading end, or it never learns that nobody reads; nor may what the
	# last round left in out be taken for this one's)
	: >out
	cat open.scap >pipe 3<&- &
	"$FALCOC" -r rules.yaml -e pipe >out 2>err </dev/null 3<&- &
	pid=$!
	# (no sleep, which would be longer than all that reading takes)
	end=$((SECONDS + 180))
	while [ $SECONDS -lt $end ] && [[ $(<out) != *web* ]]; do :; done
	kill $pid
	until_true "! kill -0 $pid 2>/dev/null" || kill -9 $pid
	wait $pid
	status=$?
	exec 3>&-
	wait
	[ $status -eq 0 ] || break
done
expect "SIGTERM ends the wait for a pipe" 0 err "Alerts: 2"
exec 3<>pipe
cat open.scap >pipe 3<&- &
timeout 200 "$FALCOC" -r rules.yaml -e pipe -M 3 >out 2>err </dev/null 3<&-
status=$?
expect "and so does -M" 0 err "Alerts: 2"
exec 3>&-
wait

run -r rules.yaml -e "$seeds/whole" --ring-size 1M,1M --dns-server 192.0.2.1 -S 90 -o dns.rate=9 -A
expect "options that mean nothing to a capture" 0 err "--dns-server: warning: dns.servers has no effect: a capture file" \
	"engine.kmod.ring_size has" "engine.kmod.process_ring_size has" "-S: warning" "-o: warning: dns.rate" "!base_syscalls"
run -e "$seeds/whole" --print '%evt.num' --device x
expect "nor when events are shown" 0 err "--device: warning: engine.kmod.device has no effect"

# a section, and the block that says that it is a falcoc's, of a version 9 that there is not
{
	printf '\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\x02\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0'
	printf '\xc0\xc0\xa1\x0f\x1c\0\0\0\x01\0\0\0\x09\0\0\0\x40\0\0\0\x0a\0\0\0\x1c\0\0\0'
} >other.scap
run -r rules.yaml -e other.scap
expect "another falcoc's records are told of" 0 err "other.scap: a falcoc with other records"

echo "not a capture at all, by far" >none.scap
run -r rules.yaml -e none.scap
expect "no capture" 6 err "none.scap" "no capture in Falco's format"
: >empty.scap
run -r rules.yaml -e empty.scap
expect "an empty file" 6 err "it is empty"
# the magic number the other way round, a version 2, another number
section() { # MAGIC MAJOR
	printf '\x0a\x0d\x0d\x0a\x1c\0\0\0%b%b\0\x02\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0' "$1" "$2"
}
section '\0032\0053\0074\0115' '\0001' >foreign.scap
run -r rules.yaml -e foreign.scap
expect "of a machine of another byte order" 6 err "foreign.scap: it was written in another byte order"
section '\0115\0074\0053\0032' '\0002' >foreign.scap
run -r rules.yaml -e foreign.scap
expect "of a version to come" 6 err "foreign.scap: its format is newer than this program"
section 'what' '\0001' >foreign.scap
run -r rules.yaml -e foreign.scap
expect "of no known kind" 6 err "foreign.scap: it is no capture in Falco's format"
"$FALCOC" -r rules.yaml -e - </dev/null >out 2>err
status=$?
expect "nothing from a pipe" 6 err "the standard input: it is empty"
# a section alone, which no writer leaves; with a list behind it, which one leaves that saw nothing
head -c 28 other.scap >head.scap
run -r rules.yaml -e head.scap
expect "a file cut behind its first block" 7 err "head.scap was cut: it holds no events"
{ cat head.scap; printf '\x20\x02\0\0\x0c\0\0\0\x0c\0\0\0'; } >quiet.scap
run -r rules.yaml -e quiet.scap
expect "a capture without events" 0 err "quiet.scap: it holds no events" "Events seen: 0"
head -c 35 quiet.scap >cut.scap
run -r rules.yaml -e cut.scap
expect "one that is cut before its events" 7 err "cut.scap was cut: it holds no events"
gzip -c "$seeds/whole" | head -c 60 >cut.gz
run -r rules.yaml -e cut.gz
expect "and a packed one" 6 err "cut.gz: it was cut before"
gzip -c "$seeds/whole" >whole.gz
truncate -s -9 whole.gz
run eval "evt.type = open" -e whole.gz
expect "a packed one whose end is missing" 7 err "whole.gz was cut: what is whole was judged"
run -r rules.yaml -e nowhere.scap
expect "no file" 6 err "No such file"

run eval "evt.type = open and fd.name = /etc/passwd" -e "$seeds/whole"
expect "eval counts" 0 out "1 of 11 events"
run eval "evt.type in (open, close)" -e "$seeds/whole" --print '%evt.num %evt.type'
expect "eval prints" 0 out "2 open" "4 close" "!read"
run eval "evt.type = mount" -e "$seeds/whole"
expect "eval without a match" 8 out "0 of 11 events"
run eval "proc.nme = sh" -e "$seeds/whole"
expect "eval of what is wrong" 3 err "condition:1:1: error: unknown field 'proc.nme'" "    1 | proc.nme = sh" \
	"did you mean 'proc.name'" "falcoc: the condition has 1 error and 0 warnings"
run eval 'evt.type = open and fd.nme = "a b"' -e "$seeds/whole"
expect "its column is that of what was given" 3 err "condition:1:21: error: unknown field 'fd.nme'" \
	'    1 | evt.type = open and fd.nme = "a b"' "      |                     ^~~~~~"
run eval $'evt.type = open and\n\n  foo = 3' -e "$seeds/whole"
expect "and its line" 3 err "condition:3:7: error: unexpected '='" "    3 |   foo = 3"
for nothing in '' '  '; do
	run eval "$nothing" -e "$seeds/whole"
	expect "eval of nothing: '$nothing'" 3 err "error: the condition is empty" "1 error and 0 warnings" "!switched"
done
run eval "fd.name = /etc/passwd" -e "$seeds/whole" --print $'%evt.num\n%fd.nme'
expect "eval prints in a form that is wrong" 3 err "--print:2:2: error: unknown field 'fd.nme'" "the condition and --print have 1 error"
run -e "$seeds/whole" --print '%fd.nme'
expect "a form that is wrong" 3 err "--print:1:2: error" "falcoc: --print has 1 error"
run eval "evt.type = open and web" -e "$seeds/whole" -r rules.yaml
expect "a macro that the rules do not have" 3 err "condition:1:21: error: unknown macro 'web'" "the condition and its rules have 1 error"
printf -- '- list: test list\n  items: [open, close]\n' >odd.yaml
run eval $'fd.num > 0 and\n evt.type in (test list) and\n fd.nme = 3' -e "$seeds/whole" -r odd.yaml
expect "behind a list that is put in place" 3 err "condition:3:2: error: unknown field 'fd.nme'" "    3 |  fd.nme = 3"
run eval 'fd.num > 0 and evt.type in (test list)' -e "$seeds/whole" -r odd.yaml
expect "which is there for it" 0 out "2 of 11 events"
run record -w /dev/null "evt.type = opn"
expect "a filter of a recording that is wrong" 3 err "condition:1:12: error" "falcoc: the condition has 1 error"
run eval "evt.type = open"
expect "eval without a capture" 2 err "which capture"
finish
