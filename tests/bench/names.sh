#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# names.sh NAMES: what a lookup in the DNS table costs at 10, 10^4 and 10^6 names, with ratios to
# the smallest (the best of three runs each), and how long an engine takes to start whose rules
# mention 10,000 names.
set -euo pipefail
NAMES=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for n in 10 10000 1000000; do
	for _ in 1 2 3; do
		"$NAMES" table $n | sed "s/^/$n /"
	done
done | awk '
	{ if (!(($2, $1) in best) || $3 < best[$2, $1]) best[$2, $1] = $3
	  if (!($2 in seen)) { seen[$2] = 1; order[++k] = $2 } }
	END {
		printf "%-20s %10s %10s %10s   %s\n", "DNS table", "10", "10^4", "10^6 names",
			"ratios to 10"
		for (i = 1; i <= k; i++) {
			w = order[i]
			a = best[w, 10]; b = best[w, 10000]; c = best[w, 1000000]
			if (w == "memory")
				printf "%-20s %6d KiB %6d KiB %6d KiB\n", w, a, b, c
			else
				printf "%-20s %7d ns %7d ns %7d ns   %.1f %.1f\n", w, a, b, c, b / (a ? a : 1),
					c / (a ? a : 1)
		}
	}'
"$NAMES" start 10000 "$work" | awk '
	$1 == "START" { printf "rules with 10,000 names: started in %.1f ms, ", $2 }
	$1 == "TURN" { printf "and a turn of its loop takes %.1f ms\n", $2 }'
