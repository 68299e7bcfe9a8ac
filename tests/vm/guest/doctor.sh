# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What tests of `falcoc doctor` share: sourced after lib.sh, by a test that has a function doctor, which writes what
# it says to $T/out, and its standard error to $T/err.
#
#	line CHECK			the verdict of that check
#	tells WHAT CHECK VERDICT TEXT [ARG...]	asks the doctor (with ARG): it says so, with TEXT in that
#					check's line or below it
#	mend CHECK			runs what the line of that check names

line() { awk -v c="$1" '$2 == c { print $1; exit }' "$T/out"; }
below() { awk -v c="$1" '/^[^ ]/ { on = $2 == c } on' "$T/out"; }
tells() {
	local what=$1 check=$2 want=$3 text=$4
	shift 4
	doctor "$@"
	if [ "$(line "$check")" = "$want" ] && grep -qF -- "$text" <(below "$check"); then
		pass "$what"
	else
		fail "$what: not '$want' or not '$text'"
		cat "$T/out" "$T/err"
	fi
}
mend() {
	local how
	how=$(below "$1" | sed -n 's/^ *mend it: //p' | head -1)
	[ -n "$how" ] && sh -c "$how"
}
