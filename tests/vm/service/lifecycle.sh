#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# falcoc under systemd: it starts though the module is not there, says so, and records as soon as it
# is; alerts are in the journal; a loop that is stuck is killed by the watchdog and started again; it ends
# quickly, and told of its start and its end.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

unload_module
service_install WatchdogSec=8
rule one mark-one

check "it starts without the module" systemctl start falcoc
check "and is a running service" is ActiveState active
check "which says what it waits for" wait_for 20 says 'Waiting for the module'
falcoc status >"$T/status"
check "falcoc status says so by its exit status" test $? = 4
check "and by its text" grep -q 'no falcoc module for the running kernel' "$T/status"
load_module
check "it records soon after the module is there" wait_for 20 says '1 of 1 rules are enabled'
check "its start is told" wait_for 10 is_told 'falcoc: started'
/bin/true mark-one
check "an alert is in the journal" wait_for 20 is_told one 'mark-one'
check "with its field" journalctl -q FALCOC_RULE=one FALCOC_PROC_ARGS=mark-one -n 1

pid=$(property MainPID)
sleep 10 # longer than the watchdog waits
check "an idle loop feeds the watchdog" is MainPID "$pid"
kill -STOP "$pid"
restarted() { [ "$(property NRestarts)" -ge 1 ] && says 'rules are enabled'; }
check "a loop that is stuck is started again" wait_for 40 restarted
check "because of the watchdog" sh -c "journalctl -q -u falcoc | grep -qi watchdog"

# the module cannot vanish from under it, and its node may
check "the kernel keeps a module that records" refused rmmod falcoc 2>/dev/null
check "it is there" module_loaded
pid=$(property MainPID)
rm -f /dev/falcoc
/bin/true mark-one without-a-node
check "without the node it goes on" wait_for 20 is_told one without-a-node
check "as the one that it was" is MainPID "$pid"

start=$(date +%s%N)
check "it is stopped" systemctl stop falcoc
ms=$((($(date +%s%N) - start) / 1000000))
echo "stopping took $ms ms"
check "in less than 5 seconds" test $ms -lt 5000
check "and well" is Result success
check "its end is told" wait_for 10 is_told 'falcoc: stopped'
unload_module
check "the module can be unloaded then" refused module_loaded

# once more: it starts without the module, which comes with a new node
check "it starts again without it" systemctl start falcoc
check "and waits" wait_for 20 says 'Waiting for the module'
load_module
check "until it is there again" wait_for 40 says '1 of 1 rules are enabled'
/bin/true mark-one once-more
check "and records" wait_for 20 is_told one once-more
check "it is stopped once more" systemctl stop falcoc
unload_module
