#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# All outputs at once, each to the real thing: a file on ext4, rsyslogd, journald, a program, an HTTP server, the
# store. Each in turn is stalled (its file system frozen, its daemon stopped, its database locked) while more
# alerts come than its queue holds: all others are given every alert, the loop answers, what was lost is
# counted to the last alert, and told: by the others at once, by itself when it goes on.
#
# Queues are small and alerts are long, so that few of them fill the queue and what the kernel keeps before a
# reader (a pipe, a socket's buffer). What outputs were given is read from files: those who ask the journal and
# the store follow them all the time, as each new process takes long under emulation.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

N=${ALERTS:-160}	# of a round
BURST=16	# so many at once: what is behind it must keep up with them, or the queue
CAPACITY=40
PADDING=$(printf '%01500d' 0)
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
echo $$ >/run/reader.pid
exec cat >>/var/log/falcoc.program
P
chmod 755 /falcoc/handlers/reader
# a process for each request would be the slowest of all
cat >"$T/server" <<'P'
use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:8099", Listen => 5, ReuseAddr => 1) or die "$!";
open(my $to, ">>", "/var/log/falcoc.http") or die "$!";
$to->autoflush(1);
while (my $c = $s->accept) {
	while (defined(my $line = <$c>)) {
		$length = $1 if $line =~ /^content-length: *(\d+)/i;
		next if $line !~ /^\r?$/;
		read($c, my $body, $length) == $length or last;
		print $to "$body\n";
		print $c "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
		$c->flush;
	}
}
P
perl "$T/server" &
HTTP=$!
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nRateLimitIntervalSec=0\nStorage=volatile\n' >/etc/systemd/journald.conf.d/test.conf
systemctl restart systemd-journald

cat >>/etc/falcoc/falcoc.yaml <<C
json_output: true
outputs_queue: {capacity: $CAPACITY}
file_output: {enabled: true, filename: /mnt/log/falcoc.json, keep_alive: true}
syslog_output: {enabled: true, socket: /run/rsyslog.sock}
journal_output: {enabled: true}
program_output: {enabled: true, keep_alive: true, program: /falcoc/handlers/reader, timeout_ms: 600000}
http_output: {enabled: true, url: "http://127.0.0.1:8099/", timeout_ms: 600000, keep_alive: true}
C
rule one mark-
wait_for 60 test -S /run/rsyslog.sock || fail "rsyslogd starts"
check "it starts with all outputs" systemctl start falcoc
falcoc_pid=$(property MainPID)

# what an output was given, as lines
declare -A FILE=([file]=/mnt/log/falcoc.json [syslog]=/var/log/falcoc.syslog [journal]=$T/journal
	[program]=/var/log/falcoc.program [http]=/var/log/falcoc.http [store]=$T/store)
OUTPUTS=${OUTPUTS:-file syslog journal program http store}
wait_for 30 test -s /var/lib/falcoc/alerts.db || fail "there is a store"
journalctl -q -f --no-tail -o cat FALCOC_HOSTNAME="$(uname -n)" >"$T/journal" 2>&1 &
FOLLOWERS=$!
falcoc alerts --follow --format json >"$T/store" 2>&1 &
FOLLOWERS="$FOLLOWERS $!"

name_of() {
	case $1 in
	file) echo "file /mnt/log/falcoc.json" ;;
	http) echo "server 127.0.0.1:8099" ;;
	store) echo "store /var/lib/falcoc/alerts.db" ;;
	*) echo "$1" ;;
	esac
}
pid_of() {
	case $1 in
	syslog) echo $SYSLOG ;;
	journal) systemctl show -p MainPID --value systemd-journald ;;
	program) cat /run/reader.pid ;;
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
	*) stalled=$(pid_of "$1") && kill -STOP "$stalled" ;;
	esac
}
go_on() {
	case $1 in
	file) fsfreeze -u /mnt/log ;;
	store) exec 8>&- ;;
	*) kill -CONT "$stalled" ;;
	esac
}

# has OUTPUT MARK FROM TO: it was given each of these alerts of the round
has() { [ "$(given "$@")" = $(($4 - $3 + 1)) ]; }
# given OUTPUT MARK FROM TO: how many different ones of these it was given
given() {
	awk -v mark="mark-$2 n" -v from="$3" -v to="$4" '{
		at = index($0, mark)
		n = at ? substr($0, at + length(mark)) + 0 : 0
		if (n >= from && n <= to && !(n in seen)) { seen[n]; all++ }
	} END { print all + 0 }' "${FILE[$1]}"
}
# look: counters of all outputs, for metric
look() {
	falcoc status --json >"$T/status" 2>/dev/null &&
		jq -r '.counters | to_entries[] | select(.key | startswith("output_")) | .key as $k | .value[] |
			"\($k)\t\(.output)\t\(.value)"' "$T/status" >"$T/counters"
}
# metric NAME OUTPUT: as of the last look
metric() {
	awk -F '\t' -v name="output_$1" -v output="$(name_of "$2")" '$1 == name && $2 == output { n = $3 }
		END { print n + 0 }' "$T/counters"
}
empty() { look && [ "$(metric queue "$1")" = 0 ]; }
# "falcoc: alerts lost" in OUTPUT that names OTHER
tells_of() { grep 'falcoc: alerts lost' "${FILE[$1]}" | grep -q "for the $(name_of "$2")"; }
# how often falcoc told OUTPUT of losses: such alerts have a place in each queue, and are lost with the rest
own_of() { grep -c 'falcoc: alerts lost' "${FILE[$1]}"; }
# others_have OUTPUT FROM TO: all but this one were given these alerts of its round
others_have() {
	local other
	for other in $OUTPUTS; do
		[ "$other" = "$1" ] || has "$other" "$1" "$2" "$3" || return 1
	done
}

/bin/true "mark-warm n1. $PADDING"
for o in $OUTPUTS; do
	check "$o: has an alert" wait_for 60 has "$o" warm 1 1
done

# all_told OUTPUT WITNESS OWN: each alert was given to it, or counted as lost. OWN: own_of WITNESS before
all_told() {
	local sum
	look
	sum=$(($(given "$1" "$1" 1 "$N") + $(metric overflowed_total "$1") - before))
	[ $sum -ge "$N" ] && [ $sum -le $((N + $(own_of "$2") - $3)) ]
}

# round OUTPUT: it alone is stalled
round() {
	local o=$1 other i before lost ms start witness=file own begin=$SECONDS
	[ "$o" != file ] || witness=program
	own=$(own_of $witness)
	look
	before=$(metric overflowed_total "$o")
	check "$o: is stalled" stall "$o"
	for ((i = 1; i <= N; i++)); do
		/bin/true "mark-$o n$i. $PADDING"
		# what comes faster than a server takes it is lost, too
		[ $((i % BURST)) != 0 ] || wait_for 60 others_have "$o" $((i - BURST + 1)) "$i" || break
	done
	for other in $OUTPUTS; do
		[ "$other" = "$o" ] || check "$o is stalled: $other has all $N" has "$other" "$o" 1 "$N"
	done
	start=$(date +%s%N)
	look || fail "$o is stalled: there is a status"
	ms=$((($(date +%s%N) - start) / 1000000))
	check "$o is stalled: the loop answers ($ms ms, with the programs that ask it)" test $ms -lt 5000
	lost=$(($(metric overflowed_total "$o") - before))
	check "$o is stalled: it lost some: $lost" test $lost -gt 0
	for other in $OUTPUTS; do
		[ "$other" = "$o" ] || check "$o is stalled: $other tells of it" wait_for 20 tells_of "$other" "$o"
	done
	check "$o: goes on" go_on "$o"
	check "$o: until nothing waits" wait_for 90 empty "$o"
	check "$o: what it was given and what it lost is all" wait_for 20 all_told "$o" $witness "$own"
	lost=$(($(metric overflowed_total "$o") - before))
	echo "$o: was given $(given "$o" "$o" 1 "$N"), lost $lost"
	check "$o: the first ones are there" has "$o" "$o" 1 $((CAPACITY / 2))
	check "$o: it is told in itself, too" wait_for 20 tells_of "$o" "$o"
	check "$o: nothing failed otherwise" test "$(metric failed_total "$o")" = 0
	echo "$o took $((SECONDS - begin)) s"
}
for o in ${OUTPUT:-$OUTPUTS}; do
	round "$o"
done
check "the loop fed its watchdog all the time" is MainPID "$falcoc_pid"
check "no event was dropped" refused grep -q 'falcoc: events dropped' /var/log/falcoc.program
# who follows the store has seen what is in it
check "the store holds what who followed it saw" test "$(falcoc alerts --format json | grep -c mark-)" = "$(grep -c mark- "$T/store")"
check "it ends well" systemctl stop falcoc
check "with that result, as what was lost was told" is Result success
check "its program read to the end" refused sh -c "journalctl -q -u falcoc | grep -q 'ended by signal'"
# shellcheck disable=SC2086  # a word each
kill $SYSLOG $HTTP $FOLLOWERS
umount /mnt/log
rm -f /etc/systemd/journald.conf.d/test.conf /var/log/falcoc.{syslog,program,http}
