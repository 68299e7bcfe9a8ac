#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rules files that are broken, or made to take time and memory: each ends soon, with a clear word.
. "$(dirname "$0")/common"

limit=200	# seconds; most take a fraction of one, but the machine may be busy

# hostile NAME STATUS TEXT...: validates the file x.yaml in bounded time
hostile() {
	local name=$1 want=$2
	shift 2
	timeout $limit "$FALCOC" validate x.yaml >out 2>err </dev/null
	status=$?
	expect "$name" "$want" err "$@"
}

rule() {
	printf -- '- rule: r\n  desc: d\n  condition: %s\n  output: o\n  priority: INFO\n' "$1"
}

# many N FORMAT: the numbers 0 to N-1, each in the format
many() { awk -v n="$1" -v f="$2" 'BEGIN { for (i = 0; i < n; i++) printf f, i }'; }

# what is no text
head -c 5000 /bin/sh >x.yaml
hostile "a program" 3 "x.yaml:1:" "not YAML"
printf -- '- list: a\n  items: [x\0y]\n' >x.yaml
hostile "NUL" 3 "x.yaml:2:" "not YAML"
printf -- '- list: a\n  items: ["x\\0y"]\n' >x.yaml
hostile "an escaped NUL" 3 "x.yaml:2:" "NUL"
printf -- '- list: a\n  items: [x\xffy]\n' >x.yaml
hostile "no UTF-8" 3 "x.yaml:2:" "UTF-8"
printf '\xff\xfe-\0 \0l\0' >x.yaml
hostile "UTF-16" 3 "x.yaml" "UTF-8"
: >x.yaml
hostile "nothing at all" 0
printf 'just words\n' >x.yaml
hostile "no list" 3 "x.yaml:1:1" "must be a list"
printf -- '- words\n' >x.yaml
hostile "a list of words" 3 "x.yaml:1:3" "must be a mapping"
head -c 20000000 /dev/zero | tr '\0' a >x.yaml
hostile "20 MB" 3 "x.yaml" "16777216 bytes"
rm x.yaml
mkdir x.yaml
hostile "an empty directory" 0 "no *.yaml or *.yml file"
mkdir x.yaml/sub.yaml
hostile "a directory in a directory" 0 "sub.yaml is a directory"
rm -r x.yaml
hostile "no file" 3 "x.yaml" "No such file"
ln -s x.yaml x.yaml
hostile "a link to itself" 3 "x.yaml" "symbolic links"
rm x.yaml
rule 'evt.type = open' >x.yaml
chmod 0 x.yaml
if [ "$(id -u)" != 0 ]; then
	hostile "an unreadable file" 3 "x.yaml" "Permission denied"
elif command -v setpriv >/dev/null; then
	# root may read every file
	chmod 755 .
	cp "$FALCOC" falcoc
	setpriv --reuid 65534 --clear-groups -- ./falcoc validate x.yaml >out 2>err </dev/null
	status=$?
	expect "an unreadable file" 3 err "cannot read x.yaml: Permission denied"
else
	echo "SKIP: root may read every file, and there is no setpriv"
fi
rm -f x.yaml

# aliases
{
	echo "- &a0 [x, x, x, x, x, x, x, x, x, x]"
	many 20 '- &b%d [*a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0]\n'
} >x.yaml
hostile "aliases of aliases" 3 "x.yaml:1:" "must be a mapping"
{
	printf -- '- &a {'
	many 900 'k%d: v, '
	printf 'z: z}\n'
	many 100000 '- <<: *a\n'
} >x.yaml
hostile "merged keys" 3 "too many keys are merged"
{
	printf -- '- list: l\n  items: &a ['
	many 100000 'x%d, '
	printf 'z]\n'
	many 2000 '- list: l%d\n  items: *a\n'
} >x.yaml
hostile "a list two thousand times" 3 "the lists have more than 1000000 items"
{
	rule 'evt.type = open'
	printf '  exceptions:\n    - name: e\n      fields: [proc.name]\n      values:\n        - &t [['
	many 3000 'x%d, '
	printf 'z]]\n'
	many 3000 '        - *t\n'
} >x.yaml
hostile "values three thousand times" 3 "more than 500000 values"
{
	printf -- '- list: l\n  items: ['
	many 450000 '&a%d x, '
	many 450000 '*a0, '
	printf 'z]\n'
} >x.yaml
hostile "aliases of the first of many anchors" 0
{ printf -- '- &a [' && many 700000 '&a%d [], ' && printf 'z]\n'; } >x.yaml
hostile "many lists with anchors" 3 "x.yaml:1:3" "must be a mapping"
{
	printf -- '- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: &c evt.type = open and (proc.name = x'
	many 200000 ' or proc.name = x%d'
	printf ')\n'
	many 2000 '- {rule: r%d, desc: d, condition: *c, output: o, priority: INFO}\n'
} >x.yaml
hostile "a condition two thousand times" 3 "have more than 67108864 bytes"
{
	rule 'evt.type = open'
	printf '  exceptions: &e\n    - {name: e, fields: [proc.name], values: [["%s"]]}\n' \
		"$(head -c 4000000 /dev/zero | tr '\0' x)"
	many 2000 '- {rule: r%d, desc: d, condition: evt.type = open, output: o, priority: INFO, exceptions: *e}\n'
} >x.yaml
hostile "a long value two thousand times" 3 "have more than 67108864 bytes"
{
	printf -- '- list: odd list\n  items: ['
	many 500000 'x%d, '
	printf 'z]\n'
	many 2000 '- macro: m%d\n  condition: proc.name in (odd list)\n'
} >x.yaml
hostile "an odd list two thousand times" 3 "with its lists put in place this condition is too large"
{ many 200 '[' && many 200 ']'; } >x.yaml
hostile "deep YAML" 3 "nested too deeply"

# names
printf -- '- macro: a\n  condition: a\n' >x.yaml
hostile "a macro of itself" 3 "x.yaml:2:14" "macro 'a'"
{
	printf -- '- macro: a\n  condition: proc.name = x\n- macro: b\n  condition: a\n'
	printf -- '- macro: a\n  condition: b\n  override: {condition: replace}\n'
} >x.yaml
hostile "a circle of macros" 3 "stands for itself"
printf -- '- list: a\n  items: [b]\n- list: b\n  items: [a]\n' >x.yaml
hostile "a circle of lists" 3 "stand in each other"
{
	printf -- '- macro: m0\n  condition: proc.name = x\n'
	for i in $(seq 40); do printf -- '- macro: m%d\n  condition: m%d or m%d and not m%d\n' "$i" $((i - 1)) $((i - 1)) $((i - 1)); done
	rule 'evt.type = open and m40'
} >x.yaml
hostile "a tower of macros" 3 "too large"
{
	printf -- '- list: l0\n  items: [a, b, c, d, e, f, g, h]\n'
	for i in $(seq 12); do printf -- '- list: l%d\n  items: [l%d, l%d, l%d, l%d]\n' "$i" $((i - 1)) $((i - 1)) $((i - 1)) $((i - 1)); done
	rule 'evt.type = open and proc.name in (l12)'
} >x.yaml
hostile "a tower of lists" 3 "more than 2000000 items"

# long and deep
rule "evt.type = open and ($(many 50000 'proc.name = x%d or ')proc.name = y)" >x.yaml
hostile "a condition of a megabyte" 0
rule "$(many 500000 '(')" >x.yaml
hostile "half a million parentheses" 3 "deeper than 100"
rule "evt.type = open and $(many 300000 'not ')proc.name = x" >x.yaml
hostile "a megabyte of nots" 0
rule "evt.type = open and proc.name = \"$(head -c 1000000 /dev/zero | tr '\0' x)\"" >x.yaml
hostile "a string of a megabyte" 0
rule "evt.type = open and proc.name regex \"(a{1,1000}){1,1000}\"" >x.yaml
hostile "a regular expression that explodes" 3 "x.yaml:3:"
{
	printf -- '- list: l\n  items: ['
	many 100000 '/srv/%d, '
	printf 'z]\n'
	rule 'evt.type = open and (fd.name in (l) or fd.name pmatch (l) or fd.name startswith anyof (l))'
} >x.yaml
hostile "a list of 100000" 0
awk 'BEGIN { for (i = 0; i < 10000; i++) printf "- rule: r%d\n  desc: d\n  condition: evt.type = open and " \
	"proc.name = x%d\n  output: o\n  priority: INFO\n", i, i }' >x.yaml
hostile "ten thousand rules" 0
{
	rule 'evt.type = open'
	many 20000 '- rule: r\n  condition: and proc.name != x%d\n  override: {condition: append}\n'
} >x.yaml
hostile "a rule that is appended to for ever" 0
{
	rule 'evt.type = open'
	printf '  tags: ['
	many 60000 't%d, '
	printf 'z]\n'
} >x.yaml
hostile "sixty thousand tags" 3 "x.yaml:6:9" "more than 256 tags"
{
	rule 'evt.type = open'
	many 300 '- rule: r\n  tags: [t%d]\n  override: {tags: append}\n'
} >x.yaml
hostile "tags appended for ever" 3 "x.yaml:775:9" "more than 256 tags"
{
	rule 'evt.type = open'
	printf '  exceptions:\n'
	many 1000 '    - {name: e%d, fields: [proc.name], values: [[a]]}\n'
} >x.yaml
hostile "a thousand exceptions" 0
echo '    - {name: f, fields: [proc.name]}' >>x.yaml
hostile "one exception more" 3 "x.yaml:7:5" "more than 1000 exceptions"
{
	printf -- '- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: &o "'
	many 5000 '%%proc.name '
	printf '"\n'
	many 3000 '- {rule: r%d, desc: d, condition: evt.type = open, priority: INFO, output: *o}\n'
} >x.yaml
hostile "an output three thousand times" 3 "the outputs have more than 8388608 bytes"
{
	printf -- '- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: "%%proc'
	many 200000 '.a'
	printf '"\n'
} >x.yaml
hostile "an endless name in an output" 3 "x.yaml:5:13" "unknown field" '!did you mean'
verdict "an endless name is cut" "$([ "$(wc -c <err)" -lt 2000 ] && echo ok || echo "$(wc -c <err) bytes")"
rule "evt.arg$(many 200000 '.a') = x" >x.yaml
hostile "an endless name in a condition" 3 "x.yaml:3:"
{
	many 8000 '- macro: macro_number_%d\n  condition: proc.name = a\n'
	many 8000 '- {rule: r%d, desc: d, condition: macro_nunber_1, output: o, priority: INFO}\n'
} >x.yaml
hostile "thousands of macros that are none" 3 "unknown macro" "did you mean"
many 100000 '- rule: r%d\n' >x.yaml
hostile "a hundred thousand faults" 3 "x.yaml:1:3" "that are not shown"
finish
