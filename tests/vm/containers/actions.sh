#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What policies do to containers of real runtimes: kill (a process, its group, all of it), stop, pause, cut, programs
# and captures about them; that their engines agree afterwards on what became of the container; and what becomes
# of an action while an engine's daemon stands still or is not there. (What else actions must do and must not:
# t/actions.sh, t/actions_pid.sh.)
#
#	RUNTIMES="docker podman"	only these
#	RUNTIME_MS=30000	so long they are waited for, for an emulated one to answer [5000]
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
# what is done to less than the container: all of these end, and the container goes on (one line: bundle() parts lines)
# (first a pause that ends again: another pause of it within 5 s would be the same one)
PARTS='(exec 3</mark.both); sleep 6; (exec 3</mark.note); sh -c "exec 3</mark.one; exec sleep 1000"'
PARTS="$PARTS; setsid sh -c 'sleep 1000 & exec 3</mark.group; wait'"
PARTS="$PARTS; tail -f /dev/null | nc -l -p 7777 >/dev/null & for i in 1 2 3 4 5 6 7 8 9; do"
PARTS="$PARTS grep -q :1E61 /proc/net/tcp /proc/net/tcp6 && break; sleep 1; done"
# (an end of its input would end the connection)
PARTS="$PARTS; mkfifo /dev/ever; timeout 30 nc 127.0.0.1 7777 <>/dev/ever >/dev/null"

rules() {
	cat <<-'R'
	- rule: mark
	  desc: A process opens a marked file.
	  condition: evt.type in (open, openat) and fd.name startswith /mark.
	  output: "MARK|%fd.name|%container.id|%container.name|%container.type|"
	  priority: WARNING
	- rule: connects
	  desc: d
	  condition: evt.type = connect and fd.sport = 7777
	  output: "CONNECT|%container.name|"
	  priority: WARNING
	R
}

policies() {
	cat <<-P
	- policy: note
	  rules: [mark]
	  scope: fd.name = /mark.note and container.name endswith -pause
	  actions:
	    - {exec: [/bin/sh, -c, "cat >>$T/noted"], timeout_s: 60}
	    - capture
	- policy: one
	  rules: [mark]
	  scope: fd.name = /mark.one and container.name endswith -pause
	  actions: [kill]
	- policy: group
	  rules: [mark]
	  scope: fd.name = /mark.group and container.name endswith -pause
	  actions: [{kill: group}]
	- policy: both
	  rules: [mark]
	  scope: fd.name = /mark.both and container.name endswith -pause
	  actions: [pause, unpause]
	- policy: cut
	  rules: [connects]
	  scope: container.name endswith -pause
	  actions: [cut]
	- policy: kill
	  rules: [mark]
	  scope: fd.name = /mark.kill and container.name endswith -kill
	  actions: [{kill: container}]
	- policy: twin
	  rules: [mark]
	  scope: fd.name = /mark.twin
	  actions: [{kill: container}]
	- policy: pause
	  rules: [mark]
	  scope: fd.name = /mark.pause and container.name endswith -pause
	  actions: [pause]
	- policy: stop
	  rules: [mark]
	  scope: fd.name = /mark.stop and container.name endswith -stop
	  actions: [{stop: , timeout_s: 2}]
	P
}

# start_ENGINE NAME SCRIPT: in the background
start_docker() { docker run -d --name "$1" --network none "$FOREIGN" sh -c "$2" >/dev/null; }
start_podman() { podman run -d --name "$1" --network none "$FOREIGN" sh -c "$2" >/dev/null; }
start_ctr() { ctr run -d "docker.io/$FOREIGN" "$1" sh -c "$2" >/dev/null 2>&1; }
start_oci() {
	bundle "$T/$1-$2" sh -c "$3"
	(cd "$T/$1-$2" && "$1" run -d --pid-file "$T/$2.pid" "$2") </dev/null >"$T/$2.log" 2>&1 || return
	# not every runtime brings up the loopback of the networks that it makes
	nsenter -t "$(cat "$T/$2.pid")" -n ip link set lo up 2>/dev/null || true
}
start_runc() { start_oci runc "$@"; }
start_crun() { start_oci crun "$@"; }
start_nspawn() { setsid systemd-nspawn -q -x -D "$IMAGE" --machine="$1" -- /bin/sh -c "$2" </dev/null >/dev/null 2>&1 & }
start_lxc() {
	mkdir -p "/var/lib/lxc/$1"
	printf '%s\n' "$2" >"$T/lxc-$1"
	printf '%s\n' "lxc.rootfs.path = dir:$IMAGE" "lxc.uts.name = $1" 'lxc.net.0.type = empty' \
		'lxc.net.0.flags = up' 'lxc.apparmor.profile = unconfined' \
		"lxc.mount.entry = $T/lxc-$1 root/script none bind,create=file 0 0" \
		"lxc.init.cmd = /bin/sh /root/script" >"/var/lib/lxc/$1/config"
	lxc-start -n "$1"
}

# state_ENGINE NAME: running, paused, anything else is gone
# (by the API, where there is one: starts of its client take an emulated machine seconds)
state_docker() { curl -s --unix-socket /run/docker.sock "http://d/containers/$1/json" | jq -r .State.Status; }
state_podman() {
	if [ -S /run/podman/podman.sock ]; then
		curl -s --unix-socket /run/podman/podman.sock "http://d/v4.0.0/libpod/containers/$1/json" | jq -r .State.Status
	else
		podman inspect -f '{{.State.Status}}' "$1"
	fi
}
state_ctr() { ctr task ls | awk -v n="$1" '$1 == n { print tolower($3) }'; }
state_runc() { runc state "$1" 2>/dev/null | jq -r .status; }
state_crun() { crun state "$1" 2>/dev/null | jq -r .status; }
state_nspawn() { machinectl show "$1" -p State --value 2>/dev/null; }
state_lxc() { lxc-info -n "$1" -s -H | sed 's/FROZEN/paused/' | tr '[:upper:]' '[:lower:]'; }

# resume_ENGINE NAME: lets a paused one go on, as it thinks that it is
resume_docker() { docker unpause "$1"; }
resume_podman() { podman unpause "$1"; }
resume_ctr() { ctr task resume "$1"; }
resume_runc() { runc resume "$1"; }
resume_crun() { crun resume "$1"; }
# its monitor believes what it did itself: it is to freeze what is frozen before it lets it go on
resume_lxc() { lxc-freeze -n "$1" && lxc-unfreeze -n "$1"; }
resume_nspawn() {
	local g
	groups_of | while read -r g; do
		if [ -f "$g/cgroup.freeze" ]; then echo 0 >"$g/cgroup.freeze"; else echo THAWED >"$g/freezer.state"; fi
	done
}

begin() {
	"start_$1" "$2" "$3" || { fail "$1: $2 starts"; return 1; }
	[ -z "${4:-}" ] || return 0
	wait_for 30 runs "$1" "$2" || { fail "$1: $2 runs"; return 1; }
}
runs() { [ "$("state_$1" "$2")" = running ]; }
is_paused() { [ "$("state_$1" "$2")" = paused ]; }
is_gone() { case $("state_$1" "$2") in running | paused | opening) return 1 ;; esac; }

# a frozen one reads running where its engine does not look at the freezer, and has nothing to be asked by
is_frozen() {
	case $1 in
	lxc | nspawn) group_is_frozen ;;
	*) is_paused "$1" "$2" && group_is_frozen ;;
	esac
}
# any of its groups: Podman pauses the one within that which has the container's name
group_is_frozen() {
	local g
	while read -r g; do
		! grep -qs 'frozen 1' "$g/cgroup.events" && ! grep -qs FROZEN "$g/freezer.state" || return 0
	done < <(groups_of)
	return 1
}
# of the container that was acted upon last
groups_of() {
	local id at=(/sys/fs/cgroup)
	id=$(grep -F '"falcoc: action"' "$T/out" | tail -1 | jq -r '.output_fields["falcoc.action.container"]')
	[ ! -d /sys/fs/cgroup/freezer ] || at=(/sys/fs/cgroup/{freezer,unified})
	find "${at[@]}" -type d -path "*${id//-/*}*" # a scope has \x2d for -
}
show_state() {
	echo "  its engine says $("state_$1" "$2"); groups:"
	groups_of | while read -r g; do
		echo "  $g: $(cat "$g"/cgroup.events "$g"/freezer.state 2>/dev/null | tr '\n' ' ')"
	done
}

# results POLICY: what was told of its actions, one a line
results() {
	grep -F '"falcoc: action"' "$T/out" | jq -c '.output_fields' | grep -F "\"falcoc.action.policy\":\"$1\""
}
told() { [ "$(grep -F '"falcoc: action"' "$T/out" | grep -cF "\"falcoc.action.policy\":\"$1\"")" -gt "$2" ]; }

# act ENGINE ACTION SCRIPT: returns when it is done, and told, of the policy of that name (`both` pauses, too)
act() {
	local before
	before=$(results "$2" | wc -l)
	begin "$1" "$1-$2" "sleep 1; $3" at-once || return 1
	wait_for 300 told "$2" "$before" || { fail "$1: $2 is told"; tail -3 "$T/out"; return 1; }
	results "$2" | tail -1 | jq -r '"  \(.["falcoc.action.name"]): \(.["falcoc.action.result"]), " +
		"\(.["falcoc.action.detail"]), \(.["falcoc.action.latency_ns"] / 1e6 | floor) ms"'
}

# parts_of ENGINE: what was done before it was paused to less than all of it
parts_of() {
	local e=$1
	tail -n "+$FROM" "$T/out" | grep -F '"falcoc: action"' |
		jq -r '.output_fields | "\(.["falcoc.action.policy"]) \(.["falcoc.action.name"]) \(.["falcoc.action.result"])"' >"$T/done"
	check "$e: a process of it is killed" grep -qx 'one kill done' "$T/done"
	check "$e: a group of processes of it is killed" grep -qx 'group kill done' "$T/done"
	check "$e: its connection is cut" grep -qx 'cut cut done' "$T/done"
	check "$e: it is paused and goes on, by one policy" \
		test "$(grep '^both' "$T/done" | paste -sd,)" = 'both pause done,both unpause done'
	check "$e: a program is told of it" grep -q "|$e-pause|" "$T/noted"
	check "$e: a capture is begun" grep -qx 'note capture done' "$T/done"
	tail -n "+$FROM" "$T/out" | grep -F '"falcoc: action"' | jq -r '.output_fields | "  \(.["falcoc.action.policy"]) " +
		"\(.["falcoc.action.name"]): \(.["falcoc.action.result"]) \(.["falcoc.action.detail"])"'
}

actions_on() {
	local e=$1
	FROM=$(($(wc -l <"$T/out") + 1))
	begin "$e" "$e-idle" "$IDLE" || return
	if act "$e" kill "exec 3</mark.kill; $FORK"; then
		check "$e: a container that forks while it is killed is gone" wait_for 30 is_gone "$e" "$e-kill"
	fi
	rm -f "$T/noted"
	if act "$e" pause "$PARTS; exec 3</mark.pause; $IDLE"; then
		check "$e: a paused one is frozen, and its engine knows, if it asks" wait_for 30 is_frozen "$e" "$e-pause"
		show_state "$e" "$e-pause"
		parts_of "$e"
		"resume_$e" "$e-pause" >"$T/resume" 2>&1
		check "$e: its engine lets it go on" wait_for 20 goes_on "$e" "$e-pause"
		[ "$FAILED" = 0 ] || { cat "$T/resume"; show_state "$e" "$e-pause"; }
	fi
	if act "$e" stop "exec 3</mark.stop; $IDLE"; then
		check "$e: a stopped one is gone" wait_for 40 is_gone "$e" "$e-stop"
	fi
	check "$e: another one runs on" runs "$e" "$e-idle"
	if declare -F "more_$e" >/dev/null; then "more_$e"; fi
}
goes_on() { [ -n "$(groups_of)" ] && ! group_is_frozen && runs "$1" "$2"; }

# A container of another runtime that has the very id of one of Docker's.
twin() {
	local id
	id=$(docker inspect -f '{{.Id}}' docker-idle)
	start_oci crun "$id" "sleep 1; exec 3</mark.twin; $IDLE"
	check "docker: one of crun with the same id is killed" wait_for 60 is_gone crun "$id"
	check "docker: its own with that id runs on" runs docker docker-idle
	results twin | tail -1 | jq -c .
	crun delete -f "$id" 2>/dev/null
}

# opens the file when it gets a signal
WAITING='trap "exec 3</mark.stop" USR1; while :; do sleep 1; done'

# The daemon stands still: what it does not answer is done without it, and meanwhile other events are judged.
more_docker() {
	local before pid start
	twin
	docker rm -f docker-stop >/dev/null 2>&1
	before=$(results stop | wc -l)
	begin docker docker-stop "$WAITING" || return
	pid=$(docker inspect -f '{{.State.Pid}}' docker-stop)
	kill -STOP "$(systemctl show -p MainPID --value docker)"
	kill -USR1 "$pid"
	start=$(date +%s%N)
	wait_for 30 grep -q 'MARK|/mark.stop|.*|docker-stop|' "$T/out"
	start_oci crun crun-kill "exec 3</mark.kill; $IDLE" # of another runtime, while Docker is waited for
	check "docker: while its daemon stands still, others' containers are killed" wait_for 30 is_gone crun crun-kill
	check "docker: what the daemon does not do is done without it" wait_for 60 told stop "$before"
	echo "  after $((($(date +%s%N) - start) / 1000000)) ms: $(results stop | tail -1 | jq -r '.["falcoc.action.detail"]')"
	kill -CONT "$(systemctl show -p MainPID --value docker)"
	check "docker: which the daemon knows, once it goes on" wait_for 40 is_gone docker docker-stop
	crun delete -f crun-kill 2>/dev/null
}

# The socket is not there.
more_podman() {
	local before
	before=$(results stop | wc -l)
	systemctl stop podman.socket podman.service
	podman rm -f -t 0 podman-stop >/dev/null 2>&1
	begin podman podman-stop "sleep 1; exec 3</mark.stop; $IDLE" at-once || return
	check "podman: without its socket it is stopped, too" wait_for 60 told stop "$before"
	results stop | tail -1 | jq -r '"  " + .["falcoc.action.detail"]'
	check "podman: which it knows" wait_for 40 is_gone podman podman-stop
}

# engines are brought up, and all that they run is ended
up_docker() { docker_up && image_load docker "$FOREIGN"; }
# Its service ends when it has had nothing to do for five seconds; to start it anew for each question takes a guest
# longer than falcoc waits for an answer.
up_podman() {
	mkdir -p /run/systemd/system/podman.service.d
	printf '[Service]\nExecStart=\nExecStart=/usr/bin/podman system service --time=0\n' \
		>/run/systemd/system/podman.service.d/stays.conf
	systemctl daemon-reload
	systemctl start podman.socket
	image_load podman "$FOREIGN"
	curl -sS --unix-socket /run/podman/podman.sock http://d/_ping >/dev/null
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
mkdir -p "$T/captures"
start_falcoc -v -r "$T/rules.yaml" --policy "$T/policies.yaml" --actions=on --json \
	-o capture.directory="$T/captures" -o policies.runtime_timeout_ms="${RUNTIME_MS:-5000}" || exit 1
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
grep -F '"falcoc: action"' "$T/out" | grep -vF '"falcoc.action.result":"done"' | jq -r .output | sed 's/^/  /'
echo "  captures: $(find "$T/captures" -type f | wc -l)"
grep -iE '^Actions|container|lost' "$T/err" | sed 's/^/  /'
