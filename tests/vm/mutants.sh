#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# mutants.sh [KERNEL [NAME...]]: are the tests of what is hard to force able to fail? Each file of
# mutants/ takes one thing away from a copy of the module; built so and loaded in a guest, the test that
# it names must fail. Prints PASS and FAIL lines. Exit status 77, and a line why, if the kernel cannot be had.
#
# A mutant is a script of sed with these lines at its head:
#
#	# file FILE...	that it changes, below kmod/
#	# load WORDS	parameters of the module
#	# run COMMAND	in the guest
#	# fails PATTERN	what it must say that fails (grep -E)
#	# kernel NAME	the only one where it can be found out; left out on others, unless it is named
set -euo pipefail
. "$(dirname "$0")/lib.sh"

KERNEL=${1:-6.1}
shift || true
COPY=$TOP/build/mutants

word() { sed -n "s/^# $1 //p" "$VM/mutants/$2"; }

# mutant NAME: builds it as $COPY/NAME.ko
mutant() {
	local file files
	read -ra files <<<"$(word file "$1")"
	cp -r "$COPY/kmod" "$COPY/kept"
	for file in "${files[@]}"; do
		sed -i -E -f "$VM/mutants/$1" "$COPY/kmod/$file"
		! cmp -s "$COPY/kmod/$file" "$COPY/kept/$file" || die "mutant $1 changes nothing in $file"
	done
	"$COPY/tests/vm/buildmod.sh" "$KERNEL" >/dev/null || die "mutant $1 does not build"
	strip -g -o "$COPY/$1.ko" "$COPY/build-kmod-$KERNEL/falcoc.ko"
	for file in "${files[@]}"; do
		cp "$COPY/kept/$file" "$COPY/kmod/$file"
	done
	rm -r "$COPY/kept"
}

# what runs in the guest, for mutants NAME...
script() {
	local m
	echo 'failed=0'
	for m in "$@"; do
		cat <<-S
		echo "== $m"
		insmod /falcoc/mutants/$m.ko $(word load "$m")
		(cd /falcoc && $(word run "$m")) >/tmp/said 2>&1
		if grep -qE '^FAIL.*($(word fails "$m"))' /tmp/said; then
			echo "PASS mutant $m is found out: \$(grep -c ^FAIL /tmp/said) failures"
			grep -m 2 ^FAIL /tmp/said | sed 's/^/# /'
		else
			echo "FAIL mutant $m is not found out"
			tail -5 /tmp/said
			failed=1
		fi
		for _ in 1 2 3 4 5 6 7 8 9; do rmmod falcoc 2>/dev/null && break; sleep 0.5; done
		S
	done
	# shellcheck disable=SC2016  # the guest's
	echo 'exit $failed'
}

MUTANTS=("$@")
[ $# -gt 0 ] || for m in $(cd "$VM/mutants" && ls); do
	only=$(word kernel "$m")
	[ "${only:-$KERNEL}" != "$KERNEL" ] || MUTANTS+=("$m")
done
[ "$KERNEL" != debug ] || export VM_MEM=${VM_MEM:-2048}
rm -rf "$COPY"
mkdir -p "$COPY"
(cd "$TOP" && tar -cf - Kbuild debian/changelog kmod tests/vm) | tar -xf - -C "$COPY"
files=()
for m in "${MUTANTS[@]}"; do
	mutant "$m"
	files+=(--file "$COPY/$m.ko=mutants/$m.ko")
done
make -s -C "$TOP" all build/kmodtest build/attack
script "${MUTANTS[@]}" >"$COPY/script"
# with preemption in the kernel: between any two instructions of a call another thread may act
exec "$VM/run.sh" --kernel "$KERNEL" --append preempt=full --timeout 1800 "${files[@]}" "$COPY/script"
