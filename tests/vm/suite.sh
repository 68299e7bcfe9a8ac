#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# suite.sh [--tests DIR] KERNEL [NAME=VALUE...] [TEST...]: builds the module for a kernel, boots that
# kernel, and runs these tests of DIR (t) or all in it, one after another in one boot, with these
# variables set. The kernel's log goes to CONSOLE, or beside the module. The root is the one of roots/ that
# is called as the directory is, or `test`.
# Prints their PASS, FAIL and SKIP lines.
# Exit status 77, and a line why, if the kernel cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

main() {
	local dir=t root=test seconds=3600 kernel rc=0 t scap files=()
	if [ "$1" = --tests ]; then
		dir=$2
		shift 2
	fi
	kernel=$1
	shift
	for t in "$@"; do
		[[ $t = *=* ]] || [ -f "$VM/$dir/$t.sh" ] || die "no test $VM/$dir/$t.sh"
	done
	[ ! -f "$VM/roots/$dir" ] || root=$dir
	# the peer's, to be watched in the same scene
	if [ "$dir" = dns ] && scap=$("$TOP/tests/bench/scap.sh" "$kernel" 2>&1 | tail -1) && [ -f "$scap" ]; then
		files=(--file "$scap=scap.ko")
	fi
	# half an upgrade: modules of the release before, and of the next
	if [[ $dir = own && " $* " = *" abi "* ]]; then
		for t in $("$VM/otherabi.sh" "$kernel"); do
			files+=(--file "$t=$(basename "$t")")
		done
	fi
	# a kernel that looks twice at everything takes its time
	if [ "$kernel" = debug ]; then
		seconds=7200
		export VM_MEM=${VM_MEM:-2048}
	fi
	"$VM/buildmod.sh" "$kernel" >/dev/null
	echo "PASS module for $kernel: builds without warnings"
	make -s -C "$TOP" guest-programs
	"$VM/run.sh" --kernel "$kernel" --root "$root" --timeout "${VM_SECONDS:-$seconds}" "${files[@]}" \
		--console "${CONSOLE:-$TOP/build-kmod-$kernel/console.log}" \
		"$VM/guest/suite" --tests "$dir" TEST_SECONDS=$((seconds / 2)) "$@" || rc=$?
	case $rc in
	0 | 77) ;;
	124 | 125) echo "FAIL kernel $kernel: the guest did not reach the end" ;;
	esac
	return $rc
}

[ $# -ge 1 ] || die "usage: suite.sh [--tests DIR] KERNEL [NAME=VALUE...] [TEST...]"
main "$@"
