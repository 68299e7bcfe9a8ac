# SPDX-License-Identifier: Apache-2.0
# Checks of the sources themselves. Those of lint-quick are quick and part of `make test`; what
# they need is installed with it. cppcheck and clang-tidy take minutes, checkpatch is fetched.

.PHONY: lint lint-quick lint-fast lint-sh lint-words lint-c lint-tidy lint-kmod
lint-fast:	## who may include whom, licences, banned calls, lengths
	@tests/lint/fast.sh
	@tests/lint/selftest.sh

lint-quick: lint-fast lint-sh lint-words	## the checks of the sources that take less than a minute

lint: lint-quick lint-c lint-tidy lint-kmod	## all checks of the sources

lint-sh:
	@tests/lint/tool.sh shellcheck

lint-words:
	@tests/lint/tool.sh codespell

lint-c:
	@tests/lint/tool.sh cppcheck

lint-tidy:
	@tests/lint/tool.sh clang-tidy $(CFLAGS_ALL)

lint-kmod:
	@tests/lint/tool.sh checkpatch
	@tests/lint/tool.sh sparse
