#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# live.sh: what `make run` does once falcoc is built. Shows falcoc at work in a real kernel: this
# machine's, if it takes modules and its headers can be had, or else a Debian kernel under
# QEMU. On a terminal falcoc then goes on until Ctrl-C; without one it ends after the demo.
#
#	FALCOC_LIVE=host|qemu	do not choose
set -euo pipefail
. "$(dirname "$0")/vm/lib.sh"

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# headers_here: true if the running kernel's headers are installed, or could be just now
headers_here() {
	local release
	release=$(uname -r)
	[ ! -e "/lib/modules/$release/build/Makefile" ] || return 0
	apt-cache show "linux-headers-$release" >/dev/null 2>&1 || return 1
	say "installing linux-headers-$release"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		"linux-headers-$release" >/dev/null 2>&1
}

# why_not_here: prints why this machine's kernel cannot be used; fails if it can
why_not_here() {
	if [ ! -e /proc/modules ] || [ "$(cat /proc/sys/kernel/modules_disabled 2>/dev/null)" = 1 ]; then
		echo "this machine's kernel ($(uname -r)) takes no modules"
	elif [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "loading a module needs root, and there is no sudo"
	elif grep -qs '\[\(integrity\|confidentiality\)\]' /sys/kernel/security/lockdown; then
		echo "this machine's kernel is locked down (Secure Boot): it takes signed modules only"
	elif ! headers_here; then
		echo "there are no headers of this machine's kernel ($(uname -r))"
	else
		return 1
	fi
}

# on_host: 1 if the module does not load here
on_host() {
	local ko status=0
	say "building the module for this machine's kernel"
	ko=$("$VM/buildmod.sh" running)
	say "loading the module"
	if ! as_root insmod "$ko"; then
		say "it does not load here (see dmesg)"
		return 1
	fi
	as_root env FALCOC="$TOP/build/falcoc" RULES="$TOP/rules" "$VM/guest/demo" host || status=$?
	say "unloading the module"
	as_root rmmod falcoc
	exit $status
}

in_qemu() {
	local options=(--kernel "${KERNEL:-6.1}" --timeout 600)
	say "getting a Debian kernel, to run under QEMU (emulated, so it is slow)"
	"$VM/kernel.sh" "${KERNEL:-6.1}" >/dev/null
	say "building the module for it"
	"$VM/buildmod.sh" "${KERNEL:-6.1}" >/dev/null
	say "making the guest's root"
	"$VM/root.sh" test >/dev/null
	if [ -t 0 ] && [ -t 1 ]; then
		options=(--kernel "${KERNEL:-6.1}" --timeout 86400 --interactive)
	fi
	say "starting the guest (Debian's kernel for ${KERNEL:-6.1}); this takes some ten seconds"
	"$VM/run.sh" "${options[@]}" "$VM/guest/demo" guest
}

main() {
	local why
	case ${FALCOC_LIVE:-} in
	host) on_host || exit ;;
	qemu) why="FALCOC_LIVE asks for QEMU" ;;
	*)
		if ! why=$(why_not_here); then
			on_host || why="the module does not load here"
		fi
		;;
	esac
	say "using QEMU: $why"
	"$TOP/tests/setup.sh" run
	in_qemu
}

main "$@"
