#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The rules of the documents that started the project, live: connections to trusted names raise
# nothing though the DNS server's answer changes at every lookup; others raise an alert
# with the right fields; a dead DNS server raises no false alert and delays no event.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

cat >"$T/rules.yaml" <<'R'
- list: trusted_domains
  items: [sysdig.com, github.com, google.com]
- list: s3_ips
  items: ['"52.219.96.58"', '"52.219.104.82"']
- macro: outbound
  condition: >
    (((evt.type = connect and evt.dir=<)) or
     (fd.typechar = 4 or fd.typechar = 6) and
     (fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8") and
     (evt.rawres >= 0 or evt.res = EINPROGRESS))
- rule: Connection to one address
  desc: Somebody connects to an address that we look for.
  condition: outbound and fd.sip="35.184.21.208"
  output: "ONE command=%proc.cmdline connection=%fd.name %container.info image=%container.image"
  priority: NOTICE
  tags: [network]
- rule: Connection to a list of addresses
  desc: Somebody connects to one of these addresses.
  condition: outbound and fd.sip in (s3_ips)
  output: "LIST command=%proc.cmdline connection=%fd.name"
  priority: NOTICE
  tags: [network]
- rule: Connection to a domain that is not trusted
  desc: Somebody connects to something else than our trusted domains.
  condition: outbound and not (fd.sip.name in (trusted_domains))
  output: >
    DOMAIN container=%container.name command=%proc.cmdline parent=%proc.pname name=%fd.name
    domain=%fd.sip.name sip=%fd.sip type=%fd.type typechar=%fd.typechar lip=%fd.lip rip=%fd.rip
  priority: WARNING
  tags: [network]
R

sysdig4="10.99.0.11 10.99.0.12 10.99.0.13 10.99.0.14"
later4="10.99.0.17 10.99.0.18"
# shellcheck disable=SC2086  # one word an address
net_up 10.99.0.11 10.99.0.12 10.99.0.13 10.99.0.14 10.99.0.15 10.99.0.16 $later4 10.99.0.21 \
	fd99::11 fd99::12 fd99::16 fd99::21 35.184.21.208 52.219.96.58 52.219.104.82 ||
	skip "no network namespace with web servers can be made here"
dns_up || skip "no DNS server can be started here"

zone() {
	local a
	for a in $1; do echo "$a sysdig.com"; done
	echo "10.99.0.15 github.com"
	echo "10.99.0.16 google.com"
	echo "fd99::16 google.com"
	echo "10.99.0.21 evil.example"
	echo "fd99::21 evil.example"
}

change_zone() { mapfile -t lines < <(zone "$1") && dns_zone "${lines[@]}"; }
check "the DNS server has its names" change_zone "$sysdig4 fd99::11 fd99::12"

start_falcoc -r "$T/rules.yaml" || exit 1

# fetch ARGUMENT...: curl, which tells the address that it spoke with
fetch() { curl -s -o /dev/null --max-time $((10 * PATIENCE)) -w '%{remote_ip}\n' "$@" >>"$T/fetched"; }

# fetch_many N ARGUMENT...
fetch_many() {
	local n=$1
	shift
	for _ in $(seq "$n"); do
		fetch "$@" || return 1
	done
}

# What has been done so far was judged: a connection made now raised its alert.
MARKS=0
marker() {
	MARKS=$((MARKS + 1))
	fetch "http://10.99.0.21/?$MARKS" && wait_for 20 has_alert "DOMAIN.*/\?$MARKS.* sip=10.99.0.21"
}

# the alerts of the first of two connections are there, and before the second's
in_time() {
	grep -oE '(DOMAIN|ONE) .*/\?asks(-not)? ' "$T/out" | sed 's/.*?//' | uniq >"$T/order"
	[ "$(tr -d '\n' <"$T/order")" = "asks asks-not " ] || { cat "$T/order"; return 1; }
}

# alerts about a server on port 80 of one of our trusted names
false_alerts() { grep -E 'DOMAIN.*->.*:80 ' "$T/out" | grep -cE "sip=($1) "; }
no_false_alerts() { [ "$(false_alerts "$1")" = 0 ] || { grep -E "sip=($1) " "$T/out" | head -5; return 1; }; }
trusted='10\.99\.0\.1[1-8]|fd99::1[126]'

: >"$T/fetched"
check "twenty connections to a trusted name are made" fetch_many 20 -4 http://sysdig.com/
check "the answers rotated: at least three addresses" \
	test "$(sort -u "$T/fetched" | wc -l)" -ge 3
check "other trusted names answer" fetch_many 3 http://github.com/ http://google.com/
check "trusted names answer over IPv6" fetch_many 6 -6 http://sysdig.com/ http://google.com/
check "a connection elsewhere raises its alert" marker
check "trusted names raised no alert" no_false_alerts "$trusted"

check "a name that is not trusted answers" fetch -4 http://evil.example/
check "and over IPv6" fetch -6 http://evil.example/
expect_alert "a name that is not trusted raises the alert with the right fields" \
	'DOMAIN container=host command=curl .*http://evil.example/ parent=bash name=10\.99\.0\.1:[0-9]+->10\.99\.0\.21:80 domain=[^ ]+ sip=10\.99\.0\.21 type=ipv4 typechar=4 lip=10\.99\.0\.1 rip=10\.99\.0\.21'
expect_alert "the same over IPv6" \
	'DOMAIN .*http://evil.example/ .*name=fd99::1:[0-9]+->fd99::21:80 .* sip=fd99::21 type=ipv6 typechar=6 lip=fd99::1 rip=fd99::21'

fetch http://35.184.21.208/
expect_alert "a connection to one address" \
	'Notice ONE command=curl .*35\.184\.21\.208/ connection=10\.99\.0\.1:[0-9]+->35\.184\.21\.208:80 .* image=<NA>'
fetch http://52.219.104.82/
expect_alert "a connection to an address of a list" 'Notice LIST command=curl .*->52\.219\.104\.82:80'

# the names move to other addresses; falcoc asks again as the TTL runs out
check "the names move" change_zone "$later4"
# counted after the move: both questions (A, AAAA) get new answers
asked=$(dns_asked sysdig.com)
asked_again() { [ "$(dns_asked sysdig.com)" -gt $((asked + 1)) ]; }
check "falcoc asks again by itself" wait_for 60 asked_again
check "connections to the new addresses are made" fetch_many 6 -4 http://sysdig.com/
check "connections to the former addresses are made" fetch_many 2 http://10.99.0.11/ http://10.99.0.14/
check "another connection elsewhere raises its alert" marker
check "neither raised an alert" no_false_alerts "$trusted"

dns_down
check "with the DNS server dead, addresses learnt before are reached" \
	fetch_many 5 http://10.99.0.17/ http://10.99.0.12/
check "with the DNS server dead, a connection elsewhere raises its alert" marker
# of two connections only the first asks for a name: it is late if it is told behind the second, however slow the guest is
fetch "http://10.99.0.21/?asks"
fetch "http://35.184.21.208/?asks-not"
expect_alert "and so does one that no name is needed for" 'ONE .*/\?asks-not '
check "and not late" in_time
check "names learnt before raise no alert" no_false_alerts "$trusted"

check "falcoc ends well" stop_falcoc
tail -20 "$T/err"
check "it says what it saw" grep -qi 'events' "$T/err"
net_down
