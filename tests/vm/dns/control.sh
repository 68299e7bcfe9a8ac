#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The scene of a thousand connections can fail: with a falcoc that looks at no answers, and knows
# but its own, trusted names raise alerts. And beside falcoc in the same minutes, on the same machine, what Debian's
# sysdig tells with the same rule: it asks for names when it meets them, and takes the last answer for the
# only one. Its figures decide nothing here. It needs its kernel module, which suite.sh brings where it can
# be built.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

N=${CONNECTIONS:-600}
P=30
THEIRS=
MARK=$((10000 + 4 * N))

ends() {
	check "falcoc ends well" stop_falcoc
	check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
}

# count WHO FILE: of the last load
count() {
	scene_compare $((SCENE_PORT - $3)) "$SCENE_PORT" "$2"
	FALSE=$(comm -13 "$T/should" "$T/did" | wc -l) MISSES=$(comm -23 "$T/should" "$T/did" | wc -l)
	echo "  $1: $(wc -l <"$T/did") alerts, $FALSE false, $MISSES missed, of $(wc -l <"$T/should") that were due"
}

# a connection to an address without a name has been told by sysdig: so have all before it
mark() {
	(exec 3<>"/dev/tcp/10.99.0.201/$MARK") 2>/dev/null
	[ "$(grep -c "port=$MARK " "$T/theirs")" -gt "$MARKS" ]
}
mark_once() {
	MARKS=$(grep -c "port=$MARK " "$T/theirs")
	wait_for 120 mark || echo "  sysdig does not come to the end: $(tail -2 "$T/theirs.err")"
}

sysdig_up() {
	[ -s /falcoc/scap.ko ] && command -v sysdig >/dev/null || { echo "  no sysdig here, or not its module"; return 1; }
	insmod /falcoc/scap.ko || return 1
	falcoc doctor -c none -o dns.queries=false >"$T/doctor" 2>&1
	check "the doctor tells of the other module" grep -q '^warning other-modules *scap hooks system calls' "$T/doctor"
	check "and what takes it away" grep -q 'mend it: modprobe -r scap' "$T/doctor"
	sysdig --unbuffered -p '*UNTRUSTED port=%fd.sport ip=%fd.sip name=%fd.sip.name at=%evt.rawtime' \
		'evt.type = connect and evt.dir = < and fd.l4proto = tcp and fd.sport >= 10000 and
		not fd.sip.name in (sysdig.com, github.com, google.com)' \
		> >(scene stamp >"$T/theirs") 2>"$T/theirs.err" &
	THEIRS=$!
	MARKS=0
	wait_for 60 mark || { echo "  sysdig does not start: $(head -3 "$T/theirs.err")"; return 1; }
	echo "  $(sysdig --version), live"
}

beside() {
	local n=$2
	[ -z "$THEIRS" ] || mark_once
	count "falcoc, $1" "$T/out" "$n"
	check "falcoc, $1: none false, none missed" test "$FALSE$MISSES" = 00
	scene_ages "age of falcoc's alerts" UNTRUSTED
	if [ -n "$THEIRS" ]; then
		count "sysdig, $1" "$T/theirs" "$n"
		awk -v from=$((SCENE_PORT - n)) '{ port = $0; sub(/.* port=/, "", port); if (port + 0 >= from) print }' \
			"$T/theirs" >"$T/theirs.part"
		scene_ages "age of sysdig's lines" UNTRUSTED "$T/theirs.part"
	fi
	SCENE_LOADS=()
}

scene_up 5 $((4 * N + 1)) 60 || skip "no world of names can be made here"

scene_falcoc --dns-wait 2000 --no-dns-observe || exit 1
scene_load "no answers are looked at" $P "$N" 0
ends
count "falcoc --no-dns-observe" "$T/out" "$N"
check "a falcoc that does not see answers raises false alerts: $FALSE" test "$FALSE" -gt 0
SCENE_LOADS=()

scene_forget
scene_falcoc --dns-wait 2000 || exit 1
sysdig_up || true
# what its rule is worth where each lookup is told the same
scene_mode normal same
scene_load "both, the same addresses always" $P $((N / 2)) 0
ends
beside "the same addresses" $((N / 2))
scene_forget
scene_mode normal
scene_falcoc --dns-wait 2000 || exit 1
scene_load "both, changing addresses" $P "$N" 0
ends
beside "changing addresses" "$N"

# the same without a name server
scene_resolv timeout:1
scene_falcoc --dns-wait 2000 || exit 1
scene_server_ends
scene_load "both, no name server" $P "$N" 0
ends
beside "no name server" "$N"
if [ -n "$THEIRS" ]; then
	kill -INT "$THEIRS"
	wait "$THEIRS" 2>/dev/null
	rmmod scap
fi
scene_down
