#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The configuration: files, drop-ins, what counts more than what; lists, schemas, the shipped file.
top=$(realpath "$(dirname "$0")/../..")
. "$(dirname "$0")/common"

rule() {
	printf -- '- rule: %s\n  desc: d\n  condition: evt.type = open and proc.name = %s\n  output: x\n  priority: %s\n' "$1" "$1" "$2"
}
rule one INFO >r.yaml
rule two ERROR >>r.yaml
{ echo 'rules_files: [r.yaml]'; echo 'priority: warning'; echo 'config_files: [d]'; } >c.yaml
mkdir d

run validate -c c.yaml
expect "a configuration and the rules that it names" 0 out "OK: 1 rules, 1 enabled, 0 warnings"
run validate r.yaml
expect "rules without a configuration" 0 out "OK: 2 rules"
run validate -c c.yaml r.yaml
expect "rules with a configuration" 0 out "OK: 1 rules"
echo 'priority: debug' >d/a.yaml
run validate -c c.yaml
expect "a drop-in counts more" 0 out "OK: 2 rules"
run validate -c c.yaml -o priority=error
expect "-o counts more" 0 out "OK: 1 rules"
run list rules -c c.yaml -N
expect "list goes by it" 0 out "one" "two"
run explain -c c.yaml two
expect "explain goes by it" 0 out "priority Error"
run -c c.yaml --dry-run -r r.yaml
expect "run goes by it" 0 err "!rror"
echo 'dns: {servers: [1.2.3.4]}' >d/b.yaml
run -c c.yaml --dry-run --dns-server 5.6.7
expect "an option is told as such" 2 err "falcoc: --dns-server: error: dns.servers: '5.6.7' is not an address"
run -c c.yaml --dry-run --dns-server 5.6.7 --dns-server 1.2.3.4
expect "one of a list that is given again adds to it" 2 err "'5.6.7' is not an address"

# what is wrong
echo 'json_output: 3' >d/a.yaml
run -c c.yaml --dry-run
expect "a fault in a drop-in" 3 err "d/a.yaml:1:14: error: json_output is true|false, not '3'" \
	"    1 | json_output: 3" "      |              ^" "the configuration has 1 error"
run validate -c c.yaml --format json
expect "a fault as JSON" 3 out '"successful": false' '"code": "CONFIG_ERR_VALUE"' '"line": 1'
verdict "nothing beside it" "$([ -s err ] && echo text || echo ok)"
printf 'prioritty: debug\nlog_syslog: true\nbuffered_outputs: true\n' >d/a.yaml
run validate -c c.yaml
expect "keys that do nothing" 0 err "d/a.yaml:1:1: warning: unknown key 'prioritty'" \
	"did you mean 'priority'?" "d/a.yaml:2:1: warning: 'log_syslog' is not supported yet" \
	"d/a.yaml:3:1: note: 'buffered_outputs' has no effect"
expect "they are counted" 0 out "OK: 1 rules, 1 enabled, 2 warnings"
run validate -c c.yaml --format json
expect "and are in the JSON" 0 out '"warnings": 2' "CONFIG_NOT_SUPPORTED"
rm d/*
run -c missing.yaml --dry-run
expect "no such file" 3 err "cannot read missing.yaml: No such file or directory"
echo 'rules_files: [nowhere.yaml]' >n.yaml
run validate -c n.yaml
expect "rules that are not there" 3 err "nowhere.yaml: No such file"
head -c 3000 /bin/sh >bin.yaml
run validate -c bin.yaml r.yaml
expect "a program" 3 err "bin.yaml:1:" "not YAML"
mkfifo fifo
timeout 200 "$FALCOC" validate -c fifo r.yaml >out 2>err </dev/null
status=$?
expect "a FIFO does not hang" 0 out "OK: 2 rules"

# lists and the shipped file
run list config
expect "list config" 0 out "syscall_event_drops.actions: [ignore|log|alert|exit, ...]" \
	"default: [log, alert]" "option: -S BYTES, --snaplen BYTES"
run list config --format markdown
# shellcheck disable=SC2016  # backquotes of markdown
expect "list config as markdown" 0 out '| `dns.wait_ms` | 0..60000 | `2000` | --dns-wait MS |'
run list config -N
expect "names of keys" 0 out "json_output" "!true"
cp out keys
run list config --format json
expect "list config as JSON" 0 out '"key": "rule_matching"' '"falco": true'
run list options
expect "list options" 0 out "--dns-wait MS" "-r, --rules RULES"
run list options --format json
verdict "list options as JSON" "$(python3 -c 'import json, sys
assert any(o["key"] == "json_output" for o in json.load(sys.stdin))' <out 2>&1 && echo ok || echo "no JSON")"
run list options --format markdown
expect "list options as markdown" 0 out "--snaplen" "falco_libs.snaplen"
run list options -N
expect "names of options" 0 out "--config-schema" "-M"
run -r r.yaml --dry-run -p 'at %proc.nme'
expect "-p is checked" 2 err "falcoc: -p: error: unknown field 'proc.nme'"
run -r r.yaml --dry-run -pc -p '%proc.name'
expect "-p" 0 err "!error"
run help --all
while read -r key; do grep -q "^  ${key//./\\.}=" out || echo "$key"; done <keys >lacks
verdict "the help has every key" "$([ -s lacks ] && tr '\n' ' ' <lacks || echo ok)"
run schema template
expect "template" 0 out "#json_output: false" "#dns:" "#  wait_ms: 2000"
cp out template.yaml
run validate -c template.yaml r.yaml
expect "the template is right" 0 out "OK: 2 rules, 2 enabled, 0 warnings"
sed -n '/^# [^ ]/d; s/^#//p' template.yaml >all.yaml
run validate -c all.yaml r.yaml
expect "and with all keys uncommented" 0 out "OK: 2 rules, 2 enabled, 0 warnings"

# the default places, in a mount namespace of our own
cat >default.sh <<'END'
mount -t tmpfs none /etc && mkdir -p /etc/falcoc/config.d /etc/falcoc/rules.d || exit 77
cp r.yaml /etc/falcoc/falcoc_rules.yaml
"$1" validate || exit
echo 'priority: warning' >/etc/falcoc/config.d/x.yaml
"$1" validate || exit
echo 'priority: nonsense' >/etc/falcoc/falcoc.yaml
"$1" validate || exit
echo 'json_output: nonsense' >/etc/falcoc/falcoc.yaml
"$1" -c none validate -c none && exit 1
"$1" -c none --dry-run || exit 1
"$1" --dry-run
END
unshare -rm sh default.sh "$FALCOC" >out 2>err </dev/null
status=$?
if [ $status = 77 ] || ! unshare -rm true 2>/dev/null; then
	echo "SKIP the default places: no mount namespaces here"
else
	expect "the default places" 3 out "OK: 2 rules, 2 enabled, 0 warnings" "OK: 1 rules"
	expect "the default file's faults" 3 err "/etc/falcoc/falcoc.yaml:1:14: error: json_output is"
fi

# schemas: sound themselves, and in agreement with what is read
run --config-schema
cp out config.json
run schema config
verdict "--config-schema is schema config" "$(cmp -s out config.json && echo ok || echo differs)"
run --rule-schema
cp out rules.json
run schema
verdict "--rule-schema is schema rules" "$(cmp -s out rules.json && echo ok || echo differs)"
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	cat >check.py <<'END'
import json, jsonschema, sys, yaml
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
v = jsonschema.Draft7Validator(schema)
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader) # libyaml's takes a tenth of the time
for f in sys.argv[2:]:
    try:
        text = open(f, "rb").read().lstrip(b"\xef\xbb\xbf").decode()
        for doc in yaml.load_all(text, Loader=loader):
            if doc is not None:
                v.validate(doc)
    except Exception as e:
        print(f, str(e).split("\n")[0])
        sys.exit(1)
END
	valid() { python3 check.py "$@" >why 2>&1; }
	agree() { verdict "$1" "$(valid "${@:2}" && echo ok || cat why)"; }
	agree "the configuration's schema is one" config.json
	agree "the rules' schema is one" rules.json
	agree "it takes the template with all keys" config.json all.yaml template.yaml c.yaml
	cat >much.yaml <<'END'
config_files: [a, {path: b, strategy: add-only}]
rules_files: [r.yaml]
rules: [{disable: {rule: "*"}}, {enable: {tag: x}}, {only: {text: y}}]
append_output: [{match: {source: syscall, tags: [a]}, extra_output: "%proc.name", extra_fields: [proc.pid, {a: b}], suggested_output: true}]
static_fields: {a: 1}
json_output: "${JSON}"
syscall_event_drops: {actions: [log, exit], threshold: 0.5, rate: 0.03, max_burst: 10}
engine: {kind: kmod, kmod: {buf_size_preset: 4, ring_size: 8M}}
dns: {servers: [1.1.1.1], wait_ms: 0}
file_output: {enabled: false}
END
	agree "it takes much" config.json much.yaml
	for bad in 'json_output: 3' 'json_ouput: true' 'dns: {wait_ms: -1}' 'dns: {wait: 1}' 'rules: [{off: {}}]' \
		'engine: {kmod: {buf_size_preset: 11}}' 'syscall_event_drops: {actions: [nothing]}' '[]' \
		'rule_matching: some' 'append_output: [{extra: x}]' 'config_files: [{strategy: append}]'; do
		echo "$bad" >bad.yaml
		verdict "it refuses $bad" "$(valid config.json bad.yaml && echo taken || echo ok)"
		run validate -c bad.yaml r.yaml
		verdict "and falcoc tells of $bad" "$(grep -q 'bad.yaml:1:' err && echo ok || echo silent)"
	done
	# real rules: what falcoc takes without a word of keys or items, the schema takes
	files=()
	for f in "$top"/rules/*.yaml "$top"/tests/data/rules/*.yaml \
		"${FALCOC_SHARED:-$top/../shared}"/corpus/rules/*/*.yaml; do
		[ -f "$f" ] || continue
		run validate --format json "$f"
		[ "$status" = 0 ] && ! grep -qE 'LOAD_(UNKNOWN_KEY|UNKNOWN_ITEM|DUPLICATE_KEY)' out || continue
		files+=("$f")
		[ ${#files[@]} -lt 40 ] || break
	done
	agree "the rules' schema takes ${#files[@]} real files" rules.json "${files[@]}"
else
	echo "SKIP: no jsonschema and yaml of python3 to check the schemas with"
fi
finish
