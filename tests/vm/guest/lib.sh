# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of t/ share; sourced first. A test says each thing that it checks with `check` or
# with pass and fail, and ends with the worst of them. Nothing here sleeps for a fixed time: wait_for
# waits until something is so.
#
# $T is a fresh directory of the test's own.

NAME=$(basename "$0" .sh)
T=$(mktemp -d)
FAILED=0
FALCOC_PID=
START_SECONDS=180 # a guest of a busy machine is slow, too
# How much longer than on a machine with nothing else to do something may take: others' work makes a guest five
# times slower, or lets it stand still for seconds at any place. A kernel that looks twice at everything takes its time.
PATIENCE=6
[[ $(uname -r) != *-debug ]] || PATIENCE=10

pass() { echo "PASS $NAME: $*"; }
fail() {
	echo "FAIL $NAME: $*"
	FAILED=1
}

# check WHAT COMMAND...: one result, by the command's status
check() {
	local what=$1
	shift
	if "$@"; then pass "$what"; else fail "$what"; fi
}

# refused COMMAND...: true if it fails
refused() { ! "$@"; }

# skip WHY: the test cannot be done here
skip() {
	echo "SKIP $NAME: $*"
	exit 77
}

# wait_for SECONDS COMMAND...: true as soon as the command is; no later than that, PATIENCE times. The command is run
# again and again: what it compares is to be looked up in it, not in its arguments.
wait_for() {
	local end=$((EPOCHSECONDS + $1 * PATIENCE))
	shift
	until "$@"; do
		[ "$EPOCHSECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# emptied FILE...: to be called before something is started in the background that writes to them, if a line
# in them will be waited for: the shell that runs it makes them empty too, but perhaps not before they are
# looked at, and what an earlier one wrote would be taken for its word.
emptied() {
	local f
	for f; do : >"$f"; done
}

module_loaded() { [ -d /sys/module/falcoc ]; }

load_module() {
	module_loaded || insmod /falcoc/falcoc.ko
}

unload_module() {
	! module_loaded || rmmod falcoc
}

# start_falcoc ARGUMENT...: in the background, with its output in $T/out and $T/err; returns when it
# listens. It remembers no names of earlier runs, unless KEEP_NAMES is set.
start_falcoc() {
	load_module
	[ -n "${KEEP_NAMES:-}" ] || rm -f /var/lib/falcoc/dns.state
	emptied "$T/out" "$T/err"
	falcoc "$@" >"$T/out" 2>"$T/err" &
	FALCOC_PID=$!
	if ! wait_for $START_SECONDS falcoc_ready || ! kill -0 "$FALCOC_PID" 2>/dev/null; then
		fail "falcoc $* starts"
		cat "$T/err"
		return 1
	fi
}

falcoc_ready() { grep -q 'recording began' "$T/err" || ! kill -0 "$FALCOC_PID" 2>/dev/null; }

# stop_falcoc: asks it to end; returns its exit status
stop_falcoc() {
	local rc=0
	[ -n "$FALCOC_PID" ] || return 0
	kill -TERM "$FALCOC_PID" 2>/dev/null
	wait "$FALCOC_PID" || rc=$?
	FALCOC_PID=
	[ $rc = 0 ] || { echo "falcoc ended with status $rc:"; tail -20 "$T/err"; }
	return $rc
}

# alerts PATTERN: how many lines of falcoc's output match
alerts() { grep -cE -- "$1" "$T/out"; }
has_alert() { grep -qE -- "$1" "$T/out"; }

# expect_alert WHAT PATTERN: waits for it
expect_alert() {
	if wait_for 20 has_alert "$2"; then
		pass "$1"
	else
		fail "$1: no alert matches $2; the output is:"
		tail -20 "$T/out"
	fi
}

finish() {
	local rc=$?
	[ -z "$FALCOC_PID" ] || kill -KILL "$FALCOC_PID" 2>/dev/null
	rm -rf "$T"
	# a status of 1 stands for failures that were told
	[ "$rc" != 1 ] || [ "$FAILED" = 1 ] || echo "FAIL $NAME: its last command failed"
	[ "$rc" != 0 ] || rc=$FAILED
	exit "$rc"
}
trap finish EXIT
