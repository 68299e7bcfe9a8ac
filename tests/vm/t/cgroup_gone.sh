#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers that are gone, process and control group, before falcoc gets to their records: each program
# is told with its container all the same, because the record of its exec has the path of the group.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- rule: Contained
  desc: a program in a container
  condition: evt.type in (execve, execveat) and evt.dir = < and proc.name = tac and container.id != host
  output: RAN %container.id %proc.args %container.type END
  priority: NOTICE
- rule: Host
  desc: a program outside of them
  condition: evt.type in (execve, execveat) and evt.dir = < and proc.name = tac and container.id = host
  output: HOST %proc.args END
  priority: NOTICE
R

COUNT=60
grep -q ' /sys/fs/cgroup cgroup2 ' /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
G=/sys/fs/cgroup
stopped() { grep -q '^State:.T' "/proc/$1/status"; }
gone() { rmdir "$1" 2>/dev/null; }
told_all() { [ "$(alerts "$1")" = "$COUNT" ]; }
# as many that bear the id of the container that was theirs
own_ids() { sed -nE 's/.*RAN ([0-9a-f]{12}) \/nowhere-\1([0-9a-f]{52}) docker END.*/\1/p' "$T/out" | sort -u | wc -l; }

# room for all processes, of waiting too: nobody reads them meanwhile
start_falcoc --ring-size 1M,16M -r "$T/rules.yaml" || exit 1
kill -STOP "$FALCOC_PID"
check "falcoc is stopped" wait_for 10 stopped "$FALCOC_PID"
for ((i = 0; i < COUNT; i++)); do
	id=$(printf '%08x%056x' $((i * 7919 + 65536)) "$i")
	mkdir "$G/docker-$id.scope"
	(
		echo $BASHPID >"$G/docker-$id.scope/cgroup.procs"
		exec tac "/nowhere-$id" 2>/dev/null
	)
	gone "$G/docker-$id.scope" || wait_for 10 gone "$G/docker-$id.scope"
done
tac /nowhere-host 2>/dev/null
# other tests may have left groups of theirs
check "no group is left" test -z "$(find "$G" -name 'docker-00*')"
kill -CONT "$FALCOC_PID"
check "each program is told as a container's" wait_for 60 told_all 'RAN [0-9a-f]{12} /nowhere-'
check "with the id of its own" test "$(own_ids)" = "$COUNT"
check "the host's is the host's" wait_for 10 has_alert 'HOST /nowhere-host END'
check "and nothing else is" test "$(alerts 'HOST ')" = 1
check "falcoc ends well" stop_falcoc
check "nothing was lost" grep -q '^Events dropped: 0 of ' "$T/err"
[ "$FAILED" = 0 ] || { cat "$T/err"; head -5 "$T/out"; }
