#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A module of another release than the tool, as after half an upgrade: falcoc says which of the two is old,
# and the doctor's command mends what can be mended.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

[ -e /falcoc/abi-old.ko ] || skip "no module of another release was built (otherabi.sh)"
MODULES=/lib/modules/$(uname -r)
cat >"$T/rules.yaml" <<'R'
- rule: A rule
  desc: d
  condition: evt.type = execve
  output: o
  priority: NOTICE
R
doctor() { falcoc doctor -c none -r "$T/rules.yaml" -o dns.queries=false >"$T/out" 2>"$T/err"; }
run() { falcoc -c none -r "$T/rules.yaml" -M 1 >"$T/out" 2>"$T/err"; }

unload_module
insmod /falcoc/abi-old.ko
run
check "an old module: status 4" test $? = 4
check "falcoc says that the module is old" grep -q 'is older than this falcoc' "$T/err"
check "and shows the doctor's line" grep -q '^FAILURE open' "$T/err"
check "with the command" grep -q 'mend it: modprobe -r falcoc && modprobe falcoc' "$T/err"
doctor
check "so does the doctor" grep -q '^FAILURE open' "$T/out"
check "who names the versions" grep -q 'version 0.0.1 is loaded' "$T/out"
mkdir -p "$MODULES/updates"
cp /falcoc/falcoc.ko "$MODULES/updates/"
depmod -a
check "what it says mends it" sh -c "$(sed -n '/^FAILURE open/,/^[a-z]/s/^ *mend it: //p' "$T/out")"
check "falcoc runs then" run

unload_module
insmod /falcoc/abi-new.ko
run
check "a new module: status 4" test $? = 4
check "falcoc says that it is the program that is old" grep -q 'upgrade the falcoc program' "$T/err"
doctor
check "so does the doctor" grep -q 'upgrade falcoc to the module' "$T/out"
check "who names the versions" grep -q 'version 99.0 is loaded' "$T/out"

unload_module
rm "$MODULES/updates/falcoc.ko"
depmod -a
