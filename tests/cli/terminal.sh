#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# falcoc on a terminal (a real one, made by on_terminal.py): colours, and none where somebody wants none or where it
# is no terminal; how far a capture is; Ctrl-C. What needs the module is in tests/vm/t/terminal.sh.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"
seed_rules
unset NO_COLOR

# on COLUMNS ARG...: what falcoc shows on a terminal of that width, in `shown`; KEYS as on_terminal.py has them
on() {
	local columns=$1
	shift
	TERM=${TERM_WANTED-xterm} python3 "$here/on_terminal.py" "$columns" "${KEYS-}" "$FALCOC" "$@" >shown
	status=$?
	cp shown out
}
ESC=$(printf '\033')
escapes() { grep -q "$ESC" "$1"; }
# coloured NAME COLOUR WORD: the word is shown in that colour
coloured() {
	expect "$1" "$status" shown "${ESC}[$2m$3${ESC}[0m"
}
: >err

# ---- colours ----

on 80 -c none -r rules.yaml -e "$seeds/whole"
coloured "an alert's priority" 33 Warning
coloured "another's" 36 Notice
verdict "nothing else of an alert" "$(grep -q "Warning$ESC\[0m read (/etc/passwd)" shown && echo ok || echo "not so")"
for p in emergency:1\;31 alert:1\;31 critical:1\;31 error:31 informational:32 debug:2; do
	name=${p%:*}
	sed "s/WARNING/$name/" rules.yaml >p.yaml
	on 80 -c none -r p.yaml -e "$seeds/whole"
	coloured "priority $name" "${p#*:}" "${name^}"
done
on 80 -c none -r rules.yaml -e "$seeds/whole" -o "fold_alerts.outputs=[stdout]"
coloured "an alert of those that are folded" 33 Warning
on 80 -c none -r rules.yaml -e "$seeds/whole" --json
verdict "none in JSON" "$(escapes shown && echo some || echo ok)"
on 80 -c none -r rules.yaml -e "$seeds/whole" -o file_output.enabled=true -o file_output.filename="$tmp/file" \
	-o program_output.enabled=true -o program_output.program="cat >>$tmp/program" \
	"${patient[@]}"
coloured "on the terminal" 33 Warning
for f in file program; do
	verdict "none in the $f beside it" "$(grep -q 'Warning read' $f && ! escapes $f && echo ok || echo "not so")"
done
on 80 -c none -r rules.yaml -e "$seeds/whole" -o alert_store.enabled=true -o alert_store.file="$tmp/alerts.db" \
	-o alert_store.max_days=36500 "${patient[@]}"
on 80 alerts --store alerts.db
coloured "alerts that were stored" 33 Warning
on 80 show 1 --store alerts.db
coloured "and one of them" 33 Warning
for format in json csv; do
	on 80 alerts --store alerts.db --format $format
	verdict "none in their $format" "$(grep -q Warning shown && ! escapes shown && echo ok || echo "not so")"
done
on 80 alerts --store alerts.db 'proc.nme = x'
coloured "what is wrong with a condition" 31 error
printf -- '- rule: r\n  desc: d\n  condition: evt.typ = open\n  output: o\n  priority: INFO\n  odd: x\n' >bad.yaml
on 80 validate bad.yaml
coloured "an error of rules" 31 error
coloured "a warning of rules" 33 warning
expect "the place of the error" 3 shown "${ESC}[31m^~~~~~~${ESC}[0m"
on 80 validate --format json bad.yaml
verdict "none in JSON" "$(escapes shown && echo some || echo ok)"
on 80 -c none -r bad.yaml -e "$seeds/whole"
coloured "an error of rules that are to run" 31 error
on 80 eval 'proc.nme = x' -e "$seeds/whole"
coloured "an error of a condition" 31 error
on 80 validate -o jsn_output=true rules.yaml
coloured "an error of -o" 31 error
on 80 doctor -c none -r bad.yaml -o dns.queries=false
coloured "what the doctor finds" 31 "FAILURE "
on 80 doctor --json -c none -r bad.yaml -o dns.queries=false
verdict "none in its JSON" "$(escapes shown && echo some || echo ok)"

# what a service tells of its state
serve() {
	python3 - "$1" <<'P' &
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind("socket")
s.listen(1)
open("listens", "w").close()
while True: # who asks may ask again
    c = s.accept()[0]
    try:
        c.sendall(('{"version": "1", "pid": 1, "state": "%s"}' % sys.argv[1]).encode())
    except BrokenPipeError:
        pass
    c.close()
P
	server=$!
	until_true '[ -e listens ]'
}
for state in 32:recording:recording '31:waiting:waiting for the module: nothing is recorded' \
	'33:stale:recording, by old rules: the files have errors'; do
	IFS=: read -r colour word text <<<"$state"
	serve "$word"
	on 80 status --socket socket
	kill "$server"
	wait "$server" 2>/dev/null
	rm -f socket listens
	coloured "the state of a service: $word" "$colour" "$text"
done

NO_COLOR='' on 80 validate bad.yaml
verdict "an empty NO_COLOR does not count" "$(escapes shown && echo ok || echo none)"
TERM_WANTED=dumb on 80 validate bad.yaml
verdict "none on a terminal that knows none" "$([ -s shown ] && ! escapes shown && echo ok || echo some)"

# each of these has some, also on a terminal that has no width; none with NO_COLOR, none in a file
while read -r command; do
	eval "on 0 $command"
	verdict "$command: colours" "$(escapes shown && echo ok || echo none)"
	export NO_COLOR=1
	eval "on 80 $command"
	verdict "none with NO_COLOR" "$([ -s shown ] && ! escapes shown && echo ok || echo some)"
	unset NO_COLOR
	eval "TERM=xterm run $command"
	cat out err >both
	verdict "none in a file" "$([ -s both ] && ! escapes both && echo ok || echo some)"
done <<'C'
-c none -r rules.yaml -e "$seeds/whole"
alerts --store alerts.db
show 1 --store alerts.db
validate bad.yaml
doctor -c none -r rules.yaml -o dns.queries=false
eval "proc.nme = x" -e "$seeds/whole"
C
# and these never
while read -r command; do
	eval "on 0 $command"
	verdict "$command: no escapes, on a terminal of 0 columns" "$([ -s shown ] && ! escapes shown && echo ok || echo some)"
done <<'C'
list fields
help run
validate rules.yaml
report --store alerts.db --since 2023-11-14
explain -r rules.yaml Passwords
-e "$seeds/whole" --print "%evt.num %evt.type"
eval "evt.type = open" -e "$seeds/whole" --print ""
C

# ---- how far a capture is: gone before the summary, and nothing of it where nobody looks ----

many 2000 >many.scap
size=$(wc -c <many.scap)
mkfifo pipe
# what is over sooner is not worth a word
feed() {
	head -c $((size / 2)) many.scap
	sleep 0.7
	tail -c +$((size / 2 + 1)) many.scap
}
sed 's/passwd/none/; s/fd.sport = 80/fd.sport = 81/' rules.yaml >none.yaml
feed >pipe &
on 80 -c none -r none.yaml -e pipe
verdict "a capture's progress is shown" "$(grep -qE '[0-9]+ events' shown && escapes shown && echo ok || echo "it is not")"
verdict "and taken away" "$(tr '\r' '\n' <shown | grep -qE '^(.\[K)Events seen: ' && echo ok || echo "it is not")"
feed >pipe &
TERM_WANTED=dumb on 80 -c none -r none.yaml -e pipe
verdict "not on a terminal that cannot" "$(escapes shown && echo "it is" || echo ok)"
feed >pipe &
run -c none -r none.yaml -e pipe
verdict "nor in a file" "$(cat out err | grep -q ' events$' && echo "it is" || echo ok)"

# ---- Ctrl-C: the end, with a summary ----

exec 3<>pipe # it stays open behind what is fed
feed >pipe 3<&- &
KEYS=' events=\x03' on 80 -c none -r none.yaml -e pipe 3<&-
expect "Ctrl-C ends it" 0 shown "Events seen: " "Alerts: 0"
exec 3<&-
wait
finish
