#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A library that is loaded when it is needed and is not there is told in one line, and only who needs it is told.
. "$(dirname "$0")/common"
# shellcheck source=seeds
. "$here/seeds"
work=$tmp
capture=$work/many.scap
many 3 >"$capture"
gzip -c "$capture" >"$work/packed.scap.gz"
cat >"$work/rules.yaml" <<'EOF'
- rule: r
  desc: d
  condition: evt.type = open
  output: o
  priority: INFO
EOF

# without SONAME STATUS WHAT COMMAND...: the loader finds an empty file in its place; then as it should be
without() {
	local soname=$1 status=$2 what=$3 got=0
	shift 3
	mkdir -p "$work/no-$soname"
	: >"$work/no-$soname/$soname"
	LD_LIBRARY_PATH=$work/no-$soname "$FALCOC" "$@" >"$work/out" 2>&1 || got=$?
	if [ $got != "$status" ] || [ "$(grep -c "$what" "$work/out")" != 1 ]; then
		echo "FAIL libraries: without $soname: $* ended with $got:"
		cat "$work/out"
		failed=1
	fi
	"$FALCOC" "$@" >"$work/out" 2>&1 || got=$?
	! grep "$what" "$work/out" || { echo "FAIL libraries: with $soname: $*"; failed=1; }
}

without libyaml-0.so.2 3 'libyaml cannot be loaded' -V "$work/rules.yaml"
without libpcre2-8.so.0 3 'PCRE2 cannot be loaded' eval 'proc.name regex "a.*b"' -e "$capture"
without libz.so.1 6 'cannot read .*: Can not access a needed shared library' eval evt.type=open -e "$work/packed.scap.gz"
to_server=(-r "$work/rules.yaml" -e "$capture" -o http_output.enabled=true -o http_output.url=http://127.0.0.1:9/)
without libcurl.so.4 1 'http_output: libcurl cannot be loaded' "${to_server[@]}"
without libz.so.1 1 'http_output: libcurl, or zlib.* cannot be loaded' "${to_server[@]}" -o http_output.compress_uploads=true
mkdir "$work/none"
touch "$work/none/"{libyaml-0.so.2,libpcre2-8.so.0,libz.so.1,libcares.so.2,libmnl.so.0}
"$FALCOC" eval 'evt.type = open' -e "$capture" >"$work/with" 2>&1
LD_LIBRARY_PATH=$work/none "$FALCOC" eval 'evt.type = open' -e "$capture" >"$work/out" 2>&1
cmp "$work/with" "$work/out" || { echo "FAIL libraries: a replay needs one of them"; failed=1; }
[ -s "$work/with" ] || { echo "FAIL libraries: nothing was judged"; failed=1; }
[ $failed = 1 ] || echo "PASS libraries that are missing are told once, and only where they are needed"
exit $failed
