# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of stress/ share, after lib.sh: a consumer that records everything beside what the test does,
# and a look at the kernel's log between its parts, so that a complaint is known by what caused it.

RECORDER=
COMPLAINTS=0

is_debug_kernel() { [[ $(uname -r) = *-debug ]]; }

recorder_ready() { grep -q 'PASS a consumer that wants everything' "$T/recorder" || ! recorder_alive; }
recorder_alive() { kill -0 "$RECORDER" 2>/dev/null; }

# start_recorder: everything is recorded from when it returns
start_recorder() {
	load_module || return 1
	emptied "$T/recorder"
	/falcoc/bin/kmodtest record >"$T/recorder" 2>&1 &
	RECORDER=$!
	wait_for 60 recorder_ready && recorder_alive
}

# stop_recorder: returns whether it lived and all adds up; prints what it has to say
stop_recorder() {
	local rc=0
	kill -TERM "$RECORDER" 2>/dev/null
	wait "$RECORDER" || rc=$?
	grep -v '^PASS rings of a CPU' "$T/recorder"
	RECORDER=
	return $rc
}

# log_clean: no complaint of the kernel since the last time
log_clean() {
	local n
	n=$(dmesg | grep -c -E -f /falcoc/guest/complaints)
	[ "$n" -gt "$COMPLAINTS" ] || return 0
	dmesg | grep -E -f /falcoc/guest/complaints | tail -n $((n - COMPLAINTS)) | head -5
	COMPLAINTS=$n
	return 1
}

# as_nobody COMMAND...: without any right
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; }
