#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the README shows of a machine with the module, run here as it stands there, and compared with what
# it says is printed.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh
# shellcheck source=../../readme/lib.sh
. /falcoc/readme/lib.sh

blocks=$T/blocks
mkdir "$blocks" "$T/run"
check "the README is taken apart" awk -v dir="$blocks" -f /falcoc/readme/split.awk /falcoc/README.md

# "today" is to last until the end
SHIFT=0
[ "$(date +%H)" != 23 ] || SHIFT=7200
shift_clock() { [ $SHIFT = 0 ] || date -s "@$(($(date +%s) + $1))" >/dev/null; }
shift_clock -$SHIFT

# the world that it speaks of; what was here is put back
cp /etc/resolv.conf "$T/resolv.conf" 2>/dev/null
mkdir -p /etc/cron.daily /etc/default /usr/share/doc/falcoc
cp -r /falcoc/examples /usr/share/doc/falcoc/
rm -rf /var/lib/falcoc
mkdir -p /var/lib/falcoc
net_up 10.99.0.11 10.99.0.12 10.99.0.13 10.99.0.21 || skip "no network namespace with web servers can be made here"
dns_up || skip "no DNS server can be started here"
check "names are there" dns_zone "10.99.0.11 github.com" "10.99.0.12 github.com" "10.99.0.13 google.com" \
	"10.99.0.13 sysdig.com" "10.99.0.21 example.com"
load_module
cd "$T/run" || exit 1
readme_files "$blocks"

falcoc_ready() { grep -qE 'recording (began|into)' "$T/err" || ! kill -0 "$FALCOC_PID" 2>/dev/null; }

# end_watch: Ctrl-C for the one that goes on
end_watch() {
	local rc=0 pid=$FALCOC_PID
	[ -n "$pid" ] || return 0
	FALCOC_PID=
	kill -INT "$pid"
	wait "$pid" || rc=$?
	check "$WATCHING: Ctrl-C ends it well" test $rc = 0
	check "and it tells what it saw" grep -q '^Events seen' "$T/err"
}

# watch FILE: begins it
watch() {
	local command arguments
	end_watch
	command=$(cat "$1")
	WATCHING=$command
	# Ctrl-C is for it, not for a shell around it
	read -ra arguments <<<"${command#sudo }"
	start_falcoc "${arguments[@]:1}"
}

printed_so_far() { MISSING=$(readme_printed "$1" printed "$T/out" "$T/err"); }

for how in "$blocks"/*.how; do
	text=${how%.how}.text words=$(cat "$how") name=$(head -1 "$text")
	case $words in
	"vm until Ctrl-C")
		KEEP_NAMES=yes watch "$text"
		ran=yes
		;;
	vm*)
		want=0
		[[ $words != *status=* ]] || want=${words#*status=}
		# what it was asked to see is there by then; alerts and names are written down at its end
		[[ $(cat "$text") != *falcoc* ]] || end_watch
		readme_run "$text"
		rc=$?
		check "$name" test $rc = "$want"
		[ $rc = "$want" ] || { echo "status $rc, not $want"; cat printed; }
		ran=yes
		;;
	native*) ran= ;;
	output)
		[ -n "$ran" ] || continue
		wait_for 20 printed_so_far "$text"
		check "prints: $(tail -1 "$text")" test -z "$MISSING"
		[ -z "$MISSING" ] || { echo "not printed: $MISSING"; tail -20 printed "$T/out" "$T/err"; }
		;;
	esac
done
end_watch
check "no alert of a domain that is trusted" test -z "$(grep -h 'not trusted.*github' "$T/out" printed)"

net_down
shift_clock $SHIFT
rm -rf /var/lib/falcoc /etc/cron.daily/falcoc /etc/default/falcoc
[ ! -e "$T/resolv.conf" ] || cp "$T/resolv.conf" /etc/resolv.conf
cd /
true
