#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# link-order.sh FALCOC: in what order the objects of falcoc are to be linked, as lib/link-order has it. The kernel maps
# 64 KiB around each page of a program that is touched, so that what a replay runs should lie
# together. It is asked by callgrind what of each source a replay with a filter runs, and
# one with rules. First come those of which a good part ran for the filter, then those of which anything did,
# then the same for the rules; what is not listed was not needed and is linked last.
set -euo pipefail
FALCOC=$1
here=$(dirname "$0")
shared=${FALCOC_SHARED:-$here/../../../shared}/corpus
objects=$(dirname "$FALCOC")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ran COMMAND...: the names of falcoc's functions that ran, for each capture
ran() {
	local capture
	for capture in "$shared"/captures/{sf-collector__tests_mpm-worker_full_capture,vm-rule-syscalls}.scap; do
		valgrind -q --tool=callgrind --callgrind-out-file="$work/out" "$@" -e "$capture" >/dev/null 2>&1 || true
		callgrind_annotate --threshold=100 "$work/out"
	done | sed -n "s|.* [^ ]*:\([^ :']*\)\('[0-9]*\)\? \[.*/falcoc\]\$|\1|p" | sort -u
}

ran "$FALCOC" eval 'evt.type = execve and fd.name = /none' >"$work/filter"
ran "$FALCOC" -r "$shared/rules/falcosecurity+rules/rules_falco_rules.yaml" >"$work/rules"
[ -s "$work/filter" ] && [ -s "$work/rules" ]

sed -n 's/^# \?/# /p' "$here/../../lib/link-order"
find "$objects/cli" "$objects/lib" -name '*.o' | sort | while read -r object; do
	source=${object#"$objects"/}
	nm -S --radix=d --defined-only "$object" | awk -v source="${source%.o}.c" '
		FILENAME != "-" { ran[FILENAME, $1]; next }
		NF == 4 && tolower($3) == "t" {
			all += $2
			filter += (ARGV[1], $4) in ran ? $2 : 0
			rules += (ARGV[2], $4) in ran ? $2 : 0
		}
		END {
			if (filter * 5 >= all && filter) print 1, source
			else if (filter) print 2, source
			else if (rules * 5 >= all && rules) print 3, source
			else if (rules) print 4, source
		}' "$work/filter" "$work/rules" -
done | sort | cut -d' ' -f2
