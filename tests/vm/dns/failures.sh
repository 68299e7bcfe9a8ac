#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The same while the name server is dead for a minute, restarted, answers after five seconds, talks nonsense,
# says nothing; and with a falcoc that starts while it is slow. Times are the real ones, nothing is
# scaled.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

N=${CONNECTIONS:-300}
P=${PROCESSES:-30}
dead() {
	local n=0
	# one load after another until the minute is over
	while [ $((SECONDS - DEAD)) -lt 60 ] && [ $n -lt 4 ]; do
		n=$((n + 1))
		scene_load "no name server for $((SECONDS - DEAD)) s" "$P" "$N" $((20000 * P / N))
	done
}
scene_up 5 $((11 * N)) 60 || skip "no world of names can be made here"
scene_falcoc --dns-wait 2000 || exit 1
scene_load "all is well" "$P" "$N" 0
scene_resolv timeout:1
scene_server_ends
DEAD=$SECONDS
dead
check "the server was dead for a minute" test $((SECONDS - DEAD)) -ge 60
scene_resolv timeout:8
check "it is back" scene_server
scene_load "restarted" "$P" "$N" 0
scene_mode slow 5000
scene_load "answers after 5 s" "$P" "$((N / 2))" 0
scene_resolv timeout:1
scene_mode garbage
scene_load "nonsense" "$P" "$N" 0
scene_mode silent
scene_load "no answers" "$P" "$N" 0
scene_judge
scene_ages "age of alerts" UNTRUSTED

# started again while the server is slower than dns.wait_ms, with the names of before
scene_resolv timeout:8
scene_mode slow 5000
scene_falcoc --dns-wait 2000 || exit 1
scene_load "started again while answers take 5 s" "$P" "$((N / 2))" 0
scene_judge

# and without any
scene_forget
scene_falcoc --dns-wait 2000 || exit 1
scene_load "started anew while answers take 5 s" "$P" "$((N / 2))" 0
scene_judge
scene_ages "age of alerts" UNTRUSTED
scene_down
