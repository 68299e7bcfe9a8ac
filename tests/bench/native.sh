#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# native.sh JUDGE: what rules and events cost on this machine (see judge.c); the median of five runs.
set -euo pipefail
cd "$(dirname "$0")/../.."

# native WHAT EVENTS RULES...
native() {
	local what=$1 events=$2
	shift 2
	for _ in 1 2 3 4 5; do
		"$JUDGE" "$events" "$@"
	done | awk -v what="$what" '
		{ n[$1]++; v[$1, n[$1]] = $2 }
		function median(k,	i, j, t) {
			for (i = 1; i <= n[k]; i++)
				for (j = i + 1; j <= n[k]; j++)
					if (v[k, j] < v[k, i]) { t = v[k, i]; v[k, i] = v[k, j]; v[k, j] = t }
			return v[k, int((n[k] + 1) / 2)]
		}
		END {
			printf "%-14s %5d rules  loaded in %7.2f ms  %9d events a second  %6d KiB\n", what,
				median("RULES"), median("LOAD"), median("JUDGE"), median("RSS")
		}'
}

# many N: so many rules, each with a path and a name of its own
many() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "- rule: r%d\n  desc: d\n  condition: evt.type in (open, openat, connect) and " \
				"fd.name startswith /srv/%d and proc.name != p%d\n  output: o %%proc.name\n" \
				"  priority: INFO\n", i, i, i
	}'
}

JUDGE=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
many 1000 >"$work/many.yaml"
many 1 >"$work/one.yaml"
native "one rule" 500000 "$work/one.yaml"
native "shipped rules" 500000 rules/
native "a thousand" 20000 "$work/many.yaml"
