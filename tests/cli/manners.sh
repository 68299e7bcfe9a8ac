#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Manners: what was perhaps meant is named; odd files and odd outputs end in one clear sentence. What is on a
# terminal is terminal.sh's.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"

seed_rules
cp "$seeds/whole" capture.scap
: >empty
head -c 3000 "$FALCOC" >garbage
mkdir directory
"$FALCOC" -c none -r rules.yaml -e capture.scap -o alert_store.enabled=true -o alert_store.file="$tmp/alerts.db" \
	-o alert_store.max_days=36500 "${patient[@]}" >out 2>err || verdict "a store" "is not made"

# said NAME STATUS TEXT ARG...: that status, and that text is all there is on the standard error, one line
said() {
	local name=$1 want=$2 text=$3
	shift 3
	run "$@"
	expect "$name" "$want" err "$text"
	[ "$(wc -l <err)" = 1 ] || verdict "$name" "not one line"
}

# near misses, of whatever words there are
said "a command" 2 "did you mean 'validate'?" help validat
said "a list" 2 "did you mean 'rules'?" list ruels
said "a schema" 2 "did you mean 'config'?" schema confg
said "a shell" 2 "did you mean 'bash'?" completion bsh
said "a format" 2 "did you mean 'json'?" list fields --format jsn
said "a format of alerts" 2 "did you mean 'json'?" alerts --format jsno
said "a format of reports" 1 "did you mean 'html'?" report --format htm
said "a priority" 2 "warning, notice" alerts --priority wrning --store alerts.db
said "a rule" 2 "did you mean 'Passwords'?" explain -r rules.yaml passwords
said "a key" 2 "did you mean 'json_output'?" -o json_ouput=true
printf 'jsn_output: true\n' >c.yaml
run validate -c c.yaml rules.yaml
expect "a key of a file" 0 err "c.yaml:1:1: warning" "did you mean 'json_output'?"
for word in 'proc.nme = x:proc.name' 'evt.type = opn:open' 'proc.name startwith x:startswith' \
	'tolowr(proc.name) = x:tolower' 'fd.typ = x:fd.type' 'evt.arg.flag = x:flags'; do
	printf -- '- rule: r\n  desc: d\n  condition: evt.type = open and %s\n  output: o\n  priority: INFO\n' \
		"${word%:*}" >near.yaml
	run validate near.yaml
	expect "a word of conditions: ${word%:*}" 3 err "near.yaml:3:"
	[ "${word#*:}" = flags ] || expect "names ${word#*:}" 3 err "did you mean '${word#*:}'?"
done
printf -- '- rule: r\n  desc: d\n  conditions: evt.type = open\n  output: o\n  priority: INFO\n' >near.yaml
run validate near.yaml
expect "a key of rules" 3 err "did you mean 'condition'?"

# files that are none, of each kind that is read
for f in nowhere directory empty garbage; do
	run -c none -r rules.yaml -e $f
	expect "a capture: $f" 6 err "cannot read $f: "
	run eval 'proc.name = sh' -e $f
	expect "eval of $f" 6 err "cannot read $f: "
	said "a store: $f" 1 "$f: " alerts --store $f
	said "a report of $f" 2 "$f: " report --store $f
	said "a status socket: $f" 1 "$f: no service of falcoc runs" status --socket $f
	[ $f = empty ] || said "names kept: $f" 1 "$f: " dns --state $f
	[ $f = empty ] && continue
	run validate -c $f rules.yaml
	expect "a configuration: $f" 3 err "$f" "error:"
	[ $f = directory ] && continue
	run validate $f
	expect "rules: $f" 3 err "$f" "error:"
done
for option in -r -c -e -w; do
	said "a name that is empty: $option" 2 "option $option: which file? Its name is empty" $option ''
done
said "a name that is empty, of a command" 2 "which file?" alerts --store ''

# unread ARG...: its output is a pipe that nobody reads any more, as behind head(1)
unread() {
	python3 -c 'import os, subprocess, sys
r, w = os.pipe()
os.close(r)
sys.exit(subprocess.call(sys.argv[1:], stdout=w))' "$FALCOC" "$@"
}

# outputs that take nothing: full, closed, nobody reads
while read -r command; do
	eval "$FALCOC $command" >/dev/full 2>err </dev/null
	status=$?
	expect "$command >/dev/full" 1 err "cannot write to the standard output"
	eval "$FALCOC $command" >&- 2>err </dev/null
	status=$?
	expect "$command >&-" 1 err "cannot write to the standard output"
	eval "unread $command" 2>err </dev/null
	status=$?
	expect "$command, and nobody reads" 1 err
	[ ! -s err ] || verdict "$command, and nobody reads" "says something"
	eval "$FALCOC $command" >out 2>&- </dev/null
	status=$?
	expect "$command 2>&-" 0 out
	eval "env -i $FALCOC $command" >bare 2>err </dev/null
	status=$?
	expect "$command, without an environment" 0 err
	verdict "$command: the same without" "$(cmp -s out bare && echo ok || echo differs)"
done <<'C'
list fields
list options
list config
help
help --all
help --man run
schema config
schema template
completion bash
version
validate rules.yaml
explain -r rules.yaml Passwords
list rules -r rules.yaml
eval 'proc.name = sh' -e capture.scap
alerts --store alerts.db
alerts --store alerts.db --format json
show 1 --store alerts.db
C
finish
