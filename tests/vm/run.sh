#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [options] SCRIPT [ARGUMENT...]: boots a Debian kernel under QEMU, runs a script of this
# machine in it as root, passes its output on as it comes, and returns its exit status.
#
# The guest has, in /falcoc: falcoc.ko and bin/ with falcoc, kmodtest and attack (as built here, if
# built), rules/, examples/, README.md with readme/, and guest/, t/, own/, dns/, containers/, service/,
# attack/ and stress/ of tests/vm. Nothing that it writes survives it, but for --keep.
#
#	--kernel ALIAS	as kernel.sh knows them [6.1]
#	--root NAME	packages of the root (roots/NAME), the path of an ext4 image, or `none`
#			for an initramfs with busybox only [test]
#	--keep DISK	what it writes goes to this file, made if need be, and is there the next time
#	--file SRC=DST	bring this file or directory too, as /falcoc/DST; may be repeated
#	--smp N [2]  --mem MEGABYTES [1024]
#	--timeout SECONDS	how long it may take in all [300]
#	--icount	count instructions: one guest nanosecond is one instruction, one CPU
#	--append WORDS	for the kernel's command line [VM_APPEND]
#	--qemu WORDS	further options for QEMU
#	--interactive	the script gets this terminal: Ctrl-C reaches it
#	--console FILE	keep the kernel's console output there
#
# Exit status: the script's own; 99 it was content but the kernel's log was not; 124 out of time;
# 125 the guest died (the end of its console follows); 77 kernel or root cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

KERNEL=6.1 ROOT=test SMP=2 MEM=${VM_MEM:-1024} LIMIT=300 ICOUNT='' APPEND=${VM_APPEND:-} INTERACTIVE='' CONSOLE='' KEEP='' THREAD=${VM_THREAD:-single}
# One thread for all CPUs: with one for each, QEMU before 8.1 can translate code that another CPU is
# patching and keep what it saw. The kernel then meets a breakpoint that is no longer there, mostly
# at the tracepoints that falcoc switches. VM_THREAD=multi takes that risk for real parallelism.
FILES=() QEMU_MORE=()
# what gets a quick boot under emulation, and an end of the guest at any oops
KERNEL_ARGS="console=ttyS0 quiet loglevel=5 panic=-1 oops=panic nokaslr no_timer_check tsc=reliable \
lpj=4000000 mitigations=off cryptomgr.notests random.trust_cpu=1 apparmor=0 nowatchdog \
rcupdate.rcu_cpu_stall_timeout=120 log_buf_len=4M"
# Without cmpxchg16b, which QEMU 7.2 gets wrong at times (flags hold part of an operand, and the
# kernel's allocator, which trusts them, corrupts its lists: 6.12 dies of it at every boot).
CPU=max,-cx16

usage() { sed -n '/^# run.sh/,/^[^#]/s/^#[ ]\{0,1\}//p' "$0" >&2; exit 2; }

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--icount) ICOUNT=1 SMP=1 ;;
		--interactive) INTERACTIVE=1 ;;
		--*)
			[ $# -ge 2 ] || usage
			case $1 in
			--kernel) KERNEL=$2 ;;
			--root) ROOT=$2 ;;
			--keep) KEEP=$2 ;;
			--file) FILES+=("$2") ;;
			--smp) SMP=$2 ;;
			--mem) MEM=$2 ;;
			--timeout) LIMIT=$2 ;;
			--append) APPEND=$2 ;;
			--qemu) read -ra QEMU_MORE <<<"$2" ;;
			--console) CONSOLE=$2 ;;
			*) usage ;;
			esac
			shift
			;;
		*) break ;;
		esac
		shift
	done
	[ $# -ge 1 ] || usage
	SCRIPT=$1
	shift
	ARGS=("$@")
	[ -f "$SCRIPT" ] || die "no script $SCRIPT"
}

# payload DIR: what goes to /falcoc of the guest
payload() {
	local to=$1/falcoc f ko=$TOP/build-kmod-$KERNEL/falcoc.ko
	mkdir -p "$to/bin"
	cp -r "$VM/guest" "$VM/t" "$VM/own" "$VM/dns" "$VM/containers" "$VM/service" "$VM/attack" "$VM/stress" "$to/"
	[ ! -d "$TOP/rules" ] || cp -r "$TOP/rules" "$to/"
	cp -r "$TOP/README.md" "$TOP/tests/readme" "$TOP/examples" "$to/"
	cp "$TOP/debian/falcoc.service.in" "$to/service/"
	[ ! -f "$TOP/build/falcoc" ] || strip -o "$to/bin/falcoc" "$TOP/build/falcoc"
	for f in kmodtest attack attack32 scene lookup-musl lookup-static; do
		[ ! -f "$TOP/build/$f" ] || cp "$TOP/build/$f" "$to/bin/"
	done
	[ ! -f "$ko" ] || strip -g -o "$to/falcoc.ko" "$ko"
	for f in ${FILES[@]+"${FILES[@]}"}; do
		mkdir -p "$(dirname "$to/${f#*=}")"
		cp -r "${f%%=*}" "$to/${f#*=}"
	done
	cp "$SCRIPT" "$to/script"
	echo "${ARGS[*]-}" >"$to/args"
	[ -z "$INTERACTIVE" ] || touch "$to/interactive"
	(cd "$1" && find falcoc | cpio -o -H newc -R 0:0 --quiet)
}

# machine KERNELDIR INITRD: sets QEMU to the command that is this guest. A socket for each CPU: without
# ACPI (the debug kernel) the only list of CPUs is one of sockets.
# shellcheck disable=SC2054  # the commas are QEMU's
machine() {
	local image root=none
	QEMU=(qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
		-cpu "$CPU" -m "$MEM" -smp "$SMP,sockets=$SMP,cores=1,threads=1" -kernel "$1/vmlinuz" -initrd "$2"
		-serial "file:$WORK/console" -device virtio-serial-pci
		-chardev "stdio,id=out,signal=off"
		-chardev "file,id=rc,path=$WORK/rc" -device virtserialport,chardev=rc,name=falcoc.rc)
	if [ -n "$INTERACTIVE" ]; then
		QEMU+=(-device virtconsole,chardev=out)
	else
		QEMU+=(-device virtserialport,chardev=out,name=falcoc.out)
	fi
	if [ "$ROOT" != none ]; then
		image=$ROOT
		[ -f "$image" ] || image=$("$VM/root.sh" "$ROOT")
		root=ext4
		if [ -n "$KEEP" ]; then
			[ -f "$KEEP" ] || qemu-img create -q -f qcow2 -F raw -b "$image" "$KEEP"
			QEMU+=(-drive "file=$KEEP,if=virtio,format=qcow2,cache=unsafe")
		else
			QEMU+=(-drive "file=$image,if=virtio,format=raw,snapshot=on,cache=unsafe")
		fi
	fi
	if [ -n "$ICOUNT" ]; then
		QEMU+=(-accel tcg,thread=single,tb-size=512 -icount shift=0)
	else
		QEMU+=(-accel "tcg,thread=$THREAD,tb-size=512")
	fi
	QEMU+=(-append "$KERNEL_ARGS falcoc.root=$root $APPEND" ${QEMU_MORE[@]+"${QEMU_MORE[@]}"})
}

# Guests measure the frequency of their clock against timers that a busy host lets run late: an hour of
# theirs was twenty minutes at times. It is the host's own; with --icount it is another.
clock_args() {
	local khz
	[ -z "$ICOUNT" ] || return 0
	khz=$("$TOP/build/kmodtest" tsc 2>/dev/null) || return 0
	KERNEL_ARGS="$KERNEL_ARGS tsc_early_khz=$khz"
}

# boot: runs it; returns what the head of this script says
boot() {
	local status=0 rc input=$WORK/stdin
	# a stdio chardev that sees the end of its input counts as closed, and the guest's writes
	# block: a pipe that is never closed stands in
	mkfifo "$input"
	if [ -n "$INTERACTIVE" ]; then
		input=/dev/tty
		TERMINAL=$(stty -g <$input) # QEMU changes it, and may be killed
	fi
	timeout --foreground -k 5 "$LIMIT" "${QEMU[@]}" <>"$input" &
	QEMU_PID=$!
	wait "$QEMU_PID" || status=$?
	QEMU_PID=
	[ -z "$CONSOLE" ] || cp "$WORK/console" "$CONSOLE"
	rc=$(tr -d ' \r\n' <"$WORK/rc" 2>/dev/null || true)
	[ -z "$rc" ] || return "$rc"
	tail -40 "$WORK/console" >&2
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		say "the guest took longer than $LIMIT s; the end of its console is above"
		return 124
	fi
	say "the guest died (QEMU's status $status); the end of its console is above"
	return 125
}

cleanup() {
	[ -z "${TERMINAL:-}" ] || stty "$TERMINAL" </dev/tty
	[ -z "${QEMU_PID:-}" ] || kill "$QEMU_PID" 2>/dev/null || true
	rm -rf "$WORK"
}

main() {
	local dir initrd modules init
	parse "$@"
	read -ra modules <<<"$(word_of "$ROOT" modules)"
	init=$(word_of "$ROOT" init)
	dir=$("$VM/kernel.sh" "$KERNEL")
	[ ! -f "$dir/APPEND" ] || APPEND="$(cat "$dir/APPEND") $APPEND"
	[ -z "$init" ] || APPEND="falcoc.init=$init $APPEND"
	initrd=$("$VM/initrd.sh" "$dir" ${modules[@]+"${modules[@]}"})
	WORK=$(mktemp -d)
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir "$WORK/payload"
	payload "$WORK/payload" >"$WORK/payload.cpio"
	cat "$initrd" "$WORK/payload.cpio" >"$WORK/initrd"
	clock_args
	machine "$dir" "$WORK/initrd"
	boot
}

main "$@"
