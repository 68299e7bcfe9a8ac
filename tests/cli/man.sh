#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Manual pages: one for each command and what else there is, without a fault that mandoc sees; made twice
# they are the same; and no example of theirs has an option that is none.
TOP=$(realpath "$(dirname "$0")/../..")
# shellcheck source=common
. "$(dirname "$0")/common"

command -v scdoc >/dev/null && command -v mandoc >/dev/null || { echo "SKIP man: no scdoc or mandoc"; finish; }
export SOURCE_DATE_EPOCH=1700000000
"$TOP/cli/man/make.sh" "$FALCOC" pages >out 2>err && "$TOP/cli/man/make.sh" "$FALCOC" again >>out 2>>err
status=$?
expect "pages are made" 0 err
verdict "the same each time" "$(diff -r pages again >out && echo ok || echo "not so")"
missing=
for page in falcoc.8 falcoc.4 falcoc.yaml.5 falcoc-rules.5 falcoc-policy.5 falcoc-filter.7 \
	$("$FALCOC" help --commands | sed 's/.*/falcoc-&.8/'); do
	[ -s "pages/$page" ] || missing="$missing $page"
done
verdict "all of them" "${missing:-ok}"
verdict "mandoc has nothing to say" "$(mandoc -Tlint pages/* >out 2>&1 && echo ok || echo "it has")"
mandoc -Tascii pages/falcoc-filter.7 | col -b >out
status=$?
expect "fields are in it" 0 out "fd.sip.names" "container.image.repository" "evt.type"
mandoc -Tascii pages/falcoc.yaml.5 | col -b >out
expect "keys are in it" 0 out "dns.wait_ms" "alert_store.enabled"

# what stands there as an example is true: of rules, policies, conditions, configuration
awk -v dir=. '/^```/ { if (!inside) { f = FILENAME; sub(/.*\//, "", f); name = sprintf("%s/%s.%d", dir, f, ++n) }
	inside = !inside; next } inside { print >name }' "$TOP"/cli/man/*.scd
for f in falcoc-*.scd.* falcoc.*.scd.*; do
	case $f in
	falcoc-rules.*) run validate "$f" ;;
	falcoc-policy.*)
		printf -- '- rule: %s\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: ERROR\n' \
			"Launch Suspicious Tool" "Shell in X" >named.yaml
		run validate --policy "$f" named.yaml
		;;
	falcoc-filter.*)
		sed '1s/^/- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: /' "$f" >condition.yaml
		run validate condition.yaml
		;;
	falcoc.yaml.*) run validate -c "$f" named.yaml ;;
	*) continue ;;
	esac
	# parts of something larger: what is only not used there is no fault
	expect "example $f" 0 err '!error:' '!unknown'
	examples=$((${examples:-0} + 1))
done
verdict "there are examples" "$([ "${examples:-0}" -ge 9 ] && echo ok || echo "only ${examples:-0}")"

# complete against the schemas: each key of rules and policies is told of
# told PAGE SCHEMA: the keys that are not
told() {
	python3 -c '
import json, sys
def walk(o):
    if isinstance(o, dict):
        yield from o.get("properties", {})
        for v in o.values():
            yield from walk(v)
    elif isinstance(o, list):
        for v in o:
            yield from walk(v)
page = open(sys.argv[1]).read().replace("\\", "")
print(*sorted(k for k in set(walk(json.load(sys.stdin))) if k not in page))' "$1" < <("$FALCOC" schema "$2")
}
for page in rules policy; do
	missing=$(told "$TOP/cli/man/falcoc-$page.5.scd" $page)
	verdict "falcoc-$page(5) tells of each key" "${missing:-ok}"
done
mandoc -Tascii pages/falcoc.yaml.5 | col -b >out
"$FALCOC" list config -N >keys
missing=$(while read -r key; do grep -qF -- "$key" out || echo "$key"; done <keys)
verdict "falcoc.yaml(5) tells of each key" "${missing:-ok}"
mandoc -Tascii pages/falcoc-filter.7 | col -b >out
missing=$("$FALCOC" list fields -N | while read -r field; do grep -qF -- "$field" out || echo "$field"; done)
verdict "falcoc-filter(7) tells of each field" "${missing:-ok}"
missing=$("$FALCOC" list events -N | while read -r event; do grep -qF -- "$event" out || echo "$event"; done)
verdict "and of each event" "${missing:-ok}"
missing=$(for cmd in $("$FALCOC" help --commands); do
	"$FALCOC" help --all "$cmd" | grep -oE '^  (-.,)? *--[a-z-]+' | grep -oE -- '--[a-z-]+' | while read -r option; do
		mandoc -Tascii "pages/falcoc-$cmd.8" | col -b | grep -qF -- "$option" || echo "$cmd $option"
	done
done)
verdict "pages of commands tell of each option" "${missing:-ok}"
missing=$(grep -ohE 'module_param(_cb)?\([a-z_]+' "$TOP"/kmod/*.c | sed 's/.*(//' | while read -r param; do
	sed 's/\\//g' "$TOP/cli/man/falcoc.4.scd" | grep -qF "*$param*" || echo "$param"; done)
verdict "falcoc(4) tells of each parameter" "${missing:-ok}"

# names that pages give to others lead somewhere
for page in pages/*; do
	mandoc -Tascii "$page" | col -b | grep -oE 'falcoc[a-z.-]*\([0-9]\)' | sort -u
done | sort -u | while read -r ref; do
	name=${ref%(*} section=${ref##*(}
	[ -e "pages/$name.${section%)}" ] || echo "$ref"
done >out
verdict "no page names one that is not there" "$([ -s out ] && tr '\n' ' ' <out || echo ok)"
finish
