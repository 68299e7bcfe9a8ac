#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Domain names in a replay: those that processes of the capture were told, and with --dns-ask those that a
# real name server, in a network namespace, tells today. The capture is written here, byte by byte.
. "$(dirname "$0")/common"
# shellcheck source=name_server
. "$here/name_server"
command -v python3 >/dev/null || { echo "SKIP: no python3 to write a capture with"; exit 77; }

cat >make.py <<'P'
import ipaddress, struct, sys
BASE = 1700000000 * 10**9
out = bytearray()

def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    out.extend(struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12))

def event(ms, kind, *params):
    lens = b"".join(struct.pack("<H", len(p)) for p in params)
    data = b"".join(params)
    block(0x216, struct.pack("<H", 0) + struct.pack("<QQIHI", BASE + ms * 10**6, 700,
        26 + len(lens) + len(data), kind, len(params)) + lens + data)

def text(s):
    return struct.pack("<H", len(s)) + s

def q(v):
    return struct.pack("<q", v)

def u(v):
    return struct.pack("<I", v)

def tuple4(port, to, dport):
    return b"\2" + ipaddress.ip_address("10.0.0.1").packed + struct.pack("<H", port) + \
        ipaddress.ip_address(to).packed + struct.pack("<H", dport)

def socket(ms, fd, kind):
    event(ms, 19, q(fd), u(2), u(kind), u(17 if kind == 2 else 6), u(0))

def connect(ms, fd, port, to, dport):
    event(ms, 23, q(0), tuple4(port, to, dport), q(fd), b"")

def name(n):
    return b"".join(bytes([len(l)]) + l.encode() for l in n.split(".")) + b"\0"

def lookup(ms, fd, ident, n, a, ttl):
    question = name(n) + struct.pack(">HH", 1, 1)
    ask = struct.pack(">HHHHHH", ident, 0x100, 1, 0, 0, 0) + question
    answer = struct.pack(">HHHHHH", ident, 0x8180, 1, 1, 0, 0) + question + b"\xc0\x0c" + \
        struct.pack(">HHIH", 1, 1, ttl, 4) + ipaddress.ip_address(a).packed
    event(ms, 9, q(len(ask)), ask, q(fd), u(len(ask)))
    event(ms + 1, 7, q(len(answer)), answer, q(fd), u(4096))

block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 2, -1))
proc = struct.pack("<qqqqq", 700, 700, 1, 700, 700) + text(b"client") + text(b"client") + \
    text(b"/bin/client") + text(b"") + text(b"/") + struct.pack("<QIII", 1024, 0, 0, 0) + \
    struct.pack("<IIIQQ", 0, 0, 0, 0, 0) + text(b"") + struct.pack("<qq", 700, 700) + text(b"") + text(b"/")
block(0x215, u(len(proc) + 4) + proc)
socket(1, 3, 2)
connect(2, 3, 40000, "10.0.0.53", 53)
lookup(3, 3, 77, "seen.test", "192.0.2.80", 60)
for i, to in enumerate(["192.0.2.80", "192.0.2.81", "192.0.2.82"]):
    socket(10 + i, 4 + i, 1)
    connect(20 + i, 4 + i, 40001 + i, to, 80)
# long after what was told has run out
socket(86400000, 9, 1)
connect(86400001, 9, 40009, "192.0.2.80", 80)
sys.stdout.buffer.write(out)
P
python3 make.py >names.scap

cat >rules.yaml <<'R'
- rule: Told
  desc: d
  condition: evt.type = connect and fd.sip.name = seen.test
  output: told %fd.sip %fd.sport at %evt.time
  priority: INFO
- rule: Asked
  desc: d
  condition: evt.type = connect and fd.sip.name in (asked.test, gone.test)
  output: asked %fd.sip is %fd.sip.name
  priority: INFO
- rule: Unknown
  desc: d
  condition: evt.type = connect and fd.sip = 192.0.2.82 and not fd.sip.name exists
  output: unknown %fd.sip
  priority: INFO
R
common=(-c none -r rules.yaml -e names.scap)

run "${common[@]}"
expect "what the capture's processes were told" 0 out "told 192.0.2.80 80" "!asked" "unknown 192.0.2.82"
expect "and nobody is asked" 0 err "!asked for"
verdict "until it ran out, in the capture's time" \
	"$([ "$(grep -c 'told 192' out)" = 1 ] && echo ok || grep -c 'told 192' out)"
run "${common[@]}" --no-dns-observe
expect "unless that is not wanted" 0 out "!told" "unknown 192.0.2.82"

name_server_is_there || finish
# inside ARG...: run, with a name server at 127.0.0.1:5353
inside() {
	name_server "--host-record=asked.test,192.0.2.81,600 --host-record=seen.test,192.0.2.99 --local=/test/ --log-queries" \
		"$@" --dns-server 127.0.0.1:5353
}

inside "${common[@]}" --dns-ask
expect "what a name server tells today" 0 out "asked 192.0.2.81 is asked.test" "told 192.0.2.80" \
	"unknown 192.0.2.82"
expect "is said" 0 err "asked for 3 domain names of the rules, 1 have no address" "what they mean now is taken for what they meant then"
verdict "the server was asked for the rules' names, and for no other" \
	"$(awk '/query\[A\]/ { print $(NF - 2) }' dnsmasq.log | sort -u | tr '\n' ' ' |
		sed 's/^asked.test gone.test seen.test $/ok/')"
inside "${common[@]}" -o dns.ask_in_replay=true
expect "by its key" 0 out "asked 192.0.2.81 is asked.test"
inside "${common[@]}"
expect "only where it is wanted" 0 out "!asked" "told 192.0.2.80"
verdict "no question is sent" "$(grep -q query dnsmasq.log && cat dnsmasq.log || echo ok)"

# a server that is not there: what is not known is not known, and that is said
run "${common[@]}" --dns-ask --dns-server 127.0.0.1:1
expect "no server" 0 out "told 192.0.2.80" "!asked"
expect "no server, said" 0 err "asked for 3 domain names of the rules, 3 have no address"
finish
