# SPDX-License-Identifier: Apache-2.0
# Fuzzing. Each tests/fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput(); its seeds, if it has
# some, are the files of tests/fuzz/corpus/NAME/.
#
#	T		run only this one, such as T=fuzz_rules
#	FUZZ_SECONDS	how long each one runs under libFuzzer
#	FUZZ_RUNS	how many mutations of each seed the smoke run tries

FUZZ_SECONDS	?= 60
FUZZ_RUNS	?= 300
FUZZ_SRC	:= $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_OBJ	:= $(FUZZ_SRC:%.c=$(BUILD)/%.o) $(BUILD)/tests/fuzz/driver.o
FUZZ_BIN	:= $(FUZZ_SRC:%.c=$(BUILD)/%)

.SECONDARY: $(FUZZ_OBJ)
.PHONY: fuzz fuzz-smoke fuzz-bin
fuzz:	## fuzz every parser with libFuzzer and sanitizers (FUZZ_SECONDS=60, T=fuzz_NAME)
	@$(MAKE) --no-print-directory fuzz-bin BUILD=build-fuzz CC=clang FUZZ_DRIVER= OPT="-O1 -g" \
		SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" \
		FUZZ_LINK=-fsanitize=fuzzer
	@tests/fuzz/run.sh long $(FUZZ_SECONDS) build-fuzz $(T)

fuzz-smoke:	## the same targets for a moment, over their seeds, with gcc's sanitizers
	@$(MAKE) --no-print-directory fuzz-bin BUILD=build-asan OPT="-O1 -g1" \
		SAN="-fsanitize=address,undefined -fno-sanitize-recover=all"
	@tests/fuzz/run.sh smoke $(FUZZ_RUNS) build-asan $(T)

FUZZ_DRIVER	= $(BUILD)/tests/fuzz/driver.o
fuzz-bin: $(FUZZ_BIN)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/driver.o $(BUILD)/libfalcoc.a
	$(CC) $(SAN) $(FUZZ_LINK) $(LDFLAGS) -o $@ $< $(FUZZ_DRIVER) $(BUILD)/libfalcoc.a $(LIBS_ALL)

-include $(FUZZ_OBJ:.o=.d)
