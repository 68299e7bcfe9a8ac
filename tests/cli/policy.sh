#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Policies from the command line: checked, shown as a schema, named by options and by the configuration.
# shellcheck source=common
. "$(dirname "$0")/common"

cat >r.yaml <<'R'
- rule: a rule
  desc: d
  condition: evt.type = execve
  output: x %proc.name
  priority: WARNING
  tags: [net]
R
cat >p.yaml <<'P'
- policy: first
  rules: ["a *"]
  scope: container.id != host
  actions: [{kill: container}, {exec: [/bin/true], timeout_s: 5}, pause]
  limit: {actions: 3, seconds: 10}
- protect: ours
  images: ["quay.io/base*"]
P
cat >bad.yaml <<'P'
- policy: second
  rules: [a rule]
  scope: proc.nme = x
  actions: [kil]
P
run validate --policy p.yaml r.yaml
expect "policies that are well" 0 out "OK: 1 rules, 1 enabled, 1 policy, 0 warnings"
run validate --policy bad.yaml r.yaml
expect "faults have their places" 3 err "bad.yaml:3:10: error: unknown field 'proc.nme'" \
	"bad.yaml:4:13: error: policy 'second': there is no action 'kil'" "did you mean 'kill'?"
run validate --policy p.yaml --policy bad.yaml --format json r.yaml
expect "as JSON too" 3 out '"successful": false' "there is no action 'kil'"
run validate r.yaml
expect "none without the option" 0 out "OK: 1 rules, 1 enabled, 0 warnings"
run validate --policy nowhere.yaml r.yaml
expect "a file that is not there" 3 err "cannot read nowhere.yaml"
mkdir -p d && cp p.yaml d/1.yaml && cp bad.yaml d/2.yaml
printf 'rules_files: [r.yaml]\npolicy_files: [d]\n' >c.yaml
run validate -c c.yaml
expect "a directory that the configuration names" 3 err "d/2.yaml:3:10: error: unknown field"
rm d/2.yaml
run -c c.yaml --dry-run --actions=dry-run
expect "a run reads them" 0 err "!error"
run -r r.yaml --actions=perhaps
expect "a mode that there is not" 2 err "perhaps"
run schema policy
expect "the schema" 0 out '"Policies of falcoc"' '"elsewhere"' '"kill"'

# outputs of policies, and folding: each is told of its own, and of how many more there were for it
# shellcheck source=seeds
. "$here/seeds"
many 3 >many.scap
cat >both.yaml <<'R'
- rule: Both
  desc: d
  condition: evt.type in (open, connect)
  output: "%evt.num %evt.type"
  priority: NOTICE
R
cat >outputs.yaml <<'P'
- policy: opens
  rules: [Both]
  scope: evt.type = open
  outputs: [file]
- policy: connects
  rules: [Both]
  scope: evt.type = connect
  outputs: [stdout]
P
run -c none -r both.yaml --policy outputs.yaml -e many.scap -o file_output.enabled=true -o file_output.filename=file \
	-o 'fold_alerts.outputs=[stdout,file]' -o 'fold_alerts.fields=[evt.source]'
expect "an output of a policy has its own alerts" 0 out "Notice 6 connect" "!open"
expect "and their number" 0 out "Notice 30 connect [policy: connects] (2 more"
expect "so has the other" 0 file "Notice 2 open" "Notice 26 open [policy: opens] (2 more" "!connect"
finish
