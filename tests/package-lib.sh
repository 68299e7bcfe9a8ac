# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the packages share; sourced first, from any directory. They run in the top one.
#
#	$work		a directory of the test's own
#	$version	the packages'
#	$failed		1 as soon as a check failed: the exit status
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
name=$(basename "$0" .sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2034  # the tests use these
failed=0
# shellcheck disable=SC2034
version=$(awk -F'[()]' '{ print $2; exit }' debian/changelog)

# check WHAT COMMAND...: one result, by the command's status; what it says is shown if it fails
check() {
	local what=$1
	shift
	[ ! -f "$work/log" ] || mv "$work/log" "$work/said"
	if "$@" >"$work/log" 2>&1; then
		echo "PASS $name: $what"
	else
		echo "FAIL $name: $what"
		tail -40 "$work/log"
		# shellcheck disable=SC2034
		failed=1
	fi
}
refused() { ! "$@"; }
# says PATTERN: what the last check's command said
says() { grep -q -- "$1" "$work/said"; }
