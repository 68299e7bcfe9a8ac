#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Names that processes were told by a real name server: known before the connect is judged, though
# falcoc asks nobody; told by whom nobody trusts, they change nothing. DNS events in rules.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

cat >"$T/rules.yaml" <<'R'
- rule: Not trusted
  desc: A connection to a server outside of our domain.
  condition: evt.type = connect and fd.sport = 80 and not fd.sip.name endswith ".trusted.test"
  output: "OUT sip=%fd.sip name=%fd.sip.name command=%proc.cmdline"
  priority: WARNING
- rule: Odd name
  desc: Somebody asks for a name that we look for.
  condition: evt.type = dns_query and dns.name endswith .example
  output: "ASK name=%dns.name type=%dns.type server=%dns.server proto=%dns.proto process=%proc.name"
  priority: NOTICE
- rule: No such name
  desc: A name that is none.
  condition: dns.rcode exists and dns.rcode != NOERROR
  output: "NX name=%dns.name rcode=%dns.rcode process=%proc.name"
  priority: NOTICE
- rule: Answer
  desc: The answer has an address that we look for.
  condition: evt.type = dns_answer and dns.answers = 10.99.0.21
  output: "ANSWER name=%dns.name answers=%dns.answers ttl=%dns.ttl refused=%dns.refused"
  priority: NOTICE
R

net_up 10.99.0.11 10.99.0.12 10.99.0.13 10.99.0.21 10.99.0.22 fd99::11 ||
	skip "no network namespace with web servers can be made here"
dns_up || skip "no DNS server can be started here"
check "the DNS server has its names" dns_zone "10.99.0.11 www.trusted.test" "fd99::11 www.trusted.test" \
	"10.99.0.12 www.trusted.test" "10.99.0.13 stub.trusted.test" "10.99.0.21 evil.example"

start_falcoc -v --no-dns-queries --dns-state '' -r "$T/rules.yaml" || exit 1

fetch() { curl -s -o /dev/null --max-time $((10 * PATIENCE)) "$@"; }
fetch_many() {
	local n=$1
	shift
	for _ in $(seq "$n"); do fetch "$@" || return 1; done
}
MARKS=0
# what was done so far is judged
marker() {
	MARKS=$((MARKS + 1))
	fetch "http://10.99.0.22/?$MARKS" && wait_for 20 has_alert "OUT sip=10.99.0.22 .*\?$MARKS"
}
no_alert() { [ "$(alerts "$1")" = 0 ] || { grep -E "$1" "$T/out" | head -3; return 1; }; }

check "fifteen connections by name" fetch_many 15 -4 http://www.trusted.test/
check "and over IPv6" fetch_many 3 -6 http://www.trusted.test/
check "a connection elsewhere raises its alert" marker
check "none of the others did" no_alert 'OUT sip=(10\.99\.0\.1[12]|fd99::11) '
fetch http://evil.example/
expect_alert "another name is told with its alert" 'OUT sip=10\.99\.0\.21 name=evil\.example command=curl'
expect_alert "a question is an event" 'ASK name=evil\.example type=A server=10\.99\.0\.53 proto=udp process=curl'
expect_alert "an answer is an event" 'ANSWER name=evil\.example answers=\(?10\.99\.0\.21\)? ttl=1 refused=<NA>'
fetch http://nothing.trusted.test/
expect_alert "and so is one without a name" 'NX name=nothing\.trusted\.test rcode=(NXDOMAIN|REFUSED) process=curl'

# a server of its own in a namespace of its own tells lies
ip netns add liar
ip -n liar link set lo up
ip netns exec liar unshare -pf --kill-child dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --no-resolv \
	--no-hosts --address=/trusted.test/10.99.0.21 --listen-address=127.0.0.1 --bind-interfaces --pid-file= &
LIAR=$!
lies() { ip netns exec liar busybox nslookup liar.trusted.test 127.0.0.1 2>/dev/null | grep -q 10.99.0.21; }
check "a name server in another namespace tells lies" wait_for 20 lies
expect_alert "they are seen, and refused" 'ANSWER name=liar\.trusted\.test .*refused=untrusted namespace'
fetch "http://10.99.0.21/?lie"
expect_alert "the address has its name still" 'OUT sip=10\.99\.0\.21 name=evil\.example command=curl.*\?lie'
kill "$LIAR"
ip netns del liar

# a resolver on this machine, run by root
dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --no-resolv --no-hosts --server=$DNS_ADDR \
	--listen-address=127.0.0.1 --bind-interfaces --pid-file= --cache-size=100 &
STUB=$!
resolv_conf 127.0.0.1
check "a name by a local resolver" wait_for 20 fetch -4 http://stub.trusted.test/
check "a connection elsewhere raises its alert" marker
check "what the local resolver told is believed" no_alert 'OUT sip=10\.99\.0\.13 '
kill "$STUB"

check "falcoc ends well" stop_falcoc
check "it tells what it observed" grep -qE 'observed: [0-9]+ questions, [0-9]+ answers taken' "$T/err"
check "and what it refused" grep -qE 'answers refused:.* untrusted namespace [0-9]' "$T/err"
check "and whose" grep -qE 'server 10\.99\.0\.53 in namespace [0-9]+: [0-9]+ answers believed, 0 refused' "$T/err"
grep -E "observed|refused|server " "$T/err"

# a rule that looks for the answers of one process only must not hide the others' from the table
resolv_conf "$DNS_ADDR"
cat >"$T/rules.yaml" <<'R'
- rule: Not trusted
  desc: A connection to a server outside of our domain.
  condition: evt.type = connect and fd.sport = 80 and not fd.sip.name endswith ".trusted.test"
  output: "OUT sip=%fd.sip name=%fd.sip.name command=%proc.cmdline"
  priority: WARNING
- rule: Answer
  desc: Somebody who is not there is told an address.
  condition: evt.type = dns_answer and proc.name = nobody-is-called-so
  output: "NOBODY"
  priority: NOTICE
R
start_falcoc -v --no-dns-queries --dns-state '' -r "$T/rules.yaml" || exit 1
check "connections by name, a rule looking for other answers" fetch_many 3 -4 http://www.trusted.test/
check "a connection elsewhere raises its alert" marker
check "none of the others did" no_alert 'OUT sip=10\.99\.0\.1[12] '
check "falcoc ends well" stop_falcoc
net_down
dns_down 2>/dev/null
true
