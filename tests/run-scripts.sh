#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run-scripts.sh SCRIPT...: runs test scripts, each bounded in time. A script prints PASS, FAIL or SKIP
# lines of its own, or none; it then counts as one by its exit status (77: skipped).
set -u
status=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for script in "$@"; do
	name=$(basename "$script" .sh)
	echo "== $script"
	timeout -k 5 "${SCRIPT_SECONDS:-300}" bash "$script" >"$out" 2>&1 </dev/null
	rc=$?
	cat "$out"
	case $rc in
	0) grep -qE '^(PASS|FAIL|SKIP)\b' "$out" || echo "PASS $name" ;;
	77) grep -qE '^SKIP\b' "$out" || echo "SKIP $name" ;;
	124 | 137) echo "FAIL $name: took too long" ;;
	*) grep -qE '^FAIL\b' "$out" || echo "FAIL $name: ended with status $rc" ;;
	esac
	case $rc in 0 | 77) ;; *) status=1 ;; esac
	! grep -qE '^FAIL\b' "$out" || status=1
done
[ $# -gt 0 ] || echo "SKIP: no scripts"
exit $status
