#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Outputs with real programs behind them: a server with TLS that asks for certificates, rsyslog, programs
# that hang, a disk that is full; none holds up the others. What judges is a capture of two alerts, and
# one of thousands.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"

cat >rules.yaml <<'R'
- rule: Passwords
  desc: read
  condition: evt.type = open and fd.name = /etc/passwd
  output: read (%proc.name %fd.name at %evt.num)
  priority: WARNING
  tags: [file]
- rule: To the web
  desc: connection
  condition: evt.type = connect and fd.sport = 80
  output: web (%fd.name at %evt.num)
  priority: NOTICE
R
judge() { run -r rules.yaml -e "$seeds/whole" "${patient[@]}" "$@"; }
# hurried CONDITION ARG...: run, where one output takes nothing: what waits for it is given up soon. On a busy
# machine that may be too soon for the others, and it is tried with more time. $held: whether the end was held up
hurried() {
	local condition=$1 ms start
	shift
	for ms in 100 2000 20000; do
		start=$SECONDS
		rm -f got
		run -r rules.yaml "$@" -o output_timeout=$ms -o outputs_queue.flush_ms=$((ms * 5))
		held=$([ $((SECONDS - start)) -lt $((60 + ms / 100)) ] && echo ok || echo "$((SECONDS - start)) s")
		! eval "$condition" || break
	done
}
# shellcheck disable=SC2016  # what eval is to expand
others_have_all='[ "$(grep -cE "read \\(|web \\(" out)" = 6000 ]'

many 3000 >many.scap

# ---- a file ----
judge -o file_output.enabled=true -o file_output.filename="$tmp/f" -o file_output.format=json \
	-o file_output.priority=warning -o stdout_output.format=json -o json_include_tags_property=false
expect "each its form" 0 f '"rule":"Passwords"' '!To the web'
expect "and its least priority" 0 out '"rule":"To the web"' '"rule":"Passwords"' '!"tags"'
verdict "a file is for its owner" "$([ "$(stat -c %a f)" = 600 ] && echo ok || stat -c %a f)"
judge -o file_output.enabled=true -o file_output.filename="$tmp/f"
verdict "and is added to" "$([ "$(wc -l <f)" = 3 ] && echo ok || wc -l <f)"
run -r rules.yaml -e many.scap "${patient[@]}" -o file_output.enabled=true -o file_output.filename="$tmp/all" -o stdout_output.enabled=false
verdict "nothing is lost of thousands" "$([ "$status$(wc -l <all)" = 06000 ] && echo ok || wc -l <all)"
hurried 'grep -qF "web (" out && grep -qF "No such file" err' -e "$seeds/whole" -o file_output.enabled=true \
	-o file_output.filename=/nonexistent/f
expect "a file that cannot be made" 1 err "alerts do not get to the file /nonexistent/f: No such file" \
	"Alerts that could not be written: 2" "falcoc: not all alerts could be written to the file"
expect "does not keep others from theirs" 1 out "read (sh" "web ("

# ---- a disk that is full, then has room ----
if mkdir disk && mount -t tmpfs -o size=64k none disk 2>/dev/null; then
	trap 'umount "$tmp/disk"; rm -rf "$tmp"' EXIT
	"$FALCOC" -r rules.yaml -e many.scap -o file_output.enabled=true -o file_output.filename=disk/f \
		-o file_output.keep_alive=true "${patient[@]}" >out 2>err &
	pid=$!
	until_true 'grep -q "No space left" err'
	mount -o remount,size=4m disk
	wait $pid
	status=$?
	expect "a full disk is told, and that it has room again" 0 err "alerts do not get to the file disk/f: No space left" \
		"alerts get to the file disk/f again"
	verdict "and each line is there, whole" "$([ "$(grep -cE '^[0-9:.]+: (Warning read|Notice web) \(.*\)$' disk/f)" = 6000 ] &&
		[ "$(wc -l <disk/f)" = 6000 ] && echo ok || wc -l <disk/f)"
	umount disk
	trap 'rm -rf "$tmp"' EXIT
else
	echo "SKIP: no tmpfs to be mounted here"
fi

# ---- programs ----
judge -o program_output.enabled=true -o program_output.program="cat >>$tmp/each; echo one >>$tmp/each"
verdict "a program for each alert" "$([ "$(grep -c one each)" = 2 ] && [ "$(wc -l <each)" = 4 ] && echo ok || cat each)"
judge -o program_output.enabled=true -o program_output.keep_alive=true \
	-o program_output.program="cat >>$tmp/kept; echo one >>$tmp/kept"
verdict "a program for all alerts" "$([ "$(grep -c one kept)" = 1 ] && [ "$(wc -l <kept)" = 3 ] && echo ok || cat kept)"
hurried "$others_have_all" -e many.scap -o program_output.enabled=true -o program_output.keep_alive=true \
	-o program_output.program="echo \$\$ >>$tmp/hung; exec sleep 1000" -o outputs_queue.capacity=1000
verdict "a program that hangs does not hold up the end" "$held"
while read -r pid; do kill "$pid" 2>/dev/null; done <hung
expect "it is told what it did not read" 1 out "read (sh" "falcoc: alerts lost"
verdict "others have all" "$([ "$(grep -cE 'read \(|web \(' out)" = 6000 ] && echo ok || wc -l <out)"

# ---- folding and rates ----
run -r rules.yaml -e many.scap "${patient[@]}" -o 'fold_alerts.outputs=[stdout]' -o fold_alerts.interval_s=600 -o 'fold_alerts.fields=[proc.name]'
expect "alerts that say the same are folded" 0 out "(2999 more in the last 600 s)"
verdict "into four lines" "$([ "$(wc -l <out)" = 4 ] && echo ok || wc -l <out)"
run -r rules.yaml -e many.scap "${patient[@]}" -o 'alert_rates[]={rule: "Pass*", rate: 0.001, max_burst: 5}' -o stdout_output.rate=0
verdict "a rule has its rate" "$([ "$(grep -c read out)" = 5 ] && [ "$(grep -c web out)" = 3000 ] && echo ok || wc -l <out)"
expect "what is beyond is counted" 0 err "Alerts beyond the rates of their rules: 2995"
run -r rules.yaml -e many.scap "${patient[@]}" -o stdout_output.rate=0.001 -o stdout_output.max_burst=7 -v
verdict "an output has its rate" "$([ "$(wc -l <out)" = 7 ] && echo ok || wc -l <out)"
expect "and is counted" 0 err "5993 beyond its rate"

# ---- what is wrong ----
judge -o http_output.enabled=true
expect "a server without a URL" 2 err "http_output.enabled needs http_output.url"
judge -o http_output.enabled=true -o http_output.url=ftp://x
expect "or another one" 2 err "http_output.url: 'ftp://x' is not a URL"
judge -o http_output.enabled=true -o http_output.url=https://x -o http_output.mtls=true
expect "a certificate that is not named" 2 err "http_output.mtls needs http_output.client_cert"
judge -o 'fold_alerts.fields=[proc.nme]'
expect "a field that there is not" 2 err "fold_alerts.fields: 'proc.nme' is not a field"
judge -o syslog_output.facility=mine
expect "a facility that there is not" 2 err "syslog_output.facility: 'mine' is not"
judge -o 'alert_rates[]={rule: x}'
expect "a rate without a rate" 2 err "needs 'rate'"

# ---- a server ----
cat >server.py <<'P'
# server.py DIR MODE: says its port in DIR/port, writes what it is given to DIR/got
#
# Mode sidekick: takes and refuses what Falcosidekick does (read off its source, handlers.go and types/types.go of
# version 2.31): one object a request, by POST, not packed; its members, if there, of these types; a priority that it
# knows, a rule, a time, at least one output field; k8s.ns.name and k8s.pod.name strings or null.
import datetime, gzip, http.server, json, os, re, ssl, sys, time
where, mode = sys.argv[1], sys.argv[2]
def sidekick(packed, body):
    if packed:
        return "packed"
    try:
        alert, end = json.JSONDecoder().raw_decode(body.decode())
    except ValueError as e:
        return "no JSON: %s" % e
    if body.decode()[end:].strip():
        return "something behind the first value: it would not be seen"
    if not isinstance(alert, dict):
        return "no object"
    for name, kind in ("output", str), ("priority", str), ("rule", str), ("time", str), ("output_fields", dict), \
            ("source", str), ("tags", list), ("hostname", str), ("uuid", str):
        # Go finds members whatever their case
        for key in alert:
            if key.lower() == name and alert[key] is not None and not isinstance(alert[key], kind):
                return "%s is of another type" % key
    if any(not isinstance(t, str) for t in alert.get("tags") or []):
        return "a tag that is no text"
    if alert.get("priority", "").lower() not in ("emergency", "alert", "critical", "error", "warning", "notice",
                                                 "informational", "debug"):
        return "priority"
    if not alert.get("rule") or not alert.get("output_fields"):
        return "no rule, or no output fields"
    # RFC 3339
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", alert.get("time", "")):
        return "time"
    for name in "k8s.ns.name", "k8s.pod.name":
        if not isinstance(alert["output_fields"].get(name, ""), (str, type(None))):
            return name
    return ""

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    failures = 0
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        why = sidekick("Content-Encoding" in self.headers, body) if mode == "sidekick" else ""
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if mode == "hang":
            time.sleep(1000)
        status = 200
        if mode == "fail" and Handler.failures < 2:
            Handler.failures += 1
            status = 503
        if mode == "refuse" or why:
            status = 400
        with open(where + "/got", "a") as f:
            peer = self.connection.getpeercert() if mode == "tls" else None
            f.write(json.dumps({"status": status, "type": self.headers["Content-Type"], "agent": self.headers["User-Agent"],
                "from": self.client_address[1], "path": self.path, "body": json.loads(body), "why": why, "peer": peer is not None}) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"\x1bdone")
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if mode == "tls":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(where + "/server.pem", where + "/server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(where + "/ca.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(where + "/port.new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(where + "/port.new", where + "/port")
server.serve_forever()
P
SERVER=
server_stop() {
	[ -z "$SERVER" ] || { kill "$SERVER"; wait "$SERVER" 2>/dev/null; }
	SERVER=
}
trap 'server_stop; rm -rf "$tmp"' EXIT
# server MODE: its port in $port
server() {
	server_stop
	rm -f port got
	python3 server.py "$tmp" "$1" &
	SERVER=$!
	until_true '[ -f port ]'
	port=$(cat port)
}
http=("${patient[@]}" -o http_output.enabled=true -o stdout_output.enabled=false)

server plain
judge "${http[@]}" -o http_output.url="http://127.0.0.1:$port/x"
expect "a server is given Falco's JSON" 0 got '"type": "application/json"' '"path": "/x"' '"rule": "Passwords"' \
	'"output_fields": {"evt.num"' '"tags": ["file"]' '"agent": "falcoc/'
verdict "one alert at a time" "$([ "$(wc -l <got)" = 2 ] && echo ok || cat got)"
rm got
run -r rules.yaml -e many.scap "${http[@]}" -o http_output.url="http://127.0.0.1:$port/" -o http_output.batch_size=500 \
	-o http_output.compress_uploads=true -o http_output.keep_alive=true
verdict "batches, packed, over one connection" "$(python3 - <<'P'
import json
rows = [json.loads(line) for line in open("got")]
alerts = [a for r in rows for a in (r["body"] if isinstance(r["body"], list) else [r["body"]])]
fine = len(alerts) == 6000 and len(rows) < 1000 and len({r["from"] for r in rows}) == 1
print("ok" if fine else f"{len(rows)} requests, {len(alerts)} alerts")
P
)"
judge "${http[@]}" -o http_output.url="http://127.0.0.1:$port/" -o http_output.echo=true
expect "its answer is told, harmless" 0 err 'says: \x1bdone'

server fail
judge "${http[@]}" -o http_output.url="http://127.0.0.1:$port/"
expect "what it fails on is tried again" 0 err "the server answers 503" "alerts get to the server 127.0.0.1:$port again"
verdict "and comes" "$([ "$(grep -c '"status": 200' got)" = 2 ] && echo ok || cat got)"
server refuse
judge "${http[@]}" -o http_output.url="http://127.0.0.1:$port/"
expect "what it refuses is lost" 1 err "the server answers 400: \\x1bdone" "Alerts that could not be written: 2"
server hang
hurried "$others_have_all" -e many.scap -o http_output.enabled=true -o http_output.url="http://127.0.0.1:$port/"
verdict "a server that hangs does not hold up the end" "$held"
verdict "others have all beside it" "$(eval "$others_have_all" && echo ok || wc -l <out)"

# ---- Falcosidekick ----
cat >sidekick.yaml <<'R'
- rule: all of it
  desc: d
  condition: evt.type in (open, connect, execve)
  output: "%evt.type %proc.name %proc.aname %proc.pid %user.name %fd.name %fd.sip %fd.sport %fd.sip.name %fd.l4proto
    %container.id %container.name %container.image.repository %k8s.ns.name %k8s.pod.name %k8s.pod.labels %evt.args %evt.rawtime
    %proc.env %proc.is_exe_upper_layer %evt.latency %fd.types %proc.cmdline %evt.is_open_read %thread.cgroups"
  priority: INFORMATIONAL
  tags: [container, "mitre \"quoted\"", é]
- rule: "no fields: \"quotes\" and \\ and é"
  desc: d
  condition: evt.type = open
  output: nothing but words
  priority: EMERGENCY
- rule: no tags
  desc: d
  condition: evt.type = connect
  output: "%fd.rip"
  priority: DEBUG
R
python3 - "$seeds/whole" >hostile.scap <<'P'
import sys
data = open(sys.argv[1], "rb").read()
# names of the same length that are no text
sys.stdout.buffer.write(data.replace(b"/etc/passwd", b'/\xff\x1b"\\\n\xe2\x80\xae'[:11].ljust(11, b"\x01")))
P
server sidekick
for scap in "$seeds/whole" hostile.scap; do
	for option in "" json_include_tags_property=false json_include_message_property=true time_format_iso_8601=true \
		"static_fields={a: b}" "append_output=[{extra_output: \"x=%proc.name\", extra_fields: [proc.pid, {y: \"%fd.num\"}]}]"; do
		rm -f got
		more=()
		[ -z "$option" ] || more=(-o "$option")
		run -r sidekick.yaml -e "$scap" -o rule_matching=all "${http[@]}" "${more[@]}" -o http_output.url="http://127.0.0.1:$port/"
		verdict "Falcosidekick takes all: ${scap##*/} $option" "$(python3 - <<'P'
import json
rows = [json.loads(line) for line in open("got")]
bad = [r for r in rows if r["why"]]
print(bad[0] if bad else "ok" if len({r["body"]["rule"] for r in rows}) == 3 else len(rows))
P
)"
	done
done
run -r sidekick.yaml -e "$seeds/whole" "${http[@]}" -o http_output.url="http://127.0.0.1:$port/" -o http_output.batch_size=50
expect "but no batches" 1 err "the server answers 400"
rm -f got

if ! openssl version >/dev/null 2>&1; then
	echo "SKIP: no openssl"
	finish
fi
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=test authority" -keyout ca.key -out ca.pem
	for who in server client; do
		openssl req -newkey rsa:2048 -nodes -subj "/CN=$who" -keyout $who.key -out $who.csr
		echo "subjectAltName=IP:127.0.0.1" >$who.ext
		openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $who.ext -out $who.pem
	done
} >/dev/null 2>&1
server tls
tls=("${http[@]}" -o http_output.url="https://127.0.0.1:$port/")
judge "${tls[@]}" -o http_output.ca_cert=ca.pem -o http_output.mtls=true -o http_output.client_cert=client.pem \
	-o http_output.client_key=client.key
expect "TLS with certificates of both" 0 got '"peer": true' '"rule": "To the web"'
rm -f got
hurried 'grep -q certificate err' -e "$seeds/whole" "${tls[@]}" -o http_output.mtls=true \
	-o http_output.client_cert=client.pem -o http_output.client_key=client.key
expect "a server of an unknown authority is given nothing" 1 err "certificate"
verdict "nothing at all" "$([ ! -e got ] && echo ok || cat got)"
hurried true -e "$seeds/whole" "${tls[@]}" -o http_output.ca_cert=ca.pem
expect "nor does it take those without a certificate" 1 err "Alerts that could not be written: 2"
judge "${tls[@]}" -o http_output.insecure=true -o http_output.mtls=true -o http_output.client_cert=client.pem \
	-o http_output.client_key=client.key
expect "insecure asks no authority" 0 got '"rule": "Passwords"'
server_stop

# ---- syslog ----
rsyslogd=$(command -v rsyslogd || echo /usr/sbin/rsyslogd)
if [ -x "$rsyslogd" ]; then
	cat >rsyslog.conf <<C
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$tmp/log.sock" UseSysTimeStamp="off")
template(name="t" type="string" string="%syslogfacility-text%.%syslogseverity-text% %programname% %msg%\n")
action(type="omfile" file="$tmp/syslog" template="t")
C
	"$rsyslogd" -n -f rsyslog.conf -i "$tmp/pid" >rsyslog.log 2>&1 &
	SERVER=$!
	until_true '[ -S log.sock ]'
	judge -o syslog_output.enabled=true -o syslog_output.socket="$tmp/log.sock" -o syslog_output.facility=local5
	until_true 'grep -q web syslog 2>/dev/null'
	expect "rsyslog has them, with facility and priority" 0 syslog "local5.warning falcoc" "local5.notice falcoc" "Warning read (sh /etc/passwd"
	# it hangs: others have all, what it did not get is told and counted
	kill -STOP $SERVER
	hurried "$others_have_all" -e many.scap -o syslog_output.enabled=true -o syslog_output.socket="$tmp/log.sock" \
		-o outputs_queue.capacity=1000
	kill -CONT $SERVER
	expect "a syslog daemon that hangs is told" 1 out "falcoc: alerts lost" "for the syslog because its queue was full"
	verdict "and does not hold up the end" "$held"
	verdict "others have all of it" "$(eval "$others_have_all" && echo ok || wc -l <out)"
	server_stop
else
	echo "SKIP: no rsyslogd"
fi

# ---- the journal: a journald of our own, in a mount namespace of its own ----
cat >journal.sh <<'J'
mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal || exit 77
/lib/systemd/systemd-journald >/dev/null 2>&1 &
journald=$!
trap 'kill $journald' EXIT
for ((i = 0; i < 3600; i++)); do
	[ -S /run/systemd/journal/socket ] && break
	sleep 0.05
done
[ -S /run/systemd/journal/socket ] || exit 77
"$FALCOC" -r rules.yaml -e "$1" -o journal_output.enabled=true -o stdout_output.enabled=false \
	-o output_timeout=60000 -o outputs_queue.flush_ms=600000 2>err || exit 1
for ((i = 0; i < 3600; i++)); do
	journalctl -D /run/log/journal -o json --no-pager FALCOC_RULE=Passwords >out 2>/dev/null
	[ -s out ] && break
	sleep 0.05
done
kill -STOP $journald
for ms in 100 2000 20000; do
	"$FALCOC" -r rules.yaml -e many.scap -o journal_output.enabled=true -o outputs_queue.capacity=1000 \
		-o outputs_queue.flush_ms=$((ms * 5)) -o output_timeout=$ms >hung 2>hung.err
	[ "$(grep -cE 'read \(|web \(' hung)" != 6000 ] || break
done
kill -CONT $journald
J
if [ -x /lib/systemd/systemd-journald ] && command -v journalctl >/dev/null; then
	FALCOC=$FALCOC unshare -m --propagation private bash journal.sh "$seeds/whole" 2>/dev/null
	status=$?
fi
if [ -x /lib/systemd/systemd-journald ] && [ $status != 77 ] && [ "$(id -u)" = 0 ]; then
	expect "the journal has them, with fields" 0 out '"PRIORITY":"4"' '"FALCOC_TAG":"file"' '"FALCOC_PROC_NAME":"sh"' \
		'"SYSLOG_IDENTIFIER":"falcoc"'
	expect "a journal that hangs is told" 0 hung "falcoc: alerts lost" "for the journal because its queue was full"
	verdict "and holds up nothing" "$([ "$(grep -cE 'read \(|web \(' hung)" = 6000 ] && echo ok || wc -l <hung)"
else
	echo "SKIP: no journald to be run here"
fi
finish
