# SPDX-License-Identifier: Apache-2.0
# tidy.awk - moves or takes away paragraphs without text, which scdoc puts around headings and at the
# end of indented parts of a manual page
/^\.P$/ { held = 1; next }
/^\.RE/ { print; last = $0; next }
{
	if (held && last !~ /^\.(SH|SS|TH|RS)/ && $0 !~ /^\.(SH|SS)/)
		print ".P"
	held = 0
	sub(/[ \t]+$/, "")
	print
	last = $0
}
