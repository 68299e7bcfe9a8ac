#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# suite.sh KERNEL [TEST...]: builds the module for a kernel, boots that kernel, and runs these tests
# of t/ (or all) in it, one after another in one boot. Prints their PASS, FAIL and SKIP lines.
# Exit status 77, and a line why, if the kernel cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

main() {
	local kernel=$1 rc=0 t
	shift
	for t in "$@"; do
		[ -f "$VM/t/$t.sh" ] || die "no test $VM/t/$t.sh"
	done
	"$VM/buildmod.sh" "$kernel" >/dev/null
	echo "PASS module for $kernel: builds without warnings"
	make -s -C "$TOP" all build/kmodtest build/attack build/attack32
	"$VM/run.sh" --kernel "$kernel" --timeout "${VM_SECONDS:-900}" \
		--console "$TOP/build-kmod-$kernel/console.log" "$VM/guest/suite" "$@" || rc=$?
	case $rc in
	0 | 77) ;;
	124 | 125) echo "FAIL kernel $kernel: the guest did not reach the end" ;;
	esac
	return $rc
}

[ $# -ge 1 ] || die "usage: suite.sh KERNEL [TEST...]"
main "$@"
