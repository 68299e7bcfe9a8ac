#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each allocation fails once: in each call of a consumer's life, at loading and at unloading. Nothing
# may be lost of what was allocated before.
#
#	FAULT_PLACES	how many allocations of a step are tried; all over it, if it has more [48]
#	FAULT_SHIFT	others of these [0]
#	FAULT_STEP	from this step on (_ stands for a blank), or `loading` alone [open]
#	FAULT_STEPS	so many steps, and neither loading nor unloading [all, and both]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

[ -w /proc/self/fail-nth ] || skip "this kernel injects no failures"
LEAKS=/sys/kernel/debug/kmemleak
# what others lost before is not ours
[ ! -w $LEAKS ] || { echo scan >$LEAKS; echo clear >$LEAKS; }
if [ "${FAULT_STEP:-}" != loading ]; then
	load_module || exit 1
	step=${FAULT_STEP:-open}
	/falcoc/bin/kmodtest faults "${step//_/ }"
	check "no failure of a call does harm" test $? = 0
	log_clean || fail "the kernel's log is clean after failing calls"
	unload_module
fi
if [ -z "${FAULT_STEPS:-}" ]; then
	/falcoc/bin/kmodtest faults /falcoc/falcoc.ko
	check "no failure of loading and unloading does harm" test $? = 0
	log_clean || fail "the kernel's log is clean after failing loads"
	unload_module
fi
if [ -w $LEAKS ]; then
	# an object counts as lost when two scans in a row find nothing that points to it; functions of a
	# module that is gone have no names
	echo scan >$LEAKS
	echo scan >$LEAKS
	cat $LEAKS >"$T/leaks"
	check "nothing is lost" refused grep -qE 'falcoc|0xffffffff[a-f]' "$T/leaks" || head -60 "$T/leaks"
	echo "# $(grep -c '^unreferenced' "$T/leaks") objects of others are lost"
fi
