#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# replay.sh FALCOC REPEAT: captures of the shared corpus, made long, replayed by falcoc and by Debian's sysdig in
# one run with an equal filter, and by falcoc with the official rules: events a second (of the
# processor's time, the best of three runs each) and peak memory, with ratios. The captures are ones
# that sysdig reads to their ends.
set -euo pipefail
FALCOC=$1 REPEAT=$2
shared=${FALCOC_SHARED:-$(dirname "$0")/../../../shared}/corpus
filter='evt.type = execve and fd.name = /none'
rules=$shared/rules/falcosecurity+rules/rules_falco_rules.yaml
command -v sysdig >/dev/null || { echo "SKIP: replay: no sysdig here"; exit 0; }
[ -d "$shared/captures" ] || { echo "SKIP: replay: no captures in $shared"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# best COMMAND...: user and system time in ms, and KiB, of the best of three runs
best() {
	for _ in 1 2 3; do
		/usr/bin/time -f '%U %S %M' -o "$work/time" "$@" >/dev/null 2>&1 || true
		tail -1 "$work/time"
	done | awk '{ t = ($1 + $2) * 1000; if (!n++ || t < best) best = t; if ($3 > kib) kib = $3 }
		END { print best, kib }'
}

printf '%-28s %10s %14s %14s %14s   %s\n' replay events falcoc sysdig 'with rules' 'ratios: time, memory'
for name in sf-collector__tests_mpm-worker_full_capture vm-rule-syscalls; do
	"$REPEAT" "$shared/captures/$name.scap" 40 >"$work/long.scap"
	events=$({ "$FALCOC" eval "$filter" -e "$work/long.scap" || true; } | awk '{ print $3 }')
	read -r ours our_kib < <(best "$FALCOC" eval "$filter" -e "$work/long.scap")
	read -r theirs their_kib < <(best sysdig -r "$work/long.scap" "$filter")
	read -r rules_ms rules_kib < <(best "$FALCOC" -r "$rules" -e "$work/long.scap")
	echo "$name $events $ours $our_kib $theirs $their_kib $rules_ms $rules_kib"
done | awk '{
	printf "%-28s %10d %8.2f M/s %10.2f M/s %10.2f M/s   %.1f times as fast, %.2f of the memory\n", substr($1, 1, 28),
		$2, $2 / $3 / 1000, $2 / $5 / 1000, $2 / $7 / 1000, $5 / $3, $4 / $6
	printf "%-28s %10s %10d KiB %10d KiB %10d KiB\n", "", "", $4, $6, $8 }'
