#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The module is loaded and unloaded again and again while programs call the kernel and consumers come and go.
#
#	RELOADS	how often [20]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

load_module || exit 1
pids=
for _ in 1 2; do
	(while :; do : >"$T/file"; mv "$T/file" "$T/moved"; rm "$T/moved"; done) 2>/dev/null &
	pids="$pids $!"
	/falcoc/bin/kmodtest churn >>"$T/churn" 2>&1 &
	churn="${churn:-} $!"
done
check "${RELOADS:-20} times unloaded and loaded under load" \
	/falcoc/bin/kmodtest reload /falcoc/falcoc.ko "${RELOADS:-20}" >"$T/reload"
grep -v '^PASS \(un\)\?loading' "$T/reload"
log_clean || fail "the kernel's log is clean"
# shellcheck disable=SC2086  # one word a process
kill -TERM $churn
# shellcheck disable=SC2086
wait $churn
cat "$T/churn"
# shellcheck disable=SC2086
kill $pids
check "the module unloads" wait_for 20 unload_module
check "and loads" load_module
check "consumers die by SIGKILL in each ioctl" /falcoc/bin/kmodtest kill "${KILLS:-20}"
check "the module unloads after them" wait_for 20 unload_module
