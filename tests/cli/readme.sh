#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The README is true: what it shows is run, here or in a guest (tests/vm/t/readme.sh) or by the very test
# that it names; what it names is there.
TOP=$(realpath "$(dirname "$0")/../..")
# shellcheck source=common
. "$(dirname "$0")/common"
# shellcheck source=../readme/lib.sh
. "$TOP/tests/readme/lib.sh"

mkdir blocks run
awk -v dir=blocks -f "$TOP/tests/readme/split.awk" "$TOP/README.md" >out 2>err
status=$?
expect "each block is run by somebody" 0 out

# in_one_of COMMANDS FILE...: each command of the block is a line's part in one of the files
in_one_of() {
	local block=$1 command found file
	shift
	while IFS= read -r command; do
		found=
		for file; do
			sed -E 's/sudo //g; s/make (-s|--no-print-directory) /make /' "$TOP/$file" 2>/dev/null |
				grep -qF -- "$command" && found=yes
		done
		[ -n "$found" ] || echo "nobody runs '$command';"
	done < <(sed 's/ *#.*//; s/sudo //g; s/ && /\n/g' "$block")
}

PATH=$(dirname "$FALCOC"):$PATH
cd run || exit 1
readme_files ../blocks
for how in ../blocks/*.how; do
	text=${how%.how}.text words=$(cat "$how") name=$(head -1 "$text")
	case $words in
	native*)
		readme_run "$text"
		status=$?
		cp printed ../out
		want=0
		[[ $words != *status=* ]] || want=${words#*status=}
		(cd .. && verdict "$name" "$([ $status = "$want" ] && echo ok || echo "status $status, not $want")")
		[ $status = "$want" ] || failed=1
		native=yes
		;;
	output)
		# that of a guest is compared there
		[ -n "$native" ] || continue
		missing=$(readme_printed "$text" printed)
		(cd .. && verdict "prints $name" "${missing:-ok}")
		[ -z "$missing" ] || failed=1
		;;
	vm*) native= ;;
	"in "*)
		# shellcheck disable=SC2086  # several files
		missing=$(in_one_of "$text" ${words#in })
		(cd .. && verdict "$name: is run elsewhere" "${missing:-ok}")
		[ -z "$missing" ] || failed=1
		;;
	esac
done
cat ../blocks/*.text >../all
sort -u ../blocks/spans >../spans

# within lines: a command of falcoc's is also in a block, or runs as it stands; make has its targets
make -s -C "$TOP" help >targets
while IFS= read -r span; do
	case $span in
	"falcoc "[a-z-]*)
		grep -qF -- "$span" ../all && continue
		bash -c "$span" >../out 2>../err </dev/null
		status=$?
		(cd .. && verdict "$span" "$([ $status = 0 ] && echo ok || echo "status $status")")
		[ $status = 0 ] || failed=1
		;;
	"make "*)
		target=${span#make } target=${target%% *}
		grep -q "^$target " targets || { failed=1; echo "FAIL $span: 'make help' does not know it"; }
		;;
	--[a-z]*)
		option=${span%%[ =]*}
		falcoc help --all | grep -qE -- "$option( |,|\$)" ||
			{ failed=1; echo "FAIL $span: 'falcoc help --all' does not know it"; }
		;;
	kmod/* | lib/* | cli/* | rules/* | tests/* | examples/*)
		[ -e "$TOP/$span" ] || { failed=1; echo "FAIL $span: there is none"; }
		;;
	esac
done <../spans
while IFS= read -r link; do
	case $link in http*) continue ;; esac
	[ -e "$TOP/$link" ] || { failed=1; echo "FAIL link to $link: there is none"; }
done < <(grep -oE '\]\([^)]*\)' "$TOP/README.md" | sed 's/^](//; s/)$//')
while IFS= read -r target; do
	grep -q "^$target " targets || { failed=1; echo "FAIL make $target: there is no such target"; }
done < <(grep -oE '\bmake [a-z-]+' ../all | sed 's/make //' | sort -u)

# exit statuses are those of the program
falcoc help --all | sed -n '/^Exit status:/,/^$/s/^  \([0-9]\)  \(.*\)/\1 \2/p' >../out
sed -n 's/^| \([0-9]\) | \(.*\) |$/\1 \2/p' "$TOP/README.md" | tr -d '`' >../err
(cd .. && verdict "exit statuses" "$(cmp -s out err && echo ok || echo "not those of 'falcoc help --all'")")
cmp -s ../out ../err || failed=1

# a block that nobody runs is found out
# shellcheck disable=SC2016  # Markdown
printf 'text\n\n```sh\nrm -rf /\n```\n\n    indented\n\n<!-- vm maybe -->\n```\n```\n' >bad.md
mkdir bad
awk -v dir=bad -f "$TOP/tests/readme/split.awk" bad.md >../out 2>../err
status=$?
(cd .. && expect "what nobody runs is a fault" 1 out "bad.md:3: a block that nothing is said of" \
	"bad.md:7: code that is indented" "what is meant by: vm maybe") || failed=1
cd .. && finish
