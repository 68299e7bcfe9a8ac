#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# curl or wget spawned in a container that is not ours: the rule of the documents that started the
# project, with a cgroup named as container runtimes name it. (What image a container has
# is found out by a later part; until then it has no value.)
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

cat >"$T/rules.yaml" <<'R'
- list: web_fetch_binaries
  items: [curl, wget]
- macro: web_fetch_programs
  condition: (proc.name in (web_fetch_binaries))
- macro: spawned_process
  condition: evt.type = execve and evt.dir=<
- macro: spawn_web_fetcher
  condition: (spawned_process and web_fetch_programs)
- macro: allowed_web_fetch_containers
  condition: (container.image startswith quay.io/my-company/services)
- macro: container
  condition: (container.id != host)
- rule: Web fetch program in a container
  desc: A program that fetches from the web was spawned in a container that is not ours.
  condition: spawn_web_fetcher and container and not allowed_web_fetch_containers
  output: >
    FETCH user=%user.name command=%proc.cmdline parent=%proc.pname container=%container.id
    image=%container.image %container.info
  priority: ERROR
  tags: [process, container]
- rule: Anything that we run to mark a place
  desc: So that the test knows what has been judged.
  condition: spawned_process and proc.name = tac
  output: MARK %proc.args
  priority: DEBUG
R

ID=3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e
CG=/sys/fs/cgroup/docker-$ID.scope
mkdir "$CG" || skip "no cgroup v2 here"

start_falcoc -r "$T/rules.yaml" || exit 1
in_container() { bash -c "echo \$\$ >$CG/cgroup.procs; exec $*"; }

curl --version >/dev/null
in_container cat /dev/null
in_container curl --version >/dev/null
tac /dev/null
expect_alert "everything was judged" 'Debug MARK /dev/null'
expect_alert "curl in a container raises the alert with its context" \
	"Error FETCH user=root command=curl --version parent=[a-z]+ container=${ID:0:12} image=<NA>"
check "curl on the host and cat in the container raise none" test "$(alerts FETCH)" = 1
check "falcoc ends well" stop_falcoc
gone() { rmdir "$CG" 2>/dev/null; }
check "the container's group is left by all" wait_for 10 gone
