#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A kernel that is locked down, which cannot be undone: falcoc and its doctor say that the module, which
# nobody has signed, is refused for that.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

MODULES=/lib/modules/$(uname -r)
cat >"$T/rules.yaml" <<'R'
- rule: A rule
  desc: d
  condition: evt.type = execve
  output: o
  priority: NOTICE
R

mkdir -p "$MODULES/updates"
cp /falcoc/falcoc.ko "$MODULES/updates/"
depmod -a
check "the module loads" modprobe falcoc
unload_module
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
echo integrity >/sys/kernel/security/lockdown 2>/dev/null || skip "this kernel cannot be locked down"
check "locked down, it does not" refused modprobe falcoc
falcoc doctor -c none -r "$T/rules.yaml" -o dns.queries=false >"$T/out" 2>"$T/err"
check "the doctor fails" test $? = 1
check "and says why" grep -q "FAILURE module .*takes only signed modules (it is locked down)" "$T/out"
check "and what mends it" grep -q "mend it: .*mokutil --import" "$T/out"
check "and that it is so of all modules" grep -q "^warning signatures .*one that is built here is refused" "$T/out"
falcoc -c none -r "$T/rules.yaml" >"$T/out" 2>"$T/err"
check "falcoc ends with status 4" test $? = 4
check "and says why" grep -q "takes only signed modules (it is locked down)" "$T/err"
