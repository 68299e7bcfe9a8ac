#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fills a store, which falcoc has made, with alerts of a month of a busy host: report.py DB ALERTS DAYS"""
import json
import random
import sqlite3
import sys
import time

path, count, days = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rnd = random.Random(1)
S = 10**9
now = int(time.time()) * S
began = now - days * 86400 * S
db = sqlite3.connect(path)
db.execute("PRAGMA synchronous=OFF")
names = {}


def name(kind, text, when):
    if not text:
        return None
    if (kind, text) not in names:
        db.execute("INSERT OR IGNORE INTO names(kind, text, first_ns, last_ns) VALUES(?, ?, ?, ?)",
                   (kind, text, when, now))
        names[kind, text] = db.execute("SELECT id FROM names WHERE kind = ? AND text = ?", (kind, text)).fetchone()[0]
    return names[kind, text]


rules = [("Read of a sensitive file", 4), ("Unexpected outbound connection", 5), ("Shell in a container", 5),
         ("Write below /etc", 3), ("Package manager in a container", 3), ("Kernel module loaded", 2),
         ("Reverse shell", 1)]
weights = [60, 25, 9, 4, 1.5, 0.4, 0.02]
programs = ["/usr/bin/python3.11", "/usr/sbin/nginx", "/usr/bin/curl", "/bin/bash", "/usr/bin/apt-get"] + \
           ["/opt/app/bin/worker-%d" % i for i in range(300)]
users = ["deploy (1001) as root (0)", "www-data (33), no login", "alice (1000)", "root (0), no login"]
images = ["docker.io/library/nginx:1.25", "registry.example/app:2.3", "docker.io/library/postgres:16"]
domains = ["deb.debian.org", "api.example.com", "github.com", "cdn.example.net", ""]
rows, facts = [], []
first = db.execute("SELECT coalesce(max(id), 0) FROM alerts").fetchone()[0] + 1
for i in range(count):
    when = began + (now - began) * i // count + rnd.randrange(S)
    rule, priority = rnd.choices(rules, weights)[0]
    program = programs[min(int(rnd.expovariate(0.05)), len(programs) - 1)] if rnd.random() < 0.6 else programs[0]
    user, box = rnd.choice(users), rnd.randrange(12)
    image = images[box % 3] if box < 9 else ""
    container = "%012x app-%d" % (box * 7919, box) if image else "host"
    file = "/srv/data/%d/%d.cfg" % (rnd.randrange(50), rnd.randrange(400)) if rule[0] in "RW" else ""
    dest, domain = "", ""
    if rule[0] == "U":
        domain = rnd.choice(domains)
        dest = json.dumps(["203.0.113.%d" % rnd.randrange(1, 200), 443, domain, "asked" if domain else "",
                           domain == "cdn.example.net"], separators=(",", ":"))
    fields = json.dumps({"evt.type": "openat", "proc.name": program.rsplit("/", 1)[1][:15], "proc.exepath": program,
                         "proc.cmdline": program + " --serve --config /srv/app.yaml --verbose", "proc.pid": 1000 + i % 30000,
                         "user.name": "root", "user.uid": 0, "fd.name": file or None, "fd.type": "file",
                         "container.id": container[:12]}, separators=(",", ":"))
    rows.append((first + i, when, rule, priority, "syscall", "host", rule + ": " + program + " " + file, '["audit"]',
                 fields, container[:12], "root", container[13:], 0))
    facts.append((when, first + i, priority, name(0, rule, when), name(1, program, when), name(2, user, when),
                  name(3, container, when), name(4, image, when), name(5, file, when), name(6, dest, when),
                  name(7, domain, when)))
    if len(rows) == 50000 or i == count - 1:
        db.executemany("INSERT INTO alerts(id, time_ns, rule, priority, source, hostname, output, tags, fields, "
                       "container, username, container_name, uid) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        db.executemany("INSERT INTO facts VALUES(?,?,?,?,?,?,?,?,?,?,?)", facts)
        db.commit()
        rows, facts = [], []
run = db.execute("INSERT INTO runs(began_ns, seen_ns, ended_ns, version, note) VALUES(?, ?, ?, '0.1.0', '{}')",
                 (began, now - 5400 * S, now - 5400 * S)).lastrowid
db.execute("INSERT INTO runs(began_ns, seen_ns, version, note) VALUES(?, ?, '0.1.0', '{}')", (now - 5000 * S, now))
for hour in range(began // S // 3600, now // S // 3600 + 1):
    db.execute("INSERT INTO counts VALUES(?, ?, ?, ?, ?, 0, 0, 0)", (run, hour, hour * 3600 * S, 3000000, hour % 97 == 0))
for day in range(began // S // 86400, now // S // 86400 + 1):
    for i in range(1000):
        db.execute("INSERT OR IGNORE INTO asked VALUES(?, ?, ?, ?, ?)",
                   (day, "host-%d.tracker.example" % i, 1000 // (i + 1) + 1, day * 86400 * S, (day + 1) * 86400 * S - 1))
for i in range(50):
    db.execute("INSERT INTO actions VALUES(?, ?, 'kill', 'container', ?, '', 'stop-shells', 'Shell in a container', ?, "
               "'bash', '/bin/bash', '0123456789ab', 'x', 1, 1000)",
               (first + i * 100, now - i * 3600 * S, "done" if i % 5 else "failed", 4000 + i))
db.commit()
