# SPDX-License-Identifier: Apache-2.0
# Checks of the sources themselves. Those of lint-quick take seconds and are part of `make test`; what
# they need is installed with it. clang-tidy takes minutes, checkpatch is fetched.

.PHONY: lint lint-quick lint-fast lint-sh lint-words lint-c lint-tidy lint-kmod
lint-fast:	## who may include whom, licences, banned calls, lengths
	@tests/lint/fast.sh
	@tests/lint/selftest.sh

lint-quick: lint-fast lint-sh lint-words lint-c	## the checks of the sources that take seconds

lint: lint-quick lint-tidy lint-kmod	## all checks of the sources

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
