#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody uses up what falcoc has room for: others are seen as before, and falcoc says who it was.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

chmod 755 "$T"
ring=64M
# where a thread takes ten times as long to make, and a page, too, fewer of them fill a smaller store
[[ $(uname -r) != *-debug ]] || { insmod /falcoc/falcoc.ko inflight_mib=4 && ring=4M; }
attacks_run blind -v --ring-size $ring
crowd=$(sed -n 's/^crowd=//p' "$T/done")
check "falcoc says that paths are unverified, and whose calls were too many" \
	has_alert "falcoc: paths unverified: [0-9]+ names .*at least [0-9]+ of process $crowd \(attack, "
check "and counts them in the end" \
	grep -qE '^   0 for want of room, [1-9][0-9]* of users or cgroups' "$T/err"
check "the module unloads" wait_for 20 unload_module
