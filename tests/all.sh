#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh MODE: runs tests one step after another, with one summary at the end, whose last line is
# `N passed, N failed, N skipped`.
#
#	quick		everything, but of the VM suite only the core on other kernels than 6.1, and of
#			the attacks only the races; of that as much as QUICK_MINUTES (38) have room for
#	guests		of that what runs in guests
#	full		everything, with the whole VM suite on each kernel and on one that checks itself
#			(debug-kernel.sh), and the module tortured on the oldest, the newest and that
#	matrix		the whole VM suite on each kernel
#	attacks KERNEL...	the attacks of the VM suite, on these kernels
#	vm KERNEL [TEST...]	the VM suite, or these tests of it, on one kernel
#	dns KERNEL [TEST...]	the tests of tests/vm/dns, or these, on one kernel
#	containers KERNEL [NAME=VALUE...] [TEST...]	the tests of tests/vm/containers, or these, on one kernel
#	own KERNEL [TEST...]	the tests of tests/vm/own, or these, each in a boot of its own
#	service KERNEL [NAME=VALUE...] [TEST...]	the tests of tests/vm/service, or these, on one kernel
#	stress KERNEL [NAME=VALUE...] [TEST...]	the tests of tests/vm/stress, or these, on one kernel
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
mkdir -p build
LOG=build/test.log
# a build that warns is a failed test
export WERROR=-Werror
: >"$LOG"
JOBS=$(nproc)
OTHERS="5.10 6.12 newest"
CORE="load contract record"
ATTACKS="attack_file attack_exec attack_net attack_race attack_sister attack_call attack_abi
	attack_blind"
T0=$SECONDS

# step NAME COMMAND...: its output goes to the terminal and to the log that is counted. One that
# fails without a counted failure of its own counts as one.
step() {
	local name=$1 start=$SECONDS rc before
	shift
	before=$(grep -c '^FAIL\>\|^[0-9]*%: Checks: ' "$LOG")
	echo
	echo "=== $name"
	"$@" 2>&1 | tee -a "$LOG"
	rc=${PIPESTATUS[0]}
	if [ "$rc" = 77 ]; then
		tail -1 "$LOG" | grep -q '^SKIP' || echo "SKIP $name" | tee -a "$LOG"
	elif [ "$rc" != 0 ] && [ "$before" = "$(grep -c '^FAIL\>\|^[0-9]*%: Checks: ' "$LOG")" ]; then
		echo "FAIL $name: status $rc" | tee -a "$LOG"
	fi
	echo "=== $name: $((SECONDS - start)) s, $((SECONDS - T0)) s in all"
	return "$rc"
}

# one result for a command that only succeeds or fails
passes() {
	local name=$1
	shift
	"$@" || return
	echo "PASS $name"
}

# checks LINT UNIT [SCAP_MAX_KB=N]: all that needs no guest, with these unit tests (all, if empty) without
# sanitizers, too
checks() {
	local k
	step "packages" tests/setup.sh test || true
	# what the network gives comes while the compiler works
	for k in 6.1 $OTHERS; do
		tests/vm/kernel.sh "$k"
	done >build/kernels.log 2>&1 &
	step "build" passes "falcoc builds" make -j"$JOBS" all || true
	step "lint" make --no-print-directory "$1" || true
	step "unit tests" make --no-print-directory -j"$JOBS" unit T="$2" || true
	step "unit tests with sanitizers" env "${@:3}" make --no-print-directory -j"$JOBS" unit-asan || true
	step "fuzz targets, for a moment" make --no-print-directory -j"$JOBS" fuzz-smoke || true
	step "command line" make --no-print-directory test-cli || true
	wait
	step "package" tests/package.sh || true
}

# kernels "KERNEL..." [TEST...]: these tests (or all) on each
kernels() {
	local k list=$1
	shift
	for k in $list; do
		step "kernel $k" tests/vm/suite.sh "$k" "$@" || true
	done
}

# beside "KERNEL [TEST...]"...: guests that need not wait for each other, one a CPU; what each says comes at its
# end. None begins a test once QUICK_MINUTES are over. With QUICK what is done often is done a quarter as often
# (kmodtest).
beside() {
	local job n=0
	rm -rf build/beside
	mkdir -p build/beside
	for job; do
		n=$((n + 1))
		printf '%s %s\n' "$n" "$job"
	done >build/beside/jobs
	# shellcheck disable=SC2016  # the inner shell's words
	END=$((EPOCHSECONDS + ${QUICK_MINUTES:-38} * 60 - SECONDS + T0)) xargs -a build/beside/jobs -P "$(nproc)" -L 1 bash -c '
		out=build/beside/$1
		shift
		left=$(($END - EPOCHSECONDS)) kernel=$1
		shift
		if [ $left -gt 60 ]; then
			CONSOLE=$out.console tests/vm/suite.sh "$kernel" QUICK=1 SUITE_SECONDS=$left TEST_SECONDS=1200 "$@" >"$out" 2>&1
		else
			printf "SKIP %s on $kernel: no time is left for it\n" "$@" >"$out"
		fi
		echo $? >"$out.rc"
	' beside &
	while read -r n job; do
		step "kernel ${job%% *}, guest $n" told_later "build/beside/$n" || true
	done <build/beside/jobs
	wait
}

# shares N TEST...: N lines, each with its share of the tests, dealt in turns
shares() {
	local n=$1
	shift
	printf '%s\n' "$@" | awk -v n="$n" '
		{ share[NR % n] = share[NR % n] " " $0 }
		END { for (i = 1; i <= n; i++) print share[i % n] }'
}

# told_later FILE: waits for a command that goes on beside us, and stands in for it
told_later() {
	until [ -s "$1.rc" ]; do sleep 3; done
	cat "$1"
	return "$(cat "$1.rc")"
}

# own KERNEL [TEST...]: what a machine does not come back from, each in a boot of its own
own() {
	local k=$1 t tests
	shift
	tests=("$@")
	[ $# -gt 0 ] || mapfile -t tests < <(basename -s .sh tests/vm/own/*.sh)
	for t in "${tests[@]}"; do
		step "$t on $k" tests/vm/suite.sh --tests own "$k" "$t" || true
	done
}

# stress "KERNEL..." [NAME=VALUE...] [TEST...]: torture on each
stress() {
	local k list=$1
	shift
	for k in $list; do
		step "stress on $k" tests/vm/suite.sh --tests stress "$k" "$@" || true
	done
}

# dns KERNEL [NAME=VALUE...] [TEST...]: names, with real resolvers and at length
dns() {
	step "names on $1" tests/vm/suite.sh --tests dns "$@" || true
}

# containers KERNEL [NAME=VALUE...] [TEST...]: Debian's container runtimes
containers() {
	step "containers on $1" tests/vm/suite.sh --tests containers "$@" || true
}

# service KERNEL [NAME=VALUE...] [TEST...]: falcoc under systemd
service() {
	step "service on $1" tests/vm/suite.sh --tests service "$@" || true
}

# the VM suite's tests without most attacks, the lesser floods, and those that take minutes
quick_tests() {
	local t
	for t in tests/vm/t/*.sh; do
		t=$(basename "$t" .sh)
		case $t in
		attack_race) echo "$t" ;;
		attack_* | flood_proc | actions_time | captures_sysdig) ;;
		*) echo "$t" ;;
		esac
	done
}

# guests: falcoc's main work on 6.1, the core on each kernel, then of the VM suite what else is quick on 6.1. On a slow
# machine not all of that fits into QUICK_MINUTES: what does not is a SKIP, and comes with `make vm`.
guests() {
	local k jobs first="attack_race actions captures domains output flood rules_shipped dns_observe"
	step "programs of the guests" passes "they build" make -s -j"$JOBS" guest-programs || true
	# shellcheck disable=SC2046,SC2086  # one word a test
	mapfile -t jobs < <(
		echo "6.1 $first"
		for k in newest 6.1 5.10 6.12; do echo "$k $CORE"; done
		shares 2 $(quick_tests | awk -v others=" $first $CORE " '!index(others, " " $0 " ")') | sed 's/^/6.1 /'
	)
	beside "${jobs[@]}"
}

case ${1:-quick} in
quick)
	# each unit test once: what judges all of the corpus without sanitizers, the rest with them
	checks lint-quick "test_scap_corpus test_rules_compat" SCAP_MAX_KB=300
	guests
	;;
full)
	step "packages for the debug kernel" tests/setup.sh all || true
	checks lint ""
	kernels "6.1 $OTHERS debug"
	stress "5.10 newest debug"
	own 6.1
	dns 6.1
	containers 6.1
	containers newest
	service 6.1
	step "an event that is added" tests/vm/added-event.sh 6.1 || true
	step "first look" passes "make run shows its alerts" make --no-print-directory run || true
	step "packages, built twice" tests/package-repro.sh || true
	step "rpm packages" tests/package-rpm.sh || true
	step "the packages' life in a guest" tests/vm/package.sh || true
	;;
guests)
	guests
	;;
matrix)
	kernels "6.1 $OTHERS"
	step "an event that is added" tests/vm/added-event.sh 6.1 || true
	;;
attacks)
	shift
	# shellcheck disable=SC2086
	kernels "$*" $ATTACKS
	;;
vm)
	shift
	kernels "$@"
	;;
own)
	shift
	own "$@"
	;;
stress)
	shift
	stress "$@"
	;;
dns)
	shift
	dns "$@"
	;;
containers)
	shift
	containers "$@"
	;;
service)
	shift
	service "$@"
	;;
*)
	echo "usage: all.sh quick | guests | full | matrix | attacks KERNEL... | vm KERNEL [TEST...] |" \
		"own KERNEL [TEST...] |" \
		"stress KERNEL [NAME=VALUE...] [TEST...] | dns KERNEL [TEST...] |" \
		"containers KERNEL [NAME=VALUE...] [TEST...] | service KERNEL [NAME=VALUE...] [TEST...]" >&2
	exit 2
	;;
esac
awk -f tests/vm/attack/table.awk "$LOG"
awk -f tests/count.awk "$LOG"
