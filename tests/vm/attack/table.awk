# SPDX-License-Identifier: Apache-2.0
# table.awk LOG: what came of each attack on each kernel, from the lines of judge.awk; and of each flood, from
# those of guest/flood.sh.
$1 == "==" && $3 == "on" { kernel = $4; if (!(kernel in seen)) { seen[kernel] = 1; kernels[++nk] = kernel } }
$1 == "ATTACK" {
	sub(/^ATTACK attack_/, "")
	n = split($0, part, "|")
	key = part[1] "|" part[2]
	if (!(key in what)) order[++na] = key
	what[key] = part[4]
	for (i = 5; i <= n; i++) what[key] = what[key] "|" part[i]
	result[key, kernel] = part[3]
	count[part[3]]++
}
# FIGURES KERNEL KIND: N calls in N s, N events/s, produced N, delivered N, dropped N, alerts N, execs N, lost N
$1 == "FIGURES" {
	gsub(/[:,]/, "")
	flood[++nf] = sprintf("| %s | %s | %s | %s | %s | %s | %s | %s of %s |", \
		$2, $3, $9, $12, $14, $16, $18, $22, $20)
}
END {
	if (nf) {
		print "\n| kernel | flood | events/s | produced | delivered | dropped | alerts | execs lost |"
		print "| --- | --- | --- | --- | --- | --- | --- | --- |"
		for (i = 1; i <= nf; i++) print flood[i]
		print ""
	}
	if (!na) exit
	printf "\n| attack | what |"
	for (i = 1; i <= nk; i++) printf " %s |", kernels[i]
	printf "\n| --- | --- |"
	for (i = 1; i <= nk; i++) printf " --- |"
	print ""
	for (k = 1; k <= na; k++) {
		split(order[k], part, "|")
		printf "| %s %s | %s |", part[1], part[2], what[order[k]]
		for (i = 1; i <= nk; i++) printf " %s |", result[order[k], kernels[i]]
		print ""
	}
	printf "\n%d attacks told, %d NOT TOLD, %d not possible on their kernel\n\n", \
		count["told"], count["NOT TOLD"], count["not possible"]
}
