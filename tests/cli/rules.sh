#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rules that are wrong: told with place, line, caret and hint, all at once, with status 3.
. "$(dirname "$0")/common"

# rule NAME CONDITION [OUTPUT]: a rule's YAML
rule() {
	printf -- '- rule: %s\n  desc: a test\n  condition: %s\n  output: "%s"\n  priority: NOTICE\n' \
		"$1" "$2" "${3:-x}"
}

# wrong NAME CONDITION PLACE TEXT...: the rule r.yaml with this condition; PLACE is line:column
wrong() {
	local name=$1 place=$3
	rule test "$2" >r.yaml
	shift 3
	run -V r.yaml
	expect "$name" 3 err "r.yaml:$place: error: " "$@" "^"
}

rule good 'evt.type = connect and fd.sip = 1.2.3.4' >good.yaml
run validate good.yaml
expect "validate" 0 out "OK: 1 rules, 1 enabled, 0 warnings"
run -V good.yaml
expect "-V" 0 out "OK: 1 rules"
run --dry-run -r good.yaml
expect "dry run" 0 err "!rror"
mkdir dir
cp good.yaml dir/b.yml
rule other 'evt.type = open' >dir/a.yaml
echo "not: [rules" >dir/c.txt
run validate dir
expect "directory" 0 out "OK: 2 rules"

#     condition starts at column 14 of line 3
wrong "unknown field" 'evt.type = execve and proc.nme = sh' 3:36 "proc.nme" "proc.name"
wrong "wrong type" 'evt.type = open and evt.rawres = abc' 3:47 "abc"
wrong "operator for the type" 'evt.type = open and fd.num contains 3' 3:34 "contains"
wrong "parenthesis" 'evt.type = open and (fd.num = 3' 3:34 "never closed"
wrong "unknown macro" 'evt.type = open and spwned_process' 3:34 "spwned_process"
wrong "bad address" 'evt.type = connect and fd.sip = 1.2.3.400' 3:46 "1.2.3.400"
wrong "bad network" 'evt.type = connect and fd.snet = 10.0.0.0/33' 3:47 "10.0.0.0/33"
wrong "nothing" '""' 3:14 "empty"

rule test 'evt.type = open' 'file %fd.nme opened' >r.yaml
run -V r.yaml
expect "unknown field in the output" 3 err "r.yaml:4:" "fd.nme" "fd.name" "^"

printf -- '- rule: x\n  condition: [unclosed\n' >r.yaml
run -V r.yaml
expect "no YAML" 3 err "r.yaml:" "rror"

run -V missing.yaml
expect "missing file" 3 err "missing.yaml" "No such file"
run -r missing.yaml
expect "missing file, run" 3 err "missing.yaml" "No such file"

# several files, several faults: all are told
{ rule one 'evt.type = open and fd.nme = x'; rule two 'evt.type = open and proc.nme = y' 'a %proc.nmae'; } >a.yaml
rule three 'evt.type = open and (' >b.yaml
run -V a.yaml -V b.yaml -V missing.yaml
expect "all faults at once" 3 err "a.yaml:3:" "a.yaml:8:" "a.yaml:9:" "b.yaml:3:" "missing.yaml" "errors"
run -r a.yaml -r b.yaml
expect "all faults at once, run" 3 err "a.yaml:3:" "a.yaml:8:" "b.yaml:3:"
verdict "nothing of it on the standard output" "$([ -s out ] && echo text || echo ok)"

# a service that cannot start says each of them once, rules and configuration
run daemon -c none -r a.yaml -r b.yaml
expect "all faults at once, daemon" 3 err "falcoc: the rules have 4 errors" "a.yaml:3:" "a.yaml:8:" "a.yaml:9:" "b.yaml:3:"
verdict "each once" "$([ "$(grep -c 'error: ' err)" = 4 ] && [ "$(sed -n 's/.*error: //p' err | sort -u | wc -l)" = 4 ] && echo ok || grep -c 'error: ' err)"
printf 'priority: loud\njson_output: 7\n' >c.yaml
run daemon -c c.yaml
expect "its configuration, too" 3 err "falcoc: the configuration has 2 errors" "c.yaml:1:11: error: priority" "c.yaml:2:14: error: json_output"
verdict "that once" "$([ "$(grep -c 'error: ' err)" = 2 ] && echo ok || cat err)"

# not an error: a rule that looks at every event
rule wide 'fd.typechar = 4 or evt.type = connect' >w.yaml
run -V w.yaml
expect "a rule without event types is warned of" 0 err "w.yaml:1:3: warning: " "wide" "LOAD_NO_EVTTYPE"
rule test 'evt.type = opne' >r.yaml
run -V r.yaml
expect "an event that is not" 3 err "r.yaml:3:25: error: " "opne" "'open'"
# overridden by a later file
rule good 'evt.type = open' >later.yaml
run validate good.yaml later.yaml
expect "a later file overrides" 0 out "OK: 1 rules"
finish
