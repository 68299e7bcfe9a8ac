# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of floods share; sourced behind lib.sh. One process floods a kind of calls on every
# CPU while another executes a marked program at random moments: each of these is told,
# whatever else is lost; what is lost is counted exactly, and told once an interval, with the name of
# the call, the flooding process and its cgroup.

CG=/sys/fs/cgroup/flood
mkdir -p $CG
cp /bin/true "$T/marked"
cat >"$T/rules.yaml" <<'R'
- rule: Recorded
  desc: every one of these is recorded, none matches
  condition: evt.type in (open, openat, setuid) and proc.name = nobody-at-all
  output: never
  priority: NOTICE
- rule: Marked
  desc: what must not be lost
  condition: evt.type = execve and evt.dir = < and proc.name = marked
  output: MARKED %proc.args
  priority: NOTICE
R

# a tenth of a CPU under these floods: too slow for them on any machine
falcoc() { exec nice -n 10 /falcoc/bin/falcoc "$@"; }
marks() { grep -o 'MARKED mark-[0-9]*' "$T/out" | sort -u | wc -l; }
all_marks() { [ "$(marks)" = "$1" ]; }
calls() { kmodtest count "$T/count" 2>/dev/null || echo 0; }
calls_above() { [ "$(calls)" -gt "$1" ]; }
# field NAME [FILE]: its value in each alert of drops
field() { sed -nE "s/.*\"falcoc\.drops\.$1\":\"?([^,\"}]*).*/\1/p" "${2:-$T/out}"; }
# large DROPPED: these alerts but for those of so few drops that somebody else may have caused them, who came when the flood
# was over and the ring still full
large() {
	local few=$(($1 / 4))
	[ $few -le 100 ] || few=100
	awk -v few=$few 'match($0, /"falcoc\.drops\.total":[0-9]+/) &&
		substr($0, RSTART + 21, RLENGTH - 21) + 0 > few' "$T/out"
}

# flooded KIND EVENT N: the event is what KIND loses most of
flooded() {
	local kind=$1 event=$2 n=$3 flooder made start seconds report alerts first=$EPOCHSECONDS most
	start_falcoc -v --json --no-predicates --ring-size 1M -r "$T/rules.yaml" || return
	rm -f "$T/count"
	(echo $BASHPID >$CG/cgroup.procs && exec kmodtest flood "$kind" "$T/count") &
	flooder=$!
	check "$kind: the flood is on" wait_for 120 calls_above 200
	start=$EPOCHREALTIME
	made=$(nice -n -10 kmodtest execs 42 "$n" "$T/marked")
	kill -TERM $flooder
	wait $flooder
	seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
	check "$kind: all $n programs were executed" test "$made" = "$n"
	check "$kind: and all are told" wait_for 120 all_marks "$n"
	check "$kind: falcoc ends well" stop_falcoc
	# an alert a second of all that time
	most=$((EPOCHSECONDS - first + 2))

	report=$(grep '^Records: ' "$T/err")
	read -r _ _ produced _ _ delivered _ _ dropped _ _ unread _ <<<"$report"
	check "$kind: produced = delivered + dropped + unread" \
		test "${produced:-1}" = $((delivered + dropped + unread))
	check "$kind: the same by event" by_event
	check "$kind: the same by CPU" by_cpu
	alerts=$(grep -c '"rule":"falcoc: events dropped"' "$T/out")
	echo "FIGURES $(uname -r) $kind: $(calls) calls in $seconds s," \
		"$(awk -v p="$produced" -v s="$seconds" 'BEGIN { printf "%d", p / s }') events/s," \
		"produced $produced, delivered $delivered, dropped $dropped, alerts $alerts," \
		"execs $n, lost $((n - $(marks)))"
	[ "$kind" != openat ] || check "$kind: something was dropped" test "${dropped:-0}" -gt 0
	[ "${dropped:-0}" -gt 0 ] || return 0
	check "$kind: the alerts add up to the drops" \
		test "$(field total | awk '{ s += $1 } END { print s }')" = "$dropped"
	check "$kind: there is no more than one an interval" test "$alerts" -le "$most"
	large "$dropped" >"$T/large"
	check "$kind: they name $event" only "$(field event "$T/large" | sort -u)" "$event"
	check "$kind: and the flood's cgroup" only "$(field cgroup "$T/large" | sort -u)" /flood
	[ "$kind" != fork ] || return 0 # each drop is another process's
	check "$kind: and its process" only "$(field pid "$T/large" | sort -u)" $flooder
	check "$kind: by name" only "$(field process "$T/large" | sort -u)" kmodtest
	check "$kind: and by its file" only "$(field exe "$T/large" | sort -u)" /falcoc/bin/kmodtest
	check "$kind: which had most of the drops" \
		test "$(field process_total "$T/large" | awk '{ s += $1 } END { print s }')" -gt $((dropped / 2))
}
only() { [ "$1" = "$2" ]; }
by_event() {
	awk -v p="$produced" -v d="$dropped" '/^   [a-z_0-9]+: [0-9]+, dropped [0-9]+$/ {
		sp += $2; sd += $4 } END { exit sp != p || sd != d }' "$T/err"
}
by_cpu() {
	awk -v p="$produced" -v d="$dropped" '/^CPU [0-9]+: / { sp += $4; sd += $10; if ($4 != $7 + $10 + $13)
		bad = 1 } END { exit bad || sp != p || sd != d }' "$T/err"
}
