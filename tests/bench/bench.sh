#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# bench.sh: what `make bench` does: six measurements.
#
#	cost	instructions that a system call costs while falcoc, or Debian's sysdig, watches; in a
#		guest that counts them, so it repeats within 0.3 %
#	flood	events seen and lost under a flood, in an ordinary guest
#	native	rules loaded and events judged, on this machine
#	replay	captures beside Debian's sysdig, on this machine
#	report	a report of a month with a million alerts, on this machine
#	names	lookups in the DNS table by its size, and starting with many names, on this machine
set -euo pipefail
. "$(dirname "$0")/../vm/lib.sh"
BENCH=$TOP/tests/bench
KERNEL=6.1
OUT=$TOP/build/bench

guest() {
	local script=$1
	shift
	"$VM/buildmod.sh" $KERNEL >/dev/null
	SCAP=$("$BENCH/scap.sh" $KERNEL || true)
	"$VM/run.sh" --kernel $KERNEL --root bench --file "$OUT/syscalls=bench/syscalls" \
		${SCAP:+--file "$SCAP=scap.ko"} --timeout 1500 "$@" "$BENCH/$script"
}

# The module with a probe of sys_exit that does nothing: what the tracepoint itself costs each call.
empty_probe() {
	local copy=$OUT/empty
	rm -rf "$copy"
	mkdir -p "$copy"
	(cd "$TOP" && tar -cf - Kbuild Makefile kmod tests/vm) | tar -xf - -C "$copy"
	sed -i '/^void probe_sys_exit/,/^}/{/^{/,/^}/{/^[{}]/!d}}' "$copy/kmod/syscalls.c"
	! cmp -s "$TOP/kmod/syscalls.c" "$copy/kmod/syscalls.c" || die "there is no probe to be emptied"
	"$copy/tests/vm/buildmod.sh" $KERNEL >/dev/null
}

main() {
	local what=${1:-all}
	make -s -C "$TOP" all build/bench/syscalls build/bench/judge build/bench/names build/bench/scap_repeat
	case $what in all | cost)
		say "counting instructions (some minutes)"
		empty_probe
		guest guest-icount --icount --file "$OUT/empty/build-kmod-$KERNEL/falcoc.ko=empty.ko" | tee "$OUT/cost.log" >&2
		awk -f "$BENCH/table.awk" "$OUT/cost.log"
		;;
	esac
	case $what in all | flood)
		say "flooding"
		guest guest-flood | tee "$OUT/flood.log"
		;;
	esac
	case $what in all | native)
		"$BENCH/native.sh" "$OUT/judge"
		;;
	esac
	case $what in all | replay)
		"$BENCH/replay.sh" "$TOP/build/falcoc" "$OUT/scap_repeat"
		;;
	esac
	case $what in all | report)
		"$BENCH/report.sh" "$TOP/build/falcoc"
		;;
	esac
	case $what in all | names)
		"$BENCH/names.sh" "$OUT/names"
		;;
	esac
}

main "$@"
