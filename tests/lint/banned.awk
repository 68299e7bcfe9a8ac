# SPDX-License-Identifier: Apache-2.0
#
# banned.awk - calls that a part must not make, and what may stand in no source.
#
#	lib/		never prints, never ends the program
#	lib/, cli/	nothing that writes without a bound
#	lib/, cli/	no thread that signals could end the program in: util/thread.h makes them
#	everywhere	no note of unfinished work, no blank at a line's end, no line too wide

BEGIN {
	PRINTS = "(v?printf|v?fprintf|v?dprintf|puts|fputs|putchar|putc|fputc|perror|psignal|v?warnx?|v?errx?)"
	ENDS = "(_?_?exit|_Exit|quick_exit|abort|assert)"
	UNBOUNDED = "(gets|strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|alloca|system|popen|mktemp|tmpnam)"
	START = "(^|[^A-Za-z0-9_.>])"
	CALL = "[ \t]*\\("
	COLUMNS = 106
	SENTENCE = 130
	UNFINISHED = "(^|[^A-Za-z])(TO" "DO|FIX" "ME|XX" "X|HA" "CK)([^A-Za-z]|$)"
}

function width(line,    i, w) {
	for (i = 1; i <= length(line); i++)
		w = substr(line, i, 1) == "\t" ? w + 8 - w % 8 : w + 1
	return w
}

{
	text = code($0)
	if (FILENAME ~ /^lib\//) {
		if (text ~ START PRINTS CALL)
			fault("lib/ never prints")
		if (text ~ START ENDS CALL)
			fault("lib/ never ends the program")
	}
	if (FILENAME ~ /^(lib|cli)\// && text ~ START UNBOUNDED CALL)
		fault("a call that is not bounded")
	if (FILENAME ~ /^(lib|cli)\// && FILENAME != "lib/util/thread.c" && text ~ START "pthread_create" CALL)
		fault("a thread that signals are not kept from: thread_start() does")
	if ($0 ~ UNFINISHED)
		fault("a note of unfinished work")
	if ($0 ~ /[ \t]$/)
		fault("blank at the end of the line")
	# a sentence for users is not broken: it shall be found by searching for it
	limit = FILENAME ~ /^tests\// ? SENTENCE : COLUMNS
	if (width($0) > (text ~ /""/ ? SENTENCE : limit))
		fault("line of " width($0) " columns; " COLUMNS " is the most, " SENTENCE " with a string")
}
