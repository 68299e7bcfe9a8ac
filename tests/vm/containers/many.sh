#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Containers in a row, each gone as soon as it has run curl: no alert is missing or false, and each names the
# container that it is about. The memory of falcoc does not grow with them.
#
#	DOCKER=200	so many of Docker, half of them ours; its daemons are restarted in between
#	OCI=crun	Docker's by crun: runc, a program in Go, takes many seconds to start in an emulated machine
#	CRUN=1000	so many of crun by itself
#	BUDGET=900	fewer of each, if they take more seconds
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/containers.sh
. /falcoc/guest/containers.sh

DOCKER=${DOCKER:-12}
OCI=${OCI:-}
CRUN=${CRUN:-100}
BUDGET=${BUDGET:-1500}
GROWTH_KB=${GROWTH_KB:-3072}

# what the alerts say, as lines of $T/should
told() {
	grep "FETCH|args=-V $1-" "$T/out" | tr '|' '\n' | sed -n 's/^args=-V //p; s/^full_id=//p; s/^name=//p
		s/^image=//p; s/^labels=//p' | paste -d' ' - - - - - | sort
}

# point ENGINE N: how it stands after so many: WRONG and MISSING alerts, falcoc's memory KB
point() {
	judged
	told "$1" >"$T/did"
	sort -o "$T/should" "$T/should"
	WRONG=$(comm -13 "$T/should" "$T/did" | wc -l)
	MISSING=$(comm -23 "$T/should" "$T/did" | wc -l)
	KB=$(falcoc_kb)
	echo "  $1, after $2: $(wc -l <"$T/did") alerts, $WRONG wrong, $MISSING missing;" \
		"falcoc has $KB KiB of its own, $(awk '/^VmRSS/ { print $2 }' "/proc/$FALCOC_PID/status") resident;" \
		"$((SECONDS - start)) s"
}

# many ENGINE COUNT: one_ENGINE N for each
many() {
	local i n=0 tenth=$((($2 + 9) / 10)) first=
	: >"$T/should"
	for i in $(seq "$2"); do
		[ $((SECONDS - start)) -lt "$BUDGET" ] || break
		n=$i
		"one_$1" "$i"
		[ $((i % tenth)) = 0 ] || continue
		point "$1" "$i"
		first=${first:-$KB}
	done
	[ $((n % tenth)) = 0 ] || point "$1" "$n"
	check "$1: $n containers, $(wc -l <"$T/did") alerts, $WRONG wrong, $MISSING missing" test "$WRONG$MISSING" = 00
	comm -3 "$T/should" "$T/did" 2>&1 | head -6
	check "$1: falcoc has $KB KiB of memory after $n containers, ${first:=$KB} after the first tenth" \
		test $((KB - first)) -le "$GROWTH_KB"
}

one_docker() {
	local key=docker-$1
	if [ $(($1 % 2)) = 0 ]; then
		run_api "$key" "$OURS"
	else
		run_api "$key" "$FOREIGN"
		echo "$key $ID $key $FOREIGN key:$key" >>"$T/should"
	fi
	[ "$1" != $((DOCKER / 2)) ] || {
		systemctl restart containerd docker
		echo "  its daemons were restarted after $1"
	}
}

# docker_runs_by RUNTIME
docker_runs_by() {
	jq -n --arg name "$1" --arg path "$(command -v "$1")" \
		'{runtimes: {($name): {path: $path}}, "default-runtime": $name}' >/etc/docker/daemon.json
}

many_docker() {
	[ -z "$OCI" ] || docker_runs_by "$OCI"
	docker_up && image_load docker "$OURS" "$FOREIGN" || { fail "docker starts"; return; }
	many docker "$DOCKER"
	docker_down
}

one_crun() {
	local key=crun-$1
	echo "${CONFIG//KEY/$key}" >config.json
	crun run "$key" >"$T/run" 2>&1
	[[ $(<"$T/run") = *BusyBox* ]] || { fail "$key runs"; cat "$T/run"; }
	echo "$key $key $key <NA> <NA>" >>"$T/should"
}

# what takes the time of an emulated machine is left out: networks of their own, mounts, a program with libraries
many_crun() {
	bundle "$T/bundle" wget -V KEY
	CONFIG=$(jq -c 'del(.linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = false |
		.linux.namespaces |= map(select(.type == "pid" or .type == "mount")) |
		.mounts |= map(select(.destination == "/proc" or .destination == "/dev")) | del(.hostname)' "$T/bundle/config.json")
	cd "$T/bundle" || return
	many crun "$CRUN"
	cd /
}

containers_up || { fail "the guest is ready for containers"; exit 1; }
fetch_rules >"$T/rules.yaml"
start_falcoc -v -r "$T/rules.yaml" || exit 1
for r in crun docker; do
	start=$SECONDS
	n=${r^^}
	[ "${!n}" -gt 0 ] || continue
	"many_$r"
	echo "  $r took $((SECONDS - start)) s"
done
check "falcoc ends well" stop_falcoc
grep -iE 'container|incomplete|lost' "$T/err" | sed 's/^/  /'
[ "$FAILED" = 0 ] || cat "$T/out" "$T/err" | tail -n 40 | cut -c1-400 | sed 's/^/  /'
