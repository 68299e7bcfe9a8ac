#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# make.sh FALCOC DIR: the manual pages, into DIR, from the program's own tables (`falcoc help --man`) and
# from the *.scd beside this script, where a line `@WORDS@` stands for what `falcoc WORDS` prints. Needs
# scdoc. What scdoc says of a day is SOURCE_DATE_EPOCH's, so that pages made twice are the same.
set -euo pipefail
FALCOC=$1 DIR=$2
HERE=$(dirname "$0")

mkdir -p "$DIR"
page() { scdoc | awk -f "$HERE/tidy.awk" >"$DIR/$1.new" && mv "$DIR/$1.new" "$DIR/$1"; }

"$FALCOC" help --man | page falcoc.8
for command in $("$FALCOC" help --commands); do
	"$FALCOC" help --man "$command" | page "falcoc-$command.8"
done
for source in "$HERE"/*.scd; do
	name=$(basename "$source" .scd)
	while IFS= read -r line; do
		case $line in
		@*@)
			words=${line#@}
			echo '```'
			# shellcheck disable=SC2086  # words
			"$FALCOC" ${words%@}
			echo '```'
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$source" | page "$name"
done
