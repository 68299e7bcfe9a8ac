# SPDX-License-Identifier: Apache-2.0
#
# length.awk - how long functions and files are: nine functions in ten under 60 lines, none
# over 120, no file over 900. Prints the figures of each part, and names what is too long.
#
# A function is what stands between a `{` and a `}` in the first column, with the lines of
# its head. An evaluation switch may be longer if its head says so: "long: why".

function part_of(path,    p) {
	split(path, p, "/")
	return p[1]
}

FNR == 1 { head = 0; file_end(); last = FILENAME }

function file_end() {
	if (last != "" && lines > 900) {
		printf "%s: %d lines; 900 is the most\n", last, lines
		faults++
	}
}

{ lines = FNR }

/^[A-Za-z_]/ && !/[;}]$/ && !head { head = FNR }
/^[^ \t]*;$/ || /^$/ { if (!body) head = 0 }
/long: / { excused = FNR }
/^\{/ { body = FNR }
/^\}/ {
	if (body) {
		n = FNR - (head ? head : body) + 1
		part = part_of(FILENAME)
		count[part]++
		length_of[part, count[part]] = n
		if (n > 120 && (!excused || excused < FNR - n - 30)) {
			printf "%s:%d: a function of %d lines; 120 is the most\n", FILENAME, FNR - n + 1, n
			faults++
		}
	}
	body = head = 0
}

END {
	file_end()
	for (part in count) {
		n = count[part]
		# insertion sort: a few thousand numbers
		for (i = 2; i <= n; i++) {
			v = length_of[part, i]
			for (j = i - 1; j >= 1 && length_of[part, j] > v; j--)
				length_of[part, j + 1] = length_of[part, j]
			length_of[part, j + 1] = v
		}
		p90 = length_of[part, int((n * 9 + 9) / 10)]
		printf "%s/: %d functions, median %d lines, 90 %% within %d, longest %d\n", part, n,
			length_of[part, int((n + 1) / 2)], p90, length_of[part, n]
		if (p90 > 60) {
			printf "%s/: nine functions in ten should be within 60 lines\n", part
			faults++
		}
	}
	if (faults)
		exit 1
}
