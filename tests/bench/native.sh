#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# native.sh JUDGE: what rules and events cost on this machine (see judge.c); the median of five runs.
# "apart" are rules that have nothing in common, "alike" such that share a macro.
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
			printf "%-16s %5d rules  loaded in %7.2f ms of CPU, %6d KiB  %7d ns an event, %5.1f %% of them for no rule\n", what,
				median("RULES"), median("LOAD"), median("LOADED"), median("JUDGE"), median("UNSEEN")
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

# alike N: so many rules that share a macro and differ in a word, mostly for events that are rare
alike() {
	awk -v n="$1" 'BEGIN {
		printf "- macro: started\n  condition: evt.type in (execve, execveat) and proc.name exists\n"
		for (i = 0; i < n; i++)
			printf "- rule: r%d\n  desc: d\n  condition: started and proc.pname = shell and " \
				"proc.name = p%d\n  output: o %%proc.name\n  priority: INFO\n", i, i
	}'
}

JUDGE=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
native "shipped rules" 200000 rules/
for n in 1 10 100 1000; do
	many $n >"$work/many.yaml"
	native "apart, $n" $((n < 1000 ? 200000 : 20000)) "$work/many.yaml"
	alike $n >"$work/alike.yaml"
	native "alike, $n" 200000 "$work/alike.yaml"
done

# The official rules, where they are at hand: bounds are 20 ms and 8192 KiB.
official=${FALCOC_SHARED:-../shared}/corpus/rules/falcosecurity+rules
if [ -d "$official" ]; then
	native "official rules" 50000 "$official"/rules_falco{,-incubating,-sandbox}_rules.yaml
else
	echo "SKIP: the official rules: no $official"
fi
