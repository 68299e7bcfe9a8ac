#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scap-compare.sh CAPTURE EXPECTED [RULES...]: what falcoc makes of a capture beside what Falco made of it.
#
# EXPECTED has one JSON object a line, maybe packed by gzip. Without RULES these are events, each an object of
# its fields (evt.num among them), and all fields are compared; with RULES they are Falco's alerts on
# these rules (json_output), and what is missing, what is extra and which fields differ is told rule by
# rule. Times are taken as UTC. Exit status: 0 where all is the same, 1 where it is not.
set -eu
[ $# -ge 2 ] || { sed -n '4,9s/^# \?//p' "$0" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
make -s -C "$top" build/tests/unit/test_scap_corpus >&2
exec "$top/build/tests/unit/test_scap_corpus" "$@"
