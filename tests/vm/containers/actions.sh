#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What policies do to containers of real runtimes: kill, stop, pause and unpause, and that their engines agree
# afterwards on what became of the container. (What else actions must do and must not: t/actions.sh.)
#
#	RUNTIMES="docker podman"	only these
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/containers.sh
. /falcoc/guest/containers.sh

RUNTIMES=${RUNTIMES:-docker podman ctr runc crun nspawn lxc}
RUNTIMES=${RUNTIMES//,/ }
# bystanders of the same engine live on
IDLE='while :; do sleep 1; done'
# a process of the container opens the file, while another one forks as fast as it can
FORK='(while :; do sh -c true & wait; done) & while :; do (while :; do sh -c true; done) & sleep 0.1; done'

rules() {
	cat <<-'R'
	- rule: mark
	  desc: A process opens a marked file.
	  condition: evt.type in (open, openat) and fd.name startswith /tmp/mark.
	  output: "MARK|%fd.name|%container.id|%container.type|"
	  priority: WARNING
	R
}

policies() {
	cat <<-'P'
	- policy: kill
	  rules: [mark]
	  scope: fd.name = /tmp/mark.kill and container.name endswith -kill
	  actions: [{kill: container}]
	- policy: pause
	  rules: [mark]
	  scope: fd.name = /tmp/mark.pause and container.name endswith -pause
	  actions: [pause]
	- policy: stop
	  rules: [mark]
	  scope: fd.name = /tmp/mark.stop and container.name endswith -stop
	  actions: [{stop: , timeout_s: 2}]
	P
}

# start_ENGINE NAME SCRIPT: in the background
start_docker() { docker run -d --name "$1" --network none "$FOREIGN" sh -c "$2" >/dev/null; }
start_podman() { podman run -d --name "$1" --network none "$FOREIGN" sh -c "$2" >/dev/null; }
start_ctr() { ctr run -d "docker.io/$FOREIGN" "$1" sh -c "$2" >/dev/null 2>&1; }
start_oci() {
	bundle "$T/$1-$2" sh -c "$3"
	(cd "$T/$1-$2" && "$1" run -d "$2") </dev/null >"$T/$2.log" 2>&1
}
start_runc() { start_oci runc "$@"; }
start_crun() { start_oci crun "$@"; }
start_nspawn() { setsid systemd-nspawn -q -x -D "$IMAGE" --machine="$1" -- /bin/sh -c "$2" </dev/null >/dev/null 2>&1 & }
start_lxc() {
	mkdir -p "/var/lib/lxc/$1"
	printf '%s\n' "$2" >"$T/lxc-$1"
	printf '%s\n' "lxc.rootfs.path = dir:$IMAGE" "lxc.uts.name = $1" 'lxc.net.0.type = empty' \
		'lxc.apparmor.profile = unconfined' "lxc.mount.entry = $T/lxc-$1 root/script none bind,create=file 0 0" \
		"lxc.init.cmd = /bin/sh /root/script" >"/var/lib/lxc/$1/config"
	lxc-start -n "$1"
}

# state_ENGINE NAME: running, paused, anything else is gone
state_docker() { docker inspect -f '{{.State.Status}}' "$1"; }
state_podman() { podman inspect -f '{{.State.Status}}' "$1"; }
state_ctr() { ctr task ls | awk -v n="$1" '$1 == n { print tolower($3) }'; }
state_runc() { runc state "$1" 2>/dev/null | jq -r .status; }
state_crun() { crun state "$1" 2>/dev/null | jq -r .status; }
state_nspawn() { machinectl show "$1" -p State --value 2>/dev/null; }
state_lxc() { lxc-info -n "$1" -s -H | sed 's/FROZEN/paused/' | tr '[:upper:]' '[:lower:]'; }

# what has not begun yet, does not count
begin() {
	"start_$1" "$2" "$3" || { fail "$1: $2 starts"; return 1; }
	wait_for 30 runs "$1" "$2" || { fail "$1: $2 runs"; return 1; }
}
runs() { [ "$("state_$1" "$2")" = running ]; }
is_paused() { [ "$("state_$1" "$2")" = paused ]; }
is_gone() { case $("state_$1" "$2") in running | paused | opening) return 1 ;; esac; }

# a frozen one reads running where its engine does not look at the freezer
is_frozen() { is_paused "$1" "$2" || grep -qs 'frozen 1' "$(group_of "$2")/cgroup.events"; }
group_of() {
	local id
	id=$(grep -F '"falcoc: action"' "$T/out" | jq -r '.output_fields["falcoc.action.container"]' | tail -1)
	find /sys/fs/cgroup -type d -name "*$id*" | head -1
}

# result ACTION: of the last
result() {
	grep -F '"falcoc: action"' "$T/out" | jq -c '.output_fields' | grep -F "\"falcoc.action.name\":\"$1\"" | tail -1
}
told() { [ "$(grep -F '"falcoc: action"' "$T/out" | grep -cF "\"falcoc.action.name\":\"$1\"")" -gt "$2" ]; }

# act ENGINE ACTION SCRIPT: returns when it is done, and told
act() {
	local before
	before=$(grep -F '"falcoc: action"' "$T/out" | grep -cF "\"falcoc.action.name\":\"$2\"")
	begin "$1" "$1-$2" "sleep 1; exec 3</tmp/mark.$2; $3" || return 1
	wait_for 30 told "$2" "$before" || { fail "$1: $2 is told"; tail -3 "$T/out"; return 1; }
	result "$2" | jq -r '"  \(.["falcoc.action.name"]): \(.["falcoc.action.result"]), \(.["falcoc.action.detail"])"'
}

actions_on() {
	local e=$1
	begin "$e" "$e-idle" "$IDLE" || return
	if act "$e" kill "$FORK"; then
		check "$e: a container that forks while it is killed is gone" wait_for 30 is_gone "$e" "$e-kill"
	fi
	if act "$e" pause "$IDLE"; then
		check "$e: a paused one is frozen, and its engine knows, if it asks" wait_for 30 is_frozen "$e" "$e-pause"
	fi
	if act "$e" stop "$IDLE"; then
		check "$e: a stopped one is gone" wait_for 40 is_gone "$e" "$e-stop"
	fi
	check "$e: another one runs on" runs "$e" "$e-idle"
}

# engines are brought up, and all that they run is ended
up_docker() { docker_up && image_load docker "$FOREIGN"; }
up_podman() {
	systemctl start podman.socket
	image_load podman "$FOREIGN"
}
up_ctr() { systemctl start containerd && image_load ctr "docker.io/$FOREIGN"; }
down_docker() { docker ps -aq | xargs docker rm -f >/dev/null; docker_down; }
down_podman() { podman rm -f -t 0 -a >/dev/null; systemctl stop podman.socket podman; }
down_ctr() { ctr task ls -q | xargs -r -n 1 ctr task rm -f; systemctl stop containerd; }
down_runc() { for c in /run/runc/*; do runc delete -f "${c##*/}"; done; }
down_crun() { for c in /run/crun/*; do crun delete -f "${c##*/}"; done; }
down_nspawn() { machinectl list --no-legend | awk '{ print $1 }' | xargs -r -n 1 machinectl terminate; }
down_lxc() { for c in /var/lib/lxc/*-*; do lxc-stop -k -n "${c##*/}"; done; }

containers_up || { fail "the guest is ready for containers"; exit 1; }
rules >"$T/rules.yaml"
policies >"$T/policies.yaml"
start_falcoc -v -r "$T/rules.yaml" --policy "$T/policies.yaml" --actions=on --json || exit 1
for r in $RUNTIMES; do
	start=$SECONDS
	if ! declare -F "up_$r" >/dev/null || "up_$r"; then
		actions_on "$r"
		"down_$r" >/dev/null 2>&1
	else
		fail "$r is up"
	fi
	echo "  $r took $((SECONDS - start)) s"
done
check "falcoc ends well" stop_falcoc
grep -iE '^Actions|container|lost' "$T/err" | sed 's/^/  /'
