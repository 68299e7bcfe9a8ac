# SPDX-License-Identifier: Apache-2.0
# Figures, beside a peer's in one run.

.PHONY: bench
bench:	## measure: cost of a call, floods, rules and events (BENCH=cost, flood, native, replay, report or names: one of them)
	@tests/bench/bench.sh $(BENCH)

$(BUILD)/bench/judge: $(BUILD)/tests/bench/judge.o $(BUILD)/libfalcoc.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_ALL)

.PHONY: soak
soak: $(BUILD)/bench/soak	## a long life in little time: is memory flat? (EXECS=10000000, ten opens each)
	@tests/bench/soak.sh $< $(EXECS)

$(BUILD)/bench/soak: $(BUILD)/tests/bench/soak.o $(BUILD)/libfalcoc.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_ALL)

$(BUILD)/bench/names: $(BUILD)/tests/bench/names.o $(BUILD)/libfalcoc.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_ALL)

$(BUILD)/bench/scap_repeat: tests/bench/scap_repeat.c
	@mkdir -p $(@D)
	$(CC) -O2 $(WARN) -o $@ $< -lz

$(BUILD)/bench/syscalls: tests/bench/syscalls.c
	@mkdir -p $(@D)
	$(CC) -O2 $(WARN) -o $@ $<
