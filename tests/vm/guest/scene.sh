# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Many processes in several network namespaces that connect to names whose addresses differ at each
# lookup, and the rule that knows three of them. What they did is compared with the alerts, connection by
# connection: each has a port of its own. Sourced after lib.sh.
#
#	scene_up NAMESPACES CONNECTIONS TTL	the world, for so many connections in all, TTLs of 1 to TTL
#	scene_server, scene_server_ends	the name server (started by scene_up)
#	scene_mode WORDS	how the server behaves from now on: normal, slow MS, garbage, silent; `same` behind
#			it: each lookup is told the same
#	scene_falcoc ARGUMENT...	falcoc with $T/rules.yaml; $T/out has each alert's age. It remembers the names
#			of the last one
#	scene_forget	nobody remembers any name: neither the next falcoc nor the next loads
#	scene_load WHAT PROCESSES CONNECTIONS MS	MS: how long each waits between two
#	scene_early PROCESSES CONNECTIONS MS	their names are asked for; the connections are made when
#	scene_go WHAT	says so
#	scene_judge	falcoc ends; every load that was is compared with the alerts
#	scene_ages WHAT PATTERN [FILE]	the distribution of the ages of these alerts
SCENE_DNS=10.99.0.53
SCENE_SPACES=(host)
SCENE_PORT=10000
SCENE_LOADS=()
SCENE_SERVER=

# the rule: connections go to three domains. TCP over port 53 is a lookup that went that way.
scene_rule() {
	cat <<-'R'
	- rule: untrusted
	  desc: An outbound connection that does not go to one of the domains that we know.
	  condition: >
	    evt.type = connect and fd.l4proto = tcp and fd.sport >= 10000 and
	    not fd.sip.name in (sysdig.com, github.com, google.com)
	  output: "UNTRUSTED port=%fd.sport ip=%fd.sip name=%fd.sip.name source=%fd.sip.name_source pid=%proc.pid at=%evt.rawtime"
	  priority: WARNING
	R
}

# scene_link NUMBER NAMESPACE: a way from the namespace to the world
scene_link() {
	local n=$1 in=()
	[ "$2" = host ] || in=(-n "$2")
	ip link add "up$n" type veth peer name "down$n" netns world
	[ "$2" = host ] || ip link set "up$n" netns "$2"
	ip "${in[@]}" addr add "10.100.$n.1/24" dev "up$n"
	ip "${in[@]}" addr add "fd98:$n::1/64" dev "up$n" nodad
	ip "${in[@]}" link set lo up
	ip "${in[@]}" link set "up$n" up
	ip -n world addr add "10.100.$n.2/24" dev "down$n"
	ip -n world addr add "fd98:$n::2/64" dev "down$n" nodad
	ip -n world link set "down$n" up
	ip "${in[@]}" route add 10.80.0.0/12 via "10.100.$n.2"
	ip "${in[@]}" route add 10.99.0.0/16 via "10.100.$n.2"
	ip "${in[@]}" -6 route add fd99::/16 via "fd98:$n::2"
}

scene_server() {
	ip netns exec world scene serve $SCENE_DNS "$SCENE_TTL" "$T/mode" &
	SCENE_SERVER=$!
	wait_for 20 scene_answers
}

scene_answers() { scene lookup libc sysdig.com >/dev/null; }

scene_server_ends() {
	kill "$SCENE_SERVER"
	wait "$SCENE_SERVER" 2>/dev/null
	SCENE_SERVER=
}

# by another name, so that no half of it is read
scene_mode() { echo "$*" >"$T/mode.new" && mv "$T/mode.new" "$T/mode"; }

# scene_resolv timeout:SECONDS: how long a lookup may take
scene_resolv() { printf 'nameserver %s\noptions attempts:1 %s\n' $SCENE_DNS "$1" >/etc/resolv.conf; }

scene_up() {
	local i connections=$2
	SCENE_TTL=$3
	modprobe veth
	ip netns add world || return
	ip -n world link set lo up
	scene_link 0 host || return
	for i in $(seq "$(($1 - 1))"); do
		ip netns add "c$i"
		SCENE_SPACES+=("c$i")
		scene_link "$i" "c$i" || return
	done
	# every address is the world's
	ip -n world route add local 10.80.0.0/12 dev lo
	ip -n world route add local 10.99.0.0/16 dev lo
	ip -n world -6 route add local fd99::/16 dev lo
	ip netns exec world scene sink $SCENE_PORT "$connections" >"$T/sink" &
	SCENE_SINK=$!
	scene_mode normal
	scene_resolv timeout:8
	wait_for 60 grep -q ready "$T/sink" && scene_server
}

scene_down() {
	local s
	[ -z "$SCENE_SERVER" ] || scene_server_ends
	kill "$SCENE_SINK"
	for s in "${SCENE_SPACES[@]:1}" world; do
		ip netns del "$s"
	done
	ip link del up0 2>/dev/null
	true
}

scene_falcoc() {
	load_module
	[ -f "$T/rules.yaml" ] || scene_rule >"$T/rules.yaml"
	emptied "$T/err"
	falcoc -v --dns-state "$T/dns.state" --dns-trust "${SCENE_TRUST:-$SCENE_DNS}" -r "$T/rules.yaml" "$@" \
		> >(scene stamp >"$T/out") 2>"$T/err" &
	FALCOC_PID=$!
	wait_for 60 falcoc_ready && kill -0 "$FALCOC_PID" 2>/dev/null ||
		{ fail "falcoc $* starts"; cat "$T/err"; return 1; }
}

scene_load() {
	local what=$1 rc=0 start=$SECONDS
	scene load "$2" "$3" "$SCENE_PORT" "$4" "$T/log" "${SCENE_SPACES[@]}" || rc=$?
	[ $rc = 0 ] || fail "$what: its processes end well"
	echo "  $what: $3 connections by $2 processes in ${#SCENE_SPACES[@]} network namespaces took $((SECONDS - start)) s"
	SCENE_LOADS+=("$SCENE_PORT $((SCENE_PORT + $3)) $what")
	SCENE_PORT=$((SCENE_PORT + $3))
}

scene_early() {
	rm -f "$T/gate" "$T/gate.ready"
	SCENE_GATE=$T/gate scene load "$1" "$2" "$SCENE_PORT" "$3" "$T/log" "${SCENE_SPACES[@]}" &
	SCENE_EARLY=$! SCENE_EARLY_N=$2
	check "$1 processes know the addresses of trusted names" wait_for 120 scene_are_ready "$1"
}

scene_are_ready() { [ "$(wc -l 2>/dev/null <"$T/gate.ready")" = "$1" ]; }

scene_go() {
	local rc=0
	: >"$T/gate"
	wait "$SCENE_EARLY" || rc=$?
	[ $rc = 0 ] || fail "$1: its processes end well"
	SCENE_LOADS+=("$SCENE_PORT $((SCENE_PORT + SCENE_EARLY_N)) $1")
	SCENE_PORT=$((SCENE_PORT + SCENE_EARLY_N))
}

scene_forget() { rm -f "$T/dns.state" "$T/log"; }

# scene_compare FROM TO [FILE]: the ports that should have an alert and those that have, side by side
scene_compare() {
	awk -v f="$1" -v t="$2" '$2 == "untrusted" && $1 >= f && $1 < t { print $1 }' "$T/log" | sort >"$T/should"
	sed -n 's/.*UNTRUSTED port=\([0-9]*\) .*/\1/p' "${3:-$T/out}" |
		awk -v f="$1" -v t="$2" '$1 >= f && $1 < t' | sort >"$T/did"
	awk -v f="$1" -v t="$2" '$1 >= f && $1 < t' "$T/log" >"$T/part"
}

scene_tell() {
	echo "  of these connections:"
	awk '{ n[$2 " " $3]++; if ($NF != "connected") bad++ }
		END { for (k in n) printf "    %s %d\n", k, n[k]; printf "    not connected %d\n", bad }' "$T/part"
}

# shellcheck disable=SC2034  # FAILED, SCENE_LOADS
scene_judge() {
	local l from to what false misses port
	check "falcoc ends well" stop_falcoc
	check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
	for l in "${SCENE_LOADS[@]}"; do
		read -r from to what <<<"$l"
		scene_compare "$from" "$to"
		false=$(comm -13 "$T/should" "$T/did" | wc -l)
		misses=$(comm -23 "$T/should" "$T/did" | wc -l)
		scene_tell
		check "$what: all connections were tried" test "$(wc -l <"$T/part")" = $((to - from))
		check "$what: $(wc -l <"$T/did") alerts, $false false, $misses missed" test "$false$misses" = 00
		for port in $(comm -3 "$T/should" "$T/did" | head -5); do
			grep -E "^$port " "$T/log"
			grep "port=$port " "$T/out"
		done
	done
	SCENE_LOADS=()
	check "nothing was lost" test "$(grep -c 'lost' "$T/err")" = "$(grep -c ' 0 lost' "$T/err")"
	grep -E 'observed|refused|asked|held|waited|server ' "$T/err" | sed 's/^/  /'
}

scene_ages() {
	grep -E "$2" "${3:-$T/out}" | sed -n 's/^us=\(-*[0-9]*\) .*/\1/p' | sort -n >"$T/ages"
	awk -v what="$1" '{ a[NR] = $1 / 1000 }
		function at(p) { i = int(NR * p); return a[i < 1 ? 1 : i] }
		END { if (NR) printf "  %s, ms: n %d, least %.1f, 50%% %.1f, 90%% %.1f, 99%% %.1f, most %.1f\n",
			what, NR, a[1], at(.5), at(.9), at(.99), a[NR] }' "$T/ages"
}
