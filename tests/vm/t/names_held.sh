#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The first answer for a name is slow: the alert that depends on it waits, and nothing else does; it is
# told or cleared as the answer says, and told as it is where none comes in time. Names are
# still known after a restart with nobody to ask, and `falcoc dns` shows them.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/net.sh
. /falcoc/guest/net.sh

cat >"$T/rules.yaml" <<'R'
- rule: untrusted
  desc: d
  condition: evt.type = connect and fd.sport = 80 and not fd.sip.name in (github.com, google.com)
  output: "UNTRUSTED %proc.cmdline to %fd.sip name=%fd.sip.name source=%fd.sip.name_source"
  priority: WARNING
- rule: evil
  desc: d
  condition: evt.type = connect and fd.sport = 80 and fd.sip.name = evil.example
  output: "EVIL %proc.cmdline to %fd.sip"
  priority: WARNING
- rule: any
  desc: d
  condition: evt.type = connect and fd.sport = 80
  output: "ANY %proc.cmdline to %fd.sip"
  priority: NOTICE
R
all=(-r "$T/rules.yaml" -o rule_matching=all)

net_up 10.99.0.15 10.99.0.16 10.99.0.21 10.99.0.22 || skip "no network namespace with web servers here"
DNS_TTL=86400 # until after the restart, however slow the guest is
dns_up || skip "no DNS server can be started here"
check "the DNS server has its names" dns_zone "10.99.0.15 github.com" "10.99.0.16 google.com" \
	"10.99.0.21 evil.example"

fetch() { curl -s -o /dev/null --max-time $((10 * PATIENCE)) "http://$1/?$2"; }

# the server takes questions and does not answer; nobody gives up on it, however slow the guest is
kill -STOP "$DNS_PID"
start_falcoc "${all[@]}" --dns-wait 60000 || exit 1
fetch 10.99.0.15 one
fetch 10.99.0.22 two
fetch 10.99.0.21 three
expect_alert "alerts that need no name come at once" 'ANY .*10\.99\.0\.21/\?three'
check "alerts that need one wait" test "$(alerts 'UNTRUSTED|EVIL')" = 0
kill -CONT "$DNS_PID"
expect_alert "the answer comes: one of them is told, with what its own event said" \
	'UNTRUSTED curl .*10\.99\.0\.22/\?two to 10\.99\.0\.22 name=<NA> source=<NA>'
expect_alert "so is the one that only the answer makes one" 'EVIL curl .*/\?three to 10\.99\.0\.21'
check "a trusted name raised none" test "$(alerts 'UNTRUSTED.*\?one')" = 0
expect_alert "one that is known to be bad is not trusted either" 'UNTRUSTED .*/\?three .* name=evil.example source=asked'
check "falcoc dns shows what the running one knows now" sh -c \
	"falcoc dns >'$T/dns.live' && grep -q '10.99.0.15 .*github.com .*asked' '$T/dns.live' && grep -q 'by the falcoc that runs' '$T/dns.live'"
check "falcoc ends well" stop_falcoc

# known after a restart, though nobody answers
check "falcoc dns shows the names" sh -c "falcoc dns >'$T/dns.out' && grep -q '10.99.0.15 .*github.com .*asked' '$T/dns.out'"
check "and explains one" sh -c "falcoc dns --explain 10.99.0.16 | grep -q 'google.com -> 10.99.0.16'"
check "the file is for root only" test "$(stat -c %a /var/lib/falcoc/dns.state)" = 600
kill -STOP "$DNS_PID"
KEEP_NAMES=1
start_falcoc "${all[@]}" --dns-wait 300 --dns-start-wait 500 || exit 1
fetch 10.99.0.15 four
fetch 10.99.0.22 five
expect_alert "no answer in time: told by what is known" 'UNTRUSTED .*/\?five'
check "names of before the restart are known" test "$(alerts 'UNTRUSTED.*\?four')" = 0
check "falcoc ends well again" stop_falcoc

# a damaged file is one sentence
head -c 100 /var/lib/falcoc/dns.state >"$T/cut" && cat "$T/cut" >/var/lib/falcoc/dns.state
start_falcoc "${all[@]}" --no-dns-queries || exit 1
check "a damaged file is told once" test "$(grep -c 'dns.state is damaged' "$T/err")" = 1
fetch 10.99.0.15 six
expect_alert "and nothing of it believed" 'UNTRUSTED .*/\?six'
check "falcoc ends well once more" stop_falcoc
kill -CONT "$DNS_PID"
dns_down
net_down
