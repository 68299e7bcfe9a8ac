#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What `falcoc doctor` says of the service under real systemd: each state that it can be in is brought about,
# told, and mended by the very command that is named.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh
# shellcheck source=../guest/doctor.sh
. /falcoc/guest/doctor.sh

doctor() { falcoc doctor >"$T/out" 2>"$T/err"; }

unload_module
tells "no service" service - "not installed"
service_install
rule one mark-one
tells "installed only" service warning "neither runs nor is started at boot"
check "it says what mends it" grep -q 'mend it: systemctl enable --now falcoc' "$T/out"
check "what it says mends it" mend service
tells "enabled and running" service ok "runs, and is started at boot"
check "it has begun" wait_for 20 says 'Waiting for the module'
tells "it waits for the module" status warning "waits for the module"
load_module
check "it records" wait_for 20 says '1 of 1 rules are enabled'
tells "it records by its files" status ok "by the rules of its files"
cp /etc/falcoc/rules.d/one.yaml "$T/one.yaml"
echo '- rule: broken' >>/etc/falcoc/rules.d/one.yaml
systemctl reload falcoc
stale() { falcoc status >/dev/null 2>&1; [ $? = 3 ]; }
check "rules with errors are not taken" wait_for 20 stale
tells "it records by old rules" status warning "by old rules"
tells "and the files are at fault" rules FAILURE "1 errors"
cp "$T/one.yaml" /etc/falcoc/rules.d/one.yaml
systemctl reload falcoc
fresh() { falcoc status >/dev/null 2>&1; }
check "rules without errors are" wait_for 20 fresh
systemctl disable -q falcoc
tells "running, but not at the next boot" service warning "no boot starts it"
check "what it says mends it" mend service
tells "started at boot again" service ok "runs, and is started at boot"
systemctl stop falcoc
tells "stopped" service warning "started at boot, but does not run"
check "what it says mends it" mend service
check "it records again" wait_for 20 fresh
rm /run/falcoc/status.sock
tells "nobody to ask" status warning "does not answer"
check "what it says mends it" mend status
check "it can be asked" wait_for 20 fresh
systemctl disable -q --now falcoc
unload_module
rm -rf /etc/systemd/system/falcoc.service /etc/systemd/system/falcoc.service.d /etc/falcoc
systemctl daemon-reload
