#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scap-sysdig.sh [FALCOC [CAPTURE...]]: what falcoc prints of captures beside what Debian's sysdig -r does, event by
# event: are there the same ones (by time, thread and type), and has each the arguments that sysdig
# prints? Without captures: those of the shared corpus. Entries of calls, which sysdig prints
# as events of their own, are none here. What differs is counted by type of event and argument, and compared
# with tests/data/scap_sysdig.tsv, which has the reasons: numbers may only fall. SHOW=1: each line that differs.
set -euo pipefail
export LC_ALL=C TZ=UTC
FALCOC=${1:-${FALCOC:?}}
shift || true
here=$(cd "$(dirname "$0")" && pwd)
known=$here/data/scap_sysdig.tsv
shared=$(realpath -m "${FALCOC_SHARED:-$here/../../shared}")/corpus
command -v sysdig >/dev/null || { echo "SKIP: scap-sysdig: no sysdig here (apt-get install sysdig)"; exit 0; }
if [ $# = 0 ]; then
	[ -d "$shared/captures" ] || { echo "SKIP: scap-sysdig: no captures in $shared"; exit 0; }
	set -- "$shared"/captures/*.scap
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What ends a call, and what is none. Times and threads tell one event from another.
ENDS='evt.dir=< or evt.type in (procexit, signaldeliver)'
FORMAT='%evt.rawtime %thread.tid %evt.type %evt.args'

# On a busy machine sysdig may end before its file does: the longest of three counts.
theirs() {
	local try
	: >"$work/longest"
	for try in 1 2 3; do
		sysdig -r "$1" -p "$FORMAT" "$ENDS" >"$work/try$try" 2>/dev/null || true
		[ "$(wc -l <"$work/try$try")" -le "$(wc -l <"$work/longest")" ] || mv "$work/try$try" "$work/longest"
		[ "$try" = 1 ] || ! cmp -s "$work/try$try" "$work/longest" || break
	done
	cat "$work/longest"
}
ours() { "$FALCOC" -c none -e "$1" --print "$FORMAT" 2>/dev/null || true; }

# Both write the same things in their own way: numbers before names of flags, names of threads and files behind
# numbers, blanks within values.
tidy() {
	sed -E 's/<NA>//g; s/=NULL( |$)/=\1/g; s/\(<[^)]*\)//g; s/=[-0-9]+\(([^)]*)\)/=\1/g; s/=0x[0-9a-f]+\(/=(/g; s/ +$//'
}

: >"$work/all"
for capture; do
	# both are given the same, without what ends theirs
	"$here/scap-older.py" "$capture" >"$work/older.scap" 2>>"$work/left_out"
	theirs "$work/older.scap" | tidy >"$work/theirs"
	ours "$work/older.scap" | tidy >"$work/ours"
	awk -v capture="$(basename "$capture" .scap)" -v show="${SHOW:-}" '
		function say(what) { print "D\t" what; if (show) print "S\t" capture ": " what ": " $0 }
		NR == FNR { key = $1 " " $2 " " $3; n[key]++; line[key, n[key]] = " " $0 " "; ours[$1 " " $2] = $3; total++; next }
		{
			key = $1 " " $2 " " $3
			if (($1 "") > (last "")) last = $1
			if (!n[key]) { say("missing:" $3 (ours[$1 " " $2] ? " is " ours[$1 " " $2] : "")); gone[$1 " " $2 " " ours[$1 " " $2]]++; next }
			at = ++seen[key]
			if (at > n[key]) { say("missing:" $3); next }
			print "E"
			for (i = 4; i <= NF; i++) {
				if ($i !~ /^[a-z_0-9]+=/) continue
				# long values they cut
				cut = sub(/\.\.\.$/, "", $i)
				if (index(line[key, at], " " $i (cut ? "" : " "))) continue
				split($i, kv, "=")
				say("arg:" $3 "." kv[1])
				if (show) print "S\t  ours:" line[key, at]
			}
		}
		END {
			for (key in n) if (n[key] > seen[key] && !gone[key]) {
				split(key, k, " ")
				# where sysdig ends before the capture does, what follows is nothing to compare with
				for (i = seen[key]; i < n[key]; i++)
					print ((k[1] "") > (last "") ? "L" : "D\textra:" k[3])
				if (show && (k[1] "") <= (last "")) print "S\t" capture ": extra:" line[key, n[key]]
			}
		}' "$work/ours" "$work/theirs" >>"$work/all"
done
[ -z "${SHOW:-}" ] || sed -n 's/^S\t//p' "$work/all"
echo "$(grep -c '^E' "$work/all") events are the same, $(grep -c '^L' "$work/all" || true) stand where sysdig ended early," \
	"$(awk '{ n += $1 } END { print n + 0 }' "$work/left_out") that would have ended it were left out"
sed -n 's/^D\t//p' "$work/all" | sort | uniq -c | awk -v known="$known" '
	BEGIN {
		while ((getline line <known) > 0) {
			if (line ~ /^#/) continue
			split(line, f, "\t")
			max[f[1]] = f[2]
		}
	}
	{
		count = $1
		what = $0; sub(/^ *[0-9]+ /, "", what)
		if (count > max[what] + 0) { print "FAIL: " what ": " count " differ, " max[what] + 0 " are known of"; bad = 1 }
		else print "known: " what ": " count
	}
	END { exit bad }'
