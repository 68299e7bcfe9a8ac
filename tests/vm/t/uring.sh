#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# io_uring is no way around: what it does is recorded as what the system calls of that kind do.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

check "the module loads" load_module
/falcoc/bin/kmodtest uring | grep -v '^[0-9]* passed, [0-9]* failed$'
rc=${PIPESTATUS[0]}
[ "$rc" -le 1 ] || fail "kmodtest ended with status $rc"
[ "$rc" = 0 ] || FAILED=1

{
	printf -- '- rule: OPEN\n  desc: d\n  condition: evt.type in (open, openat, openat2) and fd.name = /tmp/by-uring\n'
	printf '  output: "OPEN uring=%%evt.is_io_uring name=%%proc.name pid=%%proc.pid type=%%evt.type file=%%fd.name arg=%%evt.arg.name"\n'
	printf '  priority: NOTICE\n'
	printf -- '- rule: UNLINK\n  desc: d\n  condition: evt.type in (unlink, unlinkat) and evt.is_io_uring = true\n'
	printf '  output: "UNLINK uring=%%evt.is_io_uring name=%%proc.name user=%%user.name arg=%%evt.arg.name res=%%evt.res"\n'
	printf '  priority: NOTICE\n'
	printf -- '- rule: CONNECT\n  desc: d\n  condition: evt.type = connect and evt.rawarg.addr exists and proc.name = kmodtest\n'
	printf '  output: "CONNECT uring=%%evt.is_io_uring name=%%proc.name addr=%%evt.arg.addr res=%%evt.res"\n'
	printf '  priority: NOTICE\n'
} >"$T/rules.yaml"
start_falcoc -v -r "$T/rules.yaml" || exit 1
for how in by-uring by-sqpoll; do
	: >"$T/out"
	check "$how: a program does it" /falcoc/bin/kmodtest "$how"
	expect_alert "$how: an open" \
		'OPEN uring=true name=kmodtest pid=[0-9]+ type=openat file=/tmp/by-uring arg=/tmp/by-uring'
	expect_alert "$how: an unlink" \
		'UNLINK uring=true name=kmodtest user=root arg=/tmp/by-uring res=SUCCESS'
	expect_alert "$how: a connect" \
		'CONNECT uring=true name=kmodtest addr=127.0.0.1:4712 res=ECONNREFUSED'
done
check "falcoc ends well" stop_falcoc
check "everything that was produced was delivered or dropped" \
	grep -qE '^Records: produced [1-9][0-9]* = delivered [0-9]+ \+ dropped [0-9]+ \+ unread [0-9]+$' "$T/err"
check "falcoc says nothing of operations that it cannot see" refused grep -q 'io_uring' "$T/err"
check "the module unloads" wait_for 10 unload_module
check "and told of nothing that it cannot see" refused grep -q 'falcoc.*not seen' <(dmesg)
