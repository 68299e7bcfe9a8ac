# SPDX-License-Identifier: Apache-2.0
#
# judge.awk DONE ALERTS CASES: what was done, what falcoc said, what it should have said.
# Prints a PASS, FAIL or SKIP line for each case, and a line `ATTACK test|case|result|what` for
# the table; fails if one case failed. guest/attack.sh tells what the files are.

FNR == 1 { file++ }

# --- what was done: facts and the status of each case
file == 1 && $1 == "case" { name = $2; next }
file == 1 && $1 == "status" { status[name] = $2; next }
file == 1 { at = index($0, "="); if (at) fact[name, substr($0, 1, at - 1)] = substr($0, at + 1); next }

# --- what falcoc said, by case
file == 2 {
	if (!match($0, /[A-Za-z_0-9]+\|/)) next
	text = substr($0, RSTART)
	if (text ~ /^MARK\|exec-end mark /) {
		sub(/^MARK\|exec-end mark /, "", text)
		sub(/\|.*/, "", text)
		now = text
		next
	}
	alert[now, ++alerts[now]] = text
	next
}

# --- what it should have said
$1 == "case" { finish(); name = $2; $1 = $2 = ""; sub(/^ +/, ""); what = $0; bad = ""; open_case = 1; next }
$1 == "want" || $1 == "never" || $1 == "only" { expect($0) }
END { finish(); exit failed }

# Puts the facts in, and gives blanks back.
function fill(text,    out, key) {
	out = ""
	while (match(text, /[{][a-z0-9_.]+[}]/)) {
		key = substr(text, RSTART + 1, RLENGTH - 2)
		if (!((name, key) in fact))
			bad = bad "\n  no fact " key
		out = out substr(text, 1, RSTART - 1) fact[name, key]
		text = substr(text, RSTART + RLENGTH)
	}
	out = out text
	gsub(/%20/, " ", out)
	return out
}

# Does the alert's text have this KEY=VALUE?
function holds(text, pair,    at, key, value, pos, real) {
	at = index(pair, "=")
	key = substr(pair, 1, at - 1)
	value = substr(pair, at + 1)
	pos = index(text, "|" key "=")
	if (!pos)
		return 0
	real = substr(text, pos + length(key) + 2)
	real = substr(real, 1, index(real, "|") - 1)
	if (substr(value, 1, 1) == "~")
		return real ~ substr(value, 2)
	return real == value
}

function expect(line,    n, word, i, k, same, found, others) {
	if (status[name] != 0)
		return
	n = split(line, word, / +/)
	for (i = 3; i <= n; i++)
		word[i] = fill(word[i])
	for (k = 1; k <= alerts[name]; k++) {
		if (index(alert[name, k], word[2] "|") != 1)
			continue
		same = 1
		for (i = 3; i <= n; i++)
			same = same && holds(alert[name, k], word[i])
		if (same)
			found++
		else
			others++
	}
	if (word[1] == "never" ? found : !found || (word[1] == "only" && others))
		bad = bad "\n  not so: " line (word[1] == "only" && others ? " (others too)" : "")
}

function finish(    k, result) {
	if (!open_case)
		return
	if (!(name in status))
		bad = "\n  the attack was not made"
	else if (status[name] == 77)
		result = "SKIP"
	else if (status[name] != 0)
		bad = "\n  the attack ended with status " status[name]
	if (result == "")
		result = bad == "" ? "PASS" : "FAIL"
	printf "%s %s: %s: %s%s\n", result, test, name, what, bad
	if (result == "FAIL") {
		failed = 1
		for (key in fact) {
			split(key, part, SUBSEP)
			if (part[1] == name)
				printf "  fact %s=%s\n", part[2], fact[key]
		}
		for (k = 1; k <= alerts[name]; k++)
			print "  said: " alert[name, k]
	}
	printf "ATTACK %s|%s|%s|%s\n", test, name, result == "PASS" ? "told" : \
		result == "SKIP" ? "not possible" : "NOT TOLD", what
	open_case = 0
}
