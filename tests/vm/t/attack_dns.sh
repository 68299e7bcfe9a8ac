#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Answers of name servers that should not be believed, and some that should: what a rule says about the
# address does not change, each refusal is told with its reason, and counted.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

SERVERS=()
SERVED=0
# served COMMAND...: starts a server by that command, and waits until it listens
served() {
	SERVED=$((SERVED + 1))
	"$@" >"$T/served.$SERVED" 2>&1 &
	SERVERS+=($!)
	check "a name server listens: $*" wait_for 20 grep -q serving=yes "$T/served.$SERVED"
}

# root of a container: network, processes and files of its own
in_jail() {
	# shellcheck disable=SC2016  # the inner shell's
	ip netns exec jail unshare -mpf sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$T/resolv.jail" "$@"
}

# in_own_namespace ADDRESS NAME: a user who is root of a namespace of his own, in which he is that server
in_own_namespace() {
	# shellcheck disable=SC2016
	setpriv --reuid 1000 --clear-groups unshare -Urn sh -c '
		ip link set lo up && ip addr add "$0/32" dev lo || exit 77
		attack dns-server "$0" >/dev/null &
		for i in 1 2 3 4 5 6 7 8 9; do
			attack dns-ask "$0" "$1" && { kill $!; exit 0; }
		done
		kill $!
		exit 1' "$1" "$2"
}

net_up 10.99.0.11 || skip "no network namespaces can be made here"
ip -n world addr add 10.99.0.54/24 dev down0
ip route add 11.0.0.0/8 dev up0
cp /etc/resolv.conf "$T/resolv.before" 2>/dev/null
printf 'nameserver 10.99.0.53\nnameserver 10.99.0.54\n' >/etc/resolv.conf
echo "nameserver 127.0.0.1" >"$T/resolv.jail"
# the container, and what is at the other end of its wire
ip netns add jail
ip netns add beyond
ip link add wire0 netns jail type veth peer name wire1 netns beyond
ip -n jail link set lo up
ip -n jail addr add 10.99.0.53/32 dev lo
ip -n jail addr add 10.99.0.1/24 dev wire0
ip -n jail addr add 169.254.20.1/24 dev wire0
ip -n jail link set wire0 up
ip -n beyond addr add 10.99.0.54/24 dev wire1
ip -n beyond addr add 169.254.20.10/24 dev wire1
ip -n beyond link set wire1 up
# a container on this machine, by a wire to the host
ip netns add near
ip link add wire2 type veth peer name wire3 netns near
ip addr add 10.98.0.1/24 dev wire2
ip link set wire2 up
ip -n near addr add 10.98.0.2/24 dev wire3
ip -n near link set wire3 up
ip -n near route add default via 10.98.0.1
# as Debian has it, where nothing looks at where packets come from
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$f"; done
# files of its own, and a program
mkdir -p "$T/root/proc" && cp /falcoc/bin/attack "$T/root/attack"
# a user may serve
PORTS=/proc/sys/net/ipv4/ip_unprivileged_port_start
ports=$(cat $PORTS)
echo 53 >$PORTS

# dns_attacks NAME OPTION...
dns_attacks() {
	local name=$1
	shift
	start_falcoc -v --no-dns-queries --dns-state '' "$@" -r "$ATTACKS/mark.yaml" -r "$ATTACKS/$name.yaml" || exit 1
	# after falcoc, which has to see them answer
	served ip netns exec world attack dns-server 10.99.0.54 10.99.0.2
	served attack dns-server 127.0.0.53
	served setpriv --reuid 1000 --clear-groups attack dns-server 127.0.0.66
	served unshare -mpf --kill-child attack dns-server 127.0.0.67 127.0.0.11
	served unshare -m attack dns-server 127.0.0.68
	served unshare -m chroot "$T/root" /attack dns-server 127.0.0.69
	served ip netns exec jail unshare -mpf --kill-child attack dns-server 127.0.0.1 127.0.0.11 10.99.0.53
	served ip netns exec beyond attack dns-server 10.99.0.54 169.254.20.10
	attacks_play "$name"
	kill -KILL "${SERVERS[@]}" # unshare heeds no milder one
	wait "${SERVERS[@]}" 2>/dev/null
	SERVERS=()
}

counted() { grep -qE "answers refused:.* $1 [1-9]" "$T/err"; }

# 12,000 questions at once: where falcoc is not given a CPU for the first thousand, they run over their ring
ATTACK_FLOODS=dns_query
dns_attacks dns
unset ATTACK_FLOODS
for why in unreadable unasked "another question" repeated "untrusted server" "untrusted namespace" "untrusted process"; do
	check "refusals are counted: $why" counted "$why"
done
check "streams that were not received whole are counted" grep -qE 'streams with a gap: [1-9]' "$T/err"
check "servers are told" grep -qE 'server 10\.99\.0\.2 in namespace [0-9]+: 0 answers believed, [1-9]' "$T/err"
grep -E 'observed|refused|forgotten|server ' "$T/err"

jail=$(stat -Lc %i /run/netns/jail)
dns_attacks dns_trust --dns-trust "169.254.20.10,10.99.0.54@$jail,127.0.0.67,127.0.0.11@nat"
grep -E 'observed|refused|forgotten|server ' "$T/err"
dns_attacks dns_udp --no-dns-trust-udp
net_down
ip netns del near
ip netns del jail
ip netns del beyond
echo "$ports" >$PORTS
if [ -f "$T/resolv.before" ]; then
	cp "$T/resolv.before" /etc/resolv.conf
else
	rm /etc/resolv.conf
fi
