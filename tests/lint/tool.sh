#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tool.sh TOOL [ARG...]: runs one checker over its share of the tree and says PASS, FAIL or, where
# this machine does not have it, SKIP. tests/setup.sh installs them.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

have() {
	command -v "$1" >/dev/null && return
	echo "SKIP: $1 is not installed"
	exit 0
}

# files PATTERN DIR...
files() {
	local pattern=$1 dir
	shift
	for dir; do
		[ -d "$dir" ] && find "$dir" -type f -name "$pattern"
	done | sort
}

# scripts: all shell scripts, by name or by first line
scripts() {
	local dirs=(tests)
	[ ! -d .ci ] || dirs+=(.ci)
	{
		find "${dirs[@]}" -type f -name '*.sh'
		find "${dirs[@]}" -type f -perm -u+x ! -path '*/data/*' -exec \
			awk 'FNR == 1 && /^#!.*(\/| )(ba|da)?sh( |$)/ { print FILENAME }' {} +
	} | sort -u
}

run_shellcheck() {
	have shellcheck
	# each reads what it sources anew, so there is nothing to share
	scripts | xargs -P "$(nproc)" -n 8 shellcheck -x -P SCRIPTDIR -S style -e SC1091,SC2317,SC2015
}

run_codespell() {
	have codespell
	# words that are right: names of fields, of calls, of others' programs
	codespell -q 3 -L 'nmae,opne,chage,nam,nknown,cips,statics,inflight,parm,lates,childs,asymmetri' \
		-L 'ot,te,nd,fo,ro,wth,inout,ser,hist,cas,sie,vas,als' \
		--skip './build*,./.git,./.cache,./LICENSES,./tests/data,./tests/fuzz/corpus' .
}

run_cppcheck() {
	have cppcheck
	# what it found out of a file is kept beside it: another run looks at what changed
	mkdir -p build/cppcheck
	cppcheck --cppcheck-build-dir=build/cppcheck --quiet --std=c11 --language=c -j 2 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=unknownMacro --suppress=nullPointerArithmetic --suppress=nullPointerArithmeticRedundantCheck \
		-D_GNU_SOURCE -D__x86_64__ -Ilib -Ikmod/uapi lib cli
}

run_clang_tidy() {
	have clang-tidy
	# one process a CPU: it takes a second or two a file
	# shellcheck disable=SC2016  # the inner shell's words
	files '*.c' lib cli | xargs -P 2 -n 4 sh -c '
		flags=$1; shift
		clang-tidy --quiet "$@" -- $flags 2>/dev/null
	' sh "$*" | grep -v '^$' | { ! grep -A6 -E '(warning|error):'; }
}

run_checkpatch() {
	have perl
	tests/lint/checkpatch.sh
}

run_sparse() {
	have sparse
	# twice the same build: the second one with the checker, as kbuild calls it
	SPARSE=1 tests/vm/buildmod.sh "${KERNEL:-6.1}" >/dev/null
}

tool=$1
shift
"run_${tool//-/_}" "$@"
case $? in
0) echo "PASS: $tool" ;;
77) ;;
*)
	echo "FAIL: $tool"
	exit 1
	;;
esac
