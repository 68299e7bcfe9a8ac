#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Manual pages: one for each command and what else there is, without a fault that mandoc sees; made twice
# they are the same; and no example of theirs has an option that is none.
TOP=$(realpath "$(dirname "$0")/../..")
# shellcheck source=common
. "$(dirname "$0")/common"

command -v scdoc >/dev/null && command -v mandoc >/dev/null || { echo "SKIP man: no scdoc or mandoc"; finish; }
export SOURCE_DATE_EPOCH=1700000000
"$TOP/cli/man/make.sh" "$FALCOC" pages >out 2>err && "$TOP/cli/man/make.sh" "$FALCOC" again >>out 2>>err
status=$?
expect "pages are made" 0 err
verdict "the same each time" "$(diff -r pages again >out && echo ok || echo "not so")"
missing=
for page in falcoc.8 falcoc.4 falcoc.yaml.5 falcoc-rules.5 falcoc-policy.5 falcoc-filter.7 \
	$("$FALCOC" help --commands | sed 's/.*/falcoc-&.8/'); do
	[ -s "pages/$page" ] || missing="$missing $page"
done
verdict "all of them" "${missing:-ok}"
verdict "mandoc has nothing to say" "$(mandoc -Tlint pages/* >out 2>&1 && echo ok || echo "it has")"
mandoc -Tascii pages/falcoc-filter.7 | col -b >out
status=$?
expect "fields are in it" 0 out "fd.sip.names" "container.image.repository" "evt.type"
mandoc -Tascii pages/falcoc.yaml.5 | col -b >out
expect "keys are in it" 0 out "dns.wait_ms" "alert_store.enabled"

# names that pages give to others lead somewhere
for page in pages/*; do
	mandoc -Tascii "$page" | col -b | grep -oE 'falcoc[a-z.-]*\([0-9]\)' | sort -u
done | sort -u | while read -r ref; do
	name=${ref%(*} section=${ref##*(}
	[ -e "pages/$name.${section%)}" ] || echo "$ref"
done >out
verdict "no page names one that is not there" "$([ -s out ] && tr '\n' ' ' <out || echo ok)"
finish
