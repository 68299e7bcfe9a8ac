#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Reports of a store that real alerts filled: what they say, in each format, what strange names do to them,
# checkpoints, exit statuses, and the examples for cron and logwatch, run as they are.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"
top=$(dirname "$FALCOC")/..
export TZ=UTC
seed_rules
cat >c.yaml <<C
config_files: []
alert_store: {enabled: true, file: $tmp/alerts.db, max_days: 36500}
stdout_output: {enabled: false}
C
many 40 >many.scap
day=(--since 2023-11-14 --until 2023-11-15)

run report -c c.yaml
expect "no store" 2 err "alerts.db: No such file or directory"
run -c c.yaml -r rules.yaml -e many.scap
run report -c c.yaml "${day[@]}"
expect "a report, and a gap" 4 out "coverage was lost" "Nobody watched" "40 Warning, 40 Notice" "Passwords" \
	"/bin/sh" "10.0.0.2:80" "/etc/passwd" "Never seen before" "falcoc show ID" "rules.yaml"
verdict "coverage is first" "$(awk '/^[A-Z].*$/ { t = $0 } /^---/ { print t; exit }' out | sed 's/^Coverage$/ok/')"
verdict "in 80 columns" "$([ "$(awk '!/^      \|/ { print length }' out | sort -n | tail -1)" -le 80 ] && echo ok || echo wider)"
verdict "hashes of the rules" "$(grep -q "$(sha256sum rules.yaml | cut -c1-40)" out && echo ok || echo none)"
run report -c c.yaml "${day[@]}" --detail 0
expect "in short" 4 out "Passwords" "!Files"
run report -c c.yaml "${day[@]}" --min-priority warning
expect "urgent ones" 4 out "40 Warning;" "!10.0.0.2:80"
run report -c c.yaml "${day[@]}" --fail-on warning
expect "--fail-on" 3 out "Passwords"
run report -c c.yaml "${day[@]}" --fail-on critical
expect "nothing so urgent" 4 out "Passwords"
for bad in "--detail 3" "--format pdf" "--since sometime" "--min-priority loud" "--fail-on loud" "--until 1999-01-01" \
	"--no-such" "something" "--mail-subject --output x" "--checkpoint m --until now"; do
	# shellcheck disable=SC2086
	run report -c c.yaml $bad
	expect "usage: $bad" 1 err "falcoc"
done
run report -c c.yaml "${day[@]}" --output /nonexistent/x
expect "nowhere to write" 2 err "/nonexistent/x"
"$FALCOC" report -c c.yaml "${day[@]}" >/dev/full 2>err
verdict "a full disk" "$([ $? = 2 ] && echo ok || echo "status $?")"
run report -c c.yaml "${day[@]}" --mail-subject
expect "for a mail" 4 out "Content-Type: text/plain; charset=utf-8"
verdict "a subject first" "$(head -1 out | grep -q '^Subject: falcoc on .*: 40 Warning, 40 Notice; coverage was lost$' && echo ok || head -1 out)"
LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 "$FALCOC" report -c c.yaml "${day[@]}" >german <&-
"$FALCOC" report -c c.yaml "${day[@]}" >english
verdict "of no locale, and without input" "$(cmp german english && echo ok)"

# formats
run report -c c.yaml "${day[@]}" --format json
verdict "JSON" "$(python3 - <<'P'
import json
r = json.load(open("out"))
rules = {x["name"]: x["alerts"] for x in r["rules"]["rows"]}
print("ok" if rules == {"Passwords": 40, "To the web": 40} and r["watching"]["lost"] and r["alerts_total"] == 80 else r)
P
)"
run report -c c.yaml "${day[@]}" --format csv
verdict "CSV, and exceptions in it that silence the rules" "$(python3 - <<'P'
import csv
text = open("out", newline="").read()
rows = list(csv.reader(text.splitlines(keepends=True)))
assert all(len(r) == 4 for r in rows) and text.endswith("\r\n")
open("ex.yaml", "w").write("".join(r[3].replace("\r\n", "\n") for r in rows if r[2] == "exception"))
print("ok")
P
)"
run validate rules.yaml ex.yaml
expect "they are rules" 0 out "OK: 2 rules" "0 warnings"
run -c none -r rules.yaml -r ex.yaml -e many.scap
expect "and silence just that" 0 err "Alerts: 0"
run report -c c.yaml "${day[@]}" --format markdown
expect "Markdown" 4 out "## Coverage" "| 40 | Passwords |"
run report -c c.yaml "${day[@]}" --format html --output page.html
verdict "HTML by --output, for its owner" "$([ "$(stat -c %a page.html)" = 600 ] && [ ! -s out ] && echo ok)"
verdict "which needs nothing else" "$(grep -Eqi '<script|<link|<img|url\(|https?://|@import' page.html && echo "it does" || echo ok)"

# checkpoints
run report -c c.yaml --checkpoint mark --since 2023-11-14
expect "the first report with a checkpoint" 4 out "40 Warning"
run report -c c.yaml --checkpoint mark
expect "nothing is new" 4 out "no alerts"
run -c c.yaml -r rules.yaml -e "$seeds/whole"
cp mark before
run report -c c.yaml --checkpoint mark --output /nonexistent/x
verdict "a report that failed is made again" "$([ "$status" = 2 ] && cmp mark before && echo ok)"
run report -c c.yaml --checkpoint mark
expect "only what is new" 4 out "1 Warning, 1 Notice"
flock mark.lock "$FALCOC" report -c c.yaml --checkpoint mark >out 2>err
status=$?
expect "one at a time" 11 err "another report with this checkpoint"
echo nonsense >bad
run report -c c.yaml --checkpoint bad
expect "no checkpoint" 10 err "not a checkpoint"
run report -c c.yaml --checkpoint /nonexistent/m
expect "nowhere to keep it" 11 err "/nonexistent/m"
sed 's/^last .*/last 999999 5/' mark >other
run report -c c.yaml --checkpoint other
expect "of another store" 12 err "999999"

# what came late, as alerts do that wait for a name: in the next report, once, though it is of the time before
late() {
	python3 - "$1" "$2" <<'P'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
at, rule = time.time_ns() - 3600 * 10**9, sys.argv[2]
id = db.execute("INSERT INTO alerts(time_ns, rule, priority, source, hostname, output, tags, fields, container, username) "
                "VALUES(?, ?, 2, 's', 'h', 'o', '[]', '{}', '', '')", (at, rule)).lastrowid
name = db.execute("INSERT INTO names(kind, text, first_ns, last_ns) VALUES(0, ?, ?, ?)", (rule, at, at)).lastrowid
db.execute("INSERT INTO facts(time_ns, id, priority, rule) VALUES(?, ?, 2, ?)", (at, id, name))
db.execute("INSERT INTO actions VALUES(?, ?, 'kill', 'process', 'done', '', ?, 'r', 1, 'p', '/p', '', '', 1, 1)", (id, at, "policy of " + rule))
db.execute("INSERT INTO notes(run, time_ns, kind, text, detail) VALUES(1, ?, 'stale', ?, '{}')", (at, "note of " + rule))
db.commit()
P
}
late alerts.db "Late rule"
run report -c c.yaml --checkpoint mark
expect "late ones are reported" 4 out "1 Critical" "rule  Late rule" "policy of Late rule" "note of Late rule" "Failures                 1"
run report -c c.yaml --checkpoint mark
expect "once" 4 out "no alerts" "!Late rule" "Failures                 0"
late alerts.db "Other rule"
grep -v notes mark >older
run report -c c.yaml --checkpoint older
expect "a checkpoint of an older falcoc" 4 out "rule  Other rule" "Failures                 0"
verdict "gets what it lacks" "$(grep -q '^notes [1-9]' older && echo ok || cat older)"
sed 's/^notes.*/nonsense/' mark >bad
run report -c c.yaml --checkpoint bad
expect "a damaged one" 10 err "damaged"
"$FALCOC" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/empty.db" -r rules.yaml -e "$seeds/whole" \
	-o alert_store.max_days=1 >/dev/null 2>&1
python3 -c 'import sqlite3; db = sqlite3.connect("empty.db")
for t in "alerts", "facts", "names", "notes", "sqlite_sequence": db.execute("DELETE FROM " + t)
db.commit()'
run report -c none --store empty.db --checkpoint none.mark
late empty.db "First rule"
run report -c none --store empty.db --checkpoint none.mark
expect "behind nothing, too" 4 out "1 Critical" "rule  First rule" "note of First rule"

# nothing to say: no alerts of a time that was watched throughout
mkdir quiet
sed "s|$tmp/alerts.db|$tmp/quiet/alerts.db|" c.yaml >quiet.yaml
run -c quiet.yaml -r rules.yaml -e many.scap
python3 - <<'P'
import sqlite3, time
db = sqlite3.connect("quiet/alerts.db")
now = time.time_ns()
db.execute("UPDATE runs SET began_ns = ?, seen_ns = ?, ended_ns = NULL, note = '{}'", (now - 9 * 10**14, now))
db.execute("DELETE FROM alerts"); db.execute("DELETE FROM facts")
db.commit()
P
run report -c quiet.yaml --since 1h --quiet-if-empty
verdict "nothing to say" "$([ "$status" = 0 ] && [ ! -s out ] && [ ! -s err ] && echo ok || cat out)"
run report -c quiet.yaml --since 1h
expect "said all the same" 0 out "no alerts" "100.00 %"

# more failures than are shown: each counts
cp quiet/alerts.db many.db
python3 - <<'P'
import sqlite3, time
db = sqlite3.connect("many.db")
run, now = db.execute("SELECT max(id) FROM runs").fetchone()[0], time.time_ns()
db.execute("UPDATE runs SET seen_ns = ?", (now,))
db.executemany("INSERT INTO notes(run, time_ns, kind, text, detail) VALUES(?, ?, ?, 'x', '{}')",
               [(run, now - 10**9 * i, "stale" if i % 2 else "reload") for i in range(1, 1001)])
db.executemany("INSERT INTO notes(run, time_ns, kind, text, detail) VALUES(?, ?, 'failure', 'x', '{}')",
               [(run, now - 3 * 10**12)] * 10)
db.commit()
P
run report -c none --store many.db --since 30m --format json
verdict "of many failures all are counted, a bounded number is shown" "$(python3 - <<'P'
import json
r = json.load(open("out"))
rows = r["events_of_falcoc"]
print("ok" if r["watching"]["failures"] == 500 and len(rows["rows"]) == 200 and rows["more"] == 800 else (r["watching"], len(rows["rows"]), rows.get("more")))
P
)"
run report -c none --store many.db --since 30m
expect "and told" 4 out "Failures                 500" "Starts, stops, reloads   0, 0, 500"

# a month of a host with containers, connections, actions: each part has what it is for
"$FALCOC" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/month.db" -o alert_store.max_days=36500 -r rules.yaml \
	-e "$seeds/whole" >/dev/null 2>&1
python3 "$top/tests/bench/report.py" month.db 3000 30
month=(-c none --store "$tmp/month.db" --since 30d --detail 2)
run report "${month[@]}" --format json
verdict "all parts of a report" "$(python3 - <<'P'
import json, sqlite3
r = json.load(open("out"))
db = sqlite3.connect("month.db")
def rows(part): return r[part]["rows"]
def number(sql): return db.execute(sql).fetchone()[0]
parts = [k for k, v in r.items() if isinstance(v, dict) and "rows" in v]
assert parts.index("coverage") == 0, parts
since = "time_ns > (SELECT max(time_ns) - 2592000000000000 FROM facts)"
for part, kind, column in (("rules", 0, "rule"), ("programs", 1, "program"), ("users", 2, "user"),
                           ("containers", 3, "container"), ("images", 4, "image"), ("files", 5, "file")):
    first = rows(part)[0]
    want = number(f"SELECT count(*) FROM facts JOIN names ON names.id = facts.{column} WHERE text = '{first['name']}' "
                  f"AND kind = {kind} AND time_ns > 1700000000000000001")
    assert abs(first["alerts"] - want) <= 1 and first["first"] <= first["last"] and first["last_id"], (part, first, want)
assert any(" as root (0)" in x["name"] for x in rows("users"))
assert {"cdn.example.net", "api.example.com"} <= {x["domain"] for x in rows("destinations")}
for x in rows("destinations"):
    assert (x["ambiguous"] == "yes") == (x["domain"] == "cdn.example.net"), x
    assert x["source"] == ("" if "no name" in x["domain"] else "asked") and x["address"].endswith(":443"), x
assert rows("asked")[0]["name"] == "host-0.tracker.example" and rows("asked")[0]["questions"] > 30000, rows("asked")[0]
assert {x["result"] for x in rows("actions")} == {"done", "failed"} and sum(x["times"] for x in rows("actions")) == 50
assert [(x["span"], x["why"]) for x in rows("gaps")] == [("6 min", "it was restarted")], rows("gaps")
assert any("exceptions" in x["exception"] for x in rows("noisy")), rows("noisy")
worst = rows("alerts")[0]
assert worst["priority"] == "Alert" and number(f"SELECT rule FROM alerts WHERE id = {worst['id']}") == worst["rule"]
print("ok")
P
)"
run show -c none --store month.db "$(python3 -c 'import json; print(json.load(open("out"))["alerts"]["rows"][0]["id"])')"
expect "its ids are for falcoc show" 0 out "Reverse shell"
for format in text html csv markdown; do
	run report "${month[@]}" --format $format
	verdict "all parts as $format" "$(for part in "Coverage" "Nobody watched\|^gaps,1" "Never seen before\|^new,1" "cdn" "host-0" "stop-shells" "nginx" "exceptions:"; do
		grep -qi -- "$part" out || echo "no $part"; done | grep . || echo ok)"
done
run alerts -c none --store month.db --container app-1 -n 5
verdict "alerts by a container's name" "$([ "$(wc -l <out)" = 5 ] && echo ok || cat out)"
run alerts -c none --store month.db --container 000000001ee -n 5 --format json
verdict "and by how its id begins" "$([ "$(grep -c '"container.id":"000000001ee' out)" = 5 ] && echo ok || cat out)"

# names that would like to be something else
python3 - <<'P'
import sqlite3
bad = "/tmp/<script>alert(1)</script>\"'&|`*[x](http://evil.test)\x1b[31m\r\n=cmd()\u202e," + "\u4e2d" * 60 + "x" * 300
db = sqlite3.connect("alerts.db")
db.execute("UPDATE names SET text = ? WHERE kind = 5", (bad,))
db.execute("UPDATE names SET text = ? WHERE kind = 1", ("=" + bad,))
db.execute("UPDATE alerts SET output = ?", (bad,))
db.commit()
P
for format in text html json csv markdown; do
	"$FALCOC" report -c c.yaml "${day[@]}" --format $format --detail 2 >strange.$format
done
verdict "strange names are harmless" "$(python3 - <<'P'
import csv, json, re
from html.parser import HTMLParser
for f in ("text", "html", "json", "csv", "markdown"):
    t = open("strange." + f, newline="").read()
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202e]", t), f
text = open("strange.text").read()
wide = lambda l: sum(2 if ord(c) > 0x1100 else 1 for c in l)
assert max(wide(l) for l in text.split("\n") if not l.startswith("      |")) <= 80
json.load(open("strange.json"))
rows = list(csv.reader(open("strange.csv", newline="")))
assert all(len(r) == 4 for r in rows) and not any(re.match("[=+@]", r[3]) for r in rows)
class Tags(HTMLParser):
    seen = set()
    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert not any(a.startswith("on") for a, _ in attrs)
p = Tags()
p.feed(open("strange.html").read())
assert "script" not in p.seen and "a" not in p.seen, p.seen
md = open("strange.markdown").read()
assert "<script" not in md and "](" not in md and "http://" not in md
print("ok")
P
)"

# the examples, as they are
mkdir bin cron.daily
ln -s "$FALCOC" bin/falcoc
cp "$top/examples/cron.daily" cron.daily/falcoc
export PATH=$tmp/bin:$PATH FALCOC_DEFAULTS=$tmp/default
run-parts cron.daily >out 2>err
status=$?
verdict "cron: off until chosen" "$([ $status = 0 ] && [ ! -s out ] && [ ! -s err ] && echo ok)"
cat >default <<D
FALCOC_REPORT=yes
FALCOC_REPORT_MARK=$tmp/cron.mark
FALCOC_REPORT_OPTIONS="-c $tmp/c.yaml --since 2023-11-14"
D
run-parts cron.daily >out 2>err
status=$?
expect "cron: a mail" 0 out "coverage was lost" "Passwords"
sed -i 's/c\.yaml/quiet.yaml/; s/--since 2023-11-14/--since 1h/; s/cron.mark/quiet.mark/' default
run-parts cron.daily >out 2>err
status=$?
verdict "cron: no mail where there is nothing to say" "$([ $status = 0 ] && [ ! -s out ] && [ ! -s err ] && echo ok || cat out err)"
LOGWATCH_DATE_RANGE=all LOGWATCH_DETAIL_LEVEL=5 FALCOC_REPORT_OPTIONS="-c $tmp/c.yaml --since 2023-11-14" \
	"$top/examples/logwatch/falcoc" <c.yaml >out 2>err
status=$?
expect "logwatch" 0 out "Passwords" "Programs"
LOGWATCH_DETAIL_LEVEL=0 FALCOC_REPORT_OPTIONS="-c $tmp/quiet.yaml --since 1h --until now" \
	"$top/examples/logwatch/falcoc" </dev/null >out 2>err
status=$?
verdict "logwatch: nothing to say" "$([ $status = 0 ] && [ ! -s out ] && [ ! -s err ] && echo ok || cat out err)"
# by logwatch itself, where it is; its configuration is replaced for it alone
if command -v logwatch >/dev/null && unshare -m true 2>/dev/null; then
	mkdir -p etc/conf/services etc/scripts/services
	cp "$top/examples/logwatch/falcoc.conf" etc/conf/services/
	cp "$top/examples/logwatch/falcoc" etc/scripts/services/
	FALCOC_REPORT_OPTIONS="-c $tmp/c.yaml --since 2023-11-14" unshare -m sh -c "mount --bind '$tmp/etc' /etc/logwatch &&
		exec logwatch --service falcoc --range today --detail 5 --output stdout --format text" >out 2>err
	status=$?
	expect "by logwatch itself" 0 out "falcoc Begin" "Passwords" "Programs" "falcoc End"
	FALCOC_REPORT_OPTIONS="-c $tmp/quiet.yaml --since 1h --until now" unshare -m sh -c "mount --bind '$tmp/etc' /etc/logwatch &&
		exec logwatch --service falcoc --range today --detail 0 --output stdout --format text" >out 2>err
	status=$?
	expect "which leaves out what says nothing" 0 out "!falcoc Begin"
else
	echo "SKIP: no logwatch here"
fi
if command -v systemd-analyze >/dev/null; then
	mkdir units
	sed "s|/usr/bin/falcoc|$FALCOC|" "$top/examples/falcoc-report.service" >units/falcoc-report.service
	cp "$top/examples/falcoc-report.timer" units
	verdict "units that systemd takes" "$(systemd-analyze verify --man=no units/falcoc-report.* 2>&1 | grep -F falcoc-report || echo ok)"
fi

# looked at
if command -v chromium >/dev/null; then
	for width in 1280 390; do
		chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$tmp/chromium" \
			--window-size=$width,1400 --screenshot="$tmp/shot.png" "file://$tmp/strange.html" >chromium.log 2>&1
		verdict "drawn by Chromium, $width wide" "$(python3 - "$width" <<'P'
import struct, sys, zlib
png = open("shot.png", "rb").read()
width, height = struct.unpack(">II", png[16:24])
data, at = b"", 8
while at < len(png):
    size, kind = struct.unpack(">I4s", png[at:at + 8])
    data += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
    at += size + 12
# an empty page packs to next to nothing
print("ok" if width >= 390 and height == 1400 and len(data) > 20000 and len(set(zlib.decompress(data))) > 100 else (width, height, len(data)))
P
)"
	done
	chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/chromium" --print-to-pdf="$tmp/page.pdf" \
		"file://$tmp/strange.html" >chromium.log 2>&1
	verdict "printed by Chromium" "$(head -c 5 page.pdf | grep -q '^%PDF-' && grep -aqc '/Type */Page\>' page.pdf && echo ok || cat chromium.log)"
else
	echo "SKIP: no chromium here (tests/setup.sh all)"
fi
# ---- restarts ----
# runs END-REASON SECONDS...: a store of two days in which falcoc ended (stopped, killed), each time for so long
runs() {
	rm -f "$tmp"/r.db*
	"$FALCOC" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/r.db" -o alert_store.max_days=36500 \
		-r rules.yaml -e many.scap >/dev/null 2>&1
	python3 - "$tmp/r.db" "$@" <<'P'
import sqlite3, sys, time
db, S = sqlite3.connect(sys.argv[1]), 10**9
at, now = time.time_ns() - 172800 * S, time.time_ns()
for table in "alerts", "facts", "names", "actions", "runs", "notes", "counts", "asked":
    db.execute("DELETE FROM " + table)
for gap in map(int, sys.argv[3:]):
    end = at + 7200 * S
    db.execute("INSERT INTO runs(began_ns, seen_ns, ended_ns, version, note) VALUES(?, ?, ?, '1', '{}')",
               (at, end, end if sys.argv[2] == "stopped" else None))
    at = end + gap * S
db.execute("INSERT INTO runs(began_ns, seen_ns, version, note) VALUES(?, ?, '1', '{}')", (at, now))
db.commit()
P
}
rest=(-c none --store "$tmp/r.db")
runs stopped 2 3
run report "${rest[@]}" --since 47h
expect "restarts are told with their length, and are no failure" 0 out "5.0 s, which is no failure" "it was restarted" "99.99 %" \
	"; restarted" "!coverage was lost"
run report "${rest[@]}" --since 47h --quiet-if-empty
expect "but something to say" 0 out "Lost to restarts"
run report "${rest[@]}" --since 47h --max-restart 4s
expect "by a bound on all of them together" 4 out "coverage was lost" "Lost to restarts"
run report "${rest[@]}" --since 47h --max-restart 0
expect "none of them" 4 out "coverage was lost"
run report "${rest[@]}" --since 47h --max-restart soon
expect "a bound that is none" 1 err "--max-restart: 'soon' is no time"
run report "${rest[@]}" --since 47h --format json
verdict "numbers for programs" "$(python3 -c 'import json
w = json.load(open("out"))["watching"]
print("ok" if w["restarts_ns"] == 5 * 10**9 == w["not_watched_ns"] and w["lost"] is False else w)')"
runs stopped 2 120
run report "${rest[@]}" --since 47h
expect "a longer one is lost coverage" 4 out "coverage was lost" "2 min"
runs killed 2
run report "${rest[@]}" --since 47h
expect "and so is any that was not asked for" 4 out "coverage was lost" "it ended without saying so"

# one that is killed: it is known at once, though it was seen a moment ago
mkfifo slow.scap
exec 9<>slow.scap
cat many.scap >&9 &
"$FALCOC" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/k.db" -o alert_store.max_days=36500 -r rules.yaml \
	-e slow.scap >/dev/null 2>&1 &
pid=$!
alive() { run report -c none --store k.db --since 1m --format json && grep -q '"alerts_total":' out; }
until_true '[ -s k.db ] && alive'
run report -c none --store k.db --since 1m
expect "one that runs goes on until now" 4 out "not running, or nothing is kept" "!ended without saying so"
kill -9 $pid
wait $pid 2>/dev/null
run report -c none --store k.db --since 1m
expect "and once it is killed its death is told" 4 out "ended without saying so"
exec 9>&-

runs stopped 2
run report "${rest[@]}" --since 30h --quiet-if-empty
expect "when nothing was lost there is nothing to say" 0 out "!Lost"

finish
