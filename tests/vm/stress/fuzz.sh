#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Nonsense for the device, with several seeds.
#
#	FUZZ_SEEDS	which [1,2,3]
#	FUZZ_ROUNDS	how much of it with each [2000]
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/stress.sh
. /falcoc/guest/stress.sh

load_module || exit 1
seeds=${FUZZ_SEEDS:-1,2,3}
for seed in ${seeds//,/ }; do
	/falcoc/bin/kmodtest fuzz "$seed" "${FUZZ_ROUNDS:-2000}" >"$T/fuzz" 2>&1
	check "seed $seed" test $? = 0 || FAILED=1
	grep -v ^PASS "$T/fuzz"
	log_clean || fail "the kernel's log is clean after seed $seed"
done
check "the module unloads" wait_for 20 unload_module
