# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
#
# Container runtimes in a guest, and images for them made of what the guest itself has. Sourced after lib.sh.
#
#	containers_up		what the packages' install scripts would have made, a user `worker`, $IMAGE
#	docker_up, docker_down	Docker with its containerd
#	worker COMMAND...	as the user, within a session of systemd
#	image_load ENGINE TAG...	the image by these names: docker, podman, worker (rootless podman), ctr
#	bundle DIR ARGUMENT...	a bundle for runc and crun, whose process has these arguments
IMAGE=/var/tmp/image

# image_tree DIR: busybox, curl and what they need
image_tree() {
	local libraries
	mapfile -t libraries < <(ldd /usr/bin/curl | grep -o '/[^ ]*')
	mkdir -p "$1"/{dev,etc,proc,root,run,sys,tmp,usr/bin,usr/lib,usr/lib64,usr/sbin,var/empty}
	ln -s usr/bin usr/lib usr/lib64 usr/sbin "$1/"
	cp -L --parents /usr/bin/curl "${libraries[@]}" "$1"
	cp /bin/busybox "$1/usr/bin/"
	chroot "$1" /usr/bin/busybox --install -s /usr/bin
	printf '%s\n' root:x:0:0:root:/root:/bin/sh app:x:1234:1234:application:/:/bin/sh >"$1/etc/passwd"
	printf '%s\n' root:x:0: app:x:1234: >"$1/etc/group"
	echo ID=image >"$1/etc/os-release"
	touch "$1"/mark.{both,group,kill,note,one,pause,stop,twin}
}

containers_pam() {
	echo 'account required pam_permit.so' >/etc/pam.d/common-account
	echo 'auth required pam_permit.so' >/etc/pam.d/common-auth
	echo 'password required pam_deny.so' >/etc/pam.d/common-password
	printf 'session required pam_permit.so\nsession optional pam_systemd.so\n' |
		tee /etc/pam.d/common-session >/etc/pam.d/common-session-noninteractive
}

containers_up() {
	local p
	for p in iptables ip6tables iptables-save ip6tables-save iptables-restore ip6tables-restore; do
		ln -sf "${p/tables/tables-nft}" "/usr/sbin/$p"
	done
	containers_pam
	grep -q ^docker: /etc/group || echo docker:x:900: >>/etc/group
	grep -q ^worker: /etc/passwd || {
		echo 'worker:x:1000:1000:worker:/home/worker:/bin/bash' >>/etc/passwd
		echo 'worker:x:1000:' >>/etc/group
		echo 'worker:100000:65536' | tee /etc/subuid >/etc/subgid
		install -d -o 1000 -g 1000 /home/worker
	}
	modprobe -a overlay veth bridge br_netfilter nft_compat nft_chain_nat xt_MASQUERADE xt_conntrack \
		xt_addrtype xt_comment tun fuse
	sysctl -q net.ipv4.ip_forward=1
	# cgroup2fs; tmpfs: the older ones, with the new one at unified or without it
	echo "  cgroups: $(stat -fc %T /sys/fs/cgroup /sys/fs/cgroup/unified 2>/dev/null | tr '\n' ' ')"
	[ -d $IMAGE ] || {
		image_tree $IMAGE
		tar -C $IMAGE -cf $IMAGE.tar .
	}
}

docker_up() { systemctl start docker; }
docker_down() { systemctl stop docker docker.socket containerd; }

worker_up() {
	[ ! -S /run/user/1000/bus ] || return 0
	systemctl start user@1000.service
	wait_for 60 test -S /run/user/1000/bus
}

worker() {
	worker_up
	(cd / && setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=/home/worker XDG_RUNTIME_DIR=/run/user/1000 \
		DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus \
		systemd-run --user --quiet --pipe --wait --collect -- "$@")
}

image_load() {
	local engine=$1 tag
	shift
	for tag in "$@"; do
		case $engine in
		docker) docker import $IMAGE.tar "$tag" ;;
		podman) podman import -q $IMAGE.tar "$tag" ;;
		worker) worker podman import -q $IMAGE.tar "$tag" ;;
		ctr) ctr_image "$tag" ;;
		esac >"$T/load" 2>&1 || { cat "$T/load"; return 1; }
	done
}

# an archive as `ctr images import` takes it, of one layer: containerd makes no image of a bare tree
ctr_image() {
	local dir=$T/ctr layer config tag=$1
	rm -rf "$dir"
	mkdir "$dir"
	cp $IMAGE.tar "$dir/layer.tar"
	layer=$(sha256sum <"$dir/layer.tar" | cut -d' ' -f1)
	echo '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/bin:/bin"]},' \
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$layer\"]}}" >"$dir/config"
	config=$(sha256sum <"$dir/config" | cut -d' ' -f1)
	mv "$dir/config" "$dir/$config.json"
	echo "[{\"Config\":\"$config.json\",\"RepoTags\":[\"$tag\"],\"Layers\":[\"layer.tar\"]}]" >"$dir/manifest.json"
	tar -C "$dir" -cf "$dir.tar" manifest.json "$config.json" layer.tar
	ctr images import "$dir.tar"
}

bundle() {
	local dir=$1 args
	shift
	args=$(printf '%s\n' "$@" | jq -R . | jq -cs .)
	mkdir -p "$dir"
	(cd "$dir" && rm -f config.json && runc spec &&
		jq --argjson args "$args" --arg root $IMAGE \
			'.process.terminal = false | .root.path = $root | .process.args = $args' config.json >c &&
		mv c config.json)
}

FOREIGN=byrnedo/alpine-curl:latest
OURS=quay.io/my-company/services:1

# run_ENGINE KEY IMAGE [OPTION...]: a container named KEY, of the image, whose first process is
# `curl -V KEY`; it ends and is removed. Its id is in $ID then.
run_docker() {
	local key=$1 image=$2
	shift 2
	rm -f "$T/cid"
	docker run --rm --cidfile "$T/cid" --name "$key" --network none "$@" "$image" curl -V "$key" >"$T/run" 2>&1
	tell_run $? "docker $key"
	ID=$(cat "$T/cid")
}

run_podman() {
	local key=$1 image=$2
	shift 2
	rm -f "$T/cid"
	podman run --rm --cidfile "$T/cid" --name "$key" --network none "$@" "$image" curl -V "$key" >"$T/run" 2>&1
	tell_run $? "podman $key"
	ID=$(cat "$T/cid")
}

run_worker() {
	local key=$1 image=$2
	shift 2
	rm -f /home/worker/cid
	worker podman run --rm --cidfile /home/worker/cid --name "$key" --network none "$@" "$image" \
		curl -V "$key" >"$T/run" 2>&1
	tell_run $? "rootless podman $key"
	ID=$(cat /home/worker/cid)
}

run_ctr() {
	local key=$1 image=$2
	shift 2
	ctr run --rm "$@" "$image" "$key" curl -V "$key" >"$T/run" 2>&1
	tell_run $? "ctr $key"
	ID=$key
}

run_oci() { # PROGRAM KEY
	bundle "$T/bundle" curl -V "$2"
	(cd "$T/bundle" && "$1" run "$2") >"$T/run" 2>&1
	tell_run $? "$1 $2"
	ID=$2
}
run_runc() { run_oci runc "$1"; }
run_crun() { run_oci crun "$1"; }

run_nspawn() {
	local key=$1
	systemd-nspawn -q -x -D $IMAGE --machine="$key" -- /usr/bin/curl -V "$key" </dev/null >"$T/run" 2>&1
	tell_run $? "nspawn $key"
	ID=$key
}

run_lxc() {
	mkdir -p "/var/lib/lxc/$1"
	printf '%s\n' "lxc.rootfs.path = dir:$IMAGE" "lxc.uts.name = $1" 'lxc.net.0.type = empty' \
		'lxc.apparmor.profile = unconfined' "lxc.init.cmd = /usr/bin/curl -V $1" >"/var/lib/lxc/$1/config"
	# what its first process prints goes to a terminal of its own, which is logged
	rm -f "$T/run"
	lxc-start -F -n "$1" -L "$T/run" </dev/null >"$T/lxc" 2>&1
	tell_run $? "lxc $1"
	rm -rf "/var/lib/lxc/${1:?}"
	ID=$1
}

# a container that did not run must not pass for one without an alert
tell_run() {
	[ "$1" != 0 ] || grep -q ^curl "$T/run" || set -- 1 "$2"
	[ "$1" = 0 ] && return
	fail "$2: the container runs"
	cat "$T/run"
}

# fetch_rules: the rule of the documents that started the project, and one that marks a place
fetch_rules() {
	cat <<-'R'
	- list: web_fetch_binaries
	  items: [curl, wget]
	- macro: spawned_process
	  condition: evt.type = execve and evt.dir=<
	- macro: allowed_web_fetch_containers
	  condition: (container.image startswith quay.io/my-company/services)
	- rule: Web fetch program in a container
	  desc: A program that fetches from the web was spawned in a container that is not ours.
	  condition: >
	    spawned_process and proc.name in (web_fetch_binaries) and container.id != host and
	    not allowed_web_fetch_containers
	  output: "FETCH|args=%proc.args|id=%container.id|full_id=%container.full_id|name=%container.name\
	    |type=%container.type|image=%container.image|repo=%container.image.repository\
	    |tag=%container.image.tag|image.id=%container.image.id|privileged=%container.privileged\
	    |labels=%container.labels|mounts=%container.mounts|user=%user.name|vpid=%proc.vpid|"
	  priority: ERROR
	- rule: A place that the test marks
	  desc: So that the test knows what has been judged.
	  condition: spawned_process and proc.name = tac
	  output: MARK|%proc.args|
	  priority: DEBUG
	R
}

# judged: waits until all that was done up to now has been
MARKS=0
judged() {
	MARKS=$((MARKS + 1))
	tac "/dev/null" -- "$MARKS" 2>/dev/null
	wait_for 60 grep -q "MARK|.* $MARKS|" "$T/out" || fail "everything was judged ($MARKS)"
}

# alert_field KEY FIELD: of the alert for `curl -V KEY`
alert_field() { grep -F "FETCH|args=-V $1|" "$T/out" | tr '|' '\n' | sed -n "s/^$2=//p"; }

# expect_fetch KEY FIELD=VALUE...: there is one alert for it, with these
expect_fetch() {
	local key=$1 f got bad=
	shift
	[ "$(grep -cF "FETCH|args=-V $key|" "$T/out")" = 1 ] || {
		fail "$key: $(grep -cF "FETCH|args=-V $key|" "$T/out") alerts for it"
		return
	}
	for f in "$@"; do
		got=$(alert_field "$key" "${f%%=*}")
		[ "$got" = "${f#*=}" ] || bad="$bad; ${f%%=*} is '$got', not '${f#*=}'"
	done
	check "$key: one alert with $# right fields$bad" test -z "$bad"
}

expect_no_fetch() { check "$1: no alert" refused grep -F "FETCH|args=-V $1|" "$T/out"; }

# run_api KEY IMAGE: as run_docker, by Docker's API, which spares the start of its client, and with the host's network,
# which spares one of dockerd itself (the hook that sets up a network)
run_api() {
	local host=(curl -sS --unix-socket /run/docker.sock)
	"${host[@]}" -H 'Content-Type: application/json' "http://d/containers/create?name=$1" \
		-d '{"Image":"'"$2"'","Cmd":["curl","-V","'"$1"'"],"Labels":{"key":"'"$1"'"},
			"HostConfig":{"AutoRemove":true,"NetworkMode":"host"}}' -o "$T/create" \
		--next "${host[@]:1}" -X POST "http://d/containers/$1/start" \
		--next "${host[@]:1}" -X POST "http://d/containers/$1/wait?condition=removed" >"$T/run" 2>&1
	ID=$(jq -r .Id "$T/create")
	[ "$(jq -c .StatusCode "$T/run" 2>/dev/null)" = 0 ] && return
	fail "docker $1: the container runs"
	cat "$T/create" "$T/run"
}

# falcoc_kb: its memory
falcoc_kb() { awk '/^RssAnon/ { print $2 }' "/proc/$FALCOC_PID/status"; }
