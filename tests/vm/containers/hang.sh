#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What may never answer, and holds up nobody: the home directory of a user with containers, on a file system
# that hangs; the socket of an engine that is slow, or silent. An alert that waits for what an engine tells comes
# with it, or without it and says so; events of others are judged meanwhile.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/containers.sh
. /falcoc/guest/containers.sh

USERS=/user.slice/user-1000.slice/user@1000.service/user.slice
ROUNDS=${ROUNDS:-10}

# in_container GROUP KEY: `curl -V KEY`, in that group and a mount namespace of its own
in_container() {
	mkdir -p "/sys/fs/cgroup$1"
	# shellcheck disable=SC2016  # the inner shell's
	sh -c 'echo $$ >"$0"; exec unshare -m curl -V "$1"' "/sys/fs/cgroup$1/cgroup.procs" "$2" >/dev/null
}
id_of() { printf "$1%.0s" $(seq 32); }

# marks WHAT: events of the host, each until its alert is there; how long that took, in ms
marks() {
	local start
	: >"$T/ms"
	for _ in $(seq "$ROUNDS"); do
		start=$(date +%s%N)
		MARKS=$((MARKS + 1))
		tac /dev/null -- "$MARKS" 2>/dev/null
		PATIENCE=1 wait_for 10 grep -q "MARK|.* $MARKS|" "$T/out" || fail "$1: an event of the host is judged"
		echo $((($(date +%s%N) - start) / 1000000)) >>"$T/ms"
	done
	sort -n "$T/ms" | awk -v what="$1" '{ v[NR] = $1 }
		END { printf "  %s: events of the host told after p50 %d ms, max %d ms\n", what, v[int((NR + 1) / 2)], v[NR] }'
}
fetched() { grep -qF "FETCH|args=-V $1|" "$T/out"; }

# the server of an engine's socket, for each connection: a container whose image no file tells
serve() {
	cat >"$T/serve" <<-'S'
	read -r _ path _
	while read -r line && [ "$line" != "$(printf '\r')" ]; do :; done
	id=${path#/containers/}
	id=${id%/json}
	case $id in
	c*) image=byrnedo/alpine-curl:latest ;;
	d*) image=quay.io/my-company/services:1 ;;
	*) exec sleep 1000 ;;
	esac
	body="{\"Id\":\"$id\",\"Name\":\"/slow\",\"Config\":{\"Image\":\"$image\",\"Labels\":{\"app\":\"shop\"}},\"HostConfig\":{}}"
	printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' ${#body} "$body"
	S
	systemd-socket-activate -l /run/slow.sock --accept --inetd sh "$T/serve" >"$T/serve.log" 2>&1 &
	SERVER=$!
	wait_for 10 test -S /run/slow.sock || fail "a socket that answers late"
}

slow_socket() {
	local i key=
	serve
	# a machine that is busy may let an answer be too late: then the engine is left alone for a while
	for i in 0 1 2 3 4 5; do
		key=slow-foreign-$i
		in_container "/docker-$(id_of "c$i").scope" "$key"
		wait_for 30 fetched "$key"
		[ "$(alert_field "$key" image)" = '<NA>' ] || break
		sleep 5
	done
	expect_fetch "$key" image=byrnedo/alpine-curl:latest name=slow labels=app:shop
	for i in 0 1 2 3 4 5; do
		key=slow-ours-$i
		in_container "/docker-$(id_of "d$i").scope" "$key"
		judged
		PATIENCE=1 wait_for 3 fetched "$key" || break
		sleep 5
	done
	in_container "/docker-$(id_of ee).scope" silent
	marks "while a socket is silent"
	check "one whose engine is silent is told of" wait_for 30 fetched silent
	expect_fetch silent "image=<NA>"
	check "and that this is all that is known" grep -qE 'FETCH.*-V silent\|.*incomplete' "$T/out"
	expect_no_fetch "$key"
	kill "$SERVER"
}

# hang_at DIR FD: a program's file system that takes no request, not even the first, which says what it can
hang_at() {
	mkdir -p "$1"
	mount -i -t fuse -o "fd=$2,rootmode=40000,user_id=1000,group_id=1000,allow_other" hang "$1" ||
		fail "a file system that hangs at $1"
}

# The user's files are there, and the socket of the user's engine.
home_hangs() {
	exec 5<>/dev/fuse 6<>/dev/fuse
	hang_at /home/worker 5
	hang_at /run/user/1000 6
	stat /home/worker/x >/dev/null 2>&1 &
	local waiter=$!
	in_container "$USERS/libpod-$(id_of ab).scope/container" home-hangs
	marks "while a home hangs"
	check "that of a home that hangs is told of" wait_for 30 fetched home-hangs
	expect_fetch home-hangs "image=<NA>" type=podman
	check "and that this is all that is known" grep -qE 'FETCH.*-V home-hangs\|.*incomplete' "$T/out"
	for _ in 1 2 3; do
		in_container "$USERS/libpod-$(id_of ac).scope/container" home-hangs-again
	done
	run_crun other
	judged
	expect_fetch other type=crun
	check "it hangs all that time" kill -0 $waiter
}

# it, and all of its threads
has_ended() {
	[ ! -d "/proc/$FALCOC_PID/task" ] || [ "$(grep -L '^State:.Z' /proc/"$FALCOC_PID"/task/*/status | wc -l)" = 0 ]
}

containers_up || { fail "the guest is ready for containers"; exit 1; }
fetch_rules >"$T/rules.yaml"
# (an emulated engine may be as slow as that)
start_falcoc -v -r "$T/rules.yaml" -o containers.docker_root=/nowhere -o containers.docker_socket=/run/slow.sock \
	-o containers.wait_ms=10000 || exit 1
marks "before"
slow_socket
home_hangs
kill -TERM "$FALCOC_PID"
if wait_for 30 has_ended; then
	check "falcoc ends well while it hangs" stop_falcoc
else
	fail "falcoc ends while it hangs"
	for t in /proc/"$FALCOC_PID"/task/*; do
		echo "  ${t##*/}: $(cat "$t/wchan"), $(grep State: "$t/status")"
		cat "$t/stack"
	done
fi
umount -l /home/worker /run/user/1000
exec 5>&- 6>&-
grep -iE 'container|incomplete|lost|held' "$T/err" | sed 's/^/  /'
[ "$FAILED" = 0 ] || sed 's/^/  /' "$T/out" | tail -30
exit $FAILED
