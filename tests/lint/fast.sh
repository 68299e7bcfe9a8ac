#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fast.sh [TOP]: the checks of the sources that take a second and need nothing but sh and
# awk: who includes whom, licences, banned calls, lengths. Prints each fault, then PASS or
# FAIL for each check. Exit status 1 if one failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=${1:-$here/../..}
cd "$top" || exit 1
failed=0

# check NAME COMMAND...
check() {
	name=$1
	shift
	if "$@"; then
		echo "PASS: $name"
	else
		echo "FAIL: $name"
		failed=1
	fi
}

# sources DIR...: the C files there, as arguments one a line
sources() {
	for dir; do
		[ -d "$dir" ] && find "$dir" -name '*.[ch]' -type f
	done | sort
}

# awk_check SCRIPT DIR...
awk_check() {
	script=$1
	shift
	# shellcheck disable=SC2046  # no source has a blank in its name (checked below)
	awk -f "$here/lib.awk" -f "$here/$script" $(sources "$@") </dev/null
}

lengths() {
	# shellcheck disable=SC2046
	awk -f "$here/length.awk" $(sources kmod lib cli tests) </dev/null
}

names() {
	! find kmod lib cli tests rules -name '*[!A-Za-z0-9._+-]*' 2>/dev/null | grep .
}

# licence_of FILE: the licence that its place asks for
licence_of() {
	case $1 in
	kmod/uapi/*) echo 'GPL-2.0-only WITH Linux-syscall-note OR MIT' ;;
	kmod/*.mk) echo 'Apache-2.0' ;;
	kmod/* | Kbuild | dkms.conf) echo 'GPL-2.0-only' ;;
	*) echo 'Apache-2.0' ;;
	esac
}

# the files that can bear a comment; cases as data stand as they are
spdx_files() {
	find . \( -name .git -o -name '.cache' -o -name 'build*' -o -path ./tests/data \
		-o -path ./tests/fuzz/corpus -o -path ./LICENSES \) -prune -o -type f \
		\( -name '*.[chS]' -o -name '*.sh' -o -name '*.mk' -o -name '*.awk' -o -name '*.py' \
		-o -name Makefile -o -name Kbuild -o -name dkms.conf -o -name '.clang-*' \
		-o -path './rules/*.yaml' -o -path './tests/cli/*' -o -path './.ci/*' \) -print |
		sed 's|^\./||' | sort
}

spdx() {
	spdx_files | (
		bad=0
		while read -r file; do
			tag="SPDX-License-Identifier: $(licence_of "$file")"
			case $file in
			*.c) want="// $tag" ;;
			*.h) want="/* $tag */" ;;
			*) want="# $tag" ;;
			esac
			first=$(head -n 1 "$file")
			case $first in
			'#!'*) first=$(sed -n 2p "$file") ;;
			esac
			if [ "$first" != "$want" ]; then
				echo "$file:1: should open with: $want"
				bad=1
			fi
		done
		exit "$bad"
	)
}

check "names of files" names
check "who may include whom" awk_check includes.awk kmod lib cli
check "licence of each file" spdx
check "banned calls, blanks, columns" awk_check banned.awk kmod lib cli tests
check "lengths of functions and files" lengths
exit $failed
