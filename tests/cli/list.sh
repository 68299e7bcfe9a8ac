#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The lists of fields and events: complete, in every form, and what the parser takes.
. "$(dirname "$0")/common"

run list events
expect "events" 0 out "openat " "connect " "SOCKTUPLE tuple" "!sched_process_fork"
expect "events known by name only" 0 out "getpid                  other     generic" \
	"statx                   other     generic, FD dirfd, FSRELPATH path"
run list events -N
expect "event names" 0 out "execve" "procexit"
cp out events
verdict "no event twice" "$([ -z "$(sort events | uniq -d)" ] && echo ok || echo twice)"
run list fields -N
expect "field names" 0 out "evt.type" "proc.aname" "fd.sip.name" "user.name" "thread.tid" "group.gid"
cp out fields
verdict "no field twice" "$([ -z "$(sort fields | uniq -d)" ] && echo ok || echo twice)"
run list fields
expect "fields" 0 out "fd.sip.name" "proc.aname[[N]]" "IPADDR"
verdict "fits 100 columns" "$(awk 'length > 100 { bad = 1 } END { print bad ? "a longer line" : "ok" }' out)"
run --list
expect "--list" 0 out "fd.sip.name"
run -i
expect "events only for rules that name them" 0 out "- read" "- sendfile" "!- openat"
verdict "as many as in Falco" "$([ "$(grep -c '^- ' out)" = 11 ] && echo ok || echo other)"
run --list-events
expect "--list-events" 0 out "openat "
run --list -N
verdict "--list -N" "$(cmp -s out fields && echo ok || echo differs)"
run list fields --format markdown
# shellcheck disable=SC2016
expect "fields as markdown" 0 out "| field | type | meaning |" '| `fd.num` |'
run list events --format markdown
# shellcheck disable=SC2016
expect "events as markdown" 0 out '| `connect` | net |'

# JSON that others can read, and as long as the list of names
if command -v python3 >/dev/null; then
	for what in fields events; do
		run list $what --format json
		n=$(python3 -c 'import json,sys; print(len({x["name"] for x in json.load(sys.stdin)}))' <out)
		verdict "$what as JSON" "$([ "$n" = "$(wc -l <$what)" ] && echo ok || echo "$n of them")"
	done
else
	echo "SKIP: no python3 to read JSON with"
fi

# every event's name is one that a condition takes
while read -r name; do
	printf -- '- rule: r %s\n  desc: d\n  condition: evt.type = %s\n  output: x\n  priority: INFO\n' "$name" "$name"
done <events >all.yaml
run validate all.yaml
expect "conditions take every event" 0 out "OK: $(wc -l <events) rules"
finish
