# SPDX-License-Identifier: Apache-2.0
# Unit and CLI tests. Each tests/unit/test_*.c is a program of its own (libcheck); what other .c
# files there are beside them is linked into all. Each tests/cli/*.sh is a test of the command line tool.
#
#	T	run only this one, such as T=test_hash

UNIT_SRC	:= $(wildcard tests/unit/test_*.c)
UNIT_BIN	:= $(UNIT_SRC:%.c=$(BUILD)/%)
UNIT_OBJ	:= $(UNIT_SRC:%.c=$(BUILD)/%.o)
UNIT_HELP	:= $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
CHECK_LIBS	 = $(shell pkg-config --libs check 2>/dev/null)
# lines for its reports, and no more: a third less to compile
ASAN		:= BUILD=build-asan SAN="-fsanitize=address,undefined -fno-sanitize-recover=all" OPT="-O1 -g1"

.SECONDARY: $(UNIT_OBJ) $(UNIT_HELP)
.PHONY: unit unit-asan test-cli oracle
unit: $(if $(T),$(T:%=$(BUILD)/tests/unit/%),$(UNIT_BIN))	## run the unit and data tests (T=test_NAME: one of them)
	@tests/run-unit.sh $^

unit-asan:	## the same, built with the address and undefined behaviour sanitizers
	@$(MAKE) --no-print-directory unit $(ASAN)

oracle: $(BUILD)/tests/unit/test_filter_oracle	## a million random conditions against the oracle (ORACLE_CASES, ORACLE_SEED)
	ORACLE_CASES=$${ORACLE_CASES:-1000000} $<

test-cli: $(BUILD)/falcoc	## run the tests of the command line tool (T=NAME: one of them)
	@FALCOC=$(CURDIR)/$(BUILD)/falcoc tests/run-scripts.sh \
		$(if $(T),$(T:%=tests/cli/%.sh),$(wildcard tests/cli/*.sh))

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(UNIT_HELP) $(BUILD)/libfalcoc.a
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIBS_ALL) -lsqlite3 -lnl-route-3 -lnl-3

-include $(UNIT_OBJ:.o=.d) $(UNIT_HELP:.o=.d)
