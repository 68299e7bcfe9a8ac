# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What those share who run the README's blocks (split.awk): one runs what needs no module (tests/cli),
# the other what does, in a guest (tests/vm/t).
#
#	readme_files DIR	writes the blocks that are files, here
#	readme_run FILE		runs a block here, with sudo where there is none to ask; its output is in
#				`printed`, its exit status that of the command that ended it
#	readme_printed FILE IN...	is each line of the block in one of these, but for numbers? Names
#				the first that is not

readme_files() {
	local how
	for how in "$1"/*.how; do
		case $(cat "$how") in
		"file "*) cp "${how%.how}.text" "$(sed 's/^file //' "$how")" ;;
		esac
	done
}

readme_run() {
	mkdir -p bin
	# shellcheck disable=SC2016  # the script's own
	printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
	chmod 755 bin/sudo
	PATH=$PWD/bin:$PATH bash -e "$1" >printed 2>&1 </dev/null
}

readme_printed() {
	local block=$1 line
	shift
	while IFS= read -r line; do
		printf '%s\n' "$line" | sed -E 's/[][(){}.*+?^$|\\]/\\&/g; s/[0-9]+/[0-9]+/g; s/(\\\.){3}/.*/g' >pattern
		grep -qE -f pattern "$@" || { echo "$line"; return 1; }
	done <"$block"
}
