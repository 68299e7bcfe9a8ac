# SPDX-License-Identifier: Apache-2.0
# Figures, beside a peer's in one run.

.PHONY: bench
bench:	## measure: cost of a call, floods, rules and events (BENCH=cost, flood or native: one of them)
	@tests/bench/bench.sh $(BENCH)
