#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian's resolvers and clients, each with each: the name that a client asked for is known of the address
# that it was given, though falcoc asks nobody. Each pair has a name of its own.
#
#	RESOLVERS=unbound,bind	only these
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

CLIENTS="glibc musl c-ares static busybox python curl dig dig-tcp"
PORT=$SCENE_PORT

# what the packages' install scripts would have made
users() {
	local u id=990
	for u in systemd-resolve systemd-network unbound bind dnsmasq nscd; do
		grep -q "^$u:" /etc/passwd || echo "$u:x:$id:$id:$u:/nonexistent:/usr/sbin/nologin" >>/etc/passwd
		grep -q "^$u:" /etc/group || echo "$u:x:$id:" >>/etc/group
		id=$((id + 1))
	done
}

resolver_systemd-resolved() {
	mkdir -p /run/systemd/resolve /run/systemd/netif/links
	chown systemd-resolve: /run/systemd/resolve
	printf '[Resolve]\nDNS=%s\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\n' $SCENE_DNS >/etc/systemd/resolved.conf
	/usr/lib/systemd/systemd-resolved
}

resolver_dnsmasq() {
	dnsmasq --keep-in-foreground --user=dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --server=$SCENE_DNS \
		--listen-address=127.0.0.1 --bind-interfaces --pid-file= --cache-size=1000
}

resolver_unbound() {
	cat >"$T/unbound.conf" <<-C
	server:
	 interface: 127.0.0.1
	 chroot: ""
	 directory: "/tmp"
	 pidfile: ""
	 use-syslog: no
	 username: unbound
	 module-config: "iterator"
	 local-zone: "test." nodefault
	forward-zone:
	 name: "."
	 forward-addr: $SCENE_DNS
	C
	unbound -d -c "$T/unbound.conf"
}

resolver_bind() {
	mkdir -p /run/named /var/cache/bind
	chown bind: /run/named /var/cache/bind
	cat >"/run/named/named.conf" <<-C
	options {
	 directory "/var/cache/bind"; pid-file none; session-keyfile none; listen-on { 127.0.0.1; }; listen-on-v6 { none; };
	 recursion yes; dnssec-validation no; forward only; forwarders { $SCENE_DNS; }; empty-zones-enable no;
	};
	controls { };
	C
	named -g -u bind -c "/run/named/named.conf"
}

resolver_nscd() {
	mkdir -p /var/run/nscd /var/cache/nscd
	nscd -F
}

# lookup CLIENT NAME PORT: the addresses that it is given; curl connects itself
lookup() {
	case $1 in
	glibc) scene lookup libc "$2" ;;
	musl) lookup-musl libc "$2" ;;
	c-ares) scene lookup cares "$2" ;;
	static) lookup-static parallel "$2" ;;
	busybox) busybox nslookup "$2" | sed -n '/^Name:/,$s/^Address[ 0-9]*: *\([0-9a-f.:]*\).*/\1/p' ;;
	python) python3 -c 'import socket, sys
for a in socket.getaddrinfo(sys.argv[1], 1): print(a[4][0])' "$2" ;;
	curl) curl -s -o "$T/null" --max-time 20 "http://$2:$3/" ;;
	dig) dig +short "$2" A ;;
	dig-tcp) dig +tcp +short "$2" AAAA ;;
	nss-resolve) getent -s resolve ahosts "$2" | sed 's/ .*//' ;;
	esac
}

# cell RESOLVER CLIENT: one lookup, one connection to what it told
cell() {
	local name=$2.$1.many.test port=$((PORT++)) addr
	echo "$port $1 $2 $name" >>"$T/cells"
	addr=$(lookup "$2" "$name" "$port" 2>"$T/lookup.err" | grep -E '^[0-9a-f]+[.:]' | sort -R | head -1)
	[ "$2" != curl ] || return 0
	if [ -z "$addr" ]; then
		echo "  $2 by $1: no address; $(head -1 "$T/lookup.err")"
		return
	fi
	(exec 3<>"/dev/tcp/$addr/$port") 2>/dev/null
}

# round RESOLVER ADDRESS CLIENT...: the resolver runs on that address (`-`: none of its own runs here)
round() {
	local r=$1 at=$2 pid='' c
	shift 2
	case ,${RESOLVERS:-$r}, in
	*,"$r",*) ;;
	*) return ;;
	esac
	# where none runs here, and with nscd, this is the far server
	printf 'nameserver %s\noptions timeout:8\n' "$at" >/etc/resolv.conf
	if [ "$r" != none ]; then
		"resolver_$r" >"$T/$r.log" 2>&1 &
		pid=$!
	fi
	if ! wait_for 60 asks "$r"; then
		fail "$r answers"
		tail -5 "$T/$r.log"
		return
	fi
	for c in "$@"; do
		cell "$r" "$c"
	done
	[ -z "$pid" ] || { pkill -TERM -P "$pid"; kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
}

asks() {
	if [ "$1" = nscd ]; then
		[ -S /var/run/nscd/socket ]
	else
		dig +short +tries=1 +time=2 ready.many.test A | grep -q '^10\.'
	fi
}

# verdict PORT RESOLVER CLIENT NAME: is the name among those of the alert, and who was seen to tell it to whom
verdict() {
	local port=$1 r=$2 c=$3 name=$4 line ip via
	line=$(grep "CONN port=$port " "$T/out" | head -1)
	ip=$(sed -n 's/.* ip=\([^ ]*\) .*/\1/p' <<<"$line")
	via=$(grep -F "SAID name=$name " "$T/out" | grep 'refused=<NA>' |
		sed -n 's/.* server=\([^ ]*\) process=\([^ ]*\) .*/\1 (\2)/p' | sort -u | paste -sd' ')
	if grep -qE "names=\(?([^ )]*,)?${name}[,) ].* source=observed" <<<"${line/, /,}"; then
		echo "TABLE $r $c observed: $via" >>"$T/table"
		pass "$c by $r: the name of $ip is known"
	else
		echo "TABLE $r $c NOT: ${line:-no connection} seen: $(grep -F "SAID name=$name " "$T/out" | head -2)" >>"$T/table"
		fail "$c by $r: the name of $ip is known: ${line:-no connection}"
		grep -F "name=$name " "$T/out" | head -4
	fi
}

scene_up 1 200 60 || skip "no world of names can be made here"
users
[ -s /falcoc/bin/lookup-musl ] || { echo "SKIP resolvers: musl, which is not packaged here"; CLIENTS=${CLIENTS/musl /}; }
cat >"$T/rules.yaml" <<'R'
- rule: connection
  desc: d
  condition: evt.type = connect and fd.l4proto = tcp and fd.sport >= 10000
  output: "CONN port=%fd.sport ip=%fd.sip names=%fd.sip.names source=%fd.sip.name_source at=%evt.rawtime"
  priority: NOTICE
- rule: answer
  desc: d
  condition: evt.type = dns_answer and dns.name endswith .many.test
  output: "SAID name=%dns.name answers=%dns.answers server=%dns.server process=%proc.name refused=%dns.refused at=%evt.rawtime"
  priority: NOTICE
R
# nobody is listed: the host's resolvers and those of resolv.conf are believed for what they are
# shellcheck disable=SC2034
SCENE_TRUST=192.0.2.1
scene_falcoc --no-dns-queries || exit 1
# shellcheck disable=SC2086  # one word a client
{
	round none $SCENE_DNS $CLIENTS
	round systemd-resolved 127.0.0.53 $CLIENTS nss-resolve
	round dnsmasq 127.0.0.1 $CLIENTS
	round unbound 127.0.0.1 $CLIENTS
	round bind 127.0.0.1 $CLIENTS
	round nscd $SCENE_DNS glibc python curl
}
check "falcoc ends well" stop_falcoc
check "and told all that it had" wait_for 20 grep -q '^END' "$T/out"
while read -r port r c name; do
	verdict "$port" "$r" "$c" "$name"
done <"$T/cells"
sed 's/^TABLE/ /' "$T/table" | awk '{ r = $1; c = $2; $1 = $2 = ""; printf "  %-17s %-12s%s\n", r, c, $0 }'
grep -E 'observed|refused|server ' "$T/err" | sed 's/^/  /'
scene_down
