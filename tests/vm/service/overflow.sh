#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# All outputs at once, each to the real thing: a file on ext4, rsyslogd, journald, a program, an HTTP server, the
# store. Each in turn is stalled (its file system frozen, its daemon stopped, its database locked) while more
# alerts come than its queue holds: all others are given every alert, the loop answers, what was lost is
# counted to the last alert, and told: by the others at once, by itself when it goes on.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

N=${ALERTS:-700}
load_module
ip link set lo up
modprobe loop || skip "no loop devices on this kernel"
service_install WatchdogSec=20

truncate -s 32M "$T/disk" && mkfs.ext4 -q "$T/disk" && mkdir -p /mnt/log && mount -o loop "$T/disk" /mnt/log
cat >"$T/rsyslog.conf" <<'C'
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/run/rsyslog.sock" RateLimit.Interval="0")
action(type="omfile" file="/var/log/falcoc.syslog")
C
rsyslogd -n -f "$T/rsyslog.conf" -i "$T/rsyslog.pid" &
SYSLOG=$!
mkdir -p /falcoc/handlers
cat >/falcoc/handlers/reader <<'P'
#!/bin/sh
exec cat >>/var/log/falcoc.program
P
chmod 755 /falcoc/handlers/reader
post_server /var/log/falcoc.http
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nRateLimitIntervalSec=0\nStorage=volatile\n' >/etc/systemd/journald.conf.d/test.conf
systemctl restart systemd-journald

cat >>/etc/falcoc/falcoc.yaml <<'C'
json_output: true
outputs_queue: {capacity: 200}
file_output: {enabled: true, filename: /mnt/log/falcoc.json, keep_alive: true}
syslog_output: {enabled: true, socket: /run/rsyslog.sock}
journal_output: {enabled: true}
program_output: {enabled: true, keep_alive: true, program: /falcoc/handlers/reader, timeout_ms: 600000}
http_output: {enabled: true, url: "http://127.0.0.1:8099/cgi-bin/post", timeout_ms: 600000, keep_alive: true}
C
rule one mark-
wait_for 60 test -S /run/rsyslog.sock || fail "rsyslogd starts"
check "it starts with all outputs" systemctl start falcoc
falcoc_pid=$(property MainPID)

# of OUTPUT: what it was given, as lines; what it is called; how to stop and go on with it
lines_of() {
	case $1 in
	file) cat /mnt/log/falcoc.json ;;
	syslog) cat /var/log/falcoc.syslog ;;
	journal) journalctl -q -o cat FALCOC_HOSTNAME="$(uname -n)" ;;
	program) cat /var/log/falcoc.program ;;
	http) cat /var/log/falcoc.http ;;
	store) falcoc alerts --format json ;;
	esac
}
name_of() {
	case $1 in
	file) echo "file /mnt/log/falcoc.json" ;;
	http) echo "server 127.0.0.1:8099" ;;
	*) echo "$1" ;;
	esac
}
pid_of() {
	case $1 in
	syslog) echo $SYSLOG ;;
	journal) pidof systemd-journald ;;
	program) pgrep -x cat -P "$falcoc_pid" ;;
	http) echo $HTTP ;;
	esac
}
stall() {
	case $1 in
	file) fsfreeze -f /mnt/log ;;
	store)
		# holds it until its input ends
		mkfifo "$T/lock"
		sqlite3 /var/lib/falcoc/alerts.db <"$T/lock" >"$T/locked" 2>&1 &
		exec 8>"$T/lock"
		printf '.timeout 20000\nBEGIN IMMEDIATE;\nSELECT "locked";\n' >&8
		wait_for 30 grep -q locked "$T/locked"
		;;
	*) kill -STOP "$(pid_of "$1")" ;;
	esac
}
go_on() {
	case $1 in
	file) fsfreeze -u /mnt/log ;;
	store) exec 8>&- ;;
	*) kill -CONT "$(pid_of "$1")" ;;
	esac
}
# how many different alerts of the round MARK the output was given; how many lines
given() { lines_of "$1" | grep -o "mark-$2 n[0-9]*\." | sort -u | wc -l; }
has() { [ "$(given "$1" "$2")" = "$3" ]; }
# metric NAME OUTPUT
metric() {
	falcoc status --json | jq --arg o "$(name_of "$2")" "[.counters.output_$1[]? | select(.output == \$o) | .value] | add // 0"
}
# "falcoc: alerts lost" in OUTPUT that names OTHER
tells_of() { lines_of "$1" | grep 'falcoc: alerts lost' | grep -q "for the $(name_of "$2")"; }

OUTPUTS="file syslog journal program http store"
true mark-warm
/bin/true "mark-warm n1."
for o in $OUTPUTS; do
	check "$o: has an alert" wait_for 30 has "$o" warm 1
done

# all outputs but this one have written what they were given
others_done() {
	local other
	for other in $OUTPUTS; do
		[ "$other" = "$1" ] || [ "$(metric queue "$other")" = 0 ] || return 1
	done
}
# how often falcoc told OUTPUT of losses: such alerts have a place in each queue, and are lost with the rest
own_of() { lines_of "$1" | grep -c 'falcoc: alerts lost'; }
empty() { [ "$(metric queue "$1")" = 0 ]; }
# all_told OUTPUT WITNESS OWN: each alert was given to it, or counted as lost. OWN: own_of WITNESS before
all_told() {
	local sum=$(($(given "$1" "$1") + $(metric overflowed_total "$1") - before))
	[ $sum -ge "$N" ] && [ $sum -le $((N + $(own_of "$2") - $3)) ]
}

# round OUTPUT: it alone is stalled
round() {
	local o=$1 other i before lost ms start witness=file own
	[ "$o" != file ] || witness=program
	own=$(own_of $witness)
	before=$(metric overflowed_total "$o")
	stall "$o"
	for ((i = 1; i <= N; i++)); do
		/bin/true "mark-$o n$i."
		# what comes faster than a server takes it is lost, too: half a queue, then wait
		[ $((i % 100)) != 0 ] || wait_for 90 others_done "$o"
	done
	for other in $OUTPUTS; do
		[ "$other" = "$o" ] || check "$o is stalled: $other has all $N" wait_for 60 has "$other" "$o" "$N"
	done
	start=$(date +%s%N)
	falcoc status >/dev/null || fail "$o is stalled: there is a status"
	ms=$((($(date +%s%N) - start) / 1000000))
	check "$o is stalled: the loop answers ($ms ms)" test $ms -lt 3000
	lost=$(($(metric overflowed_total "$o") - before))
	check "$o is stalled: it lost some: $lost" test $lost -gt 0
	for other in $OUTPUTS; do
		[ "$other" = "$o" ] || check "$o is stalled: $other tells of it" wait_for 20 tells_of "$other" "$o"
	done
	go_on "$o"
	check "$o: goes on until nothing waits" wait_for 90 empty "$o"
	check "$o: what it was given ($(given "$o" "$o")) and what it lost is all" wait_for 20 all_told "$o" $witness "$own"
	lost=$(($(metric overflowed_total "$o") - before))
	check "$o: the first ones are there" sh -c "[ $lost -lt $N ]"
	lines_of "$o" | grep -q "mark-$o n1\." || fail "$o: has the first alert"
	check "$o: no line is broken or twice" test "$(lines_of "$o" | grep -o "mark-$o n[0-9]*\." | wc -l)" -ge $((N - lost))
	check "$o: it is told in itself, too" wait_for 20 tells_of "$o" "$o"
	check "$o: nothing failed otherwise" test "$(metric failed_total "$o")" = 0
}
for o in ${OUTPUT:-$OUTPUTS}; do
	round "$o"
done
check "the loop fed its watchdog all the time" is MainPID "$falcoc_pid"
check "no event was dropped" refused sh -c "grep -q 'falcoc: events dropped' /var/log/falcoc.program"
check "it ends well" systemctl stop falcoc
check "with that result" is Result success
kill $SYSLOG $HTTP
umount /mnt/log
rm -f /etc/systemd/journald.conf.d/test.conf /var/log/falcoc.{syslog,program,http}
