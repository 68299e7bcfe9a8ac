# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A small outside world for tests, in a network namespace of the guest: web servers on many
# addresses (IPv4 and IPv6), and a real DNS server (dnsmasq) whose answers rotate at every
# lookup and can be changed. Sourced after lib.sh.
#
#	net_up ADDRESS...	makes it; these addresses (with /32 or /128) answer on port 80
#	dns_up			starts the DNS server, and makes it the guest's
#	dns_zone LINE...	its names from now on, as "ADDRESS NAME" lines
#	dns_down		ends it: nobody answers on its address any more
#	dns_asked NAME		how many questions for the name it was asked so far
DNS_ADDR=10.99.0.53
NET_HTTPD_PID=
DNS_PID=

net_up() {
	local a
	modprobe veth
	ip netns add world
	ip link add up0 type veth peer name down0 netns world
	ip addr add 10.99.0.1/24 dev up0
	ip addr add fd99::1/64 dev up0 nodad
	ip link set up0 up
	ip -n world addr add 10.99.0.2/24 dev down0
	ip -n world addr add $DNS_ADDR/24 dev down0
	ip -n world addr add fd99::2/64 dev down0 nodad
	ip -n world link set down0 up
	ip -n world link set lo up
	for a in "$@"; do
		case $a in
		*:*)
			ip -n world -6 addr add "$a/128" dev down0 nodad
			ip -6 route add "$a/128" dev up0 via fd99::2 2>/dev/null
			;;
		*)
			ip -n world addr add "$a/32" dev down0
			ip route add "$a/32" dev up0 2>/dev/null
			;;
		esac
	done
	mkdir -p "$T/www"
	echo hello >"$T/www/index.html"
	ip netns exec world busybox httpd -f -p '[::]:80' -h "$T/www" &
	NET_HTTPD_PID=$!
	wait_for "$START_SECONDS" curl -s -o /dev/null "http://$1/"
}

# resolv_conf ADDRESS: the name server. No answer is lost here: who asks again, because the guest stood still, would only
# have it twice.
resolv_conf() { printf 'nameserver %s\noptions timeout:30\n' "$1" >/etc/resolv.conf; }

dns_up() {
	: >"$T/zone"
	: >"$T/dns.log"
	resolv_conf $DNS_ADDR
	# the tree of the guest has no user for it to become
	ip netns exec world dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null \
		--no-resolv --no-hosts --addn-hosts="$T/zone" --local-ttl="${DNS_TTL:-1}" --cache-size=0 \
		--listen-address=$DNS_ADDR --bind-interfaces --pid-file= \
		--log-queries --log-facility="$T/dns.log" &
	DNS_PID=$!
	wait_for "$START_SECONDS" grep -q started "$T/dns.log"
}

dns_zone() {
	printf '%s\n' "$@" >"$T/zone"
	: >"$T/zone.read"
	kill -HUP "$DNS_PID"
	wait_for "$START_SECONDS" zone_is_read
}

# the log names the file each time that it is read
zone_is_read() {
	[ "$(grep -c 'read .*zone' "$T/dns.log")" -gt "${ZONES:-0}" ] || return 1
	ZONES=$(grep -c 'read .*zone' "$T/dns.log")
}

dns_down() {
	kill "$DNS_PID"
	wait "$DNS_PID" 2>/dev/null
	DNS_PID=
}

dns_asked() { grep -c "query\[[A]*\] $1 from" "$T/dns.log"; }

net_down() {
	[ -z "$DNS_PID" ] || dns_down
	[ -z "$NET_HTTPD_PID" ] || kill "$NET_HTTPD_PID"
	NET_HTTPD_PID=
	ip link del up0
	ip netns del world
}
