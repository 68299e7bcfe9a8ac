#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without a usable module: status 4, one sentence, and the doctor's line with what to do. Nothing is started.
. "$(dirname "$0")/common"

printf -- '- rule: r\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: INFO\n' >r.yaml

run -r r.yaml --device "$tmp/none"
expect "no device" 4 err "falcoc: " "falcoc module" "insmod"
verdict "one sentence" "$([ "$(grep -c '^falcoc: no falcoc module' err)" = 1 ] && echo ok || echo "not one")"
verdict "and one line of the doctor" "$([ "$(grep -c '^FAILURE' err)" = 1 ] && [ "$(grep -c . err)" -le 4 ] && echo ok || echo "not one")"
verdict "nothing on the standard output" "$([ -s out ] && echo text || echo ok)"

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	touch dev
	chmod 600 dev
	chmod 755 "$tmp"
	setpriv --reuid 65534 --clear-groups "$FALCOC" -r r.yaml --device "$tmp/dev" >out 2>err </dev/null
	status=$?
	expect "no permission" 4 err "root"
else
	echo "SKIP no permission: needs root and setpriv"
fi

# something else under the device's name
run -r r.yaml --device /dev/null
expect "not our device" 4 err "/dev/null"

if [ -e /dev/falcoc ]; then
	echo "SKIP the default device: this machine has the module"
else
	run -r r.yaml
	expect "no module" 4 err "module"
fi
finish
