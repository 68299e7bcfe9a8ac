#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# report.sh FALCOC: how long a report of a month with a million alerts takes. (ALERTS: another number)
set -euo pipefail
here=$(dirname "$(realpath "$0")")
falcoc=$(realpath "$1")
seed=$here/../fuzz/corpus/scap/whole
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
alerts=${ALERTS:-1000000}

# falcoc makes the tables
echo '[{rule: R, desc: d, condition: evt.type = open, output: o, priority: DEBUG}]' >"$tmp/r.yaml"
"$falcoc" -c none -o alert_store.enabled=true -o alert_store.file="$tmp/a.db" -o alert_store.max_days=36500 \
	-r "$tmp/r.yaml" -e "$seed" >/dev/null 2>&1
python3 "$here/report.py" "$tmp/a.db" "$alerts" 30
echo "$alerts alerts of 30 days, a store of $(($(stat -c %s "$tmp/a.db") >> 20)) MiB"
for detail in 0 1 2; do
	begin=$(date +%s%N)
	"$falcoc" report -c none --store "$tmp/a.db" --since 30d --detail $detail --format html >"$tmp/out" || [ $? = 4 ]
	end=$(date +%s%N)
	echo "report --detail $detail: $(((end - begin) / 1000000)) ms"
done
