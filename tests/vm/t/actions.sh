#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What policies do, on a live kernel: processes, groups and containers killed, paused, stopped, connections
# cut, programs run; what is protected stays alive; pids that are used again are let alone; how long it takes
# from the system call to the signal. Containers are control groups with names as runtimes give them: those of
# real runtimes are tested with these.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

ID=$(printf 'ab%.0s' $(seq 32))
OTHER=${ID:0:12}$(printf 'cd%.0s' $(seq 26))	# begins with the same digits
OURS=$(printf 'ef%.0s' $(seq 32))	# where falcoc is
DEAF=$(printf '98%.0s' $(seq 32))
CG=/sys/fs/cgroup

cat >"$T/rules.yaml" <<'R'
- rule: mark
  desc: a process that opens a marked file
  condition: evt.type in (open, openat) and fd.name startswith /tmp/mark.
  output: "MARK %fd.name by %proc.pid (%proc.name)"
  priority: WARNING
- rule: connects
  desc: d
  condition: evt.type = connect and fd.sport = 7777
  output: "CONNECT by %proc.pid"
  priority: WARNING
R
cat >"$T/policies.yaml" <<'P'
- policy: kills
  rules: [mark]
  scope: fd.name startswith /tmp/mark.kill
  actions: [kill]
  limit: {actions: 10000, seconds: 60}
- policy: kills groups
  rules: [mark]
  scope: fd.name startswith /tmp/mark.group
  actions: [{kill: group}]
- policy: kills containers
  rules: [mark]
  scope: fd.name startswith /tmp/mark.container
  actions: [{kill: container}]
- policy: pauses
  rules: [mark]
  scope: fd.name startswith /tmp/mark.pause
  actions: [pause]
- policy: unpauses
  rules: [mark]
  scope: fd.name startswith /tmp/mark.unpause
  actions: [{unpause: , by: cgroup}]
- policy: stops
  rules: [mark]
  scope: fd.name startswith /tmp/mark.stop
  actions: [{stop: , timeout_s: 600}]
- policy: stops by force
  rules: [mark]
  scope: fd.name startswith /tmp/mark.force
  actions: [{stop: , timeout_s: 1}]
- policy: runs
  rules: [mark]
  scope: fd.name startswith /tmp/mark.exec
  actions:
    - exec: [/bin/sh, -c, "cat >/tmp/exec.json; echo $FALCOC_POLICY >/tmp/exec.policy; : >/tmp/mark.exec.again"]
      timeout_s: 600
    - exec: [/bin/sleep, "1000"]
      timeout_s: 1
- policy: cuts
  rules: [connects]
  actions: [cut]
- policy: limited
  rules: [mark]
  scope: fd.name startswith /tmp/mark.limit
  actions: [kill]
  limit: {actions: 2, seconds: 3600}
- protect: what must live
  programs: [/tmp/precious]
P

# result PATTERN: has an action of that pattern been told?
result() { grep -E -- '"rule":"falcoc: action"' "$T/out" | grep -qE -- "$1"; }
expect_result() {
	if wait_for 20 result "$2"; then
		pass "$1"
	else
		fail "$1: no result matches $2; the last are:"
		grep -F '"falcoc: action"' "$T/out" | tail -5
	fi
}
gone() { ! kill -0 "$1" 2>/dev/null; }
alive() { kill -0 "$1" 2>/dev/null; }

# in_group DIR COMMAND...: in the background, in that cgroup; its pid is in $PID
in_group() {
	local dir=$1
	shift
	mkdir -p "$CG/$dir"
	rm -f "$T/inside"
	# it says so itself: it may have been killed before we look for it
	sh -c 'echo $$ >"$0" && : >"$1"; shift; exec "$@"' "$CG/$dir/cgroup.procs" "$T/inside" "$@" &
	PID=$!
	wait_for 10 test -e "$T/inside" || fail "a process gets into $dir"
}

args=(-r "$T/rules.yaml" --policy "$T/policies.yaml" --json)
touch /tmp/mark.{kill,group,container,pause,unpause,stop,force,exec,limit}

# ---- a dry run does nothing ----
start_falcoc "${args[@]}" --actions=dry-run || exit 1
sh -c 'exec 3</tmp/mark.kill; exec sleep 1000' &
pid=$!
expect_result "a dry run tells what would be done" "\"falcoc.action.result\":\"dry-run\".*\"falcoc.action.pid\":$pid,"
check "and does not" alive $pid
kill -KILL $pid
stop_falcoc || fail "falcoc ends well"

# ---- without the option nothing is done at all ----
start_falcoc "${args[@]}" || exit 1
sh -c 'exec 3</tmp/mark.kill; exec sleep 1000' &
pid=$!
expect_alert "without --actions there is the alert, with its policy" "\"policies\":\\[\"kills\"\\].*\"rule\":\"mark\""
check "nothing is done" alive $pid
check "nor told" test "$(alerts 'falcoc: action')" = 0
check "which is said" grep -q 'actions of policies are off' "$T/err"
kill -KILL $pid
stop_falcoc || fail "falcoc ends well"

start_falcoc "${args[@]}" --actions=on || exit 1

# ---- kill ----
sh -c 'exec 3</tmp/mark.kill; exec sleep 1000' &
pid=$!
check "the process is killed" wait_for 10 gone $pid
expect_result "which is told" "\"falcoc.action.name\":\"kill\".*\"falcoc.action.reach\":\"process\".*\"falcoc.action.result\":\"done\".*\"falcoc.action.pid\":$pid,"
# one of a group kills all of it, those outside of it live
setsid sh -c 'sleep 1000 & sleep 1001 & echo $$ >/tmp/group.pid; sleep 0.2; exec 3</tmp/mark.group; wait' &
sleep 1000 &
bystander=$!
wait_for 10 test -s /tmp/group.pid
group=$(cat /tmp/group.pid)
check "all of a process group are killed" wait_for 10 refused pgrep -g "$group"
expect_result "which is told" '"falcoc.action.reach":"group","falcoc.action.result":"done","falcoc.action.detail":"3 processes"'
check "another group lives" alive $bystander
kill -KILL $bystander

# ---- what is protected ----
cp /bin/dash /tmp/precious
/tmp/precious -c 'exec 3</tmp/mark.kill; while :; do sleep 1; done' &
pid=$!
expect_result "a protected program is let alone" "\"falcoc.action.result\":\"refused\",\"falcoc.action.detail\":\"its program is protected\".*\"falcoc.action.pid\":$pid,"
check "and lives" alive $pid
kill -KILL $pid
# this shell is an ancestor of falcoc
exec 3</tmp/mark.kill
exec 3<&-
expect_result "who started falcoc is let alone" "\"falcoc.action.result\":\"refused\",\"falcoc.action.detail\":\"falcoc runs below it\".*\"falcoc.action.pid\":$$,"

# ---- containers ----
in_group "docker-$ID.scope" sh -c 'trap "" TERM; sh -c "sleep 1000 & wait" & while :; do sleep 0.1; done'
one=$PID
in_group "docker-$OTHER.scope" sleep 1000
other=$PID
in_group "docker-$ID.scope" sh -c 'exec 3</tmp/mark.pause; while :; do sleep 0.1; done'
expect_result "a container is paused by its cgroup where the runtime has no socket" "\"falcoc.action.name\":\"pause\".*result\":\"done\".*by the cgroup; docker has no socket here.*\"falcoc.action.container\":\"$ID\""
check "it is frozen" grep -q 'frozen 1' "$CG/docker-$ID.scope/cgroup.events"
check "one that begins with the same digits is not" grep -q 'frozen 0' "$CG/docker-$OTHER.scope/cgroup.events"
# a frozen one cannot open anything: thawed from outside, then by a policy
echo 0 >"$CG/docker-$ID.scope/cgroup.freeze"
in_group "docker-$ID.scope" sh -c 'exec 3</tmp/mark.unpause; while :; do sleep 0.1; done'
expect_result "unpause is done" '"falcoc.action.name":"unpause".*result":"done"'
check "it runs" wait_for 10 grep -q 'frozen 0' "$CG/docker-$ID.scope/cgroup.events"
# from a group below the container's own, while it forks as fast as it can
mkdir -p "$CG/docker-$ID.scope/below"
in_group "docker-$ID.scope" sh -c 'for i in 1 2 3 4; do sh -c "while :; do (sleep 1 &); done" & done; wait'
in_group "docker-$ID.scope/below" sh -c 'sleep 0.5; exec 3</tmp/mark.container; sleep 1000'
expect_result "a container that forks all the time is killed" '"falcoc.action.name":"kill","falcoc.action.reach":"container","falcoc.action.result":"done"'
check "none of its processes is left" wait_for 10 grep -q 'populated 0' "$CG/docker-$ID.scope/cgroup.events"
check "the first was one of them" wait_for 10 gone "$one"
check "the one that begins with the same digits lives" alive "$other"
check "and the group is not left frozen" grep -q 'frozen 0' "$CG/docker-$ID.scope/cgroup.events"
kill -KILL "$other"
# stop: SIGTERM to its first process, then by force
in_group "docker-$OTHER.scope" unshare -pf --mount-proc sh -c 'trap "echo term >/tmp/got.term; exit" TERM; exec 3</tmp/mark.stop; while :; do sleep 0.1; done'
expect_result "a container is stopped" '"falcoc.action.name":"stop".*result":"done","falcoc.action.detail":"by SIGTERM; docker has no socket here"'
check "none of its processes is left" wait_for 10 grep -q 'populated 0' "$CG/docker-$OTHER.scope/cgroup.events"
check "it was asked" test -s /tmp/got.term
in_group "docker-$DEAF.scope" unshare -pf --mount-proc sh -c 'trap "" TERM; exec 3</tmp/mark.force; while :; do sleep 0.1; done'
expect_result "one that does not listen is, too" "\"falcoc.action.name\":\"stop\".*result\":\"done\",\"falcoc.action.detail\":\"[1-9][0-9]* processes; docker has no socket here\".*\"falcoc.action.container\":\"$DEAF\""
check "none of its processes is left" wait_for 10 grep -q 'populated 0' "$CG/docker-$DEAF.scope/cgroup.events"
# falcoc itself is in the container: another, as one that was killed a moment ago is not asked for again
mkdir -p "$CG/docker-$OURS.scope"
echo "$FALCOC_PID" >"$CG/docker-$OURS.scope/cgroup.procs"
in_group "docker-$OURS.scope" sh -c 'exec 3</tmp/mark.container; exec sleep 1000'
expect_result "the container that falcoc is in is let alone" '"falcoc.action.reach":"container","falcoc.action.result":"refused","falcoc.action.detail":"of its container: it is falcoc"'
check "and lives" alive "$PID"
kill -KILL "$PID"
echo "$FALCOC_PID" >"$CG/cgroup.procs"
sh -c 'exec 3</tmp/mark.pause; exec sleep 1000' &
pid=$!
expect_result "what is in no container is not paused" "result\":\"refused\",\"falcoc.action.detail\":\"it is not in a container\".*\"falcoc.action.pid\":$pid,"
kill -KILL $pid

# ---- connections ----
# in a network of its own; the server says nothing, so the client waits until its connection is destroyed
unshare -n sh -c 'ip link set lo up; exec sleep 1000' &
net=$!
# before it has its own, that of all is up
has_network() {
	[ "$(readlink "/proc/$net/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
		nsenter -t "$net" -n ip -br link show lo up | grep -q lo
}
wait_for 10 has_network || fail "a network with a loopback"
mkfifo /tmp/silence
exec 4<>/tmp/silence
nsenter -t $net -n busybox nc -l -p 7777 <&4 >/dev/null &
server=$!
exec 4>&-
listens() { nsenter -t "$net" -n sh -c 'grep -qE ":1E61 [0:]* 0A " /proc/self/net/tcp /proc/self/net/tcp6'; }
wait_for 10 listens || fail "a server listens"
# shellcheck disable=SC2016  # the inner shell's
LC_ALL=C nsenter -t $net -n bash -c 'exec 3<>/dev/tcp/127.0.0.1/7777 || exit 9; read -r _ <&3; exit 4' 2>"$T/client" &
client=$!
expect_result "a connection is cut" "\"falcoc.action.name\":\"cut\".*result\":\"done\".*\"falcoc.action.pid\":$client,"
check "the client goes on without it" wait_for 10 gone $client
check "it was told by an error" grep -qE 'Software caused connection abort|Connection reset by peer' "$T/client"
[ "$FAILED" = 0 ] || cat "$T/client"
kill -KILL $server $net 2>/dev/null

# ---- programs ----
sh -c 'exec 3</tmp/mark.exec'
expect_result "a program is run" '"falcoc.action.name":"exec","falcoc.action.reach":null,"falcoc.action.result":"done"'
check "with the alert" grep -q '"rule":"mark"' /tmp/exec.json
check "and the policy" grep -qx runs /tmp/exec.policy
expect_result "one that takes too long is killed" '"falcoc.action.name":"exec".*result":"failed","falcoc.action.detail":"the program was killed: it took more than 1 s"'
expect_result "what the program does starts no further one" '"falcoc.action.name":"exec".*result":"refused","falcoc.action.detail":"it is falcoc, or was started by it"'

# ---- limits ----
for _ in 1 2 3 4 5 6; do
	sh -c 'exec 3</tmp/mark.limit; exec sleep 1000' &
done
expect_result "what is above the limit is told" "the policy's limit is reached"
check "and told once" test "$(grep -c "the policy's limit is reached" "$T/out")" = 1
check "as many as it allows are killed" test "$(grep -c 'result":"done".*"falcoc.action.policy":"limited"' "$T/out")" = 2
# shellcheck disable=SC2046  # a list of jobs
kill -KILL $(jobs -p | grep -vx "$FALCOC_PID") 2>/dev/null

stop_falcoc || fail "falcoc ends well"
check "the report counts them" grep -qE '^Actions: [0-9]+ done, [0-9]+ failed, [0-9]+ refused' "$T/err"
exit $FAILED
