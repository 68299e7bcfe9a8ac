# SPDX-License-Identifier: Apache-2.0
#
# lib.awk - what the checks of C sources share: a line without its comments and without
# what stands in its strings, and the way to tell a fault. Plain POSIX awk.

# code(line): the line with comments and the insides of strings and characters taken out.
# Keeps in_comment from line to line; set it to 0 when a new file begins.
function code(line,    out, i, c, two, quote) {
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			quote = c
			out = out c
			for (i++; i <= length(line) && substr(line, i, 1) != quote; i++)
				if (substr(line, i, 1) == "\\")
					i++
			out = out quote
		} else {
			out = out c
		}
	}
	return out
}

function fault(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
	faults++
}

FNR == 1 { in_comment = 0 }

END { if (faults) exit 1 }
