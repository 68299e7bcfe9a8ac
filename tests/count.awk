# SPDX-License-Identifier: Apache-2.0
#
# Counts what a test log holds: lines that begin with PASS, FAIL or SKIP, and check's summary lines
# ("100%: Checks: 12, Failures: 0, Errors: 0"). Prints the failures again, then the closing line.
/^PASS/ { passed++ }
/^SKIP/ { skipped++; skip[skipped] = $0 }
/^FAIL/ { failed++; fail[failed] = $0 }
/^[0-9]+%: Checks: / {
	gsub(",", "")
	bad = $5 + $7
	passed += $3 - bad
	failed += bad
}
/^[^ ]+:[0-9]+:[FE]:/ { detail[++details] = $0 }
END {
	print ""
	for (i = 1; i <= skipped; i++)
		print skip[i]
	for (i = 1; i <= details; i++)
		print detail[i]
	for (i = 1; i <= failed; i++)
		if (i in fail)
			print fail[i]
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
