#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What rules files hold, and a rule explained; which rules run; findings as JSON; the schema.
top=$(realpath "$(dirname "$0")/../..")
. "$(dirname "$0")/common"

cat >r.yaml <<'EOF'
- list: shells
  items: [sh, bash]
- macro: started
  condition: evt.type in (execve, execveat)
- macro: idle
  condition: proc.name = idle
- rule: Shell | started
  desc: a shell was started
  condition: started and proc.name in (shells)
  output: "%proc.name by %proc.pname"
  priority: WARNING
  tags: [shell, process]
  exceptions:
    - name: parents
      fields: proc.pname
      values: [sshd, login]
- rule: Connection
  desc: somebody connected
  condition: evt.type = connect
  output: "%fd.name"
  priority: NOTICE
  tags: [network]
- rule: Off
  desc: does not run
  condition: started and user.uid = 0
  output: "%proc.name"
  priority: INFO
  enabled: false
EOF

run list rules -r r.yaml
expect "rules" 0 out "Shell | started   [Warning]" "somebody connected" "Off   [Informational, switched off]"
run list rules -r r.yaml -N
expect "names of rules" 0 out "Connection" "!somebody"
run list rules -r r.yaml --format markdown
expect "rules as markdown" 0 out '| Shell \| started | Warning | yes | shell, process |'
run list macros -r r.yaml
expect "macros" 0 out "started" "evt.type in (execve, execveat)" "idle   [not used]"
run list lists -r r.yaml
expect "lists" 0 out "shells   [2]" "sh, bash"
run list operators
expect "operators" 0 out "startswith" "pmatch" "anyof" "getopt"
run list rules -r nowhere.yaml
expect "rules of no file" 3 err "nowhere.yaml"

run explain -r r.yaml 'Shell | started'
expect "explain" 0 out "(r.yaml:7)" "priority Warning" "started and proc.name in (shells)" \
	"parents (2)" "not proc.pname in (sshd," "proc.name in (sh, bash)   [" \
	"events that the kernel records for it:" "execve execveat" "!shared by"
run explain -r r.yaml Off
expect "explain one that is off" 0 out "switched off" "user.uid = 0" "execve execveat"
run explain -r r.yaml Connectoin
expect "explain a slip" 2 err "did you mean 'Connection'?"
run explain -r r.yaml -o priority=warning Connection
expect "explain one that is left out" 2 err "rule 'Connection' is left out" "priority"
run explain -r r.yaml
expect "explain nothing" 2 err "which rule?"

# which rules run
enabled() {
	local name=$1 want=$2
	shift 2
	run -V r.yaml "$@"
	expect "$name" 0 out "OK: 3 rules, $want enabled"
}
enabled "as the file says" 2
enabled "-D" 1 -D onn
enabled "-t" 1 -t network
enabled "-t twice" 2 -t network -t process
enabled "-T" 1 -T shell
enabled "a name" 1 -o rules[].disable.rule=Connection
enabled "a wildcard" 3 -o 'rules[].enable.rule=O*f'
enabled "in order" 1 -o 'rules[].disable.rule=*' -o rules[].enable.tag=network
run -V r.yaml -T nothing
expect "a tag that no rule has" 0 err "no rule has the tag 'nothing'"
run -V r.yaml -o rules[].off.rule=x
expect "a wrong key" 2 err "an unknown key: it is one of enable|disable|only"
run -V r.yaml -o priority=warning
expect "least priority" 0 out "OK: 1 rules, 1 enabled"
run -V r.yaml -o rule_matching=all
expect "rule matching" 0 out "OK: 3 rules"

# findings as JSON
printf -- '- rule: bad\n  desc: d\n  condition: evt.type = open and proc.nme = a\n  output: o\n  priority: INFO\n' >bad.yaml
run validate --format json bad.yaml
expect "findings as JSON" 3 out '"successful": false' '"code": "LOAD_ERR_COMPILE_CONDITION"' \
	'"line": 3' '"column": 34' '"hint": "did you mean '
verdict "nothing beside it" "$([ -s err ] && echo text || echo ok)"
run validate --format json r.yaml
expect "no findings as JSON" 0 out '"successful": true' '"rules": 3' '"enabled": 2'
run validate --format markdown r.yaml
expect "no such form" 2 err "text or json"

# the schema, and that it takes what is taken here
run schema
expect "schema" 0 out '"skip-if-unknown-filter"' '"replace"'
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	cp out schema.json
	valid() {
		python3 -c 'import json, jsonschema, sys, yaml
jsonschema.Draft7Validator(json.load(open("schema.json"))).validate(yaml.safe_load(open(sys.argv[1])))' "$1" 2>/dev/null
	}
	verdict "the schema takes the shipped rules" \
		"$(valid "$top/rules/falcoc_rules.yaml" && echo ok || echo refused)"
	echo '- rule: x
  desc: d
  condtn: evt.type = open' >slip.yaml
	verdict "the schema refuses a slip" "$(valid slip.yaml && echo taken || echo ok)"
	echo '- rule: x
  priority: INFO
  override: {priority: append}' >append.yaml
	verdict "the schema refuses an override that cannot be" "$(valid append.yaml && echo taken || echo ok)"
else
	echo "SKIP: no jsonschema and yaml of python3 to check the schema with"
fi
for f in rules macros lists; do
	run list $f -r r.yaml --format json
	verdict "$f as JSON" "$(python3 -c 'import json, sys; json.load(sys.stdin)' <out 2>/dev/null && echo ok || echo "no JSON")"
done
finish
