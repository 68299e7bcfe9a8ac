#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Programs that outputs and actions start run under all that the service is confined by: they do their work;
# what they have no business with fails with "Operation not permitted" and is told in the kernel's log; falcoc
# itself goes on.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

SEEN=/run/seen
mkdir -p $SEEN /falcoc/handlers
load_module
service_install WatchdogSec=60

# what a handler of an administrator does: reads, writes, pipes, temporary files, a fifo, a request, sums
cat >/falcoc/handlers/work <<'P'
#!/bin/bash
out=/run/seen/$1
alert=$(cat)
case $alert in *'"rule":"one"'*) ;; *) exit 0 ;; esac
scratch=$(mktemp)
printf '%s\n' "$alert" | tr a-z A-Z | tee "$scratch" >/dev/null
mkfifo "$scratch.fifo" && (cat "$scratch" >"$scratch.fifo" &) && cat "$scratch.fifo" >"$scratch.2"
ln -s "$scratch.2" "$scratch.link" && cp "$scratch.link" "$scratch.3" && mv "$scratch.3" "$out.copy"
curl -sS --max-time 60 -d "$alert" http://127.0.0.1:8099/cgi-bin/post >"$out.reply" 2>&1
getent hosts localhost >"$out.hosts"
perl -e 'if (!fork) { print `uname -r`; exit } wait' >"$out.perl" 2>&1
sed -n 's/^\(CapEff\|CapPrm\|NoNewPrivs\|Seccomp\):[[:space:]]*/\1 /p' /proc/self/status >"$out.status"
mount -t tmpfs none /mnt 2>"$out.mount"
unshare -n true 2>"$out.unshare"
busybox insmod /falcoc/falcoc.ko 2>"$out.insmod"
rm -f "$scratch"*
printf '%s\n' "$alert" >"$out.new" && mv "$out.new" "$out"
P
cat >/falcoc/handlers/line <<'P'
#!/bin/sh
while read -r line; do echo "$line" >>/run/seen/lines; done
P
chmod 755 /falcoc/handlers/*
post_server /run/posted
cat >>/etc/falcoc/falcoc.yaml <<'C'
json_output: true
program_output: {enabled: true, keep_alive: false, program: "/falcoc/handlers/work output", timeout_ms: 300000}
policies: {actions: "on"}
C
rule one mark-one
cat >/etc/falcoc/policies.yaml <<'P'
- policy: runs
  rules: [one]
  actions:
    - exec: [/falcoc/handlers/work, action]
      timeout_s: 300
- policy: kills
  rules: [kills]
  actions: [kill]
P
rule kills mark-kill

# did SHELL-PATTERN... the handler NAME as it should?
judge() {
	local f=$SEEN/$1
	check "$1: it has the alert, as JSON" jq -e '.rule == "one" and .output_fields["proc.args"] == "mark-one"' "$f"
	check "$1: pipes, temporary files, a fifo, a link" grep -q 'MARK-ONE' "$f.copy"
	check "$1: a request over HTTP: $(cat "$f.reply")" grep -q '^got [1-9]' "$f.reply"
	check "$1: names" grep -q localhost "$f.hosts"
	check "$1: an interpreter with children" grep -qx "$(uname -r)" "$f.perl"
	check "$1: it can gain nothing" grep -qx 'NoNewPrivs 1' "$f.status"
	check "$1: it has the filter" grep -qx 'Seccomp 2' "$f.status"
	check "$1: it mounts nothing: $(cat "$f.mount")" grep -qiE 'not permitted|denied' "$f.mount"
	check "$1: nor makes namespaces: $(cat "$f.unshare")" grep -qi 'not permitted' "$f.unshare"
	check "$1: nor loads modules: $(cat "$f.insmod")" grep -qi 'not permitted' "$f.insmod"
	echo "$1: $(xargs <"$f.status")"
}

check "it starts" systemctl start falcoc
/bin/true mark-one
check "the program of the output has run" wait_for 300 test -e $SEEN/output
judge output
check "the program of the action has run" wait_for 300 test -e $SEEN/action
judge action
check "and is told as done" wait_for 20 is_told 'falcoc: action' 'runs.*done'
# the kernel's log, as there is no auditd: 165 is mount, 272 unshare
logged() { dmesg | grep 'type=1326' | grep -q "syscall=$1 "; }
check "what was refused is in the kernel's log" wait_for 10 logged 165
check "each with its call" logged 272
cd "$T" || exit 1
printf 'sleep 1000\n:\n' >mark-kill
sh mark-kill &
victim=$!
cd /
check "an action that kills works" wait_for 20 refused kill -0 $victim
pid=$(property MainPID)
check "falcoc runs on" is ActiveState active
check "and was not started again" is NRestarts 0
# refused_to WHOM: lines of the kernel's log
refused_to() { dmesg | grep 'type=1326' | grep -o "$1.*" | head -3; }
check "nothing that falcoc itself does is refused $(refused_to " pid=$pid ")" test -z "$(refused_to " pid=$pid ")"

# one that is kept alive, and is given each alert
sed -i 's|keep_alive: false.*|keep_alive: true, program: "exec /falcoc/handlers/line"}|' /etc/falcoc/falcoc.yaml
check "it starts again" systemctl restart falcoc
for i in 1 2 3 4 5; do /bin/true "mark-one $i"; done
lines() { [ "$(grep -c 'mark-one [1-5]' $SEEN/lines)" = 5 ]; }
check "a program that is kept alive is given each alert" wait_for 30 lines
check "it has the end, too" sh -c "systemctl restart falcoc && grep -q 'falcoc: stopped' $SEEN/lines"
check "and ended as its input did" refused sh -c "journalctl -q -u falcoc | grep -q 'ended by signal'"
check "it is one" test "$(pgrep -cf handlers/line)" = 1

# without programs and actions nothing can be started, whatever falcoc is made to do
sed -i '/program_output/d; s/actions: "on"/actions: "off"/' /etc/falcoc/falcoc.yaml
check "it starts without programs" systemctl restart falcoc
/bin/true mark-one
check "and tells alerts" wait_for 20 is_told one mark-one
check "nothing of falcoc's was refused $(refused_to 'comm="falcoc"')" test -z "$(refused_to 'comm="falcoc"')"
check "it ends well" systemctl stop falcoc
kill $HTTP
