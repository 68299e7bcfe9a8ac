#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `falcoc doctor` finds wrong with configuration, rules, name servers and directories: each is made
# wrong here for real. What is about the kernel is in the VM's test of that name.
# shellcheck source=common
. "$(dirname "$0")/common"

good_rule
printf -- '- rule: A rule\n  condition: evt.typo = execve\n' >bad.yaml
mkdir state
common=(-c none -o "dns.state_file=$PWD/state/dns" -o "capture.directory=$PWD/state/captures")
# what a line of the output says: verdict CHECK -> ok, warning, FAILURE or -
line() { awk -v c="$1" '$2 == c { print $1; exit }' out; }
is() { [ "$(line "$2")" = "$3" ] && verdict "$1" ok || verdict "$1" "the line of $2 is '$(line "$2")', not $3"; }

run doctor extra
expect "no arguments" 2 err "takes no arguments"
run doctor "${common[@]}" -r good.yaml -o dns.queries=false
is "rules" rules ok
is "directory that it writes to" names ok
is "directory that will be made" captures ok
is "names that are not asked for" resolver -
run doctor "${common[@]}" -r bad.yaml -o dns.queries=false
expect "rules with errors" 1 out "FAILURE rules" "mend it: falcoc validate"
echo 'json_output: perhaps' >config.yaml
run doctor -c config.yaml
expect "a configuration with errors" 1 out "FAILURE configuration"
run doctor "${common[@]}" -r good.yaml -o dns.servers=127.0.0.1:9
expect "a name server that is not there" "$status" out "warning resolver" "127.0.0.1 port 9: refused"

run doctor -c none -r good.yaml -o dns.queries=false -o "dns.state_file=$PWD/nowhere/dns"
expect "a directory that is not there" "$status" out "warning names" "install -d -m 700 $PWD/nowhere"
eval "$(sed -n 's/^ *mend it: \(install .*nowhere\)$/\1/p' out)"
run doctor -c none -r good.yaml -o dns.queries=false -o "dns.state_file=$PWD/nowhere/dns"
is "what was said to mend it does" names ok

run doctor "${common[@]}" -r good.yaml -o dns.queries=false --json
python3 -c '
import json, sys
d = json.load(open("out"))
checks = {c["check"]: c for c in d["checks"]}
assert d["failures"] == sum(c["verdict"] == "failure" for c in d["checks"]), d
assert checks["rules"]["verdict"] == "ok" and "kernel" in checks and "module" in checks, checks
assert all(c["verdict"] in ("ok", "warning", "failure", "skipped") for c in d["checks"])
' && verdict "JSON" ok || verdict "JSON" "is not as it should be"

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir full ro
	# shellcheck disable=SC2016  # the inner shell's
	unshare -m sh -c '
		mount -t tmpfs -o size=64k none full && mount -t tmpfs -o ro none ro || exit 9
		"$0" doctor -c none -r good.yaml -o dns.queries=false -o "dns.state_file=$PWD/full/dns" \
			-o "capture.directory=$PWD/ro" >out 2>err </dev/null' "$FALCOC"
	status=$?
	expect "a full file system" "$status" out "warning names" "No space left" "make room"
	expect "one that is mounted read-only" "$status" out "warning captures" "Read-only" "findmnt -T"
	setpriv --reuid=65534 --clear-groups --bounding-set=-all "$FALCOC" doctor -c none -r good.yaml \
		-o dns.queries=false >out 2>err </dev/null
	status=$?
	expect "without privileges" 1 out "FAILURE privileges" "mend it: sudo falcoc doctor"
else
	echo "SKIP doctor: full file systems are made by root"
fi
finish
