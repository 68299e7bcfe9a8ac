#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# suite.sh KERNEL [TEST...]: builds the module for a kernel, boots that kernel, and runs these tests
# of t/ (or all) in it, one after another in one boot. Prints their PASS, FAIL and SKIP lines.
# Exit status 77, and a line why, if the kernel cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# QEMU's threads lose a race with the kernel's patching of its own code now and then: a CPU meets a
# breakpoint that is no longer there. That is the emulator's fault, and what it looks like.
emulator_failed() { grep -qE '(Oops: |\] )int3: 0000' "$CONSOLE"; }

# boot KERNEL [TEST...]
boot() {
	local kernel=$1 rc=0
	shift
	"$VM/run.sh" --kernel "$kernel" --timeout "${VM_SECONDS:-900}" \
		--console "$CONSOLE" "$VM/guest/suite" "$@" || rc=$?
	return $rc
}

main() {
	local kernel=$1 rc=0 t
	shift
	for t in "$@"; do
		[ -f "$VM/t/$t.sh" ] || die "no test $VM/t/$t.sh"
	done
	"$VM/buildmod.sh" "$kernel" >/dev/null
	echo "PASS module for $kernel: builds without warnings"
	make -s -C "$TOP" all build/kmodtest
	CONSOLE=$TOP/build-kmod-$kernel/console.log
	boot "$kernel" "$@" || rc=$?
	if [ $rc = 125 ] && emulator_failed; then
		say "the emulator failed (int3 in patched code); once more"
		rc=0
		boot "$kernel" "$@" || rc=$?
	fi
	case $rc in
	0 | 77) ;;
	124 | 125) echo "FAIL kernel $kernel: the guest did not reach the end" ;;
	esac
	return $rc
}

[ $# -ge 1 ] || die "usage: suite.sh KERNEL [TEST...]"
main "$@"
