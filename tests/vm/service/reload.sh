#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Rules that are read again while programs are executed without end: each of them is told exactly once,
# whatever is reloaded meanwhile; new rules hold from then on, removed ones no more; errors change nothing and
# are told; files that change together are read once.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

ALERTS=/var/log/falcoc.json
load_module
service_install WatchdogSec=60
cat >>/etc/falcoc/falcoc.yaml <<'C'
json_output: true
file_output: {enabled: true, filename: /var/log/falcoc.json, keep_alive: true}
journal_output: {enabled: true}
C
rule steady mark-steady
check "it starts" systemctl start falcoc

alerts_of() { grep -c "\"rule\":\"$1\"" "$ALERTS"; }
reloads() { alerts_of 'falcoc: rules reloaded'; }
reloaded() { [ "$(reloads)" -ge "$1" ]; }
seen() { grep -q -- "$1" "$ALERTS"; }

# run FROM TO: each program with its own number
run() { local i; for ((i = $1; i <= $2; i++)); do /bin/true "mark-steady n$i."; done; }

before=${EXECS:-150}
run 1 "$before"
(
	i=$before
	while [ ! -e "$T/enough" ]; do
		i=$((i + 1))
		/bin/true "mark-steady n$i."
	done
	echo "$i" >"$T/last"
) &
load=$!
# rules that ask for other events, with other programs in the kernel; by signal, and by the files
for n in 1 2 3 4 5 6; do
	if [ $((n % 2)) = 1 ]; then
		cat >/etc/falcoc/rules.d/other.yaml <<-'R'
			- rule: other
			  desc: files
			  condition: evt.type in (open, openat) and fd.name = /etc/hostname
			  output: other %fd.name
			  priority: NOTICE
		R
	else
		rule other mark-other
	fi
	wait_for 40 reloaded "$n" || { fail "reload $n is done"; break; }
	systemctl reload falcoc
	PATIENCE=1 wait_for 40 reloaded $((2 * n)) 2>/dev/null || true
done
touch "$T/enough"
wait $load
last=$(cat "$T/last")
run $((last + 1)) $((last + before))
all=$((last + before))
last_seen() { seen "n$all\\."; }
check "the last program is told" wait_for 60 last_seen
echo "$all programs, $(reloads) reloads"
told=$(grep '"rule":"steady"' "$ALERTS" | grep -o 'mark-steady n[0-9]*\.' | sort -u | wc -l)
check "each program is told: $told of $all" test "$told" = "$all"
lines=$(grep -c 'mark-steady n[0-9]*\.' "$ALERTS")
check "and once: $lines alerts" test "$lines" = "$all"
check "nothing was dropped" refused seen 'falcoc: events dropped'
/bin/true mark-other
check "the new rule holds" wait_for 20 seen '"rule":"other"'

# errors
now=$(reloads)
{ echo "- rule: broken"; echo "  condition: evt.typ0 = execve"; } >/etc/falcoc/rules.d/broken.yaml
check "errors are told" wait_for 20 seen 'falcoc: stale rules'
check "and where they are" seen 'broken.yaml'
check "systemd shows it" says 'have errors'
/bin/true "mark-steady after-error"
check "the rules from before go on" wait_for 20 seen after-error
rm /etc/falcoc/rules.d/broken.yaml
fixed() { says 'rules are enabled'; }
check "until the files are right again" wait_for 20 fixed

# several together
sleep 1
now=$(reloads)
for n in 1 2 3 4 5; do rule "r$n" "mark-r$n" "$T"; done
mv "$T"/r?.yaml /etc/falcoc/rules.d/
more() { [ "$(reloads)" -gt "$now" ]; }
check "new files are read" wait_for 20 more
sleep 2
check "once for all" test "$(reloads)" = $((now + 1))
/bin/true mark-r5
check "all of them hold" wait_for 20 seen '"rule":"r5"'
rm /etc/falcoc/rules.d/r5.yaml
check "one that is removed is noticed" wait_for 20 sh -c "[ \$(grep -c 'rules reloaded' $ALERTS) -gt $((now + 1)) ]"
now=$(reloads)
touch /etc/falcoc/rules.d/r4.yaml
: >/etc/falcoc/rules.d/.hidden
sleep 2
check "what changes no bytes is no reload" test "$(reloads)" = "$now"
check "it ends well" systemctl stop falcoc
falcoc status && fail "there is a status without a service"
check "with that result" is Result success
