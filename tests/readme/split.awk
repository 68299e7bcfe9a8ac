# SPDX-License-Identifier: Apache-2.0
#
# split.awk: takes a Markdown file apart, for those who run what stands in it. -v dir=DIR: the directory
# that gets NNN.how and NNN.text for each fenced block, in order, and the file `spans`, the code within
# lines, one a line.
#
# What is to be done with a block says a comment on the line before it:
#
#	<!-- native [status=N] -->	commands that need no module
#	<!-- vm [status=N] -->		commands that need one
#	<!-- vm until Ctrl-C -->	one that goes on while the blocks behind it are run
#	<!-- output -->			what the last commands have printed: digits may be others,
#					`...` stands for anything
#	<!-- file NAME -->		a file that commands use
#	<!-- in FILE... -->		commands that one of these files runs, each of them
#
# A block without is a fault, and so is code that is only indented. Exit status 1 then.

function fault(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	bad = 1
}

/^```/ {
	if (!inside) {
		if (how == "")
			fault("a block that nothing is said of: is it run?")
		name = sprintf("%s/%03d", dir, ++n)
		print how >(name ".how")
		printf "" >(name ".text")
	} else {
		close(name ".how")
		close(name ".text")
	}
	inside = !inside
	how = ""
	next
}
inside {
	print >(name ".text")
	next
}
{
	if (how != "")
		fault("no block follows: " how)
	how = ""
}
/^<!-- .* -->$/ {
	how = $0
	sub(/^<!-- /, "", how)
	sub(/ -->$/, "", how)
	if (how !~ /^(native( status=[0-9]+)?|vm( status=[0-9]+| until Ctrl-C)?|output|file [a-z]+\.yaml|in [^ ].*)$/)
		fault("what is meant by: " how)
	next
}
/^    / && blank { fault("code that is indented: nobody runs it") }
{
	blank = $0 == ""
	line = $0
	while (match(line, /`[^`]+`/)) {
		print substr(line, RSTART + 1, RLENGTH - 2) >(dir "/spans")
		line = substr(line, RSTART + RLENGTH)
	}
}
END {
	if (inside)
		fault("a block that does not end")
	exit bad
}
