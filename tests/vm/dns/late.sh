#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# falcoc starts when programs have been told their addresses already, and are about to connect. What an earlier
# falcoc saw is known; what the servers still say is waited for; and what nobody can know is told as doubtful.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

N=${CONNECTIONS:-200}
P=20
scene_up 3 $((4 * N)) 60 || skip "no world of names can be made here"

# saved names: an earlier falcoc saw what they were told; this one can ask nobody
scene_falcoc --dns-wait 2000 || exit 1
scene_early $P "$N" 0
check "the falcoc that saw it ends well" stop_falcoc
scene_mode silent
scene_resolv timeout:1
scene_falcoc --dns-wait 2000 || exit 1
scene_go "told before a restart, the server is silent since"
scene_judge

# nothing is saved, but the servers say the same as before: 5 s late (10 s where it takes TCP), so alerts wait
scene_forget
scene_resolv timeout:8
scene_mode normal same
scene_early $P "$N" 0
scene_mode slow 5000 same
scene_falcoc --dns-wait 2000 --dns-start-wait 15000 || exit 1
scene_go "told before the start, the servers say the same after 5 s"
scene_judge
scene_ages "age of alerts" UNTRUSTED

# and without that wait, which shows that it is what prevents false alerts
scene_forget
scene_mode normal same
scene_early $P "$N" 0
scene_mode slow 5000 same
scene_falcoc --dns-wait 0 || exit 1
scene_go "the same"
check "falcoc ends well" stop_falcoc
check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
scene_compare $((SCENE_PORT - N)) "$SCENE_PORT"
check "without waiting there are false alerts ($(comm -13 "$T/should" "$T/did" | wc -l)), none is missed" \
	test "$(comm -13 "$T/should" "$T/did" | wc -l)" -gt 0 -a "$(comm -23 "$T/should" "$T/did" | wc -l)" = 0
SCENE_LOADS=()

# nothing is saved, and the servers say something else by now: nobody can know
scene_forget
scene_mode normal
scene_early $P "$N" 0
scene_falcoc --dns-wait 2000 || exit 1
scene_go "told before the start, the servers say something else by now"
check "falcoc ends well" stop_falcoc
check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
scene_compare $((SCENE_PORT - N)) "$SCENE_PORT"
comm -13 "$T/should" "$T/did" >"$T/false"
sed 's/.*/ port=& .*names incomplete: its process is older/' "$T/false" >"$T/patterns"
echo "  $(wc -l <"$T/false") false alerts of $(wc -l <"$T/did")"
scene_tell
check "none is missed" test "$(comm -23 "$T/should" "$T/did" | wc -l)" = 0
check "there are some that nobody could prevent" test -s "$T/false"
check "each of them says that names may be missing" test "$(grep -cf "$T/patterns" "$T/out")" = "$(wc -l <"$T/false")"
scene_down
