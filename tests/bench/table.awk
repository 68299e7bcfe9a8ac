# SPDX-License-Identifier: Apache-2.0
# Makes a table of guest-icount's "COST WHO LOOP CPU WALL" lines: instructions a round, and how much
# more than with nothing attached; the last column with what the consumer does on the same CPU.
$1 == "COST" {
	if (!($2 in seen)) {
		seen[$2] = 1
		who[++n] = $2
	}
	cpu[$2, $3] = $4
	wall[$2, $3] = $5
}
END {
	printf "%-16s %-8s %10s %10s %10s %22s\n", "attached", "loop", "per round", "more", \
		"times", "with the consumer"
	loops = split("getpid openat connect", loop)
	for (l = 1; l <= loops; l++)
		for (i = 1; i <= n; i++) {
			base = cpu["nothing", loop[l]]
			c = cpu[who[i], loop[l]]
			if (c == "" || base == "")
				continue
			printf "%-16s %-8s %10.0f %+10.0f %10.2f %22.0f\n", who[i], loop[l], c, c - base, \
				c / base, wall[who[i], loop[l]]
		}
}
