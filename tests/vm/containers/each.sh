#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each container runtime: the rule on programs that fetch from the web, at the very first exec of a container that is
# not ours, names the container and all that is known of it; one of ours raises no alert.
#
#	RUNTIMES="docker podman"	only these
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/containers.sh
. /falcoc/guest/containers.sh

RUNTIMES=${RUNTIMES:-docker podman worker ctr runc crun nspawn lxc}
RUNTIMES=${RUNTIMES//,/ }

# what docker and podman share: options, and what they store: ENGINE TYPE PREFIX
engine() {
	local e=$1 type=$2 prefix=$3 image mode=ro user=root
	image_load "$e" "$OURS" "$FOREIGN" || { fail "$e: images"; return; }
	case $e in
	docker) image=$(docker image inspect -f '{{.Id}}' "$FOREIGN") ;;
	podman) image=$(podman image inspect -f '{{.Id}}' "$FOREIGN") ;;
	worker) image=$(worker podman image inspect -f '{{.Id}}' "$FOREIGN") ;;
	esac
	image=${image#sha256:}
	[ "$e" != worker ] || user=worker # whose id the host sees
	[ "$e" = docker ] || mode= # Podman's mounts have options, and no mode
	"run_$e" "$e-plain" "$FOREIGN"
	PLAIN=$ID
	"run_$e" "$e-ours" "$OURS"
	"run_$e" "$e-full" "$FOREIGN" -l app=shop -l tier=front -v /etc:/hostetc:ro --privileged
	judged
	expect_fetch "$e-plain" "id=${PLAIN:0:12}" "full_id=$PLAIN" "name=$e-plain" "type=$type" \
		"image=$prefix$FOREIGN" "repo=$prefix${FOREIGN%:*}" tag=latest "image.id=$image" \
		privileged=false 'labels=<NA>' "user=$user" vpid=1
	expect_no_fetch "$e-ours"
	expect_fetch "$e-full" "id=${ID:0:12}" "name=$e-full" privileged=true "mounts=/etc:/hostetc:$mode:false:rprivate" \
		labels=app:shop,tier:front
}

each_docker() {
	docker_up || { fail "docker starts"; return; }
	engine docker docker ''
	docker_down
}
each_podman() { engine podman podman localhost/; }
each_worker() {
	worker_up || { fail "a session of systemd"; return; }
	engine worker podman localhost/
}

each_ctr() {
	local image=docker.io/$FOREIGN
	systemctl start containerd
	image_load ctr "$image" "$OURS" || { fail "ctr: images"; return; }
	run_ctr ctr-plain "$image"
	run_ctr ctr-ours "$OURS"
	run_ctr ctr-full "$image" --label app=shop --privileged \
		--mount type=bind,src=/etc,dst=/hostetc,options=rbind:ro
	judged
	expect_fetch ctr-plain id=ctr-plain full_id=ctr-plain type=containerd "image=$image" \
		"repo=${image%:*}" tag=latest privileged=false
	expect_no_fetch ctr-ours
	expect_fetch ctr-full name=ctr-full privileged=true mounts=/etc:/hostetc::false: \
		labels=app:shop,io.containerd.image.config.stop-signal:SIGTERM
	systemctl stop containerd
}

each_bare() {
	"run_$1" "$1-plain"
	judged
	expect_fetch "$1-plain" "id=$1-plain" "full_id=$1-plain" "type=$2" 'image=<NA>' vpid=1
}
each_runc() { each_bare runc runc; }
each_crun() { each_bare crun crun; }
each_lxc() { each_bare lxc lxc; }
each_nspawn() { each_bare nspawn systemd-nspawn; }

containers_up || { fail "the guest is ready for containers"; exit 1; }
fetch_rules >"$T/rules.yaml"
start_falcoc -v -r "$T/rules.yaml" || exit 1
for r in $RUNTIMES; do
	start=$SECONDS
	"each_$r"
	echo "  $r took $((SECONDS - start)) s"
done
check "falcoc ends well" stop_falcoc
grep -iE 'container|incomplete|lost' "$T/err" | sed 's/^/  /'
[ "$FAILED" = 0 ] || sed 's/^/  /' "$T/out"
