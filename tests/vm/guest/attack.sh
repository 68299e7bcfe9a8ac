# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Runs the attacks of a file attack/NAME.cases, one after another under one falcoc with the rules
# attack/NAME.yaml, and judges what falcoc said of each. Sourced after lib.sh.
#
#	attack_world ADDRESS...		to the rules these are the world; they are lo's until attacks_run is done
#	attacks_run NAME [OPTION...]	options are falcoc's
#
# A file of cases has, for each attack:
#
#	case NAME WHAT...	what it is, for the table
#	run COMMAND...		the attack, by eval; may be several lines
#	want RULE KEY=VALUE...	one alert of the rule at least has these values
#	never RULE KEY=VALUE...	no alert of the rule has all of these values
#	only RULE KEY=VALUE...	each alert of the rule has these, and there is one at least
#
# Rules write their alerts as RULE|KEY=VALUE|KEY=VALUE|. In an expected value {KEY} stands for a fact
# that the attack told (a line KEY=VALUE of its output), ~ at its head makes it a regular
# expression, %20 stands for a blank. An attack that ends with 77 cannot be done on this kernel.
# Before each attack a marked program is executed, by which the alerts are told apart.
#
#	ATTACK_ONLY	the only case that is done, if set
#	ATTACK_FLOODS	an event that one of them floods with: of it, records may be dropped

ATTACKS=/falcoc/attack
WORLD=()

attack_world() {
	local a
	WORLD=("$@")
	for a in "${WORLD[@]}"; do
		ip addr add "$a/32" dev lo
	done
}

# begin CASE: from here on, alerts are of this case
attack_begin() { attack exec-end mark "$1"; }

attack_end() {
	[ -n "$CASE" ] || return 0
	{
		echo "case $CASE"
		cat "$T/facts"
		echo "status $RC"
	} >>"$T/done"
	[ "$RC" = 0 ] || sed "s/^/$CASE: /" "$T/said"
}

# one_case: the lines of the cases file, read one by one
attacks_of() {
	local word rest
	CASE=''
	while read -r word rest; do
		case $word in
		case)
			attack_end
			CASE=${rest%% *} RC=0
			: >"$T/facts"
			: >"$T/said"
			attack_begin "$CASE"
			;;
		run)
			[ "$RC" = 0 ] || continue
			(
				export PLAY=$T/$CASE
				eval "$rest"
			) >>"$T/facts" 2>>"$T/said" </dev/null
			RC=$?
			;;
		esac
	done <"$1"
	attack_end
}

all_told() { has_alert 'MARK\|exec-end mark end-of-all'; }

# Nothing was dropped, or only what an attack floods with: -v tells it by event.
only_floods_dropped() {
	grep -q 'Events dropped: 0' "$T/err" && return
	awk -v "own=${ATTACK_FLOODS:-}:" '/^   [a-z_0-9]+: [0-9]+, dropped [0-9]/ {
		if ($1 == own) its += $4; else others += $4 } END { exit !its || others }' "$T/err"
}

# the rules are loaded, falcoc listens; the attacks of $1.cases
attacks_play() {
	: >"$T/done"
	awk -v "only=${ATTACK_ONLY:-}" '$1 == "case" { off = only && $2 != only } !off' \
		"$ATTACKS/$1.cases" >"$T/cases"
	attacks_of "$T/cases"
	attack_begin end-of-all
	check "all attacks were told to falcoc" wait_for 180 all_told
	check "falcoc ends well" stop_falcoc
	check "nothing was dropped${ATTACK_FLOODS:+, or $ATTACK_FLOODS alone}" only_floods_dropped
	grep -q 'Events dropped: 0' "$T/err" || sed -n '/^Events dropped/,$p' "$T/err" # which, whose, and why
	[ -z "${ATTACK_DEBUG:-}" ] || cat "$T/out"
	# shellcheck disable=SC2153,SC2034  # NAME and FAILED are lib.sh's
	awk -f "$ATTACKS/judge.awk" -v "test=$NAME" "$T/done" "$T/out" "$T/cases" || FAILED=1
}

# others make wires with addresses next to these: what is local here is not answered from there
world_gone() {
	local a
	for a in ${WORLD[@]+"${WORLD[@]}"}; do
		ip addr del "$a/32" dev lo
	done
}

attacks_run() {
	local name=$1
	shift
	start_falcoc -r "$ATTACKS/mark.yaml" -r "$ATTACKS/$name.yaml" "$@" || { world_gone; exit 1; }
	attacks_play "$name"
	world_gone
}
