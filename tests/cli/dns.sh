#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The DNS table shown and explained, out of a file written here byte by byte; damaged files; the
# names of rules checked against a real DNS server in a network namespace.
# shellcheck source=common
. "$(dirname "$0")/common"
# shellcheck source=name_server
. "$here/name_server"

printf '127.0.0.1 localhost\n192.0.2.77 box.test\n' >hosts
common=(-c none -o "dns.hosts_file=$PWD/hosts")

command -v python3 >/dev/null || { echo "SKIP: no python3 to write a state file with"; finish; }
cat >state.py <<'P'
import struct, sys, time, ipaddress
NS = 10**9
boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
wall = time.time_ns()
boot_id = open("/proc/sys/kernel/random/boot_id").read().strip().encode()

def name(n):
    return struct.pack("B", len(n)) + n.encode()

def addr(a):
    b = ipaddress.ip_address(a).packed if a else b""
    return struct.pack("B", len(b)) + b

def link(n, via, a, alias, sources, ttl, age, left, server=None):
    out = name(n) + name(via) + addr(a) + struct.pack("<BBIQQ", alias | (2 if server else 0),
        sources, ttl, boot - age * NS, boot - age * NS)
    for bit in (0, 1):
        if sources & 1 << bit:
            out += struct.pack("<Q", boot + left * NS)
    if server:
        out += struct.pack("<IQQ", 4321, 5, 6) + addr(server)
    return out

links = [
    link("edge.cdn.test", "", "192.0.2.1", 1, 1, 30, 60, 600, "127.0.0.53"),
    link("www.shop.test", "edge.cdn.test", "192.0.2.1", 0, 3, 30, 60, 600, "127.0.0.53"),
    link("blog.other.test", "", "192.0.2.1", 0, 2, 300, 10, 900),
    link("xn--bcher-kva.test", "", "2001:db8::1", 0, 1, 300, 10, 900, "192.0.2.53"),
    link("over.test", "", "192.0.2.3", 0, 1, 300, 900, -5),
]
body = b"".join(links)
def whole(sum):
    return b"falcdns\n" + struct.pack("<IIQQQQ", 1, len(links), 88 + len(body), sum,
        wall, boot) + boot_id.ljust(40, b"\0") + body
sum = 0xcbf29ce484222325
for c in whole(0):
    sum = ((sum ^ c) * 0x100000001b3) & (2**64 - 1)
sys.stdout.buffer.write(whole(sum))
P
python3 state.py >state
chmod 600 state

run dns "${common[@]}" --state state
expect "the table" 0 out "ADDRESS" "192.0.2.1  " "www.shop.test" "observed,asked" "alias" "2001:db8::1" \
	"box.test" "hosts" "6 names of 4 addresses, written" \
	"name servers whose answers were observed: 127.0.0.53, 192.0.2.53" "!over.test"
run dns "${common[@]}" --state state --explain 192.0.2.1
expect "an address explained" 0 out "www.shop.test -> edge.cdn.test -> 192.0.2.1" \
	"observed,asked; asked for by this name; first told 1m" "TTL 30" "only seen as an alias" \
	"by name server 127.0.0.53, last to process 4321" "192.0.2.1 is ambiguous"
run dns "${common[@]}" --state state --explain BÜCHER.test
expect "a name explained, in Unicode" 0 out "xn--bcher-kva.test -> 2001:db8::1" "written bücher.test" \
	"!ambiguous"
run dns "${common[@]}" --state state --explain 192.0.2.200
expect "an address without a name" 1 err "'192.0.2.200' has no name: no answer with it was seen"
run dns "${common[@]}" --state state --explain nosuch.test
expect "a name without an address" 1 err "'nosuch.test' has no address: no answer for it was seen"
run dns "${common[@]}" --state state --explain 'no name'
expect "neither address nor name" 2 err "'no name' is neither an address nor a name"
run dns "${common[@]}" --state state --format json
verdict "the table as JSON" "$(python3 -c '
import json, sys
l = json.load(sys.stdin)
w = [x for x in l if x["name"] == "www.shop.test"][0]
ok = len(l) == 6 and w["via"] == "edge.cdn.test" and w["sources"] == ["observed", "asked"]
# both ages move with the clock, however long this took: told 60 s before the file was made, 600 s of life from then
ok = ok and -600 < w["told_s"] <= -60 and 659 <= w["lives_s"] - w["told_s"] <= 661 and w["server"] == "127.0.0.53"
print("ok" if ok else l)' <out 2>&1)"

# files that are not believed
run dns "${common[@]}" --state nosuch
expect "no file" 1 err "nosuch: No such file or directory"
head -c 200 state >part
chmod 600 part
run dns "${common[@]}" --state part
expect "a damaged file" 1 err "part: damaged"
cp state open
chmod 666 open
run dns "${common[@]}" --state open
expect "a file that others may write" 1 err "open: others than its owner may write it"
ln -s state link
run dns "${common[@]}" --state link
expect "a link" 1 err "link: a symbolic link, which is not followed"
run dns "${common[@]}" --state .
expect "a directory" 1 err ".: no regular file"
run dns "${common[@]}" -o dns.state_file=
expect "no file wanted" 1 err "keeps no names"

run dns word
expect "a word" 2 err "'word' is no option of it"
run dns --explain x --check y
expect "both" 2 err "do not go together"
run dns --format markdown
expect "no markdown" 2 err "text or json"

cat >rules.yaml <<'R'
- rule: trusted
  desc: d
  condition: evt.type = connect and not fd.sip.name in (www.shop.test, chain.test, box.test, 10.1.2.3,
    bücher.test, gone.test, printer, "*.wild.test") and fd.sip.name_asked != unasked.test
  output: x
  priority: INFO
R
run dns "${common[@]}" --state state -o dns.queries=false --check rules.yaml
expect "rules checked without asking" 0 out "www.shop.test: shares addresses with other domains" \
	"  192.0.2.1  ambiguous" "shared with blog.other.test" "xn--bcher-kva.test: ok" "box.test: ok" \
	"10.1.2.3: never matches: an address" "gone.test: not asked for: dns.queries is off" \
	"printer: not asked for: only the hosts file can have it, and has not" "8 names: 3 have addresses" \
	"*.wild.test: never matches: no host name; for patterns use glob or endswith" "!unasked.test"
run dns "${common[@]}" --state state --check nosuch.yaml
expect "rules that are not there" 3 err "nosuch.yaml"
# an address that many share: they are counted, not all told
{
	echo "192.0.2.99 www.shop.test"
	for i in $(seq 40); do
		echo "192.0.2.99 n$i.other.test"
	done
} >many
run dns "${common[@]}" --state state -o dns.queries=false -o dns.hosts_file=many --check rules.yaml
expect "an address that many share" 0 out "  192.0.2.99  ambiguous" " and 24 more"

# a real server
if name_server_is_there; then
	name_server "--address=/chain.test/203.0.113.1 --host-record=www.shop.test,203.0.113.1
		--host-record=xn--bcher-kva.test,203.0.113.2" dns "${common[@]}" --state empty \
		-o 'dns.servers=[127.0.0.1:5353]' --check rules.yaml
	expect "rules checked with a real server" 0 out "chain.test: shares addresses with other domains" \
		"  203.0.113.1  ambiguous" "shared with www.shop.test" "xn--bcher-kva.test: ok" \
		"gone.test: no addresses" "box.test: ok"
fi
finish
