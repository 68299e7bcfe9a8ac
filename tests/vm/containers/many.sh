#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Containers in a row, each gone as soon as it has run curl: no alert is missing or false, and each names the
# container that it is about. The memory of falcoc does not grow with them.
#
#	DOCKER=200	so many of Docker, half of them ours; its daemons are restarted in between
#	CRUN=1000	so many of crun by itself
#	BUDGET=900	fewer of each, if they take more seconds
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/containers.sh
. /falcoc/guest/containers.sh

DOCKER=${DOCKER:-12}
CRUN=${CRUN:-100}
BUDGET=${BUDGET:-1500}
GROWTH_KB=${GROWTH_KB:-3072}

# what the alerts say, as lines of $T/should
told() {
	grep "FETCH|args=-V $1-" "$T/out" | tr '|' '\n' | sed -n 's/^args=-V //p; s/^full_id=//p; s/^name=//p
		s/^image=//p; s/^labels=//p' | paste -d' ' - - - - - | sort
}

judge() {
	local wrong missing
	judged
	told "$1" >"$T/did"
	sort -o "$T/should" "$T/should"
	wrong=$(comm -13 "$T/should" "$T/did" | wc -l)
	missing=$(comm -23 "$T/should" "$T/did" | wc -l)
	check "$1: $2 containers, $(wc -l <"$T/did") alerts, $wrong wrong, $missing missing" test "$wrong$missing" = 00
	comm -3 "$T/should" "$T/did" | head -6
}

many_docker() {
	local i key n=0 before
	before=$(falcoc_kb)
	[ "$DOCKER" -gt 0 ] || return 0
	docker_up && image_load docker "$OURS" "$FOREIGN" || { fail "docker starts"; return; }
	: >"$T/should"
	for i in $(seq "$DOCKER"); do
		[ $((SECONDS - start)) -lt "$BUDGET" ] || break
		n=$i
		key=docker-$i
		if [ $((i % 2)) = 0 ]; then
			run_api "$key" "$OURS"
		else
			run_api "$key" "$FOREIGN"
			echo "$key $ID $key $FOREIGN key:$key" >>"$T/should"
		fi
		[ "$i" != $((DOCKER / 2)) ] || systemctl restart containerd docker
	done
	judge docker "$n"
	echo "  falcoc has $(falcoc_kb) KiB of memory after $n containers, $before before"
	docker_down
}

many_crun() {
	local i key before=0 after n=0
	bundle "$T/bundle" curl -V KEY
	cp "$T/bundle/config.json" "$T/config"
	: >"$T/should"
	cd "$T/bundle" || return
	for i in $(seq "$CRUN"); do
		[ $((SECONDS - start)) -lt "$BUDGET" ] || break
		n=$i
		key=crun-$i
		sed "s/KEY/$key/" "$T/config" >config.json
		crun run "$key" >"$T/run" 2>&1
		tell_run $? "$key"
		echo "$key $key $key <NA> <NA>" >>"$T/should"
		[ "$i" != $(((CRUN + 9) / 10)) ] || before=$(falcoc_kb)
		[ $((i % ((CRUN + 9) / 10))) != 0 ] || echo "  after $i: $(falcoc_kb) KiB, $((SECONDS - start)) s"
	done
	cd /
	judge crun "$n"
	after=$(falcoc_kb)
	check "falcoc has $after KiB of memory after $n containers, $before after the first tenth" \
		test $((after - before)) -le "$GROWTH_KB"
}

containers_up || { fail "the guest is ready for containers"; exit 1; }
fetch_rules >"$T/rules.yaml"
start_falcoc -v -r "$T/rules.yaml" || exit 1
for r in crun docker; do
	start=$SECONDS
	"many_$r"
	echo "  $r took $((SECONDS - start)) s"
done
check "falcoc ends well" stop_falcoc
grep -iE 'container|incomplete|lost' "$T/err" | sed 's/^/  /'
[ "$FAILED" = 0 ] || cat "$T/out" "$T/err" | tail -n 40 | cut -c1-400 | sed 's/^/  /'
